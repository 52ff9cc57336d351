//! How a pattern was understood, in sentences.

use std::fmt::Write as _;

use crate::flat;
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::{Arguments, FlagValue, InstructionPattern, Line};
use crate::pattern::template::{Hole, Names};
use crate::pattern::words::{Piece, WordPattern};
use crate::pattern::{Kind, instructions};
use crate::rewrite::Search;

impl Search {
    /// How the pattern is understood and what counts as equal, for people.
    pub fn explain(&self) -> String {
        let mut told = String::new();
        let names = &self.names;
        match &self.pattern.kind {
            Kind::Image(image) => {
                told.push_str(
                    "an image, wherever it is named: FROM, COPY --from, RUN --mount from=, # syntax=, in ONBUILD too,\n\
                     and in the default of the ARG that decides it\n",
                );
                told_image(image, names, &mut told);
            }
            Kind::Command(command) => {
                told.push_str(
                    "a command, wherever it stands: in lists, branches, loops, subshells, here-documents, `sh -c`,\n\
                     the exec form, and behind programs such as sudo and env\n",
                );
                told_command(command, names, "  ", &mut told);
            }
            Kind::Pipeline(pipeline) => {
                told.push_str(
                    "commands that are piped into one another, wherever they stand, also as a part of a longer pipeline\n",
                );
                for station in &pipeline.stations {
                    if let Some(operator) = &station.operator {
                        let _ = writeln!(told, "  piped (`{operator}`) into");
                    }
                    told_command(&station.command, names, "  ", &mut told);
                }
            }
            Kind::Instructions(lines) => {
                for line in lines {
                    match line {
                        Line::Skip => {
                            told.push_str("then any instructions of the stage, or none\n");
                        }
                        Line::Instruction(instruction) => {
                            told_instruction(instruction, names, &mut told);
                        }
                    }
                }
            }
        }
        for hole in &self.pattern.template.holes {
            if let Some(condition) = &hole.condition {
                let name = hole.name.map_or("_", |it| names.name(it));
                let against = against(hole, &self.pattern.kind);
                let _ = writeln!(told, "`{name}`{against}: {}", condition.told());
            }
        }
        for place in self.places.told() {
            let _ = writeln!(told, "{place}");
        }
        told.push_str(
            "equal are: letter case of keywords, quotes, continuations, comments, `$x` and `${x}`, shell and exec form\n",
        );
        told
    }
}

/// What the condition of a hole is held against, where that is not all that it binds, or more than a word.
fn against(hole: &Hole, kind: &Kind) -> &'static str {
    let is_script = match kind {
        Kind::Instructions(lines) => instructions(lines)
            .any(|it| matches!(&it.arguments, Arguments::Any(script) if script == hole)),
        _ => false,
    };
    match (hole.is_list, kind) {
        (false, _) => "",
        _ if is_script => ", the script as it is written",
        (true, Kind::Image(_)) => ", each part by itself",
        (true, _) => ", each word by itself",
    }
}

/// A word of a pattern as it may be written.
fn shown(word: &WordPattern, names: &Names) -> String {
    let mut text = String::new();
    for piece in &word.pieces {
        match piece {
            Piece::Text(literal) => text.push_str(&flat::shown(literal)),
            Piece::Hole(hole) => {
                let name = hole.name.map_or("_", |it| names.name(it));
                let dots = if hole.is_list { "..." } else { "" };
                let _ = write!(text, "{{{name}{dots}}}");
            }
        }
    }
    text
}

fn told_image(image: &ImagePattern, names: &Names, told: &mut String) {
    let parts = match image {
        ImagePattern::Whole(_) => {
            told.push_str("  any reference\n");
            return;
        }
        ImagePattern::Parts(parts) => parts,
    };
    let registry = match &parts.registry {
        Some(item) => format!("`{}`", shown(&item.word, names)),
        None => "Docker Hub, said or not".to_owned(),
    };
    let path: Vec<String> = parts.path.iter().map(|it| shown(&it.word, names)).collect();
    let tag = match &parts.tag {
        Some(item) => format!("`{}`", shown(&item.word, names)),
        None => "none".to_owned(),
    };
    let digest = match &parts.digest {
        Some(item) => format!("`{}`", shown(&item.word, names)),
        None => "any, or none; it stays".to_owned(),
    };
    let _ = write!(
        told,
        "  registry: {registry}\n  path: `{}`\n  tag: {tag}\n  digest: {digest}\n",
        path.join("/")
    );
}

