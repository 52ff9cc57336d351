//! How an application's user gets its files: by `chown` in a `RUN`, or by `COPY --chown`.

mod doubled;

use dfix_catalogue::programs;
use dfix_engine::{Edit, Effect, OpenCondition};
use dfix_model::{
    Command, Dependencies, FileEntry, ImagePath, Landing, Os, Owner, Stage, Step, StepKind,
};

use super::account::RunAs;
use super::folders::{Folder, folders_to_give, is_nested, without_nested};

/// What is written so that the user owns its files.
#[derive(Debug, Default)]
pub(crate) struct Handover<'m> {
    /// The `COPY`s and `ADD`s that name the owner.
    copies: Vec<Step<'m>>,
    /// The instruction that the first `RUN` comes before: the first of them, or a VOLUME that declares one of the folders.
    early: Option<Step<'m>>,
    /// That `RUN`.
    before: Option<String>,
    /// The `RUN` after the last work of the build.
    after: Option<String>,
    /// What gives folders in the `RUN` that builds something there, behind this command of it.
    in_build: Option<(Command<'m>, String)>,
    /// The folders that are the user's afterwards.
    pub(crate) given: Vec<ImagePath>,
    /// Who owns the application afterwards.
    pub(crate) evidence: Vec<String>,
    /// What could not be established.
    pub(crate) open: Vec<OpenCondition>,
    /// Whether folders are given after all work of the build, even where that could be done before.
    gives_last: bool,
    /// Installed dependencies that are copied into another layer so that their owner changes.
    doubled: Option<Dependencies>,
    /// What other stages or images built, or much that is copied, likewise: the folder that it lies in, and what copies it.
    brought: Option<(ImagePath, &'static str)>,
    /// What is copied and is not much, but enough to be told.
    told: Option<(ImagePath, &'static str)>,
}

/// The folders that become the user's, by how they do.
#[derive(Default)]
struct Shares {
    /// Themselves alone, before files are copied into them.
    first: Vec<Folder>,
    /// Themselves alone: what they hold is the user's already.
    alone: Vec<Folder>,
    /// With all that they hold.
    whole: Vec<Folder>,
    /// Those that get their files by `COPY --chown`.
    copied: Vec<Folder>,
}

/// How the user is given what the application writes to: by `--chown` where that is asked for and can do it. Where
/// nothing is asked for, by a `chown`, but for what would be doubled in another layer: for installed dependencies, which
/// nobody writes, where they lie among the application's files, those are given by `--chown`; so is what other stages
/// built. Where the two cannot be told apart, somebody has to say that the image may grow; who asks for a `chown` has.
pub(crate) fn plan<'m>(stage: Stage<'m>, run_as: &RunAs, by_copy: Option<bool>) -> Handover<'m> {
    let mut handover = plan_with(stage, run_as, by_copy == Some(true), false);
    let cost = |by: &str, folder: &ImagePath| {
        format!("the recursive chown copies what {by} puts into {folder} into another layer")
    };
    let cost = match (&handover.doubled, &handover.brought, &handover.told) {
        (Some(doubled), _, _) => cost(&doubled.by, &doubled.folder),
        (None, Some((folder, by)), _) => cost(by, folder),
        (None, None, Some((folder, by))) => {
            let cost = cost(by, folder);
            handover.evidence.push(cost);
            return handover;
        }
        (None, None, None) => return handover,
    };
    let may_be_apart = match &handover.doubled {
        Some(doubled) => !doubled.may_do_more && !may_be_written(stage, doubled),
        None => true,
    };
    if by_copy.is_none() && may_be_apart {
        let is_of_npm = handover.doubled.as_ref().is_some_and(|it| it.is_of_npm);
        let apart = plan_with(stage, run_as, true, is_of_npm);
        let is_doubled = apart.doubled.is_some() || apart.brought.is_some();
        if !apart.copies.is_empty() && !is_doubled && apart.open.is_empty() {
            return apart;
        }
    }
    if by_copy == Some(false) {
        handover.evidence.push(cost);
    } else {
        handover.open.push(OpenCondition::new(
            format!("whether the image may grow: {cost}"),
            "copy the application's files by `COPY --chown`, or take ownership = \"chown\"",
        ));
    }
    handover
}

