//! What npm, yarn and pnpm install and run: package.json, its scripts, the lock file.

use dfix_model::context::Answer;
use dfix_model::packages::SpecKind;
use dfix_model::{Command, PackageCommand, Word};
use serde_json::Value;

use super::commands::{Reader, said};
use super::copies::is_text;
use super::needs::{Needs, Site};
use super::packages::{Verdict, of_node};
use super::scripts::{absolute, file_at};

/// Programs of npm packages that call nothing beside node.
const RUN_ALONE: &[&str] = &[
    "@angular/cli",
    "babel",
    "esbuild",
    "eslint",
    "gatsby",
    "gulp",
    "jest",
    "mocha",
    "nest",
    "next",
    "ng",
    "nodemon",
    "nuxt",
    "pm2",
    "rollup",
    "serve",
    "sequelize",
    "sequelize-cli",
    "tailwindcss",
    "ts-node",
    "tsc",
    "tsup",
    "tsx",
    "typeorm",
    "typescript",
    "vite",
    "vitest",
    "webpack",
    "http-server",
    "knex",
    "vue-cli-service",
    "react-scripts",
];

/// A file of a project, as the context has it.
enum Project<T> {
    Read(T),
    Absent,
    Unread(String),
}

impl<'m> Reader<'m, '_> {
    /// A command of npm, yarn or pnpm.
    pub(super) fn node(
        &mut self,
        package: &PackageCommand<'_>,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        if !self.form.loses_tools() {
            return;
        }
        if package.has_flag("--build-from-source") {
            self.needs.build(format!(
                "`--build-from-source` compiles packages in {}",
                said(site.step)
            ));
        }
        if let Some(script) = package.script() {
            return self.node_script(script, site, folder, depth);
        }
        // `npm link` in a project installs what it depends on.
        let rebuilds = package.subcommand_is_one_of(&["rebuild", "rb", "update", "upgrade", "up"])
            || package.subcommand_is_one_of(&["link", "ln"]) && package.operands().is_empty();
        if !package.is_install()
            && !package.subcommand_is_one_of(&["ci", "clean-install"])
            && !rebuilds
        {
            return;
        }
        let no_scripts = package.has_flag("--ignore-scripts");
        let specs = package.packages();
        for spec in &specs {
            match (spec.kind, spec.name) {
                (SpecKind::Index, Some(name)) => {
                    self.node_package(name, spec.version, no_scripts, site);
                }
                (SpecKind::Vcs, _) => self.node_repository(spec.word.literal_prefix(), site),
                _ => self.needs.open(
                    format!("what `{}` compiles", spec.word.source_text()),
                    "look whether it has native parts",
                ),
            }
        }
        let is_global = package.has_flag("--global")
            || package.has_flag("-g")
            || package.subcommand_is_one_of(&["global"])
            || package
                .values_of(&["--location"])
                .any(|v| v.text() == Some("global"));
        if specs.is_empty() || !is_global && Self::may_be_project(site, folder) {
            self.node_project(package, no_scripts, site, folder, depth);
        }
    }

    /// Whether there may be a package.json in the folder, with which `npm install NAME` installs all that it
    /// names, too: copied there, or fetched.
    fn may_be_project(site: Site<'m>, folder: Option<&str>) -> bool {
        let fetches = |c: Command<'_>| c.is_one_of(&["git", "tar", "unzip"]);
        !matches!(read_json(site, folder, "package.json"), Project::Absent)
            || site
                .stage
                .base_chain()
                .flat_map(dfix_model::Stage::build_commands)
                .any(|c| fetches(c) && usize::from(c.range().start()) < site.start)
    }

    fn node_package(
        &mut self,
        name: &str,
        version: Option<&str>,
        no_scripts: bool,
        site: Site<'m>,
    ) {
        let known = of_node(name, version);
        self.libraries_of(name, &known, site);
        match known.verdict {
            Verdict::Fine => {}
            Verdict::Compiles if no_scripts => {}
            Verdict::Compiles => self.needs.build(format!(
                "the npm package `{name}` compiles when it is installed"
            )),
            Verdict::Unknown => self.needs.open(
                format!("whether the npm package `{name}` compiles native parts"),
                "keep a package-lock.json of npm 7 or later beside package.json, or look at the package",
            ),
        }
    }

    /// `npx`: a package is fetched and run, or one that is installed is run.
    pub(super) fn npx(&mut self, command: Command<'_>, site: Site<'m>) {
        let name = command
            .args()
            .filter_map(Word::value)
            .find(|word| !word.starts_with('-'));
        match name {
            Some(name) if self.form.loses_tools() => {
                let name = name
                    .rsplit_once('@')
                    .map_or(name, |(name, _)| if name.is_empty() { "@" } else { name });
                if !RUN_ALONE.contains(&name) {
                    self.needs.open(
                        format!("what `npx {name}` calls in {}", said(site.step)),
                        "look whether it calls a command that the slim form lacks",
                    );
                }
            }
            _ => {}
        }
    }

    /// What is copied out of a stage that npm installed into may load libraries.
    pub(super) fn node_libraries(
        &mut self,
        package: &PackageCommand<'m>,
        site: Site<'m>,
        folder: Option<&str>,
    ) {
        let Some(there) = Site::of(package) else {
            return;
        };
        let mut needs = Needs::default();
        Reader::new(self.form, &mut needs, &[]).node(package, there, folder, 0);
        let is_known = !package.operands().is_empty() || {
            let json = read_json(there, folder, "package.json");
            matches!(json, Project::Read(_))
        };
        if !is_known && !site.step.sources().all(is_text) {
            self.needs.open(
                format!("whether the packages that {} copies load a library that the slim form lacks: package.json is not read", said(site.step)),
                "run dfix where the build context is",
            );
        }
        for install in needs.installs {
            let is_library = install.package.starts_with("lib")
                || matches!(install.package.as_str(), "openssl" | "procps");
            if is_library && !self.is_installed(&install.package, site) {
                self.needs.install(&install.package, install.tool, site);
            }
        }
    }

    fn node_repository(&mut self, reference: &str, site: Site<'m>) {
        self.vcs("git", "npm packages from a repository", site);
        self.needs.open(
            format!("whether `{reference}`, which is built from its source, needs a compiler"),
            "look into its package.json and for a binding.gyp",
        );
        if reference.contains("ssh") {
            self.needs.open(
                format!("whether `{reference}` is fetched over ssh"),
                "name it by its https address",
            );
        }
    }

    fn node_project(
        &mut self,
        package: &PackageCommand<'_>,
        no_scripts: bool,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        let folder = match package
            .flag_value("--prefix")
            .or_else(|| package.flag_value("--cwd"))
        {
            Some(value) => value.text().and_then(|path| absolute(path, folder)),
            None => folder.map(str::to_owned),
        };
        let json = match read_json(site, folder.as_deref(), "package.json") {
            Project::Read(json) => json,
            Project::Absent => {
                return self.needs.open(
                    format!("whether what {} installs compiles native parts or needs git: no package.json is copied there", said(site.step)),
                    "look whether package.json names packages with native parts or from repositories",
                );
            }
            Project::Unread(why) => {
                return self.needs.open(
                    format!("whether package.json names packages that compile native parts or need git: {why}"),
                    "run dfix where the build context is",
                );
            }
        };
        let is_production = package.has_flag("--production")
            || package.has_flag("--prod")
            || package
                .values_of(&["--omit"])
                .any(|v| v.text() == Some("dev"))
            || package
                .values_of(&["--only"])
                .any(|v| v.text().is_some_and(|t| t.starts_with("prod")));
        let kinds: &[&str] = if is_production {
            &["dependencies", "optionalDependencies"]
        } else {
            &["dependencies", "optionalDependencies", "devDependencies"]
        };
        let mut direct: Vec<(String, String)> = Vec::new();
        for kind in kinds {
            for (name, version) in json
                .get(kind)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let version = version.as_str().unwrap_or("").to_owned();
                direct.push((name.clone(), version));
            }
        }
        for (name, version) in &direct {
            if is_repository(version) {
                self.node_repository(version, site);
            } else if version.starts_with("file:") || version.starts_with("link:") {
                self.needs.open(
                    format!("whether the local npm package `{name}` compiles native parts"),
                    "look whether it has a binding.gyp",
                );
            }
        }
        if !no_scripts {
            for script in ["preinstall", "install", "postinstall", "prepare"] {
                if let Some(text) = json
                    .pointer(&format!("/scripts/{script}"))
                    .and_then(Value::as_str)
                {
                    self.shell_text(
                        &format!("package.json's {script}"),
                        text,
                        site,
                        folder.as_deref(),
                        depth,
                    );
                }
            }
        }
        match read_json(site, folder.as_deref(), "package-lock.json") {
            Project::Read(lock) if lock.get("packages").is_some() => {
                self.node_lock(&lock, is_production, no_scripts, site);
            }
            _ => {
                if json.get("workspaces").is_some() {
                    self.needs.open(
                        "whether the workspaces of package.json name packages that compile native parts",
                        "keep a package-lock.json of npm 7 or later beside package.json",
                    );
                }
                for (name, version) in &direct {
                    if !is_repository(version)
                        && !version.starts_with("file:")
                        && !version.starts_with("link:")
                    {
                        self.node_package(name, Some(version), no_scripts, site);
                    }
                }
                self.needs.evidence(
                    "no package that package.json names directly is known to compile native parts",
                );
            }
        }
    }

    /// A package-lock.json of version 2 or 3, which says of each package whether it runs scripts.
    fn node_lock(&mut self, lock: &Value, is_production: bool, no_scripts: bool, site: Site<'m>) {
        let yes = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
        for (path, entry) in lock
            .get("packages")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let Some((_, name)) = path.rsplit_once("node_modules/") else {
                continue;
            };
            if is_production && yes(entry, "dev") {
                continue;
            }
            let resolved = entry.get("resolved").and_then(Value::as_str).unwrap_or("");
            if is_repository(resolved) {
                self.node_repository(resolved, site);
            }
            let version = entry.get("version").and_then(Value::as_str);
            // What runs no script compiles nothing; it may still load a library.
            let runs_script = yes(entry, "hasInstallScript") && !is_for_another_system(entry);
            if runs_script || !of_node(name, version).libraries.is_empty() {
                self.node_package(name, version, no_scripts, site);
            }
        }
        self.needs.evidence(
            "package-lock.json: no package that runs an install script compiles native parts",
        );
    }

    /// A script of package.json.
    fn node_script(&mut self, name: &str, site: Site<'m>, folder: Option<&str>, depth: u8) {
        let json = match read_json(site, folder, "package.json") {
            Project::Read(json) => json,
            Project::Absent => {
                return self.needs.open(
                    format!("what the npm script `{name}` calls"),
                    "look into package.json for commands that the slim form lacks",
                );
            }
            Project::Unread(why) => {
                return self.needs.open(
                    format!("what the script `{name}` of package.json calls: {why}"),
                    "run dfix where the build context is",
                );
            }
        };
        for name in [format!("pre{name}"), name.to_owned(), format!("post{name}")] {
            let text = json.pointer(&format!("/scripts/{}", name.replace('/', "~1")));
            if let Some(text) = text.and_then(Value::as_str) {
                let label = format!("package.json's {name}");
                if self.scripts.insert(label.clone()) {
                    self.shell_text(&label, text, site, folder, depth);
                }
            }
        }
    }
}

fn read_json(site: Site<'_>, folder: Option<&str>, file: &str) -> Project<Value> {
    match file_at(site, file, folder) {
        Answer::Found(text) => match serde_json::from_str(&text) {
            Ok(json) => Project::Read(json),
            Err(_) => Project::Unread(format!("{file} cannot be read")),
        },
        Answer::Absent => Project::Absent,
        Answer::Unknown(why) => Project::Unread(why),
    }
}

fn is_repository(version: &str) -> bool {
    version.starts_with("git")
        || version.starts_with("bitbucket:")
        || version.contains("git@")
        || (version.contains('/')
            && !version.contains("://")
            && !version.starts_with(['.', '/', '@'])
            && !version.contains(':'))
}

/// Whether an entry of a lock file is for another operating system than Linux.
fn is_for_another_system(entry: &Value) -> bool {
    entry
        .get("os")
        .and_then(Value::as_array)
        .is_some_and(|systems| !systems.iter().any(|s| s.as_str() == Some("linux")))
}
