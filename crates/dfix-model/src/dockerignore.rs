//! `.dockerignore`: which files of the build context the builder does not see.
//!
//! Source of the rules: Docker's reference of the file (docs.docker.com, "dockerignore files"):
//! patterns are those of Go's `filepath.Match` plus `**`, relative to the root; a match of a folder
//! is one of all below it; `!` takes back; the last match decides.

/// The patterns of one file, in order.
#[derive(Debug, Default)]
pub struct Dockerignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    parts: Vec<String>,
    takes_back: bool,
}

impl Dockerignore {
    /// Reads the file's text. Lines that make no sense match nothing.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let patterns = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let line = line.trim();
                let (line, takes_back) = match line.strip_prefix('!') {
                    Some(rest) => (rest.trim(), true),
                    None => (line, false),
                };
                let mut parts: Vec<String> = Vec::new();
                for part in line.split('/') {
                    match part {
                        "" | "." => {}
                        ".." => {
                            parts.pop();
                        }
                        part => parts.push(part.to_owned()),
                    }
                }
                (!parts.is_empty()).then_some(Pattern { parts, takes_back })
            })
            .collect();
        Dockerignore { patterns }
    }

    /// Whether the builder does not see `path` (relative to the root, `/` between the parts).
    pub fn hides(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let mut hidden = false;
        for pattern in &self.patterns {
            if pattern.takes_back == hidden
                && (1..=parts.len()).any(|n| matches(&pattern.parts, &parts[..n]))
            {
                hidden = !pattern.takes_back;
            }
        }
        hidden
    }

    /// Whether a pattern takes something back.
    fn takes_back(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.takes_back)
    }

    /// Whether the builder sees nothing at all of the context.
    fn hides_everything(&self) -> bool {
        let is_all = |it: &Pattern| {
            let parts: Vec<&str> = it.parts.iter().map(String::as_str).collect();
            matches!(parts[..], ["*" | "**"] | ["**", "*"])
        };
        !self.takes_back() && self.patterns.iter().any(is_all)
    }

    /// Whether the builder sees nothing at all of `path`, a file or a folder; `""` is the context.
    pub fn hides_all_of(&self, path: &str) -> bool {
        if path.is_empty() {
            return self.hides_everything();
        }
        self.hides_folder(path)
    }

    /// Whether the builder sees nothing at all of the folder `path`. What a `!` might take back below
    /// it counts as seen.
    pub fn hides_folder(&self, path: &str) -> bool {
        self.hides(path) && !self.takes_back()
    }
}

fn matches(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => {
            (0..=path.len()).any(|n| matches(rest, &path[n..]))
                && !(rest.is_empty() && path.is_empty())
        }
        Some((first, rest)) => path.split_first().is_some_and(|(name, below)| {
            let first: Vec<char> = first.chars().collect();
            let name: Vec<char> = name.chars().collect();
            part_matches(&first, &name) && matches(rest, below)
        }),
    }
}

fn part_matches(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|n| part_matches(rest, &name[n..])),
        ['?', rest @ ..] => !name.is_empty() && part_matches(rest, &name[1..]),
        ['\\', c, rest @ ..] => name.first() == Some(c) && part_matches(rest, &name[1..]),
        ['[', rest @ ..] => match (class(rest, name.first()), name) {
            (Some((true, rest)), [_, below @ ..]) => part_matches(rest, below),
            _ => false,
        },
        [c, rest @ ..] => name.first() == Some(c) && part_matches(rest, &name[1..]),
    }
}

/// Reads a character class after its `[`: whether it holds `c`, and the pattern behind it.
fn class<'p>(pattern: &'p [char], c: Option<&char>) -> Option<(bool, &'p [char])> {
    let (negated, mut rest) = match pattern {
        ['^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mut holds = false;
    let mut first = true;
    loop {
        let (low, after) = match rest {
            [']', after @ ..] if !first => return Some((c.is_some() && holds != negated, after)),
            ['\\', low, after @ ..] | [low, after @ ..] => (low, after),
            [] => return None,
        };
        let (high, after) = match after {
            ['-', '\\', high, after @ ..] => (high, after),
            ['-', high, after @ ..] if *high != ']' => (high, after),
            after => (low, after),
        };
        holds |= c.is_some_and(|c| (low..=high).contains(&c));
        first = false;
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::Dockerignore;

    #[track_caller]
    fn check(patterns: &str, hidden: &[&str], seen: &[&str]) {
        let ignore = Dockerignore::parse(patterns);
        for path in hidden {
            assert!(ignore.hides(path), "{path} is hidden by {patterns:?}");
        }
        for path in seen {
            assert!(!ignore.hides(path), "{path} is seen under {patterns:?}");
        }
    }

    #[test]
    fn patterns_are_relative_to_the_root() {
        check("*.txt", &["a.txt"], &["b/a.txt", "a.text"]);
        check("/a\n./b/\n", &["a", "a/x", "b", "b/c/d"], &["c/a", "ab"]);
        check(
            "*/temp*",
            &["x/temp", "x/temporary.txt"],
            &["temp", "x/y/temp"],
        );
        check("temp?", &["tempa"], &["temp", "tempab"]);
    }

    #[test]
    fn two_stars_take_any_number_of_folders() {
        check("**/*.go", &["a.go", "b/a.go", "b/c/a.go"], &["a.rs"]);
        check("a/**", &["a/b", "a/b/c"], &["a", "b"]);
        check(
            "**/node_modules",
            &["node_modules/x", "a/node_modules/x/y"],
            &["modules"],
        );
        check("**", &["a", "a/b"], &[]);
    }

    #[test]
    fn the_last_match_decides() {
        check(
            "*\n!requirements.txt\n!src/**",
            &["a", "b/c"],
            &["requirements.txt", "src/x/y"],
        );
        check(
            "*.md\n!README*.md\nREADME-secret.md",
            &["a.md", "README-secret.md"],
            &["README.md"],
        );
        check("a\n!a/b", &["a/c"], &["a/b", "a/b/c"]);
    }

    #[test]
    fn comments_classes_and_escapes() {
        check("# a\na", &["a"], &["# a"]);
        check("[a-c]x\n[^0-9]y", &["bx", "zy"], &["dx", "1y"]);
        check("\\*x\n[", &["*x"], &["ax", "["]);
    }

    #[test]
    fn all_or_all_but_something() {
        let hides = |text| Dockerignore::parse(text).hides_everything();
        assert!(hides("*") && hides("a\n**") && hides("**/*"));
        assert!(!hides(".*") && !hides("*\n!a") && !hides(""));
    }

    #[test]
    fn a_folder_with_exceptions_is_not_hidden_as_a_whole() {
        assert!(Dockerignore::parse("a").hides_folder("a"));
        assert!(!Dockerignore::parse("a\n!a/b").hides_folder("a"));
    }
}
