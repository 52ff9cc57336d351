//! A Helm chart: its templates are not read, what its values say plainly is.

use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::kubernetes::container::apply_security;
use crate::kubernetes::template::{UNKNOWN_IMAGE, images_of_template};
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
    let text = found.text(files, &values);
    let values_of_chart = text.as_deref().map(yaml::documents);
    let mut images = Vec::new();
    match &values_of_chart {
        Some(Ok(documents)) => documents.iter().for_each(|it| named_in(it, &mut images, 0)),
        Some(Err(_)) => images.push(UNKNOWN_IMAGE.to_owned()),
        None => {}
    }
    let of_values = !images.is_empty();
    let mut of_templates = Vec::new();
    below(files, folder, "templates", &mut of_templates, 0);
    // What is put into the templates comes from the values.
    of_templates.retain(|it| !(of_values && short::is_open_name(it)));
    images.append(&mut of_templates);
    found.template(&chart, &what, "dfix does not fill in templates", images);
    let Some(values_of_chart) = values_of_chart else {
        return;
    };
    found.note(&values);
    match values_of_chart {
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

/// How deep values and folders are looked through.
const DEEPEST: usize = 8;

/// The images that values name, wherever they stand: as one text, or by their parts.
fn named_in(node: &Node, images: &mut Vec<String>, depth: usize) {
    if depth > DEEPEST {
        images.push(UNKNOWN_IMAGE.to_owned());
        return;
    }
    for (key, value) in node.entries() {
        if key.to_ascii_lowercase().ends_with("image") {
            images.extend(name_of(value));
        } else if key == "repository" && value.text().is_some() {
            images.extend(name_of(node));
        }
        named_in(value, images, depth + 1);
    }
    for item in node.list().unwrap_or_default() {
        named_in(item, images, depth + 1);
    }
}

/// The images that the templates of a folder name, and of those below it.
fn below(files: &dyn Files, folder: &str, name: &str, images: &mut Vec<String>, depth: usize) {
    let Some(folder) = join(folder, name).filter(|_| depth < DEEPEST) else {
        return;
    };
    for name in files.list(&folder).iter().take(MOST_FILES) {
        match name.strip_suffix('/') {
            Some(inner) => below(files, &folder, inner, images, depth + 1),
            None => match join(&folder, name).map(|path| files.read(&path)) {
                Some(Ok(Some(text))) => images.append(&mut images_of_template(&text)),
                Some(Err(_)) => images.push(UNKNOWN_IMAGE.to_owned()),
                Some(Ok(None)) | None => {}
            },
        }
    }
}

/// The name of an image that is one text, or said by its parts.
fn name_of(image: &Node) -> Option<String> {
    if let Some(text) = image.text() {
        return (!text.is_empty()).then(|| short::open_name(text));
    }
    let repository = image
        .text_of("repository")
        .or_else(|| image.text_of("name"))?;
    // It is given where the chart is installed.
    let repository = if repository.is_empty() {
        UNKNOWN_IMAGE
    } else {
        repository
    };
    let registry = image.text_of("registry").filter(|it| !it.is_empty());
    let tag = image.text_of("tag").filter(|it| !it.is_empty());
    let registry = registry.map(|it| format!("{it}/")).unwrap_or_default();
    let tag = tag.map(|it| format!(":{it}")).unwrap_or_default();
    Some(short::open_name(&format!("{registry}{repository}{tag}")))
}

/// What the values of a part of the chart, or of the whole, say of its container.
fn component(file: &str, name: &str, part: &Node, all: &Node) -> Option<Launch> {
    let image = part.get("image")?;
    let place = Place {
        file: file.to_owned(),
        line: image.line,
    };
    let mut launch = Launch::new(Source::Kubernetes, place, name);
    // Of one that is given where the chart is installed the templates tell.
    let image = name_of(image).filter(|it| !short::is_open_name(it))?;
    launch.image = Some(image);
    for key in [
        "podSecurityContext",
        "securityContext",
        "containerSecurityContext",
    ] {
        apply_security(&mut launch, part.get(key).or_else(|| all.get(key)));
    }
    Some(launch)
}
