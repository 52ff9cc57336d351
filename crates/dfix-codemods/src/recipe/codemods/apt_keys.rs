//! Keys given to `apt-key`, as files that the lists of their archives name.

mod keys;
mod lists;

use dfix_catalogue::{AptFeature, Distribution, Foundation, KeyForm, apt_has, image, own_list};
use dfix_engine::{Case, Codemod, Effect, Findings, OpenCondition, Remedy, Safety, remedy};
use dfix_model::packages::SpecKind;
use dfix_model::path::{file_name, has_ending};
use dfix_model::{Model, PackageCommand, Redirect, Stage, Step};

use self::keys::{Call, Key, has_key_there};
use self::lists::{ListLine, Lists, domain, host, is_of_launchpad, is_of_the_distribution};
use super::lines::line_of;

/// Where the files of the keys are.
const FOLDER: &str = "/etc/apt/keyrings";

/// The codemod: each key becomes a file, and the lines of its archive name it.
#[derive(Debug)]
pub(crate) struct AptKeys {
    pub(crate) recipe: &'static str,
}

impl Codemod for AptKeys {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        for stage in file.stages() {
            let calls: Vec<Key<'_>> = stage.commands().filter_map(Key::of).collect();
            if calls.is_empty() {
                continue;
            }
            let board = Board::of(stage, &calls);
            for (index, key) in calls.iter().enumerate() {
                let message = "`apt-key` trusts a key for every archive, and is gone from Debian 13 and Ubuntu 25.04";
                out.judge(key.command, Safety::Checked, message, |case| {
                    board.judge(index, key, case)
                });
            }
        }
    }
}

/// The keys of a stage, and whose they are.
struct Board<'c, 'm> {
    stage: Stage<'m>,
    foundation: Option<Foundation>,
    calls: &'c [Key<'m>],
    origins: Vec<Option<String>>,
    lists: Lists<'m>,
    /// For each line of the lists the key that it needs.
    owners: Vec<Owner>,
}

/// Whose an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// It needs no key of a file.
    Nobody,
    /// Of the key of this number, of the same host or domain.
    Alike(usize),
    /// Of the key of this number, for there is no other, and no other archive.
    Left(usize),
    /// Several keys are of the same host.
    Several,
    Unknown,
}

