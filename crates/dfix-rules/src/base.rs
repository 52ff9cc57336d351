//! What is known of the image that a stage is based on.

use dfix_catalogue::{AS_OF, is_living, series_tag};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::catalogue::{ImageFacts, SystemPackageManager};
use dfix_model::{Base, ImageRef, Model, PackageCommand, Stage, Step, StepKind, Word};

/// How many conditions are told of what is based on an image.
pub(crate) const MOST_OPEN: usize = 3;

/// What is known of the image at the end of the stage's `FROM` chain.
pub(crate) fn facts(stage: Stage<'_>) -> Option<ImageFacts> {
    let facts = stage.any_base_facts();
    facts.is_known().then_some(*facts)
}

/// Whether the image that a stage is based on is known to have another package manager, or none: what calls `manager` fails
/// there, or stands in a branch that is never taken, and there is nothing to put right in its words.
pub(crate) fn lacks(stage: Stage<'_>, manager: SystemPackageManager) -> bool {
    lacks_all(stage, &[manager])
}

/// As [`lacks`], of several: distributions have `dnf` under several names.
pub(crate) fn lacks_all(stage: Stage<'_>, managers: &[SystemPackageManager]) -> bool {
    let has = stage.any_base_facts().package_manager;
    !managers.contains(&has) && has != SystemPackageManager::Unknown && !is_filled(stage)
}

/// Whether files are put into an empty image, which may bring whatever programs: the whole of a distribution, for one.
fn is_filled(stage: Stage<'_>) -> bool {
    let is_empty = stage.base_stage().base() == Base::Scratch;
    is_empty && stage.base_chain().any(|it| it.copies().next().is_some())
}

/// The package managers of images that have `dnf` or `yum`, or another of their family.
pub(crate) const RPM: &[SystemPackageManager] = &[
    SystemPackageManager::Dnf,
    SystemPackageManager::Microdnf,
    SystemPackageManager::Tdnf,
    SystemPackageManager::Yum,
];

/// Behind which word of a command that installs packages another one is named: the last one that comes before it, where they are
/// sorted; else the last of all.
pub(crate) fn place_among<'m>(install: &PackageCommand<'m>, package: &str) -> Option<Word<'m>> {
    let words: Vec<Word<'m>> = install.operands().collect();
    let is_sorted = words.is_sorted_by_key(|word| word.literal_prefix());
    let smaller = words
        .iter()
        .rfind(|word| is_sorted && word.literal_prefix() < package);
    smaller.or(words.last()).copied()
}

/// The image that each stage is based on, where the `FROM` itself says all of it: neither a stage nor a variable.
pub(crate) fn written<'m>(file: &'m Model<'_>) -> impl Iterator<Item = (Stage<'m>, &'m ImageRef)> {
    file.stages().filter_map(|stage| {
        let image = stage.named_image()?;
        (stage.base() == Base::Image && image.is_written()).then_some((stage, image))
    })
}

/// What is open where a build may choose another image than the defaults say: the `FROM` names a variable.
pub(crate) fn chosen_image(stage: Stage<'_>) -> Option<OpenCondition> {
    let image = stage.base_stage().named_image();
    image.filter(|it| !it.is_written()).map(|_| {
        OpenCondition::new(
            "whether every build takes the image that the default of an argument says",
            "see what the builds are told (`--build-arg`)",
        )
    })
}

/// What is open where a build may choose an image of another name than the defaults say, and not another tag alone.
pub(crate) fn chosen_name(stage: Stage<'_>) -> Option<OpenCondition> {
    let image = stage.base_stage().named_image()?;
    chosen_image(stage).filter(|_| !image.has_written_name())
}

/// What is open where the base image may name a `SHELL`, which all that is built on it is given.
pub(crate) fn own_shell(stage: Stage<'_>) -> Option<OpenCondition> {
    (!stage.is_based_on_no_shell()).then(|| {
        OpenCondition::new(
            "whether the base image has a `SHELL` of its own, which would run this",
            "see what `docker image inspect` says of the base image's Shell",
        )
    })
}

/// What is open where a build may choose another working directory than the defaults say: a `WORKDIR` before a step names an
/// argument of the build, or a variable that is made of others.
pub(crate) fn chosen_folder(stage: Stage<'_>, step: Step<'_>) -> Option<OpenCondition> {
    let workdirs = stage.base_chain().flat_map(Stage::workdirs);
    let before = workdirs.filter(|it| it.index() < step.index());
    let names = before.filter_map(Step::word).flat_map(Word::variables);
    let name = chosen_variable(stage, step, names)?;
    Some(OpenCondition::new(
        format!("whether every build takes the default of `{name}`, which a `WORKDIR` names"),
        format!("write the folder with `{name}` in it"),
    ))
}

/// The first of these variables that a build may choose: an argument before the step, or a variable that is made of others.
pub(crate) fn chosen_variable(
    stage: Stage<'_>,
    step: Step<'_>,
    mut names: impl Iterator<Item = String>,
) -> Option<String> {
    let sets = |it: &Step<'_>, name: &str| {
        let mut pairs = it.pairs().filter(|it| it.key_text() == Some(name));
        match it.kind() {
            StepKind::Arg => pairs.next().is_some(),
            StepKind::Env => pairs.any(|it| it.value().is_some_and(|it| !it.is_known())),
            _ => false,
        }
    };
    let above = || {
        let steps = stage.base_chain().flat_map(Stage::steps);
        steps.filter(|it| it.index() < step.index())
    };
    names.find(|name| above().any(|it| sets(&it, name)))
}

/// The tag of the series that `latest` stands for.
///
/// # Errors
/// What a person could do where it is not known.
pub(crate) fn series(image: &ImageRef, case: &mut Case<'_>) -> Result<&'static str, Remedy> {
    let written = image.text_without_tag().unwrap_or_default();
    let name = image.name().unwrap_or_default();
    if is_living(name, "latest") == Some(false) {
        return Err(remedy!(
            "`{written}` is no longer made: choose another image (`dfix migrate end-of-life` knows some), and name its tag"
        ));
    }
    let Some(tag) = series_tag(name, "latest") else {
        return Err(remedy!(
            "name the tag that it was built and tried with: nothing is known of the tags of `{written}`"
        ));
    };
    case.evidence(format!(
        "on {AS_OF} `{name}:{tag}` was the same image as `{name}:latest`"
    ))
    .open(OpenCondition::new(
        format!("whether `{name}:{tag}` still is what `{name}:latest` stands for"),
        "compare the digests that `docker buildx imagetools inspect` shows of both, or take the version that the file was written for",
    ));
    Ok(tag)
}
