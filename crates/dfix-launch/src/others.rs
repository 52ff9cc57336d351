//! Files that build and start images in a language of their own, and are not read: whether one is of an image is told by the
//! names of images in it. Those that name none start nothing that is known here, but for such as take whatever Dockerfile
//! lies beside them.
//!
//! Source: the documentation of Tilt, Earthly, DevSpace, Garden, Okteto and werf.

use crate::files::{Files, FolderLaunches};
use crate::kubernetes::{UNKNOWN_IMAGE, images_of_template};
use crate::path::{ends_in, join};

/// How the images of a file are found.
#[derive(Clone, Copy)]
enum Images {
    /// In lines like `image: x`.
    Lines,
    /// In quotes behind a call of one of Tilt's builders.
    Calls,
    /// Behind `FROM`.
    From,
}

/// The files by their names in lower case, what in them takes any Dockerfile, and where their images stand.
const KINDS: [(&str, &str, Images); 10] = [
    ("devspace.yaml", "dockerfile:", Images::Lines),
    ("devspace.yml", "dockerfile:", Images::Lines),
    ("earthfile", "FROM DOCKERFILE", Images::From),
    ("garden.yaml", "type: container", Images::Lines),
    ("garden.yml", "type: container", Images::Lines),
    ("okteto.yaml", "build:", Images::Lines),
    ("okteto.yml", "build:", Images::Lines),
    ("tiltfile", "dockerfile_contents", Images::Calls),
    ("werf.yaml", "dockerfile:", Images::Lines),
    ("werf.yml", "dockerfile:", Images::Lines),
];

/// Notes those of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    for name in names {
        let small = name.to_ascii_lowercase();
        let is_it = |kind: &&(&str, &str, Images)| {
            kind.0 == small
                || (kind.0 == "garden.yml" && small.ends_with(".garden.yml"))
                || (kind.0 == "tiltfile" && ends_in(&small, &["tiltfile"]))
        };
        let Some((_, any, images)) = KINDS.iter().find(is_it) else {
            continue;
        };
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        let mut named = match images {
            Images::Lines => images_of_template(&text),
            Images::Calls => built_by_tilt(&text),
            Images::From => based_on(&text),
        };
        if text.contains(any) {
            named.push(UNKNOWN_IMAGE.to_owned());
        }
        if !named.is_empty() {
            let what = format!("what {path} builds and starts");
            found.template(&path, &what, "dfix does not read it", named);
        }
    }
}

/// `docker_build('team/web', '.')`: the first text in quotes.
fn built_by_tilt(text: &str) -> Vec<String> {
    let calls = [
        "docker_build(",
        "custom_build(",
        "docker_build_with_restart(",
    ];
    let lines = calls.iter().flat_map(|call| text.split(call).skip(1));
    let quoted = lines.map(|rest| {
        let mut parts = rest.trim_start().split(['\'', '"']);
        match (parts.next(), parts.next()) {
            (Some(""), Some(name)) => name.to_owned(),
            _ => UNKNOWN_IMAGE.to_owned(),
        }
    });
    quoted.collect()
}

/// `FROM team/web`
fn based_on(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("FROM ")?;
        name.split_whitespace().find(|it| !it.starts_with("--"))
    });
    lines
        .filter(|it| *it != "DOCKERFILE" && !it.starts_with('+') && !it.starts_with('.'))
        .map(crate::short::open_name)
        .collect()
}
