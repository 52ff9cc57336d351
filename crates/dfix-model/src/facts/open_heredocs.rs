//! Here-documents of a script that nothing ends: the shell takes all that follows for their text.
//!
//! Source: POSIX.1-2017, Shell Command Language, 2.7.4: the line that ends one holds its word and nothing else, and `<<-` takes tabs away.
//! At the end of the script bash warns (`here-document delimited by end-of-file`), and others say nothing.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::handles::Step;

/// A here-document of a script that nothing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHeredoc {
    /// The line that is meant as its end, without its line end.
    pub meant_end: TextRange,
    /// Whether `<<-` begins it.
    pub takes_tabs: bool,
    /// Whether blanks follow the word there, and none stand before it.
    pub is_behind: bool,
}

impl Step<'_> {
    /// The here-documents of its scripts that nothing ends, where a line has their word between blanks.
    pub fn open_heredocs(self) -> Vec<OpenHeredoc> {
        if !self.is_run() || self.source_text().matches("<<").count() < 2 {
            return Vec::new();
        }
        let is_one = |it: &SyntaxNode| it.kind() == SyntaxKind::HEREDOC;
        let nodes = self.syntax().descendants().filter(is_one);
        nodes.filter_map(|it| self.open_heredoc(&it)).collect()
    }

    fn open_heredoc(self, node: &SyntaxNode) -> Option<OpenHeredoc> {
        let mut children = node.children_with_tokens();
        if children.any(|it| it.kind() == SyntaxKind::HEREDOC_END) {
            return None;
        }
        let body = node
            .ancestors()
            .find(|it| it.kind() == SyntaxKind::HEREDOC_BODY)?;
        let begins = |it: &SyntaxNode| {
            let operator = it
                .children_with_tokens()
                .find(|it| it.kind() == SyntaxKind::REDIRECT_OP);
            let text = operator
                .and_then(NodeOrToken::into_token)
                .map(|it| it.text().to_owned());
            text.filter(|it| it == "<<" || it == "<<-")
        };
        // Their texts stand in the order in which they are begun.
        let mut heredocs = body
            .descendants()
            .filter(|it| it.kind() == SyntaxKind::HEREDOC);
        let index = heredocs.position(|it| it == *node)?;
        let mut redirects = body.descendants().filter(|it| begins(it).is_some());
        let redirect = redirects.nth(index)?;
        let takes_tabs = begins(&redirect)? == "<<-";
        let word = redirect.last_child()?.text().to_string();
        let word = word.trim_matches(['\'', '"']).trim_start_matches('\\');
        let text = self.file().text();
        let mut at = usize::from(node.text_range().start());
        for line in text[node.text_range()].split_inclusive('\n') {
            let line = line.trim_end_matches(['\n', '\r']);
            if !word.is_empty() && line.trim_matches([' ', '\t']) == word {
                let start = TextSize::try_from(at).ok()?;
                return Some(OpenHeredoc {
                    meant_end: TextRange::at(start, TextSize::of(line)),
                    takes_tabs,
                    is_behind: line.starts_with(word),
                });
            }
            at += text[at..].find('\n')? + 1;
        }
        None
    }
}
