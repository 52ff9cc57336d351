//! What single instructions say: variables, ports, comments, empty lines, names of stages.

use crate::common::{with, with_files};
use dfix_model::{Model, PackageCommand, Step, StepKind, Ternary};

/// The steps of one kind.
fn steps<'m>(file: &'m Model<'_>, kind: StepKind) -> impl Iterator<Item = Step<'m>> {
    file.steps().filter(move |it| it.is(kind))
}

#[test]
fn variables_that_the_builder_puts_in() {
    let text = "FROM debian:12\nARG A=1 B=$A\nENV X=$A:${Y:-z} Z=\"$Z:b\"\nWORKDIR /$C\nRUN echo $D\nCOPY --chown=$E a /$A/\n";
    with(text, |file| {
        let told = file.steps().flat_map(Step::expansions).map(|it| {
            let is_defined = match it.is_defined() {
                Ternary::Yes => "yes",
                Ternary::No => "no",
                Ternary::Unknown(_) => "unknown",
            };
            let operator = it.operator.as_deref().unwrap_or_default();
            let (is_all, is_own) = (it.is_all_of_value(), it.is_of_itself());
            format!("{}{operator} {is_defined} {is_all} {is_own}", it.name)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "A yes true false",
                "A yes false false",
                "Y:- no false false",
                "Z no false true",
                "C no false false",
                "A yes false false",
            ],
            "neither those of a shell nor those of flags"
        );
    });
    with("FROM acme/base\nWORKDIR /$C\n", |file| {
        let found: Vec<_> = file.steps().flat_map(Step::expansions).collect();
        assert!(matches!(found[0].is_defined(), Ternary::Unknown(_)));
    });
    with(
        "FROM debian:12 AS a\nARG VERSION=1\nFROM a\nWORKDIR /$VERSION/$VERSOIN\n",
        |file| {
            let found: Vec<_> = file.steps().flat_map(Step::expansions).collect();
            assert_eq!(found[0].is_defined(), Ternary::Yes, "of the stage below");
            assert_eq!(found[1].meant_name(), Some("VERSION"));
        },
    );
}

#[test]
fn an_entry_of_a_list_is_cut_with_one_colon() {
    let entry = |value: &str| {
        let text = format!("FROM debian:12\nENV X=\"{value}\"\n");
        with(&text, |file| {
            let found: Vec<_> = file.steps().flat_map(Step::expansions).collect();
            let place = found[0].entry_of_list();
            place.map(|it| file.text()[it].to_owned())
        })
    };
    assert_eq!(entry("/a:$X").as_deref(), Some(":$X"));
    assert_eq!(entry("$X:/a").as_deref(), Some("$X:"));
    for value in ["$X", "/a:$X:/b", "/a$X", "${X:-b}:/a", "$Y:/a"] {
        assert_eq!(entry(value), None, "{value}");
    }
}

#[test]
fn words_of_expose_in_parts() {
    let text = "FROM debian:12\nEXPOSE 80 8080:81/TCP 127.0.0.1:90:91/udp ${P:-80}/tcp 70-60 http a$b\"c\"\n";
    with(text, |file| {
        let exposed: Vec<_> = steps(file, StepKind::Expose)
            .flat_map(Step::exposed)
            .collect();
        let told = exposed.iter().map(|it| {
            let host = it.host.as_deref().unwrap_or("-");
            let (port, of_host) = (it.has_port(), it.has_host());
            format!("{host} {} {port:?} {of_host:?}", it.of_container())
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "- 80 Some(true) None",
                "8080 81/TCP Some(true) Some(true)",
                "127.0.0.1:90 91/udp Some(true) Some(true)",
                "- ${P:-80}/tcp None None",
                "- 70-60 Some(false) None",
                "- http Some(false) None",
            ]
        );
        assert_eq!(
            exposed[1].in_small_letters().as_deref(),
            Some("8080:81/tcp")
        );
        assert_eq!(exposed[2].in_small_letters(), None);
    });
}

#[test]
fn empty_lines_inside_an_instruction() {
    let empty = |text: &str| {
        with(text, |file| {
            let step = file.steps().last().expect("a step");
            let lines = step.empty_lines();
            let lines = lines.into_iter().map(|it| step.line_at(it.start()));
            (
                lines.collect::<Vec<_>>(),
                step.swallowed_instruction().map(str::to_owned),
            )
        })
    };
    assert_eq!(empty("FROM x\nRUN a \\\n\n  \\\n  b\n"), (vec![3], None));
    assert_eq!(
        empty("FROM x\nRUN a \\\n\n# c\nCOPY a b\n"),
        (vec![3], Some("COPY".to_owned()))
    );
    assert_eq!(empty("FROM x\nRUN <<E\n\na\nE\n"), (vec![], None));
    assert_eq!(empty("FROM x\nRUN a\n\n"), (vec![], None));
}

