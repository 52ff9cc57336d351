//! Which Python an installation is for, and how uv is told.

use dfix_catalogue::{
    Distribution, Ecosystem, Foundation, PackageMark, ReleaseMark, ReleaseSign, image, is_official,
    package_is, platform_of_name, programs, release_changes, release_is, version_of,
};
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::path::ImagePath;
use dfix_model::{Command, Destination, Os, PackageCommand, Stage, Step, Word};

use crate::recipe::codemods::lines::line_of;

/// What an installation goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Into {
    /// The Python that is first on PATH, and no environment.
    System,
    /// The Python of this program, and no environment.
    Named(String),
    /// The environment of this folder, which uv must be told.
    Environment(String),
    /// The environment that is active, as uv sees it.
    Activated,
    /// A folder that the command names itself.
    Folder,
}

/// The first minor version of Python 3 that uv is known to install into; earlier ones are those that it is expected to.
const SURE: u16 = 8;
const EXPECTED: u16 = 6;

/// # Errors
/// Why uv cannot install there.
pub(crate) fn into(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
    open: &mut Vec<OpenCondition>,
) -> Result<Into, Remedy> {
    let is_second = pip
        .program_name()
        .trim_start_matches(|it: char| !it.is_ascii_digit());
    let python = pip.python();
    if is_second.starts_with('2') || python.as_ref().is_some_and(|it| it.is_second) {
        return Err(remedy!("uv does not install into Python 2"));
    }
    if stage.os() == Os::Windows {
        return Err(remedy!("uv's image has no program for Windows"));
    }
    let names_third = is_second.starts_with('3');
    let mut packages = pip.system_packages_before();
    let second = packages.find(|it| {
        package_is(Ecosystem::System, it.name, PackageMark::Python2)
            || matches!(it.name, "python-pip" | "py-pip" | "py2-pip" | "python2-pip")
    });
    let image = stage.base_image().name().unwrap_or_default();
    // `arm64v8/python` is the official image of an architecture.
    let of_architecture = platform_of_name(image).is_some() && image.ends_with("/python");
    let is_image = image == "python" || of_architecture;
    if of_architecture && python.as_ref().is_none_or(|it| it.minor.is_none()) {
        open.push(OpenCondition::new(
            "which Python the image has",
            "see that it is 3.8 or later",
        ));
    }
    if let Some(package) = second.filter(|_| !is_image && !names_third) {
        return Err(remedy!(
            "pip is that of Python 2, as `{}` tells, which uv does not install into",
            package.name
        ));
    }
    if let Some(why) = older(stage, pip).filter(|_| !is_image && !names_third) {
        return Err(why);
    }
    let of_tag = python.as_ref().and_then(|it| it.minor);
    if image == "python"
        && of_tag.is_none()
        && !names_third
        && stage
            .base_image()
            .effective_tag()
            .is_some_and(|tag| minor_of(tag).is_none())
    {
        open.push(OpenCondition::new(
            "which Python the image has",
            "see that it is 3.8 or later",
        ));
    }
    let other = other_python(stage, pip, is_second, is_image, of_tag);
    let named = is_second.strip_prefix("3.").and_then(|it| it.parse().ok());
    let minor = named.or(of_tag);
    match minor {
        Some(minor) if minor < EXPECTED => {
            return Err(remedy!("uv does not install into Python 3.{minor}"));
        }
        Some(minor) if minor < SURE => open.push(OpenCondition::new(
            format!("whether uv installs into Python 3.{minor}: it is expected to, and not tried"),
            "build it once",
        )),
        _ => {}
    }
    match pip.destination() {
        Destination::System => {
            if !is_image {
                system(stage, pip, open)?;
                open.extend(installed_by_system(pip));
            }
            if other.is_none() {
                open.extend(made_by_another(stage, pip, of_tag));
            }
            Ok(other.map_or(Into::System, Into::Named))
        }
        Destination::User => Err(remedy!(
            "uv does not install into a home: make an environment, or install into the system"
        )),
        Destination::Folder(_) => Ok(Into::Folder),
        Destination::Venv(folder) => {
            if !is_image {
                open.push(OpenCondition::new(
                    "which Python the environment has",
                    "see that it is 3.8 or later",
                ));
            }
            if let Some(folder) = folder.as_deref().filter(|it| !may_be_made(stage, pip, it)) {
                if stage.base_image().name().is_some_and(is_official) {
                    return Err(remedy!(
                        "nothing makes the environment `{folder}` before, so pip is the system's: make it first (`python -m venv {folder}`), or take it off `PATH`"
                    ));
                }
                open.push(OpenCondition::new(
                    format!(
                        "whether the image has the environment `{folder}`: nothing here makes it"
                    ),
                    format!("make it first: `python -m venv {folder}`"),
                ));
            }
            environment(stage, pip, folder)
        }
        Destination::Tool => Err(remedy!(
            "another tool keeps the environment that pip installs into"
        )),
    }
}

