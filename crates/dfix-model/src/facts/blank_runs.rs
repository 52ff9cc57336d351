//! Several blanks where one parts two words, and whether they put words below one another.
//!
//! Source: BuildKit, `frontend/dockerfile/parser`: `splitCommand` and the parsers of the arguments take any run of blanks for one; so
//! does a shell outside of quotes (POSIX.1-2017, Shell Command Language, 2.3).

use dfix_syntax::{SyntaxKind, SyntaxToken, TextRange};
use rustc_hash::FxHashSet;

use crate::collect::model::Model;
use crate::facts::layout::outside_of_heredocs;

/// A run of blanks.
#[derive(Debug, Clone, Copy)]
pub struct BlankRun {
    /// Its place.
    pub range: TextRange,
    /// Whether it, or another on its line, has a word stand above or below another, or a tab may have.
    pub is_aligned: bool,
}

/// The runs of two blanks and more inside a line of an instruction, in order: not what sets a line in or ends it, not in quotes and
/// here-documents, and none with a tab, which is as wide as the reader's editor says.
pub(super) fn blank_runs(file: &Model<'_>) -> Vec<BlankRun> {
    let mut found: Vec<(usize, usize, TextRange)> = Vec::new();
    let lines: Vec<Vec<char>> = file
        .text
        .lines()
        .map(|it| it.trim_start_matches(BOM).chars().collect())
        .collect();
    let places = dfix_syntax::LineIndex::new(file.text);
    for step in file.steps().filter(|it| it.source_text().contains("  ")) {
        let tokens = outside_of_heredocs(step.syntax());
        for (at, token) in tokens.iter().enumerate() {
            let is_run = token.kind() == SyntaxKind::WHITESPACE && is_run(token.text());
            if is_run && parts_words(&tokens, at) {
                let range = token.text_range();
                let place = places.position_in_chars(file.text, range.end().into());
                let is_after_bom = place.line == 0 && file.text.starts_with(BOM);
                let column = place.column - usize::from(is_after_bom);
                found.push((place.line, column, range));
            }
        }
    }
    let is_said = |line: &Vec<char>| {
        let first = line.iter().find(|it| !it.is_whitespace());
        first.is_some_and(|it| *it != '#')
    };
    let mut kept = FxHashSet::default();
    for (line, column, range) in &found {
        let above = lines[..*line].iter().rposition(is_said);
        let below = lines.iter().skip(line + 1).position(is_said);
        let around = [above, below.map(|it| line + 1 + it)];
        for other in around.into_iter().flatten() {
            if begins_word(&lines[other], *column) {
                kept.extend([*line, other]);
            }
        }
        let is_wide = |it: TextRange| it.len() > 2.into();
        let is_column = |(other, at, wide): &&(usize, usize, TextRange)| {
            other != line && at == column && is_wide(*wide)
        };
        // The columns of a table go on behind other instructions.
        if is_wide(*range) && found.iter().any(|it| is_column(&it)) {
            kept.insert(*line);
        }
        let text = lines[*line].iter().skip_while(|it| it.is_whitespace());
        if text.into_iter().any(|it| *it == '\t') {
            kept.insert(*line);
        }
    }
    let told = |(line, _, range): (usize, usize, TextRange)| BlankRun {
        range,
        is_aligned: kept.contains(&line),
    };
    found.into_iter().map(told).collect()
}

/// What may stand before the first line and takes no room.
const BOM: char = '\u{feff}';

fn is_run(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|it| it == b' ')
}

/// Whether a word stands before it, and one or the escape character at the line's end behind it: what sets a comment apart is left.
fn parts_words(tokens: &[SyntaxToken], at: usize) -> bool {
    use SyntaxKind::{COMMENT, CONTINUATION, NEWLINE};
    let before = at.checked_sub(1).and_then(|it| tokens.get(it));
    let after = tokens.get(at + 1);
    before.is_some_and(|it| !matches!(it.kind(), CONTINUATION | NEWLINE))
        && after.is_some_and(|it| !matches!(it.kind(), COMMENT | NEWLINE))
}

/// Whether a word begins in this column of a line, counted from 0, or the line's text does.
fn begins_word(line: &[char], column: usize) -> bool {
    let is_blank = |at: usize| line.get(at).is_none_or(|it| matches!(it, ' ' | '\t'));
    column > 0 && !is_blank(column) && is_blank(column - 1)
}
