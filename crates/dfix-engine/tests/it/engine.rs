//! The loop and the proofs, with toy rules.

use crate::toys::*;
use dfix_engine::{Declined, Options, Outcome, Proof, Rule, Safety, add_ignores, run};
use dfix_model::context::NoContext;

fn with(text: &str, rules: &[&'static Rule]) -> Outcome {
    run(text, &NoContext, &Options::new(rules))
}

fn refusals(outcome: &Outcome) -> Vec<(&'static str, Proof)> {
    let mut all: Vec<_> = outcome
        .refused
        .iter()
        .map(|r| (r.finding.rule, r.proof))
        .collect();
    all.sort_unstable();
    all
}

const FILE: &str = "# a web service\nfrom python:3.12\n# packages\nRUN apt-get update && \\\n    # why curl\n    apt-get install -y curl\nRUN pip install flask # web\nUSER a\nCOPY <<EOF /etc/x\nbody\nEOF\nENV A=1\nCMD [\"x\"]\n";

#[test]
fn good_fixes_are_applied() {
    let outcome = with(FILE, &[&NO_CACHE, &UPPER, &PRODUCTION]);
    assert_eq!(outcome.refused, []);
    assert_eq!(
        outcome.text.to_string(),
        FILE.replace(
            "from python:3.12\n",
            "FROM python:3.12\nENV MODE=production \\\n    PATH=\"/opt/bin:$PATH\"\n"
        )
        .replace("pip install", "pip install --no-cache-dir")
    );
    assert_eq!(outcome.rounds.len(), 1, "no two of them touch");
    assert_eq!(outcome.applied().count(), 3);
    assert_eq!(
        with(&outcome.text, &[&NO_CACHE, &UPPER, &PRODUCTION]).rounds,
        []
    );
}

#[test]
fn harm_is_refused_by_name_and_the_good_is_still_done() {
    for (bad, proof) in [
        (&DROPS_COMMENT, Proof::NothingLost),
        (&SWALLOWS, Proof::Parses),
        (&CHANGES_BASE, Proof::OnlyDeclared),
        (&EDITS_HEREDOC, Proof::NothingLost),
        (&PANICS, Proof::NoPanic),
        (&PANICS_LATER, Proof::NoPanic),
        (&NEVER_DONE, Proof::Converges),
        (&FOLLOWS_ITSELF, Proof::Converges),
        (&SHAPE_LIAR, Proof::OnlyDeclared),
    ] {
        let good: &[&'static Rule] = &[&NO_CACHE, &UPPER];
        let alone = with(FILE, good);
        let outcome = with(FILE, &[bad, &NO_CACHE, &UPPER]);
        assert_eq!(&*outcome.text, &*alone.text, "{}", bad.id);
        assert!(!outcome.refused.is_empty(), "{}", bad.id);
        for refused in &outcome.refused {
            assert_eq!(refused.finding.rule, bad.id);
            assert_eq!(refused.proof, proof, "{}: {}", bad.id, refused.reason);
        }
        assert!(outcome.remaining.iter().all(|f| f.rule != bad.id));
    }
}

#[test]
fn rules_that_take_turns_are_both_refused() {
    let outcome = with(FILE, &[&A_TO_B, &B_TO_A, &NO_CACHE, &UPPER]);
    assert_eq!(
        refusals(&outcome),
        [("a-to-b", Proof::Converges), ("b-to-a", Proof::Converges)]
    );
    assert!(outcome.refused[0].reason.contains("takes turns with `"));
    assert_eq!(&*outcome.text, &*with(FILE, &[&NO_CACHE, &UPPER]).text);
}

#[test]
fn a_remark_of_the_same_cause_at_another_place_is_not_new() {
    let text = "FROM a\nRUN b\n";
    let outcome = with(text, &[&ONE_LABEL, &REMARKS]);
    assert_eq!(refusals(&outcome), []);
    assert_eq!(&*outcome.text, "FROM a\nRUN b\nLABEL a=b\n");
    let outcome = with(text, &[&ONE_LABEL, &REMARKS_ON_LABELS]);
    assert_eq!(refusals(&outcome), [("one-label", Proof::Converges)]);
}

#[test]
fn all_the_harm_at_once() {
    let outcome = with(
        FILE,
        &[
            &DROPS_COMMENT,
            &SWALLOWS,
            &CHANGES_BASE,
            &EDITS_HEREDOC,
            &PANICS,
            &SHAPE_LIAR,
            &A_TO_B,
            &B_TO_A,
            &NEVER_DONE,
            &NO_CACHE,
            &UPPER,
            &PRODUCTION,
        ],
    );
    assert_eq!(
        outcome.text,
        with(FILE, &[&NO_CACHE, &UPPER, &PRODUCTION]).text,
        "{:#?}",
        refusals(&outcome)
    );
}

#[test]
fn what_is_below_the_level_stays_with_its_fix() {
    let outcome = with(
        FILE.trim_start_matches("# a web service\n"),
        &[&UNSAFE_USER],
    );
    assert_eq!(outcome.rounds, []);
    let text = "FROM a\nCMD x\n";
    let outcome = with(text, &[&UNSAFE_USER]);
    let [finding] = &outcome.remaining[..] else {
        panic!("{outcome:?}");
    };
    let fix = finding.fix.as_ref().expect("it is offered");
    assert_eq!(fix.safety, Safety::Unsafe);
    assert_eq!(fix.unproven.len(), 1);
    let rules: &[&'static Rule] = &[&UNSAFE_USER];
    let outcome = run(
        text,
        &NoContext,
        &Options::new(rules).with_threshold(Safety::Unsafe),
    );
    assert_eq!(&*outcome.text, "FROM a\nUSER app\nCMD x\n");
}

#[test]
fn a_fix_that_is_declined_is_not_made_and_told() {
    let text = "FROM a\nRUN pip install x\nRUN pip install y\n";
    let rules: &[&'static Rule] = &[&NO_CACHE];
    let all = run(text, &NoContext, &Options::new(rules));
    let found: Vec<_> = all.applied().collect();
    let [first, second] = found[..] else {
        panic!("{all:?}");
    };
    assert!(Declined::of(first).is_of(first) && !Declined::of(first).is_of(second));
    let declined = [Declined::of(first)];
    let options = Options::new(rules).with_declined(&declined);
    let outcome = run(text, &NoContext, &options);
    let (before, after) = text.split_at(text.find("RUN pip install y").expect("it is there"));
    assert!(outcome.text.starts_with(before), "{}", outcome.text);
    assert!(!outcome.text.ends_with(after), "{}", outcome.text);
    assert!(outcome.remaining.iter().any(|it| declined[0].is_of(it)));
}

#[test]
fn the_configuration_promotes_and_demotes() {
    use dfix_engine::RuleSettings;
    let level = |rule: &str, level| {
        std::collections::BTreeMap::from([(
            rule.to_owned(),
            RuleSettings {
                level: Some(level),
                by_hand: false,
                ..RuleSettings::default()
            },
        )])
    };
    let text = "FROM a\nRUN pip install x\nCMD x\n";
    let rules: &[&'static Rule] = &[&UNSAFE_USER, &NO_CACHE];
    let settings = level("unsafe-user", Safety::Checked);
    let outcome = run(
        text,
        &NoContext,
        &Options::new(rules).with_settings(&settings),
    );
    assert!(outcome.text.contains("USER app"));
    let settings = level("no-cache", Safety::Unsafe);
    let outcome = run(
        text,
        &NoContext,
        &Options::new(rules).with_settings(&settings),
    );
    assert_eq!(&*outcome.text, text);
    assert_eq!(outcome.remaining.len(), 2);
}

#[test]
fn a_file_that_the_builder_refuses_is_left() {
    let text = "FROM a\nRUN pip install x\nNONSENSE\n";
    let outcome = with(text, &[&NO_CACHE]);
    assert_eq!(&*outcome.text, text);
    assert!(!outcome.errors.is_empty());
}

#[test]
fn ignores_are_heard_and_idle_ones_reported() {
    for text in [
        "FROM a\n# dfix: ignore=no-cache for a reason\nRUN pip install x\n",
        "FROM a\n# dfix: ignore=DL9999, other\n# more words\nRUN pip install x\n",
        "FROM a\nRUN pip install x # dfix: ignore=size\n",
        "# dfix: ignore-file=no-cache\nFROM a\nRUN pip install x\n",
        "FROM a\n# hadolint ignore=SC1,DL9999\nRUN pip install x\n",
        "# hadolint global ignore=DL9999\nFROM a\nRUN pip install x\n",
        "# check=error=true;skip=Other,ToyCheck\nFROM a\nRUN pip install x\n",
        "# check=skip=all\nFROM a\nRUN pip install x\n",
        "FROM a\n# check=skip=ToyCheck\nRUN pip install x\n",
        "FROM a\n#  check = skip=Other,ToyCheck;error=true because of this\n# and that\n\nRUN pip install x\n",
        "FROM a\n# why\n# check=error=false;skip=all\nRUN pip install x\n",
    ] {
        let outcome = with(text, &[&NO_CACHE]);
        assert_eq!(&*outcome.text, text);
        assert_eq!(outcome.remaining, [], "{text}");
    }
    let text = "FROM a\n# dfix: ignore=no-cache\nRUN x\n\n# dfix: ignore=no-cache\n\nRUN pip install x\n# dfix: ignore=unknown\nRUN y\n# hadolint ignore=DL9999\nRUN z\n";
    let outcome = with(text, &[&NO_CACHE]);
    assert_eq!(outcome.applied().count(), 1);
    let idle: Vec<_> = outcome.remaining.iter().map(|f| f.rule).collect();
    assert_eq!(idle, ["ignore-unused", "ignore-unused"]);
}

#[test]
fn hadolint_may_be_asked_for_one_stage() {
    for (text, fixes) in [
        (
            "# hadolint stage ignore=DL9999\nFROM a\nRUN pip install x\n",
            0,
        ),
        (
            "# hadolint stage  ignore = DL1, DL9999 # why\nFROM a\n\nRUN x\n# y\nRUN pip install x\nFROM b\nRUN pip install x\n",
            1,
        ),
        (
            "FROM a\nRUN pip install x\n# hadolint stage ignore=DL9999\nFROM b\nRUN pip install x\n",
            1,
        ),
        (
            "# hadolint stage ignore=DL9999\n\nFROM a\nRUN pip install x\n",
            1,
        ),
        (
            "# hadolint stageignore=DL9999\nFROM a\nRUN pip install x\n",
            1,
        ),
    ] {
        let outcome = with(text, &[&NO_CACHE]);
        assert_eq!(outcome.applied().count(), fixes, "{text}");
        assert_eq!(outcome.remaining, [], "{text}");
    }
}

#[test]
fn checks_are_skipped_for_the_next_instruction_alone() {
    for (text, fixes) in [
        (
            "FROM a\n# check=skip=ToyCheck\nRUN x\nRUN pip install x\n",
            1,
        ),
        ("FROM a\n# check=skip=ToyCheck\n#\nRUN pip install x\n", 1),
        ("FROM a\n# check=skip=Other\nRUN pip install x\n", 1),
        (
            "FROM a\n# check=skip=Other, ToyCheck\nRUN pip install x\n",
            1,
        ),
        ("FROM a\nRUN pip install \\\n# check=skip=ToyCheck\n x\n", 1),
        ("FROM a\nRUN pip install x\n# check=skip=ToyCheck\n", 1),
        (
            "FROM a\n# check=skip=ToyCheck\nRUN pip install x\n# check=skip=all\nRUN pip install y\n",
            0,
        ),
    ] {
        let outcome = with(text, &[&NO_CACHE]);
        assert_eq!(outcome.applied().count(), fixes, "{text}");
    }
}

#[test]
fn an_ignore_that_is_broken_is_told() {
    let rules: &[&'static Rule] = &[&NO_CACHE];
    for (comment, message, remedy) in [
        (
            "dfix: ignore=no-cach",
            "`no-cach` is the name of no rule",
            "did you mean `no-cache`?",
        ),
        (
            "dfix: ignore=no-cache,dl9998",
            "`dl9998` is the name",
            "did you mean `DL9999`?",
        ),
        (
            "dfix: ignore=xyzzy",
            "`xyzzy` is the name",
            "`dfix rules` lists",
        ),
        (
            "dfix: ignore",
            "no rule is named",
            "write `# dfix: ignore=RULE`",
        ),
        (
            "dfix: ignore=",
            "no rule is named",
            "write `# dfix: ignore=RULE`",
        ),
        (
            "dfix: ignore no-cache",
            "no rule is named",
            "write `# dfix: ignore=RULE`",
        ),
        (
            "dfix: ignore: no-cache",
            "ignores nothing",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix ignore=no-cache",
            "ignores nothing",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix-ignore: no-cache, DL9999",
            "ignores nothing",
            "write `# dfix: ignore=no-cache,DL9999`",
        ),
        (
            "DFIX: ignore=no-cache",
            "ignores nothing",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix: disable=no-cache",
            "ignores nothing",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix: ignore_file=no-cache",
            "ignores nothing",
            "write `# dfix: ignore-file=no-cache`",
        ),
        (
            "dfix: ignor=no-cache",
            "`ignor` is no word of dfix; did you mean `ignore`?",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix: ingore=no-cache,DL9999 why",
            "`ingore` is no word of dfix",
            "write `# dfix: ignore=no-cache,DL9999`",
        ),
        (
            "dfix: ignorefile = no-cache",
            "did you mean `ignore-file`?",
            "write `# dfix: ignore-file=no-cache`",
        ),
        (
            "dfix: Ignroe: no-cache",
            "did you mean `ignore`?",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix ingore=no-cache",
            "begins with `dfix:`",
            "write `# dfix: ignore=no-cache`",
        ),
        (
            "dfix: ignore=DL9998x no-cache",
            "`no-cache` is taken for the reason",
            "`DL9998x,no-cache`",
        ),
        (
            "dfix: ignore=size; no-cache",
            "`no-cache` is taken for the reason",
            "`size,no-cache`",
        ),
    ] {
        let text = format!("FROM a\n# {comment}\nRUN x\n");
        let options = Options::new(rules).with_known(rules);
        let outcome = run(&text, &NoContext, &options);
        let is_told = |f: &dfix_engine::Finding| {
            f.rule == "ignore-unused"
                && text[f.range] == format!("# {comment}")
                && f.message.contains(message)
                && f.remedy.as_ref().is_some_and(|it| it.contains(remedy))
        };
        assert!(
            outcome.remaining.iter().any(is_told),
            "{comment}: {:#?}",
            outcome.remaining
        );
    }
    for comment in [
        "dfix: ignore = size of the image",
        "dfix ignores what it does not know",
        "dfix: see its README",
        "dfixer: ignore=x",
        "ignore=x",
        "hadolint ignore=xyzzy",
        "dfix is asked to ignore nothing",
        "dfix: ignored by nobody",
        "dfix: store=no-cache",
        "dfix: inform=all",
    ] {
        let text = format!("FROM a\n# {comment}\nRUN pip install x\n");
        let options = Options::new(rules).with_known(rules);
        let outcome = run(&text, &NoContext, &options);
        assert_eq!(outcome.remaining, [], "{comment}");
    }
}

#[test]
fn places_are_told_in_the_text_of_the_round_and_in_the_input() {
    let text = "FROM a\nRUN pip install x\nRUN z\nCMD x\n";
    let rules: &[&'static Rule] = &[&NO_CACHE, &PRODUCTION, &UNSAFE_USER];
    let outcome = run(text, &NoContext, &Options::new(rules));
    let [finding] = &outcome.remaining[..] else {
        panic!("{:?}", outcome.remaining);
    };
    assert_eq!(&outcome.text[finding.range], "CMD x");
    assert_eq!(&text[finding.origin], "CMD x");
}

#[test]
fn a_rule_reads_its_options() {
    use dfix_engine::{RuleSettings, Setting};
    let mut settings = std::collections::BTreeMap::new();
    let rules: &[&'static Rule] = &[&NAMED];
    let text = "FROM a\nUSER root\n";
    let named = |settings: &_| {
        run(
            text,
            &NoContext,
            &Options::new(rules).with_settings(settings),
        )
        .text
    };
    assert_eq!(&*named(&settings), text);
    let options = [("name".to_owned(), Setting::Text("me".to_owned()))];
    settings.insert(
        "named".to_owned(),
        RuleSettings {
            level: None,
            by_hand: false,
            options: options.into(),
        },
    );
    assert_eq!(&*named(&settings), "FROM a\nUSER me\n");
}

/// Every Dockerfile of the repository's fixtures, changed as much as can be.
#[test]
fn fixtures_bear_every_change() {
    fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
    files(std::path::Path::new(root), &mut found);
    let mut applied = 0;
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if !name.to_lowercase().contains("dockerfile") {
            continue;
        }
        for rules in [
            &[&WORDS as &'static Rule][..],
            &[&COMMANDS],
            &[&LABELS],
            &[&WORDS, &COMMANDS, &LABELS],
        ] {
            let outcome = with(&text, rules);
            // There the body is shell text only as long as the command line and it stay this simple.
            if !path.to_string_lossy().contains("heredoc-bare-shell") {
                assert_eq!(outcome.refused, [], "{}", path.display());
            }
            let again = with(&outcome.text, rules);
            assert_eq!(&*again.text, &*outcome.text, "{}", path.display());
            assert_eq!(again.errors, outcome.errors, "{}", path.display());
            applied += outcome.applied().count();
        }
    }
    assert!(applied > 500, "{applied}");
}

#[test]
fn comments_are_added_for_what_is_found() {
    use std::sync::Arc;
    let added = |text: &str, rules: &[&'static Rule]| {
        let parsed = dfix_syntax::parse(text);
        let options = Options::new(rules);
        add_ignores(&Arc::from(text), &parsed, &NoContext, &options, " known ")
    };
    for (text, rule, after) in [
        (
            "FROM a\n  RUN pip install x && \\\n  # why\n  pip install y\nRUN z",
            &NO_CACHE,
            "FROM a\n  # dfix: ignore=no-cache known\n  RUN pip install x && \\\n  # why\n  pip install y\nRUN z",
        ),
        (
            "FROM a\r\n#hadolint ignore=DL1\r\n# hadolint  ignore = DL2\r\nRUN pip install x\r\n",
            &NO_CACHE,
            "FROM a\r\n# dfix: ignore=no-cache known\r\n#hadolint ignore=DL1\r\n# hadolint  ignore = DL2\r\nRUN pip install x\r\n",
        ),
        // What is found at no instruction.
        (
            "\u{feff}# escape=`\n#check=skip=A\n\nFROM a\n",
            &AT_DIRECTIVES,
            "\u{feff}# escape=`\n#check=skip=A\n# dfix: ignore-file=at-directives known\n\nFROM a\n",
        ),
    ] {
        let outcome = added(text, &[rule]);
        assert_eq!(&*outcome.text, after);
        assert_eq!(
            (outcome.remaining, outcome.refused),
            (vec![], vec![]),
            "{text}"
        );
        assert_eq!(outcome.rounds.len(), 1, "{text}");
        assert_eq!(added(after, &[rule]).rounds, [], "{text}");
    }
    // A rule with a fault is told, and the others are heard.
    let outcome = added("FROM a\nRUN pip install x\n", &[&PANICS, &NO_CACHE]);
    assert_eq!(refusals(&outcome), [("panics", Proof::NoPanic)]);
    assert_eq!(
        &*outcome.text,
        "FROM a\n# dfix: ignore=no-cache known\nRUN pip install x\n"
    );
}
