//! A change side by side: lines that became others stand beside these, with the words marked that differ.

use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

/// Equal lines around a change.
const AROUND: usize = 3;

/// How alike two lines are, from 0 to 1, that are shown as one that became the other.
const ALIKE: f32 = 0.4;

/// How many pairs of lines are compared in one place. Where there are more, lines are taken as they come.
const MOST_PAIRS: usize = 2500;

/// Lines that belong together.
#[derive(Debug, Serialize)]
pub(super) struct Hunk {
    /// The number of the first line, before and after.
    pub(super) from: (usize, usize),
    pub(super) rows: Vec<Row>,
    /// The lines of the text before that it covers, from 0.
    #[serde(skip)]
    pub(super) lines: Range<usize>,
}

/// A row: one line that stays, or what became of it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Row {
    Same(String),
    Changed(Option<Side>, Option<Side>),
}

/// The pieces of a line: every second one, from the second on, is marked.
type Side = Vec<String>;

/// The change from one text to the other.
pub(super) fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let (old, new) = (lines(before), lines(after));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let groups = group_diff_ops(ops, AROUND).into_iter();
    let hunks = groups.filter_map(|ops| {
        let (first, last) = (ops.first()?, ops.last()?);
        let lines = first.old_range().start..last.old_range().end;
        let mut rows = Vec::new();
        for op in &ops {
            let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
            if let DiffOp::Equal { .. } = op {
                rows.extend(old.iter().map(|it| Row::Same(without_end(it).to_owned())));
            } else {
                replaced(old, new, &mut rows);
            }
        }
        Some(Hunk {
            from: (lines.start + 1, first.new_range().start + 1),
            rows,
            lines,
        })
    });
    hunks.collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// The rows of lines that became others.
fn replaced(old: &[&str], new: &[&str], rows: &mut Vec<Row>) {
    let (mut at_old, mut at_new) = (0, 0);
    for (index, other) in pairs(old, new) {
        beside(&old[at_old..index], &new[at_new..other], rows);
        let (before, after) = marked(old[index], new[other]);
        rows.push(Row::Changed(Some(before), Some(after)));
        (at_old, at_new) = (index + 1, other + 1);
    }
    beside(&old[at_old..], &new[at_new..], rows);
}

/// Lines that have nothing to do with one another.
fn beside(old: &[&str], new: &[&str], rows: &mut Vec<Row>) {
    let side = |lines: &[&str], index: usize| -> Option<Side> {
        Some(vec![without_end(lines.get(index)?).to_owned()])
    };
    let count = old.len().max(new.len());
    rows.extend((0..count).map(|index| Row::Changed(side(old, index), side(new, index))));
}