impl<'c, 'm> Board<'c, 'm> {
    fn of(stage: Stage<'m>, calls: &'c [Key<'m>]) -> Self {
        let base = stage.base_image();
        let foundation = match (base.name(), base.effective_tag()) {
            (Some(name), Some(tag)) => image(name, tag).foundation,
            _ => None,
        };
        let mut board = Board {
            stage,
            foundation,
            calls,
            origins: calls.iter().map(|it| it.origin(stage)).collect(),
            lists: Lists::of(stage),
            owners: Vec::new(),
        };
        board.owners = board.find_owners();
        board
    }

    /// Whether the call gives apt a key.
    fn adds(&self, index: usize) -> bool {
        !matches!(self.calls[index].call, Call::Looks)
    }

    /// The first of the calls with the same key.
    fn first_of_origin(&self, index: usize) -> usize {
        let same = |it: &usize| self.adds(*it) && self.origins[*it] == self.origins[index];
        match &self.origins[index] {
            Some(_) => (0..index).find(same).unwrap_or(index),
            None => index,
        }
    }

    /// The keys, each once.
    fn keys(&self) -> impl Iterator<Item = usize> {
        (0..self.calls.len()).filter(|it| self.adds(*it) && self.first_of_origin(*it) == *it)
    }

    /// The key of the same host as an address, or of the same domain.
    fn alike(&self, address: &str) -> Owner {
        let known = |it: usize| self.origins[it].as_deref().filter(|it| it.contains("://"));
        let own = host(address);
        let of_host: Vec<usize> = self
            .keys()
            .filter(|it| domain(own).is_some() && known(*it).is_some_and(|it| host(it) == own))
            .collect();
        // A key that has an archive of its own host is not that of another host.
        let has_own = |it: usize| {
            known(it).is_some_and(|it| {
                let mut hosts = self.lists.lines.iter().map(|line| host(&line.address));
                hosts.any(|line| line == host(it))
            })
        };
        let of_domain = || {
            let is_it = |it: &usize| {
                known(*it)
                    .is_some_and(|it| domain(own).is_some() && domain(host(it)) == domain(own))
            };
            let all = self.keys().filter(is_it);
            all.filter(|it| !has_own(*it)).collect::<Vec<usize>>()
        };
        let found = if of_host.is_empty() {
            of_domain()
        } else {
            of_host
        };
        match found.as_slice() {
            [] => Owner::Unknown,
            [one] => Owner::Alike(*one),
            _ => Owner::Several,
        }
    }

    fn find_owners(&self) -> Vec<Owner> {
        let of_line = |it: &ListLine<'_>| {
            let is_settled = !it.needs_key() && it.signed_by.is_none();
            if is_of_the_distribution(&it.address) || is_settled || has_key_there(self.stage, it) {
                return Owner::Nobody;
            }
            let owner = self.alike(&it.address);
            match (it.signed_by.as_deref(), owner) {
                // The key is a file already, perhaps given twice.
                (Some(file), Owner::Alike(key)) if self.is_written_for(file, None) => {
                    if self.is_written_for(file, self.origins[key].as_deref()) {
                        owner
                    } else {
                        Owner::Nobody
                    }
                }
                (Some(file), Owner::Unknown) if self.is_written_for(file, None) => Owner::Nobody,
                _ => owner,
            }
        };
        let mut owners: Vec<Owner> = self.lists.lines.iter().map(of_line).collect();
        // What is left: one key, and one archive.
        let others = self.lists.others.iter();
        let mut others = others.filter(|it| {
            it.address.as_deref().is_none_or(|it| {
                !is_of_the_distribution(it) && !matches!(self.alike(it), Owner::Alike(_))
            })
        });
        let is_taken =
            |key: usize| owners.contains(&Owner::Alike(key)) || self.added_otherwise(key).is_some();
        let free: Vec<usize> = self.keys().filter(|it| !is_taken(*it)).collect();
        let open = || {
            let lines = self.lists.lines.iter().zip(&owners);
            lines
                .filter(|(_, owner)| **owner == Owner::Unknown)
                .map(|(line, _)| line)
        };
        let first = open().next().map(|it| host(&it.address).to_owned());
        let is_one =
            first.is_some() && open().all(|it| Some(host(&it.address)) == first.as_deref());
        if let ([key], true, None) = (free.as_slice(), is_one, others.next()) {
            for owner in owners.iter_mut().filter(|it| **it == Owner::Unknown) {
                *owner = Owner::Left(*key);
            }
        }
        owners
    }

    /// Whether a call looks for a key by its number that is not this one, as it is added behind it: Docker's own page has
    /// `apt-key add` and then `apt-key fingerprint 0EBFCD88`.
    fn looks_for_another(&self, call: &Key<'_>, key: usize) -> bool {
        let start = call.command.range().start();
        let mut before = (0..self.calls.len())
            .filter(|it| self.adds(*it) && self.calls[*it].command.range().start() < start);
        call.names_a_key()
            && before
                .next_back()
                .is_some_and(|it| self.first_of_origin(it) != self.first_of_origin(key))
    }

