//! Nothing lost: comments, here-documents, line ends, byte order mark, final line end.

use std::collections::HashMap;

use dfix_syntax::SyntaxKind;

use crate::fix::Effect;
use crate::outcome::{Finding, Proof};
use crate::proof::align::shortened;
use crate::proof::failure::{Failure, failure};
use crate::proof::snapshot::Snapshot;

pub(crate) fn nothing_lost(
    before: &Snapshot,
    after: &Snapshot,
    batch: &[&Finding],
) -> Result<(), Failure> {
    let lost = |reason: String| Err(failure(Proof::NothingLost, reason));
    if let Some(comment) = missing(before, after, SyntaxKind::COMMENT) {
        return lost(format!("the comment `{}` is lost", shortened(comment)));
    }
    if let Some(body) = missing(before, after, SyntaxKind::HEREDOC_TEXT) {
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

/// A token's text of this kind that is there less often than before. Blanks at its end do not count.
fn missing<'a>(before: &'a Snapshot, after: &'a Snapshot, kind: SyntaxKind) -> Option<&'a str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let texts = |snapshot: &'a Snapshot| {
        snapshot
            .tokens
            .iter()
            .filter(move |t| t.kind == kind)
            .map(|t| snapshot.text[t.range].trim_end())
    };
    for text in texts(after) {
        *counts.entry(text).or_default() += 1;
    }
    texts(before).find(|text| match counts.get_mut(text) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

/// How many lines end in `\r\n`, and how many in `\n` alone.
fn line_ends(text: &str) -> (usize, usize) {
    let (mut crlf, mut lf) = (0, 0);
    for (at, _) in text.match_indices('\n') {
        if text[..at].ends_with('\r') {
            crlf += 1;
        } else {
            lf += 1;
        }
    }
    (crlf, lf)
}
