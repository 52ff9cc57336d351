//! Who misses what is no longer there: later commands of a build, the scripts of the build context that they run,
//! other stages, and what the container starts.
//!
//! A change that leaves a folder empty, or has nothing make it, is asked here what fails afterwards. What only *uses* a
//! cache does as well without; what *names* its folder may not: `rm -r` of a folder that is not there ends with an
//! error, and so does a `COPY --from` that takes it.

use dfix_catalogue::{MissingPath, missing_path};
use dfix_syntax::TextRange;

use crate::collect::command::Operator;
use crate::facts::scripts::{self, ScriptAt};
use crate::facts::{variables, workdir};
use crate::handles::{Command, Stage, Step, Word};
use crate::path::{self, ImagePath};
use crate::ternary::OpenCondition;

/// What is no longer there.
#[derive(Debug, Clone)]
pub struct Absence {
    folders: Vec<Folder>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What was in the folder is taken away.
    Emptied,
    /// The folder is there, and one command less fills it.
    Unfilled,
    /// Nothing makes the folder.
    Unmade,
}

#[derive(Debug, Clone)]
enum Folder {
    At(ImagePath),
    /// Below the home of whoever it is.
    AtHome(String),
}

impl Absence {
    fn of(folder: &ImagePath, kind: Kind) -> Self {
        Absence {
            folders: vec![Folder::At(folder.clone())],
            kind,
        }
    }

    /// What is in the folder is taken away; the folder stays.
    pub fn emptied(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Emptied)
    }

    /// A command no longer fills the folder, which is there all the same.
    pub fn unfilled(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Unfilled)
    }

    /// A command no longer makes the folder.
    pub fn unmade(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Unmade)
    }

    /// The same of this folder below a home, whoever's that is: `.cache`.
    #[must_use]
    pub fn or_at_home(mut self, folder: &str) -> Self {
        self.folders.push(Folder::AtHome(folder.to_owned()));
        self
    }

    /// Whether the folder itself is there.
    fn stays(&self) -> bool {
        self.kind != Kind::Unmade
    }

    /// Whether a text may name it: it holds the last part of a folder's path, or a pattern of the shell.
    fn may_be_named_in(&self, text: &str) -> bool {
        let mut names = self.folders.iter().map(|folder| match folder {
            Folder::At(path) => path.file_name(),
            Folder::AtHome(rest) => path::file_name(rest),
        });
        names.any(|name| text.contains(name)) || text.contains(['*', '?', '['])
    }

    /// Where a path lies, seen from what is absent.
    fn relation(&self, path: &str) -> Option<Relation> {
        self.folders
            .iter()
            .filter_map(|folder| match folder {
                Folder::At(at) => relation(path, at.as_str()),
                Folder::AtHome(rest) => relation(below_home(path)?, rest),
            })
            .min()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    /// Something in the folder.
    Inside,
    /// The folder.
    Itself,
    /// A folder around it.
    Around,
}

/// How a path lies to a folder; patterns of the shell in the path are looked through.
fn relation(path: &str, folder: &str) -> Option<Relation> {
    let mut of_path = path.split('/').filter(|part| !matches!(*part, "" | "."));
    for of_folder in folder.split('/').filter(|part| !part.is_empty()) {
        match of_path.next() {
            Some(part) if is_like(part, of_folder) => {}
            Some(_) => return None,
            None => return Some(Relation::Around),
        }
    }
    Some(match of_path.next() {
        Some(_) => Relation::Inside,
        None => Relation::Itself,
    })
}

/// Whether a part of a path, perhaps a pattern, may mean this name.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some(at) = pattern.find(['*', '?', '[', '{']) else {
        return pattern == name;
    };
    // A pattern that begins with a wildcard skips hidden names (POSIX 2.14.3).
    let hides = at == 0 && name.starts_with('.');
    let end = pattern
        .rfind(['*', '?', ']', '}'])
        .map_or(at, |end| end + 1);
    !hides && name.starts_with(&pattern[..at]) && name.ends_with(pattern.get(end..).unwrap_or(""))
}

/// What is left of a path below a home: `~/x`, `$HOME/x`, `/root/x`, `/home/anybody/x`.
fn below_home(path: &str) -> Option<&str> {
    if let Some(rest) = path.strip_prefix("/home/") {
        return rest.split_once('/').map(|(_, rest)| rest);
    }
    ["~/", "$HOME/", "${HOME}/", "/root/"]
        .iter()
        .find_map(|home| path.strip_prefix(home))
}

/// That somebody needs what is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// This fails without it: what it is, as it is written, and where it stands.
    Somebody {
        /// `rm -r /root/.cache`
        what: String,
        /// Where it stands, or the command that runs the script in which it does.
        place: TextRange,
        /// What a person could do about it, as a part of a sentence: `give it -f`.
        way_out: String,
    },
    /// It may; what is open.
    Perhaps(OpenCondition),
}

