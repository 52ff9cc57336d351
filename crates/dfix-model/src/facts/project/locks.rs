//! Lock files, and the requirements that a project's own files name.

use serde_json::Value;
use toml::Table;

use super::lines::{Line, line};
use crate::path::has_ending;

/// The packages of `poetry.lock`, `uv.lock` and `pdm.lock`: tables `[[package]]`; of `pylock.toml` (PEP 751): `[[packages]]`.
pub(super) fn locked(text: &str) -> Vec<Line> {
    let is_pylock = !text.contains("[[package]]");
    let start = if is_pylock {
        "[[packages]]"
    } else {
        "[[package]]"
    };
    let (text, settings) = match text.split_once("\n[metadata") {
        // poetry's stand at the end, pdm's at the top.
        Some((before, after)) if !after.contains(start) => (before, after),
        Some((_, after)) => (text, after.split(start).next().unwrap_or("")),
        None => (text, ""),
    };
    // uv and poetry lock for every platform; the others may be told to lock for one.
    let is_complete =
        !is_pylock && !settings.contains("strategy") && !settings.contains("platform");
    let mut lines = Vec::new();
    for table in text.split(start).skip(1) {
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
        let is_of_git = |table: &str| table.contains("\nvcs =") || table.contains("[packages.vcs]");
        if source.contains("git =") || kind.contains("git") || (is_pylock && is_of_git(table)) {
            lines.push(repository(name));
            continue;
        }
        let version = value("version").map(|v| format!("=={}", v.trim_matches('"')));
        let mut wheels = wheels(table);
        if wheels.is_empty() {
            wheels = wheels_below(settings, &name);
        }
        let has_source =
            table.contains(".tar.") || table.contains(".zip\"") || table.contains("\nsdist");
        lines.push(if wheels.is_empty() && !has_source {
            Line::Package {
                name,
                extras: String::new(),
                version,
            }
        } else {
            Line::Locked {
                name,
                version,
                wheels,
                is_complete,
            }
        });
    }
    lines
}

/// The names of the wheels that a text lists: the last parts of its quoted words.
fn wheels(text: &str) -> Vec<String> {
    let words = text.split('"').filter(|word| has_ending(word, "whl"));
    let mut names: Vec<String> = words
        .map(|word| word.rsplit('/').next().unwrap_or(word).replace("%2B", "+"))
        .collect();
    names.dedup();
    names
}

/// Those that older lock files list below `[metadata.files]`: `flask = [`, a file a line.
fn wheels_below(settings: &str, name: &str) -> Vec<String> {
    let is_start = |line: &&str| {
        let key = line
            .split('=')
            .next()
            .unwrap_or("")
            .trim()
            .trim_matches('"');
        line.contains("= [") && key == name
    };
    let mut lines = settings.lines().skip_while(|line| !is_start(line));
    let first = lines.next().unwrap_or("");
    let rest = lines.take_while(|line| line.starts_with([' ', '\t']));
    let mut found = wheels(first);
    found.extend(rest.flat_map(wheels));
    found
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

/// A package that a project's own file asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Its extras, with commas between them.
    pub(super) extras: String,
    pub(super) version: Option<String>,
}

