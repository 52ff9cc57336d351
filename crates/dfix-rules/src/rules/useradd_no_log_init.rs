//! `-l` for `useradd` with a large number.

use dfix_catalogue::account_tool;
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Model, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "useradd-no-log-init",
    aliases: &["DL3046"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "pass `-l` to `useradd` where the user's number is large",
    why: "useradd writes the user into `/var/log/lastlog` and `faillog`, at a place that the number says. Such files are \
          mostly holes, but a layer holds the holes, too: of a large number they are gigabytes.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN useradd -u 123456 luser\n",
            "FROM debian:12\nRUN useradd -l -u 123456 luser\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo useradd --uid=1000000 -m a && useradd -mu123456 b && useradd --uid 200000 c\n",
            "FROM debian:12\nRUN sudo useradd -l --uid=1000000 -m a && useradd -l -mu123456 b && useradd -l --uid 200000 c\n",
        ),
        fixes(
            "FROM debian:12\nARG U=500000\nRUN useradd -u $U a\n",
            "FROM debian:12\nARG U=500000\nRUN useradd -l -u $U a\n",
        ),
        leaves("FROM debian:12\nRUN useradd luser && useradd -u 12345 luser\n"),
        leaves("FROM debian:12\nRUN useradd -l -u 123456 a && useradd -mlu 123456 b\n"),
        leaves("FROM debian:12\nRUN useradd --no-log-init --uid 123456 luser\n"),
        leaves("FROM debian:12\nRUN useradd -c 'u 123456' -G l123456 a\n"),
        leaves("FROM debian:12\nRUN useradd -D -u 123456\nRUN echo useradd -u 123456 a\n"),
        // Whoever builds it may give a large one, and the option does no harm.
        fixes(
            "FROM debian:12\nARG U\nRUN useradd -m -u \"$U\" a\n",
            "FROM debian:12\nARG U\nRUN useradd -l -m -u \"$U\" a\n",
        ),
        leaves("FROM debian:12\nARG OPTIONS\nRUN useradd $OPTIONS a\n"),
    ],
};

/// The least number that hadolint calls large; the files are some 30 MB then.
const LARGE: u64 = 100_000;

/// The number that a user is given.
enum Number {
    Large(u64),
    /// Only the build can tell.
    Open,
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for command in stage.build_commands().filter(|it| it.is("useradd")) {
            let (Some(program), Some(number)) = (command.executable(), number(stage, command))
            else {
                continue;
            };
            let message = match number {
                Number::Large(number) => {
                    format!("`useradd` of a user whose number is {number}, without `-l`")
                }
                Number::Open => {
                    "`useradd` of a user whose number may be large, without `-l`".to_owned()
                }
            };
            out.judge(command, Safety::Safe, message, |case| {
                case.declare(Effect::arguments_of(command))
                    .fix(|edit| edit.insert_word_after(program, "-l"));
                Ok(())
            });
        }
    }
}

/// The large number that it gives, or one that only the build can tell; none where it gives no such, or is told to write no logs.
fn number<'m>(stage: Stage<'m>, command: Command<'m>) -> Option<Number> {
    let tool = account_tool("useradd")?;
    let mut number = None;
    let mut words = command.args();
    while let Some(word) = words.next() {
        let Some(text) = stage.expand_text(word, command) else {
            // What may be several words may be any option.
            if word.may_split() || word.starts_with("-") {
                return None;
            }
            continue;
        };
        let value = |rest: &str| {
            rest.parse()
                .ok()
                .filter(|it| *it >= LARGE)
                .map(Number::Large)
        };
        let mut next = || words.next();
        let told = |word| match stage.expand_text(word, command) {
            Some(text) => value(&text),
            None => Some(Number::Open),
        };
        if let Some(long) = text.strip_prefix("--") {
            match long.split_once('=') {
                Some(("uid", given)) => number = value(given),
                None if long == "uid" => number = told(next()?),
                None if long == "no-log-init" => return None,
                None if tool.takes_next(&text) => {
                    next()?;
                }
                _ => {}
            }
            continue;
        }
        let Some(letters) = text.strip_prefix('-') else {
            continue;
        };
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            match letter {
                'l' | 'D' => return None,
                'u' if rest.is_empty() => number = told(next()?),
                'u' => number = value(rest),
                it if tool.letter_takes_value(it) => {
                    if rest.is_empty() {
                        next()?;
                    }
                }
                _ => continue,
            }
            break;
        }
    }
    number
}
