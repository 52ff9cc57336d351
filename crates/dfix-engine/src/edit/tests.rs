use dfix_syntax::ast::{AstNode, Command, Word};
use dfix_syntax::{Enclosure, SyntaxKind, SyntaxNode, TextRange, TextSize, parse};
use proptest::prelude::*;

use super::{Edit, env_source};
use crate::fix::{Effect, Fix, Safety};
use crate::outcome::Finding;
use crate::place::Place;
use crate::proof::{Snapshot, prove};
use crate::splice::Splice;
use crate::text_edit::EditContext;

mod any_place;
mod exit_status;
mod flags;
mod of_model;
mod removal;

/// Changes a text and proves the result, everything being declared.
fn edited(text: &str, change: impl FnOnce(&SyntaxNode, &mut Edit<'_>)) -> Result<String, String> {
    let parsed = parse(text);
    assert_eq!(parsed.errors(), [], "{text}");
    let root = parsed.syntax();
    let context = EditContext::new(text, &root);
    let mut edit = Edit::new(&context);
    change(&root, &mut edit);
    let edits = edit.finish()?;
    let splice = Splice::new(edits.clone());
    let after = splice.apply(text);
    let parsed = parse(&after);
    assert_eq!(parsed.errors(), [], "{text}\n-->\n{after}");
    let all = root.text_range();
    let mut effects = vec![
        Effect::Changed { instruction: all },
        Effect::Removed { instruction: all },
        Effect::environment(0, ["A", "B"]),
    ];
    effects.extend(
        ["RUN", "USER", "ARG", "FROM"].map(|keyword| Effect::Inserted { stage: 0, keyword }),
    );
    let finding = Finding {
        rule: "test",
        range: all,
        origin: all,
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
    prove(
        &Snapshot::new(text, &root),
        &Snapshot::new(&after, &parsed.syntax()),
        &splice,
        &[&finding],
    )
    .unwrap_or_else(|failure| panic!("{failure:?}\n{text}\n-->\n{after}"));
    Ok(after)
}

fn word(root: &SyntaxNode, source: &str) -> Word {
    root.descendants()
        .filter_map(Word::cast)
        .find(|w| w.source() == source)
        .unwrap_or_else(|| panic!("no word {source}"))
}

fn command(root: &SyntaxNode, name: &str) -> Command {
    root.descendants()
        .filter_map(Command::cast)
        .find(|c| c.words().next().is_some_and(|w| w.source() == name))
        .unwrap_or_else(|| panic!("no command {name}"))
}

fn node(root: &SyntaxNode, kind: SyntaxKind) -> SyntaxNode {
    root.descendants()
        .filter(|n| n.kind() == kind)
        .last()
        .unwrap_or_else(|| panic!("no {kind:?}"))
}

fn find(text: &str, part: &str) -> TextRange {
    let start = text.find(part).expect("it is there");
    TextRange::at(
        TextSize::try_from(start).expect("short"),
        TextSize::of(part),
    )
}

/// A word of a script inside a string.
struct Inside(TextRange, Enclosure);

impl Place for Inside {
    fn range(&self) -> TextRange {
        self.0
    }

    fn enclosure(&self) -> Option<Enclosure> {
        Some(self.1)
    }
}

fn run(script: &str) -> String {
    format!("FROM a\nRUN {script}\nCMD z\n")
}

#[track_caller]
fn words_case(before: &str, change: fn(&SyntaxNode, &mut Edit<'_>), after: &str) {
    assert_eq!(edited(&run(before), change), Ok(run(after)));
}

#[track_caller]
fn dropped(before: &str, change: fn(&SyntaxNode, &mut Edit<'_>)) {
    assert!(edited(&run(before), change).is_err(), "{before}");
}

#[test]
fn a_word_goes_after_a_word() {
    let after_i = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.insert_word_after(word(root, "i"), "-q");
    };
    words_case("pip i x", after_i, "pip i -q x");
    words_case("pip i>log", after_i, "pip i -q >log");
    words_case("pip i&&x", after_i, "pip i -q&&x");
    words_case("pip i\\\n && x", after_i, "pip i -q\\\n && x");
    words_case("pip i \\\n  # c\n  x", after_i, "pip i -q \\\n  # c\n  x");
    words_case(
        "pip \\\n  i \\\n  x",
        after_i,
        "pip \\\n  i \\\n  -q \\\n  x",
    );
    words_case("pip \\\n  i", after_i, "pip \\\n  i \\\n  -q");
    words_case("$(pip i)", after_i, "$(pip i -q)");
    words_case("<<E\npip i\nE", after_i, "<<E\npip i -q\nE");
    words_case(
        "<<E\npip \\\n  i\nE",
        after_i,
        "<<E\npip \\\n  i \\\n  -q\nE",
    );
}

#[test]
fn a_word_is_quoted_for_where_it_lands() {
    let text = |t: &'static str| {
        move |root: &SyntaxNode, edit: &mut Edit<'_>| edit.insert_word_after(word(root, "i"), t)
    };
    for (value, written) in [
        ("a>=1", "'a>=1'"),
        ("a b", "'a b'"),
        ("it's $x", "\"it's \\$x\""),
        ("", "''"),
        ("~", "'~'"),
    ] {
        assert_eq!(
            edited(&run("pip i x"), text(value)),
            Ok(run(&format!("pip i {written} x")))
        );
    }
    assert!(edited(&run("pip i x"), text("a\nb")).is_err());
    assert!(edited(&run("`pip i x`"), text("a b")).is_err());
}

#[test]
fn words_of_an_exec_form() {
    let json = "[\"pip\", \"i\", \"x\"]";
    let with = |range: &'static str| {
        move |root: &SyntaxNode, edit: &mut Edit<'_>| {
            let text = root.text().to_string();
            edit.insert_word_after(find(&text, range), "-\"q");
        }
    };
    let expected = Ok(run("[\"pip\", \"i\", \"-\\\"q\", \"x\"]"));
    assert_eq!(edited(&run(json), with("\"i\"")), expected);
    assert_eq!(
        edited(&run("[\"pip\",\"i\"]"), with("\"i\"")),
        Ok(run("[\"pip\",\"i\",\"-\\\"q\"]"))
    );
    words_case(
        json,
        |root, edit| {
            let text = root.text().to_string();
            edit.remove_word(find(&text, "\"i\""));
            edit.replace_word(find(&text, "\"x\""), "y z");
            edit.insert_word_before(find(&text, "\"pip\""), "env");
        },
        "[\"env\", \"pip\", \"y z\"]",
    );
    words_case(
        json,
        |root, edit| {
            let text = root.text().to_string();
            edit.remove_word(find(&text, "\"pip\""));
        },
        "[\"i\", \"x\"]",
    );
}

