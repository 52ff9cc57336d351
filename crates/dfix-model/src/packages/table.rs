//! What the words of each tool mean, as data. Sources: each tool's own manual and `--help`.

use crate::handles::{Command, Word};
use crate::packages::{OptionValue, PackageManager};

/// How a tool's words are read.
pub(crate) struct Tool {
    pub(crate) manager: PackageManager,
    /// Program names.
    names: &'static [&'static str],
    /// The subcommands that install packages.
    pub(crate) installs: &'static [&'static str],
    /// Subcommands after which another one comes.
    pub(crate) double: &'static [&'static str],
    /// Letters of short options that take a value.
    letters: &'static str,
    /// Long options that take a value as the next word.
    long: &'static [&'static str],
    /// Long options that take none, where the tool takes shortened names.
    flags: &'static [&'static str],
    /// Whether long names may be cut short.
    shortens: bool,
    /// Whether long options have one dash.
    one_dash: bool,
    pub(crate) has_subcommands: bool,
    /// Whether the tool alone, without a subcommand, installs.
    pub(crate) bare_installs: bool,
    pub(crate) has_packages: bool,
}

const TOOL: Tool = Tool {
    manager: PackageManager::Pip,
    names: &[],
    installs: &["install"],
    double: &[],
    letters: "",
    long: &[],
    flags: &[],
    shortens: false,
    one_dash: false,
    has_subcommands: true,
    bare_installs: false,
    has_packages: true,
};

#[rustfmt::skip]
static PIP: Tool = Tool {
    letters: "rcetifdwbC",
    long: &[
        "--python", "--log", "--log-file", "--local-log", "--proxy", "--timeout", "--default-timeout", "--retries",
        "--exists-action", "--trusted-host", "--cert", "--client-cert", "--cache-dir", "--use-feature",
        "--use-deprecated", "--keyring-provider", "--resume-retries", "--requirement", "--constraint",
        "--build-constraint", "--requirements-from-script", "--editable", "--target", "--platform",
        "--python-version", "--implementation", "--abi", "--root", "--prefix", "--src", "--source", "--source-dir",
        "--build", "--build-dir", "--build-directory", "--upgrade-strategy", "--config-settings",
        "--config-setting", "--global-option", "--install-option", "--build-option", "--no-binary",
        "--only-binary", "--progress-bar", "--root-user-action", "--report", "--index-url", "--pypi-url",
        "--extra-index-url", "--find-links", "--dest", "--destination-dir", "--destination-directory",
        "--wheel-dir", "--group",
    ],
    flags: &[
        "--no-cache-dir", "--no-color", "--no-compile", "--no-clean", "--no-deps", "--no-dependencies",
        "--no-index", "--no-input", "--no-build-isolation", "--no-python-version-warning",
        "--no-warn-script-location", "--no-warn-conflicts", "--no-user", "--no-use-pep517", "--no-download",
        "--no-install", "--disable-pip-version-check", "--upgrade", "--user", "--pre", "--force-reinstall",
        "--ignore-installed", "--ignore-requires-python", "--isolated", "--quiet", "--verbose", "--version",
        "--dry-run", "--compile", "--use-pep517", "--check-build-dependencies", "--break-system-packages",
        "--require-virtualenv", "--require-venv", "--require-hashes", "--prefer-binary",
        "--process-dependency-links", "--egg", "--debug", "--help", "--use-wheel", "--no-use-wheel", "--yes",
    ],
    shortens: true,
    ..TOOL
};

