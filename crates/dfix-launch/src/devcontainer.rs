//! `devcontainer.json`: the container that a project is developed in.
//!
//! Source: containers.dev, "Development Container metadata reference".

use crate::compose;
use crate::docker_words::{At, apply_run_options, long_mount};
use crate::files::{Files, FolderLaunches};
use crate::json;
use crate::launch::{
    Build, Launch, Mount, MountKind, Place, Port, Source, Start, Unread, Variable,
};
use crate::path::{folder_of, join, name_of};
use crate::shell::Word;
use crate::short;
use crate::yaml::Node;

/// Commands that are run in the container, in the order of their turn.
const COMMANDS: [&str; 5] = [
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
];

/// Reads the `devcontainer.json` of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let own = ["devcontainer.json", ".devcontainer.json"];
    for name in names.iter().filter(|name| own.contains(&name.as_str())) {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        match json::document(&text) {
            Ok(Some(document)) if document.is_map() => {
                found.note(&path);
                read_document(files, &path, &document, found);
            }
            Ok(_) => found.unread(&path, 1, name, "it is no object"),
            Err(error) => {
                let why = format!("it is no JSON: {}", error.message);
                found.unread(&path, error.line, name, why);
            }
        }
    }
}

fn read_document(files: &dyn Files, path: &str, document: &Node, found: &mut FolderLaunches) {
    let mut reader = Reader {
        files,
        path,
        document,
        unread: Vec::new(),
    };
    let mut launch = match document.get("dockerComposeFile") {
        Some(compose) => reader.of_compose(compose, found),
        None => reader.of_image(),
    };
    reader.common(&mut launch);
    launch.unread.append(&mut reader.unread);
    let commands = COMMANDS
        .into_iter()
        .filter_map(|key| Some((key, document.get(key)?)));
    let further: Vec<Launch> = commands
        .flat_map(|(key, node)| starts(key, node))
        .map(|(name, line, start)| {
            let mut further = launch.clone();
            further.unread.clear();
            further.name = name;
            further.place.line = line;
            further.entrypoint = Some(Start::Nothing);
            further.command = Some(start);
            further
        })
        .collect();
    found.launches.push(launch);
    found.launches.extend(further);
}

/// The commands of a key: their names, lines and words.
fn starts(key: &str, node: &Node) -> Vec<(String, usize, Start)> {
    let one = |node: &Node| {
        if let Some(list) = node.list() {
            let words = list.iter().filter_map(|it| Some(it.text()?.to_owned()));
            return Some(Start::Words(words.collect()));
        }
        let text = node.text().filter(|it| !it.trim().is_empty())?;
        Some(Start::Shell(text.to_owned()))
    };
    if !node.is_map() {
        return one(node)
            .map(|start| (key.to_owned(), node.line, start))
            .into_iter()
            .collect();
    }
    let named = node.entries().into_iter();
    named
        .filter_map(|(name, node)| Some((format!("{key} {name}"), node.line, one(node)?)))
        .collect()
}

struct Reader<'a> {
    files: &'a dyn Files,
    path: &'a str,
    document: &'a Node,
    unread: Vec<Unread>,
}

