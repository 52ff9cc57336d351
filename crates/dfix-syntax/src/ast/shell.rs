//! Views of the shell level.

use crate::ast::{AstNode, Word, ast_nodes, child, children, joined};
use crate::kind::{SyntaxKind, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// Commands and the operators between them, in order.
    ShellScript = SHELL_SCRIPT;
    /// Commands joined by `|`, or one after `!`.
    Pipeline = PIPELINE;
    /// A simple command.
    Command = COMMAND;
    /// `name=value`
    Assignment = ASSIGNMENT;
    /// `>file` and its like.
    Redirect = REDIRECT;
    /// A function's definition.
    Function = FUNCTION;
    /// Text of another language, or not understood.
    Opaque = OPAQUE;
}

impl ShellScript {
    /// Every simple command in the script at any depth, in order of place: in pipelines, compounds,
    /// function bodies and substitutions.
    pub fn commands(&self) -> impl Iterator<Item = Command> + use<> {
        self.0.descendants().filter_map(Command::cast)
    }

    /// What stands at the top level: commands, pipelines, compounds, and the operators between them
    /// (`&&`, `||`, `;`, `&`, line ends).
    pub fn items(&self) -> impl Iterator<Item = crate::kind::SyntaxElement> + use<> {
        self.0.children_with_tokens().filter(|e| match e {
            rowan::NodeOrToken::Node(_) => true,
            rowan::NodeOrToken::Token(t) => {
                !t.kind().is_trivia() || t.kind() == SyntaxKind::NEWLINE
            }
        })
    }

    /// Whether any part of it is not understood.
    pub fn has_opaque(&self) -> bool {
        self.0
            .descendants()
            .any(|n| matches!(n.kind(), SyntaxKind::OPAQUE | SyntaxKind::ERROR))
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
}

impl Assignment {
    /// The variable's name.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The value; none when empty or an array.
    pub fn value(&self) -> Option<Word> {
        child(&self.0)
    }
}

impl Redirect {
    /// The operator.
    pub fn operator(&self) -> Option<SyntaxToken> {
        crate::ast::token(&self.0, SyntaxKind::REDIRECT_OP)
    }

    /// The file, descriptor or delimiter after the operator.
    pub fn target(&self) -> Option<Word> {
        child(&self.0)
    }
}

impl Function {
    /// The function's name.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }
}
