//! Unraid's templates: the image, and the folders of the host that it is given. Of the XML only these elements count, which
//! hold no others.

use crate::launch::{Launch, Mount, MountKind, Place, Source, Unread};
use crate::short;

/// The container of a template.
pub(super) fn launches(path: &str, text: &str) -> Vec<Launch> {
    let Some((at, repository)) = element(text, "Repository", 0) else {
        return Vec::new();
    };
    let place = |at: usize| Place {
        file: path.to_owned(),
        line: 1 + text[..at].matches('\n').count(),
    };
    let name = element(text, "Name", 0).map_or("?", |(_, name)| name);
    let mut launch = Launch::new(Source::Platform, place(at), name);
    launch.image = Some(short::open_name(repository));
    launch.is_privileged = element(text, "Privileged", 0).is_some_and(|(_, it)| it == "true");
    launch.has_host_network = element(text, "Network", 0).is_some_and(|(_, it)| it == "host");
    let mut rest = 0;
    while let Some(found) = text[rest..].find("<Config ") {
        let at = rest + found;
        let end = text[at..].find('>').map_or(text.len(), |end| at + end);
        let tag = &text[at..end];
        rest = end;
        if attribute(tag, "Type") != Some("Path") {
            continue;
        }
        let Some(target) = attribute(tag, "Target").filter(|it| it.starts_with('/')) else {
            continue;
        };
        let source = attribute(tag, "Default").filter(|it| !it.is_empty());
        launch.mounts.push(Mount {
            kind: MountKind::Host(source.unwrap_or("…").to_owned()),
            target: target.to_owned(),
            is_read_only: attribute(tag, "Mode").is_some_and(|it| it.starts_with("ro")),
            place: place(at),
        });
    }
    if let Some((at, words)) = element(text, "ExtraParams", 0).filter(|(_, it)| !it.is_empty()) {
        launch.unread.push(Unread {
            what: format!("what {} starts it with (`{words}`)", launch.said()),
            why: "dfix does not read it".to_owned(),
            place: place(at),
        });
    }
    vec![launch]
}

/// Where an element begins, and its text.
fn element<'t>(text: &'t str, name: &str, from: usize) -> Option<(usize, &'t str)> {
    let open = format!("<{name}>");
    let at = from + text[from..].find(&open)?;
    let inside = &text[at + open.len()..];
    let end = inside.find("</")?;
    Some((at, inside[..end].trim()))
}

/// The value of an attribute of a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}
