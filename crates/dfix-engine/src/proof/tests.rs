use dfix_syntax::{TextRange, TextSize, parse};

use super::{Snapshot, prove};
use crate::fix::{Effect, Fix, Safety, TextEdit};
use crate::outcome::{Finding, Proof};
use crate::splice::Splice;

fn find(text: &str, part: &str) -> TextRange {
    let start = text.find(part).expect("it is there");
    TextRange::at(
        TextSize::try_from(start).expect("short"),
        TextSize::of(part),
    )
}

/// Puts `new` in the place of the first `old`; gives the proof that fails.
fn refused(text: &str, old: &str, new: &str, effects: Vec<Effect>) -> Option<Proof> {
    let edits = vec![TextEdit {
        range: find(text, old),
        text: new.to_owned(),
    }];
    let splice = Splice::new(edits.clone());
    let after = splice.apply(text);
    let range = TextRange::up_to(TextSize::of(text));
    let finding = Finding {
        rule: "test",
        range,
        origin: range,
        message: String::new(),
        remedy: None,
        fix: Some(Fix {
            safety: Safety::Safe,
            effects,
            evidence: Vec::new(),
            unproven: Vec::new(),
            edits,
        }),
    };
    let (before_tree, after_tree) = (parse(text), parse(&after));
    assert_eq!(before_tree.errors(), [], "{text}");
    if !after_tree.errors().is_empty() {
        return Some(Proof::Parses);
    }
    prove(
        &Snapshot::new(text, &before_tree.syntax()),
        &Snapshot::new(&after, &after_tree.syntax()),
        &splice,
        &[&finding],
    )
    .err()
    .map(|failure| failure.proof)
}

fn all(text: &str) -> Vec<Effect> {
    let instruction = TextRange::up_to(TextSize::of(text));
    vec![
        Effect::Changed { instruction },
        Effect::Removed { instruction },
    ]
}

const FILE: &str = "ARG V=1\nFROM a:$V AS x\nENV A=1 B=2\nRUN a 'b' && c | d # e\nUSER u\nFROM b\nCOPY --from=0 f g\nCMD [\"h\", \"i\"]\n";

#[test]
fn an_effect_covers_what_it_names_and_nothing_else() {
    let command = |part: &str| Effect::Arguments {
        command: find(FILE, part),
    };
    let changed = |part: &str| Effect::Changed {
        instruction: find(FILE, part),
    };
    for (old, new, effect, other) in [
        (
            "a:$V",
            "a:2",
            Effect::BaseImage { stage: 0 },
            Effect::BaseImage { stage: 1 },
        ),
        (
            "V=1",
            "V=2",
            Effect::GlobalArg {
                name: "V".to_owned(),
            },
            Effect::GlobalArg {
                name: "W".to_owned(),
            },
        ),
        (
            "B=2",
            "B=3",
            Effect::environment(0, ["B"]),
            Effect::environment(0, ["A"]),
        ),
        (
            "B=2",
            "B=2 C=3",
            Effect::environment(0, ["C"]),
            Effect::environment(1, ["C"]),
        ),
        ("a 'b'", "a b c", command("a 'b'"), command("d #")),
        ("\"i\"", "\"j\"", command("[\"h\""), command("a 'b'")),
        (
            "USER u",
            "USER v",
            Effect::User { stage: 0 },
            Effect::User { stage: 1 },
        ),
        ("AS x", "AS y", changed("FROM a"), changed("FROM b")),
        ("--from=0", "--from=x", changed("COPY"), changed("CMD")),
        ("&&", "||", changed("RUN"), command("a 'b' && c | d")),
        (
            "USER u\n",
            "USER u\nENV C=1\n",
            Effect::environment(0, ["C"]),
            Effect::Inserted {
                stage: 0,
                keyword: "ENV",
            },
        ),
        (
            "USER u\n",
            "USER u\nSHELL [\"/bin/bash\"]\n",
            Effect::Inserted {
                stage: 0,
                keyword: "SHELL",
            },
            Effect::Inserted {
                stage: 1,
                keyword: "SHELL",
            },
        ),
        (
            "USER u\n",
            "",
            Effect::Removed {
                instruction: find(FILE, "USER u"),
            },
            Effect::Removed {
                instruction: find(FILE, "CMD"),
            },
        ),
    ] {
        assert_eq!(refused(FILE, old, new, vec![effect]), None, "{old} {new}");
        for wrong in [other, Effect::Equivalent, Effect::Layout] {
            assert_eq!(
                refused(FILE, old, new, vec![wrong]),
                Some(Proof::OnlyDeclared),
                "{old} {new}"
            );
        }
    }
}

