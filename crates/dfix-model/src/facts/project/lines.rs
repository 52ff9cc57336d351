//! The lines of pip's requirements files: what each asks for.

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A package of the index.
    Package {
        /// Its name, as written.
        name: String,
        /// The extras that are asked for, as written between the brackets; empty for none.
        extras: String,
        /// The condition on its version, operator included.
        version: Option<String>,
    },
    /// A package of the index, of which a lock file lists the files.
    Locked {
        /// Its name, as written.
        name: String,
        /// Its version.
        version: Option<String>,
        /// The names of its wheels.
        wheels: Vec<String>,
        /// Whether wheels of every platform and Python would be listed.
        is_complete: bool,
    },
    /// A package of a repository.
    Repository {
        /// The program that fetches it.
        tool: &'static str,
        /// Its name where the line tells.
        name: Option<String>,
        /// The last folder of the address, which is nearly always called like the package.
        folder: Option<String>,
        /// Whether it is fetched over ssh.
        ssh: bool,
    },
    /// A wheel by its address or its path.
    Wheel {
        /// The address or path.
        place: String,
        /// The package's name where the line tells.
        name: Option<String>,
    },
    /// A source archive by its address.
    Archive {
        /// The address.
        address: String,
        /// The package's name where the line tells.
        name: Option<String>,
    },
    /// A folder of the build context, seen from the container's working directory; extras may follow.
    Local(String),
    /// Another file of requirements, seen from this one.
    File(String),
    /// A file of conditions on versions, seen from this one.
    Constraints(String),
    /// Wheels are not taken for these packages (`:all:` for none).
    NoBinary(String),
    /// Not understood.
    Unknown(String),
}

/// A Python package's name as the index compares it (PEP 503).
pub fn normal_python_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if matches!(c, '_' | '.' | '-') {
            '-'
        } else {
            c.to_ascii_lowercase()
        };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

/// The lines of a file of requirements, as pip joins and reads them. Packages that a marker leaves out
/// on Linux, comments and options that ask for nothing are no lines.
pub(super) fn lines(text: &str) -> Vec<Line> {
    logical_lines(text)
        .iter()
        .filter_map(|raw| line(raw))
        .collect()
}
/// One logical line, or one requirement that a command or a project names.
pub(super) fn line(raw: &str) -> Option<Line> {
    let text = raw.trim();
    if text.is_empty() {
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
        "-c" | "--constraint" => Some(Line::Constraints(value.to_owned())),
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
                name: name.or_else(egg),
                folder: folder(),
                ssh: address.contains("ssh://") || address.contains("+git@"),
            };
        }
    }
    if address.contains("://") {
        let path = address.split(['#', '?']).next().unwrap_or(address);
        return if is_wheel(path) {
            Line::Wheel {
                place: address.to_owned(),
                name,
            }
        } else {
            Line::Archive {
                address: address.to_owned(),
                name: name.or_else(egg),
            }
        };
    }
    if text.starts_with(['.', '/']) || text.starts_with("file:") {
        return if is_wheel(text) {
            Line::Wheel {
                place: text.to_owned(),
                name: None,
            }
        } else {
            Line::Local(text.trim_start_matches("file:").to_owned())
        };
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let (extras, rest) = match rest.strip_prefix('[') {
        Some(inside) => inside.split_once(']').unwrap_or((inside, "")),
        None => ("", rest),
    };
    let rest = rest.trim();
    let is_condition = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '(']);
    if name.is_empty() || !is_condition || rest.contains('$') {
        return Line::Unknown(text.to_owned());
    }
    Line::Package {
        name: name.to_owned(),
        extras: extras.to_owned(),
        version: (!rest.is_empty()).then(|| rest.trim_matches(['(', ')']).to_owned()),
    }
}

fn is_wheel(path: &str) -> bool {
    path.rsplit('.').next() == Some("whl")
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

/// The lines as pip reads them: joined where a backslash ends one, comments and blanks away.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment && let Some(line) = line.strip_suffix('\\') {
            current.push_str(line);
            continue;
        }
        if !is_comment {
            current.push_str(line);
        }
        let joined = std::mem::take(&mut current);
        let end = joined
            .char_indices()
            .find(|&(i, c)| c == '#' && (i == 0 || joined[..i].ends_with(char::is_whitespace)))
            .map_or(joined.len(), |(i, _)| i);
        let line = joined[..end].trim();
        if !line.is_empty() {
            lines.push(line.to_owned());
        }
    }
    if !current.trim().is_empty() {
        lines.push(current.trim().to_owned());
    }
    lines
}

/// A line that names a package, for the tests of whoever reads lines.
#[cfg(test)]
pub(super) fn package(name: &str, version: Option<&str>) -> Line {
    Line::Package {
        name: name.to_owned(),
        extras: String::new(),
        version: version.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_as_pip_reads_them() {
        let text = "# web\nflask==2.2.5  # pinned\nuvicorn[standard] >= 0.2 ; python_version > '3'\n-r base.txt\n\
                    pywin32==1 ; sys_platform == 'win32'\nrequests \\\n  --hash=sha256:1\n-e .\n--index-url https://x\n";
        assert_eq!(
            lines(text),
            [
                package("flask", Some("==2.2.5")),
                Line::Package {
                    name: "uvicorn".to_owned(),
                    extras: "standard".to_owned(),
                    version: Some(">= 0.2".to_owned()),
                },
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
            let lines = lines(line);
            let [
                Line::Repository {
                    tool: "git",
                    name: said,
                    folder,
                    ssh: false,
                },
            ] = lines.as_slice()
            else {
                panic!("{line}: {lines:?}");
            };
            assert_eq!(said.as_ref().or(folder.as_ref()), name.as_ref(), "{line}");
        }
        assert_eq!(
            lines("https://x/y-1.0-py3-none-any.whl"),
            [Line::Wheel {
                place: "https://x/y-1.0-py3-none-any.whl".to_owned(),
                name: None
            }]
        );
        assert_eq!(
            lines("https://x/y.tar.gz"),
            [Line::Archive {
                address: "https://x/y.tar.gz".to_owned(),
                name: None
            }]
        );
    }
}
