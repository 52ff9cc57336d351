//! How an application's user gets its files: by `chown` in a `RUN`, or by `COPY --chown`.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{FileMark, file_is};
use dfix_engine::OpenCondition;
use dfix_model::StepKind;
use dfix_model::{Command, Os, PackageCommand, PackageManager, Stage, Step, Word};

use super::ownership::{Folder, absolute, is_below, is_nested, may_be_given};
use super::user::{self, Who};
use crate::base::facts;

/// What is written so that the user owns its files.
#[derive(Debug, Default)]
pub(crate) struct Giving<'m> {
    /// The `COPY`s and `ADD`s that name the owner.
    pub(crate) copies: Vec<Step<'m>>,
    /// The `RUN` before the first of them.
    pub(crate) before: Option<String>,
    /// The `RUN` after the last work of the build.
    pub(crate) after: Option<String>,
    /// Who owns the application afterwards.
    pub(crate) evidence: Vec<String>,
    /// What could not be established.
    pub(crate) open: Vec<OpenCondition>,
}

impl Giving<'_> {
    /// Whether the folders become the user's.
    pub(crate) fn gives(&self) -> bool {
        let has_chown = |run: &Option<String>| run.as_ref().is_some_and(|r| r.contains("chown "));
        !self.copies.is_empty() || has_chown(&self.before) || has_chown(&self.after)
    }
}

/// Gives these folders to the user: by `--chown` where that is asked for and can do it.
pub(crate) fn plan<'m>(
    stage: Stage<'m>,
    who: &Who,
    folders: &[Folder],
    by_copy: bool,
) -> Giving<'m> {
    if !by_copy {
        return by_chown(stage, who, folders);
    }
    match by_copies(stage, who, folders) {
        Ok(giving) => giving,
        Err(why) => {
            let mut giving = by_chown(stage, who, folders);
            if giving.gives() {
                giving.evidence.push(why.to_owned());
            }
            giving
        }
    }
}

fn by_chown<'m>(stage: Stage<'m>, who: &Who, folders: &[Folder]) -> Giving<'m> {
    let mut commands: Vec<String> = who.made_by.clone().into_iter().collect();
    if may_run(stage) {
        commands.extend(make_missing(folders));
        commands.extend(chown_all(who, folders));
    }
    let mut giving = Giving {
        after: run(&commands),
        ..Giving::default()
    };
    giving.evidence = owned(stage, who, folders, giving.gives());
    giving
}

