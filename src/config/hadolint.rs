//! What is read of hadolint's configuration: the rules that it ignores, the registries that it trusts, and its schema of labels.
//!
//! The rest of it is read for `dfix init`, which writes it down in dfix's own words.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dfix_engine::Setting;
use dfix_launch::yaml::{Node, documents};

use super::merged::{Layer, RuleConfig};
use super::said::{ConfigError, Place, Said};

/// The severities from which on hadolint may fail.
const THRESHOLDS: [&str; 6] = ["error", "warning", "info", "style", "ignore", "none"];

/// What a `.hadolint.yaml` says.
#[derive(Debug, Default)]
pub(crate) struct Hadolint {
    /// Names that it ignores; most are none of ours.
    pub(crate) ignored: Vec<Said<String>>,
    /// The labels of its schema, each with the word for its format.
    pub(crate) labels: Vec<(Said<String>, String)>,
    /// Whether other labels are wrong.
    pub(crate) strict_labels: Option<Said<bool>>,
    /// The registries that it trusts.
    pub(crate) trusted_registries: Vec<Said<String>>,
    /// The severities that it gives to rules, by hadolint's words.
    pub(crate) severities: Vec<(Said<String>, String)>,
    /// The severity from which on it fails, by hadolint's word.
    pub(crate) failure_threshold: Option<Said<String>>,
    /// The keys that say something else.
    pub(crate) others: Vec<Said<String>>,
}

/// The option of `label-format` for a word of hadolint's schema.
pub(crate) fn label_option(word: &str) -> Option<&'static str> {
    Some(match word {
        "text" | "rawtext" | "" => "text",
        "url" => "url",
        "rfc3339" => "time",
        "spdx" => "license",
        "hash" => "git-hash",
        "semver" => "semver",
        "email" => "email",
        _ => return None,
    })
}

impl Hadolint {
    /// What this text says; fails where hadolint itself would not take it.
    pub(crate) fn of(file: &Path, yaml: &str) -> Result<Self, ConfigError> {
        let reader = Reader {
            file: Arc::from(file),
        };
        let documents = documents(yaml)
            .map_err(|it| reader.error(it.line, format!("this is not YAML: {}", it.message)))?;
        let mut said = Hadolint::default();
        let Some(top) = documents.first().filter(|it| !it.is_null()) else {
            return Ok(said);
        };
        if !top.is_map() {
            let message =
                "this is no configuration of hadolint: keys such as `ignored:` are missing";
            return Err(reader.error(top.line, message));
        }
        for (key, value) in top.entries() {
            let line = top.line_of(key);
            match key {
                _ if value.is_null() => {}
                "ignored" => said.ignored = reader.list(key, value, line)?,
                "trustedRegistries" => said.trusted_registries = reader.list(key, value, line)?,
                "label-schema" if !value.is_map() => {
                    let message =
                        "`label-schema` holds labels, each with its format: `author: email`";
                    return Err(reader.error(line, message));
                }
                "label-schema" => {
                    for (label, format) in value.entries() {
                        let label = reader.said(value.line_of(label), label.to_owned());
                        let format = format.text().unwrap_or_default();
                        said.labels.push((label, format.to_lowercase()));
                    }
                }
                "strict-labels"
                    if !["true", "false"].contains(&value.text().unwrap_or_default()) =>
                {
                    return Err(reader.error(line, "`strict-labels` is true or false"));
                }
                "strict-labels" => said.strict_labels = Some(reader.said(line, value.is_true())),
                "override" => {
                    for (severity, rules) in value.entries() {
                        let line = value.line_of(severity);
                        for rule in reader.list(severity, rules, line)? {
                            said.severities.push((rule, severity.to_owned()));
                        }
                    }
                }
                "failure-threshold" => {
                    let word = value.text().unwrap_or_default();
                    if !THRESHOLDS.contains(&word.to_lowercase().as_str()) {
                        let all = THRESHOLDS.join("`, `");
                        let message = format!("`failure-threshold` is one of `{all}`");
                        return Err(reader.error(line, message));
                    }
                    said.failure_threshold = Some(reader.said(line, word.to_lowercase()));
                }
                "no-fail" | "no-color" | "disable-ignore-pragma"
                    if !["true", "false"].contains(&value.text().unwrap_or_default()) =>
                {
                    return Err(reader.error(line, format!("`{key}` is true or false")));
                }
                other => said.others.push(reader.said(line, other.to_owned())),
            }
        }
        Ok(said)
    }

    /// What it says of our rules.
    pub(crate) fn layer(&self) -> Layer {
        let mut layer: Layer = Vec::new();
        for name in &self.ignored {
            let off = RuleConfig {
                on: Some(Said {
                    it: false,
                    place: name.place.clone(),
                }),
                ..RuleConfig::default()
            };
            layer.push((name.it.clone(), off));
        }
        let rules = [
            ("label-format", self.label_options()),
            ("base-image-registry", self.registry_options()),
        ];
        for (name, options) in rules {
            if !options.is_empty() {
                let rule = RuleConfig {
                    options,
                    ..RuleConfig::default()
                };
                layer.push((name.to_owned(), rule));
            }
        }
        layer
    }

