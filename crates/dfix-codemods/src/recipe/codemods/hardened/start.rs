//! How a container of a hardened image starts: users, ports, entry point.

use dfix_catalogue::{Family, HardenedImage, ImageFacts, ImageMark, image, image_is};
use dfix_engine::{Case, Effect, OpenCondition, Remedy, remedy};
use dfix_model::{Stage, Step, StepKind, Word};

use super::stage_needs::Needs;

/// Refuses users that the image has not, and nothing makes.
pub(crate) fn users(
    stage: Stage<'_>,
    new: &HardenedImage,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let steps = || stage.with_descendants().flat_map(Stage::steps);
    let is_made = |name: &str| {
        let makes = ["useradd", "adduser", "usermod"];
        let mut commands = steps().flat_map(Step::commands);
        commands.any(|it| it.is_one_of(&makes) && it.args().any(|word| word.is(name)))
    };
    for step in steps() {
        let named = if step.is(StepKind::User) {
            step.word().and_then(Word::value)
        } else {
            owner(step)
        };
        let Some(name) = named.and_then(|it| it.split(':').next()) else {
            continue;
        };
        let is_number = name.bytes().all(|it| it.is_ascii_digit());
        if !is_number && !new.has_user(name) && !is_made(name) {
            return Err(remedy!(
                "line {} names the user `{name}`, which the hardened image has not: it runs as `{}`",
                step.line(),
                new.user
            ));
        }
    }
    let is_set = steps().any(|it| it.is(StepKind::User));
    let is_shipped = stage.with_descendants().any(Stage::is_shipped);
    if new.user != "root" && !is_set && is_shipped {
        case.open(OpenCondition::new(
            format!(
                "whether it runs as `{}`, which may not write where root may",
                new.user
            ),
            "give it the folders that it writes to (`COPY --chown`), and start it once",
        ));
        low_ports(stage, new.user, case);
    }
    Ok(())
}

/// Whom a COPY gives its files to.
fn owner(step: Step<'_>) -> Option<&str> {
    step.flag("chown")?.value()?.value()
}

/// Ports below 1024, which a user other than root may not be allowed to open.
fn low_ports(stage: Stage<'_>, user: &str, case: &mut Case<'_>) {
    let ports = stage.with_descendants().flat_map(Stage::ports);
    let low = ports.filter_map(|it| it.range).find(|it| it.0 < 1024);
    if let Some((port, _)) = low {
        case.open(OpenCondition::new(
            format!("whether `{user}` may listen on port {port}"),
            "let it listen on a port from 1025 on, and publish that",
        ));
    }
}

/// What the image starts by itself, where the stage does not say it.
pub(crate) fn of_docker(
    stage: Stage<'_>,
    repository: &str,
    old: &ImageFacts,
    new: &HardenedImage,
    case: &mut Case<'_>,
) {
    let steps = || stage.with_descendants().flat_map(Stage::steps);
    let is_set = |kind: StepKind| steps().any(|it| it.is(kind));
    if !stage.with_descendants().any(Stage::is_shipped) {
        return;
    }
    let before = old.entrypoint().map(|it| it.collect::<Vec<_>>().join(" "));
    let command = old.command().map(|it| it.collect::<Vec<_>>().join(" "));
    data(stage, old, new.name, case);
    let told = |it: &str| match it {
        "" => "nothing".to_owned(),
        it => format!("`{it}`"),
    };
    let unknown = || "not known".to_owned();
    let starts_itself = !is_set(StepKind::Cmd) && !is_set(StepKind::Entrypoint);
    if starts_itself {
        let both = |entrypoint: &str, command: &str| {
            let words = entrypoint.split(' ').chain(command.split(' '));
            let names: Vec<&str> = words
                .filter(|it| !it.is_empty())
                .map(|it| it.rsplit('/').next().unwrap_or(it))
                .collect();
            names.join(" ")
        };
        let old = before.zip(command).map(|(one, two)| both(&one, &two));
        let new = both(new.entrypoint, new.command);
        if old.as_deref() != Some(&*new) {
            case.open(OpenCondition::new(
                format!(
                    "whether it starts what it should: it is {}, and was {}",
                    told(&new),
                    old.as_deref().map_or_else(unknown, told)
                ),
                "set ENTRYPOINT and CMD",
            ));
        }
    } else if !is_set(StepKind::Entrypoint) && before.as_deref() != Some(new.entrypoint) {
        case.open(OpenCondition::new(
            format!(
                "whether it starts without a difference: the entry point is {}, and was {}",
                told(new.entrypoint),
                before.as_deref().map_or_else(unknown, told)
            ),
            "set ENTRYPOINT, or see what the old one did",
        ));
    }
    if !image_is(repository, ImageMark::KeepsPorts) {
        case.open(ports(stage, new.ports));
    }
}

