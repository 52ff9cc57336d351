//! `dfix init`: a commented `dfix.toml`, with what a `.hadolint.yaml` beside it says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use dfix_engine::{Setting, Severity};
use serde_json::json;

use crate::config::hadolint::{Hadolint, label_option};
use crate::config::keys::{self, Kind};
use crate::exit::{Exit, Stop};
use crate::input::bounded;
use crate::rule_names::{by_id, ids};

/// What hadolint's configuration is called.
const HADOLINT: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

pub(super) fn run(folder: &Path, is_quiet: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    let file = folder.join("dfix.toml");
    let shown = file
        .strip_prefix(".")
        .unwrap_or(&file)
        .display()
        .to_string();
    if file.symlink_metadata().is_ok() {
        return Err(Stop::Message(format!(
            "{shown} is there already, and is left as it is; `dfix config show` prints what it says"
        )));
    }
    let found = HADOLINT.map(|name| folder.join(name));
    let taken = match found.iter().find(|it| it.is_file()) {
        Some(yaml) => {
            let text = bounded(yaml).map_err(|why| format!("{}: {why}", yaml.display()))?;
            let yaml = yaml.strip_prefix(".").unwrap_or(yaml);
            Taken::of(&Hadolint::of(yaml, &text).map_err(|it| it.to_string())?)
        }
        None => Taken::default(),
    };
    let text = text_of(&taken);
    let written = std::fs::File::create_new(&file).and_then(|mut it| it.write_all(text.as_bytes()));
    written.map_err(|error| format!("{shown} cannot be written: {error}"))?;
    for word in &taken.left {
        let _ = writeln!(io::stderr(), "dfix: note: {word}");
    }
    if let Some(above) = above(folder) {
        let _ = writeln!(
            io::stderr(),
            "dfix: note: {above} does not count here any more; `extends = \"{above}\"` in {shown} adds to it"
        );
    }
    if !is_quiet {
        writeln!(
            out,
            "{shown} is written; `dfix config show` prints what is in force"
        )?;
    }
    Ok(Exit::Clean)
}

/// The configuration that counted for a folder before it had its own, by a path from there.
fn above(folder: &Path) -> Option<String> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let mut around = folder.ancestors().skip(1).enumerate();
    let (up, _) = around.find(|(_, it)| it.join("dfix.toml").is_file())?;
    Some(format!("{}dfix.toml", "../".repeat(up + 1)))
}

/// What is taken from hadolint's configuration.
#[derive(Default)]
struct Taken {
    rules: BTreeMap<&'static str, Rule>,
    fail_on: Option<(Severity, String)>,
    /// What could not be taken, in sentences.
    left: Vec<String>,
}

#[derive(Default)]
struct Rule {
    is_off: bool,
    severity: Option<Severity>,
    options: BTreeMap<String, Setting>,
    /// The names that hadolint has for it.
    names: Vec<String>,
}

/// Our severity for hadolint's word.
fn severity_of(word: &str) -> Option<Severity> {
    match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" | "style" => Some(Severity::Advice),
        _ => None,
    }
}

impl Taken {
    fn of(said: &Hadolint) -> Self {
        let mut taken = Taken::default();
        let mut unknown = Vec::new();
        for name in &said.ignored {
            let known = ids(&name.it);
            if known.is_empty() {
                unknown.push(name.it.clone());
            }
            for id in known {
                let rule = taken.rules.entry(id).or_default();
                rule.is_off = true;
                rule.names.push(name.it.clone());
            }
        }
        for (name, word) in &said.severities {
            let known = ids(&name.it);
            if known.is_empty() {
                unknown.push(name.it.clone());
            }
            let severity = severity_of(word);
            if severity.is_none() {
                let place = &name.place;
                taken.left.push(format!(
                    "{place}: `{word}` is no severity that dfix knows, so nothing is taken of {}",
                    name.it
                ));
            }
            for id in known {
                let rule = taken.rules.entry(id).or_default();
                if rule.is_off {
                    taken.left.push(format!(
                        "{id} is off, as hadolint ignored {}; that {} was `{word}` is not taken",
                        rule.names.join(", "),
                        name.it
                    ));
                    continue;
                }
                // Several rules of hadolint may be one of dfix: the worst severity is taken.
                rule.severity = rule.severity.max(severity);
                rule.names.push(name.it.clone());
            }
        }
        unknown.sort();
        unknown.dedup();
        if !unknown.is_empty() {
            let names = unknown.join(", ");
            taken.left.push(format!(
                "dfix has no rules that are called {names}, so there is nothing to say of them"
            ));
        }
        for (id, options) in [
            ("label-format", said.label_options()),
            ("base-image-registry", said.registry_options()),
        ] {
            if !options.is_empty() {
                let rule = taken.rules.entry(id).or_default();
                let options = options.into_iter();
                rule.options = options.map(|(name, said)| (name, said.it)).collect();
            }
        }
        for (label, format) in &said.labels {
            if label_option(format).is_none() {
                taken.left.push(format!(
                    "{}: `{format}` is no format of labels that dfix knows, so nothing is taken of {}",
                    label.place, label.it
                ));
            }
        }
        if let Some(threshold) = &said.failure_threshold {
            let (place, word) = (&threshold.place, &threshold.it);
            match severity_of(word) {
                Some(severity) => {
                    taken.fail_on = Some((severity, format!("`failure-threshold: {word}`")));
                }
                None if word == "ignore" => {
                    let why = format!("`failure-threshold: {word}`");
                    taken.fail_on = Some((Severity::Advice, why));
                }
                None => taken.left.push(format!(
                    "{place}: `failure-threshold: {word}` is not taken; `--exit-zero` never fails"
                )),
            }
        }
        for key in &said.others {
            let instead = match key.it.as_str() {
                "no-fail" => "; `--exit-zero` does that",
                "format" => "; `--format` does that",
                "no-color" => "; `--color never` does that",
                "disable-ignore-pragma" => "; the rule inline-ignore tells such comments",
                _ => "",
            };
            taken
                .left
                .push(format!("{}: `{}` is not taken{instead}", key.place, key.it));
        }
        taken.partly_off();
        taken
    }

