//! A file's meaning, as it is kept.

use rustc_hash::FxHashMap;

use dfix_syntax::ast::{self, AstNode};

use crate::collect::cache::Cache;
use crate::collect::image::GlobalArgData;
use crate::collect::instruction::StepData;
use crate::collect::stage::StageData;
use crate::context::Context;

/// How most lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl LineEnding {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut feeds, mut pairs) = (0, 0);
        for at in memchr::memchr_iter(b'\n', bytes) {
            feeds += 1;
            pairs += usize::from(at > 0 && bytes[at - 1] == b'\r');
        }
        if pairs * 2 > feeds {
            LineEnding::CrLf
        } else {
            LineEnding::Lf
        }
    }

    /// Its characters.
    pub fn as_str(self) -> &'static str {
        match self {
            LineEnding::Lf => "\n",
            LineEnding::CrLf => "\r\n",
        }
    }
}

/// A file's meaning.
pub struct Model<'a> {
    pub(crate) text: &'a str,
    pub(crate) context: &'a dyn Context,
    pub(crate) tree: ast::File,
    pub(crate) escape: char,
    line_ending: LineEnding,
    pub(crate) steps: Vec<StepData>,
    pub(crate) stages: Vec<StageData>,
    pub(crate) global: Vec<GlobalArgData>,
    /// The stages of each name in lower case, in order of place.
    pub(crate) names: FxHashMap<String, Vec<usize>>,
    cache: Cache,
}

impl<'a> Model<'a> {
    /// A model without its steps and stages.
    pub(crate) fn bare(tree: &ast::File, text: &'a str, context: &'a dyn Context) -> Self {
        Model {
            text,
            context,
            tree: tree.clone(),
            escape: tree.escape(),
            line_ending: LineEnding::of(text),
            steps: Vec::new(),
            stages: Vec::new(),
            global: Vec::new(),
            names: FxHashMap::default(),
            cache: Cache::default(),
        }
    }

    /// The text that the tree was parsed from.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What may be known of the build context.
    pub fn context(&self) -> &'a dyn Context {
        self.context
    }

    /// The tree.
    pub fn tree(&self) -> &ast::File {
        &self.tree
    }

    /// The escape character of the file: a backslash, or a backtick.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// How most lines end.
    pub fn line_ending(&self) -> LineEnding {
        self.line_ending
    }

    /// The root's range: the whole file.
    pub fn range(&self) -> dfix_syntax::TextRange {
        self.tree.syntax().text_range()
    }

    /// The last stage of this name (in any case) among the first `before` stages.
    pub(crate) fn stage_named(&self, name: &str, before: usize) -> Option<usize> {
        let stages = self.names.get(&name.to_ascii_lowercase())?;
        let passed = stages.partition_point(|&stage| stage < before);
        Some(stages[passed.checked_sub(1)?])
    }

    /// A fact of the whole file, kept by its type.
    pub(crate) fn cached<T: 'static>(&self, work_out: impl FnOnce() -> T) -> &T {
        self.cache.get_or_init(work_out)
    }
}
