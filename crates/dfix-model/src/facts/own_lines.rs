//! The parts of the list that a whole `RUN` is, each of which could stand on a line of its own in a here-document.

use dfix_syntax::{NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::collect::instruction::StepKind;
use crate::handles::Step;

/// A list and where it can be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLines {
    /// What stands between the keyword and the list; empty behind a flag or a comment, which have lines of their own perhaps.
    pub lead: TextRange,
    /// The place of the whole list.
    pub list: TextRange,
    /// What stands between two parts, in order of place.
    pub gaps: Vec<Gap>,
    /// Which operator joins the parts.
    pub joined_by: ListJoin,
}

/// What stands between two parts of a list: the operator, blanks, line ends and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its place.
    pub range: TextRange,
    /// The comments there, each with its `#`.
    pub comments: Vec<String>,
}

/// The operator by which the parts of a list are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListJoin {
    /// `&&`, and every part is a command or a pipe of commands.
    And,
    /// `;`, which a line end stands for.
    Semicolon,
}

/// Why the parts of a list cannot stand on lines of their own as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOnLines {
    /// The builder takes a comment or an empty line out of a command; a shell would end the command there.
    CommentInCommand,
    /// The builder joins lines where a shell does not: inside of single quotes, with blanks behind the backslash, with another
    /// escape character.
    Continuation,
    /// The lines end with a carriage return, which a shell reads.
    CarriageReturn,
    /// A line reads as the end of the here-document would.
    EndWord,
}

impl Step<'_> {
    /// The parts of the list that the whole `RUN` is; none where it has a here-document or an exec form, where it is no list of
    /// several parts, or where its operators are of several kinds.
    ///
    /// # Errors
    /// Why the parts would not be the same on lines of their own.
    pub fn own_lines(self) -> Result<Option<OwnLines>, NotOnLines> {
        let is_list = self.is(StepKind::Run) && !self.is_onbuild() && !self.is_exec_form();
        if !is_list || self.instruction().heredocs().next().is_some() {
            return Ok(None);
        }
        let is_script = |kind| kind == SyntaxKind::SHELL_SCRIPT;
        let script = self.syntax().first_of(is_script);
        let Some(script) = script.and_then(NodeOrToken::into_node) else {
            return Ok(None);
        };
        let Some(joined_by) = join_of(&script) else {
            return Ok(None);
        };
        let gaps = gaps_of(&script, joined_by);
        if gaps.is_empty() {
            return Ok(None);
        }
        self.is_same_on_lines(&script, &gaps)?;
        Ok(Some(OwnLines {
            lead: lead_of(&script),
            list: script.text_range(),
            gaps,
            joined_by,
        }))
    }

    fn is_same_on_lines(self, script: &SyntaxNode, gaps: &[Gap]) -> Result<(), NotOnLines> {
        let text = &self.file.text[script.text_range()];
        if text.contains('\r') {
            return Err(NotOnLines::CarriageReturn);
        }
        if text.lines().any(|it| it.trim() == OwnLines::END) {
            return Err(NotOnLines::EndWord);
        }
        let is_in_gap = |it: &SyntaxToken| {
            gaps.iter()
                .any(|gap| gap.range.contains_range(it.text_range()))
        };
        let tokens = self.syntax().descendants_with_tokens();
        let tokens = tokens.filter_map(NodeOrToken::into_token);
        let mut inside = tokens
            .filter(|it| script.text_range().contains_range(it.text_range()) && !is_in_gap(it));
        let last = script.children().last().map(|it| it.text_range().end());
        inside.try_for_each(|token| match token.kind() {
            SyntaxKind::COMMENT if Some(token.text_range().start()) >= last => Ok(()),
            SyntaxKind::COMMENT | SyntaxKind::NEWLINE => Err(NotOnLines::CommentInCommand),
            SyntaxKind::CONTINUATION if !is_the_shells(&token) => Err(NotOnLines::Continuation),
            _ => Ok(()),
        })
    }
}

