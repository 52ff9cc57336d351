//! Commands that run only where a build argument asks for them: `if [ "$WITH_PYTHON" = "true" ]; then …; fi`.

use dfix_launch::Source;
use dfix_syntax::ast::{AstNode, IfClause, Word};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

use crate::collect::expand::{Lookup, Origin, Piece, expand, text_of};
use crate::facts::launches;
use crate::facts::variables::{Declared, declared};
use crate::handles::{Command, Stage, Step};

impl Command<'_> {
    /// The variable without which it does not run: a test of it encloses the command, or comes before its `&&`, that fails
    /// by the variable's default, and none of the project's files is known to build the image with another value. None where it runs,
    /// or where that is not known.
    pub fn only_with(self) -> Option<String> {
        if !self.around().conditional || self.is_of_script() {
            return None;
        }
        let step = self.step();
        let switch = switched_off(step, self.range(), &[])?;
        let stage = step.stage()?;
        let is_known = |value: &Option<String>| value.as_ref().is_some_and(|it| !it.contains('$'));
        let is_on = |arguments: &Values| {
            let mut given = arguments.iter().filter(|(name, _)| *name == switch);
            given.any(|(_, value)| is_known(value))
                && switched_off(step, self.range(), arguments).is_none()
        };
        // What a script passes on may be set in a branch of its own.
        let launches = launches::all(stage.file()).launches.iter();
        let launches = launches.filter(|it| it.source.ships() && it.source != Source::Script);
        let mut builds = launches.filter_map(|it| it.build.as_ref());
        (!builds.any(|build| is_on(&build.arguments))).then_some(switch)
    }
}

/// Values that a build gives its arguments.
type Values = [(String, Option<String>)];

/// What is known of a test.
enum Test {
    Holds,
    /// It does not, by this variable.
    Fails(String),
    Unknown,
}

struct Reader<'a> {
    step: Step<'a>,
    stage: Stage<'a>,
    values: &'a Values,
}

/// The variable by which the text at a place is not run.
fn switched_off(step: Step<'_>, place: TextRange, values: &Values) -> Option<String> {
    let script = step.instruction().script()?;
    let root = script.syntax();
    if !root.text_range().contains_range(place) {
        return None;
    }
    let stage = step.stage()?;
    let reader = Reader {
        step,
        stage,
        values,
    };
    let node = match root.covering_element(place) {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent()?,
    };
    node.ancestors()
        .take_while(|it| root.text_range().contains_range(it.text_range()))
        .find_map(|around| match around.kind() {
            SyntaxKind::IF_CLAUSE => reader.by_branch(&IfClause::cast(around)?, place),
            SyntaxKind::SHELL_SCRIPT => reader.by_list(&around, place),
            _ => None,
        })
}

