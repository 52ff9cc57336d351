//! One list of packages in the place of several.

use dfix_catalogue::{SystemPackageManager, push_each_other_out};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::packages::SpecKind;
use dfix_model::{
    Connector, Model, Operator, PackageCommand, PackageManager, PackageSpec, Step, Word,
};

use dfix_syntax::TextRange;

use crate::base::{lacks, place_among};

pub(crate) const RULE: Rule = Rule {
    id: "apt-multiple-installs",
    aliases: &[],
    groups: &[Group::Speed],
    severity: Severity::Advice,
    summary: "name what stands in several `apt-get install` one after another in one",
    why: "Each call reads the lists, works out what depends on what and runs the triggers again; and one list shows what is \
          there.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && apt-get install -y git curl && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y git curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get install -y --no-install-recommends \\\n    curl \\\n    make \\\n && apt-get install --no-install-recommends -y git \\\n && apt-get install -y --no-install-recommends a=1\n",
            "FROM debian:12\nRUN apt-get install -y --no-install-recommends \\\n    curl \\\n    git \\\n    make \\\n    a=1\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get install -y z && \\\n    apt-get install -y \\\n    curl \\\n    git\n",
            "FROM debian:12\nRUN apt-get install -y \\\n    curl \\\n    git \\\n    z\n",
        ),
        // Something between, other options, another program, another user.
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y exim4 && apt-get install -y postfix\n",
            "apt refuses both at once",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && apt-get update && apt-get install -y b\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && apt-get install -y --no-install-recommends b\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && apt install -y b && sudo apt install -y c\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a; apt-get install -y b || apt-get install -y c\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && apt-get install -y ./b.deb && apt-get install -y c-\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && (apt-get install -y b) && apt-get install -y -t sid c\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y $A && apt-get install -y b\n")
            .that_says("`$A`"),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a && echo b && apt-get install -y c 2>/dev/null && apt-get install -y d\n",
        ),
        // Comments stay where they are.
        leaves("FROM debian:12\nRUN apt-get install -y a \\\n # for b\n && apt-get install -y b\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        if lacks(stage, SystemPackageManager::Apt) {
            continue;
        }
        for step in stage.runs() {
            let apts: Vec<PackageCommand<'_>> = step.package_commands().collect();
            let mut rest = &apts[..];
            while let Some((first, others)) = rest.split_first() {
                let mut count = 0;
                while others.get(count).is_some_and(|next| {
                    let last = if count == 0 {
                        first
                    } else {
                        &others[count - 1]
                    };
                    goes_on(last, next)
                }) {
                    count += 1;
                }
                if count > 0 {
                    judge(step, first, &others[..count], out);
                }
                rest = &others[count..];
            }
        }
    }
}

fn judge<'m>(
    step: Step<'m>,
    first: &PackageCommand<'m>,
    others: &[PackageCommand<'m>],
    out: &mut Findings<'_>,
) {
    let message = format!(
        "`{} install` again, with nothing between",
        first.program_name()
    );
    out.judge(others[0].subcommand(), Safety::Checked, message, |case| {
        let all = || std::iter::once(first).chain(others);
        // The longest list takes the others in, as it is laid out.
        let length = |it: &&PackageCommand<'m>| it.operands().count();
        let target = all().rev().max_by_key(length).unwrap_or(first);
        let gone = || all().filter(|it| it.range() != target.range());
        let mut added: Vec<Word<'m>> = Vec::new();
        for word in gone().flat_map(PackageCommand::operands) {
            let is_same = |it: Word<'m>| word.is_known() && it.value() == word.value();
            if !target.operands().chain(added.iter().copied()).any(is_same) {
                added.push(word);
            }
        }
        let names: Vec<&str> = all().flat_map(PackageCommand::packages).filter_map(|it| it.name).collect();
        let mut pairs = names.iter().enumerate().flat_map(|(at, one)| names[at + 1..].iter().map(move |other| (one, other)));
        if let Some((one, other)) = pairs.find(|(one, other)| push_each_other_out(one, other)) {
            return Err(remedy!(
                "`{one}` goes where `{other}` comes, and apt refuses both at once: name the one that is meant"
            ));
        }
        let mut words = all().flat_map(PackageCommand::operands);
        let unknown = words.find(|it| !it.is_known());
        case.evidence("nothing runs between them, and their options are the same")
            .open(unknown.map(|it| {
                OpenCondition::new(
                    format!(
                        "whether `{}` is packages alone, and no options",
                        it.shortened()
                    ),
                    "look at what it stands for",
                )
            }))
            .declare([
                Effect::commands_of(step),
                Effect::arguments_of(target.command),
            ])
            .fix(|edit| {
                let is_sorted = target.operands().is_sorted_by_key(Word::literal_prefix);
                if is_sorted {
                    added.sort_by_key(|it| it.literal_prefix());
                }
                let is_one_line = !step.is_of_several_lines();
                let head = target
                    .operands()
                    .next()
                    .filter(|_| is_sorted && is_one_line);
                for word in added {
                    let text = word.literal_prefix();
                    let head = head.filter(|it| text < it.literal_prefix());
                    match (head, place_among(target, text)) {
                        (Some(head), _) => edit.insert_source_before(head, word.source_text()),
                        (None, Some(place)) => edit.insert_source_after(place, word.source_text()),
                        (None, None) => {}
                    }
                }
                edit.remove_commands(gone().map(|it| it.command));
            });
        Ok(())
    });
}

/// Whether a command does right behind another what that could do itself.
fn goes_on(last: &PackageCommand<'_>, next: &PackageCommand<'_>) -> bool {
    let is_next = |it: &Connector| {
        let stops = it.operator == Operator::And || last.command.is_under_errexit();
        stops && next.command.before() == Some(*it)
    };
    let is_same = [call(last), call(next)];
    is_plain(last)
        && is_plain(next)
        && last.command.after().as_ref().is_some_and(is_next)
        && is_same[0] == is_same[1]
        && !has_comment_between(last, next)
}

/// Whether a comment stands between them: it speaks of what comes behind it.
fn has_comment_between(last: &PackageCommand<'_>, next: &PackageCommand<'_>) -> bool {
    let (start, end) = (last.range().end(), next.range().start());
    start > end || last.step().file().text()[TextRange::new(start, end)].contains('#')
}

/// Whether it installs packages of the archive by their names, and does nothing else.
fn is_plain(apt: &PackageCommand<'_>) -> bool {
    let command = apt.command;
    let is_package = |it: &PackageSpec<'_>| {
        let text = it.word.literal_prefix();
        matches!(it.kind, SpecKind::Index | SpecKind::Unknown)
            && !text.ends_with('-')
            && (text.ends_with("++") || !text.ends_with('+'))
            && !it.word.is_pattern()
    };
    let packages = apt.packages();
    apt.manager == PackageManager::Apt
        && apt.subcommand_is_one_of(&["install"])
        && command.is_one_of(&["apt", "apt-get"])
        && command.is_in_list()
        && command.redirects().next().is_none()
        && !command.is_wrapped_by("xargs")
        && !packages.is_empty()
        && packages.iter().all(is_package)
}

/// How it is called: what stands before the program, the program, and the options in any order.
fn call<'m>(apt: &PackageCommand<'m>) -> Vec<&'m str> {
    let operands: Vec<Word<'m>> = apt.operands().collect();
    let text = apt.step().file().text();
    let assigned = apt.command.assignments().map(|it| &text[it.range()]);
    let words = apt.command.words().filter(|it| !operands.contains(it));
    let mut call: Vec<&'m str> = words.map(Word::source_text).chain(assigned).collect();
    call.sort_unstable();
    call
}