/// Why uv cannot install into the Python of an image of CentOS, or into one that a package called `python` brings: both are of
/// Python 2, or of a version that the image is called after.
fn older(stage: Stage<'_>, pip: &PackageCommand<'_>) -> Option<Remedy> {
    let base = stage.base_image();
    let (image, tag) = (base.name()?, base.effective_tag().unwrap_or_default());
    // `centos/python-34-centos7`, `ubi8/python-39`: one Python each.
    let of_name = image.rsplit('/').next()?.strip_prefix("python-");
    let digits = of_name.and_then(|it| it.split('-').next());
    if let Some((major, minor)) = digits.and_then(|it| it.split_at_checked(1))
        && let Ok(minor) = minor.parse::<u16>()
        && (major == "2" || major == "3" && minor < EXPECTED)
    {
        return Some(remedy!(
            "the image has Python {major}.{minor}, which uv does not install into"
        ));
    }
    let names: Vec<&str> = pip.system_packages_before().map(|it| it.name).collect();
    let brings_other = names
        .iter()
        .any(|it| it.contains("python3") || it.contains("python-3"));
    // Its own Python is 2.7 up to release 7, 2.6 before.
    let of_centos = tag.trim_start_matches("centos");
    let is_centos = image == "centos" && of_centos.starts_with(['5', '6', '7']);
    let steps = stage.base_chain().flat_map(Stage::steps);
    let is_before = |it: &Command<'_>| it.range().start() < pip.range().start();
    let commands: Vec<Command<'_>> = steps.flat_map(Step::commands).filter(is_before).collect();
    let is_switched = || {
        commands.iter().any(|it| {
            it.words()
                .any(|word| word.mentions("scl") || word.mentions("conda"))
        })
    };
    if is_centos && !brings_other && !is_switched() {
        return Some(remedy!(
            "pip is that of Python 2, which `{image}:{tag}` has, and which uv does not install into"
        ));
    }
    // The package of this name is Python 2 wherever there is one.
    let makes_pip = |it: &Command<'_>| {
        let is_second = it.is("python") || it.executable_name().starts_with("python2");
        is_second && it.args().any(|word| word.mentions("get-pip.py")) || it.is("easy_install")
    };
    let package = names
        .iter()
        .find(|it| matches!(**it, "python" | "python-dev" | "python2"))?;
    (commands.iter().any(makes_pip) && image != "python").then(|| {
        remedy!("pip is made for Python 2, which `{package}` brings, and uv does not install into")
    })
}

/// The Python that the call of pip names, where it may be another than the first on PATH.
fn other_python(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
    version: &str,
    is_image: bool,
    of_tag: Option<u16>,
) -> Option<String> {
    let program = pip.command.executable()?;
    let path = stage.expand_text(program, pip.command)?;
    let folder = path.rsplit_once('/').map(|it| it.0);
    let is_python = programs::is_python(pip.program_name());
    let is_first = is_image && folder == Some("/usr/local/bin");
    match folder {
        Some(_) if is_python && !is_first => return Some(path),
        // Debian's own pip is that of its Python.
        Some("/usr/bin") if !version.contains('.') => return Some("/usr/bin/python3".to_owned()),
        _ => {}
    }
    let is_of_tag = is_image && of_tag.is_some_and(|it| format!("3.{it}") == version);
    (version.contains('.') && !is_of_tag).then(|| format!("python{version}"))
}

