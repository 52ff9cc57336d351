//! The variables that a step's shell text sets, as its commands see them.

use std::collections::{HashMap, HashSet};

use crate::command::{Assignment, Command};
use crate::gather::Gathered;
use crate::vars::{EnvFrom, Setting};

/// Where a step's shell text names variables.
#[derive(Default)]
pub(crate) struct Variables {
    /// By name, the commands (as indices, in order) that may set the variable for later ones.
    setters: HashMap<Box<str>, Vec<u32>>,
    /// Names that a word may set: `X=…`, and `X` as in `read X`.
    named: HashSet<Box<str>>,
}

/// What stands before the first `=`, or all.
fn name_of(text: &str) -> &str {
    text.split('=').next().unwrap_or(text)
}

fn exports(command: Command<'_>) -> bool {
    command.is_any(&["export", "declare", "typeset", "readonly", "local"])
}

impl Variables {
    fn of(command: Command<'_>, found: &Gathered) -> Variables {
        let mut variables = Variables::default();
        let text = command.text();
        for assignment in &found.assignments {
            variables.named.insert(assignment.name.clone());
        }
        for word in &found.words {
            let name = name_of(word.known_start(text));
            if !variables.named.contains(name) {
                variables.named.insert(name.into());
            }
        }
        for (command, number) in command.siblings().zip(0..) {
            if exports(command) || command.is("unset") {
                for word in command.args() {
                    variables.add(name_of(word.known_start()), number);
                }
            } else if command.program().is_none() {
                for assignment in command.assignments() {
                    variables.add(assignment.name(), number);
                }
            }
        }
        variables
    }

    fn add(&mut self, name: &str, command: u32) {
        match self.setters.get_mut(name) {
            Some(commands) => commands.push(command),
            None => {
                self.setters.insert(name.into(), vec![command]);
            }
        }
    }
}

impl<'m> Command<'m> {
    fn variables(self) -> &'m Variables {
        let found = self.found();
        found.variables.get_or_init(|| Variables::of(self, found))
    }

    /// The commands before this one that may set the variable and whose variables it sees, the last
    /// one first: those of the same script and of the scripts around it.
    fn setters_before(self, name: &str) -> impl Iterator<Item = Command<'m>> {
        let setters = self.variables().setters.get(name);
        let setters = setters.map_or(&[][..], Vec::as_slice);
        let before = setters.partition_point(|&index| (index as usize) < self.index);
        let mut scripts = Vec::new();
        if before > 0 {
            scripts.push(self.data().script);
            let mut command = self;
            while let Some(outer) = command.outer() {
                scripts.push(outer.data().script);
                command = outer;
            }
        }
        setters[..before]
            .iter()
            .rev()
            .map(move |&index| self.sibling(index as usize))
            .filter(move |c| scripts.contains(&c.data().script))
            .filter(move |c| {
                let around = c.around();
                let apart =
                    around.subshell || around.substitution || around.piped || around.function;
                !apart || around == self.around()
            })
    }

    /// What shell text says of a variable that the command sees in its environment.
    pub(crate) fn own_variable(self, name: &str) -> Option<Setting<'m>> {
        let own = self.assignments().filter(|a| a.name() == name).last();
        let mut outer = self.outer();
        let mut assignment = own;
        while let (None, Some(command)) = (assignment, outer) {
            assignment = command.assignments().filter(|a| a.name() == name).last();
            outer = command.outer();
        }
        if let Some(assignment) = assignment.filter(|_| self.program().is_some()) {
            return Some(assignment.setting());
        }
        for command in self.setters_before(name) {
            if exports(command) {
                let setting = command.args().find_map(|word| {
                    let assigned = word.known_start().strip_prefix(name)?.starts_with('=');
                    assigned.then(|| Setting {
                        value: word.value().map(|v| &v[name.len() + 1..]),
                        place: Some(word.range()),
                        value_place: None,
                        from: EnvFrom::Command,
                    })
                });
                if setting.is_some() {
                    return setting;
                }
            } else if command.is("unset") {
                if command.has_arg(name) {
                    return None;
                }
            } else if let Some(assignment) = command.assignments().find(|a| a.name() == name) {
                return Some(assignment.setting());
            }
        }
        None
    }

    /// Whether shell text before the command may set the variable.
    pub(crate) fn is_shell_variable(self, name: &str) -> bool {
        // `export X=…`, `read X`, `for X in …` do not show as assignments of a command.
        let around = self.around();
        around.looped || around.function || self.variables().named.contains(name)
    }
}

impl<'m> Assignment<'m> {
    fn setting(self) -> Setting<'m> {
        let value = self.value();
        Setting {
            value: match value {
                Some(word) => word.value(),
                None => Some(""),
            },
            place: Some(self.range()),
            value_place: value.map(crate::word::Word::range),
            from: EnvFrom::Command,
        }
    }
}
