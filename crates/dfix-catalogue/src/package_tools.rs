//! What the words of package managers mean.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::table::{Row, Table, table};

const TOOLS: Table = table!("package-tools.tsv");

const WORDS: Table = table!("package-words.tsv");

const SUBCOMMAND_OPTIONS: Table = table!("subcommand-options.tsv");

const APT_SETTINGS: Table = table!("apt-settings.tsv");

/// What may be said of a subcommand or an option of a package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PackageWord {
    /// It asks before it changes anything.
    Asks,
    /// It fails where the mirrors have nothing of the release.
    AsksMirror,
    /// With it the lock file of the folder is not what is installed.
    BesideLock,
    /// With it nothing is changed.
    DoesNothing,
    /// With it nothing is installed: what it downloads is what is wanted.
    DownloadsOnly,
    /// With it another folder is worked on than the one where it is called.
    Elsewhere,
    /// It fetches the lists of packages and keeps them.
    FetchesLists,
    /// It keeps what it downloads, as those do that install.
    FillsCache,
    /// With it what a package asks of the one that uses it (peers) is not looked at.
    LeavesPeers,
    /// With it nothing is fetched that is not in the cache.
    NeedsCache,
    /// The tool does it itself, and runs no script of that name.
    Own,
    /// Its operands are packages, in whatever order.
    Packages,
    /// It came years after what those that are still found may lack (`conda clean -a`, of 2016).
    Recent,
    /// It takes packages away, or may.
    Removes,
    /// `apt-get` and `apt` do the same with it.
    Same,
    /// With it somebody has said which kinds of dependencies are installed.
    SaysKinds,
    /// It says where packages are taken from: a release, an archive, an index.
    SaysSource,
    /// It answers what is asked with yes.
    SaysYes,
    /// With it somebody has said what becomes of the cache.
    SettlesCache,
    /// It needs no lists of packages.
    WithoutLists,
}

impl PackageWord {
    const fn word(self) -> &'static str {
        match self {
            PackageWord::Asks => "asks",
            PackageWord::AsksMirror => "asks-mirror",
            PackageWord::BesideLock => "beside-lock",
            PackageWord::DoesNothing => "does-nothing",
            PackageWord::DownloadsOnly => "downloads-only",
            PackageWord::Elsewhere => "elsewhere",
            PackageWord::FetchesLists => "fetches-lists",
            PackageWord::FillsCache => "fills-cache",
            PackageWord::LeavesPeers => "leaves-peers",
            PackageWord::NeedsCache => "needs-cache",
            PackageWord::Own => "own",
            PackageWord::Packages => "packages",
            PackageWord::Recent => "recent",
            PackageWord::Removes => "removes",
            PackageWord::Same => "same",
            PackageWord::SaysKinds => "says-kinds",
            PackageWord::SaysSource => "says-source",
            PackageWord::SaysYes => "says-yes",
            PackageWord::SettlesCache => "settles-cache",
            PackageWord::WithoutLists => "without-lists",
        }
    }
}

/// Whether a subcommand or an option of a family (`apt`, `apk`, `npm`) is listed with this.
pub fn package_word_is(family: &str, word: &str, what: PackageWord) -> bool {
    WORDS
        .row(&[family, " ", word].concat())
        .is_some_and(|row| row.lists(1, ' ', what.word()))
}

/// The options of a family that are listed with this, in the table's order.
pub fn package_options(family: &str, what: PackageWord) -> impl Iterator<Item = &'static str> {
    /// By family and mark.
    static OPTIONS: LazyLock<FxHashMap<(&str, &str), Vec<&str>>> = LazyLock::new(|| {
        let mut options: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for row in WORDS.all() {
            if let Some((family, option)) = row.key().split_once(' ')
                && option.starts_with('-')
            {
                for mark in row.words(1) {
                    options.entry((family, mark)).or_default().push(option);
                }
            }
        }
        options
    });
    let listed = OPTIONS.get(&(family, what.word()));
    listed.into_iter().flatten().copied()
}

/// The option of apt that says the same as a setting with its value (`APT::Install-Recommends`, `false`), letter case aside.
pub fn apt_setting(name: &str, value: &str) -> Option<&'static str> {
    let setting = format!("{name}={value}").to_ascii_lowercase();
    APT_SETTINGS.row(&setting).map(|row| row.column(1))
}

/// The options of a family that are another name of this one, each with it.
fn named(family: &str, first: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = WORDS.starting_with(family);
    rows.filter_map(move |row| {
        let name = row.key().strip_prefix(family)?.strip_prefix(' ')?;
        (row.column(2) == first).then(|| (name, row.column(2)))
    })
}

