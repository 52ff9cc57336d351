//! A recipe as its file has it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::{Spanned, Value};

/// `recipe.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RecipeFile {
    pub(crate) name: Spanned<String>,
    pub(crate) description: String,
    /// Whether nothing is done in a stage where a step is left to a person.
    #[serde(default = "yes")]
    pub(crate) together: bool,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, Spanned<ParameterFile>>,
    #[serde(default)]
    pub(crate) file: FileConditions,
    #[serde(default)]
    pub(crate) steps: Vec<Spanned<StepFile>>,
    #[serde(default)]
    pub(crate) examples: Vec<Spanned<ExampleFile>>,
}

fn yes() -> bool {
    true
}

/// `[parameters.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ParameterFile {
    #[serde(default, rename = "type")]
    pub(crate) kind: KindFile,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) default: Option<Value>,
    #[serde(default)]
    pub(crate) choices: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KindFile {
    #[default]
    String,
    Bool,
    Number,
    Choice,
    /// Where images are: a host, perhaps with a folder.
    Registry,
}

/// What must be in the file, or must not, for anything to be done.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FileConditions {
    #[serde(default)]
    pub(crate) has: Texts,
    #[serde(default)]
    pub(crate) has_not: Texts,
}

/// `[[steps]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct StepFile {
    #[serde(default)]
    pub(crate) rewrite: Option<RewriteFile>,
    #[serde(default)]
    pub(crate) rule: Option<String>,
    #[serde(default)]
    pub(crate) codemod: Option<String>,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) level: Option<String>,
    #[serde(default)]
    pub(crate) when: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) has: Texts,
    #[serde(default)]
    pub(crate) has_not: Texts,
}

/// A rewrite, as `dfix rewrite` takes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RewriteFile {
    pub(crate) pattern: String,
    pub(crate) replacement: String,
    #[serde(default)]
    pub(crate) message: Option<String>,
    #[serde(default)]
    pub(crate) in_stage_based_on: Texts,
    #[serde(default)]
    pub(crate) distribution: Texts,
    #[serde(default, rename = "final")]
    pub(crate) is_final: bool,
    #[serde(default, rename = "last")]
    pub(crate) is_last: bool,
    #[serde(default, rename = "base")]
    pub(crate) is_base: bool,
    #[serde(default)]
    pub(crate) as_root: bool,
    #[serde(default)]
    pub(crate) before: Texts,
    #[serde(default)]
    pub(crate) after: Texts,
    #[serde(default)]
    pub(crate) not_before: Texts,
    #[serde(default)]
    pub(crate) not_after: Texts,
    #[serde(default)]
    pub(crate) not: Texts,
}

/// `[[examples]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ExampleFile {
    #[serde(default)]
    pub(crate) about: String,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) before: Option<String>,
    #[serde(default)]
    pub(crate) after: Option<String>,
    #[serde(default)]
    pub(crate) unchanged: Option<String>,
    #[serde(default)]
    pub(crate) says: Texts,
    #[serde(default)]
    pub(crate) level: Option<ExampleLevel>,
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
}

/// The lowest level of what an example changes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExampleLevel {
    Safe,
    Checked,
    Unsafe,
}

/// One text or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = items.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        from.deserialize_any(Reader)
    }
}
