//! What Git says of the repository. Source: git-config(1), `remote.<name>.url`.

use crate::files::Files;

/// The owner and the name of the repository at its host, in small letters: `team/web`.
pub(crate) fn repository(files: &dyn Files) -> Option<String> {
    let config = files.read(".git/config").ok()??;
    let mut is_origin = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            is_origin = line == "[remote \"origin\"]";
        } else if let Some(url) = line.strip_prefix("url").filter(|_| is_origin) {
            return name_of(url.trim_start().strip_prefix('=')?.trim());
        }
    }
    None
}

/// `https://host/team/web.git`, `git@host:team/web.git`
fn name_of(url: &str) -> Option<String> {
    let url = url.strip_suffix('/').unwrap_or(url);
    let url = url.strip_suffix(".git").unwrap_or(url);
    let mut parts = url.rsplit(['/', ':']);
    let (name, owner) = (parts.next()?, parts.next()?);
    let host = parts.next()?;
    let is_whole = ![name, owner, host].contains(&"");
    is_whole.then(|| format!("{owner}/{name}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn repositories_have_owners() {
        for (url, name) in [
            ("https://github.com/Team/web.git", Some("team/web")),
            ("git@github.com:team/web", Some("team/web")),
            ("ssh://git@example.org:22/team/web/", Some("team/web")),
            ("/srv/web.git", None),
            ("web", None),
        ] {
            assert_eq!(name_of(url).as_deref(), name, "{url}");
        }
    }
}