impl Need {
    /// The command needs it for sure; `way_out` is what a person could do about that.
    pub fn of(command: Command<'_>, way_out: &str) -> Self {
        Need::Somebody {
            what: shortened(source_of(command)),
            place: command.range(),
            way_out: way_out.to_owned(),
        }
    }
}

/// What else is known of commands and of what is absent.
pub trait Users {
    /// Whether the command fills the folder again.
    fn fills(&self, command: Command<'_>) -> bool {
        let _ = command;
        false
    }

    /// Whether the command needs what is in the folder, although it does not name it.
    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let _ = command;
        None
    }
}

/// Nobody uses it but who names it.
impl Users for () {}

/// A command's place in its stage: the step, the command.
type At = (usize, usize);

/// One who needs what is absent.
struct Needer {
    /// `None`: it comes after all of the stage's commands.
    at: Option<At>,
    need: Need,
}

/// Everyone in a file who needs what a stage no longer has.
pub struct Needs {
    kind: Kind,
    needers: Vec<Needer>,
    /// The commands that fill the folder again, in order.
    fills: Vec<At>,
}

/// How deep scripts that run scripts, stages based on stages, and copies of copies are followed.
const DEEPEST: usize = 8;

/// How many open conditions are told of one absence.
const MOST_OPEN: usize = 3;

impl Needs {
    /// Looks through what the stage runs, the stages that are based on it, and those that copy from it.
    pub fn of(stage: Stage<'_>, absence: &Absence, users: &dyn Users) -> Self {
        let mut search = Search {
            users,
            needs: Needs {
                kind: absence.kind,
                needers: Vec::new(),
                fills: Vec::new(),
            },
        };
        search.look_at(stage, absence, None, 0);
        let mut needs = search.needs;
        needs
            .needers
            .sort_by_key(|it| it.at.unwrap_or((usize::MAX, 0)));
        needs
    }

    /// Who needs it after this command, and would not find it: one that surely does, or the first few that may; empty where
    /// nobody does, as far as commands and scripts were read.
    pub fn after(&self, command: Command<'_>) -> Vec<Need> {
        let here = (command.step().index(), command.index);
        let first = self
            .needers
            .partition_point(|it| it.at.is_some_and(|at| at <= here));
        let later = || {
            self.needers[first..]
                .iter()
                .filter(|it| !self.is_filled(here, it.at))
                .map(|it| &it.need)
        };
        let is_sure = |need: &&Need| matches!(need, Need::Somebody { .. });
        if let Some(sure) = later().find(is_sure) {
            return vec![sure.clone()];
        }
        later().take(MOST_OPEN).cloned().collect()
    }

    /// Whether the folder is filled again between a command and one that needs it.
    fn is_filled(&self, here: At, needer: Option<At>) -> bool {
        let before = match needer {
            Some(at) => self.fills.partition_point(|fill| *fill < at),
            None => self.fills.len(),
        };
        let last = before.checked_sub(1).map(|at| self.fills[at]);
        last.is_some_and(|fill| self.kind == Kind::Unfilled || fill > here)
    }
}

struct Search<'a> {
    users: &'a dyn Users,
    needs: Needs,
}

