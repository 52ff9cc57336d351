//! Paths from the root of the repository.

/// What a path begins with that is from the root of the repository, wherever the shell stands.
pub(crate) const REPOSITORY: &str = "//repository";

/// `path` as it is meant in `folder`, both from the root, without `.` and `..`; none where it leads out of the
/// repository, or is one of the host or a URL.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    let (folder, path) = match path.strip_prefix(REPOSITORY) {
        Some(path) => ("", path.trim_start_matches('/')),
        None => (folder, path),
    };
    if path.starts_with(['/', '~']) || path.contains("://") || path.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path from the root of the repository as [`join`] takes it in any folder.
pub(crate) fn from_root(path: &str) -> String {
    if path.is_empty() {
        REPOSITORY.to_owned()
    } else {
        format!("{REPOSITORY}/{path}")
    }
}

/// The folder of a file.
pub(crate) fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The name of a file without its folder.
pub(crate) fn name_of(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// Whether a name ends in a dot and one of these.
pub(crate) fn ends_in(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending))
}

/// Whether a file is a Dockerfile by its name.
pub(crate) fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["dockerfile", "containerfile"].into_iter().any(|it| {
        let rest = name.strip_prefix(it).or_else(|| name.strip_suffix(it));
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(['.', '-', '_']) || rest.ends_with('.')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_stay_in_the_repository() {
        let join = |a: &str, b: &str| join(a, b).unwrap_or_else(|| "out".to_owned());
        assert_eq!(join("deploy", "../app/./x"), "app/x");
        assert_eq!(join("", "."), "");
        assert_eq!(join("a", ".."), "");
        assert_eq!(join("a", "../.."), "out");
        assert_eq!(join("a", "/srv"), "out");
        assert_eq!(join("a", "//repository/b/../c"), "c");
        assert_eq!(join("a", "//repository"), "");
        assert_eq!(join("a", "https://example.org/x.git#main"), "out");
    }
}
