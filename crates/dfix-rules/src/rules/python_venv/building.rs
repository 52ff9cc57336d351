//! The tools that packages are built with: the system's Python has setuptools and wheel, a new environment lacks one or
//! both, and pip then builds otherwise, or not at all.

use dfix_catalogue::{
    Ecosystem, ImageTools, PackageMark, ReleaseMark, package_is, programs, tools_of_image,
};
use dfix_engine::OpenCondition;
use dfix_model::path::has_ending;
use dfix_model::project::{PackageList, installed_by};
use dfix_model::{
    CallSite, Command, Origin, PackageCommand, PackageManager, PythonFrom, Stage, Word,
};

use super::site::{Site, is_pip};

/// What becomes of the tools in the environment.
#[derive(Default)]
pub(super) struct Building {
    /// What pip installs into it first.
    pub(super) given: Option<String>,
    /// Why, or why nothing is needed.
    pub(super) because: Option<String>,
    /// What is not known of it.
    pub(super) open: Option<OpenCondition>,
}

impl Building {
    pub(super) fn of(site: &Site<'_>) -> Building {
        if site.is_of_image() {
            of_image(site)
        } else {
            Building {
                open: of_distribution(site),
                ..Building::default()
            }
        }
    }
}

/// The tools that the image has, where it is an official one whose Python is known.
pub(super) fn tools_of(site: &Site<'_>) -> Option<ImageTools> {
    let tag = site.stage.base_image().effective_tag()?;
    tools_of_image(tag).filter(|_| site.is_of_image())
}

/// Official images have both up to Python 3.11, and none after.
fn of_image(site: &Site<'_>) -> Building {
    if site.python.minor.is_none_or(|minor| minor > 11) || renews_all(site) {
        return Building::default();
    }
    let tools = tools_of(site);
    let of_wheel = needs_wheel(site);
    let asks_for_wheel = pip_asks_for_wheel(site, tools);
    let built = || built(site).filter(|_| asks_for_wheel);
    match (of_wheel.or_else(built), tools) {
        (None, _) => match may_be_built(site).filter(|_| asks_for_wheel) {
            Some(what) => Building {
                open: Some(OpenCondition::new(
                    format!(
                        "whether {what} is built with the setuptools and wheel of the image, which an environment has not or has in other versions"
                    ),
                    "see that there is a wheel of it or a pyproject.toml in its sources, or install setuptools and wheel with pip first",
                )),
                ..Building::default()
            },
            None => Building {
                because: asks_for_wheel.then(|| {
                    "nothing is known to be built with the setuptools and wheel of the image"
                        .to_owned()
                }),
                ..Building::default()
            },
        },
        (Some(what), None) => Building {
            open: Some(OpenCondition::new(
                format!(
                    "whether {what} can be built without the setuptools and wheel of the image: an environment has other ones or none"
                ),
                "install them with pip first, in the versions that the image has",
            )),
            ..Building::default()
        },
        (Some(what), Some(ImageTools { setuptools, .. })) => {
            let tag = site.stage.base_image().tag.as_ref();
            let is_told = tag.is_some_and(|tag| tag.origin == Origin::Literal);
            Building {
                given: Some(format!("setuptools=={setuptools} 'wheel<0.46'")),
                because: Some(format!(
                    "{what} may be built with the setuptools and wheel of the image, which a new environment has not or has in other versions, so that it is given these"
                )),
                open: (!is_told).then(|| {
                    OpenCondition::new(
                        format!("whether setuptools {setuptools} is that of the image that the build is given by an argument"),
                        "write the tag out, or install setuptools and wheel with pip first",
                    )
                }),
            }
        }
    }
}

