//! Which Python a stage has, and what would stand in the way of a virtual environment.

// The names of files in an image are case-sensitive.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, package_is};
use dfix_engine::OpenCondition;
use dfix_model::Destination;
use dfix_model::{Command, PackageCommand, PackageManager, Stage, Step, Word};

use super::around::{self, is_installed_by_hand, is_pythons_tool};
use super::ensurepip;
use super::paths;

/// The Python that a stage installs packages for.
pub(crate) struct Ground<'m> {
    /// The program that makes an environment: `python`, `python3`, `python3.11`.
    pub(crate) interpreter: String,
    /// Whether it is an official Python image.
    pub(crate) is_official: bool,
    /// Why it has the `venv` module, as a sentence.
    pub(crate) why: String,
    /// The command that installs Python, where the base image has none.
    pub(crate) provider: Option<PackageCommand<'m>>,
    /// The package that must be installed for the `venv` module, and where.
    pub(crate) to_add: Option<ToAdd<'m>>,
    /// The version of pip that the environment must be given first: Python brings an older one along for
    /// it than the image has, which does not know the wheels of later years.
    pub(crate) pip: Option<&'static str>,
    /// What could not be established.
    pub(crate) open: Vec<OpenCondition>,
}

/// A package for an install that is there already.
pub(crate) struct ToAdd<'m> {
    pub(crate) install: PackageCommand<'m>,
    pub(crate) beside: Word<'m>,
    pub(crate) name: String,
}

/// Why there is no ground for an environment.
pub(crate) enum No {
    /// The rule has nothing to say here.
    Quiet,
    /// The rule does nothing, and this is why and what a person could do.
    Because(String),
}

fn because<T>(reason: impl Into<String>) -> Result<T, No> {
    Err(No::Because(reason.into()))
}

/// The Python that `first`, an install into the system, works for.
pub(crate) fn ground<'m>(stage: Stage<'m>, first: &PackageCommand<'m>) -> Result<Ground<'m>, No> {
    let image = stage.base_image();
    let named = versioned(first.program_name());
    let is_known = [
        "alpine",
        "buildpack-deps",
        "debian",
        "nvidia/cuda",
        "python",
        "ubuntu",
    ];
    if second(first.program_name()) && image.name().is_some_and(|n| is_known.contains(&n)) {
        return because("Python 2 has no venv module; virtualenv does the same for it");
    }
    match image.name() {
        Some("python") => {
            let tag = image.effective_tag().unwrap_or_default();
            if tag.starts_with('2') {
                return because("Python 2 has no venv module; virtualenv does the same for it");
            }
            if tag.contains("windows") || tag.contains("nanoserver") {
                return Err(No::Quiet);
            }
            if let Some(minor) = ensurepip::release(tag)
                .map(|(minor, _)| minor)
                .filter(|m| *m < 4)
            {
                return because(format!(
                    "the environments of Python 3.{minor} have no pip of their own; virtualenv makes such that have"
                ));
            }
            if tag.contains("onbuild") {
                return because(
                    "the image installs requirements among the system's packages before anything here, by its ONBUILD; write these steps out over an image without it",
                );
            }
            let interpreter = if crate::programs::is_python(first.program_name()) {
                first.program_name().to_owned()
            } else {
                "python".to_owned()
            };
            let own = ensurepip::release(tag).map(|(minor, _)| format!("3.{minor}"));
            if let (Some(named), Some(own)) = (&named, &own)
                && named != own
            {
                return because(format!(
                    "python{named} is not the image's own, which is {own}; call Python by the name `python`"
                ));
            }
            let pip = ensurepip::as_in_the_image(tag).filter(|_| !renews_pip(first));
            let mut open: Vec<OpenCondition> = around::unknown_release(stage).into_iter().collect();
            open.extend(pip.and_then(|version| around::other_release(stage, version)));
            if let Some(named) = named.filter(|_| own.is_none()) {
                open.push(OpenCondition {
                    condition: format!("whether python{named} is the image's own"),
                    remedy: "call Python by the name `python`".to_owned(),
                });
            }
            Ok(Ground {
                interpreter,
                is_official: true,
                why: "the official Python image has the venv module".to_owned(),
                provider: None,
                to_add: None,
                pip,
                open,
            })
        }
        Some("debian" | "ubuntu" | "nvidia/cuda" | "buildpack-deps") => {
            of_apt(stage, first, named.as_deref())
        }
        Some("alpine") => of_apk(stage, first, named.as_deref()),
        _ => Err(No::Quiet),
    }
}

/// Whether the install puts a newer pip into place itself, before anything else.
fn renews_pip(first: &PackageCommand<'_>) -> bool {
    first.packages().iter().any(|p| p.name == Some("pip")) && first.packages().len() <= 3
}

