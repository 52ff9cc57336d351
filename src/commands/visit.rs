//! The files of a run, and what is done with each.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::show::Shower;
use super::{patch_dir, paths, reports};
use crate::changed::{Changed, Since, uncommitted};
use crate::cli::{Common, Format, Work};
use crate::config::{ConfigError, Configs, relative_to_cwd};
use crate::context::Folders;
use crate::discover::{Generated, Left, by_place, discover, tell};
use crate::exit::Stop;
use crate::file_error::FileError;
use crate::runner::{self, FileReport, Job, Task, Threads};
use crate::select::CliSelection;

/// A run over files, as the command line asks for it.
pub(super) struct Visit<'a> {
    /// Files, and folders to look for them in.
    pub(super) paths: Vec<PathBuf>,
    configs: Configs,
    folders: Folders,
    generated: Generated,
    /// The files that changed in git, where only they are wanted.
    changed: Option<Changed>,
    work: &'a Work,
    common: &'a Common,
}

impl<'a> Visit<'a> {
    /// Fails, with a sentence, where what is asked for is not there or does not go together.
    pub(super) fn new(given: &[PathBuf], work: &'a Work, common: &'a Common) -> Result<Self, Stop> {
        let carries_patches = matches!(
            common.format,
            None | Some(Format::Text | Format::Json | Format::Jsonl)
        );
        if work.diff && !carries_patches {
            let message = "--diff prints a patch, which only --format json and jsonl can carry";
            return Err(Stop::Message(message.to_owned()));
        }
        reports::check(&work.report)?;
        if let Some(folder) = &work.patch_dir {
            patch_dir::check(folder)?;
        }
        let configs = Configs::given(common)?.with_globs(&work.include, &work.exclude)?;
        let paths = paths::of(given, work.files_from.as_deref(), work.null)?;
        if let Some(folder) = work.context.as_deref().filter(|folder| !folder.is_dir()) {
            return Err(Stop::Message(format!(
                "--context {}: there is no such folder",
                folder.display()
            )));
        }
        let changed = match (&work.since, work.staged) {
            (Some(revision), _) => Some(Changed::of(&paths, Since::Revision(revision))?),
            (None, true) => Some(Changed::of(&paths, Since::Staged)?),
            (None, false) => None,
        };
        if work.require_clean {
            clean(&paths)?;
        }
        Ok(Visit {
            paths,
            changed,
            configs,
            folders: Folders::default(),
            generated: Generated::default(),
            work,
            common,
        })
    }

    /// What is done with each file: the rules that are selected, or a job in their place.
    pub(super) fn task<'t>(
        &'t self,
        selection: &'t CliSelection,
        job: Option<&'t dyn Job>,
    ) -> Task<'t> {
        Task {
            job,
            ignore_because: None,
            cli: selection,
            configs: &self.configs,
            changed_lines: None,
            baselines: None,
            context: self.work.context.as_deref(),
            verbose: self.common.verbose,
            folders: &self.folders,
            generated: Some(&self.generated),
            decides: None,
            write: self.work.fix,
            limit: self.work.limit,
        }
    }

    /// What changed, where only its lines are to count. Fails where nothing says since when.
    pub(super) fn changed_lines(&self) -> Result<&Changed, Stop> {
        let message = "--changed-lines: say since when, by --since REVISION or --staged";
        self.changed
            .as_ref()
            .ok_or_else(|| Stop::Message(message.to_owned()))
    }

    /// Whether a configuration has the file left, though it is named.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        self.configs.forces_out(path, self.work.force_exclude)
    }

    /// Does a job that is no rule's with every file; the reports come in order of path.
    fn files(&self, task: &Task<'_>) -> Vec<FileReport> {
        let threads = self.threads();
        let chosen = self.chosen();
        let reports = runner::run(chosen.files, &chosen.beside, &threads, task);
        let mut faults = Faults::default();
        let mut files: Vec<FileReport> = reports
            .into_iter()
            .filter(|it| !it.is_left)
            .filter_map(|it| faults.sort_out(it))
            .collect();
        self.tell_left(chosen.left);
        files.extend(faults.told());
        for (path, error) in chosen.errors {
            files.push(FileReport::failed(path, error));
        }
        files.sort_by(|a, b| by_place(&a.path, &b.path));
        files
    }

    /// Does what the rules want with every file, and shows what comes of it, in order of path.
    pub(super) fn show(&self, task: &Task<'_>, shower: &mut Shower<'_>) -> Result<(), Stop> {
        // Who decides is asked about a file after the other.
        let threads = match task.decides {
            Some(_) => Threads::new(1),
            None => self.threads(),
        };
        let chosen = self.chosen();
        if task.decides.is_none() {
            shower.expect(chosen.files.len());
        }
        let printers = shower.printers();
        let mut errors = chosen.errors.into_iter().peekable();
        let mut faults = Faults::default();
        runner::stream(
            chosen.files,
            &threads,
            task,
            |report| printers.tell(report),
            |told| {
                let path = &told.report.path;
                while let Some((path, error)) = errors.next_if(|it| by_place(&it.0, path).is_lt()) {
                    shower.take(printers.tell(FileReport::failed(path, error)))?;
                }
                if told.report.is_left || faults.has(&told.report) {
                    return Ok(());
                }
                shower.take(told)
            },
        )?;
        let errors = errors.map(|(path, error)| FileReport::failed(path, error));
        for report in errors.chain(faults.told()) {
            shower.take(printers.tell(report))?;
        }
        self.tell_left(chosen.left);
        shower.write(&threads)
    }

    /// Says what was left though it may be wanted, as far as is known by now.
    fn tell_left(&self, mut left: Vec<Left>) {
        left.extend(self.generated.left());
        if !self.common.quiet {
            tell(left, self.common.verbose);
        }
    }

    fn threads(&self) -> Threads {
        Threads::new(self.work.threads.count())
    }

    /// The files that the run is about; says what is left out, where that is asked for.
    fn chosen(&self) -> Chosen {
        let jobs = self.work.threads.count();
        let mut found = discover(&self.paths, &self.configs, self.work.force_exclude, jobs);
        self.folders.are_for(found.folders);
        self.generated.spare(found.named);
        let is_empty = found.files.is_empty() && found.excluded.is_empty();
        if is_empty && found.errors.is_empty() && !self.common.quiet {
            let excluded = |it: &&PathBuf| self.configs.excludes(it, true);
            let why = match self.paths.iter().find(excluded) {
                Some(folder) => format!(
                    "dfix.toml, or --exclude, leaves {} out; a file of it is looked at where it is named",
                    folder.display()
                ),
                None => "what `.gitignore` leaves out is looked at where it is named".to_owned(),
            };
            let _ = writeln!(io::stderr(), "dfix: no Dockerfile found; {why}");
        }
        if let Some(changed) = &self.changed {
            found.files.retain(|it| changed.has(it));
            for file in found.files.extract_if(.., |it| changed.is_mixed(it)) {
                let error = FileError::new("has changes that are not staged, so what would be committed is not what lies here")
                    .with_remedy("stage them (`git add`), or put them away (`git stash --keep-index`)");
                found.errors.push((file, error));
            }
        }
        found.errors.sort_by(|a, b| by_place(&a.0, &b.0));
        let (files, beside) = match self.work.shard {
            Some(shard) => shard.part(found.files, &self.paths),
            None => (found.files, Vec::new()),
        };
        if self.common.verbose {
            for file in &found.excluded {
                let file = file.display();
                let _ = writeln!(io::stderr(), "dfix: {file}: left, as it is excluded");
            }
            for file in &files {
                log_discovered(file, &self.configs);
            }
        }
        Chosen {
            files,
            beside,
            left: found.left,
            errors: found.errors,
        }
    }
}