/// Names the owner where the files are copied, as far as nothing else puts files there.
fn by_copies<'m>(
    stage: Stage<'m>,
    who: &Who,
    folders: &[Folder],
) -> Result<Giving<'m>, &'static str> {
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
    if !who.is_there_at(stage, first) {
        return Err("the user is made after the first COPY, so that chown gives the files");
    }
    let can_run = !stage.user_at(first).is_root().is_no()
        && stage.shell_at(first).is_posix()
        && may_run(stage);
    if who.made_by.is_some() && !can_run {
        return Err("root is not at work where the files are copied, so that chown gives them");
    }
    let mut giving = Giving {
        copies,
        ..Giving::default()
    };
    let mut before: Vec<String> = who.made_by.clone().into_iter().collect();
    let mut after = Vec::new();
    let (mut at_once, mut at_the_end, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for folder in folders {
        let is_target = giving
            .copies
            .iter()
            .any(|copy| target(stage, *copy).is_some_and(|t| is_below(&t, &folder.path)));
        let is_filled = is_filled_otherwise(stage, &giving.copies, &folder.path);
        // Nothing of the build is there: a volume. What is done before the files come is not done again
        // when they change.
        if !is_target && !is_filled && folder.may_be_missing && can_run {
            at_once.push(folder.clone());
            continue;
        }
        if !is_target || is_filled {
            whole.push(folder.clone());
            continue;
        }
        if can_run && !folder.may_be_missing && is_there_at(stage, first, folder) {
            at_once.push(folder.clone());
        } else {
            at_the_end.push(folder.clone());
        }
        let left = left_by_commands(stage, &folder.path);
        whole.extend(left.made.into_iter().map(|path| Folder {
            path,
            may_be_missing: false,
        }));
        if let Some(what) = left.unknown {
            giving.open.push(OpenCondition {
                condition: format!(
                    "whether the application writes to what {what} leaves in {}, which stays root's",
                    folder.path
                ),
                remedy: "give it away in that RUN, or take ownership = \"chown\"".to_owned(),
            });
        } else if let Some(what) = left.packages {
            giving.evidence.push(format!(
                "the packages that {what} leaves in {} stay root's and can be read",
                folder.path
            ));
        }
    }
    giving.open.extend(others(stage, who, folders));
    before.extend(make_missing(&at_once));
    before.extend(chown(who, &at_once));
    if may_run(stage) {
        let end: Vec<Folder> = at_the_end.iter().chain(&whole).cloned().collect();
        after.extend(make_missing(&end));
        after.extend(chown(who, &at_the_end));
        after.extend(chown_all(who, &whole));
    }
    let is_all_copied = at_the_end.is_empty() && whole.is_empty();
    if !may_run(stage) && !is_all_copied {
        giving.evidence.push(
            "there is no shell to change owners with: what is not copied there stays root's and can be read"
                .to_owned(),
        );
    }
    giving.before = run(&before);
    giving.after = run(&after);
    let given = |what: &str, folders: Vec<&str>| {
        (!folders.is_empty())
            .then(|| format!("{what}{} is given to {}", folders.join(" and "), who.name))
    };
    let is_whole = |folder: &&str| whole.iter().any(|w| w.path == **folder);
    let (entire, copied): (Vec<&str>, Vec<&str>) =
        given_paths(folders).into_iter().partition(is_whole);
    let evidence = given("what is copied into ", copied)
        .into_iter()
        .chain(given("", entire));
    giving.evidence.splice(0..0, evidence);
    Ok(giving)
}

/// Who owns the application once all is done, as sentences.
fn owned(stage: Stage<'_>, who: &Who, folders: &[Folder], is_given: bool) -> Vec<String> {
    if folders.is_empty() {
        let folder = stage
            .final_workdir()
            .filter(|f| may_be_given(f) && user::owns(stage, who, f));
        return folder
            .map(|folder| format!("{folder} belongs to {} already", who.name))
            .into_iter()
            .collect();
    }
    vec![if is_given {
        format!(
            "{} is given to {}",
            given_paths(folders).join(" and "),
            who.name
        )
    } else {
        "there is no shell to change owners with: the application's files stay root's and can be read".to_owned()
    }]
}

/// The folders that lie in no other one of these: what is given with all that it holds.
pub(crate) fn given_paths(folders: &[Folder]) -> Vec<&str> {
    let outer = folders.iter().filter(|f| !is_nested(&f.path, folders));
    outer.map(|f| f.path.as_str()).collect()
}

fn run(commands: &[String]) -> Option<String> {
    (!commands.is_empty()).then(|| format!("RUN {}", commands.join(" && ")))
}

fn make_missing(folders: &[Folder]) -> Option<String> {
    let missing: Vec<&str> = folders
        .iter()
        .filter(|f| f.may_be_missing)
        .map(|f| f.path.as_str())
        .collect();
    (!missing.is_empty()).then(|| format!("mkdir -p {}", missing.join(" ")))
}

/// Gives the folders alone.
fn chown(who: &Who, folders: &[Folder]) -> Option<String> {
    let paths: Vec<&str> = folders.iter().map(|f| f.path.as_str()).collect();
    (!paths.is_empty()).then(|| format!("chown {} {}", who.name, paths.join(" ")))
}

/// Gives the folders with all that they hold.
fn chown_all(who: &Who, folders: &[Folder]) -> Option<String> {
    let paths = given_paths(folders);
    (!paths.is_empty()).then(|| format!("chown -R {} {}", who.name, paths.join(" ")))
}

/// Whether a command can be written at the stage's end. Of an unknown image, a `RUN` of the file itself
/// shows that there is a shell.
fn may_run(stage: Stage<'_>) -> bool {
    let has_shell = facts(stage).and_then(|f| f.has_shell()).unwrap_or_else(|| {
        stage
            .base_chain()
            .flat_map(Stage::runs)
            .any(|run| !run.is_exec_form() && !run.is_onbuild())
    });
    has_shell && stage.shell_at(stage.last_step()).is_posix()
}

fn target(stage: Stage<'_>, step: Step<'_>) -> Option<String> {
    let text = stage.expand_text(step.target()?, step)?;
    Some(absolute(stage, step, &text))
}

/// The `COPY`s and `ADD`s of the stage that put files into these folders and say nothing of an owner.
fn copies_into<'m>(stage: Stage<'m>, folders: &[Folder]) -> Vec<Step<'m>> {
    stage
        .steps()
        .filter(|s| s.is_copy_or_add() && !s.is_onbuild())
        .filter(|s| s.flag("chown").is_none() && !may_unpack(*s))
        .filter(|s| {
            target(stage, *s).is_some_and(|t| folders.iter().any(|f| is_below(&t, &f.path)))
        })
        .collect()
}

