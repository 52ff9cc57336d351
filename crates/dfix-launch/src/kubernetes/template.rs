//! Templates of manifests, which are no YAML before they are filled in: the images that they name.

use crate::short;

/// The images that the text of a template names, by its lines: `image: …`. One that is put in stands as `${NAME}`, and
/// so does that of containers that are put in whole.
pub(crate) fn images_of_template(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut has_containers = false;
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '-', '"', '\'']);
        has_containers |= line.starts_with("containers:") || line.contains("podTemplate");
        let value = line.strip_prefix("image").and_then(|rest| {
            let rest = rest.trim_start_matches(['"', '\'']);
            rest.strip_prefix(':')
        });
        let Some(value) = value.map(|it| it.trim().trim_matches(['"', '\'', ','])) else {
            continue;
        };
        if !value.is_empty() && !value.starts_with('#') {
            found.push(short::open_name(value));
        }
    }
    if has_containers && found.is_empty() {
        found.push(UNKNOWN_IMAGE.to_owned());
    }
    found
}

/// An image of whose name nothing is known.
pub(crate) const UNKNOWN_IMAGE: &str = "${IMAGE}";
