//! The variables that the builder itself puts in, and whether anything sets them.
//!
//! Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`, `dispatch` and `dispatchArg`: an instruction sees what those
//! before it set, and of the pairs of one `ARG` each sees the ones before it. A name that an `ARG` declares counts as set.

use dfix_syntax::ast::{AstNode, Variable};
use dfix_syntax::{SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::image::platform_arg;
use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::facts::near_names;
use crate::facts::setting::EnvValue;
use crate::facts::variables::env_at;
use crate::handles::{GlobalArg, Pair, Stage, Step, Word};
use crate::ternary::Ternary;

/// A variable that the builder puts into an instruction.
#[derive(Clone)]
pub struct Expansion<'m> {
    /// The instruction.
    pub step: Step<'m>,
    /// The name.
    pub name: String,
    /// `$NAME`, or `${NAME…}` with all that is in it.
    pub place: TextRange,
    /// The name in it.
    pub name_place: TextRange,
    /// What is said for where it is not set, or of its text: `:-`, `+`, `%`, …
    pub operator: Option<String>,
    /// The pair of an `ENV`, `ARG` or `LABEL` whose value it stands in.
    pub pair: Option<Pair<'m>>,
}

impl<'m> Step<'m> {
    /// The variables that the builder puts in, in order of place; not those of here-documents and of flags.
    pub fn expansions(self) -> Vec<Expansion<'m>> {
        let is_expanded = matches!(
            self.kind(),
            StepKind::Env
                | StepKind::Arg
                | StepKind::Label
                | StepKind::Workdir
                | StepKind::Copy
                | StepKind::Add
                | StepKind::Expose
                | StepKind::Volume
                | StepKind::User
                | StepKind::Stopsignal
        );
        if !is_expanded || self.is_onbuild() || !self.source_text().contains('$') {
            return Vec::new();
        }
        let nodes = self.syntax().children().filter(|node| {
            !matches!(
                node.kind(),
                SyntaxKind::FLAG | SyntaxKind::HEREDOC | SyntaxKind::HEREDOC_BODY
            )
        });
        nodes.flat_map(|node| in_node(self, &node)).collect()
    }

    /// The variables of a `FROM`, in its image and its platform.
    pub fn variables_of_base(self) -> Vec<Expansion<'m>> {
        let nodes = self.syntax().children().filter(|_| self.is(StepKind::From));
        nodes.flat_map(|node| in_node(self, &node)).collect()
    }
}

fn in_node<'m>(step: Step<'m>, node: &SyntaxNode) -> Vec<Expansion<'m>> {
    let variables = node.descendants().filter_map(Variable::cast);
    let found = variables.filter_map(|variable| {
        let node = variable.syntax();
        let mut tokens = node.children_with_tokens();
        let name = tokens.find(|it| it.kind() == SyntaxKind::NAME)?;
        let place = node.text_range();
        let mut pairs = step.pairs();
        Some(Expansion {
            step,
            name: variable.name()?,
            place,
            name_place: name.text_range(),
            operator: variable.operator(),
            pair: pairs.find(|it| it.range().contains_range(place)),
        })
    });
    found.collect()
}

impl<'m> Expansion<'m> {
    /// Whether something sets it there, or declares it.
    pub fn is_defined(&self) -> Ternary {
        let Some(stage) = self.step.stage() else {
            return Ternary::Yes;
        };
        let name = &*self.name;
        let is_declared = |step: Step<'_>| {
            let keys = step.pairs().filter_map(Pair::key_text);
            keys.into_iter().any(|key| key == name)
        };
        let of_chain = stage.base_chain().flat_map(|it| it.steps_of(StepKind::Arg));
        let mut earlier = of_chain.filter(|it| it.index() < self.step.index());
        if earlier.any(is_declared) || declared_before(self) {
            return Ternary::Yes;
        }
        match env_at(stage, self.step, name) {
            EnvValue::Set(_) => Ternary::Yes,
            // Every image gets a `PATH`.
            EnvValue::Unset if name == "PATH" => Ternary::Yes,
            EnvValue::Unset => Ternary::No,
            EnvValue::Unknown => {
                let image = stage.base_image().text().unwrap_or("the base image");
                Ternary::unknown(
                    format!("whether {image} sets `{name}`"),
                    "look at its environment (`docker image inspect`)",
                )
            }
        }
    }

    /// The name that it may be a slip of: of what is set or declared before it in the file.
    pub fn meant_name(&self) -> Option<&'m str> {
        let stage = self.step.stage()?;
        if self.step.is(StepKind::From) {
            let globals = self.step.file().global_args().map(GlobalArg::name);
            return near_names::meant_by(&self.name, globals);
        }
        near_names::meant_by(&self.name, stage.names_at(self.step))
    }

    /// Where it is an entry of a list with `:` between, in the value of the same name, and not all of it: the entry with one `:`.
    pub fn entry_of_list(&self) -> Option<TextRange> {
        let value = self
            .pair
            .filter(|_| self.is_of_itself() && self.operator.is_none());
        let value = value?.value()?.inner_range();
        let text = self.step.file().text();
        let before = &text[TextRange::new(value.start(), self.place.start())];
        let after = &text[TextRange::new(self.place.end(), value.end())];
        let one = TextSize::new(1);
        let (start, end) = (self.place.start(), self.place.end());
        match (before.ends_with(':'), after.starts_with(':')) {
            (true, _) if after.is_empty() && before.len() > 1 => {
                Some(TextRange::new(start - one, end))
            }
            (_, true) if before.is_empty() && after.len() > 1 => {
                Some(TextRange::new(start, end + one))
            }
            _ => None,
        }
    }

    /// Whether the value of its pair is it and nothing else.
    pub fn is_all_of_value(&self) -> bool {
        let value = self.pair.and_then(Pair::value).map(Word::inner_range);
        value == Some(self.place)
    }

    /// Whether it stands in the value of the same name: `ENV X=${X:-y}`.
    pub fn is_of_itself(&self) -> bool {
        self.pair.and_then(Pair::key_text) == Some(&*self.name)
    }
}

/// Whether an earlier pair of the same `ARG` declares it.
fn declared_before(expansion: &Expansion<'_>) -> bool {
    let step = expansion.step;
    let mut pairs = step.pairs();
    step.is(StepKind::Arg)
        && pairs.any(|pair| {
            pair.range().end() <= expansion.place.start()
                && pair.key_text() == Some(&*expansion.name)
        })
}

impl Model<'_> {
    /// Whether a `FROM` may name the variable: a global `ARG` declares it, or the builder sets it by itself.
    pub fn declares_for_bases(&self, name: &str) -> bool {
        self.global_args().any(|arg| arg.name() == name)
            || platform_arg(name).is_some()
            || name == "TARGETSTAGE"
    }
}

impl<'m> Stage<'m> {
    /// The names of variables that are set or declared at a step: in this stage or one that it is based on, in the file.
    pub(crate) fn names_at(self, step: Step<'m>) -> impl Iterator<Item = &'m str> {
        let setting = |kind| self.base_chain().flat_map(move |it| it.steps_of(kind));
        let all = setting(StepKind::Env).chain(setting(StepKind::Arg));
        let before = all.filter(move |it| it.index() < step.index());
        before.flat_map(Step::pairs).filter_map(Pair::key_text)
    }
}