#[test]
fn the_same_build_said_differently_is_a_shape() {
    for (old, new) in [
        ("a 'b' &&", "a b &&"),
        ("a 'b'", "a \\\n  \"b\""),
        ("B=2", "B=\"2\""),
        ("[\"h\", \"i\"]", "[\"h\",\"\\u0069\"]"),
        ("AS x", "as X"),
        ("RUN", "run"),
    ] {
        assert_eq!(
            refused(FILE, old, new, vec![Effect::Equivalent]),
            None,
            "{old} {new}"
        );
    }
    for (old, new) in [
        ("a 'b'", "a 'b' *"),
        ("'b'", "'*'"),
        ("c |", "c |&"),
        ("B=2", "B=$A"),
    ] {
        assert_eq!(
            refused(FILE, old, new, vec![Effect::Equivalent]),
            Some(Proof::OnlyDeclared),
            "{old} {new}"
        );
    }
}

#[test]
fn a_layout_leaves_every_token() {
    for (old, new) in [
        ("RUN", "run"),
        (" AS ", " as "),
        ("&& c", "\\\n && c"),
        ("\nUSER", "\n\n\nUSER"),
        ("]\n", "]"),
        ("# e\n", "# e  \n"),
    ] {
        assert_eq!(
            refused(FILE, old, new, vec![Effect::Layout]),
            None,
            "{old} {new}"
        );
    }
    for (old, new) in [("'b'", "b"), ("USER u\n", ""), ("2\n", "3\n")] {
        let proof = refused(FILE, old, new, vec![Effect::Layout]);
        assert_eq!(proof, Some(Proof::OnlyDeclared), "{old} {new}");
    }
}

#[test]
fn nothing_swallows_what_comes_after_it() {
    let heredoc = "FROM a\nRUN b <<E\nc\nE\nRUN d\n# f\nCMD g\n";
    for (text, old, new) in [
        (FILE, "# e\n", "# e \\\n"),
        (FILE, "2\n", "2 \\\n"),
        (FILE, "c | d", "c '| d"),
        (FILE, "a 'b'", "a # 'b'"),
        (FILE, "a 'b'", "a <<E 'b'"),
        (FILE, "u\n", "u"),
        (heredoc, "\nE\n", "\nEE\n"),
        (heredoc, "RUN d", "RUN d \\"),
        (heredoc, "RUN d\n", "RUN <<E\nd\n"),
        (heredoc, "c\n", "E\n"),
    ] {
        let proof = refused(text, old, new, all(text));
        assert!(
            matches!(proof, Some(Proof::Parses | Proof::NothingLost)),
            "{old} {new}: {proof:?}"
        );
    }
}

#[test]
fn nothing_is_lost() {
    let heredoc = "FROM a\nCOPY <<E /f\nc\nE\n# d\nCMD g\n";
    for (text, old, new) in [
        (heredoc, "c\n", "x\n"),
        (heredoc, "# d\n", ""),
        (heredoc, "# d\n", "# D\n"),
        (heredoc, "g\n", "g"),
        (heredoc, "CMD g", "CMD g\r\n# more"),
        ("\u{feff}FROM a\nCMD g\n", "\u{feff}FROM", "FROM"),
        ("FROM a\r\nCMD g\r\n", "CMD g", "CMD \\\n g"),
        ("FROM a\nRUN b # c\n", " # c", ""),
    ] {
        let proof = refused(text, old, new, all(text));
        assert_eq!(proof, Some(Proof::NothingLost), "{old} {new}");
    }
    assert_eq!(
        refused(heredoc, "CMD g", "# new\nCMD g", vec![Effect::Equivalent]),
        None
    );
}

