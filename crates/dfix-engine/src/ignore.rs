//! Comments that ask for a rule not to be heard.
//!
//! `# dfix: ignore=RULE[,RULE] reason` above an instruction (or inside it), `# dfix: ignore-file=RULE`,
//! hadolint's `# hadolint ignore=`, `# hadolint stage ignore=` and `# hadolint global ignore=`, BuildKit's `# check=skip=`, at the top for the whole file and
//! above an instruction for that one (BuildKit, `WithMergedConfigFromComments`, since November 2025). What is meant as one of ours
//! and is none is a finding.

mod add;
mod own;

use std::cell::Cell;

use dfix_syntax::ast::{AstNode, Directive};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::codemod::Checker;
use crate::comments::{for_comments, instruction_below, listed};
use crate::fix::{Fix, TextEdit};
use crate::foreign::{self, Reach};
use crate::ignore::own::Own;
use crate::outcome::Finding;
use crate::rule::Rule;

pub use add::{ADD_IGNORE, add_ignores, wrong_reason};
pub use own::IGNORE_UNUSED;

/// All that a file asks not to hear.
#[derive(Debug, Default)]
pub(crate) struct Ignores {
    entries: Vec<Entry>,
    broken: Vec<Broken>,
}

/// A comment that is meant as one of ours and does nothing.
#[derive(Debug)]
struct Broken {
    range: TextRange,
    message: String,
    remedy: String,
}

#[derive(Debug)]
struct Entry {
    /// The findings that it is about: those that begin here; `None` is the whole file.
    scope: Option<TextRange>,
    names: Vec<Name>,
    /// The comment, if it is our own and so must not be idle.
    own: Option<TextRange>,
    /// What follows the list of names in a comment of ours.
    rest: String,
}

#[derive(Debug)]
struct Name {
    text: String,
    used: Cell<bool>,
}

/// Whether a word that such comments have stands behind a `#`.
fn comments_may_ignore(text: &str) -> bool {
    const WORDS: [&str; 6] = ["ignore", "skip", "SKIP", "dfix", "DFIX", "Dfix"];
    let words = WORDS.iter().filter(|word| text.contains(**word));
    let words: Vec<_> = words.collect();
    if words.is_empty() {
        return false;
    }
    let mut rest = text;
    while let Some(at) = rest.find('#') {
        rest = &rest[at..];
        let (line, below) = rest.split_at(rest.find('\n').unwrap_or(rest.len()));
        if words.iter().any(|word| line.contains(**word)) {
            return true;
        }
        rest = below;
    }
    false
}

impl Ignores {
    pub(crate) fn of(text: &str, root: &SyntaxNode) -> Self {
        let mut ignores = Ignores::default();
        if !comments_may_ignore(text) {
            return ignores;
        }
        root.children()
            .filter_map(Directive::cast)
            .for_each(|directive| ignores.directive(&directive));
        for_comments(root, |token, around| {
            ignores.comment(token, || match around {
                Some(node) => Some(node.text_range()),
                None => instruction_below(token),
            });
        });
        ignores
    }

    fn directive(&mut self, directive: &Directive) {
        let is_check = directive
            .name()
            .is_some_and(|n| n.eq_ignore_ascii_case("check"));
        if let Some(value) = directive.value().filter(|_| is_check) {
            self.skips(&value, None);
        }
    }

    /// The value of a `# check=`, for the whole file or for one instruction.
    fn skips(&mut self, value: &str, scope: Option<TextRange>) {
        for part in value.split(';') {
            if let Some((key, names)) = part.split_once('=')
                && matches!(key.trim(), "skip" | "SKIP")
            {
                self.push(scope, names, None);
            }
        }
    }

    /// `instruction` says which one the comment is about; it is asked only where a name is given.
    fn comment(&mut self, token: &SyntaxToken, instruction: impl Fn() -> Option<TextRange>) {
        let text = token.text().trim_start_matches('#').trim();
        let own = token.text_range();
        let nowhere = TextRange::empty(own.end());
        if let Some(said) = Own::of(text) {
            match said {
                Own::File(names) => self.push(None, names, Some(own)),
                Own::Here(names) => {
                    self.push(Some(instruction().unwrap_or(nowhere)), names, Some(own));
                }
                Own::Broken { message, remedy } => self.broken.push(Broken {
                    range: own,
                    message,
                    remedy,
                }),
            }
        } else if let Some(value) = check_value(text) {
            if let Some(below) = instruction_of_checks(token) {
                self.skips(value, Some(below));
            }
        } else if let Some((reach, names)) = foreign::said(text) {
            let scope = match reach {
                Reach::Instruction => Some(instruction().unwrap_or(nowhere)),
                Reach::Stage => Some(stage_below(token).unwrap_or(nowhere)),
                Reach::File => None,
            };
            self.push(scope, names, None);
        }
    }

