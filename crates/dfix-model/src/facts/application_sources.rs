//! The application's own sources that are shipped, read.
//!
//! What counts as shipped is each file that a `COPY` or `ADD` of the build context puts into the image, also through
//! other stages, whether the start reaches it or not: which files a start loads is not known in general. Tests,
//! installed packages and the like, by the names of their folders, are left out; what `.dockerignore` leaves out the
//! context does not have.

use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_catalogue::{FileMark, file_is, is_file_of_a_tool, may_be_dockerfile};
use dfix_sources::{Right, Source as FileSource};

use crate::context::{Answer, Context};
use crate::facts::absent_copies::has_project;
use crate::facts::context_files::matches;
use crate::facts::variables::expand_text;
use crate::facts::workdir::{join, workdir_before};
use crate::handles::{Source, Stage, Step};
use crate::path::{ImagePath, file_name};

/// How many stages a file may be copied through.
const MOST_STAGES: usize = 8;

/// So many files are read
const MOST_FILES: usize = 3_000;

/// and so many folders are looked into.
const MOST_FOLDERS: usize = 5_000;

/// So many files of settings are kept in mind.
const MOST_SETTINGS: usize = 300;

/// What the sources of an application tell, see [`Stage::application_sources`].
#[derive(Debug, Default)]
pub struct ApplicationSources {
    /// The files that were read, in order of their paths in the build context.
    pub files: Vec<ApplicationSource>,
    /// What is shipped, or may be, and was not read: each as a short sentence.
    pub unread: Vec<String>,
    /// The paths in the build context of the sources that are shipped, or that what is shipped is built of, in
    /// languages which are not read, in order.
    pub unread_files: Vec<String>,
    /// The paths in the build context of shipped files that may hold settings or data, in order.
    pub settings: Vec<String>,
}

/// A source that is shipped.
#[derive(Debug)]
pub struct ApplicationSource {
    /// Its path in the build context, relative to the root.
    pub context_path: String,
    /// Where it lies in the image, where that is known.
    pub path: Option<ImagePath>,
    /// What it does.
    pub source: Arc<FileSource>,
}

impl ApplicationSources {
    /// The first thing that a source does which only root may.
    pub fn right(&self) -> Option<(&ApplicationSource, &Right)> {
        let mut all = self.files.iter().flat_map(|file| {
            let rights = file.source.rights.iter();
            rights.map(move |right| (file, right))
        });
        all.next()
    }

    /// The first port below 1024 that a source opens, as a message names it: "port 80 of `app.py` (line 5)".
    pub fn low_port(&self) -> Option<String> {
        self.files.iter().find_map(|file| {
            let mut ports = file.source.ports.iter();
            let (port, line) = ports.find_map(|port| {
                let number = *port.port.value()?;
                (1..1024).contains(&number).then_some((number, port.line))
            })?;
            Some(format!(
                "port {port} of `{}` (line {line})",
                file.context_path
            ))
        })
    }

    /// The first program that a source starts and does not tell, as a message names it: "program `cmd` of `app.py` (line 3)".
    /// What only builds and tests does not count.
    pub fn untold_program(&self) -> Option<String> {
        let is_own = |file: &&ApplicationSource| !is_file_of_a_tool(file_name(&file.context_path));
        self.files.iter().filter(is_own).find_map(|file| {
            let mut programs = file.source.programs.iter();
            let (written, line) = programs.find_map(|it| Some((it.unknown.as_ref()?, it.line)))?;
            Some(format!(
                "program `{written}` of `{}` (line {line})",
                file.context_path
            ))
        })
    }

    /// The libraries of the machine that the sources load by their names, each with its place: "`app.py` (line 3)". One
    /// that is not known, or lies at a path, has no name.
    pub fn libraries(&self) -> impl Iterator<Item = (Option<&str>, String)> {
        self.files.iter().flat_map(|file| {
            file.source.libraries.iter().map(|library| {
                let name = library.name.value().map(String::as_str);
                let place = format!("`{}` (line {})", file.context_path, library.line);
                (name.filter(|it| !it.contains('/')), place)
            })
        })
    }

    /// The first place where a source asks for a variable of the environment: "`settings.py` (line 3)". Settings of
    /// tools that build and test do not count.
    pub fn asks_for(&self, name: &str) -> Option<String> {
        let is_own = |file: &&ApplicationSource| !is_file_of_a_tool(file_name(&file.context_path));
        self.files.iter().filter(is_own).find_map(|file| {
            let mut asked = file.source.variables.iter();
            let variable = asked.find(|it| it.name.value().is_some_and(|it| it == name))?;
            Some(format!("`{}` (line {})", file.context_path, variable.line))
        })
    }
}

