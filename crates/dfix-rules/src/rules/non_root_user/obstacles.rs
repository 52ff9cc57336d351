//! What speaks against another user than root, and what may.

use dfix_catalogue::programs::{self, Kind};
use dfix_catalogue::{Family, ImageFacts, Purpose};
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::{Base, ImagePath, LowPorts, Os, Privileges, Stage, StepKind};

use super::folders::{are_scattered, writes_elsewhere};

/// Whether there is nothing to say: the start gives root's rights up by itself, the file is a base for
/// others, or nothing is known of who runs what.
pub(crate) fn is_no_case(stage: Stage<'_>) -> bool {
    let user = stage.final_user();
    let runtime = stage.runtime();
    match runtime.privileges() {
        Privileges::Drops(_) => return true,
        Privileges::NothingStarts => match silence(stage) {
            // Its own command does what it does as whoever it is for, whatever port that opens.
            Silence::Quiet if runtime.low_port().is_none() || gives_up_root(stage) => return true,
            Silence::Quiet | Silence::Service | Silence::Application => {}
        },
        Privileges::Prompt(_) | Privileges::Root { .. } | Privileges::Nobody => {}
    }
    let is_silent = *runtime.privileges() == Privileges::Nobody
        && runtime.unprivileged().is_none()
        && runtime.low_port().is_none()
        && runtime.open().next().is_none();
    user.is_root().is_unknown() && (user.step.is_some() || is_silent)
}

/// Whether a `USER` of the stage, or of one that it is based on, leaves it at root, and nothing says what is started then.
pub(crate) fn is_left_at_root(stage: Stage<'_>) -> bool {
    let user = stage.final_user();
    user.step.is_some()
        && user.is_root().is_yes()
        && !gives_up_root(stage)
        && *stage.runtime().privileges() == Privileges::NothingStarts
}

