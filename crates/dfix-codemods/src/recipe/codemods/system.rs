//! What a stage asks of its system, where its image comes to another one or to another release of it.

mod changes;
mod installed;
mod unread;

use dfix_catalogue::{Distribution, Foundation, PackagePresence, image, package_presence};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::{Call, Command, PackageCommand, PackageManager, Stage};

use self::installed::Installed;
use crate::matching::reference::Reference;

/// What a stage and those that are based on it run.
pub(super) struct Runs<'m> {
    stage: Stage<'m>,
    /// The commands of the file, and those of scripts of the build context that were read.
    commands: Vec<Command<'m>>,
}

impl<'m> Runs<'m> {
    fn of(stage: Stage<'m>) -> Self {
        let mut commands: Vec<Command<'m>> = Vec::new();
        for stage in stage.with_descendants() {
            commands.extend(stage.commands());
            let of_scripts = |it: &Call<'_>| it.command.is_of_script() && !it.site.is_run_time();
            let calls = stage.calls().commands.into_iter().filter(of_scripts);
            commands.extend(calls.map(|it| it.command));
        }
        Runs { stage, commands }
    }

    /// Its commands of the system's package managers.
    fn managers(&self) -> impl Iterator<Item = PackageCommand<'m>> {
        let commands = self.commands.iter();
        let managers = commands.filter_map(|it| PackageCommand::of(*it));
        managers.filter(|it| system_of(it.manager).is_some())
    }
}

/// Whether commands of the stage ask for a system that the new image has not, and what the system must have.
///
/// # Errors
/// What a person must change before.
pub(super) fn look(
    stage: Stage<'_>,
    reference: &Reference<'_>,
    (repository, tag): (&str, &str),
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let image_ref = &reference.position.image;
    let old = match (image_ref.name(), image_ref.effective_tag()) {
        (Some(name), Some(tag)) => image(name, tag).foundation,
        _ => None,
    };
    let new = image(repository, tag).foundation;
    let runs = Runs::of(stage);
    let mut managers = runs.managers();
    let Some(new) = new else {
        case.open(managers.next().map(|it| {
            OpenCondition::new(
                format!("whether `{repository}:{tag}` has `{}`", it.program_name()),
                "build it once",
            )
        }));
        return Ok(());
    };
    let is_foreign = |it: &PackageCommand<'_>| system_of(it.manager) != Some(kind_of(&new));
    if let Some(command) = managers.find(is_foreign) {
        return Err(remedy!(
            "`{}` is called and `{repository}:{tag}` is based on {}, which has not got it: change the installation, too",
            command.program_name(),
            told(&new)
        ));
    }
    drop(managers);
    if let Some(old) = &old
        && old.same_release(&new) == Some(true)
    {
        case.evidence(format!("both are based on {}", told(&new)));
        return Ok(());
    }
    let installed = Installed::of(&runs, &new);
    let unread = unread::conditions(&runs, &new);
    if installed.is_empty() && unread.is_empty() {
        case.evidence(format!(
            "no package of the system is installed; the new image is based on {}",
            told(&new)
        ));
    }
    case.open(installed.conditions(&new));
    changes::look(&runs, &installed, old.as_ref(), &new, case);
    case.open(unread);
    Ok(())
}

/// Whether a release has packages: what is not known, and what is not there.
pub(crate) fn packages_there(foundation: &Foundation, names: &[&str]) -> Option<OpenCondition> {
    use PackagePresence as P;
    let is_there =
        |name: &&&str| matches!(package_presence(foundation, name), P::Present | P::Provided);
    let doubtful: Vec<&str> = names.iter().filter(|it| !is_there(it)).copied().collect();
    (!doubtful.is_empty()).then(|| {
        OpenCondition::new(
            format!("whether {} has {}", told(foundation), doubtful.join(", ")),
            "see the names there, and build it once",
        )
    })
}

/// What a package manager installs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Debian,
    Alpine,
    Other,
}

fn system_of(manager: PackageManager) -> Option<System> {
    match manager {
        PackageManager::Apt => Some(System::Debian),
        PackageManager::Apk => Some(System::Alpine),
        PackageManager::Dnf | PackageManager::Zypper | PackageManager::Pacman => {
            Some(System::Other)
        }
        _ => None,
    }
}

fn kind_of(foundation: &Foundation) -> System {
    match foundation.distribution {
        Distribution::Debian | Distribution::Ubuntu => System::Debian,
        Distribution::Alpine => System::Alpine,
        _ => System::Other,
    }
}

/// How messages name what an image is based on.
pub(crate) fn told(foundation: &Foundation) -> String {
    let name = format!("{:?}", foundation.distribution);
    match foundation.release {
        Some(release) => format!("{name} {release}"),
        None => name,
    }
}

/// The line of the file that a command stands in; of one in a script, that of the instruction that runs it.
pub(super) fn line_of(command: Command<'_>) -> usize {
    let step = command.step();
    if command.is_of_script() {
        return step.line();
    }
    let before = command.range().start().checked_sub(step.range().start());
    let text = before.and_then(|it| step.source_text().get(..usize::from(it)));
    step.line() + text.map_or(0, |it| it.matches('\n').count())
}

/// `line 3`, `lines 3 and 5`, `lines 3, 5 and 8`.
pub(super) fn lines(mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let texts: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match texts.split_last() {
        None => String::new(),
        Some((one, [])) => format!("line {one}"),
        Some((last, rest)) => format!("lines {} and {last}", rest.join(", ")),
    }
}
