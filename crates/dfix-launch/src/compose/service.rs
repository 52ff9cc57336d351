//! One service of a Compose file. Source: the Compose specification, "Services top-level element".

use crate::examples;
use crate::files::Files;
use crate::launch::{
    Access, Build, Health, Launch, Mount, MountKind, Place, Port, Source, Start, Unread, Variable,
};
use crate::mode;
use crate::path::{folder_of, join, name_of};
use crate::short;
use crate::variables::{Variables, file_of_variables};
use crate::words;
use crate::yaml::Node;

/// A service, and whether it says by itself what it is made of.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) launch: Launch,
    /// The services that start before it.
    pub(super) after: Vec<String>,
    /// Whose mounts it has as well, as it is written, and where: `volumes_from`.
    pub(super) mounts_of: Vec<(String, Place)>,
    /// What is run in its containers beside what they start: hooks, and jobs that labels describe.
    pub(super) jobs: Vec<Launch>,
    /// What its build is told, and is no default.
    pub(super) build_says: BuildSays,
}

/// Which of the places of a build somebody wrote down.
#[derive(Debug, Clone, Default)]
pub(super) struct BuildSays {
    pub(super) context: bool,
    pub(super) dockerfile: bool,
    /// The Dockerfile, from the context, where it is written down and known.
    pub(super) name: Option<String>,
}

impl Service {
    /// Whether it names an image or a build: it may be meant without another file.
    pub(super) fn stands_alone(&self) -> bool {
        self.launch.build.is_some() || self.launch.image.is_some()
    }
}

