//! Whatever the text, the tree prints back to it, and every place in it is covered once.

use dfix_syntax::{
    Enclosure, LineIndex, NodeOrToken, SyntaxNode, TextSize, parse, parse_embedded_shell,
};
use proptest::prelude::*;

use crate::common;

/// What breaks parsers, to be strung together.
const PIECES: &[&str] = &[
    "FROM ",
    "RUN ",
    "COPY ",
    "ADD ",
    "ENV ",
    "ARG ",
    "LABEL ",
    "CMD ",
    "SHELL ",
    "ONBUILD ",
    "HEALTHCHECK ",
    "USER ",
    "EXPOSE ",
    "python:3",
    "a",
    "b=c",
    "=",
    "--",
    "--mount=",
    "--from=x ",
    "type=cache,",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\\\n",
    "\\",
    "`\n",
    "`",
    "\\ \r\n",
    "# escape=`\n",
    "# syntax=x\n",
    "#",
    "# it's\n",
    "'",
    "\"",
    "$",
    "${",
    "}",
    "${a:-",
    "${a/b/c}",
    "$(",
    ")",
    "((",
    "))",
    "[",
    "]",
    "[\"a\", \"b\"]",
    ",",
    "<<EOF",
    "<<-",
    "<<",
    "EOF\n",
    "\nEOF\n",
    "\tEOF\n",
    "<",
    ">",
    "|",
    "&&",
    ";",
    "if ",
    "then ",
    "fi",
    "case x in ",
    "esac",
    "{ ",
    "\u{a0}",
    "\u{feff}",
    "é",
    "\u{2028}",
    "\0",
    "[\"bash\", \"-c\"]\n",
    "[\"pwsh\"]\n",
    "@",
    ":",
    "/",
    " AS x",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// A fixture with a stretch cut out and something else put there.
fn mutations() -> impl Strategy<Value = String> {
    let fixtures: Vec<String> = common::dockerfiles("")
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| text.len() < 3000)
        .collect();
    let cut = (any::<prop::sample::Index>(), 0usize..30, pieces());
    (prop::sample::select(fixtures), cut).prop_map(|(text, (at, len, piece))| {
        let boundary = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let from = boundary(at.index(text.len() + 1));
        let to = boundary((from + len).min(text.len()));
        format!("{}{piece}{}", &text[..from], &text[to.max(from)..])
    })
}

fn check_tree(root: &SyntaxNode, text: &str) {
    assert_eq!(root.text(), text);
    let mut at = TextSize::from(0);
    for element in root.descendants_with_tokens() {
        if let NodeOrToken::Token(token) = element {
            assert_eq!(token.text_range().start(), at, "{token:?}");
            assert!(!token.text().is_empty(), "an empty {:?}", token.kind());
            at = token.text_range().end();
        }
    }
    assert_eq!(usize::from(at), text.len());
}

fn check(text: &str) {
    let parsed = parse(text);
    check_tree(&parsed.syntax(), text);
    let len = TextSize::of(text);
    let lines = LineIndex::new(text);
    for error in parsed.errors() {
        assert!(error.range.end() <= len, "{error:?}");
        let offset = usize::from(error.range.start());
        assert_eq!(lines.offset(lines.position(offset)), Some(offset));
    }
    // The views hold on any tree.
    for node in parsed.syntax().descendants() {
        let _ = dfix_syntax::ast::value_of(&node);
        let _ = dfix_syntax::ast::source_of(&node);
    }
    for enclosure in [Enclosure::Plain, Enclosure::DoubleQuoted, Enclosure::Json] {
        for escape in [Some('\\'), Some('`'), None] {
            if let Some(root) = parse_embedded_shell(text, escape, enclosure) {
                check_tree(&root, text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text(text in "(?s).{0,100}") {
        check(&text);
    }

    #[test]
    fn any_pieces(text in pieces()) {
        check(&text);
    }

    #[test]
    fn any_mutation(text in mutations()) {
        check(&text);
    }

    #[test]
    fn any_pieces_after_others(texts in prop::collection::vec(pieces(), 1..5)) {
        for text in &texts {
            let again = parse(text);
            check_tree(&again.syntax(), text);
            // Where nothing was parsed before.
            let alone = std::thread::scope(|scope| scope.spawn(|| parse(text)).join());
            prop_assert_eq!(&again, &alone.expect("no panic"));
        }
    }
}

#[test]
fn fixtures() {
    for (_, text) in common::dockerfiles("") {
        check(&text);
        for (at, _) in text.char_indices().filter(|_| text.len() < 600) {
            check_tree(&parse(&text[..at]).syntax(), &text[..at]);
        }
    }
}

/// One long text takes the time of ten short ones, not ten times that: one after the other, the best
/// of a few tries. How busy the machine is does not count, since both take about as long.
#[test]
fn deep_and_long() {
    type Text = (usize, fn(usize) -> String);
    let texts: [Text; 20] = [
        (100_000, |n| format!("FROM a\nRUN {}", "a \\\n".repeat(n))),
        (100_000, |n| {
            format!("FROM a\nRUN {}", "\\\n# c\n\n".repeat(n))
        }),
        (100_000, |n| format!("FROM a\nRUN {}", "$(".repeat(n))),
        (100_000, |n| format!("FROM a\nRUN {}", "{ ".repeat(n))),
        (100_000, |n| format!("FROM a\nRUN {}", "\"$(".repeat(n))),
        (100_000, |n| format!("FROM a\nENV a={}", "${a:-".repeat(n))),
        (100_000, |n| {
            format!("FROM a\nENV a={}", "\"${a:-".repeat(n))
        }),
        (1000, |n| {
            format!("FROM a\nENV a={}b{}", "${a:-".repeat(n), "}".repeat(n))
        }),
        (100_000, |n| format!("FROM {}", "${a:-".repeat(n))),
        (100_000, |n| format!("FROM {}", "a/$b:".repeat(n))),
        (100_000, |n| {
            format!("FROM a\nRUN <<EOF {}", "${a:-".repeat(n))
        }),
        (2000, |n| format!("FROM a\nRUN {}", "<<a ".repeat(n))),
        (100_000, |n| format!("FROM a\nCMD {}", "[".repeat(n))),
        (100_000, |n| "ONBUILD ".repeat(n)),
        (100_000, |n| {
            format!("FROM a\nRUN {}", "--mount=type=cache,".repeat(n))
        }),
        (100_000, |n| format!("FROM a\nRUN {}", "--x=\"".repeat(n))),
        (20_000, |n| format!("FROM a\nRUN {}", "--x ".repeat(n))),
        (20_000, |n| "FROM a AS b\nSHELL [\"pwsh\"]\n".repeat(n)),
        (200_000, |n| "RUN a\n".repeat(n)),
        (200_000, |n| "#\n".repeat(n)),
    ];
    for (n, text) in texts {
        let (short, long) = (text(n / 10), text(n));
        let mut best = [f64::MAX; 2];
        let is_linear = (0..5).any(|_| {
            for ((text, times), best) in [(&short, 10), (&long, 1)].into_iter().zip(&mut best) {
                let start = std::time::Instant::now();
                let parsed: Vec<_> = (0..times).map(|_| parse(text)).collect();
                *best = start.elapsed().as_secs_f64().min(*best);
                assert_eq!(parsed[0].syntax().text(), text.as_str());
            }
            best[1] < 4.0 * best[0]
        });
        assert!(is_linear, "{best:?} seconds for {:?}…", &long[..40]);
    }
}