/// Which line became which: those pairs, in order, that are most alike in all.
fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    if old.len() * new.len() > MOST_PAIRS {
        return (0..old.len().min(new.len())).map(|it| (it, it)).collect();
    }
    let wide = new.len() + 1;
    // The best sum of what is left from each pair of lines on.
    let mut best = vec![0.0_f32; (old.len() + 1) * wide];
    let mut alike = vec![0.0_f32; old.len() * new.len()];
    for (index, line) in old.iter().enumerate().rev() {
        for (other, line_after) in new.iter().enumerate().rev() {
            let likeness = likeness(line, line_after);
            alike[index * new.len() + other] = likeness;
            let skips = best[(index + 1) * wide + other].max(best[index * wide + other + 1]);
            let takes = best[(index + 1) * wide + other + 1] + likeness;
            best[index * wide + other] = if likeness >= ALIKE {
                skips.max(takes)
            } else {
                skips
            };
        }
    }
    let (mut index, mut other) = (0, 0);
    let mut pairs = Vec::new();
    while index < old.len() && other < new.len() {
        let here = best[index * wide + other];
        let likeness = alike[index * new.len() + other];
        let is_pair = likeness >= ALIKE
            && here <= best[(index + 1) * wide + other + 1] + likeness
            && here > best[(index + 1) * wide + other].max(best[index * wide + other + 1]);
        if is_pair {
            pairs.push((index, other));
            (index, other) = (index + 1, other + 1);
        } else if best[(index + 1) * wide + other] >= here {
            index += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

/// How much of both lines is the same: from 0 to 1.
fn likeness(old: &str, new: &str) -> f32 {
    let (old, new) = (without_end(old).trim(), without_end(new).trim());
    let length = |words: &[&str]| -> usize {
        let solid = words.iter().filter(|it| !it.trim().is_empty());
        solid.map(|it| it.len()).sum()
    };
    let (words, others) = (words(old), words(new));
    let all = length(&words) + length(&others);
    let ops = capture_diff_slices(Algorithm::Myers, &words, &others);
    let same = ops.iter().filter(|it| matches!(it, DiffOp::Equal { .. }));
    let same: usize = same.map(|op| length(&words[op.old_range()])).sum();
    #[expect(clippy::cast_precision_loss, reason = "lines are no millions of bytes")]
    let share = 2.0 * same as f32 / all.max(1) as f32;
    share
}

/// Both lines in pieces, those marked that differ.
fn marked(old: &str, new: &str) -> (Side, Side) {
    let (words, others) = (words(old), words(new));
    let mut sides = (Pieces::default(), Pieces::default());
    let ops = capture_diff_slices(Algorithm::Myers, &words, &others);
    for (index, op) in ops.iter().enumerate() {
        let (old, new) = (
            words[op.old_range()].concat(),
            others[op.new_range()].concat(),
        );
        let is_between = index > 0 && index + 1 < ops.len();
        // A blank between two marks is marked as well.
        let is_same = matches!(op, DiffOp::Equal { .. }) && !(is_between && old.trim().is_empty());
        sides.0.push(&old, !is_same);
        sides.1.push(&new, !is_same);
    }
    (sides.0.end(), sides.1.end())
}

/// Pieces of a line that are marked by turns.
#[derive(Default)]
struct Pieces(Side);

impl Pieces {
    fn push(&mut self, text: &str, is_marked: bool) {
        if text.is_empty() {
            return;
        }
        let is_odd = self.0.len().is_multiple_of(2);
        match self.0.last_mut() {
            Some(last) if is_odd == is_marked => last.push_str(text),
            None if is_marked => self.0.extend([String::new(), text.to_owned()]),
            _ => self.0.push(text.to_owned()),
        }
    }

    /// An end of line is seen only where it differs.
    fn end(mut self) -> Side {
        let is_plain = !self.0.len().is_multiple_of(2);
        if let Some(last) = self.0.last_mut() {
            *last = if is_plain {
                without_end(last).to_owned()
            } else {
                last.replace('\n', "⏎")
            };
        }
        if self.0.len() > 1 && self.0.last().is_some_and(String::is_empty) {
            self.0.pop();
        }
        self.0
    }
}

/// Words with the hyphens before them, runs of blanks, and single signs.
fn words(line: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        ' ' | '\t' => 2,
        '-' => 3,
        _ => 0,
    };
    let mut words = Vec::new();
    let (mut start, mut before) = (0, 0);
    for (at, c) in line.char_indices() {
        let kind = kind(c);
        let goes_on = kind == before && kind != 0 || (before, kind) == (3, 1);
        if at > start && !goes_on {
            words.push(&line[start..at]);
            start = at;
        }
        before = kind;
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Row, hunks};

    fn changed(row: &Row) -> (String, String) {
        let told = |side: &Option<Vec<String>>| {
            let side = side.iter().flatten().enumerate();
            side.map(|(index, it)| match index % 2 {
                0 => it.clone(),
                _ => format!("[{it}]"),
            })
            .collect()
        };
        match row {
            Row::Same(text) => (text.clone(), text.clone()),
            Row::Changed(old, new) => (told(old), told(new)),
        }
    }

    #[test]
    fn words_that_differ_are_marked_and_likes_stand_beside_likes() {
        let before = "FROM python:3.11\nRUN pip install -r a.txt\n";
        let after = "FROM python:3.11-slim\nENV A=1\nRUN pip install --no-cache-dir -r a.txt\n";
        let hunks = hunks(before, after);
        let rows: Vec<_> = hunks[0].rows.iter().map(changed).collect();
        assert_eq!(
            rows,
            [
                ("FROM python:3.11".into(), "FROM python:3.11[-slim]".into()),
                (String::new(), "ENV A=1".into()),
                (
                    "RUN pip install -r a.txt".into(),
                    "RUN pip install [--no-cache-dir ]-r a.txt".into()
                ),
            ] as [(String, String); 3]
        );
        assert_eq!(hunks[0].from, (1, 1));
    }

    #[test]
    fn an_end_of_line_is_seen_where_it_differs() {
        let rows = &hunks("RUN a\r\n", "RUN a\r\n\r\n")[0].rows;
        assert_eq!(rows.len(), 2);
        let rows = &hunks("RUN a", "RUN a\n")[0].rows;
        assert_eq!(changed(&rows[0]), ("RUN a".into(), "RUN a[⏎]".into()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

        /// Both sides are the lines of both texts, in order.
        #[test]
        fn no_line_is_lost(old in "([ab:] ?[ab]?\n){0,9}", new in "([ab:] ?[ab]?\n){0,9}") {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            for hunk in hunks(&old, &new) {
                prop_assert_eq!(hunk.from.0, hunk.lines.start + 1);
                for row in hunk.rows {
                    match row {
                        Row::Same(text) => {
                            before.push(text.clone());
                            after.push(text);
                        }
                        Row::Changed(old, new) => {
                            before.extend(old.map(|it| it.concat()));
                            after.extend(new.map(|it| it.concat()));
                        }
                    }
                }
            }
            // Nine lines with three around every change may leave out equal ones.
            let left_out = |all: &str, told: &[String]| all.lines().count() - told.len();
            prop_assert_eq!(left_out(&old, &before), left_out(&new, &after));
            let mut lines = new.lines();
            prop_assert!(after.iter().all(|told| lines.any(|it| it == told)));
            let mut lines = old.lines();
            prop_assert!(before.iter().all(|told| lines.any(|it| it == told)));
        }
    }
}
