//! Values of `dfix.toml`, each with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfix_engine::{OptionKind, Safety, Setting, Severity};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::globs::Globs;
use super::keys::{self, Key};
use super::merged::Level;
use super::said::{ConfigError, Place, Said};
use crate::labels;
use crate::suggest::did_you_mean;

/// The text of one file.
pub(super) struct Reader<'t> {
    pub(super) file: Arc<Path>,
    pub(super) text: &'t str,
}

pub(super) type Value<'t> = Spanned<DeValue<'t>>;
pub(super) type Name<'t> = Spanned<DeString<'t>>;

/// The entries of a table as they stand in the file.
pub(super) fn in_order<'v, 't>(table: &'v DeTable<'t>) -> Vec<(&'v Name<'t>, &'v Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Reader<'_> {
    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        ConfigError {
            file: self.file.to_path_buf(),
            place: Some((before.matches('\n').count() + 1, column)),
            message: message.into(),
        }
    }

    pub(super) fn unknown<'k>(
        &self,
        what: &str,
        key: &Name<'_>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ConfigError {
        let name = key.get_ref().as_ref();
        let hint = did_you_mean(name, known);
        self.error(key.span(), format!("unknown {what} `{name}`{hint}"))
    }

    /// The name of a key, which must be one of these.
    pub(super) fn known(
        &self,
        key: &Name<'_>,
        all: &'static [Key],
    ) -> Result<&'static str, ConfigError> {
        keys::find(all, key.get_ref().as_ref())
            .map(|it| it.name)
            .ok_or_else(|| self.unknown("key", key, keys::names(all)))
    }

    pub(super) fn wrong(&self, value: &Value<'_>, wanted: &str) -> ConfigError {
        let given = value.get_ref().type_str();
        self.error(value.span(), format!("expected {wanted}, found {given}"))
    }

    /// What stands in this place says so.
    pub(super) fn said<T>(&self, span: &Range<usize>, it: T) -> Said<T> {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let place = Place {
            file: Arc::clone(&self.file),
            line: before.matches('\n').count() + 1,
        };
        Said { it, place }
    }

    pub(super) fn string(&self, value: &Value<'_>) -> Result<String, ConfigError> {
        let text = value.get_ref().as_str();
        Ok(text
            .ok_or_else(|| self.wrong(value, "a string"))?
            .to_owned())
    }

    pub(super) fn flag(&self, value: &Value<'_>) -> Result<Said<bool>, ConfigError> {
        let flag = value.get_ref().as_bool();
        let flag = flag.ok_or_else(|| self.wrong(value, "true or false"))?;
        Ok(self.said(&value.span(), flag))
    }

    pub(super) fn table<'v, 't>(
        &self,
        value: &'v Value<'t>,
    ) -> Result<&'v DeTable<'t>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(value, "a table"))
    }

    pub(super) fn level(&self, value: &Value<'_>) -> Result<Said<Safety>, ConfigError> {
        let name = self.string(value)?;
        let level = labels::safety_of(&name).ok_or_else(|| {
            let message = format!("`{name}` is no level; they are safe, checked and unsafe");
            self.error(value.span(), message)
        })?;
        Ok(self.said(&value.span(), level))
    }

    pub(super) fn rule_level(&self, value: &Value<'_>) -> Result<Said<Level>, ConfigError> {
        let name = self.string(value)?;
        let level = level_named(&name).ok_or_else(|| {
            let message =
                format!("`{name}` is no level; they are safe, checked, unsafe and by-hand");
            self.error(value.span(), message)
        })?;
        Ok(self.said(&value.span(), level))
    }

    pub(super) fn severity(&self, value: &Value<'_>) -> Result<Said<Severity>, ConfigError> {
        let name = self.string(value)?;
        let severity = Severity::named(&name).ok_or_else(|| {
            let message = format!("`{name}` is no severity; they are error, warning and advice");
            self.error(value.span(), message)
        })?;
        Ok(self.said(&value.span(), severity))
    }

    /// A path, which counts from this folder.
    pub(super) fn path(
        &self,
        value: &Value<'_>,
        folder: &Path,
    ) -> Result<Said<PathBuf>, ConfigError> {
        let path = folder.join(self.string(value)?);
        Ok(self.said(&value.span(), path))
    }

    pub(super) fn globs(&self, value: &Value<'_>) -> Result<Globs, ConfigError> {
        let list = value.get_ref().as_array();
        let list: &[Value<'_>] = list.ok_or_else(|| self.wrong(value, "a list of globs"))?;
        let mut globs = Vec::new();
        for glob in list {
            let text = self.string(glob)?;
            if let Some(fault) = Globs::fault(&text) {
                return Err(self.error(glob.span(), fault));
            }
            globs.push(self.said(&glob.span(), text));
        }
        Ok(Globs::of(globs))
    }

    pub(super) fn strings(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(value, "a list of strings"));
        };
        items.iter().map(|item| self.string(item)).collect()
    }

    pub(super) fn one_of(&self, value: &Value<'_>, words: &[&str]) -> Result<String, ConfigError> {
        let word = self.string(value)?;
        if words.contains(&word.as_str()) {
            return Ok(word);
        }
        let words = words.join(", ");
        Err(self.error(
            value.span(),
            format!("expected one of {words}, found \"{word}\""),
        ))
    }

    /// What the user vouches for: the options of any rule that begin so, without that beginning.
    pub(super) fn assumed(
        &self,
        value: &Value<'_>,
    ) -> Result<BTreeMap<String, Said<Setting>>, ConfigError> {
        let known = keys::assumptions();
        let mut assumed = BTreeMap::new();
        for (key, value) in in_order(self.table(value)?) {
            let Some((_, option)) = known.iter().find(|it| it.0 == key.get_ref().as_ref()) else {
                return Err(self.unknown("assumption", key, known.iter().map(|it| it.0)));
            };
            let setting = self.setting(value, option.kind)?;
            assumed.insert(option.name.to_owned(), setting);
        }
        Ok(assumed)
    }

    pub(super) fn setting(
        &self,
        value: &Value<'_>,
        kind: OptionKind,
    ) -> Result<Said<Setting>, ConfigError> {
        let setting = match value.get_ref() {
            DeValue::String(text) => Setting::Text(text.to_string()),
            DeValue::Boolean(flag) => Setting::Flag(*flag),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map(Setting::Number)
                .map_err(|_| self.error(value.span(), "this number is too large"))?,
            DeValue::Array(items) => {
                let items: Result<Vec<String>, _> =
                    items.iter().map(|it| self.string(it)).collect();
                Setting::List(items?)
            }
            _ => return Err(self.wrong(value, &kind.to_string())),
        };
        match (&setting, kind) {
            _ if kind.takes(&setting) => Ok(self.said(&value.span(), setting)),
            (Setting::Text(text), OptionKind::OneOf(_) | OptionKind::UserName) => {
                Err(self.error(value.span(), format!("expected {kind}, found \"{text}\"")))
            }
            (Setting::Number(number), OptionKind::Number) => {
                Err(self.error(value.span(), format!("expected {kind}, found {number}")))
            }
            _ => Err(self.wrong(value, &kind.to_string())),
        }
    }
}

/// The level of a rule's fixes by its name.
pub(super) fn level_named(name: &str) -> Option<Level> {
    match name {
        "by-hand" => Some(Level::ByHand),
        name => labels::safety_of(name).map(Level::At),
    }
}
