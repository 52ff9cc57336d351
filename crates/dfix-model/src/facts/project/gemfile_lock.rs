//! `Gemfile.lock`. Source: the lock files that `bundle lock` writes.

/// A gem that a lock file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LockedGem<'p> {
    /// Its name.
    pub(super) name: &'p str,
    /// Its version, with a platform after it where this entry is for one.
    pub(super) version: &'p str,
    /// Whether the file names the gem's ready-made form for `x86_64-linux` too.
    pub(super) is_ready_made: bool,
}

/// The gems of a lock file, and whether some come from a repository.
pub(super) fn locked_gems(lock: &str) -> (Vec<LockedGem<'_>>, bool) {
    // The entries below `specs:` stand four blanks deep.
    let entries = || {
        lock.lines().filter_map(|line| {
            let entry = line.strip_prefix("    ").filter(|e| !e.starts_with(' '))?;
            let (name, rest) = entry.split_once(" (")?;
            Some((name, rest.trim_end_matches(')')))
        })
    };
    let ready: std::collections::BTreeSet<(&str, &str)> = entries()
        .filter_map(|(name, version)| Some((name, version.strip_suffix(for_linux(version)?)?)))
        .collect();
    let gems = entries()
        .map(|(name, version)| LockedGem {
            name,
            version,
            is_ready_made: version.contains("linux") || ready.contains(&(name, version)),
        })
        .collect();
    (gems, lock.lines().any(|line| line == "GIT"))
}

fn for_linux(version: &str) -> Option<&str> {
    version.find("-x86_64-linux").map(|at| &version[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_names_gems() {
        let lock = "GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.16.0)\n    nokogiri (1.16.0-x86_64-linux)\n    rack (2.2.8)\n    sinatra (3.1.0)\n      rack (~> 2.2)\n\nPLATFORMS\n  ruby\n";
        let (gems, has_repository) = locked_gems(lock);
        let all: Vec<_> = gems
            .iter()
            .map(|g| (g.name, g.version, g.is_ready_made))
            .collect();
        assert_eq!(
            all,
            [
                ("nokogiri", "1.16.0", true),
                ("nokogiri", "1.16.0-x86_64-linux", true),
                ("rack", "2.2.8", false),
                ("sinatra", "3.1.0", false)
            ]
        );
        assert!(!has_repository);
    }
}
