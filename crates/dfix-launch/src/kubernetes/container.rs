//! One container of a pod.

use crate::launch::{
    Access, Health, Launch, Mount, MountKind, Place, Port, Source, Start, Unread, Variable, Within,
};
use crate::mode;
use crate::shell::is_shell;
use crate::short;
use crate::yaml::Node;

/// A variable of a `ConfigMap` or `Secret`.
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) file: String,
    pub(super) line: usize,
}

/// What describes a pod.
pub(super) struct Pod<'a> {
    pub(super) file: &'a str,
    /// Its `spec`.
    pub(super) node: &'a Node,
    /// The names of the volumes that a `StatefulSet` claims.
    pub(super) claims: &'a [&'a str],
    /// The variables of a `ConfigMap` or `Secret` by its kind and name, where they are known.
    pub(super) settings: &'a dyn Fn(&str, &str) -> Option<Vec<Setting>>,
}

impl Pod<'_> {
    fn place(&self, node: &Node) -> Place {
        Place {
            file: self.file.to_owned(),
            line: node.line,
        }
    }

    /// What its containers say.
    pub(super) fn containers(&self) -> Vec<Launch> {
        let lists = ["initContainers", "containers"].into_iter();
        let all: Vec<&Node> = lists.flat_map(|key| self.node.list_of(key)).collect();
        let of_container = |node: &&Node| {
            let mut found = self.with_hooks(node);
            if let Some(container) = found.first_mut() {
                self.tell_shared(container, node, &all);
            }
            found
        };
        all.iter().flat_map(of_container).collect()
    }

    /// Marks the empty volumes that a container of another image writes as well: what that makes there is of its user.
    fn tell_shared(&self, container: &mut Launch, node: &Node, all: &[&Node]) {
        let image = node.text_of("image");
        for mount in &mut container.mounts {
            if mount.kind != MountKind::Empty {
                continue;
            }
            let is_it = |it: &&Node| it.text_of("mountPath") == Some(&mount.target);
            let own = node.list_of("volumeMounts").iter().find(is_it);
            let Some(name) = own.and_then(|it| it.text_of("name")) else {
                continue;
            };
            let writes = |it: &Node| it.text_of("name") == Some(name) && !it.says("readOnly");
            let other = all.iter().find(|other| {
                other.text_of("image") != image && other.list_of("volumeMounts").iter().any(writes)
            });
            if let Some(other) = other {
                let by = other.text_of("name").unwrap_or("?");
                mount.kind = MountKind::Shared {
                    name: name.to_owned(),
                    by: format!("container `{by}` of {}", self.file),
                };
            }
        }
    }

    /// What a container says, and the commands that are run in it after it starts and before it stops.
    pub(super) fn with_hooks(&self, node: &Node) -> Vec<Launch> {
        let mut container = self.container(node);
        let mut hooks = Vec::new();
        for key in ["postStart", "preStop"] {
            let Some(exec) = node.at(&["lifecycle", key, "exec"]) else {
                continue;
            };
            let Some(start) = self.words(&mut container, exec, "command") else {
                continue;
            };
            let mut hook = Launch::new(Source::Kubernetes, self.place(exec), &*container.name);
            hook.entrypoint = Some(start);
            hook.command = Some(Start::Nothing);
            hook.within = Some(Within {
                name: container.name.clone(),
                is_service: false,
                files: Vec::new(),
                folder: None,
                place: Some(container.place.clone()),
            });
            hooks.push(hook);
        }
        std::iter::once(container).chain(hooks).collect()
    }

    /// The text that a step of Tekton or a template of Argo runs, by a shell or by what its command names.
    fn script(&self, launch: &mut Launch, node: &Node) {
        let Some(script) = node.get("script").or_else(|| node.get("source")) else {
            return;
        };
        let Some(text) = script.text() else { return };
        let is_shells = match &launch.entrypoint {
            Some(Start::Words(words)) => words.first().is_some_and(|it| is_shell(it)),
            _ => {
                !text.starts_with("#!") || text.lines().next().is_some_and(|it| it.ends_with("sh"))
            }
        };
        if is_shells {
            launch.entrypoint = Some(Start::Shell(text.to_owned()));
            launch.command = Some(Start::Nothing);
        } else {
            self.unread(launch, "the script", "it is no shell's", script);
        }
    }

    /// What a container says, and what its pod says of all.
    fn container(&self, node: &Node) -> Launch {
        let name = node.text_of("name").unwrap_or("?");
        let mut launch = Launch::new(Source::Kubernetes, self.place(node), name);
        launch.image = node.text_of("image").map(short::open_name);
        // `command` replaces the entry point; without `args` nothing of the image's CMD is left.
        launch.entrypoint = self.words(&mut launch, node, "command");
        launch.command = self.words(&mut launch, node, "args");
        if launch.entrypoint.is_some() && launch.command.is_none() {
            launch.command = Some(Start::Nothing);
        }
        self.script(&mut launch, node);
        launch.working_dir = node.text_of("workingDir").map(str::to_owned);
        for port in node.list_of("ports") {
            let number = port.text_of("containerPort").and_then(|it| it.parse().ok());
            launch.ports.extend(number.map(|number| Port {
                first: number,
                last: number,
            }));
        }
        self.environment(&mut launch, node);
        apply_security(&mut launch, self.node.get("securityContext"));
        apply_security(&mut launch, node.get("securityContext"));
        launch.has_host_network = self.node.says("hostNetwork");
        launch.has_host_processes = self.node.says("hostPID");
        self.probes(&mut launch, node);
        for mount in node.list_of("volumeMounts") {
            self.mount(&mut launch, mount);
        }
        launch
    }

    fn unread(&self, launch: &mut Launch, what: &str, why: impl Into<String>, node: &Node) {
        let unread = Unread {
            what: format!("{what} of {}", launch.said()),
            why: why.into(),
            place: self.place(node),
        };
        launch.unread.push(unread);
    }

    /// Words, with the variables `$(NAME)` as they are written: Kubernetes puts in those of the container.
    fn words(&self, launch: &mut Launch, node: &Node, key: &str) -> Option<Start> {
        let value = node.get(key).filter(|it| !it.is_null())?;
        let list = value.list().unwrap_or(std::slice::from_ref(value));
        let words: Vec<String> = list
            .iter()
            .filter_map(|it| Some(it.text()?.to_owned()))
            .collect();
        if words.len() < list.len() {
            self.unread(launch, &format!("`{key}`"), "it is no list of words", value);
            return None;
        }
        (!words.is_empty()).then_some(Start::Words(words))
    }

    fn environment(&self, launch: &mut Launch, node: &Node) {
        let mut found: Vec<Variable> = Vec::new();
        for entry in node.list_of("envFrom") {
            let prefix = entry.text_of("prefix").unwrap_or_default();
            for (key, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                let Some(name) = entry.at(&[key, "name"]).and_then(Node::text) else {
                    continue;
                };
                let Some(settings) = (self.settings)(kind, name) else {
                    let what = format!("the variables of the {kind} `{name}`");
                    self.unread(launch, &what, "it is not among the manifests beside", entry);
                    continue;
                };
                for setting in settings {
                    let name = format!("{prefix}{}", setting.name);
                    found.retain(|it| it.name != name);
                    found.push(Variable {
                        name,
                        value: setting.value,
                        place: Place {
                            file: setting.file,
                            line: setting.line,
                        },
                    });
                }
            }
        }
        for entry in node.list_of("env") {
            let Some(name) = entry.text_of("name") else {
                continue;
            };
            found.retain(|it| it.name != name);
            found.push(Variable {
                name: name.to_owned(),
                value: match entry.get("valueFrom") {
                    Some(_) => None,
                    None => Some(entry.text_of("value").unwrap_or_default().to_owned()),
                },
                place: self.place(entry),
            });
        }
        launch.environment = found;
    }

    /// The commands among its probes; those that ask over the network need nothing of the image.
    fn probes(&self, launch: &mut Launch, node: &Node) {
        for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
            let Some(exec) = node.at(&[key, "exec"]) else {
                continue;
            };
            match self.words(launch, exec, "command") {
                None => {}
                Some(start) if launch.health.is_none() => {
                    launch.health = Some(Health::Command(start));
                }
                Some(start) => launch.further_checks.push(start),
            }
        }
    }

    /// A mount; one of a part of a volume (`subPath`) is of its kind.
    fn mount(&self, launch: &mut Launch, mount: &Node) {
        let Some(target) = mount.text_of("mountPath") else {
            return;
        };
        let name = mount.text_of("name").unwrap_or_default();
        let volumes = self.node.list_of("volumes");
        let volume = volumes.iter().find(|it| it.text_of("name") == Some(name));
        let kind = match volume {
            Some(volume) => self.kind(launch, volume),
            None if self.claims.contains(&name) => MountKind::Claim,
            None => {
                let what = format!("the volume `{name}`");
                self.unread(launch, &what, "it is not declared", mount);
                MountKind::Claim
            }
        };
        launch.mounts.push(Mount {
            kind,
            target: target.to_owned(),
            is_read_only: mount.says("readOnly"),
            place: self.place(mount),
        });
    }

    fn kind(&self, launch: &mut Launch, volume: &Node) -> MountKind {
        if let Some(empty) = volume.get("emptyDir") {
            return match empty.text_of("medium") {
                Some("Memory") => MountKind::Tmpfs(Access::All),
                _ => MountKind::Empty,
            };
        }
        if let Some(host) = volume.get("hostPath") {
            return MountKind::Host(host.text_of("path").unwrap_or_default().to_owned());
        }
        let has = |key: &&str| volume.get(key).is_some();
        let settings = ["configMap", "downwardAPI", "projected", "secret"];
        if let Some(settings) = settings.iter().find_map(|it| volume.get(it)) {
            return match volume.text_of("name") {
                Some(name) if has_closed_mode(settings) => MountKind::Guarded(name.to_owned()),
                _ => MountKind::Settings,
            };
        }
        let claims = [
            "awsElasticBlockStore",
            "azureDisk",
            "azureFile",
            "csi",
            "ephemeral",
            "gcePersistentDisk",
            "nfs",
            "persistentVolumeClaim",
        ];
        if !claims.iter().any(has) {
            let name = volume.text_of("name").unwrap_or_default();
            let what = format!("the volume `{name}`");
            self.unread(launch, &what, "its kind is not known", volume);
        }
        MountKind::Claim
    }
}

