//! The containers that a tree describes, whichever platform it is for.

use crate::cloud_run;
use crate::files::Files;
use crate::hcl_tree::{KIND, LABEL};
use crate::launch::{
    Access, Build, Health, Launch, Mount, MountKind, Place, Port, Source, Start, Unread, Variable,
};
use crate::path::{folder_of, join, name_of};
use crate::platforms::keys::{
    CHECKS, COMMANDS, CONTEXTS, DOCKERFILES, ENTRYPOINTS, FOLDERS, HOOKS, IMAGES, INNER_PORTS,
    MOUNTS, PARTS, PODS, PORTS, RESOURCES, SOURCES, TARGETS, USERS, VARIABLES,
};
use crate::short;
use crate::yaml::Node;

/// How deep a tree is looked through.
const DEEPEST: usize = 16;
/// How many containers of a file are read.
const MOST: usize = 128;

/// What is the same for all containers of a file.
pub(super) struct Reader<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) path: &'a str,
    /// The folder that its paths are from.
    pub(super) root: &'a str,
    /// Whether `${…}` in its texts stands for what is not known.
    pub(super) is_filled_in: bool,
    /// Whether `{{ … }}` does.
    pub(super) is_ansible: bool,
}

/// What describes a container: a map, and those in it.
struct Parts<'n>(Vec<&'n Node>);

impl<'n> Parts<'n> {
    fn of(node: &'n Node) -> Self {
        let mut parts = vec![node];
        for key in PARTS {
            let Some(part) = node.get(key) else { continue };
            match part.list() {
                Some([only]) => parts.push(only),
                Some(_) => {}
                None => parts.push(part),
            }
        }
        let inner = parts.iter().skip(1).filter_map(|it| it.get("docker"));
        let inner: Vec<&Node> = inner.filter(|it| it.is_map()).collect();
        parts.extend(inner);
        parts.retain(|it| it.is_map());
        Parts(parts)
    }

    fn get(&self, keys: &[&str]) -> Option<&'n Node> {
        keys.iter().find_map(|key| {
            let found = self.0.iter().find_map(|part| part.get(key));
            found.filter(|it| !it.is_null())
        })
    }

    fn all(&self, keys: &'n [&str]) -> impl Iterator<Item = &'n Node> {
        let parts = self.0.clone();
        keys.iter()
            .flat_map(move |key| parts.clone().into_iter().filter_map(move |it| it.get(key)))
            .filter(|it| !it.is_null())
    }

    fn text(&self, keys: &[&str]) -> Option<&'n str> {
        keys.iter()
            .find_map(|key| self.0.iter().find_map(|part| part.text_of(key)))
    }

    fn says(&self, key: &str) -> bool {
        self.0.iter().any(|part| part.says(key))
    }
}

/// The containers anywhere in a tree.
pub(super) fn of_all(reader: &Reader<'_>, document: &Node) -> Vec<Launch> {
    let mut found = Vec::new();
    let walk = Walk {
        reader,
        whole: document,
    };
    walk.through(document, 0, false, &mut found);
    found
}

/// The container that a whole document describes, of the Dockerfile beside it where it names no other, and its processes.
pub(super) fn of_whole(reader: &Reader<'_>, document: &Node) -> Vec<Launch> {
    let parts = Parts::of(document);
    let mut launch = reader.launch("app", document, &parts, false);
    if launch.build.is_none() && launch.image.is_none() {
        let names = reader.files.list(reader.root);
        let mut usual = ["Dockerfile", "dockerfile"].into_iter();
        let Some(name) = usual.find(|name| names.iter().any(|it| it == name)) else {
            return Vec::new();
        };
        reader.build(&mut launch, Some(name), None);
    }
    let processes = parts.get(&["processes"]).filter(|it| it.is_map());
    let processes = processes.map(Node::entries).unwrap_or_default();
    let processes: Vec<Launch> = processes
        .into_iter()
        .filter_map(|(name, command)| {
            let text = command.text().filter(|it| !it.is_empty())?;
            let place = reader.place(command);
            Some(Launch {
                command: Some(Start::Shell(text.to_owned())),
                name: name.to_owned(),
                place,
                ..launch.clone()
            })
        })
        .collect();
    let hooks = reader.hooks(&launch, &parts);
    let all = std::iter::once(launch).chain(processes);
    all.chain(hooks).collect()
}

/// A way through a document.
struct Walk<'a> {
    reader: &'a Reader<'a>,
    whole: &'a Node,
}

