//! Packages that are built from their sources: pip may use what is installed for that, uv does not.

use std::collections::BTreeSet;

use dfix_catalogue::{Ecosystem, PackageMark, package_is, python_package};
use dfix_engine::{Case, OpenCondition};
use dfix_model::packages::OptionValue;
use dfix_model::project::{LanguagePackage, installed_by};
use dfix_model::{
    CallSite, PackageCommand, PackageManager, Requirement, Stage, Step, normal_python_name,
};

use super::install::Install;
use super::python::minor_of;

/// The first minor version of Python 3 whose image has no setuptools: pip builds apart there, too.
const WITHOUT_SETUPTOOLS: u16 = 12;

/// Says what may not be built with uv.
pub(super) fn look(stage: Stage<'_>, installs: &[Install<'_>], case: &mut Case<'_>) {
    let libc = stage.base_facts().libc;
    let is_compiled = |it: &&Requirement| {
        let pinned = it.specifier.as_deref().and_then(|it| it.strip_prefix("=="));
        python_package(&it.name).is_some_and(|it| it.compiles(pinned, None, libc) == Some(true))
    };
    let all = stage.python_packages();
    let compiled = all.known.iter().filter(is_compiled);
    let names: BTreeSet<&str> = compiled.map(|it| it.name.as_str()).collect();
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        case.open(OpenCondition::new(
            format!(
                "whether {} can be built: uv builds apart from what is installed",
                names.join(", ")
            ),
            "build it once, or add --no-build-isolation",
        ));
    }
    if !builds_with_the_images(stage) {
        return;
    }
    let Some(what) = installs.iter().find_map(built) else {
        return;
    };
    case.open(OpenCondition::new(
        format!(
            "whether {what} has a wheel, or the newest setuptools can build it: pip before 25.3 builds sources with the setuptools that is installed, uv apart from it"
        ),
        "build it once",
    ));
}

/// What pip may build by a `setup.py`, as messages name it.
fn built(install: &Install<'_>) -> Option<String> {
    let pip = &install.command;
    let is_all = |it: OptionValue<'_>| it.text() == Some(":all:");
    if pip.has_flag("--no-build-isolation")
        || pip.has_flag("--use-pep517")
        || pip.values_of(&["--only-binary"]).any(is_all)
    {
        return None;
    }
    let lists = installed_by(pip.command, Some(pip), &CallSite::of(pip.command));
    let by_old = |it: &&LanguagePackage| {
        package_is(
            Ecosystem::Language,
            &normal_python_name(&it.name),
            PackageMark::OldSetuptools,
        )
    };
    lists.iter().find_map(|list| {
        let old = list.packages.iter().find(by_old);
        old.map(|it| format!("`{}`", it.name))
            .or_else(|| list.may_be_built_by_setup())
    })
}

/// Whether pip may build with the setuptools that is installed where it is called.
fn builds_with_the_images(stage: Stage<'_>) -> bool {
    let base = stage.base_image();
    let is_image = base.name() == Some("python");
    let minor = base.effective_tag().and_then(minor_of).filter(|_| is_image);
    let is_without = minor.is_some_and(|it| it >= WITHOUT_SETUPTOOLS);
    let pins = |it: PackageCommand<'_>| {
        it.manager == PackageManager::Pip
            && it
                .packages()
                .iter()
                .any(|it| it.name == Some("setuptools") && it.has_version())
    };
    let renews = |it: PackageCommand<'_>| {
        it.manager == PackageManager::Pip
            && it.has_flag("--upgrade")
            && it
                .packages()
                .iter()
                .any(|it| it.name == Some("pip") && !it.has_version())
    };
    let any = |is_it: &dyn Fn(PackageCommand<'_>) -> bool| {
        let mut commands = stage
            .base_chain()
            .flat_map(Stage::steps)
            .flat_map(Step::commands);
        commands.any(|it| PackageCommand::of(it).is_some_and(is_it))
    };
    // The newest pip builds apart, and is for Python 3.9 and later.
    let is_renewed = || (!is_image || minor.is_some_and(|it| it >= 9)) && any(&renews);
    if is_without {
        any(&pins)
    } else {
        !is_renewed()
    }
}