#[test]
fn comments_that_describe() {
    let text = "# the base\nFROM x\n# old\n\n# VERSION of it\nARG VERSION\nRUN a # b\n# kept\n#\nARG OTHER\nARG LAST\n";
    with(text, |file| {
        let told = |step: Step<'_>| step.description().map(|it| it.1.to_owned());
        let of_args: Vec<_> = steps(file, StepKind::Arg).map(told).collect();
        assert_eq!(of_args, [Some("VERSION".to_owned()), None, None]);
        let from = file.steps().next().and_then(told);
        assert_eq!(from.as_deref(), Some("the"));
    });
    let asks = |text: &str| with(text, |file| file.asks_for_check("Docs"));
    assert!(asks("# check=skip=A;experimental=B,Docs\nFROM x\n"));
    assert!(asks("# check=experimental=all\nFROM x\n"));
    assert!(!asks("# check=skip=Docs\nFROM x\n"));
}

#[test]
fn who_names_a_stage() {
    let text = "ARG B=x\nFROM debian:12 AS Build\nRUN a\nFROM build AS more\nRUN --mount=from=BUILD,target=/b b\nFROM $B\nCOPY --from=build /a /a\nCOPY --from=0 /a /b\nONBUILD COPY --from=build /a /c\n";
    with(text, |file| {
        let stage = file.stage(0).expect("a stage");
        let told = stage.references().into_iter().map(|it| {
            let text = &file.text()[it.place];
            (it.step.line(), text.to_owned(), it.is_plain)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (4, "build".to_owned(), true),
                (5, "BUILD".to_owned(), true),
                (7, "build".to_owned(), true),
            ]
        );
        assert_eq!(file.free_stage_name("build", 0), "build-1");
        assert_eq!(file.free_stage_name("build", 1), "build-2");
    });
    let compose = "services:\n  web:\n    build:\n      context: .\n      additional_contexts:\n        a-1: ./x\n";
    with_files(
        "FROM debian:12\n# A-2\n",
        &[("compose.yaml", compose)],
        |file| assert_eq!(file.free_stage_name("a", 0), "a-3"),
    );
}

#[test]
fn a_later_one_takes_its_place() {
    let text = "FROM x AS a\nCMD a\nENTRYPOINT b\nCMD c\nRUN d\nONBUILD CMD e\nFROM a\nCMD f\n";
    with(text, |file| {
        let told = file.steps().filter_map(|it| {
            let other = it.replaced_by()?;
            Some((it.line(), other.line()))
        });
        assert_eq!(told.collect::<Vec<_>>(), [(2, 4)]);
    });
}

#[test]
fn what_a_failure_ends() {
    let told = |script: &str| {
        with(&format!("FROM debian:12\nRUN {script}\n"), |file| {
            let mut commands = file.commands();
            let it = commands.find(|it| it.is("x")).expect("it is called");
            (it.stops_the_build(), it.is_under_errexit())
        })
    };
    for (script, expected) in [
        ("x", (true, false)),
        ("a && x && b", (true, false)),
        ("x || true", (false, false)),
        ("x || b", (false, false)),
        ("x && a || b", (false, false)),
        ("x; true", (false, false)),
        ("set -e; x; true", (true, true)),
        ("set -e; set +e; x; true", (false, false)),
        ("if a; then x; fi", (false, false)),
        ("set -o errexit; x; true", (true, true)),
        ("sh -ec 'x; true'", (true, true)),
        ("sh -c 'x; true'", (false, false)),
        ("set -e; sh -c 'x; true'", (false, false)),
    ] {
        assert_eq!(told(script), expected, "{script}");
    }
    let of_onbuild = with("FROM debian:12\nONBUILD RUN x\n", |file| {
        file.commands().any(dfix_model::Command::stops_the_build)
    });
    assert!(!of_onbuild, "another build runs it");
}

#[test]
fn the_npm_of_an_image() {
    let version = |from: &str| {
        with(&format!("FROM {from}\nRUN npm ci\n"), |file| {
            let mut npms = file.commands().filter_map(PackageCommand::of);
            let npm = npms.next().expect("it is called");
            file.final_stage().expect("a stage").npm_version(&npm)
        })
    };
    for (from, expected) in [
        ("node:6", Some(3)),
        ("node:7.10-slim", Some(3)),
        ("node:8", Some(5)),
        ("node:10", Some(6)),
        ("node:15", Some(7)),
        ("acme/node:4", Some(3)),
        ("debian:12", None),
    ] {
        assert_eq!(version(from), expected, "{from}");
    }
}

