//! A pattern of any kind, and a replacement: read from text with the reader of Dockerfiles.

pub(crate) mod around;
mod by_program;
pub(crate) mod command;
pub(crate) mod condition;
pub(crate) mod explain;
pub(crate) mod filter;
pub(crate) mod first_word;
pub(crate) mod image;
pub(crate) mod instruction;
mod of_replacement;
pub(crate) mod pipeline;
pub(crate) mod read_instruction;
pub(crate) mod slots;
pub(crate) mod template;
pub(crate) mod version;
pub(crate) mod words;
pub(crate) mod wrapper;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dfix_catalogue::programs;
use dfix_model::context::NoContext;
use dfix_model::{Command, Model, Operator, Step};
use dfix_syntax::ast::AstNode;
use dfix_syntax::is_instruction_keyword;

use crate::error::PatternError;
use crate::pattern::command::CommandPattern;
use crate::pattern::first_word::{as_literal, first_hole};
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::{Arguments, InstructionPattern, Line, is_in_pipeline, outermost};
use crate::pattern::pipeline::{PipelinePattern, pipelines};
use crate::pattern::read_instruction::Reader;
use crate::pattern::slots::Slots;
use crate::pattern::template::{Hole, Names, REPLACEMENT, Template};
use crate::pattern::words::WordPattern;

/// A pattern by the name of the program; none where it is read no otherwise.
type ByProgram = Arc<Mutex<HashMap<String, Option<Arc<Pattern>>>>>;

/// The first word of a pattern of images.
const IMAGE: &str = "image ";

/// What stands before instructions that are read.
const STAGE: &str = "FROM scratch\n";

/// What stands before a command that is read.
const RUN: &str = "FROM scratch\nRUN ";

/// A pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) template: Template,
    pub(crate) kind: Kind,
    /// How many pieces it has.
    pub(crate) slots: usize,
    /// As it is read where the program that is a hole is one whose options are known.
    by_program: ByProgram,
}

/// What a pattern is of.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Image(ImagePattern),
    Instructions(Vec<Line>),
    Command(Box<CommandPattern>),
    /// Several commands, each piped into the next.
    Pipeline(PipelinePattern),
}

/// What is put in the place of what a pattern finds.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub(crate) template: Template,
    pub(crate) kind: ReplacementKind,
    /// How many pieces it has.
    slots: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum ReplacementKind {
    Image(ImagePattern),
    Instructions(Vec<InstructionPattern>),
    /// Commands joined by `&&`.
    Commands(Vec<CommandPattern>),
    /// What comes for a pipeline: one, or one command.
    Pipeline(PipelinePattern),
    /// Any other shell text.
    Script {
        /// Whether it is one pipeline or group, to which what stands beside a command belongs as a whole.
        is_one: bool,
    },
    Nothing,
}

impl Pattern {
    /// Whether it is of an instruction behind `ONBUILD`.
    pub(crate) fn says_onbuild(&self) -> bool {
        match &self.kind {
            Kind::Instructions(lines) => instructions(lines).any(|it| it.is_onbuild),
            _ => false,
        }
    }

    /// Reads a pattern; `beside`: that of the pattern which it is a condition of, and whose holes are the same.
    pub(crate) fn read(
        part: &str,
        source: &str,
        names: &mut Names,
        beside: Option<&Template>,
    ) -> Result<Self, PatternError> {
        let template = Template::read(part, source.trim(), names)?.beside(beside);
        if template.text.is_empty() {
            return Err(template
                .whole_error("there is nothing to look for")
                .with_remedy("write an instruction, a command, or `image REFERENCE`"));
        }
        let mut slots = Slots::default();
        let kind = if let Some(reference) = template.text.strip_prefix(IMAGE) {
            Kind::Image(image(&template, reference, names, &mut slots)?)
        } else if is_of_instructions(&template.text) {
            let mut lines = lines(&template, names, &mut slots)?;
            let says_onbuild = instructions(&lines).any(|it| it.is_onbuild);
            set_onbuild(&mut lines, !says_onbuild);
            Kind::Instructions(lines)
        } else {
            command(&template, &mut slots)?
        };
        Ok(Pattern {
            template,
            kind,
            slots: slots.len(),
            by_program: ByProgram::default(),
        })
    }