/// Reads the services of one file.
pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    file: &'a str,
    pub(super) variables: &'a Variables,
    /// The whole file, which declares volumes and secrets at its top.
    document: &'a Node,
    /// The folder that paths of the service begin in.
    folder: String,
    name: String,
    said: String,
    unread: Vec<Unread>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        files: &'a dyn Files,
        file: &'a str,
        variables: &'a Variables,
        document: &'a Node,
    ) -> Self {
        Reader {
            files,
            file,
            variables,
            document,
            folder: folder_of(file).to_owned(),
            name: String::new(),
            said: String::new(),
            unread: Vec::new(),
        }
    }

    /// What a service, whose name stands on this line, says by itself; what it extends is not looked at.
    pub(super) fn service(&mut self, name: &str, node: &Node, line: usize) -> Service {
        let place = Place {
            file: self.file.to_owned(),
            line,
        };
        let mut launch = Launch::new(Source::Compose, place, name);
        self.name = format!("service {name}");
        self.said = launch.said();
        folder_of(self.file).clone_into(&mut self.folder);
        let build = node.get("build").map(|build| self.build(build));
        let (build, build_says) = build.unzip();
        launch.build = build;
        let (platform, variables) = (node.text_of("platform"), self.variables);
        if let (Some(build), Some(platform)) = (&mut launch.build, platform)
            && build.platforms.is_empty()
        {
            build.add_platforms(&variables.put_into_name(platform));
        }
        let image = node.text_of("image");
        launch.image = image.map(|image| self.variables.put_into_name(image));
        launch.entrypoint = self.start(node, "entrypoint");
        launch.command = self.start(node, "command");
        launch.user = self.value(node, "user");
        launch.container = node.text_of("container_name").map(str::to_owned);
        launch.working_dir = self.value(node, "working_dir");
        launch.health = node.get("healthcheck").and_then(|it| self.health(it));
        for key in ["ports", "expose"] {
            for port in node.get(key).and_then(Node::list).unwrap_or_default() {
                launch.ports.extend(self.port(port));
            }
        }
        for volume in node.get("volumes").and_then(Node::list).unwrap_or_default() {
            launch.mounts.extend(self.mount(volume));
        }
        for (part, folder) in [("secrets", "/run/secrets/"), ("configs", "/")] {
            for given in node.list_of(part) {
                launch.mounts.extend(self.given(part, folder, given));
            }
        }
        for target in self.texts(node, "tmpfs") {
            let (target, options) = target.split_once(':').unwrap_or((&target, ""));
            let kind = short::tmpfs(options.split(','));
            let target = target.to_owned();
            let place = node
                .get("tmpfs")
                .map_or_else(|| self.place(node), |it| self.place(it));
            launch.mounts.push(Mount {
                kind,
                target,
                is_read_only: false,
                place,
            });
        }
        self.environment(node, &mut launch);
        launch.capabilities = self.texts(node, "cap_add");
        launch.dropped_capabilities = self.texts(node, "cap_drop");
        launch.groups = self.texts(node, "group_add");
        let in_container = |device: String| {
            let path = device.split(':').nth(1).unwrap_or(&device);
            path.to_owned()
        };
        launch.devices = self
            .texts(node, "devices")
            .into_iter()
            .map(in_container)
            .collect();
        launch.is_privileged = node.get("privileged").is_some_and(Node::is_true);
        launch.is_read_only = node.get("read_only").is_some_and(Node::is_true);
        launch.has_host_network = self.value(node, "network_mode").as_deref() == Some("host");
        launch.has_host_processes = self.value(node, "pid").as_deref() == Some("host");
        if node.says("use_api_socket") {
            let place = Place {
                line,
                ..self.place(node)
            };
            launch.mounts.push(Mount {
                kind: MountKind::Host("/var/run/docker.sock".to_owned()),
                target: "/var/run/docker.sock".to_owned(),
                is_read_only: false,
                place,
            });
        }
        let watches = node.at(&["develop", "watch"]).and_then(Node::list);
        launch.mounts.extend(
            watches
                .unwrap_or_default()
                .iter()
                .filter_map(|it| self.watch(it)),
        );
        launch.keeps_low_ports = self.keeps_low_ports(node);
        let after = node.get("depends_on");
        let after = after.map(|it| match it.list() {
            Some(list) => list
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect(),
            None => it
                .entries()
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        });
        let mounts_of = node.list_of("volumes_from").iter();
        let mounts_of = mounts_of.filter_map(|it| Some((it.text()?.to_owned(), self.place(it))));
        let mounts_of = mounts_of.collect();
        let jobs = self.jobs(node, name);
        launch.unread = std::mem::take(&mut self.unread);
        Service {
            launch,
            after: after.unwrap_or_default(),
            mounts_of,
            jobs,
            build_says: build_says.unwrap_or_default(),
        }
    }

    pub(super) fn place(&self, node: &Node) -> Place {
        Place {
            file: self.file.to_owned(),
            line: node.line,
        }
    }

    fn unread(&mut self, what: &str, why: impl Into<String>, node: &Node) {
        let unread = Unread {
            what: format!("{what} of {}", self.said),
            why: why.into(),
            place: self.place(node),
        };
        self.unread.push(unread);
    }

    /// A text with its variables put in; what is open is noted as `what`.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match self.variables.put_into(node.text()?) {
            Ok(text) => Some(text),
            Err(name) => {
                let why = format!("the variable `{name}` is set where the service is started");
                self.unread(what, why, node);
                None
            }
        }
    }

    fn value(&mut self, node: &Node, key: &str) -> Option<String> {
        self.text(node.get(key)?, &format!("`{key}`"))
    }

    /// The texts of a list, or the one that stands for it.
    fn texts(&mut self, node: &Node, key: &str) -> Vec<String> {
        let Some(value) = node.get(key) else {
            return Vec::new();
        };
        let list = value.list().unwrap_or(std::slice::from_ref(value));
        let what = format!("`{key}`");
        list.iter().filter_map(|it| self.text(it, &what)).collect()
    }

    fn build(&mut self, node: &Node) -> (Build, BuildSays) {
        let mut build = Build::default();
        let context = match node.text() {
            Some(_) => self.text(node, "the build context"),
            None => match node.get("context") {
                Some(context) => self.text(context, "the build context"),
                None => Some(".".to_owned()),
            },
        };
        let inline = node.get("dockerfile_inline");
        build.is_inline = inline.is_some();
        build.inline = inline.and_then(Node::text).map(|it| it.replace("$$", "$"));
        build.contexts = self.contexts(node);
        let dockerfile = match node.get("dockerfile") {
            Some(name) => self.text(name, "the Dockerfile"),
            None => Some("Dockerfile".to_owned()),
        };
        let says = BuildSays {
            context: node.text().is_some() || node.get("context").is_some(),
            dockerfile: node.get("dockerfile").is_some(),
            name: node.get("dockerfile").and_then(|_| dockerfile.clone()),
        };
        if let (Some(context), Some(name), None) = (&context, &dockerfile, inline) {
            self.find_folder(context, name);
        }
        build.context = context.and_then(|context| join(&self.folder, &context));
        build.dockerfile = match (&build.context, dockerfile) {
            (Some(context), Some(name)) if !build.is_inline => join(context, &name),
            _ if build.inline.is_some() => Some(format!("{}, {}", self.file, self.name)),
            _ => None,
        };
        if build.dockerfile.is_none() {
            let written = node.text_of("dockerfile").unwrap_or("Dockerfile");
            let whole = self.variables.put_into_name(written);
            let name = name_of(&whole);
            build.dockerfile_name = (!name.contains('$')).then(|| name.to_owned());
        }
        build.target = self.value(node, "target");
        for platform in node.list_of("platforms").iter().filter_map(Node::text) {
            build.add_platforms(&self.variables.put_into_name(platform));
        }
        let arguments = node.get("args");
        build.arguments = arguments.map(|args| self.pairs(args)).unwrap_or_default();
        (build, says)
    }

    /// Finds the folder that the paths of the service begin in, by that of its Dockerfile. It is the one of the first file that
    /// Compose is given (`-f compose.yaml -f docker/compose.app.yaml`), or what `--project-directory` says: where the Dockerfile
    /// is not there from the file's own folder on, it may be from one around it.
    ///
    /// Source: docs.docker.com/compose/how-tos/multiple-compose-files/merge.
    fn find_folder(&mut self, context: &str, dockerfile: &str) {
        let own = folder_of(self.file);
        let mut around = std::iter::successors(Some(own), |folder| {
            (!folder.is_empty()).then(|| folder_of(folder))
        });
        let has_dockerfile = |folder: &&str| {
            let path = join(folder, context).and_then(|it| join(&it, dockerfile));
            path.is_some_and(|path| {
                let names = self.files.list(folder_of(&path));
                names.iter().any(|name| name == name_of(&path))
            })
        };
        if let Some(folder) = around.find(has_dockerfile) {
            folder.clone_into(&mut self.folder);
        }
    }

    /// What is put in for images: `additional_contexts`.
    fn contexts(&self, node: &Node) -> Vec<(String, String)> {
        let contexts = node.get("additional_contexts");
        let pairs = contexts.map(|it| self.pairs(it)).unwrap_or_default();
        let known = pairs.into_iter();
        known
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// Whether it is, or may be, told that only root listens on ports below 1024; that it may be is noted.
    fn keeps_low_ports(&mut self, node: &Node) -> bool {
        let Some(sysctls) = node.get("sysctls") else {
            return false;
        };
        let mut pairs = self.pairs(sysctls).into_iter();
        match pairs.find(|(name, _)| name == "net.ipv4.ip_unprivileged_port_start") {
            Some((_, Some(first))) => first != "0",
            Some((name, None)) => {
                let why = format!("`{name}` is set where the service is started");
                self.unread("`sysctls`", why, sysctls);
                true
            }
            None => false,
        }
    }

    /// The pairs of a map, or of a list of `NAME=value`; without a value whoever starts it gives it.
    pub(super) fn pairs(&self, node: &Node) -> Vec<(String, Option<String>)> {
        let known = |value: &str| self.variables.put_into(value).ok();
        if let Some(list) = node.list() {
            return list
                .iter()
                .filter_map(Node::text)
                .map(|text| match text.split_once('=') {
                    Some((name, value)) => (name.to_owned(), known(value)),
                    None => (text.to_owned(), known(&format!("${{{text}}}"))),
                })
                .collect();
        }
        node.entries()
            .into_iter()
            .map(|(name, value)| {
                let value = match value.text() {
                    Some(value) => known(value),
                    None => known(&format!("${{{name}}}")),
                };
                (name.to_owned(), value)
            })
            .collect()
    }

    pub(super) fn start(&mut self, node: &Node, key: &str) -> Option<Start> {
        let value = node.get(key)?;
        let what = format!("`{key}`");
        if let Some(list) = value.list() {
            let words: Vec<String> = list.iter().filter_map(|it| self.text(it, &what)).collect();
            return match words.len() == list.len() {
                true if words.is_empty() => Some(Start::Nothing),
                true => Some(Start::Words(words)),
                false => None,
            };
        }
        if value.is_null() {
            return None;
        }
        let text = self.text(value, &what)?;
        match words::split(&text) {
            Some(words) if words.is_empty() => Some(Start::Nothing),
            Some(words) => Some(Start::Words(words)),
            None => {
                self.unread(&what, "a quote is not closed", value);
                None
            }
        }
    }

    fn health(&mut self, node: &Node) -> Option<Health> {
        if node.get("disable").is_some_and(Node::is_true) {
            return Some(Health::Off);
        }
        let test = node.get("test")?;
        let Some(list) = test.list() else {
            return Some(Health::Command(Start::Shell(
                self.text(test, "the health check")?,
            )));
        };
        let words: Vec<String> = list
            .iter()
            .filter_map(|it| self.text(it, "the health check"))
            .collect();
        if words.len() < list.len() {
            return None;
        }
        let health = Health::of_words(&words);
        if health.is_none() && !words.is_empty() {
            self.unread(
                "the health check",
                "it begins with neither CMD nor CMD-SHELL",
                test,
            );
        }
        health
    }

    fn port(&mut self, node: &Node) -> Option<Port> {
        let text = match node.get("target") {
            Some(target) => self.text(target, "a port")?,
            // Which port the application opens is not said here; where the container's is not known, nothing is lost.
            None => self.variables.put_into_name(node.text()?),
        };
        short::port(&text)
    }

    fn mount(&mut self, node: &Node) -> Option<Mount> {
        let place = self.place(node);
        if !node.is_map() {
            let text = self.variables.put_into_name(node.text()?);
            // What is mounted may be open, not where.
            let target = short::mount(&text).map_or("$", |(_, target, _)| target);
            if target.contains('$') {
                self.text(node, "a mount");
                return None;
            }
            return self.short_mount(&text, place);
        }
        let target = self.value(node, "target")?;
        let source = node.text_of("source");
        let source = source.map(|source| self.variables.put_into_name(source));
        let kind = match (node.get("type").and_then(Node::text), source) {
            (Some("tmpfs"), _) => {
                let mode = node.at(&["tmpfs", "mode"]).and_then(Node::text);
                MountKind::Tmpfs(mode.map_or(Access::Unsaid, mode::access))
            }
            // Docker fills neither, so that it does not get the owner of the image's folder.
            (_, Some(_)) if is_unfilled(node) => MountKind::Claim,
            (Some("bind"), source) => MountKind::Host(source.unwrap_or_default()),
            (_, Some(source)) => self.volume(source),
            (_, None) => MountKind::Anonymous,
        };
        Some(Mount {
            kind,
            target,
            is_read_only: node.get("read_only").is_some_and(Node::is_true),
            place,
        })
    }

    /// `[source:]target[:mode]`
    fn short_mount(&self, text: &str, place: Place) -> Option<Mount> {
        let (source, target, is_read_only) = short::mount(text)?;
        let kind = match source {
            None => MountKind::Anonymous,
            Some(source) if short::is_of_host(source) => MountKind::Host(source.to_owned()),
            Some(source) => self.volume(source.to_owned()),
        };
        Some(Mount {
            kind,
            target: target.to_owned(),
            is_read_only,
            place,
        })
    }

    /// What the file declares of this name in a part at its top.
    pub(super) fn declared(&self, part: &str, name: &str) -> Option<&'a Node> {
        self.document.get(part)?.get(name)
    }

    /// Whether the file is made for Amazon's ECS, where volumes are file systems of root's (Docker's "Deploying Docker
    /// containers on ECS", "Volumes", and its keys `x-aws-…`).
    fn is_for_aws(&self) -> bool {
        let is_own = |node: &Node| {
            node.entries()
                .iter()
                .any(|(key, _)| key.starts_with("x-aws-"))
        };
        let services = self.document.get("services").map(Node::entries);
        is_own(self.document) || services.is_some_and(|all| all.iter().any(|(_, it)| is_own(it)))
    }

    /// What a volume is that the file names: one whose driver mounts a folder of the host, or of another, is that folder; one
    /// of another driver is the platform's.
    fn volume(&self, name: String) -> MountKind {
        let declared = self.declared("volumes", &name);
        let options = declared.and_then(|it| it.get("driver_opts"));
        let text = |key: &str| options?.get(key)?.text();
        let driver = declared.and_then(|it| it.text_of("driver"));
        match text("device") {
            Some(_) if text("type") == Some("tmpfs") => {
                short::tmpfs(text("o").unwrap_or_default().split(','))
            }
            // A folder of the host, or of another one: `nfs`, `cifs`.
            Some(device) => MountKind::Host(device.to_owned()),
            None if driver.is_some_and(|it| it != "local") || self.is_for_aws() => MountKind::Claim,
            None => MountKind::Named(name),
        }
    }

    /// The variables of the service: those of its files of variables, then its own.
    fn environment(&mut self, node: &Node, launch: &mut Launch) {
        if let Some(value) = node.get("env_file") {
            let list = value.list().unwrap_or(std::slice::from_ref(value)).to_vec();
            for entry in list {
                self.env_file(&entry, launch);
            }
        }
        if let Some(environment) = node.get("environment") {
            let place = self.place(environment);
            for (name, value) in self.pairs(environment) {
                launch.environment.retain(|it| it.name != name);
                let place = place.clone();
                launch.environment.push(Variable { name, value, place });
            }
        }
    }

    fn env_file(&mut self, entry: &Node, launch: &mut Launch) {
        let is_required = entry
            .get("required")
            .is_none_or(|it| it.text() != Some("false"));
        let path = entry.get("path").unwrap_or(entry);
        let Some(path) = self.text(path, "a file of variables") else {
            return;
        };
        let file = join(&self.folder, &path);
        let text = file.as_ref().map(|file| self.files.read(file));
        match (file, text) {
            (Some(file), Some(Ok(Some(text)))) => {
                for (line, name, value) in file_of_variables(&text) {
                    launch.environment.retain(|it| it.name != name);
                    let value = value.and_then(|value| self.variables.put_into(&value).ok());
                    let place = Place {
                        file: file.clone(),
                        line,
                    };
                    launch.environment.push(Variable { name, value, place });
                }
            }
            (Some(file), _) if examples::take(self.files, &file, launch) => {}
            _ if is_required => {
                let why = format!("`{path}` is not in the repository");
                self.unread("a file of variables", why, entry);
            }
            _ => {}
        }
    }
}

/// Whether a volume is never filled with what the image has there: `nocopy`, or a part of a volume (`subpath`).
fn is_unfilled(mount: &Node) -> bool {
    let options = mount.get("volume");
    options.is_some_and(|it| it.says("nocopy") || it.get("subpath").is_some())
}
