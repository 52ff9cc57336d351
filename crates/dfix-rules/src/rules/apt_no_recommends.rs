//! `--no-install-recommends` for apt.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use dfix_catalogue::{
    Brought, Distribution, Foundation, Recommended, SystemPackageManager, image_packages,
    install_script, left_out_with, names_vendor_archive, package_in, recommended,
    vendor_archive_has,
};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{
    Command, Model, PackageArchive, PackageCommand, PackageManager, PackageSpec, Stage, Step,
    SystemPackage, Word,
};

use crate::asking::configured_from;
use crate::base::{chosen_image, lacks, place_among};

pub(crate) const RULE: Rule = Rule {
    id: "apt-no-recommends",
    aliases: &["DL3015"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "pass `--no-install-recommends` to `apt-get install`",
    why: "apt installs what packages merely recommend as well: documentation, translations, whole compilers. Mostly \
          nobody in the image uses it, and it is more to download and to keep up to date.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y unzip make\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends unzip make\n",
        )
        .that_says("nothing that `unzip` and `make` need goes"),
        // What signs for servers comes with it.
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl\n",
        ),
        fixes(
            "FROM debian:12-slim\nRUN apt-get install --yes --quiet \\\n    wget \\\n    zip\n",
            "FROM debian:12-slim\nRUN apt-get install --yes --no-install-recommends --quiet \\\n    wget \\\n    zip \\\n    ca-certificates\n",
        )
        .with_unsafe(),
        // It is there already.
        fixes(
            "FROM python:3.12\nRUN apt-get install -y curl git\n",
            "FROM python:3.12\nRUN apt-get install -y --no-install-recommends curl git\n",
        ),
        leaves("FROM debian:12-slim\nRUN apt-get install -y git\n")
            .that_says("`openssh-client`"),
        leaves("FROM debian:12\nRUN apt-get install -y zlib1g-dev && man ls\n")
            .that_says("whether anything needs `manpages`"),
        leaves("FROM ubuntu:24.04\nRUN apt-get install -y unzip\n").that_says("Debian 11 to 13"),
        fixes(
            "FROM ubuntu:24.04\nRUN apt-get install -y wget\n",
            "FROM ubuntu:24.04\nRUN apt-get install -y --no-install-recommends ca-certificates wget\n",
        )
        .with_unsafe(),
        leaves("ARG BASE=debian:12\nFROM $BASE\nRUN apt-get install -y make\n")
            .that_says("`--build-arg`"),
        leaves("FROM debian:12\nRUN apt-get install -y $PACKAGES\n").that_says("recommend"),
        leaves("FROM debian:12\nRUN apt-get install --no-install-recommends a\n"),
        leaves("FROM debian:12\nRUN apt-get -o APT::Install-Recommends=false install a\n"),
        leaves(
            "FROM debian:12\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/01x\nRUN apt-get install make\n",
        ),
        reports("FROM debian:12\nRUN apt-get install --install-recommends make\n", "asks for them"),
        leaves("FROM debian:11\nRUN dpkg -i a.deb || apt-get install -fy\nRUN apt-get --fix-broken install -y\n")
            .that_says("that `-f` installs"),
        leaves("FROM alpine:3.22\nRUN apt-get install make\n"),
        leaves("FROM debian:12\nRUN curl https://acme.example/add | bash && apt-get install -y make\n")
            .that_says("what `make` may recommend"),
        // What comes behind has no part in it.
        fixes(
            "FROM debian:12\nRUN apt-get install -y make\nRUN echo deb http://acme.example ./ > /etc/apt/sources.list.d/a.list\n",
            "FROM debian:12\nRUN apt-get install -y --no-install-recommends make\nRUN echo deb http://acme.example ./ > /etc/apt/sources.list.d/a.list\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let stages = file.stages();
    let uses = Uses::of(file);
    for stage in stages.filter(|it| !lacks(*it, SystemPackageManager::Apt)) {
        let configured = OnceCell::new();
        for apt in stage.installs(PackageManager::Apt) {
            let is_one = apt.command.is_one_of(&["apt-get", "apt"]) && apt.step().is_run();
            let names_none =
                apt.operands().next().is_none() && !apt.may_take_more() && !apt.has_flag("-f");
            if !is_one
                || names_none
                || apt.is_without_recommends()
                || says_so_by_variable(stage, &apt)
            {
                continue;
            }
            let first = configured.get_or_init(|| {
                let (programs, files) = (&["apt-get", "apt"], &["/etc/apt/apt.conf"]);
                configured_from(stage, programs, "install-recommends", files)
            });
            if first.is_some_and(|first| first <= apt.step().index()) {
                continue;
            }
            let message = format!(
                "`{} install` brings what packages merely recommend",
                apt.program_name()
            );
            out.judge(apt.subcommand(), Safety::Checked, message, |case| {
                if apt.has_flag("--install-recommends") {
                    return Err(remedy!(
                        "the command asks for them by `--install-recommends`: leave that out if nothing needs them"
                    ));
                }
                let left_out = LeftOut::of(stage, &apt, &uses);
                case.open(left_out.open())
                    .open(chosen_image(stage))
                    .evidence(left_out.said())
                    .declare(Effect::arguments_of(apt.command))
                    .fix(|edit| {
                        edit.insert_word_after(place(&apt), "--no-install-recommends");
                        for package in &left_out.added {
                            match comes_first(&apt, package) {
                                Some(first) => edit.insert_word_before(first, package),
                                None => edit.insert_word_after(place_among(&apt, package).unwrap_or(apt.subcommand()), package),
                            }
                        }
                    });
                Ok(())
            });
        }
    }
}