    /// Takes an option by the written name alone where the replacement writes another name of it, and no instruction behind
    /// `ONBUILD` where it is the replacement that brings that.
    pub(crate) fn settle_for(&mut self, replacement: &Replacement) {
        let new: Vec<&CommandPattern> = match &replacement.kind {
            ReplacementKind::Commands(commands) => commands.iter().collect(),
            ReplacementKind::Pipeline(pipeline) => pipeline.commands().collect(),
            ReplacementKind::Instructions(new) => {
                new.iter().flat_map(InstructionPattern::commands).collect()
            }
            _ => return,
        };
        let settle = |old: &mut CommandPattern| {
            for new in &new {
                old.settle_names(new);
            }
        };
        let brings_onbuild = match &replacement.kind {
            ReplacementKind::Instructions(new) => new.iter().any(|it| it.is_onbuild),
            _ => false,
        };
        match &mut self.kind {
            Kind::Image(_) => {}
            Kind::Command(command) => settle(command),
            Kind::Pipeline(pipeline) => pipeline.commands_mut().for_each(settle),
            Kind::Instructions(lines) => {
                if brings_onbuild {
                    set_onbuild(lines, false);
                }
                for line in lines {
                    if let Line::Instruction(instruction) = line
                        && let Arguments::Script(items) = &mut instruction.arguments
                    {
                        let commands = items.iter_mut().flat_map(|it| it.pipeline.commands_mut());
                        commands.for_each(settle);
                    }
                }
            }
        }
    }

    /// Every word of it.
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        match &self.kind {
            Kind::Image(image) => image.words(),
            Kind::Command(command) => command.words(),
            Kind::Pipeline(pipeline) => pipeline.words(),
            Kind::Instructions(lines) => instructions(lines).flat_map(|it| it.words()).collect(),
        }
    }

    /// What it is of, for messages.
    pub(crate) fn of(&self) -> &'static str {
        match self.kind {
            Kind::Image(_) => "images",
            Kind::Instructions(_) => "instructions",
            Kind::Command(_) | Kind::Pipeline(_) => "commands",
        }
    }
}

/// The instructions among the lines of a pattern.
pub(crate) fn instructions(lines: &[Line]) -> impl Iterator<Item = &InstructionPattern> {
    lines.iter().filter_map(|line| match line {
        Line::Instruction(instruction) => Some(&**instruction),
        Line::Skip => None,
    })
}

/// Says whether instructions are found behind `ONBUILD` as well.
fn set_onbuild(lines: &mut [Line], may_be: bool) {
    for line in lines {
        if let Line::Instruction(instruction) = line {
            instruction.may_be_onbuild = may_be;
        }
    }
}

impl Replacement {
    /// Reads what goes with a pattern.
    pub(crate) fn read(
        source: &str,
        pattern: &Pattern,
        names: &mut Names,
    ) -> Result<Self, PatternError> {
        let known = names.len();
        let template = Template::read(REPLACEMENT, source.trim(), names)?;
        for hole in &template.holes {
            check_hole(hole, &template, pattern, names, known)?;
        }
        let mut slots = Slots::default();
        let kind = if template.text.is_empty() {
            ReplacementKind::Nothing
        } else {
            let mismatch = || {
                template
                    .whole_error(format!(
                        "the pattern is of {}, and this is not",
                        pattern.of()
                    ))
                    .with_remedy("write what the pattern looks for, as it is to be")
            };
            match &pattern.kind {
                Kind::Image(_) => {
                    let reference = template.text.strip_prefix(IMAGE);
                    // Behind a pattern of images the word is not needed.
                    let reference = reference.unwrap_or(&template.text);
                    ReplacementKind::Image(image(&template, reference, names, &mut slots)?)
                }
                Kind::Instructions(_) if is_of_instructions(&template.text) => {
                    let lines = lines(&template, names, &mut slots)?;
                    if lines.iter().any(|line| matches!(line, Line::Skip)) {
                        return Err(template.whole_error(
                            "`...` belongs into the pattern only: what it passes over stays",
                        ));
                    }
                    ReplacementKind::Instructions(instructions(&lines).cloned().collect())
                }
                Kind::Instructions(_) => return Err(mismatch()),
                Kind::Command(_) | Kind::Pipeline(_) if is_of_instructions(&template.text) => {
                    return Err(mismatch());
                }
                Kind::Command(_) | Kind::Pipeline(_) => commands(&template, pattern, &mut slots)?,
            }
        };
        Ok(Replacement {
            template,
            kind,
            slots: slots.len(),
        })
    }
}

