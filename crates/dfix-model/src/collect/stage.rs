//! What is kept of a stage.

use std::ops::Range;

use crate::collect::cache::Cache;
use crate::collect::image::ImageRef;

/// What is kept of a stage.
pub(crate) struct StageData {
    pub(crate) from: usize,
    pub(crate) steps: Range<usize>,
    pub(crate) name: Option<String>,
    pub(crate) image: ImageRef,
    pub(crate) platform: Option<String>,
    pub(crate) base: BaseData,
    /// How many stages it is based on.
    pub(crate) depth: usize,
    pub(crate) cache: Cache,
    /// The steps that set the shell, the user, the working directory; that copy files.
    pub(crate) shells: Vec<usize>,
    pub(crate) users: Vec<usize>,
    pub(crate) workdirs: Vec<usize>,
    pub(crate) copies: Vec<usize>,
}

/// What a stage is based on.
#[derive(Clone, Copy)]
pub(crate) enum BaseData {
    Stage(usize),
    Image,
    Scratch,
    Unknown,
}
