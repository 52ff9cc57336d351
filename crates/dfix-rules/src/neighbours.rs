//! Instructions of one kind that stand on lines right below each other, and may be one.

use dfix_engine::{Effect, Findings, Safety};
use dfix_model::{Model, Pair, Step, StepKind, Word};
use dfix_syntax::{NodeOrToken, SyntaxKind};

/// Makes one instruction of neighbours: `ENV`s or `LABEL`s with a line for each pair, `EXPOSE`s on one line.
pub(crate) fn merge(file: &Model<'_>, kind: StepKind, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let steps: Vec<Step<'_>> = stage.steps().collect();
        let mut rest = steps.as_slice();
        while let Some((first, later)) = rest.split_first() {
            rest = later;
            if !is_plain(*first, kind) {
                continue;
            }
            let mut group = vec![*first];
            while let Some((next, later)) = rest.split_first()
                && is_plain(*next, kind)
                && is_right_below(group[group.len() - 1], *next)
                && !depends_on(*next, &group)
            {
                group.push(*next);
                rest = later;
            }
            if group.len() > 1 {
                judge(&group, out);
            }
        }
    }
}

fn judge(group: &[Step<'_>], out: &mut Findings<'_>) {
    // The last one stays, so that the file ends as it did; no comment stands between them.
    let Some((last, others)) = group.split_last() else {
        return;
    };
    let first = group[0];
    let name = first.name();
    let message = format!("{} `{name}`s in a row", group.len());
    out.judge(first, Safety::Safe, message, |case| {
        let pieces: Vec<&str> = group.iter().flat_map(|step| pieces(*step)).collect();
        let between = if first.is(StepKind::Expose) {
            " "
        } else {
            " \\\n    "
        };
        let source = format!("{name} {}", pieces.join(between));
        case.declare(Effect::changed(*last));
        for step in others {
            case.declare(Effect::removed(*step));
        }
        case.fix(|edit| {
            edit.replace_instruction(*last, &source);
            for step in others {
                edit.remove_instruction(*step);
            }
        });
        Ok(())
    });
}

/// What the instruction holds, piece by piece, as it is written.
fn pieces(step: Step<'_>) -> Vec<&str> {
    let text = step.file().text();
    if step.is(StepKind::Expose) {
        return step.words().map(Word::source_text).collect();
    }
    step.pairs().map(|pair| &text[pair.range()]).collect()
}

/// Whether an instruction is of the kind, holds no comment, and each of its pieces stands on one line.
fn is_plain(step: Step<'_>, kind: StepKind) -> bool {
    let is_token = |wanted: SyntaxKind| {
        let tokens = step.syntax().descendants_with_tokens();
        let mut tokens = tokens.filter_map(NodeOrToken::into_token);
        tokens.any(|it| it.kind() == wanted)
    };
    step.is(kind)
        && !step.is_onbuild()
        && !step.pairs().any(Pair::is_legacy)
        && !is_token(SyntaxKind::COMMENT)
        && !pieces(step).is_empty()
        && !pieces(step).iter().any(|it| it.contains('\n'))
}

/// Whether nothing stands between two instructions, not even an empty line.
fn is_right_below(step: Step<'_>, next: Step<'_>) -> bool {
    let text = step.file().text();
    let between = &text[step.range().end().into()..next.range().start().into()];
    between.trim().is_empty() && between.matches('\n').count() <= 1
}

/// Whether a step would mean something else in one instruction with those before: it sets what one of them sets, uses it, or only
/// the build can tell what it sets.
fn depends_on(step: Step<'_>, before: &[Step<'_>]) -> bool {
    let set: Option<Vec<&str>> = before
        .iter()
        .flat_map(|it| it.pairs())
        .map(Pair::key_text)
        .collect();
    let Some(set) = set else {
        return true;
    };
    step.pairs().any(|pair| {
        let is_set = pair.key_text().is_none_or(|key| set.contains(&key));
        let is_used = |name: &String| step.is(StepKind::Env) && set.contains(&name.as_str());
        is_set
            || pair
                .value()
                .is_some_and(|it| it.variables().iter().any(is_used))
    })
}