fn check_hole(
    hole: &Hole,
    template: &Template,
    pattern: &Pattern,
    names: &Names,
    known: usize,
) -> Result<(), PatternError> {
    let Some(number) = hole.name else {
        return Err(template
            .hole_error(hole, "`{_}` binds nothing, so nothing can be put here")
            .with_remedy("give the hole a name in the pattern, and use it here"));
    };
    let name = names.name(number);
    let mut binding = pattern.template.holes.iter();
    let Some(bound) = binding.find(|it| it.name == Some(number)) else {
        let bound: Vec<String> = pattern
            .template
            .holes
            .iter()
            .filter_map(|it| it.name)
            .map(|it| format!("`{}`", names.name(it)))
            .collect();
        let remedy = if bound.is_empty() || known == 0 {
            "the pattern has no holes with names".to_owned()
        } else {
            format!("the pattern binds {}", bound.join(", "))
        };
        return Err(template
            .hole_error(hole, format!("nothing binds `{name}`"))
            .with_remedy(remedy));
    };
    if bound.is_list != hole.is_list {
        let (here, there) = if hole.is_list {
            ("a list", "one word")
        } else {
            ("one word", "a list")
        };
        let written = if bound.is_list {
            format!("{{{name}...}}")
        } else {
            format!("{{{name}}}")
        };
        return Err(template
            .hole_error(
                hole,
                format!("`{name}` is {here} here, and {there} in the pattern"),
            )
            .with_remedy(format!("write `{written}`")));
    }
    if hole.condition.is_some() {
        return Err(template
            .hole_error(hole, "a condition belongs into the pattern")
            .with_remedy(format!("write the name alone: `{{{name}}}`")));
    }
    Ok(())
}

/// Whether a text begins with the keyword of an instruction. A word that is a program's name, too, is a keyword in
/// capitals only.
fn is_of_instructions(text: &str) -> bool {
    // `...` before the first is told as what it is.
    let text = text.trim_start_matches("...\n");
    let word = text.split([' ', '\t', '\n']).next().unwrap_or_default();
    let is_program = || {
        word.chars().any(|c| c.is_ascii_lowercase())
            && (programs::find(word).is_some()
                || dfix_catalogue::wrapper(word, [None; 2]).is_some())
    };
    is_instruction_keyword(word) && !is_program()
}

fn image(
    template: &Template,
    reference: &str,
    names: &Names,
    slots: &mut Slots,
) -> Result<ImagePattern, PatternError> {
    let start = template.text.len() - reference.len();
    let trimmed = reference.trim();
    let start = start + reference.find(trimmed).unwrap_or_default();
    ImagePattern::read(template, trimmed, start, names, slots)
}

