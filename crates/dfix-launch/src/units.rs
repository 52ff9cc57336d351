//! Units of systemd: the containers and builds of Podman's quadlets, and services that run `docker run`.
//!
//! Source: podman-systemd.unit(5); systemd.syntax(7) and systemd.service(5).

use crate::docker_words::{At, apply_run_options, launches_in, speaks_of_containers};
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::launch::{Build, Launch, Place, Source, Start};
use crate::path::{ends_in, folder_of, join};
use crate::shell::{Shell, Word};
use crate::words;

/// Folders of units.
pub(crate) const FOLDERS: [&str; 6] = [
    "containers",
    "deploy",
    "podman",
    "quadlet",
    "quadlets",
    "systemd",
];

/// Keys of `[Container]`, and the options of `podman run` that they stand for.
const KEYS: [(&str, &str); 21] = [
    ("AddCapability", "--cap-add"),
    ("AddDevice", "--device"),
    ("DropCapability", "--cap-drop"),
    ("Entrypoint", "--entrypoint"),
    ("Environment", "--env"),
    ("EnvironmentFile", "--env-file"),
    ("ExposeHostPort", "--expose"),
    ("GroupAdd", "--group-add"),
    ("HealthCmd", "--health-cmd"),
    ("Mount", "--mount"),
    ("Network", "--network"),
    ("PublishPort", "--publish"),
    ("ReadOnly", "--read-only"),
    ("RunInit", "--init"),
    ("ShmSize", "--shm-size"),
    ("Timezone", "--tz"),
    ("Tmpfs", "--tmpfs"),
    ("User", "--user"),
    ("UserNS", "--userns"),
    ("Volume", "--volume"),
    ("WorkingDir", "--workdir"),
];

/// Reads the units of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let units = names
        .iter()
        .filter(|name| ends_in(name, &["build", "container", "service"]));
    for name in units.take(MOST_FILES) {
        let text = join(folder, name).and_then(|path| Some((files.read(&path).ok()??, path)));
        let Some((text, path)) = text else { continue };
        let unit = Unit {
            files,
            path: &path,
            name,
            lines: lines(&text),
        };
        let launches = match name.rsplit_once('.') {
            Some((_, "build")) => unit.build().into_iter().collect(),
            Some((_, "container")) => unit.container().into_iter().collect(),
            _ if speaks_of_containers(&text) => unit.service(),
            _ => Vec::new(),
        };
        for launch in launches {
            found.note(&path);
            found.launches.push(launch);
        }
    }
}

/// A setting of a unit.
struct Line {
    number: usize,
    section: String,
    key: String,
    /// Its value; a line that is continued is one.
    value: String,
}

fn lines(text: &str) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut section = String::new();
    let mut is_continued = false;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.starts_with(['#', ';']) {
            continue;
        }
        let (value, continues) = match bare.strip_suffix('\\') {
            Some(value) => (value.trim_end(), true),
            None => (bare, false),
        };
        if std::mem::replace(&mut is_continued, continues) {
            if let Some(last) = found.last_mut() {
                last.value.push(' ');
                last.value.push_str(value);
            }
        } else if let Some(name) = bare.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = value.split_once('=') {
            found.push(Line {
                number: number + 1,
                section: section.clone(),
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
            });
        }
    }
    found
}

struct Unit<'a> {
    files: &'a dyn Files,
    path: &'a str,
    name: &'a str,
    lines: Vec<Line>,
}

impl Unit<'_> {
    fn values<'u>(&'u self, section: &'u str, key: &'u str) -> impl Iterator<Item = &'u Line> {
        let lines = self.lines.iter();
        lines.filter(move |line| line.section == section && line.key == key)
    }

    fn launch(&self, line: usize) -> Launch {
        let place = Place {
            file: self.path.to_owned(),
            line,
        };
        Launch::new(Source::Unit, place, self.name)
    }

    fn at(&self) -> At<'_> {
        At {
            files: self.files,
            source: Source::Unit,
            file: self.path,
            name: self.name,
        }
    }

    /// `x.build`: other units name its image after it.
    fn build(&self) -> Option<Launch> {
        let first = self.lines.iter().find(|line| line.section == "Build")?;
        let mut launch = self.launch(first.number);
        let folder = folder_of(self.path);
        let file = self.values("Build", "File").last();
        let dockerfile = file.and_then(|it| join(folder, &it.value));
        let context = self.values("Build", "SetWorkingDirectory").last();
        let context = match context.map(|it| &*it.value) {
            Some("unit") => Some(folder.to_owned()),
            Some("file") => dockerfile.as_deref().map(|it| folder_of(it).to_owned()),
            Some(path) => join(folder, path),
            None => None,
        };
        let dockerfile = dockerfile.or_else(|| join(context.as_deref()?, "Dockerfile"));
        launch.image = Some(self.name.to_owned());
        let tags = self.values("Build", "ImageTag");
        launch.other_images = tags.map(|line| line.value.clone()).collect();
        let target = self.values("Build", "Target").last();
        launch.build = Some(Build {
            context,
            dockerfile,
            target: target.map(|line| line.value.clone()),
            is_case_sensitive: Some(true),
            ..Build::default()
        });
        Some(launch)
    }

    fn container(&self) -> Option<Launch> {
        let image = self.values("Container", "Image").last()?;
        let mut launch = self.launch(image.number);
        launch.image = Some(image.value.clone());
        launch.keeps_low_ports = true;
        for line in self.lines.iter().filter(|it| it.section == "Container") {
            let option = KEYS.iter().find(|(key, _)| *key == line.key);
            let values = match (&*line.key, option) {
                ("PodmanArgs", _) => words::split(&line.value).unwrap_or_default(),
                ("Environment", _) => {
                    let pairs = words::split(&line.value).unwrap_or_default().into_iter();
                    pairs.map(|pair| format!("--env={pair}")).collect()
                }
                (_, Some((_, option))) => vec![format!("{option}={}", line.value)],
                _ => continue,
            };
            let values: Vec<Word> = values.iter().map(|it| Word::known(it)).collect();
            // What is mounted is said on its own line.
            launch.place.line = line.number;
            apply_run_options(&values, folder_of(self.path), self.at(), &mut launch);
        }
        launch.place.line = image.number;
        let exec = self.values("Container", "Exec").last();
        launch.command = exec.and_then(|it| Some(Start::Words(words::split(&it.value)?)));
        Some(launch)
    }

    /// What a service runs by itself.
    fn service(&self) -> Vec<Launch> {
        let keys = ["ExecStartPre", "ExecStart", "ExecStartPost"];
        let lines = keys.iter().flat_map(|key| self.values("Service", key));
        let launches = lines.flat_map(|line| {
            let command = line.value.trim_start_matches(['-', '@', ':', '+', '!']);
            let mut shell = Shell::new(None);
            launches_in(&mut shell, command, line.number, self.at())
        });
        launches.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    #[test]
    fn the_table_is_sorted() {
        assert!(super::FOLDERS.is_sorted());
        assert!(KEYS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
