//! The newest version, which is the only one of a free folder: what the old tag was of, and who takes what it builds.

use dfix_catalogue::{is_living, language_of_image, names_release};
use dfix_engine::OpenCondition;
use dfix_model::{Base, Stage, Step, lines};

use super::super::distribution::is_distribution;
use super::super::lines::verb;

/// What is open of the version, unless the old tag moves with the newest one and names none; `is_free`: the folder has no other.
pub(super) fn condition(name: &str, tag: &str, is_free: bool) -> Option<OpenCondition> {
    if is_distribution(name) || (moves(tag) && is_living(name, tag) == Some(true)) {
        return None;
    }
    let java = match language_of_image(name) {
        Some(("java", _)) if name != "eclipse-temurin" && name != "amazoncorretto" => {
            ", and with the Java that it brings"
        }
        _ => "",
    };
    let (of_folder, remedy) = if is_free {
        (
            ", which is the only one of that folder",
            "run its tests, or take the folder of your organisation, which has versions",
        )
    } else {
        ("", "run its tests, or take a tag that names the version")
    };
    let frozen = match is_living(name, tag) {
        Some(false) => format!(": `{tag}` is no longer made, and stayed what it was"),
        _ => String::new(),
    };
    Some(OpenCondition::new(
        format!("whether it works with the newest version{of_folder}{java}{frozen}"),
        remedy,
    ))
}

/// Whether a tag names no version, and none that is not the newest: `latest`, `slim-trixie`, `alpine`.
fn moves(tag: &str) -> bool {
    let names_one = |word: &str| {
        let is_release = names_release(word);
        let has_digit = word.contains(|it: char| it.is_ascii_digit());
        !is_release && has_digit || matches!(word, "jre" | "lts" | "stable")
    };
    !tag.split('-').any(names_one)
}

/// What is open where a stage with an older Java takes what a newer one compiled.
pub(super) fn taken_by_older_java(
    stage: Stage<'_>,
    name: &str,
    comes_along: &dyn Fn(Stage<'_>) -> bool,
) -> Option<OpenCondition> {
    if language_of_image(name)?.0 != "java" {
        return None;
    }
    let copies = stage.with_descendants().flat_map(Stage::copied_by);
    let is_other = |it: Stage<'_>| {
        !matches!(it.base(), Base::Scratch) && it != stage.base_stage() && !comes_along(it)
    };
    let copies = copies.filter(|it| {
        let base = it.stage().map(Stage::base_stage);
        it.is_copy_or_add() && base.is_some_and(is_other)
    });
    let found: Vec<usize> = copies.map(Step::line).collect();
    (!found.is_empty()).then(|| {
        let places = lines(found);
        OpenCondition::new(
            format!(
                "whether what {} runs there: classes of a newer Java do not load on an older one",
                verb(&places, "copies", "copy")
            ),
            "take an image with the same Java there, or compile for the older one (`--release`)",
        )
    })
}