/// Reads instructions, and lines `...` between them.
fn lines(template: &Template, names: &Names, slots: &mut Slots) -> Result<Vec<Line>, PatternError> {
    // A comment of the same length stands for a line that passes over instructions.
    let mut skips = Vec::new();
    let mut text = String::with_capacity(template.text.len() + 1);
    for line in template.text.split_inclusive('\n') {
        if line.trim() == "..." {
            skips.push(text.len());
            text.push_str(&line.replacen("...", "#..", 1));
        } else {
            text.push_str(line);
        }
    }
    text.push('\n');
    let mut written = text.lines().filter(|line| !line.starts_with('#'));
    let keyword = written
        .next()
        .and_then(|line| line.split([' ', '\t']).next());
    let keyword = keyword.unwrap_or_default();
    let shift = if keyword.eq_ignore_ascii_case("FROM") {
        0
    } else {
        STAGE.len()
    };
    let dockerfile = format!("{}{text}", &STAGE[..shift]);
    let parsed = dfix_syntax::parse(&dockerfile);
    // A list may stand for sources and target together.
    let lists = template
        .holes
        .iter()
        .enumerate()
        .filter(|(_, hole)| hole.is_list);
    let lists: Vec<String> = lists.map(|(number, _)| template.word(number)).collect();
    let is_filled = |error: &&dfix_syntax::SyntaxError| {
        parsed.file().instructions().any(|it| {
            let range = it.syntax().text_range();
            matches!(it.name(), "COPY" | "ADD")
                && range.contains_inclusive(error.range.start())
                && lists
                    .iter()
                    .any(|list| dockerfile[range].contains(list.as_str()))
        })
    };
    if let Some(error) = parsed.errors().iter().find(|error| !is_filled(error)) {
        let start = usize::from(error.range.start()).saturating_sub(shift);
        let end = usize::from(error.range.end()).saturating_sub(shift);
        let end = end.min(template.text.len());
        let line = &template.text[start.min(end)..end];
        let remedy = match read_instruction::any_of(line) {
            Some(any) => format!("for whatever stands behind it write `{any}`"),
            None => "what is written here is read as the builder reads a Dockerfile".to_owned(),
        };
        return Err(template
            .error(start.min(end)..end, error.message.clone())
            .with_remedy(remedy));
    }
    let model = Model::new(&parsed.file(), &dockerfile, &NoContext);
    let reader = Reader {
        template,
        names,
        shift,
    };
    let mut lines = Vec::new();
    let mut skips = skips.into_iter().peekable();
    let is_written = |step: &Step<'_>| usize::from(step.range().start()) >= shift;
    for step in model.steps().filter(is_written) {
        let start = usize::from(step.range().start()) - shift;
        let mut is_passed = false;
        while skips.next_if(|skip| *skip < start).is_some() {
            is_passed = true;
        }
        if is_passed {
            lines.push(Line::Skip);
        }
        lines.push(Line::Instruction(Box::new(reader.read(step, slots)?)));
    }
    let is_at_border = matches!(lines.first(), Some(Line::Skip)) || skips.peek().is_some();
    if is_at_border {
        return Err(template.whole_error("`...` passes over instructions between two others"));
    }
    Ok(lines)
}

/// Reads one command, or commands that are piped into one another.
fn command(template: &Template, slots: &mut Slots) -> Result<Kind, PatternError> {
    let program = first_hole(template);
    let read = match program {
        Some(number) => as_literal(template, number, &template.holes[number]),
        None => template.clone(),
    };
    command_read_as(template, &read, program, slots)
}

/// Reads one command, or several; `read` is the template with a word for the program where that is a hole.
fn command_read_as(
    template: &Template,
    read: &Template,
    program: Option<usize>,
    slots: &mut Slots,
) -> Result<Kind, PatternError> {
    let program = program.map(|number| template.holes[number].clone());
    let dockerfile = format!("{RUN}{}\n", read.text);
    let parsed = dfix_syntax::parse(&dockerfile);
    let model = Model::new(&parsed.file(), &dockerfile, &NoContext);
    let step = the_run(&model, &parsed, template)?;
    let commands: Vec<Command<'_>> = outermost(step).collect();
    let pipelines = pipelines(&commands).unwrap_or_default();
    let [pipeline] = pipelines.as_slice() else {
        return Err(template
            .whole_error(
                "a pattern of commands is one command, or some that are piped into one another",
            )
            .with_remedy(
                "for several write an instruction (`RUN first && second`, all that the RUN has), or one rewrite for each; that another \
                 stands in the same RUN is a condition: `not = 'RUN {_...: not /(?s).*other.*/}'`",
            ));
    };
    if let [one] = pipeline.as_slice() {
        let command = CommandPattern::read(*one, program.as_ref(), read, RUN.len(), slots)?;
        return Ok(Kind::Command(Box::new(command)));
    }
    if let Some(odd) = pipeline.iter().find(|it| !is_in_pipeline(it)) {
        return Err(template.whole_error(format!(
            "`{}` is no plain command of a pipeline",
            odd.name()
        )));
    }
    let pipeline = PipelinePattern::read(pipeline, program.as_ref(), read, RUN.len(), slots)?;
    Ok(Kind::Pipeline(pipeline))
}