/// Whether a variable among its words says so.
fn says_so_by_variable<'m>(stage: Stage<'m>, apt: &PackageCommand<'m>) -> bool {
    let mut words = apt.command.args().filter(|it| !it.is_known());
    words.any(|word| {
        let text = stage.expand_text(word, apt);
        text.is_some_and(|it| it.contains("-recommends"))
    })
}

/// Where people look for it: behind the `-y`, else behind the subcommand.
fn place<'m>(apt: &PackageCommand<'m>) -> Word<'m> {
    let subcommand = apt.subcommand();
    let mut words = apt.command.args();
    let next = words
        .find(|it| it.range() == subcommand.range())
        .and_then(|_| words.next());
    // `-y`, alone or with those that have it say less: `-yqq`.
    let is_yes = |it: &Word<'m>| {
        let text = it.value().unwrap_or("");
        let letters = text.strip_prefix('-').filter(|it| it.contains('y'));
        let is_short = letters.is_some_and(|it| it.bytes().all(|it| b"yq".contains(&it)));
        is_short || ["--yes", "--assume-yes"].contains(&text)
    };
    next.filter(is_yes).unwrap_or(subcommand)
}

/// The first of the packages, where they are sorted on one line and this one comes before all of them.
fn comes_first<'m>(apt: &PackageCommand<'m>, package: &str) -> Option<Word<'m>> {
    let is_sorted = apt.operands().is_sorted_by_key(Word::literal_prefix);
    let first = apt.operands().next();
    let is_one_line = !apt.step().is_of_several_lines();
    first.filter(|it| is_sorted && is_one_line && it.is_known() && package < it.literal_prefix())
}

/// What an installation without recommendations leaves out.
struct LeftOut<'m> {
    apt: PackageCommand<'m>,
    /// Packages to name beside the others.
    added: Vec<&'static str>,
    /// Packages that somebody may need, each with the one that recommends it.
    missed: Vec<(&'static str, &'m str)>,
    /// Packages of which it is not known what they recommend, as they are written.
    unknown: Vec<&'m str>,
    /// What nobody needs.
    harmless: Vec<&'static str>,
    /// Whether the release is one of those of which all is known.
    is_known_release: bool,
}