impl Search<'_> {
    /// `from`: what comes before this step does not count; `None` is the stage in question itself, where each needer
    /// comes after some of its commands.
    fn look_at(&mut self, stage: Stage<'_>, absence: &Absence, from: Option<usize>, depth: usize) {
        if depth > DEEPEST {
            self.push(
                None,
                Need::Perhaps(OpenCondition::new(
                    "whether a stage that is based on so many others needs it",
                    "look through the stages that are based on this one",
                )),
            );
            return;
        }
        let mut is_filled = false;
        for step in stage
            .steps()
            .filter(|step| from.is_none_or(|from| step.index() > from))
        {
            let text = &step.file().text()[step.range()];
            let may_name = absence.may_be_named_in(text);
            for command in step.commands() {
                let at = from.is_none().then(|| (step.index(), command.index));
                if command.is_certain() && self.users.fills(command) {
                    self.needs.fills.extend(at);
                    is_filled = at.is_none();
                }
                if is_filled {
                    continue;
                }
                self.command(command, absence, may_name, at, None);
                self.script(command, command, absence, at, 0);
            }
        }
        for child in stage.children() {
            self.look_at(child, absence, Some(0), depth + 1);
        }
        for copy in stage.copied_by() {
            self.copy(stage, copy, absence, depth);
        }
    }

    fn push(&mut self, at: Option<At>, need: Need) {
        self.needs.needers.push(Needer { at, need });
    }

    fn command(
        &mut self,
        command: Command<'_>,
        absence: &Absence,
        may_name: bool,
        at: Option<At>,
        script: Option<(&str, TextRange)>,
    ) {
        let named = may_name
            .then(|| need_of(command, absence, script))
            .flatten();
        if let Some(need) = named.or_else(|| self.users.needs(command)) {
            self.push(at, need);
        }
    }

    /// What the script says that a command runs.
    fn script(
        &mut self,
        command: Command<'_>,
        caller: Command<'_>,
        absence: &Absence,
        at: Option<At>,
        depth: usize,
    ) {
        if depth >= DEEPEST {
            return;
        }
        let Some(ScriptAt::Shell(script)) = script_of(command) else {
            return;
        };
        let may_name = absence.may_be_named_in(script.text());
        let mut is_filled = false;
        for inner in script.commands() {
            is_filled |= inner.is_certain() && self.users.fills(inner);
            if !is_filled {
                self.command(
                    inner,
                    absence,
                    may_name,
                    at,
                    Some((script.path(), caller.range())),
                );
                self.script(inner, caller, absence, at, depth + 1);
            }
        }
    }

    /// A `COPY --from` or a mount of the stage's files.
    fn copy(&mut self, stage: Stage<'_>, copy: Step<'_>, absence: &Absence, depth: usize) {
        let taken: Vec<Word<'_>> = if copy.source().is_some() {
            copy.sources().collect()
        } else {
            copy.mounts()
                .filter(|m| {
                    copy.mount_source(*m)
                        .is_some_and(|s| s.stage() == Some(stage))
                })
                .filter_map(|m| m.option("source").or_else(|| m.option("src")))
                .collect()
        };
        let Some(user) = copy.stage() else { return };
        for source in taken {
            let Some(path) = variables::expand_text(user, source, copy) else {
                continue;
            };
            let path = ImagePath::root().join(&path);
            match absence.relation(path.as_str()) {
                Some(Relation::Inside | Relation::Itself) => self.push(
                    None,
                    Need::Somebody {
                        what: shortened(&copy.file().text()[copy.range()]),
                        place: copy.range(),
                        way_out: "take it from elsewhere first, or leave it out".to_owned(),
                    },
                ),
                // What is around it is there, and what is copied may be looked for where it lands.
                Some(Relation::Around) => {
                    let target = copy.target();
                    let Some(target) = target.and_then(|w| variables::expand_text(user, w, copy))
                    else {
                        continue;
                    };
                    let moved = absence.moved(&path, &ImagePath::root().join(&target));
                    self.look_at(user, &moved, Some(copy.index()), depth + 1);
                }
                None => {}
            }
        }
    }
}

impl Absence {
    /// The same where a folder around it was copied to another place.
    fn moved(&self, from: &ImagePath, to: &ImagePath) -> Absence {
        let folders = self.folders.iter().map(|folder| match folder {
            Folder::At(path) => match path.below(from) {
                Some(rest) => Folder::At(to.join(rest)),
                None => folder.clone(),
            },
            Folder::AtHome(rest) => match below_home(&format!("{from}/{rest}")) {
                Some(_) => Folder::At(to.join(rest)),
                None => folder.clone(),
            },
        });
        Absence {
            folders: folders.collect(),
            kind: self.kind,
        }
    }
}