/// Whether an `ADD` may unpack an archive: builders do not agree whether `--chown` is for its files.
fn may_unpack(step: Step<'_>) -> bool {
    step.is(StepKind::Add)
        && step.sources().any(|source| {
            let Some(text) = source.value() else {
                return true;
            };
            let is_remote = ["http://", "https://", "git@"]
                .iter()
                .any(|scheme| text.starts_with(scheme));
            let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or("");
            let is_folder = matches!(name, "" | "." | "..") || text.ends_with('/');
            !is_remote && !is_folder && !file_is(name, FileMark::Plain)
        })
}

/// Whether the build has made the folder before this step, by a `WORKDIR`, and nothing may have removed it.
fn is_there_at(stage: Stage<'_>, step: Step<'_>, folder: &Folder) -> bool {
    let is_made = workdirs(stage)
        .filter(|(at, _)| at.index() < step.index())
        .any(|(_, path)| is_below(&path, &folder.path));
    is_made && !may_be_gone(stage, &folder.path, step.index())
}

/// Whether a command before this step may have taken the folder away.
fn may_be_gone(stage: Stage<'_>, folder: &str, before: usize) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter(|c| c.step().index() < before && c.is_one_of(&["rm", "rmdir", "mv"]))
        .any(|c| {
            c.args()
                .filter(|word| !word.starts_with("-"))
                .any(|word| place(c, word).is_none_or(|path| is_below(folder, &path)))
        })
}

/// The `WORKDIR`s of the lineage with the folders that they make.
fn workdirs(stage: Stage<'_>) -> impl Iterator<Item = (Step<'_>, String)> {
    stage
        .base_chain()
        .flat_map(|s| s.workdirs().map(move |step| (s, step)))
        .filter(|(_, step)| !step.is_onbuild())
        .filter_map(|(s, step)| {
            let text = s.expand_text(step.words().next()?, step)?;
            Some((step, absolute(s, step, &text)))
        })
}

/// What a word of a command names, if it is a path.
fn place(command: Command<'_>, word: Word<'_>) -> Option<String> {
    let text = command.stage()?.expand_text(word, command)?;
    if text.contains(['*', '{', '?', '[', '~']) {
        return None;
    }
    if text.starts_with('/') {
        return Some(text.trim_end_matches('/').to_owned());
    }
    let folder = command.working_directory()?;
    let folder = folder.trim_end_matches('/');
    match text.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => Some(folder.to_owned()),
        rest if rest.split('/').any(|part| part == "..") => None,
        rest => Some(format!("{folder}/{rest}")),
    }
}

/// The outermost folder on the way from a folder down to a path in it.
fn outermost(folder: &str, path: &str) -> Option<String> {
    let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
    Some(format!("{folder}/{}", rest.split('/').next()?))
}

/// Whether files come into the folder that no `--chown` of this fix is for: of a stage below, of an archive.
fn is_filled_otherwise(stage: Stage<'_>, copies: &[Step<'_>], folder: &str) -> bool {
    stage
        .base_chain()
        .flat_map(|s| s.steps().map(move |step| (s, step)))
        .filter(|(_, step)| step.is_copy_or_add() && !step.is_onbuild())
        .filter(|(_, step)| step.flag("chown").is_none() && !copies.contains(step))
        .any(|(s, step)| target(s, step).is_none_or(|t| is_below(&t, folder)))
}

/// A `COPY` into the folders that names another owner.
fn others(stage: Stage<'_>, who: &Who, folders: &[Folder]) -> Option<OpenCondition> {
    let other = stage
        .base_chain()
        .flat_map(|s| s.steps().map(move |step| (s, step)))
        .filter(|(_, step)| !step.is_onbuild())
        .filter(|(s, step)| {
            target(*s, *step).is_some_and(|t| folders.iter().any(|f| is_below(&t, &f.path)))
        })
        .find_map(|(s, step)| {
            let owner = step.flag("chown")?.value()?;
            let text = s.expand_text(owner, step);
            (!text.is_some_and(|t| who.is(t.split(':').next().unwrap_or_default())))
                .then(|| owner.source_text().to_owned())
        })?;
    Some(OpenCondition {
        condition: format!("whether the application writes to what `--chown={other}` gives away"),
        remedy: format!("name {} there", who.name),
    })
}

