//! The fonts of the system that the application's sources draw with: where there are none, what draws fails, or leaves the
//! text out without a word.

use dfix_catalogue::{FontUse, font_uses};

use crate::context::Context;
use crate::facts::application_sources::application_sources;
use crate::handles::Stage;

/// So many folders are looked into for a font of the project's own.
const MOST_FOLDERS: usize = 500;

/// A font of the system that a source draws with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnFont {
    /// The Debian package that has it.
    pub package: &'static str,
    /// Who needs it: "the font `DejaVuSans`, which `app.py` (line 3) names,".
    pub who: String,
}

impl Stage<'_> {
    /// The fonts that sources which the stage ships name by their names alone, or take by drawing text. One that lies in
    /// the project itself is none of the system's.
    pub fn drawn_fonts(self) -> Vec<DrawnFont> {
        drawn_fonts(self)
    }
}

fn drawn_fonts(stage: Stage<'_>) -> Vec<DrawnFont> {
    let context = stage.file().context();
    let mut found = Vec::new();
    for file in &application_sources(stage).files {
        let Some(text) = context.read(&file.context_path).found() else {
            continue;
        };
        let loads = |module: &str| {
            let mut modules = file.source.imports.iter().map(|it| it.module.value());
            modules.any(|it| it.is_some_and(|it| it == module))
        };
        let uses = font_uses().filter(|it| text.contains(it.text()));
        for font in uses.filter(|it| it.module().is_none_or(loads)) {
            let mut lines = text.lines().enumerate();
            let line = lines.find(|(_, line)| !is_comment(line) && font.stands_in(line));
            if let Some((line, _)) = line
                && !is_of_project(context, font)
            {
                let place = format!("`{}` (line {})", file.context_path, line + 1);
                found.push(DrawnFont {
                    package: font.package(),
                    who: match font.module() {
                        None => format!("the font `{}`, which {place} names,", font.text()),
                        Some(module) => format!("text that {place} draws with `{module}`"),
                    },
                });
            }
        }
    }
    found
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//")
}

/// Whether a font is named, and the project has a file of this name itself, with whatever ending.
fn is_of_project(context: &dyn Context, font: FontUse) -> bool {
    font.module().is_none() && has_file(context, font.text())
}

fn has_file(context: &dyn Context, name: &str) -> bool {
    let mut folders = vec![String::new()];
    let mut looked = 0;
    while let Some(folder) = folders.pop() {
        looked += 1;
        if looked > MOST_FOLDERS {
            return false;
        }
        for entry in context.list(&folder).found().unwrap_or_default() {
            match entry.strip_suffix('/') {
                Some(".git" | "node_modules") => {}
                Some(below) if folder.is_empty() => folders.push(below.to_owned()),
                Some(below) => folders.push(format!("{folder}/{below}")),
                None if entry.starts_with(name) => return true,
                None => {}
            }
        }
    }
    false
}
