//! What would keep programs from the environment, or hide from them what is outside of it.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, ReleaseMark, package_is};
use dfix_engine::Remedy;
use dfix_model::context::Answer;
use dfix_model::launch::{Launch, Source};
use dfix_model::path::folder_and_name;
use dfix_model::{
    Command, Destination, ImagePath, Login, NamedProgram, Stage, Step, StepKind, Word,
};

use super::building;
use super::home_packages;
use super::named;
use super::site::{Site, VENV, is_pip};

/// What is known to stand against an environment, and what a person could do.
const OBSTACLES: &[fn(&Site<'_>) -> Option<String>] = &[
    the_python,
    program_of_the_distribution,
    |site| {
        WITHOUT_NAMES
            .iter()
            .find(|it| (it.0)(site))
            .map(|it| it.1.to_owned())
    },
    settings,
    settings_of_pip,
    volume_over_it,
    packages_of_the_system,
    home_packages::first,
    login_shell,
    install_by_hand,
    renamed,
    stranger,
    inside_a_word,
    named::first,
    libraries,
    folder_over_it,
];

type Sign = fn(&Site<'_>) -> bool;

const WITHOUT_NAMES: &[(Sign, &str)] = &[
    (
        |site| !site.stage.user_at(site.first.step()).is_root().is_yes(),
        "the user in force here is not root and may not write /opt; make the environment where that user may",
    ),
    (
        |site| site.steps().any(Step::tells_uv_the_system),
        "`uv pip --system` passes every environment by; make one by `uv venv /opt/venv`, set `VIRTUAL_ENV=/opt/venv` and leave `--system` out",
    ),
    (
        |site| {
            let sets_path = |launch: &Launch| launch.environment.iter().any(|it| it.name == "PATH");
            is_path_set_anew(site)
                || site.launches().any(sets_path)
                || site.started().any(Command::hides_first_folders)
                || site
                    .commands()
                    .chain(site.launched())
                    .chain(site.started())
                    .any(reads_profile)
        },
        "PATH is set anew later, without the PATH before it or with the system's folders before that, so that the environment would not be found; begin its value with `/opt/venv/bin:`",
    ),
    (
        is_install_of_another,
        "a pip of another user than root would have to write into /opt/venv, where it goes to that user's home now; install before USER",
    ),
    (
        |site| is_called(site, |name| programs::is(name, Mark::Apache)),
        "Apache's mod_wsgi takes the system's Python unless WSGIPythonHome says otherwise",
    ),
    (
        |site| {
            is_called(site, |name| matches!(name, "cron" | "crond"))
                || site
                    .launches()
                    .any(|launch| launch.source == Source::Crontab)
        },
        "cron starts its jobs with a PATH of its own, in which the environment would not be found",
    ),
    (
        is_behind_sudo,
        "sudo sets PATH anew, so that the environment would not be found; leave it out where root calls it, or put `/opt/venv/bin:` before its `secure_path`",
    ),
    (
        |site| building::tools_of(site).is_none() && site.later().any(building::lacks_wheel),
        "`bdist_wheel` needs the package wheel, which a new environment has not; install it with pip",
    ),
    (
        |site| {
            site.commands()
                .any(|c| site.is_before(c) && removes_ensurepip(c))
        },
        "Python's ensurepip is removed before, without which an environment has no pip",
    ),
    (
        |site| site.stage.copied_by().any(takes_usr),
        "another stage copies from this one's /usr; copy /opt/venv there by hand",
    ),
    (
        |site| site.shipped().any(|stage| stage.services().is_for_ssh()),
        "sshd gives its sessions a PATH of its own, in which the environment would not be found",
    ),
];

/// The first that stands against an environment.
pub(super) fn known(site: &Site<'_>) -> Result<(), Remedy> {
    first(site).map_or(Ok(()), |reason| Err(reason.into()))
}

/// The same, as a sentence.
pub(super) fn first(site: &Site<'_>) -> Option<String> {
    OBSTACLES.iter().find_map(|obstacle| obstacle(site))
}

/// It makes no environments, or none for what is installed.
pub(super) fn the_python(site: &Site<'_>) -> Option<String> {
    let python = &site.python;
    let tag = site.stage.base_image().effective_tag().unwrap_or_default();
    if python.is_second {
        Some("Python 2 has no venv module; virtualenv does the same for it".to_owned())
    } else if let Some(minor) = python.minor.filter(|minor| *minor < 4) {
        Some(format!(
            "the environments of Python 3.{minor} have no pip of their own; virtualenv makes such that have"
        ))
    } else if site.is_of_image() && tag.contains("onbuild") {
        Some("the image installs requirements among the system's packages before anything here, by its ONBUILD; write these steps out over an image without it".to_owned())
    } else if let (Some(named), Some(minor)) = (python.named, python.minor)
        && named != format!("3.{minor}")
    {
        Some(format!(
            "python{named} is not the image's own, which is 3.{minor}; call Python by the name `python`"
        ))
    } else if site.is_release(ReleaseMark::NoVenv) {
        Some("this release has no python3-venv; virtualenv does the same".to_owned())
    } else if !site.is_of_image() && python.provider.is_none() {
        Some(format!(
            "no package that this stage installs is {}, so that it is not known which Python pip works for",
            python.program
        ))
    } else {
        None
    }
}

/// It runs the system's Python, which does not look into the environment.
fn program_of_the_distribution(site: &Site<'_>) -> Option<String> {
    let is_its = |name| package_is(Ecosystem::System, name, PackageMark::SystemPython);
    let mut packages = site.first.system_packages_before();
    let package = packages.find(|it| !site.is_of_image() && is_its(it.name))?;
    Some(format!(
        "{} is the distribution's and runs the system's Python, which does not look into an environment; install it with pip",
        package.name
    ))
}

fn settings(site: &Site<'_>) -> Option<String> {
    let mut keys = ["PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PYTHONHOME"].into_iter();
    let is_set = |key: &&str| {
        site.stage.env_at(site.first.command, key).is_set() || site.stage.final_env(key).is_set()
    };
    keys.find(is_set).map(|key| {
        format!("{key} is set, and pip or Python keeps to it and not to the environment; leave it out first")
    })
}

/// What pip's own settings say of where packages go: an environment knows no user's packages ("Can not perform a '--user'
/// install"), and a folder passes it by.
fn settings_of_pip(site: &Site<'_>) -> Option<String> {
    let key = site.stage.pip_is_sent_elsewhere()?;
    Some(format!(
        "pip's settings say `{key}`, and pip keeps to that and not to the environment; leave it out first"
    ))
}

/// A container sees what is mounted there, and older builders forget what is put there after it.
fn volume_over_it(site: &Site<'_>) -> Option<String> {
    let venv = ImagePath::new(VENV);
    let volumes = site.steps().filter(|step| step.is(StepKind::Volume));
    let mut folders = volumes.flat_map(|step| {
        step.words()
            .filter_map(move |w| site.stage.expand_text(w, step))
    });
    let folder = folders.find(|folder| venv.is_below(&ImagePath::new(folder)))?;
    Some(format!(
        "the volume {folder} would hide {VENV}; mount less of it"
    ))
}

fn packages_of_the_system(site: &Site<'_>) -> Option<String> {
    let place = site.steps().find_map(Step::site_packages)?;
    Some(format!(
        "`{place}` is the system's own place for packages; change it to the environment's by hand"
    ))
}

fn is_path_set_anew(site: &Site<'_>) -> bool {
    site.later_steps().any(Step::hides_first_of_path)
}

/// `. /etc/profile` sets PATH anew, in Debian's and in Alpine's.
fn reads_profile(command: Command<'_>) -> bool {
    command.is_one_of(&[".", "source"])
        && command.arg(0).is_some_and(|word| word.is("/etc/profile"))
}

fn is_install_of_another(site: &Site<'_>) -> bool {
    let is_anothers = |stage: Stage<'_>, command: Command<'_>| {
        let step = command.step();
        if step.is_onbuild() && step.is_run() {
            return !is_root_on_build(stage, step);
        }
        let user = if step.is_run() {
            stage.user_at(step)
        } else {
            stage.final_user()
        };
        !user.is_root().is_yes()
    };
    let installs = |command: Command<'_>| {
        let install = command.python_install();
        install.is_some_and(|it| it.is_by_hand() || it.destination() == Destination::System)
    };
    let mut stages = site.stages.iter();
    stages.any(|stage| {
        stage
            .commands()
            .any(|c| installs(c) && is_anothers(*stage, c))
    })
}

/// Whether a trigger of ONBUILD runs as root: its user is the one that a trigger before it names, else that of the image.
fn is_root_on_build(stage: Stage<'_>, step: Step<'_>) -> bool {
    let is_one = |it: &Step<'_>| it.is_onbuild() && it.is(StepKind::User);
    let mut users = stage.steps().filter(is_one);
    let user = users.rfind(|it| it.index() < step.index());
    let Some(user) = user else {
        return stage.final_user().is_root().is_yes();
    };
    let name = user.words().next().and_then(Word::value);
    let name = name.map(|it| it.split(':').next().unwrap_or(it));
    matches!(name, Some("0" | "root"))
}

/// Whether a program is called, or started as a service.
fn is_called(site: &Site<'_>, is_it: impl Fn(&str) -> bool) -> bool {
    site.commands()
        .chain(site.launched())
        .any(|c| is_it(c.name()) || c.service().is_some_and(&is_it))
}

fn login_shell(site: &Site<'_>) -> Option<String> {
    let is_logged_in = |command: &Command<'_>| match command.login() {
        Some(Login::User) => !site.is_before(*command),
        other => other.is_some(),
    };
    let has_login_shell = |stage: &Stage<'_>| stage.shell_at(stage.last_step()).is_login();
    let mut shipped = site.shipped();
    let remedy = if site.stage.shell_at(site.first.step()).is_login()
        || shipped.any(|stage| has_login_shell(&stage))
    {
        "leave the `-l` out of SHELL"
    } else {
        let mut others = site.launched().chain(site.started()).chain(site.beside());
        let launched = others.find(|command| command.login().is_some());
        match site.commands().find(is_logged_in).or(launched)?.login()? {
            Login::Shell => "leave the `-l` out",
            Login::User => "leave the `-` of su, or the `-l` of runuser, out",
            Login::Empty => "leave the `-i` of env out",
        }
    };
    Some(format!(
        "a login shell sets PATH anew, so that the environment would not be found; {remedy}"
    ))
}

