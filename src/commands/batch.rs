//! JSON lines in, JSON lines out: what a data engine maps over Dockerfiles that lie in no folder.
//!
//! Each line stands alone, so that any number of processes may share the work, and a line that cannot be used stops no
//! other.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _, Write};
use std::path::{Component, Path};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::{Choice, Common, Format, Threads};
use crate::config::Configs;
use crate::context::Folders;
use crate::exit::{Exit, Stop};
use crate::report::{Mode, PatchNames, of_file};
use crate::runner::{self, Task};
use crate::select::CliSelection;

/// How many lines each thread is given at a time.
const LINES_A_THREAD: usize = 32;

/// A line of the input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    id: Value,
    path: Option<String>,
    content: String,
    files: Option<BTreeMap<String, String>>,
}

pub(super) fn run(
    choice: &Choice,
    threads: &Threads,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    if !matches!(common.format, None | Some(Format::Jsonl)) {
        return Err(Stop::Message(
            "`dfix batch` prints JSON lines only".to_owned(),
        ));
    }
    let batch = Batch {
        selection: CliSelection::of(choice)?,
        configs: Configs::given(common)?,
        has_own_config: common.config.is_none() && !common.no_config,
    };
    let jobs = threads.count();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(runner::STACK_BYTES)
        .build()
        .map_err(|error| format!("no threads can be started: {error}"))?;
    let mut exit = Exit::Clean;
    let mut lines = io::stdin().lock();
    let mut number = 0;
    loop {
        let mut chunk: Vec<(usize, Vec<u8>)> = Vec::new();
        while chunk.len() < jobs * LINES_A_THREAD {
            let mut line = Vec::new();
            let read = lines.read_until(b'\n', &mut line);
            if read.map_err(|error| format!("standard input cannot be read: {error}"))? == 0 {
                break;
            }
            number += 1;
            if !line.trim_ascii().is_empty() {
                chunk.push((number, line));
            }
        }
        if chunk.is_empty() {
            return Ok(exit);
        }
        let done: Vec<Value> = pool.install(|| {
            let lines = chunk.par_iter();
            lines
                .map(|(number, line)| batch.line(*number, line))
                .collect()
        });
        for object in done {
            if object["errors"].as_array().is_some_and(|it| !it.is_empty()) {
                exit = Exit::Error;
            }
            serde_json::to_writer(&mut *out, &object).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        out.flush()?;
    }
}

/// What holds for all lines.
struct Batch {
    selection: CliSelection,
    configs: Configs,
    /// Whether the configurations among a line's own files count.
    has_own_config: bool,
}

impl Batch {
    /// What comes of the line with this number, from 1.
    fn line(&self, number: usize, line: &[u8]) -> Value {
        let job: Line = match serde_json::from_slice(line) {
            Ok(job) => job,
            Err(error) => {
                // What can be read of the line still tells whose it is.
                let id = serde_json::from_slice::<Value>(line).map(|it| it["id"].clone());
                return failed(
                    &id.unwrap_or_default(),
                    &format!("line {number} is no job: {error}"),
                    "each line is a JSON object with `content`, and perhaps `id`, `path` and `files`",
                );
            }
        };
        let path = job.path.as_deref().unwrap_or("Dockerfile");
        let made = match &job.files {
            None => Ok(self.fix(Path::new(path), &job.content, None)),
            Some(files) => in_folder((path, &job.content), files, |root| {
                self.fix(Path::new(path), &job.content, Some(root))
            }),
        };
        match made {
            Ok(mut object) => {
                let mut whole = json!({ "id": job.id });
                if let (Some(whole), Some(object)) = (whole.as_object_mut(), object.as_object_mut())
                {
                    whole.append(object);
                }
                whole
            }
            Err(message) => failed(
                &job.id,
                &format!("line {number}: {message}"),
                "paths are relative, with `/` between their parts and no `..`, and name one file each",
            ),
        }
    }

    /// Fixes a text that is named `path`; the files of its project lie in the folder `root`, where they are known.
    fn fix(&self, path: &Path, content: &str, root: Option<&Path>) -> Value {
        let own = root
            .filter(|_| self.has_own_config)
            .map(|root| Configs::within(root.to_owned()));
        let folders = root.map_or_else(Folders::default, |root| Folders::within(&root.to_owned()));
        let task = Task {
            job: None,
            ignore_because: None,
            cli: &self.selection,
            configs: own.as_ref().unwrap_or(&self.configs),
            changed_lines: None,
            baselines: None,
            context: None,
            verbose: false,
            folders: &folders,
            generated: None,
            decides: None,
            write: false,
            limit: None,
        };
        let place = root.map_or_else(|| path.to_owned(), |root| root.join(path));
        let mut report = runner::run_text(place, content.as_bytes(), root.is_some(), &task);
        path.clone_into(&mut report.path);
        if let Some(root) = root.and_then(Path::to_str) {
            for error in &mut report.errors {
                error.message = error.message.replace(&format!("{root}/"), "");
            }
        }
        let mut object = of_file(&report, Mode::Fix, Some(&PatchNames::relative()));
        object["content"] = json!(report.after().unwrap_or(content));
        object
    }
}

/// The answer to a line that cannot be used.
fn failed(id: &Value, message: &str, remedy: &str) -> Value {
    json!({
        "id": id,
        "errors": [{ "message": message, "remedy": remedy, "line": null, "column": null }],
    })
}

/// Does the work while the Dockerfile, of this path and text, and the other files lie in a folder of their own: what the
/// comments of the one say counts as what the others do.
fn in_folder<T>(
    dockerfile: (&str, &str),
    files: &BTreeMap<String, String>,
    work: impl FnOnce(&Path) -> T,
) -> Result<T, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no folder can be made: {error}"))?;
    let root = fs::canonicalize(folder.path())
        .map_err(|error| format!("a folder cannot be looked at: {error}"))?;
    let others = files.iter().map(|(path, text)| (&**path, &**text));
    for (path, text) in others.chain([dockerfile]) {
        is_inside(path)?;
        let place = root.join(path);
        let put = place
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&place, text));
        put.map_err(|error| format!("the file `{path}` cannot be laid down: {error}"))?;
    }
    Ok(work(&root))
}

/// Fails where a path leads out of the folder that it is meant for.
fn is_inside(path: &str) -> Result<(), String> {
    let mut parts = Path::new(path).components();
    let is_plain = parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.is_empty() || !is_plain {
        return Err(format!("the path `{path}` leads out of its project"));
    }
    Ok(())
}
