//! Two blanks between a sum and the name of its file.

use dfix_catalogue::Distribution;
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Model, OpenCondition, Segment, Stage, Step, Word};
use dfix_syntax::{TextRange, TextSize};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "run-sha256-spaces",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "put two blanks between a sum and its file's name for the `sha256sum -c` of busybox",
    why: "The `sha256sum` of Alpine looks for two blanks, or for a blank and a `*`; where there is one, it finds no sum and \
          fails. Those of other distributions take one, too.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nENV SUM=0a1b\nRUN wget https://example.org/a && echo \"$SUM a\" | sha256sum -c -\n",
            "FROM alpine:3.22\nENV SUM=0a1b\nRUN wget https://example.org/a && echo \"$SUM  a\" | sha256sum -c -\n",
        ),
        fixes(
            "FROM node:22-alpine\nARG V=1\nRUN echo '0a1b /tmp/a' | md5sum -c && echo \"0a1b ${V}/a\" | sha1sum --check\n",
            "FROM node:22-alpine\nARG V=1\nRUN echo '0a1b  /tmp/a' | md5sum -c && echo \"0a1b  ${V}/a\" | sha1sum --check\n",
        ),
        leaves("FROM alpine:3.22\nRUN . ./sums && echo \"$SUM a\" | sha256sum -c\n")
            .that_says("`$SUM` may have another"),
        leaves(
            "FROM alpine:3.22\nRUN echo \"0a1b  a\" | sha256sum -c && echo '0a1b *a' | sha256sum -c && echo 0a1b ' a' | sha1sum -c\n",
        ),
        leaves("FROM debian:12\nRUN echo \"0a1b a\" | sha256sum -c\n"),
        leaves(
            "FROM alpine:3.22\nRUN apk add --no-cache coreutils && echo \"0a1b a\" | sha256sum -c\n",
        ),
        leaves(
            "FROM alpine:3.22\nRUN echo \"0a1b a\" | sha256sum && echo \"0a1b a b\" | sha256sum -c\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| has_busybox(*it)) {
        for command in stage.runs().flat_map(Step::commands) {
            let is_sum = command.name().ends_with("sum")
                && (command.has_option("-c") || command.has_option("--check"));
            let echo = command
                .piped_from()
                .filter(|it| is_sum && it.is("echo") && !it.is_of_script());
            let Some((word, blank, variable)) = echo.and_then(|it| blank(stage, it)) else {
                continue;
            };
            let message = format!(
                "`{}` of busybox wants two blanks before the name",
                command.name()
            );
            out.judge(word, Safety::Checked, message, |case| {
                case.evidence("the build stops here: nothing in the line is a sum to it")
                    .open(chosen_image(stage))
                    .open(variable.map(|name| {
                        OpenCondition::new(
                            format!(
                                "whether the blank is the only one: `${name}` may have another"
                            ),
                            "look at what sets it",
                        )
                    }))
                    .declare(Effect::changed(command.step()))
                    .fix(|edit| edit.replace_part(blank, "  "));
                Ok(())
            });
        }
    }
}

/// Whether the programs of a stage are those of busybox: its `sha256sum -c` fails for one blank (tried with 1.35), and that of
/// coreutils does not (tried with 9.1).
fn has_busybox(stage: Stage<'_>) -> bool {
    let foundation = stage.any_base_facts().foundation;
    foundation.is_some_and(|it| it.distribution == Distribution::Alpine)
        && !stage.system_packages().any(|it| it.name == "coreutils")
}

/// The one blank of a line with a sum, and the variable before it of which only the build knows what it ends with.
fn blank<'m>(stage: Stage<'m>, echo: Command<'m>) -> Option<(Word<'m>, TextRange, Option<String>)> {
    let mut words = echo.args().filter(|it| !it.is("-n"));
    let word = words.next().filter(|_| words.next().is_none())?;
    let segments = word.segments();
    let texts = segments.iter().filter(|it| it.variable().is_none());
    let blanks: usize = texts
        .clone()
        .map(|it| it.text.matches([' ', '*', '\t']).count())
        .sum();
    let at = segments
        .iter()
        .position(|it| it.variable().is_none() && it.text.contains(' '))?;
    let (before, of) = (&segments[..at], &segments[at]);
    let within = of.text.find(' ')?;
    let head = &of.text[..within];
    let is_hex = |it: &str| it.bytes().all(|b| b.is_ascii_hexdigit());
    let is_variable = |it: &Segment| it.variable().is_some();
    let is_sum = is_hex(head) && (!head.is_empty() || before.last().is_some_and(is_variable));
    let tail_is_there = of.text.len() > within + 1 || at + 1 < segments.len();
    if blanks != 1
        || !is_sum
        || !tail_is_there
        || u32::from(of.range.len()) as usize != of.text.len()
    {
        return None;
    }
    let start = of.range.start() + TextSize::try_from(within).ok()?;
    let value = |name: &str| stage.env_at(echo, name).value();
    let mut sums = before.iter().filter_map(Segment::variable);
    let is_no_sum = |name: &&str| {
        let is_known = value(name).is_some_and(|it| !it.is_empty() && is_hex(it));
        head.is_empty() && !is_known
    };
    let next = segments.get(at + 1).filter(|_| of.text.len() == within + 1);
    let next = next.and_then(Segment::variable);
    let is_no_name = |name: &&str| value(name).is_none_or(|it| it.starts_with([' ', '*']));
    let unknown = sums.find(is_no_sum).or(next.filter(is_no_name));
    Some((
        word,
        TextRange::at(start, TextSize::of(' ')),
        unknown.map(str::to_owned),
    ))
}
