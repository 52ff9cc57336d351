//! What becomes of instructions.

use dfix_engine::{Effect, OpenCondition};
use dfix_model::{AddedSource, Step, StepKind, WordKind};
use dfix_syntax::ast::{AstNode, Instruction};
use dfix_syntax::{TextRange, takes_flag};

use crate::matching::state::{Slot, State, Text};
use crate::pattern::are_alike;
use crate::pattern::command::Shape;
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::{
    Arguments, FlagItem, FlagValue, InstructionPattern, ScriptItem, mount_of, reference_of,
};
use crate::pattern::template::Template;
use crate::pattern::words::{Item, WordPattern};
use crate::replacement::align::{Fate, align};
use crate::replacement::carry::{self, Target};
use crate::replacement::change::change_word;
use crate::replacement::of_command::{in_place, may_go, rewritten};
use crate::replacement::of_image;
use crate::replacement::of_pairs::{pairs, untaken};
use crate::replacement::of_pipeline;
use crate::replacement::of_sets;
use crate::replacement::of_words::{Placed, filled, insert, list, words_of};
use crate::replacement::plan::{Op, Others, Plan, Planned};
use crate::replacement::{of_command, render};

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
    for fate in align(old, &new, is_equal, |_, _| true) {
        match fate {
            Fate::Kept(i, j) | Fate::Replaced(i, j) => {
                let step = step_of(old[i]).ok_or("no instruction was found")?;
                plan.take(one(old[i], new[j], template, step, state, others)?);
                before = Some(step);
            }
            Fate::Removed(i) => {
                let step = step_of(old[i]).ok_or("no instruction was found")?;
                removed(old[i], step, state, &mut plan)?;
            }
            Fate::Added(j) => {
                let source = render::instruction(template, new[j], state)?;
                let source = behind_onbuild(first, new[j], source);
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
            plan.push(Op::RemoveInstruction(step));
            return Ok(());
        }
        Err(why) => why,
    };
    plan.declare(Effect::changed(step));
    match &pattern.arguments {
        Arguments::Pairs(items) => pairs(items, &[], step, state, plan),
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
    step: Step<'m>,
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    let is_other_place = old.is_onbuild != new.is_onbuild;
    if is_other_place || !are_alike(&old.arguments, &new.arguments) {
        nothing_left(old, step, state)?;
        let mut plan = Plan::default();
        if let Arguments::Pairs(items) = &new.arguments {
            for item in items {
                untaken(&filled(&item.key, state)?, new.kind, step, &|it, _| {
                    it == step
                })?;
            }
        }
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
    let target = Target::of(kind_of_words(step), new.kind);
    carry::check_all(&new.words(), target, state)?;
    let mut plan = Plan::default();
    if old.keyword != new.keyword {
        plan.declare(Effect::changed(step));
        for flag in step.flags() {
            let goes = old.flags.iter().any(|it| {
                it.name.eq_ignore_ascii_case(flag.name())
                    && !new.flags.iter().any(|new| new.name == it.name)
            });
            if !goes && !takes_flag(new.keyword, &flag.name().to_ascii_lowercase()) {
                return Err(format!("{} takes no `--{}`", new.keyword, flag.name()));
            }
        }
        if new.kind == StepKind::Arg && step.pairs().any(dfix_model::Pair::is_legacy) {
            return Err("ARG has no form `key value`: write it with a `=` first".to_owned());
        }
        if step.is_copy_or_add() {
            unlike(step, new.kind, &mut plan)?;
        }
        plan.push(Op::Bytes(step.keyword_range(), keyword(step, new.keyword)));
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
        (Arguments::Words { items, is_set }, Arguments::Words { items: new, .. }) => {
            words(items, new, *is_set, step, state, &mut plan)?;
        }
        (Arguments::Pairs(old), Arguments::Pairs(new)) => pairs(old, new, step, state, &mut plan)?,
        (Arguments::Script(old), Arguments::Script(new)) => {
            script(old, new, template, step, state, &mut plan)?;
        }
        (Arguments::Any(old), Arguments::Any(new)) if old == new => {}
        (Arguments::Script(old), Arguments::Any(list)) => {
            plan.take(of_command::without_wrappers(old, list, state)?);
        }
        (Arguments::Nothing, Arguments::Nothing) => {}
        _ => return Err("a whole script cannot become something else".to_owned()),
    }
    if !plan.ops.is_empty() && plan.effects.is_empty() && effects.is_empty() {
        effects.push(Effect::changed(step));
    }
    for effect in effects {
        plan.declare(effect);
    }
    Ok(plan)
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

/// Refuses, or tells, where `ADD` does with a source what `COPY` does not, and one becomes the other.
fn unlike(step: Step<'_>, new: StepKind, plan: &mut Plan<'_>) -> Result<(), String> {
    for source in step.sources() {
        let word = source.shortened();
        match step.file().added_source(source) {
            AddedSource::Plain => {}
            AddedSource::Fetched if new == StepKind::Copy => {
                return Err(format!("COPY fetches nothing, and `{word}` is an address"));
            }
            AddedSource::Fetched => {}
            AddedSource::Unpacked => plan.open.push(OpenCondition::new(
                match new {
                    StepKind::Copy => {
                        format!("whether `{word}` may stay packed, which COPY does not unpack")
                    }
                    _ => format!("whether `{word}` may be unpacked, as ADD does"),
                },
                "see what uses it",
            )),
            AddedSource::Unknown(open) => plan.open.push(open),
        }
    }
    Ok(())
}

/// A keyword in the letter case of the one that stands there.
fn keyword(step: Step<'_>, new: &str) -> String {
    let range = step.keyword_range();
    let old = &step.file().text()[range];
    let is_lower = |c: char| c.is_lowercase();
    if old.chars().all(is_lower) {
        new.to_ascii_lowercase()
    } else if old.chars().skip(1).all(is_lower) {
        let (first, rest) = new.split_at(1);
        format!("{first}{}", rest.to_ascii_lowercase())
    } else {
        new.to_owned()
    }
}

fn flags<'m>(
    old: &[FlagItem],
    new: &[FlagItem],
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let flag_of = |item: &FlagItem| match state.slot(item.slot) {
        Some(Slot::Number(index)) => step.flags().nth(*index),
        _ => None,
    };
    let mut rest: Vec<&FlagItem> = old.iter().collect();
    for item in new {
        let same = rest
            .iter()
            .position(|it| it.name == item.name && it.value == item.value)
            .or_else(|| rest.iter().position(|it| it.name == item.name));
        let Some(before) = same.map(|index| rest.remove(index)) else {
            let target = Target::Dockerfile(step.kind());
            let text = render::pieces(&item.source, state, target)?;
            let there = step.flags().find(|it| it.name() == item.name);
            let is_there = there
                .and_then(dfix_model::Flag::value)
                .is_some_and(|it| it.value() == Some(text.as_str()));
            match there {
                Some(_) if is_there || (text.is_empty()) => {}
                Some(_) if item.name != "mount" => {
                    return Err(format!("`--{}` is there already", item.name));
                }
                _ => plan.push(Op::AddFlag(step, item.name.clone(), text)),
            }
            continue;
        };
        if before.value == item.value {
            continue;
        }
        let Some(flag) = flag_of(before) else {
            continue;
        };
        match (&item.value, flag.value(), mount_of(step, flag)) {
            (FlagValue::Word(new), Some(value), _) => {
                plan.push(change_word(&Text::of_word(value), &filled(new, state)?)?);
            }
            (FlagValue::Mount(options), _, Some(mount)) => {
                for (name, value) in options {
                    let there = mount.option(name);
                    let (Some(value), Some(there)) = (value, there) else {
                        return Err(format!("the option `{name}` of a mount cannot come or go"));
                    };
                    plan.push(change_word(&Text::of_word(there), &filled(value, state)?)?);
                }
            }
            _ => return Err(format!("`--{}` cannot become that", item.name)),
        }
    }
    for item in rest {
        plan.push(flag_of(item).map(|flag| Op::RemovePiece(flag.range())));
    }
    Ok(())
}

fn images<'m>(
    old: &ImagePattern,
    new: &ImagePattern,
    step: Step<'m>,
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    match reference_of(step) {
        Some(reference) => of_image::plan(old, new, &reference, state, others),
        None => match (old, new) {
            (ImagePattern::Whole(old), ImagePattern::Whole(new)) if old == new => {
                Ok(Plan::default())
            }
            _ => Err("it is based on another stage".to_owned()),
        },
    }
}

/// Changes the name of a stage; whether there was something to change.
fn stage_name<'m>(
    old: Option<&Item>,
    new: Option<&Item>,
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<bool, String> {
    let word = |item: Option<&Item>| item.map(|it| it.word.clone());
    if word(old) == word(new) {
        return Ok(false);
    }
    let Instruction::From(from) = step.instruction() else {
        return Ok(false);
    };
    let there = from.stage_name().map(|it| it.syntax().text_range());
    let name = new.map(|it| filled(&it.word, state)).transpose()?;
    match (there, name) {
        (Some(range), Some(name)) => {
            let is_used = step.stage().is_some_and(|stage| {
                stage.children().next().is_some() || stage.copied_by().next().is_some()
            });
            if is_used {
                return Err("other instructions use the stage's name".to_owned());
            }
            plan.push(Op::Bytes(range, name));
        }
        (None, Some(name)) => {
            let Some(image) = from.image() else {
                return Ok(false);
            };
            let end = image.syntax().text_range().end();
            let keyword = keyword(step, "AS");
            plan.push(Op::Bytes(
                TextRange::empty(end),
                format!(" {keyword} {name}"),
            ));
        }
        (Some(_), None) => return Err("the name of a stage cannot go".to_owned()),
        (None, None) => return Ok(false),
    }
    Ok(true)
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
