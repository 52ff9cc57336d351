//! Files that name Python packages: requirements, lock files, the dependencies of projects.

use serde_json::Value;

use super::scripts::has_ending;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A package of the index; the condition on its version, operator included.
    Package {
        name: String,
        version: Option<String>,
    },
    /// A package of a repository: which program fetches it, and its name where the line tells.
    Repository {
        tool: &'static str,
        name: Option<String>,
        ssh: bool,
    },
    /// The extras that a package is asked for with, as written: `uvicorn[standard]`.
    Extras(String),
    /// A wheel by its address.
    Wheel,
    /// A source archive by its address, with the package's name where the line tells.
    Archive(Option<String>),
    /// A folder of the build context.
    Local(String),
    /// Another file of requirements.
    File(String),
    /// A file of conditions on versions.
    Constraints,
    /// Wheels are not taken.
    NoBinary(String),
    /// Not understood.
    Unknown(String),
}

/// The lines of a file of requirements, as pip joins and reads them.
pub(super) fn read(text: &str) -> Vec<Line> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut lines = Vec::new();
    for raw in joined.lines() {
        let Some(line) = line(raw) else { continue };
        if let (Line::Package { name, .. }, Some((before, rest))) = (&line, raw.split_once('['))
            && before.trim() == name
        {
            let extras = rest.split(']').next().unwrap_or(rest);
            lines.push(Line::Extras(format!("{name}[{extras}]")));
        }
        lines.push(line);
    }
    lines
}

fn line(raw: &str) -> Option<Line> {
    let raw = raw.trim_start_matches('\u{feff}');
    let text = match raw.find(" #") {
        Some(end) => &raw[..end],
        None => raw,
    }
    .trim();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    if text.starts_with('-') {
        return option(text);
    }
    // What a package is checked against.
    let text = text.split(" --").next().unwrap_or(text).trim();
    let (text, marker) = text.split_once(';').unwrap_or((text, ""));
    if is_for_another_system(marker) {
        return None;
    }
    Some(requirement(text.trim()))
}

fn option(text: &str) -> Option<Line> {
    let (name, value) = match text.find([' ', '=']) {
        Some(end) if text.starts_with("--") => (&text[..end], text[end + 1..].trim()),
        // `-rbase.txt`
        _ => match text.get(2..) {
            Some(value) if !text.starts_with("--") => (&text[..2], value.trim()),
            _ => (text, ""),
        },
    };
    let value = value.trim_matches(['"', '\'']);
    match name {
        "-r" | "--requirement" => Some(Line::File(value.to_owned())),
        "-c" | "--constraint" => Some(Line::Constraints),
        "-e" | "--editable" => Some(requirement(value)),
        "--no-binary" => Some(Line::NoBinary(value.to_owned())),
        _ => None,
    }
}

/// Markers that leave a package out on Linux.
fn is_for_another_system(marker: &str) -> bool {
    let is_choice = marker.contains(" or ");
    let marker: String = marker.chars().filter(|c| !c.is_whitespace()).collect();
    let marker = marker.replace('"', "'");
    [
        "sys_platform=='win32'",
        "sys_platform=='darwin'",
        "platform_system=='Windows'",
        "platform_system=='Darwin'",
        "os_name=='nt'",
    ]
    .iter()
    .any(|other| marker.contains(other))
        && !is_choice
}

