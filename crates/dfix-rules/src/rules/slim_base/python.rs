//! What pip, uv, poetry and pipenv install, and whether it installs without a compiler.

use dfix_model::context::Answer;
use dfix_model::packages::SpecKind;
use dfix_model::requirements::{Line, lines};
use dfix_model::{PackageCommand, PackageManager, Stage, Word, normal_python_name};

use super::commands::{Reader, said};
use super::constraints::Constraints;
use super::needs::Site;
use super::packages::{Known, Verdict, of_python};
use super::scripts::{file_at, has_ending};

/// How deep files of requirements may name one another.
const MAX_DEPTH: u8 = 8;

/// Packages that bring nothing along that must be compiled, whatever pip knows of wheels.
const ALONE: &[&str] = &[
    "boto3",
    "bottle",
    "click",
    "docopt",
    "flask",
    "gunicorn",
    "itsdangerous",
    "jinja2",
    "mock",
    "nose",
    "pip",
    "pymysql",
    "pytest",
    "python-dateutil",
    "pytz",
    "redis",
    "requests",
    "setuptools",
    "six",
    "urllib3",
    "virtualenv",
    "werkzeug",
    "wheel",
];

/// What is asked of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Whether it installs here, and what it needs when it runs.
    Everything,
    /// What it needs when it runs: it is installed elsewhere.
    Libraries,
}

/// A use of pip or its like, somewhere.
#[derive(Clone, Copy)]
pub(super) struct Use<'m, 'f> {
    pub(super) site: Site<'m>,
    pub(super) folder: Option<&'f str>,
    pub(super) asked: Asked,
    /// Whether wheels are not taken.
    pub(super) no_binary: bool,
    /// What constraint files say of versions.
    pub(super) constraints: &'f Constraints,
}

impl<'m, 'f> Use<'m, 'f> {
    /// A use that says nothing of wheels or versions.
    pub(super) fn plain(site: Site<'m>, folder: Option<&'f str>) -> Self {
        Use {
            site,
            folder,
            asked: Asked::Everything,
            no_binary: false,
            constraints: Constraints::NONE,
        }
    }
}

