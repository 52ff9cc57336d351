//! A builder's `site-packages` that are copied into a shipped stage: the environment is copied instead.

use dfix_engine::{Effect, Findings, OpenCondition, Safety};
use dfix_model::{ImagePath, Stage, Step, StepKind, Word};

use super::installs::{PATH, first_into_system, place_before, told_to_break};
use super::obstacles;
use super::site::{Site, VENV};

/// Copies the environment of a builder where its packages are copied out of an official Python image into
/// another.
pub(super) fn copied_site_packages(stage: Stage<'_>, out: &mut Findings<'_>) {
    let copy = stage.steps_of(StepKind::Copy).find_map(|copy| {
        let (builder, from, to) = packages_of(copy)?;
        let first = first_into_system(builder)?;
        let site = Site::of(builder, first)?;
        let is_fit = site.is_of_image()
            && obstacles::the_python(&site).is_none()
            && site.pip.is_none()
            && stage.base_image().name() == Some("python");
        is_fit.then_some((copy, builder, from, to, site))
    });
    let Some((copy, builder, from, to, site)) = copy else {
        return;
    };
    let scripts = stage.steps_of(StepKind::Copy).find(|it| {
        it.source().and_then(|source| source.stage()) == Some(builder)
            && it
                .words()
                .all(|word| word.value().is_some_and(is_folder_of_programs))
    });
    let message = "a builder's site-packages are copied over those of the image";
    out.judge(copy, Safety::Unsafe, message, |case| {
        case.open(OpenCondition::new(
            "whether the builder's site-packages hold something that pip did not install in this file",
            "compare `pip list` of the builder and of its base image",
        ));
        case.evidence(site.because())
            .evidence("every pip of this stage is found through PATH".to_owned());
        let told = told_to_break(&site);
        for (stage, keyword) in [(builder, "RUN"), (builder, "ENV"), (stage, "ENV")] {
            case.declare(Effect::Inserted { stage: stage.index(), keyword });
        }
        case.declare([builder, stage].map(|it| Effect::environment(it.index(), ["PATH"])))
            .declare(Effect::changed(copy))
            .declare(scripts.map(Effect::removed))
            .declare(
                told.iter()
                    .map(|(install, _)| Effect::arguments_of(install.range())),
            )
            .fix(|edit| {
                edit.remove_words(told.iter().map(|(_, word)| *word));
                let make = format!("RUN {} -m venv {VENV}", site.python.program);
                edit.insert_instructions_before(place_before(site.first.step()), [make, PATH.to_owned()]);
                edit.replace_word(from, VENV);
                edit.replace_word(to, VENV);
                edit.insert_instruction_after(copy, PATH);
                if let Some(scripts) = scripts {
                    edit.remove_instruction(scripts);
                }
            });
        Ok(())
    });
}

/// The stage whose packages a `COPY` puts where they lie in that stage, too, with its two words.
fn packages_of<'m>(copy: Step<'m>) -> Option<(Stage<'m>, Word<'m>, Word<'m>)> {
    let builder = copy.source()?.stage()?;
    let words: Vec<Word<'m>> = copy.words().collect();
    let [from, to] = *words.as_slice() else {
        return None;
    };
    let folder = ImagePath::new(from.value()?);
    let python = folder.parent()?;
    let is_packages = folder.file_name() == "site-packages"
        && python.as_str().starts_with("/usr/local/lib/python3")
        && ImagePath::new(to.value()?) == folder;
    is_packages.then_some((builder, from, to))
}

fn is_folder_of_programs(path: &str) -> bool {
    ImagePath::new(path).as_str() == "/usr/local/bin"
}
