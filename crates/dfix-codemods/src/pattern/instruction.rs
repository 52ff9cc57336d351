//! Patterns of instructions: `COPY --from={stage} {sources...} {target}`, alone or several in a row.

use dfix_model::{Command, Flag, ImagePosition, Mount, Operator, Pair, Step, StepKind};
use dfix_syntax::ast::{AstNode, Instruction};

use crate::matching::choose::each_of_its_own;
use crate::matching::reference::Reference;
use crate::matching::state::{Slot, State, Text, Then};
use crate::pattern::command::CommandPattern;
use crate::pattern::image::{ImagePattern, whole};
use crate::pattern::pipeline::{PipelinePattern, pipelines};
use crate::pattern::template::Hole;
use crate::pattern::words::{Element, Item, WordPattern, among, in_order};

/// A line of a pattern of several instructions.
#[derive(Debug, Clone)]
pub(crate) enum Line {
    /// `...`: any instructions, or none.
    Skip,
    Instruction(Box<InstructionPattern>),
}

/// A pattern of one instruction.
#[derive(Debug, Clone)]
pub(crate) struct InstructionPattern {
    pub(crate) kind: StepKind,
    /// In upper case.
    pub(crate) keyword: &'static str,
    pub(crate) is_onbuild: bool,
    /// Whether it is found behind `ONBUILD`, too, where that is not written: where all of a row stand behind it.
    pub(crate) may_be_onbuild: bool,
    pub(crate) flags: Vec<FlagItem>,
    /// Whether its arguments are written as JSON.
    pub(crate) is_exec: bool,
    pub(crate) arguments: Arguments,
    /// For the step.
    pub(crate) slot: usize,
    /// Its bytes in the template's text.
    pub(crate) range: std::ops::Range<usize>,
}

/// A flag of a pattern.
#[derive(Debug, Clone)]
pub(crate) struct FlagItem {
    pub(crate) name: String,
    pub(crate) value: FlagValue,
    /// The value as it is written.
    pub(crate) source: WordPattern,
    pub(crate) slot: usize,
}

/// What a flag is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FlagValue {
    None,
    Word(WordPattern),
    /// The options of a mount; others may be there.
    Mount(Vec<(String, Option<WordPattern>)>),
}

/// What stands behind the flags.
#[derive(Debug, Clone)]
pub(crate) enum Arguments {
    From {
        image: ImagePattern,
        /// None: with or without a name.
        name: Option<Item>,
    },
    Words {
        items: Vec<Item>,
        is_set: bool,
    },
    Pairs(Vec<PairItem>),
    /// One hole: any script or command.
    Any(Hole),
    Script(Vec<ScriptItem>),
    /// `HEALTHCHECK NONE`.
    Nothing,
}

/// `key=value`
#[derive(Debug, Clone)]
pub(crate) struct PairItem {
    pub(crate) key: WordPattern,
    pub(crate) value: Option<WordPattern>,
    pub(crate) slot: usize,
}

/// A command of a script, or several that are piped into one another, with what joins it to the one before.
#[derive(Debug, Clone)]
pub(crate) struct ScriptItem {
    pub(crate) pipeline: PipelinePattern,
    pub(crate) before: Option<Operator>,
}

/// The commands of a step that stand in no other.
pub(crate) fn outermost(step: Step<'_>) -> impl Iterator<Item = Command<'_>> {
    step.commands().filter(|it| it.outer().is_none())
}

/// Whether a command is an item of a plain list, or stands in a pipeline that is one.
pub(crate) fn is_in_pipeline(command: &Command<'_>) -> bool {
    let around = command.around();
    let joins = |it: Option<dfix_model::Connector>| {
        it.is_none_or(|it| it.operator == Operator::Pipe || is_join(it.operator))
    };
    command.outer().is_none()
        && command.is_certain()
        && !(around.tested
            || around.negated
            || around.subshell
            || around.looped
            || around.substitution)
        && joins(command.before())
        && joins(command.after())
}

fn is_join(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::And | Operator::Semicolon | Operator::Newline
    )
}

impl FlagItem {
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        match &self.value {
            FlagValue::None => Vec::new(),
            FlagValue::Word(word) => vec![word],
            FlagValue::Mount(options) => options.iter().filter_map(|it| it.1.as_ref()).collect(),
        }
    }
}

pub(crate) fn mount_of<'m>(step: Step<'m>, flag: Flag<'m>) -> Option<Mount<'m>> {
    step.mounts().find(|it| it.range() == flag.range())
}

impl InstructionPattern {
    /// The commands of its script.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &CommandPattern> {
        let items = match &self.arguments {
            Arguments::Script(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().flat_map(|it| it.pipeline.commands())
    }

    /// Every word of it, but those of its image.
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        let mut words: Vec<&WordPattern> = self.flags.iter().flat_map(FlagItem::words).collect();
        match &self.arguments {
            Arguments::From { image, name } => {
                words.extend(image.words());
                words.extend(name.iter().map(|it| &it.word));
            }
            Arguments::Words { items, .. } => words.extend(items.iter().map(|it| &it.word)),
            Arguments::Pairs(pairs) => {
                words.extend(pairs.iter().map(|it| &it.key));
                words.extend(pairs.iter().filter_map(|it| it.value.as_ref()));
            }
            Arguments::Script(items) => {
                words.extend(items.iter().flat_map(|it| it.pipeline.words()));
            }
            Arguments::Any(_) | Arguments::Nothing => {}
        }
        words
    }