/// `pip2`, `python2.7`.
fn second(program: &str) -> bool {
    program
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .starts_with('2')
}

/// `3.11` of `pip3.11` and `python3.11`.
fn versioned(program: &str) -> Option<String> {
    let version = program.trim_start_matches(|c: char| !c.is_ascii_digit());
    version.contains('.').then(|| version.to_owned())
}

fn of_apt<'m>(
    stage: Stage<'m>,
    first: &PackageCommand<'m>,
    named: Option<&str>,
) -> Result<Ground<'m>, No> {
    let installs: Vec<PackageCommand<'m>> = before(stage, first, PackageManager::Apt);
    let names: Vec<(String, &PackageCommand<'m>, Word<'m>)> = installs
        .iter()
        .flat_map(|install| {
            install
                .packages()
                .into_iter()
                .filter_map(move |p| Some((p.name?.to_string(), install, p.word)))
        })
        .collect();
    let has = |name: &str| names.iter().any(|(n, ..)| n == name);
    let tag = stage.base_image().effective_tag().unwrap_or_default();
    let has_no_venv = match stage.base_image().name() {
        Some("ubuntu") => ["12.", "13.", "14.", "precise", "trusty"].as_slice(),
        _ => &["6", "7", "squeeze", "wheezy"],
    };
    if !tag.contains("cuda") && has_no_venv.iter().any(|old| tag.starts_with(old)) {
        return because("this release has no python3-venv; virtualenv does the same");
    }
    // These run the system's Python, which does not look into the environment.
    let server = names
        .iter()
        .map(|(name, ..)| name)
        .find(|name| package_is(Ecosystem::System, name, PackageMark::SystemPython));
    if let Some(server) = server {
        return because(runs_the_systems(server));
    }
    if has("python-pip") || has("python2") || has("python-dev") {
        return because("this stage installs Python 2, which has no venv module");
    }
    let base = named.as_ref().map_or_else(
        || "python3".to_owned(),
        |version| format!("python{version}"),
    );
    // The package whose install decides which Python there is; python3-pip depends on python3.
    let provider = names.iter().rev().find(|(n, ..)| {
        *n == base
            || (named.is_none()
                && matches!(
                    n.as_str(),
                    "python3-pip"
                        | "python3-dev"
                        | "python3-full"
                        | "python3-venv"
                        | "python3-minimal"
                ))
    });
    let Some((_, install, word)) = provider else {
        return because(format!(
            "no apt-get install of this stage names {base}, so that it is not known which Python pip works for"
        ));
    };
    let venv = format!("{base}-venv");
    let to_add = if has(&venv) || has("python3-full") {
        None
    } else {
        Some(ToAdd {
            install: **install,
            beside: *word,
            name: venv.clone(),
        })
    };
    let mut open = Vec::new();
    open.extend(around::unknown_release(stage));
    open.extend(around::python_2(stage, first));
    open.extend(around::ansible(stage));
    open.extend(around::plugin_of_the_systems(stage));
    open.extend(around::other_pythons(stage, first, named));
    open.extend(around::setuptools(
        names.iter().map(|(n, ..)| n.as_str()),
        tag,
    ));
    let imported: Vec<&str> = names
        .iter()
        .map(|(n, ..)| n.as_str())
        .filter(|n| n.starts_with("python3-") && !is_tooling(n))
        .collect();
    if !imported.is_empty() {
        open.push(OpenCondition {
            condition: format!(
                "whether the application imports what apt installs for the system's Python ({})",
                imported.join(", ")
            ),
            remedy: "install these with pip too, or leave the packages where they are".to_owned(),
        });
    }
    Ok(Ground {
        interpreter: base.clone(),
        is_official: false,
        why: format!("{venv} is installed with {base}"),
        provider: Some(**install),
        to_add,
        pip: None,
        open,
    })
}

fn runs_the_systems(server: &str) -> String {
    format!(
        "{server} is the distribution's and runs the system's Python, which does not look into an environment; install it with pip"
    )
}

/// Packages of Debian that no application imports.
fn is_tooling(package: &str) -> bool {
    package_is(Ecosystem::System, package, PackageMark::PythonTooling)
}