impl Reader<'_> {
    fn launch(&self) -> Launch {
        let place = self.place(self.document);
        let name = self.document.text_of("name").unwrap_or("devcontainer");
        Launch::new(Source::Devcontainer, place, name)
    }

    fn place(&self, node: &Node) -> Place {
        Place {
            file: self.path.to_owned(),
            line: node.line,
        }
    }

    fn unread(&mut self, what: &str, why: impl Into<String>, node: &Node) {
        self.unread.push(Unread {
            what: format!("{what} of {}", self.path),
            why: why.into(),
            place: self.place(node),
        });
    }

    /// A text, if nothing in it is put in by the editor.
    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.text()?;
        if text.contains("${") {
            self.unread(
                what,
                format!("`{text}` is worked out where it is started"),
                node,
            );
            return None;
        }
        Some(text.to_owned())
    }

    fn of_compose(&mut self, compose: &Node, found: &mut FolderLaunches) -> Launch {
        let mut launch = self.launch();
        let folder = folder_of(self.path);
        let list = compose.list().unwrap_or(std::slice::from_ref(compose));
        let paths = list.iter().filter_map(|it| join(folder, it.text()?));
        let paths: Vec<String> = paths.collect();
        let name = self.document.text_of("service").unwrap_or_default();
        match compose::service(self.files, &paths, name, found) {
            Some(service) => {
                launch = Launch {
                    source: launch.source,
                    place: launch.place,
                    name: launch.name,
                    ..service
                };
            }
            None => {
                let what = format!("the service `{name}`");
                self.unread(
                    &what,
                    "it is not in the compose files that are named",
                    compose,
                );
            }
        }
        self.override_command(&mut launch, false);
        launch
    }

    fn of_image(&mut self) -> Launch {
        let mut launch = self.launch();
        let document = self.document;
        let build = document.get("build");
        let old = ["dockerFile", "dockerfile"]
            .into_iter()
            .find_map(|key| document.get(key));
        let file = build.and_then(|it| it.get("dockerfile")).or(old);
        if let Some(file) = file {
            let context = build
                .and_then(|it| it.get("context"))
                .or(document.get("context"));
            launch.build = Some(self.build(file, context, build));
        } else if let Some(image) = document.get("image") {
            launch.image = image.text().map(short::open_name);
        }
        // Where no other mount is said, the project is mounted.
        let folder = document.text_of("workspaceFolder");
        match document.get("workspaceMount") {
            Some(mount) => launch.mounts.extend(self.mount(mount)),
            None => launch.mounts.push(Mount {
                kind: MountKind::Host(".".to_owned()),
                target: folder.unwrap_or("/workspaces").to_owned(),
                is_read_only: false,
                place: self.place(document),
            }),
        }
        self.override_command(&mut launch, true);
        launch
    }

    fn build(&mut self, file: &Node, context: Option<&Node>, build: Option<&Node>) -> Build {
        let folder = folder_of(self.path);
        let context = match context {
            Some(context) => self.text(context, "the build context"),
            None => Some(".".to_owned()),
        };
        let file = self.text(file, "the Dockerfile");
        let target = build.and_then(|it| it.get("target"));
        let arguments = build.and_then(|it| it.get("args"));
        let arguments = arguments.map(Node::entries).unwrap_or_default();
        Build {
            dockerfile_name: None,
            context: context.and_then(|it| join(folder, &it)),
            dockerfile: file.and_then(|it| join(folder, &it)),
            is_inline: false,
            inline: None,
            contexts: Vec::new(),
            is_in_between: false,
            platforms: Vec::new(),
            is_conditional: false,
            is_case_sensitive: None,
            target: target.and_then(|it| self.text(it, "the stage")),
            arguments: arguments
                .into_iter()
                .map(|(name, value)| {
                    let value = value.text().filter(|it| !it.contains("${"));
                    (name.to_owned(), value.map(str::to_owned))
                })
                .collect(),
        }
    }

    /// The container is kept up by a command of its own, unless that is said otherwise.
    fn override_command(&self, launch: &mut Launch, is_usual: bool) {
        let said = self.document.get("overrideCommand");
        if said.map_or(is_usual, Node::is_true) {
            launch.entrypoint = Some(Start::Nothing);
            launch.command = Some(Start::Words(vec![
                "sleep".to_owned(),
                "infinity".to_owned(),
            ]));
        }
    }

    /// What is said alike of containers from an image and of services.
    fn common(&mut self, launch: &mut Launch) {
        let document = self.document;
        let folder = folder_of(self.path);
        let around = folder.strip_suffix("/.devcontainer").unwrap_or(folder);
        let around = if name_of(around) == ".devcontainer" {
            ""
        } else {
            around
        };
        let arguments: Vec<Word> = document
            .list_of("runArgs")
            .iter()
            .filter_map(|it| it.text())
            .map(|text| Word {
                text: text.to_owned(),
                open: text.contains("${").then(|| text.to_owned()),
            })
            .collect();
        let at = At {
            files: self.files,
            source: Source::Devcontainer,
            file: self.path,
            name: "devcontainer",
        };
        apply_run_options(&arguments, around, at, launch);
        // What is done in it is done as `remoteUser`, and as the other where that is alone.
        let users = ["remoteUser", "containerUser"];
        if let Some(user) = users.into_iter().find_map(|key| document.get(key)) {
            launch.user = self.text(user, "the user");
        }
        for mount in document.list_of("mounts") {
            launch.mounts.extend(self.mount(mount));
        }
        for key in ["containerEnv", "remoteEnv"] {
            let entries = document.get(key).map(Node::entries).unwrap_or_default();
            for (name, value) in entries {
                launch.environment.retain(|it| it.name != name);
                launch.environment.push(Variable {
                    name: name.to_owned(),
                    value: value
                        .text()
                        .filter(|it| !it.contains("${"))
                        .map(str::to_owned),
                    place: self.place(value),
                });
            }
        }
        // What the editor is told counts as the environment that it works in: `python.defaultInterpreterPath`.
        for path in [&["settings"][..], &["customizations", "vscode", "settings"]] {
            let settings = document.at(path).map(Node::entries).unwrap_or_default();
            for (name, value) in settings {
                let value = value.text().filter(|it| it.starts_with('/'));
                launch.environment.extend(value.map(|path| Variable {
                    name: name.to_owned(),
                    value: Some(path.to_owned()),
                    place: self.place(document),
                }));
            }
        }
        for key in ["appPort", "forwardPorts"] {
            let Some(value) = document.get(key) else {
                continue;
            };
            let list = value.list().unwrap_or(std::slice::from_ref(value));
            for port in list.iter().filter_map(Node::text) {
                // `db:5432` is another service's.
                let number = port.rsplit(':').next().and_then(|it| it.parse().ok());
                let is_own = key == "appPort" || !port.contains(':');
                launch
                    .ports
                    .extend(number.filter(|_| is_own).map(|number| Port {
                        first: number,
                        last: number,
                    }));
            }
        }
        let capabilities = document.list_of("capAdd").iter().filter_map(Node::text);
        launch.capabilities.extend(capabilities.map(str::to_owned));
        launch.is_privileged |= document.says("privileged");
    }

    fn mount(&mut self, node: &Node) -> Option<Mount> {
        let place = self.place(node);
        let mount = match node.text() {
            Some("") => return None,
            Some(text) => long_mount(text, place),
            None => {
                let pair = |key: &str| format!("{key}={}", node.text_of(key).unwrap_or_default());
                long_mount(&["type", "source", "target"].map(pair).join(","), place)
            }
        };
        match mount {
            Some(mount) if !mount.target.contains("${") => Some(mount),
            _ => {
                self.unread(
                    "a mount",
                    "where it lies is worked out where it is started",
                    node,
                );
                None
            }
        }
    }
}
