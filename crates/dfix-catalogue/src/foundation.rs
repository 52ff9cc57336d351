//! The distribution, its release and the part of it that an image is based on.

/// The operating system that an image is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Debian, distroless images included.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Alpine Linux.
    Alpine,
    /// Fedora.
    Fedora,
    /// Red Hat's universal base images and RHEL.
    Ubi,
    /// CentOS and CentOS Stream.
    CentOs,
    /// Rocky Linux.
    RockyLinux,
    /// AlmaLinux.
    AlmaLinux,
    /// Oracle Linux.
    OracleLinux,
    /// Amazon Linux.
    AmazonLinux,
    /// VMware Photon.
    Photon,
    /// Azure Linux and its earlier name CBL-Mariner.
    AzureLinux,
    /// openSUSE and SLE.
    Suse,
    /// Arch Linux.
    Arch,
    /// Wolfi, under Chainguard's images.
    Wolfi,
    /// Plain busybox.
    Busybox,
    /// Windows.
    Windows,
    /// Nothing at all: `scratch`.
    Scratch,
}

impl Distribution {
    /// All of them by their names, as the data files have them.
    const NAMES: [(&'static str, Distribution); 18] = [
        ("debian", Distribution::Debian),
        ("ubuntu", Distribution::Ubuntu),
        ("alpine", Distribution::Alpine),
        ("fedora", Distribution::Fedora),
        ("ubi", Distribution::Ubi),
        ("centos", Distribution::CentOs),
        ("rockylinux", Distribution::RockyLinux),
        ("almalinux", Distribution::AlmaLinux),
        ("oraclelinux", Distribution::OracleLinux),
        ("amazonlinux", Distribution::AmazonLinux),
        ("photon", Distribution::Photon),
        ("azurelinux", Distribution::AzureLinux),
        ("opensuse", Distribution::Suse),
        ("archlinux", Distribution::Arch),
        ("wolfi", Distribution::Wolfi),
        ("busybox", Distribution::Busybox),
        ("windows", Distribution::Windows),
        ("scratch", Distribution::Scratch),
    ];

    /// The distribution of a name (`debian`); `None` where none is called so.
    pub fn named(name: &str) -> Option<Self> {
        let all = Self::NAMES.iter();
        all.copied()
            .find_map(|(it, known)| (it == name).then_some(known))
    }

    /// The names of all of them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|it| it.0)
    }
}

/// The program that a distribution's `/bin/sh` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemShell {
    /// `dash`
    Dash,
    /// The `ash` of busybox.
    Busybox,
    /// `bash`, which reads as POSIX says where it is called `sh`, and knows its own words besides.
    Bash,
}

impl Distribution {
    /// The program that its `/bin/sh` is, in all releases that there are images of; `None` where it has none.
    ///
    /// Sources: Debian's `dash` (since squeeze), Ubuntu's (since 6.10), `alpine-baselayout` and Wolfi's `busybox`; the others have bash.
    pub fn system_shell(self) -> Option<SystemShell> {
        Some(match self {
            Distribution::Debian | Distribution::Ubuntu => SystemShell::Dash,
            Distribution::Alpine | Distribution::Wolfi | Distribution::Busybox => {
                SystemShell::Busybox
            }
            Distribution::Fedora
            | Distribution::Ubi
            | Distribution::CentOs
            | Distribution::RockyLinux
            | Distribution::AlmaLinux
            | Distribution::OracleLinux
            | Distribution::AmazonLinux
            | Distribution::Photon
            | Distribution::AzureLinux
            | Distribution::Suse
            | Distribution::Arch => SystemShell::Bash,
            Distribution::Windows | Distribution::Scratch => return None,
        })
    }
}

/// What part of the operating system is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Less than a system: distroless, UBI micro.
    Bare,
    /// UBI minimal and the `-slim` form of Oracle Linux: `microdnf` instead of `dnf`.
    Minimal,
    /// Debian's `-slim`: the same packages as `Plain`, documentation removed.
    Slim,
    /// The distribution's own base image.
    Plain,
    /// `buildpack-deps:…-curl`: `Plain` with curl, wget, gnupg.
    Curl,
    /// `buildpack-deps:…-scm`: `Curl` with git, mercurial, subversion, ssh, procps.
    Scm,
    /// `buildpack-deps`: `Scm` with a compiler, make and headers.
    Full,
    /// Windows Server Core.
    ServerCore,
    /// Windows Nano Server.
    NanoServer,
    /// The release is known, the layer is not.
    Unknown,
}

/// What an image is based on: distribution, release, layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Foundation {
    /// The distribution.
    pub distribution: Distribution,
    /// Its release: a code name on Debian and Ubuntu (`bookworm`), a number elsewhere (`3.20`).
    pub release: Option<&'static str>,
    /// The part of it that is there.
    pub layer: Layer,
}

impl Foundation {
    /// How messages name it: `Debian trixie`.
    pub fn told(&self) -> String {
        let name = match self.distribution {
            Distribution::CentOs => "CentOS".to_owned(),
            other => format!("{other:?}"),
        };
        match self.release {
            Some(release) => format!("{name} {release}"),
            None => name,
        }
    }

    /// Whether both are based on the same release of the same distribution; `None` when a release is
    /// unknown.
    pub fn same_release(&self, other: &Self) -> Option<bool> {
        if self.distribution != other.distribution {
            return Some(false);
        }
        Some(self.release? == other.release?)
    }

    /// Reads the form of the data files: `debian:bookworm/full`, `alpine:3.20`, `scratch`.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (system, layer) = match text.split_once('/') {
            Some((system, layer)) => (system, Some(layer)),
            None => (text, None),
        };
        let (name, release) = match system.split_once(':') {
            Some((name, release)) => (name, Some(release).filter(|text| *text != "?")),
            None => (system, None),
        };
        let distribution = Distribution::named(match name {
            "ubuntu-debootstrap" | "ubuntu-upstart" => "ubuntu",
            name => name,
        })?;
        let layer = match layer {
            None | Some("plain" | "init") => Layer::Plain,
            Some("slim") => Layer::Slim,
            Some("curl") => Layer::Curl,
            Some("scm") => Layer::Scm,
            Some("full") => Layer::Full,
            Some("minimal") => Layer::Minimal,
            Some("micro" | "bare") => Layer::Bare,
            Some("servercore") => Layer::ServerCore,
            Some("nanoserver") => Layer::NanoServer,
            Some(_) => Layer::Unknown,
        };
        Some(Self {
            distribution,
            release,
            layer,
        })
    }
}