impl ApplicationSources {
    /// The first error with a text that an application of Express leaves to Express's own page, as no source may answer for
    /// errors: "`routes/a.js` (line 3)". What `async` functions throw counts where it is told so.
    pub fn error_of_express(&self, counts_async: bool) -> Option<String> {
        let loads = |file: &ApplicationSource, module: &str| {
            let mut modules = file.source.imports.iter().map(|it| it.module.value());
            modules.any(|it| it.is_some_and(|it| it == module))
        };
        let is_of_express = self.files.iter().any(|file| loads(file, "express"));
        if !is_of_express || self.files.iter().any(|it| it.source.answers_errors) {
            return None;
        }
        let counts_async = counts_async
            || self
                .files
                .iter()
                .any(|file| loads(file, "express-async-errors"));
        self.files.iter().find_map(|file| {
            let mut errors = file.source.handed_errors.iter();
            let error = errors.find(|it| counts_async || !it.is_in_async)?;
            Some(format!("`{}` (line {})", file.context_path, error.line))
        })
    }
}

/// A file or folder of the build context, and where it lands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) context: String,
    image: Option<ImagePath>,
    /// Whether the build makes something else of it, so that not the file itself is shipped.
    is_built: bool,
}

/// The sources that the stage ships.
pub(crate) fn application_sources(stage: Stage<'_>) -> &ApplicationSources {
    stage.cached(|| {
        let mut found = ApplicationSources::default();
        let roots = roots(stage, &mut found.unread, 0);
        let mut walk = Walk {
            context: stage.file.context,
            stage,
            found,
            seen: BTreeSet::new(),
            folders: 0,
        };
        for root in roots {
            walk.root(&root);
        }
        let mut found = walk.found;
        found
            .files
            .sort_by(|a, b| a.context_path.cmp(&b.context_path));
        found.unread.dedup();
        found.unread_files.sort();
        found.unread_files.dedup();
        found.settings.sort();
        found.settings.dedup();
        found
    })
}

/// What the steps of a stage, and of those that it is based on, take from the build context.
pub(crate) fn roots(stage: Stage<'_>, unread: &mut Vec<String>, depth: usize) -> Vec<Root> {
    let mut all = Vec::new();
    if depth > MOST_STAGES {
        unread.push("what is copied through many stages".to_owned());
        return all;
    }
    for stage in stage.base_chain() {
        for step in stage.copies().filter(|step| !step.is_onbuild()) {
            if of_step(stage, step, &mut all, unread, depth).is_none() {
                unread.push(format!("what {} puts into the image", step.label()));
            }
        }
    }
    all
}

/// Takes in what a step copies; none where it cannot be told. What comes from other images is no source of this
/// application, nor is what is written into the Dockerfile or downloaded.
fn of_step(
    stage: Stage<'_>,
    step: Step<'_>,
    all: &mut Vec<Root>,
    unread: &mut Vec<String>,
    depth: usize,
) -> Option<()> {
    let from = match step.source() {
        None => None,
        Some(Source::Stage(from)) => Some(from),
        Some(Source::Image(_)) => return Some(()),
        Some(Source::Unknown) => return None,
    };
    let written = expand_text(stage, step.target()?, step).unwrap_or_default();
    let folder = workdir_before(stage, step.index(), true);
    let target = folder.filter(|_| !written.is_empty());
    let target = target.map(|folder| join(&folder, &written));
    let into_folder = written.ends_with('/')
        || matches!(written.as_str(), "." | "..")
        || step.sources().count() > 1;
    let keeps_parents = step.flag("parents").is_some();
    for word in step.sources() {
        let source = expand_text(stage, word, step)?;
        if source.starts_with("<<") || source.contains("://") || source.starts_with("git@") {
            continue;
        }
        let source = ImagePath::new(&source);
        let target = target.as_deref().map(|target| {
            if keeps_parents {
                ImagePath::new(&join(target, source.as_str().trim_start_matches('/')))
            } else {
                ImagePath::new(target)
            }
        });
        match from {
            Some(from) => of_stage(
                from,
                &source,
                target.as_ref(),
                into_folder,
                (all, unread),
                depth,
            ),
            None => of_context(
                stage.file.context,
                &source,
                target.as_ref(),
                into_folder,
                all,
            ),
        }
    }
    Some(())
}

