//! Errors that applications of Express hand on.

use dfix_sources::read;

/// The lines of the errors that are handed on, those of `async` functions with a star, and whether they may be answered for.
fn told(path: &str, text: &str) -> (Vec<String>, bool) {
    let source = read(path, text).unwrap();
    let line = |it: &dfix_sources::HandedError| {
        let star = if it.is_in_async { "*" } else { "" };
        format!("{}{star}", it.line)
    };
    let lines = source.handed_errors.iter().map(line).collect();
    (lines, source.answers_errors)
}

#[test]
fn errors_are_handed_on() {
    for (text, lines) in [
        (
            "app.use((req, res, next) => {\n  next(new Error('no'))\n})",
            vec!["2"],
        ),
        (
            "module.exports = (req, res, next) => load().catch(err => next(err))",
            vec!["1"],
        ),
        (
            "f(req, res); next(); next('route'); it.next(4); next(null, 3)",
            vec![],
        ),
        ("const m = store => next => action => next(action)", vec![]),
        (
            "const multer = require('multer')\nmulter({ fileFilter(req, file, cb) {\n cb(new Error('only images'), false)\n} })",
            vec!["3"],
        ),
        (
            "import cors from 'cors'\ncors({ origin: (o, callback) => callback(new Error('no')) })",
            vec!["2"],
        ),
        ("done(new Error('x'))", vec![]),
        (
            "const express = require('express')\nconst app = express()\napp.get('/a', (req, res) => {\n throw new Error('no')\n})\nthrow new Error('start')",
            vec!["4"],
        ),
        (
            "import express from 'express'\nr.post('/a', check, async function (req, res) {\n if (x) { throw new HttpError(400, 'no') }\n})",
            vec!["3*"],
        ),
        (
            "import express from 'express'\nr.post('/a', async (req, res) => {\n try { throw new Error('no') } catch (e) { res.send(e) }\n})",
            vec![],
        ),
    ] {
        assert_eq!(
            told("a.js", text),
            (lines.iter().map(|it| (*it).to_owned()).collect(), false),
            "{text}"
        );
    }
}

#[test]
fn handlers_are_seen() {
    for text in [
        "app.use((err, req, res, next) => res.send(err.message))",
        "app.use(function (error, request, response, _next) {})",
        "function onFail(e, req, res, next) { res.send(1) }",
        "const x = (_, req, res, next) => 1",
        "import { errorHandler } from './errors'; app.use(errorHandler); f(res)",
        "app.use(catchErrors()); f(res)",
        "const x = require('express-error-handler')",
        "class A { use(err, req, res, next) { } }",
    ] {
        assert!(told("a.js", text).1, "{text}");
    }
    let typed = "export const f = (err: Error, req: Request, res: Response, next: NextFunction): void => { }";
    assert!(told("a.ts", typed).1);
    for text in [
        "app.use((req, res, next) => next())",
        "f(err, req, res, next)",
        "console.log('the error handler'); f(res)",
        "const sum = (a, b, c, d) => a",
    ] {
        assert!(!told("a.js", text).1, "{text}");
    }
}
