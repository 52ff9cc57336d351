//! Dockerfiles that stand in other files: `dockerfile_inline` of Compose, `dockerfile-inline` of bake. Each is read with the
//! place of every byte, and changed in the style in which it is written.
//!
//! Nothing is taken on trust: what is read by hand here is compared with what the file's own parser reads, and a changed file is
//! parsed again ([`proven`]).
//!
//! Sources: YAML 1.2.2, chapters 7 and 8; the Compose specification, "Interpolation"; HCL's native syntax, "Templates"; Docker's
//! documentation, "Bake file reference".

mod decoded;
mod dollars;
mod edit;
mod hcl;
mod holder;
mod json;
mod lines;
mod literal;
mod quoted;
mod style;
mod text;
mod yaml;

use crate::bake::is_bake;
use crate::compose::is_compose;
use crate::path::ends_in;

pub use crate::yaml::YamlError;
pub use edit::{Edit, Told, applied};
pub use holder::Holder;
pub use text::{Inline, Inlines, Text};

/// What a file of this name is, whatever it holds.
pub fn holder_of(name: &str) -> Option<Holder> {
    if is_compose(name) {
        Some(Holder::Compose)
    } else if is_bake(name) {
        of_ending(name)
    } else {
        None
    }
}

/// The same; of another name one that holds Dockerfiles, and has the ending for it: people give such files to Compose and bake by
/// `--file`.
pub fn holder_of_text(name: &str, text: &str) -> Option<Holder> {
    holder_of(name).or_else(|| of_ending(name).filter(|it| text.contains(it.key())))
}

fn of_ending(name: &str) -> Option<Holder> {
    if ends_in(name, &["yaml", "yml"]) {
        Some(Holder::Compose)
    } else if ends_in(name, &["json"]) {
        Some(Holder::BakeJson)
    } else if ends_in(name, &["hcl"]) {
        Some(Holder::Bake)
    } else {
        None
    }
}

/// The Dockerfiles in a text.
pub fn read(holder: Holder, text: &str) -> Result<Inlines, YamlError> {
    match holder {
        Holder::Compose => yaml::read(text),
        Holder::Bake => hcl::read(text),
        Holder::BakeJson => json::read(text),
    }
}

/// What the text says in which those Dockerfiles have changed that `wanted` numbers, and say what is given with them: if so,
/// and if nothing else has changed.
pub fn proven(before: &Inlines, changed: &str, wanted: &[(usize, &str)]) -> Result<Inlines, Told> {
    let by_hand = "make the change by hand";
    let broken = |why: &str| {
        Told::new(
            format!("the change would not leave the file as it is around it: {why}"),
            by_hand,
        )
    };
    let read = read(before.holder, changed);
    let read = read.map_err(|error| broken(&error.message))?;
    if read.all.len() != before.all.len() || read.rest != before.rest {
        return Err(broken("something else would be read otherwise"));
    }
    for (number, (old, new)) in before.all.iter().zip(&read.all).enumerate() {
        let wanted = wanted.iter().find(|it| it.0 == number);
        let is_right = match (&old.said, &new.said, wanted) {
            (Ok(old), Ok(new), None) => old.text() == new.text(),
            (Ok(_), Ok(new), Some((_, wanted))) => new.text() == *wanted,
            (Err(old), Err(new), None) => old == new,
            _ => false,
        };
        if !is_right || old.name != new.name {
            let message = "it could not be written so that it is read as what was wanted";
            return Err(Told::new(message, by_hand));
        }
    }
    Ok(read)
}