/// A source of the build context.
fn of_context(
    context: &dyn Context,
    source: &ImagePath,
    target: Option<&ImagePath>,
    into_folder: bool,
    all: &mut Vec<Root>,
) {
    let relative = source.as_str().trim_start_matches('/').to_owned();
    let name = source.file_name();
    if name.contains(['*', '?', '[']) {
        let folder = relative.rsplit_once('/').map_or("", |(folder, _)| folder);
        let listed = context.list(folder).found().unwrap_or_default();
        let fits = |it: &String| matches(name.as_bytes(), it.trim_end_matches('/').as_bytes());
        let names: Vec<String> = listed.into_iter().filter(fits).collect();
        if names.is_empty() {
            all.push(made_of(context, &relative, target));
        } else if folder.is_empty() && names.iter().all(|it| may_be_dockerfile(it)) {
            // Another folder is meant.
            all.push(Root {
                context: String::new(),
                image: target.cloned(),
                is_built: false,
            });
            return;
        }
        for found in names {
            let bare = found.trim_end_matches('/');
            // Of a matching folder the contents land.
            let is_folder = found.ends_with('/');
            all.push(Root {
                context: below(folder, bare),
                image: if is_folder {
                    target.cloned()
                } else {
                    target.map(|target| target.join(bare))
                },
                is_built: false,
            });
        }
        return;
    }
    let is_folder = relative.is_empty() || matches!(context.list(&relative), Answer::Found(_));
    if !is_folder && matches!(context.first_bytes(&relative), Answer::Absent) {
        all.push(made_of(context, &relative, target));
        return;
    }
    let image = if into_folder && !is_folder {
        target.map(|target| target.join(name))
    } else {
        target.cloned()
    };
    all.push(Root {
        context: relative,
        image,
        is_built: false,
    });
}

/// What is copied and not there: where it is a program in Java of a project that is, whose build makes it outside of the image,
/// the project's sources tell what it does.
fn made_of(context: &dyn Context, path: &str, target: Option<&ImagePath>) -> Root {
    const OF_PROJECTS: [&str; 3] = ["pom.xml", "build.gradle", "build.gradle.kts"];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // Where Maven and Gradle put it.
    let outputs = ["target", "build/libs"];
    let project = outputs.iter().find_map(|it| folder.strip_suffix(it));
    let project = project.map(|it| it.trim_end_matches('/'));
    let is_there = |project: &&str| {
        let mut files = OF_PROJECTS.iter().map(|it| below(project, it));
        file_is(file_name(path), FileMark::JavaArchive)
            && files.any(|it| context.read(&it).found().is_some())
    };
    match project.filter(is_there) {
        Some(project) => Root {
            context: below(project, "src/main"),
            image: target.cloned(),
            is_built: true,
        },
        None => Root {
            context: path.to_owned(),
            image: target.cloned(),
            is_built: false,
        },
    }
}

/// A source that is copied from another stage: what that one takes from the build context, and what it makes.
fn of_stage(
    from: Stage<'_>,
    source: &ImagePath,
    target: Option<&ImagePath>,
    into_folder: bool,
    (all, unread): (&mut Vec<Root>, &mut Vec<String>),
    depth: usize,
) {
    let mut unsaid = Vec::new();
    let context = from.file.context;
    let mut is_known = false;
    for root in roots(from, &mut unsaid, depth + 1) {
        let Some(landed) = root.image else {
            continue;
        };
        if let Some(rest) = landed.below(source) {
            let is_source = rest.is_empty() && context.read(&root.context).found().is_some();
            let inside = if is_source && into_folder {
                source.file_name()
            } else {
                rest
            };
            let image = target.map(|target| target.join(inside));
            all.push(Root {
                context: root.context,
                image,
                is_built: root.is_built,
            });
            is_known = true;
        } else if let Some(rest) = source.below(&landed) {
            let path = below(&root.context, rest);
            let is_file = context.read(&path).found().is_some();
            if is_file || matches!(context.list(&path), Answer::Found(_)) {
                let image = if is_file && into_folder {
                    target.map(|target| target.join(source.file_name()))
                } else {
                    target.cloned()
                };
                all.push(Root {
                    context: path,
                    image,
                    is_built: root.is_built,
                });
                is_known = true;
            }
        }
    }
    if is_known {
        return;
    }
    // What a build makes does what its sources do; where they lie tells only roughly where that lies.
    let sources = roots(from, &mut unsaid, depth + 1);
    unread.extend(unsaid);
    all.extend(sources.into_iter().map(|root| Root {
        context: root.context,
        image: target.cloned(),
        is_built: true,
    }));
}

fn below(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

struct Walk<'c> {
    context: &'c dyn Context,
    stage: Stage<'c>,
    found: ApplicationSources,
    /// What was read, or looked into, and where it lands.
    seen: BTreeSet<(String, Option<ImagePath>)>,
    folders: usize,
}