/// The packages that a pyproject.toml, setup.cfg or setup.py names: quoted requirements in lists that
/// are called dependencies, and the keys below `[tool.poetry.dependencies]`.
pub(super) fn dependencies(text: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut push = |text: &str| {
        if let Some(Line::Package {
            name,
            extras,
            version,
        }) = line(text)
            && name != "python"
        {
            found.push(Dependency {
                name,
                extras,
                version,
            });
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
            let extras = value.get("extras").and_then(toml::Value::as_array);
            let extras = extras.into_iter().flatten().filter_map(toml::Value::as_str);
            if name != "python" {
                found.push(Dependency {
                    name: name.clone(),
                    extras: extras.collect::<Vec<&str>>().join(","),
                    version,
                });
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

/// The files of requirements that a setup.py opens, or a pyproject.toml names as dynamic: quoted names.
pub(super) fn read_requirements(text: &str) -> impl Iterator<Item = &str> {
    let opens = text.contains("open(") || text.contains("dynamic") || text.contains("read_text(");
    let quoted = text.split(['"', '\'']);
    quoted.filter(move |it| {
        let is_name = it
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"./_-".contains(&it));
        let of_kind = has_ending(it, ".txt") || has_ending(it, ".in");
        opens && is_name && of_kind && it.contains("require") && !it.starts_with('/')
    })
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
    fn files_that_a_project_reads_are_found() {
        let of = |text| read_requirements(text).collect::<Vec<_>>();
        let setup = "reqs = open('requirements/base.txt').read()\nsetup(long_description=open(\"README.txt\").read())";
        assert_eq!(of(setup), ["requirements/base.txt"]);
        assert_eq!(
            of("dynamic = [\"dependencies\"]\ndependencies = {file = [\"requirements.txt\"]}"),
            ["requirements.txt"]
        );
        assert!(of("# see 'requirements.txt'").is_empty());
    }

    #[test]
    fn projects_name_what_they_depend_on() {
        let text =
            "[project]\nname = \"x\"\ndependencies = [\n  \"flask[async]>=2\",\n  'lxml',\n]\n";
        let of = |name: &str, extras: &str, version: Option<&str>| Dependency {
            name: name.to_owned(),
            extras: extras.to_owned(),
            version: version.map(str::to_owned),
        };
        let found = dependencies(text);
        assert_eq!(
            found,
            [of("flask", "async", Some(">=2")), of("lxml", "", None)]
        );
        let text = "[tool.poetry.dependencies]\npython = \"^3.11\"\nfastapi = \"^0.1\"\npsycopg = { version = \"^3.2\", extras = [\"binary\", \"pool\"] }\n[x]\n";
        assert_eq!(
            dependencies(text),
            [
                of("fastapi", "", Some("^0.1")),
                of("psycopg", "binary,pool", Some("^3.2"))
            ]
        );
    }

    #[test]
    fn locks_name_packages() {
        let text = "[[package]]\nname = \"flask\"\nversion = \"2.2.5\"\n\n[[package]]\nname = \"me\"\nsource = { virtual = \".\" }\n";
        assert_eq!(locked(text), [package("flask", Some("==2.2.5"))]);
    }

    #[test]
    fn locks_name_the_files_of_packages() {
        let with = |wheels: &[&str], is_complete| Line::Locked {
            name: "lxml".to_owned(),
            version: Some("==5.3.0".to_owned()),
            wheels: wheels.iter().map(ToString::to_string).collect(),
            is_complete,
        };
        let head = "name = \"lxml\"\nversion = \"5.3.0\"\n";
        let wheel = "lxml-5.3.0-cp312-cp312-manylinux_2_28_x86_64.whl";
        let uv = format!(
            "version = 1\n[[package]]\n{head}source = {{ registry = \"https://x/simple\" }}\nsdist = {{ url = \"https://x/lxml-5.3.0.tar.gz\" }}\nwheels = [\n    {{ url = \"https://x/{wheel}\", hash = \"sha256:0\" }},\n]\n"
        );
        assert_eq!(locked(&uv), [with(&[wheel], true)]);
        let poetry = format!(
            "[[package]]\n{head}files = [\n    {{file = \"{wheel}\", hash = \"sha256:0\"}},\n    {{file = \"lxml-5.3.0.tar.gz\", hash = \"sha256:1\"}},\n]\n\n[metadata]\nlock-version = \"2.0\"\n"
        );
        assert_eq!(locked(&poetry), [with(&[wheel], true)]);
        let old = format!(
            "[[package]]\n{head}optional = false\n\n[metadata]\nlock-version = \"1.1\"\n\n[metadata.files]\nlxml = [\n    {{file = \"{wheel}\", hash = \"sha256:0\"}},\n]\nsix = [\n    {{file = \"six-1-py3-none-any.whl\", hash = \"sha256:0\"}},\n]\n"
        );
        assert_eq!(locked(&old), [with(&[wheel], true)]);
        let pdm = format!(
            "[metadata]\nstrategy = []\n\n[[package]]\n{head}files = [\n    {{file = \"{wheel}\", hash = \"sha256:0\"}},\n]\n"
        );
        assert_eq!(locked(&pdm).len(), 1);
        let pylock = format!(
            "lock-version = \"1.0\"\n[[packages]]\n{head}index = \"https://x/simple\"\n[[packages.wheels]]\nurl = \"https://x/{wheel}\"\n"
        );
        assert_eq!(locked(&pylock), [with(&[wheel], false)]);
        let source =
            format!("[[package]]\n{head}sdist = {{ url = \"https://x/lxml-5.3.0.tar.gz\" }}\n");
        assert_eq!(locked(&source), [with(&[], true)]);
    }
}
