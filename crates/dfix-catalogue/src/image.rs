//! What is known of a base image before a file's own instructions run.
//!
//! The facts are rows of `data/images.tsv`: the first row of the repository, or of the
//! deepest folder it lies in, whose pattern fits the tag counts. What follows from the distribution alone (libc, package manager, tools) is added here.

use super::commands::tool_in;
use super::foundation::Foundation;

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// CPython.
    Python,
    /// PyPy.
    Pypy,
    /// Python from conda, Jupyter's images included.
    Conda,
    /// Node.js, and Bun and Deno in its place.
    Node,
    /// Ruby.
    Ruby,
    /// JRuby.
    Jruby,
    /// Go.
    Golang,
    /// Rust.
    Rust,
    /// A Java runtime or JDK, Maven, Gradle, Tomcat and Jetty on top.
    Java,
    /// PHP, and applications written in it.
    Php,
    /// Perl.
    Perl,
    /// Haskell.
    Haskell,
    /// Julia.
    Julia,
    /// Swift.
    Swift,
    /// Erlang.
    Erlang,
    /// Elixir.
    Elixir,
    /// Dart.
    Dart,
    /// The GNU compilers.
    Gcc,
    /// .NET and Mono.
    DotNet,
    /// R.
    R,
    /// NVIDIA CUDA.
    Cuda,
    /// An operating system's own image, `buildpack-deps` included.
    System,
    /// No shell, no package manager: Google's and Chainguard's distroless images.
    Distroless,
    /// Nothing, or one static binary.
    Scratch,
    /// A daemon: database, web server, broker, ….
    Service,
    /// Known, and none of these.
    Other,
    /// Nothing is known of the image.
    Unknown,
}

impl Family {
    /// Whether such an image is made for applications in some language.
    pub fn is_of_a_language(self) -> bool {
        matches!(
            self,
            Family::Python
                | Family::Pypy
                | Family::Node
                | Family::Ruby
                | Family::Java
                | Family::DotNet
                | Family::Perl
                | Family::Elixir
                | Family::Erlang
                | Family::Julia
                | Family::Php
        )
    }
}

/// The form of an image that its tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// No special form.
    Default,
    /// `slim`.
    Slim,
    /// `alpine`.
    Alpine,
    /// Windows.
    Windows,
    /// `onbuild`.
    Onbuild,
    /// `distroless` and `chiseled`.
    Distroless,
    /// `minimal`.
    Minimal,
    /// `micro`.
    Micro,
}

/// The C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Libc {
    /// GNU libc: manylinux wheels and prebuilt binaries work.
    Glibc,
    /// musl: they do not.
    Musl,
    /// No C library, or Windows' own.
    None,
    /// Not known.
    Unknown,
}

/// The command that installs packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SystemPackageManager {
    Apt,
    Apk,
    Dnf,
    Microdnf,
    Yum,
    Tdnf,
    Zypper,
    Pacman,
    /// There is none.
    None,
    /// Not known.
    Unknown,
}

/// What runs the shell form of RUN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shell {
    /// `/bin/sh`, and `bash` beside it.
    Bash,
    /// `/bin/sh` alone (dash or busybox).
    Sh,
    /// `cmd`.
    Cmd,
    /// None: only the exec form works.
    None,
    /// Not known.
    Unknown,
}

/// How users are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserTools {
    /// `useradd` and Debian's `adduser` with its long options.
    DebianBoth,
    /// `useradd` of shadow; there is no `adduser`, or `adduser` is another name of it.
    Shadow,
    /// busybox's `adduser -D`; there is no `useradd`.
    Busybox,
    /// None.
    None,
    /// Not known.
    Unknown,
}

/// Which `wget` there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Wget {
    Gnu,
    Busybox,
    None,
    Unknown,
}

