//! What a source in another language than the shell's does with apt.

use crate::path::file_name;

const FRONT_ENDS: [&str; 3] = ["apt", "apt-get", "aptitude"];

/// Whether a source names apt, its comments aside.
pub fn is_named_in(text: &str) -> bool {
    text.contains("apt") && names_one(text, |word| FRONT_ENDS.contains(&word))
}

/// Whether a source names one of these programs, its comments aside.
pub(crate) fn names_one(text: &str, is_one: impl Fn(&str) -> bool) -> bool {
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        line.starts_with('#') || line.starts_with("//")
    };
    let mut lines = text.lines().filter(|line| !is_comment(line));
    lines.any(|line| words(line).any(&is_one))
}

/// Whether a source has apt fetch the lists.
pub fn updates(text: &str) -> bool {
    let mut words = words(text).peekable();
    while let Some(word) = words.next() {
        if FRONT_ENDS.contains(&word) {
            while words.next_if(|it| it.starts_with('-')).is_some() {}
            if words.peek() == Some(&"update") {
                return true;
            }
        }
    }
    false
}

/// Whether a text of a source begins with a command that installs by apt, as one that is started does: `"sudo apt-get
/// install -y "`, `['apt', 'install', name]`. What tells a person to do so mostly begins otherwise.
pub fn starts_an_install(text: &str) -> bool {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    text.lines()
        .filter(|line| line.contains("apt"))
        .any(|line| {
            let mut begins = line.match_indices(is_quote).map(|(at, _)| &line[at + 1..]);
            begins.any(|rest| {
                let rest = rest.strip_prefix("sudo").map_or(rest, |rest| {
                    rest.trim_start_matches(|c: char| is_quote(c) || c == ',' || c == ' ')
                });
                let mut words = words(rest);
                let is_it = |word: &str| FRONT_ENDS.contains(&word);
                let starts_so = FRONT_ENDS.iter().any(|it| rest.starts_with(it));
                starts_so
                    && words.next().is_some_and(is_it)
                    && words.find(|word| !word.starts_with('-')) == Some("install")
            })
        })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '.' | ':');
    text.split(move |c: char| !is_part(c))
        .filter(|word| !word.is_empty())
}

/// Whether the words of a command install by apt: `sudo apt-get -y install curl`
pub fn is_install(words: &[String]) -> bool {
    let program = words
        .iter()
        .position(|word| FRONT_ENDS.contains(&file_name(word)));
    let rest = program.map(|at| &words[at + 1..]);
    rest.and_then(|rest| rest.iter().find(|word| !word.starts_with('-')))
        .is_some_and(|word| word == "install")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_tell_what_they_do_with_apt() {
        for (text, is_named, fetches) in [
            (
                "cmd = f'sudo apt-get -q install -y {x}'.split(' ')\n",
                true,
                false,
            ),
            (
                "execSync('apt-get -qq update && apt-get install x')\n",
                true,
                true,
            ),
            ("run(['apt-get', 'update'])\n", true, true),
            ("# apt-get is not called\nadapt = 'capture'\n", false, false),
            ("chapter = 1\n", false, false),
        ] {
            assert_eq!(
                (is_named_in(text), updates(text)),
                (is_named, fetches),
                "{text}"
            );
        }
        for text in [
            "exec(`apt-get install -y ${name}`)",
            "  install: 'sudo apt-get install -y',",
            "spawn('sudo', ['apt', '-y', 'install', name])",
            "run([\"sudo\", \"apt-get\", \"install\", x])",
        ] {
            assert!(starts_an_install(text), "{text}");
        }
        for text in [
            "throw new Error('please run apt-get install ffmpeg')",
            "exec('apt-get update')",
            "const aptitude = 'install'",
        ] {
            assert!(!starts_an_install(text), "{text}");
        }
        let is_install = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            super::is_install(&words)
        };
        assert!(is_install("apt-get -y install x") && is_install("sudo /usr/bin/apt install x"));
        assert!(!is_install("apt-get update") && !is_install("pip install apt"));
    }
}
