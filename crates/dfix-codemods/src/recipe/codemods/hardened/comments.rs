//! What comments say of the old image that is not so of the hardened one.

use dfix_catalogue::{Foundation, ImageFacts};
use dfix_engine::Case;
use dfix_model::Stage;
use regex::Regex;

use super::super::comments;

/// What comments may speak of.
pub(super) struct NewImage<'a> {
    pub(super) foundation: Option<&'a Foundation>,
    pub(super) has_shell: bool,
    /// The ports that it listens on; `""` where they are those of the old one, or not known.
    pub(super) ports: &'a str,
}

/// Tells of comments that name the old image itself, its distribution or release, its shell, or a port.
pub(super) fn look(
    stage: Stage<'_>,
    name: &str,
    old: &ImageFacts,
    new: &NewImage<'_>,
    case: &mut Case<'_>,
) {
    if let Some((before, after)) = old.foundation.as_ref().zip(new.foundation) {
        case.open(comments::of_release(stage, before, after));
    }
    let find = |pattern: &str, text: &str| {
        let found = Regex::new(pattern).ok()?.find(text)?;
        Some(found.as_str().trim().to_owned())
    };
    let image = format!(r"\b{}:[A-Za-z0-9._-]+", regex::escape(name));
    let of_image = |text: &str| find(&image, text);
    case.open(comments::condition(stage, &of_image, "the hardened image"));
    if !new.has_shell {
        let shell = r"(?i)\bdocker(?: container)? (?:run|exec)\b.*\s(?:/bin/)?(?:ba|a|da)?sh\b";
        let of_shell = |text: &str| find(shell, text);
        let none = "that there is no shell";
        case.open(comments::condition(stage, &of_shell, none));
    }
    if !new.ports.is_empty() {
        let of_port = |text: &str| {
            let published = find(r"(?:\s-p|--publish)[ =]?(?:[\d.]+:)?\d+:\d+\b", text)?;
            let port = published.rsplit(':').next().unwrap_or_default();
            let is_own = new.ports.split(' ').any(|it| it == port);
            (!is_own).then_some(published)
        };
        let ports = format!("port {}", new.ports.replace(' ', ", "));
        case.open(comments::condition(stage, &of_port, &ports));
    }
}
