//! Which files of Compose belong together: overrides, `include`, `extends`.

use crate::compose::service::{Reader, Service};
use crate::compose::together::put_together;
use crate::examples::is_word;
use crate::files::{Files, FolderLaunches, MOST_FILES as MOST_OF_A_KIND};
use crate::launch::{Launch, Place, Unread};
use crate::path::{ends_in, folder_of, join, name_of};
use crate::variables::Variables;
use crate::yaml::{self, Node};

/// How far `include` and `extends` are followed.
const MOST_FILES: usize = 16;

/// Whether Compose, or a person with `-f`, takes a file of this name, or a copy of it.
pub(crate) fn is_compose(name: &str) -> bool {
    let copied = name.rsplit_once('.');
    let copied = copied.filter(|(_, word)| is_word(word) || matches!(*word, "dev" | "prod"));
    let name = copied.map_or(name, |(name, _)| name);
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"));
    let Some(stem) = stem.map(|stem| stem.strip_prefix("docker-").unwrap_or(stem)) else {
        return false;
    };
    let rest = stem.strip_prefix("compose");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
}

/// Whether a file, or a copy of it, is put over the base by Compose itself, whatever its services say: `compose.override.yml`.
fn is_override(name: &str) -> bool {
    name.split(['.', '-', '_']).any(|word| word == "override")
}

/// The file that Compose takes by itself, in the order of its own search.
fn base_of(names: &[String]) -> Option<&str> {
    const BASES: [&str; 4] = [
        "compose.yaml",
        "compose.yml",
        "docker-compose.yml",
        "docker-compose.yaml",
    ];
    BASES
        .into_iter()
        .find(|base| names.iter().any(|name| name == base))
}

/// Whether a text of another name is a file of Compose: its `services` are a map of what has an image or is built. People
/// name it with `-f`, or give it to `docker stack deploy`.
fn is_compose_by_its_text(text: &str) -> bool {
    let has_services = text.starts_with("services:") || text.contains("\nservices:");
    if !has_services || !(text.contains("image:") || text.contains("build:")) {
        return false;
    }
    let Ok(documents) = yaml::documents(text) else {
        // It looks like one.
        return true;
    };
    let services = documents.first().and_then(|it| it.get("services"));
    let says =
        |service: &Node| service.text_of("image").is_some() || service.get("build").is_some();
    let entries = services.map(Node::entries).unwrap_or_default();
    entries.iter().any(|(_, service)| says(service)) && entries.iter().all(|(_, it)| it.is_map())
}

/// The files of Compose in a folder that have another name.
fn others<'n>(files: &dyn Files, folder: &str, names: &'n [String]) -> Vec<&'n String> {
    // What is in a chart is filled in elsewhere, and an editor names what is its own.
    let is_editors = folder.split('/').any(|it| it == ".devcontainer");
    if is_editors || names.iter().any(|it| it == "Chart.yaml") {
        return Vec::new();
    }
    let texts = names
        .iter()
        .filter(|name| ends_in(name, &["yaml", "yml"]) && !is_compose(name))
        .take(MOST_OF_A_KIND);
    let is_other = |name: &&String| {
        let text = join(folder, name).and_then(|path| files.read(&path).ok()?);
        text.is_some_and(|text| is_compose_by_its_text(&text))
    };
    texts.filter(is_other).collect()
}

