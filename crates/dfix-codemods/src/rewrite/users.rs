//! Users and groups that a rewrite names, and that may not be there: the build fails (`COPY --chown`), or the container does
//! not start (`USER`). And numbers of theirs that it changes in one place of several.

use dfix_catalogue::{WrapperKind, account_tool};
use dfix_engine::OpenCondition;
use dfix_model::{AccountNumber, Flag, Model, Stage, Step, StepKind, Ternary, Word};
use dfix_syntax::{TextRange, TextSize};

use crate::replacement::plan::{Op, Plan};

/// What is open of users and groups that a plan writes by name.
pub(super) fn named<'m>(plan: &Plan<'m>, file: &'m Model<'_>) -> Vec<OpenCondition> {
    let sources = plan.ops.iter().filter_map(|op| match op {
        Op::InstructionBefore(step, source) | Op::ReplaceInstruction(step, source) => {
            Some((*step, *step, source.as_str()))
        }
        Op::InstructionAfter(step, source) => {
            let mut steps = step.stage()?.steps();
            let next = steps.find(|it| it.range().start() >= step.range().end());
            Some((*step, next.unwrap_or(*step), source.as_str()))
        }
        _ => None,
    });
    let sources: Vec<(Step<'_>, Step<'_>, &str)> = sources.collect();
    let mut open: Vec<OpenCondition> = Vec::new();
    let mut ask = |step: Step<'_>, owner: &str| {
        let comes_too = |name: &str| {
            let mut lines = sources.iter().flat_map(|it| it.2.lines());
            lines.any(|line| line.contains(name) && !line.trim_start().starts_with("USER "))
        };
        for it in missing(step, owner, &comes_too) {
            if !open.contains(&it) {
                open.push(it);
            }
        }
    };
    for op in &plan.ops {
        match op {
            Op::AddFlag(step, name, value) if name == "chown" => ask(*step, value),
            Op::Word(..) | Op::Bytes(..) => {
                let (range, text) = match op {
                    Op::Word(word, text) => (word.range(), text),
                    Op::Bytes(range, text) => (*range, text),
                    _ => continue,
                };
                let is_it = |step: &Step<'m>| {
                    step.is(StepKind::User) && step.words().any(|it| it.range() == range)
                };
                if let Some(step) = file.steps().find(is_it) {
                    ask(step, text);
                }
            }
            _ => {}
        }
    }
    for (_, at, source) in &sources {
        let mut lines = source.lines().map(str::trim);
        if let Some(user) = lines.find_map(|it| it.strip_prefix("USER ")) {
            ask(*at, user.trim());
        }
    }
    open
}

/// What is open of `USER[:GROUP]` where a step begins.
fn missing(step: Step<'_>, owner: &str, comes_too: &dyn Fn(&str) -> bool) -> Vec<OpenCondition> {
    let owner = owner.trim_matches(['"', '\'']);
    let Some(stage) = step.stage().filter(|_| !owner.contains('$')) else {
        return Vec::new();
    };
    let (user, group) = match owner.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (owner, None),
    };
    let accounts = stage.accounts().at(step);
    let is_name =
        |it: &str| !it.is_empty() && it != "root" && !it.bytes().all(|byte| byte.is_ascii_digit());
    let asked = |what: &str, name: &str, there: Ternary| {
        (is_name(name) && !there.is_yes() && !comes_too(name)).then(|| {
            OpenCondition::new(
                format!(
                    "whether the {what} `{name}` is there at line {}",
                    step.line()
                ),
                "make it before that line, or take a number",
            )
        })
    };
    let user = asked("user", user, accounts.exists(user));
    let group = group.and_then(|it| asked("group", it, accounts.has_group(it)));
    user.into_iter().chain(group).collect()
}

/// What is open where the number of an account becomes another, or is said no more where it is made: other places say the old one.
pub(super) fn renumbered(plan: &Plan<'_>, file: &Model<'_>) -> Vec<OpenCondition> {
    let numbers = file.account_numbers();
    let gone: Vec<&AccountNumber<'_>> = numbers.iter().filter(|it| goes(it, plan, file)).collect();
    let mut open: Vec<OpenCondition> = Vec::new();
    for it in &gone {
        let stays = numbers.iter().find(|other| {
            other.number == it.number
                && other.says == it.says
                && are_of_one(it.step, other.step)
                && !gone.iter().any(|gone| gone.range == other.range)
        });
        if let Some(other) = stays {
            let condition = OpenCondition::new(
                format!(
                    "whether line {} still means the same account: it says {}, which line {} says no more",
                    other.line(),
                    it.number,
                    it.line()
                ),
                "change both, in one recipe",
            );
            if !open.contains(&condition) {
                open.push(condition);
            }
        }
    }
    open
}

/// Whether a plan puts another number in the place of one, or takes it from who makes the account.
fn goes(number: &AccountNumber<'_>, plan: &Plan<'_>, file: &Model<'_>) -> bool {
    let mut changes = plan.ops.iter().flat_map(changed);
    let touching = changes.find(|(range, _)| {
        let both = range.intersect(number.range);
        both.is_some_and(|it| !it.is_empty())
    });
    let Some((range, text)) = touching else {
        return false;
    };
    let (start, end) = (number.range.start(), number.range.end());
    let around = |from: TextSize, to: TextSize| {
        if from < to {
            &file.text()[TextRange::new(from, to)]
        } else {
            ""
        }
    };
    let now = [around(start, range.start()), text, around(range.end(), end)].concat();
    let is_made = number
        .command
        .is_some_and(|it| account_tool(it.name()).is_some());
    let mut numbers = now
        .split(|it: char| !it.is_ascii_digit())
        .filter(|it| !it.is_empty());
    let is_another = numbers.clone().next().is_some();
    !numbers.any(|it| it == number.number) && (is_made || is_another)
}

