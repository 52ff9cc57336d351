//! What a stage needs of its image: a shell, programs, folders.

use std::collections::BTreeSet;

use dfix_catalogue::{
    Distribution, Ecosystem, HardenedImage, ImageFacts, Layer, PackageMark, hardened_folders,
    hardened_image_lacks, package_is, tool,
};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{
    Command, PackageCommand, PackageManager, Redirect, Stage, Step, StepKind, Word, lines,
};

use crate::recipe::codemods::lines::{line_of, verb};

/// Why a stage needs an image to build with, and whether it is shipped.
#[derive(Debug)]
pub(crate) struct Needs {
    /// The line of its first RUN.
    run: Option<usize>,
    /// The line of what is started by a shell.
    shell: Option<usize>,
    is_shipped: bool,
}

impl Needs {
    /// Of a stage and those that are based on it.
    pub(crate) fn of(stage: Stage<'_>) -> Self {
        let steps = || stage.with_descendants().flat_map(Stage::steps);
        let is_started = |it: &Step<'_>| {
            it.is(StepKind::Cmd) || it.is(StepKind::Entrypoint) || it.is(StepKind::Healthcheck)
        };
        let by_shell = |it: &Step<'_>| {
            let mut commands = it.commands();
            let is_script = commands.any(|it| {
                // npm and its like run scripts by a shell, and are in no image without one.
                matches!(
                    it.name(),
                    "sh" | "bash" | "ash" | "dash" | "npm" | "npx" | "yarn" | "pnpm" | "corepack"
                ) || it.name().split('.').next_back() == Some("sh")
            });
            is_started(it) && (is_script || (!it.is_exec_form() && it.commands().next().is_some()))
        };
        let mut shipped = stage.with_descendants().filter(|it| it.is_shipped());
        let script = shipped.find_map(|it| {
            let entry = it.entry();
            entry.script()?;
            Some(
                it.entry()
                    .steps()
                    .next()
                    .map_or(it.from_step(), |it| it)
                    .line(),
            )
        });
        Needs {
            run: steps().find(|it| it.is_run()).map(Step::line),
            shell: steps().find(by_shell).map(Step::line).or(script),
            is_shipped: stage.with_descendants().any(Stage::is_shipped),
        }
    }

    /// Whether it needs the image to build with.
    pub(crate) fn is_dev(&self) -> bool {
        self.run.is_some() || self.shell.is_some()
    }

    /// Whether it runs something while the image is built.
    pub(crate) fn has_run(&self) -> bool {
        self.run.is_some()
    }

    pub(crate) fn is_shipped(&self) -> bool {
        self.is_shipped
    }

    /// Says why it is this tag.
    pub(crate) fn say(&self, new: &HardenedImage, case: &mut Case<'_>) {
        if !new.is_dev {
            case.evidence("the stage runs nothing, and starts nothing by a shell");
            return;
        }
        self.say_of_dev(new.tag, case);
    }

    pub(crate) fn say_of_chainguard(&self, case: &mut Case<'_>) {
        if self.is_dev() {
            self.say_of_dev("-dev", case);
        } else {
            case.evidence("the stage runs nothing, and starts nothing by a shell");
        }
    }

    fn say_of_dev(&self, tag: &str, case: &mut Case<'_>) {
        match (self.run, self.shell) {
            (Some(line), _) => case.evidence(format!("line {line} needs a shell")),
            (None, Some(line)) => case.evidence(format!("what line {line} starts needs a shell")),
            (None, None) => case.evidence("there is none without a shell"),
        };
        if self.is_shipped {
            case.open(OpenCondition::new(
                format!("whether the image that is shipped may have a shell and a package manager, as `{tag}` has"),
                "run what needs them in a stage of its own, and copy what it makes into an image without them",
            ));
        }
    }
}

/// The package that has a program, where it is none of those that every image has.
pub(super) fn package_of(new: &HardenedImage, program: &str) -> Option<&'static str> {
    let foundation = new.foundation?;
    let tool = tool(foundation.distribution, foundation.release, program)?;
    (!tool.package.is_empty() && tool.layer > Layer::Plain).then_some(tool.package)
}