/// A user as an image's configuration or its `/etc/passwd` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// The superuser, by whatever name.
    Root,
    /// Somebody else.
    Other {
        /// The name.
        name: &'static str,
        /// The number, when it is the same in all versions.
        uid: Option<u32>,
    },
    /// Not known.
    Unknown,
}

/// What a shipped user was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To run an application of the reader's.
    Application,
    /// To run the image's own daemon.
    Service,
}

/// A user other than root that the image brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShippedUser {
    /// The name.
    pub name: &'static str,
    /// The number, when it is the same in all versions.
    pub uid: Option<u32>,
    /// The home folder, when it has a writable one.
    pub home: Option<&'static str>,
    /// What the user is for.
    pub purpose: Purpose,
}

/// What is known of a base image.
#[derive(Clone, Copy, Debug)]
pub struct ImageFacts {
    /// What the image is for.
    pub family: Family,
    /// The form that its tag names.
    pub variant: Variant,
    /// What it is based on.
    pub foundation: Option<Foundation>,
    /// The C library.
    pub libc: Libc,
    /// The package manager.
    pub package_manager: SystemPackageManager,
    /// The shell.
    pub shell: Shell,
    /// The user that the image's configuration sets.
    pub default_user: Account,
    /// How users can be created.
    pub user_tools: UserTools,
    /// Which `wget` is in it.
    pub wget: Wget,
    /// Whether the image's own command starts as root and changes to its service user by itself.
    pub drops_privileges: bool,
    /// Whether the image's own command must be root.
    pub needs_root: bool,
    pub(super) users: &'static str,
    pub(super) workdir: &'static str,
    pub(super) entrypoint: &'static str,
    pub(super) command: &'static str,
    pub(super) environment: &'static str,
    pub(super) commands: &'static str,
    pub(super) extra_user: Option<ShippedUser>,
}

impl ImageFacts {
    pub(super) const NOTHING: Self = Self {
        family: Family::Unknown,
        variant: Variant::Default,
        foundation: None,
        libc: Libc::Unknown,
        package_manager: SystemPackageManager::Unknown,
        shell: Shell::Unknown,
        default_user: Account::Unknown,
        user_tools: UserTools::Unknown,
        wget: Wget::Unknown,
        drops_privileges: false,
        needs_root: false,
        users: "",
        workdir: "?",
        entrypoint: "?",
        command: "?",
        environment: "?",
        commands: "",
        extra_user: None,
    };

    /// Whether anything is known of the image at all.
    pub fn is_known(&self) -> bool {
        self.family != Family::Unknown
    }

    /// Whether commands find the same in both: one is the other's neighbour, of another version perhaps.
    pub fn is_like(&self, other: &Self) -> bool {
        let kind = |it: &Self| (it.family, it.variant, it.libc, it.package_manager, it.shell);
        let users = |it: &Self| (it.default_user, it.user_tools, it.users, it.extra_user);
        let holds = |it: &Self| (it.workdir, it.entrypoint, it.commands);
        let starts = |it: &Self| (it.drops_privileges, it.needs_root);
        kind(self) == kind(other)
            && users(self) == users(other)
            && holds(self) == holds(other)
            && starts(self) == starts(other)
    }

    /// Whether the shell form of RUN works; `None` when not known.
    pub fn has_shell(&self) -> Option<bool> {
        match self.shell {
            Shell::Unknown => None,
            Shell::None => Some(false),
            _ => Some(true),
        }
    }

    /// Users other than root that the image ships, those for applications first.
    pub fn users(&self) -> impl Iterator<Item = ShippedUser> + use<> {
        self.users
            .split(',')
            .filter_map(shipped_user)
            .chain(self.extra_user)
    }

    /// The shipped user meant to run an application: `node` in the node images, `nonroot` in
    /// distroless ones.
    pub fn application_user(&self) -> Option<ShippedUser> {
        self.users()
            .find(|user| user.purpose == Purpose::Application)
    }

