//! What constraint files say of the versions that pip takes.

use dfix_model::context::Answer;
use dfix_model::normal_python_name;
use dfix_model::requirements::{Line, lines};

use super::needs::Site;
use super::scripts::file_at;

/// The conditions of all constraint files that are in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Constraints {
    known: Vec<(String, String)>,
    /// Whether one could not be read.
    pub(super) is_open: bool,
}

impl Constraints {
    /// No constraints at all.
    pub(super) const NONE: &'static Self = &Constraints {
        known: Vec::new(),
        is_open: false,
    };

    /// Adds a file of the image.
    pub(super) fn read(&mut self, path: &str, site: Site<'_>, folder: Option<&str>) {
        let Answer::Found(text) = file_at(site, path, folder) else {
            self.is_open = true;
            return;
        };
        for line in lines(&text) {
            match line {
                Line::Package {
                    name,
                    version: Some(version),
                    ..
                } => self.known.push((normal_python_name(&name), version)),
                Line::Package { .. } | Line::NoBinary(_) => {}
                // Another file, a repository in a package's stead.
                _ => self.is_open = true,
            }
        }
    }

    /// The condition on a package, and whether there may be others.
    pub(super) fn of(&self, name: &str) -> (Option<&str>, bool) {
        let name = normal_python_name(name);
        let said = self.known.iter().find(|(known, _)| *known == name);
        (said.map(|(_, version)| version.as_str()), self.is_open)
    }
}
