//! Goes through the steps of a stage: what they copy, make and run.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{FileMark, file_is};

use super::changes::{Change, Contents, Data, From, What, origin_of};
use super::entry::{Entry, Landing, Owner};
use super::mode::Mode;
use super::view::{View, entry_of_context};
use crate::collect::instruction::StepKind;
use crate::facts::executed::{Executed, executed};
use crate::facts::interpreted::Interpreted;
use crate::facts::user::user_at;
use crate::facts::variables::expand_text;
use crate::facts::workdir::workdir_before;
use crate::handles::{Command, Redirect, Source, Stage, Step};
use crate::packages::only_installs;
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// What the steps of a stage do to files.
pub(super) fn of<'m>(stage: Stage<'m>, data_of: fn(Stage<'m>) -> &'m Data) -> Data {
    let mut collector = Collector {
        stage,
        data_of,
        data: Data::default(),
        step: stage.from_step(),
        command: None,
        is_certain: true,
        user: Ok(Owner::root()),
    };
    let interpreted = Interpreted::of(stage);
    for step in stage.steps().filter(|step| !step.is_onbuild()) {
        collector.step = step;
        collector.command = None;
        collector.is_certain = true;
        match step.kind() {
            StepKind::Run => {
                collector.user = collector.user_of(step);
                for done in executed(interpreted, step) {
                    match done {
                        Executed::Command(command) => collector.command(command),
                        Executed::Unread(open) => {
                            collector.is_certain = true;
                            collector.push(ImagePath::root(), What::Unsure(open));
                        }
                        Executed::Other(_) => {}
                    }
                }
            }
            StepKind::Copy | StepKind::Add => collector.copy(step),
            StepKind::Workdir => {
                if let Some(folder) = workdir_before(stage, step.index + 1, true) {
                    collector.user = collector.user_of(step);
                    // BuildKit makes it for the user in force, other builders for root.
                    if collector.user.as_ref().is_ok_and(|user| !user.is_root()) {
                        collector.user = Err(OpenCondition::new(
                            format!("whom {folder} belongs to, as builders do not agree on it"),
                            "let `chown` give it to somebody",
                        ));
                    }
                    collector.make_folder(&ImagePath::new(&folder), true);
                }
            }
            _ => {}
        }
    }
    collector.data
}

/// What commands that run in a container of a stage make, write or remove there: for each the path, and whether it is a
/// folder. Only such commands count that do nothing else.
pub(super) fn done_by<'m>(
    stage: Stage<'m>,
    data_of: fn(Stage<'m>) -> &'m Data,
    commands: impl Iterator<Item = Command<'m>>,
) -> Vec<(Command<'m>, ImagePath, bool)> {
    let mut collector: Option<Collector<'m>> = None;
    let mut done = Vec::new();
    for command in commands.filter(|command| handles_files(*command)) {
        let collector = collector.get_or_insert_with(|| Collector {
            stage,
            data_of,
            data: data_of(stage).clone(),
            step: stage.last_step(),
            command: None,
            is_certain: true,
            user: Ok(Owner::root()),
        });
        let before = collector.data.changes.len();
        collector.command(command);
        for change in &collector.data.changes[before..] {
            let is_folder = match &change.what {
                What::Folder { is_asked: true, .. } | What::Filled(_) | What::Tree { .. } => true,
                What::File { .. } | What::Removed => false,
                _ => continue,
            };
            done.push((command, change.path.clone(), is_folder));
        }
    }
    done
}

/// Whether a command is there for files: it makes, moves, fetches or removes some, or its output goes into one.
fn handles_files(command: Command<'_>) -> bool {
    command.is_marked(Mark::ChangesFiles)
        || command.is_marked(Mark::Fetches)
        || command.redirects().any(Redirect::writes)
}

pub(super) struct Collector<'m> {
    pub(super) stage: Stage<'m>,
    data_of: fn(Stage<'m>) -> &'m Data,
    data: Data,
    pub(super) step: Step<'m>,
    pub(super) command: Option<u32>,
    pub(super) is_certain: bool,
    /// Who makes what commands make.
    pub(super) user: Result<Owner, OpenCondition>,
}

/// The mode that a new folder gets.
const FOLDER: Mode = Mode::octal(0o755);

impl<'m> Collector<'m> {
    fn user_of(&self, step: Step<'m>) -> Result<Owner, OpenCondition> {
        let user = user_at(self.stage, step);
        match user.name {
            Some(name) if !name.is_empty() => Ok(Owner {
                group: user.group,
                ..Owner::of_text(&name)
            }),
            Some(_) => Ok(Owner::root()),
            // An image that is not known runs as root, unless it is told.
            None if user.step.is_none() => Ok(Owner::root()),
            None => Err(OpenCondition::new(
                "which user the variables of USER name",
                "write the user's name or number there",
            )),
        }
    }