    /// The working directory that the image sets: `Some("/")` when it sets none, `None` when not
    /// known.
    pub fn workdir(&self) -> Option<&'static str> {
        match self.workdir {
            "" => Some("/"),
            text if text.ends_with('?') => None,
            text => Some(text),
        }
    }

    /// The words of the image's ENTRYPOINT, split at blanks; empty when it has none, `None` when
    /// not known.
    pub fn entrypoint(&self) -> Option<impl Iterator<Item = &'static str> + use<>> {
        words(self.entrypoint)
    }

    /// The words of the image's CMD, split at blanks; empty when it has none, `None` when not
    /// known.
    pub fn command(&self) -> Option<impl Iterator<Item = &'static str> + use<>> {
        words(self.command)
    }

    /// The environment that every version of the image sets: name, and the value where it is one
    /// and the same in all of them.
    pub fn environment(
        &self,
    ) -> impl Iterator<Item = (&'static str, Option<&'static str>)> + use<> {
        self.environment
            .split(' ')
            .filter(|pair| !pair.is_empty() && !pair.ends_with('?'))
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (pair, None),
            })
    }

    /// Whether the image sets an environment variable; `None` when not known, or when some
    /// versions do and some do not.
    pub fn sets(&self, name: &str) -> Option<bool> {
        if self.environment == "?" {
            return None;
        }
        for pair in self.environment.as_bytes().split(|it| *it == b' ') {
            match pair.strip_prefix(name.as_bytes()) {
                Some(b"?") => return None,
                Some([] | [b'=', ..]) => return Some(true),
                _ => {}
            }
        }
        Some(false)
    }

    /// The commands that the image adds to its distribution's own (`python`, `pip`, `node`, …).
    pub fn own_commands(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.commands
            .split(' ')
            .filter(|word| !word.is_empty() && !word.ends_with('?'))
    }

    /// Whether the image adds the command to its distribution's own, or may.
    pub fn may_bring(&self, command: &str) -> bool {
        let mut own = self.commands.split(' ');
        own.any(|word| word.strip_suffix('?').unwrap_or(word) == command)
    }

    /// Whether a command is in the image; `None` when not known.
    pub fn has_command(&self, command: &str) -> Option<bool> {
        if self.own_commands().any(|own| own == command) {
            return Some(true);
        }
        if self
            .commands
            .split(' ')
            .any(|word| word.strip_suffix('?') == Some(command))
        {
            return None;
        }
        match self.family {
            Family::Scratch => return Some(false),
            Family::Distroless => return None,
            _ => {}
        }
        let found = tool_in(self.foundation.as_ref()?, command);
        // A service image may have installed anything on top; a language image is told in full.
        match (found, self.family) {
            (Some(false), Family::System | Family::Python | Family::Node | Family::Ruby) => found,
            (Some(true), _) => found,
            _ => None,
        }
    }

    /// The interpreter's names that work in this image, best first: `python` and `python3` in the
    /// official image, only `python3` where the distribution's own is meant.
    pub fn python_commands(&self) -> &'static [&'static str] {
        match self.family {
            Family::Python | Family::Conda if self.has_command("python") == Some(true) => {
                &["python", "python3"]
            }
            Family::Pypy => &["pypy3"],
            _ => &["python3"],
        }
    }
}

fn words(text: &'static str) -> Option<impl Iterator<Item = &'static str> + use<>> {
    let known = !text.ends_with('?');
    known.then(|| text.split(' ').filter(|word| !word.is_empty()))
}

fn shipped_user(text: &'static str) -> Option<ShippedUser> {
    let (rest, purpose) = text.rsplit_once('/')?;
    let (rest, home) = match rest.split_once("/home=") {
        Some((rest, home)) => (rest, Some(home)),
        None => (rest, None),
    };
    let (name, uid) = rest.split_once('/')?;
    Some(ShippedUser {
        name,
        uid: uid.parse().ok(),
        home,
        purpose: if purpose == "app" {
            Purpose::Application
        } else {
            Purpose::Service
        },
    })
}
