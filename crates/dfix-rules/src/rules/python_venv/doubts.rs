//! What could not be established of an environment and of those who would use it.

use std::collections::{BTreeSet, HashSet};

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{
    Ecosystem, PackageMark, ReleaseMark, is_pip_told, package_is, python_release,
};
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::path::file_name;
use dfix_model::{
    Command, Destination, Origin, PackageCommand, PackageManager, PythonFrom, RunScript, Stage,
    Word, normal_python_name,
};

use super::obstacles::{folders_over_it, searches};
use super::site::{Site, VENV, is_pip};
use super::tools::Installed;

const DOUBTS: &[fn(&Site<'_>) -> Option<OpenCondition>] = &[
    unknown_release,
    release_of_an_argument,
    version_of_the_image,
    python_2,
    ansible,
    plugin_of_a_program,
    program_with_python_inside,
    other_pythons,
    setuptools,
    imported,
    packages_below,
    get_pip,
    linked_python,
    folder_over_it,
    keeper,
    ssh,
    cron,
    built_modules,
    cleaned_packages,
    options_taken_away,
    left_tag,
    unknown_start,
];

/// What stays open of all that is not a script.
pub(super) fn possible(site: &Site<'_>) -> impl Iterator<Item = OpenCondition> {
    DOUBTS.iter().filter_map(|doubt| doubt(site))
}

/// A condition with the way to establish it, where it is open.
fn open(is_open: bool, condition: &str, remedy: &str) -> Option<OpenCondition> {
    is_open.then(|| OpenCondition::new(condition, remedy))
}

/// The pip that an environment is given first may lack what the image's older one has (pip 19 and 20 took options away).
fn options_taken_away(site: &Site<'_>) -> Option<OpenCondition> {
    const GONE: [&str; 6] = [
        "--allow-all-external",
        "--allow-external",
        "--allow-unverified",
        "--egg",
        "--no-use-wheel",
        "--process-dependency-links",
    ];
    let version = site.pip?;
    let commands = site.stages.iter().flat_map(|it| it.build_commands());
    let is_pip = |it: &Command<'_>| {
        PackageCommand::of(*it).is_some_and(|it| it.manager == PackageManager::Pip)
    };
    let mut options = commands.filter(is_pip).flat_map(Command::args);
    let option = options.find(|it| GONE.contains(&it.literal_prefix()))?;
    Some(OpenCondition::new(
        format!(
            "whether pip {version} knows `{}`, which later ones do not",
            option.literal_prefix()
        ),
        "write the package's address as `NAME @ git+https://…`, and leave the option away",
    ))
}

/// A tag of one distribution may have been left before the last release of its Python: then the image has another pip than that.
fn left_tag(site: &Site<'_>) -> Option<OpenCondition> {
    let tag = site.stage.base_image().effective_tag()?;
    let (minor, None) = python_release(tag)? else {
        return None;
    };
    let left = dfix_catalogue::tag("python", tag)?.last_maintained;
    // Since then images and environments have pips of one kind.
    let is_old = left.is_some_and(|day| (day.year, day.month) < (2021, 3));
    open(
        site.is_of_image() && is_old && is_pip_told(minor),
        &format!(
            "which pip `{tag}` has: it was left before the last release of Python 3.{minor}, and environments get another one"
        ),
        "name the whole version, with its third number, or move to a later Python",
    )
}

/// Files that are not read are put into an image that does not say what it starts: a script may name the system's Python by its whole path, which has
/// none of the packages then.
fn unknown_start(site: &Site<'_>) -> Option<OpenCondition> {
    let mut targets = site.stage.file().targets();
    let is_unknown = |it: Stage<'_>| {
        let entry = it.entry();
        let starts_nothing = entry.entrypoint.step().is_none() && entry.cmd.step().is_none();
        site.stages.contains(&it)
            && starts_nothing
            && brings_unread(it)
            && it.scripts_of_launches().is_none()
    };
    open(
        targets.any(is_unknown),
        "what is run in this image: it has no `CMD` or `ENTRYPOINT` of its own",
        "see that nothing names the system's Python by its path, such as a script that begins with `#!/usr/local/bin/python`",
    )
}

/// Whether what is put into an image is not read, and may be programs.
fn brings_unread(stage: Stage<'_>) -> bool {
    let sources = stage.application_sources();
    !(sources.unread.is_empty() && sources.unread_files.is_empty())
}

/// The image's Python may be too old to make environments.
fn unknown_release(site: &Site<'_>) -> Option<OpenCondition> {
    let is_told = site.stage.base_image().effective_tag().is_some();
    open(
        !is_told && (site.is_of_image() || site.is_debians()),
        "whether the image's Python is new enough to make environments: its tag is not known",
        "write the tag before the digest, or give the `ARG` a default",
    )
}

