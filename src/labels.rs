//! The words that users see for the engine's terms.

use std::fmt::Debug;

use dfix_engine::{Effect, Phase, Proof, Safety};
use dfix_model::catalogue::{Foundation, Layer};

pub(crate) fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Meaning => "meaning",
        Phase::Equivalent => "shape",
        Phase::Layout => "layout",
    }
}

pub(crate) fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Checked => "checked",
        Safety::Unsafe => "unsafe",
    }
}

/// The level of this name.
pub(crate) fn safety_of(name: &str) -> Option<Safety> {
    [Safety::Safe, Safety::Checked, Safety::Unsafe]
        .into_iter()
        .find(|it| safety(*it) == name)
}

pub(crate) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Parses => "parses",
        Proof::OnlyDeclared => "only-declared",
        Proof::NothingLost => "nothing-lost",
        Proof::Converges => "done",
        Proof::NoPanic => "no-panic",
    }
}

/// What an effect does, in a few words.
pub(crate) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Layout => "changes the layout only".to_owned(),
        Effect::Equivalent => "says the same build differently".to_owned(),
        Effect::BaseImage { stage } => format!("changes the base image of stage {stage}"),
        Effect::GlobalArg { name } => format!("changes the default of ARG {name}"),
        Effect::Arguments { .. } => "changes a command's arguments".to_owned(),
        Effect::Environment { stage, keys } => {
            format!("sets {} in stage {stage}", keys.join(", "))
        }
        Effect::User { stage } => format!("changes the user of stage {stage}"),
        Effect::Inserted { stage, keyword } => format!("adds {keyword} to stage {stage}"),
        Effect::Commands { .. } => "changes which commands an instruction runs".to_owned(),
        Effect::Removed { .. } => "removes an instruction".to_owned(),
        Effect::Changed { .. } => "changes an instruction".to_owned(),
        Effect::Comment { .. } => "writes a comment anew".to_owned(),
    }
}

/// What an image is based on: `debian 12, slim`.
pub(crate) fn foundation(foundation: &Foundation) -> String {
    let mut text = term(foundation.distribution);
    if let Some(release) = foundation.release {
        text = format!("{text} {release}");
    }
    match foundation.layer {
        Layer::Unknown | Layer::Plain => text,
        layer => format!("{text}, {}", term(layer)),
    }
}

/// A term of the catalogue as a word: `DotNet` is `dot-net`.
pub(crate) fn term(term: impl Debug) -> String {
    let mut word = String::new();
    for c in format!("{term:?}").chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}
