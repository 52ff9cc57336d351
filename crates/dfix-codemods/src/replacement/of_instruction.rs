//! What becomes of instructions.

use dfix_engine::Effect;
use dfix_model::{Pair, Step, StepKind, WordKind, reads_variable};

use crate::matching::state::{Slot, State};
use crate::pattern::are_alike;
use crate::pattern::command::Shape;
use crate::pattern::instruction::{Arguments, InstructionPattern, ScriptItem};
use crate::pattern::template::Template;
use crate::pattern::words::{Item, WordPattern};
use crate::replacement::align::{Fate, align};
use crate::replacement::carry::{self, Target};
use crate::replacement::lost::{gone_with, may_go};
use crate::replacement::of_command::{in_place, rewritten};
use crate::replacement::of_flags::flags;
use crate::replacement::of_from::{images, stage_name};
use crate::replacement::of_keyword::{self, keyword};
use crate::replacement::of_pairs::{pairs, untaken};
use crate::replacement::of_pipeline;
use crate::replacement::of_sets;
use crate::replacement::of_words::{Placed, filled, filled_if, insert, list, words_of};
use crate::replacement::plan::{Op, Others, Plan, Planned};
use crate::replacement::readers::{left_without, named_elsewhere};
use crate::replacement::{of_command, of_copy, of_folding, of_form, render};

/// The change of instructions that the patterns fit. `others`: as for images.
pub(crate) fn plan<'m>(
    old: &[&InstructionPattern],
    new: &[InstructionPattern],
    template: &Template,
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    let step_of = |pattern: &InstructionPattern| match state.slot(pattern.slot) {
        Some(Slot::Step(step)) => Some(*step),
        _ => None,
    };
    let new: Vec<&InstructionPattern> = new.iter().collect();
    let is_equal = |a: &&InstructionPattern, b: &&InstructionPattern| {
        a.keyword == b.keyword && a.is_onbuild == b.is_onbuild
    };
    let mut plan = Plan::default();
    let first = old
        .first()
        .and_then(|it| step_of(it))
        .ok_or("no instruction was found")?;
    let mut before: Option<Step<'m>> = None;
    let mut waiting: Vec<String> = Vec::new();
    let fates = align(old, &new, is_equal, |_, _| true);
    of_folding::check(old, &new, &fates, &step_of)?;
    let gone = fates.iter().filter_map(|it| match it {
        Fate::Removed(index) => step_of(old[*index]),
        _ => None,
    });
    let gone: Vec<Step<'m>> = gone.collect();
    for fate in fates {
        match fate {
            Fate::Kept(i, j) | Fate::Replaced(i, j) => {
                let step = step_of(old[i]).ok_or("no instruction was found")?;
                plan.take(one(old[i], new[j], template, (step, &gone), state, others)?);
                before = Some(step);
            }
            Fate::Removed(i) => {
                let step = step_of(old[i]).ok_or("no instruction was found")?;
                removed(old[i], step, state, &mut plan)?;
                if !new.is_empty() {
                    plan.open.extend(gone_with(old[i], state)?);
                    of_keyword::folded(step, &new, &mut plan)?;
                    still_set(&new, step, state, &mut plan);
                }
            }
            Fate::Added(j) => {
                let source = render::instruction(template, new[j], state)?;
                let source = behind_onbuild(first, new[j], source);
                of_copy::into_folder(new[j], first, false, state, &mut plan)?;
                plan.declare(inserted(new[j], first, state)?);
                match before {
                    Some(step) => plan.push(Op::InstructionAfter(step, source)),
                    None => waiting.push(source),
                }
            }
        }
    }
    for source in waiting {
        plan.push(Op::InstructionBefore(first, source));
    }
    Ok(plan)
}