impl OwnLines {
    /// The word that ends the here-document.
    pub const END: &'static str = "EOF";
}

/// Whether a shell joins the lines there as the builder does (POSIX, Shell Command Language, 2.2.1).
fn is_the_shells(continuation: &SyntaxToken) -> bool {
    let in_quotes = |it: SyntaxNode| it.kind() == SyntaxKind::SINGLE_QUOTED;
    continuation.text() == "\\\n" && !continuation.parent_ancestors().any(in_quotes)
}

/// The blanks and continuations between the keyword and the list.
fn lead_of(script: &SyntaxNode) -> TextRange {
    let start = script.text_range().start();
    let mut before = std::iter::successors(script.prev_sibling_or_token(), |it| {
        it.prev_sibling_or_token()
    });
    let is_blank = |kind| matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::CONTINUATION);
    let nearest = before.find(|it| !is_blank(it.kind()));
    let keyword = nearest.filter(|it| it.kind() == SyntaxKind::KEYWORD);
    keyword.map_or(TextRange::empty(start), |it| {
        TextRange::new(it.text_range().end(), start)
    })
}

/// The operator by which all parts of a list are joined.
fn join_of(script: &SyntaxNode) -> Option<ListJoin> {
    let operators = script
        .children_with_tokens()
        .filter(|it| !is_filler(it.kind()) && it.as_node().is_none())
        .map(|it| it.kind());
    let mut found = None;
    for operator in operators {
        found = match (found, operator) {
            (_, SyntaxKind::SEMI) => Some(ListJoin::Semicolon),
            (None | Some(ListJoin::And), SyntaxKind::AND_AND) => Some(ListJoin::And),
            (Some(ListJoin::Semicolon), SyntaxKind::AND_AND | SyntaxKind::OR_OR) => found,
            // `a || b; c`: it is told when the `;` comes.
            (None | Some(ListJoin::And), SyntaxKind::OR_OR) if has_semicolon(script) => found,
            _ => return None,
        };
    }
    let is_command = |it: SyntaxNode| match it.kind() {
        SyntaxKind::COMMAND => true,
        // Neither `! a` nor `time a`.
        SyntaxKind::PIPELINE => it.children_with_tokens().all(|it| {
            it.kind() == SyntaxKind::COMMAND
                || it.kind() == SyntaxKind::PIPE
                || is_filler(it.kind())
        }),
        _ => false,
    };
    found.filter(|it| *it == ListJoin::Semicolon || script.children().all(is_command))
}

fn has_semicolon(script: &SyntaxNode) -> bool {
    script
        .children_with_tokens()
        .any(|it| it.kind() == SyntaxKind::SEMI)
}

/// Whether it is neither a part of a list nor an operator.
fn is_filler(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::WHITESPACE
            | SyntaxKind::CONTINUATION
            | SyntaxKind::COMMENT
            | SyntaxKind::NEWLINE
    )
}

/// What stands between the parts that are joined so.
fn gaps_of(script: &SyntaxNode, joined_by: ListJoin) -> Vec<Gap> {
    let operator = match joined_by {
        ListJoin::And => SyntaxKind::AND_AND,
        ListJoin::Semicolon => SyntaxKind::SEMI,
    };
    let mut gaps = Vec::new();
    let mut range: Option<TextRange> = None;
    let mut comments = Vec::new();
    let mut is_met = false;
    for element in script.children_with_tokens() {
        match element {
            NodeOrToken::Node(_) => {
                if let Some(range) = range.take().filter(|_| is_met) {
                    gaps.push(Gap {
                        range,
                        comments: std::mem::take(&mut comments),
                    });
                }
                comments.clear();
                is_met = false;
            }
            NodeOrToken::Token(token) => {
                is_met |= token.kind() == operator;
                let own = token.text_range();
                range = Some(range.map_or(own, |it| it.cover(own)));
                if token.kind() == SyntaxKind::COMMENT {
                    comments.push(token.text().to_owned());
                }
            }
        }
    }
    gaps
}