#[test]
fn what_the_builder_does_not_see_of_lines() {
    let text = "# syntax=a \n\nFROM x \n\n\n# b\t\nRUN a \\  \n  # c \n  b <<E  \na  \nE\n \n \nRUN d # e \\\n f\n";
    with(text, |file| {
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let lines = |places: Vec<dfix_syntax::TextRange>| -> Vec<usize> {
            let starts = places.into_iter().map(|it| it.start().into());
            starts.map(line).collect()
        };
        assert_eq!(lines(file.trailing_blanks()), [3, 6, 7, 8, 9, 12, 13]);
        assert_eq!(lines(file.repeated_empty_lines(1)), [5, 13]);
        assert_eq!(lines(file.repeated_empty_lines(0)), [2, 4, 5, 12, 13]);
    });
    with("FROM x\r\nRUN <<E\r\na\r\nE\r\n", |file| {
        let (seen_off, kept) = file.carriage_returns();
        assert_eq!((seen_off.len(), kept.len()), (3, 1));
    });
}

#[test]
fn versions_of_the_frontend() {
    let is_since = |tag: &str, minor: u32| {
        let text = format!("# syntax=docker/dockerfile{tag}\nFROM scratch\n");
        with(&text, |file| file.frontend().is_since(minor))
    };
    for (tag, minor, wanted) in [
        (":1", 4, true),
        ("", 4, true),
        (":1.4.0", 4, true),
        (":1.3-labs", 4, false),
        (":labs", 4, true),
        (":1.0-experimental", 2, false),
        (":2", 4, true),
        (":1.10", 4, true),
    ] {
        assert_eq!(is_since(tag, minor), wanted, "{tag}");
    }
    assert!(!with("FROM scratch\n", |file| file.frontend().is_since(0)));
}

#[test]
fn lines_that_a_list_could_have() {
    use dfix_model::{ListJoin, NotOnLines};
    let of = |text: &str| {
        with(&format!("FROM debian:12\nRUN {text}\n"), |file| {
            let lines = file.steps().last().expect("the RUN").own_lines();
            lines.map(|it| it.map(|it| (it.gaps.len(), it.joined_by)))
        })
    };
    for (text, wanted) in [
        ("a && b | c && d", Ok(Some((2, ListJoin::And)))),
        ("a; b || c; (d; e); f;", Ok(Some((3, ListJoin::Semicolon)))),
        ("a || b; c", Ok(Some((1, ListJoin::Semicolon)))),
        ("a && \\\n # x\n b # y", Ok(Some((1, ListJoin::And)))),
        ("a && b || c", Ok(None)),
        ("a && (b; c)", Ok(None)),
        ("a && ! b", Ok(None)),
        ("a; b & c", Ok(None)),
        ("a;", Ok(None)),
        ("[\"a\", \"b\"]", Ok(None)),
        ("<<X\na && b\nX", Ok(None)),
        ("a && b \\\n # x\n c", Err(NotOnLines::CommentInCommand)),
        ("a && b \\\n\n c", Err(NotOnLines::CommentInCommand)),
        ("a && b '\\\n'", Err(NotOnLines::Continuation)),
        ("a && b \"\\\n\"", Ok(Some((1, ListJoin::And)))),
        ("a && b \\ \n c", Err(NotOnLines::Continuation)),
        ("a && b \\\r\n c", Err(NotOnLines::CarriageReturn)),
        ("a && \\\nEOF", Err(NotOnLines::EndWord)),
    ] {
        assert_eq!(of(text), wanted, "{text}");
    }
}

#[test]
fn the_bundler_of_a_command() {
    let version = |text: &str, files: &[(&str, &str)]| {
        with_files(text, files, |file| {
            let mut commands = file.commands().filter_map(PackageCommand::of);
            let bundle = commands.find(|it| it.program_name() == "bundle").unwrap();
            file.final_stage().unwrap().bundler_version(&bundle)
        })
    };
    let run = "RUN bundle install\n";
    let of = |before: &str| version(&format!("{before}{run}"), &[]);
    assert_eq!(of("FROM ruby:2.7.8-slim\n"), Some((2, 1)));
    assert_eq!(of("FROM ruby:3.4-alpine AS a\nFROM a\n"), Some((2, 6)));
    assert_eq!(
        of("FROM ruby:2.6\nRUN bundle config path x\n"),
        Some((1, 17))
    );
    assert_eq!(of("FROM debian:12\n"), None, "another image");
    assert_eq!(
        of("FROM ruby:3.3\nRUN gem install bundler -v 1.17.3\n"),
        None
    );
    assert_eq!(of("FROM ruby:3.3\nENV BUNDLER_VERSION=1.17.3\n"), None);
    assert_eq!(of("FROM ruby:3.3\nRUN gem update --system\n"), None);
    let locked = version(
        &format!("FROM ruby:3.3\nCOPY Gemfile.lock ./\n{run}"),
        &[("Gemfile.lock", "BUNDLED WITH\n   1.17.3\n")],
    );
    assert_eq!(locked, None);
}
