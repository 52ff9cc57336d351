//! The scripts of package.json that commands of npm, yarn and pnpm run.

use super::{UnreadKind, Walk};
use crate::facts::call_site::CallSite;
use crate::facts::project::{NodeProject, runs_install_scripts};
use crate::packages::PackageCommand;

impl<'m> Walk<'m> {
    /// The scripts of package.json that a command of npm, yarn or pnpm runs.
    pub(super) fn package_json(
        &mut self,
        package: &PackageCommand<'m>,
        site: &CallSite<'m>,
        depth: u8,
    ) {
        let scripts: Vec<(String, String)> = if let Some(name) = package.script() {
            match NodeProject::of(package, site) {
                NodeProject::Read(json) => json
                    .scripts_of(name)
                    .map(|(name, text)| (name, text.to_owned()))
                    .collect(),
                NodeProject::Absent => {
                    let condition = format!("what the npm script `{name}` calls");
                    return self.unread(UnreadKind::Program, condition, "look into package.json");
                }
                NodeProject::Unread(why) => {
                    let condition =
                        format!("what the script `{name}` of package.json calls: {why}");
                    return self.unread(
                        UnreadKind::Text,
                        condition,
                        "run dfix where the build context is",
                    );
                }
            }
        } else if runs_install_scripts(package)
            && let NodeProject::Read(json) = NodeProject::of(package, site)
        {
            json.install_scripts()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect()
        } else {
            return;
        };
        for (name, text) in scripts {
            let label = format!("package.json's {name}");
            if self.seen.insert(format!("{label}: {text}")) {
                self.shell_text(&label, &text, site, depth);
            }
        }
    }
}