#[test]
fn words_of_a_script_in_a_string() {
    for (script, enclosure, expected) in [
        (
            "sh -c \"pip i x\"",
            Enclosure::DoubleQuoted,
            "sh -c \"pip i 'a b' x\"",
        ),
        (
            "sh -c 'pip i x'",
            Enclosure::Plain,
            "sh -c 'pip i \"a b\" x'",
        ),
        (
            "[\"sh\", \"-c\", \"pip i x\"]",
            Enclosure::Json,
            "[\"sh\", \"-c\", \"pip i 'a b' x\"]",
        ),
    ] {
        let text = run(script);
        let inside = Inside(
            find(&text, "i x").cover_offset(find(&text, "i x").start()),
            enclosure,
        );
        let place = Inside(
            TextRange::at(inside.0.start(), TextSize::of("i")),
            enclosure,
        );
        assert_eq!(
            edited(&text, |_, edit| edit.insert_word_after(&place, "a b")),
            Ok(run(expected))
        );
        assert_eq!(
            edited(&text, |_, edit| edit.remove_word(&place)),
            Ok(text.replace(" i", ""))
        );
        assert!(edited(&text, |_, edit| edit.insert_word_after(&place, "a'b")).is_err());
    }
    let text = run("sh -c ls");
    let place = Inside(find(&text, "ls"), Enclosure::Plain);
    assert!(edited(&text, |_, edit| edit.insert_word_after(&place, "-l")).is_err());
}

#[test]
fn a_word_goes() {
    let x = |root: &SyntaxNode, edit: &mut Edit<'_>| edit.remove_word(word(root, "x"));
    words_case("i x y", x, "i y");
    words_case("i x", x, "i");
    words_case("i x\\\n && y", x, "i\\\n && y");
    words_case("i \\\n  x \\\n  y", x, "i \\\n  y");
    words_case("i \\\n  x y", x, "i \\\n  y");
    words_case("i \\\n  y \\\n  x", x, "i \\\n  y");
    words_case("i \\\n  # c\n  x \\\n  y", x, "i \\\n  # c\n  y");
    dropped("i \\\n  y \\\n  # c\n  x", x);
}

