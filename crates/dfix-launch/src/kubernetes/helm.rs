//! A Helm chart: its templates are not read, what its values say plainly is.

use crate::files::{Files, FolderLaunches};
use crate::kubernetes::container::apply_security;
use crate::launch::{Launch, Place, Source};
use crate::path::join;
use crate::short;
use crate::yaml::{self, Node};

/// Reads a chart.
pub(super) fn read(files: &dyn Files, folder: &str, found: &mut FolderLaunches) {
    let (Some(chart), Some(values)) = (join(folder, "Chart.yaml"), join(folder, "values.yaml"))
    else {
        return;
    };
    let text = found.text(files, &chart);
    let documents = text.and_then(|text| yaml::documents(&text).ok());
    let node = documents.as_ref().and_then(|it| it.first());
    let name = node.and_then(|it| it.text_of("name")).unwrap_or("?");
    found.note(&chart);
    let what = format!("templates of the chart {name}");
    found.unread(&chart, 1, &what, "they are not read");
    let Some(text) = found.text(files, &values) else {
        return;
    };
    found.note(&values);
    match yaml::documents(&text) {
        Ok(documents) => {
            let Some(all) = documents.first() else {
                return;
            };
            found.launches.extend(component(&values, name, all, all));
            for (name, part) in all.entries() {
                found.launches.extend(component(&values, name, part, all));
            }
        }
        Err(error) => {
            let why = format!("it is no YAML: {}", error.message);
            found.unread(&values, error.line, "values.yaml", why);
        }
    }
}

/// What the values of a part of the chart, or of the whole, say of its container.
fn component(file: &str, name: &str, part: &Node, all: &Node) -> Option<Launch> {
    let image = part.get("image")?;
    let place = Place {
        file: file.to_owned(),
        line: image.line,
    };
    let mut launch = Launch::new(Source::Kubernetes, place, name);
    launch.image = Some(match image.text() {
        Some(text) => short::open_name(text),
        None => {
            let repository = image
                .text_of("repository")
                .or_else(|| image.text_of("name"))?;
            let registry = image.text_of("registry").filter(|it| !it.is_empty());
            let tag = image.text_of("tag").filter(|it| !it.is_empty());
            let registry = registry.map(|it| format!("{it}/")).unwrap_or_default();
            let tag = tag.map(|it| format!(":{it}")).unwrap_or_default();
            short::open_name(&format!("{registry}{repository}{tag}"))
        }
    });
    for key in [
        "podSecurityContext",
        "securityContext",
        "containerSecurityContext",
    ] {
        apply_security(&mut launch, part.get(key).or_else(|| all.get(key)));
    }
    Some(launch)
}