/// Whether a file of a volume's settings has a mode by which others than its owner and group cannot read it: `defaultMode`, or
/// the `mode` of an item, also of what is projected.
///
/// Source: the Kubernetes API, "Volume", `SecretVolumeSource` and its like; `fsGroup` makes the files a group's.
fn has_closed_mode(settings: &Node) -> bool {
    let is_closed = |node: &Node, key: &str| node.text_of(key).is_some_and(mode::is_closed);
    let sources = settings.list_of("sources").iter();
    let inner = sources.flat_map(|it| it.entries().into_iter().map(|(_, source)| source));
    is_closed(settings, "defaultMode")
        || std::iter::once(settings)
            .chain(inner)
            .flat_map(|it| it.list_of("items"))
            .any(|item| is_closed(item, "mode"))
}

/// Puts a security context over what is known: a pod's, then its container's.
pub(super) fn apply_security(launch: &mut Launch, context: Option<&Node>) {
    let Some(context) = context else {
        return;
    };
    let text = |key: &str| context.text_of(key).map(str::to_owned);
    let (old_user, old_group) = match launch.user.take() {
        Some(user) => match user.split_once(':') {
            Some((user, group)) => (Some(user.to_owned()), Some(group.to_owned())),
            None => (Some(user), None),
        },
        None => (None, None),
    };
    let group = text("runAsGroup").or(old_group);
    match (text("runAsUser").or(old_user), group) {
        (Some(user), Some(group)) => launch.user = Some(format!("{user}:{group}")),
        (Some(user), None) => launch.user = Some(user),
        (None, Some(group)) => launch.groups.push(group),
        (None, None) => {}
    }
    if let Some(node) = context.get("runAsNonRoot") {
        launch.must_not_be_root = node.is_true();
    }
    if let Some(node) = context.get("readOnlyRootFilesystem") {
        launch.is_read_only = node.is_true();
    }
    launch.is_privileged |= context.says("privileged");
    launch.volumes_group = text("fsGroup").or(launch.volumes_group.take());
    let texts = |node: Option<&Node>| -> Vec<String> {
        let list = node.and_then(Node::list).unwrap_or_default();
        list.iter()
            .filter_map(|it| Some(it.text()?.to_owned()))
            .collect()
    };
    launch
        .groups
        .extend(texts(context.get("supplementalGroups")));
    launch
        .capabilities
        .extend(texts(context.at(&["capabilities", "add"])));
    launch
        .dropped_capabilities
        .extend(texts(context.at(&["capabilities", "drop"])));
}
