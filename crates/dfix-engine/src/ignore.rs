//! Comments that ask for a rule not to be heard.
//!
//! `# dfix: ignore=RULE[,RULE] reason` above an instruction (or inside it), `# dfix: ignore-file=RULE`,
//! hadolint's `# hadolint ignore=` and `# hadolint global ignore=`, BuildKit's `# check=skip=`.

use std::cell::Cell;

use dfix_syntax::ast::{AstNode, Directive};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::outcome::Finding;
use crate::rule::Rule;

/// The rule id of a finding that points at an ignore without effect.
pub const IGNORE_UNUSED: &str = "ignore-unused";

/// All that a file asks not to hear.
#[derive(Debug, Default)]
pub(crate) struct Ignores {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// The findings that it is about: those that begin here; `None` is the whole file.
    scope: Option<TextRange>,
    names: Vec<Name>,
    /// The comment, if it is our own and so must not be idle.
    own: Option<TextRange>,
}

#[derive(Debug)]
struct Name {
    text: String,
    used: Cell<bool>,
}

impl Ignores {
    pub(crate) fn of(text: &str, root: &SyntaxNode) -> Self {
        let mut ignores = Ignores::default();
        if !text.contains("ignore") && !text.contains("skip") && !text.contains("SKIP") {
            return ignores;
        }
        for child in root.children_with_tokens() {
            match child {
                NodeOrToken::Node(node) => match Directive::cast(node.clone()) {
                    Some(directive) => ignores.directive(&directive),
                    None => {
                        for token in node
                            .descendants_with_tokens()
                            .filter_map(NodeOrToken::into_token)
                            .filter(|t| t.kind() == SyntaxKind::COMMENT)
                        {
                            ignores.comment(&token, || Some(node.text_range()));
                        }
                    }
                },
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::COMMENT => {
                    ignores.comment(&token, || instruction_below(&token));
                }
                NodeOrToken::Token(_) => {}
            }
        }
        ignores
    }

    fn directive(&mut self, directive: &Directive) {
        let is_check = directive
            .name()
            .is_some_and(|n| n.eq_ignore_ascii_case("check"));
        let Some(value) = directive.value().filter(|_| is_check) else {
            return;
        };
        for part in value.split(';') {
            if let Some((key, names)) = part.split_once('=')
                && matches!(key.trim(), "skip" | "SKIP")
            {
                self.push(None, names, None);
            }
        }
    }

    /// `instruction` says which one the comment is about; it is asked only where a name is given.
    fn comment(&mut self, token: &SyntaxToken, instruction: impl Fn() -> Option<TextRange>) {
        let text = token.text().trim_start_matches('#').trim();
        let own = token.text_range();
        let nowhere = TextRange::empty(own.end());
        if let Some(rest) = text.strip_prefix("dfix:") {
            let rest = rest.trim_start();
            if let Some(names) = rest.strip_prefix("ignore-file=") {
                self.push(None, names, Some(own));
            } else if let Some(names) = rest.strip_prefix("ignore=") {
                self.push(Some(instruction().unwrap_or(nowhere)), names, Some(own));
            }
        } else if let Some(rest) = text.strip_prefix("hadolint") {
            let mut words = rest.split_whitespace().peekable();
            let global = words.next_if_eq(&"global").is_some();
            let rest: String = words.collect::<Vec<_>>().join(" ");
            let names = rest
                .strip_prefix("ignore")
                .and_then(|r| r.trim_start().strip_prefix('='));
            if let Some(names) = names {
                let scope = (!global).then(|| instruction().unwrap_or(nowhere));
                self.push(scope, names, None);
            }
        }
    }

    fn push(&mut self, scope: Option<TextRange>, names: &str, own: Option<TextRange>) {
        let names: Vec<Name> = listed(names)
            .map(|name| Name {
                text: name.to_owned(),
                used: Cell::new(false),
            })
            .collect();
        self.entries.push(Entry { scope, names, own });
    }

    /// Whether a finding is not to be heard; remembers which comment said so.
    pub(crate) fn covers(&self, finding: &Finding, rule: &Rule) -> bool {
        let mut covered = false;
        for entry in &self.entries {
            let here = entry.scope.is_none_or(|scope| {
                !scope.is_empty() && scope.contains_inclusive(finding.range.start())
            });
            if !here {
                continue;
            }
            for name in &entry.names {
                if means(&name.text, rule, entry.own.is_some()) {
                    name.used.set(true);
                    covered = true;
                }
            }
        }
        covered
    }

    /// Our own comments that kept nothing quiet, as far as rules that ran are named.
    pub(crate) fn unused(&self, ran: &[&'static Rule]) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &self.entries {
            let Some(range) = entry.own else { continue };
            for name in entry.names.iter().filter(|n| !n.used.get()) {
                if name.text == "all" || ran.iter().any(|rule| rule.is_called(&name.text)) {
                    found.push(Finding {
                        rule: IGNORE_UNUSED,
                        range,
                        origin: range,
                        message: format!("`{}` has nothing to ignore here", name.text),
                        remedy: Some("delete the name, or the comment".to_owned()),
                        fix: None,
                    });
                }
            }
        }
        found
    }
}

/// Whether a name in a comment means a rule. `all` in `# check=skip=all` means BuildKit's own checks.
fn means(name: &str, rule: &Rule, own: bool) -> bool {
    if name == "all" {
        return own || rule.aliases.iter().any(|a| is_check_name(a));
    }
    rule.is_called(name)
}

/// BuildKit names its checks `LikeThis`, hadolint `DL3000`.
fn is_check_name(alias: &str) -> bool {
    alias.starts_with(|c: char| c.is_ascii_uppercase())
        && alias.chars().any(|c| c.is_ascii_lowercase())
}

/// The names of a list with commas; it ends where a name is followed by something else than a comma.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?.trim_start();
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(text.len());
        rest = text[end..].trim_start().strip_prefix(',');
        (end > 0).then(|| &text[..end])
    })
}

/// The instruction that a block of comments stands right above.
fn instruction_below(comment: &SyntaxToken) -> Option<TextRange> {
    let mut lines = 0;
    let mut at = comment.next_sibling_or_token();
    while let Some(element) = at {
        match element.kind() {
            SyntaxKind::NEWLINE => {
                lines += 1;
                if lines > 1 {
                    return None;
                }
            }
            SyntaxKind::WHITESPACE => {}
            SyntaxKind::COMMENT => lines = 0,
            kind if kind.is_instruction() => {
                return element.as_node().map(SyntaxNode::text_range);
            }
            _ => return None,
        }
        at = element.next_sibling_or_token();
    }
    None
}