/// The ports that the image listens on by itself, whatever starts it, where the stage does not name one of them: a server's settings
/// say them, not its command.
pub(super) fn ports(stage: Stage<'_>, own: &str) -> Option<OpenCondition> {
    if !stage.with_descendants().any(Stage::is_shipped) {
        return None;
    }
    let exposed = stage.with_descendants().flat_map(Stage::ports);
    let mut numbers = exposed.filter_map(|it| it.range).map(|it| it.0.to_string());
    let own: Vec<&str> = own.split(' ').filter(|it| !it.is_empty()).collect();
    (!own.is_empty() && numbers.all(|it| !own.contains(&it.as_str()))).then(|| {
        OpenCondition::new(
            format!(
                "whether whoever starts it reaches it: the image listens on port {}",
                own.join(", ")
            ),
            "publish that port, or give it settings of your own",
        )
    })
}

/// What a service keeps: data, and settings.
pub(crate) fn data(stage: Stage<'_>, old: &ImageFacts, new: &str, case: &mut Case<'_>) {
    if old.family != Family::Service || !stage.with_descendants().any(Stage::is_shipped) {
        return;
    }
    let (condition, remedy) = match new {
        "postgres" => (
            "whether its data stay: they are below /var/lib/postgresql/VERSION/data, and its user has the number 70, not 999",
            "set PGDATA to where the volume is mounted, and give what is there to 70",
        ),
        _ => (
            "whether its data and settings stay: the folders, variables and numbers of users of the old image may be others",
            "compare what both images say of them before it is started on a volume with data",
        ),
    };
    case.open(OpenCondition::new(condition, remedy));
}

/// Chainguard's images run as a user of their own, and start their program whatever CMD says.
pub(crate) fn of_chainguard(
    stage: Stage<'_>,
    name: &str,
    tag: &str,
    needs: &Needs,
    case: &mut Case<'_>,
) {
    let old = image(name, tag);
    let steps = || stage.with_descendants().flat_map(Stage::steps);
    let first_run = stage.steps().find(|it| it.is_run());
    let is_user_before = |run: Step<'_>| {
        stage
            .steps()
            .any(|it| it.is(StepKind::User) && it.index() < run.index())
    };
    if needs.has_run() && first_run.is_none_or(|it| !is_user_before(it)) {
        case.declare(Effect::Inserted {
            stage: stage.index(),
            keyword: "USER",
        });
        case.declare(Effect::User {
            stage: stage.index(),
        });
        case.evidence("its own user may not install anything: what runs goes on to run as root");
        case.fix(|edit| edit.insert_instruction_after(stage.from_step(), "USER root"));
    } else if needs.is_shipped() && !steps().any(|it| it.is(StepKind::User)) {
        case.open(OpenCondition::new(
            "whether it runs as `nonroot` (65532), which may not write where root may",
            "give it the folders that it writes to (`COPY --chown=65532`), and start it once",
        ));
        low_ports(stage, "nonroot", case);
    }
    if !needs.is_shipped() || steps().any(|it| it.is(StepKind::Entrypoint)) {
        return;
    }
    let had_none = old.entrypoint().is_some_and(|it| it.count() == 0);
    let command = stage
        .with_descendants()
        .filter(|it| it.is_shipped())
        .flat_map(Stage::steps)
        .find(|it| it.is(StepKind::Cmd));
    match command.filter(|_| had_none) {
        Some(command) => {
            let of = command.stage().unwrap_or(stage);
            case.declare(Effect::Inserted {
                stage: of.index(),
                keyword: "ENTRYPOINT",
            });
            case.evidence("the old image has no entry point, and Chainguard's start their program: `ENTRYPOINT []` leaves CMD what it was");
            case.fix(|edit| edit.insert_instruction_before(command, "ENTRYPOINT []"));
        }
        None => {
            case.open(OpenCondition::new(
                "what its entry point makes of the command",
                "look into the image, and set ENTRYPOINT and CMD",
            ));
        }
    }
}
