//! What becomes of a command where pattern and replacement are written in different forms: the exec form for words of a shell, or
//! words of a shell for the exec form.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::{Effect, OpenCondition};
use dfix_model::{Command, Os, Stage, StartCommand, Step, StepKind, Ternary, Word};
use dfix_syntax::ast::AstNode;
use dfix_syntax::{NodeOrToken, SyntaxKind, TextRange, TextSize};

use crate::flat;
use crate::matching::state::State;
use crate::pattern::command::CommandPattern;
use crate::pattern::instruction::{Arguments, InstructionPattern, ScriptItem};
use crate::pattern::template::Template;
use crate::pattern::wrapper::{WrapperPattern, wrappers_of};
use crate::replacement::carry;
use crate::replacement::exec;
use crate::replacement::of_command::{in_place, nothing_lost};
use crate::replacement::plan::{New, Op, Plan, Planned, Refusal};
use crate::replacement::render;

/// Whether an instruction that the pattern fits is to be written in the replacement's form, which it has not.
pub(crate) fn changes(old: &InstructionPattern, new: &InstructionPattern, step: Step<'_>) -> bool {
    let are_scripts = matches!(
        (&old.arguments, &new.arguments),
        (Arguments::Script(_), Arguments::Script(_))
    );
    are_scripts && old.is_exec != new.is_exec && step.is_exec_form() != new.is_exec
}

/// The change of an instruction that gets the form of the replacement.
pub(crate) fn plan<'m>(
    old: &[ScriptItem],
    new: &[ScriptItem],
    template: &Template,
    step: Step<'m>,
    state: &State<'m>,
) -> Planned<'m> {
    const ONE: &str = "another form is for one command, and it is more than one";
    let one = |items: &'_ [ScriptItem]| match items {
        [item] => item.pipeline.as_one().cloned(),
        _ => None,
    };
    let (Some(old_one), Some(new)) = (one(old), one(new)) else {
        return Err(ONE.to_owned());
    };
    let [command] = *old[0].pipeline.found(state) else {
        return Err(ONE.to_owned());
    };
    if command.outer().is_some() {
        return Err(
            "the command stands in a string that a program reads, which has no form".to_owned(),
        );
    }
    let mut plan = Plan::default();
    let stage = step.stage();
    if step.is_exec_form() {
        if !stage.is_some_and(|it| it.shell_at(step).is_posix()) {
            return Err("how words are quoted for the shell there is not known".to_owned());
        }
        let source = in_shell(&old_one, &new, template, command, state, &mut plan)?;
        let range = array(step).ok_or("the array is not there")?;
        plan.push(Op::Bytes(range, source));
    } else {
        is_plain(step, command)?;
        let words = in_exec_form(&old_one, &new, command, state, &mut plan)?;
        no_shell_needed(step, &words, &mut plan)?;
        plan.push(Op::ExecForm(step, words));
    }
    plan.open.extend(stage.and_then(|it| beside(it, step)));
    plan.declare(Effect::changed(step));
    Ok(plan)
}

/// Refuses what is more than one command with its words.
fn is_plain(step: Step<'_>, command: Command<'_>) -> Result<(), String> {
    let script = step.instruction().script();
    let is_one = script.is_some_and(|script| {
        let script = script.syntax();
        let mut parts = script.children();
        let is_command = |it: &dfix_syntax::SyntaxNode| it.kind() == SyntaxKind::COMMAND;
        let tokens = script.children_with_tokens();
        let mut tokens = tokens.filter_map(NodeOrToken::into_token);
        parts.next().is_some_and(|it| is_command(&it))
            && parts.next().is_none()
            && tokens.all(|it| it.kind().is_trivia())
    });
    if command.assignments().next().is_some() {
        return Err("a shell is needed: a variable is set".to_owned());
    }
    if command.redirects().next().is_some() {
        return Err("a shell is needed: there is a redirection".to_owned());
    }
    if !is_one || step.has_opaque_text() {
        return Err("a shell is needed: it is more than a plain command".to_owned());
    }
    let mut wrappers = command.wrappers().filter(|it| it.name == "exec");
    if wrappers.any(|it| command.words_of(it).count() > 1) {
        return Err("a shell is needed: `exec` has options".to_owned());
    }
    command.words().try_for_each(no_shell_in)
}

/// Refuses a word of which a shell makes something else than its text.
fn no_shell_in(word: Word<'_>) -> Result<(), String> {
    let why = if word.value().is_none() {
        "holds a variable"
    } else if word.is_pattern() {
        "may be a pattern"
    } else if word.has_dollar_quote() || word.has_open_bracket() {
        "means something else to each shell"
    } else {
        return Ok(());
    };
    Err(format!("a shell is needed: `{}` {why}", word.shortened()))
}

