//! Values as far as a text tells them.

use crate::address::path_in_address;

/// What a place is told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// The folder in which the program is started, unless the path is absolute.
    Working,
    /// The folder of the file that was read (`__file__`, `__dirname`).
    Source,
    /// The folder of the project, as a framework takes it (`Rails.root`, `base_path()`).
    Project,
    /// The home of the user who runs the program.
    Home,
}

/// A place of the file system: `..` and `.` are worked out as far as the base allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// What the path is told from; it says nothing where the path is absolute.
    pub base: Base,
    /// The path; `.` is the base itself.
    pub path: String,
}

impl Place {
    /// Whether the path alone tells the place.
    pub fn is_absolute(&self) -> bool {
        self.path.starts_with('/')
    }
}

/// A value, as far as the text tells it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value<T> {
    /// Always this.
    Known(T),
    /// What variables of the environment say.
    Variable {
        /// Their names.
        names: Vec<String>,
        /// What it is where they are not set, if that is told.
        default: Option<T>,
    },
    /// Not told by the text; how it is written, shortened.
    Unknown(String),
}

impl<T> Value<T> {
    /// The value, where it is known without the environment.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The value, as it is where no variable is set.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Variable { default, .. } => default.as_ref(),
            Self::Unknown(_) => None,
        }
    }
}

/// A text that was put together, or what is not known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Folded {
    Text(Text),
    /// How it is written, and the folder in which it lies where only its beginning is known.
    Unknown(String, Option<Text>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) base: Base,
    pub(crate) written: String,
    pub(crate) variables: Vec<String>,
    /// Whether each variable in it has a default.
    pub(crate) is_complete: bool,
}

/// A value that grows past this is not followed.
const MOST_BYTES: usize = 2_000;

impl Text {
    pub(crate) fn plain(text: &str) -> Self {
        Self::of(Base::Working, text)
    }

    pub(crate) fn of(base: Base, text: &str) -> Self {
        Self {
            base,
            written: text.to_owned(),
            variables: Vec::new(),
            is_complete: true,
        }
    }

    pub(crate) fn variable(name: &str) -> Self {
        Self {
            variables: vec![name.to_owned()],
            is_complete: false,
            ..Self::plain("")
        }
    }

    /// With the variables of another, which it depends on.
    pub(crate) fn depending_on(mut self, other: &Self) -> Self {
        for name in &other.variables {
            if !self.variables.contains(name) {
                self.variables.push(name.clone());
            }
        }
        self.is_complete &= other.is_complete;
        self
    }

    pub(crate) fn map(&self, text: String) -> Self {
        Self {
            written: text,
            ..self.clone()
        }
    }

    /// One behind the other.
    pub(crate) fn concat(&self, other: &Self) -> Option<Self> {
        if self.written.len() + other.written.len() > MOST_BYTES || other.base != Base::Working {
            return None;
        }
        let joined = if self.base != Base::Working
            && self.written == "."
            && other.written.starts_with('/')
        {
            other.written.trim_start_matches('/').to_owned()
        } else {
            format!("{}{}", self.written, other.written)
        };
        Some(self.map(joined).depending_on(other))
    }

    /// The path below this one; an absolute one stands for itself where the language has it so.
    pub(crate) fn join(&self, other: &Self, resets: bool) -> Option<Self> {
        let is_free = other.base != Base::Working || other.written.starts_with('/') && resets;
        if is_free && (other.is_complete || !other.written.is_empty()) {
            return Some(other.clone().depending_on(&Self {
                written: String::new(),
                variables: Vec::new(),
                ..self.clone()
            }));
        }
        if self.written.len() + other.written.len() > MOST_BYTES {
            return None;
        }
        let joined = match (self.written.as_str(), other.written.trim_start_matches('/')) {
            ("" | ".", below) if self.base != Base::Working || self.written != "/" => {
                below.to_owned()
            }
            (_, "") => self.written.clone(),
            (above, below) => format!("{}/{below}", above.trim_end_matches('/')),
        };
        Some(self.map(joined).depending_on(other))
    }

    /// The folder of a path.
    pub(crate) fn folder(&self) -> Self {
        let path = normal(&self.written);
        let above = match path.rsplit_once('/') {
            _ if path == "." || path == ".." || path.ends_with("/..") => format!("{path}/.."),
            Some(("", _)) => "/".to_owned(),
            Some((above, _)) => above.to_owned(),
            None => ".".to_owned(),
        };
        self.map(normal(&above))
    }

    pub(crate) fn place(&self) -> Place {
        let mut path = path_in_address(&self.written).unwrap_or(&self.written);
        // What is left of an address whose path is put in: `sqlite+aiosqlite:///{path}`.
        let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if path
            .strip_suffix(':')
            .is_some_and(|it| it.chars().all(is_of_scheme))
        {
            path = "";
        }
        Place {
            base: self.base,
            path: normal(path),
        }
    }
}

/// A path with `.` and `..` worked out.
pub(crate) fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (is_absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

impl Folded {
    pub(crate) fn into_value<T>(
        self,
        read: impl Fn(&Text) -> Option<T>,
        written: &str,
    ) -> Value<T> {
        let text = match self {
            Self::Text(text) => text,
            Self::Unknown(text, _) if text.is_empty() => return Value::Unknown(written.to_owned()),
            Self::Unknown(text, _) => return Value::Unknown(text),
        };
        let found = if text.is_complete { read(&text) } else { None };
        match (found, text.variables.is_empty()) {
            (Some(value), true) => Value::Known(value),
            (default, false) => Value::Variable {
                names: text.variables,
                default,
            },
            (None, true) => Value::Unknown(written.to_owned()),
        }
    }
}
