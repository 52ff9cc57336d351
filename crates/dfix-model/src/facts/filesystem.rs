//! The files of an image as the steps leave them: what is there, where it comes from, whose it is, who may
//! do what with it.

mod changes;
mod commands;
mod mode;

use crate::collect::shell::Os;
use crate::context::Answer;
use crate::facts::accounts::{Account, Accounts};
use crate::facts::base_image::{base_facts, base_workdir};
use crate::handles::{Base, Command, ProgramPoint, Stage, Step};
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

use changes::{Change, Data, From, Reach, What};
use dfix_catalogue::{Family, FolderMark, folder_above, folder_is};
use mode::{Class, Mode};

pub use mode::Access;

/// The files of a stage's image, at its end or at a step, see [`Filesystem::at`].
#[derive(Clone, Copy)]
pub struct Filesystem<'m> {
    stage: Stage<'m>,
    data: &'m Data,
    /// Only what happens before this step counts.
    before: usize,
}

/// Whom a file belongs to, by names or numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The user; `root` also where it is said by its number.
    pub user: String,
    /// The group, where one is known.
    pub group: Option<String>,
}

impl Owner {
    /// The superuser.
    pub fn root() -> Self {
        Owner {
            user: "root".to_owned(),
            group: Some("root".to_owned()),
        }
    }

    /// Whether it is the superuser.
    pub fn is_root(&self) -> bool {
        self.user == "root"
    }

    /// The owner that `user`, `user:group` or a number names.
    pub(crate) fn of_text(text: &str) -> Self {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group).filter(|g| !g.is_empty())),
            None => (text, None),
        };
        let named = |text: &str| if text == "0" { "root" } else { text }.to_owned();
        Owner {
            user: named(user),
            group: group.map(named),
        }
    }

    /// Whether it is this user.
    pub fn is(&self, account: &Account) -> bool {
        self.user == account.name
            || account
                .uid
                .is_some_and(|uid| self.user.parse() == Ok(uid) || (uid == 0 && self.is_root()))
    }
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The build context: the path in it, `""` being its root.
    Context(String),
    /// Another stage: its index, and the path there.
    Stage(usize, ImagePath),
    /// A command of this step: its index.
    Step(usize),
    /// It is downloaded by an `ADD`.
    Download,
    /// The base image.
    Base,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A file or a folder.
    Either,
    /// Nothing.
    Nothing,
    /// It is not known whether there is something.
    Unknown(OpenCondition),
}

/// More copied folders than this are not looked into for one path.
const MOST_FOLDERS: usize = 64;

/// Folders of every system that hold nothing in an image which only adds programs.
const EMPTY: &[&str] = &["/home", "/media", "/mnt", "/opt", "/srv"];

/// How many stages a file is followed through.
const MOST_STAGES: usize = 8;

impl<'m> Filesystem<'m> {
    /// The files at the end of a stage: those of the container.
    pub fn of(stage: Stage<'m>) -> Self {
        Filesystem {
            stage,
            data: stage.cached(|| changes::of(stage)),
            before: usize::MAX,
        }
    }

    /// The files as they are when a step begins.
    pub fn at(self, at: impl ProgramPoint<'m>) -> Self {
        Filesystem {
            before: at.step().index,
            ..self
        }
    }

    fn view(self) -> View<'m, 'm> {
        View {
            stage: self.stage,
            data: self.data,
            end: self.data.count_before(self.before),
        }
    }

    /// What stands at a path.
    pub fn entry(self, path: &ImagePath) -> Entry {
        self.view().entry(path, 0)
    }

    /// Whether something stands at a path.
    pub fn exists(self, path: &ImagePath) -> Ternary {
        match self.entry(path) {
            Entry::Nothing => Ternary::No,
            Entry::Unknown(open) => Ternary::Unknown(open),
            Entry::Folder | Entry::File | Entry::Either => Ternary::Yes,
        }
    }

