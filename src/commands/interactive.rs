//! `--interactive`: every fix is a question, and what is written is what the engine proves for those that are agreed to.

mod answer;
mod question;
mod terminal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use dfix_engine::{Declined, Outcome};

use self::answer::{Answer, HELP};
use self::question::Change;
use self::terminal::{Talk, Terminal};
use super::explain;
use crate::cli::Common;
use crate::console::uses_color;
use crate::exit::Stop;
use crate::rule_names::by_id;
use crate::runner::Decides;

/// Asks somebody about every fix.
pub(super) struct Asking {
    color: bool,
    state: Mutex<State>,
}

/// What was said so far.
struct State {
    talk: Box<dyn Talk>,
    /// Whether the later fixes of a rule are made, where that was said of all of them.
    rules: BTreeMap<&'static str, bool>,
    has_quit: bool,
    agreed: usize,
    declined: usize,
    /// The files in which something was agreed to.
    files: BTreeSet<PathBuf>,
}

/// What was said of the fixes of one file.
#[derive(Default)]
struct OfFile {
    agreed: HashSet<Change>,
    declined: Vec<Declined>,
    /// Whether all that is left of it is made, or none of it, where that was said.
    rest: Option<bool>,
    asked: usize,
}

impl Asking {
    /// Asks at the terminal; fails, with a sentence, where there is none.
    pub(super) fn at_terminal(common: &Common) -> Result<Self, Stop> {
        let missing = if !io::stdin().is_terminal() {
            "input"
        } else if !io::stderr().is_terminal() {
            "error"
        } else {
            let color = uses_color(common.color, true);
            return Ok(Asking::new(Box::new(Terminal), color));
        };
        Err(Stop::Message(format!(
            "--interactive asks at a terminal, and standard {missing} is none: `dfix --diff` shows the changes, `dfix --fix` makes them"
        )))
    }

    fn new(talk: Box<dyn Talk>, color: bool) -> Self {
        let state = State {
            talk,
            rules: BTreeMap::new(),
            has_quit: false,
            agreed: 0,
            declined: 0,
            files: BTreeSet::new(),
        };
        Asking {
            color,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with the lock")
    }

    /// Whether nothing more was to be asked before all was.
    pub(super) fn has_quit(&self) -> bool {
        self.state().has_quit
    }

    /// Says how much was agreed to.
    pub(super) fn tell_end(&self) {
        let mut state = self.state();
        let (agreed, files) = (
            count(state.agreed, "change"),
            count(state.files.len(), "file"),
        );
        let text = match (state.agreed, state.declined) {
            (0, 0) => "dfix: no change to ask about".to_owned(),
            (0, declined) => format!(
                "dfix: {} declined, none agreed to",
                count(declined, "change")
            ),
            (_, 0) => format!("dfix: {agreed} agreed to, in {files}"),
            (_, declined) => format!("dfix: {agreed} agreed to, in {files}; {declined} declined"),
        };
        state.talk.say(&format!("{text}\n"));
    }
}

impl Decides for Asking {
    fn is_over(&self) -> bool {
        self.has_quit()
    }

    fn decide(&self, path: &Path, run: &dyn Fn(&[Declined]) -> Outcome) -> Outcome {
        let mut state = self.state();
        let mut of_file = OfFile::default();
        loop {
            let outcome = run(&of_file.declined);
            let declined = of_file.declined.len();
            self.go_through(path, &outcome, &mut of_file, &mut state);
            if of_file.declined.len() == declined {
                state.agreed += of_file.agreed.len();
                state.declined += declined;
                if !of_file.agreed.is_empty() {
                    state.files.insert(path.to_owned());
                }
                return told(outcome, &of_file.declined);
            }
        }
    }
}

impl Asking {
    /// Asks about what is new in this outcome, up to the first fix that is declined: others may differ without it.
    fn go_through(&self, path: &Path, outcome: &Outcome, of_file: &mut OfFile, state: &mut State) {
        let changes = Change::all_of(outcome);
        of_file
            .agreed
            .retain(|it| changes.iter().any(|(change, _)| change == it));
        let mut has_declined = false;
        for (at, (change, question)) in changes.iter().enumerate() {
            if of_file.agreed.contains(change) {
                continue;
            }
            let rule = question.rule();
            let mut said = state.said_of(rule, of_file.rest);
            if has_declined && said != Some(false) {
                continue;
            }
            if said.is_none() {
                let others = changes[at..].iter();
                let left = others
                    .filter(|(it, _)| !of_file.agreed.contains(it))
                    .count();
                let number = (of_file.asked + 1, of_file.asked + left);
                of_file.asked += 1;
                let text = question.text(path, number, self.color);
                let answer = state.ask(&text, rule, self.color);
                said = Some(answer.is_yes());
                match answer {
                    Answer::Yes | Answer::No => {}
                    Answer::Rule(yes) => {
                        state.rules.insert(rule, yes);
                    }
                    Answer::File(yes) => of_file.rest = Some(yes),
                    Answer::Quit => state.has_quit = true,
                }
            }
            if said == Some(true) {
                of_file.agreed.insert(change.clone());
            } else {
                of_file.declined.push(change.declined.clone());
                has_declined = true;
            }
        }
    }
}

impl State {
    /// What was said of a fix of this rule before it was asked about.
    fn said_of(&self, rule: &str, rest: Option<bool>) -> Option<bool> {
        if self.has_quit {
            return Some(false);
        }
        rest.or_else(|| self.rules.get(rule).copied())
    }

    /// Asks until there is an answer. Who goes away stops the questions.
    fn ask(&mut self, question: &str, rule: &str, color: bool) -> Answer {
        self.talk.say(question);
        loop {
            self.talk.say(&question::prompt(color));
            let Some(line) = self.talk.hear() else {
                self.talk.say("\n");
                return Answer::Quit;
            };
            match line.trim() {
                "e" => self.explain(rule),
                word => match Answer::of(word) {
                    Some(answer) => return answer,
                    None => self.talk.say(HELP),
                },
            }
        }
    }

    fn explain(&mut self, rule: &str) {
        let mut text = Vec::new();
        if let Some(rule) = by_id(rule) {
            // A vector takes everything.
            let _ = explain::print(rule, &mut text);
        }
        self.talk.say(&String::from_utf8_lossy(&text));
    }
}

/// The outcome in which what was declined is left to people.
fn told(mut outcome: Outcome, declined: &[Declined]) -> Outcome {
    for finding in &mut outcome.remaining {
        if declined.iter().any(|it| it.is_of(finding)) {
            finding.fix = None;
            finding.remedy = Some("its fix was declined; `dfix --diff` shows it".to_owned());
        }
    }
    outcome
}

/// `1 file`, `2 files`.
fn count(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}
