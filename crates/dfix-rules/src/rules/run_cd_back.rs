//! Brackets around what is done in another folder.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, ImagePath, Model, Operator, Step, Word, WordKind};
use dfix_syntax::{TextRange, TextSize};

pub(crate) const RULE: Rule = Rule {
    id: "run-cd-back",
    aliases: &["SC2103"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "put brackets around what is done in another folder, and leave the way back out",
    why: "Where the first `cd` fails behind a `;`, the one that leads back leads somewhere else. Behind brackets the shell is where \
          it was.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN cd src && make && cd .. && rm -rf src\n",
            "FROM debian:12\nRUN (cd src && make) && rm -rf src\n",
        ),
        fixes(
            "FROM debian:12\nRUN make a \\\n && cd /src/b/ \\\n && make \\\n && make install \\\n && cd - \\\n && rm -rf src\n",
            "FROM debian:12\nRUN make a \\\n && (cd /src/b/ \\\n && make \\\n && make install) \\\n && rm -rf src\n",
        ),
        fixes(
            "FROM debian:12\nRUN cd a/b; make; cd ../..\n",
            "FROM debian:12\nRUN cd a/b; make\n",
        ),
        fixes(
            "FROM debian:12\nRUN cd a && cd b && make && cd .. && make\n",
            "FROM debian:12\nRUN cd a && (cd b && make) && make\n",
        ),
        fixes(
            "FROM debian:12\nRUN cd a && for f in b c; do make $f; done && cd .. && make\n",
            "FROM debian:12\nRUN (cd a && for f in b c; do make $f; done) && make\n",
        ),
        reports(
            "FROM debian:12\nRUN cd a && export B=c && cd .. && make\n",
            "`export` changes the shell",
        ),
        reports(
            "FROM debian:12\nRUN cd a && B=$(make) && cd .. && make\n",
            "sets a variable",
        ),
        reports(
            "FROM debian:12\nRUN cd a && (make &) && cd .. && make\n",
            "not waited for",
        ),
        reports(
            "FROM debian:12\nRUN cd a && make && cd .. && make && cd -\n",
            "`cd -`",
        ),
        reports(
            "FROM debian:12\nRUN cd a && nvm use && cd .. && node x\n",
            "`nvm` may be a function",
        ),
        reports(
            "FROM debian:12\nRUN . ./all && cd a && b && cd .. && make\n",
            "no function of the shell",
        ),
        reports(
            "FROM debian:12\nRUN cd $A && make && cd .. && make\n",
            "how deep",
        ),
        leaves("FROM debian:12\nRUN cd .. && make && cd .. && make\n"),
        leaves(
            "FROM debian:12\nRUN cd a/b && make && cd .. && make\nRUN cd /a && make && cd ../b && make\n",
        ),
        reports(
            "FROM debian:12\nRUN cd a && make \\\n # back\n && cd .. && make\n",
            "comment",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|it| it.is_run() && it.mentions("cd"));
    for step in runs {
        let commands: Vec<Command<'_>> = step.commands().collect();
        let is_cd = |it: &Command<'_>| it.is_one_of(&["cd", "popd", "pushd"]);
        let moves: Vec<Command<'_>> = commands.iter().copied().filter(is_cd).collect();
        for pair in moves.windows(2) {
            let [there, back] = *pair else { continue };
            let Some(depth) = way_back(there, back) else {
                continue;
            };
            let after = commands
                .iter()
                .filter(|it| it.range().start() > back.range().start());
            let between = commands.iter().filter(|it| {
                it.range().start() > there.range().start()
                    && it.range().end() <= back.range().start()
            });
            let message = format!(
                "`cd {}` only leads back",
                back.args().map(Word::source_text).collect::<String>()
            );
            out.judge(back, Safety::Checked, message, |case| {
                depth?;
                let between: Vec<Command<'_>> = between.copied().collect();
                let last = obstacle(step, back, &between, after.copied())?;
                case.evidence("nothing between them sets anything for what comes later")
                    .declare(Effect::changed(step))
                    .fix(|edit| {
                        let way = TextRange::new(last, back.range().end());
                        if back.after().is_none() {
                            edit.replace_part(way, "");
                        } else {
                            edit.replace_part(
                                TextRange::at(there.range().start(), TextSize::new(0)),
                                "(",
                            );
                            edit.replace_part(way, ")");
                        }
                    });
                Ok(())
            });
        }
    }
}

