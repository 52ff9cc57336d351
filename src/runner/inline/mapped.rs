//! What came of Dockerfiles, in bytes of the file that they stand in.

use std::ops::Range;
use std::sync::Arc;

use dfix_codemods::Match;
use dfix_engine::{Finding, Fix, Outcome, Round, TextEdit};
use dfix_launch::inline::{Edit, Holder, Inlines, Text, Told, applied, proven, read};
use dfix_syntax::TextRange;

/// What came of a file.
pub(super) struct Replay {
    /// In bytes of the file.
    pub(super) outcome: Outcome,
    /// The Dockerfiles in it afterwards.
    pub(super) after: Inlines,
}

impl Replay {
    /// Does to a file what was done to the Dockerfiles in it, round by round. After each round it is read again, and must say what
    /// was wanted and nothing else.
    pub(super) fn of(
        holder: Holder,
        inlines: &Inlines,
        before: &Arc<str>,
        outcomes: &[Option<Outcome>],
    ) -> Result<Self, Told> {
        let rounds = outcomes.iter().flatten().map(|it| it.rounds.len()).max();
        let mut text = Arc::clone(before);
        let mut now = read(holder, before).map_err(|error| odd(&error.message))?;
        let mut done = Vec::new();
        for number in 0..rounds.unwrap_or(0) {
            let (round, after, read) = round(number, outcomes, inlines, &now, &text)?;
            done.push(round);
            (text, now) = (after, read);
        }
        let mut outcome = Outcome {
            text,
            rounds: done,
            remaining: Vec::new(),
            refused: Vec::new(),
            errors: Vec::new(),
        };
        for (number, one) in outcomes.iter().enumerate() {
            let (Some(one), Some(here)) = (one, text_of(inlines, number)) else {
                continue;
            };
            let there = text_of(&now, number).unwrap_or(here);
            for finding in &one.remaining {
                outcome.remaining.push(remaining(finding, here, there));
            }
            for refused in &one.refused {
                let mut refused = refused.clone();
                refused.finding.origin = place(here, refused.finding.origin);
                refused.finding.range = refused.finding.origin;
                if let Some(fix) = &mut refused.finding.fix {
                    fix.edits.clear();
                }
                outcome.refused.push(refused);
            }
        }
        outcome.remaining.sort_by_key(|it| it.range.start());
        Ok(Replay {
            outcome,
            after: now,
        })
    }
}

/// One round of all Dockerfiles: what is done in it, the text after it, and what that says. `first` is what the file said before all
/// rounds, and `now` what it says before this one, in `text`.
fn round(
    number: usize,
    outcomes: &[Option<Outcome>],
    first: &Inlines,
    now: &Inlines,
    text: &Arc<str>,
) -> Result<(Round, Arc<str>, Inlines), Told> {
    let mut done: Vec<Finding> = Vec::new();
    let mut wanted: Vec<(usize, &str)> = Vec::new();
    for (which, outcome) in outcomes.iter().enumerate() {
        let Some(outcome) = outcome else { continue };
        let (Some(round), Some(here)) = (outcome.rounds.get(number), text_of(now, which)) else {
            continue;
        };
        let origin = text_of(first, which).unwrap_or(here);
        let next = outcome.rounds.get(number + 1);
        wanted.push((which, next.map_or(&outcome.text, |it| &it.before)));
        let fixes = round.applied.iter().map(|it| it.fix.as_ref());
        let fixes = fixes_in(fixes, here)?;
        for (finding, fix) in round.applied.iter().zip(fixes) {
            done.push(Finding {
                range: place(here, finding.range),
                origin: place(origin, finding.origin),
                fix,
                ..finding.clone()
            });
        }
    }
    done.sort_by_key(|it| it.range.start());
    let edits = done.iter().filter_map(|it| it.fix.as_ref());
    let edits: Vec<Edit> = edits
        .flat_map(|it| &it.edits)
        .map(|it| Edit {
            range: it.range.start().into()..it.range.end().into(),
            text: it.text.clone(),
        })
        .collect();
    let after = applied(text, &edits).ok_or_else(|| odd("two changes touch one place"))?;
    let read = proven(now, &after, &wanted)?;
    let round = Round {
        before: Arc::clone(text),
        applied: done,
    };
    Ok((round, after.into(), read))
}

/// A finding that stays; `here` is its Dockerfile before, and `there` after all changes.
fn remaining(finding: &Finding, here: &Text, there: &Text) -> Finding {
    let mut finding = Finding {
        range: place(there, finding.range),
        origin: place(here, finding.origin),
        ..finding.clone()
    };
    match fixes_in([finding.fix.as_ref()].into_iter(), there) {
        Ok(fixes) => finding.fix = fixes.into_iter().next().flatten(),
        Err(told) => {
            finding.fix = None;
            finding.remedy = Some(unwritten(&told));
        }
    }
    finding
}

/// Fixes that are made together, in bytes of the file; nothing for nothing.
fn fixes_in<'f>(
    fixes: impl Iterator<Item = Option<&'f Fix>> + Clone,
    text: &Text,
) -> Result<Vec<Option<Fix>>, Told> {
    let edits = fixes.clone().flatten().flat_map(|it| &it.edits);
    let edits: Vec<Edit> = edits
        .map(|it| Edit {
            range: it.range.start().into()..it.range.end().into(),
            text: it.text.clone(),
        })
        .collect();
    let mut edits = text.edits(&edits)?.into_iter().map(|it| TextEdit {
        range: range(it.range),
        text: it.text,
    });
    let placed = fixes.map(|fix| {
        fix.map(|fix| Fix {
            edits: edits.by_ref().take(fix.edits.len()).collect(),
            ..fix.clone()
        })
    });
    Ok(placed.collect())
}

fn text_of(inlines: &Inlines, number: usize) -> Option<&Text> {
    inlines.all.get(number)?.said.as_ref().ok()
}

fn place(text: &Text, of: TextRange) -> TextRange {
    range(text.place(of.start().into()..of.end().into()))
}

/// Bytes, as the tree counts them.
pub(super) fn range(of: Range<usize>) -> TextRange {
    let size = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).into();
    TextRange::new(size(of.start), size(of.end))
}

/// What a pattern found in a Dockerfile.
pub(super) fn matches(all: Vec<Match>, text: &Text) -> impl Iterator<Item = Match> {
    all.into_iter().map(|mut it| {
        it.range = text.place(it.range);
        for capture in &mut it.captures {
            for range in capture.ranges.iter_mut().flatten() {
                *range = text.place(range.clone());
            }
        }
        it
    })
}

/// Why a change is not made, as it is told.
pub(super) fn unwritten(told: &Told) -> String {
    format!(
        "dfix does not change it here: {}; {}",
        told.why, told.remedy
    )
}

fn odd(why: &str) -> Told {
    Told {
        why: why.to_owned(),
        remedy: "make the change by hand".to_owned(),
    }
}