/// Whether the application writes among its dependencies: development servers keep their caches there, and `uv run` locks
/// the environment.
fn may_be_written(stage: Stage<'_>, dependencies: &Dependencies) -> bool {
    let writes_there = stage.runtime().processes().any(|process| {
        let (name, words) = (process.command.name(), process.known_args());
        (programs::serves_development(name, &words) && programs::keeps_caches_among_packages(name))
            || process.command.wrappers().any(|it| it.name == "uv")
            || process.command.name() == "uv"
    });
    let mut writes = stage.run_time_writes().known.iter();
    writes_there || writes.any(|write| write.path.is_below(&dependencies.folder))
}

fn plan_with<'m>(
    stage: Stage<'m>,
    run_as: &RunAs,
    by_copy: bool,
    gives_last: bool,
) -> Handover<'m> {
    let files = stage.filesystem();
    let folders: Vec<Folder> = folders_to_give(stage)
        .into_iter()
        .flat_map(|folder| left_to_give(stage, run_as, folder))
        .collect();
    let mut handover = Handover {
        gives_last,
        ..Handover::default()
    };
    let mut refusal = None;
    if by_copy {
        match copies_to_change(stage, run_as, &folders) {
            Ok(copies) => handover.copies = copies,
            Err(why) => refusal = Some(why),
        }
    }
    handover.early = handover.copies.first().copied();
    let declared = folders.iter().filter(|folder| folder.may_be_missing);
    for volume in declared.filter_map(|folder| declared_early(stage, &folder.path)) {
        let is_first = handover
            .early
            .is_none_or(|early| volume.index() < early.index());
        if is_first && may_run_at(stage, volume) {
            handover.early = Some(volume);
        }
    }
    let mut shares = Shares::default();
    for folder in &folders {
        handover.share(stage, run_as, folder, &mut shares);
    }
    handover.write_down(stage, run_as, &shares);
    let is_outer = |folder: &&Folder| !is_nested(&folder.path, &folders);
    let is_copied = |folder: &&Folder| shares.copied.contains(folder);
    let (copied, mut given): (Vec<&Folder>, Vec<&Folder>) =
        folders.iter().filter(is_outer).partition(is_copied);
    let mut evidence = Vec::new();
    if !copied.is_empty() {
        let into = listed(&copied);
        evidence.push(format!(
            "what is copied into {into} is given to {}",
            run_as.name
        ));
    }
    if !stage.has_shell_at(stage.last_step()) && shares.needs_a_shell() {
        let what = if copied.is_empty() {
            "the application's files stay"
        } else {
            "what is not copied there stays"
        };
        given.clear();
        let lacks = match stage.has_shell() {
            None => "it is not known whether the base image has a shell to change owners with",
            Some(_) => "there is no shell to change owners with",
        };
        evidence.push(format!("{lacks}: {what} root's and can be read"));
    } else if !given.is_empty() {
        evidence.push(are_given(&given, run_as));
        evidence.extend(refusal.map(str::to_owned));
    }
    handover.evidence.splice(0..0, evidence);
    let given = copied.into_iter().chain(given);
    handover.given = given.map(|folder| folder.path.clone()).collect();
    let workdir = stage.final_workdir().map(|folder| ImagePath::new(&folder));
    let owned = workdir.filter(|folder| {
        let owner = files.owner(folder);
        owner.is_ok_and(|owner| owner.is(&run_as.account))
            && files.holds_only_of(&run_as.account, folder)
    });
    if folders.is_empty()
        && let Some(folder) = owned.as_ref().filter(|folder| folder.is_applications())
    {
        let sentence = format!("{folder} belongs to {} already", run_as.name);
        handover.evidence.push(sentence);
    }
    handover.given.extend(owned);
    handover
}

/// What is not the user's of a folder: all of it, or a few parts where the file gave the folder before it put these there.
fn left_to_give(stage: Stage<'_>, run_as: &RunAs, folder: Folder) -> Vec<Folder> {
    const FEW: usize = 3;
    let files = stage.filesystem();
    let owner = files.owner(&folder.path);
    // What is made when the container starts is root's then, whoever owns what is around it.
    if folder.may_be_missing || !owner.is_ok_and(|owner| owner.is(&run_as.account)) {
        return vec![folder];
    }
    let parts = files.not_of(&run_as.account, &folder.path);
    let is_part = |part: &ImagePath| {
        *part != folder.path && part.is_below(&folder.path) && files.exists(part).is_yes()
    };
    if parts.len() > FEW || !parts.iter().all(is_part) {
        return vec![folder];
    }
    let parts = parts.into_iter().map(|part| Folder::new(part, false));
    without_nested(&parts.collect::<Vec<Folder>>())
}