/// Whether the first install brings pip's, setuptools' and wheel's newest, and nothing else: then the environment has
/// the same.
fn renews_all(site: &Site<'_>) -> bool {
    let packages = site.first.packages();
    let has = |name: &str| packages.iter().any(|it| it.name == Some(name));
    let is_installer = |name| package_is(Ecosystem::Language, name, PackageMark::Installer);
    site.first.has_flag("--upgrade")
        && site.first.command.is_certain()
        && has("setuptools")
        && has("wheel")
        && packages.iter().all(|it| it.name.is_some_and(is_installer))
        && site.first.requirement_files().next().is_none()
}

/// Whether the pip that builds goes by what is installed, and asks for wheel there: 23.1 and later do, 25.3 and later
/// build apart from it always (pip's list of changes).
fn pip_asks_for_wheel(site: &Site<'_>, tools: Option<ImageTools>) -> bool {
    let minor = site.python.minor.unwrap_or_default();
    let is_pip = |name: Option<&str>| name == Some("pip");
    let packages = site.first.packages();
    let is_renewed = site.first.has_flag("--upgrade")
        && site.first.command.is_certain()
        && packages.len() == 1
        && is_pip(packages[0].name);
    let own = !is_renewed && tools.is_some_and(|it| it.pip_asks_for_wheel);
    let pips = site.shipped().flat_map(|it| &it.python_packages().known);
    let mut renewed = pips.filter(|it| is_pip(Some(&it.name)));
    own || renewed.any(|it| match it.specifier.as_deref() {
        // The newest for these is 24.0 and 25.0.1, for older ones 21.3.1; for later ones it builds always apart.
        None => {
            let by_release = || site.is_release(ReleaseMark::PipBuildsByWheel);
            matches!(minor, 7 | 8) || (!site.is_of_image() && by_release())
        }
        Some(specifier) => {
            let version = specifier.strip_prefix("==").unwrap_or("24");
            let mut numbers = version.split('.').map(|it| it.parse::<u32>().unwrap_or(0));
            let mut next = || numbers.next().unwrap_or(0);
            ((23, 1)..(25, 3)).contains(&(next(), next()))
        }
    })
}

/// What packages of the distribution bring along for its Python, and an environment of it has not.
fn of_distribution(site: &Site<'_>) -> Option<OpenCondition> {
    let brought = match site.python.from {
        PythonFrom::Alpine => "py3-pip",
        PythonFrom::Debian | PythonFrom::Image => "python3-pip",
    };
    let mut packages = site.first.system_packages_before();
    packages.find(|it| it.name == brought)?;
    let has_setuptools = site.is_debians() && site.is_release(ReleaseMark::Setuptools);
    // Alpine's brings no wheel.
    let of_wheel = || {
        // A pip that is put there beside the distribution's goes by what is installed, wheel among it.
        let built = || {
            let asks = pip_asks_for_wheel(site, None);
            asks.then(|| built(site).or_else(|| may_be_built(site)))?
        };
        needs_wheel(site)
            .or_else(built)
            .filter(|_| site.is_debians())
    };
    let of_setuptools = || {
        let built = || built(site).or_else(|| may_be_built(site));
        let built = || built().filter(|_| site.is_debians());
        needs_setuptools(site).or_else(built).or_else(|| {
            let mut shipped = site.shipped();
            let unread = shipped.find_map(|it| it.application_sources().unread.first())?;
            Some(format!(
                "the application, of which dfix does not see all ({unread}),"
            ))
        })
    };
    let what = of_wheel().or_else(|| (!has_setuptools).then(of_setuptools)?)?;
    let tools = if has_setuptools {
        "wheel"
    } else {
        "setuptools"
    };
    Some(OpenCondition::new(
        format!(
            "whether {what} needs {tools}, which {brought} brings along and an environment has not"
        ),
        "install setuptools and wheel with pip first",
    ))
}

/// The commands that install later, in the build or when a container starts.
fn commands<'m>(site: &Site<'m>) -> impl Iterator<Item = Command<'m>> {
    let of_containers = site.launched().chain(site.started());
    site.later().chain(of_containers)
}