/// The bytes that a part of a change takes, with what comes for them.
fn changed<'o>(op: &'o Op<'_>) -> Vec<(TextRange, &'o str)> {
    match op {
        Op::Word(word, text) => vec![(word.range(), text)],
        Op::Bytes(range, text) => vec![(*range, text)],
        Op::Remove(words) => words.iter().map(|it| (it.range(), "")).collect(),
        Op::RemovePiece(range) => vec![(*range, "")],
        Op::ReplaceInstruction(step, source) => vec![(step.range(), source)],
        Op::RemoveCommand(command) => vec![(command.range(), "")],
        Op::RemoveCommands(commands) => commands.iter().map(|it| (it.range(), "")).collect(),
        Op::RemoveInstruction(step) => vec![(step.range(), "")],
        _ => Vec::new(),
    }
}

/// Whether two steps are of one image: one stage is based on the other, or a default decides.
fn are_of_one(one: Step<'_>, other: Step<'_>) -> bool {
    let (Some(one), Some(other)) = (one.stage(), other.stage()) else {
        return true;
    };
    let is_above =
        |it: Stage<'_>, of: Stage<'_>| of.base_chain().any(|base| base.index() == it.index());
    is_above(one, other) || is_above(other, one)
}

/// What is open where a program goes that runs a command as another user: the one in force runs it then.
pub(super) fn without_rights(plan: &Plan<'_>) -> Vec<OpenCondition> {
    let gone = plan.ops.iter().filter_map(|op| match op {
        Op::RemoveWrapper(command, index) => Some((*command, command.wrappers().nth(*index)?)),
        _ => None,
    });
    let of_user = gone.filter(|(_, it)| it.kind == WrapperKind::User);
    let open = of_user.filter_map(|(command, wrapper)| {
        let (step, stage) = (command.step(), command.stage()?);
        let is_roots = wrapper.user.is_none_or(|it| it.is("root") || it.is("0"));
        if is_roots && stage.user_at(step).is_root().is_yes() {
            return None;
        }
        Some(OpenCondition::new(
            format!(
                "whether the user in force at line {} may do what `{}` does: `{}` made it another's",
                step.line_at(command.range().start()),
                command.name(),
                wrapper.name
            ),
            "let `USER` say the right one before it",
        ))
    });
    open.collect()
}

/// What is open where a `RUN` comes: it is the user's who is in force there.
pub(super) fn of_added_runs(plan: &Plan<'_>) -> Option<OpenCondition> {
    let says_user = |source: &str| {
        source
            .lines()
            .any(|it| it.trim_start().starts_with("USER "))
    };
    plan.ops.iter().find_map(|op| {
        let (Op::InstructionBefore(step, source) | Op::InstructionAfter(step, source)) = op else {
            return None;
        };
        let is_run = source.lines().any(|it| it.trim_start().starts_with("RUN "));
        let stage = step.stage()?;
        let is_root = stage.user_at(*step).is_root();
        (is_run && !says_user(source) && !is_root.is_yes() && !step.is_run()).then(|| {
            OpenCondition::new(
                format!(
                    "whether the user in force at line {} may do what the new RUN does",
                    step.line()
                ),
                "let `USER root` stand before it, and the user behind it",
            )
        })
    })
}

/// What is open where a user or a group is made no more that something behind names.
pub(super) fn made_no_more(plan: &Plan<'_>, file: &Model<'_>) -> Option<OpenCondition> {
    let comes = |name: &str| {
        plan.ops.iter().any(|op| {
            let changes = changed(op);
            let comes = changes.iter().any(|(_, text)| text.contains(name));
            comes || matches!(op, Op::InstructionBefore(_, it) | Op::InstructionAfter(_, it) | Op::CommandBefore(_, it) | Op::CommandAfter(_, it) if it.contains(name))
        })
    };
    let goes = |it: TextRange| {
        let mut changes = plan.ops.iter().flat_map(changed);
        changes.any(|(range, _)| range.contains_range(it))
    };
    let makers = file
        .commands()
        .filter(|it| account_tool(it.name()).is_some() && goes(it.range()));
    let names = makers.filter_map(|it| Some((it.step(), it.args().next_back()?.value()?)));
    let names: Vec<(Step<'_>, &str)> = names.filter(|(_, name)| !comes(name)).collect();
    names.iter().find_map(|(maker, name)| {
        let says = |text: &str| text.split(':').any(|it| it == *name);
        let is_named = |step: &Step<'_>| {
            let owner = step
                .flag("chown")
                .and_then(Flag::value)
                .and_then(Word::value);
            let user = step.words().next().filter(|_| step.is(StepKind::User));
            owner.or(user.and_then(Word::value)).is_some_and(says)
        };
        let mut behind = file.steps().filter(|it| {
            it.index() > maker.index() && are_of_one(*maker, *it) && !goes(it.range())
        });
        let user = behind.find(is_named)?;
        Some(OpenCondition::new(
            format!(
                "whether `{name}` is there at line {}, which names it: what makes it goes",
                user.line()
            ),
            "make it elsewhere, or change that, too",
        ))
    })
}
