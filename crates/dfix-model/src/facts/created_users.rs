//! Users and groups that commands make.

use dfix_catalogue::{AccountTool, account_tool};

use crate::facts::variables::expand_text;
use crate::handles::{Command, Stage, Word};

/// A user that a command makes.
#[derive(Debug, Clone, Copy)]
pub struct CreatedUser<'m> {
    /// The command.
    pub command: Command<'m>,
    /// The word that names the user.
    pub name: Word<'m>,
    /// The number asked for.
    pub uid: Option<Word<'m>>,
    /// The main group asked for, name or number.
    pub group: Option<Word<'m>>,
    /// The home asked for.
    pub home: Option<Word<'m>>,
    /// The login shell asked for.
    pub shell: Option<Word<'m>>,
    /// Whether it is made as a user of the system.
    pub is_system: bool,
    /// Whether a group of the same name is made or was made for it.
    pub has_own_group: bool,
}

/// A group that a command makes.
#[derive(Debug, Clone, Copy)]
pub struct CreatedGroup<'m> {
    /// The command.
    pub command: Command<'m>,
    /// The word that names the group.
    pub name: Word<'m>,
    /// The number asked for.
    pub gid: Option<Word<'m>>,
}

impl CreatedUser<'_> {
    /// The user's name with the variables of the build put in, if known.
    pub fn name_text(&self) -> Option<String> {
        expand_text(self.command.stage()?, self.name, self.command)
    }
}

/// Words of a command sorted into options and operands.
struct Words<'m> {
    options: Vec<(&'m str, Option<Word<'m>>)>,
    operands: Vec<Word<'m>>,
}

/// Sorts the words of `useradd` and its like.
fn sort(command: Command<'_>, tool: AccountTool) -> Words<'_> {
    let mut sorted = Words {
        options: Vec::new(),
        operands: Vec::new(),
    };
    let mut words = command.args();
    let mut options_ended = false;
    while let Some(word) = words.next() {
        let text = word.literal_prefix();
        if options_ended || !text.starts_with('-') || text.len() < 2 {
            sorted.operands.push(word);
        } else if text == "--" {
            options_ended = true;
        } else if text.starts_with("--") {
            let name = text.split('=').next().unwrap_or(text);
            let value = if !tool.takes_next(name) {
                None
            } else if text.contains('=') {
                Some(word)
            } else {
                words.next()
            };
            sorted.options.push((name, value));
        } else {
            let mut rest = &text[1..];
            while let Some(letter) = rest.chars().next() {
                let after = &rest[letter.len_utf8()..];
                let name = &rest[..letter.len_utf8()];
                if tool.letter_takes_value(letter) {
                    let value = if after.is_empty() {
                        words.next()
                    } else {
                        Some(word)
                    };
                    sorted.options.push((name, value));
                    break;
                }
                sorted.options.push((name, None));
                rest = after;
            }
        }
    }
    sorted
}

impl<'m> Words<'m> {
    fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(name))
    }

    fn value(&self, names: &[&str]) -> Option<Word<'m>> {
        self.options
            .iter()
            .rev()
            .find(|(name, _)| names.contains(name))
            .and_then(|(_, value)| *value)
    }
}

fn user_made(command: Command<'_>) -> Option<CreatedUser<'_>> {
    let tool = account_tool(command.name())?;
    let made = |words: &Words<'_>| !words.has(&["--help", "--version"]);
    match command.name() {
        "useradd" => {
            let words = sort(command, tool);
            if words.has(&["D", "--defaults"]) || !made(&words) {
                return None;
            }
            // One name alone is taken; what stands before it may be options from a variable.
            let (name, before) = words.operands.split_last()?;
            if before.iter().any(|word| word.is_known()) {
                return None;
            }
            let group = words.value(&["g", "--gid"]);
            Some(CreatedUser {
                command,
                name: *name,
                uid: words.value(&["u", "--uid"]),
                group,
                home: words.value(&["d", "--home-dir", "--home"]),
                shell: words.value(&["s", "--shell"]),
                is_system: words.has(&["r", "--system"]),
                has_own_group: group.is_none() && !words.has(&["N", "--no-user-group"]),
            })
        }
        "adduser" => {
            let words = sort(command, tool);
            // Two names: the first joins the second, which is a group.
            let [name] = *words.operands.as_slice() else {
                return None;
            };
            if !made(&words) {
                return None;
            }
            // BusyBox: `-g` is a comment and `-G` the group; shadow: `-g` is the group.
            let is_busybox = words.has(&["D", "S", "H", "h", "G"]);
            let group = if is_busybox {
                words.value(&["G"])
            } else {
                words.value(&["g", "--ingroup", "--gid"])
            };
            let is_system = words.has(&["S", "r", "--system"]);
            Some(CreatedUser {
                command,
                name,
                uid: words.value(&["u", "--uid"]),
                group,
                home: words.value(&["h", "d", "--home", "--home-dir"]),
                shell: words.value(&["s", "--shell"]),
                is_system,
                has_own_group: group.is_none()
                    && (!is_system || words.has(&["--group"]))
                    && !words.has(&["N"]),
            })
        }
        _ => None,
    }
}

fn group_made(command: Command<'_>) -> Option<CreatedGroup<'_>> {
    let tool = account_tool(command.name())?;
    match command.name() {
        "groupadd" => {
            let words = sort(command, tool);
            Some(CreatedGroup {
                command,
                name: *words.operands.last()?,
                gid: words.value(&["g", "--gid"]),
            })
        }
        "addgroup" => {
            let words = sort(command, tool);
            let [name] = *words.operands.as_slice() else {
                return None;
            };
            Some(CreatedGroup {
                command,
                name,
                gid: words.value(&["g", "--gid"]),
            })
        }
        _ => None,
    }
}

/// The users that commands of this stage make, in order of place; see [`Stage::base_chain`] for those
/// of the stages that it is based on.
pub(crate) fn created_users(stage: Stage<'_>) -> impl Iterator<Item = CreatedUser<'_>> {
    stage.build_commands().filter_map(user_made)
}

/// The groups that commands of this stage make, in order of place.
pub(crate) fn created_groups(stage: Stage<'_>) -> impl Iterator<Item = CreatedGroup<'_>> {
    stage.build_commands().filter_map(group_made)
}