/// The `COPY`s whose files may be given by their owner's name.
fn copies_to_change<'m>(
    stage: Stage<'m>,
    run_as: &RunAs,
    folders: &[Folder],
) -> Result<Vec<Step<'m>>, &'static str> {
    if stage.os() == Os::Windows {
        return Err("Windows knows no `--chown`");
    }
    let copies = stage
        .filesystem()
        .plain_copies_into(&folders.iter().map(|f| &f.path).collect::<Vec<&ImagePath>>());
    let Some(first) = copies.first().copied() else {
        return Err("no COPY puts files there that could name their owner");
    };
    // The user's name is looked up in an image that is not there yet, and what --link puts on top
    // brings owners of its own for the folders around it.
    if copies.iter().any(|copy| copy.flag("link").is_some()) {
        return Err("`--link` knows no user's name, so that chown gives the files");
    }
    if !run_as.is_there_at(stage, first) {
        return Err("the user is made after the first COPY, so that chown gives the files");
    }
    if run_as.made_by.is_some() && !may_run_at(stage, first) {
        return Err("root is not at work where the files are copied, so that chown gives them");
    }
    Ok(copies)
}

impl Shares {
    /// Whether a command after the last work of the build is needed.
    fn needs_a_shell(&self) -> bool {
        !self.alone.is_empty() || !self.whole.is_empty()
    }
}

impl<'m> Handover<'m> {
    /// Decides how a folder becomes the user's.
    fn share(&mut self, stage: Stage<'m>, run_as: &RunAs, folder: &Folder, shares: &mut Shares) {
        let files = stage.filesystem();
        let first = self.early.filter(|first| may_run_at(stage, *first));
        let is_ours = |landing: &Landing| self.copies.iter().any(|c| c.index() == landing.step);
        let inside = |landing: &&Landing| landing.path.is_below(&folder.path);
        let is_target = files.all_landings().filter(inside).any(is_ours);
        let is_others = |landing: &Landing| !is_ours(landing) && !landing.has_owner;
        // What lands where only the build knows may land there, too.
        let is_filled =
            files.lands_anywhere() || files.all_landings().filter(inside).any(is_others);
        let is_free = !is_target && !is_filled && folder.may_be_missing;
        if is_free && first.is_some() && !self.gives_last {
            // Nothing of the build is there: a volume. What is done before the files come is not done again
            // when they change.
            shares.first.push(folder.clone());
        } else if self.is_one_file(stage, folder) {
            shares.copied.push(folder.clone());
        } else if is_target && !is_filled {
            let is_there = |first| files.at(first).entry(&folder.path) == FileEntry::Folder;
            if !folder.may_be_missing && !self.gives_last && first.is_some_and(is_there) {
                shares.first.push(folder.clone());
            } else {
                shares.alone.push(folder.clone());
            }
            shares.copied.push(folder.clone());
            self.left_by_commands(stage, run_as, folder, shares);
        } else if files.holds_copies_of(&run_as.account, &folder.path) {
            shares.alone.push(folder.clone());
        } else {
            shares.whole.push(folder.clone());
        }
    }

    /// Whether what is given is a file that one of the `COPY`s puts there: nothing else is to be done for it.
    fn is_one_file(&self, stage: Stage<'m>, folder: &Folder) -> bool {
        let mut landings = stage.filesystem().all_landings();
        landings.any(|landing| {
            let is_file = landing.entry == FileEntry::File || landing.path.is_named_like_a_file();
            landing.path == folder.path
                && is_file
                && self.copies.iter().any(|it| it.index() == landing.step)
        })
    }

    /// What commands leave in a folder whose copied files name their owner.
    fn left_by_commands(
        &mut self,
        stage: Stage<'m>,
        run_as: &RunAs,
        folder: &Folder,
        shares: &mut Shares,
    ) {
        let files = stage.filesystem();
        let left = stage.left_by_commands(&folder.path);
        let is_given = |path: &ImagePath| {
            let owner = files.owner(path);
            owner.is_ok_and(|owner| owner.is(&run_as.account))
                && files.holds_only_of(&run_as.account, path)
        };
        let made = left.made.into_iter().filter(|path| !is_given(path));
        shares
            .whole
            .extend(made.map(|path| Folder::new(path, false)));
        let unknown = left.unknown.filter(|what| {
            let is_read = stage.only_reads(&folder.path);
            if is_read {
                self.evidence.push(format!(
                    "what {what} leaves in {} stays root's and can be read",
                    folder.path
                ));
            }
            !is_read
        });
        if let Some(what) = unknown {
            self.open.push(OpenCondition::new(
                format!(
                    "whether the application writes to what {what} leaves in {}, which stays root's",
                    folder.path
                ),
                "give it away in that RUN, or take ownership = \"chown\"",
            ));
        } else if let (Some((what, place)), Some(who)) =
            (&left.packages, stage.dependencies_written_at_start())
        {
            self.open.push(OpenCondition::new(
                format!(
                    "whether {who}, which the start runs, writes to the packages that {what} leaves in {place}, which stay root's"
                ),
                "do it in the build, or take ownership = \"chown\"",
            ));
        } else if let Some((what, place)) = left.packages {
            self.evidence.push(format!(
                "the packages that {what} leaves in {place} stay root's and can be read"
            ));
        }
    }