fn is_behind_sudo(site: &Site<'_>) -> bool {
    let is_pythons = |name: &str| programs::is(name, Mark::Python) || is_pip(name);
    site.later()
        .chain(site.launched())
        .chain(site.started())
        .any(|c| c.is_wrapped_by("sudo") && is_pythons(c.name()))
}

fn removes_ensurepip(c: Command<'_>) -> bool {
    c.is("rm") && c.args().any(|word| word.mentions("ensurepip"))
}

fn takes_usr(copy: Step<'_>) -> bool {
    let mut words = copy.words();
    words
        .next()
        .is_some_and(|word| word.starts_with("/usr/") || word.is("/"))
}

fn install_by_hand(site: &Site<'_>) -> Option<String> {
    let is_by_hand = |c: &Command<'_>| c.python_install().is_some_and(|it| it.is_by_hand());
    let found = site
        .commands()
        .find(|c| site.is_before(*c) && is_by_hand(c))?;
    Some(format!(
        "`{}` puts packages among those of the system before; a virtual environment would hide them",
        found.name()
    ))
}

/// Where the file moves names of Pythons around, `python3` or `pip3` may be another's than the package
/// manager's own, or none.
fn renamed(site: &Site<'_>) -> Option<String> {
    let is_3 = |name: &&str| matches!(*name, "python3" | "pip3");
    let is_plain = |name: &&str| matches!(*name, "python" | "pip");
    let is_another = |name: &&str| {
        let is_versioned = name.starts_with("python3.") && programs::is_python(name);
        is_versioned && *name != site.python.program
    };
    let names = site
        .built()
        .filter(|_| !site.is_of_image())
        .filter_map(Command::program_names);
    let mut moved = names.filter(|it| {
        let is_told_another = it.files.iter().any(is_another);
        let is_chosen = it.command.is("update-alternatives");
        it.changed.iter().any(is_3)
            || (is_told_another && (is_chosen || it.changed.iter().any(is_plain)))
    });
    Some(format!(
        "`{}` makes `python3` or `python` a name of another Python than the one whose environment this would be; call Python by its version",
        moved.next()?.command.name()
    ))
}