/// An obstacle: what a person could do about it, where it is there.
type Obstacle = fn(Stage<'_>) -> Option<Remedy>;

/// What is known to need root, or to leave no way for another user; the first of them is told.
///
/// # Errors
/// What it is, and what a person could do.
pub(crate) fn known(stage: Stage<'_>) -> Result<(), Remedy> {
    let obstacles: &[Obstacle] = &[
        |s| match s.runtime().privileges() {
            Privileges::Prompt(program)
                if programs::find(program)
                    .is_some_and(|it| matches!(it.kind(), Kind::Helper | Kind::Builtin)) =>
            {
                Some(remedy!(
                    "only {program} is started, and whether it can do its work as another user depends on the files that it \
                 is given: add a USER by hand if those are not root's"
                ))
            }
            Privileges::Prompt(program) if program.is_empty() => Some(remedy!(
                "the start names no program: say by CMD or ENTRYPOINT what is started, and add a USER by hand if it needs no root"
            )),
            Privileges::Prompt(program) => Some(remedy!(
                "{program} waits for what a person types, and whether that needs root is not known; add a USER by hand if it does not"
            )),
            Privileges::Root { program, why } => Some(remedy!("{program}: {why}")),
            _ => None,
        },
        |s| {
            let port = s.runtime().low_port()?;
            match s.low_ports() {
                LowPorts::Closed(launch) => Some(remedy!(
                    "{port}: {launch} may be started where only root listens below 1024 (Podman, or Kubernetes with a containerd before 2.0); let the application listen on a port above, and map it there"
                )),
                LowPorts::Open(_) | LowPorts::Unknown(_) => None,
            }
        },
        |s| {
            let (program, why) = service_of_base(s)?;
            Some(remedy!("`{program}`, which the base image starts: {why}"))
        },
        |s| {
            let user = user_of_server(s)?;
            Some(remedy!(
                "the base image has a user of its own for its server, `{user}`, whom that becomes when the base image starts it: let it do so, or set `USER {user}` by hand"
            ))
        },
        |s| {
            (silence(s) == Silence::Service && s.runtime().is_silent()).then(|| remedy!("the base image's own command must start as root; a variant of it that does not may exist (nginxinc/nginx-unprivileged for nginx)"))
        },
        |s| {
            s.final_workdir().filter(|folder| ImagePath::new(folder).is_below(&ImagePath::new("/root"))).map(|_| remedy!("the working directory lies in /root, which no other user may enter; move the application, to /app for instance"))
        },
        |s| {
            let (file, right) = s.application_sources().right()?;
            Some(remedy!(
                "`{}` (line {}) uses `{}`, which takes root's rights; add a USER by hand if the application works without them",
                file.context_path,
                right.line,
                right.what
            ))
        },
        |s| {
            writes_elsewhere(s).map(|(who, path)| remedy!("{who} writes {path} when the container starts, in a place that is root's; let it write below the working directory"))
        },
        |s| {
            s.left_at_roots_home().filter(|left| left.is_certain).map(|left| {
                if left.is_named {
                    remedy!("{} names a place in root's home, which no other user may enter; name one elsewhere, or make the user before and switch to it there", left.what)
                } else {
                    remedy!("{} puts things into root's home, which no other user may enter; put them elsewhere, or make the user before and switch to it there", left.what)
                }
            })
        },
        |s| {
            are_scattered(s).then(|| remedy!("the application's files lie in too many folders to say which it writes to; make the user by hand, or name one folder by WORKDIR"))
        },
        |s| {
            s.root_rights().are_asked_by_label().then(|| remedy!("a LABEL asks for rights that a user other than root does not get; add a USER by hand if the application works without them"))
        },
        |s| {
            s.root_rights().given_by_a_launch().map(|(right, launch)| remedy!("{launch} gives the container {right}, which a user other than root cannot use; add a USER by hand if the application works without it"))
        },
        |s| {
            s.root_rights().variable_of_a_system().map(|variable| remedy!("`ENV {variable}` lets the base image's entry point mount and start what only root may; add a USER by hand if the application works without it"))
        },
        |s| {
            s.root_rights().is_github_action().then(|| remedy!("GitHub starts the containers of its actions as root, as the files that it mounts are root's; leave it so"))
        },
        |s| {
            let child = s
                .file()
                .stages()
                .find(|child| child.base() == Base::Stage(s))?;
            let name = child.name().map_or_else(
                || format!("stage {}", child.index()),
                |name| format!("stage `{name}`"),
            );
            Some(remedy!(
                "{name} is based on this one and would run its instructions as this one's user; add `USER` to both by hand, or let both be based on a third"
            ))
        },
        |s| {
            has_triggers(s).then(|| remedy!("the images that are based on this one run its ONBUILD instructions as its user; add the USER to those, or an `ONBUILD USER` after the others"))
        },
        |s| {
            (s.os() == Os::Linux && !s.shell_at(s.last_step()).is_posix()).then(|| remedy!("SHELL names something that is not a POSIX shell, for which dfix writes no commands; make the user by hand"))
        },
        |s| {
            s.root_rights().uses_docker_socket().then(|| remedy!("the Docker socket is root's; give the container a group that may use it, then add a USER by hand"))
        },
    ];
    obstacles
        .iter()
        .find_map(|obstacle| obstacle(stage))
        .map_or(Ok(()), Err)
}

/// What could not be established of the start and of the base image.
pub(crate) fn possible(stage: Stage<'_>, listens_everywhere: bool) -> Vec<OpenCondition> {
    let mut open = of_start(stage, listens_everywhere);
    if *stage.runtime().privileges() == Privileges::NothingStarts {
        // What a language's image starts by itself waits for what a person types.
        let started = stage.runtime().started_by_base();
        let started = started.filter(|_| silence(stage) != Silence::Application);
        open.push(match started {
            Some(program) => OpenCondition::new(
                format!(
                    "whether `{program}`, which the base image starts, works as another user than root"
                ),
                "start it once as another user, then set USER by hand",
            ),
            None => OpenCondition::new(
                "what the container starts, of which the file says nothing",
                "name it by CMD",
            ),
        });
    }
    if stage.final_user().is_root().is_unknown() {
        open.push(OpenCondition::new(
            format!(
                "whether {} runs as root by itself",
                stage.base_image().text().unwrap_or("the base image")
            ),
            "look at the User of its configuration (`docker inspect`)",
        ));
    }
    open
}

/// What could not be established of what is started.
pub(crate) fn of_start(stage: Stage<'_>, listens_everywhere: bool) -> Vec<OpenCondition> {
    let mut open: Vec<OpenCondition> = stage.runtime().open().cloned().collect();
    open.extend(stage.runtime().open_of_checks().cloned());
    if let Some(left) = stage.left_at_roots_home() {
        open.push(OpenCondition::new(
            format!(
                "whether {} leaves in root's home what the application needs",
                left.what
            ),
            "look what it writes, or run it as the application's user",
        ));
    }
    if let Some(port) = stage.runtime().low_port()
        && let LowPorts::Unknown(by) = stage.low_ports()
        && !listens_everywhere
    {
        let by = by.map_or_else(String::new, |it| format!(", perhaps by {it}"));
        open.push(OpenCondition::new(
            format!("whether users other than root may listen below 1024 where the container is started{by} ({port})"),
            "Docker lets them since 20.10; `low-ports = true` below `[assume]` in dfix.toml says that yours does, or let the application listen on a port above",
        ));
    }
    open
}

/// That a port below 1024 is anybody's where the container is started, if the project says so.
pub(crate) fn port_of_all(stage: Stage<'_>) -> Option<String> {
    let port = stage.runtime().low_port()?;
    match stage.low_ports() {
        LowPorts::Open(launch) => Some(format!(
            "{port}: Docker, which starts {launch}, lets every user listen on it (since 20.10)"
        )),
        LowPorts::Closed(_) | LowPorts::Unknown(_) => None,
    }
}

fn has_triggers(stage: Stage<'_>) -> bool {
    stage.steps().any(|s| {
        s.is_onbuild()
            && matches!(
                s.kind(),
                StepKind::Run | StepKind::Copy | StepKind::Add | StepKind::Workdir
            )
    })
}

/// What it means that the file names no start.
#[derive(PartialEq, Eq)]
enum Silence {
    /// The image is a base for others, or its own command knows what to do.
    Quiet,
    /// The base image's command must be root.
    Service,
    /// An application is copied into it, which is started from outside.
    Application,
}

/// Whether the base image's own start gives root's rights up.
fn gives_up_root(stage: Stage<'_>) -> bool {
    crate::base::facts(stage).is_some_and(|facts| facts.drops_privileges)
}

/// The user that the server of a base image becomes, where the image is there for that server.
fn user_of_server(stage: Stage<'_>) -> Option<&'static str> {
    let is_one = |it: &ImageFacts| it.drops_privileges && it.family == Family::Service;
    let facts = crate::base::facts(stage).filter(is_one)?;
    let mut users = facts.users();
    Some(users.find(|it| it.purpose == Purpose::Service)?.name)
}

/// The program that the base image itself starts and that needs root at the start, and what for.
fn service_of_base(stage: Stage<'_>) -> Option<(&'static str, &'static str)> {
    let program = stage.runtime().started_by_base()?;
    match programs::privileges(program) {
        programs::Privileges::Root(why) => Some((program, why)),
        _ => None,
    }
}

fn silence(stage: Stage<'_>) -> Silence {
    let Some(facts) = crate::base::facts(stage) else {
        return Silence::Quiet;
    };
    let puts_something = || stage.base_chain().flat_map(Stage::copies).next().is_some();
    if facts.needs_root || (service_of_base(stage).is_some() && puts_something()) {
        return Silence::Service;
    }
    if gives_up_root(stage) {
        return Silence::Quiet;
    }
    let is_application = facts.family.is_of_a_language()
        && stage
            .steps()
            .any(|s| s.is_copy_or_add() && s.source().is_none() && !s.is_onbuild());
    if is_application {
        Silence::Application
    } else {
        Silence::Quiet
    }
}
