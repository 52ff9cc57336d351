//! The Python of the official image that a stage is based on.

use crate::collect::image::ImageRef;
use dfix_catalogue::{self as catalogue, Date};

/// The Python of an official image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonVersion {
    /// `3.11`; `None` where the image tells none.
    pub version: Option<String>,
    /// Whether the tag goes over to the next version when there is one: `3`, `latest`.
    pub moves: bool,
    /// Whether its pip is older than the wheels of today: manylinux2014 is known to pip since 19.3.
    pub has_old_pip: bool,
    image: String,
}

impl PythonVersion {
    /// The Python of this image.
    pub fn of(image: &ImageRef) -> Self {
        let tag = image.effective_tag().unwrap_or("latest");
        if image.name() != Some("python") {
            return PythonVersion::default();
        }
        let number = tag.split('-').next().unwrap_or(tag);
        let last = catalogue::tag("python", tag).and_then(|record| record.last_maintained);
        PythonVersion {
            version: version_in(tag),
            moves: !number.contains('.') && !number.starts_with('2'),
            has_old_pip: last.is_some_and(|day| {
                day < Date {
                    year: 2020,
                    month: 1,
                    day: 1,
                }
            }),
            image: image.text().unwrap_or("python").to_owned(),
        }
    }

    /// How messages name it: `Python 3.11`, `this Python`.
    pub fn label(&self) -> String {
        match &self.version {
            Some(version) => format!("Python {version}"),
            None => "this Python".to_owned(),
        }
    }

    /// How messages name the image.
    pub(crate) fn image(&self) -> &str {
        &self.image
    }

    /// Major and minor number.
    pub(crate) fn numbers(&self) -> Option<(u32, u32)> {
        let (major, minor) = self.version.as_deref()?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }
}

fn version_in(tag: &str) -> Option<String> {
    if tag == "2" || tag.starts_with("2-") {
        return Some("2.7".to_owned());
    }
    let of = |tag: &str| {
        let mut numbers = tag.split('-').next()?.split('.');
        let (major, minor) = (numbers.next()?, numbers.next()?);
        let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
        (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
    };
    of(tag).or_else(|| catalogue::aliases("python", tag).find_map(of))
}
