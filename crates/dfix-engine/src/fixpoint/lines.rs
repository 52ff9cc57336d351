//! Words that name lines: those of the input, where the first round told the same of the same place.

use std::borrow::Cow;

use dfix_model::OpenCondition;

use crate::outcome::Finding;

/// Puts the lines of the input into the words of a finding of a later text; `first` are those of the input.
pub fn lines_of_input(finding: &mut Finding, first: &[Finding]) {
    let is_same = |it: &&Finding| {
        it.rule == finding.rule
            && it.origin == finding.origin
            && is_same_text(&it.message, &finding.message)
    };
    let Some(first) = first.iter().find(is_same) else {
        return;
    };
    finding.message.clone_from(&first.message);
    if let (Some(remedy), Some(first)) = (&mut finding.remedy, &first.remedy) {
        take(remedy, [first]);
    }
    if let (Some(fix), Some(first)) = (&mut finding.fix, &first.fix) {
        for OpenCondition { condition, remedy } in &mut fix.unproven {
            take(condition, first.unproven.iter().map(|it| &it.condition));
            take(remedy, first.unproven.iter().map(|it| &it.remedy));
        }
    }
}

/// Takes the first text that is the same but for its lines.
fn take<'a>(text: &mut String, texts: impl IntoIterator<Item = &'a String>) {
    let mut same = texts.into_iter().filter(|it| is_same_text(it, text));
    if let Some(first) = same.next().cloned() {
        *text = first;
    }
}

/// Whether two texts are the same, but for the lines that they name.
fn is_same_text(one: &str, other: &str) -> bool {
    one == other || without_lines(one).eq(without_lines(other))
}

/// The words of a text with a mark for each line that it names: `line 3`, `lines 3, 5 and 8`.
fn without_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut is_of_lines = false;
    text.split(' ').map(move |word| {
        let inner = word.trim_matches(|it: char| !it.is_ascii_alphanumeric());
        let is_number = !inner.is_empty() && inner.bytes().all(|it| it.is_ascii_digit());
        if is_of_lines && is_number {
            return Cow::Owned(word.replace(inner, "N"));
        }
        is_of_lines = matches!(inner, "line" | "lines") || (is_of_lines && inner == "and");
        Cow::Borrowed(word)
    })
}

#[cfg(test)]
mod tests {
    use super::is_same_text;

    #[test]
    fn only_lines_may_differ() {
        assert!(is_same_text(
            "line 60 installs, as lines 3, 5 and 8 do",
            "line 59 installs, as lines 2, 4 and 7 do"
        ));
        assert!(!is_same_text("line 3 has 2 words", "line 3 has 4 words"));
        assert!(!is_same_text("port 80 of line 3", "port 81 of line 3"));
    }
}
