//! Errors that an application of Express hands on, and whether it answers for them itself.

use crate::code::{Code, NONE};
use crate::source::{HandedError, Source};
use crate::tables::is_told_of_errors;

/// So many brackets around a `throw` are looked at.
const MOST_AROUND: usize = 40;

/// Whether a text may have anything of it.
pub(crate) fn may_be_there(text: &str) -> bool {
    ["next", "rror", "err"].iter().any(|it| text.contains(it))
}

/// Finds them in a text in JavaScript or TypeScript whose imports are known.
pub(crate) fn read(code: &Code<'_>, source: &mut Source) {
    let modules = || source.imports.iter().filter_map(|it| it.module.known());
    let of_express = modules().any(|it| it == "express");
    let takes_callbacks = modules().any(|it| is_told_of_errors("callback", it));
    let has = |name: &str| (0..code.len()).any(|at| code.is_name(at) && code.text_of(at) == name);
    let answers = of_express || has("res") || has("response");
    let mut handed = Vec::new();
    let mut is_answered = modules().any(|it| is_of_errors(&it.to_lowercase()));
    for at in 0..code.len() {
        is_answered |= is_handler(code, at) || (answers && names_a_handler(code, at));
        let is_handed = (answers && is_next(code, at))
            || (takes_callbacks && calls_back(code, at))
            || (of_express && is_thrown(code, at));
        if is_handed {
            handed.push(HandedError {
                line: code.line(at),
                is_in_async: is_in_async(code, at),
            });
        }
    }
    source.handed_errors = handed;
    source.answers_errors = is_answered;
}

/// A function of four parameters, the first of which is called like an error: `(err, req, res, next) => …`.
fn is_handler(code: &Code<'_>, at: usize) -> bool {
    let close = code.partner.get(at).copied().unwrap_or(NONE);
    if !code.is(at, "(") || close == NONE || close < at || !code.is_any(close + 1, "=> { :") {
        return false;
    }
    let parameters = code.split(at + 1, close, ",");
    let [first, ..] = parameters.as_slice() else {
        return false;
    };
    let (first, _) = code.trim(first.0, first.1);
    let name = code.text_of(first).trim_start_matches('_').to_lowercase();
    let is_error = name.is_empty() || name == "e" || name.contains("er") || name.contains("ex");
    parameters.len() == 4 && code.is_name(first) && is_error && code.is_any(close + 1, "=> { :")
}

/// What may be a handler of another file: `errorHandler`, `app.use(onError)`.
fn names_a_handler(code: &Code<'_>, at: usize) -> bool {
    if !code.is_name(at) || !code.text_of(at).contains("rr") {
        return false;
    }
    let name = code.text_of(at).to_lowercase();
    let is_used = || {
        let open = code.outer.get(at).copied().unwrap_or(NONE);
        open != NONE && open > 0 && code.is(open, "(") && code.is(open - 1, "use")
    };
    is_of_errors(&name) || (name.contains("err") && is_used())
}

/// Whether something of this name may answer for errors.
fn is_of_errors(name: &str) -> bool {
    name.contains("error") && (name.contains("handle") || name.contains("middleware"))
}

/// `next(err)`, and not `next()` or `next("route")`.
fn is_next(code: &Code<'_>, at: usize) -> bool {
    let is_call = code.is(at, "next") && code.is(at + 1, "(") && !is_member(code, at);
    let given = at + 2;
    is_call
        && !code.is_any(given, ") null undefined false")
        && !matches!(code.plain_string(given), Some("route" | "router"))
        // `next(value: T) { … }`, `next(a) => …`
        && !code.is_any(code.after(at + 1), "{ => :")
}

/// `cb(new Error("…"))`: multer and cors hand it on.
fn calls_back(code: &Code<'_>, at: usize) -> bool {
    let is_call = code.is_name(at) && code.is(at + 1, "(") && !code.is(at, "next");
    is_call && !is_member(code, at) && makes_error(code, at + 2)
}

/// `new multer.MulterError("…")`
fn makes_error(code: &Code<'_>, at: usize) -> bool {
    if !code.is(at, "new") {
        return false;
    }
    let mut name = at + 1;
    while code.is_name(name) && code.is(name + 1, ".") {
        name += 2;
    }
    code.is_name(name) && code.text_of(name).ends_with("Error")
}

fn is_member(code: &Code<'_>, at: usize) -> bool {
    at > 0 && code.is_any(at - 1, ". ?. function new")
}

/// `throw new Error("…")` within what answers a request, where nothing catches it.
fn is_thrown(code: &Code<'_>, at: usize) -> bool {
    if !code.is(at, "throw") || !makes_error(code, at + 1) {
        return false;
    }
    for open in around(code, at) {
        if code.is(open, "{") && open > 0 && code.is(open - 1, "try") {
            return false;
        }
        let is_route = code.is(open, "(")
            && open > 1
            && is_told_of_errors("route", code.text_of(open - 1))
            && code.is(open - 2, ".");
        if is_route {
            return code
                .plain_string(open + 1)
                .is_some_and(|it| it.starts_with('/'))
                || code.is(open - 1, "use");
        }
    }
    false
}

/// Whether a function around it is `async`, up to the route.
fn is_in_async(code: &Code<'_>, at: usize) -> bool {
    code.is(at, "throw")
        && around(code, at)
            .any(|open| code.is(open, "{") && open > 0 && begins_async(code, open - 1))
}

/// Whether the function whose body is behind this token is `async`: `async (a) =>`, `async function f(a)`.
fn begins_async(code: &Code<'_>, before: usize) -> bool {
    let close = if code.is(before, "=>") {
        before.wrapping_sub(1)
    } else {
        before
    };
    let first = match code.partner.get(close) {
        Some(&open) if open != NONE && open < close => open,
        _ => close,
    };
    let begins = first.saturating_sub(3)..first;
    begins.into_iter().any(|it| code.is(it, "async"))
}

/// The brackets around a token, the nearest first.
fn around<'c>(code: &'c Code<'_>, at: usize) -> impl Iterator<Item = usize> + 'c {
    let outer = |at: usize| code.outer.get(at).copied().filter(|it| *it != NONE);
    std::iter::successors(outer(at), move |at| outer(*at)).take(MOST_AROUND)
}
