//! What holds for any shell text.

use dfix_syntax::{Enclosure, NodeOrToken, SyntaxKind, SyntaxNode, parse, parse_embedded_shell};
use proptest::prelude::*;

/// Pieces that scripts are made of, the faulty ones too.
const PIECES: &[&str] = &[
    "a", "b=c", "apt-get", "-y", "if", "then", "elif", "else", "fi", "for", "in", "do", "done",
    "while", "until", "case", "esac", ";;", ";&", "{", "}", "(", ")", "((", "))", "[[", "]]", "!",
    "&&", "||", "|", "|&", ";", "&", "$", "$x", "${", "${x:-", "${x//", "${#x}", "\"", "'", "$'",
    "$(", "`", "$((", "<(", ">", "<", ">>", "2>&1", "<<E", "<<-'E'", "<<<", "E", "\\", "\\;",
    "\\\"", "#", " #", "=", "+=", "a[", "]", "a=(", "f()", "function", "select", "time", "coproc",
    "@(", "=~", "*", "~", "é", "\0", "\t", " ", " ", " ", " ", "  ", "; ", " && ",
];

fn script(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|p| p.concat())
}

fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES),
        1 => prop::sample::select(&["\n", "\r\n", "\\\n", "\\\r\n", "\r", "\nE\n", "\n\tE"][..]),
    ];
    prop::collection::vec(piece, 0..32).prop_map(|p| p.concat())
}

fn tree(text: &str) -> SyntaxNode {
    let root = parse_embedded_shell(text, None, Enclosure::Plain).expect("plain text has a tree");
    assert_eq!(root.text(), text);
    root
}

/// Nodes and tokens without trivia; what a gap cut is joined again.
fn shape(node: &SyntaxNode) -> Vec<String> {
    let mut shape: Vec<String> = Vec::new();
    for event in node.preorder_with_tokens() {
        use dfix_syntax::WalkEvent::{Enter, Leave};
        match event {
            Enter(NodeOrToken::Node(n)) => shape.push(format!("{:?}(", n.kind())),
            Leave(NodeOrToken::Node(_)) => shape.push(")".to_owned()),
            Enter(NodeOrToken::Token(t)) if !t.kind().is_trivia() => {
                let kind = format!("{:?} ", t.kind());
                match shape.last_mut() {
                    Some(last) if last.starts_with(&kind) => last.push_str(t.text()),
                    _ => shape.push(kind + t.text()),
                }
            }
            _ => {}
        }
    }
    shape
}

fn script_of(dockerfile: &str) -> Option<SyntaxNode> {
    let root = parse(dockerfile).syntax();
    assert_eq!(root.text(), dockerfile);
    root.descendants()
        .find(|n| n.kind() == SyntaxKind::SHELL_SCRIPT)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_pieces_print_back(text in lines()) {
        tree(&text);
    }

    #[test]
    fn any_text_prints_back(text in any::<String>()) {
        tree(&text);
    }

    /// Where the builder joins lines, the shell sees nothing.
    #[test]
    fn continuations_change_no_shape(text in script(PIECES), cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let text = text.trim();
        // A comment swallows what follows; an escape before a cut would be another continuation.
        if text.is_empty() || text.starts_with(['#', '[', '-']) || text.contains("<<") {
            return Ok(());
        }
        let mut places: Vec<usize> = cuts
            .iter()
            .map(|i| i.index(text.len()))
            .filter(|&i| {
                i > 0
                    && text.is_char_boundary(i)
                    && !text[..i].ends_with('\\')
                    && !text[i..].trim_start().starts_with('#')
                    && !text[i..].trim_start().is_empty()
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        let mut cut = text.to_owned();
        for place in places.into_iter().rev() {
            cut.insert_str(place, "\\\n");
        }
        let plain = script_of(&format!("FROM a\nRUN {text}\n"));
        let joined = script_of(&format!("FROM a\nRUN {cut}\n"));
        prop_assert_eq!(plain.as_ref().map(shape), joined.as_ref().map(shape));
    }
}

/// Deep nesting ends in opaque text: no stack is used up by the parser, a walk or a drop.
#[test]
fn depth_is_limited() {
    for (open, close) in [
        ("$(", ")"),
        ("(", ")"),
        ("((", "))"),
        ("$((", "))"),
        ("{ ", "; }"),
        ("\"$(", ")\""),
        ("${x:-", "}"),
        ("\"${x:-", "}\""),
        ("<(", ")"),
        ("if ", "; then a; fi"),
        ("f() { ", "; }"),
        ("! ", ""),
        ("time ", ""),
        ("case x in a) ", ";; esac"),
        ("a[$(", ")]=b"),
        ("a=(", ")"),
        ("$[", "]"),
    ] {
        for depth in [10, 150, 5000] {
            let text = open.repeat(depth) + "a" + &close.repeat(depth);
            let root = tree(&text);
            let nodes = root.descendants().map(|n| n.ancestors().count()).max();
            assert!(nodes < Some(2000), "{open} {nodes:?}");
            tree(&open.repeat(depth));
        }
    }
}

/// Text on which a careless parser goes over the same ground again and again.
#[test]
fn time_is_linear() {
    for piece in [
        "$((a) ", "((a) ", "`a ", "`a\\` ", "a[$(a ", "a[b ", "\"$((", "$((\"", "${x/", "<<E\n",
        "a <<E ", "a\\\n", "\\\n", "@(a", "[[ ( ", "case ", "$[ ", "'", "\"`", "# a\n", "(( $(( ",
        "$(( ` ", "a=( ",
    ] {
        tree(&piece.repeat(60_000));
        tree(&format!("echo {}", piece.repeat(60_000)));
    }
}
