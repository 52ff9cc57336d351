//! A shell that is needed: it is named in the array, and gives its place to the process by `exec`.

use dfix_catalogue::Shell;
use dfix_catalogue::programs::{self, Kind, Mark};
use dfix_engine::{Case, Effect, OpenCondition, Remedy, remedy};
use dfix_model::{Command, EnvValue, SegmentKind, Stage, Step, Word};
use dfix_syntax::ast::AstNode;

use crate::base::{chosen_name, own_shell};

/// Says the fix: the array that the builder makes of the shell form anyway (`/bin/sh -c …`), and `exec` before the last
/// command, so that signals reach that. `why`: what the shell is needed for.
///
/// # Errors
///
/// What a person could do, where the last command cannot take the shell's place.
pub(super) fn judge(
    stage: Stage<'_>,
    step: Step<'_>,
    why: &str,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let by_hand = || {
        remedy!(
            "a shell is needed: {why}. See that the process gets its signals, with `exec` before it, or put the script into \
             a file"
        )
    };
    let last = last_command(step).ok_or_else(by_hand)?;
    let script = script(step, last).ok_or_else(by_hand)?;
    let shell = stage.shell_at(step);
    if !calls_program(stage, step, last) {
        return Err(by_hand());
    }
    let known: Option<Vec<&str>> = shell.argv.iter().map(|it| it.as_deref()).collect();
    let mut words = known
        .filter(|it| it.len() > 1 && shell.is_posix())
        .ok_or_else(by_hand)?;
    words.push(&script);
    let is_named = stage.shell_at(step).step.is_some();
    let open = Some(())
        .filter(|()| !is_known(stage, step))
        .and_then(|()| own_shell(stage).or_else(|| Some(unknown_shell())));
    let chosen = chosen_name(stage).filter(|_| !is_named);
    case.evidence(format!(
        "a shell is needed: {why}; the array names the one that runs it now"
    ))
    .evidence(format!(
        "it gives its place to `{}`, which is the last to run and gets the signals then",
        last.called()
    ))
    .open(open)
    .open(chosen)
    .open(what_stays(step, last))
    .open(splits(stage, last))
    .declare(Effect::changed(step))
    .fix(|edit| edit.set_exec_form(step, &words));
    Ok(())
}

/// Whether the last word that the shell is given is a program for sure, which `exec` can start: no function, no alias, no word of a
/// shell's own. A file that the shell reads may make them.
fn calls_program(stage: Stage<'_>, step: Step<'_>, last: Command<'_>) -> bool {
    let shell = stage.shell_at(step);
    let mut words = shell.argv.iter().map(|it| it.as_deref().unwrap_or("-i"));
    let path = words.next().unwrap_or_default();
    let reads = |it: &str| match it.strip_prefix('-') {
        Some(long) if long.starts_with('-') => true,
        Some(short) => short.contains(['i', 'l']),
        None => false,
    };
    let is_set = |name| stage.final_env(name).is_set();
    let makes_words = |it: &Command<'_>| it.is_one_of(&[".", "source", "eval", "alias", "enable"]);
    if words.any(reads)
        || is_set("BASH_ENV")
        || is_set("ENV")
        || step.commands().any(|it| makes_words(&it))
    {
        return false;
    }
    let program = last.program().and_then(Word::value).unwrap_or_default();
    let is_known = || programs::find(program).is_some_and(|it| it.kind() != Kind::Builtin);
    path == "/bin/sh" || last.program().is_some_and(is_path) || is_known()
}

/// Whether a word is the path of a file, whatever its variables hold: a slash of its own stands in it, and a shell has no word of its
/// own with one.
fn is_path(word: Word<'_>) -> bool {
    let segments = word.segments();
    let mut expansions = segments
        .iter()
        .filter(|it| it.kind == SegmentKind::Expansion);
    let mut texts = segments
        .iter()
        .filter(|it| it.kind != SegmentKind::Expansion);
    expansions.all(|it| it.variable().is_some()) && texts.any(|it| it.text.contains('/'))
}