    /// The options of `label-format` that say what `label-schema` and `strict-labels` say.
    pub(crate) fn label_options(&self) -> BTreeMap<String, Said<Setting>> {
        let mut lists: BTreeMap<&str, (Vec<String>, Place)> = BTreeMap::new();
        if let Some(strict) = self.strict_labels.as_ref().filter(|it| it.it) {
            lists.insert("allowed", (Vec::new(), strict.place.clone()));
        }
        for (label, format) in &self.labels {
            let Some(option) = label_option(format) else {
                continue;
            };
            for name in ["required", option] {
                let list = lists.entry(name);
                let list = list.or_insert_with(|| (Vec::new(), label.place.clone()));
                list.0.push(label.it.clone());
            }
        }
        let lists = lists.into_iter();
        lists
            .map(|(name, (keys, place))| {
                let it = Setting::List(keys);
                (name.to_owned(), Said { it, place })
            })
            .collect()
    }

    /// The option of `base-image-registry` that says which registries are trusted.
    pub(crate) fn registry_options(&self) -> BTreeMap<String, Said<Setting>> {
        let Some(first) = self.trusted_registries.first() else {
            return BTreeMap::new();
        };
        let all = self.trusted_registries.iter().map(|it| it.it.clone());
        let allowed = Said {
            it: Setting::List(all.collect()),
            place: first.place.clone(),
        };
        BTreeMap::from([("allowed".to_owned(), allowed)])
    }
}

struct Reader {
    file: Arc<Path>,
}

impl Reader {
    fn error(&self, line: usize, message: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.file.to_path_buf(),
            place: Some((line, 1)),
            message: message.into(),
        }
    }

    fn said<T>(&self, line: usize, it: T) -> Said<T> {
        let file = Arc::clone(&self.file);
        Said {
            it,
            place: Place { file, line },
        }
    }

    /// The texts of a list.
    fn list(&self, key: &str, value: &Node, line: usize) -> Result<Vec<Said<String>>, ConfigError> {
        let wrong = || self.error(line, format!("`{key}` is a list: write `{key}: [A, B]`"));
        if value.is_null() {
            return Ok(Vec::new());
        }
        let items = value.list().ok_or_else(wrong)?.iter();
        items
            .map(|it| {
                let text = it.text().ok_or_else(wrong)?;
                Ok(self.said(it.line, text.to_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Hadolint;

    fn read(yaml: &str) -> Result<Hadolint, String> {
        Hadolint::of(Path::new("/x/.hadolint.yaml"), yaml).map_err(|it| it.to_string())
    }

    fn ignored(yaml: &str) -> Vec<String> {
        let said = read(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        said.ignored.into_iter().map(|it| it.it).collect()
    }

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
        let yaml = "ignored: [DL3008]\ntrustedRegistries:\n  - docker.io\n  - \"*.example.org:5000\" # ours\noverride:\n  error: [x]\n";
        let said = read(yaml).unwrap();
        let places = said.trusted_registries.iter();
        let places: Vec<_> = places.map(|it| (it.it.as_str(), it.place.line)).collect();
        assert_eq!(places, [("docker.io", 3), ("*.example.org:5000", 4)]);
        assert_eq!(said.severities[0].1, "error");
        let none = read("ignored: [DL3008]\n").unwrap();
        assert!(none.registry_options().is_empty());
    }

    #[test]
    fn a_schema_of_labels() {
        let yaml = "label-schema: # ours\n  maintainer: email\n  'org.acme.rev': hash\n  name: text\n  x: nothing\nstrict-labels: true\nother:\n  y: text\n";
        let said = read(yaml).unwrap();
        assert_eq!(said.others[0].it, "other");
        let said: Vec<String> = said
            .label_options()
            .into_iter()
            .map(|(name, said)| format!("{name}={}", said.it.as_list().unwrap_or(&[]).join(",")))
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
    }

    #[test]
    fn other_lists_say_nothing() {
        assert!(ignored("override:\n  ignored:\n  warning:\n    - DL3008\n").is_empty());
        assert!(ignored("ignored:\nfoo: [a]\n").is_empty());
        assert!(ignored("").is_empty());
        assert!(ignored("# nothing\n").is_empty());
    }

    #[test]
    fn what_hadolint_would_not_take_is_told() {
        for (yaml, told) in [
            ("ignored: DL3008\n", ":1:1: `ignored` is a list"),
            ("a: 1\nignored:\n  x: y\n", ":2:1: `ignored` is a list"),
            ("ignored: [DL3008\n", ":1:1: this is not YAML: "),
            ("- DL3008\n", ":1:1: this is no configuration of hadolint"),
            ("label-schema: [a]\n", ":1:1: `label-schema` holds labels"),
            (
                "failure-threshold: much\n",
                ":1:1: `failure-threshold` is one of `error`",
            ),
            ("\nno-fail: maybe\n", ":2:1: `no-fail` is true or false"),
            (
                "strict-labels: 3\n",
                ":1:1: `strict-labels` is true or false",
            ),
        ] {
            let error = read(yaml).expect_err(yaml);
            assert!(
                error.starts_with(&format!("/x/.hadolint.yaml{told}")),
                "{error}"
            );
        }
    }
}
