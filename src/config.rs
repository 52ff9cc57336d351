//! `dfix.toml`, the nearest one upward from each file, and what is taken from hadolint's file.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dfix_catalogue::{ImageFacts, PACKAGE_MANAGERS, SHELLS, ToldImage};
use dfix_engine::{OptionKind, Rule, RuleSettings, Safety, Setting};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::cli::Common;
use crate::hadolint::Hadolint;
use crate::suggest::did_you_mean;
use crate::{console, labels, rule_names};

/// What a configuration says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The files that it was read from.
    pub(crate) files: Vec<PathBuf>,
    /// Which fixes are applied where the command line does not say.
    pub(crate) level: Option<Safety>,
    /// What it says of rules, by the name that it uses, in order.
    pub(crate) rules: Vec<(String, RuleConfig)>,
    /// What hadolint's file says.
    pub(crate) hadolint: Hadolint,
    /// What the user vouches for: an option of every rule that does not set it itself.
    pub(crate) assume: BTreeMap<String, Setting>,
    /// What is told of images that no table knows, by their names; `*` at the end stands for anything.
    pub(crate) images: Vec<(String, ImageFacts)>,
    /// The root of the build context.
    pub(crate) context: Option<PathBuf>,
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
}

/// What a configuration says of one rule or group of rules.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RuleConfig {
    /// Whether it runs.
    pub(crate) on: Option<bool>,
    /// The level that its fixes count as, and its own options.
    pub(crate) settings: RuleSettings,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConfigError {
    /// The file at fault.
    pub(crate) file: PathBuf,
    /// Line and column, from 1.
    pub(crate) place: Option<(usize, usize)>,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", relative_to_cwd(&self.file).display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A path as it is named from the current folder, if it lies below it or in a folder above it.
pub(crate) fn relative_to_cwd(path: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else {
        return path.to_owned();
    };
    if let Ok(below) = path.strip_prefix(&here) {
        return below.to_owned();
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if !folder.as_os_str().is_empty() => {
            match here.strip_prefix(folder) {
                Ok(down) => down
                    .components()
                    .map(|_| "..")
                    .collect::<PathBuf>()
                    .join(name),
                Err(_) => path.to_owned(),
            }
        }
        _ => path.to_owned(),
    }
}

/// A usable configuration, or why there is none.
pub(crate) type Loaded = Arc<Result<Config, ConfigError>>;

/// The configurations of a run, each read once.
pub(crate) struct Configs {
    source: Source,
    folders: Mutex<HashMap<PathBuf, Nearest>>,
    loaded: Mutex<HashMap<Nearest, Loaded>>,
}

enum Source {
    Nothing,
    File(PathBuf),
    /// Up to this folder, where there is one.
    Upward(Option<PathBuf>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Nearest {
    dfix: Option<PathBuf>,
    hadolint: Option<PathBuf>,
}

impl Configs {
    /// The files upward from each Dockerfile; or only the one that the arguments name, which is read now; or none at all.
    pub(crate) fn given(common: &Common) -> Result<Self, String> {
        let configs = Configs::from(match &common.config {
            _ if common.no_config => Source::Nothing,
            Some(file) => Source::File(file.clone()),
            None => Source::Upward(None),
        });
        if common.config.is_some() {
            let loaded = configs.of(Path::new("Dockerfile"));
            loaded.as_ref().as_ref().map_err(ToString::to_string)?;
        }
        Ok(configs)
    }

    /// The files upward from each Dockerfile, as far as this folder. It is a real path, links followed.
    pub(crate) fn within(folder: PathBuf) -> Self {
        Configs::from(Source::Upward(Some(folder)))
    }

    fn from(source: Source) -> Self {
        Configs {
            source,
            folders: Mutex::default(),
            loaded: Mutex::default(),
        }
    }

    /// The configuration of the file at `path`.
    pub(crate) fn of(&self, path: &Path) -> Loaded {
        let nearest = match &self.source {
            Source::Nothing => Nearest::default(),
            Source::File(file) => Nearest {
                dfix: Some(file.clone()),
                hadolint: None,
            },
            Source::Upward(_) => {
                let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                whole
                    .parent()
                    .map(|it| self.nearest(it))
                    .unwrap_or_default()
            }
        };
        let mut loaded = self.loaded.lock().expect("no thread panics with the lock");
        loaded
            .entry(nearest)
            .or_insert_with_key(|nearest| Arc::new(load(nearest)))
            .clone()
    }

    /// Whether a configuration asks for the file at `path` although its name is none of a Dockerfile.
    pub(crate) fn includes(&self, path: &Path) -> bool {
        self.matched(path, |config| config.include.as_ref(), false)
    }

    /// Whether a configuration leaves out the file (or folder) at `path`.
    pub(crate) fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.matched(path, |config| config.exclude.as_ref(), is_folder)
    }

    fn matched(
        &self,
        path: &Path,
        globs: impl Fn(&Config) -> Option<&Gitignore>,
        is_folder: bool,
    ) -> bool {
        if matches!(self.source, Source::Nothing) {
            return false;
        }
        let config = self.of(path);
        let Ok(config) = config.as_ref() else {
            return false;
        };
        globs(config).is_some_and(|globs| {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            whole.starts_with(globs.path())
                && globs
                    .matched_path_or_any_parents(&whole, is_folder)
                    .is_ignore()
        })
    }

    fn nearest(&self, folder: &Path) -> Nearest {
        if let Some(known) = self
            .folders
            .lock()
            .expect("no thread panics with the lock")
            .get(folder)
        {
            return known.clone();
        }
        let here = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
        let mut nearest = Nearest {
            dfix: here("dfix.toml"),
            hadolint: here(".hadolint.yaml").or_else(|| here(".hadolint.yml")),
        };
        let is_last = matches!(&self.source, Source::Upward(Some(last)) if last == folder);
        if !is_last && (nearest.dfix.is_none() || nearest.hadolint.is_none()) {
            let above = folder
                .parent()
                .map(|it| self.nearest(it))
                .unwrap_or_default();
            nearest.dfix = nearest.dfix.or(above.dfix);
            nearest.hadolint = nearest.hadolint.or(above.hadolint);
        }
        self.folders
            .lock()
            .expect("no thread panics with the lock")
            .insert(folder.to_owned(), nearest.clone());
        nearest
    }
}

fn load(nearest: &Nearest) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    if let Some(file) = &nearest.dfix {
        config = parse(file, &read(file)?)?;
        config.files.push(file.clone());
    }
    if let Some(file) = &nearest.hadolint {
        config.hadolint = Hadolint::of(&read(file)?);
        config.files.push(file.clone());
    }
    Ok(config)
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| ConfigError {
        file: file.to_owned(),
        place: None,
        message: format!("cannot be read: {error}"),
    })
}

