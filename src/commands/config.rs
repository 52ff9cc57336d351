//! `dfix config`: what is in force for a path, and from where; the schema of `dfix.toml`.

use std::io::Write;
use std::path::{Path, PathBuf};

use dfix_engine::{Rule, Setting, Severity};
use serde_json::{Value, json};

use super::show::is_json;
use crate::cli::{Common, ConfigCommand};
use crate::config::{Config, Configs, Level, Said, relative_to_cwd, schema};
use crate::console;
use crate::exit::{Exit, Stop};
use crate::rule_names::ALL;
use crate::select::{InForce, in_force};
use crate::{labels, pretty_json};

pub(super) fn run(
    command: &ConfigCommand,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    match command {
        ConfigCommand::Schema => {
            is_json(common.format)?;
            pretty_json::print(&schema::schema(), out)?;
            Ok(Exit::Clean)
        }
        ConfigCommand::Show { path } => show(path, common, out),
    }
}

fn show(path: &Path, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    let as_json = is_json(common.format)?;
    let file = match path {
        folder if folder.is_dir() && folder == Path::new(".") => PathBuf::from("Dockerfile"),
        folder if folder.is_dir() => folder.join("Dockerfile"),
        file => file.to_owned(),
    };
    if !path.exists() && !common.quiet {
        console::note(&format!(
            "{} is not there; this is what would be in force",
            path.display()
        ));
    }
    let configs = Configs::given(common)?;
    let loaded = configs.of(&file);
    let config = loaded.as_ref().as_ref().map_err(ToString::to_string)?;
    if as_json {
        pretty_json::print(&of_config(&file, config), out)?;
    } else {
        print(&file, config, out)?;
    }
    Ok(Exit::Clean)
}

/// A key at the top: its value as it is written in TOML, and where that stands.
fn settings(config: &Config) -> Vec<(&'static str, Value, Option<String>)> {
    fn of<T>(
        name: &'static str,
        said: Option<&Said<T>>,
        value: impl Fn(&T) -> Value,
        default: Value,
    ) -> (&'static str, Value, Option<String>) {
        let from = said.map(|it| it.place.to_string());
        (name, said.map_or(default, |it| value(&it.it)), from)
    }
    let path = |it: &PathBuf| json!(relative_to_cwd(it).to_string_lossy());
    let globs = |list: &[Said<String>]| json!(list.iter().map(|it| &it.it).collect::<Vec<_>>());
    let from = |list: &[Said<String>]| {
        let mut places: Vec<String> = list.iter().map(|it| it.place.to_string()).collect();
        places.dedup();
        (!places.is_empty()).then(|| places.join(", "))
    };
    let (include, exclude) = (&config.include.list, &config.exclude.list);
    vec![
        of(
            "required-version",
            config.required_version.as_ref(),
            |it| json!(it),
            Value::Null,
        ),
        of(
            "level",
            config.level.as_ref(),
            |it| json!(labels::safety(*it)),
            json!("checked"),
        ),
        of(
            "fail-on",
            config.fail_on.as_ref(),
            |it| json!(it.name()),
            json!(Severity::Warning.name()),
        ),
        ("include", globs(include), from(include)),
        ("exclude", globs(exclude), from(exclude)),
        of(
            "force-exclude",
            config.force_exclude.as_ref(),
            |it| json!(it),
            json!(false),
        ),
        of("context", config.context.as_ref(), path, Value::Null),
        of("baseline", config.baseline.as_ref(), path, Value::Null),
    ]
}

fn value_of(setting: &Setting) -> Value {
    match setting {
        Setting::Text(text) => json!(text),
        Setting::Flag(flag) => json!(flag),
        Setting::Number(number) => json!(number),
        Setting::List(list) => json!(list),
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::At(safety) => labels::safety(safety),
        Level::ByHand => "by-hand",
    }
}

/// What is said of a rule, key by key, each with its place; not what is assumed for all rules.
fn keys_of(rule: &str, said: &InForce<'_>, config: &Config) -> Vec<(String, Value, String)> {
    let mut keys = Vec::new();
    if let Some(on) = said.on {
        keys.push(("enabled".to_owned(), json!(on.it), on.place.to_string()));
    }
    if let Some(level) = said.level {
        let word = json!(level_word(level.it));
        keys.push(("level".to_owned(), word, level.place.to_string()));
    }
    if let Some(severity) = said.severity {
        let word = json!(severity.it.name());
        keys.push(("severity".to_owned(), word, severity.place.to_string()));
    }
    let rule = ALL.iter().find(|it| it.id == rule);
    for (name, setting) in &said.options {
        let is_its_own = rule.is_some_and(|it| it.options.iter().any(|it| it.name == *name));
        let is_assumed = config.assume.get(*name) == Some(setting);
        if is_its_own && !is_assumed {
            let value = value_of(&setting.it);
            keys.push(((*name).to_owned(), value, setting.place.to_string()));
        }
    }
    keys
}