    /// The commands that give the shares.
    fn write_down(&mut self, stage: Stage<'m>, run_as: &RunAs, shares: &Shares) {
        let mut commands: Vec<String> = run_as.made_by.clone().into_iter().collect();
        if self.early.is_some() {
            self.open.extend(others(stage, run_as, shares));
            commands.extend(make_missing(&shares.first));
            commands.extend(chown(run_as, &shares.first));
            self.before = run(&std::mem::take(&mut commands));
        }
        self.open.extend(lost_behind_a_volume(stage, shares));
        if stage.has_shell_at(stage.last_step()) {
            commands.extend(make_missing(shares.alone.iter().chain(&shares.whole)));
            commands.extend(chown(run_as, &shares.alone));
            commands.extend(chown_all(run_as, &shares.whole));
            commands = self.given_in_a_build(stage, run_as, shares, commands);
            let mut whole = shares.whole.iter();
            self.doubled = whole.find_map(|folder| stage.dependencies_below(&folder.path));
            self.note_brought(stage, &shares.whole);
        }
        self.after = run(&commands);
    }

    /// What it changes, beside the user.
    pub(crate) fn effects(&self, stage: Stage<'m>) -> Vec<Effect> {
        let inserted = |keyword| Effect::Inserted {
            stage: stage.index(),
            keyword,
        };
        let runs = self.before.is_some() || self.after.is_some();
        let copies = self.copies.iter().map(|step| Effect::changed(step.range()));
        let in_build = self.in_build.as_ref();
        let in_build = in_build.map(|(command, _)| Effect::commands_of(command.step()));
        let user = match self.replaced(stage) {
            Some(step) => Effect::changed(step.range()),
            None => inserted("USER"),
        };
        let runs = runs.then(|| inserted("RUN"));
        runs.into_iter()
            .chain(copies)
            .chain(in_build)
            .chain([user])
            .collect()
    }

    /// The `USER` that the new one takes the place of: one that says what holds anyway.
    fn replaced(&self, stage: Stage<'m>) -> Option<Step<'m>> {
        stage
            .closing_user()
            .filter(|s| self.after.is_none() || stage.user_at(*s).is_root().is_yes())
    }

    /// Writes it, and the `USER`.
    pub(crate) fn write(&self, edit: &mut Edit<'_>, stage: Stage<'m>, run_as: &RunAs) {
        for copy in &self.copies {
            edit.set_flag(copy.range(), "--chown", &run_as.name);
        }
        if let (Some(run), Some(first)) = (&self.before, self.early) {
            edit.insert_instruction_before(first.range(), run);
        }
        if let Some((command, text)) = &self.in_build {
            edit.add_command_after(*command, text);
        }
        let anchor = stage
            .closing_user()
            .filter(|_| self.after.is_some())
            .unwrap_or(stage.last_work());
        let start = stage.steps().find(|s| {
            s.index() > anchor.index()
                && matches!(
                    s.kind(),
                    StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
                )
        });
        let user = format!("USER {}", run_as.name);
        if let Some(step) = self.replaced(stage) {
            if let Some(run) = &self.after {
                edit.insert_instruction_before(step.range(), run);
            }
            match step.word() {
                Some(word) if !run_as.name.contains('$') => edit.replace_word(word, &run_as.name),
                _ => {
                    edit.insert_instruction_after(step.range(), &user);
                    edit.remove_instruction(step.range());
                }
            }
            return;
        }
        match (&self.after, start) {
            (Some(run), None) if anchor == stage.last_step() => {
                edit.insert_instructions_after(anchor.range(), [run.clone(), user]);
                return;
            }
            (Some(run), _) => edit.insert_instruction_after(anchor.range(), run),
            (None, _) => {}
        }
        match start {
            Some(start) => edit.insert_instruction_before(start.range(), &user),
            None => edit.insert_instruction_after(stage.last_step().range(), &user),
        }
    }
}

/// The VOLUME of the stage that declares a folder, or one below it, before the last work of the build.
fn declared_early<'m>(stage: Stage<'m>, folder: &ImagePath) -> Option<Step<'m>> {
    let last = stage.last_work().index();
    let mut volumes = stage
        .steps()
        .filter(|step| step.is(StepKind::Volume) && !step.is_onbuild() && step.index() < last);
    volumes.find(|step| {
        let mut declared = step
            .words()
            .filter_map(|word| stage.expand_text(word, *step));
        declared.any(|path| ImagePath::new(&path).is_below(folder))
    })
}