    pub(super) fn push(&mut self, path: ImagePath, what: What) {
        self.data.push(Change {
            step: self.step.index,
            command: self.command,
            is_certain: self.is_certain,
            path,
            what,
        });
    }

    pub(super) fn view(&self) -> View<'m, '_> {
        View {
            stage: self.stage,
            data: &self.data,
            end: self.data.changes.len(),
            data_of: self.data_of,
            leaves_out: |_, _| false,
        }
    }

    pub(super) fn entry(&self, path: &ImagePath) -> Entry {
        self.view().entry(path, 0)
    }

    /// Whether the last that happened to a folder is that files were put into it, by a command that says no less of it
    /// than this one: what installs packages says less than what may leave anything.
    pub(super) fn is_filled(&self, command: Command<'m>, folder: &ImagePath) -> bool {
        let last = self
            .data
            .presence_of(folder, self.data.changes.len())
            .next();
        last.is_some_and(|(at, level)| {
            let change = &self.data.changes[at];
            let installs = change.command_of(self.stage).is_some_and(only_installs);
            level == 0
                && matches!(change.what, What::Filled(_))
                && (!installs || only_installs(command))
        })
    }

    /// Makes a folder and those around it, where they are not there.
    pub(super) fn make_folder(&mut self, path: &ImagePath, is_asked: bool) {
        let owner = self.user.clone();
        self.make_folder_of(path, is_asked, &owner, &Ok(FOLDER));
    }

    pub(super) fn make_folder_of(
        &mut self,
        path: &ImagePath,
        is_asked: bool,
        owner: &Result<Owner, OpenCondition>,
        mode: &Result<Mode, OpenCondition>,
    ) {
        let mut missing = Vec::new();
        let mut at = Some(path.clone());
        while let Some(folder) = at {
            let is_new = match self.entry(&folder) {
                Entry::Folder => break,
                Entry::Unknown(_) => false,
                Entry::File | Entry::Either | Entry::Nothing => true,
            };
            at = folder.parent();
            missing.push((folder, is_new));
        }
        for (folder, is_new) in missing.into_iter().rev() {
            let is_asked = is_asked && folder == *path;
            self.push(
                folder,
                What::Folder {
                    is_new,
                    is_asked,
                    owner: owner.clone(),
                    mode: mode.clone(),
                },
            );
        }
    }

    /// A file that a command makes or writes to.
    pub(super) fn write_file(&mut self, path: ImagePath) {
        if self.entry(&path) == Entry::File {
            // What is there keeps its owner and its mode.
            return;
        }
        if let Some(folder) = path.parent() {
            self.make_folder(&folder, false);
        }
        let what = What::File {
            entry: Entry::File,
            from: From::Command,
            owner: Some(self.user.clone()),
            mode: None,
        };
        self.push(path, what);
    }

