//! Which token and which instruction after is which one before.

use dfix_syntax::TextRange;

use crate::outcome::Proof;
use crate::proof::failure::{Failure, failure};
use crate::proof::snapshot::{Snapshot, Token};
use crate::ranges::overlap;
use crate::splice::Splice;

/// The instructions' counterparts.
#[derive(Debug)]
pub(crate) struct Alignment {
    /// For each instruction before, the one after.
    pub(crate) forward: Vec<Option<usize>>,
    /// For each instruction after, the one before.
    pub(crate) backward: Vec<Option<usize>>,
    /// For each instruction after that has none: the one that it was written in the place of.
    pub(crate) in_place_of: Vec<Option<usize>>,
    ranges: Vec<TextRange>,
}

impl Alignment {
    /// The place of an instruction before.
    pub(crate) fn old_range(&self, before: usize) -> Option<TextRange> {
        self.ranges.get(before).copied()
    }
}

/// Finds the counterparts.
///
/// Every token that no edit touches must be there afterwards, at its place, as the same kind of
/// token. So nothing can be swallowed: not by a comment, a quotation, a here-document or a
/// continuation.
pub(crate) fn align(
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
) -> Result<Alignment, Failure> {
    let mut alignment = Alignment {
        forward: vec![None; before.instructions.len()],
        backward: vec![None; after.instructions.len()],
        in_place_of: vec![None; after.instructions.len()],
        ranges: before
            .instructions
            .iter()
            .map(dfix_syntax::SyntaxNode::text_range)
            .collect(),
    };
    let edits: Vec<TextRange> = splice.edits().map(|(edit, _)| edit.range).collect();
    let mut first_edit = 0;
    let mut next = 0;
    for token in &before.tokens {
        while edits
            .get(first_edit)
            .is_some_and(|e| e.end() < token.range.start())
        {
            first_edit += 1;
        }
        if is_touched(token, &edits[first_edit..]) {
            continue;
        }
        let place = moved(token.range, splice, &edits);
        while after
            .tokens
            .get(next)
            .is_some_and(|t| t.range.start() < place.start())
        {
            next += 1;
        }
        let counterpart = after
            .tokens
            .get(next)
            .filter(|t| t.range == place && t.kind == token.kind)
            .ok_or_else(|| {
                failure(
                    Proof::Parses,
                    format!(
                        "`{}` would be read as something else",
                        shortened(&before.text[token.range])
                    ),
                )
            })?;
        if token.kind.is_trivia() {
            continue;
        }
        pair(&mut alignment, token.owner, counterpart.owner).ok_or_else(|| {
            failure(
                Proof::Parses,
                format!(
                    "`{}` would become part of another instruction",
                    shortened(&before.text[token.range])
                ),
            )
        })?;
    }
    pair_rewritten(before, after, splice, &mut alignment);
    Ok(alignment)
}

/// Whether an edit touches a token. A loose one is touched at its borders too.
fn is_touched(token: &Token, edits: &[TextRange]) -> bool {
    for edit in edits {
        if edit.start() > token.range.end() {
            break;
        }
        let overlaps = edit.start() < token.range.end() && token.range.start() < edit.end();
        if overlaps || token.loose {
            return true;
        }
    }
    false
}

/// Where an untouched token must be afterwards.
fn moved(range: TextRange, splice: &Splice, edits: &[TextRange]) -> TextRange {
    if edits.is_empty() {
        return range;
    }
    // An insertion at the token's start pushes it on; one at its end leaves it.
    let passed = edits.partition_point(|edit| edit.end() <= range.start());
    let shift = splice.shift_after(passed);
    let start = i64::from(u32::from(range.start())) + shift;
    TextRange::at(
        u32::try_from(start)
            .expect("a parsed text is shorter than 4 GiB")
            .into(),
        range.len(),
    )
}

/// Notes that two instructions share a token; `None` if one of them has another counterpart.
fn pair(alignment: &mut Alignment, before: Option<usize>, after: Option<usize>) -> Option<()> {
    match (before, after) {
        (None, None) => Some(()),
        (Some(b), Some(a)) => {
            let ahead = *alignment.forward[b].get_or_insert(a);
            let back = *alignment.backward[a].get_or_insert(b);
            (ahead == a && back == b).then_some(())
        }
        _ => None,
    }
}

/// The instructions that share a byte with `range`.
fn overlapping(snapshot: &Snapshot, range: TextRange) -> impl Iterator<Item = usize> {
    let instructions = &snapshot.instructions;
    let first = instructions.partition_point(|node| node.text_range().end() <= range.start());
    (first..instructions.len())
        .take_while(move |&i| instructions[i].text_range().start() < range.end())
        .filter(move |&i| overlap(instructions[i].text_range(), range))
}

/// Pairs instructions all of whose tokens were written anew, in the order in which they stand.
fn pair_rewritten(before: &Snapshot, after: &Snapshot, splice: &Splice, alignment: &mut Alignment) {
    for (edit, image) in splice.edits() {
        let gone: Vec<usize> = overlapping(before, edit.range)
            .filter(|&b| alignment.forward[b].is_none())
            .collect();
        if gone.is_empty() {
            continue;
        }
        let new: Vec<usize> = overlapping(after, image)
            .filter(|&a| alignment.backward[a].is_none())
            .collect();
        let mut from = 0;
        for &b in &gone {
            let kind = before.instructions[b].kind();
            let same = (from..new.len()).find(|&i| after.instructions[new[i]].kind() == kind);
            if let Some(i) = same {
                alignment.forward[b] = Some(new[i]);
                alignment.backward[new[i]] = Some(b);
                from = i + 1;
            }
        }
        if let Some(&b) = gone.first() {
            for &a in &new {
                if alignment.backward[a].is_none() {
                    alignment.in_place_of[a] = Some(b);
                }
            }
        }
    }
}

pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = line.chars().take(LONGEST).collect();
    short.push('…');
    short
}
