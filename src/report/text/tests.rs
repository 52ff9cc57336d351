//! What people see, of a made-up outcome.

#![allow(clippy::unwrap_used)]

use dfix_engine::{
    Effect, Finding, Fix, OpenCondition, Outcome, Proof, Refused, Round, Safety, TextEdit,
};
use dfix_syntax::{TextRange, TextSize};
use serde_json::Value;

use crate::cli::Format;
use crate::report::{Mode, PatchNames, Printer, Wanted};
use crate::runner::FileReport;

const BEFORE: &str = "FROM python:3.11\nRUN pip install -r requirements.txt \\\n  && true\nRUN cd /x\nCMD [\"python\"]\n";

const AFTER: &str = "FROM python:3.11-slim\nRUN pip install --no-cache-dir -r requirements.txt \\\n  && true\nRUN cd /x\nCMD [\"python\"]\n";

fn range_of(part: &str, text: &str) -> TextRange {
    let start = text.find(part).unwrap();
    let at = |offset: usize| TextSize::try_from(offset).unwrap();
    TextRange::new(at(start), at(start + part.len()))
}

fn finding(rule: &'static str, part: &str, message: &str) -> Finding {
    Finding {
        rule,
        range: range_of(part, BEFORE),
        origin: range_of(part, BEFORE),
        message: message.to_owned(),
        remedy: None,
        fix: None,
    }
}

fn fix(safety: Safety, part: &str, text: &str, evidence: &[&str]) -> Fix {
    Fix {
        safety,
        effects: vec![Effect::BaseImage { stage: 0 }],
        evidence: evidence.iter().map(|it| (*it).to_owned()).collect(),
        unproven: Vec::new(),
        edits: vec![TextEdit {
            range: range_of(part, BEFORE),
            text: text.to_owned(),
        }],
    }
}

fn file() -> FileReport {
    let mut slim = finding(
        "toy-base",
        "python:3.11",
        "the image carries tools that nothing here uses",
    );
    let evidence = [
        "tag 3.11-slim exists and is maintained",
        "no command needs curl, git, gcc, make",
    ];
    slim.fix = Some(fix(
        Safety::Checked,
        "python:3.11",
        "python:3.11-slim",
        &evidence,
    ));
    let mut cache = finding(
        "toy-cache",
        "RUN pip install -r requirements.txt \\\n  && true",
        "pip keeps its downloads in the layer",
    );
    cache.fix = Some(fix(Safety::Safe, "install", "install --no-cache-dir", &[]));
    let mut user = finding("toy-user", "CMD", "the process runs as root");
    let mut withheld = fix(Safety::Unsafe, "CMD", "USER appuser\nCMD", &[]);
    withheld.edits[0].range = range_of("CMD", AFTER);
    user.range = range_of("CMD", AFTER);
    withheld.unproven.push(OpenCondition {
        condition: "whether the program writes to /x".to_owned(),
        remedy: "say `writes-outside = false` under [assume]".to_owned(),
    });
    user.fix = Some(withheld);
    let mut workdir = finding("toy-workdir", "cd /x", "`cd` lasts for one RUN only");
    workdir.range = range_of("cd /x", AFTER);
    workdir.remedy = Some("use WORKDIR where the rest of the stage wants it".to_owned());
    let mut shape = finding("toy-runs", "RUN cd /x", "two layers where one would do");
    shape.fix = Some(fix(Safety::Safe, "RUN cd", "&& cd", &[]));
    FileReport {
        path: "app/Dockerfile".into(),
        before: BEFORE.into(),
        matches: Vec::new(),
        notes: Vec::new(),
        weights: crate::select::Weights::default(),
        misconfigured: None,
        known: Vec::new(),
        is_left: false,
        stands_for: 1,
        outcome: Some(Outcome {
            text: AFTER.into(),
            rounds: vec![Round {
                before: BEFORE.into(),
                applied: vec![slim, cache],
            }],
            remaining: vec![workdir, user],
            refused: vec![Refused {
                finding: shape,
                proof: Proof::OnlyDeclared,
                reason: "the working directory of a later command would change".to_owned(),
            }],
            errors: Vec::new(),
        }),
        errors: Vec::new(),
    }
}

fn printed(color: bool, mode: Mode) -> String {
    in_format(Format::Text, color, mode)
}

