//! Views of the shell level: lists, pipelines, simple commands. Compounds are in `compound`.

use rowan::NodeOrToken;

use crate::ast::{AstNode, Compound, Function, Heredoc, Word, ast_nodes, child, children, joined};
use crate::kind::SyntaxKind;
use crate::tree::{SyntaxElement, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// Commands and the operators between them, in order.
    ShellScript = SHELL_SCRIPT;
    /// Commands joined by `|`, or one after `!`, `time` or `coproc`.
    Pipeline = PIPELINE;
    /// A simple command.
    Command = COMMAND;
    /// `name=value`
    Assignment = ASSIGNMENT;
    /// `(a b)` of `x=(a b)`
    Array = ARRAY;
    /// `>file` and its like.
    Redirect = REDIRECT;
    /// `$(…)`
    CommandSubst = COMMAND_SUBST;
    /// `` `…` ``
    BacktickSubst = BACKTICK_SUBST;
    /// `<(…)`, `>(…)`
    ProcessSubst = PROCESS_SUBST;
    /// Text of another language, or not understood.
    Opaque = OPAQUE;
}

/// What runs: a member of a list or of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Statement {
    /// `name argument …`
    Command(Command),
    /// `a | b`, `! a`; never a member of a pipeline.
    Pipeline(Pipeline),
    /// `if …`, `{ …; }`, …
    Compound(Compound),
    /// A function's definition.
    Function(Function),
    /// Not understood.
    Opaque(Opaque),
}

impl AstNode for Statement {
    fn can_cast(kind: SyntaxKind) -> bool {
        use SyntaxKind::{COMMAND, FUNCTION, OPAQUE, PIPELINE};
        matches!(kind, COMMAND | FUNCTION | OPAQUE | PIPELINE) || Compound::can_cast(kind)
    }

    fn cast(node: SyntaxNode) -> Option<Self> {
        match node.kind() {
            SyntaxKind::COMMAND => Some(Statement::Command(Command(node))),
            SyntaxKind::PIPELINE => Some(Statement::Pipeline(Pipeline(node))),
            SyntaxKind::FUNCTION => Function::cast(node).map(Statement::Function),
            SyntaxKind::OPAQUE => Some(Statement::Opaque(Opaque(node))),
            _ => Compound::cast(node).map(Statement::Compound),
        }
    }

    fn syntax(&self) -> &SyntaxNode {
        match self {
            Statement::Command(it) => it.syntax(),
            Statement::Pipeline(it) => it.syntax(),
            Statement::Compound(it) => it.syntax(),
            Statement::Function(it) => it.syntax(),
            Statement::Opaque(it) => it.syntax(),
        }
    }
}

/// A statement of a list, with the operators around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// The operator before it: `&&`, `||`, `;`, `&`, or the line end where there is no other. None
    /// for the first.
    pub before: Option<SyntaxToken>,
    /// What runs.
    pub statement: Statement,
    /// The operator after it; for the last one, what dangles.
    pub after: Option<SyntaxToken>,
}

impl Step {
    /// Whether `&&` or `||` joins it to the one before.
    pub fn is_joined(&self) -> bool {
        self.before
            .as_ref()
            .is_some_and(|t| matches!(t.kind(), SyntaxKind::AND_AND | SyntaxKind::OR_OR))
    }
}

impl ShellScript {
    /// Every simple command in the script at any depth, in order of place: in pipelines, compounds,
    /// function bodies and substitutions.
    pub fn commands(&self) -> impl Iterator<Item = Command> + use<> {
        self.0.descendants().filter_map(Command::cast)
    }

    /// What stands at the top level: commands, pipelines, compounds, and the operators between them
    /// (`&&`, `||`, `;`, `&`, line ends).
    pub fn items(&self) -> impl Iterator<Item = SyntaxElement> + use<> {
        self.0.children_with_tokens().filter(|e| match e {
            NodeOrToken::Node(_) => true,
            NodeOrToken::Token(t) => !t.kind().is_trivia() || t.kind() == SyntaxKind::NEWLINE,
        })
    }

    /// The statements at the top level.
    pub fn statements(&self) -> impl Iterator<Item = Statement> + use<> {
        children(&self.0)
    }