/// What is open where another Python has made a `pip`: the first on PATH may not be its own.
fn made_by_another(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
    of_tag: Option<u16>,
) -> Option<OpenCondition> {
    let own = of_tag.map(|it| format!("python3.{it}"));
    let steps = stage.base_chain().flat_map(Stage::steps);
    let commands = steps.flat_map(Step::commands);
    let mut before = commands.filter(|it| it.range().start() < pip.range().start());
    let made = before.find(|it| {
        let name = it.executable_name();
        let is_other =
            programs::is_python(name) && name.contains('.') && own.as_deref() != Some(name);
        let makes = |word: Word<'_>| word.mentions("pip");
        is_other && (it.args().any(makes) || it.args().next().is_none_or(|it| it.is("-")))
    })?;
    let name = made.executable_name();
    Some(OpenCondition::new(
        format!(
            "whether `{}` belongs to {name}, which line {} may have made it for: uv installs into the first Python on PATH",
            pip.program_name(),
            line_of(made)
        ),
        format!("add `--python {name}` if it does"),
    ))
}

/// Whether something before the call may have made the folder of an environment: a command that names one, a tool that keeps its own, a
/// script, or a copy.
fn may_be_made(stage: Stage<'_>, pip: &PackageCommand<'_>, folder: &str) -> bool {
    const MAKERS: &[&str] = &["uv", "poetry", "pdm", "pipenv", "hatch", "rye", "tox"];
    let folder = ImagePath::new(folder);
    let mut commands = stage.base_chain().flat_map(Stage::commands);
    let names = |word: Word<'_>| {
        let text = word.source_text();
        text.contains("venv") || text.contains("virtualenv") || text.contains(folder.as_str())
    };
    let is_script = |it: Command<'_>| {
        let is_path = |it: Word<'_>| it.literal_prefix().contains('/');
        it.is_of_script()
            || (it.executable().is_some_and(is_path) && !programs::is_python(it.name()))
    };
    let makes = |it: Command<'_>| {
        it.range().start() < pip.range().start()
            && (it.words().any(names) || is_script(it) || it.is_one_of(MAKERS))
    };
    let copies = |step: Step<'_>| {
        let target = step.target().and_then(|it| stage.expand_text(it, step));
        let workdir = step.stage().and_then(|it| it.workdir_at(step));
        let target = target.and_then(|it| {
            let from_root = it.starts_with('/').then_some("/");
            Some(ImagePath::new(workdir.as_deref().or(from_root)?).join(&it))
        });
        // A file that is named brings no folder.
        let mut sources = step.sources();
        let may_bring = step.flag("from").is_some()
            || sources.any(|it| {
                it.value()
                    .is_none_or(|it| !ImagePath::new(it).is_named_like_a_file() || it.contains('*'))
            });
        step.is_copy_or_add()
            && may_bring
            && target.is_none_or(|it| it == folder || folder.is_below(&it) || it.is_below(&folder))
    };
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    commands.any(makes) || steps.any(|it| it.range().start() < pip.range().start() && copies(it))
}

/// The environment that `pip` belongs to.
fn environment(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
    folder: Option<String>,
) -> Result<Into, Remedy> {
    let told = stage.env_at(pip.command, "VIRTUAL_ENV");
    let text = pip.step().source_text();
    let is_activated = text.contains("activate");
    if is_activated
        && ["conda", "mamba", "miniforge"]
            .iter()
            .any(|it| text.contains(it))
    {
        return Err(remedy!(
            "conda keeps the environment that pip installs into"
        ));
    }
    match folder {
        Some(folder) if told.value() == Some(&*folder) => Ok(Into::Activated),
        _ if is_activated
            && pip
                .command
                .executable()
                .is_some_and(|it| !it.literal_prefix().contains('/')) =>
        {
            Ok(Into::Activated)
        }
        Some(folder) if folder.starts_with('/') => Ok(Into::Environment(folder)),
        _ => Err(remedy!(
            "it is not known which environment it installs into: set VIRTUAL_ENV"
        )),
    }
}