    /// Whether an instruction puts a file of this name there, one that speaks of this origin if one is asked for.
    fn is_written_for(&self, file: &str, origin: Option<&str>) -> bool {
        let writes = |it: &Step<'m>| {
            let is_target =
                it.is_copy_or_add() && it.target().is_some_and(|it| it.starts_with(file));
            let mut commands = it
                .commands()
                .filter(|it| !it.is_one_of(&["echo", "printf", "apt-key"]));
            is_target
                || commands.any(|it| {
                    let mut targets = it.redirects().filter_map(Redirect::target);
                    it.has_arg(file) || targets.any(|it| it.is(file))
                })
        };
        let steps = self.stage.base_chain().flat_map(Stage::steps);
        let mut writing = steps.filter(writes);
        writing.any(|it| origin.is_none_or(|origin| it.mentions(origin)))
    }

    /// What adds the archive of a key otherwise than by a line that can be changed.
    fn added_otherwise(&self, key: usize) -> Option<(usize, &'static str)> {
        let of_key = |address: &str| self.alike(address) == Owner::Alike(key);
        let mut others = self.lists.others.iter();
        let found = others.find(|it| it.address.as_deref().is_some_and(of_key))?;
        Some((found.number, found.what))
    }

    /// The lines of a key.
    fn lines_of(&self, key: usize) -> impl Iterator<Item = &ListLine<'m>> {
        let lines = self.lists.lines.iter().zip(&self.owners);
        let is_its = move |owner: Owner| owner == Owner::Alike(key) || owner == Owner::Left(key);
        lines
            .filter(move |(_, owner)| is_its(**owner))
            .map(|(line, _)| line)
    }

    /// The name of a key's file, without folder and ending: that of its list, or of its host.
    fn name_of(&self, key: usize) -> String {
        let of_list = self.lines_of(key).find_map(|it| {
            let file = file_name(it.file.as_deref()?).strip_suffix(".list")?;
            (file != "sources").then(|| file.to_owned())
        });
        let of_host = || {
            let mut lines = self.lines_of(key).map(|it| host(&it.address));
            let origin = self.origins[key].as_deref();
            let own = origin.filter(|it| it.contains("://")).map(host);
            let host = lines.next().or(own)?;
            let domain = domain(host).unwrap_or(host);
            Some(domain.split('.').next()?.to_owned())
        };
        let name = of_list.or_else(of_host).unwrap_or_default();
        let plain: String = name
            .chars()
            .filter(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.'))
            .collect();
        if plain.is_empty() {
            "NAME".to_owned()
        } else {
            plain
        }
    }

    fn has(&self, feature: AptFeature) -> Option<bool> {
        apt_has(self.foundation.as_ref()?, feature)
    }

    fn judge(&self, index: usize, key: &Key<'m>, case: &mut Case<'_>) -> Result<(), Remedy> {
        let first = self.first_of_origin(index);
        let name = self.name_of(first);
        self.by_hand(index, key, &name)?;
        let lines: Vec<&ListLine<'m>> = self.lines_of(first).collect();
        let signed = lines
            .iter()
            .find_map(|it| it.signed_by.as_deref().filter(|it| it.starts_with(FOLDER)));
        let form = key.form(self.stage);
        let is_binary = match (&form, signed) {
            (Some((form, _)), _) => *form == KeyForm::Binary,
            (None, Some(file)) => has_ending(file, ".gpg"),
            // Keys for apt are text nearly always, whatever their files are called.
            (None, None) => false,
        };
        let ending = if is_binary { "gpg" } else { "asc" };
        let file = match signed {
            Some(file) => file.to_owned(),
            None => format!("{FOLDER}/{}.{ending}", self.unique(first, &name)),
        };
        let needs_line = lines.iter().any(|it| it.needs_key()) || signed.is_some();
        if !needs_line {
            return Err(self.without_line(first, &file));
        }
        self.fits_the_release(is_binary, case)?;
        match form {
            Some((_, evidence)) => _ = case.evidence(evidence),
            None => _ = case.open(OpenCondition::new(
                format!("whether the key is {}: nobody says so", if is_binary { "bytes" } else { "text" }),
                format!("look at it: apt reads text in files that end in `asc`, and bytes in those in `gpg`; here it is `{file}`"),
            )),
        }
        case.open(key.behind_umask(&file));
        self.say_owners(first, &lines, case);
        self.say_others(first, case);
        let folder_is_made = self.folder_is_made(key);
        if !folder_is_made && let Some(line) = self.waits_for(index) {
            return Err(remedy!("it goes on once the key of line {line} is a file"));
        }
        case.declare(Effect::changed(key.command.step()));
        let mut failure = Ok(());
        case.fix(|edit| {
            failure = key.write(edit, &file);
            if !folder_is_made {
                let sudo = if key.command.is_wrapped_by("sudo") {
                    "sudo "
                } else {
                    ""
                };
                edit.add_command_before(key.first(), &format!("{sudo}mkdir -p {FOLDER}"));
            }
        });
        failure?;
        if first == index {
            for line in lines.iter().filter(|it| it.needs_key()) {
                case.declare(Effect::changed(line.step));
                case.fix(|edit| line.sign(edit, &file));
            }
        }
        Ok(())
    }

    /// The name, and more of it where another key has the same.
    fn unique(&self, key: usize, name: &str) -> String {
        let origin = self.origins[key].as_deref();
        let is_others = |name: &str| {
            ["asc", "gpg"].into_iter().any(|ending| {
                let file = format!("{FOLDER}/{name}.{ending}");
                self.is_written_for(&file, None) && !self.is_written_for(&file, origin)
            })
        };
        let named_so = |it: &usize| *it < key && self.name_of(*it) == *name;
        let earlier = self.keys().filter(named_so).count();
        let more = (2..100).map(|number| format!("{name}-{number}"));
        let names = std::iter::once(name.to_owned()).chain(more);
        let mut free = names.filter(|it| !is_others(it));
        free.nth(earlier).unwrap_or_else(|| name.to_owned())
    }

    /// What a person must do.
    fn by_hand(&self, index: usize, key: &Key<'m>, name: &str) -> Result<(), Remedy> {
        let then =
            format!("and name it in the line of its archive: `[signed-by={FOLDER}/{name}.asc]`");
        match &key.call {
            Call::Piped(_) | Call::File(_) => {}
            Call::Server(keys) => {
                let key = keys.first().map_or("KEY", String::as_str);
                return Err(remedy!(
                    "take the key over HTTPS, by its whole fingerprint: `curl -fsSL 'https://keyserver.ubuntu.com/pks/lookup?op=get&search=0x{key}' -o {FOLDER}/{name}.asc`, {then}"
                ));
            }
            Call::Fetched(address) => {
                return Err(remedy!(
                    "fetch it to a file: `curl -fsSL {address} -o {FOLDER}/{name}.asc`, {then}"
                ));
            }
            Call::Otherwise => {
                return Err(remedy!("write the key to a file below {FOLDER}, {then}"));
            }
            Call::Looks => {
                return Err(remedy!(
                    "take the call away, or look at the file of the key: `gpg --show-keys {FOLDER}/NAME.asc`"
                ));
            }
        }
        if let Call::File(word) = &key.call
            && (word.is_pattern() || word.may_split())
        {
            return Err(remedy!(
                "it may be several files: write each to one below {FOLDER}, {then}"
            ));
        }
        let around = key.command.around();
        if around.looped || around.function {
            return Err(remedy!(
                "it may be called for several keys, which would all come to one file: write each to one below {FOLDER}, {then}"
            ));
        }
        if key.command.step().is_onbuild() {
            return Err(remedy!(
                "it is for builds that are based on this image: see to their lists, too"
            ));
        }
        if let Some((line, what)) = self.added_otherwise(index) {
            return Err(remedy!(
                "{what} of line {line} adds its archive: write the key to {FOLDER}/{name}.asc, {then}, in a list of its own"
            ));
        }
        Ok(())
    }

    /// Why a key without a line stays.
    fn without_line(&self, key: usize, file: &str) -> Remedy {
        let several = self.lists.lines.iter().zip(&self.owners);
        let mut several = several.filter(|(_, owner)| **owner == Owner::Several);
        if let Some((line, _)) = several.next() {
            return remedy!(
                "several keys are of the host of line {}: write each to a file, and name the right one there",
                line.number
            );
        }
        let mut open = self.lists.lines.iter().zip(&self.owners);
        let open = open.find(|(_, owner)| **owner == Owner::Unknown);
        let from = self.origins[key].as_deref().unwrap_or("it");
        match open {
            Some((line, _)) => remedy!(
                "it is not known which archive the key of {from} is of: write it to {file}, and name that in the line (such as line {}): `[signed-by={file}]`",
                line.number
            ),
            None => remedy!(
                "no line of a list is seen that the key of {from} is for: write it to {file}, and name that where its archive is added: `[signed-by={file}]`"
            ),
        }
    }

    fn fits_the_release(&self, is_binary: bool, case: &mut Case<'_>) -> Result<(), Remedy> {
        let needed = if is_binary {
            AptFeature::SignedBy
        } else {
            AptFeature::ArmouredKeys
        };
        let what = if is_binary {
            "a line that names its key"
        } else {
            "a key as text"
        };
        if let Some(foundation) = &self.foundation
            && !matches!(
                foundation.distribution,
                Distribution::Debian | Distribution::Ubuntu
            )
        {
            return Err(remedy!("{} has no apt", foundation.told()));
        }
        match (self.has(needed), &self.foundation) {
            (Some(false), Some(foundation)) => {
                return Err(remedy!(
                    "the apt of {} does not know {what}: take a later release",
                    foundation.told()
                ));
            }
            (Some(true), _) => {}
            (_, _) => {
                _ = case.open(OpenCondition::new(
                    format!(
                        "whether the apt of `{}` knows {what}",
                        self.stage.base_image().name().unwrap_or("the base image")
                    ),
                    "it does from Debian 9 and Ubuntu 18.04 on",
                ));
            }
        }
        if self.has(AptFeature::NoAptKey) == Some(true) {
            case.evidence(
                "there is no `apt-key` in the base image, so that the command fails as it is",
            );
        }
        Ok(())
    }

    fn say_owners(&self, key: usize, lines: &[&ListLine<'m>], case: &mut Case<'_>) {
        for line in lines {
            let host = host(&line.address);
            let at = line.number;
            let is_left = self.owners.contains(&Owner::Left(key));
            let is_only = self.keys().count() == 1;
            if !is_left {
                case.evidence(format!(
                    "the archive of line {at} is of the key's own host or domain"
                ));
            } else if is_only {
                case.evidence(format!(
                    "`{host}` of line {at} is the only archive, and this the only key"
                ));
            } else {
                case.open(OpenCondition::new(
                    format!("whether the key is that of `{host}` of line {at}: it is what is left"),
                    "see whose key it is",
                ));
            }
            for package in self.installed() {
                if let Some(own) = own_list(&package, &line.address)
                    && line.file.as_deref() != Some(own)
                {
                    case.open(OpenCondition::new(
                        format!("whether apt is called again once `{package}` is there: it brings {own} for the same archive, and apt refuses two lists that differ in the key"),
                        format!("delete one of the lists, or write this one to {own}"),
                    ));
                }
            }
        }
    }

    /// What may need the key, too.
    fn say_others(&self, key: usize, case: &mut Case<'_>) {
        let lines = self.lists.lines.iter().zip(&self.owners);
        // Launchpad makes the keys of its archives itself.
        let is_published = self.origins[key]
            .as_deref()
            .is_some_and(|it| it.contains("://") && !is_of_launchpad(it));
        let is_open = |it: &(&ListLine<'_>, &Owner)| {
            it.0.needs_key()
                && matches!(it.1, Owner::Unknown | Owner::Several)
                && it.0.is_read_by_apt()
                && !(is_of_launchpad(&it.0.address) && is_published)
        };
        for (line, _) in lines.filter(is_open) {
            case.open(OpenCondition::new(
                format!(
                    "whether `{}` of line {} is signed with this key, too",
                    host(&line.address),
                    line.number
                ),
                "name the key there as well, if it is",
            ));
        }
        for other in &self.lists.others {
            let is_another = other.address.as_deref().is_some_and(|it| {
                is_of_the_distribution(it)
                    || matches!(self.alike(it), Owner::Alike(it) if it != key)
            });
            if !is_another {
                case.open(OpenCondition::new(
                    format!(
                        "whether {} of line {} needs this key, too",
                        other.what, other.number
                    ),
                    "name the key there as well, if it does",
                ));
            }
        }
        let looking = self
            .calls
            .iter()
            .filter(|it| matches!(it.call, Call::Looks) && !self.looks_for_another(it, key));
        for call in looking {
            case.open(OpenCondition::new(
                format!("whether line {} finds what it looks for: the key is no more among those that `apt-key` knows", line_of(call.command)),
                "look at the file of the key",
            ));
        }
        let steps = self.stage.file().steps();
        let mut copying = steps.filter(|it| it.mentions("/etc/apt/trusted.gpg"));
        case.open(copying.next().map(|it| {
            OpenCondition::new(
                format!(
                    "whether line {} needs the key where `apt-key` put it",
                    it.line()
                ),
                format!("take the files of {FOLDER} there"),
            )
        }));
    }

    /// The packages that are installed in the stage, or in those based on it.
    fn installed(&self) -> Vec<String> {
        let commands = self.stage.with_descendants().flat_map(Stage::commands);
        let installs = commands
            .filter_map(PackageCommand::of)
            .filter(PackageCommand::is_install);
        let packages = installs.flat_map(|it| it.packages());
        let named = packages.filter(|it| it.kind == SpecKind::Index);
        named.filter_map(|it| it.name.map(str::to_owned)).collect()
    }

    /// Whether the folder of the keys is there when the key is written.
    fn folder_is_made(&self, key: &Key<'m>) -> bool {
        if self.has(AptFeature::KeyringsFolder) == Some(true) || matches!(key.call, Call::File(_)) {
            return true;
        }
        let before = self.stage.base_chain().flat_map(Stage::commands);
        let mut before = before.filter(|it| it.range().start() < key.command.range().start());
        before.any(|it| {
            it.is_one_of(&["mkdir", "install"]) && it.args().any(|word| word.starts_with(FOLDER))
        })
    }

    /// The line of an earlier key of the stage that makes the folder, and is not written yet.
    fn waits_for(&self, index: usize) -> Option<usize> {
        let is_ready = |it: &usize| {
            let first = self.first_of_origin(*it);
            matches!(self.calls[*it].call, Call::Piped(_))
                && self.by_hand(*it, &self.calls[*it], "x").is_ok()
                && self.lines_of(first).any(ListLine::needs_key)
        };
        let earlier = (0..index).find(is_ready)?;
        Some(self.calls[earlier].command.step().line())
    }
}
