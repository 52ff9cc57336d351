//! Patterns whose program is a hole, read anew for the programs that are found.

use std::sync::Arc;

use dfix_model::Command;

use crate::pattern::command::Shape;
use crate::pattern::first_word::{first_hole, is_word};
use crate::pattern::slots::Slots;
use crate::pattern::template::{Hole, Template};
use crate::pattern::{ByProgram, Kind, Pattern, command_read_as};

impl Pattern {
    /// Whether it is of a command whose program is a hole that tells nothing of it.
    pub(crate) fn has_open_program(&self) -> bool {
        match &self.kind {
            Kind::Command(own) => {
                matches!(own.shape, Shape::Ordered(_)) && own.program.word.as_hole().is_some()
            }
            _ => false,
        }
    }

    /// The same for a command of a program whose options are known, where the pattern's program is a hole that tells nothing of it;
    /// none where it is read no otherwise.
    pub(crate) fn for_program(&self, command: Command<'_>) -> Option<Arc<Pattern>> {
        let is_hole = self.template.has_word(command.name());
        if !self.has_open_program() || !is_word(command.name()) || is_hole {
            return None;
        }
        let mut known = self.by_program.lock().ok()?;
        if let Some(read) = known.get(command.name()) {
            return read.clone();
        }
        let read = self.read_for(command.name()).map(Arc::new);
        known.insert(command.name().to_owned(), read.clone());
        read
    }

    fn read_for(&self, program: &str) -> Option<Pattern> {
        let number = first_hole(&self.template)?;
        let read = self.template.with_word(number, program);
        let read_as = |read: &Template| {
            let mut slots = Slots::default();
            let kind = command_read_as(&self.template, read, Some(number), &mut slots);
            kind.map(|kind| (kind, slots))
        };
        let (kind, slots) = read_as(&read)
            .or_else(|_| read_as(&with_values(&read)))
            .ok()?;
        let has_zones = match &kind {
            Kind::Command(command) => matches!(command.shape, Shape::Zones(_)),
            _ => false,
        };
        has_zones.then(|| Pattern {
            template: self.template.clone(),
            kind,
            slots: slots.len(),
            by_program: ByProgram::default(),
        })
    }
}

/// The template with a word before each list that binds nothing: `--index-url {_...}`, where the option takes a value.
fn with_values(template: &Template) -> Template {
    let mut with = template.clone();
    for (number, hole) in template.holes.iter().enumerate() {
        if !hole.is_list || hole.name.is_some() {
            continue;
        }
        let value = with.holes.len();
        with.holes.push(Hole {
            is_list: false,
            ..hole.clone()
        });
        let list = with.word(number);
        with.text = with
            .text
            .replace(&list, &format!("{} {list}", with.word(value)));
    }
    with
}