impl<'m> LeftOut<'m> {
    fn of(stage: Stage<'m>, apt: &PackageCommand<'m>, uses: &Uses<'_>) -> Self {
        let facts = stage.any_base_facts();
        let foundation = facts.foundation;
        let release = foundation.as_ref().and_then(|it| it.release);
        let is_debian = |it: &Foundation| it.distribution == Distribution::Debian;
        let mut found = LeftOut {
            apt: *apt,
            added: Vec::new(),
            missed: Vec::new(),
            unknown: Vec::new(),
            harmless: Vec::new(),
            is_known_release: foundation.as_ref().is_some_and(is_debian)
                && matches!(release, Some("bullseye" | "bookworm" | "trixie"))
                && !apt.has_flag("-t"),
        };
        let is_pinned = apt.packages().iter().all(PackageSpec::has_version);
        let image = stage.base_image();
        let (name, tag) = (image.name().unwrap_or(""), image.tag_text().unwrap_or(""));
        let brought = OnceCell::new();
        let is_there = |package: &str| {
            let brought = brought.get_or_init(|| {
                let is_before =
                    |it: &SystemPackage<'m>| it.install.range().start() <= apt.range().start();
                let named = stage.system_packages().filter(is_before);
                let of_image = image_packages(name, tag).map(|it| -> &'m str { it });
                Brought::by(named.map(|it| it.name).chain(of_image))
            });
            foundation.is_some_and(|it| package_in(&it, package) == Some(true))
                || brought.has(package)
        };
        let others = OnceCell::new();
        for spec in apt.packages() {
            let is_of_another = |name: &&str| {
                let others = others.get_or_init(|| OtherArchives::before(apt, stage));
                others.may_have(name, foundation.as_ref())
            };
            let known = spec.name.filter(|it| !is_of_another(it));
            let Some((package, left_out)) = known.and_then(|it| Some((it, left_out_with(it)?)))
            else {
                found.unknown.push(spec.word.source_text());
                continue;
            };
            if is_installed(foundation.as_ref(), package) {
                continue;
            }
            for left in left_out.filter(|it| !is_there(it)) {
                match recommended(left) {
                    Some(it) if it.is_wanted() && !is_pinned => found.added.push(left),
                    Some(it) if !it.is_wanted() && !uses.has(left, it) => {
                        found.harmless.push(left);
                    }
                    _ => found.missed.push((left, package)),
                }
            }
        }
        found.added.sort_unstable();
        found.added.dedup();
        found.harmless.dedup();
        found
    }

    fn open(&self) -> Vec<OpenCondition> {
        let mut open = Vec::new();
        let look = "compare what apt-get lists as recommended packages with what the image uses";
        if !self.is_known_release {
            open.push(OpenCondition::new(
                "whether anything needs what the packages merely recommend: what they do is known of Debian 11 to 13 alone",
                look,
            ));
        }
        if let Some((_, by)) = self.missed.first() {
            let by_it = self.missed.iter().filter(|it| it.1 == *by);
            let names: Vec<&str> = by_it.map(|it| it.0).collect();
            let shown = names[..names.len().min(3)].join("`, `");
            let more = match self.missed.len() - names.len().min(3) {
                0 => String::new(),
                more => format!(", or {more} more such packages"),
            };
            open.push(OpenCondition::new(
                format!(
                    "whether anything needs `{shown}`, which come with `{by}` as recommended{more}"
                ),
                "name what is needed among the packages",
            ));
        }
        if self.apt.has_flag("-f") || self.apt.has_flag("--fix-broken") {
            open.push(OpenCondition::new(
                "whether anything needs what packages recommend that `-f` installs, which are named nowhere",
                look,
            ));
        }
        if let Some(package) = self.unknown.first() {
            open.push(OpenCondition::new(
                format!("whether anything needs what `{package}` may recommend"),
                look,
            ));
        } else if self.apt.may_take_more() {
            open.push(OpenCondition::new(
                "whether anything needs what all the packages may recommend",
                look,
            ));
        }
        open
    }

    fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        if !self.added.is_empty() {
            said.push(format!(
                "`{}` is named beside the others",
                self.added.join("`, `")
            ));
        }
        if self.missed.is_empty() && self.unknown.is_empty() {
            let names: Vec<&str> = self
                .apt
                .packages()
                .iter()
                .filter_map(|it| it.name)
                .collect();
            if let [first @ .., last] = names.as_slice() {
                let all = if first.is_empty() {
                    format!("`{last}` needs")
                } else {
                    format!("`{}` and `{last}` need", first.join("`, `"))
                };
                said.push(format!("nothing that {all} goes"));
            }
        }
        let what = |it: &&'static str| recommended(it).map(|known| (*it, known.what()));
        if let Some((package, what)) = self.harmless.iter().find_map(what) {
            said.push(format!(
                "what goes is of no use to programs: `{package}` ({what}){}",
                if self.harmless.len() > 1 {
                    " and its like"
                } else {
                    ""
                }
            ));
        }
        said
    }
}

