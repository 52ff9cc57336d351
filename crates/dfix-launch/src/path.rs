//! Paths from the root of the repository.

/// `path` as it is meant in `folder`, both from the root, without `.` and `..`; none where it leads out of the
/// repository, or is one of the host or a URL.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
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
        assert_eq!(join("a", "https://example.org/x.git#main"), "out");
    }
}