/// Where an argument of the build decides which Python the image has, the pip of its default may be none for
/// another.
fn release_of_an_argument(site: &Site<'_>) -> Option<OpenCondition> {
    let tag = site.stage.base_image().tag.as_ref()?;
    open(
        tag.origin != Origin::Literal,
        &format!(
            "whether pip {} fits the Python that the build is given by an argument",
            site.pip?
        ),
        "upgrade pip with pip first, or write the tag out",
    )
}

fn version_of_the_image(site: &Site<'_>) -> Option<OpenCondition> {
    let named = site.python.named.filter(|_| site.is_of_image())?;
    open(
        site.python.minor.is_none(),
        &format!("whether python{named} is the image's own"),
        "call Python by the name `python`",
    )
}

/// A package brings `python`, the name of Python 2, along: an environment takes that name over. In older
/// releases Node's packages bring it too, and node-gyp calls it by that name.
fn python_2(site: &Site<'_>) -> Option<OpenCondition> {
    let builds_for_node = |c: Command<'_>| {
        let is_nodes = c.is_one_of(&["node-gyp", "npm", "npx", "pnpm", "yarn"]);
        c.step().is_run() && (is_nodes || c.is_wrapped_by("npx"))
    };
    let is_for_node = site.is_release(ReleaseMark::Python2) && site.later().any(builds_for_node);
    let brings_it = |name: &str| {
        let is_of_3 = name.ends_with("-is-python3") || name.ends_with("-common");
        let is_of_2 = matches!(name, "python" | "python2") || name.starts_with("python-");
        (is_of_2 && !is_of_3) || (is_for_node && matches!(name, "node-gyp" | "nodejs" | "npm"))
    };
    let mut names = site.system_packages().map(|package| package.name);
    let name = names.find(|name| brings_it(name))?;
    open(
        site.is_debians(),
        &format!("whether something calls `python` and means Python 2, which {name} brings along"),
        "call it `python2` there",
    )
}

/// On the machine itself Ansible's modules run by the Python that it finds there, which is the system's.
fn ansible(site: &Site<'_>) -> Option<OpenCondition> {
    const NAMES: [&str; 2] = ["ansible", "molecule"];
    let is_called = |c: Command<'_>| {
        let is_pythons = c.is_marked(Mark::Python) || is_pip(c.name());
        let is_given = |name| is_pythons && c.args().any(|word| word.mentions(name));
        NAMES
            .iter()
            .any(|name| c.name().contains(name) || is_given(name))
    };
    let is_installed = |stage: &Stage<'_>| {
        let mut names = NAMES.iter().chain(&["ansible-core", "ansible-base"]);
        names.any(|name| stage.python_packages().has(name))
    };
    let is_there = || site.stages.iter().any(is_installed) || site.commands().any(is_called);
    open(
        !site.is_of_image() && is_there(),
        "whether Ansible's modules need what pip installs: on localhost they run by the system's Python",
        "set `ansible_python_interpreter` to /opt/venv/bin/python3 there",
    )
}

/// A program that has the distribution's Python within, or runs by it, imports what that one finds, never what an
/// environment has.
fn program_with_python_inside(site: &Site<'_>) -> Option<OpenCondition> {
    let is_one = |name| package_is(Ecosystem::System, name, PackageMark::EmbedsPython);
    let mut packages = site.system_packages().filter(|_| !site.is_of_image());
    let name = packages.find(|package| is_one(package.name))?.name;
    open(
        true,
        &format!(
            "whether {name}, which runs by the system's Python or has it within, needs what pip installs"
        ),
        &format!("keep what {name} imports among the system's packages"),
    )
}

/// A package of pip's that belongs, by its name, to a program of the distribution: that runs by the system's
/// Python and would not find it in the environment.
fn plugin_of_a_program(site: &Site<'_>) -> Option<OpenCondition> {
    let known = site.stage.python_packages().known.iter();
    let names: BTreeSet<String> = known
        .filter(|_| !site.is_of_image())
        .map(|package| normal_python_name(&package.name))
        .collect();
    // docker-compose is a program of its own.
    let is_likely = |it: &&str| it.len() > 3 && *it != "docker" && !it.starts_with("python");
    let programs: HashSet<&str> = site
        .system_packages()
        .map(|package| package.name)
        .filter(is_likely)
        .collect();
    let (program, plugin) = names.iter().find_map(|plugin| {
        let mut beginnings = plugin.match_indices('-').map(|(at, _)| &plugin[..at]);
        let is_program = |it: &&str| programs.contains(it) && !names.contains(*it);
        Some((beginnings.find(is_program)?, plugin))
    })?;
    Some(OpenCondition::new(
        format!(
            "whether {program}, which runs by the system's Python, loads {plugin}: it does not see the environment"
        ),
        format!("install {program} with pip too"),
    ))
}

