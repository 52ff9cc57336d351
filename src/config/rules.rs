//! What `dfix.toml` says of rules and of images.

use dfix_catalogue::{ImageFacts, PACKAGE_MANAGERS, SHELLS, ToldImage};
use dfix_engine::Rule;
use toml::de::DeValue;

use super::keys;
use super::merged::{Layer, RuleConfig};
use super::reader::{Reader, Value, in_order, level_named};
use super::said::{ConfigError, Said};
use crate::{console, rule_names};

impl Reader<'_> {
    pub(super) fn rules(&self, value: &Value<'_>) -> Result<Layer, ConfigError> {
        let mut rules = Vec::new();
        for (name, value) in in_order(self.table(value)?) {
            if !rule_names::is_known(name.get_ref()) {
                return Err(self.unknown("rule", name, rule_names::names()));
            }
            if let Some(word) = rule_names::former(name.get_ref()) {
                let place = self.error(name.span(), word);
                console::note(&place.to_string());
            }
            let called = rule_names::resolve(name.get_ref()).unwrap_or_default();
            rules.push((name.get_ref().to_string(), self.rule(value, &called)?));
        }
        Ok(rules)
    }

    fn rule(&self, value: &Value<'_>, rules: &[&'static Rule]) -> Result<RuleConfig, ConfigError> {
        let mut rule = RuleConfig::default();
        match value.get_ref() {
            DeValue::Boolean(_) => rule.on = Some(self.flag(value)?),
            DeValue::String(word) => match word.as_ref() {
                "on" => rule.on = Some(self.said(&value.span(), true)),
                "off" => rule.on = Some(self.said(&value.span(), false)),
                word => {
                    let level = level_named(word).ok_or_else(|| {
                        let wanted = "on, off, safe, checked, unsafe, by-hand or a table";
                        self.error(value.span(), format!("expected {wanted}, found `{word}`"))
                    })?;
                    rule.level = Some(self.said(&value.span(), level));
                }
            },
            DeValue::Table(table) => {
                for (key, value) in in_order(table) {
                    let name = key.get_ref().as_ref();
                    if let Some(own) = keys::find(keys::RULE, name) {
                        match own.name {
                            "enabled" => rule.on = Some(self.flag(value)?),
                            "level" => rule.level = Some(self.rule_level(value)?),
                            "severity" => rule.severity = Some(self.severity(value)?),
                            _ => return Err(self.unknown("key", key, [])),
                        }
                        continue;
                    }
                    let options = rules.iter().flat_map(|rule| rule.options);
                    let Some(option) = options.clone().find(|it| it.name == name) else {
                        let known = options.map(|it| it.name);
                        let known = known.chain(keys::names(keys::RULE));
                        return Err(self.unknown("option", key, known));
                    };
                    let setting = self.setting(value, option.kind)?;
                    rule.options.insert(option.name.to_owned(), setting);
                }
            }
            _ => return Err(self.wrong(value, "on, off, a level or a table")),
        }
        Ok(rule)
    }

    /// What is told of images that no table knows.
    pub(super) fn images(
        &self,
        value: &Value<'_>,
    ) -> Result<Vec<Said<(String, ImageFacts)>>, ConfigError> {
        let mut images = Vec::new();
        for (name, value) in in_order(self.table(value)?) {
            let mut told = ToldImage::default();
            for (key, value) in in_order(self.table(value)?) {
                match self.known(key, keys::IMAGE)? {
                    "like" => told.like = Some(self.string(value)?),
                    "user" => told.user = Some(self.string(value)?),
                    "users" => told.users = self.strings(value)?,
                    "shell" => told.shell = Some(self.one_of(value, &SHELLS)?),
                    "package-manager" => {
                        told.package_manager = Some(self.one_of(value, &PACKAGE_MANAGERS)?);
                    }
                    "has" => told.has = self.strings(value)?,
                    _ => return Err(self.unknown("key", key, keys::names(keys::IMAGE))),
                }
            }
            let image = (name.get_ref().to_string(), told.facts());
            images.push(self.said(&name.span(), image));
        }
        Ok(images)
    }
}
