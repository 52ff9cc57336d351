//! What commands of the build do to files.

use dfix_catalogue::dependency_folder;
use dfix_catalogue::programs::{self, Mark};

use super::changes::{From, Reach, What};
use super::collect::Collector;
use super::entry::{Entry, Owner};
use super::mode::Mode;
use super::words::{Place, Words, absolute};
use crate::facts::accounts::commands::made_home;
use crate::facts::variables::expand_text;
use crate::facts::workdir::folder;
use crate::handles::{Command, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

impl<'m> Collector<'m> {
    pub(super) fn command(&mut self, command: Command<'m>) {
        self.is_certain = command.is_certain();
        self.command = (!command.is_of_script())
            .then(|| u32::try_from(command.index).expect("files are below 4 GiB"));
        let redirects = command.redirects().chain(command.redirects_of_groups());
        for redirect in redirects.filter(|redirect| redirect.writes()) {
            if let Some(Place::Path(path)) = redirect.target().map(|w| self.place(command, w)) {
                self.write_file(path);
            }
        }
        match command.name() {
            "mkdir" => self.mkdir(command),
            "install" => self.install(command),
            "touch" | "tee" | "truncate" => {
                let words = Words::of(command, "drts", &["--date", "--reference", "--size"]);
                for word in words.operands {
                    if let Place::Path(path) = self.place(command, word) {
                        self.write_file(path);
                    }
                }
            }
            "chown" | "chgrp" => self.chown(command),
            "chmod" => self.chmod(command),
            "rm" | "rmdir" | "unlink" => {
                let words = Words::of(command, "", &[]);
                for word in words.operands {
                    self.remove(command, word);
                }
            }
            "cp" | "mv" | "ln" => self.transfer(command),
            "curl" => {
                let words = Words::of(command, "oAbdeFHKmQrtTuwXxYyzCDEP", &["--output"]);
                match words.value(&["-o", "--output"]) {
                    Some(word) => self.output(command, word),
                    None if words.has(&["-O", "--remote-name"]) => self.fill_here(command),
                    None => {}
                }
            }
            "wget" => {
                let words = Words::of(
                    command,
                    "OPoaeitTwQUlADRIXB",
                    &["--output-document", "--directory-prefix"],
                );
                match words.value(&["-O", "--output-document"]) {
                    Some(word) => self.output(command, word),
                    None => match words.value(&["-P", "--directory-prefix"]) {
                        Some(word) => self.fill(command, word),
                        None => self.fill_here(command),
                    },
                }
            }
            "tar" | "bsdtar" => {
                let words = Words::of(command, "fCTXbIHK", &["--directory", "--file"]);
                match words.value(&["-C", "--directory"]) {
                    Some(word) => self.fill(command, word),
                    None => self.fill_here(command),
                }
            }
            "unzip" => {
                let words = Words::of(command, "dxP", &[]);
                match words.value(&["-d"]) {
                    Some(word) => self.fill(command, word),
                    None => self.fill_here(command),
                }
            }
            "git" => self.git(command),
            name if name.is_empty()
                || command.is_marked(Mark::Quiet)
                || command.is_marked(Mark::LeavesNothing)
                || matches!(name, "sed" | "usermod" | "userdel") => {}
            "useradd" | "adduser" => self.make_home(command),
            // What a shell is given to run is looked at itself.
            name if programs::is_shell(name) || matches!(name, "." | "source") => {}
            _ if self.installs_elsewhere(command) => {}
            _ => {
                if folder(command, true).is_none_or(|folder| folder != "/") {
                    self.fill_here(command);
                }
                // What it is told to work on.
                for word in command.args() {
                    if let Some(text) = word.value()
                        && text.starts_with('/')
                        && self.entry(&ImagePath::new(text)) == Entry::Folder
                    {
                        self.fill(command, word);
                    }
                }
            }
        }
    }

    /// What a word of a command names.
    fn place(&self, command: Command<'m>, word: Word<'m>) -> Place {
        let Some(text) = expand_text(self.stage, word, command) else {
            let known = word.literal_prefix();
            let Some((folder, _)) = known.rsplit_once('/').filter(|_| known.len() > 1) else {
                return Place::Nowhere;
            };
            return match absolute(command, folder) {
                Some(path) if !path.is_root() => Place::Below(path),
                _ => Place::Nowhere,
            };
        };
        if text.starts_with('~') || text.contains(['{', '\n']) {
            return Place::Nowhere;
        }
        let Some(path) = absolute(command, &text) else {
            return Place::Nowhere;
        };
        if !text.contains(['*', '?', '[']) {
            return Place::Path(path);
        }
        let Some(parent) = path.parent() else {
            return Place::Nowhere;
        };
        if parent.as_str().contains(['*', '?', '[']) {
            let fixed = path
                .ancestors()
                .find(|above| !above.as_str().contains(['*', '?', '[']));
            return fixed.map_or(Place::Nowhere, Place::Below);
        }
        Place::Contents(parent, path.file_name().to_owned())
    }

    fn text(&self, command: Command<'m>, word: Word<'m>) -> Option<String> {
        expand_text(self.stage, word, command)
    }

    /// A home that is made with its user.
    fn make_home(&mut self, command: Command<'m>) {
        let Some((name, home)) = made_home(command) else {
            return;
        };
        let name = self.text(command, name);
        let home = match home {
            Some(value) => value.text(self.stage, command),
            None => name.as_ref().map(|name| format!("/home/{name}")),
        };
        if let (Some(name), Some(home)) = (name, home)
            && home.starts_with('/')
        {
            let owner = Ok(Owner {
                group: Some(name.clone()),
                user: name,
            });
            self.make_folder_of(
                &ImagePath::new(&home),
                true,
                &owner,
                &Ok(Mode::octal(0o755)),
            );
        }
    }

    /// Whether the command only installs packages, and leaves nothing where it is called.
    fn installs_elsewhere(&mut self, command: Command<'m>) -> bool {
        const HERE: &[&str] = &["-e", "--editable", "-t", "--target", "--prefix", "--root"];
        let is_environment = |word: Word<'m>| word.is("venv");
        if programs::is_python(command.name()) && command.arg(1).is_some_and(is_environment) {
            if let Some(folder) = command.args().next_back() {
                self.fill(command, folder);
            }
            return true;
        }
        // Settings are kept at home, or are a file that everybody may read.
        let first = command.args().next().and_then(Word::value);
        if first == Some("config") && dependency_folder(command.name()).is_some() {
            return true;
        }
        match PackageCommand::of(command) {
            Some(package) => match package.manager {
                PackageManager::Apt | PackageManager::Apk | PackageManager::Dnf => true,
                PackageManager::Pip => !HERE.iter().any(|option| package.has_flag(option)),
                _ => package.subcommand_is_one_of(&["cache"]),
            },
            None => false,
        }
    }

    fn mkdir(&mut self, command: Command<'m>) {
        let words = Words::of(command, "mZ", &["--mode", "--context"]);
        let mode = self.mode_said(command, words.value(&["-m", "--mode"]));
        let owner = self.user.clone();
        for word in words.operands {
            if let Place::Path(path) = self.place(command, word) {
                if let Some(parent) = path.parent() {
                    self.make_folder(&parent, false);
                }
                self.make_folder_of(&path, true, &owner, &mode);
            }
        }
    }

    /// The mode of `-m`, for a folder.
    fn mode_said(
        &self,
        command: Command<'m>,
        word: Option<Word<'m>>,
    ) -> Result<Mode, OpenCondition> {
        let mut mode = Mode::octal(0o755);
        let Some(word) = word else {
            return Ok(mode);
        };
        let text = self.text(command, word).unwrap_or_default();
        let text = text.trim_start_matches("--mode=").trim_start_matches("-m");
        if mode.change(text, true) {
            Ok(mode)
        } else {
            Err(OpenCondition::new(
                format!("which mode `{}` gives", command.name()),
                "write the mode in octal digits",
            ))
        }
    }

    fn install(&mut self, command: Command<'m>) {
        const LONG: &[&str] = &[
            "--mode",
            "--owner",
            "--group",
            "--target-directory",
            "--suffix",
        ];
        let words = Words::of(command, "mogtS", LONG);
        let said = |names: &[&str]| {
            let word = words.value(names)?;
            let text = self.text(command, word)?;
            Some(text.rsplit('=').next().unwrap_or("").to_owned())
        };
        let mode = said(&["-m", "--mode"]).unwrap_or_else(|| "755".to_owned());
        let owner = match said(&["-o", "--owner"]) {
            Some(user) => Ok(Owner {
                group: said(&["-g", "--group"]),
                ..Owner::of_text(&user)
            }),
            None => self.user.clone(),
        };
        if words.has(&["-d", "--directory"]) {
            let mut folder_mode = Mode::octal(0o755);
            folder_mode.change(&mode, true);
            for word in words.operands {
                if let Place::Path(path) = self.place(command, word) {
                    let is_there = self.entry(&path) == Entry::Folder;
                    if let Some(parent) = path.parent() {
                        self.make_folder(&parent, false);
                    }
                    self.make_folder_of(&path, true, &owner, &Ok(folder_mode));
                    if is_there && let Ok(owner) = &owner {
                        self.give(path, owner.clone(), Reach::Itself);
                    }
                }
            }
            return;
        }
        let folder = words.value(&["-t", "--target-directory"]);
        for (_, target) in self.landings_of(command, &words.operands, folder) {
            if let Some(parent) = target.parent() {
                self.make_folder(&parent, false);
            }
            let what = What::File {
                entry: Entry::File,
                from: From::Command,
                owner: Some(owner.clone()),
                mode: Some(mode.clone()),
            };
            self.push(target, what);
        }
    }

    /// Where `cp`, `mv`, `ln` and `install` put their operands.
    fn landings_of(
        &self,
        command: Command<'m>,
        operands: &[Word<'m>],
        folder: Option<Word<'m>>,
    ) -> Vec<(Option<ImagePath>, ImagePath)> {
        let (sources, target) = match (folder, operands.split_last()) {
            (Some(folder), _) => (operands, folder),
            (None, Some((last, sources))) => (sources, *last),
            (None, None) => return Vec::new(),
        };
        let Place::Path(target_path) = self.place(command, target) else {
            return Vec::new();
        };
        let is_folder = folder.is_some()
            || sources.len() > 1
            || target.literal_prefix().ends_with('/')
            || self.entry(&target_path) == Entry::Folder;
        sources
            .iter()
            .filter_map(|word| match self.place(command, *word) {
                Place::Path(source) if is_folder && !word.literal_prefix().ends_with('.') => {
                    let target = target_path.join(source.file_name());
                    Some((Some(source), target))
                }
                Place::Path(source) => Some((Some(source), target_path.clone())),
                Place::Contents(..) | Place::Below(_) | Place::Nowhere => None,
            })
            .collect()
    }

    fn transfer(&mut self, command: Command<'m>) {
        let words = Words::of(command, "tS", &["--target-directory", "--suffix"]);
        let folder = words.value(&["-t", "--target-directory"]);
        let landings = self.landings_of(command, &words.operands, folder);
        let keeps_owner = command.is("mv") || words.has(&["-a", "-p", "--archive", "--preserve"]);
        if landings.is_empty()
            && let Some(last) = words.operands.last()
        {
            self.fill(command, *last);
        }
        for (source, target) in landings {
            let owner = match &source {
                Some(source) if keeps_owner => self.view().owner(source, 0),
                _ => self.user.clone(),
            };
            let entry = match &source {
                Some(source) if !command.is("ln") => match self.entry(source) {
                    Entry::File => Entry::File,
                    _ => Entry::Either,
                },
                _ => Entry::Either,
            };
            if command.is("mv")
                && let Some(source) = source
            {
                self.push(source, What::Removed);
            }
            if let Some(parent) = target.parent() {
                self.make_folder(&parent, false);
            }
            let what = What::File {
                entry,
                from: From::Command,
                owner: Some(owner),
                mode: Some("755".to_owned()),
            };
            self.push(target, what);
        }
    }

    fn remove(&mut self, command: Command<'m>, word: Word<'m>) {
        match self.place(command, word) {
            Place::Path(path) if !path.is_root() => self.push(path, What::Removed),
            Place::Contents(folder, pattern) => self.push(folder, What::Cleared(pattern)),
            Place::Below(folder) => self.push(
                folder.clone(),
                What::Filled(OpenCondition::new(
                    format!("what `{}` removes in {folder}", command.name()),
                    "write the path down",
                )),
            ),
            Place::Path(_) | Place::Nowhere => {}
        }
    }

    fn give(&mut self, path: ImagePath, owner: Owner, reach: Reach) {
        self.push(
            path,
            What::Owner {
                user: Some(owner.user),
                group: owner.group,
                reach,
            },
        );
    }

    fn chown(&mut self, command: Command<'m>) {
        let words = Words::of(command, "", &["--from", "--reference"]);
        let has_reference = words.has(&["--reference"]);
        let is_deep = words.has(&["-R", "--recursive"]);
        let (said, paths) = match words.operands.split_first() {
            _ if has_reference => (None, words.operands.as_slice()),
            Some((first, rest)) => (Some(*first), rest),
            None => return,
        };
        let text = said.and_then(|word| self.text(command, word));
        let (user, group) = match &text {
            Some(text) if command.is("chgrp") => (None, Some(text.clone())),
            Some(text) => {
                let text = text.replacen('.', ":", usize::from(!text.contains(':')));
                let owner = Owner::of_text(&text);
                (
                    Some(owner.user).filter(|user| !user.is_empty()),
                    owner.group,
                )
            }
            None => (Some(String::new()), None),
        };
        for word in paths {
            self.rights(command, *word, is_deep, &mut |reach| What::Owner {
                user: user.clone(),
                group: group.clone(),
                reach,
            });
        }
    }

    fn chmod(&mut self, command: Command<'m>) {
        // `-x` takes a right away, `-R` is an option.
        let is_removal = |word: &Word<'m>| {
            let text = word.literal_prefix();
            text.len() > 1
                && text.starts_with('-')
                && text[1..].bytes().all(|b| b"rwxXst".contains(&b))
        };
        let is_option = |word: &Word<'m>| word.starts_with("-") && !is_removal(word);
        let is_deep = command
            .args()
            .filter(is_option)
            .any(|word| word.is("--recursive") || word.literal_prefix().contains('R'));
        let mut operands = command.args().filter(|word| !is_option(word));
        if command.has_option("--reference") {
            return;
        }
        let Some(mode) = operands.next() else {
            return;
        };
        let change = self.text(command, mode);
        for word in operands {
            self.rights(command, word, is_deep, &mut |reach| What::Mode {
                change: change.clone(),
                reach,
            });
        }
    }

    /// A change of rights at the place that a word names.
    fn rights(
        &mut self,
        command: Command<'m>,
        word: Word<'m>,
        is_deep: bool,
        what: &mut dyn FnMut(Reach) -> What,
    ) {
        match self.place(command, word) {
            Place::Path(path) => {
                let reach = if is_deep { Reach::Deep } else { Reach::Itself };
                self.push(path, what(reach));
            }
            Place::Contents(folder, pattern) => {
                self.push(folder, what(Reach::Contents { pattern, is_deep }));
            }
            Place::Below(folder) => {
                self.is_certain = false;
                let pattern = "*".to_owned();
                self.push(
                    folder,
                    what(Reach::Contents {
                        pattern,
                        is_deep: true,
                    }),
                );
                self.is_certain = command.is_certain();
            }
            Place::Nowhere => {}
        }
    }

    /// A file that a command is told to write.
    fn output(&mut self, command: Command<'m>, word: Word<'m>) {
        if let Place::Path(path) = self.place(command, word)
            && !path.is_below(&ImagePath::new("/dev"))
        {
            self.write_file(path);
        }
    }

    fn git(&mut self, command: Command<'m>) {
        if !command.has_arg("clone") {
            self.fill_here(command);
            return;
        }
        let is_source = |word: &Word<'m>| {
            word.source_text().contains("://") || word.literal_prefix().starts_with("git@")
        };
        let mut after = command.args().skip_while(|word| !is_source(word));
        let source = after.next();
        let folder = match after.find(|word| !word.starts_with("-")) {
            Some(word) => match self.place(command, word) {
                Place::Path(path) => Some(path),
                _ => None,
            },
            None => source.and_then(|word| {
                let text = self.text(command, word)?;
                let name = text
                    .trim_end_matches('/')
                    .rsplit(['/', ':'])
                    .next()?
                    .to_owned();
                absolute(command, name.trim_end_matches(".git"))
            }),
        };
        match folder {
            Some(folder) => {
                self.make_folder(&folder, true);
                self.fill_path(command, folder);
            }
            None => self.fill_here(command),
        }
    }

    fn fill(&mut self, command: Command<'m>, word: Word<'m>) {
        match self.place(command, word) {
            Place::Path(path) | Place::Contents(path, _) | Place::Below(path) => {
                self.fill_path(command, path);
            }
            Place::Nowhere => {}
        }
    }

    fn fill_here(&mut self, command: Command<'m>) {
        if let Some(folder) = folder(command, true) {
            self.fill_path(command, ImagePath::new(&folder));
        }
    }

    fn fill_path(&mut self, command: Command<'m>, folder: ImagePath) {
        if self.is_filled(command, &folder) {
            return;
        }
        let open = OpenCondition::new(
            format!("what `{}` leaves in {folder}", command.name()),
            "look into the image",
        );
        self.push(folder, What::Filled(open));
    }
}