    /// Says where a rule goes off of which hadolint ignored only a part.
    fn partly_off(&mut self) {
        for (id, rule) in &self.rules {
            let all = by_id(id).map_or(&[][..], |it| it.aliases);
            let is_hadolint = |it: &&&str| it.starts_with("DL");
            let is_named = |it: &str| rule.names.iter().any(|name| name.eq_ignore_ascii_case(it));
            let others = all.iter().filter(is_hadolint).filter(|it| !is_named(it));
            let others: Vec<&str> = others.copied().collect();
            if rule.is_off && !others.is_empty() {
                self.left.push(format!(
                    "{id} goes off for {}, and with it what hadolint calls {}",
                    rule.names.join(", "),
                    others.join(", ")
                ));
            }
        }
    }
}

/// A value as TOML.
fn toml_of(setting: &Setting) -> String {
    let value = match setting {
        Setting::Text(text) => json!(text),
        Setting::Flag(flag) => json!(flag),
        Setting::Number(number) => json!(number),
        Setting::List(list) => json!(list),
    };
    value.to_string().replace("\",\"", "\", \"")
}

/// The file.
fn text_of(taken: &Taken) -> String {
    let mut text = String::from(
        "# What dfix does in this folder and below it. A line that begins with `# ` and a key says what holds anyway, or how it\n\
         # would be said. `dfix config show` prints what is in force, `dfix rules` lists the rules, `dfix explain RULE` their options.\n",
    );
    for key in keys::TOP {
        let example = match key.kind {
            Kind::Rules | Kind::Assume | Kind::Images | Kind::Overrides => continue,
            _ if !key.default.is_empty() => key.default,
            Kind::Versions => concat!("\">=", env!("CARGO_PKG_VERSION"), "\""),
            Kind::Paths => "\"../shared.dfix.toml\"",
            _ if key.name == "baseline" => "\"dfix-baseline.jsonl\"",
            _ => "\".\"",
        };
        let _ = writeln!(text, "\n# {}", sentence(key.summary));
        match &taken.fail_on {
            Some((severity, why)) if key.name == "fail-on" => {
                let _ = writeln!(
                    text,
                    "fail-on = \"{}\"  # {why} of hadolint",
                    severity.name()
                );
            }
            _ => {
                let _ = writeln!(text, "# {} = {example}", key.name);
            }
        }
    }
    text.push_str(
        "\n# Rules and groups of rules: \"on\", \"off\", a level for their fixes, or a table.\n[rules]\n\
         # style = \"on\"\n# run-consecutive = \"off\"\n# slim-base = \"by-hand\"\n# security = { severity = \"error\" }\n",
    );
    for (id, rule) in &taken.rules {
        let names = rule.names.join(", ");
        match (rule.is_off, rule.severity) {
            _ if !rule.options.is_empty() => {}
            (true, _) => {
                let _ = writeln!(text, "{id} = \"off\"  # {names}");
            }
            (false, Some(severity)) => {
                let severity = severity.name();
                let _ = writeln!(text, "{id} = {{ severity = \"{severity}\" }}  # {names}");
            }
            (false, None) => {}
        }
    }
    for (id, rule) in taken.rules.iter().filter(|it| !it.1.options.is_empty()) {
        let _ = writeln!(text, "\n[rules.{id}]");
        if rule.is_off {
            let _ = writeln!(text, "enabled = false  # {}", rule.names.join(", "));
        }
        if let Some(severity) = rule.severity {
            let _ = writeln!(text, "severity = \"{}\"", severity.name());
        }
        for (name, setting) in &rule.options {
            let _ = writeln!(text, "{name} = {}", toml_of(setting));
        }
    }
    text.push_str(
        "\n# What you vouch for, so that rules take it as established.\n# [assume]\n# low-ports = true\n\
         \n# What images are like that dfix cannot know.\n# [images.\"registry.example.com/team/base\"]\n# like = \"python:3.12-slim\"\n\
         \n# What counts for some paths only.\n# [[overrides]]\n# paths = [\"legacy/**\"]\n# rules = { security = \"off\" }\n",
    );
    if !taken.left.is_empty() {
        text.push_str("\n# What is otherwise than in hadolint's configuration:\n");
        for word in &taken.left {
            let _ = writeln!(text, "# - {word}");
        }
    }
    text
}

/// A summary as a sentence.
fn sentence(summary: &str) -> String {
    let mut letters = summary.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
