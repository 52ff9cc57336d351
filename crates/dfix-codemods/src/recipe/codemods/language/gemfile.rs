//! What a Gemfile says of the version of Ruby, which Bundler holds it to: to the last number, where that is all it says.

use std::sync::Arc;

use dfix_model::path::has_ending;
use regex::Regex;

use super::files::{captured, tool_version};
use super::numbers::lets_through;

/// Words of Ruby that read a file, or name one.
const READS: [&str; 6] = [
    "File.",
    "IO.",
    "Pathname",
    "file:",
    ":file =>",
    ".ruby-version",
];

/// What a Gemfile asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A condition, with the file that says it where that is another one.
    Condition(String, Option<String>),
    /// Nobody can tell here: the line as it is written.
    Unclear(String),
}

impl Asked {
    /// Whether it lets a version through; none where nobody can tell.
    pub(super) fn lets(&self, version: &[u32]) -> Option<bool> {
        match self {
            Asked::Condition(condition, _) => lets_through(condition, version),
            Asked::Unclear(_) => None,
        }
    }

    /// For people: `Ruby 3.4.6 (.ruby-version)`.
    pub(super) fn told(&self) -> String {
        match self {
            Asked::Condition(condition, None) => format!("Ruby {condition}"),
            Asked::Condition(condition, Some(file)) => format!("Ruby {condition} ({file})"),
            Asked::Unclear(line) => line.clone(),
        }
    }
}

/// What the line `ruby …` of a Gemfile asks for; `read` gives files of its folder. None where there is none, or it takes any.
pub(super) fn asked(gemfile: &str, read: &dyn Fn(&str) -> Option<Arc<str>>) -> Option<Asked> {
    let line = captured(r"(?m)^\s*ruby[\s(]\s*(\S.*)$", gemfile)?;
    let line = line.split(" # ").next().unwrap_or_default().trim();
    // The Ruby that runs it.
    if line.trim_end_matches(')') == "RUBY_VERSION" {
        return None;
    }
    let unclear = || Some(Asked::Unclear(format!("`ruby {line}`")));
    if !READS.iter().any(|it| line.contains(it)) {
        if !line.starts_with(['"', '\'']) || line.contains("#{") {
            return unclear();
        }
        let texts = captured(r#"^((?:["'][^"']+["']\s*,?\s*)+)"#, line)?;
        let conditions: Vec<&str> = texts.split(['"', '\'']).skip(1).step_by(2).collect();
        return Some(Asked::Condition(conditions.join(", "), None));
    }
    let names = Regex::new(r#"["']([^"'#{}\s]*[A-Za-z][^"'#{}\s]*)["']"#).ok()?;
    let mut files = names.captures_iter(line).map(|it| it[1].to_owned());
    let found = files.find_map(|name| {
        let name = name.trim_start_matches("./").to_owned();
        let text = read(&name)?;
        Some((version_of(&name, &text)?, name))
    });
    let Some((version, name)) = found else {
        return unclear();
    };
    let operator = captured(r#"^["']\s*(~>|>=|<=|=|>|<)\s*#\{"#, line).unwrap_or_default();
    // What is done to the text beside that nobody can tell here.
    let is_plain = !line.contains("segments") && !line.contains("split") && !line.contains('[');
    if !is_plain {
        return unclear();
    }
    let condition = [operator, version].join(" ").trim().to_owned();
    Some(Asked::Condition(condition, Some(name)))
}

/// The version that such a file says: `3.4.6`, `ruby-3.4.6`, `ruby 3.4.6` among other tools.
fn version_of(name: &str, text: &str) -> Option<String> {
    if name.ends_with(".tool-versions") || has_ending(name, ".toml") {
        return tool_version(text, "ruby");
    }
    let first = text.lines().next()?.trim();
    let version = first.strip_prefix("ruby-").unwrap_or(first);
    version
        .starts_with(|it: char| it.is_ascii_digit())
        .then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gemfiles_ask_for_versions() {
        let read = |name: &str| match name {
            ".ruby-version" => Some(Arc::from("3.4.6\n")),
            ".tool-versions" => Some(Arc::from("nodejs 22.1.0\nruby 3.4.6\n")),
            "config/ruby" => Some(Arc::from("ruby-3.4.6\n")),
            _ => None,
        };
        let of = |text: &str| asked(&format!("source 'x'\n{text}\ngem 'rails'\n"), &read);
        let by = |condition: &str, file: Option<&str>| {
            let file = file.map(str::to_owned);
            Some(Asked::Condition(condition.to_owned(), file))
        };
        for (text, file) in [
            ("ruby file: '.ruby-version'", ".ruby-version"),
            ("ruby(file: \".ruby-version\")", ".ruby-version"),
            ("ruby :file => '.ruby-version'", ".ruby-version"),
            ("ruby File.read('.ruby-version').strip", ".ruby-version"),
            ("ruby IO.read(\"./.ruby-version\").chomp", ".ruby-version"),
            (
                "ruby File.read(File.expand_path('.ruby-version', __dir__)).strip",
                ".ruby-version",
            ),
            (
                "  ruby File.read(File.join(__dir__, '.ruby-version')).strip # as it is",
                ".ruby-version",
            ),
            ("ruby file: '.tool-versions'", ".tool-versions"),
            ("ruby File.open('config/ruby').read.strip", "config/ruby"),
        ] {
            assert_eq!(of(text), by("3.4.6", Some(file)), "{text}");
        }
        assert_eq!(
            of("ruby \"~> #{File.read('.ruby-version').strip}\""),
            by("~> 3.4.6", Some(".ruby-version"))
        );
        assert_eq!(of("ruby '>= 3.1', '< 3.5'"), by(">= 3.1, < 3.5", None));
        assert_eq!(of("ruby '3.4.6', engine: 'ruby'"), by("3.4.6", None));
        assert_eq!(of("ruby RUBY_VERSION"), None);
        assert_eq!(of("gem 'ruby'"), None);
        for text in [
            "ruby ENV.fetch('RUBY_VERSION')",
            "ruby File.read('elsewhere').strip",
            "ruby File.read('.ruby-version').split('.')[0]",
            "ruby \"~> #{version}\"",
        ] {
            assert_eq!(of(text), Some(Asked::Unclear(format!("`{text}`"))));
        }
    }
}
