//! Tools that the build puts in by npm or corepack.

use crate::handles::{Command, Stage};
use crate::packages::{PackageCommand, PackageManager};

/// The commands that put in a tool of this name, each with the version as it is written: `npm install -g pnpm@9`, `corepack
/// prepare npm@6`. An empty one is the newest; of `None` only the build can tell.
pub(crate) fn tools_put_in<'m>(
    stage: Stage<'m>,
    tool: &'static str,
) -> impl Iterator<Item = (Command<'m>, Option<&'m str>)> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.filter_map(move |command| {
        let puts = match PackageCommand::of(command) {
            Some(package) if package.manager == PackageManager::Npm => {
                package.is_install() && (package.has_flag("-g") || package.has_flag("--global"))
            }
            _ => command.is("corepack") && command.has_arg("prepare"),
        };
        let mut words = command.args().filter(|_| puts);
        words.find_map(|word| {
            let rest = word.literal_prefix().strip_prefix(tool)?;
            let is_it = rest.is_empty() || rest.starts_with('@');
            let version = word.value().map(|_| rest.trim_start_matches('@'));
            is_it.then_some((command, version))
        })
    })
}
