//! Global `ARG`s: those before the first `FROM`.

use dfix_syntax::ast::{self, AstNode};
use dfix_syntax::{SyntaxNode, TextRange};

use crate::collect::expand::text_of;
use crate::collect::image::GlobalArgData;
use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::handles::{GlobalArg, Stage, Step};

impl<'m> GlobalArg<'m> {
    fn data(self) -> &'m GlobalArgData {
        &self.file.global[self.index]
    }

    /// Its index among [`Model::global_args`].
    pub fn index(self) -> usize {
        self.index
    }

    /// Its name.
    pub fn name(self) -> &'m str {
        &self.data().name
    }

    /// Its default, if there is one and it is known.
    pub fn default(self) -> Option<String> {
        text_of(self.data().pieces.as_ref()?)
    }

    /// The `ARG` instruction.
    pub fn step(self) -> Step<'m> {
        Step {
            file: self.file,
            index: self.data().step,
        }
    }

    /// `NAME=default` in the file.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// The default in the file, quotes included.
    pub fn value_range(self) -> Option<TextRange> {
        self.data().value_range
    }

    /// The stages whose `FROM` names it, directly or through another global `ARG`.
    pub fn stages_on_it(self) -> impl Iterator<Item = Stage<'m>> {
        self.file.stages().filter(move |stage| {
            let Some(node) = stage
                .from_step()
                .instruction()
                .syntax()
                .children()
                .find(|n| n.kind() == dfix_syntax::SyntaxKind::IMAGE)
            else {
                return false;
            };
            mentions(self.file, &node, self.index)
        })
    }

    /// Whether the default of a later `ARG` uses it, or another sets it anew.
    pub fn is_named_again(self) -> bool {
        let names = [format!("${}", self.name()), format!("${{{}", self.name())];
        self.file.global_args().skip(self.index + 1).any(|later| {
            let text = &self.file.text()[later.range()];
            later.name() == self.name() || names.iter().any(|name| text.contains(name.as_str()))
        })
    }

    /// The stages that take its default by their own `ARG NAME`.
    pub fn stages_that_inherit(self) -> impl Iterator<Item = Stage<'m>> {
        self.file.stages().filter(move |stage| {
            stage.steps().any(|step| {
                step.is(StepKind::Arg)
                    && step
                        .pairs()
                        .any(|p| !p.has_value() && p.key_text() == Some(self.name()))
            })
        })
    }
}

/// Whether the text of a node depends on the global `ARG` with this index.
fn mentions(file: &Model<'_>, node: &SyntaxNode, index: usize) -> bool {
    let name = &*file.global[index].name;
    let names: Vec<String> = variable_names(node).collect();
    names.iter().any(|n| n == name)
        || file.global.iter().enumerate().any(|(other, arg)| {
            other > index
                && names.iter().any(|n| *n == *arg.name)
                && file.steps[arg.step]
                    .instruction
                    .syntax()
                    .descendants()
                    .filter_map(ast::Pair::cast)
                    .filter(|pair| pair.syntax().text_range() == arg.range)
                    .any(|pair| mentions(file, pair.syntax(), index))
        })
}

fn variable_names(node: &SyntaxNode) -> impl Iterator<Item = String> + use<> {
    node.descendants()
        .filter_map(ast::Variable::cast)
        .filter_map(|v| v.name())
}
