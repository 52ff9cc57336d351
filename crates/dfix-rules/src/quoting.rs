//! Words of commands that stand without quotes although a shell may make several of them: what is known of their pieces.

use dfix_engine::{Case, Effect, Findings, Safety};
use dfix_model::catalogue::{is_named_for_a_list, prints_one_word};
use dfix_model::{
    BarePart, Command, EnvFrom, EnvValue, Model, OpenCondition, PackageCommand, Pair, ShellValue,
    Stage, Step, StepKind, Word,
};

use crate::base::chosen_image;

/// What is known of what a piece stands for.
enum Held {
    /// One word, or nothing where it may be empty; why.
    OneWord { is_filled: bool, because: String },
    /// Several words, or none, on purpose.
    Several,
    /// Only the build can tell.
    Unknown(OpenCondition),
}

/// Goes over the words in `RUN`s that stand without quotes: those with substitutions in them, or those with variables alone.
pub(crate) fn check(file: &Model<'_>, out: &mut Findings<'_>, substitutions: bool) {
    let mark = if substitutions { "$(" } else { "$" };
    let runs = file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild() && it.mentions(mark));
    for step in runs.filter(|it| !it.is_exec_form()) {
        let Some(stage) = step.stage() else { continue };
        let has_backquotes = step.mentions("`");
        for command in step.commands() {
            let around = command.around();
            let is_elsewhere = command.is_of_script()
                || (around.substitution && has_backquotes)
                || command.is_one_of(&["set", "eval", "shift", "unset", "return", "exit"])
                || (command.declares_variables() && !is_plain_sh(stage, step));
            if is_elsewhere {
                continue;
            }
            let words = command.words().filter(|it| it.may_split());
            for word in words.filter(|it| it.mentions("$(") == substitutions) {
                judge(stage, command, word, out, substitutions);
            }
        }
    }
}

/// Whether the shell is `sh`, which in places takes what is behind `export A=` apart. Bash does not.
fn is_plain_sh(stage: Stage<'_>, step: Step<'_>) -> bool {
    let shell = stage.shell_at(step);
    let first = shell.argv.first().and_then(|it| it.as_deref());
    first.is_some_and(|it| it == "sh" || it.ends_with("/sh"))
}

fn judge<'m>(
    stage: Stage<'m>,
    command: Command<'m>,
    word: Word<'m>,
    out: &mut Findings<'_>,
    substitutions: bool,
) {
    let Some(parts) = word.bare_parts() else {
        return;
    };
    let is_alone = parts.len() == 1;
    let is_program = command.program() == Some(word) || command.executable() == Some(word);
    let is_list = is_alone && takes_packages(command);
    if (is_alone && (is_program || is_list)) || !command.shell_values("IFS").values.is_empty() {
        return;
    }
    let mut is_told = false;
    let mut found = Vec::new();
    for part in &parts {
        let held = match part {
            BarePart::Text(_) => continue,
            BarePart::Variable(name) => {
                let (held, is_reported) = variable(stage, command, name, is_alone);
                is_told |= is_reported && !substitutions;
                held
            }
            BarePart::Substitution(range) => {
                is_told = true;
                match command.substituted(*range).and_then(output) {
                    Some(held) => held,
                    None => return,
                }
            }
        };
        if matches!(held, Held::Several) {
            return;
        }
        found.push(held);
    }
    if !is_told {
        return;
    }
    let source = word.shortened();
    let message =
        format!("`{source}` is not in quotes: the shell takes it apart at blanks and patterns");
    out.judge(word, Safety::Safe, message, |case| {
        let has_text = parts.iter().any(|it| matches!(it, BarePart::Text(_)));
        let is_filled = |it: &Held| {
            matches!(
                it,
                Held::OneWord {
                    is_filled: true,
                    ..
                }
            )
        };
        let is_unknown = |it: &Held| matches!(it, Held::Unknown(_));
        if !has_text && !found.iter().any(|it| is_filled(it) || is_unknown(it)) {
            case.open(OpenCondition::new(
                format!("whether `{source}` is ever empty, and then is to be no argument at all"),
                "look at what it may hold",
            ));
        }
        for held in found {
            match held {
                Held::OneWord { because, .. } => case.evidence(because),
                Held::Unknown(condition) => case.open(condition),
                Held::Several => case,
            };
        }
        fix(case, command, word);
        Ok(())
    });
}

/// Whether it is given a list of packages.
fn takes_packages(command: Command<'_>) -> bool {
    PackageCommand::of(command).is_some() || command.name().starts_with("docker-php-ext-")
}

fn fix(case: &mut Case<'_>, command: Command<'_>, word: Word<'_>) {
    let source = word.source_text();
    // `A=$B` reads as an assignment: the quotes are around its value.
    let written = match word.assigned_name() {
        Some(name) => format!("{name}=\"{}\"", &source[name.len() + 1..]),
        None => format!("\"{source}\""),
    };
    let around = command.with_outer().map(Effect::arguments_of);
    case.declare(around.collect::<Vec<_>>())
        .fix(|edit| edit.replace_part(word, &written));
}

