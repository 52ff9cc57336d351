//! What a stage asks of its system, where its image comes to another one or to another release of it.

mod alike;
mod changes;
mod installed;
mod made;
mod owners;
mod runs;
mod settings;
mod signs;
mod without_lists;

use dfix_catalogue::{Foundation, ImageMark, image, image_is, image_packages, tool_in};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::{PackageCommand, Stage};

use self::installed::Installed;
use self::runs::{Runs, kind_of, system_of};
use super::paths::PathChange;
use crate::matching::reference::Reference;

/// The lines that name archives of the old distribution, which the new image is not of.
pub(super) fn other_archives(
    stage: Stage<'_>,
    old: &Foundation,
    new: &Foundation,
) -> Option<OpenCondition> {
    changes::archives_of_another(&Runs::of(stage), old, new)
}

/// Whether commands of the stage ask for a system that the new image has not, and what the system must have; `moved` are the paths of the
/// image that change with it.
///
/// # Errors
/// What a person must change before.
pub(super) fn look(
    stage: Stage<'_>,
    reference: &Reference<'_>,
    (repository, tag): (&str, &str),
    moved: &[PathChange],
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let image_ref = &reference.position.image;
    let old_image = match (image_ref.name(), image_ref.effective_tag()) {
        (Some(name), Some(tag)) => Some(image(name, tag)),
        _ => None,
    };
    let old = old_image.as_ref().and_then(|it| it.foundation);
    let new_image = image(repository, tag);
    let new = new_image.foundation;
    let runs = Runs::of(stage);
    let mut managers = runs.managers();
    let Some(new) = new else {
        let image = format!("{repository}:{tag}");
        match managers.next() {
            Some(it) => {
                let program = it.program_name();
                let text = format!("whether `{image}` has `{program}`");
                case.open(OpenCondition::new(text, "build it once"));
            }
            None => {
                case.open(alike::of_unknown_system(&runs, &image));
            }
        }
        return Ok(());
    };
    let is_foreign = |it: &PackageCommand<'_>| system_of(it.manager) != Some(kind_of(&new));
    if let Some(command) = managers.find(is_foreign) {
        return Err(remedy!(
            "`{}` is called and `{repository}:{tag}` is based on {}, which has not got it: change the installation, too",
            command.program_name(),
            new.told()
        ));
    }
    drop(managers);
    let shown = format!("{repository}:{tag}");
    let old_name = image_ref.name().unwrap_or_default();
    let brought: Vec<&str> = image_packages(repository, tag).collect();
    let installed =
        Installed::of(&runs, &new, brought.clone(), old_name != repository).in_image(&new_image);
    let images = alike::Images {
        old: old_image.as_ref(),
        new: &new_image,
        name: repository,
        foundation: &new,
        moved,
    };
    case.open(installed.beside_java(&new_image, &shown));
    case.open(without_lists::condition(
        &runs,
        (&new_image, &brought, &shown),
    ));
    if let Some(old) = &old
        && old.same_release(&new) == Some(true)
    {
        case.evidence(format!("both are based on {}", new.told()));
        if let Some(old_image) = old_image.as_ref().filter(|_| old_name != repository) {
            changes::programs(&runs, &installed, (old_image, &new_image), case);
            case.open(settings::conditions(&runs, old_name, &images));
            // A program of the old image may be called where nobody here looked.
            let is_lost = |it: &str| !new_image.may_bring(it) && tool_in(&new, it) != Some(true);
            if old_image.own_commands().any(is_lost) {
                case.open(alike::unread(&runs, &new));
            }
        }
        return Ok(());
    }
    let unread = alike::unread(&runs, &new);
    case.open(installed.conditions(&new));
    let mut told_of = changes::look(&runs, &installed, (old.as_ref(), &new), case);
    if let Some(old_image) = &old_image {
        let programs = changes::programs(&runs, &installed, (old_image, &new_image), case);
        told_of.extend(programs);
    }
    let is_told = |name: &str| told_of.iter().any(|it| it == name);
    case.open(alike::conditions(&runs, &images, &is_told));
    made::make_folders(&runs, &new.told(), case);
    case.open(settings::conditions(&runs, old_name, &images));
    if image_is(repository, ImageMark::SortsTexts) {
        case.open(OpenCondition::new(
            format!("whether indexes of data that exist fit the order of texts of {}'s C library", new.told()),
            "with data of before, run `REINDEX DATABASE` and `ALTER DATABASE … REFRESH COLLATION VERSION` after it; replicas move together",
        ));
    }
    if let Some(old) = &old {
        case.open(changes::archives_of_another(&runs, old, &new));
    }
    case.open(unread);
    if installed.is_empty() && !case.is_open() {
        case.evidence(format!(
            "no package of the system is installed; the new image is based on {}",
            new.told()
        ));
    }
    Ok(())
}