    /// Whom a file or folder belongs to.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn owner(self, path: &ImagePath) -> Result<Owner, OpenCondition> {
        self.view().owner(path, 0)
    }

    /// Where a file or folder comes from, if it is known.
    pub fn origin(self, path: &ImagePath) -> Option<Origin> {
        self.view().origin(path)
    }

    /// Whether a user may do this with the file or folder at a path, the folders above it gone through.
    pub fn may(self, account: &Account, access: Access, path: &ImagePath) -> Ternary {
        let above: Vec<ImagePath> = path.ancestors().filter(|p| !p.is_root()).collect();
        let mut answer = self.view().allows(account, access, path);
        for folder in above {
            answer = self
                .view()
                .allows(account, Access::Execute, &folder)
                .and(|| answer);
        }
        answer
    }

    /// Whether all that is copied into a folder and made in it belongs to a user; of the folder itself
    /// see [`Filesystem::owner`]. What package managers and other programs leave there is not looked at.
    pub fn holds_only_of(self, account: &Account, folder: &ImagePath) -> bool {
        self.view().holds_only_of(account, folder)
    }

    /// What a step copies, in the order of its sources.
    pub fn landings(self) -> impl Iterator<Item = &'m Landing> {
        let before = self.before;
        self.data
            .landings
            .iter()
            .take_while(move |landing| landing.step < before)
    }

    /// The paths that steps make, fill, give or close, in order.
    pub fn touched(self) -> impl DoubleEndedIterator<Item = Touched<'m>> {
        let (data, file) = (self.data, self.stage.file);
        let end = data.count_before(self.before);
        data.changes[..end].iter().filter_map(move |change| {
            let touch = match &change.what {
                What::Folder { is_asked: true, .. } => Touch::Made,
                What::File {
                    from: From::Command,
                    ..
                } => Touch::Written,
                What::File { .. } | What::Tree { .. } => Touch::Copied,
                What::Filled(_) => Touch::Filled,
                What::Owner { .. } => Touch::Given,
                What::Mode { .. } => Touch::Moded,
                What::Removed => Touch::Removed,
                What::Folder { .. } | What::Unsure(_) | What::Cleared(_) => return None,
            };
            let step = Step {
                file,
                index: change.step,
            };
            let command = change.command.map(|index| Command {
                step,
                script: None,
                index: index as usize,
            });
            Some(Touched {
                path: &change.path,
                touch,
                step,
                command,
            })
        })
    }
}

/// Something that is done to a path.
#[derive(Debug, Clone, Copy)]
pub struct Touched<'m> {
    /// The path.
    pub path: &'m ImagePath,
    /// What is done.
    pub touch: Touch,
    /// The step that does it.
    pub step: Step<'m>,
    /// The command of the step that does it; none where it is no `RUN`, or a script does it.
    pub command: Option<Command<'m>>,
}

/// Something that a `COPY` or `ADD` puts into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The step: its index, see [`crate::Step::index`].
    pub step: usize,
    /// Where it comes from; none for an image or what only the build can tell.
    pub from: Option<Origin>,
    /// Where it lands: the file itself, or the folder that the source's contents land in.
    pub path: ImagePath,
    /// Whether that is a file or a folder.
    pub entry: Entry,
    /// Whether the step names the folder that it lands in, and not itself.
    pub is_in_folder: bool,
}

/// What a step does to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// A folder is made.
    Made,
    /// A file is copied there, or a folder's contents are.
    Copied,
    /// A command writes a file.
    Written,
    /// A command puts files into the folder, of which the names are not known.
    Filled,
    /// It is given to somebody.
    Given,
    /// Its mode is changed.
    Moded,
    /// It is removed.
    Removed,
}

/// The changes up to one of them.
#[derive(Clone, Copy)]
struct View<'m, 'd> {
    stage: Stage<'m>,
    data: &'d Data,
    end: usize,
}

fn unread(path: &ImagePath) -> OpenCondition {
    OpenCondition::new(
        format!("what is at {path}, as not all that the build does is read"),
        "look into the image",
    )
}