/// Programs that commands of the stage call and the new image may not have.
pub(crate) fn programs(
    stage: Stage<'_>,
    old: &ImageFacts,
    new: &HardenedImage,
    case: &mut Case<'_>,
) {
    let Some(foundation) = new.foundation else {
        return;
    };
    let commands = || stage.with_descendants().flat_map(Stage::commands);
    let installed: BTreeSet<&str> = commands()
        .filter_map(PackageCommand::of)
        .filter(PackageCommand::is_install)
        .flat_map(|it| it.packages())
        .filter_map(|it| it.name)
        .collect();
    let is_called = |it: &Command<'_>| {
        !it.is_of_script() && (it.step().is_run() || it.step().is(StepKind::Healthcheck))
    };
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let is_own = |name: &str| old.own_commands().any(|it| it == name);
    for command in commands().filter(is_called) {
        let name = command.executable_name();
        // The scripts of official images are in none of others.
        if name.starts_with("docker-") && is_own(name) {
            missing.insert(name);
            continue;
        }
        // What the image is for is in it.
        if is_own(name) && name.starts_with(new.name) {
            continue;
        }
        let accounts = [
            "useradd", "adduser", "groupadd", "addgroup", "usermod", "passwd",
        ];
        let is_account = accounts.contains(&name);
        let package = match tool(foundation.distribution, foundation.release, name) {
            Some(tool) if !tool.package.is_empty() && tool.layer > Layer::Plain => tool.package,
            _ if is_account && foundation.distribution == Distribution::Debian => "passwd",
            _ => continue,
        };
        if !new.has_package(package) && !installed.contains(package) {
            missing.insert(name);
        }
    }
    if !missing.is_empty() {
        let names: Vec<&str> = missing.into_iter().collect();
        case.open(OpenCondition::new(
            format!(
                "whether it has {}: not among its own packages",
                names.join(", ")
            ),
            "install them before, or take an image that has them",
        ));
    }
    let is_full = old.foundation.is_some_and(|it| it.layer == Layer::Full);
    let installs = || {
        commands().filter_map(PackageCommand::of).filter(|it| {
            let of_language = !matches!(it.manager, PackageManager::Apt | PackageManager::Apk);
            of_language && it.is_install()
        })
    };
    // What installs nothing but an installer compiles nothing.
    let is_installer = |it: &PackageCommand<'_>| {
        let packages = it.packages();
        let is_one = |name: &str| package_is(Ecosystem::Language, name, PackageMark::Installer);
        !packages.is_empty() && packages.iter().all(|it| it.name.is_some_and(is_one))
    };
    let builds = installs()
        .find(|it| !is_installer(it))
        .or_else(|| installs().next());
    if let Some(install) = builds
        && is_full
        && !new.has_package("gcc")
    {
        case.open(OpenCondition::new(
            format!(
                "whether line {} compiles anything, or needs a library or program of the old image: that brings a compiler, headers, curl, git and libraries such as libpq, and the new one none",
                install.step().line()
            ),
            "build it once, or install what it needs before",
        ));
    }
}

/// Programs that commands call and the hardened image is known to lack, whoever makes it.
pub(super) fn lacking(stage: Stage<'_>, name: &str, case: &mut Case<'_>) {
    let lacks: Vec<&str> = hardened_image_lacks(name).collect();
    let mut commands = stage.with_descendants().flat_map(Stage::commands);
    let called = commands.find(|it| !it.is_of_script() && lacks.contains(&it.name()));
    case.open(called.map(|it| {
        OpenCondition::new(
            format!(
                "whether line {} finds `{}`, which hardened images of `{name}` lack",
                line_of(it),
                it.name()
            ),
            "do without it, or install it before",
        )
    }));
}

/// Variables and folders of the old image that are named, and that the hardened one may not have.
pub(super) fn variables(stage: Stage<'_>, old: &ImageFacts, case: &mut Case<'_>) {
    let all = old.environment().filter(|it| it.0 != "PATH");
    let (mut names, mut line) = (BTreeSet::new(), usize::MAX);
    for (name, value) in all {
        let folder = value.filter(|it| it.starts_with('/') && !it.contains(':'));
        let is_read = |text: &str| {
            text.contains(&format!("${name}"))
                || text.contains(&format!("${{{name}"))
                || folder.is_some_and(|it| text.contains(it))
        };
        let own = || stage.with_descendants().flat_map(Stage::steps);
        let copies = stage.with_descendants().flat_map(Stage::copied_by);
        let is_set = |it: &Step<'_>| it.is(StepKind::Env) && it.source_text().contains(name);
        if own().any(|it| is_set(&it)) {
            continue;
        }
        let mut readers = own().chain(copies).filter(|it| is_read(it.source_text()));
        if let Some(step) = readers.next() {
            line = line.min(step.line());
            names.insert(name);
        }
    }
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        case.open(OpenCondition::new(
            format!(
                "whether the hardened image sets {}, or has what line {line} names by it, as the old one does",
                names.join(", ")
            ),
            "set it before, or see where the image keeps it",
        ));
    }
}

