//! The shape of shell text in the tree: one small script an oddity.
//!
//! A line of a snapshot is a script, the line below its tree: `KIND(…)` for nodes, a word of plain
//! text as that text, blanks as `_`, other tokens as `KIND"text"`, text inside words as `"text"`.

use std::fmt::Write;

use dfix_syntax::{Enclosure, NodeOrToken, SyntaxKind, SyntaxNode, parse_embedded_shell};

fn render(node: &SyntaxNode, out: &mut String) {
    if node.kind() == SyntaxKind::WORD
        && let Some(NodeOrToken::Token(only)) = node.children_with_tokens().next()
        && only.kind() == SyntaxKind::TEXT
        && only.text_range() == node.text_range()
    {
        out.push_str(only.text());
        return;
    }
    let _ = write!(out, "{:?}(", node.kind());
    for (i, child) in node.children_with_tokens().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        match child {
            NodeOrToken::Node(child) => render(&child, out),
            NodeOrToken::Token(token) => {
                let _ = match (token.kind(), token.text()) {
                    (SyntaxKind::WHITESPACE, " ") => write!(out, "_"),
                    (SyntaxKind::TEXT, text) => write!(out, "{text:?}"),
                    (kind, text) => write!(out, "{kind:?}{text:?}"),
                };
            }
        }
    }
    out.push(')');
}

fn trees(scripts: &[&str]) -> String {
    let mut out = String::new();
    for script in scripts {
        let root = parse_embedded_shell(script, None, Enclosure::Plain).expect("plain text");
        assert_eq!(root.text(), *script);
        writeln!(out, "{script:?}").expect("a string takes all");
        out.push_str("    ");
        render(&root, &mut out);
        out.push_str("\n\n");
    }
    out
}

fn check(name: &str, scripts: &[&str]) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, trees(scripts));
    });
}

#[test]
fn lists() {
    check(
        "lists",
        &[
            "",
            "  ",
            "a",
            " a b ",
            "set -ex; a && b || c & d;",
            "a &&",
            "a |",
            "a | b |& ! c",
            "! a | b",
            "!a",
            "!(a)",
            "time -p a",
            "time -f %e a",
            "time",
            "coproc n { a; }",
            "a # b; c\" && d",
            "# a",
            "a#b \\#c",
            "a\nb # c\n\nd\r\ne",
            "a \\\n b\\\nc \"d\\\ne\" f\\\n g",
            "a && # why\n b |\n c",
            "{ a; } && (b)",
            "then\\\n",
        ],
    );
}

#[test]
fn commands() {
    check(
        "commands",
        &[
            "A=b C= d=e cmd x=y",
            "a=b",
            "a+=b c[1]=d e[$i]+=f g[1]x",
            "a=(b \"c d\" [2]=e) cmd",
            "a=(\nb # c\n)",
            "declare -A m=([a]=b) export=c",
            "echo a=(b)",
            ">f a 2>&1 <g b &>h 3>>i >|j <>k <&- >&2",
            "a >x>y 2 >z 22>w x2>v",
            "{fd}>x a {a}b>c",
            "a <<<b",
            "cat <<EOF && b",
            "a > $x\"y\"",
            "export A=b C=\"$d\"",
            "[ -z a ] && [ ! -f b ]",
            "find . -name \\*.c -exec rm {} \\;",
            "echo {a,b} *.c ~/x %PATH% C:\\dir {{ .x }} {% y %}",
            "in ]] =~ }x",
            "a <(b) >(c) d<(e)",
            "ls @(a|b c) !(d)",
            "if=a then",
            "echo if then fi }",
        ],
    );
}

#[test]
fn words() {
    check(
        "words",
        &[
            "'a b'\"c\"d",
            "\"a\\\"b\\n\\$c\\\\\"",
            "$'a\\'b' $\"c\" \"$'\"",
            "$a ${b} $1 $10 $@ $* $# $? $- $$ $! $ a$ \"$\"",
            "${a:-b c} ${a-} ${a:=b} ${a:?b} ${a:+b}",
            "${a#*/} ${a##*/} ${a%.*} ${a%%.*} ${a^^} ${a,} ${a@Q}",
            "${a/b/c} ${a//b} ${a//\\//-} ${a/#b/c} ${a/%b/} ${a//}",
            "${a:0:3} ${a: -1} ${a::2} ${a:b}",
            "${#a} ${#} ${##} ${!a} ${!a*} ${!} ${#a[@]} ${a[$i]:-x}",
            "${} ${{ a }} ${a.b}",
            "\"${a:-\"b c\"}\" ${a:-'}'} ${a:-${b:-\\}}}",
            "$(a) \"$(b \"c\")\" $( ) $(d; e) $(<f)",
            "$(case $x in a) b;; esac)",
            "`a b` \"`c`\" `d \\`e\\`` \"`f \\\"g\\\"`\" `# h` `a \\; b`",
            "$((1 + (2) * $x)) $((a) | b) $( (c) ) $[1+2] $[a",
            "a[b \"a[$b]\"",
            "\\a\\ \\é é \\",
        ],
    );
}

#[test]
fn compounds() {
    check(
        "compounds",
        &[
            "{ a; } >b",
            "(a; b) 2>&1 | c",
            "if a; then b; elif c; then d; else e; fi",
            "if ! a; then (b) fi",
            "for x in a $b; do c; done",
            "for x; do a; done",
            "for x in; do a; done",
            "for x in a\ndo b\ndone",
            "for ((i=0; i<(3); i++)); do a; done",
            "for x in a; { b; }",
            "while a; do b; done <c",
            "until a; do b; done",
            "select x in a; do b; done",
            "case $x in a|\"b\") c;; (d*) ;; *) e; esac",
            "case x in\n a) b ;& c) ;;& # d\nesac",
            "case x in esac",
            "f() { a; }",
            "f-x () ( a ) >b",
            "function f { a; }; function g() { b; }",
            "[[ -n $a && ( b == c* || ! d < e ) ]]",
            "[[ a =~ ^(b c|d)$|e ]] && f",
            "[[ a == @(b|c) ]]",
            "((a + (b) > 1)) && c",
            "((a); (b))",
            "{ a; }; if b; then { c; } fi",
        ],
    );
}

#[test]
fn heredocs() {
    check(
        "heredocs",
        &[
            "cat <<A >b\n$x `y`\nA\nc\n",
            "cat <<-'A B' <<C && d\n\tx\n\tA B\ny\nC\ne",
            "cat <<A",
            "cat <<A\nx",
            "cat <<A\nA",
            "cat <<A\r\nx\r\nA\r\nb\r\n",
            "cat <<A\nx\\\nA\nA\n",
            "x=$(cat <<A\nb\nA\n) c",
            "x=$(cat <<A\nb\nA)",
            "cat <<A $(b\nc)\nd\nA\n",
            "while a <<A; do\nb\nA\nc; done",
        ],
    );
}

#[test]
fn not_understood() {
    check(
        "not_understood",
        &[
            "a; b 'c; d",
            "a && b \"c $(d",
            "a; ) b",
            "fi",
            "a; ; b",
            "&& a",
            "a &; b",
            "a (b) c",
            "if a; then b",
            "{ a }",
            "( )",
            "f() a",
            "case x in a b) c;; esac",
            "a `b",
            "a `b 'c` d",
            "a >",
            "a ${b",
            "for x in a; b; done",
            "[[ a ",
            "a;\n b ) c \r\n \n",
            "x \0 y",
            "<<< cat",
            "cat <<A; ( )\nx\nA\n",
        ],
    );
}
