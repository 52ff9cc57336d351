//! Packages of the system where the image becomes a hardened one.

use dfix_catalogue::{
    Foundation, PackagePresence, Succession, chainguard_packages, language_of_image,
    package_presence, package_successor,
};
use dfix_engine::{Case, Effect, OpenCondition, Remedy, remedy};
use dfix_model::packages::SpecKind;
use dfix_model::{PackageCommand, PackageManager, Stage};

use super::super::distribution::packages_there;
use super::super::language_names::names;

/// The installations of a stage and those that are based on it.
fn installs(stage: Stage<'_>) -> impl Iterator<Item = PackageCommand<'_>> {
    let commands = stage.with_descendants().flat_map(Stage::commands);
    commands.filter_map(PackageCommand::of).filter(|it| {
        let of_system = matches!(
            it.manager,
            PackageManager::Apt | PackageManager::Apk | PackageManager::Dnf
        );
        of_system && it.is_install()
    })
}

/// Names that the release of the new image lacks: those that are renamed change, others are told.
pub(crate) fn on_another_release(stage: Stage<'_>, new: &Foundation, case: &mut Case<'_>) {
    let mut left = Vec::new();
    for install in installs(stage) {
        for package in install.packages() {
            let Some(name) = package.name.filter(|_| package.kind == SpecKind::Index) else {
                continue;
            };
            let is_absent = package_presence(new, name) == PackagePresence::Absent;
            let successor = package_successor(new, name)
                .filter(|it| is_absent && it.how == Succession::Rename)
                .filter(|it| !it.packages.contains(' '));
            let is_plain = package.word.value() == Some(name) && !install.command.is_of_script();
            match successor.filter(|_| is_plain) {
                Some(successor) => {
                    case.declare(Effect::arguments_of(install.command));
                    case.evidence(format!("`{name}` is `{}` there", successor.packages));
                    case.fix(|edit| edit.replace_word(package.word, successor.packages));
                }
                None => left.push(name),
            }
        }
    }
    left.sort_unstable();
    left.dedup();
    case.open(packages_there(new, &left));
}

/// Chainguard's images have apk and packages of their own: names that are others there change. `image` is the old image's name: what
/// that is of itself is left, in a version of the image's.
///
/// # Errors
/// What a person must change, with the names as they are there.
pub(crate) fn of_chainguard(
    stage: Stage<'_>,
    image: &str,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let mut same = Vec::new();
    let mut other = Vec::new();
    let mut brought = Vec::new();
    let mut foreign = None;
    for install in installs(stage) {
        if install.manager != PackageManager::Apk {
            foreign.get_or_insert((install.step().line(), install.program_name()));
        }
        let mut named: Vec<&str> = install.packages().iter().filter_map(|it| it.name).collect();
        for package in install.packages() {
            let Some(name) = package.name else { continue };
            let new = chainguard_packages(name).filter(|it| *it != name);
            if new.is_some_and(|it| is_of_language(image, it)) {
                brought.push((name, install.step().line()));
                continue;
            }
            if name.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
                case.open(OpenCondition::new(
                    format!(
                        "whether `{name}` of line {} is a package: it looks like a version",
                        install.step().line()
                    ),
                    "`apk` pins by `NAME=VERSION`, and `--version` does not take one",
                ));
                continue;
            }
            let Some(new) = new else {
                same.push(name);
                continue;
            };
            other.push(format!("`{name}` is `{new}`"));
            if package.word.value() != Some(name) || install.command.is_of_script() {
                return Err(remedy!(
                    "line {}: `{name}` is `{new}` there",
                    install.step().line()
                ));
            }
            case.declare(Effect::arguments_of(install.command));
            let new: Vec<&str> = new.split(' ').filter(|it| !named.contains(it)).collect();
            named.extend(&new);
            case.fix(|edit| match new.split_first() {
                None => edit.remove_word(package.word),
                Some((first, rest)) => {
                    edit.replace_word(package.word, first);
                    for it in rest {
                        edit.insert_word_after(package.word, it);
                    }
                }
            });
        }
    }
    other.sort_unstable();
    other.dedup();
    same.sort_unstable();
    same.dedup();
    if let Some((line, program)) = foreign {
        let known = if other.is_empty() {
            String::new()
        } else {
            format!("; {}", other.join(", "))
        };
        let unknown = if same.is_empty() {
            String::new()
        } else {
            format!(
                "; see whether packages of these names are in Wolfi: {}",
                same.join(", ")
            )
        };
        return Err(remedy!(
            "`{program}` of line {line} is `apk add --no-cache` there: write it so first{known}{unknown}"
        ));
    }
    case.evidence(other);
    for (name, line) in brought {
        case.open(OpenCondition::new(
            format!(
                "whether line {line} should install `{name}`, which the new image itself brings in its own version"
            ),
            "take it away, or take the package of that version",
        ));
    }
    if !same.is_empty() {
        case.open(OpenCondition::new(
            format!(
                "whether packages of these names are in Wolfi: {}",
                same.join(", ")
            ),
            "`apk search` in the image tells",
        ));
    }
    Ok(())
}

/// Whether a package of Wolfi's is what an image of a language is for, in a version of its own: `ruby-3.3`.
fn is_of_language(image: &str, package: &str) -> bool {
    let Some((language, _)) = language_of_image(image) else {
        return false;
    };
    let mut names = names(language).iter();
    names.any(|it| {
        let rest = package.strip_prefix(it);
        rest.is_some_and(|it| {
            it.is_empty() || it.starts_with('-') && it.contains(|it: char| it.is_ascii_digit())
        })
    })
}