/// What a command prints, where that is one word.
fn output(command: Command<'_>) -> Option<Held> {
    let words: Option<Vec<&str>> = command.args().map(Word::value).collect();
    let words = words.filter(|_| command.wrappers().next().is_none())?;
    let known = prints_one_word(command.name(), &words)?;
    let said = [&[command.name()], words.as_slice()].concat().join(" ");
    Some(Held::OneWord {
        is_filled: known.is_certain,
        because: format!("`{said}` prints one word"),
    })
}

/// Whether a command is one that every image has, does not fail, and prints something.
pub(crate) fn prints_always(command: Command<'_>) -> bool {
    matches!(
        output(command),
        Some(Held::OneWord {
            is_filled: true,
            ..
        })
    )
}

fn is_one_word(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !text.contains(['*', '?', '[', '\\'])
}

/// What a variable holds where a command names it, and whether ShellCheck tells of it: it does not where the instructions of the
/// stage or the text itself say what it is.
fn variable(stage: Stage<'_>, command: Command<'_>, name: &str, is_alone: bool) -> (Held, bool) {
    if is_named_for_a_list(name) {
        return (Held::Several, false);
    }
    let unknown = |told: bool| {
        let condition = OpenCondition::new(
            format!("whether `${name}` holds one word"),
            "look at what sets it: a list is to stay without quotes",
        );
        (Held::Unknown(condition), told)
    };
    let step = command.step();
    let own = stage.steps().filter(|it| it.index() < step.index());
    let mut own = own.filter(|it| it.is(StepKind::Env) || it.is(StepKind::Arg));
    let is_declared = own.any(|it| it.pairs().any(|it| it.key_text() == Some(name)));
    let given = command.shell_values(name);
    if given.has_unread {
        return unknown(!is_declared);
    }
    if given.values.is_empty() {
        return match declared(stage, command, name) {
            Some(held) => (held, !is_declared),
            None => unknown(!is_declared),
        };
    }
    let mut is_told = false;
    let mut is_filled = given.is_set;
    let mut because = None;
    for value in &given.values {
        match value {
            ShellValue::Text("") if is_alone => return (Held::Several, false),
            ShellValue::Text(text) if is_one_word(text) => is_filled &= !text.is_empty(),
            ShellValue::Text(_) => return (Held::Several, false),
            ShellValue::Output { of, has_text } => match output(*of) {
                Some(Held::OneWord {
                    is_filled: certain,
                    because: why,
                }) => {
                    is_told = true;
                    is_filled &= certain || *has_text;
                    because.get_or_insert(format!("`${name}` holds one word: {why}"));
                }
                _ => return unknown(true),
            },
            ShellValue::Unknown => return unknown(true),
        }
    }
    // Where none of them is there for sure, it may still be what the instructions say.
    let is_elsewhere = !matches!(stage.env_at(step, name), EnvValue::Unset);
    if !given.is_set && (is_declared || is_elsewhere) {
        return unknown(is_told);
    }
    let because = because.unwrap_or_else(|| format!("the text gives `${name}` one word"));
    (Held::OneWord { is_filled, because }, is_told)
}

/// What the instructions and the base image say of a variable; `None`: nothing is known.
fn declared(stage: Stage<'_>, command: Command<'_>, name: &str) -> Option<Held> {
    let setting = match stage.env_at(command, name) {
        EnvValue::Set(setting) => setting,
        EnvValue::Unset if name == "HOME" && stage.user_at(command).is_root().is_yes() => {
            return Some(Held::OneWord {
                is_filled: true,
                because: "root's home is one word".to_owned(),
            });
        }
        _ => return None,
    };
    let value = setting.value?;
    if !is_one_word(value) {
        return Some(Held::Several);
    }
    let by = match setting.from {
        EnvFrom::Stage(step) | EnvFrom::Ancestor(step) => {
            let step = stage.file().step(step)?;
            let pair = step.pairs().rfind(|it| it.key_text() == Some(name));
            // What is made of other variables may be something else in another build.
            if pair.and_then(Pair::value).is_some_and(|it| !it.is_known()) {
                return None;
            }
            format!("`ENV` in line {} gives `${name}` one word", step.line())
        }
        EnvFrom::BaseImage => match chosen_image(stage) {
            Some(condition) => return Some(Held::Unknown(condition)),
            None => format!("the base image gives `${name}` one word"),
        },
        EnvFrom::Arg(_) => {
            return Some(Held::Unknown(OpenCondition::new(
                format!("whether every build gives `{name}` one word, as its default is"),
                "look at what is given by `--build-arg`",
            )));
        }
        EnvFrom::Command => return None,
    };
    Some(Held::OneWord {
        is_filled: !value.is_empty(),
        because: by,
    })
}