impl Walk<'_> {
    fn root(&mut self, root: &Root) {
        let mut open = vec![root.clone()];
        while let Some(next) = open.pop() {
            if !self.seen.insert((next.context.clone(), next.image.clone())) {
                continue;
            }
            let is_file = !next.context.is_empty() && !next.context.ends_with('/');
            let names = match self.context.list(next.context.trim_end_matches('/')) {
                Answer::Found(names) => names,
                Answer::Absent if is_file => {
                    if next == *root && self.is_made_outside(&next.context) {
                        self.not_read(&next.context, self.why_absent());
                    }
                    self.file(&next);
                    continue;
                }
                Answer::Absent => continue,
                Answer::Unknown(why) => {
                    self.not_read(&next.context, &why);
                    continue;
                }
            };
            if next.context.is_empty() && !has_project(self.stage.file()) {
                self.not_read("", self.why_absent());
            }
            // Some contexts list nothing for a file, where others say that there is no such folder.
            if names.is_empty() && is_file {
                self.file(&next);
                continue;
            }
            self.folders += 1;
            if self.folders > MOST_FOLDERS {
                self.too_many();
                return;
            }
            for name in names {
                let bare = name.trim_end_matches('/');
                let is_folder = name.ends_with('/');
                if !is_folder && may_be_dockerfile(bare) {
                    continue;
                }
                if !dfix_sources::is_application(if is_folder { &name } else { bare }) {
                    continue;
                }
                let path = below(next.context.trim_end_matches('/'), bare);
                let entry = Root {
                    context: path,
                    image: next.image.as_ref().map(|image| image.join(bare)),
                    is_built: next.is_built,
                };
                if is_folder {
                    open.push(Root {
                        context: format!("{}/", entry.context),
                        ..entry
                    });
                } else if self
                    .seen
                    .insert((entry.context.clone(), entry.image.clone()))
                {
                    self.file(&entry);
                }
            }
        }
    }

    fn file(&mut self, file: &Root) {
        let language = dfix_sources::unread_language(file_name(&file.context));
        if language.is_some() && self.found.unread_files.len() < MOST_FILES {
            self.found.unread_files.push(file.context.clone());
        }
        if let Some(language) = language.filter(|_| file.is_built) {
            let is_told = |it: &String| it.ends_with(language);
            if !self.found.unread.iter().any(is_told) {
                let what = format!("`{}`, as dfix does not read {language}", file.context);
                self.found.unread.push(what);
            }
        }
        if dfix_sources::may_be_settings(file_name(&file.context))
            && self.found.settings.len() < MOST_SETTINGS
        {
            self.found.settings.push(file.context.clone());
        }
        if !dfix_sources::may_be_source(file_name(&file.context))
            || dfix_sources::is_for_browsers(&file.context)
        {
            return;
        }
        if self.found.files.len() >= MOST_FILES {
            self.too_many();
            return;
        }
        match self.context.source(&file.context) {
            Answer::Found(Some(source)) => self.found.files.push(ApplicationSource {
                context_path: file.context.clone(),
                path: file.image.clone(),
                source,
            }),
            Answer::Found(None) | Answer::Absent => {}
            Answer::Unknown(why) => self.not_read(&file.context, &why),
        }
    }

    /// Why nothing was read of what is copied and not there.
    fn why_absent(&self) -> &'static str {
        if has_project(self.stage.file()) {
            "it is not in the build context"
        } else {
            "nothing lies there but what builds the image"
        }
    }

    /// Whether what a step copies is made outside of the build, or fetched, before it. What nobody runs, by its name, does
    /// not matter.
    fn is_made_outside(&self, path: &str) -> bool {
        let name = file_name(path);
        let is_run = dfix_sources::may_be_source(name)
            || !name.contains('.')
            || file_is(name, FileMark::JavaArchive);
        let is_absent = || {
            matches!(self.context.first_bytes(path), Answer::Absent)
                && matches!(self.context.list(path), Answer::Absent)
        };
        is_run && !dfix_sources::is_for_browsers(path) && is_absent()
    }

    fn not_read(&mut self, path: &str, why: &str) {
        let path = if path.is_empty() { "." } else { path };
        self.found.unread.push(format!("{path}: {why}"));
    }

    fn too_many(&mut self) {
        let what = "more sources than are read".to_owned();
        if !self.found.unread.contains(&what) {
            self.found.unread.push(what);
        }
    }
}

impl Stage<'_> {
    /// The first text in quotes that is wanted in the sources of the application which are in languages that are not read,
    /// with its place as a message names it: "`src/main.rs` (line 3)". Comments of whole lines do not count.
    pub fn quoted_in_unread_sources(
        self,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Option<(String, String)> {
        let context = self.file().context();
        application_sources(self)
            .unread_files
            .iter()
            .find_map(|path| {
                let text = context.read(path).found()?;
                text.lines().enumerate().find_map(|(at, line)| {
                    let is_comment = line.trim_start().starts_with("//");
                    let mut quoted = line.split('"').skip(1).step_by(2);
                    let found = quoted.find(|it| !is_comment && is_wanted(it))?;
                    Some((found.to_owned(), format!("`{path}` (line {})", at + 1)))
                })
            })
    }
}