fn in_format(format: Format, color: bool, mode: Mode) -> String {
    in_width(None, format, color, mode)
}

fn in_width(width: Option<usize>, format: Format, color: bool, mode: Mode) -> String {
    let files = [file()];
    let wanted = Wanted {
        mode,
        patches: false,
        names: PatchNames::relative().into(),
        color,
        width,
        statistics: true,
    };
    let mut out = Vec::new();
    let printer = Printer::new(format, wanted);
    printer.all(&files, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_without_colour() {
    let text = printed(false, Mode::Check);
    assert!(!text.contains('\u{1b}'));
    insta::assert_snapshot!(text);
}

#[test]
fn colour_changes_no_word() {
    let text = printed(true, Mode::Check);
    let mut plain = String::new();
    let mut parts = text.split('\u{1b}');
    plain.push_str(parts.next().unwrap());
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    assert_eq!(plain, printed(false, Mode::Check));
}

#[test]
fn on_a_terminal_lines_are_as_wide_as_that() {
    let words = |text: &str| -> Vec<String> {
        let words = text.split_whitespace().filter(|it| *it != "|");
        words.map(str::to_owned).collect()
    };
    let text = in_width(Some(64), Format::Text, false, Mode::Check);
    let sentences = text
        .lines()
        .filter(|it| it.contains(" = ") || it.contains("]: ") || it.starts_with("      "));
    for line in sentences {
        assert!(line.chars().count() <= 64, "{line}");
    }
    let whole = printed(false, Mode::Check);
    assert!(text.lines().count() > whole.lines().count(), "{text}");
    let (mut narrow, mut wide) = (words(&text), words(&whole));
    narrow.sort_unstable();
    wide.sort_unstable();
    assert_eq!(narrow, wide);
}

#[test]
fn after_a_rewrite_what_remains_stands_in_the_new_text() {
    let text = printed(false, Mode::Fix);
    assert!(text.contains("fix[toy-base]"), "{text}");
    assert!(
        text.contains("2 findings fixed (1 safe, 1 checked) in 1 file, 1 unsafe"),
        "{text}"
    );
}

#[test]
fn every_format_says_the_same_word_for_a_status() {
    const STATUSES: [(&str, &str, &str); 5] = [
        ("fix", "toy-base", "the image carries tools"),
        ("fix", "toy-cache", "pip keeps its downloads"),
        ("unsafe", "toy-user", "the process runs as root"),
        ("by hand", "toy-workdir", "`cd` lasts for one RUN only"),
        ("refused", "toy-runs", "two layers where one would do"),
    ];
    for mode in [Mode::Check, Mode::Diff, Mode::Fix] {
        let text = in_format(Format::Text, false, mode);
        let concise = in_format(Format::Concise, false, mode);
        let github = in_format(Format::Github, false, mode);
        let parsed = |format| in_format(format, false, mode).parse::<Value>().unwrap();
        let (json, sarif, gitlab) = (
            parsed(Format::Json),
            parsed(Format::Sarif),
            parsed(Format::Gitlab),
        );
        let of_rule = |list: &Value, key: &str, rule: &str| {
            let list = list.as_array().unwrap().clone();
            list.into_iter().find(|it| it[key] == rule).unwrap()
        };
        for (word, rule, message) in STATUSES {
            assert!(
                text.contains(&format!("{word}[{rule}]: {message}")),
                "{text}"
            );
            let line = concise.lines().find(|it| it.contains(rule)).unwrap();
            let (_, said) = line.split_once(": ").unwrap();
            assert!(said.starts_with(&format!("{word} ")), "{line}");
            assert!(
                github.contains(&format!("title={word}[{rule}]::{message}")),
                "{github}"
            );
            assert_eq!(
                of_rule(&json["files"][0]["findings"], "rule", rule)["status"],
                word
            );
            let result = of_rule(&sarif["runs"][0]["results"], "ruleId", rule);
            assert_eq!(result["properties"]["status"], word);
            let issue = of_rule(&gitlab, "check_name", rule)["description"].clone();
            let issue = issue.as_str().unwrap().to_owned();
            assert!(issue.starts_with(&format!("{word}: {message}")), "{issue}");
        }
        assert_eq!(json["summary"]["findings"]["by hand"], 1);
    }
}