impl<'m> Reader<'m, '_> {
    /// A command of pip or `uv pip` in a stage on the image.
    pub(super) fn python(
        &mut self,
        package: &PackageCommand<'_>,
        site: Site<'m>,
        folder: Option<&str>,
    ) {
        self.python_asked(package, site, site, folder, Asked::Everything);
    }

    /// A command of pip in another stage, whose result is copied to `site`.
    pub(super) fn python_libraries(
        &mut self,
        package: &PackageCommand<'m>,
        site: Site<'m>,
        folder: Option<&str>,
    ) {
        let Some(there) = Site::of(package) else {
            return;
        };
        self.python_asked(package, there, site, folder, Asked::Libraries);
    }

    /// `there` is where pip runs, `site` where what it installs is used.
    fn python_asked(
        &mut self,
        package: &PackageCommand<'_>,
        there: Site<'m>,
        site: Site<'m>,
        folder: Option<&str>,
        asked: Asked,
    ) {
        if !self.form.loses_tools()
            || !(package.is_install()
                || package.subcommand_is_one_of(&["wheel", "download", "sync"]))
        {
            return;
        }
        let mut constraints = Constraints::default();
        for file in package.constraint_files() {
            match file.text() {
                Some(path) => constraints.read(path, there, folder),
                None => constraints.is_open = true,
            }
        }
        let usage = Use {
            site: there,
            folder,
            asked,
            no_binary: package.has_flag("--no-binary")
                || there.stage.env_at(there.step, "PIP_NO_BINARY").is_set(),
            constraints: &constraints,
        };
        for spec in package.packages() {
            match (spec.kind, spec.name) {
                (SpecKind::Index, Some(name)) => {
                    let rest = spec.word.literal_prefix().split_once('[');
                    let extras = rest.and_then(|(_, rest)| rest.split(']').next());
                    let extras = extras.unwrap_or("");
                    if usage.asked == Asked::Everything && !extras.is_empty() {
                        self.extras(name, extras);
                    }
                    self.python_package(with_extras(name, extras), spec.version, usage, site);
                }
                (SpecKind::Path, _) if has_ending(spec.word.literal_prefix(), ".whl") => {
                    self.own_wheel(package, spec.word, usage);
                }
                // Folders are looked at below.
                (SpecKind::Path, _) => {}
                _ => match lines(spec.word.value().unwrap_or("")).into_iter().next() {
                    Some(line) => self.requirement(&line, usage, site),
                    None => self.unknown_python(&format!("`{}`", spec.word.source_text()), site),
                },
            }
        }
        for project in package.local_projects() {
            match project.text() {
                Some(path) => self.python_project(path, usage, site),
                None => self.unknown_python(&format!("`{}`", project.word.source_text()), site),
            }
        }
        for editable in package
            .editables()
            .filter(|e| e.literal_prefix.contains("://"))
        {
            for line in lines(editable.literal_prefix) {
                self.requirement(&line, usage, site);
            }
        }
        let files: Vec<_> = package.requirement_files().collect();
        for file in files {
            let written = file.text().map(str::to_owned).or_else(|| {
                let stage = package.command.stage()?;
                stage.expand_text(file.word, package)
            });
            match written {
                Some(path) if path.contains("://") => {
                    self.unknown_python(&format!("`{path}`"), site);
                }
                Some(path) => self.requirements(&path, usage, site, 0),
                None => self.unknown_python(&format!("`{}`", file.word.source_text()), site),
            }
        }
    }

    /// A wheel that stands in the image: what it needs is known only where nothing is fetched for it.
    fn own_wheel(&mut self, package: &PackageCommand<'_>, word: Word<'_>, usage: Use<'m, '_>) {
        let fetches_nothing = package.has_flag("--no-index") || package.has_flag("--no-deps");
        let path = word.literal_prefix();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // A stage that made wheels of everything: `pip wheel`, then `COPY --from`.
        let is_copied = !folder.is_empty()
            && usage
                .site
                .stage
                .base_chain()
                .flat_map(Stage::steps)
                .any(|copy| {
                    let target = copy
                        .target()
                        .map_or("", Word::literal_prefix)
                        .trim_end_matches('/');
                    let makes = |from: Stage<'_>| {
                        let commands = from.package_commands(PackageManager::Pip);
                        commands
                            .into_iter()
                            .any(|pip| pip.subcommand_is_one_of(&["wheel"]))
                    };
                    target == folder && copy.source().and_then(|s| s.stage()).is_some_and(makes)
                });
        if usage.asked == Asked::Everything && !fetches_nothing && !is_copied {
            self.unknown_python(&format!("what `{}` needs", word.source_text()), usage.site);
        }
    }

    /// A file of requirements.
    fn requirements(&mut self, path: &str, usage: Use<'m, '_>, site: Site<'m>, depth: u8) {
        let name = path.trim_start_matches("./").to_owned();
        match file_at(usage.site, path, usage.folder) {
            Answer::Found(text) => {
                let before = self.needs.state();
                let all = lines(&text);
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let beside = |file: &str| match folder {
                    "" => file.to_owned(),
                    folder => format!("{folder}/{file}"),
                };
                let mut constraints = usage.constraints.clone();
                for line in &all {
                    if let Line::Constraints(file) = line {
                        constraints.read(&beside(file), usage.site, usage.folder);
                    }
                }
                let usage = Use {
                    constraints: &constraints,
                    no_binary: usage.no_binary,
                    ..usage
                };
                for line in &all {
                    match line {
                        Line::File(file) if depth >= MAX_DEPTH || file.contains("://") => {
                            self.unknown_python(&format!("what `{file}` names"), site);
                        }
                        Line::File(file) if !self.scripts.insert(format!("{file} of {path} for {}", site.start)) => {}
                        Line::File(file) => self.requirements(&beside(file), usage, site, depth + 1),
                        line => self.requirement(line, usage, site),
                    }
                }
                if self.needs.state() == before && usage.asked == Asked::Everything {
                    self.needs.evidence(format!(
                        "{name}: every package has a wheel or is pure Python"
                    ));
                }
            }
            Answer::Absent => self.needs.open(
                format!("whether `{name}` names packages that need a compiler or git: it is not in the build context"),
                "run dfix where the build context is",
            ),
            Answer::Unknown(why) => self.needs.open(
                format!("whether `{name}` names packages that need a compiler or git: {why}"),
                "run dfix where the build context is, or look into the file",
            ),
        }
    }

    pub(super) fn requirement(&mut self, line: &Line, usage: Use<'m, '_>, site: Site<'m>) {
        let is_all = usage.asked == Asked::Everything;
        match line {
            Line::Package {
                name,
                extras,
                version,
            } => {
                if is_all && !extras.is_empty() {
                    self.extras(name, extras);
                }
                self.python_package(with_extras(name, extras), version.as_deref(), usage, site);
            }
            Line::Repository {
                tool,
                name,
                folder,
                ssh,
            } => {
                if is_all {
                    self.vcs(tool, "pip, for a package from a repository", site);
                    if *ssh {
                        self.vcs("ssh", "pip, for a package from a repository", site);
                    }
                }
                match name.as_ref().or(folder.as_ref()) {
                    Some(name) => self.python_source(name, usage, site),
                    None => self.unknown_python("a package from a repository", site),
                }
            }
            // What a wheel needs beside itself is fetched like everything else.
            Line::Wheel { place, .. } if is_all => {
                self.unknown_python(&format!("what `{place}` brings along"), site);
            }
            Line::Archive {
                name: Some(name), ..
            } => self.python_source(name, usage, site),
            Line::Archive { .. } => {
                self.unknown_python("an archive that is named by its address", site);
            }
            Line::Local(path) => self.python_project(path, usage, site),
            Line::NoBinary(what) => {
                self.needs
                    .build(format!("`--no-binary {what}` compiles packages"));
            }
            Line::Unknown(text) => self.unknown_python(&format!("`{text}`"), site),
            Line::File(file) => self.unknown_python(&format!("what `{file}` names"), site),
            Line::Wheel { .. } | Line::Constraints(_) => {}
        }
    }

    pub(super) fn python_package(
        &mut self,
        name: &str,
        version: Option<&str>,
        usage: Use<'m, '_>,
        site: Site<'m>,
    ) {
        if self.is_assumed(name) {
            return;
        }
        let (constrained, is_open) = usage.constraints.of(name);
        let version = version
            .filter(|v| v.trim().starts_with("=="))
            .or(constrained)
            .or(version);
        let known = of_python(name, version, self.form.python().as_deref());
        self.libraries_of(name, &known, site);
        if usage.asked == Asked::Libraries {
            return;
        }
        // What is compiled on every Python is so on an old one; of other wheels the tables know what is new.
        let compiles = known.verdict == Verdict::Compiles
            && of_python(name, None, Some("3.12")).verdict == Verdict::Compiles;
        if !compiles && let Some(why) = self.too_old(name, &known) {
            return self.needs.open(
                format!(
                    "whether `{name}` and what it brings along install without a compiler: {why}"
                ),
                "try the slim form, or take a newer Python",
            );
        }
        if is_open && !known.is_pure && !version.is_some_and(|v| v.trim().starts_with("==")) {
            return self.needs.open(
                format!(
                    "which version of `{name}` the constraints allow, and whether it has a wheel"
                ),
                "run dfix where the build context is, or look into the file of constraints",
            );
        }
        let is_limited = version.is_some_and(|v| {
            v.split(',')
                .any(|part| part.trim().starts_with(['=', '<', '~', '^']))
        });
        if is_limited && self.form.moves_python() && known.verdict == Verdict::Fine {
            let next = of_python(name, version, Some("99.0"));
            if next.verdict != Verdict::Fine {
                return self.needs.open(
                    format!(
                        "whether `{}` is still {} when it is built: this version of `{name}` has no wheel for the next",
                        self.form.from(),
                        python_name(self.form.python()),
                    ),
                    "name the version of Python in the tag",
                );
            }
        }
        match known.verdict {
            _ if usage.no_binary && !known.is_pure => {
                self.needs.build(format!("`{name}` is compiled in {}", said(usage.site.step)));
            }
            Verdict::Fine => {}
            Verdict::Compiles if self.has_own_compiler(site) => self.needs.open(
                format!("whether `{name}` compiles with what the stage installs itself"),
                "install the `-dev` packages that it needs by name, or try the slim form",
            ),
            Verdict::Compiles => {
                let python = python_name(self.form.python());
                self.needs.compiles(name, &python);
            }
            Verdict::Unknown => self.needs.open(
                format!("whether `{name}` has a wheel for {}", python_name(self.form.python())),
                format!("look on its index page, and write `wheels = [\"{name}\"]` under `[assume]` in dfix.toml"),
            ),
        }
    }

    /// Why wheels of today say nothing of this image, if they do not.
    fn too_old(&self, name: &str, known: &Known) -> Option<&'static str> {
        let version = self.form.python()?;
        let (major, minor) = version.split_once('.')?;
        if known.is_pure && ALONE.contains(&normal_python_name(name).as_str()) {
            return None;
        }
        if major == "2" || (major == "3" && minor.parse::<u8>().ok()? < 6) {
            return Some("many packages have no wheels for so old a Python");
        }
        // manylinux2014 is known to pip since 19.3.
        self.form
            .was_left_before(2020, 1)
            .then_some("the pip of this image does not know the wheels of today")
    }

    /// A program that fetches from repositories.
    pub(super) fn vcs(&mut self, tool: &str, who: &str, site: Site<'m>) {
        let package = match tool {
            "hg" => "mercurial",
            "svn" => "subversion",
            _ => "git",
        };
        if self.form.lost(tool).is_some() && !self.is_installed(package, site) {
            self.install(package, format!("`{tool}` for {who}"), site);
        }
    }

    pub(super) fn unknown_python(&mut self, what: &str, _site: Site<'m>) {
        self.needs.open(
            format!("whether {what} needs a compiler"),
            "look whether what is installed has wheels for this version of Python",
        );
    }

    pub(super) fn has_own_compiler(&self, site: Site<'m>) -> bool {
        self.is_installed("gcc", site)
    }
}

/// The package that an extra puts in another's stead.
fn with_extras<'a>(name: &'a str, extras: &str) -> &'a str {
    let has_binary = extras.split(',').any(|extra| extra.trim() == "binary");
    if normal_python_name(name) == "psycopg" && has_binary {
        "psycopg-binary"
    } else {
        name
    }
}

pub(super) fn python_name(version: Option<String>) -> String {
    version.map_or_else(
        || "this Python".to_owned(),
        |version| format!("Python {version}"),
    )
}