impl Walk<'_> {
    /// `is_pods`: whether the containers are told as Kubernetes tells them.
    fn through(&self, node: &Node, depth: usize, is_pods: bool, found: &mut Vec<Launch>) {
        let reader = self.reader;
        if depth > DEEPEST || found.len() >= MOST {
            return;
        }
        if let Some(list) = node.list() {
            for it in list {
                self.through(it, depth + 1, is_pods, found);
            }
            return;
        }
        if !node.is_map() {
            return;
        }
        let is_resource = |kind: &str| RESOURCES.iter().any(|it| kind.contains(it));
        let kind = node.text_of(KIND);
        if kind.is_some_and(|kind| !is_resource(kind)) {
            return;
        }
        let is_pods = is_pods || kind.is_some_and(|it| PODS.iter().any(|pods| it.contains(pods)));
        let parts = Parts::of(node);
        let driver = parts.text(&["driver"]);
        let is_here = driver.is_none_or(|it| matches!(it, "docker" | "podman"))
            && (is_image(&parts) || is_built(&parts));
        if is_here {
            let name = node.text_of("name").or_else(|| node.text_of(LABEL));
            let name = name.unwrap_or("?").to_owned();
            let mut launch = reader.launch(&name, node, &parts, is_pods);
            if let Some(image) = launch.image.as_mut() {
                *image = reader.named(image, self.whole);
            }
            if launch.image.is_some() || launch.build.is_some() {
                let hooks = reader.hooks(&launch, &parts);
                found.push(launch);
                found.extend(hooks);
            }
        }
        let before = found.len();
        for (key, inner) in node.entries() {
            if !(is_here && PARTS.contains(&key)) {
                self.through(inner, depth + 1, is_pods, found);
            }
        }
        cloud_run::tell_of_resource(kind, node, &mut found[before..]);
    }
}

/// Whether a container's `command` is its entry point and `args` its command, as Kubernetes has it: both are lists.
fn is_of_pods(parts: &Parts<'_>) -> bool {
    let is_list = |key: &str| parts.get(&[key]).is_some_and(|it| it.list().is_some());
    is_list("command") && is_list("args") && parts.get(&ENTRYPOINTS).is_none()
}

/// Whether a container of an image is described.
fn is_image(parts: &Parts<'_>) -> bool {
    let image = parts.get(&IMAGES);
    image.is_some_and(|it| image_of(it).is_some())
}

/// Whether one is that a Dockerfile builds.
fn is_built(parts: &Parts<'_>) -> bool {
    let is_docker = |key| parts.text(&[key]) == Some("docker");
    parts.text(&DOCKERFILES).is_some()
        || is_docker("runtime")
        || is_docker("env")
        || parts.0[0].text_of(KIND) == Some("docker_image") && parts.0.len() > 1
        || parts
            .get(&["image"])
            .is_some_and(|it| it.get("build").is_some())
}

/// The name of an image that stands here as a text, or by its parts.
fn image_of(node: &Node) -> Option<String> {
    if let Some([only]) = node.list() {
        return image_of(only);
    }
    let text = match node.text() {
        Some(text) => text.to_owned(),
        None => {
            let keys = ["Name", "url", "name", "location", "repository"];
            let name = keys.iter().find_map(|key| node.text_of(key))?;
            match node.text_of("tag") {
                Some(tag) => format!("{name}:{tag}"),
                None => name.to_owned(),
            }
        }
    };
    let is_name = |text: &str| {
        let is_file = [".png", ".jpg", ".svg", ".iso", ".qcow2", ".img"];
        !text.is_empty()
            && !text.contains(char::is_whitespace)
            && !text.contains("://")
            && !is_file.iter().any(|it| text.ends_with(it))
    };
    // `<IMAGE>` is put in before it is deployed.
    let text = text.replace('<', "${").replace('>', "}");
    let text = text.replace("{{ ", "{{").replace(" }}", "}}");
    is_name(&text).then_some(text)
}

