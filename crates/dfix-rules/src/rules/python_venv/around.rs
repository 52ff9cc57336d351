//! What goes around a virtual environment: it finds the system's Python by other means than PATH, or has
//! put something there before.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::Destination;
use dfix_model::StepKind;
use dfix_model::catalogue::Family;
use dfix_model::context::Answer;
use dfix_model::{Command, Origin, PackageCommand, PackageManager, Stage, Step, Word};

use super::venv::standing_on;

pub(crate) fn is_pythons_tool(command: Command<'_>) -> bool {
    crate::programs::is_pythons(command.name()) || command.name().starts_with("pip")
}

/// `python setup.py install`, `easy_install`: into the system's packages, past pip.
pub(crate) fn is_installed_by_hand(command: Command<'_>) -> bool {
    let setup = command
        .args()
        .next()
        .is_some_and(|w| w.literal_prefix().ends_with("setup.py"))
        && command.args().any(|w| w.is("install") || w.is("develop"));
    command.name().starts_with("easy_install")
        || (crate::programs::is_python(command.name()) && setup)
}

/// Whether the build runs the command before the first install. What the container runs comes later,
/// wherever it is written.
pub(crate) fn is_before(command: Command<'_>, first: &PackageCommand<'_>) -> bool {
    command.step().is_run() && command.range().start() < first.range().start()
}

/// Where pip is called for one version of Python by name and later commands call another by the plain one,
/// which may be the distribution's own: an environment gives both names to the one that made it.
pub(crate) fn other_pythons(
    stage: Stage<'_>,
    first: &PackageCommand<'_>,
    named: Option<&str>,
) -> Option<OpenCondition> {
    let version = named?;
    let plain = standing_on(stage)
        .flat_map(Stage::commands)
        .filter(|c| !is_before(*c, first))
        .map(Command::executable_name)
        .find(|name| matches!(*name, "pip" | "pip3" | "python" | "python3"))?;
    Some(OpenCondition {
        condition: format!("whether {plain} means Python {version} too"),
        remedy: "call Python by one name".to_owned(),
    })
}

/// Whether uv is told to install into the system's Python, also where a variable says so: it passes
/// environments by, whatever PATH says.
pub(crate) fn uses_uv_of_system(step: Step<'_>) -> bool {
    let text = &step.file().text()[step.range()];
    text.contains("UV_SYSTEM_PYTHON") || (text.contains("uv pip") && text.contains("--system"))
}

/// What an environment of Python 3.12 and later lacks, and the system has by a package of its own.
pub(crate) fn setuptools<'n>(
    mut packages: impl Iterator<Item = &'n str>,
    tag: &str,
) -> Option<OpenCondition> {
    const OLDER: &[&str] = &[
        "14", "15", "16", "17", "18", "19", "20", "21", "22", "8", "9", "10", "11", "12", "xenial",
        "bionic", "focal", "jammy", "jessie", "stretch", "buster", "bullseye", "bookworm", "cuda",
    ];
    if OLDER.iter().any(|release| tag.starts_with(release)) {
        return None;
    }
    let name = packages.find(|n| {
        matches!(
            *n,
            "python3-setuptools" | "python3-pkg-resources" | "py3-setuptools"
        )
    })?;
    Some(OpenCondition {
        condition: format!(
            "whether something needs {name}, which an environment of Python 3.12 and later has not"
        ),
        remedy: "install setuptools with pip".to_owned(),
    })
}