/// A family of package managers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackageManager {
    /// `pip`, `pip3`, `python -m pip`
    Pip,
    /// `uv pip`
    Uv,
    /// `pipx`
    Pipx,
    /// `apt-get`, `apt`, `aptitude`
    Apt,
    /// `apk`
    Apk,
    /// `dnf`, `yum`, `microdnf`, `tdnf`
    Dnf,
    /// `zypper`
    Zypper,
    /// `pacman`
    Pacman,
    /// `npm`
    Npm,
    /// `yarn`
    Yarn,
    /// `pnpm`
    Pnpm,
    /// `bun`, where it runs a script of package.json
    Bun,
    /// `node --run`
    Node,
    /// `gem`
    Gem,
    /// `bundle`
    Bundler,
    /// `conda`, `mamba`, `micromamba`
    Conda,
    /// `go`
    Go,
    /// `cargo`
    Cargo,
    /// `composer`
    Composer,
}

impl PackageManager {
    /// Whether what it installs are packages of the system, not of a language.
    pub fn is_of_system(self) -> bool {
        matches!(
            self,
            PackageManager::Apt
                | PackageManager::Apk
                | PackageManager::Dnf
                | PackageManager::Zypper
                | PackageManager::Pacman
        )
    }
}

/// How the words of a package manager are read.
#[derive(Clone, Copy, Debug)]
pub struct PackageTool {
    row: Row,
}

/// The package manager of this name: `pip` for `pip3.11`, `uv` for the words behind `uv pip`.
pub fn package_tool(name: &str) -> Option<PackageTool> {
    let row = TOOLS.row(name).or_else(|| {
        let version = name.strip_prefix("pip")?;
        let version = version.strip_prefix('-').unwrap_or(version);
        let is_version = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        is_version.then(|| TOOLS.row("pip"))?
    });
    row.map(|row| PackageTool { row })
}

impl PackageTool {
    /// Its family.
    pub fn manager(self) -> PackageManager {
        match self.row.column(1) {
            "uv" => PackageManager::Uv,
            "pipx" => PackageManager::Pipx,
            "apt" => PackageManager::Apt,
            "apk" => PackageManager::Apk,
            "dnf" => PackageManager::Dnf,
            "zypper" => PackageManager::Zypper,
            "pacman" => PackageManager::Pacman,
            "npm" => PackageManager::Npm,
            "yarn" => PackageManager::Yarn,
            "pnpm" => PackageManager::Pnpm,
            "bun" => PackageManager::Bun,
            "node" => PackageManager::Node,
            "gem" => PackageManager::Gem,
            "bundler" => PackageManager::Bundler,
            "conda" => PackageManager::Conda,
            "go" => PackageManager::Go,
            "cargo" => PackageManager::Cargo,
            "composer" => PackageManager::Composer,
            _ => PackageManager::Pip,
        }
    }

    /// Whether the subcommand installs packages.
    pub fn installs(self, subcommand: &str) -> bool {
        self.row.lists(3, ' ', subcommand)
    }

    /// Whether the operands behind the subcommand are packages, in whatever order: it installs them, or it removes them.
    pub fn names_packages(self, subcommand: &str) -> bool {
        let family = self.row.column(1);
        self.has_packages()
            && (self.installs(subcommand)
                || package_word_is(family, subcommand, PackageWord::Packages))
    }

    /// Whether another subcommand comes after this one: `yarn global add`.
    pub fn is_double(self, subcommand: &str) -> bool {
        self.row.lists(4, ' ', subcommand)
    }

    /// Whether a letter among its options takes a value.
    pub fn letter_takes_value(self, letter: char) -> bool {
        self.row.column(5).contains(letter)
    }

    /// Whether a long option takes the next word; a shortened name counts as the option that it means.
    pub fn takes_next(self, option: &str) -> bool {
        self.row.lists(6, ' ', self.full_name(option))
    }

    /// Whether it is known of a long option what it takes: of others the next word may be its value, or an operand.
    pub fn knows(self, option: &str) -> bool {
        let full = self.full_name(option);
        let is_listed = [6, 7].iter().any(|it| self.row.lists(*it, ' ', full));
        is_listed
            || full.starts_with("--no-")
            || WORDS
                .row(&[self.row.column(1), " ", full].concat())
                .is_some()
    }