/// Where pip is called for one version of Python by name and later commands call another by the plain one,
/// which may be the distribution's own: an environment gives both names to the one that made it.
fn other_pythons(site: &Site<'_>) -> Option<OpenCondition> {
    let version = site.python.named?;
    let mut names = site.later().map(Command::executable_name);
    let plain = names.find(|name| matches!(*name, "pip" | "pip3" | "python" | "python3"))?;
    open(
        site.is_debians(),
        &format!("whether {plain} means Python {version} too"),
        "call Python by one name",
    )
}

/// What an environment of Python 3.12 and later lacks, and the system has by a package of its own.
fn setuptools(site: &Site<'_>) -> Option<OpenCondition> {
    let mut names = site
        .first
        .system_packages_before()
        .map(|package| package.name);
    let name = names.find(|it| matches!(*it, "python3-setuptools" | "python3-pkg-resources"))?;
    open(
        site.is_debians() && !site.is_release(ReleaseMark::Setuptools),
        &format!(
            "whether something needs {name}, which an environment of Python 3.12 and later has not"
        ),
        "install setuptools with pip",
    )
}

fn imported(site: &Site<'_>) -> Option<OpenCondition> {
    let is_tooling = |name: &str| package_is(Ecosystem::System, name, PackageMark::PythonTooling);
    let (manager, beginning) = match site.python.from {
        PythonFrom::Image => return None,
        PythonFrom::Debian => ("apt", "python3-"),
        PythonFrom::Alpine => ("apk", "py"),
    };
    let names = site
        .first
        .system_packages_before()
        .map(|package| package.name);
    let is_imported =
        |name: &&str| name.starts_with(beginning) && name.contains('-') && !is_tooling(name);
    let imported: Vec<&str> = names.filter(is_imported).collect();
    open(
        !imported.is_empty(),
        &format!(
            "whether the application imports what {manager} installs for the system's Python ({})",
            imported.join(", ")
        ),
        "install these with pip too, or leave the packages where they are",
    )
}

/// A stage below this one installs no more for the system's Python than pip and its like, but an environment
/// has them in the versions that Python brings.
fn packages_below(site: &Site<'_>) -> Option<OpenCondition> {
    let below = site.stage.base_chain().skip(1);
    let package = below
        .flat_map(|stage| stage.installs(PackageManager::Pip))
        .filter(|pip| !pip.step().is_onbuild() && pip.destination() == Destination::System)
        .flat_map(|pip| pip.packages())
        .find_map(|package| package.name)?;
    Some(OpenCondition::new(
        format!(
            "whether the packages can do without the {package} of the stage below, which an environment does not see"
        ),
        "install it with the others",
    ))
}

fn get_pip(site: &Site<'_>) -> Option<OpenCondition> {
    let gets_pip = |c: Command<'_>| c.words().any(|word| word.mentions("get-pip"));
    let mut before = site.built().filter(|c| site.is_before(*c));
    open(
        !site.is_of_image() && before.any(gets_pip),
        "whether the packages can do with the environment's own pip, which is older than the one that get-pip installs",
        "upgrade pip with pip first",
    )
}

/// `ln -s /usr/local/bin/python3 /usr/bin/python3`: a name for the system's Python beside PATH.
fn linked_python(site: &Site<'_>) -> Option<OpenCondition> {
    let is_linked = |c: Command<'_>| {
        let mut paths = c
            .args()
            .filter_map(Word::value)
            .filter(|it| !it.starts_with('-'));
        let name = paths
            .next()
            .and_then(|path| path.strip_prefix("/usr/local/bin/"));
        c.is("ln") && name.is_some_and(programs::is_python)
    };
    let mut built = site.stage.base_chain().flat_map(Stage::build_commands);
    open(
        site.is_of_image() && built.any(is_linked),
        "whether something calls the system's Python by the link that is made to it",
        "let the link name /opt/venv/bin/python",
    )
}

fn folder_over_it(site: &Site<'_>) -> Option<OpenCondition> {
    let (path, _) = folders_over_it(site).find(|(_, is_there)| !is_there)?;
    Some(OpenCondition::new(
        format!(
            "whether the build context has a folder {path}, which would be copied over the environment"
        ),
        "run dfix where the build context is, or name `venv` in .dockerignore",
    ))
}

/// What starts programs by names that stand in a file of its own.
fn keeper(site: &Site<'_>) -> Option<OpenCondition> {
    let name = site.shipped().find_map(|stage| stage.services().keeper())?;
    Some(OpenCondition::new(
        format!("whether the programs of {name} are named by their whole path"),
        "look for /usr/local/bin in its configuration",
    ))
}

fn ssh(site: &Site<'_>) -> Option<OpenCondition> {
    open(
        site.shipped().any(|stage| stage.services().serves_ssh()),
        "whether what is called over ssh needs the environment: its sessions have a PATH of their own",
        "set PATH in /etc/environment too",
    )
}

