//! Packages in the order of their names.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, PackageCommand, Word};

pub(crate) const RULE: Rule = Rule {
    id: "pkg-sort",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "sort the packages that a command names",
    why: "A sorted list shows what is there and what is not, and two people who add to it seldom meet.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get install -y git curl ca-certificates && echo\n",
            "FROM debian:12\nRUN apt-get install -y ca-certificates curl git && echo\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n    make \\\n    'gcc>1' \\\n    bash=5\n",
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n    bash=5 \\\n    'gcc>1' \\\n    make\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y curl git && apt-get install -y bash\n"),
        leaves(
            "FROM debian:12\nRUN apt-get install -y git $MORE curl && apt-get install -y git curl- bash\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y \\\n    git \\\n    # why\n    curl\n"),
        leaves("FROM debian:12\nRUN apt-get install -y git -t sid curl && pip install b a\n"),
        leaves("FROM debian:12\nRUN apt-get install -y ./b.deb ./a.deb\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let installs = step
            .package_commands()
            .filter(|it| it.is_of_system() && it.is_install());
        for install in installs {
            let Some(words) = unsorted(&install) else {
                continue;
            };
            let mut sorted = words.clone();
            sorted.sort_by_key(|it| it.value());
            let message = "packages out of order";
            out.judge(words[0], Safety::Safe, message, |case| {
                case.declare(Effect::arguments_of(install.command))
                    .fix(|edit| {
                        let pairs = words.iter().zip(&sorted);
                        for (word, text) in pairs.filter(|(a, b)| a.range() != b.range()) {
                            edit.replace_node(*word, text.source_text());
                        }
                    });
                Ok(())
            });
        }
    }
}

/// Its packages, where they stand together, are out of order, and in which order they stand says nothing.
fn unsorted<'m>(install: &PackageCommand<'m>) -> Option<Vec<Word<'m>>> {
    let words: Vec<Word<'m>> = install.operands().collect();
    let (first, last) = (words.first()?, words.last()?);
    let between = install.command.args().filter(|it| {
        it.range().start() >= first.range().start() && it.range().end() <= last.range().end()
    });
    let is_plain = |it: &Word<'m>| {
        let is_name = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && !text.ends_with(['-', '.'])
                && (!text.ends_with('+') || text.ends_with("++"))
                && !text.contains('/')
        };
        it.value().is_some_and(is_name)
    };
    let span = install.command.range();
    let text = &install.step().file().text()[span];
    let is_free =
        between.count() == words.len() && words.iter().all(is_plain) && !text.contains('#');
    let is_sorted = words.is_sorted_by_key(|it| it.value());
    (is_free && !is_sorted).then_some(words)
}
