//! Commands that install what a project needs.

use crate::facts::project::node::is_global;
use crate::packages::{PackageCommand, PackageManager};

impl PackageCommand<'_> {
    /// Whether npm, yarn or pnpm install what the `package.json` of a project says, and name nothing of their own.
    pub fn installs_node_project(&self) -> bool {
        let is_node = matches!(
            self.manager,
            PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
        );
        is_node && self.is_install() && self.packages().is_empty() && !is_global(self)
    }
}