/// A folder with files of the build that is given after a VOLUME has declared it, or one in it: builders other than
/// `BuildKit` throw away what is changed there (Docker's reference of the Dockerfile, "Notes about specifying volumes").
fn lost_behind_a_volume(stage: Stage<'_>, shares: &Shares) -> Option<OpenCondition> {
    let given = || shares.alone.iter().chain(&shares.whole);
    let in_base = |folder: &ImagePath| {
        let mut around = stage.base_chain().skip(1);
        around.any(|base| {
            let mut volumes = base.volumes().iter();
            volumes.any(|volume| volume.path.is_below(folder))
        })
    };
    let folder = given().find(|folder| {
        declared_early(stage, &folder.path)
            .is_some_and(|_| has_a_filled_volume(stage, folder, shares))
            || in_base(&folder.path)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether the builder keeps what is changed below {} after a VOLUME has declared it, as BuildKit does and podman, buildah and Docker before 23.0 do not",
            folder.path
        ),
        "move the VOLUME to the end of the stage",
    ))
}

/// Whether a volume that is declared at or below the folder is none of those that are given before it is.
fn has_a_filled_volume(stage: Stage<'_>, folder: &Folder, shares: &Shares) -> bool {
    let mut volumes = stage.volumes().iter();
    volumes.any(|volume| {
        volume.path.is_below(&folder.path) && !shares.first.iter().any(|it| it.path == volume.path)
    })
}

/// Whether root can run a command at a step.
fn may_run_at(stage: Stage<'_>, step: Step<'_>) -> bool {
    !stage.user_at(step).is_root().is_no() && stage.has_shell_at(step)
}

fn listed(folders: &[&Folder]) -> String {
    let paths: Vec<&str> = folders.iter().map(|folder| folder.path.as_str()).collect();
    paths.join(" and ")
}

fn are_given(folders: &[&Folder], run_as: &RunAs) -> String {
    let verb = if folders.len() == 1 { "is" } else { "are" };
    format!("{} {verb} given to {}", listed(folders), run_as.name)
}

fn run(commands: &[String]) -> Option<String> {
    (!commands.is_empty()).then(|| format!("RUN {}", commands.join(" && ")))
}

fn written<'f>(folders: impl IntoIterator<Item = &'f Folder>) -> Option<String> {
    let paths: Vec<&str> = folders.into_iter().map(Folder::written).collect();
    (!paths.is_empty()).then(|| paths.join(" "))
}

fn make_missing<'f>(folders: impl IntoIterator<Item = &'f Folder>) -> Option<String> {
    let missing = folders.into_iter().filter(|folder| folder.may_be_missing);
    written(missing).map(|paths| format!("mkdir -p {paths}"))
}

/// Gives the folders alone.
fn chown(run_as: &RunAs, folders: &[Folder]) -> Option<String> {
    written(folders).map(|paths| format!("chown {} {paths}", run_as.name))
}

/// Gives the folders with all that they hold.
fn chown_all(run_as: &RunAs, folders: &[Folder]) -> Option<String> {
    let outer = folders
        .iter()
        .filter(|folder| !is_nested(&folder.path, folders));
    written(outer).map(|paths| format!("chown -R {} {paths}", run_as.name))
}

/// A `COPY` into the folders that names another owner.
fn others(stage: Stage<'_>, run_as: &RunAs, shares: &Shares) -> Option<OpenCondition> {
    let shares = [&shares.first, &shares.alone, &shares.whole];
    let mut landings = stage.filesystem().all_landings();
    let other = landings.find(|landing| {
        let is_own = |owner: &Owner| owner.is(&run_as.account);
        let mut folders = shares.into_iter().flatten();
        landing.has_owner
            && !landing.owner.as_ref().is_some_and(is_own)
            && folders.any(|folder| landing.path.is_below(&folder.path))
    })?;
    Some(OpenCondition::new(
        format!(
            "whether the application writes to {}, which `--chown` gives to somebody else",
            other.path
        ),
        format!("name {} there", run_as.name),
    ))
}