impl View<'_, '_> {
    fn entry(self, path: &ImagePath, depth: usize) -> Entry {
        // What later changes leave open: whether they made it, whether they removed it.
        let (mut open, mut gone): (Option<OpenCondition>, Option<OpenCondition>) = (None, None);
        let mut looked_into = 0;
        if depth > MOST_STAGES {
            return Entry::Unknown(unread(path));
        }
        for (at, level) in self.data.presence_of(path, self.end) {
            let change = &self.data.changes[at];
            let found = match (&change.what, level) {
                (What::Folder { .. } | What::Tree { .. }, 0) => Entry::Folder,
                (What::File { entry, .. }, 0) => entry.clone(),
                // What was a file has nothing below it.
                (
                    What::File {
                        entry: Entry::File, ..
                    },
                    _,
                ) if change.is_certain => Entry::Nothing,
                (What::File { entry, from, .. }, _) if *entry != Entry::File => {
                    looked_into += 1;
                    if looked_into > MOST_FOLDERS {
                        return Entry::Unknown(unread(path));
                    }
                    self.entry_from(from, &change.path, path, depth)
                }
                (What::Tree { from, only, .. }, _) => {
                    looked_into += 1;
                    if looked_into > MOST_FOLDERS {
                        return Entry::Unknown(unread(path));
                    }
                    let rest = path.below(&change.path).unwrap_or("");
                    let first = ImagePath::new(rest);
                    let fits = only.as_ref().is_none_or(|pattern| {
                        first.parts().next().is_some_and(|name| fits(pattern, name))
                    });
                    if fits {
                        self.entry_from(from, &change.path, path, depth)
                    } else {
                        continue;
                    }
                }
                (What::Removed, _) => Entry::Nothing,
                (What::Cleared(pattern), _) => {
                    let rest = ImagePath::new(path.below(&change.path).unwrap_or(""));
                    if rest.parts().next().is_some_and(|name| fits(pattern, name)) {
                        Entry::Nothing
                    } else {
                        continue;
                    }
                }
                (What::Filled(why), level) if level > 0 => {
                    open.get_or_insert_with(|| why.clone());
                    continue;
                }
                _ => continue,
            };
            match found {
                // It is not there by this one; perhaps by an earlier one.
                Entry::Nothing
                    if !matches!(
                        change.what,
                        What::Removed | What::Cleared(_) | What::File { .. }
                    ) => {}
                Entry::Unknown(why) => {
                    open.get_or_insert(why);
                }
                Entry::Nothing => {
                    if change.is_certain {
                        return open.map_or(Entry::Nothing, Entry::Unknown);
                    }
                    gone.get_or_insert_with(|| {
                        OpenCondition::new(
                            format!("whether the build removes {path}"),
                            "let no condition decide it",
                        )
                    });
                }
                found if change.is_certain => return gone.map_or(found, Entry::Unknown),
                _ => {
                    open.get_or_insert_with(|| {
                        OpenCondition::new(
                            format!("whether the build makes {path}"),
                            "let no condition decide it",
                        )
                    });
                }
            }
        }
        let below = self.entry_below(path, depth);
        let is_unsure = self.data.is_unsure_before(self.end);
        match (below, open, gone) {
            (Entry::Nothing, Some(open), _) => Entry::Unknown(open),
            (Entry::Nothing, None, _) if is_unsure => Entry::Unknown(unread(path)),
            (Entry::Folder | Entry::File | Entry::Either, _, Some(gone)) => Entry::Unknown(gone),
            (below, ..) => below,
        }
    }

