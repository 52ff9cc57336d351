//! What is said of one container, or of one image that is built.

/// What says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A file of Docker Compose.
    Compose,
    /// A file of `docker buildx bake`: it builds, and starts nothing.
    Bake,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// A `Procfile`.
    Procfile,
    /// A `Makefile`.
    Makefile,
    /// A script, or what is kept to be run by name: `package.json`, a justfile, a Taskfile.
    Script,
    /// A unit of systemd: a container of Podman's quadlets, or a service that runs one.
    Unit,
    /// A crontab.
    Crontab,
    /// `devcontainer.json`.
    Devcontainer,
    /// A workflow of a CI service.
    Ci,
    /// `skaffold.yaml`: it builds.
    Skaffold,
    /// What a platform is told that starts containers: Amazon's ECS, Fly, Nomad, Terraform, Ansible, …
    Platform,
    /// What a README and its like show: examples, of which what they mount counts.
    Documentation,
}

impl Source {
    /// Whether what it builds is an image that somebody uses: not the container that an editor works in.
    pub fn ships(self) -> bool {
        !matches!(self, Source::Devcontainer | Source::Documentation)
    }

    /// Whether what it starts are the containers that somebody uses: not one that an editor works in, or a single
    /// command of a test.
    pub fn starts(self) -> bool {
        !matches!(
            self,
            Source::Devcontainer
                | Source::Ci
                | Source::Bake
                | Source::Skaffold
                | Source::Documentation
        )
    }
}

/// Where something is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file, from the root of the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One container that is started, or one image that is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// What says it.
    pub source: Source,
    /// Where.
    pub place: Place,
    /// Its name there: the service, the target, the container.
    pub name: String,
    /// What it is built from; none where it is only started.
    pub build: Option<Build>,
    /// The image that it is built as, or started from. What is not known of its name stands in it as `${NAME}`.
    pub image: Option<String>,
    /// Further names of the same image: more tags, and what a kustomization renames it to.
    pub other_images: Vec<String>,
    /// The images, each of them built by another launch, to which it only gives its names: `docker tag`,
    /// `docker manifest create`. It builds and starts nothing then.
    pub named_images: Vec<String>,
    /// What takes the place of `ENTRYPOINT`.
    pub entrypoint: Option<Start>,
    /// What takes the place of `CMD`.
    pub command: Option<Start>,
    /// What takes the place of `USER`.
    pub user: Option<String>,
    /// What takes the place of `WORKDIR`.
    pub working_dir: Option<String>,
    /// What takes the place of `HEALTHCHECK`.
    pub health: Option<Health>,
    /// Further commands that ask how it is: Kubernetes' probes beyond the first.
    pub further_checks: Vec<Start>,
    /// The ports of the container that are published or named.
    pub ports: Vec<Port>,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// The variables that are set, in order; files of variables included.
    pub environment: Vec<Variable>,
    /// The examples that stand in for files of variables which are not in the repository: `.env.example`. Such a file may
    /// set more than its example does.
    pub examples: Vec<String>,
    /// Capabilities that are added: `NET_ADMIN`.
    pub capabilities: Vec<String>,
    /// Capabilities that are taken away: `ALL`.
    pub dropped_capabilities: Vec<String>,
    /// Devices of the host: their paths in the container.
    pub devices: Vec<String>,
    /// Groups that its user is added to.
    pub groups: Vec<String>,
    /// The group that mounted volumes belong to and may write to, which its user is added to as well: Kubernetes'
    /// `fsGroup`. Folders of the host stay as they are.
    pub volumes_group: Option<String>,
    /// Whether it has all rights of the host.
    pub is_privileged: bool,
    /// Whether its file system is read-only.
    pub is_read_only: bool,
    /// Whether it stands in the host's network.
    pub has_host_network: bool,
    /// Whether it sees the processes of the host.
    pub has_host_processes: bool,
    /// Whether it may only start as another user than root.
    pub must_not_be_root: bool,
    /// Whether only root listens on ports below 1024: it is told so, or may be, which is unread then; or Podman starts it, which leaves
    /// the kernel's default as it is (containers.conf(5), `default_sysctls`), unlike Docker.
    pub keeps_low_ports: bool,
    /// Whether a CI service runs the steps of a job in it.
    pub runs_steps: bool,
    /// The name of the container, where one is given.
    pub container: Option<String>,
    /// Where it is a single command, and the container is one of what another launch starts: which.
    pub within: Option<Within>,
    /// Where Google's Cloud Run starts it and may take its first generation for that.
    pub deployed: Option<Deployed>,
    /// Whether all that is said is that Podman starts what other files say: `podman-compose up`, `podman kube play`.
    pub starts_files: bool,
    /// What is said of it and could not be made out.
    pub unread: Vec<Unread>,
}