/// Whether the image has the package: nothing comes with it then.
fn is_installed(foundation: Option<&Foundation>, package: &str) -> bool {
    foundation.is_some_and(|it| package_in(it, package) == Some(true))
}

/// What a file speaks of.
struct Uses<'m> {
    file: &'m Model<'m>,
    /// Its text in small letters.
    text: OnceCell<String>,
    /// By package what was worked out already.
    known: RefCell<BTreeMap<&'static str, bool>>,
}

impl<'m> Uses<'m> {
    fn of(file: &'m Model<'_>) -> Self {
        Uses {
            file,
            text: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    /// Whether it speaks of what needs the package: one of its programs is called, one of its texts stands there.
    fn has(&self, name: &'static str, package: Recommended) -> bool {
        *self.known.borrow_mut().entry(name).or_insert_with(|| {
            let text = self
                .text
                .get_or_init(|| self.file.text().to_ascii_lowercase());
            let is_called = |name: &str| self.file.commands().any(|it| it.is(name));
            package.programs().any(is_called) || package.texts().any(|it| text.contains(it))
        })
    }
}

/// The archives that a stage adds before a command, and the steps that may add one by a script that is fetched.
struct OtherArchives<'m> {
    named: Vec<PackageArchive<'m>>,
    /// Those of the steps that name a maker's archive which is known.
    scripts: Vec<Step<'m>>,
    /// Whether there are others.
    has_unknown: bool,
}

impl<'m> OtherArchives<'m> {
    fn before(apt: &PackageCommand<'m>, stage: Stage<'m>) -> Self {
        let step = apt.step();
        let line = step.line_at(apt.range().start());
        let mut named = stage.package_archives();
        named.retain(|it| it.line <= line);
        let fetches = |it: &Step<'_>| {
            let is_told = ["nodesource", "_setup.sh"]
                .iter()
                .any(|name| it.mentions(name));
            let mut before = it
                .commands()
                .filter(|it| it.range().start() < apt.range().start());
            is_told || before.any(may_add_one)
        };
        let steps = stage.base_chain().flat_map(Stage::runs);
        let before = steps.filter(|it| it.index() <= step.index());
        let is_known = |it: &Step<'_>| names_vendor_archive(it.source_text());
        let (scripts, unknown): (Vec<_>, Vec<_>) = before.filter(fetches).partition(is_known);
        OtherArchives {
            named,
            scripts,
            has_unknown: !unknown.is_empty(),
        }
    }

    /// Whether the package may come from one of them, where it may recommend something else.
    fn may_have(&self, package: &str, foundation: Option<&Foundation>) -> bool {
        let mut scripts = self.scripts.iter();
        let mut named = self.named.iter();
        self.has_unknown
            || scripts.any(|it| vendor_archive_has(it.source_text(), package) == Some(true))
            || named.any(|it| foundation.is_none_or(|of| it.may_have(package, of)))
    }
}

/// Whether a command is not seen to add no archive: it calls what was not read. Installers that are known add none.
fn may_add_one(command: Command<'_>) -> bool {
    let is_known = |it: Command<'_>| {
        let mut words = it.args().map(Word::literal_prefix);
        words.any(|it| install_script(it).is_some())
    };
    command.may_call(PackageManager::Apt, &|_| false) && !command.piped_from().is_some_and(is_known)
}
