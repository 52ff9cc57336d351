use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use dfix_engine::{Options, Outcome};
use dfix_model::context::NoContext;

use super::Asking;
use super::terminal::Talk;
use crate::runner::Decides as _;

const TEXT: &str = "FROM python:3.12-slim\nRUN pip install a\nRUN apt-get update && apt-get install -y curl\nRUN pip install b\n";

/// Somebody who answers these words, and keeps what was shown.
struct Script {
    answers: VecDeque<&'static str>,
    shown: Arc<Mutex<String>>,
}

impl Talk for Script {
    fn say(&mut self, text: &str) {
        self.shown.lock().unwrap().push_str(text);
    }

    fn hear(&mut self) -> Option<String> {
        self.answers.pop_front().map(|it| format!("{it}\n"))
    }
}

/// What becomes of the files, each the same text, where these words are answered; and what was shown.
fn settled(text: &str, files: usize, answers: &'static str) -> (Vec<Outcome>, String) {
    let shown = Arc::default();
    let script = Script {
        answers: answers.split(' ').collect(),
        shown: Arc::clone(&shown),
    };
    let asking = Asking::new(Box::new(script), false);
    let rules: Vec<_> = dfix_rules::ALL
        .iter()
        .copied()
        .filter(|it| {
            ["pip-no-cache-dir", "apt-no-recommends", "apt-lists-cleanup"].contains(&it.id)
        })
        .collect();
    let options = Options::new(&rules);
    let outcomes = (0..files).map(|number| {
        asking.decide(Path::new(&format!("{number}/Dockerfile")), &|declined| {
            let options = options.clone().with_declined(declined);
            dfix_engine::run(text, &NoContext, &options)
        })
    });
    let outcomes = outcomes.collect();
    asking.tell_end();
    let shown = shown.lock().unwrap().clone();
    (outcomes, shown)
}

fn text_of(outcome: &Outcome) -> Vec<&str> {
    outcome.text.lines().skip(1).collect()
}

#[test]
fn each_fix_is_a_question() {
    let (outcomes, shown) = settled(TEXT, 1, "y n y y");
    assert_eq!(
        text_of(&outcomes[0]),
        [
            "RUN pip install --no-cache-dir a",
            "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
            "RUN pip install --no-cache-dir b"
        ],
        "{shown}"
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_declined_is_told_and_not_fixed() {
    let (outcomes, _) = settled(TEXT, 1, "n n n n");
    assert_eq!(*outcomes[0].text, *TEXT);
    assert_eq!(outcomes[0].remaining.len(), 4);
    for finding in &outcomes[0].remaining {
        assert_eq!(finding.fix, None);
        let remedy = finding.remedy.as_deref().unwrap_or_default();
        assert!(remedy.contains("declined"), "{remedy}");
    }
}

#[test]
fn an_answer_may_be_for_a_rule_in_all_files() {
    let fixed = |outcome: &Outcome| outcome.text.matches("--no-cache-dir").count();
    // The first question is about pip; then two about apt in each file.
    let (outcomes, shown) = settled(TEXT, 2, "a n n n n");
    assert_eq!(
        [fixed(&outcomes[0]), fixed(&outcomes[1])],
        [2, 2],
        "{shown}"
    );
    assert_eq!(shown.matches("Make this change?").count(), 5);
    let (outcomes, shown) = settled(TEXT, 2, "d y y y y");
    assert_eq!(
        [fixed(&outcomes[0]), fixed(&outcomes[1])],
        [0, 0],
        "{shown}"
    );
    assert!(outcomes.iter().all(|it| it.text.contains("rm -rf")));
}

#[test]
fn an_answer_may_be_for_a_file() {
    let all = settled(TEXT, 1, "y y y y").0.remove(0).text;
    let (outcomes, shown) = settled(TEXT, 3, "A D n A");
    let texts: Vec<&str> = outcomes.iter().map(|it| &*it.text).collect();
    assert_eq!(texts[0], &*all, "{shown}");
    assert_eq!(texts[1], TEXT);
    assert_eq!(text_of(&outcomes[2])[0], "RUN pip install a");
    assert!(texts[2].contains("pip install --no-cache-dir b"));
}

#[test]
fn who_stops_keeps_what_was_agreed_to() {
    for answers in ["y q", "y"] {
        let (outcomes, shown) = settled(TEXT, 2, answers);
        assert_eq!(outcomes[0].text.matches("--no-").count(), 1, "{shown}");
        assert_eq!(*outcomes[1].text, *TEXT);
        assert!(
            shown.ends_with("dfix: 1 change agreed to, in 1 file; 7 declined\n"),
            "{shown}"
        );
    }
}

#[test]
fn what_is_no_answer_is_answered_with_help() {
    let (_, shown) = settled(TEXT, 1, "x ? e q");
    assert_eq!(
        shown.matches("y - make this change\n").count(),
        2,
        "{shown}"
    );
    assert!(
        shown.contains("pip-no-cache-dir: pass `--no-cache-dir`"),
        "{shown}"
    );
}

#[test]
fn nothing_of_a_file_can_drive_the_terminal() {
    let text = TEXT.replace("install a", "install a # \u{1b}[2J");
    let (_, shown) = settled(&text, 1, "q");
    assert!(
        !shown.contains('\u{1b}') && shown.contains("[2J"),
        "{shown}"
    );
}