/// Whether what the container starts is a file of the application's own, of which its first line decides
/// what runs it: `/app/serve`, and nothing that the system, pip or another stage of the file has made.
pub(crate) fn is_file_of_somebody(stage: Stage<'_>, program: &str) -> bool {
    const TOOLS: &[&str] = &[
        "/bin/",
        "/sbin/",
        "/usr/",
        "/opt/venv/",
        "/tini",
        "/dumb-init",
    ];
    if !program.contains('/') || TOOLS.iter().any(|folder| program.starts_with(folder)) {
        return false;
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    let is_of_stage = stage
        .base_chain()
        .flat_map(|s| s.steps_of(StepKind::Copy))
        .filter(|copy| copy.source().is_some())
        .flat_map(Step::words)
        .filter_map(Word::value)
        .any(|word| word.trim_end_matches('/').rsplit('/').next() == Some(name));
    !is_of_stage
}

/// What came before the first install and may have put packages among those of the system, or a name for
/// the system's Python beside PATH.
pub(crate) fn before(stage: Stage<'_>, first: &PackageCommand<'_>) -> Vec<OpenCondition> {
    let is_official = crate::base::facts(stage).is_some_and(|f| f.family == Family::Python);
    let mut open: Vec<OpenCondition> = tools_below(stage).into_iter().collect();
    for command in stage.base_chain().flat_map(Stage::build_commands) {
        let is_before = is_before(command, first);
        if !is_official && is_before && command.words().any(|w| w.source_text().contains("get-pip"))
        {
            open.push(OpenCondition {
                condition: "whether the packages can do with the environment's own pip, which is older than the one that get-pip installs".to_owned(),
                remedy: "upgrade pip with pip first".to_owned(),
            });
        }
        if is_official && links_the_systems_python(command) {
            open.push(OpenCondition {
                condition:
                    "whether something calls the system's Python by the link that is made to it"
                        .to_owned(),
                remedy: "let the link name /opt/venv/bin/python".to_owned(),
            });
        }
        if let Some(script) = script_of_context(stage, command).filter(|_| is_before) {
            match stage.read_at(&script, command).found() {
                Some(text) if !text.contains("pip") && !text.contains("setup.py") => {}
                _ => open.push(OpenCondition {
                    condition: format!(
                        "whether {script} puts packages among those of the system before"
                    ),
                    remedy: "run it after the environment is made".to_owned(),
                }),
            }
        }
    }
    open
}

/// `ln -s /usr/local/bin/python3 /usr/bin/python3`.
fn links_the_systems_python(command: Command<'_>) -> bool {
    command.is("ln")
        && command
            .args()
            .filter_map(Word::value)
            .find(|w| !w.starts_with('-'))
            .and_then(|w| w.strip_prefix("/usr/local/bin/"))
            .is_some_and(crate::programs::is_python)
}

/// A script that a command of the build runs, by a path of its own.
pub(crate) fn script_of_context(stage: Stage<'_>, command: Command<'_>) -> Option<String> {
    if !command.step().is_run() {
        return None;
    }
    let is_shell = command.is_one_of(&["sh", "bash", "ash", "dash", ".", "source"]);
    let word = if is_shell {
        command.args().find(|w| !w.starts_with("-"))
    } else {
        command.executable()
    };
    let path = stage.expand_text(word?, command)?;
    let is_own = path.strip_suffix(".sh").is_some()
        || (path.contains('/')
            && !is_shell
            && !path.contains("/bin/")
            && !path.contains("/sbin/")
            && !path.starts_with("/etc/init.d/")
            && !path.contains("node_modules/")
            && !is_of_autoconf(&path));
    (is_own && !command.has_inner()).then_some(path)
}

/// What builds a program of the system from its source, and is no script of the file's author.
fn is_of_autoconf(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    programs::is(name, Mark::BuildScript)
}

/// Whether Ansible is installed for the Python of the distribution: on the machine itself its modules run
/// by the Python that it finds there, which is the system's.
pub(crate) fn ansible(stage: Stage<'_>) -> Option<OpenCondition> {
    let is_ansibles = |text: &str| text.contains("ansible") || text.contains("molecule");
    let packages = ["ansible", "ansible-core", "ansible-base", "molecule"];
    let is_there = standing_on(stage).any(|s| {
        packages.iter().any(|name| s.python_packages().has(name))
            || s.commands().any(|c| {
                is_ansibles(c.name())
                    || (is_pythons_tool(c) && c.args().any(|w| is_ansibles(w.source_text())))
            })
    });
    is_there.then(|| OpenCondition {
        condition: "whether Ansible's modules need what pip installs: on localhost they run by the system's Python".to_owned(),
        remedy: "set `ansible_python_interpreter` to /opt/venv/bin/python3 there".to_owned(),
    })
}

/// A package of pip's that belongs, by its name, to a program of the distribution: that runs by the
/// system's Python and would not find it in the environment.
pub(crate) fn plugin_of_the_systems(stage: Stage<'_>) -> Option<OpenCondition> {
    let installed = &stage.python_packages().known;
    let names: Vec<String> = installed
        .iter()
        .map(|package| dfix_model::requirements::normal_python_name(&package.name))
        .collect();
    let (program, plugin) = standing_on(stage)
        .flat_map(super::services::packages)
        // docker-compose is a program of its own.
        .filter(|program| program.len() > 3 && program != "docker")
        .filter(|program| !program.starts_with("python"))
        .find_map(|program| {
            let is_its = |name: &&String| {
                name.strip_prefix(program.as_str())
                    .is_some_and(|rest| rest.starts_with('-'))
            };
            let plugin = names.iter().find(is_its)?.clone();
            let is_pips_too = names.contains(&program);
            (!is_pips_too).then_some((program, plugin))
        })?;
    Some(OpenCondition {
        condition: format!(
            "whether {program}, which runs by the system's Python, loads {plugin}: it does not see the environment"
        ),
        remedy: format!("install {program} with pip too"),
    })
}

/// The package that brings `python`, the name of Python 2, along: an environment takes that name over.
///
/// In older releases Node's packages bring it too, and node-gyp calls it by that name.
pub(crate) fn python_2(stage: Stage<'_>, first: &PackageCommand<'_>) -> Option<OpenCondition> {
    let builds_for_node = is_old(stage.base_image().effective_tag().unwrap_or_default())
        && standing_on(stage).flat_map(Stage::build_commands).any(|c| {
            !is_before(c, first)
                && (c.is_wrapped_by("npx")
                    || c.is_one_of(&["node-gyp", "npm", "npx", "pnpm", "yarn"]))
        });
    let of_python_2 = |name: &String| {
        let is_of_3 = name.ends_with("-is-python3") || name.ends_with("-common");
        let is_of_node = builds_for_node && matches!(name.as_str(), "node-gyp" | "nodejs" | "npm");
        ((name == "python" || name == "python2" || name.starts_with("python-")) && !is_of_3)
            || is_of_node
    };
    let name = standing_on(stage).find_map(|s| super::services::packages(s).find(of_python_2))?;
    Some(OpenCondition {
        condition: format!(
            "whether something calls `python` and means Python 2, which {name} brings along"
        ),
        remedy: "call it `python2` there".to_owned(),
    })
}

/// Whether the tag is of a release of Debian or Ubuntu that calls Python 2 `python`.
fn is_old(tag: &str) -> bool {
    const RELEASES: &[&str] = &[
        "14.", "15.", "16.", "17.", "18.", "19.", "artful", "bionic", "buster", "cosmic", "disco",
        "eoan", "jessie", "stretch", "trusty", "xenial", "zesty",
    ];
    let is_debians = ["8", "9", "10"].iter().any(|release| {
        tag.strip_prefix(release)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    });
    is_debians && !tag.contains("cuda") || RELEASES.iter().any(|release| tag.contains(release))
}

/// Whether the image's own tag is not known, so that its Python may be too old to make environments.
pub(crate) fn unknown_release(stage: Stage<'_>) -> Option<OpenCondition> {
    let image = stage.base_image();
    image.effective_tag().is_none().then(|| OpenCondition {
        condition:
            "whether the image's Python is new enough to make environments: its tag is not known"
                .to_owned(),
        remedy: "write the tag before the digest, or give the `ARG` a default".to_owned(),
    })
}

/// Whether a folder `venv` of the build context, somebody's own environment, is copied over this one.
pub(crate) fn copied_over(stage: Stage<'_>) -> Result<Option<OpenCondition>, String> {
    for standing in standing_on(stage).filter(|s| s.is_shipped()) {
        let path = standing.final_context_path_of(super::VENV);
        // Nobody keeps an `opt/venv` for a root of its own, and what has an ending is a file.
        let is_likely = |path: &String| {
            let parent = path.strip_suffix("/venv").unwrap_or("");
            !path.ends_with("opt/venv") && !parent.contains('.')
        };
        let Some(path) = path.filter(is_likely) else {
            continue;
        };
        match stage.file().context().list(&path) {
            Answer::Found(_) => {
                return Err(format!(
                    "{path} of the build context is copied over /opt/venv; leave it out by .dockerignore"
                ));
            }
            Answer::Absent => {}
            Answer::Unknown(_) => {
                return Ok(Some(OpenCondition {
                    condition: format!(
                        "whether the build context has a folder {path}, which would be copied over the environment"
                    ),
                    remedy: "run dfix where the build context is, or name `venv` in .dockerignore"
                        .to_owned(),
                }));
            }
        }
    }
    Ok(None)
}

/// Where an argument of the build decides which Python the image has, the pip of its default may be none
/// for another.
pub(crate) fn other_release(stage: Stage<'_>, pip: &str) -> Option<OpenCondition> {
    let tag = stage.base_image().tag.as_ref()?;
    (tag.origin != Origin::Literal).then(|| OpenCondition {
        condition: format!(
            "whether pip {pip} fits the Python that the build is given by an argument"
        ),
        remedy: "upgrade pip with pip first, or write the tag out".to_owned(),
    })
}

/// What a stage below this one installs for the system's Python: no more than pip and its like, but an
/// environment has them in the versions that Python brings.
fn tools_below(stage: Stage<'_>) -> Option<OpenCondition> {
    let package = stage
        .base_chain()
        .skip(1)
        .flat_map(|below| below.installs(PackageManager::Pip).collect::<Vec<_>>())
        .filter(|pip| !pip.step().is_onbuild() && pip.destination() == Destination::System)
        .flat_map(|pip| pip.packages())
        .find_map(|package| package.name)?;
    Some(OpenCondition {
        condition: format!(
            "whether the packages can do without the {package} of the stage below, which an environment does not see"
        ),
        remedy: "install it with the others".to_owned(),
    })
}
