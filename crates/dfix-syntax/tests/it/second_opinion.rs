//! Two other parsers agree with the tree on every fixture that they accept: `dockerfile-parser` on
//! kinds, stages and images, `parse-dockerfile` on instructions and here-documents.

use dfix_syntax::ast::{AstNode, From, Instruction, source_of};
use dfix_syntax::parse;

use crate::common;

/// Where `dockerfile-parser` 0.9 is known to be wrong, with BuildKit as the judge.
const DOCKERFILE_PARSER_IS_WRONG: &[(&str, &str)] = &[
    (
        "continuation-escaped",
        "takes the second of two escape characters as a continuation",
    ),
    ("keyword-before-nbsp", "takes a no-break space for a blank"),
    (
        "keyword-case-and-indent",
        "does not take a vertical tab for a blank",
    ),
    (
        "keyword-unknown",
        "takes unknown instructions, also `FROM:`",
    ),
];

/// Where `parse-dockerfile` 0.1 is known to be wrong, with BuildKit as the judge.
const PARSE_DOCKERFILE_IS_WRONG: &[(&str, &str)] = &[
    (
        "continuation-escaped",
        "takes the second of two escape characters as a continuation",
    ),
    (
        "env-ends-with-escape",
        "takes the second of two escape characters as a continuation",
    ),
];

fn is_known(list: &[(&str, &str)], path: &str) -> bool {
    list.iter()
        .any(|(name, _)| path == format!("syntax/{name}.Dockerfile"))
}

fn image_text(from: &From) -> String {
    from.image()
        .map(|i| source_of(i.syntax()))
        .unwrap_or_default()
}

#[test]
fn dockerfile_parser_agrees() {
    let mut heard = 0;
    let mut differ = Vec::new();
    for (path, text) in common::dockerfiles("") {
        let Ok(other) = dockerfile_parser::Dockerfile::parse(&text) else {
            continue;
        };
        let ours: Vec<(String, String)> = parse(&text)
            .file()
            .instructions()
            .map(|i| match &i {
                Instruction::From(from) => ("FROM".to_owned(), image_text(from)),
                other => (other.name().to_owned(), String::new()),
            })
            .collect();
        let theirs: Vec<(String, String)> = other
            .instructions
            .iter()
            .map(|instruction| {
                use dockerfile_parser::Instruction as Other;
                let name = match instruction {
                    Other::From(from) => return ("FROM".to_owned(), from.image.content.clone()),
                    Other::Arg(_) => "ARG",
                    Other::Label(_) => "LABEL",
                    Other::Run(_) => "RUN",
                    Other::Entrypoint(_) => "ENTRYPOINT",
                    Other::Cmd(_) => "CMD",
                    Other::Copy(_) => "COPY",
                    Other::Env(_) => "ENV",
                    Other::Misc(misc) => &misc.instruction.content,
                };
                (name.to_uppercase(), String::new())
            })
            .collect();
        heard += 1;
        if (ours != theirs) != is_known(DOCKERFILE_PARSER_IS_WRONG, &path) {
            differ.push(format!("{path}: we {ours:?}, they {theirs:?}"));
        }
    }
    assert!(heard > 20, "it accepted {heard} fixtures only");
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn parse_dockerfile_agrees() {
    let mut heard = 0;
    let mut differ = Vec::new();
    for (path, text) in common::dockerfiles("") {
        let Ok(other) = parse_dockerfile::parse(&text) else {
            continue;
        };
        let ours: Vec<(String, usize)> = parse(&text)
            .file()
            .instructions()
            .map(|i| (i.name().to_owned(), i.heredocs().count()))
            .collect();
        let theirs: Vec<(String, usize)> = other.instructions.iter().map(kind).collect();
        heard += 1;
        if (ours != theirs) != is_known(PARSE_DOCKERFILE_IS_WRONG, &path) {
            differ.push(format!("{path}: we {ours:?}, they {theirs:?}"));
        }
    }
    assert!(heard > 20, "it accepted {heard} fixtures only");
    assert!(differ.is_empty(), "{differ:#?}");
}

/// The name of an instruction of `parse-dockerfile`, and how many here-documents it has.
fn kind(instruction: &parse_dockerfile::Instruction<'_>) -> (String, usize) {
    use parse_dockerfile::{Instruction as Other, Source};
    let sources = |sources: &[Source<'_>]| {
        sources
            .iter()
            .filter(|source| matches!(source, Source::HereDoc(_)))
            .count()
    };
    let (name, heredocs) = match instruction {
        Other::Add(i) => ("ADD", sources(&i.src)),
        Other::Arg(_) => ("ARG", 0),
        Other::Cmd(_) => ("CMD", 0),
        Other::Copy(i) => ("COPY", sources(&i.src)),
        Other::Entrypoint(_) => ("ENTRYPOINT", 0),
        Other::Env(_) => ("ENV", 0),
        Other::Expose(_) => ("EXPOSE", 0),
        Other::From(_) => ("FROM", 0),
        Other::Healthcheck(_) => ("HEALTHCHECK", 0),
        Other::Label(_) => ("LABEL", 0),
        Other::Maintainer(_) => ("MAINTAINER", 0),
        Other::Onbuild(_) => ("ONBUILD", 0),
        Other::Run(i) => ("RUN", i.here_docs.len()),
        Other::Shell(_) => ("SHELL", 0),
        Other::Stopsignal(_) => ("STOPSIGNAL", 0),
        Other::User(_) => ("USER", 0),
        Other::Volume(_) => ("VOLUME", 0),
        Other::Workdir(_) => ("WORKDIR", 0),
        _ => ("?", 0),
    };
    (name.to_owned(), heredocs)
}

/// The lists above name fixtures that exist.
#[test]
fn known_disagreements_are_fixtures() {
    let paths: Vec<String> = common::dockerfiles("syntax")
        .into_iter()
        .map(|f| f.0)
        .collect();
    for (name, reason) in DOCKERFILE_PARSER_IS_WRONG
        .iter()
        .chain(PARSE_DOCKERFILE_IS_WRONG)
    {
        let path = format!("syntax/{name}.Dockerfile");
        assert!(paths.contains(&path), "{path} ({reason})");
    }
}