#[test]
fn no_command_begins_with_what_the_builder_takes_for_a_flag() {
    dropped("a b", |root, edit| {
        edit.insert_word_before(word(root, "a"), "--");
    });
    dropped("a b", |root, edit| {
        edit.insert_word_before(command(root, "a"), "--x");
    });
    dropped("a b", |root, edit| {
        edit.replace_word(word(root, "a"), "--x");
    });
    dropped("a --b", |root, edit| edit.remove_word(word(root, "a")));
}

#[test]
fn commands_are_joined_in_the_style_of_their_script() {
    let after = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.add_command_after(command(root, "b"), "new");
    };
    let before = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.add_command_before(command(root, "b"), "new");
    };
    words_case("b", after, "b && new");
    words_case("b # c", after, "b && new # c");
    words_case("b", before, "new && b");
    words_case("a && b && c", after, "a && b && new && c");
    words_case("a | b", after, "a | b && new");
    words_case("a | b", before, "new && a | b");
    words_case("a; b; c", after, "a; b; new; c");
    words_case("a; b", after, "a; b && new");
    words_case("a; b", before, "a; new; b");
    words_case(
        "a \\\n && b \\\n && c",
        after,
        "a \\\n && b \\\n && new \\\n && c",
    );
    words_case(
        "a && \\\n    b && \\\n    # why\n    c",
        after,
        "a && \\\n    b && \\\n    new && \\\n    # why\n    c",
    );
    words_case("b \\\n    x", after, "b \\\n    x \\\n    && new");
    // What is laid out one item a line gets a line of its own.
    words_case(
        "a && b -y \\\n    x \\\n    y",
        after,
        "a && b -y \\\n    x \\\n    y \\\n    && new",
    );
    words_case(
        "a && b \\\n      x && \\\n    c",
        after,
        "a && b \\\n      x && \\\n    new && \\\n    c",
    );
    words_case(
        "a \\\n  && b \\\n    x && c",
        after,
        "a \\\n  && b \\\n    x \\\n  && new && c",
    );
    words_case("a; b \\\n    x", after, "a; b \\\n    x \\\n    && new");
    words_case(
        "a; \\\n  b; \\\n  c",
        after,
        "a; \\\n  b; \\\n  new; \\\n  c",
    );
    words_case(
        "a; \\\n  b; \\\n  c",
        before,
        "a; \\\n  new; \\\n  b; \\\n  c",
    );
    words_case("a; \\\n  b", after, "a; \\\n  b && \\\n  new");
    words_case(
        "{ a; \\\n  b; \\\n}",
        after,
        "{ a; \\\n  b && \\\n  new; \\\n}",
    );
    words_case(
        "<<E\na\nb \\\n  x\nE",
        after,
        "<<E\na\nb \\\n  x \\\n  && new\nE",
    );
    words_case(
        "a && b \\\n    x # c",
        after,
        "a && b \\\n    x \\\n    && new # c",
    );
    words_case("<<E\na\nb \\\n\nc\nE", after, "<<E\na\nb \\\n\nnew\nc\nE");
    words_case("<<E\na\n  b\nc\nE", after, "<<E\na\n  b\n  new\nc\nE");
    words_case("<<E\na\nb\nE", before, "<<E\na\nnew\nb\nE");
    words_case("<<E\na\nb\nE", after, "<<E\na\nb && new\nE");
    words_case("(a; b)", after, "(a; b && new)");
    words_case("{ a; b; }", after, "{ a; b && new; }");
    words_case("a || c && b", after, "a || c && b && new");
    for script in [
        "a || b",
        "b && c || d",
        "b || c",
        "b & c",
        "if b; then c; fi",
        "while b; do c; done",
    ] {
        dropped(script, after);
        dropped(script, before);
    }
    words_case("if a; then b; fi", after, "if a; then b && new; fi");
}

/// A list of one line whose last command goes over several is laid out as the lists above it are.
#[test]
fn commands_follow_the_layout_of_the_file() {
    let after = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.add_command_after(command(root, "b"), "new");
    };
    for (style, expected) in [
        (" \\\n && ", "RUN a && b \\\n    x \\\n && new\n"),
        (" && \\\n  ", "RUN a && b \\\n    x && \\\n  new\n"),
    ] {
        let above = format!("FROM a\nRUN c{style}d\n");
        assert_eq!(
            edited(&format!("{above}RUN a && b \\\n    x\n"), after),
            Ok(format!("{above}{expected}"))
        );
    }
    let crlf = "FROM a\r\nRUN a && b \\\r\n    x\r\n";
    assert_eq!(
        edited(crlf, after).as_deref(),
        Ok("FROM a\r\nRUN a && b \\\r\n    x \\\r\n    && new\r\n")
    );
    let escape = "# escape=`\nFROM a\nRUN a && b `\n    x\n";
    assert_eq!(
        edited(escape, after).as_deref(),
        Ok("# escape=`\nFROM a\nRUN a && b `\n    x `\n    && new\n")
    );
}

