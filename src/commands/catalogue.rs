//! `dfix explain-image`: what is known of a base image.

use std::io::Write;

use super::{Exit, Stop};

pub(super) fn run(image: &str, _as_json: bool, _out: &mut dyn Write) -> Result<Exit, Stop> {
    Err(Stop::Message(format!(
        "nothing is known of the image `{image}` yet"
    )))
}