fn of_apk<'m>(
    stage: Stage<'m>,
    first: &PackageCommand<'m>,
    named: Option<&str>,
) -> Result<Ground<'m>, No> {
    if named.is_some() {
        return Err(No::Quiet);
    }
    let installs = before(stage, first, PackageManager::Apk);
    let names: Vec<(String, &PackageCommand<'m>)> = installs
        .iter()
        .flat_map(|i| {
            i.packages()
                .into_iter()
                .filter_map(move |p| Some((p.name?.to_string(), i)))
        })
        .collect();
    if names
        .iter()
        .any(|(n, _)| n == "python2" || n == "python" || n == "py-pip" || n == "py2-pip")
    {
        return because("this stage may install Python 2, which has no venv module");
    }
    let Some((_, install)) = names
        .iter()
        .rev()
        .find(|(n, _)| matches!(n.as_str(), "python3" | "py3-pip"))
    else {
        return because("no apk add of this stage names python3");
    };
    let imported: Vec<&str> = names
        .iter()
        .map(|(n, _)| n.as_str())
        .filter(|n| {
            (n.starts_with("py3-") || n.starts_with("py-"))
                && !matches!(
                    *n,
                    "py3-pip" | "py3-setuptools" | "py3-wheel" | "py3-virtualenv"
                )
        })
        .collect();
    if let Some((server, _)) = names.iter().find(|(n, _)| {
        matches!(
            n.as_str(),
            "uwsgi-python" | "uwsgi-python3" | "py3-gunicorn"
        ) || n.contains("mod-wsgi")
    }) {
        return because(runs_the_systems(server));
    }
    let mut open = Vec::new();
    open.extend(around::ansible(stage));
    open.extend(around::plugin_of_the_systems(stage));
    if !imported.is_empty() {
        open.push(OpenCondition {
            condition: format!(
                "whether the application imports what apk installs for the system's Python ({})",
                imported.join(", ")
            ),
            remedy: "install these with pip too, or leave the packages where they are".to_owned(),
        });
    }
    Ok(Ground {
        interpreter: "python3".to_owned(),
        is_official: false,
        why: "Alpine's python3 has the venv module".to_owned(),
        provider: Some(**install),
        to_add: None,
        pip: None,
        open,
    })
}

/// The installs of a package manager that come before a command, in this stage and those below it.
fn before<'m>(
    stage: Stage<'m>,
    command: &PackageCommand<'m>,
    manager: PackageManager,
) -> Vec<PackageCommand<'m>> {
    let mut stages: Vec<Stage<'m>> = stage.base_chain().collect();
    stages.reverse();
    stages
        .into_iter()
        .flat_map(|s| s.installs(manager).collect::<Vec<_>>())
        .filter(|i| i.range().end() <= command.range().start())
        .collect()
}

/// What would keep the stage's tools from finding the environment, or hide from them what is outside of
/// it; and what a person could do.
pub(crate) fn obstacle(stage: Stage<'_>, first: &PackageCommand<'_>) -> Option<String> {
    if !stage.user_at(first.step()).is_root().is_yes() {
        return Some("the user in force here is not root and may not write /opt; make the environment where that user may".to_owned());
    }
    let is_after = |step: Step<'_>| step.index() > first.step().index();
    let shell = stage.shell_at(first.step());
    if shell.argv.iter().flatten().skip(1).any(|a| is_login(a)) {
        return Some(format!("{LOGIN}; leave the `-l` out of SHELL"));
    }
    for key in ["PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PYTHONHOME"] {
        if stage.env_at(first.command, key).is_set() || stage.final_env(key).is_set() {
            return Some(format!(
                "{key} is set, and pip or Python keeps to it and not to the environment; leave it out first"
            ));
        }
    }
    for standing in standing_on(stage) {
        for step in standing.base_chain().flat_map(Stage::steps) {
            if around::uses_uv_of_system(step) {
                return Some("`uv pip --system` passes every environment by; make one by `uv venv /opt/venv`, set `VIRTUAL_ENV=/opt/venv` and leave `--system` out".to_owned());
            }
            if let Some(folder) = paths::hides_opt(stage, step) {
                return Some(format!(
                    "the volume {folder} would hide /opt/venv; mount less of it"
                ));
            }
            if let Some(text) = paths::system_folder(step) {
                return Some(format!(
                    "`{text}` is the system's own place for packages; change it to the environment's by hand"
                ));
            }
            if (is_after(step) || step == first.step()) && paths::resets_path(step) {
                return Some("PATH is set anew later, without the PATH before it or with the system's folders before that, so that the environment would not be found; begin its value with `/opt/venv/bin:`".to_owned());
            }
        }
        if standing
            .commands()
            .any(|c| installs_as_another(standing, c))
        {
            return Some("a pip of another user than root would have to write into /opt/venv, where it goes to that user's home now; install before USER".to_owned());
        }
        if let Some(reason) = standing.commands().find_map(|c| bypass(c, first)) {
            return Some(reason);
        }
    }
    stage
        .copied_by()
        .find(|step| {
            step.words()
                .next()
                .is_some_and(|w| w.literal_prefix().starts_with("/usr/") || w.is("/"))
        })
        .map(|_| {
            "another stage copies from this one's /usr; copy /opt/venv there by hand".to_owned()
        })
}

