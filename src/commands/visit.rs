//! A job that is no rule's, done on every file of a run.

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::paths;
use crate::cli::{Common, threads};
use crate::config::Configs;
use crate::context::Folders;
use crate::discover::discover;
use crate::exit::Stop;
use crate::runner::{self, FileReport, Job, Task};
use crate::select::CliSelection;

/// Which files, and what becomes of them.
pub(super) struct Visit<'a> {
    /// Files, and folders to look for them in.
    pub(super) paths: &'a [PathBuf],
    /// A list of further ones.
    pub(super) files_from: Option<&'a Path>,
    /// Whether the names in the list end with a zero byte.
    pub(super) null: bool,
    /// The build context of all, where one is given.
    pub(super) context: Option<&'a Path>,
    /// Whether to write what was changed.
    pub(super) write: bool,
    /// How many threads to use.
    pub(super) jobs: Option<NonZeroUsize>,
}

/// Does the job on every file; the reports come in order of path.
pub(super) fn files(
    visit: &Visit<'_>,
    job: &dyn Job,
    common: &Common,
) -> Result<Vec<FileReport>, Stop> {
    let configs = Configs::given(common)?;
    let paths = paths::of(visit.paths, visit.files_from, visit.null)?;
    let task = Task {
        job: Some(job),
        cli: &CliSelection::default(),
        configs: &configs,
        context: visit.context,
        verbose: common.verbose,
        folders: &Folders::of_run(&paths),
        write: visit.write,
        jobs: threads(visit.jobs),
    };
    let found = discover(&paths, &configs, task.jobs);
    if found.files.is_empty() && found.errors.is_empty() && !common.quiet {
        let _ = writeln!(io::stderr(), "dfix: no Dockerfile found");
    }
    let mut files = runner::run(found.files, &task);
    for (path, error) in found.errors {
        files.push(FileReport::failed(path, error));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
