//! Commands that name what is absent.

use dfix_catalogue::{MissingPath, missing_path};
use dfix_syntax::TextRange;

use crate::collect::command::{Connector, Operator};
use crate::facts::needs::absence::{Absence, Relation};
use crate::facts::needs::need::{Need, shortened, source_of};
use crate::facts::pipefail::is_under_pipefail;
use crate::facts::shell::shell_at;
use crate::facts::{variables, workdir};
use crate::handles::{Command, Stage, Word};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// What becomes of a command where what is absent is what it names; `None` where it names nothing of it, or does as well
/// without. `script`: the script in which it stands, and who runs it.
pub(crate) fn need_of(
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
            elsewhere: None,
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
    let is_missing = match &relation {
        Relation::Inside | Relation::Pattern => true,
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
            if relation == Relation::Pattern
                || (around.tested || around.conditional || around.piped || around.function) =>
        {
            Some(Need::Perhaps(open(&what())))
        }
        Some(MissingPath::Fails | MissingPath::Asks) => somebody(),
        None => Some(Need::Perhaps(open(&what()))),
    }
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

/// Whether nothing comes of the command's failure: `… || true`, or `…; exit 0` at the end where nothing says `set -e`.
pub(crate) fn is_ignored(command: Command<'_>) -> bool {
    let is_caught = || {
        let next = command.next();
        next.is_some_and(|next| matches!(next.name(), "true" | ":" | "echo" | "printf"))
    };
    if is_before_or(command) {
        return is_caught();
    }
    let goes_on = command
        .after()
        .is_some_and(|it| matches!(it.operator, Operator::Semicolon | Operator::Newline));
    let mut commands = command.step().commands();
    let ends_well = |it: Command<'_>| match it.name() {
        "true" | ":" => true,
        "exit" => it.has_arg("0"),
        _ => false,
    };
    goes_on
        && commands
            .next_back()
            .is_some_and(|it| ends_well(it) && it.is_certain())
        && !is_under_errexit(command)
}

/// Whether a command that fails where this one stands ends its script: the options of the shell say so, or a `set -e`
/// before it in the same script that no `set +e` took back. A script in a string (`sh -c "…"`) is one of its own.
pub(crate) fn is_under_errexit(command: Command<'_>) -> bool {
    let place = |it: Option<Command<'_>>| it.map(Command::range);
    let outer = command.outer();
    let is_before = |it: &Command<'_>| {
        it.is("set")
            && it.range().start() < command.range().start()
            && place(it.outer()) == place(outer)
    };
    let says = |it: Command<'_>| {
        let names_it = it.has_arg("errexit");
        let takes_back = |word: &str| word.starts_with('+') && (word.contains('e') || names_it);
        if it.args().filter_map(Word::value).any(takes_back) {
            return Some(false);
        }
        (names_it || it.has_option("-e")).then_some(true)
    };
    let mut sets = command.step().commands().rev().filter(is_before);
    if let Some(said) = sets.find_map(says) {
        return said;
    }
    if let Some(outer) = outer {
        return outer.has_option("-e");
    }
    let stage = command.stage();
    let by_first_line = || {
        let mut lines = command.step().source_text().lines();
        lines.any(|line| {
            let mut words = line.split_ascii_whitespace();
            line.starts_with("#!")
                && words.any(|it| it.starts_with('-') && !it.starts_with("--") && it.contains('e'))
        })
    };
    stage.is_some_and(|stage| shell_at(stage, command.step()).has_errexit()) || by_first_line()
}

/// Whether the shell goes on with other commands where this one fails: `…; other`, and nothing says `set -e`.
pub(crate) fn is_passed_over(command: Command<'_>) -> bool {
    let (mut at, mut is_before_and) = (command, false);
    loop {
        let Some((connector, next)) = at.after().zip(at.next()) else {
            return false;
        };
        match connector.operator {
            // What fails before `&&` ends no script, whatever its options are.
            Operator::And => (at, is_before_and) = (next, true),
            Operator::Pipe => at = next,
            Operator::Semicolon | Operator::Newline => {
                return is_before_and || !is_under_errexit(command);
            }
            _ => return false,
        }
    }
}

/// Whether the build stops where the command fails: it surely runs, and neither another way (`… || other`), nor what follows
/// it, nor the script that it stands in passes over its failure.
pub(crate) fn stops_the_build(command: Command<'_>) -> bool {
    let has_other_way = || {
        let behind = std::iter::successors(command.next(), |it| it.next());
        let operators = behind.map_while(|it| it.before().map(|it| it.operator));
        let mut of_list =
            operators.take_while(|it| matches!(it, Operator::And | Operator::Pipe | Operator::Or));
        of_list.any(|it| it == Operator::Or)
    };
    let around = command.around();
    let is_pipe = |it: Option<Connector>| it.is_some_and(|it| it.operator == Operator::Pipe);
    // The last command of a pipe speaks for it.
    let is_heard = !around.piped
        || (is_pipe(command.before()) && !is_pipe(command.after()))
        || is_under_pipefail(command);
    // What comes after a group or a loop is not looked at.
    let is_inside = around.looped || around.subshell;
    command.is_certain()
        && is_heard
        && !(around.tested || around.negated || around.substitution)
        && (!is_inside || is_under_errexit(command))
        && !command.is_of_script()
        && !command.step().is_onbuild()
        && command.outer().is_none_or(stops_the_build)
        && !is_ignored(command)
        && !is_passed_over(command)
        && !has_other_way()
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