#[test]
fn commands_of_a_script_in_a_string() {
    let text = run("sh -c \"a && b\"");
    let place = Inside(
        TextRange::at(find(&text, "b\"").start(), TextSize::of("b")),
        Enclosure::DoubleQuoted,
    );
    assert_eq!(
        edited(&text, |_, edit| edit.add_command_after(&place, "new x")),
        Ok(run("sh -c \"a && b && new x\""))
    );
    assert!(edited(&text, |_, edit| edit.add_command_after(&place, "new \"x\"")).is_err());
}

#[test]
fn instructions_stand_where_a_person_would_put_them() {
    let cmd = |root: &SyntaxNode| node(root, SyntaxKind::CMD_INSTR);
    let case = |text: &str, change: &dyn Fn(&SyntaxNode, &mut Edit<'_>), expected: &str| {
        assert_eq!(edited(text, change).as_deref(), Ok(expected));
    };
    let before = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.insert_instructions_before(cmd(root), ["RUN n", "USER u"]);
    };
    let after = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.insert_instruction_after(cmd(root), &env_source([("A", "1"), ("B", "x $A")]));
    };
    case("FROM a\nCMD z\n", &before, "FROM a\nRUN n\nUSER u\nCMD z\n");
    case(
        "FROM a\n# c\n# d\nCMD z\n",
        &before,
        "FROM a\nRUN n\nUSER u\n# c\n# d\nCMD z\n",
    );
    case(
        "FROM a\n# c\n\nCMD z\n",
        &before,
        "FROM a\n# c\n\nRUN n\nUSER u\nCMD z\n",
    );
    case(
        "FROM a\n# c\nCMD z\n",
        &|root, edit| edit.insert_instruction_below_comments(cmd(root), "USER u"),
        "FROM a\n# c\nUSER u\nCMD z\n",
    );
    case(
        "FROM a\n  CMD z",
        &before,
        "FROM a\n  RUN n\n  USER u\n  CMD z",
    );
    case(
        "FROM a\n\nRUN b\n\nCMD z\n",
        &before,
        "FROM a\n\nRUN b\n\nRUN n\nUSER u\n\nCMD z\n",
    );
    case(
        "FROM a\r\nCMD z\r\n",
        &after,
        "FROM a\r\nCMD z\r\nENV A=1 \\\r\n    B=\"x $A\"\r\n",
    );
    case(
        "# escape=`\nFROM a\nCMD z",
        &after,
        "# escape=`\nFROM a\nCMD z\nENV A=1 `\n    B=\"x $A\"",
    );
    case(
        "from a\ncmd z\n",
        &after,
        "from a\ncmd z\nenv A=1 \\\n    B=\"x $A\"\n",
    );
    let run = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.insert_instruction_after(node(root, SyntaxKind::RUN_INSTR), "USER u");
    };
    case(
        "FROM a\nRUN <<E\nx\nE\nCMD z\n",
        &run,
        "FROM a\nRUN <<E\nx\nE\nUSER u\nCMD z\n",
    );
    case("FROM a\nRUN x # c", &run, "FROM a\nRUN x # c\nUSER u");
    assert!(edited("FROM a\nRUN x \\\n", run).is_err());
}

