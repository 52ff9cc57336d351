//! `printf`, not an `echo` that shells understand differently.

mod texts;

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::{Command, Model, ReadBy, Word};

use crate::of_bash;
use texts::Texts;

pub(crate) const RULE: Rule = Rule {
    id: "sh-echo-escapes",
    aliases: &["SC2028", "SC3037"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "print what has backslashes with `printf '%b\\n'`, not with `echo`",
    why: "The `echo` of dash, which is the `sh` of Debian and Ubuntu, makes a line end of `\\n` and prints `-e`; that of bash and \
          of Alpine's shell prints `\\n` as it stands, and obeys `-e`. `printf` is the same everywhere.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN echo \"[a]\\nb=1\" > /etc/a.conf\n",
            "FROM debian:12\nRUN printf '%b\\n' \"[a]\\nb=1\" > /etc/a.conf\n",
        ),
        fixes(
            "FROM ubuntu:24.04\nRUN echo -n 'a\\tb' > /a && echo a \"b\\n$HOME\" > /b\n",
            "FROM ubuntu:24.04\nRUN printf %b 'a\\tb' > /a && printf '%b\\n' \"a b\\n$HOME\" > /b\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN echo -e \"a\\nb\" > /a && echo -ne 'a\\n' b >> /a\n",
            "FROM alpine:3.20\nRUN printf '%b\\n' \"a\\nb\" > /a && printf %b 'a\\n b' >> /a\n",
        ),
        fixes(
            "FROM fedora:42\nRUN echo -e \"a\\n\\x41\" > /a\n",
            "FROM fedora:42\nRUN printf '%b\\n' \"a\\n\\x41\" > /a\n",
        ),
        fixes(
            "FROM debian:12\nRUN echo -e \"\\033[32mdone\\033[0m\"\n",
            "FROM debian:12\nRUN printf '%b\\n' \"\\033[32mdone\\033[0m\"\n",
        )
        .that_says("the build's log"),
        leaves("FROM debian:12\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether nothing counts on the `-e `"),
        fixes(
            "FROM debian:12\nRUN echo -e \"a\\nb\" > /a\n",
            "FROM debian:12\nRUN printf '%b\\n' \"a\\nb\" > /a\n",
        )
        .with_unsafe(),
        leaves("FROM acme/base:1\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether `/bin/sh` of acme/base:1"),
        leaves("FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether `/bin/sh`"),
        leaves("FROM debian:12\nRUN ln -sf /bin/bash \"$(which sh)\"\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether `/bin/sh`"),
        leaves("FROM debian:12\nRUN ./setup.sh\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether `/bin/sh`"),
        leaves("FROM debian:12\nARG TO\nCOPY tools $TO\nRUN echo -e \"a\\nb\" > /a\n").that_says("whether `/bin/sh`"),
        leaves("ARG BASE=debian:12\nFROM $BASE\nRUN echo 'a\\nb' > /a\n").that_says("other shells"),
        leaves("FROM rockylinux:9\nRUN echo -e \"a\\n$X\" > /a\n").that_says("a digit"),
        // What all of them do alike, and what is bash's own matter.
        leaves("FROM debian:12\nRUN echo -n a > /a && echo \"a\\.b\" 'c\\d' && sudo echo 'a\\n' && sh -c 'echo -e a'\n").with_unsafe(),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN echo -e \"a\\nb\"\n").with_unsafe(),
        leaves("FROM debian:12\nRUN bash <<EOF\necho -e 'a\\nb'\nEOF\n").with_unsafe(),
        reports("FROM alpine:3.20\nRUN echo \"a\\nb\" > /a\n", "as it stands"),
        reports("FROM acme/base:1\nRUN echo \"a\\nb\" > /a\n", "other shells"),
        reports("FROM debian:12\nRUN echo a\\\\n$X > /a\n", "quotes"),
        reports("FROM debian:12\nRUN echo \"$X\\n\" 'a' > /a\n", "one text"),
        reports("FROM fedora:42\nRUN echo -e '\\101' > /a\n", "`\\0101`"),
        reports("FROM alpine:3.20\nRUN f() { echo -e \"\\t$@\"; }; f a b > /a\n", "several words"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let text = step.source_text();
        if !text.contains("echo") || !text.contains('\\') && !text.contains(" -") {
            continue;
        }
        for echo in step.commands().filter(|it| it.is("echo")) {
            let is_builtin = echo.program().is_some_and(|it| it.is("echo"));
            if is_builtin && echo.wrappers().next().is_none() {
                judge(echo, out);
            }
        }
    }
}