#[test]
fn a_comment_that_is_written_anew_stays_one() {
    let text = "FROM a\n# old\nRUN a && \\\n  # in\n  b # end\n";
    let of = |part: &str| vec![Effect::comment(find(text, part))];
    for (old, new, proof) in [
        ("# old", "# new\n# and more", None),
        ("# in", "# new\n  # and more", None),
        ("# end", "# new", None),
        ("# old", "", Some(Proof::NothingLost)),
        ("# old", "USER x", Some(Proof::NothingLost)),
        ("# old", "# new\nUSER x", Some(Proof::NothingLost)),
        ("# in", "c \\", Some(Proof::NothingLost)),
        ("# end", "; # new", Some(Proof::NothingLost)),
        ("# end", "# new\nUSER x", Some(Proof::NothingLost)),
    ] {
        assert_eq!(refused(text, old, new, of(old)), proof, "{old} {new}");
    }
    // With all of its line it may go; not where something stands before it there.
    for (old, proof) in [
        ("# old\n", None),
        ("  # in\n", None),
        (" # end\n", Some(Proof::NothingLost)),
    ] {
        let comment = old.trim().lines().next().unwrap();
        assert_eq!(refused(text, old, "", of(comment)), proof, "{old}");
    }
    // What is not declared, or says more than the comment, is held to its words.
    for (old, new, effects) in [
        ("# old", "# new", of("# in")),
        ("# old", "# new", vec![Effect::Equivalent]),
        ("# old\nRUN a", "# new\nRUN a", of("# old")),
    ] {
        let proof = refused(text, old, new, effects);
        assert_eq!(proof, Some(Proof::NothingLost), "{old} {new}");
    }
    // At the top it might have become a directive.
    let top = "# old\nFROM a\n";
    let effects = vec![Effect::comment(find(top, "# old"))];
    let proof = refused(top, "# old", "# check=skip=all", effects);
    assert_eq!(proof, Some(Proof::NothingLost));
}

#[test]
fn a_new_stage_must_not_move_what_others_mean() {
    let inserted = || {
        vec![Effect::Inserted {
            stage: 0,
            keyword: "FROM",
        }]
    };
    assert_eq!(
        refused(FILE, "FROM a", "FROM new\nFROM a", inserted()),
        Some(Proof::OnlyDeclared)
    );
    let named = FILE.replace("--from=0", "--from=x");
    assert_eq!(
        refused(&named, "FROM a", "FROM new\nFROM a", inserted()),
        None
    );
    let effects = vec![Effect::Inserted {
        stage: 1,
        keyword: "FROM",
    }];
    assert_eq!(
        refused(&named, "FROM b", "FROM new AS x\nFROM b", effects),
        Some(Proof::OnlyDeclared)
    );
}

#[test]
fn a_command_that_grows_by_what_should_stand_beside_it_is_refused() {
    let lists = |text: &str| {
        let instruction = TextRange::up_to(TextSize::of(text));
        vec![Effect::Commands { instruction }]
    };
    for (text, old, new) in [
        ("FROM a\nRUN b && c\n", "b && ", ""),
        ("FROM a\nRUN b && c\n", "c", "c && d e"),
        ("FROM a\nRUN b && c\n", "RUN ", "RUN d && "),
        ("FROM a\nRUN <<E\nb $(c)\nd\nE\n", "(c)\n", "(c)\ne\n"),
        ("FROM a\nRUN <<E\nb \\\n\nd\nE\n", "\\\n\n", "\\\n\ne\n"),
        ("FROM a\nONBUILD RUN b && c\n", "c", "c && d"),
    ] {
        assert_eq!(refused(text, old, new, lists(text)), None, "{text}");
    }
    for (text, old, new) in [
        ("FROM a\nRUN b && c\n", "b", "b d"),
        ("FROM a\nRUN b && c\n", " && c", " d && c"),
        ("FROM a\nRUN <<E\nb \\\n\nd\nE\n", "\n\nd", "\ne f\n\nd"),
        ("FROM a\nRUN <<E\nb\nc\nE\n", "b\n", "b \\\n"),
        ("FROM a\nRUN b \"$(c)\" && d\n", "c", "c e"),
        ("FROM a\nONBUILD RUN b && c\n", "c", "c d"),
    ] {
        assert_eq!(
            refused(text, old, new, lists(text)),
            Some(Proof::OnlyDeclared),
            "{text}"
        );
    }
}
