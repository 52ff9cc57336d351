//! Node.js that a build installs from the archive of NodeSource: its version stands in an address, or in a variable of it.

use dfix_engine::{Findings, Safety, remedy};
use dfix_model::{Assignment, Command, Model, Pair, Step, is_comment};
use dfix_syntax::{TextRange, TextSize};
use regex::Regex;

use super::numbers::{Numbers, numbers};

/// Tells of each place that names an earlier version; `is_asked` tells whether a version is to become the new one.
pub(super) fn check(
    file: &Model<'_>,
    to: &str,
    is_asked: &dyn Fn(&[u32]) -> bool,
    out: &mut Findings<'_>,
) {
    let (Ok(literal), Ok(variable)) = (
        Regex::new(r"nodesource\.com/(?:pub_|setup_|node_)(\d+)\.x"),
        Regex::new(r"nodesource\.com/(?:pub_|setup_|node_)\$\{?(\w+)(?::-(\d+))?\}?"),
    ) else {
        return;
    };
    let major = to.split('.').next().unwrap_or(to);
    let mut tell = |range: TextRange, line: usize, version: Numbers, place: &str| {
        if !is_asked(&version) {
            return;
        }
        let said = version.first().copied().unwrap_or(0);
        let message = format!("line {line} installs Node.js {said} from NodeSource");
        out.judge(range, Safety::Checked, message, |_| {
            Err(remedy!(
                "{place}, once what it is for works with Node.js {major}"
            ))
        });
    };
    let mut names: Vec<String> = Vec::new();
    for step in file.steps() {
        let text = step.source_text();
        for found in literal.captures_iter(text) {
            let Some((whole, number)) = found.get(0).zip(found.get(1)) else {
                continue;
            };
            if is_comment(text, whole.start()) {
                continue;
            }
            let Some(version) = numbers(number.as_str()) else {
                continue;
            };
            let start = number.start();
            let name = &text[..start];
            let name = name.rsplit('/').next().unwrap_or_default();
            tell(
                range_in(step, start, number.len()),
                step.line_within(whole.start()),
                version,
                &format!("write `{name}{major}.x` there"),
            );
        }
        let of_variables = variable.captures_iter(text);
        names.extend(of_variables.map(|it| it[1].to_owned()));
    }
    names.sort_unstable();
    names.dedup();
    for name in names {
        // What decides an image moves with it.
        let mut globals = file.global_args();
        if globals.any(|it| it.name() == name && it.stages_on_it().next().is_some()) {
            continue;
        }
        for step in file.steps() {
            let of_name = |it: &Pair<'_>| it.key_text() == Some(&name);
            let values = step.pairs().filter(of_name).filter_map(Pair::value);
            let assigned = step.commands().flat_map(Command::assignments);
            let assigned = assigned.filter(|it| it.name() == name);
            let values = values.chain(assigned.filter_map(Assignment::value));
            for value in values.collect::<Vec<_>>() {
                let version = value.value().and_then(numbers);
                let Some(version) = version else { continue };
                let line = step.line_at(value.range().start());
                tell(
                    value.range(),
                    line,
                    version,
                    &format!("let `{name}` be {major}"),
                );
            }
        }
    }
}

fn range_in(step: Step<'_>, start: usize, length: usize) -> TextRange {
    let size = |it: usize| TextSize::try_from(it).unwrap_or_default();
    let start = step.range().start() + size(start);
    TextRange::at(start, size(length))
}
