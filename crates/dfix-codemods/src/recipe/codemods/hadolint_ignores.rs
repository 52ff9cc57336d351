//! Comments that ask hadolint not to hear a rule, as comments of dfix.

use dfix_engine::{
    Codemod, Effect, Findings, ForeignIgnore, Hears, OpenCondition, Rule, Safety, remedy,
};
use dfix_model::Model;

/// The codemod: codes that a rule of dfix answers to become its name, the others stay in a comment of hadolint's.
#[derive(Debug)]
pub(crate) struct HadolintIgnores {
    pub(crate) recipe: &'static str,
    /// The rules whose names are written.
    pub(crate) rules: &'static [&'static Rule],
}

impl Codemod for HadolintIgnores {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let launches = file.context().launches();
        let running = launches.hadolint.first();
        for comment in out.foreign_ignores() {
            let split = Split::of(&comment, self.rules);
            if split.ours.is_empty() {
                continue;
            }
            let message = format!("`{}` is asked of hadolint", split.codes.join("`, `"));
            out.judge(comment.range, Safety::Safe, message, |case| {
                let reason = reason(&comment)?;
                if comment.heard_by == Hears::Neither {
                    return Err(remedy!(
                        "no instruction stands right below it, so neither tool heeds it: move it there, or delete it"
                    ));
                }
                if comment.heard_by == Hears::DfixOnly {
                    case.evidence("dfix heeds it here; hadolint reads none but right above an instruction");
                }
                let file = if comment.is_global { "-file" } else { "" };
                let own = format!("# dfix: ignore{file}={}", split.ours.join(","));
                let mut lines = vec![spaced(own, reason)];
                if !split.others.is_empty() {
                    let global = if comment.is_global { "global " } else { "" };
                    let kept = format!("# hadolint {global}ignore={}", split.others.join(","));
                    // Hadolint heeds the last line above an instruction only; the reason is above.
                    lines.push(kept);
                    case.evidence(format!(
                        "no rule of dfix is about {}: left to hadolint",
                        split.others.join(", ")
                    ));
                }
                for (code, rule) in split.codes.iter().zip(&split.rules) {
                    case.evidence(format!("{code} is `{rule}` here"));
                }
                case.open(running.map(|it| {
                    OpenCondition::new(
                        format!("whether hadolint, which `{it}` names, may hear {} again", split.codes.join(", ")),
                        "take it away there, or have it ignore the codes in its own settings",
                    )
                }));
                case.declare(Effect::comment(comment.range));
                case.fix(|edit| edit.replace_comment(comment.range, lines));
                Ok(())
            });
        }
    }
}

/// The codes of a comment: those that rules of dfix answer to, and the others.
#[derive(Default)]
struct Split<'c> {
    codes: Vec<&'c str>,
    /// The rules of each of the codes.
    rules: Vec<String>,
    /// The rules, each once.
    ours: Vec<&'static str>,
    others: Vec<&'c str>,
}

impl<'c> Split<'c> {
    fn of(comment: &'c ForeignIgnore, rules: &[&'static Rule]) -> Self {
        let mut split = Split::default();
        for code in &comment.names {
            let is_it =
                |rule: &&&'static Rule| rule.aliases.iter().any(|it| it.eq_ignore_ascii_case(code));
            let named: Vec<&'static str> = rules.iter().filter(is_it).map(|it| it.id).collect();
            if named.is_empty() {
                split.others.push(code);
                continue;
            }
            split.codes.push(code);
            split.rules.push(named.join("`, `"));
            for id in named {
                if !split.ours.contains(&id) {
                    split.ours.push(id);
                }
            }
        }
        split
    }
}

/// Why the comment is there, as it says itself.
fn reason(comment: &ForeignIgnore) -> Result<&str, dfix_engine::Remedy> {
    let rest = comment.rest.trim();
    if rest.starts_with("shell=") {
        return Err(remedy!(
            "it says hadolint's `shell=`, too: give that a comment of its own first"
        ));
    }
    let mut first = rest.chars();
    let is_code = rest.len() > 2
        && first.by_ref().take(2).all(|it| it.is_ascii_uppercase())
        && first.next().is_some_and(|it| it.is_ascii_digit());
    let is_apart = comment.rest.starts_with([' ', '\t', '#']);
    if is_code || !(rest.is_empty() || is_apart) {
        return Err(remedy!(
            "it cannot be told where its list ends: write the codes with commas between"
        ));
    }
    Ok(rest.trim_start_matches(['#', ';']).trim_start())
}

fn spaced(text: String, more: &str) -> String {
    if more.is_empty() {
        text
    } else {
        format!("{text} {more}")
    }
}