    /// Whether an option, called by the first of its names, is one of this subcommand that others may lack.
    pub fn is_of_subcommand(self, subcommand: &str, option: &str) -> bool {
        SUBCOMMAND_OPTIONS
            .row(&[self.row.column(1), " ", subcommand].concat())
            .is_some_and(|row| row.lists(1, ' ', option))
    }

    /// The family of package managers that it is one of, as [`package_options`] takes it: `apt` for `apt-get`.
    pub fn family(self) -> &'static str {
        self.row.column(1)
    }

    /// The option that a long name means: it may be cut short where the tool takes that and only one fits.
    pub fn full_name(self, written: &str) -> &str {
        if !self.has("shortens")
            || self.row.lists(6, ' ', written)
            || self.row.lists(7, ' ', written)
        {
            return written;
        }
        let all = self.row.words(6).chain(self.row.words(7));
        let mut fits = all.filter(|name| written.len() > 2 && name.starts_with(written));
        match (fits.next(), fits.next()) {
            (Some(one), None) => one,
            _ => written,
        }
    }

    /// The name by which an option is compared that has several, or is cut short: `-y` for `--assume-yes`; with its value
    /// (`--production=true`) where it is that which makes it another name.
    pub fn first_name(self, option: &str) -> Option<&'static str> {
        let family = self.row.column(1);
        let full = self.full_name(option);
        if let Some(row) = WORDS.row(&format!("{family} {full}")) {
            let first = row.column(2);
            if !first.is_empty() {
                return Some(first);
            }
        }
        let mut others = named(family, full).map(|(_, first)| first);
        let known = others.next();
        let written = || {
            let all = self.row.words(6).chain(self.row.words(7));
            all.into_iter().find(|it| full != option && *it == full)
        };
        known.or_else(written)
    }

    /// All names of an option that has several, that by which it is compared in front.
    pub fn names(self, option: &str) -> Vec<&'static str> {
        let Some(first) = self.first_name(option) else {
            return Vec::new();
        };
        let others = named(self.row.column(1), first).map(|(name, _)| name);
        std::iter::once(first).chain(others).collect()
    }

    /// Whether long options have one dash.
    pub fn has_one_dash(self) -> bool {
        self.has("one-dash")
    }

    /// Whether its first operand says what it does.
    pub fn has_subcommands(self) -> bool {
        !self.has("no-subcommands")
    }

    /// Whether the tool alone, without a subcommand, installs.
    pub fn installs_bare(self) -> bool {
        self.has("bare-installs")
    }

    /// Whether its operands are packages.
    pub fn has_packages(self) -> bool {
        !self.has("no-packages")
    }

    fn has(self, mark: &str) -> bool {
        self.row.lists(2, ' ', mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_found_by_their_names() {
        let manager = |name: &str| package_tool(name).map(PackageTool::manager);
        assert_eq!(manager("pip3.11"), Some(PackageManager::Pip));
        assert_eq!(manager("pip-3"), Some(PackageManager::Pip));
        assert_eq!(manager("microdnf"), Some(PackageManager::Dnf));
        assert_eq!(manager("pipenv"), None);
        assert_eq!(manager("pip-compile"), None);
    }

    #[test]
    fn words_of_tools_are_read() {
        let pip = package_tool("pip").expect("listed");
        assert!(pip.takes_next("--index-url") && pip.takes_next("--index"));
        assert!(!pip.takes_next("--no-cache-dir") && !pip.takes_next("--no-cache"));
        assert_eq!(pip.full_name("--no-cache"), "--no-cache-dir");
        assert_eq!(pip.full_name("--no"), "--no");
        assert!(pip.letter_takes_value('r') && !pip.letter_takes_value('q'));
        let yarn = package_tool("yarn").expect("listed");
        assert!(yarn.installs_bare() && yarn.is_double("global") && yarn.installs("add"));
        assert!(package_tool("go").is_some_and(PackageTool::has_one_dash));
        assert!(!package_tool("pacman").is_some_and(PackageTool::has_subcommands));
        assert!(!package_tool("bundle").is_some_and(PackageTool::has_packages));
    }

    #[test]
    fn words_of_families_are_told() {
        assert!(package_word_is("apt", "install", PackageWord::Asks));
        assert!(!package_word_is("apt", "update", PackageWord::Asks));
        assert!(!package_word_is("apk", "install", PackageWord::Asks));
        let names =
            |tool: &str, word: &str| package_tool(tool).is_some_and(|it| it.names_packages(word));
        assert!(names("apt", "purge") && names("npm", "install") && !names("npm", "run"));
        let options = package_options("apk", PackageWord::SettlesCache);
        assert!(options.eq([
            "--cache-dir",
            "--cache-max-age",
            "--help",
            "--no-cache",
            "--no-network",
            "--root",
            "-p"
        ]));
        assert_eq!(package_options("apt", PackageWord::SaysYes).count(), 8);
        let all = [
            PackageWord::Asks,
            PackageWord::AsksMirror,
            PackageWord::BesideLock,
            PackageWord::DoesNothing,
            PackageWord::DownloadsOnly,
            PackageWord::Elsewhere,
            PackageWord::FetchesLists,
            PackageWord::FillsCache,
            PackageWord::LeavesPeers,
            PackageWord::NeedsCache,
            PackageWord::Own,
            PackageWord::Packages,
            PackageWord::Recent,
            PackageWord::Removes,
            PackageWord::Same,
            PackageWord::SaysKinds,
            PackageWord::SaysSource,
            PackageWord::SaysYes,
            PackageWord::SettlesCache,
            PackageWord::WithoutLists,
        ];
        for row in WORDS.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| all.iter().any(|what| what.word() == it)),
                "{}",
                row.line()
            );
        }
    }

    #[test]
    fn options_have_other_names() {
        let first =
            |tool: &str, option: &str| package_tool(tool).and_then(|tool| tool.first_name(option));
        assert_eq!(first("apt-get", "--assume-yes"), Some("-y"));
        assert_eq!(first("apt-get", "-y"), Some("-y"));
        assert_eq!(first("apt-get", "--no-remove"), None);
        assert_eq!(first("npm", "--production=true"), Some("--production"));
        assert_eq!(first("npm", "--production=false"), None);
        assert_eq!(first("pip3", "--upgrade"), Some("-U"));
        assert_eq!(first("pip3", "--upgrad"), None);
        assert_eq!(first("pip3", "--edit"), Some("-e"));
        assert_eq!(first("pip", "--no-cache"), Some("--no-cache-dir"));
        assert_eq!(first("apk", "-y"), None);
        let apt = package_tool("apt-get").expect("listed");
        assert_eq!(apt.names("--yes"), ["-y", "--assume-yes", "--yes"]);
        assert!(apt.names("--no-remove").is_empty());
        assert_eq!(apt_setting("APT::Get::Assume-Yes", "True"), Some("-y"));
        assert_eq!(apt_setting("APT::Get::Assume-Yes", "false"), None);
    }

    #[test]
    fn options_of_subcommands_are_called_by_their_first_names() {
        let go = package_tool("go").expect("listed");
        assert!(go.is_of_subcommand("get", "-t"));
        assert!(!go.is_of_subcommand("install", "-t"));
        for row in SUBCOMMAND_OPTIONS.all() {
            let family = row.key().split(' ').next().expect("a family");
            for option in row.words(1) {
                let all = TOOLS.all().map(|row| PackageTool { row });
                for tool in all.filter(|it| it.row.column(1) == family) {
                    let first = tool.first_name(option);
                    assert!(
                        first.is_none_or(|it| it == option),
                        "{option}: {}",
                        row.line()
                    );
                }
            }
        }
    }

    #[test]
    fn other_names_are_read_as_the_first_is() {
        for tool in TOOLS.all().map(|row| PackageTool { row }) {
            let takes_value = |name: &str| match name.strip_prefix("--") {
                Some(_) => tool.takes_next(name),
                None => name[1..].chars().any(|it| tool.letter_takes_value(it)),
            };
            let family = tool.row.column(1);
            for row in WORDS
                .starting_with(family)
                .filter(|it| !it.column(2).is_empty())
            {
                let Some(name) = row
                    .key()
                    .strip_prefix(family)
                    .and_then(|it| it.strip_prefix(' '))
                else {
                    continue;
                };
                let first = row.column(2);
                assert!(first.starts_with('-') && name != first, "{}", row.line());
                // One step is all there is.
                let next = WORDS.row(&format!("{family} {first}"));
                assert!(
                    next.is_none_or(|it| it.column(2).is_empty()),
                    "{}",
                    row.line()
                );
                assert_eq!(takes_value(name), takes_value(first), "{}", row.line());
            }
        }
    }

    #[test]
    fn words_of_the_table_are_known() {
        let known = [
            "shortens",
            "one-dash",
            "no-subcommands",
            "bare-installs",
            "no-packages",
        ];
        for row in TOOLS.all() {
            let line = row.line();
            let is_pip = PackageTool { row }.manager() == PackageManager::Pip;
            assert_eq!(is_pip, row.column(1) == "pip", "{line}");
            assert!(row.words(2).all(|it| known.contains(&it)), "{line}");
        }
    }
}
