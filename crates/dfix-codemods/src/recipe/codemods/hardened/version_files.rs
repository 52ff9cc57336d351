//! Files that say which version of the language a project has, where the image becomes another one.

use dfix_catalogue::version_of;
use dfix_engine::{Case, OpenCondition};
use dfix_model::Stage;
use dfix_model::context::Answer;

/// The files of an image's language.
fn of_image(name: &str) -> &'static [&'static str] {
    match name {
        "golang" => &[".go-version"],
        "node" => &[".nvmrc", ".node-version"],
        "python" => &[".python-version"],
        "ruby" => &[".ruby-version"],
        _ => &[],
    }
}

/// Says which files go on to name the old version.
pub(super) fn look(stage: Stage<'_>, name: &str, (old, new): (&str, &str), case: &mut Case<'_>) {
    let number = |tag: &str| -> String {
        let end = tag.find(|it: char| !(it.is_ascii_digit() || it == '.'));
        tag[..end.unwrap_or(tag.len())]
            .trim_end_matches('.')
            .to_owned()
    };
    let before = version_of(name, old).unwrap_or_else(|| number(old));
    let after = number(new);
    if after.is_empty() {
        return;
    }
    for file in of_image(name) {
        let Answer::Found(text) = stage.file().context().read(file) else {
            continue;
        };
        let told = text
            .trim()
            .trim_start_matches(name)
            .trim_start_matches(['-', 'v']);
        let is_version = told.starts_with(|it: char| it.is_ascii_digit());
        if is_version && agrees(told, &before) && !agrees(told, &after) {
            case.open(OpenCondition::new(
                format!("whether `{file}` may stay at {told}: the image becomes {after}"),
                "change it, too, or take the image of that version",
            ));
        }
    }
}

/// Whether one of two versions says no more than the beginning of the other.
fn agrees(one: &str, other: &str) -> bool {
    one.split('.')
        .zip(other.split('.'))
        .all(|(one, other)| one == other)
}
