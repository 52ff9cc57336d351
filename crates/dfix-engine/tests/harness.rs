//! The harness that rules are held to, held to something itself.

mod toys;

use dfix_engine::{Example, Rule, fixes, leaves, testing};
use toys::*;

const fn with(rule: &Rule, examples: &'static [Example]) -> Rule {
    Rule {
        id: rule.id,
        aliases: rule.aliases,
        group: rule.group,
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