    /// What the base of the stage has at a path.
    fn entry_below(self, path: &ImagePath, depth: usize) -> Entry {
        if path.is_root() {
            return Entry::Folder;
        }
        if let Base::Stage(parent) = self.stage.base() {
            return Filesystem::of(parent).view().entry(path, depth);
        }
        if self.stage.base() == Base::Scratch {
            return Entry::Nothing;
        }
        let text = path.as_str();
        let facts = base_facts(self.stage);
        let unknown = || {
            let image = self.stage.base_image().text().unwrap_or("the base image");
            Entry::Unknown(OpenCondition::new(
                format!("whether {image} has {path}"),
                "look into the image",
            ))
        };
        if facts.family == Family::Scratch {
            return Entry::Nothing;
        }
        if folder_is(text, FolderMark::There) {
            return Entry::Folder;
        }
        if !facts.is_known() || self.stage.os() == Os::Windows {
            return unknown();
        }
        if base_workdir(self.stage).as_deref() == Some(text)
            || facts.users().any(|user| user.home == Some(text))
        {
            return Entry::Folder;
        }
        // What lies in the system's folders is not told here; beside them an image has nothing that it
        // does not tell, unless it brings an application of its own.
        let brings_more = !matches!(
            facts.family,
            Family::System
                | Family::Python
                | Family::Node
                | Family::Ruby
                | Family::Golang
                | Family::Perl
                | Family::Php
                | Family::Rust
        );
        let parent = path.parent();
        let is_in_empty = parent.is_some_and(|p| EMPTY.contains(&p.as_str()));
        let is_systems = folder_above(text, FolderMark::System)
            .is_some_and(|above| above == text || !EMPTY.contains(&above));
        let has_application = matches!(facts.family, Family::Service | Family::Other);
        if (is_in_empty && !brings_more) || !(is_systems || is_in_empty || has_application) {
            Entry::Nothing
        } else {
            unknown()
        }
    }

    /// What stands at `path` by something that was put at `at` from elsewhere.
    fn entry_from(self, from: &From, at: &ImagePath, path: &ImagePath, depth: usize) -> Entry {
        let rest = path.below(at).unwrap_or("");
        match from {
            From::Context(source) => entry_of_context(self.stage, &source.join(rest_of(rest))),
            From::Stage(stage, source) => {
                let stage = Stage {
                    file: self.stage.file,
                    index: *stage,
                };
                let path = source.join(rest_of(rest));
                Filesystem::of(stage).view().entry(&path, depth + 1)
            }
            From::Elsewhere | From::Download | From::Command => Entry::Unknown(unread(path)),
        }
    }