/// Takes back what was asked of keys that go in one instruction and stand in another.
fn still_set<'m>(
    new: &[&InstructionPattern],
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) {
    let of_kind = new.iter().filter(|it| it.kind == step.kind());
    let pairs = of_kind.flat_map(|it| match &it.arguments {
        Arguments::Pairs(pairs) => pairs.as_slice(),
        _ => &[],
    });
    for key in pairs.filter_map(|it| filled(&it.key, state).ok()) {
        let told = left_without(step, &key, false);
        plan.open.retain(|it| !told.contains(it));
    }
}

/// An instruction that comes in the place of others, behind `ONBUILD` where they stand so, as it is written there.
fn behind_onbuild(step: Step<'_>, new: &InstructionPattern, source: String) -> String {
    if !step.is_onbuild() || new.is_onbuild {
        return source;
    }
    let written = &step.file().text()[step.range()];
    let onbuild = written
        .split([' ', '\t', '\\', '`'])
        .next()
        .unwrap_or("ONBUILD");
    format!("{onbuild} {source}")
}

/// Takes away what a pattern mentions: the instruction, or of pairs and ports those that it names.
fn removed<'m>(
    pattern: &InstructionPattern,
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let why = match nothing_left(pattern, step, state) {
        Ok(()) => {
            plan.declare(Effect::removed(step));
            let keys = step.pairs().filter_map(Pair::key_text);
            plan.open
                .extend(keys.flat_map(|it| left_without(step, it, false)));
            plan.push(Op::RemoveInstruction(step));
            return Ok(());
        }
        Err(why) => why,
    };
    plan.declare(Effect::changed(step));
    match &pattern.arguments {
        Arguments::Pairs(items) => pairs(items, &[], (step, &[]), state, plan),
        Arguments::Words {
            items,
            is_set: true,
        } => words(items, &[], true, step, state, plan),
        _ => Err(why),
    }
}

/// What a new instruction declares.
fn inserted(
    new: &InstructionPattern,
    first: Step<'_>,
    state: &State<'_>,
) -> Result<Effect, String> {
    let stage = first.stage().map_or(0, dfix_model::Stage::index);
    let is_onbuild = new.is_onbuild || first.is_onbuild();
    Ok(match &new.arguments {
        _ if is_onbuild => Effect::Inserted {
            stage,
            keyword: "ONBUILD",
        },
        Arguments::Pairs(pairs) if new.kind == StepKind::Env => {
            let keys = pairs.iter().map(|it| filled(&it.key, state));
            Effect::environment(stage, keys.collect::<Result<Vec<_>, _>>()?)
        }
        Arguments::Pairs(pairs) if first.stage().is_none() => Effect::GlobalArg {
            name: pairs
                .first()
                .map_or(Ok(String::new()), |it| filled(&it.key, state))?,
        },
        _ if new.kind == StepKind::User => Effect::User { stage },
        _ => Effect::Inserted {
            stage,
            keyword: new.keyword,
        },
    })
}

/// Whether a pattern mentions all of an instruction that goes, so that nothing else goes with it.
fn nothing_left(
    pattern: &InstructionPattern,
    step: Step<'_>,
    state: &State<'_>,
) -> Result<(), String> {
    let has = |slot: usize, number: usize| matches!(state.slot(slot), Some(Slot::Number(it)) if *it == number);
    for (index, flag) in step.flags().enumerate() {
        if !pattern.flags.iter().any(|it| has(it.slot, index)) {
            return Err(format!(
                "`--{}` is not in the pattern, and would be lost",
                flag.name()
            ));
        }
    }
    match &pattern.arguments {
        Arguments::Pairs(items) => {
            for (index, pair) in step.pairs().enumerate() {
                if !items.iter().any(|it| has(it.slot, index)) {
                    let key = pair.key_text().unwrap_or("a pair");
                    return Err(format!("`{key}` is not in the pattern, and would be lost"));
                }
            }
        }
        Arguments::Words {
            items,
            is_set: true,
        } => {
            let all: Vec<&Item> = items.iter().collect();
            let mut words: Vec<_> = items.iter().flat_map(|it| words_of(it, state)).collect();
            words.extend(of_sets::there_again(&all, &words, step));
            if let Some(word) = step.words().find(|it| !words.contains(it)) {
                return Err(format!(
                    "`{}` is not in the pattern, and would be lost",
                    word.shortened()
                ));
            }
        }
        _ => {}
    }
    Ok(())
}