#[rustfmt::skip]
static UV: Tool = Tool {
    manager: PackageManager::Uv,
    letters: "rcebtpifPC",
    long: &[
        "--requirement", "--requirements", "--constraint", "--constraints", "--override", "--overrides",
        "--build-constraint", "--editable", "--extra", "--group", "--target", "--prefix", "--python",
        "--python-version", "--python-platform", "--index", "--default-index", "--index-url", "--extra-index-url",
        "--find-links", "--index-strategy", "--keyring-provider", "--resolution", "--prerelease",
        "--exclude-newer", "--link-mode", "--cache-dir", "--no-binary", "--only-binary", "--config-setting",
        "--config-settings", "--upgrade-package", "--refresh-package", "--reinstall-package", "--directory",
        "--project", "--config-file", "--color", "--python-preference", "--allow-insecure-host", "--trusted-host",
        "--no-build-package", "--no-binary-package", "--fork-strategy",
    ],
    ..TOOL
};

/// Tools that are told by their program's name alone.
#[rustfmt::skip]
static TOOLS: &[Tool] = &[
    Tool {
        manager: PackageManager::Apt,
        names: &["apt-get", "apt", "aptitude", "apt-fast"],
        letters: "octaP",
        long: &[
            "--option", "--config-file", "--target-release", "--default-release", "--host-architecture",
            "--build-profiles", "--solver",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Apk,
        names: &["apk"],
        installs: &["add"],
        letters: "Xpt",
        long: &[
            "--repository", "--root", "--virtual", "--arch", "--cache-dir", "--cache-max-age", "--keys-dir",
            "--progress-fd", "--repositories-file", "--timeout", "--wait",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Dnf,
        names: &["dnf", "yum", "microdnf", "tdnf", "dnf5", "dnf-3"],
        installs: &["install", "localinstall", "groupinstall", "reinstall", "in", "install-n"],
        double: &["group", "groups", "module"],
        letters: "cdexR",
        long: &[
            "--config", "--debuglevel", "--errorlevel", "--rpmverbosity", "--exclude", "--excludepkgs",
            "--enablerepo", "--disablerepo", "--repo", "--repoid", "--releasever", "--installroot", "--setopt",
            "--disableplugin", "--enableplugin", "--forcearch", "--arch", "--comment", "--color", "--advisory",
            "--disableexcludes", "--randomwait", "--downloaddir", "--destdir", "--repofrompath", "--rhel",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Zypper,
        names: &["zypper"],
        installs: &["install", "in"],
        letters: "cDCRrtp",
        long: &[
            "--config", "--reposd-dir", "--cache-dir", "--root", "--installroot", "--repo", "--from", "--type",
            "--plus-repo", "--plus-content", "--pkg-cache-dir", "--solv-cache-dir", "--raw-cache-dir",
            "--releasever",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Pacman,
        names: &["pacman"],
        letters: "br",
        long: &[
            "--dbpath", "--root", "--cachedir", "--config", "--gpgdir", "--hookdir", "--logfile", "--ignore",
            "--overwrite", "--arch", "--assume-installed", "--color",
        ],
        has_subcommands: false,
        ..TOOL
    },
    Tool {
        manager: PackageManager::Npm,
        names: &["npm"],
        installs: &[
            "install", "i", "in", "add", "ci", "clean-install", "ic", "isntall", "install-clean",
        ],
        letters: "Cw",
        long: &[
            "--prefix", "--registry", "--cache", "--omit", "--include", "--only", "--also", "--loglevel", "--tag",
            "--workspace", "--userconfig", "--globalconfig", "--fetch-retries", "--fetch-timeout",
            "--fetch-retry-mintimeout", "--fetch-retry-maxtimeout", "--maxsockets", "--install-strategy",
            "--python", "--node-gyp", "--target", "--cpu", "--os", "--libc", "--network-timeout", "--otp",
            "--access", "--scope", "--script-shell", "--before",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Yarn,
        names: &["yarn", "yarnpkg"],
        installs: &["install", "add"],
        double: &["global", "workspace"],
        long: &[
            "--cwd", "--registry", "--cache-folder", "--modules-folder", "--network-timeout",
            "--network-concurrency", "--mutex", "--prefix", "--use-yarnrc", "--preferred-cache-folder",
            "--global-folder", "--link-folder", "--https-proxy", "--proxy", "--mode",
        ],
        bare_installs: true,
        ..TOOL
    },
    Tool {
        manager: PackageManager::Pnpm,
        names: &["pnpm"],
        installs: &["install", "i", "add"],
        letters: "CF",
        long: &[
            "--dir", "--filter", "--store-dir", "--virtual-store-dir", "--registry", "--reporter", "--loglevel",
            "--modules-dir", "--network-concurrency", "--global-dir",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Gem,
        names: &["gem"],
        installs: &["install", "i"],
        letters: "vinspPgB",
        long: &[
            "--version", "--install-dir", "--bindir", "--source", "--platform", "--http-proxy", "--trust-policy",
            "--file", "--build-root", "--without", "--document",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Bundler,
        names: &["bundle", "bundler"],
        installs: &["install", "i", "update", "cache", "package", "pack"],
        letters: "j",
        long: &[
            "--gemfile", "--path", "--jobs", "--retry", "--without", "--with", "--binstubs", "--shebang",
            "--standalone", "--target-rbconfig", "--trust-policy",
        ],
        bare_installs: true,
        has_packages: false,
        ..TOOL
    },
    Tool {
        manager: PackageManager::Conda,
        names: &["conda", "mamba", "micromamba"],
        installs: &["install", "create", "update", "upgrade"],
        double: &["env"],
        letters: "npcfr",
        long: &[
            "--name", "--prefix", "--channel", "--file", "--root-prefix", "--solver", "--subdir", "--platform",
            "--repodata-fn", "--revision", "--clone",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Go,
        names: &["go"],
        installs: &["install", "get"],
        long: &[
            "-ldflags", "-tags", "-o", "-mod", "-gcflags", "-asmflags", "-buildmode", "-p", "-C", "-pkgdir",
            "-compiler", "-installsuffix", "-modfile", "-overlay", "-toolexec", "-gccgoflags", "-covermode",
            "-coverpkg", "-exec",
        ],
        one_dash: true,
        ..TOOL
    },
    Tool {
        manager: PackageManager::Cargo,
        names: &["cargo"],
        letters: "FjZC",
        long: &[
            "--version", "--vers", "--git", "--branch", "--tag", "--rev", "--path", "--root", "--registry",
            "--index", "--features", "--bin", "--example", "--target", "--target-dir", "--profile", "--jobs",
            "--config", "--color", "--message-format", "--manifest-path", "--package",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Composer,
        names: &["composer", "composer.phar"],
        installs: &["install", "require", "create-project"],
        double: &["global"],
        letters: "d",
        long: &[
            "--working-dir", "--prefer-install", "--ignore-platform-req", "--repository", "--repository-url",
            "--stability",
        ],
        ..TOOL
    },
    Tool {
        manager: PackageManager::Pipx,
        names: &["pipx"],
        long: &["--suffix", "--python", "--preinstalled", "--pip-args", "--index-url", "--spec"],
        ..TOOL
    },
];

/// The tool that a command runs, and how many of its arguments belong to the program's name (`-m pip`).
pub(crate) fn tool_of(command: Command<'_>, name: &str) -> Option<(&'static Tool, usize)> {
    if is_versioned(name, "pip") {
        return Some((&PIP, 0));
    }
    if is_python(name) {
        return match module(command)? {
            ("pip", skip) => Some((&PIP, skip)),
            ("uv", skip) => uv(command, skip),
            ("pipx", skip) => {
                let pipx = TOOLS.iter().find(|t| t.manager == PackageManager::Pipx)?;
                Some((pipx, skip))
            }
            _ => None,
        };
    }
    if name == "uv" {
        return uv(command, 0);
    }
    let tool = TOOLS.iter().find(|t| t.names.contains(&name))?;
    Some((tool, 0))
}

/// `uv [options] pip`
fn uv(command: Command<'_>, skip: usize) -> Option<(&'static Tool, usize)> {
    let at = command
        .args()
        .skip(skip)
        .position(|w| !w.starts_with("-"))?
        + skip;
    command.arg(at)?.is("pip").then_some((&UV, at + 1))
}

/// Whether a program's name is a Python interpreter's: `python`, `python3.11`, `pypy3`.
pub(crate) fn is_python(name: &str) -> bool {
    is_versioned(name, "python") || is_versioned(name, "pypy") || name == "py"
}

/// The module of `python -m MODULE`, and how many arguments that takes. Options before `-m`: Python's
/// manual, "Command line and environment".
pub(crate) fn module(command: Command<'_>) -> Option<(&str, usize)> {
    let mut words = command.args().enumerate();
    while let Some((at, word)) = words.next() {
        let letters = word.value()?.strip_prefix('-')?;
        if letters.starts_with('-') || letters.is_empty() {
            return None;
        }
        let Some(i) = letters.find(['m', 'W', 'X', 'c']) else {
            continue;
        };
        let attached = &letters[i + 1..];
        match letters.as_bytes()[i] {
            b'c' => return None,
            b'm' if attached.is_empty() => {
                let (at, word) = words.next()?;
                return Some((word.value()?, at + 1));
            }
            b'm' => return Some((attached, at + 1)),
            _ if attached.is_empty() => {
                words.next();
            }
            _ => {}
        }
    }
    None
}

/// `pip`, `pip3`, `pip3.11`, `pip-3.11`
fn is_versioned(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|version| {
        let version = version.strip_prefix('-').unwrap_or(version);
        version.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

impl Tool {
    /// An option's name and value; `next` gives the word after it.
    pub(crate) fn option_value<'m>(
        &self,
        word: Word<'m>,
        next: impl FnOnce() -> Option<Word<'m>>,
    ) -> (&'m str, Option<OptionValue<'m>>) {
        let text = word.literal_prefix();
        let from_next = || {
            next().map(|word| OptionValue {
                word,
                literal_prefix: word.literal_prefix(),
                is_known: word.is_known(),
            })
        };
        let attached = |start: usize| OptionValue {
            word,
            literal_prefix: &text[start..],
            is_known: word.is_known(),
        };
        if let Some(equals) = text
            .find('=')
            .filter(|_| text.starts_with("--") || self.one_dash)
        {
            return (&text[..equals], Some(attached(equals + 1)));
        }
        if text.starts_with("--") || self.one_dash {
            let takes = self.long.contains(&self.full_name(text));
            return (text, if takes { from_next() } else { None });
        }
        let letters = &text[1..];
        match letters
            .char_indices()
            .find(|(_, c)| self.letters.contains(*c))
        {
            Some((i, c)) if i + c.len_utf8() == letters.len() => (text, from_next()),
            Some((i, c)) => {
                let end = 1 + i + c.len_utf8();
                (&text[..end], Some(attached(end)))
            }
            None => match text.find('=') {
                Some(equals) => (&text[..equals], Some(attached(equals + 1))),
                None => (text, None),
            },
        }
    }

    /// The option that a long name means: it may be cut short where the tool takes that and only one fits.
    fn full_name<'n>(&self, written: &'n str) -> &'n str {
        if !self.shortens || self.long.contains(&written) || self.flags.contains(&written) {
            return written;
        }
        let mut fits = self
            .long
            .iter()
            .chain(self.flags)
            .filter(|n| written.len() > 2 && n.starts_with(written));
        match (fits.next(), fits.next()) {
            (Some(&one), None) => one,
            _ => written,
        }
    }

    /// Whether an option as written means `name`.
    pub(crate) fn means(&self, written: &str, name: &str) -> bool {
        if written == name {
            return true;
        }
        if name.starts_with("--") || self.one_dash {
            return written.starts_with("--") && self.full_name(written) == name;
        }
        // A letter within a cluster.
        let Some(letter) = name.strip_prefix('-').filter(|l| l.chars().count() == 1) else {
            return false;
        };
        !written.starts_with("--") && written.len() > 2 && written[1..].contains(letter)
    }
}