/// Reads the text of a `dfix.toml` that lies at `file`.
fn parse(file: &Path, text: &str) -> Result<Config, ConfigError> {
    let reader = Reader { file, text };
    let table = DeTable::parse(text)
        .map_err(|error| reader.error(error.span().unwrap_or_default(), error.message()))?;
    let folder = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let mut config = Config::default();
    for (key, value) in in_order(table.get_ref()) {
        match key.get_ref().as_ref() {
            "level" => config.level = Some(reader.level(value)?),
            "rules" => config.rules = reader.rules(value)?,
            "include" => config.include = Some(reader.globs(value, folder)?),
            "exclude" => config.exclude = Some(reader.globs(value, folder)?),
            "context" => config.context = Some(folder.join(reader.string(value)?)),
            "images" => config.images = reader.images(value)?,
            "assume" => config.assume = reader.assumed(reader.table(value)?)?,
            _ => {
                let known = [
                    "level", "rules", "include", "exclude", "context", "assume", "images",
                ];
                return Err(reader.unknown("key", key, known));
            }
        }
    }
    Ok(config)
}

struct Reader<'t> {
    file: &'t Path,
    text: &'t str,
}

type Value<'t> = Spanned<DeValue<'t>>;

/// The entries of a table as they stand in the file.
fn in_order<'v, 't>(table: &'v DeTable<'t>) -> Vec<(&'v Spanned<DeString<'t>>, &'v Value<'t>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Reader<'_> {
    fn error(&self, span: std::ops::Range<usize>, message: impl Into<String>) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        ConfigError {
            file: self.file.to_owned(),
            place: Some((before.matches('\n').count() + 1, column)),
            message: message.into(),
        }
    }

    fn unknown<'k>(
        &self,
        what: &str,
        key: &Spanned<impl AsRef<str>>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ConfigError {
        let name = key.get_ref().as_ref();
        let hint = did_you_mean(name, known);
        self.error(key.span(), format!("unknown {what} `{name}`{hint}"))
    }

    fn wrong(&self, value: &Value<'_>, wanted: &str) -> ConfigError {
        let given = value.get_ref().type_str();
        self.error(value.span(), format!("expected {wanted}, found {given}"))
    }

    fn string(&self, value: &Value<'_>) -> Result<String, ConfigError> {
        let text = value.get_ref().as_str();
        Ok(text
            .ok_or_else(|| self.wrong(value, "a string"))?
            .to_owned())
    }

    fn table<'v, 't>(&self, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, ConfigError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(value, "a table"))
    }

    fn level(&self, value: &Value<'_>) -> Result<Safety, ConfigError> {
        let name = self.string(value)?;
        labels::safety_of(&name).ok_or_else(|| {
            self.error(
                value.span(),
                format!("`{name}` is no level; they are safe, checked and unsafe"),
            )
        })
    }

    fn globs(&self, value: &Value<'_>, folder: &Path) -> Result<Gitignore, ConfigError> {
        let list = value.get_ref().as_array();
        let list: &[Value<'_>] = list.ok_or_else(|| self.wrong(value, "a list of globs"))?;
        let mut globs = GitignoreBuilder::new(folder);
        for glob in list {
            globs
                .add_line(None, &self.string(glob)?)
                .map_err(|error| self.error(glob.span(), error.to_string()))?;
        }
        globs
            .build()
            .map_err(|error| self.error(value.span(), error.to_string()))
    }

    fn rules(&self, value: &Value<'_>) -> Result<Vec<(String, RuleConfig)>, ConfigError> {
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
            DeValue::Boolean(on) => rule.on = Some(*on),
            DeValue::String(word) => match word.as_ref() {
                "on" => rule.on = Some(true),
                "off" => rule.on = Some(false),
                word => {
                    rule.settings.level = Some(labels::safety_of(word).ok_or_else(|| {
                        let wanted = "on, off, safe, checked, unsafe or a table";
                        self.error(value.span(), format!("expected {wanted}, found `{word}`"))
                    })?);
                }
            },
            DeValue::Table(table) => {
                for (key, value) in in_order(table) {
                    match key.get_ref().as_ref() {
                        "enabled" => {
                            let on = value.get_ref().as_bool();
                            rule.on = Some(on.ok_or_else(|| self.wrong(value, "true or false"))?);
                        }
                        "level" => rule.settings.level = Some(self.level(value)?),
                        option => {
                            let options = rules.iter().flat_map(|rule| rule.options);
                            let Some(option) = options.clone().find(|it| it.name == option) else {
                                let known = options.map(|it| it.name).chain(["enabled", "level"]);
                                return Err(self.unknown("option", key, known));
                            };
                            let setting = self.setting(value, option.kind)?;
                            rule.settings
                                .options
                                .insert(option.name.to_owned(), setting);
                        }
                    }
                }
            }
            _ => return Err(self.wrong(value, "on, off, a level or a table")),
        }
        Ok(rule)
    }

    /// What is told of images that no table knows.
    fn images(&self, value: &Value<'_>) -> Result<Vec<(String, ImageFacts)>, ConfigError> {
        let mut images = Vec::new();
        for (name, value) in in_order(self.table(value)?) {
            let mut told = ToldImage::default();
            for (key, value) in in_order(self.table(value)?) {
                match key.get_ref().as_ref() {
                    "like" => told.like = Some(self.string(value)?),
                    "user" => told.user = Some(self.string(value)?),
                    "users" => told.users = self.strings(value)?,
                    "shell" => told.shell = Some(self.one_of(value, &SHELLS)?),
                    "package-manager" => {
                        told.package_manager = Some(self.one_of(value, &PACKAGE_MANAGERS)?);
                    }
                    "has" => told.has = self.strings(value)?,
                    _ => {
                        let known = ["like", "user", "users", "shell", "package-manager", "has"];
                        return Err(self.unknown("key", key, known));
                    }
                }
            }
            images.push((name.get_ref().to_string(), told.facts()));
        }
        Ok(images)
    }

    fn strings(&self, value: &Value<'_>) -> Result<Vec<String>, ConfigError> {
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(value, "a list of strings"));
        };
        items.iter().map(|item| self.string(item)).collect()
    }

    fn one_of(&self, value: &Value<'_>, words: &[&str]) -> Result<String, ConfigError> {
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
    fn assumed(&self, table: &DeTable<'_>) -> Result<BTreeMap<String, Setting>, ConfigError> {
        let all = rule_names::ALL.iter().flat_map(|rule| rule.options);
        let known = all.filter_map(|it| Some((it.name.strip_prefix("assume-")?, it)));
        let mut assumed = BTreeMap::new();
        for (key, value) in in_order(table) {
            let Some((_, option)) = known.clone().find(|it| it.0 == key.get_ref().as_ref()) else {
                return Err(self.unknown("assumption", key, known.map(|it| it.0)));
            };
            let setting = self.setting(value, option.kind)?;
            assumed.insert(option.name.to_owned(), setting);
        }
        Ok(assumed)
    }

    fn setting(&self, value: &Value<'_>, kind: OptionKind) -> Result<Setting, ConfigError> {
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
            _ if kind.takes(&setting) => Ok(setting),
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use dfix_engine::{Safety, Setting};

    use super::{Config, parse};

    fn read(text: &str) -> Result<Config, String> {
        parse(Path::new("/x/dfix.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_says_nothing() {
        let config = read("").unwrap();
        assert!(config.level.is_none() && config.rules.is_empty());
    }

    #[test]
    fn faults_name_their_place_and_what_was_meant() {
        for (text, told) in [
            (
                "\nexlude = []\n",
                "/x/dfix.toml:2:1: unknown key `exlude`; did you mean `exclude`?",
            ),
            (
                "level = 3",
                "/x/dfix.toml:1:9: expected a string, found integer",
            ),
            (
                "level = \"sure\"",
                "/x/dfix.toml:1:9: `sure` is no level; they are safe, checked and unsafe",
            ),
            ("a = \"é\"; b", "/x/dfix.toml:1:8: "),
            (
                "[rules]\nno-such-rule = \"off\"",
                "/x/dfix.toml:2:1: unknown rule `no-such-rule`",
            ),
            (
                "[rules]\nstyle = \"out\"",
                "/x/dfix.toml:2:9: expected on, off, safe",
            ),
            (
                "[rules.non-root-user]\nname = \"app\"\nownreship = \"copy\"",
                "/x/dfix.toml:3:1: unknown option `ownreship`; did you mean `ownership`?",
            ),
            (
                "[rules.non-root-user]\nownership = \"none\"",
                "/x/dfix.toml:2:13: expected \"chown\" or \"copy\", found \"none\"",
            ),
            (
                "[rules.non-root-user]\nname = \"root\"",
                "/x/dfix.toml:2:8: expected the name of a user who is not root, found \"root\"",
            ),
            (
                "[rules.security]\nuid = -1",
                "/x/dfix.toml:2:7: expected a whole number from 1, found -1",
            ),
            (
                "[rules.from-as-case]\nname = \"app\"",
                "/x/dfix.toml:2:1: unknown option `name`",
            ),
            (
                "[assume]\nwheel = []",
                "/x/dfix.toml:2:1: unknown assumption `wheel`; did you mean `wheels`?",
            ),
            (
                "[images.base]\nlike = \"python:3.12\"\nusr = \"app\"",
                "/x/dfix.toml:3:1: unknown key `usr`; did you mean `user`?",
            ),
            (
                "[images.base]\nshell = \"zsh\"",
                "/x/dfix.toml:2:9: expected one of bash, sh, none, found \"zsh\"",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(told), "{error}\n{told}");
        }
    }

    #[test]
    fn rules_take_a_word_or_a_table() {
        let text = "level = \"safe\"\n[rules]\nstyle = \"off\"\nbase = { level = \"unsafe\", assume-wheels = [\"a\", \"b\"] }\n[assume]\nwheels = \"c\"\n";
        let config = read(text).unwrap();
        assert_eq!(config.level, Some(Safety::Safe));
        let of = |name: &str| &config.rules.iter().find(|it| it.0 == name).unwrap().1;
        assert_eq!(of("style").on, Some(false));
        assert_eq!(of("base").settings.level, Some(Safety::Unsafe));
        let names = Setting::List(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(of("base").settings.options["assume-wheels"], names);
        assert_eq!(
            config.assume["assume-wheels"],
            Setting::Text("c".to_owned())
        );
    }
}
