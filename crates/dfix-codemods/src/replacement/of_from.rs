//! What becomes of a `FROM`: its image and the name of its stage.

use dfix_model::{Base, Stage, Step};
use dfix_syntax::TextRange;
use dfix_syntax::ast::{AstNode, Instruction};

use crate::matching::state::State;
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::reference_of;
use crate::pattern::words::Item;
use crate::replacement::of_image;
use crate::replacement::of_keyword::keyword;
use crate::replacement::of_words::filled;
use crate::replacement::plan::{Op, Others, Plan, Planned};

/// Changes the image.
pub(crate) fn images<'m>(
    old: &ImagePattern,
    new: &ImagePattern,
    step: Step<'m>,
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    match reference_of(step) {
        Some(reference) => of_image::plan(old, new, &reference, state, others),
        None => match (old, new) {
            (ImagePattern::Whole(old), ImagePattern::Whole(new)) if old == new => {
                Ok(Plan::default())
            }
            _ => Err(match step.stage().map(Stage::base) {
                Some(Base::Scratch) => "`scratch` is no image".to_owned(),
                _ => "it is based on another stage".to_owned(),
            }),
        },
    }
}

/// Changes the name of a stage; whether there was something to change.
pub(crate) fn stage_name<'m>(
    old: Option<&Item>,
    new: Option<&Item>,
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<bool, String> {
    let word = |item: Option<&Item>| item.map(|it| it.word.clone());
    if word(old) == word(new) {
        return Ok(false);
    }
    let Instruction::From(from) = step.instruction() else {
        return Ok(false);
    };
    let there = from.stage_name().map(|it| it.syntax().text_range());
    let name = new.map(|it| filled(&it.word, state)).transpose()?;
    match (there, name) {
        (Some(range), Some(name)) => {
            let is_used = step.stage().is_some_and(|stage| {
                stage.children().next().is_some() || stage.copied_by().next().is_some()
            });
            if is_used {
                return Err("other instructions use the stage's name".to_owned());
            }
            plan.push(Op::Bytes(range, name));
        }
        (None, Some(name)) => {
            let Some(image) = from.image() else {
                return Ok(false);
            };
            let end = image.syntax().text_range().end();
            let keyword = keyword(step, "AS");
            plan.push(Op::Bytes(
                TextRange::empty(end),
                format!(" {keyword} {name}"),
            ));
        }
        (Some(_), None) => return Err("the name of a stage cannot go".to_owned()),
        (None, None) => return Ok(false),
    }
    Ok(true)
}
