//! How an application's user gets its files: by `chown` in a `RUN`, or by `COPY --chown`.

use std::collections::HashSet;

use dfix_engine::{Edit, Effect, OpenCondition};
use dfix_model::{FileEntry, ImagePath, Landing, Os, Stage, Step, StepKind};

use super::account::RunAs;
use super::folders::{Folder, folders_to_give, is_nested, without_nested};

/// What is written so that the user owns its files.
#[derive(Debug, Default)]
pub(crate) struct Handover<'m> {
    /// The `COPY`s and `ADD`s that name the owner.
    copies: Vec<Step<'m>>,
    /// The `RUN` before the first of them.
    before: Option<String>,
    /// The `RUN` after the last work of the build.
    after: Option<String>,
    /// The folders that are the user's afterwards.
    pub(crate) given: Vec<ImagePath>,
    /// Who owns the application afterwards.
    pub(crate) evidence: Vec<String>,
    /// What could not be established.
    pub(crate) open: Vec<OpenCondition>,
}

/// The folders that become the user's, by how they do.
#[derive(Default)]
struct Shares<'f> {
    /// With all that they hold.
    whole: Vec<&'f Folder>,
    /// Themselves alone: what they hold is the user's already.
    alone: Vec<&'f Folder>,
}

/// How the user is given what the application writes to: by `--chown` where that is asked for and can do it.
pub(crate) fn plan<'m>(stage: Stage<'m>, run_as: &RunAs, by_copy: bool) -> Handover<'m> {
    let files = stage.filesystem();
    let is_own = |path: &ImagePath| {
        files
            .owner(path)
            .is_ok_and(|owner| owner.is(&run_as.account))
            && files.holds_only_of(&run_as.account, path)
    };
    let folders: Vec<Folder> = folders_to_give(stage)
        .into_iter()
        .flat_map(|folder| left_to_give(stage, run_as, folder))
        .collect();
    let planned = match by_copy.then(|| by_copies(stage, run_as, &folders)) {
        Some(Ok(planned)) => Ok(planned),
        Some(Err(why)) => Err(Some(why)),
        None => Err(None),
    };
    let mut handover = planned.unwrap_or_else(|why| {
        let mut handover = by_chown(stage, run_as, &folders);
        if !handover.given.is_empty() {
            handover.evidence.extend(why.map(str::to_owned));
        }
        handover
    });
    let workdir = stage.final_workdir().map(|folder| ImagePath::new(&folder));
    let owned = workdir.filter(|folder| is_own(folder));
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

fn by_chown<'m>(stage: Stage<'m>, run_as: &RunAs, folders: &[Folder]) -> Handover<'m> {
    let mut commands: Vec<String> = run_as.made_by.clone().into_iter().collect();
    let mut handover = Handover::default();
    let outer: Vec<&Folder> = folders
        .iter()
        .filter(|folder| !is_nested(&folder.path, folders))
        .collect();
    if may_run(stage) {
        let mut shares = Shares::default();
        for folder in &outer {
            if holds_the_users_files(stage, run_as, folder) {
                shares.alone.push(folder);
            } else {
                shares.whole.push(folder);
            }
        }
        commands.extend(make_missing(folders));
        commands.extend(chown(run_as, &shares.alone));
        commands.extend(chown_all(run_as, &shares.whole));
        handover.given = outer.iter().map(|folder| folder.path.clone()).collect();
    }
    handover.after = run(&commands);
    if !outer.is_empty() {
        handover.evidence.push(if handover.given.is_empty() {
            "there is no shell to change owners with: the application's files stay root's and can be read".to_owned()
        } else {
            are_given(&outer, run_as)
        });
    }
    handover
}

/// Whether all that is copied into a folder belongs to the user, so that only the folder itself does not.
fn holds_the_users_files(stage: Stage<'_>, run_as: &RunAs, folder: &Folder) -> bool {
    let files = stage.filesystem();
    files
        .landings()
        .any(|landing| landing.path.is_below(&folder.path))
        && files.holds_only_of(&run_as.account, &folder.path)
}