/// A Python that is called from the first install on is another than the environment's, or may be.
fn stranger(site: &Site<'_>) -> Option<String> {
    let mut named = site.later().flat_map(Command::named_programs);
    named.find_map(|it| strange(site, it))
}

fn strange(site: &Site<'_>, it: NamedProgram<'_>) -> Option<String> {
    let NamedProgram { folder, name, .. } = it;
    let is_python = programs::is_python(name);
    let is_debians = site.is_of_image() && matches!(folder, "/usr/bin" | "/bin");
    if is_debians && (is_python || is_pip(name)) {
        return Some(format!(
            "{folder}/{name} is Debian's Python, not the image's own; name it without its folder"
        ));
    }
    // Python 2 stays where it is.
    if !is_python || name.starts_with("python2") || name.starts_with("pypy") {
        return None;
    }
    if !site.has(name) {
        return Some(format!(
            "an environment made by {} may have no `{name}`, and another Python would be found that does not see its packages; call it `python3`",
            site.python.program
        ));
    }
    // Alpine has no other.
    let may_be_two = name == "python" && site.is_debians() && !site.stage.makes_python_python_3();
    may_be_two.then(|| {
        "`python` may be Python 2 here, and would become the environment's Python 3; call it `python3` where that is meant"
            .to_owned()
    })
}

