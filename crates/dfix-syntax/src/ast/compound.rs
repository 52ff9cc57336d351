//! Views of compound commands and functions.

use crate::ast::{AstNode, Redirect, ShellScript, Word, ast_nodes, child, children, joined, token};
use crate::kind::SyntaxKind;
use crate::tree::{SyntaxNode, SyntaxToken};

ast_nodes! {
    /// `{ …; }`
    BraceGroup = BRACE_GROUP;
    /// `( … )`
    Subshell = SUBSHELL;
    /// `if … fi`
    IfClause = IF_CLAUSE;
    /// `for … done`
    ForClause = FOR_CLAUSE;
    /// `while … done`
    WhileClause = WHILE_CLAUSE;
    /// `until … done`
    UntilClause = UNTIL_CLAUSE;
    /// `case … esac`
    CaseClause = CASE_CLAUSE;
    /// `pattern) …;;`
    CaseItem = CASE_ITEM;
    /// `select … done`
    SelectClause = SELECT_CLAUSE;
    /// `[[ … ]]`
    TestCommand = TEST_COMMAND;
    /// `(( … ))`
    ArithCommand = ARITH_COMMAND;
    /// A function's definition.
    Function = FUNCTION;
}

macro_rules! compounds {
    ($($name:ident = $kind:ident,)*) => {
        /// Any compound command.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Compound { $($name($name),)* }

        impl AstNode for Compound {
            fn can_cast(kind: SyntaxKind) -> bool {
                matches!(kind, $(SyntaxKind::$kind)|*)
            }
            fn cast(node: SyntaxNode) -> Option<Self> {
                match node.kind() {
                    $(SyntaxKind::$kind => Some(Compound::$name($name(node))),)*
                    _ => None,
                }
            }
            fn syntax(&self) -> &SyntaxNode {
                match self { $(Compound::$name(it) => it.syntax(),)* }
            }
        }
    };
}

compounds! {
    BraceGroup = BRACE_GROUP,
    Subshell = SUBSHELL,
    IfClause = IF_CLAUSE,
    ForClause = FOR_CLAUSE,
    WhileClause = WHILE_CLAUSE,
    UntilClause = UNTIL_CLAUSE,
    CaseClause = CASE_CLAUSE,
    SelectClause = SELECT_CLAUSE,
    TestCommand = TEST_COMMAND,
    ArithCommand = ARITH_COMMAND,
}

impl Compound {
    /// The scripts that it holds itself, in order: conditions, bodies, those of case items.
    pub fn scripts(&self) -> impl Iterator<Item = ShellScript> + use<> {
        self.syntax().children().flat_map(|node| {
            let inner: Vec<ShellScript> = match node.kind() {
                SyntaxKind::SHELL_SCRIPT => vec![ShellScript(node)],
                SyntaxKind::CASE_ITEM | SyntaxKind::BRACE_GROUP => children(&node).collect(),
                _ => Vec::new(),
            };
            inner
        })
    }

    /// The redirections after it.
    pub fn redirects(&self) -> impl Iterator<Item = Redirect> + use<> {
        children(self.syntax())
    }
}

impl BraceGroup {
    /// What it runs.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}

impl Subshell {
    /// What it runs.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}

/// One branch of an `if`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Branch {
    /// The condition; none for `else`.
    pub condition: Option<ShellScript>,
    /// What runs.
    pub body: ShellScript,
}

impl IfClause {
    /// The branches in order, `else` last.
    pub fn branches(&self) -> Vec<Branch> {
        let scripts: Vec<ShellScript> = children(&self.0).collect();
        scripts
            .chunks(2)
            .map(|pair| match pair {
                [condition, body] => Branch {
                    condition: Some(condition.clone()),
                    body: body.clone(),
                },
                other => Branch {
                    condition: None,
                    body: other[0].clone(),
                },
            })
            .collect()
    }
}

/// The body of a `for` or a `select`: `do … done`, or a brace group.
fn body_of(node: &SyntaxNode) -> Option<ShellScript> {
    child(node).or_else(|| child::<BraceGroup>(node)?.script())
}

impl ForClause {
    /// The loop variable; none in the C style.
    pub fn variable(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The words after `in`. None at all where there is no `in`: see [`ForClause::has_words`].
    pub fn words(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }

    /// Whether `in` stands there, perhaps without words after it.
    pub fn has_words(&self) -> bool {
        self.0.children_with_tokens().any(|e| {
            e.as_token()
                .is_some_and(|t| t.kind() == SyntaxKind::SHELL_KEYWORD && t.text() == "in")
        })
    }

    /// Whether it counts like C: `for ((i = 0; i < 3; i++))`.
    pub fn is_c_style(&self) -> bool {
        token(&self.0, SyntaxKind::ARITH_PAREN).is_some()
    }

    /// What runs each time.
    pub fn body(&self) -> Option<ShellScript> {
        body_of(&self.0)
    }
}

impl SelectClause {
    /// The loop variable.
    pub fn variable(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The words after `in`.
    pub fn words(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }

    /// What runs each time.
    pub fn body(&self) -> Option<ShellScript> {
        body_of(&self.0)
    }
}

impl WhileClause {
    /// The condition.
    pub fn condition(&self) -> Option<ShellScript> {
        child(&self.0)
    }

    /// What runs each time.
    pub fn body(&self) -> Option<ShellScript> {
        children(&self.0).nth(1)
    }
}

impl UntilClause {
    /// The condition.
    pub fn condition(&self) -> Option<ShellScript> {
        child(&self.0)
    }

    /// What runs each time.
    pub fn body(&self) -> Option<ShellScript> {
        children(&self.0).nth(1)
    }
}

impl CaseClause {
    /// The word that the patterns are held against.
    pub fn subject(&self) -> Option<Word> {
        child(&self.0)
    }

    /// The items in order.
    pub fn items(&self) -> impl Iterator<Item = CaseItem> + use<> {
        children(&self.0)
    }
}

impl CaseItem {
    /// The patterns between the bars.
    pub fn patterns(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }

    /// What runs; it may hold nothing.
    pub fn body(&self) -> Option<ShellScript> {
        child(&self.0)
    }

    /// `;;`, `;&` or `;;&`; the last item may do without.
    pub fn end(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::SEMI_SEMI)
    }
}

impl TestCommand {
    /// Operands and operators in order, each a word.
    pub fn words(&self) -> impl Iterator<Item = Word> + use<> {
        children(&self.0)
    }
}

impl Function {
    /// The function's name.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// What a call runs.
    pub fn body(&self) -> Option<Compound> {
        self.0.children().find_map(Compound::cast)
    }
}