impl Reader<'_> {
    /// The variable by which the branch that holds the place is not taken.
    fn by_branch(&self, clause: &IfClause, place: TextRange) -> Option<String> {
        for branch in clause.branches() {
            let test = branch.condition.as_ref().map(|it| self.list(it.syntax()));
            let range = branch.body.syntax().text_range();
            let is_here = range.contains_range(place);
            match test {
                Some(Test::Fails(name)) if is_here => return Some(name),
                // What comes before the place in the clause decides by itself.
                Some(Test::Holds) if !is_here => return named_in(branch.condition?.syntax()),
                _ if is_here => return None,
                _ => {}
            }
        }
        None
    }

    /// The variable by which a list does not come to the place.
    fn by_list(&self, list: &SyntaxNode, place: TextRange) -> Option<String> {
        let mut before = Test::Holds;
        let mut operator = None;
        for element in list.children_with_tokens() {
            match element {
                NodeOrToken::Token(token) => match token.kind() {
                    SyntaxKind::AND_AND => operator = Some(SyntaxKind::AND_AND),
                    SyntaxKind::OR_OR => operator = Some(SyntaxKind::OR_OR),
                    SyntaxKind::SEMI | SyntaxKind::AMP => operator = None,
                    _ => {}
                },
                NodeOrToken::Node(node) => {
                    let is_here = node.text_range().contains_range(place);
                    before = match (operator, before) {
                        (Some(SyntaxKind::AND_AND), Test::Fails(name)) if is_here => {
                            return Some(name);
                        }
                        (Some(SyntaxKind::AND_AND), Test::Fails(name)) => Test::Fails(name),
                        (Some(SyntaxKind::OR_OR), Test::Holds) => Test::Holds,
                        (Some(SyntaxKind::AND_AND), Test::Unknown) => Test::Unknown,
                        _ => self.element(&node),
                    };
                    if is_here {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// What a list of tests says, as a condition.
    fn list(&self, list: &SyntaxNode) -> Test {
        let mut tests = list.children().map(|it| self.element(&it));
        let is_and = list
            .children_with_tokens()
            .all(|it| !matches!(it.kind(), SyntaxKind::OR_OR | SyntaxKind::AMP));
        match (tests.next(), tests.next(), is_and) {
            (Some(one), None, _) => one,
            (Some(Test::Fails(name)), Some(_), true) => Test::Fails(name),
            _ => Test::Unknown,
        }
    }

    /// What one test says: `[ "$X" = true ]`, `test -n "$X"`, `[[ $X == true ]]`.
    fn element(&self, node: &SyntaxNode) -> Test {
        let words: Vec<SyntaxNode> = node
            .children()
            .filter(|it| it.kind() == SyntaxKind::WORD)
            .collect();
        let literal = |node: &SyntaxNode| {
            let word = Word::cast(node.clone());
            word.and_then(|it| it.value().into_known())
        };
        let words = match node.kind() {
            SyntaxKind::TEST_COMMAND => words.as_slice(),
            SyntaxKind::COMMAND => match words.as_slice() {
                [first, inside @ .., last]
                    if literal(first).as_deref() == Some("[")
                        && literal(last).as_deref() == Some("]") =>
                {
                    inside
                }
                [first, inside @ ..] if literal(first).as_deref() == Some("test") => inside,
                _ => return Test::Unknown,
            },
            _ => return Test::Unknown,
        };
        let texts: Option<Vec<String>> = words.iter().map(|it| self.text(it)).collect();
        let Some(texts) = texts else {
            return Test::Unknown;
        };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let holds = match texts.as_slice() {
            ["-n", text] | [text] => !text.is_empty(),
            ["-z", text] => text.is_empty(),
            [left, "=" | "==" | "-eq", right] => left == right,
            [left, "!=" | "-ne", right] => left != right,
            _ => return Test::Unknown,
        };
        match named_in(node) {
            Some(_) if holds => Test::Holds,
            Some(name) => Test::Fails(name),
            None => Test::Unknown,
        }
    }

    /// The text of a word, where the file says all of its variables.
    fn text(&self, word: &SyntaxNode) -> Option<String> {
        let pieces = expand(word, 0.into(), Origin::Literal, &mut |name| {
            let given = self.values.iter().find(|(given, _)| given == name);
            let value = match (given, declared(self.stage, self.step, name)) {
                (Some((_, Some(value))), _) => value.clone(),
                (Some((_, None)), _) | (None, Declared::Unknown) => return Lookup::Unknown,
                (None, Declared::Empty) => return Lookup::Unset,
                (None, Declared::As(value)) => value,
            };
            Lookup::Set(vec![Piece {
                text: Some(value),
                place: None,
                origin: Origin::Literal,
            }])
        });
        text_of(&pieces)
    }
}

/// The first variable that a node names.
fn named_in(node: &SyntaxNode) -> Option<String> {
    let mut first = None;
    for word in node
        .descendants()
        .filter(|it| it.kind() == SyntaxKind::WORD)
    {
        expand(&word, 0.into(), Origin::Literal, &mut |name| {
            first.get_or_insert_with(|| name.to_owned());
            Lookup::Unknown
        });
    }
    first
}
