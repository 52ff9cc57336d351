//! Whom a path belongs to, and who may do what there.

use dfix_catalogue::{FolderMark, folder_above};

use super::changes::{About, Change, From, Reach, What, fits, rest_of};
use super::entry::{Entry, Owner};
use super::mode::{Access, Class, Mode};
use super::view::{MOST_STAGES, View, unread};
use crate::facts::accounts::Accounts;
use crate::facts::accounts::account::Account;
use crate::handles::Base;
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

impl View<'_, '_> {
    pub(super) fn owner(self, path: &ImagePath, depth: usize) -> Result<Owner, OpenCondition> {
        if depth > MOST_STAGES {
            return Err(unread(path));
        }
        let open = |why: String| Err(OpenCondition::new(why, "let `chown` give it to somebody"));
        let mut group: Option<String> = None;
        let with_group = |owner: Owner, group: Option<String>| Owner {
            group: group.or(owner.group),
            ..owner
        };
        for (at, level) in self.data.merged(path, self.end, About::Owner) {
            let change = &self.data.changes[at];
            let found = match (&change.what, level) {
                (What::Unsure(why), _) => return Err(why.clone()),
                (
                    What::Owner {
                        user, group: to, ..
                    },
                    _,
                ) => {
                    if !change.is_certain {
                        return open(format!("whom {path} belongs to, which a condition decides"));
                    }
                    match user {
                        Some(user) => Ok(Owner {
                            user: user.clone(),
                            group: to.clone(),
                        }),
                        None => {
                            group = group.or(to.clone());
                            continue;
                        }
                    }
                }
                (What::Folder { owner, is_new, .. }, 0) => {
                    let earlier = || View { end: at, ..self }.owner(path, depth + 1);
                    if *is_new || earlier() == *owner {
                        owner.clone()
                    } else {
                        open(format!(
                            "whom {path} belongs to, which may have been there before"
                        ))
                    }
                }
                (What::File { owner, from, .. }, 0) => match owner {
                    Some(owner) => owner.clone(),
                    None => self.owner_from(from, &change.path, path, depth),
                },
                (
                    What::Tree {
                        owner, from, only, ..
                    },
                    level,
                ) if level > 0 => {
                    let rest = ImagePath::new(path.below(&change.path).unwrap_or(""));
                    let first = rest.parts().next().unwrap_or("");
                    if only.as_ref().is_some_and(|pattern| !fits(pattern, first)) {
                        continue;
                    }
                    match self.entry_from(from, &change.path, path, depth) {
                        Entry::Nothing => continue,
                        Entry::Unknown(_) => {
                            // A folder that the file makes keeps its owner, whatever lands in it.
                            let earlier = View { end: at, ..self }.owner(path, depth + 1);
                            let this = match owner {
                                Some(owner) => owner.clone(),
                                None => self.owner_from(from, &change.path, path, depth),
                            };
                            if earlier == this {
                                this
                            } else {
                                open(format!("whom {path} belongs to"))
                            }
                        }
                        _ => match owner {
                            Some(owner) => owner.clone(),
                            None => self.owner_from(from, &change.path, path, depth),
                        },
                    }
                }
                _ => continue,
            };
            return found.map(|owner| with_group(owner, group));
        }
        self.owner_below(path, depth)
            .map(|owner| with_group(owner, group))
    }

    /// Whom a path of the base belongs to.
    fn owner_below(self, path: &ImagePath, depth: usize) -> Result<Owner, OpenCondition> {
        if let Base::Stage(parent) = self.stage.base() {
            return self.other(parent).owner(path, depth);
        }
        let homes = Accounts::of(self.stage).homes();
        if let Some(account) = path.and_above().find_map(|folder| homes.get(folder)) {
            return Ok(Owner {
                group: Some(account.group.as_ref().unwrap_or(&account.name).clone()),
                user: account.name.clone(),
            });
        }
        let is_systems = path.is_root()
            || folder_above(path.as_str(), FolderMark::System).is_some_and(|f| f != "/home");
        if is_systems || self.stage.base() == Base::Scratch {
            return Ok(Owner::root());
        }
        Err(OpenCondition::new(
            format!("whom {path} belongs to"),
            "let `chown` give it to somebody",
        ))
    }