    fn copy(&mut self, step: Step<'m>) {
        let stage = self.stage;
        let text = |word| expand_text(stage, word, step);
        let Some(workdir) = workdir_before(stage, step.index, true) else {
            return;
        };
        let Some(target_text) = step.target().and_then(text) else {
            let open = OpenCondition::new(
                format!("where `{}` puts its files", step.name()),
                "write the place down",
            );
            self.push(ImagePath::root(), What::Unsure(open));
            return;
        };
        let target = ImagePath::new(&workdir).join(&target_text);
        let flag = |name: &str| step.flag(name).map(|flag| flag.value().and_then(text));
        let chown = match flag("chown") {
            None => None,
            Some(Some(text)) => Some(Ok(Owner::of_text(&text))),
            Some(None) => Some(Err(OpenCondition::new(
                "whom the variables of `--chown` name",
                "write the user's name or number there",
            ))),
        };
        let chmod = flag("chmod").map(Option::unwrap_or_default);
        let from = step.source();
        let count = step.sources().count();
        let is_into_folder =
            target_text.ends_with('/') || matches!(target_text.as_str(), "." | "..") || count > 1;
        let keeps_parents = step.flag("parents").is_some();
        // The folders that are made on the way have the owner and the mode that are said for the files.
        let folder_owner = chown.clone().unwrap_or_else(|| Ok(Owner::root()));
        let folder_mode = match &chmod {
            None => Ok(FOLDER),
            Some(text) => {
                let mut mode = FOLDER;
                let is_octal = text.bytes().all(|b| b.is_ascii_digit());
                if !is_octal || mode.change(text, true) {
                    Ok(mode)
                } else {
                    Err(OpenCondition::new(
                        format!("which mode `--chmod={text}` gives"),
                        "write the mode in octal digits",
                    ))
                }
            }
        };
        for word in step.sources() {
            let Some(source_text) = text(word) else {
                self.make_folder_of(&target, true, &folder_owner, &folder_mode);
                let open = OpenCondition::new(
                    format!("what `{}` puts into {target}", step.name()),
                    "write the source down",
                );
                self.push(target.clone(), What::Filled(open));
                continue;
            };
            let is_url = ["http://", "https://", "git@"]
                .iter()
                .any(|scheme| source_text.starts_with(scheme));
            let source = ImagePath::new(&source_text);
            let name = if is_url {
                source_text.rsplit('/').next().unwrap_or("").to_owned()
            } else {
                source.file_name().to_owned()
            };
            let target = if keeps_parents && !is_url {
                let around = source.parent().unwrap_or_else(ImagePath::root);
                target.join(rest(&around))
            } else {
                target.clone()
            };
            let only = name.contains(['*', '?', '[']).then(|| name.clone());
            let folder = if only.is_some() {
                source.parent().unwrap_or_else(ImagePath::root)
            } else {
                source.clone()
            };
            let place = match &from {
                _ if is_url => From::Download,
                None => From::Context(folder),
                Some(Source::Stage(stage)) => From::Stage(stage.index, folder),
                Some(Source::Image(_) | Source::Unknown) => From::Elsewhere,
            };
            let is_archive = !is_url && step.is(StepKind::Add) && file_is(&name, FileMark::Archive);
            let place = if is_archive { From::Elsewhere } else { place };
            let entry = if only.is_some() || is_archive {
                Entry::Folder
            } else if is_url {
                Entry::File
            } else {
                self.entry_of_source(&place, &source_text, &name)
            };
            let owner = match (&chown, &place) {
                (Some(owner), _) => Some(owner.clone()),
                (None, From::Stage(..) | From::Elsewhere) => None,
                (None, _) => Some(Ok(Owner::root())),
            };
            let is_folder_there = is_into_folder || self.entry(&target) == Entry::Folder;
            let landing = match entry {
                Entry::Folder => target.clone(),
                _ if is_folder_there => target.join(&name),
                _ => target.clone(),
            };
            self.data.landings.push(Landing {
                step: step.index,
                from: origin_of(&place, "", step.index),
                path: landing.clone(),
                entry: entry.clone(),
                is_in_folder: entry != Entry::Folder && is_folder_there,
                has_owner: chown.is_some(),
                owner: chown.clone().and_then(Result::ok),
                may_unpack: step.is(StepKind::Add)
                    && !is_url
                    && !source.is_root()
                    && !source_text.ends_with('/')
                    && !file_is(&name, FileMark::Plain),
            });
            if entry == Entry::Folder {
                self.make_folder_of(&target, true, &folder_owner, &folder_mode);
                let what = What::Tree {
                    from: place,
                    only,
                    contents: Contents::Told,
                    owner,
                    mode: chmod.clone(),
                };
                self.push(target, what);
                continue;
            }
            if let Some(folder) = landing.parent() {
                self.make_folder_of(&folder, false, &folder_owner, &folder_mode);
            }
            if entry != Entry::File && is_folder_there {
                // Its contents land in the target, where it is a folder.
                let what = What::Tree {
                    from: place.clone(),
                    only: None,
                    contents: self.contents_of(&place),
                    owner: owner.clone(),
                    mode: chmod.clone(),
                };
                self.push(target, what);
            }
            let what = What::File {
                entry: if entry == Entry::File {
                    Entry::File
                } else {
                    Entry::Either
                },
                from: place,
                owner,
                mode: chmod.clone(),
            };
            self.push(landing, what);
        }
    }

    /// What is known of the contents of a source that may be a folder.
    fn contents_of(&self, place: &From) -> Contents {
        self.view().contents_from(place, ".", 0)
    }

    /// Whether a source is a file or a folder, as far as can be told.
    fn entry_of_source(&self, place: &From, text: &str, name: &str) -> Entry {
        let known = match place {
            From::Context(path) => entry_of_context(self.stage, path),
            From::Stage(stage, path) => {
                let view = self.view();
                view.other(view.stage_of(*stage)).entry(path, 0)
            }
            From::Download => Entry::File,
            From::Elsewhere | From::Command => Entry::Either,
        };
        match known {
            Entry::File | Entry::Folder => return known,
            Entry::Either | Entry::Nothing | Entry::Unknown(_) => {}
        }
        if text.ends_with('/') || matches!(name, "" | "." | "..") {
            return Entry::Folder;
        }
        if file_is(name, FileMark::Plain) || file_is(name, FileMark::Source) {
            Entry::File
        } else {
            Entry::Either
        }
    }
}

/// A path without the slash before it.
fn rest(path: &ImagePath) -> &str {
    match path.below(&ImagePath::root()) {
        None | Some("") => ".",
        Some(rest) => rest,
    }
}