const LOGIN: &str = "a login shell sets PATH anew, so that the environment would not be found";

/// The stage and all that stand on it.
pub(crate) fn standing_on(stage: Stage<'_>) -> impl Iterator<Item = Stage<'_>> {
    stage
        .file()
        .stages()
        .filter(move |s| s.base_chain().any(|l| l == stage))
}

/// Whether the command installs packages for Python by the rights of another user than root.
fn installs_as_another(stage: Stage<'_>, command: Command<'_>) -> bool {
    let is_of_pip = PackageCommand::of(command).is_some_and(|pip| {
        pip.manager == PackageManager::Pip
            && pip.subcommand_is_one_of(&["install", "uninstall"])
            && matches!(pip.destination(), Destination::System)
    });
    let is_of_spacy = is_pythons_tool(command)
        && command.has_arg("download")
        && command.args().any(|w| w.is("spacy"));
    let is_at_start = !command.step().is_run();
    let user = if is_at_start {
        stage.final_user()
    } else {
        stage.user_at(command.step())
    };
    (is_of_pip || is_of_spacy || is_installed_by_hand(command)) && !user.is_root().is_yes()
}

/// Why the command would pass the environment by.
fn bypass(command: Command<'_>, first: &PackageCommand<'_>) -> Option<String> {
    let is_before = around::is_before(command, first);
    // `service apache2 start`
    let is_service = |is_one: &dyn Fn(&str) -> bool| {
        command.is_one_of(&["invoke-rc.d", "rc-service", "service"])
            && command.args().filter_map(Word::value).any(is_one)
    };
    let is_apache = |name: &str| programs::is(name, Mark::Apache);
    let is_cron = |name: &str| matches!(name, "cron" | "crond");
    if is_apache(command.name()) || is_service(&is_apache) {
        return Some(
            "Apache's mod_wsgi takes the system's Python unless WSGIPythonHome says otherwise"
                .to_owned(),
        );
    }
    if is_cron(command.name()) || is_service(&is_cron) {
        return Some("cron starts its jobs with a PATH of its own, in which the environment would not be found".to_owned());
    }
    let has_login = |c: Command<'_>| {
        c.args()
            .take_while(|w| w.starts_with("-"))
            .any(|w| w.value().is_some_and(is_login))
    };
    if command.is_one_of(&["sh", "bash", "ash", "dash", "zsh"]) && has_login(command) {
        return Some(format!("{LOGIN}; leave the `-l` out"));
    }
    let changes_user = command.is("su") || command.is_wrapped_by("su");
    let asks_for_login = command
        .words()
        .any(|w| matches!(w.value(), Some("-" | "-l" | "--login")));
    if !is_before && changes_user && asks_for_login {
        return Some(format!("{LOGIN}; leave the `-` of su out"));
    }
    if !is_before
        && (command.is("sudo") || command.is_wrapped_by("sudo"))
        && is_pythons_tool(command)
    {
        return Some("sudo sets PATH anew, so that the environment would not be found; leave it out, the build is root already".to_owned());
    }
    let builds_a_wheel = command.args().any(|w| w.is("bdist_wheel"));
    let wheel_is_installed = || {
        command
            .stage()
            .is_some_and(|stage| stage.python_packages().has("wheel"))
    };
    if !is_before && builds_a_wheel && !wheel_is_installed() {
        return Some("`bdist_wheel` needs the package wheel, which a new environment has not; install it with pip".to_owned());
    }
    if is_before
        && command.is("rm")
        && command
            .args()
            .any(|w| w.source_text().contains("ensurepip"))
    {
        return Some(
            "Python's ensurepip is removed before, without which an environment has no pip"
                .to_owned(),
        );
    }
    if is_before && is_installed_by_hand(command) {
        return Some(format!(
            "`{}` puts packages among those of the system before; a virtual environment would hide them",
            command.name()
        ));
    }
    let is_of_pip = PackageCommand::of(command).is_some_and(|install| {
        install.manager == PackageManager::Pip
            && install.destination() == Destination::User
            && install.is_install()
    });
    let is_by_hand = is_installed_by_hand(command) && command.has_arg("--user");
    (is_of_pip || is_by_hand).then(|| {
        "another install puts packages into the user's home, which a virtual environment would hide"
            .to_owned()
    })
}

fn is_login(argument: &str) -> bool {
    argument == "--login"
        || (argument.starts_with('-') && !argument.starts_with("--") && argument.contains('l'))
}