    pub(super) fn owner_from(
        self,
        from: &From,
        at: &ImagePath,
        path: &ImagePath,
        depth: usize,
    ) -> Result<Owner, OpenCondition> {
        let (stage, source) = match from {
            From::Stage(stage, source) => (stage, source),
            From::Elsewhere => {
                return Err(OpenCondition::new(
                    format!("whom {path} belongs to, which comes from elsewhere"),
                    "say the owner by `--chown`",
                ));
            }
            From::Context(_) | From::Download | From::Command => return Ok(Owner::root()),
        };
        let stage = self.stage_of(*stage);
        let path = source.join(rest_of(path.below(at).unwrap_or("")));
        let owner = self.other(stage).owner(&path, depth + 1)?;
        if owner.is_root() || owner.user.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(owner);
        }
        // Numbers are copied, not names.
        match Accounts::of(stage).account(&owner.user).and_then(|a| a.uid) {
            Some(uid) => Ok(Owner {
                user: uid.to_string(),
                group: None,
            }),
            None => Err(OpenCondition::new(
                format!("which number {} has, whom {path} belongs to", owner.user),
                "say the owner by `COPY --chown`",
            )),
        }
    }

    /// What in a folder is not a user's, see [`Filesystem::not_of`](super::Filesystem::not_of).
    pub(super) fn not_of(self, account: &Account, folder: &ImagePath, found: &mut Vec<ImagePath>) {
        let mut given: Vec<&ImagePath> = Vec::new();
        for change in self.data.changes[..self.end].iter().rev() {
            let is_inside = change.path.is_below(folder);
            let is_around = folder.is_below(&change.path);
            if !(is_inside || is_around) || given.iter().any(|path| change.path.is_below(path)) {
                continue;
            }
            let owner = match &change.what {
                What::Owner {
                    user: Some(user),
                    reach: Reach::Deep,
                    ..
                } if change.is_certain => {
                    let is_own = Owner::of_text(user).is(account);
                    if !is_own {
                        found.push(change.path.clone());
                    }
                    if is_around {
                        return;
                    }
                    given.push(&change.path);
                    continue;
                }
                What::Unsure(_) => return found.push(folder.clone()),
                What::File { owner, from, .. } if is_inside => match owner {
                    Some(owner) => owner.clone(),
                    None => self.owner_from(from, &change.path, &change.path, 0),
                },
                What::Tree { owner, from, .. } => match owner {
                    Some(owner) => owner.clone(),
                    None => self.owner_from(from, &change.path, &change.path, 0),
                },
                What::Folder {
                    owner,
                    is_asked: true,
                    ..
                } if is_inside && change.path != *folder => owner.clone(),
                _ => continue,
            };
            if !owner.is_ok_and(|owner| owner.is(account)) {
                found.push(change.path.clone());
            }
        }
        if let Base::Stage(parent) = self.stage.base() {
            self.other(parent).not_of(account, folder, found);
        }
    }

    /// Whether the rights of a path itself let a user do this.
    pub(super) fn allows(self, account: &Account, access: Access, path: &ImagePath) -> Ternary {
        if account.uid == Some(0) || account.name == "root" {
            return Ternary::Yes;
        }
        let mode = match self.mode(path, 0) {
            Ok(mode) => mode,
            Err(open) => return Ternary::Unknown(open),
        };
        let of = |class| match mode.allows(class, access) {
            Some(allowed) => allowed.into(),
            // Root runs it as it is, so that there is such a right.
            None => Ternary::Yes,
        };
        let everybody = [Class::Owner, Class::Group, Class::Others].map(of);
        if everybody.iter().all(|answer| *answer == everybody[0]) {
            let [answer, ..] = everybody;
            return answer;
        }
        match self.owner(path, 0) {
            Err(open) => Ternary::Unknown(open),
            Ok(owner) if owner.is(account) => of(Class::Owner),
            Ok(owner) => {
                let own_group = account.group.as_deref().unwrap_or(&account.name);
                if owner.group.as_deref() == Some(own_group) {
                    of(Class::Group)
                } else {
                    of(Class::Others)
                }
            }
        }
    }

    pub(super) fn mode(self, path: &ImagePath, depth: usize) -> Result<Mode, OpenCondition> {
        let mut later: Vec<&str> = Vec::new();
        let mut found = None;
        let mut is_folder = false;
        for (at, level) in self.data.merged(path, self.end, About::Mode) {
            let change = &self.data.changes[at];
            match (&change.what, level) {
                (What::Unsure(why), _) => return Err(why.clone()),
                (What::Mode { change: text, .. }, _) => {
                    let Some(text) = text.as_deref().filter(|_| change.is_certain) else {
                        return Err(OpenCondition::new(
                            format!("which mode `chmod` gives to {path}"),
                            "write the mode down",
                        ));
                    };
                    later.push(text);
                    // Digits say all of it.
                    if text.bytes().all(|b| b.is_ascii_digit()) {
                        found = Some(Ok(Mode::AS_COPIED));
                        break;
                    }
                }
                (
                    What::Folder {
                        mode, is_new: true, ..
                    },
                    0,
                ) => {
                    is_folder = true;
                    found = Some(mode.clone());
                    break;
                }
                (
                    What::File {
                        mode, from, entry, ..
                    },
                    0,
                ) => {
                    found = Some(self.mode_from(mode.as_deref(), from, change, path, depth));
                    is_folder = *entry == Entry::Folder;
                    break;
                }
                (What::Tree { mode, from, .. }, level) if level > 0 => {
                    let entry = self.entry_from(from, &change.path, path, depth);
                    if entry == Entry::Nothing || (entry != Entry::File && mode.is_none()) {
                        continue;
                    }
                    found = Some(self.mode_from(mode.as_deref(), from, change, path, depth));
                    break;
                }
                _ => {}
            }
        }
        let mut mode = match found {
            Some(mode) => mode?,
            None => match self.stage.base() {
                Base::Stage(parent) if depth <= MOST_STAGES => {
                    self.other(parent).mode(path, depth + 1)?
                }
                _ => mode_of_base(path),
            },
        };
        for text in later.into_iter().rev() {
            if !mode.change(text, is_folder) {
                return Err(OpenCondition::new(
                    format!("which mode `chmod {text}` gives to {path}"),
                    "write the mode in octal digits",
                ));
            }
        }
        Ok(mode)
    }

    fn mode_from(
        self,
        set: Option<&str>,
        from: &From,
        change: &Change,
        path: &ImagePath,
        depth: usize,
    ) -> Result<Mode, OpenCondition> {
        let mut mode = match from {
            From::Download => Mode::octal(0o600),
            From::Command => Mode::octal(0o644),
            From::Stage(stage, source) if depth <= MOST_STAGES => {
                let stage = self.stage_of(*stage);
                let rest = path.below(&change.path).unwrap_or("");
                let view = self.other(stage);
                let path = source.join(rest_of(rest));
                let mut told = view.data.merged(&path, view.end, About::Owner);
                let is_told = told.next().is_some();
                if is_told {
                    view.mode(&path, depth + 1)?
                } else {
                    Mode::octal(0o755)
                }
            }
            From::Context(_) | From::Elsewhere | From::Stage(..) => Mode::AS_COPIED,
        };
        if let Some(text) = set
            && !mode.change(text, false)
        {
            return Err(OpenCondition::new(
                format!("which mode `--chmod={text}` gives to {path}"),
                "write the mode in octal digits",
            ));
        }
        Ok(mode)
    }
}

/// The modes that distributions give to the folders of every image.
fn mode_of_base(path: &ImagePath) -> Mode {
    match path.as_str() {
        "/root" => Mode::octal(0o700),
        "/tmp" | "/var/tmp" | "/dev/shm" => Mode::octal(0o777),
        _ => Mode::octal(0o755),
    }
}
