//! Why a fix is right or what is missing, and what a person can do.

use dfix_engine::{Effect, Safety};

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
        let level = labels::safety(fix.safety);
        if fix.safety != Safety::Unsafe && fix.evidence.is_empty() {
            footers.push((level, effects(&fix.effects)));
        }
        // What was established is so, whatever else is open.
        let level = match fix.safety {
            Safety::Unsafe => labels::safety(Safety::Checked),
            _ => level,
        };
        footers.extend(fix.evidence.iter().map(|it| (level, it.clone())));
        for unproven in &fix.unproven {
            footers.push(("not established", unproven.condition.clone()));
            footers.push(("help", unproven.remedy.clone()));
        }
        if matches!(entry.status, Status::Withheld(_)) {
            let flag = match fix.safety {
                Safety::Unsafe => "--unsafe applies this fix all the same",
                _ => "it is applied without --safe-only",
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