    /// Whether it fits a step; then goes on.
    pub(crate) fn fits<'m>(
        &self,
        step: Step<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let is_placed_so =
            step.is_onbuild() == self.is_onbuild || (step.is_onbuild() && self.may_be_onbuild);
        if step.kind() != self.kind || !is_placed_so {
            return false;
        }
        let flags_there: Vec<Flag<'m>> = step.flags().collect();
        state.note(self.slot, Slot::Step(step), &mut |state| {
            let fits = |item: &FlagItem,
                        index,
                        flag: &Flag<'m>,
                        state: &mut State<'m>,
                        then: Then<'_, 'm>| {
                flag_fits(item, index, *flag, step, state, then)
            };
            each_of_its_own(&self.flags, &flags_there, state, &fits, &mut |_, state| {
                self.arguments_fit(step, state, then)
            })
        })
    }

    fn arguments_fit<'m>(&self, step: Step<'m>, state: &mut State<'m>, then: Then<'_, 'm>) -> bool {
        match &self.arguments {
            Arguments::Nothing => step.commands().next().is_none() && then(state),
            // `HEALTHCHECK NONE` has no command.
            Arguments::Any(_) if step.is(StepKind::Healthcheck) && has_no_script(step) => false,
            Arguments::Any(hole) => {
                let range = step.instruction().syntax().text_range();
                let text = script_source(step);
                let documents = heredocs(step);
                let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
                whole(hole, range, (&text, &documents), state, then)
            }
            Arguments::From { image, name } => from(image, name.as_ref(), step, state, then),
            Arguments::Words { items, is_set } => {
                if *is_set {
                    among(items, &elements_of(step), state, then)
                } else {
                    let texts: Vec<Text<'m>> = step.words().map(Text::of_word).collect();
                    in_order(items, &texts, state, then)
                }
            }
            Arguments::Pairs(items) => {
                let there: Vec<Pair<'m>> = step.pairs().collect();
                each_of_its_own(items, &there, state, &pair_fits, &mut |_, state| {
                    then(state)
                })
            }
            Arguments::Script(items) => {
                let commands: Vec<Command<'m>> = outermost(step).collect();
                let is_readable = !step.has_opaque_text() && commands.iter().all(is_in_pipeline);
                let pipelines = pipelines(&commands).filter(|it| it.len() == items.len());
                is_readable
                    && pipelines.is_some_and(|pipelines| script(items, &pipelines, state, then))
            }
        }
    }
}

/// The words of an instruction as elements of a set.
pub(crate) fn elements_of(step: Step<'_>) -> Vec<Element<'_>> {
    let is_port = step.is(StepKind::Expose);
    let words = step.words();
    words
        .map(|it| Element::of_instruction(it, is_port))
        .collect()
}

fn has_no_script(step: Step<'_>) -> bool {
    let instruction = step.instruction();
    instruction.script().is_none() && instruction.exec_form().is_none()
}

/// The script of a step as it is written, on one line.
fn script_source(step: Step<'_>) -> String {
    let instruction = step.instruction();
    let script = instruction
        .script()
        .map(|it| dfix_syntax::ast::source_of(it.syntax()));
    let form = || {
        instruction
            .exec_form()
            .map(|it| dfix_syntax::ast::source_of(it.syntax()))
    };
    script.or_else(form).unwrap_or_default()
}

/// The texts of the here-documents of a step, without the last line end.
fn heredocs(step: Step<'_>) -> Vec<String> {
    let bodies = step.instruction().heredocs().filter_map(|it| it.body());
    let texts = bodies.map(|it| it.syntax().text().to_string().replace("\r\n", "\n"));
    texts
        .map(|it| it.trim_end_matches('\n').to_owned())
        .collect()
}

fn from<'m>(
    image: &ImagePattern,
    name: Option<&Item>,
    step: Step<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let mut name_fits = |state: &mut State<'m>| {
        let Some(item) = name else {
            return then(state);
        };
        let Instruction::From(from) = step.instruction() else {
            return false;
        };
        let Some(node) = from.stage_name() else {
            return false;
        };
        let text = Text::of_segments(dfix_model::segments_of_node(node.syntax()));
        item.word.fits(&text, state, &mut |state| {
            state.note(item.slot, Slot::Text(text.clone()), then)
        })
    };
    match (reference_of(step), image) {
        (Some(reference), image) => image.fits(&reference, state, &mut name_fits),
        // A stage, or `scratch`.
        (None, ImagePattern::Whole(hole)) => {
            let Some(stage) = step.stage() else {
                return false;
            };
            let range = stage.image().range;
            let text = stage.file().text()[range].to_owned();
            whole(hole, range, (&text, &[]), state, &mut name_fits)
        }
        (None, ImagePattern::Parts(parts)) => {
            let named = match parts.path.as_slice() {
                [one] if parts.registry.is_none() && parts.tag.is_none() => one.word.as_literal(),
                _ => None,
            };
            let is_it = |name: &str| {
                let text = step.stage().and_then(|it| it.image().text());
                text.is_some_and(|it| it.eq_ignore_ascii_case(name))
            };
            named.is_some_and(is_it) && name_fits(state)
        }
    }
}