/// Folders of the old image that are named, and may be elsewhere; `image` is its name.
pub(crate) fn paths(stage: Stage<'_>, image: &str, case: &mut Case<'_>) {
    const FOLDERS: [&str; 8] = [
        "/opt/java/openjdk",
        "/usr/local/apache2",
        "/usr/local/bin/node",
        "/usr/local/bin/python",
        "/usr/local/bundle",
        "/usr/local/etc/php",
        "/usr/local/lib/",
        "/usr/local/tomcat",
    ];
    let names = |text: &str| FOLDERS.iter().any(|it| text.contains(it));
    let of_image: Vec<&str> = hardened_folders(image).collect();
    let own = stage.with_descendants().flat_map(Stage::steps);
    let own = own.filter(|it| !it.is_copy_or_add() && it.name() != "FROM");
    let own = own.filter(|it| names(it.source_text()) || names_own(*it, &of_image));
    // Where nothing is put into the stage, what is copied out of it is the image's own.
    let is_bare = |it: Stage<'_>| !it.steps().any(|it| it.is_run() || it.is_copy_or_add());
    let copies = stage.with_descendants().flat_map(|it| {
        let is_bare = is_bare(it);
        let copies = it.copied_by();
        copies
            .filter(move |copy| is_bare || copy.sources().any(|word| names(word.literal_prefix())))
    });
    // What another stage made for the folders of the old image.
    let into = ["/usr/local", "/root/.local"];
    let is_into = |it: &Step<'_>| {
        it.flag("from").is_some()
            && it.target().is_some_and(|to| {
                let to = to.literal_prefix().trim_end_matches('/');
                into.contains(&to) || to.starts_with("/usr/local/lib")
            })
    };
    let brought = stage
        .with_descendants()
        .flat_map(Stage::steps)
        .filter(is_into);
    let found: Vec<usize> = own.chain(copies).chain(brought).map(Step::line).collect();
    if !found.is_empty() {
        let places = lines(found);
        let name = verb(&places, "names", "name");
        case.open(OpenCondition::new(
            format!("whether what {name} lies there in the hardened image"),
            "look into it: programs and libraries may be below /usr",
        ));
    }
}

/// Whether a step names one of these of its image, and not what the file itself put there before.
fn names_own(step: Step<'_>, of_image: &[&str]) -> bool {
    let Some(stage) = step.stage() else {
        return false;
    };
    let is_of_path = |it: char| it.is_ascii_alphanumeric() || "/._+-".contains(it);
    let is_put = |path: &str| {
        let path = path.trim_end_matches(['.', '-']);
        let first = stage.first_put(path);
        first.is_some_and(|it| it.index() <= step.index() && puts_by_path(it, path))
    };
    let text = step.source_text();
    let is_read = |line: &str| !line.trim_start().starts_with('#');
    let words = text.lines().filter(|it| is_read(it));
    let mut words = words.flat_map(|line| line.split(|it| !is_of_path(it)));
    words.any(|word| {
        let is_in = |it: &str| word.starts_with(it) && (it.ends_with('/') || word == it);
        of_image.iter().any(|it| is_in(it)) && !is_put(word)
    })
}

/// Whether a step says where it puts something, and no package manager puts it where the image has its folders: `gem install rake`.
fn puts_by_path(step: Step<'_>, path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |it| it.0);
    let is_there = |word: Word<'_>| {
        let text = word.source_text();
        text.contains(path) || text.trim_matches(['"', '\'']).trim_end_matches('/') == folder
    };
    let says = |it: &Command<'_>| {
        let targets = it.redirects().filter_map(Redirect::target);
        it.args().chain(targets).any(is_there)
    };
    let mut commands = step
        .commands()
        .filter(|it| PackageCommand::of(*it).is_none());
    step.is_copy_or_add() || commands.any(|it| says(&it))
}