fn one<'m>(
    old: &InstructionPattern,
    new: &InstructionPattern,
    template: &Template,
    (step, gone): (Step<'m>, &[Step<'m>]),
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    let is_other_place = old.is_onbuild != new.is_onbuild;
    if is_other_place || !are_alike(&old.arguments, &new.arguments) {
        nothing_left(old, step, state)?;
        let mut plan = Plan::default();
        plan.open.extend(gone_with(old, state)?);
        if let Arguments::Pairs(items) = &new.arguments {
            for item in items {
                let value = filled_if(item.value.as_ref(), state)?;
                let pair = (&*filled(&item.key, state)?, value.as_deref());
                untaken(pair, new.kind, step, &|it, _| it == step)?;
            }
        }
        of_copy::into_folder(new, step, true, state, &mut plan)?;
        let source = render::instruction(template, new, state)?;
        let source = if is_other_place {
            source
        } else {
            behind_onbuild(step, new, source)
        };
        plan.declare(Effect::changed(step));
        plan.push(Op::ReplaceInstruction(step, source));
        return Ok(plan);
    }
    let changes_form = of_form::changes(old, new, step);
    // What comes in the exec form is looked at word by word.
    if !(changes_form && new.is_exec) {
        let target = if changes_form {
            Target::Shell(new.kind)
        } else {
            Target::of(kind_of_words(step), new.kind)
        };
        carry::check_all(&new.words(), target, state)?;
    }
    let mut plan = Plan::default();
    if old.keyword != new.keyword {
        if !of_keyword::fits_all(old, step, state)
            && let Err(why) = nothing_left(old, step, state)
            && let Some(apart) = parted(old, new, template, step, state, why)?
        {
            return Ok(apart);
        }
        of_keyword::change(old, new, step, &mut plan)?;
    }
    flags(&old.flags, &new.flags, step, state, &mut plan)?;
    let mut effects = Vec::new();
    match (&old.arguments, &new.arguments) {
        (
            Arguments::From { image: from, name },
            Arguments::From {
                image: to,
                name: new_name,
            },
        ) => {
            let images = images(from, to, step, state, others)?;
            let is_image_only = plan.ops.is_empty();
            plan.take(images);
            let is_named = stage_name(name.as_ref(), new_name.as_ref(), step, state, &mut plan)?;
            if is_named || !is_image_only {
                effects.push(Effect::changed(step));
            }
        }
        (
            Arguments::Words { items, is_set },
            Arguments::Words {
                items: words_of_new,
                ..
            },
        ) => {
            of_copy::into_folder(new, step, true, state, &mut plan)?;
            words(items, words_of_new, *is_set, step, state, &mut plan)?;
        }
        (Arguments::Pairs(old), Arguments::Pairs(new)) => {
            pairs(old, new, (step, gone), state, &mut plan)?;
        }
        (Arguments::Script(old), Arguments::Script(items)) if changes_form => {
            plan.take(of_form::plan(old, items, template, step, state)?);
        }
        (Arguments::Script(old), Arguments::Script(items)) => {
            if kind_of_words(step) == WordKind::Shell {
                plan.open
                    .extend(render::several_words(template, new.range.clone(), state));
            }
            let new = items;
            plan.open.extend(of_form::without_shell(old, new, step));
            script(old, new, template, step, state, &mut plan)?;
        }
        (Arguments::Any(old), Arguments::Any(new)) if old == new => {}
        (Arguments::Script(old), Arguments::Any(list)) => {
            plan.take(of_command::without_wrappers(old, list, state)?);
        }
        (Arguments::Nothing, Arguments::Nothing) => {}
        _ => return Err("a whole script cannot become something else".to_owned()),
    }
    let is_moved = |it: &Op<'m>| match (step.target(), it) {
        (Some(target), Op::Word(word, _)) => target.range() == word.range(),
        (Some(target), Op::Bytes(range, _)) => target.range().contains_range(*range),
        _ => false,
    };
    if !plan.ops.is_empty() && (!step.is_copy_or_add() || plan.ops.iter().any(is_moved)) {
        plan.open.extend(named_elsewhere(step));
    }
    if !plan.ops.is_empty() && plan.effects.is_empty() && effects.is_empty() {
        effects.push(Effect::changed(step));
    }
    for effect in effects {
        plan.declare(effect);
    }
    Ok(plan)
}

