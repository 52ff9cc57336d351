//! Finds the steps, the stages and the global `ARG`s of a file.

use dfix_syntax::ast::Instruction;

use crate::collect::cache::Cache;
use crate::collect::image::{self, ImageRef};
use crate::collect::instruction::StepData;
use crate::collect::model::Model;
use crate::collect::stage::{BaseData, StageData};

/// Finds the file's steps, global `ARG`s and stages.
pub(crate) fn collect_stages(model: &mut Model<'_>) {
    for instruction in model.tree.clone().instructions() {
        let index = model.steps.len();
        match &instruction {
            Instruction::From(from) => {
                let image = image::of_from(&model.global, from);
                let (base, depth) = base_of(model, &image);
                let name = from.stage_name().and_then(|n| n.text());
                if let Some(name) = &name {
                    let stages = model.names.entry(name.to_ascii_lowercase());
                    stages.or_default().push(model.stages.len());
                }
                model.stages.push(StageData {
                    from: index,
                    steps: index + 1..index + 1,
                    name,
                    platform: image::platform(&model.global, from),
                    image,
                    base,
                    depth,
                    cache: Cache::default(),
                    shells: Vec::new(),
                    users: Vec::new(),
                    workdirs: Vec::new(),
                    copies: Vec::new(),
                });
            }
            _ => match model.stages.last_mut() {
                Some(stage) => {
                    stage.steps.end = index + 1;
                    match instruction {
                        Instruction::Shell(_) => stage.shells.push(index),
                        Instruction::User(_) => stage.users.push(index),
                        Instruction::Workdir(_) => stage.workdirs.push(index),
                        Instruction::Copy(_) | Instruction::Add(_) => stage.copies.push(index),
                        _ => {}
                    }
                }
                None => image::add_global(&mut model.global, &instruction, index),
            },
        }
        let stage = model.stages.len().checked_sub(1);
        model.steps.push(StepData::new(instruction, stage));
    }
}

/// A stage that is based on more than this is taken to be based on something unknown: what is inherited is
/// asked for stage by stage.
const DEEPEST: usize = 100;

/// What a stage on this image is based on, and on how many stages.
fn base_of(model: &Model<'_>, image: &ImageRef) -> (BaseData, usize) {
    let Some(text) = image.text().filter(|t| !t.is_empty()) else {
        return if image.name().is_some() {
            (BaseData::Image, 0)
        } else {
            (BaseData::Unknown, 0)
        };
    };
    if let Some(index) = model.stage_named(text, model.stages.len()) {
        match model.stages[index].depth + 1 {
            depth if depth <= DEEPEST => (BaseData::Stage(index), depth),
            _ => (BaseData::Unknown, 0),
        }
    } else if text == "scratch" {
        (BaseData::Scratch, 0)
    } else {
        (BaseData::Image, 0)
    }
}