fn print(file: &Path, config: &Config, out: &mut dyn Write) -> Result<(), Stop> {
    let files = config.files.iter();
    let files: Vec<String> = files
        .map(|it| relative_to_cwd(it).display().to_string())
        .collect();
    let files = if files.is_empty() {
        "no configuration".to_owned()
    } else {
        files.join(", ")
    };
    writeln!(out, "# {}: {files}", file.display())?;
    let mut lines: Vec<(String, String)> = Vec::new();
    for (name, value, from) in settings(config) {
        if !value.is_null() {
            let from = from.unwrap_or_else(|| "default".to_owned());
            lines.push((format!("{name} = {value}"), from));
        }
    }
    block(&lines, out)?;
    let mut lines = Vec::new();
    for (id, said) in in_force(config) {
        for (key, value, from) in keys_of(id, &said, config) {
            lines.push((format!("{id}.{key} = {value}"), from));
        }
    }
    section("rules", &lines, out)?;
    let assumed = config.assume.iter().map(|(name, said)| {
        let name = name.strip_prefix("assume-").unwrap_or(name);
        let value = value_of(&said.it);
        (format!("{name} = {value}"), said.place.to_string())
    });
    section("assume", &assumed.collect::<Vec<_>>(), out)?;
    if !config.images.is_empty() {
        writeln!(out, "\n# images of which something is told")?;
        for image in &config.images {
            writeln!(out, "# {}: {}", image.it.0, image.place)?;
        }
    }
    Ok(())
}

fn section(name: &str, lines: &[(String, String)], out: &mut dyn Write) -> Result<(), Stop> {
    if !lines.is_empty() {
        writeln!(out, "\n[{name}]")?;
        block(lines, out)?;
    }
    Ok(())
}

/// Lines with where they come from behind them.
fn block(lines: &[(String, String)], out: &mut dyn Write) -> Result<(), Stop> {
    let widths = lines.iter().map(|it| it.0.chars().count());
    let wide = widths.filter(|it| *it <= 60).max().unwrap_or(0);
    for (line, from) in lines {
        writeln!(out, "{line:wide$}  # {from}")?;
    }
    Ok(())
}

fn of_config(file: &Path, config: &Config) -> Value {
    let said = in_force(config);
    let nothing = InForce::default();
    let rules = ALL.iter().map(|rule| {
        let said = said.get(rule.id).unwrap_or(&nothing);
        of_rule(rule, said, config)
    });
    let mut top = json!({});
    for (name, value, from) in settings(config) {
        top[name] = json!({ "value": value, "from": from });
    }
    let mut assume = json!({});
    for (name, said) in &config.assume {
        let name = name.strip_prefix("assume-").unwrap_or(name);
        let from = said.place.to_string();
        assume[name] = json!({ "value": value_of(&said.it), "from": from });
    }
    let images = config.images.iter();
    let images: Vec<Value> = images
        .map(|it| json!({ "name": it.it.0, "from": it.place.to_string() }))
        .collect();
    let files = config.files.iter();
    let files = files.map(|it| relative_to_cwd(it).to_string_lossy().into_owned());
    json!({
        "path": file.to_string_lossy(),
        "files": files.collect::<Vec<_>>(),
        "settings": top,
        "rules": rules.collect::<Vec<_>>(),
        "assume": assume,
        "images": images,
    })
}

fn of_rule(rule: &Rule, said: &InForce<'_>, config: &Config) -> Value {
    let mut from = json!({});
    let mut options = json!({});
    for (key, value, place) in keys_of(rule.id, said, config) {
        from[&key] = json!(place);
        if rule.options.iter().any(|it| it.name == key) {
            options[&key] = value;
        }
    }
    json!({
        "id": rule.id,
        "enabled": said.on.map_or(rule.is_on(), |it| it.it),
        "level": said.level.map(|it| level_word(it.it)),
        "severity": said.severity.map_or(rule.severity, |it| it.it).name(),
        "options": options,
        "from": from,
    })
}