/// What commands of the build leave in a folder, beside what is copied there.
#[derive(Debug, Default)]
struct Left {
    /// Folders made there.
    made: Vec<String>,
    /// A package manager that keeps its packages there.
    packages: Option<String>,
    /// A command of which it is not known what it leaves.
    unknown: Option<String>,
}

impl Left {
    /// A folder is made at `path`.
    fn make(&mut self, folder: &str, path: &str) {
        let made = outermost(folder, path).filter(|path| !self.made.contains(path));
        self.made.extend(made);
    }

    /// Packages are installed into the folder.
    fn install(&mut self, package: &PackageCommand<'_>) {
        self.packages.get_or_insert_with(|| {
            let words = [package.program_name(), package.subcommand_text()];
            format!("`{}`", words.join(" ").trim_end())
        });
    }
}

fn left_by_commands(stage: Stage<'_>, folder: &str) -> Left {
    let mut left = Left::default();
    for (_, path) in workdirs(stage) {
        left.make(folder, &path);
    }
    let steps = stage
        .base_chain()
        .flat_map(Stage::runs)
        .filter(|step| !step.is_onbuild());
    for step in steps {
        let commands: Vec<Command<'_>> = step.commands().filter(|c| !c.has_inner()).collect();
        if step.has_opaque_text() || commands.is_empty() {
            left.unknown.get_or_insert("a RUN".to_owned());
        }
        for command in commands {
            leaves(command, folder, &mut left);
        }
    }
    let made = left.made.len();
    left.made
        .retain(|path| !may_be_gone(stage, path, usize::MAX));
    if left.made.len() < made {
        left.unknown.get_or_insert("`mkdir`".to_owned());
    }
    left
}

fn leaves(command: Command<'_>, folder: &str, left: &mut Left) {
    let Some(stage) = command.stage() else {
        return;
    };
    let is_inside =
        |word: Word<'_>| place(command, word).is_none_or(|path| is_below(&path, folder));
    let said = || format!("`{}`", command.name());
    let writes_inside = command
        .redirects()
        .any(|r| r.writes() && r.target().is_none_or(is_inside));
    if writes_inside {
        left.unknown.get_or_insert(said());
        return;
    }
    if command.is("mkdir") {
        for word in command.args().filter(|word| !word.starts_with("-")) {
            match place(command, word) {
                Some(path) if may_be_given(&path) && command.is_certain() => {
                    left.make(folder, &path);
                }
                Some(path) if !is_below(&path, folder) => {}
                _ => {
                    left.unknown.get_or_insert(said());
                }
            }
        }
        return;
    }
    if command.name().is_empty() || programs::is(command.name(), Mark::Quiet) {
        return;
    }
    let words: Vec<Word<'_>> = command.args().collect();
    let names_folder = words.iter().any(|word| {
        stage.expand_text(*word, command).map_or_else(
            || word.source_text().contains(folder),
            |t| t.contains(folder),
        )
    });
    let is_elsewhere = command
        .working_directory()
        .is_some_and(|at| !is_below(&at, folder));
    if !names_folder && is_elsewhere {
        return;
    }
    match PackageCommand::of(command) {
        Some(package)
            if matches!(
                package.manager,
                PackageManager::Apt | PackageManager::Apk | PackageManager::Dnf
            ) => {}
        Some(package) if package.manager == PackageManager::Pip && package.is_install() => {
            const HERE: &[&str] = &["-e", "--editable", "-t", "--target", "--prefix", "--root"];
            if HERE.iter().any(|option| package.has_flag(option)) {
                left.install(&package);
            }
        }
        Some(package)
            if matches!(
                package.manager,
                PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
            ) && (package.is_install() || package.subcommand_is_one_of(&["cache"])) =>
        {
            if package.is_install() {
                left.install(&package);
            }
        }
        _ if makes_environment(command, &words) && !words[2..].iter().any(|w| is_inside(*w)) => {}
        _ => {
            left.unknown.get_or_insert(said());
        }
    }
}

fn makes_environment(command: Command<'_>, words: &[Word<'_>]) -> bool {
    crate::programs::is_python(command.name())
        && words.len() == 3
        && words[0].is("-m")
        && words[1].is("venv")
}