/// What needs wheel by itself.
fn needs_wheel(site: &Site<'_>) -> Option<String> {
    let is_off = |word: &Word<'_>| {
        let text = word.literal_prefix();
        let is_pips = ["--no-build-isolation", "--no-use-pep517"].contains(&text);
        is_pips || word.is("--no-isolation")
    };
    let by_option = commands(site).find_map(|it| it.args().find(is_off));
    let variable = "PIP_NO_BUILD_ISOLATION";
    let is_set = site.stage.env_at(site.first.command, variable).is_set()
        || site.shipped().any(|it| it.final_env(variable).is_set());
    by_option
        .map(|word| format!("what is installed with `{}`", word.source_text()))
        .or_else(|| is_set.then(|| format!("what is installed with {variable}")))
        .or_else(|| {
            let mut later = site.later();
            let found = later.any(lacks_wheel);
            found.then(|| "what `bdist_wheel` makes".to_owned())
        })
        .or_else(|| imported(site, &["wheel"]))
}

/// Whether a command makes a wheel past pip.
pub(super) fn lacks_wheel(command: Command<'_>) -> bool {
    let has_wheel = |stage: Stage<'_>| stage.python_packages().has("wheel");
    command.has_arg("bdist_wheel") && !command.stage().is_some_and(has_wheel)
}

/// What needs setuptools by itself.
fn needs_setuptools(site: &Site<'_>) -> Option<String> {
    let is_setup = |it: &Command<'_>| {
        let mut words = it.args();
        let is_named = words
            .next()
            .is_some_and(|word| has_ending(word.literal_prefix(), "setup.py"));
        programs::is_python(it.name()) && is_named
    };
    let is_listed = |name: &str| package_is(Ecosystem::Language, name, PackageMark::Setuptools);
    let known = || site.shipped().flat_map(|it| &it.python_packages().known);
    if known().any(|it| it.name == "setuptools") {
        return None;
    }
    commands(site)
        .find(is_setup)
        .map(|_| "setup.py".to_owned())
        .or_else(|| {
            let package = known().find(|it| is_listed(&it.name))?;
            Some(format!("`{}`", package.name))
        })
        .or_else(|| imported(site, &["pkg_resources", "setuptools", "distutils", "wheel"]))
}

/// The source of the application that imports one of the modules, or something of it: "`app.py` (line 3)".
fn imported(site: &Site<'_>, modules: &[&str]) -> Option<String> {
    let mut files = site
        .shipped()
        .flat_map(|it| &it.application_sources().files);
    files.find_map(|file| {
        let is_one = |name: &str| modules.contains(&name.split('.').next().unwrap_or(name));
        let mut imports = file.source.imports.iter();
        let import = imports.find(|it| it.module.value().is_some_and(|it| is_one(it)))?;
        Some(format!("`{}` (line {})", file.context_path, import.line))
    })
}

/// What pip builds by a `setup.py`.
fn built(site: &Site<'_>) -> Option<String> {
    listed(site, PackageList::built_by_setup)
}

/// What pip may build by a `setup.py`.
fn may_be_built(site: &Site<'_>) -> Option<String> {
    listed(site, PackageList::may_be_built_by_setup).or_else(|| {
        let scripts = site.shipped().flat_map(Stage::run_scripts);
        let mut calling = scripts.filter(|it| it.names().any(|(_, name)| is_pip(name)));
        Some(format!("what {} installs", calling.next()?.path))
    })
}

/// The first that is wanted among what commands install.
fn listed(site: &Site<'_>, wanted: impl Fn(&PackageList) -> Option<String>) -> Option<String> {
    commands(site).find_map(|command| {
        let package = PackageCommand::of(command);
        let pip = package.filter(|it| it.manager == PackageManager::Pip);
        if pip.is_none() && !command.is("pipenv") {
            return None;
        }
        let lists = installed_by(command, pip.as_ref(), &CallSite::of(command));
        lists.iter().find_map(&wanted)
    })
}
