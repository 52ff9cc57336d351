//! How instructions are laid out, and what only looks like something else.

use crate::common::with;
use dfix_model::Step;

#[test]
fn characters_that_look_like_others_are_told() {
    for (text, expected) in [
        ("RUN a\u{a0}b", "Blank 5..7 ' '"),
        (
            "RUN a\u{2002}\u{200a} b\u{feff}c",
            "Blank 5..11 ' ', Unseen 13..16 ''",
        ),
        ("RUN a\u{a0}#b", "Blank 5..7"),
        (
            "ENV A=b\u{a0}C=“d”",
            "Parting 7..9 ' ', Quotes 11..18 '\"d\"'",
        ),
        (
            "RUN a –b –c-d -–e –fg -h–i",
            "Dash 6..9 '-', Dash 11..14 '--', Dash 19..22 '-', Dash 24..27",
        ),
        ("RUN a ‘b c’d ‘e f’", "Quotes 17..26 ''e f''"),
        ("RUN a '“b”' \"–c\" \\\u{a0}d # –e", ""),
        ("LABEL a=“b”", ""),
        ("ENV A b\u{a0}“c”", ""),
        ("VOLUME [ “/a” ]", ""),
        ("RUN cat <<E\n“a”\nE", ""),
    ] {
        let file = format!("FROM a\n{text}\n");
        let told = with(&file, |file| {
            let step = file.steps().nth(1).expect("a step");
            let start = step.range().start();
            let one = |it: dfix_model::Lookalike<'_>| {
                let meant = it.meant.map_or_else(String::new, |it| format!(" '{it}'"));
                format!("{:?} {:?}{meant}", it.looks, it.range - start)
            };
            let all: Vec<String> = step.lookalikes().into_iter().map(one).collect();
            all.join(", ")
        });
        assert_eq!(told, expected, "{text}");
    }
}