/// The script of the build context that a command runs, if it is known.
fn script_of(command: Command<'_>) -> Option<ScriptAt<'_>> {
    let stage = command.stage()?;
    let word = match command.name() {
        "sh" | "bash" | "dash" | "ash" | "." | "source" => {
            command.args().find(|word| !word.starts_with("-"))?
        }
        _ => command.program()?,
    };
    let is_called_by_name =
        |path: &&str| path::program_name(path) == *path && command.program() == Some(word);
    let path = word.value().filter(|path| !is_called_by_name(path))?;
    let step = command.step();
    Some(match step.name() {
        "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => scripts::script_at_start(stage, path, step),
        _ => scripts::script_at(stage, path, command),
    })
}

/// What becomes of a command where what is absent is what it names; `None` where it names nothing of it, or does as well
/// without. `script`: the script in which it stands, and who runs it.
fn need_of(
    command: Command<'_>,
    absence: &Absence,
    script: Option<(&str, TextRange)>,
) -> Option<Need> {
    let stage = command.stage()?;
    let place = script.map_or_else(|| command.range(), |(_, place)| place);
    let what = || {
        let text = shortened(source_of(command));
        script.map_or_else(|| text.clone(), |(path, _)| format!("{text}` of `{path}"))
    };
    let somebody = || {
        Some(Need::Somebody {
            what: what(),
            place,
            way_out: if command.is("rm") {
                "give it `-f` first"
            } else {
                "change it first"
            }
            .to_owned(),
        })
    };
    for redirect in command.redirects() {
        let Some(target) = redirect
            .target()
            .and_then(|word| path_of(stage, command, word))
        else {
            continue;
        };
        match absence.relation(&target) {
            // A file can be written into a folder that is empty, and not into one that is not there.
            Some(Relation::Inside) if !(redirect.writes() && absence.stays()) => return somebody(),
            _ => {}
        }
    }
    let relations = command
        .args()
        .filter_map(|word| path_of(stage, command, word))
        .filter_map(|path| absence.relation(&path));
    let relation = relations.min()?;
    let is_missing = match relation {
        Relation::Inside => true,
        Relation::Itself => !absence.stays(),
        Relation::Around => return None,
    };
    if command.has_inner() {
        // Those inside speak for themselves.
        return None;
    }
    let name = command.name();
    if !is_missing {
        // The folder is there: only what takes its contents misses them.
        return matches!(name, "cp" | "mv" | "tar" | "rsync")
            .then(somebody)
            .flatten();
    }
    let around = command.around();
    match missing_path(name, |option| command.has_option(option)) {
        Some(MissingPath::Fine) => None,
        // Into a folder that is not there nothing can be put, and from nowhere nothing can be taken.
        Some(MissingPath::Fails | MissingPath::Asks) if around.negated || is_ignored(command) => {
            None
        }
        Some(MissingPath::Asks) if around.tested && !is_before_or(command) => None,
        Some(MissingPath::Fails) if is_guarded(command, absence) => None,
        Some(MissingPath::Fails | MissingPath::Asks)
            if around.tested || around.conditional || around.piped || around.function =>
        {
            Some(Need::Perhaps(open(&what())))
        }
        Some(MissingPath::Fails | MissingPath::Asks) => somebody(),
        None => Some(Need::Perhaps(open(&what()))),
    }
}

/// The command as it stands in the file or the script.
fn source_of(command: Command<'_>) -> &str {
    &command.text()[command.range()]
}

fn open(what: &str) -> OpenCondition {
    OpenCondition::new(
        format!("whether `{what}` does without what it names, which would not be there any more"),
        "look at what it does where that is missing",
    )
}

fn is_before_or(command: Command<'_>) -> bool {
    command.after().is_some_and(|c| c.operator == Operator::Or)
}

/// Whether nothing comes of the command's failure: `… || true`.
fn is_ignored(command: Command<'_>) -> bool {
    is_before_or(command)
        && command
            .next()
            .is_some_and(|next| matches!(next.name(), "true" | ":" | "echo" | "printf"))
}

/// Whether the command runs only if a test before it found what it names.
fn is_guarded(command: Command<'_>, absence: &Absence) -> bool {
    let Some(stage) = command.stage().filter(|_| command.around().conditional) else {
        return false;
    };
    std::iter::successors(command.previous(), |before| before.previous())
        .filter(|before| matches!(before.name(), "[" | "[[" | "test") && !before.around().negated)
        .any(|test| {
            test.args()
                .filter_map(|word| path_of(stage, test, word))
                .any(|path| {
                    matches!(
                        absence.relation(&path),
                        Some(Relation::Itself | Relation::Inside)
                    )
                })
        })
}

/// The path that a word names, or that stands after `=` in it, seen from the root or from a home; `None` where it names
/// none that is known.
fn path_of(stage: Stage<'_>, command: Command<'_>, word: Word<'_>) -> Option<String> {
    let text = match variables::expand_text(stage, word, command) {
        Some(text) => text,
        None => {
            let written = word.source_text().trim_matches(['"', '\'']);
            let is_of_home = ["$HOME/", "${HOME}/"]
                .iter()
                .any(|home| written.starts_with(home));
            if is_of_home {
                written.to_owned()
            } else {
                word.literal_prefix().to_owned()
            }
        }
    };
    let text = match text.split_once('=') {
        Some((before, path)) if before.starts_with('-') => path.to_owned(),
        _ => text,
    };
    if text.is_empty() || text.starts_with('-') {
        return None;
    }
    if text.starts_with(['/', '~', '$']) {
        return Some(text);
    }
    // A relative one is a path only where it looks like one.
    let folder = workdir::working_directory(command)?;
    text.contains(['/', '.', '*'])
        .then(|| ImagePath::new(&folder).join(&text).as_str().to_owned())
}

fn shortened(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "\\")
        .collect();
    let mut text = words.join(" ");
    if text.chars().count() > 60 {
        text = text.chars().take(59).collect();
        text.push('…');
    }
    text
}