/// Names the owner where the files are copied, as far as nothing else puts files there.
fn by_copies<'m>(
    stage: Stage<'m>,
    run_as: &RunAs,
    folders: &[Folder],
) -> Result<Handover<'m>, &'static str> {
    if stage.os() == Os::Windows {
        return Err("Windows knows no `--chown`");
    }
    let copies = copies_into(stage, folders);
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
    let can_run = !stage.user_at(first).is_root().is_no()
        && stage.shell_at(first).is_posix()
        && may_run(stage);
    if run_as.made_by.is_some() && !can_run {
        return Err("root is not at work where the files are copied, so that chown gives them");
    }
    let is_ours = |landing: &Landing| copies.iter().any(|copy| copy.index() == landing.step);
    let landings: Vec<&Landing> = stage.filesystem().all_landings().collect();
    // What lands where only the build knows may land there, too.
    let lands_anywhere = stage.copies().any(|copy| {
        let target = copy.target().and_then(|word| stage.expand_text(word, copy));
        target.is_none() && copy.flag("chown").is_none()
    });
    let (mut at_once, mut at_the_end) = (Vec::new(), Shares::default());
    let mut made: Vec<Folder> = Vec::new();
    let mut handover = Handover::default();
    for folder in folders {
        let lands = |landing: &&&Landing| landing.path.is_below(&folder.path);
        let is_target = landings.iter().filter(lands).any(|l| is_ours(l));
        let is_filled = lands_anywhere
            || landings
                .iter()
                .filter(lands)
                .any(|l| !is_ours(l) && !l.has_owner);
        // Nothing of the build is there: a volume. What is done before the files come is not done again
        // when they change.
        if !is_target && !is_filled && folder.may_be_missing && can_run {
            at_once.push(folder);
            continue;
        }
        if !is_target || is_filled {
            at_the_end.whole.push(folder);
            continue;
        }
        let is_there = || stage.filesystem().at(first).entry(&folder.path) == FileEntry::Folder;
        if can_run && !folder.may_be_missing && is_there() {
            at_once.push(folder);
        } else {
            at_the_end.alone.push(folder);
        }
        let left = stage.left_by_commands(&folder.path);
        made.extend(left.made.into_iter().map(|path| Folder::new(path, false)));
        if let Some(what) = left.unknown {
            handover.open.push(OpenCondition::new(
                format!(
                    "whether the application writes to what {what} leaves in {}, which stays root's",
                    folder.path
                ),
                "give it away in that RUN, or take ownership = \"chown\"",
            ));
        } else if let Some(what) = left.packages {
            handover.evidence.push(format!(
                "the packages that {what} leaves in {} stay root's and can be read",
                folder.path
            ));
        }
    }
    handover.open.extend(others(stage, run_as, folders));
    let mut before: Vec<String> = run_as.made_by.clone().into_iter().collect();
    before.extend(make_missing(at_once.iter().copied()));
    before.extend(chown(run_as, &at_once));
    let mut after = Vec::new();
    at_the_end.whole.extend(&made);
    if may_run(stage) {
        after.extend(make_missing(
            at_the_end.alone.iter().chain(&at_the_end.whole).copied(),
        ));
        after.extend(chown(run_as, &at_the_end.alone));
        after.extend(chown_all(run_as, &at_the_end.whole));
    } else if !at_the_end.alone.is_empty() || !at_the_end.whole.is_empty() {
        handover.evidence.push(
            "there is no shell to change owners with: what is not copied there stays root's and can be read"
                .to_owned(),
        );
    }
    let is_whole = |folder: &&Folder| at_the_end.whole.iter().any(|w| w.path == folder.path);
    let outer = folders
        .iter()
        .filter(|folder| !is_nested(&folder.path, folders));
    let (entire, copied): (Vec<&Folder>, Vec<&Folder>) = outer.partition(is_whole);
    handover.given = [&*entire, &*copied]
        .concat()
        .iter()
        .map(|folder| folder.path.clone())
        .collect();
    let mut evidence = Vec::new();
    if !copied.is_empty() {
        evidence.push(format!(
            "what is copied into {} is given to {}",
            listed(&copied),
            run_as.name
        ));
    }
    if !entire.is_empty() {
        evidence.push(are_given(&entire, run_as));
    }
    handover.evidence.splice(0..0, evidence);
    handover.before = run(&before);
    handover.after = run(&after);
    handover.copies = copies;
    Ok(handover)
}

impl<'m> Handover<'m> {
    /// What it changes, beside the user.
    pub(crate) fn effects(&self, stage: Stage<'m>) -> Vec<Effect> {
        let inserted = |keyword| Effect::Inserted {
            stage: stage.index(),
            keyword,
        };
        let runs = self.before.is_some() || self.after.is_some();
        let copies = self.copies.iter().map(|step| Effect::changed(step.range()));
        let user = match self.replaced(stage) {
            Some(step) => Effect::changed(step.range()),
            None => inserted("USER"),
        };
        let runs = runs.then(|| inserted("RUN"));
        runs.into_iter().chain(copies).chain([user]).collect()
    }

