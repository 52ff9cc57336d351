//! That somebody needs what is absent.

use dfix_syntax::TextRange;

use crate::context::BasedElsewhere;
use crate::handles::Command;
use crate::ternary::OpenCondition;

/// That somebody needs what is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// This fails without it: what it is, as it is written, and where it stands.
    Somebody {
        /// `rm -r /root/.cache`
        what: String,
        /// Where it stands, or the command that runs the script in which it does.
        place: TextRange,
        /// What a person could do about it, as a part of a sentence: `give it -f`.
        way_out: String,
        /// The other Dockerfile that it stands in, which is based on the image; the place is then that of the `FROM` here.
        elsewhere: Option<String>,
    },
    /// It may; what is open.
    Perhaps(OpenCondition),
}

impl Need {
    /// The command needs it for sure; `way_out` is what a person could do about that.
    pub fn of(command: Command<'_>, way_out: &str) -> Self {
        Need::Somebody {
            what: shortened(source_of(command)),
            place: command.range(),
            way_out: way_out.to_owned(),
            elsewhere: None,
        }
    }

    /// As one of another Dockerfile, that is based on the image which is built here.
    pub(crate) fn of_another(self, of: &BasedElsewhere<'_>, place: TextRange) -> Self {
        let (file, line) = (of.file, of.line);
        match self {
            Need::Somebody { what, way_out, .. } if of.is_known => Need::Somebody {
                what,
                place,
                way_out,
                elsewhere: Some(file.to_owned()),
            },
            Need::Somebody { what, way_out, .. } => Need::Perhaps(OpenCondition::new(
                format!(
                    "whether `{file}` (line {line}) is based on this image, as the name {} lets suppose: `{what}` would fail there",
                    of.image
                ),
                way_out,
            )),
            Need::Perhaps(open) => Need::Perhaps(OpenCondition::new(
                format!("{}, in {}", open.condition, of.said()),
                open.remedy,
            )),
        }
    }
}

/// The command as it stands in the file or the script.
pub(crate) fn source_of(command: Command<'_>) -> &str {
    &command.text()[command.range()]
}

/// A source on one line, its end left out where it is long.
pub(crate) fn shortened(text: &str) -> String {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "\\")
        .collect();
    let mut text = words.join(" ");
    if text.chars().count() > 60 {
        text = text.chars().take(59).collect();
        text.push('…');
    }
    text
}
