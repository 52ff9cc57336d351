//! Which names are known where: functions, classes and blocks.

use crate::code::{Code, NONE};
use crate::language::Language;
use crate::token::Kind;

/// What a scope is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    File,
    Class,
    Function,
    Block,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    pub(crate) made: Made,
    pub(crate) parent: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The brackets around the parameters, if there are any; equal where there are none.
    pub(crate) parameters: (usize, usize),
}

pub(crate) struct Scopes {
    pub(crate) all: Vec<Scope>,
    /// The innermost scope of each token.
    pub(crate) of: Vec<usize>,
    /// Whether a token stands among parameters.
    pub(crate) is_parameter: Vec<bool>,
}

/// Nothing is looked for further than this.
const NEAR: usize = 200;

impl Scopes {
    pub(crate) fn of(code: &Code<'_>) -> Self {
        let mut found = if code.language.is_indented() {
            indented(code)
        } else {
            braced(code)
        };
        found.sort_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
        let file = Scope {
            made: Made::File,
            parent: 0,
            start: 0,
            end: code.len(),
            parameters: (0, 0),
        };
        let mut all = vec![file];
        let mut of = vec![0; code.len()];
        let mut is_parameter = vec![false; code.len()];
        let (mut stack, mut next) = (vec![0_usize], 0);
        for at in 0..code.len() {
            while stack.len() > 1 && all[stack[stack.len() - 1]].end <= at {
                stack.pop();
            }
            while let Some(scope) = found.get(next).filter(|it| it.start <= at) {
                let parent = stack[stack.len() - 1];
                let end = scope.end.min(all[parent].end);
                all.push(Scope {
                    parent,
                    end,
                    ..*scope
                });
                stack.push(all.len() - 1);
                next += 1;
            }
            of[at] = stack[stack.len() - 1];
            let (open, close) = all[of[at]].parameters;
            is_parameter[at] = at >= open && at < close;
        }
        Self {
            all,
            of,
            is_parameter,
        }
    }

    /// The nearest scope of this or that kind around, itself included.
    pub(crate) fn nearest(&self, mut scope: usize, wanted: impl Fn(Made) -> bool) -> usize {
        while scope != 0 && !wanted(self.all[scope].made) {
            scope = self.all[scope].parent;
        }
        scope
    }
}

fn indented(code: &Code<'_>) -> Vec<Scope> {
    let mut found: Vec<Scope> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let is_ruby = code.language == Language::Ruby;
    for at in 0..code.len() {
        let starts_line = at == 0 || code.kind(at - 1) == Some(Kind::Newline);
        if !starts_line || code.outer[at] != NONE || code.kind(at) == Some(Kind::Newline) {
            continue;
        }
        let column = code.column(at);
        while let Some((scope, _)) = open.pop_if(|(_, around)| column <= *around) {
            found[scope].end = at;
        }
        let keyword = if code.is(at, "async") { at + 1 } else { at };
        let made = match code.text_of(keyword) {
            "def" => Made::Function,
            "class" | "module" => Made::Class,
            _ => continue,
        };
        let mut bracket = keyword + 1;
        while bracket < code.len()
            && bracket < keyword + 8
            && code.kind(bracket) != Some(Kind::Newline)
            && !code.is(bracket, "(")
        {
            bracket += 1;
        }
        let has_list = code.is(bracket, "(") && code.partner[bracket] != NONE;
        let start = if has_list {
            bracket
        } else {
            keyword + if is_ruby { 2 } else { 1 }
        };
        let parameters = match (made, has_list) {
            (Made::Function, true) => (bracket + 1, code.partner[bracket]),
            (Made::Function, false) if is_ruby => {
                (start, code.expression_end(start, 1).unwrap_or(start))
            }
            _ => (start, start),
        };
        found.push(Scope {
            made,
            parent: 0,
            start,
            end: code.len(),
            parameters,
        });
        open.push((found.len() - 1, column));
    }
    found
}

fn braced(code: &Code<'_>) -> Vec<Scope> {
    let mut found = Vec::new();
    for at in 0..code.len() {
        if code.is(at, "{") && code.partner[at] != NONE {
            found.push(block(code, at));
        } else if code.is(at, "=>") && code.language != Language::Php && !code.is(at + 1, "{") {
            let Some(end) = code.expression_end(at + 1, NEAR) else {
                continue;
            };
            let parameters = before_arrow(code, at);
            let start = parameters
                .0
                .saturating_sub(usize::from(code.is(at.wrapping_sub(1), ")")));
            found.push(Scope {
                made: Made::Function,
                parent: 0,
                start,
                end,
                parameters,
            });
        }
    }
    found
}

/// The parameters that stand before an arrow.
fn before_arrow(code: &Code<'_>, arrow: usize) -> (usize, usize) {
    let Some(before) = arrow.checked_sub(1) else {
        return (0, 0);
    };
    match code.partner.get(before) {
        Some(&open) if code.is(before, ")") && open != NONE => (open + 1, before),
        _ if code.is_name(before) => (before, arrow),
        _ => (arrow, arrow),
    }
}

fn block(code: &Code<'_>, brace: usize) -> Scope {
    let end = code.partner[brace] + 1;
    let mut scope = Scope {
        made: Made::Block,
        parent: 0,
        start: brace,
        end,
        parameters: (brace, brace),
    };
    if brace > 0 && code.is(brace - 1, "=>") {
        scope.made = Made::Function;
        scope.parameters = before_arrow(code, brace - 1);
        scope.start = scope.parameters.0;
        return scope;
    }
    // Backward to the statement's start, brackets left whole.
    let (mut at, mut list, mut last, mut steps) = (brace, None, None, 0);
    while at > 0 && steps < 24 {
        steps += 1;
        at -= 1;
        if code.is(at, ")") && code.partner[at] != NONE {
            let open = code.partner[at];
            let is_wanted = list.is_none() || code.language == Language::Go;
            if is_wanted && !code.is(open.wrapping_sub(1), "use") {
                list = Some(open);
                last = last.or(Some(at));
            }
            at = open;
            continue;
        }
        if code.kind(at) == Some(Kind::Newline) || code.is_any(at, "; { } = , ( [ return =>") {
            break;
        }
        if code.is_any(at, "class interface object trait enum record") && code.is_name(at + 1) {
            scope.made = Made::Class;
            return scope;
        }
        if code.is_any(
            at,
            "if while for switch catch with elseif foreach match synchronized else do try",
        ) {
            if code.is_any(at, "for catch foreach") {
                scope.start = list.unwrap_or(brace);
                scope.parameters = (scope.start, scope.start);
            }
            return scope;
        }
        if code.is(at, "new") {
            return scope;
        }
        if code.is_any(at, "function fun fn func constructor") {
            scope.made = Made::Function;
        }
    }
    let (Some(open), Some(close)) = (list, last) else {
        return scope;
    };
    let needs_keyword = matches!(code.language, Language::Go | Language::Kotlin);
    if needs_keyword && scope.made != Made::Function {
        return scope;
    }
    scope.made = Made::Function;
    scope.start = open;
    scope.parameters = (open + 1, close);
    scope
}
