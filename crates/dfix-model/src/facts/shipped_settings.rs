//! The files of settings and data that are shipped with an application, and what they name.

use dfix_sources::Settings;

use crate::context::Answer;
use crate::facts::application_sources::application_sources;
use crate::handles::Stage;

/// So many bytes of settings are read.
const MOST_BYTES: usize = 4_000_000;

/// A file of settings or data that is shipped.
#[derive(Debug)]
pub(crate) struct ShippedSettings {
    /// Its path in the build context.
    pub(crate) path: String,
    pub(crate) settings: Settings,
}

struct AllSettings(Vec<ShippedSettings>);

/// The settings that the stage ships, in order of their paths. They are read on the first question: whoever asks has
/// found something that the sources do not tell.
pub(crate) fn of(stage: Stage<'_>) -> &[ShippedSettings] {
    &stage.cached(|| AllSettings(find(stage))).0
}

fn find(stage: Stage<'_>) -> Vec<ShippedSettings> {
    let context = stage.file().context();
    let mut bytes = 0;
    let mut found = Vec::new();
    for path in &application_sources(stage).settings {
        let Answer::Found(text) = context.read(path) else {
            continue;
        };
        bytes += text.len();
        if bytes > MOST_BYTES {
            break;
        }
        found.push(ShippedSettings {
            path: path.clone(),
            settings: dfix_sources::read_settings(&text),
        });
    }
    found
}
