//! The commands that make, change and delete users and groups: shadow's, Debian's, BusyBox'.

use dfix_catalogue::{AccountTool, account_tool};

use crate::facts::variables::expand_text;
use crate::handles::{Command, Stage, Word};

/// What a command says of accounts.
pub(super) enum Said<'m> {
    /// It makes a user.
    MakeUser(NewUser<'m>),
    /// It makes a group.
    MakeGroup(NamedGroup<'m>),
    /// It deletes a user, and the group of the same name with it.
    RemoveUser(Word<'m>),
    /// It deletes a group.
    RemoveGroup(Word<'m>),
    /// It changes a user.
    ChangeUser(ChangedUser<'m>),
    /// It gives a group another name or number.
    ChangeGroup(NamedGroup<'m>),
    /// It makes the users of a list that it reads.
    ReadList,
}

/// What an option is given: a word, or what stands behind the option in its own: `--uid=1000`, `-u1000`.
#[derive(Clone, Copy)]
pub(crate) struct OptionValue<'m> {
    word: Word<'m>,
    /// How many bytes of the word's text are the option.
    from: usize,
}

impl<'m> OptionValue<'m> {
    /// The value with the variables of the build put in, if known.
    pub(crate) fn text(self, stage: Stage<'m>, command: Command<'m>) -> Option<String> {
        let mut text = expand_text(stage, self.word, command)?;
        (self.from <= text.len()).then(|| text.split_off(self.from))
    }

    /// Whether it is written down as it is.
    pub(super) fn is_known(self) -> bool {
        self.word.is_known()
    }
}

/// A group that a command makes or changes.
pub(super) struct NamedGroup<'m> {
    pub(super) name: Word<'m>,
    pub(super) new_name: Option<OptionValue<'m>>,
    pub(super) gid: Option<OptionValue<'m>>,
    /// Whether another group may have the number, too.
    pub(super) may_share: bool,
}

/// A user that a command makes.
pub(super) struct NewUser<'m> {
    pub(super) name: Word<'m>,
    pub(super) uid: Option<OptionValue<'m>>,
    /// Whether another user may have the number, too.
    pub(super) may_share: bool,
    /// The main group, name or number.
    pub(super) group: Option<OptionValue<'m>>,
    pub(super) home: Option<OptionValue<'m>>,
    pub(super) shell: Option<OptionValue<'m>>,
    pub(super) is_system: bool,
    /// Whether a group of the same name is made with it.
    pub(super) has_own_group: bool,
    /// Whether the home is made; none where that depends on the system's settings.
    pub(super) makes_home: Option<bool>,
}

/// What a command changes of a user.
pub(super) struct ChangedUser<'m> {
    pub(super) name: Word<'m>,
    pub(super) new_name: Option<OptionValue<'m>>,
    pub(super) uid: Option<OptionValue<'m>>,
    /// Whether another user may have the number, too.
    pub(super) may_share: bool,
    pub(super) group: Option<OptionValue<'m>>,
    pub(super) home: Option<OptionValue<'m>>,
    pub(super) moves_home: bool,
    pub(super) shell: Option<OptionValue<'m>>,
}

/// Words of a command sorted into options and operands.
struct Words<'m> {
    options: Vec<(&'m str, Option<OptionValue<'m>>)>,
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
                let from = name.len() + 1;
                Some(OptionValue { word, from })
            } else {
                words.next().map(|word| OptionValue { word, from: 0 })
            };
            sorted.options.push((name, value));
        } else {
            let mut rest = &text[1..];
            while let Some(letter) = rest.chars().next() {
                let after = &rest[letter.len_utf8()..];
                let name = &rest[..letter.len_utf8()];
                if tool.letter_takes_value(letter) {
                    // A word that a variable goes on from here holds the value, too.
                    let value = if after.is_empty() && word.is_known() {
                        words.next().map(|word| OptionValue { word, from: 0 })
                    } else {
                        let from = text.len() - after.len();
                        Some(OptionValue { word, from })
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

    fn may_share(&self) -> bool {
        self.has(&["o", "--non-unique"])
    }

    fn value(&self, names: &[&str]) -> Option<OptionValue<'m>> {
        self.options
            .iter()
            .rev()
            .find(|(name, _)| names.contains(name))
            .and_then(|(_, value)| *value)
    }
}

/// What a command says of accounts; none where it says nothing of them.
pub(super) fn said(command: Command<'_>) -> Option<Said<'_>> {
    // systemd-sysusers(8) with lines of its own or the files of packages.
    if command.is_one_of(&["newusers", "systemd-sysusers", "sysusers"]) {
        return Some(Said::ReadList);
    }
    let tool = account_tool(command.name())?;
    let words = sort(command, tool);
    // BusyBox: `-D` makes no password, `-S` a user of the system.
    let is_busybox = command.is("adduser") && words.has(&["D", "S", "H", "h", "G"]);
    let is_elsewhere = |name: &str| {
        let is_letter = !name.starts_with("--");
        let option = if is_letter {
            format!("-{name}")
        } else {
            name.to_owned()
        };
        tool.is_elsewhere(&option) && !(is_busybox && name == "D")
    };
    if words.options.iter().any(|(name, _)| is_elsewhere(name)) {
        return None;
    }
    match command.name() {
        "useradd" => useradd(&words),
        "adduser" => adduser(&words, is_busybox),
        "usermod" => Some(Said::ChangeUser(ChangedUser {
            name: *words.operands.last()?,
            new_name: words.value(&["l", "--login"]),
            uid: words.value(&["u", "--uid"]),
            may_share: words.may_share(),
            group: words.value(&["g", "--gid"]),
            home: words.value(&["d", "--home"]),
            moves_home: words.has(&["m", "--move-home"]),
            shell: words.value(&["s", "--shell"]),
        })),
        "groupadd" => Some(Said::MakeGroup(group(&words, *words.operands.last()?))),
        "groupmod" => Some(Said::ChangeGroup(group(&words, *words.operands.last()?))),
        "addgroup" => match *words.operands.as_slice() {
            [name] => Some(Said::MakeGroup(group(&words, name))),
            // Two names: the user joins the group.
            _ => None,
        },
        "userdel" => Some(Said::RemoveUser(*words.operands.last()?)),
        "deluser" => match *words.operands.as_slice() {
            [name] if words.has(&["--group"]) => Some(Said::RemoveGroup(name)),
            [name] => Some(Said::RemoveUser(name)),
            // Two names: the user leaves the group.
            _ => None,
        },
        "groupdel" => Some(Said::RemoveGroup(*words.operands.last()?)),
        "delgroup" => match *words.operands.as_slice() {
            [name] => Some(Said::RemoveGroup(name)),
            _ => None,
        },
        _ => None,
    }
}

/// The user whose home a command makes: its name, and the home where that is said.
pub(crate) fn made_home(command: Command<'_>) -> Option<(Word<'_>, Option<OptionValue<'_>>)> {
    match said(command)? {
        Said::MakeUser(new) if new.makes_home == Some(true) => Some((new.name, new.home)),
        _ => None,
    }
}

fn group<'m>(words: &Words<'m>, name: Word<'m>) -> NamedGroup<'m> {
    NamedGroup {
        name,
        new_name: words.value(&["n", "--new-name"]),
        gid: words.value(&["g", "--gid"]),
        may_share: words.may_share(),
    }
}

fn useradd<'m>(words: &Words<'m>) -> Option<Said<'m>> {
    let (name, before) = words.operands.split_last()?;
    // One name alone is taken; what stands before it may be options from a variable.
    if before.iter().any(|word| word.is_known()) {
        return None;
    }
    let group = words.value(&["g", "--gid"]);
    let is_system = words.has(&["r", "--system"]);
    let makes_home = if words.has(&["M", "--no-create-home"]) {
        Some(false)
    } else {
        words.has(&["m", "--create-home"]).then_some(true)
    };
    Some(Said::MakeUser(NewUser {
        name: *name,
        uid: words.value(&["u", "--uid"]),
        may_share: words.may_share(),
        group,
        home: words.value(&["d", "--home-dir", "--home"]),
        shell: words.value(&["s", "--shell"]),
        is_system,
        has_own_group: group.is_none() && !words.has(&["N", "--no-user-group"]),
        makes_home: if is_system {
            makes_home.or(Some(false))
        } else {
            makes_home
        },
    }))
}

fn adduser<'m>(words: &Words<'m>, is_busybox: bool) -> Option<Said<'m>> {
    // Two names: the first joins the second, which is a group. BusyBox makes the user in it where its options say what it is like.
    let (name, joined) = match *words.operands.as_slice() {
        [name] => (name, None),
        [name, word] if is_busybox => (name, Some(OptionValue { word, from: 0 })),
        _ => return None,
    };
    // BusyBox: `-g` is a comment and `-G` the group; shadow: `-g` is the group.
    let group = if is_busybox {
        words.value(&["G"]).or(joined)
    } else {
        words.value(&["g", "--ingroup", "--gid"])
    };
    let is_system = words.has(&["S", "r", "--system"]);
    let refuses_home = words.has(&["H", "M", "--no-create-home"]);
    Some(Said::MakeUser(NewUser {
        name,
        uid: words.value(&["u", "--uid"]),
        may_share: words.may_share(),
        group,
        home: words.value(&["h", "d", "--home", "--home-dir"]),
        shell: words.value(&["s", "--shell"]),
        is_system,
        has_own_group: group.is_none()
            && (!is_system || words.has(&["--group"]))
            && !words.has(&["N"]),
        makes_home: Some(!refuses_home && (!is_system || is_busybox)),
    }))
}