    fn owner(self, path: &ImagePath, depth: usize) -> Result<Owner, OpenCondition> {
        if depth > MOST_STAGES {
            return Err(unread(path));
        }
        let open = |why: String| Err(OpenCondition::new(why, "let `chown` give it to somebody"));
        let mut group: Option<String> = None;
        let with_group = |owner: Owner, group: Option<String>| Owner {
            group: group.or(owner.group),
            ..owner
        };
        for (at, level) in self.data.all_of(path, self.end) {
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
            return Filesystem::of(parent).view().owner(path, depth);
        }
        let accounts = Accounts::of(self.stage);
        let at_home = accounts
            .all()
            .into_iter()
            .filter(|account| account.home.is_some())
            .find(|account| {
                let home = account.home.as_deref().unwrap_or("/");
                home != "/" && path.is_below(&ImagePath::new(home))
            });
        if let Some(account) = at_home {
            return Ok(Owner {
                group: Some(account.group.unwrap_or_else(|| account.name.clone())),
                user: account.name,
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

    fn owner_from(
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
        let stage = Stage {
            file: self.stage.file,
            index: *stage,
        };
        let path = source.join(rest_of(path.below(at).unwrap_or("")));
        let owner = Filesystem::of(stage).view().owner(&path, depth + 1)?;
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

    fn holds_only_of(self, account: &Account, folder: &ImagePath) -> bool {
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
                    if is_around || !is_own {
                        return is_own;
                    }
                    given.push(&change.path);
                    continue;
                }
                What::Unsure(_) => return false,
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
                return false;
            }
        }
        match self.stage.base() {
            Base::Stage(parent) => Filesystem::of(parent).view().holds_only_of(account, folder),
            _ => true,
        }
    }

    fn origin(self, path: &ImagePath) -> Option<Origin> {
        for (at, level) in self.data.presence_of(path, self.end) {
            let change = &self.data.changes[at];
            let from = match (&change.what, level) {
                (What::Removed, _) => return None,
                (What::File { from, .. }, 0) => from,
                (What::File { from, entry, .. }, _) if *entry != Entry::File => from,
                (What::Tree { from, .. }, _) => from,
                (What::Folder { is_new: true, .. }, 0) => return Some(Origin::Step(change.step)),
                _ => continue,
            };
            match self.entry_from(from, &change.path, path, 0) {
                Entry::Nothing => continue,
                Entry::Unknown(_) if level > 0 => return None,
                _ => {}
            }
            return origin_of(from, path.below(&change.path).unwrap_or(""), change.step);
        }
        match self.stage.base() {
            Base::Stage(parent) => Filesystem::of(parent).view().origin(path),
            _ if self.entry_below(path, 0) == Entry::Nothing => None,
            _ => Some(Origin::Base),
        }
    }

    /// Whether the rights of a path itself let a user do this.
    fn allows(self, account: &Account, access: Access, path: &ImagePath) -> Ternary {
        if account.uid == Some(0) || account.name == "root" {
            return Ternary::Yes;
        }
        let owner = self.owner(path, 0);
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
        match owner {
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

    fn mode(self, path: &ImagePath, depth: usize) -> Result<Mode, OpenCondition> {
        let mut later: Vec<&str> = Vec::new();
        let mut found = None;
        let mut is_folder = false;
        for (at, level) in self.data.all_of(path, self.end) {
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
                    Filesystem::of(parent).view().mode(path, depth + 1)?
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
                let stage = Stage {
                    file: self.stage.file,
                    index: *stage,
                };
                let rest = path.below(&change.path).unwrap_or("");
                let view = Filesystem::of(stage).view();
                let path = source.join(rest_of(rest));
                let is_told = view.data.all_of(&path, view.end).next().is_some();
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

/// What the build context has at a path.
fn entry_of_context(stage: Stage<'_>, path: &ImagePath) -> Entry {
    let context = stage.file.context;
    let relative = path.below(&ImagePath::root()).unwrap_or("");
    if relative.is_empty() {
        return Entry::Folder;
    }
    match context.read(relative) {
        Answer::Found(_) => return Entry::File,
        Answer::Unknown(why)
            if why.contains(" is not UTF-8") || why.contains(" is larger than ") =>
        {
            return Entry::File;
        }
        Answer::Absent | Answer::Unknown(_) => {}
    }
    match context.list(relative) {
        Answer::Found(_) => Entry::Folder,
        Answer::Absent => Entry::Nothing,
        Answer::Unknown(_) => Entry::Unknown(OpenCondition::new(
            format!("whether the build context has {relative}"),
            "run dfix where the build context is",
        )),
    }
}

fn origin_of(from: &From, rest: &str, step: usize) -> Option<Origin> {
    match from {
        From::Context(source) => {
            let path = source.join(rest_of(rest));
            let relative = path.below(&ImagePath::root()).unwrap_or("");
            Some(Origin::Context(relative.to_owned()))
        }
        From::Stage(stage, source) => Some(Origin::Stage(*stage, source.join(rest_of(rest)))),
        From::Command => Some(Origin::Step(step)),
        From::Download => Some(Origin::Download),
        From::Elsewhere => None,
    }
}

/// The rest of a path, so that it can be joined.
fn rest_of(rest: &str) -> &str {
    if rest.is_empty() { "." } else { rest }
}

/// The modes that distributions give to the folders of every image.
fn mode_of_base(path: &ImagePath) -> Mode {
    match path.as_str() {
        "/root" => Mode::octal(0o700),
        "/tmp" | "/var/tmp" | "/dev/shm" => Mode::octal(0o777),
        _ => Mode::octal(0o755),
    }
}

/// Whether a name fits a pattern of `*`, `?` and `[…]` (Go's `filepath.Match`).
fn fits(pattern: &str, name: &str) -> bool {
    super::context_files::matches(pattern.as_bytes(), name.as_bytes())
}

/// How far a change reaches, for the lists of changes by path.
impl Reach {
    /// Whether it concerns `path`, which lies `level` folders below the change's own path.
    fn concerns(&self, own: &ImagePath, path: &ImagePath, level: usize) -> bool {
        match self {
            Reach::Itself => level == 0,
            Reach::Deep => true,
            Reach::Contents { pattern, is_deep } => {
                let rest = ImagePath::new(path.below(own).unwrap_or(""));
                (level == 1 || (level > 1 && *is_deep))
                    && rest.parts().next().is_some_and(|name| fits(pattern, name))
            }
        }
    }
}
