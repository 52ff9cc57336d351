//! What the name of a file tells: whether it is a Dockerfile, or a template of one.

use std::ffi::OsStr;
use std::path::Path;

use dfix_catalogue::{FileMark, file_is};

/// Whether the name of the file at this path tells that it is a Dockerfile.
pub(crate) fn is_found(path: &str) -> bool {
    Path::new(path).file_name().is_some_and(is_dockerfile_name)
}

/// Whether a file of this name is a Dockerfile: `Dockerfile`, `Dockerfile.*`, `Dockerfile-*`, `Dockerfile_*`, `*.Dockerfile`,
/// `*.dockerfile`, the same with `Containerfile`; not what is called after one and is something else (`Dockerfile.md`), and
/// nothing that has another ending behind a hyphen: `Dockerfile-guide.md`.
pub(super) fn is_dockerfile_name(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        // A name in another encoding counts by what can be read of it.
        return is_dockerfile_name(OsStr::new(&*name.to_string_lossy()));
    };
    // The digits of `Dockerfile-python3.13` are no ending.
    let is_number = |end: &str| end.starts_with(|it: char| it.is_ascii_digit());
    let has_no_ending = |rest: &str| rest.rsplit_once('.').is_none_or(|it| is_number(it.1));
    let is_named_behind = |rest: &str| rest.starts_with(['-', '_']) && has_no_ending(rest);
    let begins = ["Dockerfile", "Containerfile"].iter().any(|start| {
        let rest = name.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || is_named_behind(rest))
    });
    let is_one = begins
        || [
            ".Dockerfile",
            ".dockerfile",
            ".Containerfile",
            ".containerfile",
        ]
        .iter()
        .any(|end| name.ends_with(end))
        || name == "dockerfile"
        || name == "containerfile";
    is_one && !name.ends_with('~') && !file_is(name, FileMark::NoDockerfile)
}

/// Whether a file of this name is a template that Dockerfiles are made from: `Dockerfile.j2`, `web.dockerfile.in`.
pub(super) fn is_template_name(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let made = name.rsplit_once('.').map(|it| it.0);
    made.is_some_and(|made| is_dockerfile_name(OsStr::new(made)))
        && file_is(&name, FileMark::Template)
}

/// Names that no folder has for another reason.
pub(super) fn is_bare_name(name: &OsStr) -> bool {
    name == "Dockerfile" || name == "Containerfile"
}

#[cfg(test)]
mod tests {
    use super::{is_dockerfile_name, is_template_name};

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Dockerfile.dev",
            "api.Dockerfile",
            "api.dockerfile",
            "Containerfile",
            "Containerfile.rhel",
            "Containerfile-dev",
            "api.containerfile",
            "Dockerfile.alpine-3.19",
            ".dockerfile",
            "Dockerfile-dev",
            "Dockerfile_nginx",
            "Dockerfile-python3.13",
        ] {
            assert!(is_dockerfile_name(name.as_ref()), "{name}");
            assert!(!is_template_name(name.as_ref()), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "x.dockerignore",
            ".Dockerfile.swp",
            "Dockerfile~",
            "Dockerfile.bak",
            "Dockerfile.md",
            "Dockerfiles",
            "Containerfiles",
            "MyDockerfile",
            "dockerfile.md",
            "Dockerfile-guide.md",
        ] {
            assert!(!is_dockerfile_name(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn names_of_templates() {
        for name in [
            "Dockerfile.j2",
            "Dockerfile-debian.template",
            "web.dockerfile.in",
            "Dockerfile.dev.tmpl",
            "Containerfile.erb",
        ] {
            assert!(is_template_name(name.as_ref()), "{name}");
        }
        for name in [
            "nginx.conf.template",
            "Dockerfile.template.d",
            "template",
            ".in",
        ] {
            assert!(!is_template_name(name.as_ref()), "{name}");
        }
    }
}