/// What is open where the program's path is put together from variables: that of several words the first may be one of the shell's own.
fn splits(stage: Stage<'_>, last: Command<'_>) -> Option<OpenCondition> {
    let word = last.program().filter(|it| it.may_split())?;
    let is_one_word = |name: &String| match stage.final_env(name) {
        EnvValue::Set(it) => it
            .value
            .is_some_and(|it| !it.contains([' ', '\t', '*', '?', '['])),
        EnvValue::Unset | EnvValue::Unknown => false,
    };
    let name = word.variables().into_iter().find(|it| !is_one_word(it))?;
    Some(OpenCondition::new(
        format!("whether `${name}` holds one word"),
        "look at what containers and the base image set it to",
    ))
}

/// Whether it is known which shell runs the step: the file says so, or an image that is known.
pub(super) fn is_known(stage: Stage<'_>, step: Step<'_>) -> bool {
    stage.shell_at(step).step.is_some()
        || (stage.any_base_facts().shell != Shell::Unknown && own_shell(stage).is_none())
}

fn unknown_shell() -> OpenCondition {
    OpenCondition::new(
        "which shell the base image has",
        "see what `docker image inspect` says of the base image's Shell",
    )
}

/// What is open where a command before the last one may leave processes behind: a shell takes note of those that end.
fn what_stays(step: Step<'_>, last: Command<'_>) -> Option<OpenCondition> {
    let leaves_none = |it: &Command<'_>| {
        let kind = programs::find(it.name()).map(programs::Program::kind);
        matches!(kind, Some(Kind::Builtin | Kind::Helper | Kind::Installer))
    };
    let mut before = step.commands().filter(|it| it.range() != last.range());
    let unknown = before.find(|it| !leaves_none(it))?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` leaves processes behind: the shell clears them away as they end, and `{}` may not",
            unknown.name(),
            last.name()
        ),
        "start the container with `--init`, or put an init such as `tini` before the command",
    ))
}

/// The last command of the step's list, where nothing is left to do for the shell when it has begun, and where it is a
/// program.
fn last_command(step: Step<'_>) -> Option<Command<'_>> {
    let commands = || step.commands().filter(|it| it.outer().is_none());
    let last = commands().next_back()?;
    let waits = |it: Command<'_>| it.around().background || it.is_one_of(&["trap", "alias"]);
    let program = last.program()?;
    let is_program = match program.value() {
        Some(name) => !programs::is(name, Mark::ShellOnly) && !name.contains('='),
        None => is_path(program) && program.assigned_name().is_none(),
    };
    let is_last = last.is_in_list()
        && is_program
        && last.assignments().next().is_none()
        && last
            .words()
            .next()
            .is_some_and(|it| it.range() == last.program().map_or(it.range(), Word::range));
    // What each shell reads in its own way may not end where it seems to.
    let is_doubtful = |it: Word<'_>| it.has_dollar_quote() || it.has_open_bracket();
    let is_clear =
        !step.has_opaque_text() && !commands().any(|it| waits(it) || it.words().any(is_doubtful));
    (is_last && is_clear).then_some(last)
}

/// The script with `exec` before its last command; only where it is one line that ends with this command, and where nothing in
/// it depends on where it stands.
fn script(step: Step<'_>, last: Command<'_>) -> Option<String> {
    let file = step.file().text();
    let range = step.instruction().script()?.syntax().text_range();
    let text = &file[range];
    let first = last.words().next()?.range().start();
    let (front, back) = text.split_at_checked((first - range.start()).into())?;
    let back = back.trim_end();
    let of_bash = ["&>", "<<", "$[", "+=", "~+", "~-"];
    let is_plain = !text.trim_end().contains(['\n', '\r', '#', '`', '('])
        && !of_bash.iter().any(|it| text.contains(it));
    // It begins behind an operator, and nothing stands behind it that would be the shell's.
    let before = front.trim_end();
    let is_beginning = before.is_empty() || before.ends_with("&&") || before.ends_with(';');
    let is_end = back.len() <= usize::from(last.range().end() - first);
    (is_plain && is_beginning && is_end).then(|| format!("{}exec {back}", front.trim_start()))
}
