//! What a source in another language than the shell's does with apt.

use crate::path::file_name;

const FRONT_ENDS: [&str; 3] = ["apt", "apt-get", "aptitude"];

/// Whether a source names apt, its comments aside.
pub fn is_named_in(text: &str) -> bool {
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        line.starts_with('#') || line.starts_with("//")
    };
    let mut lines = text.lines().filter(|line| !is_comment(line));
    text.contains("apt") && lines.any(|line| words(line).any(|word| FRONT_ENDS.contains(&word)))
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
        let is_install = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            super::is_install(&words)
        };
        assert!(is_install("apt-get -y install x") && is_install("sudo /usr/bin/apt install x"));
        assert!(!is_install("apt-get update") && !is_install("pip install apt"));
    }
}