/// Whether the distribution keeps its own Python to itself, as PEP 668 says.
fn keeps_its_python(foundation: &Foundation) -> bool {
    release_changes(None, foundation).any(|it| it.sign == ReleaseSign::Pip)
}

/// What is open where the distribution's package manager has installed packages of Python, or an environment sees the system's: uv does
/// not see them there, and installs what it needs again, which goes before them.
///
/// Source: docs.astral.sh/uv/pip/environments; tried on Debian 12 with uv 0.13.9.
fn installed_by_system(pip: &PackageCommand<'_>) -> Option<OpenCondition> {
    let is_library = |name: &str| {
        let of_python = ["python3-", "python-", "py3-"];
        of_python.iter().any(|it| name.starts_with(it))
            && !package_is(Ecosystem::System, name, PackageMark::PythonTooling)
            && !package_is(Ecosystem::System, name, PackageMark::Python3)
    };
    let mut names: Vec<&str> = pip
        .system_packages_before()
        .map(|it| it.name)
        .filter(|it| is_library(it))
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether a newer one of what {} {} may go before it: uv does not see it, and installs what it needs again",
                names.join(", "),
                if names.len() == 1 { "brings" } else { "bring" }
            ),
            "install all of them with one of the two, or pin the versions",
        )
    })
}

/// The Python of a distribution.
fn system(
    stage: Stage<'_>,
    pip: &PackageCommand<'_>,
    open: &mut Vec<OpenCondition>,
) -> Result<(), Remedy> {
    let base = stage.base_image();
    let foundation = match (base.name(), base.effective_tag()) {
        (Some(name), Some(tag)) => image(name, tag).foundation,
        _ => None,
    };
    let is_told = pip.has_flag("--break-system-packages")
        || stage
            .env_at(pip.command, "PIP_BREAK_SYSTEM_PACKAGES")
            .is_set();
    // A pip that no package of the distribution brings is that of a Python of the image's own.
    let mut packages = pip.system_packages_before();
    let is_of_distribution = packages.any(|it| {
        it.name.ends_with("-pip") || it.name == "python3" || it.name.starts_with("python3-")
    });
    let Some(foundation) = foundation.filter(|_| is_of_distribution) else {
        open.push(OpenCondition::new(
            "which Python the image has, and whether uv installs into it",
            "see that it is 3.8 or later, and the first on PATH",
        ));
        return Ok(());
    };
    let release = foundation.release.unwrap_or_default();
    let is_managed = keeps_its_python(&foundation);
    let is_alpine = foundation.distribution == Distribution::Alpine;
    let name = if is_alpine {
        format!("alpine{release}")
    } else {
        release.to_owned()
    };
    let is_known = is_managed || release_is(&name, ReleaseMark::UvInstalls);
    if is_alpine && !is_known {
        return Err(remedy!(
            "it is not known that uv installs into the Python of {}, which is older than 3.8",
            foundation.told()
        ));
    }
    if !is_known {
        return Err(remedy!(
            "it is not known that uv installs into the Python of {}: Debian's own before 3.10 it does not",
            foundation.told()
        ));
    }
    if is_managed && !is_told {
        return Err(remedy!(
            "the distribution keeps its Python to itself: make an environment first (the rule `python-venv`)"
        ));
    }
    Ok(())
}

/// The minor version of Python 3 of a tag of its official image, also of one that says none and is current.
pub(super) fn minor_of(tag: &str) -> Option<u16> {
    let version = version_of("python", tag)?;
    version.strip_prefix("3.")?.split('.').next()?.parse().ok()
}
