//! A fix as it is asked about: where, what, why it is right or what is open, and its patch.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use dfix_engine::{Declined, Finding, Outcome, Round, Splice};

use super::answer::LETTERS;
use crate::console::{BOLD, GREEN, RED};
use crate::labels;
use crate::lines::Lines;
use crate::report::{diff, of_fix, printable};

const PLACE: Style = AnsiColor::Cyan.on_default();
const PROMPT: Style = AnsiColor::Blue.on_default().bold();

/// What a fix changes: by this it is known again when the engine was asked once more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Change {
    /// The fix.
    pub(super) declined: Declined,
    /// What goes and what comes, in order of place.
    texts: Vec<(String, String)>,
}

/// A fix that is asked about, and where it stands.
pub(super) struct Question<'o> {
    input: &'o str,
    round: &'o Round,
    /// The same found in one place, perhaps several times: all or none of it is fixed.
    findings: Vec<&'o Finding>,
}

impl Change {
    /// All that an outcome changes, in its order.
    pub(super) fn all_of(outcome: &Outcome) -> Vec<(Change, Question<'_>)> {
        let mut all: Vec<(Change, Question<'_>)> = Vec::new();
        let Some(first) = outcome.rounds.first() else {
            return all;
        };
        for round in &outcome.rounds {
            let of_round = all.len();
            for finding in &round.applied {
                let texts = texts(finding, &round.before);
                let same = all[of_round..]
                    .iter_mut()
                    .find(|(change, _)| change.declined.is_of(finding));
                if let Some((change, question)) = same {
                    change.texts.extend(texts);
                    question.findings.push(finding);
                    continue;
                }
                let change = Change {
                    declined: Declined::of(finding),
                    texts,
                };
                let question = Question {
                    input: &first.before,
                    round,
                    findings: vec![finding],
                };
                all.push((change, question));
            }
        }
        all
    }
}

/// What a fix takes out of the text and what it puts in.
fn texts(finding: &Finding, before: &str) -> Vec<(String, String)> {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    let texts = edits.map(|edit| {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        let old = before.get(range).unwrap_or_default();
        (old.to_owned(), edit.text.clone())
    });
    texts.collect()
}

impl Question<'_> {
    /// The rule that asks.
    pub(super) fn rule(&self) -> &'static str {
        self.findings[0].rule
    }

    /// What is shown of it: the number of how many in the file, where it stands, what it is, and its patch.
    pub(super) fn text(&self, path: &Path, number: (usize, usize), color: bool) -> String {
        let paint = |style: Style| if color { style } else { Style::new() };
        let (bold, green, red) = (paint(BOLD), paint(GREEN), paint(RED));
        let finding = self.findings[0];
        let (line, column) = Lines::new(self.input).place(finding.origin.start().into());
        let path = printable(&path.to_string_lossy());
        let level = finding
            .fix
            .as_ref()
            .map_or("", |fix| labels::safety(fix.safety));
        let mut text = format!(
            "\n{bold}{path}:{line}:{column}{bold:#} ({} of {} in this file)\n{bold}{}{bold:#}, {level}: {}\n",
            number.0,
            number.1,
            finding.rule,
            printable(&finding.message)
        );
        for (name, said) in finding.fix.iter().flat_map(of_fix) {
            let style = if name == "not established" {
                red
            } else {
                green
            };
            let _ = writeln!(text, "  {style}{name}{style:#}: {}", printable(&said));
        }
        self.add_patch(&mut text, paint);
        text
    }

    /// The hunks of its patch, over the text as it is with what was agreed to in earlier rounds.
    fn add_patch(&self, text: &mut String, paint: impl Fn(Style) -> Style) {
        let of_fix = Round {
            before: self.round.before.clone(),
            applied: self.findings.iter().map(|it| (*it).clone()).collect(),
        };
        let after = Splice::of(&of_fix).apply(&self.round.before);
        let mut patch = Vec::new();
        diff::patch(
            b"",
            self.round.before.as_bytes(),
            after.as_bytes(),
            &mut patch,
        );
        let patch = String::from_utf8_lossy(&patch);
        // The heads name the file, which stands above.
        for line in patch.lines().skip(3) {
            let style = paint(match line.as_bytes().first() {
                Some(b'+') => AnsiColor::Green.on_default(),
                Some(b'-') => AnsiColor::Red.on_default(),
                Some(b'@') => PLACE,
                _ => Style::new(),
            });
            let parts: Vec<String> = line
                .trim_end_matches('\r')
                .split('\t')
                .map(printable)
                .collect();
            let _ = writeln!(text, "{style}{}{style:#}", parts.join("\t"));
        }
    }
}

/// What stands before the answer.
pub(super) fn prompt(color: bool) -> String {
    let style = if color { PROMPT } else { Style::new() };
    format!("{style}Make this change? [{LETTERS}]{style:#} ")
}
