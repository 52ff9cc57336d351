//! Lock files, and the requirements that a project's own files name.

use serde_json::Value;
use toml::Table;

use super::lines::{Line, line};

/// The packages of `poetry.lock`, `uv.lock` and `pdm.lock`: tables `[[package]]`.
pub(super) fn locked(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for table in text.split("[[package]]").skip(1) {
        let value = |key: &str| {
            table.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                (name.trim() == key).then(|| value.trim().to_owned())
            })
        };
        let Some(name) = value("name").map(|n| n.trim_matches('"').to_owned()) else {
            continue;
        };
        let source = value("source").unwrap_or_default();
        if source.contains("virtual") || source.contains("editable") || source.contains("directory")
        {
            continue;
        }
        let kind = value("type").unwrap_or_default();
        if source.contains("git =") || kind.contains("git") {
            lines.push(repository(name));
            continue;
        }
        lines.push(Line::Package {
            name,
            extras: String::new(),
            version: value("version").map(|v| format!("=={}", v.trim_matches('"'))),
        });
    }
    lines
}

/// The packages of a `Pipfile.lock`.
pub(super) fn pipfile_lock(text: &str) -> Vec<Line> {
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return vec![Line::Unknown("Pipfile.lock".to_owned())];
    };
    let packages = json.get("default").and_then(Value::as_object);
    packages
        .into_iter()
        .flatten()
        .map(|(name, entry)| {
            if entry.get("git").is_some() {
                return repository(name.clone());
            }
            Line::Package {
                name: name.clone(),
                extras: String::new(),
                version: entry
                    .get("version")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            }
        })
        .collect()
}

/// The packages that a pyproject.toml, setup.cfg or setup.py names: quoted requirements in lists that
/// are called dependencies, and the keys below `[tool.poetry.dependencies]`.
pub(super) fn dependencies(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut push = |text: &str| {
        if let Some(Line::Package { name, version, .. }) = line(text)
            && name != "python"
        {
            found.push((name, version));
        }
    };
    if let Ok(table) = text.parse::<Table>() {
        let items = at(&table, &["project", "dependencies"]).and_then(toml::Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .for_each(&mut push);
        // poetry's, and a Pipfile's.
        let named = [&["tool", "poetry", "dependencies"][..], &["packages"]];
        let named = named.iter().filter_map(|path| at(&table, path)?.as_table());
        for (name, value) in named.flatten() {
            let version = match value {
                toml::Value::String(version) => Some(version.as_str()),
                toml::Value::Table(table) => table.get("version").and_then(toml::Value::as_str),
                _ => None,
            };
            let version = version.filter(|version| *version != "*").map(pep440);
            if name != "python" {
                found.push((name.clone(), version));
            }
        }
        return found;
    }
    let lists = [
        "dependencies = [",
        "dependencies=[",
        "install_requires=[",
        "install_requires = [",
    ];
    for list in lists {
        for (at, _) in text.match_indices(list) {
            let rest = &text[at + list.len()..];
            let mut depth = 0;
            let end = rest.find(|c| {
                match c {
                    '[' => depth += 1,
                    ']' if depth == 0 => return true,
                    ']' => depth -= 1,
                    _ => {}
                }
                false
            });
            let inside = &rest[..end.unwrap_or(rest.len())];
            let mut pieces = inside.split(['"', '\'']);
            pieces.next();
            while let Some(quoted) = pieces.next() {
                push(quoted);
                if pieces.next().is_none() {
                    break;
                }
            }
        }
    }
    if let Some((_, list)) = text.split_once("install_requires =\n") {
        list.lines()
            .take_while(|l| l.starts_with([' ', '\t']))
            .for_each(|l| push(l.trim()));
    }
    found
}

/// What a pyproject.toml needs while it is built, and nothing of it is there afterwards.
pub(super) fn build_dependencies(text: &str) -> Vec<Line> {
    let table = text.parse::<Table>().unwrap_or_default();
    let list = at(&table, &["build-system", "requires"]).and_then(toml::Value::as_array);
    let lines = list.into_iter().flatten().filter_map(toml::Value::as_str);
    lines.filter_map(line).collect()
}

/// A condition as pip writes it: poetry's bare `2.2.5` means exactly that.
fn pep440(version: &str) -> String {
    if version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(',') {
        format!("=={version}")
    } else {
        version.to_owned()
    }
}

/// What a project's pyproject.toml asks for under the name of an extra; none where it has no such extra.
pub(super) fn optional(text: &str, extra: &str) -> Option<Vec<Line>> {
    let table = text.parse::<Table>().ok()?;
    let list = at(&table, &["project", "optional-dependencies", extra])?.as_array()?;
    let lines = list.iter().filter_map(toml::Value::as_str);
    Some(lines.filter_map(line).collect())
}

fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = path.split_first()?;
    let mut value = table.get(*first)?;
    for key in rest {
        value = value.get(key)?;
    }
    Some(value)
}

fn repository(name: String) -> Line {
    Line::Repository {
        tool: "git",
        name: Some(name),
        folder: None,
        ssh: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::package;
    use super::*;

    #[test]
    fn projects_name_what_they_depend_on() {
        let text =
            "[project]\nname = \"x\"\ndependencies = [\n  \"flask[async]>=2\",\n  'lxml',\n]\n";
        let found = dependencies(text);
        assert_eq!(
            found,
            [
                ("flask".to_owned(), Some(">=2".to_owned())),
                ("lxml".to_owned(), None)
            ]
        );
        let text = "[tool.poetry.dependencies]\npython = \"^3.11\"\nfastapi = \"^0.1\"\n[x]\n";
        assert_eq!(
            dependencies(text),
            [("fastapi".to_owned(), Some("^0.1".to_owned()))]
        );
    }

    #[test]
    fn locks_name_packages() {
        let text = "[[package]]\nname = \"flask\"\nversion = \"2.2.5\"\n\n[[package]]\nname = \"me\"\nsource = { virtual = \".\" }\n";
        assert_eq!(locked(text), [package("flask", Some("==2.2.5"))]);
    }
}