/// Refuses, or tells, what only a shell does with a command that is to stand in the exec form.
fn no_shell_needed(step: Step<'_>, words: &[String], plan: &mut Plan<'_>) -> Result<(), String> {
    let Some(program) = words.first() else {
        return Err("there is no program".to_owned());
    };
    if programs::is(program, Mark::ShellOnly) || program.contains('=') {
        return Err(format!("a shell is needed: `{program}` is the shell's own"));
    }
    let Some(stage) = step.stage() else {
        return Ok(());
    };
    if stage.os() == Os::Windows {
        return Err("the shell of Windows reads it, and dfix does not".to_owned());
    }
    let mut before = stage.base_chain().flat_map(Stage::steps);
    if before.any(|it| it.is(StepKind::Shell) && it.index() < step.index()) {
        plan.open.push(OpenCondition::new(
            "whether the command needs what `SHELL` sets for it",
            "see what that shell reads when it starts",
        ));
    }
    match stage.starts_without_shell(program) {
        Ternary::No => Err(format!(
            "`{program}` begins with no `#!` line, and only a shell starts such a script: add one"
        )),
        other => {
            plan.open.extend(other.open());
            Ok(())
        }
    }
}

/// What is open where another instruction of the stage counts on the form: a shell is given no arguments.
fn beside(stage: Stage<'_>, step: Step<'_>) -> Option<OpenCondition> {
    let entry = stage.entry();
    if step.is(StepKind::Entrypoint) && matches!(entry.cmd, StartCommand::Step(_)) {
        return Some(OpenCondition::new(
            "whether the CMD is meant for the entry point: it gets that as arguments now, and a shell took none",
            "decide which is meant",
        ));
    }
    let is_given = matches!(entry.entrypoint, StartCommand::Step(_)) && !entry.runs_its_arguments();
    (step.is(StepKind::Cmd) && is_given).then(|| {
        OpenCondition::new(
            "whether the entry point takes the CMD in its new form: of the shell form it gets `/bin/sh -c …`",
            "see what it does with its arguments",
        )
    })
}

/// What is open where the entry point is in the exec form, and is called by a shell no more: that took the words of the `CMD` for
/// arguments of its script.
pub(crate) fn without_shell(
    old: &[ScriptItem],
    new: &[ScriptItem],
    step: Step<'_>,
) -> Option<OpenCondition> {
    let has_shell = |items: &[ScriptItem]| {
        let mut commands = items.iter().flat_map(|it| it.pipeline.commands());
        commands.any(|it| {
            let mut wrappers = it.wrappers.iter();
            let program = it.program.word.as_literal();
            program.is_some_and(programs::is_shell)
                || wrappers.any(|it| programs::is_shell(&it.name))
        })
    };
    let goes = step.is_exec_form() && has_shell(old) && !has_shell(new);
    beside(step.stage()?, step).filter(|_| goes && step.is(StepKind::Entrypoint))
}

/// The texts of the command in the exec form.
fn in_exec_form<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<Vec<String>, String> {
    let why = match word_by_word(old, new, command, state, plan) {
        Ok(words) => {
            let texts = words.into_iter().map(|it| match it {
                New::Value(text) => Some(text),
                New::Source(text) => carry::is_plain(&text).then_some(text),
            });
            match texts.collect() {
                Some(texts) => return Ok(texts),
                None => String::new(),
            }
        }
        Err(why) => why,
    };
    may_be_anew(old, new, command, state, &why)?;
    plan.open.clear();
    exec::values(new, state)
}

/// The command as source of a shell.
fn in_shell<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    template: &Template,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<String, String> {
    let why = match word_by_word(old, new, command, state, plan) {
        Ok(words) => {
            let mut texts = words.iter().map(|it| match it {
                New::Value(text) | New::Source(text) => text.as_str(),
            });
            let program = texts.find(|it| *it != "exec");
            let is_of_shell = |it: &&str| programs::is(it, Mark::ShellOnly) || it.contains('=');
            if let Some(program) = program.filter(is_of_shell) {
                return Err(format!("`{program}` would be the shell's own"));
            }
            let written = words.into_iter().map(|it| match it {
                New::Value(text) if text.chars().any(char::is_control) => {
                    Err(format!("`{text}` cannot be written for a shell"))
                }
                New::Value(text) => Ok(carry::literal_in_shell(&text)),
                New::Source(text) => Ok(text),
            });
            let written: Result<Vec<String>, String> = written.collect();
            return Ok(written?.join(" "));
        }
        Err(why) => why,
    };
    may_be_anew(old, new, command, state, &why)?;
    plan.open.clear();
    render::source(template, new.range.clone(), command.step().kind(), state)
}