    /// The `USER` that the new one takes the place of: one that says what holds anyway.
    fn replaced(&self, stage: Stage<'m>) -> Option<Step<'m>> {
        closing(stage).filter(|s| self.after.is_none() || stage.user_at(*s).is_root().is_yes())
    }

    /// Writes it, and the `USER`.
    pub(crate) fn write(&self, edit: &mut Edit<'_>, stage: Stage<'m>, run_as: &RunAs) {
        for copy in &self.copies {
            edit.set_flag(copy.range(), "--chown", &run_as.name);
        }
        if let (Some(run), Some(first)) = (&self.before, self.copies.first()) {
            edit.insert_instruction_before(first.range(), run);
        }
        let work = last_work(stage);
        let start = stage.steps().find(|s| {
            s.index() > work.index()
                && matches!(
                    s.kind(),
                    StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
                )
        });
        let anchor = closing(stage)
            .filter(|_| self.after.is_some())
            .unwrap_or(work);
        let user = format!("USER {}", run_as.name);
        match (self.replaced(stage), &self.after, start) {
            (Some(step), run, _) => {
                if let Some(run) = run {
                    edit.insert_instruction_before(step.range(), run);
                }
                if run_as.name.contains('$') {
                    edit.insert_instruction_after(step.range(), &user);
                    edit.remove_instruction(step.range());
                    return;
                }
                match step.word() {
                    Some(word) => edit.replace_word(word, &run_as.name),
                    None => edit.fail("the USER has no name"),
                }
            }
            (None, Some(run), Some(start)) => {
                edit.insert_instruction_after(anchor.range(), run);
                edit.insert_instruction_before(start.range(), &user);
            }
            (None, Some(run), None) if anchor == stage.last_step() => {
                edit.insert_instructions_after(anchor.range(), [run.clone(), user]);
            }
            (None, Some(run), None) => {
                edit.insert_instruction_after(anchor.range(), run);
                edit.insert_instruction_after(stage.last_step().range(), &user);
            }
            (None, None, Some(start)) => edit.insert_instruction_before(start.range(), &user),
            (None, None, None) => {
                edit.insert_instruction_after(stage.last_step().range(), &user);
            }
        }
    }
}

/// The last instruction that the build does work in, `FROM` itself where there is none.
fn last_work(stage: Stage<'_>) -> Step<'_> {
    stage
        .steps()
        .rfind(|s| {
            !s.is_onbuild()
                && matches!(
                    s.kind(),
                    StepKind::Run
                        | StepKind::Copy
                        | StepKind::Add
                        | StepKind::Workdir
                        | StepKind::Shell
                )
        })
        .unwrap_or_else(|| stage.from_step())
}

/// A `USER` that nothing but the start comes after.
fn closing(stage: Stage<'_>) -> Option<Step<'_>> {
    let last = stage.user_steps().next_back();
    last.filter(|user| user.index() > last_work(stage).index())
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
fn chown(run_as: &RunAs, folders: &[&Folder]) -> Option<String> {
    written(folders.iter().copied()).map(|paths| format!("chown {} {paths}", run_as.name))
}

/// Gives the folders with all that they hold.
fn chown_all(run_as: &RunAs, folders: &[&Folder]) -> Option<String> {
    let outer = folders.iter().copied().filter(|folder| {
        let is_around =
            |other: &&&Folder| other.path != folder.path && folder.path.is_below(&other.path);
        !folders.iter().any(|other| is_around(&other))
    });
    written(outer).map(|paths| format!("chown -R {} {paths}", run_as.name))
}

/// Whether a command can be written at the stage's end. Of an unknown image, a `RUN` of the file itself
/// shows that there is a shell.
fn may_run(stage: Stage<'_>) -> bool {
    let facts = crate::base::facts(stage);
    let has_shell = facts.and_then(|f| f.has_shell()).unwrap_or_else(|| {
        stage
            .base_chain()
            .flat_map(Stage::runs)
            .any(|run| !run.is_exec_form())
    });
    has_shell && stage.shell_at(stage.last_step()).is_posix()
}

/// The `COPY`s and `ADD`s of the stage that put files into these folders and say nothing of an owner.
fn copies_into<'m>(stage: Stage<'m>, folders: &[Folder]) -> Vec<Step<'m>> {
    let landings = stage.filesystem().landings();
    let (unpacked, plain): (Vec<&Landing>, Vec<&Landing>) = landings
        .filter(|landing| folders.iter().any(|f| landing.path.is_below(&f.path)))
        .partition(|landing| landing.may_unpack || landing.has_owner);
    let steps = |of: Vec<&Landing>| of.iter().map(|l| l.step).collect::<HashSet<usize>>();
    let (unpacked, plain) = (steps(unpacked), steps(plain));
    stage
        .copies()
        .filter(|step| plain.contains(&step.index()) && !unpacked.contains(&step.index()))
        .collect()
}

/// A `COPY` into the folders that names another owner.
fn others(stage: Stage<'_>, run_as: &RunAs, folders: &[Folder]) -> Option<OpenCondition> {
    let lands = |landing: &&Landing| folders.iter().any(|f| landing.path.is_below(&f.path));
    let other = stage
        .filesystem()
        .all_landings()
        .filter(lands)
        .find_map(|landing| {
            let step = stage.file().steps().nth(landing.step)?;
            let owner = step.flag("chown")?.value()?;
            let is_own = stage.filesystem().owner(&landing.path);
            let is_own = is_own.is_ok_and(|owner| owner.is(&run_as.account))
                || stage.expand_text(owner, step).is_some_and(|text| {
                    let user = text.split(':').next().unwrap_or_default();
                    user == run_as.account.name
                        || run_as
                            .account
                            .uid
                            .is_some_and(|uid| user == uid.to_string())
                });
            (!is_own).then(|| owner.source_text().to_owned())
        })?;
    Some(OpenCondition::new(
        format!("whether the application writes to what `--chown={other}` gives away"),
        format!("name {} there", run_as.name),
    ))
}
