//! The typed views of the shell level.

use dfix_syntax::ast::{
    Assignment, AstNode, CaseClause, Command, Compound, ForClause, Function, IfClause, Pipeline,
    Redirect, ShellScript, Statement, Variable, Word,
};
use dfix_syntax::{Enclosure, SyntaxToken, parse_embedded_shell};

fn script(text: &str) -> ShellScript {
    let root = parse_embedded_shell(text, None, Enclosure::Plain).expect("plain text has a tree");
    ShellScript::cast(root).expect("the root is a script")
}

fn first<N: AstNode>(text: &str) -> N {
    let root = script(text).syntax().clone();
    root.descendants().find_map(N::cast).expect("the node")
}

fn names(script: &ShellScript) -> String {
    let words = script.commands().filter_map(|c| c.words().next());
    words.map(|w| w.source()).collect::<Vec<_>>().join(" ")
}

fn text(token: Option<SyntaxToken>) -> String {
    token.map_or_else(String::new, |t| t.text().to_owned())
}

#[test]
fn steps_know_the_operators_around_them() {
    let steps = script("\na && b ||\n c; # d\n{ e; } & f\ng |h &&").steps();
    let around: Vec<_> = steps
        .into_iter()
        .map(|s| {
            let statement = s.statement.syntax().text().to_string();
            (text(s.before), statement, text(s.after))
        })
        .collect();
    let expected = [
        ("", "a", "&&"),
        ("&&", "b", "||"),
        ("||", "c", ";"),
        (";", "{ e; }", "&"),
        ("&", "f", "\n"),
        ("\n", "g |h", "&&"),
    ];
    assert_eq!(
        around,
        expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
    );
}

#[test]
fn and_or_lists_hold_what_is_joined() {
    let lists = script("a && b || c; d & e\n! f && (g)").and_or_lists();
    let sizes: Vec<_> = lists.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 1, 1, 2]);
    assert!(matches!(&lists[3][0].statement, Statement::Pipeline(p) if p.is_negated()));
    assert!(
        matches!(&lists[3][1].statement, Statement::Compound(Compound::Subshell(s))
            if s.script().map(|s| names(&s)).as_deref() == Some("g"))
    );
}

#[test]
fn compounds_give_their_scripts() {
    let clause: IfClause = first("if a; then b; elif c; then d; else e; fi >f");
    let branches: Vec<_> = clause
        .branches()
        .iter()
        .map(|b| (b.condition.as_ref().map(names), names(&b.body)))
        .collect();
    assert_eq!(
        branches,
        [
            (Some("a".to_owned()), "b".to_owned()),
            (Some("c".to_owned()), "d".to_owned()),
            (None, "e".to_owned()),
        ]
    );
    let clause = Compound::IfClause(clause);
    assert_eq!(clause.scripts().count(), 5);
    assert_eq!(clause.redirects().count(), 1);

    let clause: ForClause = first("for x in a \"b\"; do c; d; done");
    assert_eq!(clause.variable().as_deref(), Some("x"));
    assert_eq!(clause.words().count(), 2);
    assert!(clause.has_words() && !clause.is_c_style());
    assert_eq!(names(&clause.body().unwrap()), "c d");
    let clause: ForClause = first("for ((;;)); { a; }");
    assert!(clause.is_c_style() && !clause.has_words() && clause.variable().is_none());
    assert_eq!(names(&clause.body().unwrap()), "a");

    let Compound::WhileClause(clause) = first("while a; do b; done") else {
        panic!("a while clause");
    };
    assert_eq!(names(&clause.condition().unwrap()), "a");
    assert_eq!(names(&clause.body().unwrap()), "b");

    let clause: CaseClause = first("case $x in a|b) c;; *) esac");
    assert_eq!(clause.subject().unwrap().source(), "$x");
    let items: Vec<_> = clause.items().collect();
    assert_eq!(items[0].patterns().count(), 2);
    assert_eq!(names(&items[0].body().unwrap()), "c");
    assert_eq!(text(items[0].end()), ";;");
    assert!(items[1].end().is_none());
    assert_eq!(names(&items[1].body().unwrap()), "");

    let function: Function = first("function f() { a; }");
    assert_eq!(function.name().as_deref(), Some("f"));
    assert!(matches!(function.body(), Some(Compound::BraceGroup(_))));
}

#[test]
fn commands_give_their_parts() {
    let command: Command = first("A=b C+=d e f=g 2>h i <<<j");
    assert_eq!(command.assignments().count(), 2);
    assert_eq!(command.words().count(), 3);
    assert_eq!(command.arguments().count(), 2);
    assert_eq!(command.redirects().count(), 2);
    let redirect: Redirect = first("a 2>b");
    assert_eq!(redirect.fd().as_deref(), Some("2"));
    assert_eq!(text(redirect.operator()), ">");
    assert!(!redirect.is_heredoc() && first::<Redirect>("a <<-b").is_heredoc());

    let assignment: Assignment = first("a+=b");
    assert!(assignment.is_append() && !assignment.has_subscript());
    let assignment: Assignment = first("a[b]=(c)");
    assert_eq!(assignment.name().as_deref(), Some("a"));
    assert!(assignment.has_subscript() && assignment.value().is_none());
    assert_eq!(assignment.array().unwrap().words().count(), 1);

    let pipeline: Pipeline = first("time ! a | { b; }");
    assert_eq!(text(pipeline.keyword()), "time");
    assert_eq!(pipeline.commands().count(), 1);
    assert_eq!(pipeline.statements().count(), 2);
    assert_eq!(
        pipeline.commands().next().unwrap().pipeline(),
        Some(pipeline)
    );
}

#[test]
fn words_give_their_scripts() {
    let word: Word = first("\"$(a $(b))`c`\"<(d)${e:-$(f)}");
    let scripts: Vec<_> = word.scripts().map(|s| names(&s)).collect();
    assert_eq!(scripts, ["a b", "c", "d", "f"]);
}

#[test]
fn variables_tell_prefix_and_operator() {
    for (text, prefix, operator) in [
        ("${a//b/c}", None, Some("//")),
        ("${#a}", Some("#"), None),
        ("${!a:-b}", Some("!"), Some(":-")),
        ("${#}", None, None),
        ("${a:1:2}", None, Some(":")),
        ("$a", None, None),
    ] {
        let variable: Variable = first(text);
        assert_eq!(variable.prefix().as_deref(), prefix, "{text}");
        assert_eq!(variable.operator().as_deref(), operator, "{text}");
    }
}