/// What a run is about, in order of path.
struct Chosen {
    files: Vec<PathBuf>,
    /// Files of other parts of the run.
    beside: Vec<PathBuf>,
    /// What a walk left.
    left: Vec<Left>,
    /// What cannot be looked at.
    errors: Vec<(PathBuf, FileError)>,
}

/// Stops where git has changes below the paths that are not committed.
fn clean(paths: &[PathBuf]) -> Result<(), Stop> {
    const MOST: usize = 5;
    let changed = uncommitted(paths)?;
    if changed.is_empty() {
        return Ok(());
    }
    let mut names: Vec<&str> = changed.iter().take(MOST).map(String::as_str).collect();
    let more = format!("and {} more", changed.len().saturating_sub(MOST));
    if changed.len() > MOST {
        names.push(&more);
    }
    Err(Stop::Message(format!(
        "--require-clean: git has changes that are not committed: {}; commit them, or put them away (`git stash`)",
        names.join(", ")
    )))
}

/// Faults in configurations, each with how many files were left for it: it is told once.
#[derive(Default)]
struct Faults(BTreeMap<ConfigError, usize>);

impl Faults {
    /// Whether a file was left for such a fault, which is counted then.
    fn has(&mut self, file: &FileReport) -> bool {
        let fault = file.misconfigured.as_deref();
        if let Some(fault) = fault {
            *self.0.entry(fault.clone()).or_default() += file.stands_for;
        }
        fault.is_some()
    }

    /// The report, unless it is of such a file.
    fn sort_out(&mut self, file: FileReport) -> Option<FileReport> {
        (!self.has(&file)).then_some(file)
    }

    /// A report a fault.
    fn told(self) -> impl Iterator<Item = FileReport> {
        self.0.into_iter().map(|(fault, count)| {
            let s = if count == 1 { "" } else { "s" };
            let remedy = format!(
                "correct it, or use no configuration with --no-config; {count} Dockerfile{s} below it had to be left"
            );
            let mut error = FileError::new(fault.message).with_remedy(remedy);
            error.place = fault.place;
            let mut report = FileReport::failed(relative_to_cwd(&fault.file), error);
            report.stands_for = count;
            report
        })
    }
}

/// Does a job that is no rule's with every file; the reports come in order of path.
pub(super) fn files(
    given: &[PathBuf],
    work: &Work,
    job: &dyn Job,
    common: &Common,
) -> Result<Vec<FileReport>, Stop> {
    let visit = Visit::new(given, work, common)?;
    if visit.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Stop::Message(
            "`-`: this command works on files; `dfix batch` takes Dockerfiles at its input"
                .to_owned(),
        ));
    }
    Ok(visit.files(&visit.task(&CliSelection::default(), Some(job))))
}

/// Says that a file is looked at, and under which configuration.
fn log_discovered(file: &Path, configs: &Configs) {
    let config = configs.of(file);
    let files = config
        .as_ref()
        .as_ref()
        .map_or(&[][..], |config| &config.files);
    let files: Vec<String> = files
        .iter()
        .map(|it| relative_to_cwd(it).display().to_string())
        .collect();
    let under = if files.is_empty() {
        "no configuration".to_owned()
    } else {
        files.join(", ")
    };
    let _ = writeln!(io::stderr(), "dfix: {} ({under})", file.display());
}
