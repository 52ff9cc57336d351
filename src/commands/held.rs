//! What is to be written when all files have been looked at: kept on the disk meanwhile, so that memory does not grow with it.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use tempfile::SpooledTempFile;

use super::told::{Printers, Told};
use crate::exit::Stop;
use crate::report::Counts;
use crate::runner::{FileReport, Threads};

/// How much is kept in memory before it goes to the disk: 8 MiB.
const MOST_IN_MEMORY: usize = 8 << 20;

/// How many files are written before they are told of.
const AT_ONCE: usize = 256;

/// What came of files, in order, with what is to be written of them.
pub(super) struct Held {
    texts: SpooledTempFile,
    files: Vec<Kept>,
}

impl Default for Held {
    fn default() -> Self {
        Held {
            texts: SpooledTempFile::new(MOST_IN_MEMORY),
            files: Vec::new(),
        }
    }
}

/// What came of a file; its texts are elsewhere.
struct Kept {
    report: FileReport,
    counts: Counts,
    fails: bool,
    /// How long the texts are, in bytes and in their order: before and after, where they differ, and those that are printed.
    change: Option<[usize; 2]>,
    texts: Vec<usize>,
}

impl Held {
    /// The files that are going to be written.
    pub(super) fn changing(&self) -> impl Iterator<Item = &Path> {
        let changing = self.files.iter().filter(|it| it.change.is_some());
        changing.map(|it| &*it.report.path)
    }

    /// Keeps what came of the next file.
    pub(super) fn keep(&mut self, told: Told) -> io::Result<()> {
        let change = told
            .change
            .as_ref()
            .map(|(before, after)| [&**before, &**after]);
        let texts = told.texts.iter().map(Vec::as_slice);
        for text in change.into_iter().flatten().chain(texts) {
            self.texts.write_all(text)?;
        }
        self.files.push(Kept {
            change: change.map(|it| it.map(<[u8]>::len)),
            texts: told.texts.iter().map(Vec::len).collect(),
            report: told.report,
            counts: told.counts,
            fails: told.fails,
        });
        Ok(())
    }

    /// Writes what was fixed, and hands on what came of each file, in order: one that could not be written was not fixed.
    pub(super) fn write(
        mut self,
        threads: &Threads,
        printers: &Printers,
        mut take: impl FnMut(Told) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.texts.seek(SeekFrom::Start(0))?;
        let mut files = self.files.into_iter();
        loop {
            let mut part: Vec<Told> = Vec::new();
            for kept in files.by_ref().take(AT_ONCE) {
                part.push(told(kept, &mut self.texts)?);
            }
            if part.is_empty() {
                return Ok(());
            }
            for told in threads.each(part, |told| write(told, printers)) {
                take(told)?;
            }
        }
    }
}

/// A file with its texts, which are the next ones.
fn told(kept: Kept, texts: &mut SpooledTempFile) -> io::Result<Told> {
    let mut next = |length: usize| {
        let mut text = vec![0; length];
        texts.read_exact(&mut text).map(|()| text)
    };
    let mut change = None;
    if let Some([before, after]) = kept.change {
        change = Some((next(before)?, next(after)?));
    }
    Ok(Told {
        texts: kept.texts.into_iter().map(next).collect::<Result<_, _>>()?,
        report: kept.report,
        change,
        counts: kept.counts,
        fails: kept.fails,
    })
}

fn write(told: Told, printers: &Printers) -> Told {
    let Some((before, after)) = &told.change else {
        return told;
    };
    match crate::write::replace(&told.report.path, before, after) {
        Ok(()) => told,
        Err(error) => {
            let mut report = told.report;
            report.outcome = None;
            report.errors.push(error);
            printers.tell(report)
        }
    }
}