/// A service of Google's Cloud Run of which nobody says that the second generation runs it. The first one sets `HOME` to a
/// folder of root's, whatever the image says; where none is asked for, Cloud Run takes either.
///
/// Source: Google's documentation of Cloud Run ("Known issues", "Select an execution environment (services)").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployed {
    /// The folder that it is built from by the Dockerfile there, where the platform does that and the folder is known.
    pub folder: Option<String>,
}

impl Deployed {
    /// The home that the first generation sets.
    pub const HOME: &'static str = "/home";
}

/// The container that a command is run in: `docker compose run SERVICE`, `docker exec CONTAINER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The name of the service, or of the container.
    pub name: String,
    /// Whether it is a service of Compose.
    pub is_service: bool,
    /// The files of Compose that the command names; empty where Compose looks for them by itself.
    pub files: Vec<String>,
    /// The folder that the command is run in, where it is known.
    pub folder: Option<String>,
    /// Where the container is said, if the command is said of that one: a hook of Kubernetes. Then nothing else is looked at.
    pub place: Option<Place>,
}

impl Launch {
    /// A launch of which nothing is said yet.
    pub fn new(source: Source, place: Place, name: impl Into<String>) -> Self {
        Launch {
            source,
            place,
            name: name.into(),
            build: None,
            image: None,
            other_images: Vec::new(),
            named_images: Vec::new(),
            entrypoint: None,
            command: None,
            user: None,
            working_dir: None,
            health: None,
            further_checks: Vec::new(),
            ports: Vec::new(),
            mounts: Vec::new(),
            environment: Vec::new(),
            examples: Vec::new(),
            capabilities: Vec::new(),
            dropped_capabilities: Vec::new(),
            devices: Vec::new(),
            groups: Vec::new(),
            volumes_group: None,
            is_privileged: false,
            is_read_only: false,
            has_host_network: false,
            has_host_processes: false,
            must_not_be_root: false,
            keeps_low_ports: false,
            runs_steps: false,
            container: None,
            within: None,
            deployed: None,
            starts_files: false,
            unread: Vec::new(),
        }
    }

    /// Whether all that is said is that a platform starts an image: by a command, or a step of a CI service.
    pub(crate) fn is_deployment(&self) -> bool {
        self.deployed.is_some() && !matches!(self.source, Source::Kubernetes | Source::Platform)
    }

    /// How a message names it: "service `web` of compose.yaml".
    pub fn said(&self) -> String {
        let (name, file) = (&self.name, &self.place.file);
        match self.source {
            Source::Compose => format!("service `{name}` of {file}"),
            Source::Bake => format!("target `{name}` of {file}"),
            Source::Kubernetes => format!("container `{name}` of {file}"),
            Source::Procfile => format!("`{name}` of {file}"),
            Source::Makefile => format!("target `{name}` of {file}"),
            Source::Script if name.is_empty() => format!("a command of {file}"),
            Source::Script => format!("script `{name}` of {file}"),
            Source::Crontab => format!("line {} of {file}", self.place.line),
            Source::Devcontainer | Source::Unit => file.clone(),
            Source::Ci => format!("job `{name}` of {file}"),
            Source::Skaffold => format!("artifact `{name}` of {file}"),
            Source::Platform => format!("`{name}` of {file}"),
            Source::Documentation => format!("an example of {file}"),
        }
    }
}