impl Reader<'_> {
    fn place(&self, node: &Node) -> Place {
        Place {
            file: self.path.to_owned(),
            line: node.line,
        }
    }

    fn is_open(&self, text: &str) -> bool {
        (self.is_filled_in && text.contains("${")) || (self.is_ansible && text.contains("{{"))
    }

    /// An image that another resource, or a variable of the file, names.
    fn named(&self, image: &str, whole: &Node) -> String {
        let path = image
            .strip_prefix("${")
            .and_then(|it| it.strip_suffix('}'))
            .filter(|_| self.is_filled_in);
        let known = path.and_then(|path| {
            let mut parts = path.split('.');
            let (kind, label) = (parts.next()?, parts.next()?);
            let (block, key) = match kind {
                "docker_image" => ("resource", "name"),
                "var" => ("variable", "default"),
                _ => return None,
            };
            let all = whole.list_of(block).iter();
            let mut named = all.filter(|it| it.text_of(LABEL) == Some(label));
            let is_kind = |it: &&Node| kind == "var" || it.text_of(KIND) == Some(kind);
            named.find(is_kind)?.text_of(key).map(str::to_owned)
        });
        short::open_name(&known.unwrap_or_else(|| image.to_owned()))
    }

    fn launch(&self, name: &str, node: &Node, parts: &Parts<'_>, is_pods: bool) -> Launch {
        let mut launch = Launch::new(Source::Platform, self.place(node), name);
        let image = parts.get(&IMAGES);
        launch.image = image.and_then(image_of).map(|it| {
            if self.is_filled_in {
                it
            } else {
                short::open_name(&it)
            }
        });
        self.built(&mut launch, parts);
        if node.text_of(KIND) == Some("docker_image") {
            launch.image = node.text_of("name").map(short::open_name);
        }
        if is_pods || is_of_pods(parts) {
            launch.entrypoint = self.start(&mut launch, parts, &["command"]);
            launch.command = self.start(&mut launch, parts, &["args"]);
            // Without `args` nothing of the image's CMD is left.
            if parts.get(&["command"]).is_some() && parts.get(&["args"]).is_none() {
                launch.command = Some(Start::Nothing);
            }
        } else {
            launch.entrypoint = self.start(&mut launch, parts, &ENTRYPOINTS);
            launch.command = self.start(&mut launch, parts, &COMMANDS);
        }
        launch.user = self.user(&mut launch, parts);
        launch.working_dir = parts.text(&FOLDERS).map(str::to_owned);
        launch.environment = self.environment(parts);
        for mounts in parts.all(&MOUNTS) {
            self.mounts(mounts, &mut launch);
        }
        for node in parts.all(&PORTS) {
            ports(node, &mut launch.ports);
        }
        launch.is_privileged = parts.says("privileged") || parts.says("Privileged");
        launch.has_host_network = parts
            .text(&["network_mode", "networkMode", "NetworkMode"])
            .is_some_and(|it| it == "host");
        launch.capabilities = capabilities(parts);
        let devices = parts.get(&["devices"]).map(Node::texts).unwrap_or_default();
        let devices = devices.into_iter().filter_map(Node::text);
        launch.devices = devices.map(|it| short::device(it).to_owned()).collect();
        if let Some(check) = parts.get(&CHECKS) {
            let keys = ["command", "Command", "test"];
            let test = keys.iter().find_map(|key| check.get(key));
            launch.health = test.and_then(health);
        }
        launch
    }

    fn user(&self, launch: &mut Launch, parts: &Parts<'_>) -> Option<String> {
        let node = parts.get(&USERS)?;
        let user = node.text().filter(|it| !self.is_open(it));
        if user.is_none() {
            launch.unread.push(Unread {
                what: format!("the user of {}", launch.said()),
                why: "it is put in where it is started".to_owned(),
                place: self.place(node),
            });
        }
        user.map(str::to_owned)
    }

    /// What is run once before a container is started, of the same image.
    fn hooks(&self, launch: &Launch, parts: &Parts<'_>) -> Vec<Launch> {
        let said = HOOKS
            .iter()
            .filter_map(|key| Some((*key, parts.get(&[key])?)));
        let hook = |(key, node): (&str, &Node)| {
            let mut hook = Launch {
                name: format!("{} ({key})", launch.name),
                place: self.place(node),
                command: None,
                health: None,
                ports: Vec::new(),
                mounts: Vec::new(),
                unread: Vec::new(),
                ..launch.clone()
            };
            let texts: Option<Vec<&str>> = node.texts().into_iter().map(Node::text).collect();
            match texts.map(|it| it.join(" && ")) {
                Some(text) if text.is_empty() => return None,
                Some(text) if !node.is_map() && !self.is_open(&text) => {
                    hook.command = Some(Start::Shell(text));
                }
                _ => self.command_is_open(&mut hook, node),
            }
            Some(hook)
        };
        said.filter_map(hook).collect()
    }

    /// Notes that a command is not known.
    fn command_is_open(&self, launch: &mut Launch, node: &Node) {
        launch.unread.push(Unread {
            what: format!("the command of {}", launch.said()),
            why: "parts of it are put in where it is started".to_owned(),
            place: self.place(node),
        });
    }

    /// What it is built from.
    fn built(&self, launch: &mut Launch, parts: &Parts<'_>) {
        if !is_built(parts) {
            return;
        }
        let inner = parts.get(&["image"]).and_then(|it| it.get("build"));
        let of_text = inner.and_then(Node::text);
        let told = |keys: &[&str]| {
            let of_inner = keys.iter().find_map(|key| inner?.text_of(key));
            of_inner.or_else(|| parts.text(keys))
        };
        let dockerfile = of_text.or_else(|| told(&DOCKERFILES));
        self.build(launch, dockerfile, told(&CONTEXTS));
    }

    /// A build of this Dockerfile. Some paths are from the context, some from the root that the platform takes: a name alone is
    /// from the context, a path from the root, but where only the other place has the file.
    fn build(&self, launch: &mut Launch, dockerfile: Option<&str>, context: Option<&str>) {
        let is_open = |path: &str| self.is_open(path) || path.contains('$');
        let of_root = |path: &str| {
            let path = path.trim_start_matches('/');
            (!is_open(path)).then(|| join(self.root, path)).flatten()
        };
        let (written, path) = (context.unwrap_or("."), dockerfile.unwrap_or("Dockerfile"));
        let context = of_root(written);
        let of_context = context.as_deref().filter(|_| !is_open(path));
        let of_context = of_context.and_then(|context| join(context, path));
        let (usual, other) = match dockerfile {
            None => (of_context, None),
            Some(path) if path.contains('/') => (of_root(path), of_context),
            Some(path) => (of_context, of_root(path)),
        };
        let is_there = |path: &String| {
            let names = self.files.list(folder_of(path));
            names.iter().any(|it| it == name_of(path))
        };
        let dockerfile = match (usual, other) {
            (Some(usual), Some(other)) if !is_there(&usual) && is_there(&other) => Some(other),
            (Some(usual), _) => Some(usual).filter(|it| !is_open(written) || is_there(it)),
            (None, other) => other.filter(|_| context.is_some()),
        };
        let mut build = Build {
            context,
            dockerfile,
            ..Build::default()
        };
        if build.dockerfile.is_none() && (is_open(path) || is_open(written)) {
            let name = Some(name_of(path)).filter(|it| !it.contains(['$', '{', '}']));
            build.dockerfile_name = name.map(str::to_owned);
            launch.unread.push(Unread {
                what: format!("the Dockerfile of {}", launch.said()),
                why: "parts of its path are put in where it is built".to_owned(),
                place: launch.place.clone(),
            });
        }
        launch.build = Some(build);
    }

    /// A text, or a list of words; a command with `args` is one with both.
    fn start(&self, launch: &mut Launch, parts: &Parts<'_>, keys: &[&str]) -> Option<Start> {
        let mut all = keys.iter().filter_map(|key| {
            let node = parts.0.iter().find_map(|part| part.get(key));
            node.filter(|it| !it.is_null())
        });
        let first = all.next()?;
        let of_args = all.find(|it| it.list().is_some() && first.text().is_some());
        let texts = first.texts().into_iter();
        let texts = texts.chain(of_args.map(Node::texts).unwrap_or_default());
        let words: Option<Vec<&str>> = texts.map(Node::text).collect();
        let words = words.filter(|_| !first.is_map());
        let Some(words) = words.filter(|it| !it.iter().any(|it| self.is_open(it))) else {
            self.command_is_open(launch, first);
            return None;
        };
        match (words.as_slice(), first.list(), of_args) {
            ([], _, _) => None,
            ([text], None, None) => Some(Start::Shell((*text).to_owned())),
            _ => Some(Start::Words(words.into_iter().map(str::to_owned).collect())),
        }
    }

    fn environment(&self, parts: &Parts<'_>) -> Vec<Variable> {
        let mut found: Vec<Variable> = Vec::new();
        for node in parts.all(&VARIABLES) {
            let pair = |item: &Node| {
                if let Some(text) = item.text() {
                    let (name, value) = text.split_once('=')?;
                    return Some((name.to_owned(), Some(value.to_owned()), item.line));
                }
                let name = ["name", "key", "Name"]
                    .iter()
                    .find_map(|key| item.text_of(key))?;
                let value = ["value", "Value"].iter().find_map(|key| item.text_of(key));
                Some((name.to_owned(), value.map(str::to_owned), item.line))
            };
            let one = node.list().and_then(|list| match list {
                // A block of HCL.
                [only] if pair(only).is_none() => Some(only),
                _ => None,
            });
            let pairs: Vec<_> = match (one, node.list()) {
                (None, Some(list)) => list.iter().filter_map(pair).collect(),
                (one, _) => {
                    let entries = one.unwrap_or(node).entries().into_iter();
                    let entries = entries.filter(|(name, _)| !name.starts_with('#'));
                    entries
                        .map(|(name, value)| {
                            let text = value.text().map(str::to_owned);
                            (name.to_owned(), text, value.line)
                        })
                        .collect()
                }
            };
            for (name, value, line) in pairs {
                found.push(Variable {
                    name,
                    value: value.filter(|it| !self.is_open(it)),
                    place: Place {
                        file: self.path.to_owned(),
                        line,
                    },
                });
            }
        }
        found
    }

    fn mounts(&self, node: &Node, launch: &mut Launch) {
        if let Some(list) = node.list() {
            for it in list {
                self.mounts(it, launch);
            }
            return;
        }
        let place = self.place(node);
        let text = |keys: &[&str]| keys.iter().find_map(|key| node.text_of(key));
        let (source, target, is_read_only, is_named) = if let Some(written) = node.text() {
            let Some((source, target, is_read_only)) = short::mount(written) else {
                return;
            };
            (source, target, is_read_only, source.is_some())
        } else if let Some(target) = text(&TARGETS) {
            let is_read_only = ["readOnly", "read_only", "ReadOnly"]
                .iter()
                .any(|key| node.says(key));
            let is_named = text(&["volume_name", "type"]).is_some_and(|it| it != "bind");
            (text(&SOURCES), target, is_read_only, is_named)
        } else {
            // Maps of mounts by their names.
            let inner = node.entries().into_iter().map(|(_, it)| it);
            let inner = inner.filter(|it| it.is_map() || it.list().is_some());
            inner.for_each(|it| self.mounts(it, launch));
            return;
        };
        if self.is_open(target) || !target.starts_with('/') {
            // Of a volume that is only declared there is no place.
            if self.is_open(target) {
                launch.unread.push(Unread {
                    what: format!("a mount of {}", launch.said()),
                    why: "where it lies is put in where it is started".to_owned(),
                    place,
                });
            }
            return;
        }
        let kind = match source {
            _ if text(&["type"]) == Some("tmpfs") => MountKind::Tmpfs(Access::Unsaid),
            Some(source) if short::is_of_host(source) || source.contains("{{") => {
                MountKind::Host(source.to_owned())
            }
            Some(source) if is_named => MountKind::Named(source.to_owned()),
            None if is_named => MountKind::Named("?".to_owned()),
            Some(_) | None => MountKind::Claim,
        };
        launch.mounts.push(Mount {
            kind,
            target: target.to_owned(),
            is_read_only,
            place,
        });
    }
}

