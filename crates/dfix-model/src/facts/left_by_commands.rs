//! What commands of the build leave in a folder, beside what is copied there.

use crate::facts::dependencies::installed_by;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Touch, Touched};
use crate::handles::{Stage, Step};
use crate::packages::PackageCommand;
use crate::path::ImagePath;

/// What commands of the build leave in a folder, beside what is copied there.
#[derive(Debug, Clone, Default)]
pub struct LeftByCommands {
    /// Folders made there.
    pub made: Vec<ImagePath>,
    /// A package manager that keeps its packages there.
    pub packages: Option<String>,
    /// A command of which it is not known what it leaves.
    pub unknown: Option<String>,
}

/// What commands of the build leave in a folder.
pub(crate) fn left_by_commands(stage: Stage<'_>, folder: &ImagePath) -> LeftByCommands {
    let mut left = LeftByCommands::default();
    let touched = stage
        .base_chain()
        .flat_map(|stage| Filesystem::of(stage).touched());
    for touched in touched.filter(|touched| touched.path.is_below(folder)) {
        // What a COPY puts there, and the folders that it makes for that, is whose it says.
        if touched.step.is_copy_or_add() {
            continue;
        }
        match touched.touch {
            Touch::Made if touched.path != folder => {
                let rest = touched.path.below(folder).unwrap_or("");
                let outermost = ImagePath::new(rest)
                    .parts()
                    .next()
                    .map(|name| folder.join(name));
                let made = outermost.filter(|path| !left.made.iter().any(|made| made == path));
                left.made.extend(made);
            }
            Touch::Filled | Touch::Written => tell(&mut left, &touched),
            Touch::Removed if touched.path != folder => {
                let before = left.made.len();
                left.made.retain(|made| !made.is_below(touched.path));
                if left.made.len() < before {
                    left.unknown.get_or_insert("`mkdir`".to_owned());
                }
            }
            _ => {}
        }
    }
    let is_opaque = |run: Step<'_>| run.has_opaque_text() || run.commands().next().is_none();
    if stage.base_chain().flat_map(Stage::runs).any(is_opaque) {
        left.unknown.get_or_insert("a RUN".to_owned());
    }
    left
}

/// Who puts files there.
fn tell(left: &mut LeftByCommands, touched: &Touched<'_>) {
    let package = touched.command.and_then(PackageCommand::of);
    match package.filter(PackageCommand::is_install) {
        Some(package) => {
            let words = [package.program_name(), package.subcommand_text()];
            let said = format!("`{}`", words.join(" ").trim_end());
            left.packages.get_or_insert(said);
        }
        None if let Some(it) = touched.command.and_then(installed_by) => {
            left.packages.get_or_insert(it.by);
        }
        None => {
            let name = touched
                .command
                .map_or("a RUN".to_owned(), |c| format!("`{}`", c.name()));
            left.unknown.get_or_insert(name);
        }
    }
}