/// What the pattern mentions of a list of pairs or ports, in an instruction of its own behind it: another keyword is not for the
/// rest, for the reason `why`. `None` where the instruction has no such list.
fn parted<'m>(
    old: &InstructionPattern,
    new: &InstructionPattern,
    template: &Template,
    step: Step<'m>,
    state: &State<'m>,
    why: String,
) -> Result<Option<Plan<'m>>, String> {
    let mut plan = Plan::default();
    let mut source = render::instruction(template, new, state)?;
    match (&old.arguments, &new.arguments) {
        (Arguments::Pairs(items), Arguments::Pairs(coming)) => {
            if step.pairs().any(Pair::is_legacy) {
                return Err(why);
            }
            pairs(items, &[], (step, &[]), state, &mut plan)?;
            let there: Vec<Pair<'m>> = coming
                .iter()
                .filter(|it| {
                    items
                        .iter()
                        .any(|old| old.key == it.key && old.value == it.value)
                })
                .filter_map(|it| {
                    match state.slot(items.iter().find(|old| old.key == it.key)?.slot) {
                        Some(Slot::Number(index)) => step.pairs().nth(*index),
                        _ => None,
                    }
                })
                .collect();
            for pair in &there {
                let reads = |it: &Pair<'_>| {
                    let key = it.key_text();
                    key.is_some_and(|key| reads_variable(&step.file().text()[pair.range()], key))
                };
                if let Some(other) = step.pairs().find(reads) {
                    return Err(format!(
                        "it reads `{}`, which the same instruction sets: behind it the value would be another",
                        other.key_text().unwrap_or_default()
                    ));
                }
            }
            if there.len() == coming.len() {
                let written = there.iter().map(|it| &step.file().text()[it.range()]);
                let written: Vec<&str> = written.collect();
                source = format!("{} {}", new.keyword, written.join(" "));
            }
        }
        (
            Arguments::Words {
                items,
                is_set: true,
            },
            Arguments::Words { .. },
        ) => words(items, &[], true, step, state, &mut plan)?,
        _ => return Ok(None),
    }
    if let Some(rest) = source.strip_prefix(new.keyword) {
        source = format!("{}{rest}", keyword(step, new.keyword));
    }
    plan.declare(Effect::changed(step));
    plan.declare(inserted(new, step, state)?);
    plan.push(Op::InstructionAfter(
        step,
        behind_onbuild(step, new, source),
    ));
    Ok(Some(plan))
}

/// How the words of an instruction, or of its script, are written.
fn kind_of_words(step: Step<'_>) -> WordKind {
    let has_script = matches!(
        step.kind(),
        StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
    );
    if step.instruction().exec_form().is_some() {
        WordKind::Json
    } else if has_script {
        WordKind::Shell
    } else {
        WordKind::Dockerfile
    }
}