/// Whether two `cd`s of one list lead to a folder and back; an error where nobody can tell how far the first leads.
fn way_back(there: Command<'_>, back: Command<'_>) -> Option<Result<(), Remedy>> {
    let is_plain = |it: &Command<'_>| {
        it.is("cd")
            && it.kind() == WordKind::Shell
            && it.is_in_list()
            && !it.around().subshell
            && it.args().len() == 1
            && it.wrappers().next().is_none()
            && it.redirects().next().is_none()
    };
    let is_same = there.around() == back.around() && is_plain(&there) && is_plain(&back);
    let back = back.arg(0).filter(|_| is_same)?.value()?;
    let there = there.arg(0)?;
    if there.is("-") || there.mentions("..") {
        return None;
    }
    if back == "-" {
        return Some(Ok(()));
    }
    let is_up =
        back.contains("..") && !back.contains("...") && back.bytes().all(|b| b"./".contains(&b));
    let Some(path) = there.value() else {
        return is_up.then(|| {
            Err(remedy!(
                "see how deep `{}` leads, and put brackets around both",
                there.shortened()
            ))
        });
    };
    let depth = ImagePath::new(path).parts().count();
    let is_it = is_up && !path.starts_with(['/', '~']) && depth == back.matches("..").count();
    is_it.then_some(Ok(()))
}

/// What speaks against brackets; else where what stands in them ends.
fn obstacle<'m>(
    step: Step<'m>,
    back: Command<'m>,
    between: &[Command<'m>],
    mut after: impl Iterator<Item = Command<'m>>,
) -> Result<TextSize, Remedy> {
    let before = back.before();
    let own = |it: &&Command<'m>| {
        it.outer().is_none() && before.is_some_and(|op| it.range().end() <= op.range.start())
    };
    let reads = |it: &Command<'m>| it.is_one_of(&[".", "source", "eval"]) || it.around().function;
    if step.commands().any(|it| reads(&it)) {
        return Err(remedy!(
            "put brackets around it by hand, if no function of the shell sets anything there for what comes later"
        ));
    }
    for command in between {
        let first = command
            .words()
            .next()
            .and_then(Word::value)
            .unwrap_or(command.name());
        if let Some(name) = [first, command.name()]
            .into_iter()
            .find(|it| programs::is(it, Mark::ChangesShell))
        {
            return Err(remedy!(
                "`{name}` changes the shell, and brackets would keep that from what comes later"
            ));
        }
        if command.program().is_none() && command.assignments().next().is_some() {
            return Err(remedy!(
                "it sets a variable, and brackets would keep that from what comes later"
            ));
        }
        let marks = [Mark::KeepsEnvironment, Mark::InstallsSource];
        let may_be_function = |name: &str| marks.iter().any(|it| programs::is(name, *it));
        if let Some(name) = [first, command.name()]
            .into_iter()
            .find(|it| may_be_function(it))
        {
            return Err(remedy!(
                "`{name}` may be a function that changes the shell, and brackets would keep that from what comes later"
            ));
        }
        let is_background = command
            .after()
            .is_some_and(|it| it.operator == Operator::Background);
        if is_background || command.around().background {
            return Err(remedy!(
                "`{}` is not waited for: see who is to wait",
                command.called()
            ));
        }
    }
    let last = between.iter().filter(own).map(|it| it.range().end()).max();
    let (last, operator) = last
        .zip(before)
        .ok_or_else(|| remedy!("leave both `cd`s out"))?;
    let text = step.file().text();
    // What ends a loop stands between the last command and the way back.
    let head = &text[TextRange::new(last, operator.range.start())];
    let head = head.trim_end_matches(|it: char| it.is_whitespace() || "\\`".contains(it));
    let source = &text[TextRange::new(last, back.range().start())];
    if source.contains('#') || step.has_opaque_text() {
        return Err(remedy!(
            "put brackets around it by hand: a comment stands before the way back"
        ));
    }
    let last = last + TextSize::of(head);
    if after.any(|it| it.is("cd") && it.arg(0).is_some_and(|it| it.is("-"))) {
        return Err(remedy!(
            "a `cd -` comes later, which goes back to another folder then"
        ));
    }
    Ok(last)
}
