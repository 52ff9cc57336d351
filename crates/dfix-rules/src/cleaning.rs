//! Package managers that keep what they download until they are told to remove it.

use dfix_catalogue::{
    Cache, PackageWord, SystemPackageManager, cache, package_options, package_word_is,
};
use dfix_engine::{Case, Effect, Findings, Remedy, Safety, remedy};
use dfix_model::{
    Absence, Command, ImagePath, Model, Need, Needs, OpenCondition, PackageCommand, PackageManager,
    Stage, Step, Users, Wrapper, WrapperKind,
};

use crate::base::lacks_all;
use crate::layers;

/// A package manager that keeps what it downloads, and how it is told to remove that.
pub(crate) struct Cleaning {
    /// The family, and its name in the tables.
    pub(crate) family: (PackageManager, &'static str),
    /// The programs.
    pub(crate) programs: &'static [&'static str],
    /// The package managers of images that have one of them; none: any may.
    pub(crate) of: &'static [SystemPackageManager],
    /// The words of the command that removes it, behind the program's name.
    pub(crate) words: &'static str,
    /// Whether a command removes it.
    pub(crate) cleans: fn(&PackageCommand<'_>) -> bool,
    /// Whether only stages that are shipped matter.
    pub(crate) only_shipped: bool,
    /// What else is to be established, if anything is.
    pub(crate) more: Option<More>,
}

/// Establishes something of a command, or says what speaks against the fix.
pub(crate) type More = fn(&PackageCommand<'_>, &mut Case<'_>) -> Result<(), Remedy>;

impl Cleaning {
    /// Has each `RUN` that fills the cache end with the command that empties it.
    pub(crate) fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let is_one = |it: &Stage<'_>| {
            (self.of.is_empty() || !lacks_all(*it, self.of))
                && (!self.only_shipped || it.is_shipped())
                && !self.wants_downloads(*it)
        };
        for stage in file.stages().filter(is_one) {
            let mut known = KnownNeeds::default();
            let runs = stage.steps().filter(|step| step.is_run());
            for step in runs.filter(|step| !step.is_exec_form()) {
                self.check_step(stage, step, &mut known, out);
            }
        }
    }

    fn check_step<'m>(
        &self,
        stage: Stage<'m>,
        step: Step<'m>,
        known: &mut KnownNeeds,
        out: &mut Findings<'_>,
    ) {
        let settings = stage.settings();
        let own: Vec<PackageCommand<'m>> = step
            .package_commands()
            .filter(|it| self.is_own(it))
            .collect();
        let Some(at) = own.iter().rposition(|it| self.fills(it)) else {
            return;
        };
        let filling = own[at];
        let settled = settings.is_cache_settled(&filling);
        // Programs of a family share their cache: `yum` is `dnf` on most systems. Some have one of their own.
        let shares = |it: &PackageCommand<'m>| {
            let names = [it.program_name(), filling.program_name()];
            names[0] == names[1] || !names.iter().any(|it| HAVE_THEIR_OWN.contains(it))
        };
        let cleans = |it: PackageCommand<'m>| {
            it.manager == self.family.0
                && shares(&it)
                && it.range().start() > filling.range().start()
                && (self.cleans)(&it)
        };
        let is_emptied = step.package_commands().any(cleans) || settings.is_cache_emptied(&filling);
        if settled.is_yes() || is_emptied {
            return;
        }
        let folders = self.folders(&filling);
        let is_removed = |it: &Command<'m>| {
            it.range().start() > filling.range().start()
                && folders.iter().any(|folder| it.clears(folder).is_some())
        };
        if step.commands().any(|it| is_removed(&it)) {
            return;
        }
        let last = own
            .iter()
            .rfind(|it| shares(it))
            .unwrap_or(&filling)
            .command;
        let message = format!(
            "`{}` leaves its cache {}",
            format!("{} {}", filling.program_name(), filling.subcommand_text()).trim_end(),
            layers::where_it_stays(stage, folders.first())
        );
        out.judge(filling.subcommand(), Safety::Safe, message, |case| {
            let Some(source) = self.source(last).filter(|_| is_followed(last)) else {
                return Err(remedy!(
                    "let what installs end with `{} {}`",
                    last.executable_name(),
                    self.words
                ));
            };
            if let Some(more) = self.more {
                more(&filling, case)?;
            }
            for folder in &folders {
                let needs = known.of(folder, || {
                    Needs::of(stage, &Absence::emptied(folder), &OfTheCache(self.family))
                });
                case.takes_away(needs, last)?;
            }
            let elsewhere = self.elsewhere(&filling);
            case.evidence(
                elsewhere
                    .is_none()
                    .then_some("no later command fails without the cache"),
            )
            .open(elsewhere)
            .open(settled.open())
            .open(self.unknown_behind(step, last))
            .open(step.is_onbuild().then(|| {
                OpenCondition::new(
                    "whether the build that this is for needs the cache later",
                    "see that nothing of it is told to fetch nothing",
                )
            }))
            .open(self.kept_on_purpose(stage, last))
            .declare(Effect::commands_of(step))
            .fix(|edit| edit.add_command_after(last, &source));
            Ok(())
        });
    }

    fn is_own(&self, command: &PackageCommand<'_>) -> bool {
        command.manager == self.family.0 && command.command.is_one_of(self.programs)
    }

    fn fills(&self, command: &PackageCommand<'_>) -> bool {
        let (_, name) = self.family;
        let is_word = |what| package_word_is(name, command.subcommand_text(), what);
        (command.is_install() || is_word(PackageWord::FillsCache))
            && !package_options(name, PackageWord::DoesNothing).any(|flag| command.has_flag(flag))
    }

    /// Whether a stage, or one that it is based on, downloads packages for somebody who takes them from the cache.
    fn wants_downloads(&self, stage: Stage<'_>) -> bool {
        let (manager, name) = self.family;
        let is_one = |it: PackageCommand<'_>| {
            package_options(name, PackageWord::DownloadsOnly).any(|flag| it.has_flag(flag))
        };
        let mut stages = stage.base_chain();
        stages.any(|it| it.package_commands(manager).any(is_one))
    }

    /// The folders that the cache may be in.
    fn folders(&self, command: &PackageCommand<'_>) -> Vec<ImagePath> {
        let stage = command.command.stage();
        let at_home = stage.and_then(|stage| stage.settings().cache_folder(command));
        let known = cache(self.family.1).into_iter().flat_map(Cache::folders);
        let known = known.filter(|it| !it.starts_with('~')).map(ImagePath::new);
        let mut folders: Vec<ImagePath> = at_home.into_iter().collect();
        for folder in known {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }

    /// What a command behind the last one may do with the cache of a system's package manager, which nobody knows.
    fn unknown_behind(&self, step: Step<'_>, last: Command<'_>) -> Option<OpenCondition> {
        let is_of_system = PackageCommand::of(last).is_some_and(|it| it.is_of_system());
        let mut behind = step
            .commands()
            .filter(|it| is_of_system && it.range().start() > last.range().start());
        let unknown = behind.find(|it| it.may_call(self.family.0, &|_| false))?;
        let program = unknown.program()?;
        Some(OpenCondition::new(
            format!("whether `{}` needs the cache", program.shortened()),
            "look at what it installs, and from where",
        ))
    }

    /// What is open where somebody tells `yum` or `dnf` to keep packages after it has installed them.
    fn kept_on_purpose(&self, stage: Stage<'_>, last: Command<'_>) -> Option<OpenCondition> {
        let mut steps = stage.base_chain().flat_map(Stage::steps);
        let before = |it: &Step<'_>| it.index() <= last.step().index();
        let tells = |it: &Step<'_>| before(it) && it.mentions("keepcache");
        let step = steps.find(|it| self.family.0 == PackageManager::Dnf && tells(it))?;
        Some(OpenCondition::new(
            format!(
                "whether the packages that are kept, as {} speaks of `keepcache`, are wanted",
                step.label()
            ),
            "look at what is made of them",
        ))
    }

    /// What is open where the cache is in the home of somebody whose home is not known.
    fn elsewhere(&self, command: &PackageCommand<'_>) -> Option<OpenCondition> {
        let stage = command.command.stage()?;
        let mut folders = cache(self.family.1).into_iter().flat_map(Cache::folders);
        let at_home = folders.find(|it| it.starts_with('~'))?;
        let is_known = stage.settings().cache_folder(command).is_some();
        (!is_known).then(|| {
            OpenCondition::new(
                format!(
                    "whether nothing needs `{at_home}` afterwards: whose home that is, is not known"
                ),
                "search for what names the folder",
            )
        })
    }

    /// The command that empties the cache, as a person would write it behind this one.
    fn source(&self, last: Command<'_>) -> Option<String> {
        let program = last.executable().filter(|it| it.is_known())?;
        // Who is put in front of it to have the rights is so here, too.
        let is_user = |it: Wrapper<'_>| it.kind == WrapperKind::User;
        let is_plain = last.wrappers().all(is_user);
        if !is_plain && last.wrappers().any(is_user) {
            return None;
        }
        let before = last
            .words()
            .take_while(|it| it.range() != program.range())
            .filter(|_| is_plain);
        // Variables that it is given are the cleaning's as well.
        if last.is_wrapped_by("env") {
            return None;
        }
        let mut words: Vec<String> = Vec::new();
        for it in last.assignments() {
            let value = match it.value() {
                Some(value) if value.value() == Some(value.source_text()) => value.source_text(),
                Some(_) => return None,
                None => "",
            };
            words.push(format!("{}={value}", it.name()));
        }
        for word in before.chain([program]) {
            // What is quoted, or goes on in another line, is nothing that one would write so again.
            if word.value() != Some(word.source_text()) {
                return None;
            }
            words.push(word.source_text().to_owned());
        }
        Some(format!("{} {}", words.join(" "), self.words))
    }
}

