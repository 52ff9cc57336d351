//! The harness that rules are held to, held to something itself.

use crate::toys::*;
use dfix_engine::{
    Example, Findings, OpenCondition, Rule, Safety, fixes, leaves, remedy, reports, testing,
};
use dfix_model::Model;

const fn with(rule: &Rule, examples: &'static [Example]) -> Rule {
    Rule {
        id: rule.id,
        aliases: rule.aliases,
        groups: rule.groups,
        severity: rule.severity,
        summary: rule.summary,
        why: rule.why,
        phase: rule.phase,
        check: rule.check,
        options: rule.options,
        examples,
    }
}

static GOOD: Rule = with(
    &NO_CACHE,
    &[
        fixes(
            "FROM a\nRUN pip install x # y\n",
            "FROM a\nRUN pip install --no-cache-dir x # y\n",
        )
        .that_says("keeps a cache"),
        fixes(
            "FROM a\nRUN a && \\\n    # why\n    pip install x && \\\n    b\nCMD x\n",
            "FROM a\nRUN a && \\\n    # why\n    pip install --no-cache-dir x && \\\n    b\nCMD x\n",
        ),
        fixes(
            "FROM a\nRUN <<EOF\npip install x \\\n  y\nEOF\n",
            "FROM a\nRUN <<EOF\npip install --no-cache-dir x \\\n  y\nEOF\n",
        ),
        leaves("FROM a\nRUN pip install --no-cache-dir x\n"),
    ],
);

static INSERTS: Rule = with(
    &PRODUCTION,
    &[
        fixes(
            "FROM a\n# note\nRUN x\n",
            "FROM a\nENV MODE=production \\\n    PATH=\"/opt/bin:$PATH\"\n# note\nRUN x\n",
        )
        .that_says("nothing sets MODE"),
        fixes(
            "FROM a\n\nRUN x\n\nRUN y\n\nCMD z",
            "FROM a\n\nENV MODE=production \\\n    PATH=\"/opt/bin:$PATH\"\n\nRUN x\n\nRUN y\n\nCMD z",
        ),
        fixes(
            "FROM a",
            "FROM a\nENV MODE=production \\\n    PATH=\"/opt/bin:$PATH\"",
        ),
        leaves("FROM a\nENV MODE=x\n"),
    ],
);

static KEYWORDS: Rule = with(&UPPER, &[fixes("from a\nrun b\n", "FROM a\nRUN b\n")]);

static WRONG: Rule = with(
    &NO_CACHE,
    &[
        fixes("FROM a\nRUN pip install x\n", "FROM a\nRUN pip x\n"),
        fixes(
            "FROM a\nRUN pip install x\n",
            "FROM a\nRUN pip install --no-cache-dir x\n",
        )
        .that_says("something else"),
        leaves("FROM a\nRUN pip install x\n"),
    ],
);

fn tells_of_curl(file: &Model<'_>, out: &mut Findings<'_>) {
    for curl in file.commands().filter(|c| c.is("curl")) {
        out.judge(curl, Safety::Safe, "curl is called", |case| {
            if curl.has_arg("-f") {
                return Err(remedy!("see what `{}` answers", "curl -f"));
            }
            if !curl.has_arg("-k") {
                case.evidence("it asks for no -f")
                    .open(Vec::<OpenCondition>::new());
            }
            Ok(())
        });
    }
}

static REPORTS: Rule = with(
    &Rule {
        check: tells_of_curl,
        ..NO_CACHE
    },
    &[
        reports(
            "FROM a\nRUN curl -f x && \\\n    b\n",
            "see what `curl -f` answers",
        ),
        leaves("FROM a\nRUN wget x\n"),
    ],
);

static IDLE: Rule = with(
    &Rule {
        check: tells_of_curl,
        ..NO_CACHE
    },
    &[leaves("FROM a\nRUN curl x\n")],
);

static NOT_BY_HAND: Rule = with(
    &NO_CACHE,
    &[
        reports("FROM a\nRUN pip install x\n", "keeps a cache"),
        reports("FROM a\nRUN x\n", ""),
    ],
);

#[test]
fn reports_without_a_fix_hold_and_everything_else_is_told() {
    assert_eq!(testing::check(&REPORTS), Ok(()));
    let wrong = testing::check(&IDLE).unwrap_err();
    assert!(wrong.contains("neither a fix nor a remedy"), "{wrong}");
    let wrong = testing::check(&NOT_BY_HAND).unwrap_err();
    for part in [
        "+ RUN pip install --no-cache-dir x",
        "example 2: nothing is reported",
    ] {
        assert!(wrong.contains(part), "{part} is not in\n{wrong}");
    }
}

#[test]
fn good_examples_hold() {
    for rule in [&GOOD, &INSERTS, &KEYWORDS] {
        if let Err(wrong) = testing::check(rule) {
            panic!("{wrong}");
        }
    }
}

#[test]
fn wrong_examples_are_told() {
    let wrong = testing::check(&WRONG).unwrap_err();
    for part in [
        "no-cache, example 1: the result is not as told",
        "- RUN pip x",
        "+ RUN pip install --no-cache-dir x",
        "example 2: nothing says `something else`",
        "example 3",
        "with CRLF",
    ] {
        assert!(wrong.contains(part), "{part} is not in\n{wrong}");
    }
}
