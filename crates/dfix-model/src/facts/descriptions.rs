//! The comment that describes an `ARG` or a stage to the builder.
//!
//! Source: BuildKit, `frontend/dockerfile/parser/parser.go`, `Parse`, and `instructions/parse.go`, `validateDefinitionDescription`: the
//! last comment above an instruction describes it, also above empty lines; a comment without words ends what comes before it.

use dfix_syntax::ast::AstNode;
use dfix_syntax::{SyntaxKind, TextRange, TextSize};

use crate::collect::model::Model;
use crate::handles::Step;

impl Model<'_> {
    /// Whether its first lines ask the builder for a check that is not done otherwise: `# check=experimental=NAME`.
    pub fn asks_for_check(&self, name: &str) -> bool {
        self.tree().directives().any(|directive| {
            let is_check = directive
                .name()
                .is_some_and(|it| it.eq_ignore_ascii_case("check"));
            let value = directive.value().filter(|_| is_check).unwrap_or_default();
            let mut settings = value.split(';').filter_map(|it| it.trim().split_once('='));
            settings.any(|(key, names)| {
                let mut names = names.split(',').map(str::trim);
                key == "experimental" && names.any(|it| it == name || it == "all")
            })
        })
    }
}

impl<'m> Step<'m> {
    /// The comment that the builder takes to describe it, and the first word of that.
    pub fn description(self) -> Option<(TextRange, &'m str)> {
        let text: &'m str = self.file().text();
        let above = self
            .previous()
            .map_or(TextSize::new(0), |it| it.range().end());
        let between = TextRange::new(above, self.range().start());
        let tree = self.file().tree().syntax().clone();
        let tokens = tree
            .children_with_tokens()
            .filter_map(dfix_syntax::NodeOrToken::into_token);
        let comments = tokens.filter(|it| it.kind() == SyntaxKind::COMMENT);
        let last = comments
            .map(|it| it.text_range())
            .take_while(|it| it.end() <= between.end())
            .filter(|it| between.contains_range(*it))
            .last()?;
        let words = text[last].trim_start_matches('#').trim();
        let first = words.split(' ').next().filter(|it| !it.is_empty())?;
        Some((last, first))
    }
}