/// The system's Python by its whole path inside of a word, or in a variable: `PYTHON=/usr/bin/python3`,
/// `-DPYTHON_EXECUTABLE=/usr/local/bin/python3`.
fn inside_a_word(site: &Site<'_>) -> Option<String> {
    let is_wanted =
        |folder: &str, name: &str| site.is_folder_of_programs(folder) && name.starts_with("python");
    let word = site.steps().find_map(|step| step.word_holding(is_wanted))?;
    Some(format!(
        "`{}` names the system's Python by its whole path; let it say `python3` and be found",
        word.shortened()
    ))
}

/// The later commands that go over the folders in which pip put its files before, with the folder: what they
/// find there afterwards is not what they were written for.
pub(super) fn searches<'m>(site: &Site<'m>) -> impl Iterator<Item = (Command<'m>, &'m str)> {
    let is_of_packages = |path: &&str| {
        let path = ImagePath::new(path);
        matches!(path.as_str(), "/usr" | "/usr/local" | "/usr/local/lib")
            || path.as_str().starts_with("/usr/local/lib/python")
            || path.as_str().starts_with("/usr/lib/python")
    };
    let built = site.later().filter(|command| command.step().is_run());
    let searching = built.filter(|command| command.is_one_of(&["find", "ldd", "scanelf"]));
    searching.filter_map(move |command| {
        let mut paths = command.args().map(Word::literal_prefix);
        Some((command, paths.find(is_of_packages)?))
    })
}

/// `scanelf … /usr/local`, `find /usr/local … -exec ldd`: the libraries that the packages need, which stay
/// while those that only the build needed go.
fn libraries(site: &Site<'_>) -> Option<String> {
    let (command, path) = searches(site).find(|(command, _)| {
        !command.is("find") || command.has_arg("ldd") || command.has_arg("scanelf")
    })?;
    Some(format!(
        "`{}` looks for the libraries that the packages need in {path}; let it look into {VENV} too",
        command.name()
    ))
}

/// The folders of the build context that a shipped stage copies over the environment, somebody's own one; whether
/// it is known that they are there. Nobody keeps an `opt/venv` for a root of its own, and what has an ending is a file.
pub(super) fn folders_over_it(site: &Site<'_>) -> impl Iterator<Item = (String, bool)> {
    let context = site.stage.file().context();
    let paths = site
        .shipped()
        .filter_map(|it| it.final_context_path_of(VENV));
    let own = paths.filter(|path| {
        let (parent, name) = folder_and_name(path);
        !path.ends_with("opt/venv") && (name != "venv" || !parent.contains('.'))
    });
    own.filter_map(|path| match context.list(&path) {
        Answer::Found(_) => Some((path, true)),
        Answer::Unknown(_) => Some((path, false)),
        Answer::Absent => None,
    })
}

fn folder_over_it(site: &Site<'_>) -> Option<String> {
    let (path, _) = folders_over_it(site).find(|(_, is_there)| *is_there)?;
    Some(format!(
        "{path} of the build context is copied over {VENV}; leave it out by .dockerignore"
    ))
}
