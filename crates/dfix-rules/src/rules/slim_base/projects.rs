//! Python projects, what is built from its source, and what lock files say.

use dfix_model::context::Answer;
use dfix_model::requirements::{dependencies, locked, optional, pipfile_lock};
use dfix_model::{Command, Word};

use super::commands::{Reader, said};
use super::needs::Site;
use super::packages::{Verdict, of_python};
use super::python::{Asked, Use};
use super::scripts::{file_at, has_ending};

impl<'m> Reader<'m, '_> {
    /// `python setup.py install`.
    pub(super) fn python_setup(&mut self, site: Site<'m>, folder: Option<&str>) {
        if !self.form.loses_tools() {
            return;
        }
        let usage = Use::plain(site, folder);
        self.python_project(".", usage, site);
    }

    /// A package that is built from its source.
    pub(super) fn python_source(&mut self, name: &str, usage: Use<'m, '_>, site: Site<'m>) {
        let known = of_python(name, None, self.form.python().as_deref());
        if known.is_pure || self.is_assumed(name) || usage.asked == Asked::Libraries {
            return;
        }
        if known.verdict == Verdict::Unknown || self.has_own_compiler(site) {
            self.needs.open(
                format!("whether `{name}`, which is built from its source, needs a compiler"),
                format!("look at its source, and write `wheels = [\"{name}\"]` under `[assume]` in dfix.toml"),
            );
        } else {
            self.needs
                .build(format!("`{name}` is built from its source"));
        }
    }

    /// A project of the build context: `.`, `-e ./lib`.
    pub(super) fn python_project(&mut self, path: &str, usage: Use<'m, '_>, site: Site<'m>) {
        if usage.asked == Asked::Libraries || has_ending(path, ".whl") {
            return;
        }
        let (path, extras) = path.split_once('[').unwrap_or((path, ""));
        let path = path.trim_end_matches('/');
        let file = |name: &str| file_at(usage.site, &format!("{path}/{name}"), usage.folder);
        let (pyproject, setup, config) =
            (file("pyproject.toml"), file("setup.py"), file("setup.cfg"));
        let texts: Vec<_> = [pyproject, setup, config]
            .into_iter()
            .filter_map(Answer::found)
            .collect();
        if texts.is_empty() {
            return self.needs.open(
                format!("whether the project `{path}` compiles native parts: neither its pyproject.toml nor its setup.py can be read"),
                "run dfix where the build context is",
            );
        }
        let compiles = [
            "ext_modules",
            "Extension(",
            "cffi_modules",
            "cython",
            "Cython",
            "rust_extensions",
            "maturin",
            "scikit-build",
            "scikit_build",
            "mesonpy",
            "meson-python",
            "pybind11",
            "setuptools-rust",
            "setuptools_rust",
            "cmake",
        ];
        if let Some(word) = compiles
            .iter()
            .find(|w| texts.iter().any(|t| t.contains(*w)))
        {
            return self.needs.build(format!(
                "the project `{path}` compiles native parts (`{word}`)"
            ));
        }
        let versioned = [
            "setuptools_scm",
            "setuptools-scm",
            "versioneer",
            "hatch-vcs",
            "poetry-dynamic-versioning",
            "pbr",
        ];
        if versioned
            .iter()
            .any(|w| texts.iter().any(|t| t.contains(w)))
        {
            self.vcs("git", "the project's version", site);
        }
        for text in &texts {
            for (name, version) in dependencies(text) {
                self.python_package(&name, version.as_deref(), usage, site);
            }
        }
        let asked = extras.trim_end_matches(']').split(',').map(str::trim);
        for extra in asked.filter(|extra| !extra.is_empty()) {
            match texts.iter().find_map(|text| optional(text, extra)) {
                Some(lines) => {
                    for line in &lines {
                        self.requirement(line, usage, site);
                    }
                }
                None => self.unknown_python(&format!("what `{path}[{extra}]` brings along"), site),
            }
        }
        let is_dynamic = texts
            .iter()
            .any(|t| t.contains("open(") || t.contains("dynamic"))
            && texts.iter().any(|t| t.contains("requirements"));
        if is_dynamic {
            self.unknown_python(
                &format!("the project `{path}`, which computes its requirements"),
                site,
            );
        }
    }

    /// `poetry install`, `pipenv install`, `uv sync`: what the lock file says.
    pub(super) fn python_tool(
        &mut self,
        command: Command<'_>,
        site: Site<'m>,
        folder: Option<&str>,
    ) {
        let subcommand = command
            .args()
            .filter_map(Word::value)
            .find(|w| !w.starts_with('-'));
        let file = match (command.name(), subcommand) {
            ("poetry", Some("install" | "sync")) => "poetry.lock",
            ("pipenv", Some("install" | "sync")) => "Pipfile.lock",
            ("uv", Some("sync" | "run")) => "uv.lock",
            ("pdm", Some("install" | "sync")) => "pdm.lock",
            ("poetry" | "pdm", Some("add")) | ("uv", Some("add" | "tool")) => "the command line",
            _ => return,
        };
        if !self.form.loses_tools() {
            return;
        }
        let usage = Use::plain(site, folder);
        let answer = if file == "the command line" {
            Answer::Absent
        } else {
            file_at(site, file, folder)
        };
        match answer {
            Answer::Found(text) => {
                let before = self.needs.state();
                let lines = if file == "Pipfile.lock" {
                    pipfile_lock(&text)
                } else {
                    locked(&text)
                };
                for line in &lines {
                    self.requirement(line, usage, site);
                }
                if self.needs.state() == before {
                    self.needs.evidence(format!(
                        "{file}: every package has a wheel or is pure Python"
                    ));
                }
            }
            Answer::Absent => {
                self.unknown_python(&format!("what {} installs", said(site.step)), site);
            }
            Answer::Unknown(why) => self.needs.open(
                format!("whether `{file}` names packages that need a compiler or git: {why}"),
                "run dfix where the build context is, or look into the file",
            ),
        }
    }
}
