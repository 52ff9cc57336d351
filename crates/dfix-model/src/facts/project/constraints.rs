//! What constraint files say of the versions that pip takes.

use std::collections::BTreeMap;

use super::lines::{Line, lines, normal_python_name};
use crate::context::Answer;
use crate::facts::call_site::CallSite;

/// The conditions of all constraint files that are in force.
#[derive(Debug, Clone, Default)]
pub(super) struct Constraints {
    known: BTreeMap<String, String>,
    /// Whether one could not be read.
    pub(super) is_open: bool,
}

impl Constraints {
    /// Adds a file of the image.
    pub(super) fn read(&mut self, path: &str, site: &CallSite<'_>) {
        let Answer::Found(text) = site.read(path) else {
            self.is_open = true;
            return;
        };
        for line in lines(&text) {
            match line {
                Line::Package {
                    name,
                    version: Some(version),
                    ..
                } => {
                    self.known
                        .entry(normal_python_name(&name))
                        .or_insert(version);
                }
                Line::Package { .. } | Line::NoBinary(_) => {}
                // Another file, a repository in a package's stead.
                _ => self.is_open = true,
            }
        }
    }

    /// The condition on a package.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        self.known
            .get(&normal_python_name(name))
            .map(String::as_str)
    }
}