/// The image of a `FROM`, if it names one.
pub(crate) fn reference_of(step: Step<'_>) -> Option<Reference<'_>> {
    let mut positions = step.image_positions().into_iter();
    let is_base = |it: &ImagePosition<'_>| matches!(it.place, dfix_model::ImagePlace::From(_));
    Reference::of(positions.find(is_base)?)
}

/// Whether a flag of the step is what the pattern asks for.
fn flag_fits<'m>(
    item: &FlagItem,
    index: usize,
    flag: Flag<'m>,
    step: Step<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    if !flag.name().eq_ignore_ascii_case(&item.name) {
        return false;
    }
    let mut go_on = |state: &mut State<'m>| state.note(item.slot, Slot::Number(index), then);
    match (&item.value, mount_of(step, flag), flag.value()) {
        (FlagValue::None, None, None) => go_on(state),
        (FlagValue::Word(pattern), None, Some(value)) => {
            pattern.fits(&Text::of_word(value), state, &mut go_on)
        }
        (FlagValue::Mount(options), Some(mount), _) => {
            mount_options(options, mount, state, &mut go_on)
        }
        _ => false,
    }
}

fn mount_options<'m>(
    items: &[(String, Option<WordPattern>)],
    mount: Mount<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some(((name, value), rest)) = items.split_first() else {
        return then(state);
    };
    let found = mount.options().find(|(it, _)| it == name);
    match (value, found) {
        (None, Some((_, None))) => mount_options(rest, mount, state, then),
        (Some(pattern), Some((_, Some(word)))) => {
            pattern.fits(&Text::of_word(word), state, &mut |state| {
                mount_options(rest, mount, state, then)
            })
        }
        _ => false,
    }
}

/// Whether a pair of the step is what the pattern asks for.
fn pair_fits<'m>(
    item: &PairItem,
    index: usize,
    pair: &Pair<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some(key) = pair.key() else {
        return false;
    };
    item.key.fits(&Text::of_word(key), state, &mut |state| {
        let mut go_on =
            |state: &mut State<'m>| state.note(item.slot, Slot::Number(index), &mut *then);
        match (&item.value, pair.value()) {
            (None, None) => !pair.has_value() && go_on(state),
            (Some(pattern), Some(value)) => pattern.fits(&Text::of_word(value), state, &mut go_on),
            (Some(pattern), None) => {
                pair.has_value() && pattern.as_literal() == Some("") && go_on(state)
            }
            (None, Some(_)) => false,
        }
    })
}

fn script<'m>(
    items: &[ScriptItem],
    pipelines: &[Vec<Command<'m>>],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let (Some((item, items)), Some((pipeline, pipelines))) =
        (items.split_first(), pipelines.split_first())
    else {
        return then(state);
    };
    let Some(first) = pipeline.first() else {
        return false;
    };
    let is_joined_so = match (item.before, first.before().map(|it| it.operator)) {
        (None, None) => true,
        (Some(Operator::And), Some(operator)) => {
            matches!(operator, Operator::And | Operator::Newline)
        }
        (Some(_), Some(operator)) => {
            matches!(operator, Operator::Semicolon | Operator::Newline)
        }
        _ => false,
    };
    is_joined_so
        && item.pipeline.stations.len() == pipeline.len()
        && item.pipeline.fits(*first, state, &mut |state| {
            script(items, pipelines, state, then)
        })
}

/// Whether instructions in a row fit, the first of which is this step; then goes on.
pub(crate) fn in_a_row<'m>(
    lines: &[Line],
    step: Option<Step<'m>>,
    first: Step<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some((line, rest)) = lines.split_first() else {
        return then(state);
    };
    let same_stage = |it: &Step<'m>| it.stage() == first.stage();
    match line {
        Line::Instruction(pattern) => {
            let Some(step) = step.filter(same_stage) else {
                return false;
            };
            if pattern.may_be_onbuild && step.is_onbuild() != first.is_onbuild() {
                return false;
            }
            let next = step.next();
            pattern.fits(step, state, &mut |state| {
                in_a_row(rest, next, first, state, then)
            })
        }
        Line::Skip => {
            let mut at = step;
            loop {
                if in_a_row(rest, at, first, state, then) {
                    return true;
                }
                match at.filter(same_stage) {
                    Some(step) => at = step.next(),
                    None => return false,
                }
            }
        }
    }
}
