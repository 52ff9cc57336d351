//! What a package asks another for, and whether what the lock file has is that.

use nodejs_semver::{Range, Version};

use super::entry::Entry;

/// Whether the entry is what `spec` asks for, as npm says in `@npmcli/arborist`'s dep-valid.js; `None` where it
/// cannot be told.
pub(super) fn fits(spec: &str, entry: &Entry<'_>) -> Option<bool> {
    let spec = spec.trim();
    if let Some(alias) = spec.strip_prefix("npm:") {
        // A scope begins with `@`, too.
        let range = alias.get(1..)?.split_once('@').map_or("*", |it| it.1);
        return fits(range, entry);
    }
    if spec.is_empty() || spec == "*" {
        return Some(true);
    }
    let resolved = entry.text("resolved");
    if spec.starts_with("file:") || spec.starts_with('.') {
        let path = |it: &'_ str| {
            let it = it.trim_start_matches("file:");
            it.trim_start_matches("./").trim_end_matches('/').to_owned()
        };
        let same = |it: &str| path(it) == path(spec);
        return resolved.is_some_and(same).then_some(true);
    }
    if spec.contains([':', '/']) {
        return is_fetched_from(spec, resolved?).then_some(true);
    }
    let Ok(range) = Range::parse(spec) else {
        // A tag, `latest`: npm only looks whether it came from a registry.
        return resolved
            .filter(|it| it.starts_with("https://") || it.starts_with("http://"))
            .map(|_| true);
    };
    let version = Version::parse(entry.target_text("version")?).ok()?;
    Some(version.satisfies(&range))
}

/// Whether both name the same archive, or the same repository: what the lock file has is a commit of it.
fn is_fetched_from(spec: &str, resolved: &str) -> bool {
    if spec == resolved {
        return true;
    }
    let repository = |text: &str| {
        let text = text.split('#').next().unwrap_or(text);
        let text = text.trim_end_matches(".git").trim_end_matches('/');
        let mut parts = text.rsplit(['/', ':']);
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    };
    let asked = spec.split_once('#').map_or("", |it| it.1);
    let is_commit = asked.len() >= 40 && asked.bytes().all(|it| it.is_ascii_hexdigit());
    let is_asked = if is_commit {
        resolved.ends_with(asked)
    } else {
        !asked.starts_with("semver:")
    };
    resolved.starts_with("git") && is_asked && repository(spec) == repository(resolved)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fits;
    use crate::facts::npm_lock::entry::Entry;

    #[test]
    fn specs_are_understood_as_npm_does() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let git = format!("git+ssh://git@github.com/me/it.git#{commit}");
        let other = format!("me/it#{}", commit.replace('0', "f"));
        let registry = "https://registry.example/it.tgz";
        for (spec, version, resolved, expected) in [
            ("^1.2.0 || ~2.1 || 3.x", "2.1.9", registry, Some(true)),
            (">=1 <2", "2.0.0", registry, Some(false)),
            ("1 - 2", "2.9.9", registry, Some(true)),
            ("^1.0.0", "1.1.0-beta.1", registry, Some(false)),
            (">= 1.1.0-beta.0", "1.1.0-beta.1", registry, Some(true)),
            ("*", "1.1.0-beta.1", registry, Some(true)),
            ("", "1.0.0", registry, Some(true)),
            ("npm:@me/other@^2.0.0", "1.0.0", registry, Some(false)),
            ("npm:other", "1.0.0", registry, Some(true)),
            ("latest", "1.0.0", registry, Some(true)),
            ("latest", "1.0.0", "it", None),
            ("workspace:^1.0.0", "1.0.0", registry, None),
            (registry, "1.0.0", registry, Some(true)),
            ("https://else.example/it.tgz", "1.0.0", registry, None),
            ("github:me/it#v1", "1.0.0", &git, Some(true)),
            (
                "git+https://github.com/me/it.git",
                "1.0.0",
                &git,
                Some(true),
            ),
            ("me/it#semver:^2.0.0", "1.0.0", &git, None),
            (&other, "1.0.0", &git, None),
            ("you/it", "1.0.0", &git, None),
            ("file:./it", "1.0.0", "it", Some(true)),
            ("file:it.tgz", "1.0.0", "file:it.tgz", Some(true)),
            ("../it", "1.0.0", "it", None),
        ] {
            let own = json!({"version": version, "resolved": resolved});
            assert_eq!(fits(spec, &Entry::alone(&own)), expected, "{spec}");
        }
    }
}
