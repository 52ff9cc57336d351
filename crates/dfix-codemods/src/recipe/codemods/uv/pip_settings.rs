//! What pip is told by variables and files, which uv does not read.

use std::collections::BTreeSet;

use dfix_catalogue::{ForUv, pip_for_uv};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{Command, Stage, Step};

use super::install::Install;

/// Tells what of it uv would have to be told.
pub(crate) fn look(stage: Stage<'_>, installs: &[Install<'_>], case: &mut Case<'_>) {
    let last = installs.iter().map(|it| it.command.step().index()).max();
    let steps = || stage.base_chain().flat_map(Stage::steps);
    let before = |it: &Step<'_>| Some(it.index()) <= last;
    let mut named: BTreeSet<(String, usize)> = BTreeSet::new();
    for step in steps().filter(before) {
        let pairs = step
            .pairs()
            .filter_map(|it| Some(it.key()?.value()?.to_owned()));
        let assigned = step.commands().flat_map(Command::assignments);
        let names = pairs.chain(assigned.map(|it| it.name().to_owned()));
        named.extend(
            names
                .filter(|it| it.starts_with("PIP_"))
                .map(|it| (it, step.line())),
        );
        let files = ["pip.conf", "pip config", ".pip/", "pip.ini"];
        if let Some(file) = files.iter().find(|it| step.source_text().contains(**it)) {
            case.open(OpenCondition::new(
                format!(
                    "whether uv needs what pip is told by `{file}` of line {}",
                    step.line()
                ),
                "uv reads uv.toml and variables of its own",
            ));
        }
    }
    for (name, line) in named {
        let remedy = match pip_for_uv(&name) {
            Some(ForUv::Drop(_)) => continue,
            Some(ForUv::As(uv)) => format!("set `{uv}`"),
            _ => "see what uv has for it".to_owned(),
        };
        case.open(OpenCondition::new(
            format!("whether uv needs `{name}` of line {line}, which it does not read"),
            remedy,
        ));
    }
}