    fn push(&mut self, scope: Option<TextRange>, names: &str, own: Option<TextRange>) {
        let (names, rest) = listed(names);
        let names = names.into_iter().map(|name| Name {
            text: name.to_owned(),
            used: Cell::new(false),
        });
        self.entries.push(Entry {
            scope,
            names: names.collect(),
            own,
            rest: rest.to_owned(),
        });
    }

    /// Whether a finding is not to be heard; remembers which comment said so.
    pub(crate) fn covers(&self, finding: &Finding, rule: Checker<'_>) -> bool {
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

    /// Whether a fix changes an instruction whose comment asks for the rule not to be heard; remembers which comment said so.
    pub(crate) fn forbid(&self, fix: &Fix, rule: Checker<'_>) -> bool {
        let mut forbidden = false;
        for entry in &self.entries {
            let Some(scope) = entry.scope.filter(|scope| !scope.is_empty()) else {
                continue;
            };
            let touches = |edit: &TextEdit| {
                let range = edit.range;
                range.start() < scope.end() && scope.start() < range.end()
            };
            if !fix.edits.iter().any(touches) {
                continue;
            }
            for name in &entry.names {
                if means(&name.text, rule, entry.own.is_some()) {
                    name.used.set(true);
                    forbidden = true;
                }
            }
        }
        forbidden
    }

    /// Our own comments that kept nothing quiet, as far as rules that ran are named, and those that are broken. `known`: every rule
    /// that there is; where there is none, a name that no rule has is nobody's.
    pub(crate) fn unused(&self, ran: &[&'static Rule], known: &[&'static Rule]) -> Vec<Finding> {
        let mut found: Vec<Finding> = self
            .broken
            .iter()
            .map(|it| finding(it.range, it.message.clone(), it.remedy.clone()))
            .collect();
        for entry in &self.entries {
            let Some(range) = entry.own else { continue };
            for name in entry.names.iter().filter(|n| !n.used.get()) {
                if name.text == "all" || ran.iter().any(|rule| rule.is_called(&name.text)) {
                    found.push(finding(
                        range,
                        format!("`{}`{IDLE}", name.text),
                        "delete the name, or the comment".to_owned(),
                    ));
                } else if let Some((message, remedy)) = own::unknown(&name.text, known) {
                    found.push(finding(range, message, remedy));
                }
            }
            let names = entry.names.iter().map(|name| name.text.as_str());
            if let Some((message, remedy)) = own::left_over(names, &entry.rest, known) {
                found.push(finding(range, message, remedy));
            }
        }
        found
    }
}

/// What is said of a name that kept nothing quiet, behind it.
const IDLE: &str = " has nothing to ignore here";

/// The name that such a message is about.
fn idle_name(message: &str) -> Option<&str> {
    message
        .strip_suffix(IDLE)?
        .strip_prefix('`')?
        .strip_suffix('`')
}

fn finding(range: TextRange, message: String, remedy: String) -> Finding {
    Finding {
        rule: IGNORE_UNUSED,
        range,
        origin: range,
        message,
        remedy: Some(remedy),
        fix: None,
    }
}

/// Whether a name in a comment means a rule. `all` in `# check=skip=all` means BuildKit's own checks.
fn means(name: &str, checker: Checker<'_>, own: bool) -> bool {
    let rule = match checker {
        Checker::Rule(rule) => rule,
        Checker::Codemod(codemod) => return own && codemod.is_called(name),
    };
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

/// What a comment says after `check=`: up to the first blank (BuildKit, `WithMergedConfigFromComments`).
fn check_value(comment: &str) -> Option<&str> {
    let (name, value) = comment.split_once('=')?;
    let value = value.trim_start();
    name.trim()
        .eq_ignore_ascii_case("check")
        .then(|| value.split(char::is_whitespace).next())?
}

/// The instructions from the one right below a comment to the end of the stage.
fn stage_below(comment: &SyntaxToken) -> Option<TextRange> {
    let first = instruction_below(comment)?;
    let file = comment.parent()?;
    let more = file
        .children()
        .skip_while(|it| it.text_range().start() <= first.start());
    let of_stage = more.take_while(|it| it.kind() != SyntaxKind::FROM_INSTR);
    Some(of_stage.fold(first, |range, it| range.cover(it.text_range())))
}

/// The instruction that a `# check=` is about: the next one. Empty lines lie between at will, an empty comment does not
/// (BuildKit, `parser.Parse`).
fn instruction_of_checks(comment: &SyntaxToken) -> Option<TextRange> {
    let mut at = comment.next_sibling_or_token();
    while let Some(element) = at {
        match element {
            NodeOrToken::Token(token) => {
                let is_empty_comment = token.kind() == SyntaxKind::COMMENT
                    && token.text().trim_start_matches('#').trim().is_empty();
                if is_empty_comment {
                    return None;
                }
                at = token.next_sibling_or_token();
            }
            NodeOrToken::Node(node) => {
                return node.kind().is_instruction().then(|| node.text_range());
            }
        }
    }
    None
}