    /// The statements at the top level with the operators around them.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut operator: Option<SyntaxToken> = None;
        for item in self.items() {
            match item {
                NodeOrToken::Node(node) => {
                    let Some(statement) = Statement::cast(node) else {
                        continue;
                    };
                    let before = operator.take();
                    if let Some(last) = steps.last_mut() {
                        last.after.clone_from(&before);
                    }
                    steps.push(Step {
                        before,
                        statement,
                        after: None,
                    });
                }
                NodeOrToken::Token(token) => {
                    let is_better = operator
                        .as_ref()
                        .is_none_or(|t| t.kind() == SyntaxKind::NEWLINE);
                    // A line end before the first statement joins nothing.
                    if is_better && !steps.is_empty() {
                        operator = Some(token);
                    }
                }
            }
        }
        if let Some(last) = steps.last_mut() {
            last.after = operator;
        }
        steps
    }

    /// The steps in runs that `&&` and `||` hold together.
    pub fn and_or_lists(&self) -> Vec<Vec<Step>> {
        let mut lists: Vec<Vec<Step>> = Vec::new();
        for step in self.steps() {
            match lists.last_mut() {
                Some(list) if step.is_joined() => list.push(step),
                _ => lists.push(vec![step]),
            }
        }
        lists
    }

    /// The here-documents at the top level of multi-line text.
    pub fn heredocs(&self) -> impl Iterator<Item = Heredoc> + use<> {
        children(&self.0)
    }

    /// Whether any part of it is not understood.
    pub fn has_opaque(&self) -> bool {
        self.0
            .descendants()
            .any(|n| matches!(n.kind(), SyntaxKind::OPAQUE | SyntaxKind::ERROR))
    }
}

impl Pipeline {
    /// Its members: commands, compounds, functions.
    pub fn statements(&self) -> impl Iterator<Item = Statement> + use<> {
        children(&self.0)
    }

    /// Its members that are simple commands.
    pub fn commands(&self) -> impl Iterator<Item = Command> + use<> {
        children(&self.0)
    }

    /// Whether a `!` turns its status around.
    pub fn is_negated(&self) -> bool {
        let bangs = self.0.children_with_tokens();
        bangs.filter(|e| e.kind() == SyntaxKind::BANG).count() % 2 == 1
    }

    /// `time` or `coproc` before it.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        crate::ast::token(&self.0, SyntaxKind::SHELL_KEYWORD)
    }
}

impl Command {
    /// The words, the command's name first; leading assignments and redirections are not among them.
    /// `export A=b`: the assignment is a word-like argument, see [`Command::arguments`].
    pub fn words(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }

    /// Words and assignments after the first word, in order.
    pub fn arguments(&self) -> impl Iterator<Item = SyntaxNode> + use<> {
        self.0
            .children()
            .filter(|n| matches!(n.kind(), SyntaxKind::WORD | SyntaxKind::ASSIGNMENT))
            .skip_while(|n| n.kind() != SyntaxKind::WORD)
            .skip(1)
    }

    /// The assignments before the first word.
    pub fn assignments(&self) -> impl Iterator<Item = Assignment> + use<> {
        self.0
            .children()
            .take_while(|n| n.kind() != SyntaxKind::WORD)
            .filter_map(Assignment::cast)
    }

    /// The redirections, wherever they stand.
    pub fn redirects(&self) -> impl Iterator<Item = Redirect> + use<> {
        children(&self.0)
    }

    /// The pipeline that it is a member of.
    pub fn pipeline(&self) -> Option<Pipeline> {
        self.0.parent().and_then(Pipeline::cast)
    }
}

impl Assignment {
    /// The variable's name, without its subscript.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The value; none when empty or an array.
    pub fn value(&self) -> Option<Word> {
        child(&self.0)
    }

    /// The value, when it is an array.
    pub fn array(&self) -> Option<Array> {
        child(&self.0)
    }

    /// Whether it adds to what is there: `+=`.
    pub fn is_append(&self) -> bool {
        joined(&self.0, SyntaxKind::EQ).is_some_and(|t| t == "+=")
    }

    /// Whether it sets one element: `a[1]=x`.
    pub fn has_subscript(&self) -> bool {
        crate::ast::token(&self.0, SyntaxKind::L_BRACKET).is_some()
    }
}

impl Array {
    /// The elements.
    pub fn words(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }
}

impl Redirect {
    /// The descriptor before the operator: `2`, `{name}`.
    pub fn fd(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::FD)
    }

    /// The operator.
    pub fn operator(&self) -> Option<SyntaxToken> {
        crate::ast::token(&self.0, SyntaxKind::REDIRECT_OP)
    }

    /// The file, descriptor or delimiter after the operator.
    pub fn target(&self) -> Option<Word> {
        child(&self.0)
    }

    /// Whether a here-document follows: `<<` or `<<-`.
    pub fn is_heredoc(&self) -> bool {
        joined(&self.0, SyntaxKind::REDIRECT_OP).is_some_and(|o| o == "<<" || o == "<<-")
    }
}

impl CommandSubst {
    /// What it runs.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}

impl BacktickSubst {
    /// What it runs. Backslashes that the backticks take away are `QUOTE_ESCAPE` tokens in it.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}

impl ProcessSubst {
    /// What it runs.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}

impl Word {
    /// The scripts of the substitutions in it (`$(…)`, backticks, `<(…)`), the outermost ones.
    pub fn scripts(&self) -> impl Iterator<Item = ShellScript> + use<> {
        let word = self.syntax().clone();
        self.syntax()
            .descendants()
            .filter_map(ShellScript::cast)
            .filter(move |script| {
                script
                    .syntax()
                    .ancestors()
                    .skip(1)
                    .take_while(|n| *n != word)
                    .all(|n| n.kind() != SyntaxKind::SHELL_SCRIPT)
            })
    }
}
