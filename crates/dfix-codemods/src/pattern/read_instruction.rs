//! Instructions of a pattern, read.

use dfix_model::{Command, Flag, Pair, Step, StepKind, Word};
use dfix_syntax::ast::{AstNode, Instruction};
use dfix_syntax::is_instruction_keyword;

use crate::error::PatternError;
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::{
    Arguments, FlagItem, FlagValue, InstructionPattern, PairItem, ScriptItem, is_in_pipeline,
    mount_of, outermost,
};
use crate::pattern::pipeline::{PipelinePattern, pipelines};
use crate::pattern::slots::Slots;
use crate::pattern::template::{Names, Template};
use crate::pattern::words::{Item, WordPattern};

/// What instructions of a pattern are read with.
pub(crate) struct Reader<'t> {
    pub(crate) template: &'t Template,
    pub(crate) names: &'t Names,
    /// How many bytes stand before the template's text in the file that is read.
    pub(crate) shift: usize,
}

impl Reader<'_> {
    fn place(&self, range: dfix_syntax::TextRange) -> std::ops::Range<usize> {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        start.saturating_sub(self.shift)..end.saturating_sub(self.shift)
    }

    pub(crate) fn read(
        &self,
        step: Step<'_>,
        slots: &mut Slots,
    ) -> Result<InstructionPattern, PatternError> {
        Ok(InstructionPattern {
            kind: step.kind(),
            keyword: step.name(),
            is_onbuild: step.is_onbuild(),
            may_be_onbuild: false,
            flags: step
                .flags()
                .map(|flag| self.flag(step, flag, slots))
                .collect::<Result<_, _>>()?,
            is_exec: step.instruction().exec_form().is_some(),
            arguments: self.arguments(step, slots)?,
            slot: slots.next(),
            range: self.place(step.range()),
        })
    }

    fn flag(
        &self,
        step: Step<'_>,
        flag: Flag<'_>,
        slots: &mut Slots,
    ) -> Result<FlagItem, PatternError> {
        let word = |word: Word<'_>| WordPattern::of_word(word, self.template);
        let value = match (mount_of(step, flag), flag.value()) {
            (Some(mount), _) => FlagValue::Mount(
                mount
                    .options()
                    .map(|(name, value)| (name.to_owned(), value.map(word)))
                    .collect(),
            ),
            (None, Some(value)) => FlagValue::Word(word(value)),
            (None, None) => FlagValue::None,
        };
        let written = &step.file().text()[flag.range()];
        let source = written.split_once('=').map_or("", |(_, value)| value);
        let item = FlagItem {
            name: flag.name().to_owned(),
            value,
            source: WordPattern::of_flat(source, self.template),
            slot: slots.next(),
        };
        for word in item.words() {
            word.no_list(self.template)?;
        }
        Ok(item)
    }

    fn arguments(&self, step: Step<'_>, slots: &mut Slots) -> Result<Arguments, PatternError> {
        let template = self.template;
        match step.kind() {
            StepKind::From => {
                let Instruction::From(from) = step.instruction() else {
                    return Ok(Arguments::Nothing);
                };
                let range = from
                    .image()
                    .map_or(step.range(), |it| it.syntax().text_range());
                let range = self.place(range);
                let text = &template.text[range.clone()];
                let image = ImagePattern::read(template, text, range.start, self.names, slots)?;
                let name = from.stage_name().and_then(|it| it.text());
                let name = name.map(|name| Item {
                    word: WordPattern::of_flat(&name, template),
                    slot: slots.next(),
                    source: WordPattern::of_flat(&name, template),
                });
                if let Some(name) = &name {
                    name.word.no_list(template)?;
                }
                Ok(Arguments::From { image, name })
            }
            StepKind::Env | StepKind::Arg | StepKind::Label => {
                let pairs = step.pairs().map(|pair| self.pair(pair, slots));
                Ok(Arguments::Pairs(pairs.collect::<Result<_, _>>()?))
            }
            StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck => {
                self.script(step, slots)
            }
            _ => {
                let items = step.words().map(|written| {
                    let word = WordPattern::of_word(written, template);
                    if word.as_list().is_none() {
                        word.no_list(template)?;
                    }
                    Ok(Item {
                        word,
                        slot: slots.next(),
                        source: WordPattern::of_flat(written.source_text(), template),
                    })
                });
                Ok(Arguments::Words {
                    items: items.collect::<Result<_, PatternError>>()?,
                    is_set: matches!(step.kind(), StepKind::Expose | StepKind::Volume),
                })
            }
        }
    }

    fn pair(&self, pair: Pair<'_>, slots: &mut Slots) -> Result<PairItem, PatternError> {
        let word = |word: Word<'_>| WordPattern::of_word(word, self.template);
        let value = match pair.value() {
            Some(value) => Some(word(value)),
            None => pair.has_value().then(|| WordPattern::literal("")),
        };
        let item = PairItem {
            key: pair.key().map_or_else(|| WordPattern::literal(""), word),
            value,
            slot: slots.next(),
        };
        for word in [Some(&item.key), item.value.as_ref()].into_iter().flatten() {
            word.no_list(self.template).map_err(|error| {
                error.with_remedy("pairs that the pattern does not mention may be there and stay")
            })?;
        }
        Ok(item)
    }

    fn script(&self, step: Step<'_>, slots: &mut Slots) -> Result<Arguments, PatternError> {
        let template = self.template;
        let commands: Vec<Command<'_>> = outermost(step).collect();
        if commands.is_empty() && step.kind() == StepKind::Healthcheck {
            return Ok(Arguments::Nothing);
        }
        if let [one] = commands.as_slice()
            && one.words().len() == 1
            && let Some(hole) = one.program().map(|it| WordPattern::of_word(it, template))
            && let Some(hole) = hole.as_hole().filter(|hole| hole.is_list)
        {
            return Ok(Arguments::Any(hole.clone()));
        }
        let is_plain = !step.has_opaque_text() && commands.iter().all(is_in_pipeline);
        let pipelines = pipelines(&commands).filter(|it| is_plain && !it.is_empty());
        let Some(pipelines) = pipelines else {
            return Err(template
                .error(
                    self.place(step.range()),
                    "the commands of an instruction's pattern must be a plain list",
                )
                .with_remedy(
                    "join them with `&&`, `;` or `|`, or write the command alone: it is found wherever it stands",
                ));
        };
        let items = pipelines.into_iter().map(|pipeline| {
            let before = pipeline.first().and_then(|it| it.before());
            Ok(ScriptItem {
                pipeline: PipelinePattern::read(&pipeline, None, template, self.shift, slots)?,
                before: before.map(|it| it.operator),
            })
        });
        Ok(Arguments::Script(
            items.collect::<Result<_, PatternError>>()?,
        ))
    }
}

/// How any instruction is written whose keyword stands alone in a pattern.
pub(crate) fn any_of(line: &str) -> Option<String> {
    let keyword = line.trim();
    if !is_instruction_keyword(keyword) {
        return None;
    }
    let any = match keyword.to_ascii_uppercase().as_str() {
        "ENV" | "LABEL" => "{_}={_}",
        "COPY" | "ADD" | "RUN" | "CMD" | "ENTRYPOINT" | "EXPOSE" | "VOLUME" => "{_...}",
        _ => "{_}",
    };
    Some(format!("{keyword} {any}"))
}
