//! What a project's own files ask for: `pyproject.toml`, `Pipfile`, `package.json`.

use toml::{Table, Value};

use super::requirement::{Requirement, Requirements, normal_python_name};
use super::words;
use crate::context::{Answer, Context};
use crate::facts::project::package_json::{DependencyKind, PackageJson};

/// Reads the Python project in a folder of the context.
pub(super) fn read(context: &dyn Context, folder: &str, extras: &str, all: &mut Requirements) {
    let at = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    let path = at("pyproject.toml");
    if !all.files.insert(path.clone()) {
        return;
    }
    match context.read(&path) {
        Answer::Found(text) => toml_file(&text, &path, Some(extras), all),
        Answer::Absent => {
            let name = ["setup.py", "setup.cfg"]
                .into_iter()
                .find(|name| context.read(&at(name)).found().is_some());
            all.doubt(format!(
                "what {} asks for",
                at(name.unwrap_or("the project"))
            ));
        }
        Answer::Unknown(reason) => all.doubt(reason),
    }
}

/// Reads a `pyproject.toml` or a `Pipfile`. `extras` names the optional groups asked for, with commas;
/// `None`: every group may be installed.
pub(super) fn toml_file(text: &str, path: &str, extras: Option<&str>, all: &mut Requirements) {
    all.files.insert(path.to_owned());
    let Ok(table) = text.parse::<Table>() else {
        all.doubt(format!("what {path} says: it is not TOML"));
        return;
    };
    let mut any = false;
    let project = table.get("project").and_then(Value::as_table);
    if let Some(project) = project {
        list(project.get("dependencies"), path, all);
        let dynamic = project.get("dynamic").and_then(Value::as_array);
        if dynamic.is_some_and(|d| d.iter().any(|v| v.as_str() == Some("dependencies"))) {
            all.doubt(format!(
                "what {path} asks for: its dependencies are dynamic"
            ));
        }
        let groups = project
            .get("optional-dependencies")
            .and_then(Value::as_table);
        for (name, group) in groups.into_iter().flatten() {
            let asked = extras.is_none_or(|e| e.split(',').any(|e| e.trim() == name));
            if asked {
                list(Some(group), path, all);
            }
        }
        any = true;
    }
    let poetry = ["tool", "poetry"]
        .iter()
        .try_fold(&table, |t, key| t.get(*key).and_then(Value::as_table));
    if let Some(poetry) = poetry {
        any |= named(poetry.get("dependencies"), path, all);
        if extras.is_none() {
            named(poetry.get("dev-dependencies"), path, all);
            let groups = poetry.get("group").and_then(Value::as_table);
            for (_, group) in groups.into_iter().flatten() {
                named(group.get("dependencies"), path, all);
            }
        }
    }
    // Pipfile
    any |= named(table.get("packages"), path, all);
    if extras.is_none() {
        any |= named(table.get("dev-packages"), path, all);
        let groups = table.get("dependency-groups").and_then(Value::as_table);
        for (_, group) in groups.into_iter().flatten() {
            any |= list(Some(group), path, all);
        }
    }
    if !any {
        all.doubt(format!("what {path} asks for"));
    }
}

/// `dependencies = ["flask>=2"]`
fn list(value: Option<&Value>, path: &str, all: &mut Requirements) -> bool {
    let Some(items) = value.and_then(Value::as_array) else {
        return false;
    };
    for item in items.iter().filter_map(Value::as_str) {
        words::words(item, path, all);
    }
    true
}

/// `[dependencies] flask = "^2"`
fn named(value: Option<&Value>, path: &str, all: &mut Requirements) -> bool {
    let Some(items) = value.and_then(Value::as_table) else {
        return false;
    };
    for (name, value) in items {
        if name.eq_ignore_ascii_case("python") {
            continue;
        }
        let version = match value {
            Value::String(version) => Some(version.as_str()),
            Value::Table(table) => table.get("version").and_then(Value::as_str),
            _ => None,
        };
        all.ask(Requirement {
            name: normal_python_name(name),
            specifier: version.filter(|v| *v != "*").map(pep440),
            source: path.to_owned(),
        });
    }
    true
}

/// A condition as pip writes it: poetry's bare `2.2.5` means exactly that.
pub(super) fn pep440(version: &str) -> String {
    if version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(',') {
        format!("=={version}")
    } else {
        version.to_owned()
    }
}

/// Reads a `package.json`.
pub(super) fn package_json(text: &str, path: &str, all: &mut Requirements) {
    all.files.insert(path.to_owned());
    let Some(json) = PackageJson::parse(text) else {
        all.doubt(format!("what {path} says: it is not JSON"));
        return;
    };
    for dependency in json.dependencies() {
        let suffix = match dependency.kind {
            DependencyKind::Runtime => "",
            DependencyKind::Development => " dev",
        };
        all.ask(Requirement {
            name: dependency.name.to_owned(),
            specifier: Some(dependency.version.to_owned()),
            source: format!("{path}{suffix}"),
        });
    }
}
