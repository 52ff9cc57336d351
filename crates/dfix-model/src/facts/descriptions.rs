//! The comment that describes an `ARG` or a stage to the builder.
//!
//! Source: BuildKit, `frontend/dockerfile/parser/parser.go`, `Parse`, and `instructions/parse.go`, `validateDefinitionDescription`: the
//! last comment above an instruction describes it, also above empty lines; a comment without words ends what comes before it.

use dfix_syntax::ast::AstNode;
use dfix_syntax::{SyntaxKind, TextRange, TextSize};

use crate::collect::model::Model;
use crate::handles::Step;

/// Where the comments between instructions stand, in order.
struct Comments(Vec<TextRange>);

impl Comments {
    fn of(file: &Model<'_>) -> Self {
        let tokens = file.tree().syntax().children_with_tokens();
        let tokens = tokens.filter_map(dfix_syntax::NodeOrToken::into_token);
        let comments = tokens.filter(|it| it.kind() == SyntaxKind::COMMENT);
        Comments(comments.map(|it| it.text_range()).collect())
    }
}

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
        let comments = &self.file().cached(|| Comments::of(self.file())).0;
        let before = comments.partition_point(|it| it.end() <= between.end());
        let last = *comments[..before].last()?;
        if !between.contains_range(last) {
            return None;
        }
        let words = text[last].trim_start_matches('#').trim();
        let first = words.split(' ').next().filter(|it| !it.is_empty())?;
        Some((last, first))
    }
}
