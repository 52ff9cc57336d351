//! Why a fix is right or what is missing, and what a person can do.

use dfix_engine::{Effect, Fix, Safety};
use dfix_model::OpenCondition;
use rustc_hash::FxHashMap;

use super::entry::{Entry, Status};
use crate::labels;

/// The message of a finding with its advice, one sentence a line.
pub(crate) fn message_and_advice(entry: &Entry<'_>) -> String {
    let mut lines = vec![entry.finding.message.clone()];
    lines.extend(advice(entry));
    lines.join("\n")
}

/// One sentence each.
pub(crate) fn advice(entry: &Entry<'_>) -> Vec<String> {
    footers(entry)
        .into_iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect()
}

/// What stands below the place: level and evidence, what is missing, what a person can do.
pub(crate) fn footers(entry: &Entry<'_>) -> Vec<(&'static str, String)> {
    let finding = entry.finding;
    let mut footers = Vec::new();
    if let Some(fix) = &finding.fix {
        footers.extend(of_fix(fix));
        if matches!(entry.status, Status::Withheld(_)) {
            let flag = match fix.safety {
                Safety::Unsafe => "--unsafe applies this fix all the same",
                _ => "it is applied where neither --safe-only nor `level = \"safe\"` holds it back",
            };
            footers.push(("help", flag.to_owned()));
        }
    }
    if let Some(refused) = entry.refused {
        let proof = labels::proof(refused.proof);
        footers.push(("failed proof", format!("{proof}: {}", refused.reason)));
    }
    footers.extend(finding.remedy.iter().map(|it| ("help", it.clone())));
    footers
}

/// Why a fix is right, and what is open.
pub(crate) fn of_fix(fix: &Fix) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let level = labels::safety(fix.safety);
    if fix.safety != Safety::Unsafe && fix.evidence.is_empty() {
        lines.push((level, effects(&fix.effects)));
    }
    // What was established is so, whatever else is open.
    let level = match fix.safety {
        Safety::Unsafe => labels::safety(Safety::Checked),
        _ => level,
    };
    lines.extend(fix.evidence.iter().map(|it| (level, it.clone())));
    lines.extend(open_conditions(&fix.unproven));
    lines
}

/// What is not established, each with what a person can do about it. Where the same helps against many, the first few stand
/// for them: a project of 20 services that mount 20 folders each has 400 places to look at, and no reader reads on.
pub(crate) fn open_conditions(open: &[OpenCondition]) -> Vec<(&'static str, String)> {
    /// So many with one remedy are named.
    const NAMED: usize = 3;
    let mut with: FxHashMap<&str, usize> = FxHashMap::default();
    for it in open {
        *with.entry(&it.remedy).or_default() += 1;
    }
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut lines = Vec::new();
    for OpenCondition { condition, remedy } in open {
        let number = seen.entry(remedy).or_default();
        *number += 1;
        if *number > NAMED {
            continue;
        }
        lines.push(("not established", condition.clone()));
        let more = with[remedy.as_str()].saturating_sub(NAMED);
        if *number == NAMED && more > 0 {
            let more = format!("{more} more like this (`--format json` names them)");
            lines.push(("not established", more));
        }
        lines.push(("help", remedy.clone()));
    }
    lines
}

fn effects(effects: &[Effect]) -> String {
    let texts: Vec<String> = effects.iter().map(labels::effect).collect();
    texts.join(", ")
}

/// A text without control characters, which a terminal might obey.
pub(crate) fn printable(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(show).collect()
}

#[cfg(test)]
mod tests {
    use dfix_model::OpenCondition;

    use super::open_conditions;

    #[test]
    fn of_many_with_one_remedy_the_first_stand_for_all() {
        let open = |condition: &str, remedy: &str| OpenCondition::new(condition, remedy);
        let mut all = vec![open("whether a", "look"), open("whether x", "ask")];
        all.extend([open("whether b", "look"), open("whether c", "look")]);
        let three = open_conditions(&all);
        assert_eq!(three.len(), 8, "{three:?}");
        all.extend([open("whether d", "look"), open("whether e", "look")]);
        let said: Vec<String> = open_conditions(&all)
            .iter()
            .map(|(name, text)| format!("{name}: {text}"))
            .collect();
        assert_eq!(
            said[6..],
            [
                "not established: whether c",
                "not established: 2 more like this (`--format json` names them)",
                "help: look",
            ]
        );
        assert_eq!(said.len(), 9);
    }
}