fn cron(site: &Site<'_>) -> Option<OpenCondition> {
    open(
        site.shipped().any(|stage| stage.services().has_cron()),
        "whether cron starts Python: its jobs have a PATH of their own, in which the environment would not be found",
        "put `PATH=/opt/venv/bin:…` before the jobs",
    )
}

/// A build from source that is told of Python puts its modules where that Python looks for them, or where
/// its own idea of it does.
fn built_modules(site: &Site<'_>) -> Option<OpenCondition> {
    let speaks_of_python = |text: &str| {
        let text = text.to_ascii_lowercase();
        let mut parts = ["python", "opencv", "swig", "sys.prefix"].iter();
        parts.any(|part| text.contains(part))
    };
    let told = site
        .steps()
        .find_map(|step| step.told_to_builds(speaks_of_python))?;
    let told: String = told.chars().take_while(|c| *c != '\n').take(60).collect();
    Some(OpenCondition::new(
        format!(
            "whether what is built from source puts modules for Python among those of the system (`{told}`)"
        ),
        format!("let its build name the folders of {VENV}"),
    ))
}

/// `find /usr/local -name '*.pyc' -delete`: what is not needed of the packages.
fn cleaned_packages(site: &Site<'_>) -> Option<OpenCondition> {
    let (_, path) = searches(site).next()?;
    Some(OpenCondition::new(
        format!("whether the search of {path} is for the packages, which are in {VENV} then"),
        format!("let it search {VENV} too"),
    ))
}

/// What stays open of the scripts that would run by the environment, or have run before it.
pub(super) fn scripts(site: &Site<'_>) -> Result<Vec<OpenCondition>, Remedy> {
    let mut open = Vec::new();
    for stage in site.shipped() {
        let run = stage.run_scripts();
        let later = run.iter().filter(|script| {
            let is_before = script.command.is_some_and(|c| site.is_before(c));
            !is_before && !script.is_downloaded()
        });
        let lying = stage.lying_scripts();
        for script in later.chain(&lying) {
            let name = file_name(&script.path).to_ascii_lowercase();
            if script.is_on_path && script.is_read() && stage.python_packages().has(&name) {
                return Err(remedy!(
                    "{} is put before the program of the package {name}, and the environment's would come before it",
                    script.path
                ));
            }
            open.extend(calls_by_name(site, script)?);
        }
    }
    for stage in site.stage.base_chain() {
        let run = stage.run_scripts().into_iter();
        let before = run.filter(|script| {
            script.is_told_by_name && script.command.is_some_and(|c| site.is_before(c))
        });
        open.extend(before.filter_map(|script| installs_before(&script)));
    }
    Ok(open)
}

/// Whether the script calls Python by a name that an environment has, which is open where it was not read.
fn calls_by_name(site: &Site<'_>, script: &RunScript<'_>) -> Result<Option<OpenCondition>, Remedy> {
    let path = &script.path;
    if !script.is_read() {
        return Ok(Some(OpenCondition::new(
            format!(
                "whether {path} names the system's Python by its whole path, which dfix does not see"
            ),
            if script.is_unseen() {
                "run dfix where the script is beside the Dockerfile"
            } else {
                "look into the script in the image"
            },
        )));
    }
    let is_systems = |(folder, name): &(&str, &str)| {
        matches!(*folder, "/usr/local/bin" | "/usr/bin")
            && (name.starts_with("python") || name.starts_with("pip"))
    };
    let installed = Installed::of(site);
    let is_installed =
        |(folder, name): &(&str, &str)| site.is_folder_of_programs(folder) && installed.has(name);
    let mut named = script.names();
    if let Some((folder, name)) = named.find(|it| is_systems(it) || is_installed(it)) {
        return Err(remedy!(
            "{path} names `{folder}/{name}` by its whole path; let it say `{name}` and be found"
        ));
    }
    let is_stranger = |(folder, name): &(&str, &str)| {
        let is_versioned = name.starts_with("python3.") && !name.ends_with('.');
        folder.is_empty() && is_versioned && programs::is_python(name) && !site.has(name)
    };
    match script.names().find(is_stranger) {
        Some((_, name)) => Err(remedy!(
            "{path} calls `{name}`, which an environment made by {} may not have; let it say `python3`",
            site.python.program
        )),
        None => Ok(None),
    }
}

/// What the script may have put among the packages of the system before the environment is there.
fn installs_before(script: &RunScript<'_>) -> Option<OpenCondition> {
    let installs = || {
        script
            .names()
            .any(|(_, name)| name.contains("pip") || name == "setup.py")
    };
    (!script.is_read() || installs()).then(|| {
        OpenCondition::new(
            format!(
                "whether {} puts packages among those of the system before",
                script.path
            ),
            "run it after the environment is made",
        )
    })
}
