//! Users and groups that a rewrite names, and that may not be there: the build fails (`COPY --chown`), or the container does
//! not start (`USER`). And numbers of theirs that it changes in one place of several.

use dfix_catalogue::account_tool;
use dfix_engine::OpenCondition;
use dfix_model::{Command, Flag, Model, Step, StepKind, Ternary, Word};
use dfix_syntax::TextRange;

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

/// What is open where the number that an account is made with becomes another: other places of the file name the old one.
pub(super) fn renumbered(plan: &Plan<'_>, file: &Model<'_>) -> Vec<OpenCondition> {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let makers = file
        .commands()
        .filter(|it| account_tool(it.name()).is_some());
    let numbers = makers.flat_map(Command::args).filter_map(|word| {
        let old = word.value().filter(|it| is_number(it))?;
        let mut ops = plan.ops.iter();
        let new = ops.find_map(|op| match op {
            Op::Word(it, text) => (it.range() == word.range()).then(|| text.clone()),
            Op::Bytes(range, text) if word.range().contains_range(*range) => {
                let (start, end) = (word.range().start(), word.range().end());
                let around = |from, to| &file.text()[TextRange::new(from, to)];
                let (before, after) = (around(start, range.start()), around(range.end(), end));
                Some(format!("{before}{text}{after}"))
            }
            _ => None,
        })?;
        (is_number(&new) && new != old).then_some((word.range(), old, new))
    });
    let mut open = Vec::new();
    for (range, old, new) in numbers {
        let names_it = |step: &Step<'_>| {
            let is_it = |it: Word<'_>| {
                let text = it.value().unwrap_or_default();
                it.range() != range && text.split(':').any(|part| part == old)
            };
            let owner = step.flag("chown").and_then(Flag::value);
            let mut commands = step.commands();
            owner.is_some_and(is_it)
                || step.is(StepKind::User) && step.words().any(is_it)
                || commands.any(|it| {
                    it.is_one_of(&["chown", "gosu", "setpriv", "su-exec"]) && it.args().any(is_it)
                })
        };
        if let Some(step) = file.steps().find(names_it) {
            open.push(OpenCondition::new(
                format!(
                    "whether line {} still means the account that gets the number {new}: it says {old}",
                    step.line()
                ),
                "change both, in one recipe",
            ));
        }
    }
    open
}