/// Refuses to write a command anew that has something, a wrapper too, which the pattern does not mention.
fn may_be_anew<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    why: &str,
) -> Result<(), String> {
    for (index, wrapper) in wrappers_of(command).into_iter().enumerate() {
        let is_named = |it: &WrapperPattern| it.index_in(command, state) == Some(index);
        if wrapper.name != "exec" && !old.wrappers.iter().any(is_named) {
            return Err(format!(
                "`{}` is not in the pattern, and would be lost",
                wrapper.name
            ));
        }
    }
    nothing_lost(old, Some(new), command, state, why)
}

/// The words of a command with the changes that it gets where it stands, without an `exec` in front. What is open of them is told.
fn word_by_word<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<Vec<New>, String> {
    const OTHERS: &str = "its words are not changed one by one";
    let changed = in_place(old, new, command, state).map_err(Refusal::into_why)?;
    let keeps_exec = new.wrappers.iter().any(|it| it.name == "exec");
    let mut words: Vec<Slot<'m>> = Vec::new();
    for word in command.words() {
        let value = word.value().ok_or(OTHERS)?;
        words.push(Slot {
            of: Some(word),
            new: Some(New::Value(value.to_owned())),
            last: 0,
        });
    }
    for (index, wrapper) in command.wrappers().enumerate() {
        let goes = changed.ops.contains(&Op::RemoveWrapper(command, index))
            || wrapper.name == "exec" && !keeps_exec;
        if goes {
            let all: Vec<Word<'m>> = command.words_of(wrapper).collect();
            take(&mut words, &all);
        }
    }
    for op in &changed.ops {
        match op {
            Op::RemoveWrapper(..) => {}
            Op::Word(word, text) => *place(&mut words, *word)? = Some(New::Value(text.clone())),
            Op::Bytes(range, text) => {
                let slot = words.iter_mut().find(|it| {
                    let of = it.of.map(Word::range);
                    of.is_some_and(|it| it.contains_range(*range))
                });
                let slot = slot.ok_or(OTHERS)?;
                slot.new = Some(New::Value(spliced(slot.of, *range, text).ok_or(OTHERS)?));
            }
            Op::Remove(gone) => take(&mut words, gone),
            Op::InsertAfter(word, new) => {
                let at = words.iter().position(|it| it.of == Some(*word));
                let at = at.ok_or(OTHERS)?;
                words[at].last += 1;
                let at = at + words[at].last;
                words.insert(at, Slot::new(new.clone()));
            }
            Op::InsertBefore(word, new) => {
                let at = words.iter().position(|it| it.of == Some(*word));
                words.insert(at.ok_or(OTHERS)?, Slot::new(new.clone()));
            }
            _ => return Err(OTHERS.to_owned()),
        }
    }
    plan.open.extend(changed.open);
    Ok(words.into_iter().filter_map(|it| it.new).collect())
}

/// A word on its way: the one that is there, what stands for it then, and how many came behind it.
struct Slot<'m> {
    of: Option<Word<'m>>,
    new: Option<New>,
    last: usize,
}

impl Slot<'_> {
    fn new(new: New) -> Self {
        Slot {
            of: None,
            new: Some(new),
            last: 0,
        }
    }
}

fn take(words: &mut [Slot<'_>], gone: &[Word<'_>]) {
    let is_gone = |it: &&mut Slot<'_>| it.of.is_some_and(|word| gone.contains(&word));
    for slot in words.iter_mut().filter(is_gone) {
        slot.new = None;
    }
}

fn place<'s, 'm>(words: &'s mut [Slot<'m>], word: Word<'m>) -> Result<&'s mut Option<New>, String> {
    let slot = words.iter_mut().find(|it| it.of == Some(word));
    Ok(&mut slot.ok_or("a word is not there")?.new)
}

/// What a word stands for with some bytes changed, where it is written as it stands, but for quotes around it.
fn spliced(word: Option<Word<'_>>, range: TextRange, text: &str) -> Option<String> {
    let word = word?;
    let inner = word.inner_range();
    let value = word.value()?;
    let is_as_written = TextSize::of(value) == inner.len() && word.source_text().contains(value);
    if !is_as_written || !inner.contains_range(range) {
        return None;
    }
    let from = usize::from(range.start() - inner.start());
    let to = usize::from(range.end() - inner.start());
    let mut new = value.to_owned();
    new.replace_range(from..to, text);
    Some(flat::shown(&new))
}

/// The bytes of the array of an instruction.
fn array(step: Step<'_>) -> Option<TextRange> {
    let form = step.instruction().exec_form()?;
    let tokens = form.syntax().descendants_with_tokens();
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let mut tokens = tokens.filter(|it| !it.kind().is_trivia());
    let first = tokens.next()?.text_range();
    let last = tokens.last()?.text_range();
    Some(first.cover(last))
}