fn requirement(text: &str) -> Line {
    let (name, address) = match text.split_once('@') {
        Some((name, address))
            if is_name(name.trim()) && (address.contains("://") || address.contains("git@")) =>
        {
            (Some(bare(name)), address.trim())
        }
        _ => (None, text),
    };
    let egg = || {
        let (_, egg) = address.split_once("egg=")?;
        let egg = egg.split(['&', '[']).next().unwrap_or(egg);
        is_name(egg).then(|| bare(egg))
    };
    for (prefix, tool) in [
        ("git+", "git"),
        ("hg+", "hg"),
        ("svn+", "svn"),
        ("git://", "git"),
        ("bzr+", "bzr"),
    ] {
        if address.starts_with(prefix) {
            // The repository is nearly always called like the package.
            let folder = || {
                let path = address.split(['#', '?']).next().unwrap_or(address);
                let last = path.trim_end_matches('/').rsplit('/').next()?;
                let last = last
                    .split('@')
                    .next()
                    .unwrap_or(last)
                    .trim_end_matches(".git");
                is_name(last).then(|| bare(last))
            };
            return Line::Repository {
                tool,
                name: name.or_else(egg).or_else(folder),
                ssh: address.contains("ssh://") || address.contains("+git@"),
            };
        }
    }
    if address.contains("://") {
        let path = address.split(['#', '?']).next().unwrap_or(address);
        return if has_ending(path, ".whl") {
            Line::Wheel
        } else {
            Line::Archive(name.or_else(egg))
        };
    }
    if text.starts_with(['.', '/']) || text.starts_with("file:") {
        return if has_ending(text, ".whl") {
            Line::Wheel
        } else {
            Line::Local(text.trim_start_matches("file:").to_owned())
        };
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    }
    .trim();
    let is_condition = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '(']);
    if name.is_empty() || !is_condition || rest.contains('$') {
        return Line::Unknown(text.to_owned());
    }
    Line::Package {
        name: name.to_owned(),
        version: (!rest.is_empty()).then(|| rest.trim_matches(['(', ')']).to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    let text = text.split('[').next().unwrap_or(text).trim();
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn bare(name: &str) -> String {
    name.split('[').next().unwrap_or(name).trim().to_owned()
}

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
            lines.push(Line::Repository {
                tool: "git",
                name: Some(name),
                ssh: false,
            });
            continue;
        }
        lines.push(Line::Package {
            name,
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
                return Line::Repository {
                    tool: "git",
                    name: Some(name.clone()),
                    ssh: false,
                };
            }
            Line::Package {
                name: name.clone(),
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
        if let Some(Line::Package { name, version }) = line(text)
            && name != "python"
        {
            found.push((name, version));
        }
    };
    let lists = [
        "dependencies = [",
        "dependencies=[",
        "install_requires=[",
        "install_requires = [",
        "requires = [",
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
    if let Some((_, table)) = text.split_once("[tool.poetry.dependencies]") {
        for entry in table.lines().skip(1).take_while(|l| !l.starts_with('[')) {
            if let Some((name, _)) = entry.split_once('=') {
                push(name.trim());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: Option<&str>) -> Line {
        Line::Package {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        }
    }

    #[test]
    fn requirements_are_read_as_pip_reads_them() {
        let text = "# web\nflask==2.2.5  # pinned\nuvicorn[standard] >= 0.2 ; python_version > '3'\n-r base.txt\n\
                    pywin32==1 ; sys_platform == 'win32'\nrequests \\\n  --hash=sha256:1\n-e .\n--index-url https://x\n";
        assert_eq!(
            read(text),
            [
                package("flask", Some("==2.2.5")),
                Line::Extras("uvicorn[standard]".to_owned()),
                package("uvicorn", Some(">= 0.2")),
                Line::File("base.txt".to_owned()),
                package("requests", None),
                Line::Local(".".to_owned()),
            ]
        );
    }

    #[test]
    fn repositories_and_archives_are_told_apart() {
        let name = Some("itsdangerous".to_owned());
        for line in [
            "itsdangerous @ git+https://github.com/pallets/itsdangerous.git@2.1.2",
            "git+https://github.com/pallets/itsdangerous.git@2.1.2",
            "-e git+https://github.com/pallets/its#egg=itsdangerous",
        ] {
            let tool = "git";
            assert_eq!(
                read(line),
                [Line::Repository {
                    tool,
                    name: name.clone(),
                    ssh: false
                }],
                "{line}"
            );
        }
        assert_eq!(read("https://x/y-1.0-py3-none-any.whl"), [Line::Wheel]);
        assert_eq!(read("https://x/y.tar.gz"), [Line::Archive(None)]);
    }

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
        assert_eq!(dependencies(text), [("fastapi".to_owned(), None)]);
    }

    #[test]
    fn locks_name_packages() {
        let text = "[[package]]\nname = \"flask\"\nversion = \"2.2.5\"\n\n[[package]]\nname = \"me\"\nsource = { virtual = \".\" }\n";
        assert_eq!(locked(text), [package("flask", Some("==2.2.5"))]);
    }
}
