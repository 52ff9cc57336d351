//! One `dfix.toml`, with the files that it extends.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nodejs_semver::{Range, Version};
use toml::de::{DeTable, DeValue};

use super::keys;
use super::merged::{Config, Override};
use super::reader::{Reader, Value, in_order};
use super::said::{ConfigError, Said, relative_to_cwd, whole};

/// The version of this program.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// What holds for a file and all that it extends.
pub(super) struct Reading<'p> {
    /// The folder that paths and globs count from.
    pub(super) folder: &'p Path,
    /// The folder that no file may lead out of, where what they say is a stranger's: a real path, links followed.
    pub(super) within: Option<&'p Path>,
    /// The files that lead to the one that is being read, itself the last.
    pub(super) chain: Vec<PathBuf>,
}

/// Reads the file, and those that it extends.
pub(super) fn read(
    file: &Path,
    folder: &Path,
    within: Option<&Path>,
) -> Result<Config, ConfigError> {
    let chain = Vec::new();
    let mut reading = Reading {
        folder,
        within,
        chain,
    };
    let mut config = read_below(file, &mut reading)?;
    config.count_from(folder);
    Ok(config)
}

fn read_below(file: &Path, reading: &mut Reading<'_>) -> Result<Config, ConfigError> {
    let text = text_of(file)?;
    reading.chain.push(file.to_owned());
    let config = parse(file, &text, reading);
    reading.chain.pop();
    config
}

/// The text of a configuration.
pub(super) fn text_of(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| ConfigError {
        file: file.to_owned(),
        place: None,
        message: match error.kind() {
            ErrorKind::InvalidData => "is not UTF-8; save it as UTF-8".to_owned(),
            _ => format!("cannot be read: {error}"),
        },
    })
}

/// Reads the text of a file.
pub(super) fn parse(
    file: &Path,
    text: &str,
    reading: &mut Reading<'_>,
) -> Result<Config, ConfigError> {
    let folder = reading.folder;
    let reader = Reader {
        file: Arc::from(file),
        text,
    };
    let table = DeTable::parse(text)
        .map_err(|error| reader.error(error.span().unwrap_or_default(), error.message()))?;
    let entries = in_order(table.get_ref());
    let mut config = Config {
        files: vec![file.to_owned()],
        ..Config::default()
    };
    // First of all: a file for another version may well say what this one does not know.
    if let Some((_, value)) = entries
        .iter()
        .find(|(key, _)| key.get_ref() == "required-version")
    {
        config.required_version = Some(reader.versions(value)?);
    }
    let mut shared = Config::default();
    for (key, value) in entries {
        match reader.known(key, keys::TOP)? {
            "required-version" => {}
            "extends" => {
                for (path, value) in reader.paths(value)? {
                    let path = whole(&file.parent().unwrap_or(Path::new("")).join(path));
                    shared = reader.extended(&path, value, reading)?.over(shared);
                }
            }
            "level" => config.level = Some(reader.level(value)?),
            "fail-on" => config.fail_on = Some(reader.severity(value)?),
            "rules" => config.layers = vec![reader.rules(value)?],
            "include" => config.include = reader.globs(value)?,
            "exclude" => config.exclude = reader.globs(value)?,
            "force-exclude" => config.force_exclude = Some(reader.flag(value)?),
            "context" => config.context = Some(reader.path(value, folder)?),
            "baseline" => config.baseline = Some(reader.path(value, folder)?),
            "images" => config.images = reader.images(value)?,
            "assume" => config.assume = reader.assumed(value)?,
            "overrides" => config.overrides = reader.overrides(value)?,
            _ => return Err(reader.unknown("key", key, keys::names(keys::TOP))),
        }
    }
    Ok(config.over(shared))
}

impl Reader<'_> {
    /// Which versions of dfix the file is for; fails where this one is none of them.
    fn versions(&self, value: &Value<'_>) -> Result<Said<String>, ConfigError> {
        let text = self.string(value)?;
        let range = Range::parse(text.replace(',', " ")).map_err(|_| {
            let message = format!("`{text}` says no versions; write \">=0.1\" or \">=0.1, <0.3\"");
            self.error(value.span(), message)
        })?;
        let ours = Version::parse(OURS).ok();
        if ours.is_some_and(|ours| !range.satisfies(&ours)) {
            let message = format!(
                "this project asks for dfix {text}, and this is dfix {OURS}: install another one, or change \
                 `required-version`"
            );
            return Err(self.error(value.span(), message));
        }
        Ok(self.said(&value.span(), text))
    }

    /// One path, or several, each with its place.
    fn paths<'v, 't>(
        &self,
        value: &'v Value<'t>,
    ) -> Result<Vec<(String, &'v Value<'t>)>, ConfigError> {
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            DeValue::String(_) => vec![value],
            _ => return Err(self.wrong(value, "a path, or a list of paths")),
        };
        let paths = items.into_iter();
        paths.map(|it| Ok((self.string(it)?, it))).collect()
    }

    /// What a file says that is extended.
    fn extended(
        &self,
        path: &Path,
        value: &Value<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<Config, ConfigError> {
        let chain = &reading.chain;
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let shown = |path: &Path| relative_to_cwd(path).display().to_string();
        if let Some(first) = chain.iter().position(|it| real(it) == real(path)) {
            let circle = chain[first..].iter().map(|it| shown(it));
            let circle: Vec<String> = circle.chain([shown(path)]).collect();
            let circle = circle.join(" extends ");
            return Err(self.error(
                value.span(),
                format!("files extend one another: {circle}; take one of these `extends` away"),
            ));
        }
        if reading.within.is_some_and(|it| !real(path).starts_with(it)) {
            let message = "this leads out of the project, so it is not read";
            return Err(self.error(value.span(), message));
        }
        if !path.is_file() {
            let path = shown(path);
            let from = "the folder of the file that says it";
            let message = format!("there is no file {path} to extend; the path counts from {from}");
            return Err(self.error(value.span(), message));
        }
        read_below(path, reading)
    }

    fn overrides(&self, value: &Value<'_>) -> Result<Vec<Override>, ConfigError> {
        let list = value.get_ref().as_array();
        let list: &[Value<'_>] =
            list.ok_or_else(|| self.wrong(value, "tables that begin with [[overrides]]"))?;
        let mut overrides = Vec::new();
        for value in list {
            let mut some = Override::default();
            for (key, value) in in_order(self.table(value)?) {
                match self.known(key, keys::OVERRIDE)? {
                    "paths" => some.paths = self.globs(value)?,
                    "level" => some.level = Some(self.level(value)?),
                    "rules" => some.layer = self.rules(value)?,
                    "assume" => some.assume = self.assumed(value)?,
                    _ => return Err(self.unknown("key", key, keys::names(keys::OVERRIDE))),
                }
            }
            if some.paths.list.is_empty() {
                let message = "this override is for no file; say which by `paths = [\"legacy/\"]`";
                return Err(self.error(value.span(), message));
            }
            overrides.push(some);
        }
        Ok(overrides)
    }
}

#[cfg(test)]
mod tests;