/// The ports in the container, as a number, as texts, or by keys of maps.
fn ports(node: &Node, found: &mut Vec<Port>) {
    if let Some(text) = node.text() {
        found.extend(short::port(text));
    }
    for item in node.list().unwrap_or_default() {
        ports(item, found);
    }
    let numbers = INNER_PORTS.iter().filter_map(|key| node.text_of(key));
    found.extend(numbers.filter_map(short::port));
}

/// The capabilities that it is given beside the usual ones.
fn capabilities(parts: &Parts<'_>) -> Vec<String> {
    let direct = parts.get(&["cap_add", "capabilities"]);
    let linux = parts.get(&["linuxParameters", "LinuxParameters"]);
    let inner = linux.and_then(|it| it.get("capabilities").or_else(|| it.get("Capabilities")));
    let nodes = direct.into_iter().chain(inner).flat_map(|node| {
        let one = node.list().and_then(|list| match list {
            [only] if only.is_map() => Some(only),
            _ => None,
        });
        let node = one.unwrap_or(node);
        match ["add", "Add"].iter().find_map(|key| node.get(key)) {
            Some(add) => add.texts(),
            None if node.is_map() => Vec::new(),
            None => node.texts(),
        }
    });
    nodes
        .filter_map(Node::text)
        .map(|it| it.trim_start_matches("CAP_").to_owned())
        .collect()
}

fn health(test: &Node) -> Option<Health> {
    let Some(list) = test.list() else {
        return test
            .text()
            .map(|it| Health::Command(Start::Shell(it.to_owned())));
    };
    let words: Vec<String> = list
        .iter()
        .filter_map(|it| Some(it.text()?.to_owned()))
        .collect();
    let plain = || (!words.is_empty()).then(|| Health::Command(Start::Words(words.clone())));
    Health::of_words(&words).or_else(plain)
}