/// Whether another command can follow it, and runs only after it.
fn is_followed(command: Command<'_>) -> bool {
    let around = command.around();
    let is_in_body = command.is_certain() && !(around.tested || around.negated || around.piped);
    // What `exec` starts takes the shell's place.
    is_in_body && !around.looped && !around.substitution && !command.is_wrapped_by("exec")
}

/// Who needs which folder of a stage, as far as that was asked.
#[derive(Default)]
struct KnownNeeds(Vec<(ImagePath, Needs)>);

impl KnownNeeds {
    fn of(&mut self, folder: &ImagePath, find: impl FnOnce() -> Needs) -> &Needs {
        let known = self.0.iter().position(|(it, _)| it == folder);
        let at = known.unwrap_or_else(|| {
            self.0.push((folder.clone(), find()));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// Programs of `dnf`'s family that keep their cache where no other looks.
const HAVE_THEIR_OWN: [&str; 4] = ["dnf-3", "dnf5", "microdnf", "tdnf"];

/// What reads the cache of `yum` and `dnf`, and is neither.
const OF_THE_SAME_CACHE: [&str; 4] = [
    "debuginfo-install",
    "repoquery",
    "reposync",
    "yumdownloader",
];

/// Who needs the cache: commands that are told to fetch nothing.
struct OfTheCache((PackageManager, &'static str));

impl Users for OfTheCache {
    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let (manager, name) = self.0;
        let way_out = "let it fetch what it needs";
        if manager == PackageManager::Dnf
            && command.is_one_of(&OF_THE_SAME_CACHE)
            && (command.has_option("-C") || command.has_option("--cacheonly"))
        {
            return Some(Need::of(command, way_out));
        }
        let package = PackageCommand::of(command).filter(|it| it.manager == manager)?;
        let mut options = package_options(name, PackageWord::NeedsCache);
        options
            .any(|option| package.has_flag(option))
            .then(|| Need::of(command, way_out))
    }
}