#[test]
fn instructions_go_and_change() {
    let case = |text: &str, change: &dyn Fn(&SyntaxNode, &mut Edit<'_>), expected: Option<&str>| {
        assert_eq!(edited(text, change).ok().as_deref(), expected, "{text}");
    };
    let user = |root: &SyntaxNode| node(root, SyntaxKind::USER_INSTR);
    let remove = |root: &SyntaxNode, edit: &mut Edit<'_>| edit.remove_instruction(user(root));
    case("FROM a\nUSER u\nCMD z\n", &remove, Some("FROM a\nCMD z\n"));
    case(
        "FROM a\n\n# c\nUSER u\n\nCMD z\n",
        &remove,
        Some("FROM a\n\n# c\n\nCMD z\n"),
    );
    case(
        "FROM a\n\nUSER u\n\nCMD z\n",
        &remove,
        Some("FROM a\n\nCMD z\n"),
    );
    case("FROM a\nUSER u", &remove, Some("FROM a"));
    case("FROM a\nUSER \\\n# c\n  u\n", &remove, None);
    let replace = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.replace_instruction(user(root), "USER \\\n  v");
    };
    case(
        "FROM a\n USER u \nCMD z\n",
        &replace,
        Some("FROM a\n USER \\\n   v \nCMD z\n"),
    );
    let chown = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.set_flag(node(root, SyntaxKind::COPY_INSTR), "--chown", "u");
    };
    case(
        "FROM a\nCOPY x y\n",
        &chown,
        Some("FROM a\nCOPY --chown=u x y\n"),
    );
    case(
        "FROM a\nCOPY --link --chown=v x y\n",
        &chown,
        Some("FROM a\nCOPY --link --chown=u x y\n"),
    );
    case(
        "FROM a\nONBUILD COPY \\\n  # c\n  x y\n",
        &chown,
        Some("FROM a\nONBUILD COPY --chown=u \\\n  # c\n  x y\n"),
    );
    case(
        "FROM a\nRUN --mount=type=ssh x\n",
        &|root, edit| {
            let run = node(root, SyntaxKind::RUN_INSTR);
            edit.add_flag(run, "--mount", "type=cache,target=/x");
        },
        Some("FROM a\nRUN --mount=type=ssh --mount=type=cache,target=/x x\n"),
    );
    case(
        "FROM a\nENV A=1 B=2\n",
        &|root, edit| edit.replace_word(word(root, "2"), "3 4"),
        Some("FROM a\nENV A=1 B=\"3 4\"\n"),
    );
    let pairs = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.append_env_pairs(node(root, SyntaxKind::ENV_INSTR), [("B", "2 \"3\"")]);
    };
    case(
        "FROM a\nENV A=1\n",
        &pairs,
        Some("FROM a\nENV A=1 \\\n    B=\"2 \\\"3\\\"\"\n"),
    );
    case(
        "FROM a\nENV A=1 \\\n  C=2\n",
        &pairs,
        Some("FROM a\nENV A=1 \\\n  C=2 \\\n  B=\"2 \\\"3\\\"\"\n"),
    );
    case("FROM a\nENV A 1\n", &pairs, None);
}

const SCRIPTS: &[&str] = &[
    "FROM debian:12\nRUN apt update && apt install -y bash nginx git gcc\\\n    && true\n",
    "FROM debian:12\nRUN apt-get install -y \\\n    git \\\n#    motion it's\n    curl && \\\n    apt-get clean\nCMD x\n",
    "FROM debian:12\nRUN apt-get -y install python3 \\\n    php >> install.log\nCMD x\n",
    "FROM a\nRUN set -e; if [ -f \"x y\" ]; then a 'b c' | d > /e 2>&1; fi; for i in 1 2; do echo $i; done\nCMD x\n",
    "FROM a\r\nRUN apt-\\\r\nget i \\\r\n\r\n  x\\\r\n  y # c\r\nCMD x\r\n",
    "# escape=`\nFROM a\nRUN copy C:\\x `\n  # c\n  D:\\y && z `\n\nCMD x",
    "FROM a\nRUN <<E bash -s\nset -e\na b \\\n  c # d\ncat <<F >x\nbody $(y z)\nF\nif a; then\n  b c\nfi\nE\nCMD x\n",
    "FROM a\nRUN x=\"$(a b `c d`)\" y \"${Z:-$(e f)}\" && g(){ h i; }; g 'j' k\"l\"m\\ n\nCMD o p\n",
    "FROM a\nRUN --mount=type=cache,target=/x a b;c d&e f||g h\nHEALTHCHECK CMD i j || exit 1\nONBUILD RUN k l\n",
];

fn command_words(root: &SyntaxNode) -> Vec<Vec<String>> {
    root.descendants()
        .filter_map(Command::cast)
        .map(|c| c.words().map(|w| written(&w)).collect())
        .collect()
}

/// A word's value, `…` where commands stand inside it, or its source without continuations where
/// the value is not known.
fn written(word: &Word) -> String {
    let mut inside = word.syntax().descendants();
    if inside.any(|n| n.kind() == SyntaxKind::COMMAND) {
        return "…".to_owned();
    }
    word.value().into_known().unwrap_or_else(|| word.source())
}