/// The one step that shell text was read as.
fn the_run<'m>(
    model: &'m Model<'_>,
    parsed: &dfix_syntax::Parse,
    template: &Template,
) -> Result<Step<'m>, PatternError> {
    let step = model.steps().nth(1);
    let is_all = model.steps().len() == 2 && parsed.errors().is_empty();
    match step {
        Some(step) if is_all && !step.has_opaque_text() => Ok(step),
        _ => {
            let error = parsed.errors().first().map(|it| it.message.clone());
            let message = error.unwrap_or_else(|| "this cannot be read as shell text".to_owned());
            Err(template
                .whole_error(message)
                .with_remedy("a command is written on one line; an instruction begins with its keyword in capitals"))
        }
    }
}

/// Reads the commands of a replacement.
fn commands(
    template: &Template,
    pattern: &Pattern,
    slots: &mut Slots,
) -> Result<ReplacementKind, PatternError> {
    let program = first_hole(template);
    // What the pattern says of the program holds here as well.
    let bound = program.and_then(|number| {
        let all = &mut pattern.template.holes.iter();
        all.find(|it| **it == template.holes[number])
    });
    let read = match (program, bound) {
        (Some(number), Some(bound)) => as_literal(template, number, bound),
        _ => template.clone(),
    };
    let dockerfile = format!("{RUN}{}\n", read.text);
    let parsed = dfix_syntax::parse(&dockerfile);
    let model = Model::new(&parsed.file(), &dockerfile, &NoContext);
    let step = the_run(&model, &parsed, template)?;
    let commands: Vec<_> = outermost(step).collect();
    if matches!(pattern.kind, Kind::Pipeline(_)) {
        let program = program.map(|number| &template.holes[number]);
        let pipelines = pipelines(&commands).unwrap_or_default();
        return match pipelines.as_slice() {
            [one] if one.iter().all(is_in_pipeline) => Ok(ReplacementKind::Pipeline(
                PipelinePattern::read(one, program, &read, RUN.len(), slots)?,
            )),
            _ => Err(template
                .whole_error("what comes in the place of a pipeline is a pipeline, or one command")
                .with_remedy(
                    "for a list of commands write instructions: `RUN a | b` and `RUN c && d`",
                )),
        };
    }
    let is_list = !commands.is_empty()
        && commands.iter().all(|command| {
            let joined = |it: Option<dfix_model::Connector>| {
                it.is_none_or(|it| it.operator == Operator::And)
            };
            command.is_in_list() && joined(command.before()) && joined(command.after())
        });
    if !is_list {
        let script = step.instruction().script();
        let steps = script.map(|it| it.steps()).unwrap_or_default();
        let is_one = matches!(steps.as_slice(), [one] if one.after.is_none());
        return Ok(ReplacementKind::Script { is_one });
    }
    let program = program.map(|number| &template.holes[number]);
    let patterns = commands.into_iter().enumerate().map(|(index, command)| {
        let program = program.filter(|_| index == 0);
        CommandPattern::read(command, program, &read, RUN.len(), slots)
    });
    Ok(ReplacementKind::Commands(
        patterns.collect::<Result<_, _>>()?,
    ))
}

/// Whether a pattern's arguments are of a kind with others', so that one can become the other.
pub(crate) fn are_alike(one: &Arguments, other: &Arguments) -> bool {
    matches!(
        (one, other),
        (Arguments::From { .. }, Arguments::From { .. })
            | (Arguments::Words { .. }, Arguments::Words { .. })
            | (Arguments::Pairs(_), Arguments::Pairs(_))
            | (
                Arguments::Any(_) | Arguments::Script(_),
                Arguments::Any(_) | Arguments::Script(_)
            )
            | (Arguments::Nothing, Arguments::Nothing)
    )
}