fn judge(echo: Command<'_>, out: &mut Findings<'_>) {
    let options: Vec<Word<'_>> = echo.args().take_while(|it| is_option(*it)).collect();
    let has = |letter: char| {
        options
            .iter()
            .any(|it| it.literal_prefix().contains(letter))
    };
    let Some(texts) = Texts::of(echo.args().skip(options.len()).collect()) else {
        return;
    };
    let is_told = has('e');
    if has('E') || !is_told && (options.len() > 1 || !texts.has_escapes() && !texts.looks_escaped())
    {
        return;
    }
    let Some(shell) = echo.read_by() else { return };
    let is_found = match shell {
        ReadBy::Dash => is_told || texts.has_escapes(),
        ReadBy::Bash => !is_told && texts.looks_escaped(),
        _ => is_told || texts.looks_escaped(),
    };
    if !is_found {
        return;
    }
    let message = if is_told {
        "not every shell knows `-e` of `echo`"
    } else {
        "not every shell's `echo` reads backslash escapes"
    };
    let safety = if shell == ReadBy::Dash && is_told {
        Safety::Checked
    } else {
        Safety::Safe
    };
    out.judge(echo, safety, message, |case| {
        match (shell, is_told) {
            (ReadBy::Dash, false) => {}
            (ReadBy::Dash, true) if echo.prints_to_the_log() => {
                case.evidence("`-e ` goes from the build's log, and nowhere else");
            }
            (ReadBy::Dash, true) => {
                case.open(OpenCondition::new(
                    "whether nothing counts on the `-e ` that dash writes before the text today",
                    "look at what is made of the text",
                ));
            }
            (ReadBy::Unknown, false) => return Err(meant("what becomes of it is up to the shell, and other shells do otherwise")),
            (_, false) => return Err(meant("the shell writes the backslash as it stands")),
            (ReadBy::Unknown, true) => {
                let does = "is one that obeys `-e`: dash writes it before the text";
                case.open(of_bash::unknown_shell(echo, does));
            }
            (ReadBy::BashAsSh, true) => {
                if texts.has_bare_octal() {
                    return Err(remedy!("write `\\0101` for `\\101`, which `echo -e` leaves as it stands, and `printf '%b\\n'`"));
                }
                case.open(texts.is_unknown().then(|| OpenCondition::new(
                    "whether no variable in it holds a backslash before a digit, which `printf` reads and `echo -e` does not",
                    "look at what the variables hold",
                )));
            }
            (_, true) => {}
        }
        let format = if has('n') { "%b" } else { "%b\\n" };
        let joined = texts.joined()?;
        case.declare(Effect::changed(echo.step())).fix(|edit| {
            let Some(program) = echo.program() else { return };
            edit.replace_word(program, "printf");
            match options.split_first() {
                Some((first, rest)) => {
                    edit.replace_word(*first, format);
                    edit.remove_words(rest.iter().copied());
                }
                None => edit.insert_word_after(program, format),
            }
            if let Some((place, source)) = joined {
                edit.replace_part(place, &source);
            }
        });
        Ok(())
    });
}

/// What a person can do where it is not known which of the two is meant.
fn meant(why: &str) -> Remedy {
    remedy!(
        "{why}: write `printf '%b\\n'` if it stands for another character, `printf '%s\\n'` if it is meant as it stands"
    )
}

fn is_option(word: Word<'_>) -> bool {
    let letters = word.value().and_then(|it| it.strip_prefix('-'));
    letters.is_some_and(|it| !it.is_empty() && it.chars().all(|it| "neE".contains(it)))
}
