//! Labels are what whoever reads them expects.

mod formats;

use dfix_catalogue::spdx_name;
use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, fixes,
    leaves, remedy, reports,
};
use dfix_model::{Model, Pair, Stage, Step, StepKind, Word};

use formats::{FORMATS, of_oci};

pub(crate) const RULE: Rule = Rule {
    id: "label-format",
    aliases: &[
        "DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058",
    ],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "write the values of labels in the format that their keys promise",
    why: "Registries, scanners and tools for updates read labels: a time, an address or a license that is none is passed over. The \
          OCI image specification says what some of its keys hold; the options say it of others, and which labels there must be \
          or may be; `label-schema` and `strict-labels` of a `.hadolint.yaml` are read as such options. What a variable holds is not looked at, nor are labels of the base image.",
    phase: Phase::Meaning,
    check,
    options: &[
        option(
            "required",
            OptionKind::List,
            "labels that the image must have",
        ),
        option(
            "allowed",
            OptionKind::List,
            "the only labels that are set, beside those of the other options",
        ),
        option("text", OptionKind::List, "labels that are not empty"),
        option("url", OptionKind::List, "labels that are URLs"),
        option(
            "time",
            OptionKind::List,
            "labels that are times as RFC 3339 writes them",
        ),
        option(
            "license",
            OptionKind::List,
            "labels that are expressions of SPDX licenses",
        ),
        option(
            "git-hash",
            OptionKind::List,
            "labels that are hashes of commits",
        ),
        option(
            "semver",
            OptionKind::List,
            "labels that are semantic versions",
        ),
        option("email", OptionKind::List, "labels that are mail addresses"),
    ],
    examples: &[
        fixes(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.licenses=\"Apache License, Version 2.0\"\n",
            "FROM alpine:3.22\nLABEL org.opencontainers.image.licenses=Apache-2.0\n",
        ),
        reports(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.licenses=GPLv3 name=x\n",
            "GPL-3.0-only",
        ),
        reports(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.created=2026-01-31\n",
            "RFC 3339",
        ),
        reports(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.source=github.com/acme/app\n",
            "no URL",
        ),
        reports(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.url=\"\"\n",
            "is empty",
        ),
        leaves(
            "FROM alpine:3.22\nARG DATE\nLABEL org.opencontainers.image.created=$DATE version=1 url=x\n",
        ),
        leaves(
            "FROM alpine:3.22\nLABEL org.opencontainers.image.licenses=\"MIT OR Apache-2.0\" org.opencontainers.image.url=https://example.org\n",
        ),
    ],
};

const fn option(name: &'static str, kind: OptionKind, summary: &'static str) -> RuleOption {
    RuleOption {
        name,
        kind,
        summary,
    }
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let lists = |out: &Findings<'_>, name: &str, key: &str| {
        let list = out.option(name).and_then(Setting::as_list);
        list.is_some_and(|list| list.iter().any(|it| it == key))
    };
    let has_schema = out.option("allowed").is_some();
    for (step, pair) in file.stages().flat_map(labels) {
        let Some(key) = pair.key_text() else { continue };
        let format = FORMATS
            .iter()
            .find(|it| lists(out, it.option, key) || of_oci(key) == Some(it.option));
        let is_known = FORMATS.iter().any(|it| lists(out, it.option, key))
            || lists(out, "allowed", key)
            || lists(out, "required", key);
        if has_schema && !is_known {
            out.judge(
                pair,
                Safety::Safe,
                format!("`{key}` is not among the labels that are allowed"),
                |_| Err(remedy!("take it away, or add it to the option `allowed`")),
            );
        }
        let (Some(format), Some(text)) = (format, value(pair)) else {
            continue;
        };
        if (format.takes)(text) {
            continue;
        }
        let is = if text.is_empty() { "empty" } else { format.is };
        out.judge(pair, Safety::Checked, format!("`{key}` is {is}"), |case| {
            let new = spdx_name(text).filter(|_| format.option == "license");
            let (Some(new), Some(word)) = (new, pair.value()) else {
                return Err(match (format.option, text.is_empty()) {
                    (_, true) => remedy!("say what it is for, or take it away"),
                    ("license", _) => remedy!(
                        "take a name of spdx.org/licenses (`GPL-3.0-only` or `GPL-3.0-or-later`), or `LicenseRef-` and one of your own"
                    ),
                    ("time", _) => remedy!("write it as RFC 3339 does: `2026-01-31T12:00:00Z`"),
                    ("url", _) => remedy!("write all of it, with `https://`"),
                    _ => remedy!("write it so, or take it off the option `{}`", format.option),
                });
            };
            case.evidence(format!("`{new}` is its name in the list of SPDX licenses"))
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_word(word, new));
            Ok(())
        });
    }
    required(file, out);
}

/// Tells of labels that the image must have, and has not.
fn required(file: &Model<'_>, out: &mut Findings<'_>) {
    let wanted = out.option("required").and_then(Setting::as_list);
    let (Some(wanted), Some(stage)) = (wanted, file.final_stage()) else {
        return;
    };
    let wanted = wanted.to_vec();
    let set: Vec<Option<&str>> = stage
        .base_chain()
        .flat_map(labels)
        .map(|(_, pair)| pair.key_text())
        .collect();
    // Which label a variable names, only the build can tell.
    if set.contains(&None) {
        return;
    }
    for key in wanted.iter().filter(|it| !set.contains(&Some(it.as_str()))) {
        out.judge(
            stage.from_step(),
            Safety::Safe,
            format!("the label `{key}` is missing"),
            |_| Err(remedy!("set it in the last stage: `LABEL {key}=…`")),
        );
    }
}

/// The labels that a stage sets.
fn labels(stage: Stage<'_>) -> impl Iterator<Item = (Step<'_>, Pair<'_>)> {
    let steps = stage
        .steps_of(StepKind::Label)
        .filter(|it| !it.is_onbuild());
    steps.flat_map(|step| step.pairs().map(move |pair| (step, pair)))
}

/// A label's value, if it is known; `""` where there is none.
fn value(pair: Pair<'_>) -> Option<&str> {
    pair.value().map_or(Some(""), Word::value)
}
