//! A second opinion on shell text: `brush-parser` must see the same simple commands.

use brush_parser::ast;
use dfix_syntax::ast::{AstNode, Command};
use dfix_syntax::{Enclosure, SyntaxKind, SyntaxNode, parse_embedded_shell};

/// The first word of every simple command outside of substitutions, in order of place; empty for
/// one that only assigns or redirects.
fn ours(script: &SyntaxNode) -> Vec<String> {
    let substitution = |n: &SyntaxNode| {
        matches!(
            n.kind(),
            SyntaxKind::COMMAND_SUBST | SyntaxKind::BACKTICK_SUBST | SyntaxKind::PROCESS_SUBST
        )
    };
    script
        .descendants()
        .filter(|n| {
            !n.ancestors()
                .take_while(|a| a != script)
                .any(|a| substitution(&a))
        })
        .filter_map(Command::cast)
        .map(|c| {
            c.words()
                .next()
                .map_or_else(String::new, |w| w.syntax().text().to_string())
        })
        .collect()
}

/// The same in brush's eyes; `None` if it refuses the script.
fn theirs(script: &str) -> Option<Vec<String>> {
    let options = brush_parser::ParserOptions::default();
    let mut parser = brush_parser::Parser::new(script.as_bytes(), &options);
    let program = parser.parse_program().ok()?;
    let mut names = Vec::new();
    for list in &program.complete_commands {
        compound_list(list, &mut names);
    }
    Some(names)
}

fn compound_list(list: &ast::CompoundList, names: &mut Vec<String>) {
    for ast::CompoundListItem(and_or, _) in &list.0 {
        for (_, pipeline) in and_or {
            for it in &pipeline.seq {
                command(it, names);
            }
        }
    }
}

fn command(it: &ast::Command, names: &mut Vec<String>) {
    match it {
        ast::Command::Simple(simple) => names.push(
            simple
                .word_or_name
                .as_ref()
                .map_or_else(String::new, |w| w.value.clone()),
        ),
        ast::Command::Compound(it, _) => compound(it, names),
        ast::Command::Function(function) => compound(&function.body.0, names),
        ast::Command::ExtendedTest(..) => {}
    }
}

fn compound(it: &ast::CompoundCommand, names: &mut Vec<String>) {
    match it {
        ast::CompoundCommand::Arithmetic(_) => {}
        ast::CompoundCommand::ArithmeticForClause(it) => compound_list(&it.body.list, names),
        ast::CompoundCommand::BraceGroup(it) => compound_list(&it.list, names),
        ast::CompoundCommand::Subshell(it) => compound_list(&it.list, names),
        ast::CompoundCommand::ForClause(it) => compound_list(&it.body.list, names),
        ast::CompoundCommand::CaseClause(it) => {
            for case in &it.cases {
                if let Some(list) = &case.cmd {
                    compound_list(list, names);
                }
            }
        }
        ast::CompoundCommand::IfClause(it) => {
            compound_list(&it.condition, names);
            compound_list(&it.then, names);
            for branch in it.elses.iter().flatten() {
                if let Some(condition) = &branch.condition {
                    compound_list(condition, names);
                }
                compound_list(&branch.body, names);
            }
        }
        ast::CompoundCommand::WhileClause(it) | ast::CompoundCommand::UntilClause(it) => {
            compound_list(&it.0, names);
            compound_list(&it.1.list, names);
        }
        ast::CompoundCommand::Coprocess(it) => command(&it.body, names),
    }
}

fn parsed(script: &str) -> SyntaxNode {
    let root = parse_embedded_shell(script, None, Enclosure::Plain).expect("plain text has a tree");
    assert_eq!(root.text(), script);
    root
}

fn is_understood(root: &SyntaxNode) -> bool {
    !root
        .descendants()
        .any(|n| matches!(n.kind(), SyntaxKind::OPAQUE | SyntaxKind::ERROR))
}