fn told_command(command: &CommandPattern, names: &Names, indent: &str, told: &mut String) {
    let program = shown(&command.program.word, names);
    let _ = match command.program.word.as_list() {
        Some(_) if command.program.word.is_nothing() => {
            writeln!(told, "{indent}no command, which stands elsewhere")
        }
        Some(_) => writeln!(told, "{indent}any command: `{program}`"),
        None => writeln!(told, "{indent}program: `{program}`, in whatever folder"),
    };
    for assignment in &command.assignments {
        let value = assignment.value.as_ref();
        let value = value.map_or_else(String::new, |it| shown(it, names));
        let _ = writeln!(told, "{indent}with `{}={value}` before it", assignment.name);
    }
    for wrapper in &command.wrappers {
        let words: Vec<String> = wrapper
            .items
            .iter()
            .map(|it| shown(&it.word, names))
            .collect();
        let words = words.join(" ");
        let _ = writeln!(
            told,
            "{indent}behind `{words}`; other options of it may be there, and stay"
        );
    }
    match &command.shape {
        Shape::Ordered(_) if command.program.word.as_list().is_some() => {}
        Shape::Ordered(items) => {
            let words: Vec<String> = items.iter().map(|it| shown(&it.word, names)).collect();
            let _ = writeln!(
                told,
                "{indent}words, in this order, for the program's options are not known: `{}`; further words that begin with `-` may be there, and no others",
                words.join(" ")
            );
        }
        Shape::Zones(zones) => {
            if !zones.heads.is_empty() {
                let heads: Vec<String> = zones
                    .heads
                    .iter()
                    .map(|it| shown(&it.word, names))
                    .collect();
                let _ = writeln!(told, "{indent}subcommand: `{}`", heads.join(" "));
            }
            for option in &zones.options {
                let value = option.value.as_ref().map(|it| shown(it, names));
                let value = value.map_or(String::new(), |it| format!(" with the value `{it}`"));
                let others: Vec<String> = option
                    .names
                    .iter()
                    .filter(|name| !option.is_exact && **name != option.name)
                    .map(|name| format!("`{name}`"))
                    .collect();
                let also = match (option.is_exact, others.is_empty()) {
                    (true, _) => "; by no other name".to_owned(),
                    (false, true) => String::new(),
                    (false, false) => format!("; the same is {}", others.join(", ")),
                };
                let name = &option.name;
                let _ = writeln!(told, "{indent}option: `{name}`{value}, wherever{also}");
            }
            let _ = writeln!(told, "{indent}other options may be there, and stay");
            let operands: Vec<String> = zones
                .operands
                .iter()
                .map(|it| shown(&it.word, names))
                .collect();
            let order = if zones.is_set {
                "among the operands, whose order does not matter; versions belong to the names and stay"
            } else {
                "all the operands, in this order"
            };
            if !operands.is_empty() || !zones.is_set {
                let operands = if operands.is_empty() {
                    "none".to_owned()
                } else {
                    format!("`{}`", operands.join(" "))
                };
                let _ = writeln!(told, "{indent}{order}: {operands}");
            }
        }
    }
}

fn told_instruction(instruction: &InstructionPattern, names: &Names, told: &mut String) {
    let onbuild = if instruction.is_onbuild {
        "ONBUILD "
    } else {
        ""
    };
    let also = if instruction.may_be_onbuild {
        ", also behind ONBUILD"
    } else {
        ""
    };
    let _ = writeln!(
        told,
        "the instruction {onbuild}{}{also}",
        instruction.keyword
    );
    for flag in &instruction.flags {
        let value = match &flag.value {
            FlagValue::None => String::new(),
            FlagValue::Word(word) => format!("={}", shown(word, names)),
            FlagValue::Mount(options) => {
                let options = options.iter().map(|(name, value)| match value {
                    Some(value) => format!("{name}={}", shown(value, names)),
                    None => name.clone(),
                });
                format!(
                    "={}, other options may be there",
                    options.collect::<Vec<_>>().join(",")
                )
            }
        };
        let _ = writeln!(told, "  flag: --{}{value}", flag.name);
    }
    told.push_str("  other flags may be there, and stay\n");
    match &instruction.arguments {
        Arguments::From { image, name } => {
            told_image(image, names, told);
            match name {
                Some(name) => {
                    let _ = writeln!(told, "  name of the stage: `{}`", shown(&name.word, names));
                }
                None => told.push_str("  with or without a name, which stays\n"),
            }
        }
        Arguments::Words { items, is_set } => {
            let words: Vec<String> = items.iter().map(|it| shown(&it.word, names)).collect();
            let order = if *is_set {
                "among others"
            } else {
                "exactly, in this order"
            };
            let _ = writeln!(told, "  words, {order}: `{}`", words.join(" "));
        }
        Arguments::Pairs(pairs) => {
            for pair in pairs {
                let value = pair
                    .value
                    .as_ref()
                    .map(|it| format!("={}", shown(it, names)));
                let _ = writeln!(
                    told,
                    "  pair, among others: `{}{}`",
                    shown(&pair.key, names),
                    value.unwrap_or_default()
                );
            }
        }
        Arguments::Any(_) => told.push_str("  any command\n"),
        Arguments::Nothing => told.push_str("  without a command\n"),
        Arguments::Script(items) => {
            told.push_str("  exactly these commands, joined so:\n");
            for item in items {
                for station in &item.pipeline.stations {
                    if let Some(operator) = &station.operator {
                        let _ = writeln!(told, "    piped (`{operator}`) into");
                    }
                    told_command(&station.command, names, "    ", told);
                }
            }
        }
    }
}