/// Reads the files of Compose in a folder. A file other than the base, whose services say less, is read as it
/// would be with `-f base -f file`.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let mut composes: Vec<&String> = names.iter().filter(|name| is_compose(name)).collect();
    composes.append(&mut others(files, folder, names));
    if composes.is_empty() {
        return;
    }
    let base = base_of(names);
    let mut reading = Reading {
        files,
        read: Vec::new(),
        unread: Vec::new(),
    };
    let base_services = match base.and_then(|name| join(folder, name)) {
        Some(path) => reading.services_of(&path, 0),
        None => Vec::new(),
    };
    for name in composes {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let is_base = base == Some(name.as_str());
        let mut services = if is_base {
            base_services.clone()
        } else {
            let below = |service: Service| {
                let base = base_services
                    .iter()
                    .find(|base| base.launch.name == service.launch.name);
                match base.filter(|_| is_override(name) || !service.stands_alone()) {
                    Some(base) => service.over(base),
                    None => service,
                }
            };
            reading
                .services_of(&path, 0)
                .into_iter()
                .map(below)
                .collect()
        };
        let named = put_together(&mut services);
        let jobs: Vec<Launch> = services.iter().flat_map(|it| it.jobs.clone()).collect();
        let launches = services.into_iter().map(|service| service.launch);
        found.launches.extend(launches.chain(named).chain(jobs));
    }
    found.unread.append(&mut reading.unread);
    found.files.append(&mut reading.read);
}

/// The services of a text that stands in the file at this path, from this line on, and is to be copied into a folder of its
/// own; empty where it is none of Compose's.
pub(crate) fn in_text(files: &dyn Files, path: &str, text: &str, line: usize) -> Vec<Launch> {
    if !is_compose_by_its_text(text) {
        return Vec::new();
    }
    let files = &Within { files, path, text };
    let mut reading = Reading {
        files,
        read: Vec::new(),
        unread: Vec::new(),
    };
    let services = reading.services_of(path, 0).into_iter();
    let mut launches: Vec<Launch> = services.map(|it| it.launch).collect();
    for launch in &mut launches {
        launch.place.line += line - 1;
        for mount in &mut launch.mounts {
            mount.place.line += line - 1;
        }
    }
    launches
}

/// The files of a repository, where one has this text in place of its own.
struct Within<'f> {
    files: &'f dyn Files,
    path: &'f str,
    text: &'f str,
}

impl Files for Within<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        if path == self.path {
            return Ok(Some(self.text.to_owned()));
        }
        self.files.read(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.files.list(folder)
    }
}

/// One service, as these files say it together: what `devcontainer.json` starts.
pub(crate) fn service(
    files: &dyn Files,
    paths: &[String],
    name: &str,
    found: &mut FolderLaunches,
) -> Option<Launch> {
    let mut reading = Reading {
        files,
        read: Vec::new(),
        unread: Vec::new(),
    };
    let mut whole: Option<Service> = None;
    for path in paths {
        let services = reading.services_of(path, 0);
        let Some(service) = services.into_iter().find(|it| it.launch.name == name) else {
            continue;
        };
        whole = Some(match whole {
            Some(base) => service.over(&base),
            None => service,
        });
    }
    reading.read.iter().for_each(|path| found.note(path));
    found.unread.append(&mut reading.unread);
    Some(whole?.launch)
}

struct Reading<'f> {
    files: &'f dyn Files,
    /// The files that were read, each once.
    read: Vec<String>,
    unread: Vec<Unread>,
}

