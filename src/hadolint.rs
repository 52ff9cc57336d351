//! What is read of hadolint's configuration: the rules that it ignores, the registries that it trusts, and its schema of labels.

use std::collections::BTreeMap;

use dfix_engine::Setting;

/// What a `.hadolint.yaml` says.
#[derive(Debug, Default)]
pub(crate) struct Hadolint {
    /// Names that it ignores; most are none of ours.
    pub(crate) ignored: Vec<String>,
    /// What it says of labels, as options of `label-format`.
    pub(crate) labels: BTreeMap<String, Setting>,
    /// The registries that it trusts.
    pub(crate) trusted_registries: Vec<String>,
}

impl Hadolint {
    /// What this text says.
    pub(crate) fn of(yaml: &str) -> Self {
        Hadolint {
            ignored: ignored(yaml),
            labels: labels(yaml),
            trusted_registries: trusted_registries(yaml),
        }
    }
}

/// The names under `ignored` at the top of a `.hadolint.yaml`.
fn ignored(yaml: &str) -> Vec<String> {
    list(yaml, "ignored")
}

/// The registries under `trustedRegistries` at the top of a `.hadolint.yaml`.
fn trusted_registries(yaml: &str) -> Vec<String> {
    list(yaml, "trustedRegistries")
}

/// What stands under a key at the top, as a block or a flow list. It is read tolerantly: what is not such a list says nothing,
/// since the file is not ours to judge.
fn list(yaml: &str, wanted: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    let mut flow = false;
    for line in yaml.lines() {
        let line = without_comment(line);
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let starts_at_edge = !line.starts_with([' ', '\t', '-']);
        if !flow && starts_at_edge {
            let (key, value) = text.split_once(':').unwrap_or((text, ""));
            inside = unquoted(key.trim()) == wanted;
            if inside && value.trim_start().starts_with('[') {
                flow = !flow_items(value, &mut names);
            }
        } else if flow {
            flow = !flow_items(text, &mut names);
        } else if let Some(item) = text.strip_prefix('-').filter(|_| inside) {
            push(item, &mut names);
        }
    }
    names
}

/// The options of `label-format` that say what `label-schema` and `strict-labels` say.
fn labels(yaml: &str) -> BTreeMap<String, Setting> {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut inside = false;
    for line in yaml.lines().map(without_comment) {
        let Some((key, value)) = line.trim().split_once(':') else {
            continue;
        };
        let (key, value) = (unquoted(key.trim()), unquoted(value.trim()));
        if !line.starts_with([' ', '\t', '-']) {
            inside = key == "label-schema";
            if key == "strict-labels" && value == "true" {
                lists.entry("allowed").or_default();
            }
            continue;
        }
        let option = match value {
            "text" | "" => "text",
            "url" => "url",
            "rfc3339" => "time",
            "spdx" => "license",
            "hash" => "git-hash",
            "semver" => "semver",
            "email" => "email",
            _ => continue,
        };
        if inside {
            for name in ["required", option] {
                lists.entry(name).or_default().push(key.to_owned());
            }
        }
    }
    let lists = lists.into_iter();
    lists
        .map(|(name, keys)| (name.to_owned(), Setting::List(keys)))
        .collect()
}

/// Takes the items of a stretch of a flow list; whether the list ends in it.
fn flow_items(text: &str, names: &mut Vec<String>) -> bool {
    let (items, closed) = match text.split_once(']') {
        Some((items, _)) => (items, true),
        None => (text, false),
    };
    for item in items.trim().trim_start_matches('[').split(',') {
        push(item, names);
    }
    closed
}

fn push(item: &str, names: &mut Vec<String>) {
    let name = unquoted(item.trim());
    if !name.is_empty() {
        names.push(name.to_owned());
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// A line without its comment: `#` at its start or after a blank.
fn without_comment(line: &str) -> &str {
    let starts = |at: &usize| *at == 0 || line[..*at].ends_with([' ', '\t']);
    match line.match_indices('#').map(|(at, _)| at).find(starts) {
        Some(at) => &line[..at],
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{ignored, labels, trusted_registries};

    #[test]
    fn block_and_flow_lists() {
        for yaml in [
            "ignored:\n  - DL3008\n  - SC2086\n",
            "# x\nfailure-threshold: error\nignored:\n- DL3008 # apt\n- 'SC2086'\noverride:\n  error:\n    - DL3000\n",
            "ignored: [DL3008, \"SC2086\"]\ntrustedRegistries:\n  - docker.io\n",
            "\"ignored\": [DL3008,\n  SC2086\n]\nlabel-schema:\n  author: text\n",
            "---\r\nignored:\r\n    - DL3008\r\n    - SC2086\r\n",
        ] {
            assert_eq!(ignored(yaml), ["DL3008", "SC2086"], "{yaml}");
        }
    }

    #[test]
    fn registries() {
        let yaml = "ignored: [DL3008]\ntrustedRegistries:\n  - docker.io\n  - \"*.example.org:5000\" # ours\noverride:\n  - x\n";
        assert_eq!(
            trusted_registries(yaml),
            ["docker.io", "*.example.org:5000"]
        );
        assert!(trusted_registries("ignored: [DL3008]\n").is_empty());
    }

    #[test]
    fn a_schema_of_labels() {
        let yaml = "label-schema: # ours\n  maintainer: email\n  'org.acme.rev': hash\n  name: text\n  x: nothing\nstrict-labels: true\nother:\n  y: text\n";
        let said: Vec<String> = labels(yaml)
            .into_iter()
            .map(|(name, setting)| format!("{name}={}", setting.as_list().unwrap_or(&[]).join(",")))
            .collect();
        assert_eq!(
            said,
            [
                "allowed=",
                "email=maintainer",
                "git-hash=org.acme.rev",
                "required=maintainer,org.acme.rev,name",
                "text=name"
            ]
        );
        assert!(labels("ignored:\n  - DL3000\n").is_empty());
    }

    #[test]
    fn other_lists_say_nothing() {
        assert!(ignored("override:\n  ignored:\n  warning:\n    - DL3008\n").is_empty());
        assert!(ignored("ignored:\nfoo: [a]\n").is_empty());
    }
}