fn words<'m>(
    old: &[Item],
    new: &[Item],
    is_set: bool,
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let mut placed = Vec::new();
    let target = Target::of(kind_of_words(step), step.kind());
    if is_set {
        return of_sets::set(old, new, step, target, state, plan);
    }
    list(old, new, target, state, plan, &mut placed)?;
    let Some(first) = step.word() else {
        return Ok(());
    };
    // What stands before all that is there.
    let leading = placed
        .iter()
        .take_while(|it| !matches!(it, Placed::There(Some(_))))
        .count();
    for place in &placed[..leading] {
        if let Placed::New(words) = place {
            for new in words {
                plan.push(Op::InsertBefore(first, new.clone()));
            }
        }
    }
    insert(&placed[leading..], first, plan);
    Ok(())
}

fn script<'m>(
    old: &[ScriptItem],
    new: &[ScriptItem],
    template: &Template,
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let is_equal = |a: &ScriptItem, b: &ScriptItem| {
        let heads = |it: &ScriptItem| -> Vec<WordPattern> {
            let all = it.pipeline.commands().flat_map(|it| match &it.shape {
                Shape::Zones(zones) => zones.heads.as_slice(),
                Shape::Ordered(_) => &[],
            });
            all.map(|it| it.word.clone()).collect()
        };
        // What has the same holes is the same, where there are several alike.
        let names = |it: &ScriptItem| -> Vec<usize> {
            let words = it.pipeline.words().into_iter();
            let holes = words.flat_map(WordPattern::holes);
            holes.filter_map(|it| it.name).collect()
        };
        let programs = |it: &ScriptItem| -> Vec<WordPattern> {
            let all = it.pipeline.commands().map(|it| it.program.word.clone());
            all.collect()
        };
        let (mine, its) = (names(a), names(b));
        let shares = mine.iter().any(|it| its.contains(it)) || (mine.is_empty() && its.is_empty());
        shares && programs(a) == programs(b) && heads(a) == heads(b)
    };
    let fates = align(old, new, is_equal, |_, _| true);
    let mut before = None;
    let mut waiting: Vec<String> = Vec::new();
    for fate in fates {
        match fate {
            Fate::Kept(i, j) | Fate::Replaced(i, j) => {
                let commands = old[i].pipeline.found(state);
                let (first, last) = match commands.as_slice() {
                    [first, .., last] => (*first, *last),
                    [one] => (*one, *one),
                    [] => return Err("no command was found".to_owned()),
                };
                let (old, new) = (&old[i].pipeline, &new[j].pipeline);
                let changed = match (old.as_one(), new.as_one()) {
                    (Some(old), Some(new)) => in_place(old, new, first, state).or_else(|why| {
                        why.or_else(|why| {
                            rewritten(old, Some(new), first, state, why, || {
                                render::source(template, new.range.clone(), step.kind(), state)
                            })
                        })
                    }),
                    _ => of_pipeline::plan(old, new, template, state),
                };
                plan.take(changed?);
                for source in waiting.drain(..) {
                    plan.declare(Effect::commands_of(step));
                    plan.push(Op::CommandBefore(first, source));
                }
                before = Some(last);
            }
            Fate::Removed(i) => {
                let commands = old[i].pipeline.found(state);
                for (pattern, command) in old[i].pipeline.commands().zip(&commands) {
                    may_go(pattern, *command, state)?;
                    plan.declare(Effect::arguments_of(*command));
                }
                plan.declare(Effect::commands_of(step));
                plan.push(match commands.as_slice() {
                    [one] => Op::RemoveCommand(*one),
                    _ => Op::RemoveCommands(commands),
                });
            }
            Fate::Added(j) => {
                let range = new[j].pipeline.range();
                let source = render::source(template, range, step.kind(), state)?;
                match before {
                    Some(command) => {
                        plan.declare(Effect::commands_of(step));
                        plan.push(Op::CommandAfter(command, source));
                    }
                    None => waiting.push(source),
                }
            }
        }
    }
    if waiting.is_empty() {
        return Ok(());
    }
    Err("no command would be left".to_owned())
}
