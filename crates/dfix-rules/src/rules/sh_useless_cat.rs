//! A file at the input of a program, without a `cat` that hands it over.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::context::Answer;
use dfix_model::{Command, ImagePath, Model, Operator, Step, Word, WordKind};
use dfix_syntax::{TextRange, TextSize};

pub(crate) const RULE: Rule = Rule {
    id: "sh-useless-cat",
    aliases: &["SC2002"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "give a program its file by `<`, not by `cat` and a pipe",
    why: "It is a program and a pipe less; and where the file is not there, the shell stops instead of calling the program with \
          nothing.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN cat /a | grep b && cat \"$F\" | sudo tee /c > /dev/null | wc -l\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN grep b < /a && sudo tee /c < \"$F\" > /dev/null | wc -l\n",
        ),
        fixes(
            "FROM debian:12\nRUN cat /etc/passwd | cut -d: -f1 | sort\n",
            "FROM debian:12\nRUN cut -d: -f1 < /etc/passwd | sort\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nWORKDIR /app\nCOPY a.txt ./\nRUN cat a.txt | xargs echo\n",
            "FROM debian:12\nWORKDIR /app\nCOPY a.txt ./\nRUN xargs echo < a.txt\n",
        )
        .with_context(&[("a.txt", "b\n")]),
        leaves("FROM debian:12\nRUN cat /a | grep b\n").that_says("whether `/a` is there"),
        leaves(
            "FROM debian:12\nRUN cat /a /b | wc && cat * | wc && cat $F | wc && cat -n a | wc && cat | wc\n",
        ),
        leaves("FROM debian:12\nRUN cat a > b && sudo cat /a | wc && x=1 cat a | wc\n"),
        reports(
            "FROM debian:12\nRUN cat a | while read b; do echo $b; done\n",
            "the loop",
        ),
        reports(
            "FROM debian:12\nRUN cat a | grep b < c\n",
            "has another input",
        ),
        reports(
            "FROM debian:12\nRUN cat a | sort > a\n",
            "would empty this one",
        ),
        leaves("FROM debian:12\nRUN cat a | \\\n    # why\n    wc\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|it| it.is_run() && it.mentions("cat"));
    for cat in runs.flat_map(Step::commands) {
        let Some(word) = only_file(cat) else { continue };
        let message = format!("`cat {}` only hands the file over", word.shortened());
        out.judge(cat, Safety::Checked, message, |case| {
            let Some(target) = cat.piped_into() else {
                return Err(remedy!(
                    "write `< {}` behind the loop or the brackets, if what they set is not to be there later",
                    word.shortened()
                ));
            };
            if target.redirects().any(|it| it.operator().starts_with('<')) {
                return Err(remedy!("the program has another input: leave `cat` and the pipe away"));
            }
            let is_same = |it: Word<'_>| word.is_known() && it.value() == word.value();
            if target.redirects().any(|it| it.writes() && it.target().is_some_and(is_same)) {
                return Err(remedy!(
                    "keep it, and write to another file: the shell would empty this one before it is read"
                ));
            }
            let end = |it: Word<'_>| it.range().end();
            let Some(last) = target.words().next_back().map(end) else {
                return Err(remedy!("write `<` behind what reads it"));
            };
            let stops = target.is_under_pipefail();
            let is_there = is_there(cat, word);
            let named = word.shortened();
            case.evidence(stops.then_some("the pipe fails as well where the file is not there"))
                .evidence(is_there.then(|| format!("`{named}` is there: it is copied")))
                .open((!stops && !is_there).then(|| {
                    OpenCondition::new(
                        format!("whether `{named}` is there: where it is not, the program is called with nothing today"),
                        "look at what makes it",
                    )
                }))
                .declare(Effect::changed(cat.step()))
                .fix(|edit| {
                    let head = TextRange::new(cat.range().start(), target.range().start());
                    edit.replace_part(head, "");
                    let place = TextRange::at(last, TextSize::new(0));
                    edit.replace_part(place, &format!(" < {}", word.source_text()));
                });
            Ok(())
        });
    }
}

/// The one file that a `cat` hands to a pipe, as ShellCheck finds it.
fn only_file(cat: Command<'_>) -> Option<Word<'_>> {
    let is_plain = cat.is("cat")
        && cat.kind() == WordKind::Shell
        && !cat.is_of_script()
        && cat.wrappers().next().is_none()
        && cat.assignments().next().is_none()
        && cat.redirects().next().is_none()
        && cat.piped_from().is_none()
        && cat.after().is_some_and(|it| it.operator == Operator::Pipe);
    let mut words = cat.args();
    let word = words
        .next()
        .filter(|_| words.next().is_none() && is_plain)?;
    let is_one = !word.may_split() && !word.is_pattern() && !word.starts_with("-");
    is_one.then_some(word)
}

/// Whether the file is one of the build context that was copied.
fn is_there(cat: Command<'_>, word: Word<'_>) -> bool {
    let path = word.value().zip(cat.stage());
    path.is_some_and(|(path, stage)| {
        let place = cat
            .working_directory()
            .map(|it| ImagePath::new(&it).join(path));
        let text = place.map(|it| stage.read_at(it.as_str(), cat));
        matches!(text, Some(Answer::Found(_)))
    })
}
