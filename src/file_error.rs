//! Why dfix could not do its work for a file.

/// What is the matter with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileError {
    /// Line and column from 1, where there is a place.
    pub(crate) place: Option<(usize, usize)>,
    /// What is the matter, as a sentence without a full stop.
    pub(crate) message: String,
    /// What a person can do.
    pub(crate) remedy: Option<String>,
}

impl FileError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        FileError {
            place: None,
            message: message.into(),
            remedy: None,
        }
    }

    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub(crate) fn at(mut self, place: (usize, usize)) -> Self {
        self.place = Some(place);
        self
    }
}