impl Reading<'_> {
    /// The services of a file, those that it includes among them.
    fn services_of(&mut self, path: &str, depth: usize) -> Vec<Service> {
        let Some(document) = self.document(path) else {
            return Vec::new();
        };
        let folder = folder_of(path);
        let variables = self.variables_of(folder);
        let mut services = Vec::new();
        for (entry, included) in included(&document) {
            let place = place(path, entry);
            match included.and_then(|it| join(folder, it)) {
                Some(path) if depth < MOST_FILES => {
                    services.extend(self.services_of(&path, depth + 1));
                }
                _ => self.unread.push(Unread {
                    what: "the file that is included".to_owned(),
                    why: "it is not a file of this repository".to_owned(),
                    place,
                }),
            }
        }
        let all = document.get("services");
        for (name, node) in all.map(Node::entries).unwrap_or_default() {
            let line = all.map_or(node.line, |all| all.line_of(name));
            let mut reader = Reader::new(self.files, path, &variables, &document);
            let mut service = reader.service(name, node, line);
            if let Some(extends) = node.get("extends") {
                service = self.extended(service, extends, path, depth);
            }
            services.push(service);
        }
        services
    }

    /// A service over the one that it extends.
    fn extended(
        &mut self,
        mut service: Service,
        extends: &Node,
        path: &str,
        depth: usize,
    ) -> Service {
        let name = extends.text().or_else(|| extends.get("service")?.text());
        let file = match extends.get("file").map(Node::text) {
            None => Some(path.to_owned()),
            Some(file) => file.and_then(|file| join(folder_of(path), file)),
        };
        let base = match (name, file) {
            (Some(name), Some(file)) if depth < MOST_FILES => {
                self.service_of(&file, name, depth + 1)
            }
            _ => None,
        };
        match base {
            Some(base) => service.over(&base),
            None => {
                service.launch.unread.push(Unread {
                    what: format!("what {} extends", service.launch.said()),
                    why: "it is not a service of this repository".to_owned(),
                    place: place(path, extends),
                });
                service
            }
        }
    }

    /// One service of a file, and what it extends.
    fn service_of(&mut self, path: &str, name: &str, depth: usize) -> Option<Service> {
        let document = self.document(path)?;
        let variables = self.variables_of(folder_of(path));
        let all = document.get("services")?;
        let node = all.get(name)?;
        let service = Reader::new(self.files, path, &variables, &document).service(
            name,
            node,
            all.line_of(name),
        );
        Some(match node.get("extends") {
            Some(extends) => self.extended(service, extends, path, depth),
            None => service,
        })
    }

    /// The variables that Compose puts in: those of `.env` beside the file.
    fn variables_of(&mut self, folder: &str) -> Variables {
        let path = join(folder, ".env").unwrap_or_default();
        match self.files.read(&path) {
            Ok(Some(text)) => {
                self.note(&path);
                Variables::of_file(&text)
            }
            Ok(None) | Err(_) => Variables::default(),
        }
    }

    fn note(&mut self, path: &str) {
        if !self.read.iter().any(|read| read == path) {
            self.read.push(path.to_owned());
        }
    }

    fn document(&mut self, path: &str) -> Option<Node> {
        let unread = |line: usize, why: String| Unread {
            what: name_of(path).to_owned(),
            why,
            place: Place {
                file: path.to_owned(),
                line,
            },
        };
        let text = match self.files.read(path) {
            Ok(text) => text?,
            Err(why) => {
                self.unread.push(unread(1, why));
                return None;
            }
        };
        self.note(path);
        match yaml::documents(&text) {
            Ok(documents) => documents.into_iter().next(),
            Err(error) => {
                let why = format!("it is no YAML: {}", error.message);
                self.unread.push(unread(error.line, why));
                None
            }
        }
    }
}

fn place(path: &str, node: &Node) -> Place {
    Place {
        file: path.to_owned(),
        line: node.line,
    }
}

/// What a file includes: each entry, and the path that it names.
fn included(document: &Node) -> Vec<(&Node, Option<&str>)> {
    let Some(list) = document.get("include").and_then(Node::list) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in list {
        match entry.get("path") {
            Some(path) => match path.list() {
                Some(paths) => found.extend(paths.iter().map(|path| (path, path.text()))),
                None => found.push((entry, path.text())),
            },
            None => found.push((entry, entry.text())),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{base_of, is_compose};

    #[test]
    fn files_of_compose_are_told_by_their_names() {
        for name in [
            "compose.yaml",
            "docker-compose.yml",
            "docker-compose.prod.yml",
            "compose-dev.yaml",
        ] {
            assert!(is_compose(name), "{name}");
        }
        for name in [
            "composer.json",
            "docker-composer.yml",
            "compose",
            "my-compose.yml",
        ] {
            assert!(!is_compose(name), "{name}");
        }
        let names = ["docker-compose.yml", "compose.yaml"].map(str::to_owned);
        assert_eq!(base_of(&names), Some("compose.yaml"));
    }
}
