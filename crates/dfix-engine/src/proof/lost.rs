//! Nothing lost: comments, here-documents, line ends, byte order mark, final line end.

use rustc_hash::FxHashMap;

use dfix_syntax::{SyntaxKind, TextRange};

use crate::fix::Effect;
use crate::outcome::{Finding, Proof};
use crate::proof::align::shortened;
use crate::proof::failure::{Failure, failure};
use crate::proof::snapshot::{Snapshot, Token};
use crate::ranges::overlap;
use crate::splice::Splice;

pub(crate) fn nothing_lost(
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
    batch: &[&Finding],
) -> Result<(), Failure> {
    let lost = |reason: String| Err(failure(Proof::NothingLost, reason));
    let rewritten = rewritten(batch);
    if let Some(comment) = rewritten
        .iter()
        .find(|it| !is_a_comment_still(**it, before, after, splice))
    {
        let comment = shortened(&before.text[*comment]);
        return lost(format!("the comment `{comment}` would be no comment"));
    }
    if let Some(comment) = missing(before, after, SyntaxKind::COMMENT, &rewritten) {
        return lost(format!("the comment `{}` is lost", shortened(comment)));
    }
    if let Some(body) = missing(before, after, SyntaxKind::HEREDOC_TEXT, &[]) {
        return lost(format!(
            "the here-document's text `{}` is lost or changed",
            shortened(body)
        ));
    }
    if before.text.starts_with('\u{feff}') != after.text.starts_with('\u{feff}') {
        return lost("the byte order mark changed".to_owned());
    }
    // Line ends may be the very thing that a layout fix is about.
    let only_layout = batch.iter().all(|finding| {
        finding
            .fix
            .as_ref()
            .is_some_and(|fix| fix.effects.iter().all(|e| *e == Effect::Layout))
    });
    if only_layout {
        return Ok(());
    }
    if before.text.ends_with('\n') != after.text.ends_with('\n') {
        return lost("the final line end changed".to_owned());
    }
    let (crlf_before, lf_before) = line_ends(&before.text);
    let (crlf_after, lf_after) = line_ends(&after.text);
    let new_crlf = crlf_before == 0 && lf_before > 0 && crlf_after > 0;
    let new_lf = lf_before == 0 && crlf_before > 0 && lf_after > 0;
    if new_crlf || new_lf {
        return lost("the line ends are no longer all alike".to_owned());
    }
    Ok(())
}

/// The places of comments that fixes declare to write anew.
fn rewritten(batch: &[&Finding]) -> Vec<TextRange> {
    let fixes = batch.iter().filter_map(|it| it.fix.as_ref());
    let comments = fixes
        .flat_map(|fix| &fix.effects)
        .filter_map(|it| match it {
            Effect::Comment { comment } => Some(*comment),
            _ => None,
        });
    comments.collect()
}

/// Whether what takes the place of a comment is one, or several, and nothing else; or it goes with its line, and nothing else does.
fn is_a_comment_still(
    comment: TextRange,
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
) -> bool {
    let mut images = splice
        .edits()
        .filter(|(edit, _)| overlap(edit.range, comment));
    images.all(|(edit, image)| {
        if image.is_empty() {
            return goes_with_its_line(comment, edit.range, &before.text);
        }
        let first = after
            .tokens
            .partition_point(|it| it.range.end() <= image.start());
        let new = || {
            let rest = after.tokens[first..].iter();
            rest.take_while(|it| it.range.start() < image.end())
        };
        let is_blank = |it: &Token| matches!(it.kind, SyntaxKind::WHITESPACE | SyntaxKind::NEWLINE);
        let is_comment = |it: &Token| it.kind == SyntaxKind::COMMENT;
        edit.range == comment
            && new().any(is_comment)
            && new().all(|it| is_comment(it) || is_blank(it))
    })
}

/// Whether what is taken away is a comment and all of its line, and nothing else.
fn goes_with_its_line(comment: TextRange, taken: TextRange, text: &str) -> bool {
    let is_line = text[..usize::from(taken.start())]
        .chars()
        .next_back()
        .is_none_or(|it| it == '\n')
        && text[taken].ends_with('\n');
    is_line && taken.contains_range(comment) && text[taken].trim() == text[comment].trim()
}

/// A token's text of this kind that is there less often than before, but for those at the places of `except`. Blanks at its end
/// do not count.
fn missing<'a>(
    before: &'a Snapshot,
    after: &'a Snapshot,
    kind: SyntaxKind,
    except: &[TextRange],
) -> Option<&'a str> {
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    let of_kind = |it: &&Token| it.kind == kind;
    let text = |snapshot: &'a Snapshot, it: &Token| snapshot.text[it.range].trim_end();
    for token in after.tokens.iter().filter(of_kind) {
        *counts.entry(text(after, token)).or_default() += 1;
    }
    let tokens = before.tokens.iter().filter(of_kind);
    let kept = tokens.filter(|it| !except.contains(&it.range));
    let mut texts = kept.map(|it| text(before, it));
    texts.find(|text| match counts.get_mut(text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

/// How many lines end in `\r\n`, and how many in `\n` alone.
fn line_ends(text: &str) -> (usize, usize) {
    let all = text.bytes().filter(|it| *it == b'\n').count();
    let crlf = if text.contains('\r') {
        text.matches("\r\n").count()
    } else {
        0
    };
    (crlf, all - crlf)
}