/// What a fact tells of the second instruction of a text.
fn told(text: &str, ask: impl Fn(Step<'_>) -> Vec<String>) -> String {
    with(&format!("FROM debian:12\n{text}\n"), |file| {
        ask(file.steps().nth(1).expect("a step")).join(", ")
    })
}

#[test]
fn runs_of_blanks_and_what_they_align() {
    for (text, expected) in [
        (
            "FROM  a\nRUN a   b  \\\n  c \\\n  d  # e  \n",
            "4..6, 13..16, 17..19",
        ),
        ("FROM a\nENV A   1\nENV BBB 2\n", "12..15 aligned"),
        ("FROM a\nENV A   1\n\n# b\nENV BBB 2\n", "12..15 aligned"),
        (
            "FROM a\nENV A   1\nRUN b\nENV C   2\n",
            "12..15 aligned, 28..31 aligned",
        ),
        ("FROM a\nRUN a  b\tc\n", "12..14 aligned"),
        ("FROM a\nENV Ä   1\nENV BBB 2\n", "13..16 aligned"),
        (
            "FROM a\nRUN   a  \\\n      b\n",
            "10..13 aligned, 14..16 aligned",
        ),
        (
            "FROM a\nRUN 'a  b' c\\  d\t\te\nENV A b  c\nRUN <<E\na  b\nE\n# a  b\n",
            "",
        ),
    ] {
        let found = with(text, |file| {
            let say = |it: &dfix_model::BlankRun| {
                let aligned = if it.is_aligned { " aligned" } else { "" };
                format!("{:?}{aligned}", it.range)
            };
            file.blank_runs()
                .iter()
                .map(say)
                .collect::<Vec<_>>()
                .join(", ")
        });
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn lines_that_are_set_in_otherwise() {
    for (text, expected) in [
        ("RUN a \\\n  && b \\\n && c \\\n  && d", "32..33"),
        (
            "RUN a && \\\n  b && \\\n   # c\n   c && \\\n  d",
            "35..38, 42..45",
        ),
        ("RUN a \\\n  && b \\\n && c \\\n  --d \\\n  && d", ""),
        ("RUN a \\\n  && b \\\n && c", ""),
        ("ENV A=1 \\\n B=2 \\\nC=3 \\\n D=4", "32..32"),
        ("ENV A=1 \\\n  B=2 \\\n\tC=3 \\\n  D=4", "33..34"),
        ("RUN a \\\n  && b \\\n    && c \\\n  && d", ""),
        ("RUN a \\\n \t&& b \\\n\t&& c \\\n \t&& d", ""),
        ("RUN apk add \\\n a \\\n  b \\\n  c \\\n && d", "29..30"),
        ("RUN <<E\napk add \\\n a \\\n  b \\\n  c\nE", ""),
    ] {
        let found = told(text, |step| {
            step.odd_indents()
                .iter()
                .map(|it| format!("{:?}", it.range))
                .collect()
        });
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn scripts_whose_lines_do_not_join_or_end() {
    for (text, expected) in [
        ("RUN <<E\na \\ \n b\nE", "26..27 b"),
        ("RUN <<E\na \\\t  \n --b c\nE", "26..29 --b"),
        ("RUN <<E\na \\\n b\\ \nc\n# \\ \nE", ""),
        ("RUN a \\ \n b", ""),
    ] {
        let found = told(text, |step| {
            step.lone_backslashes()
                .iter()
                .map(|it| format!("{:?} {}", it.blanks, it.below))
                .collect()
        });
        assert_eq!(found, expected, "{text}");
    }
    for (text, expected) in [
        ("RUN <<E\ncat <<-X >a\nb\n  X\nc\nE", "37..40 true"),
        (
            "RUN <<E\ncat <<A\nA\n(d)\ncat <<'X'\nb\nX  \nc\nE",
            "49..52 false",
        ),
        ("RUN <<E\ncat <<-X\n\tX\nc\nE", ""),
        ("RUN <<E\ncat <<X\nY\nE", ""),
    ] {
        let found = told(text, |step| {
            step.open_heredocs()
                .iter()
                .map(|it| format!("{:?} {}", it.meant_end, it.takes_tabs))
                .collect()
        });
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn packages_and_stages_that_stand_close() {
    let lines = |it: Step<'_>| -> Vec<String> {
        let lists = it.package_commands().filter_map(|it| it.crowded_lines(2));
        let one = |it: dfix_model::PackageLines<'_>| {
            let words: Vec<&str> = it.on_a_line.iter().map(|it| it.source_text()).collect();
            format!(
                "{} by {:?} then {:?}",
                words.join(" "),
                it.indent,
                it.then.map(|it| it.1)
            )
        };
        lists.map(one).collect()
    };
    for (text, expected) in [
        (
            "RUN apk add a b c && d",
            "a b c by \"    \" then Some(\"    \")",
        ),
        (
            "RUN x && \\\n\tapk add a b c && \\\n\td",
            "a b c by \"\\t\\t\" then None",
        ),
        ("RUN apk add a \\\n  b c d", "a c d by \"  \" then None"),
        ("RUN apk add a b \\\n  c d", ""),
        (
            "RUN yum install a b c -y && d \\\n      && e",
            "a b c -y by \"      \" then Some(\"      \")",
        ),
        (
            "RUN x && apk add a b c && d",
            "a b c by \"        \" then Some(\"    \")",
        ),
        (
            "RUN yum install a b c && \\\n  d",
            "a b c by \"      \" then None",
        ),
        ("RUN apk add a --virtual x b c", ""),
        ("RUN sh -c 'apk add a b c'", ""),
        ("RUN apk add a \\\n # b\n c d e", ""),
    ] {
        assert_eq!(told(text, lines), expected, "{text}");
    }
    let places = |text| with(text, |file| format!("{:?}", file.crowded_stages()));
    assert_eq!(
        places("FROM a\nRUN a\n# b\nFROM b\nRUN b\n\n# c\nFROM c\nFROM d\n"),
        "[13..13]"
    );
}

#[test]
fn volumes_that_are_no_array() {
    let found = |text: &str| {
        told(text, |step| {
            let broken = step.broken_volumes().and_then(|(it, _)| it.strings);
            broken.unwrap_or_default()
        })
    };
    assert_eq!(found("VOLUME [ '/a', \\\n  '/b' ]"), "/a, /b");
    assert_eq!(found("VOLUME [\"/a\"]"), "");
    assert_eq!(found("VOLUME /a[b]"), "");
}

#[test]
fn what_does_not_stand_at_the_end() {
    for (text, expected) in [
        ("RUN a\nCMD b\nENTRYPOINT c", "CMD behind ENTRYPOINT"),
        (
            "CMD b\nENTRYPOINT c\nRUN a",
            "ENTRYPOINT behind RUN, CMD behind RUN",
        ),
        (
            "STOPSIGNAL 1\nRUN a\nHEALTHCHECK NONE\nCMD b\nENTRYPOINT c",
            "STOPSIGNAL before HEALTHCHECK, CMD behind ENTRYPOINT",
        ),
        ("RUN a\nHEALTHCHECK NONE\nCMD b", ""),
        ("CMD b\nRUN a\nCMD b", ""),
        ("CMD b\nONBUILD CMD c", ""),
    ] {
        let found = with(&format!("FROM a\n{text}\n"), |file| {
            let stage = file.final_stage().expect("a stage");
            let say = |it: dfix_model::Misplaced<'_>| match it.before {
                Some(before) => format!("{} before {}", it.step.name(), before.name()),
                None => format!("{} behind {}", it.step.name(), it.last.name()),
            };
            let all: Vec<String> = stage.misplaced_at_its_end().into_iter().map(say).collect();
            all.join(", ")
        });
        assert_eq!(found, expected, "{text}");
    }
}
