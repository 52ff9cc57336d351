//! How a variable is set.

use dfix_syntax::TextRange;

/// What a variable is at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvValue<'m> {
    /// Nothing sets it.
    Unset,
    /// It is set.
    Set(Setting<'m>),
    /// It cannot be said: the base image is not known well enough.
    Unknown,
}

/// How a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'m> {
    /// Its value, where it is known.
    pub value: Option<&'m str>,
    /// The pair or assignment that sets it.
    pub place: Option<TextRange>,
    /// The value in the file, quotes included.
    pub value_place: Option<TextRange>,
    /// Who sets it.
    pub from: EnvFrom,
}

/// Who sets a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvFrom {
    /// An `ENV` of the same stage: the step's index.
    Stage(usize),
    /// An `ENV` of a stage that this one is based on: the step's index.
    Ancestor(usize),
    /// An `ARG`: seen by the commands of the build, not by the container. The step's index.
    Arg(usize),
    /// The shell text around the command: `X=y cmd`, `env X=y cmd`, `export X=y && cmd`.
    Command,
    /// The base image.
    BaseImage,
}

impl<'m> EnvValue<'m> {
    /// Whether something sets it for sure.
    pub fn is_set(self) -> bool {
        matches!(self, EnvValue::Set(_))
    }

    /// Whether it is known that nothing sets it.
    pub fn is_unset(self) -> bool {
        self == EnvValue::Unset
    }

    /// Its value, where it is set to something known.
    pub fn value(self) -> Option<&'m str> {
        match self {
            EnvValue::Set(setting) => setting.value,
            EnvValue::Unset | EnvValue::Unknown => None,
        }
    }
}
