//! `ENV key value` becomes `ENV key=value`, with exactly the same value.

use dfix_engine::{
    Edit, Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::Model;
use dfix_model::StepKind;
use dfix_syntax::ast::{AstNode, LegacyPair, Variable};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

pub(crate) const RULE: Rule = Rule {
    id: "env-legacy-format",
    aliases: &["LegacyKeyValueFormat"],
    groups: &[Group::Deprecated],
    severity: Severity::Warning,
    summary: "write `ENV` and `LABEL` as `key=value`",
    why: "The form with a blank is deprecated. It takes the rest of the line as one value, so that \
          `ENV A=1 B=2` and `ENV A 1 B=2` mean quite different things.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nENV A ${A:-\"b/c\"}x\n",
            "FROM debian:12\nENV A=${A:-\"b/c\"}x\n",
        ),
        leaves("FROM debian:12\nENV A ${A:-\"b c\"}\nENV B ${B:-'c'}\n"),
        fixes(
            "FROM debian:12\nENV LANG C.UTF-8\nLABEL version 1\n",
            "FROM debian:12\nENV LANG=C.UTF-8\nLABEL version=1\n",
        ),
        fixes(
            "FROM debian:12\nENV JAVA_OPTS \"-Xms512m -Xmx512m\"\n",
            "FROM debian:12\nENV JAVA_OPTS=\"-Xms512m -Xmx512m\"\n",
        ),
        fixes(
            "FROM debian:12\nENV PATH $PATH:/opt/my\\ app\n",
            "FROM debian:12\nENV PATH=$PATH:/opt/my\\ app\n",
        ),
        fixes(
            "FROM debian:12\nENV A b  c\nLABEL who  Jane Doe <jane@example.com>\n",
            "FROM debian:12\nENV A=\"b  c\"\nLABEL who=\"Jane Doe <jane@example.com>\"\n",
        ),
        // Quotes inside the value are taken away, before and after; what they protect is kept.
        fixes(
            "FROM debian:12\nENV A b \"c\\\"d\" '$e' \\$f $g \"$h\"i\n",
            "FROM debian:12\nENV A=\"b c\\\"d \\$e \\$f $g ${h}i\"\n",
        ),
        fixes(
            "FROM debian:12\nENV A $B c\nENV D ${E:-f g}\n",
            "FROM debian:12\nENV A=\"$B c\"\nENV D=\"${E:-f g}\"\n",
        ),
        fixes(
            "FROM debian:12\nENV A b=c D=e\n",
            "FROM debian:12\nENV A=\"b=c D=e\"\n",
        ),
        fixes(
            "FROM debian:12\nENV P  a \\\n  # why b\n  b\n",
            "FROM debian:12\nENV P=\"a \\\n  # why b\n  b\"\n",
        ),
        leaves("FROM debian:12\nENV A=b C=\"d e\"\nARG F\n"),
        // More likely a slip than a value that begins with an equals sign.
        reports("FROM debian:12\nENV A = b\n", "the value begins with `=`"),
        leaves("FROM debian:12\nENV LANG C.UTF-8 \\\n    TZ UTC\n").that_says("only `LANG` is set"),
        leaves("FROM debian:12\nENV A b c \\\n  DEBIAN_FRONTEND=noninteractive\n")
            .that_says("`DEBIAN_FRONTEND` included"),
        leaves("# escape=`\nFROM debian:12\nONBUILD ENV P '$A' b\n").that_says("escape character"),
        leaves("# escape=`\nFROM debian:12\nONBUILD ENV P C:\\a b\n").that_says("escape character"),
        // A special parameter is one character, and its name ends there.
        fixes(
            "FROM debian:12\nENV K a $$x\n",
            "FROM debian:12\nENV K=\"a $$x\"\n",
        ),
        fixes(
            "FROM debian:12\nENV K a $-x $@ \"$1\"2 \"$x\"\u{e9} $\n",
            "FROM debian:12\nENV K=\"a $-x $@ ${1}2 ${x}\u{e9} \\$\"\n",
        ),
        leaves("FROM debian:12\nLABEL maintainer me \\\n      version 1.0\n")
            .that_says("`version` included"),
        leaves("FROM debian:12\nENV http_proxy http://p \\\n    no_proxy localhost\n")
            .that_says("only `http_proxy` is set"),
        leaves("FROM debian:12\nENV A b \\\n# more\n    C d\n").that_says("`C` included"),
        fixes(
            "FROM debian:12\nENV JAVA_OPTS -Xms1g \\\n    -Xmx1g\n",
            "FROM debian:12\nENV JAVA_OPTS=\"-Xms1g \\\n    -Xmx1g\"\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|s| matches!(s.kind(), StepKind::Env | StepKind::Label))
    {
        let node = step.instruction().syntax();
        let Some(pair) = node.children().find_map(LegacyPair::cast) else {
            continue;
        };
        let (Some(key), Some(value)) = (pair.key(), pair.value()) else {
            continue;
        };
        let message = format!(
            "`{} {} …` is the deprecated form",
            step.name(),
            key.source()
        );
        let (key, value) = (key.syntax(), value.syntax());
        out.judge(step, Safety::Safe, message, |case| {
            if value.text().char_at(0.into()) == Some('=') {
                return Err(remedy!(
                    "the value begins with `=`, which is hardly meant: take the blanks around it away"
                ));
            }
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
            if !key.text().to_string().chars().all(is_plain) {
                return Err(remedy!("change it by hand: the key is not a plain name"));
            }
            if step.is_onbuild() && is_read_otherwise(value, file.escape()) {
                return Err(remedy!(
                    "the build that this is for reads it with `\\`, and this file's escape character is another: write it by hand, without quotes and escapes"
                ));
            }
            if let Some(name) = pair.name_on_a_later_line() {
                return Err(remedy!(
                    "only `{}` is set, to all that follows, `{name}` included: write `{}={} {name}=…` with `=` in each pair if each was meant for itself",
                    key.text(), key.text(), first_word(value)
                ));
            }
            if let Some(reason) = what_is_odd(value, file.escape()) {
                return Err(remedy!("change it by hand: {reason}"));
            }
            case.declare(Effect::Equivalent)
                .fix(|edit| rewrite(edit, key, value, file.escape()));
            Ok(())
        });
    }
}

/// Whether a value that a child build reads, by the usual escape character, may mean something else there: one that holds an
/// escape or a quote, or that would get one.
fn is_read_otherwise(value: &SyntaxNode, escape: char) -> bool {
    escape != '\\'
        && value
            .text()
            .to_string()
            .contains(['`', '\\', '"', '\'', '$'])
}

fn first_word(value: &SyntaxNode) -> String {
    let text = value.text().to_string();
    text.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Puts `=` between the key and the value, and quotes around the value where it needs them.
fn rewrite(edit: &mut Edit<'_>, key: &SyntaxNode, value: &SyntaxNode, escape: char) {
    let between = TextRange::new(key.text_range().end(), value.text_range().start());
    edit.replace_node(between, "=");
    if is_one_word(value) {
        return;
    }
    let mut tokens: Vec<(SyntaxToken, String)> = Vec::new();
    let mut last_name: Option<usize> = None;
    for piece in pieces(value) {
        match piece {
            NodeOrToken::Token(token) if is_text(token.kind()) => {
                let literal = literal_of(&token, escape);
                // What comes after `$name` must not become part of the name.
                if let Some(index) = last_name
                    && goes_on(tokens[index].0.text(), &literal)
                {
                    let name = tokens[index].0.text();
                    let braced = name.strip_prefix('$').unwrap_or(name);
                    tokens[index].1 = format!("{{{braced}}}");
                }
                if !literal.is_empty() {
                    last_name = None;
                }
                let mut written = String::new();
                for c in literal.chars() {
                    if matches!(c, '"' | '$') || c == escape {
                        written.push(escape);
                    }
                    written.push(c);
                }
                tokens.push((token, written));
            }
            NodeOrToken::Token(token) if token.kind() == SyntaxKind::QUOTE => {
                tokens.push((token, String::new()));
            }
            NodeOrToken::Token(_) => {}
            NodeOrToken::Node(variable) => {
                last_name = None;
                for token in tokens_of(&variable) {
                    let is_plain_name = token.kind() == SyntaxKind::NAME
                        && Variable::cast(variable.clone()).is_some_and(|v| v.operator().is_none())
                        && !variable.text().to_string().starts_with("${");
                    if is_plain_name {
                        last_name = Some(tokens.len());
                    }
                    let text = token.text().to_owned();
                    tokens.push((token, text));
                }
            }
        }
    }
    // What stands together is written anew together: the pieces between continuations.
    let mut runs: Vec<(TextRange, String)> = Vec::new();
    for (token, text) in tokens {
        let range = token.text_range();
        match runs.last_mut() {
            Some((run, written)) if run.end() == range.start() => {
                *run = run.cover(range);
                written.push_str(&text);
            }
            _ => runs.push((range, text)),
        }
    }
    if let Some((_, first)) = runs.first_mut() {
        first.insert(0, '"');
    }
    if let Some((_, last)) = runs.last_mut() {
        last.push('"');
    }
    for (range, text) in runs {
        edit.replace_node(range, &text);
    }
}

/// Whether a name would go on in the text after it: one of letters, digits and `_`, or one of digits. One of the special
/// parameters, `$$`, is a single character.
fn goes_on(name: &str, text: &str) -> bool {
    let next = text.chars().next();
    let first = name.chars().next();
    match (first, next) {
        (Some(first), Some(next)) if first.is_numeric() => next.is_numeric(),
        (Some(first), Some(next)) if first == '_' || first.is_alphabetic() => {
            next == '_' || next.is_alphanumeric()
        }
        _ => false,
    }
}

/// The tokens of a value, those of quoted parts too, with variables as a whole.
fn pieces(node: &SyntaxNode) -> Vec<NodeOrToken<SyntaxNode, SyntaxToken>> {
    let mut found = Vec::new();
    for part in node.children_with_tokens() {
        match part {
            NodeOrToken::Node(part) if part.kind() != SyntaxKind::VARIABLE => {
                found.extend(pieces(&part));
            }
            other => found.push(other),
        }
    }
    found
}

fn tokens_of(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
}

fn is_text(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::TEXT | SyntaxKind::ESCAPE)
}

/// What a token stands for: an escape for what it protects, and between double quotes for itself
/// where it protects nothing.
fn literal_of(token: &SyntaxToken, escape: char) -> String {
    let text = token.text();
    if token.kind() != SyntaxKind::ESCAPE {
        return text.to_owned();
    }
    let rest = text.strip_prefix(escape).unwrap_or(text);
    let in_quotes = token
        .parent()
        .is_some_and(|p| p.kind() == SyntaxKind::DOUBLE_QUOTED);
    if in_quotes && !rest.starts_with(['"', '$', escape]) {
        text.to_owned()
    } else {
        rest.to_owned()
    }
}

/// Whether the builder's reader of pairs takes the value as one word as it stands.
fn is_one_word(value: &SyntaxNode) -> bool {
    let has_blank = |text: &str| text.contains(char::is_whitespace);
    !value.children_with_tokens().any(|part| match part {
        NodeOrToken::Token(token) => match token.kind() {
            SyntaxKind::TEXT | SyntaxKind::WHITESPACE => has_blank(token.text()),
            _ => false,
        },
        NodeOrToken::Node(part) => {
            part.kind() == SyntaxKind::VARIABLE && has_blank(&part.text().to_string())
        }
    })
}

/// Why the value cannot be said in the other form with certainty, if it cannot.
fn what_is_odd(value: &SyntaxNode, escape: char) -> Option<&'static str> {
    for node in value.descendants() {
        match node.kind() {
            SyntaxKind::WORD => {}
            SyntaxKind::VARIABLE => {}
            SyntaxKind::SINGLE_QUOTED | SyntaxKind::DOUBLE_QUOTED => {
                let quotes = node
                    .children_with_tokens()
                    .filter(|t| t.kind() == SyntaxKind::QUOTE)
                    .count();
                if quotes != 2 {
                    return Some("a quote is not closed");
                }
            }
            _ => return Some("the value holds more than text, quotes and variables"),
        }
        if node.kind() == SyntaxKind::VARIABLE {
            let text = node.text().to_string();
            // Without a blank both forms read double quotes there alike.
            let quotes = text.matches('"').count();
            let is_alike =
                quotes % 2 == 0 && !text.contains(char::is_whitespace) && is_one_word(value);
            if text.contains(['\'', '\n', escape]) || (quotes > 0 && !is_alike) {
                return Some("a variable's default is quoted");
            }
        }
    }
    let is_lone = |t: &SyntaxToken| {
        t.kind() == SyntaxKind::ESCAPE && t.text().chars().count() < 2
            || t.kind() == SyntaxKind::ERROR_TEXT
    };
    tokens_of(value)
        .any(|t| is_lone(&t))
        .then_some("an escape character stands at the end")
}