/// What an image is built from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Build {
    /// The folder of the context, from the root of the repository; none where that is elsewhere or not known.
    pub context: Option<String>,
    /// The Dockerfile, from the root of the repository; none where it is not known. Where its text is known to stand in
    /// the file itself, the name of that with who says it: `compose.yaml, service web`.
    pub dockerfile: Option<String>,
    /// The Dockerfile's own name, where that is all that is known of it: its folder is put in where it is built.
    pub dockerfile_name: Option<String>,
    /// Whether the text of the Dockerfile stands in the file itself.
    pub is_inline: bool,
    /// That text, where it is known.
    pub inline: Option<String>,
    /// What is put in for images: the name that stands in `FROM`, and what it is: `service:web`, `docker-image://x`.
    pub contexts: Vec<(String, String)>,
    /// Whether other builds of its file are based on it, and nothing gives it a name by which somebody could use it.
    pub is_in_between: bool,
    /// The stage that is built, where one is named.
    pub target: Option<String>,
    /// Whether what builds it tells capitals from small letters in the names of stages: Podman and Buildah do, and Docker does not. None:
    /// nobody says what builds it.
    pub is_case_sensitive: Option<bool>,
    /// Build arguments, where their values are known.
    pub arguments: Vec<(String, Option<String>)>,
    /// The platforms that it is built for, as they are said: `linux/arm/v7`. What is not known stands in one as `${NAME}`. None:
    /// nobody says, and it is that of whoever builds.
    pub platforms: Vec<String>,
    /// Whether a condition, which nobody reads here, may leave some of these platforms out.
    pub is_conditional: bool,
}

impl Build {
    /// Adds the platforms of a text with commas or lines.
    pub(crate) fn add_platforms(&mut self, text: &str) {
        for platform in text.split([',', '\n']).map(str::trim) {
            if !platform.is_empty() && !self.platforms.iter().any(|it| it == platform) {
                self.platforms.push(platform.to_owned());
            }
        }
    }
}

/// What is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// These words, without a shell.
    Words(Vec<String>),
    /// This text, by a shell.
    Shell(String),
    /// Nothing of its own: the image's is taken away.
    Nothing,
}

/// What asks whether the container is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// This command.
    Command(Start),
    /// Nobody: the image's own check is off.
    Off,
}

impl Health {
    /// What a list of words says whose first one tells how the others are run (compose-spec, "healthcheck"; the engine's
    /// API, `HealthConfig`): `CMD-SHELL`, `CMD` or `NONE`. None where it is another.
    pub(crate) fn of_words(words: &[String]) -> Option<Health> {
        let (first, rest) = words.split_first()?;
        match first.as_str() {
            "NONE" => Some(Health::Off),
            "CMD-SHELL" => Some(Health::Command(Start::Shell(rest.join(" ")))),
            "CMD" => Some(Health::Command(Start::Words(rest.to_vec()))),
            _ => None,
        }
    }
}

/// Ports of the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// The first, in 1..=65535.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// What lies at a mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountKind {
    /// A volume with a name: the engine fills an empty one with what the image has there, owners included.
    Named(String),
    /// A volume with a name that another container mounts as well, and may fill first with what its own image has there, or
    /// as another user.
    Shared {
        /// The volume's name.
        name: String,
        /// Who else mounts it: "service `db` of compose.yaml".
        by: String,
    },
    /// A folder of the host whose files are written into the container, as its user, when they change; as it is said.
    Synced(String),
    /// A volume without a name, made for each container; filled alike.
    Anonymous,
    /// A folder or file of the host, as it is said: the engine makes a folder that is not there as root's.
    Host(String),
    /// A file of the host, as it is said, that is a secret of Compose: it keeps the owner and the mode that it has there,
    /// whatever the service asks for (Docker's "Secrets in Compose").
    Secret(String),
    /// Settings or secrets of this name whose mode lets root alone read them, and that nothing gives to another user or
    /// group.
    Guarded(String),
    /// Memory, root's unless its options say otherwise.
    Tmpfs(Access),
    /// Settings or secrets that the platform puts there.
    Settings,
    /// A volume that the platform gives, with owners of its own.
    Claim,
    /// A folder that is empty at the start, root's unless the platform is told otherwise.
    Empty,
}

/// Who may write to memory that is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing is said of it: Docker gives it the mode of the image's folder where there is one (runc, `rootfs_linux.go`),
    /// else all may.
    Unsaid,
    /// All may.
    All,
    /// Root alone may, or a group of root's.
    Root,
    /// An owner is named, or what is said is not understood.
    Unknown,
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What lies there.
    pub kind: MountKind,
    /// Where, in the container.
    pub target: String,
    /// Whether it is read-only.
    pub is_read_only: bool,
    /// Where it is said.
    pub place: Place,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; none where only whoever starts the container knows.
    pub value: Option<String>,
    /// Where it is said.
    pub place: Place,
}

/// What could not be made out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What: "the command of service `web`".
    pub what: String,
    /// Why, as a short sentence.
    pub why: String,
    /// Where.
    pub place: Place,
}
