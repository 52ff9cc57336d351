//! Scripts that are fetched and piped into a shell, and what is known of them.

use dfix_model::{Command, Operator};

/// Scripts that are known by the address they are fetched from, and what they call beside what every
/// image has.
const INSTALLERS: &[(&str, &[&str])] = &[
    // They install what they need with apt-get themselves.
    ("deb.nodesource.com/setup", &[]),
    ("install.python-poetry.org", &[]),
    ("raw.githubusercontent.com/python-poetry/poetry", &[]),
    ("raw.githubusercontent.com/sdispater/poetry", &[]),
    ("bootstrap.pypa.io", &[]),
    ("astral.sh/uv", &["curl"]),
    ("astral.sh/ruff", &["curl"]),
];

/// What the script that is piped into a shell calls, where it is known.
pub(super) fn known_installer(command: Command<'_>) -> Option<&'static [&'static str]> {
    let mut at = command.previous();
    while let Some(before) = at {
        for word in before.args() {
            let text = word.literal_prefix();
            if let Some((_, tools)) = INSTALLERS
                .iter()
                .find(|(address, _)| text.contains(address))
            {
                return Some(tools);
            }
        }
        let joined = before
            .before()
            .is_some_and(|c| c.operator == Operator::Pipe);
        if !joined {
            return None;
        }
        at = before.previous();
    }
    None
}
