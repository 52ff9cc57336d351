//! What a command prints, without an `echo` around it.

use dfix_catalogue::prints_one_word;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Command, Model, Segment, Step, Word, WordKind};
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "sh-useless-echo",
    aliases: &["SC2005", "SC2116"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write `cmd`, not `echo $(cmd)`, and `$x`, not `$(echo $x)`",
    why: "It is a process less, and the command's own failure is seen. `echo` makes one line of several and one blank of many: \
          where that is wanted, it is to stay.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN echo $(uname -m) > /a && echo \"$(id -u)\"\n",
            "FROM debian:12\nRUN uname -m > /a && id -u\n",
        ),
        fixes(
            "FROM debian:12\nRUN echo `ls /a` > /b\n",
            "FROM debian:12\nRUN ls /a > /b\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nENV A=b\nRUN make $(echo $A)c \"--x=$(echo \"$A\")\"\n",
            "FROM debian:12\nENV A=b\nRUN make ${A}c \"--x=$A\"\n",
        ),
        leaves("FROM debian:12\nRUN echo $(ls /a)\n").that_says("one line of several"),
        leaves("FROM debian:12\nRUN make $(echo $A)\n").that_says("whether `$A`"),
        reports("FROM debian:12\nRUN make $(echo a $A)\n", "without `echo`"),
        reports("FROM debian:12\nRUN echo $(ls | sort)\n", "without `echo`"),
        leaves(
            "FROM debian:12\nRUN echo a $(ls) && echo -n $(ls) && make $(echo -n $A) && make $(echo *)\n",
        ),
        leaves(
            "FROM debian:12\nRUN echo $A && make $(echo $A | tr a b) && make $(printf $A) && sh -c 'echo $(id)'\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|it| it.is_run() && it.mentions("echo"));
    for command in runs.flat_map(Step::commands) {
        if command.kind() != WordKind::Shell || command.is_of_script() {
            continue;
        }
        let own = own_output(command);
        if let Some((word, range)) = own {
            judge_own(command, word, range, out);
        }
        for word in command.words() {
            for segment in word.segments() {
                let echo = command
                    .substituted(segment.range)
                    .filter(|it| it.is("echo"));
                let first = echo.and_then(|it| it.arg(0));
                if let Some((echo, _)) = echo
                    .zip(first)
                    .filter(|(it, _)| own.is_none() && is_one(*it))
                {
                    judge_inner(echo, &segment, out);
                }
            }
        }
    }
}

/// The word of an `echo` that is what another command prints and nothing else, and where that stands.
fn own_output(echo: Command<'_>) -> Option<(Word<'_>, TextRange)> {
    let word = echo
        .arg(0)
        .filter(|_| echo.is("echo") && echo.args().len() == 1)?;
    let segments = word.segments();
    let [segment] = &segments[..] else {
        return None;
    };
    let is_output = segment.text.starts_with("$(") && !segment.text.starts_with("$((")
        || segment.text.starts_with('`');
    is_output.then_some((word, segment.range))
}

fn judge_own(echo: Command<'_>, word: Word<'_>, range: TextRange, out: &mut Findings<'_>) {
    let message = "`echo` prints what another command prints";
    out.judge(echo, Safety::Checked, message, |case| {
        let inner = echo
            .substituted(range)
            .filter(|it| it.redirects().next().is_none());
        let (Some(inner), Some(program)) = (inner, echo.program()) else {
            return Err(remedy!(
                "call it without `echo`, unless one line is to be made of several"
            ));
        };
        let words: Option<Vec<&str>> = inner.args().map(Word::value).collect();
        let known = words.and_then(|words| prints_one_word(inner.name(), &words));
        let is_certain = known.is_some_and(|it| it.is_certain);
        case.evidence(
            is_certain.then(|| format!("`{}` prints one word, and does not fail", inner.name())),
        )
        .open((!is_certain).then(|| {
            OpenCondition::new(
                format!(
                    "whether `{}` does not fail, and `echo` is not to make one line of several",
                    inner.called()
                ),
                "look at what it prints, and who reads that",
            )
        }))
        .declare(Effect::changed(echo.step()))
        .fix(|edit| {
            let source = &echo.step().file().text()[inner.range()];
            let whole = TextRange::new(program.range().start(), word.range().end());
            edit.replace_part(whole, source);
        });
        Ok(())
    });
}

/// Whether ShellCheck finds fault with an `echo` in a substitution: it has no option and no pattern.
fn is_one(echo: Command<'_>) -> bool {
    let is_output = own_output(echo).is_some();
    !is_output
        && !echo.args().any(Word::is_pattern)
        && !echo.arg(0).is_some_and(|it| it.starts_with("-"))
}

fn judge_inner(echo: Command<'_>, segment: &Segment, out: &mut Findings<'_>) {
    out.judge(echo, Safety::Checked, "`$(echo …)` is what `echo` is given", |case| {
        let word = echo.arg(0).filter(|_| echo.args().len() == 1);
        let parts = word.map(Word::segments).unwrap_or_default();
        let variable = match &parts[..] {
            [part] => part.variable().map(str::to_owned),
            _ => None,
        };
        let Some((name, part)) = variable.zip(parts.first()) else {
            return Err(remedy!("write what `echo` is given without `echo`, in double quotes where it is one word"));
        };
        let setting = echo.stage().map(|it| it.env_at(echo, &name).value());
        let value = setting.flatten().filter(|it| {
            !it.is_empty() && !it.starts_with('-') && it.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-:".contains(&b))
        });
        case.evidence(value.map(|it| format!("`${name}` is `{it}`, which `echo` prints as it is")))
            .open(value.is_none().then(|| {
                OpenCondition::new(
                    format!("whether `${name}` has no blanks, backslashes or dashes of which `echo` makes something else"),
                    "look at what sets it",
                )
            }))
            .declare(Effect::changed(echo.step()))
            .fix(|edit| {
                let text = echo.step().file().text();
                let rest = &text[segment.range.end().into()..];
                let goes_on = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '[';
                let source = if rest.starts_with(goes_on) {
                    format!("${{{name}}}")
                } else {
                    text[part.range].to_owned()
                };
                edit.replace_part(segment.range, &source);
            });
        Ok(())
    });
}
