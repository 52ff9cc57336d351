//! What a replacement brings, as something that can be looked for.

use crate::pattern::instruction::Line;
use crate::pattern::{
    ByProgram, Kind, Pattern, Replacement, ReplacementKind, instructions, set_onbuild,
};

impl Replacement {
    /// Patterns that find what it brings, each of a part of it; none where that is no pattern.
    pub(crate) fn as_patterns(&self) -> Vec<Pattern> {
        let kinds = match &self.kind {
            ReplacementKind::Image(image) => vec![Kind::Image(image.clone())],
            ReplacementKind::Instructions(new) => {
                let lines = new.iter().cloned().map(Box::new);
                let mut lines: Vec<Line> = lines.map(Line::Instruction).collect();
                let says_onbuild = instructions(&lines).any(|it| it.is_onbuild);
                set_onbuild(&mut lines, !says_onbuild);
                vec![Kind::Instructions(lines)]
            }
            ReplacementKind::Commands(commands) => {
                let commands = commands.iter().cloned().map(Box::new);
                commands.map(Kind::Command).collect()
            }
            ReplacementKind::Pipeline(pipeline) => match pipeline.as_one() {
                Some(command) => vec![Kind::Command(Box::new(command.clone()))],
                None => vec![Kind::Pipeline(pipeline.clone())],
            },
            ReplacementKind::Script { .. } | ReplacementKind::Nothing => Vec::new(),
        };
        let patterns = kinds.into_iter().map(|kind| Pattern {
            template: self.template.clone(),
            kind,
            slots: self.slots,
            by_program: ByProgram::default(),
        });
        patterns.collect()
    }
}