/// Scripts of all sorts, each of which both must understand.
const SCRIPTS: &[&str] = &[
    "set -ex; apt-get update && apt-get install -y curl >/dev/null 2>&1 || true",
    "apt-get update   && apt-get install -y --no-install-recommends     a=1.*     b   && rm -rf /var/lib/apt/lists/*",
    "a; b & c",
    "a | b |& c; ! d | e",
    "time a | b",
    "A=b C=\"d e\" f g=h; i=j",
    "a=(b 'c d') d",
    "declare -A m=([a]=b)",
    "export A=b C=$(d)",
    "if [ \"$(uname -m)\" = x86_64 ]; then a; elif b; then c; else d; fi",
    "for x in a $b \"$(c)\"; do d \"$x\" || e; done",
    "for ((i = 0; i < 3; i++)); do a; done",
    "while read -r a; do b; done < c",
    "until a; do sleep 1; done",
    "case \"${ARCH##*-}\" in amd64) a;; 'arm64'|arm) b ;; (*) echo >&2 \"error: $x\"; exit 1 ;; esac",
    "f() { a; }; function g { b; }; f && g",
    "(a; b) 2>&1 | c",
    "{ a; b; } > c",
    "[[ $a =~ ^(b|c)$ && -n \"$d\" ]] && e",
    "(( a > 1 )) && b",
    "echo \"a\\\"b\" 'c\"d' $'e\\'f' a#b # c 'd",
    "echo ${a:-b} ${a//b/c} ${a:0:3} ${!a} ${#a} $$ $! $@ $((1 + 2))",
    "echo `a` \"`b`\"",
    "`a` b",
    "a `b \\`c\\` \\$d`",
    "$A b",
    "\"$A\"/b c",
    "diff <(a) <(b)",
    "find . -name '*.c' -exec rm {} \\; -o \\( -type d \\)",
    "sed -i 's/a/b/g' {c,d}.e",
    "a &> b; >c; 2>d e",
    "cat <<A > b\nx $(y)\nA\nc",
    "cat <<-'A' | b\n\tx\n\tA\nc",
    "a <<< b",
    "a \\\n  b && \\\n  c",
    "a\nb # c\n\nd",
    "curl -sSL https://x.y/z?a=b | sh -s -- --c",
    "wget -qO- \"http://a/$(b -c | d '{print $2}')\" | tar xz -C /e",
    "{{ a }} && {% b %}",
    "cmd /S C:\\a",
];

#[test]
fn brush_agrees() {
    for script in SCRIPTS {
        let root = parsed(script);
        assert!(is_understood(&root), "{script}");
        assert_eq!(Some(ours(&root)), theirs(script), "{script}");
    }
}

/// Where brush is wrong, or reads another dialect: `bash -n` and the manual side with us.
#[test]
fn known_disagreements() {
    // A parenthesis right after `!` opens a subshell; brush, with extended globbing on, sees a
    // pattern. bash has extended globbing off in scripts.
    let script = "(!(test -s a) || b)";
    assert_eq!(ours(&parsed(script)), ["test", "b"]);
    assert_eq!(theirs(script).unwrap(), ["!(test -s a)", "b"]);
    // A here-document whose body the Dockerfile holds, after the text that the shell gets: brush
    // misses the body. bash only warns of it.
    let script = "cat <<EOF > a";
    assert_eq!(ours(&parsed(script)), ["cat"]);
    assert_eq!(theirs(script), None);
    // brush takes `( (` for `((`, and reads an expression.
    let script = "( ( a ) )";
    assert_eq!(ours(&parsed(script)), ["a"]);
    assert_eq!(theirs(script).unwrap(), [""; 0]);
    // `(( … ))` is an expression for bash whatever it holds; brush goes by what it holds.
    let script = "((a; b))";
    assert_eq!(ours(&parsed(script)), [""; 0]);
    assert_eq!(theirs(script).unwrap(), ["a", "b"]);
    // In the value of an assignment, brush ends a substitution at the parenthesis of a pattern.
    let script = "A=\"x $(case a in b) c \"d e\";; esac) y\" f";
    assert_eq!(ours(&parsed(script)), ["f"]);
    assert_ne!(theirs(script), Some(vec!["f".to_owned()]));
    // `&&` at the end: bash refuses it too. What stands before is not in doubt.
    let script = "a &&";
    assert_eq!(ours(&parsed(script)), ["a"]);
    assert_eq!(theirs(script), None);
}

/// Scripts with a zero byte between them, in the file that `DFIX_SHELL_SCRIPTS` names: prints where
/// the two disagree.
#[test]
#[ignore = "needs a file of scripts"]
fn survey() {
    let path = std::env::var("DFIX_SHELL_SCRIPTS").expect("the name of a file of scripts");
    let with_brush = std::env::var_os("DFIX_SHELL_ALONE").is_none();
    let text = std::fs::read_to_string(path).expect("a readable file");
    let (mut scripts, mut opaque, mut refused, mut differing) = (0, 0, 0, 0);
    for script in text.split('\0') {
        scripts += 1;
        let root = parsed(script);
        let understood = is_understood(&root);
        if !understood {
            opaque += 1;
            println!("OPAQUE\t{script:?}");
        }
        if !with_brush {
            continue;
        }
        match std::panic::catch_unwind(|| theirs(script)) {
            Ok(Some(_)) if !understood => println!("BRUSH-ONLY\t{script:?}"),
            Ok(Some(names)) => {
                let own = ours(&root);
                if own != names {
                    differing += 1;
                    println!("DIFFER\t{script:?}\n\t{own:?}\n\t{names:?}");
                }
            }
            _ if understood => {
                refused += 1;
                println!("REFUSED\t{script:?}");
            }
            _ => {}
        }
    }
    println!("scripts {scripts} opaque {opaque} refused by brush {refused} differing {differing}");
}
