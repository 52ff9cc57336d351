//! What npm, yarn and pnpm run of a project's own scripts.

use crate::handles::Word;
use crate::packages::{PackageCommand, PackageManager};

impl<'m> PackageCommand<'m> {
    /// The script of package.json that the command runs: `build` of `npm run build`, `start` of
    /// `npm start`, `dev` of `yarn dev`. None where it runs none, or its name is not known.
    ///
    /// Source: docs.npmjs.com/cli/commands/npm-run-script; yarn and pnpm run a script by its bare name.
    pub fn script(&self) -> Option<&'m str> {
        let has_scripts = matches!(
            self.manager,
            PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
        );
        if !has_scripts {
            return None;
        }
        let subcommand = self.subcommand_word()?.value()?;
        match subcommand {
            "run" | "run-script" => self.operands().next().and_then(Word::value),
            "start" | "test" | "stop" | "restart" => Some(subcommand),
            _ if self.manager == PackageManager::Npm => None,
            "" | "install" | "add" | "ci" | "i" | "global" | "config" | "cache" | "set"
            | "create" | "init" | "exec" | "dlx" | "link" | "why" | "audit" | "rebuild"
            | "prune" | "update" | "upgrade" | "remove" | "workspace" | "workspaces"
            | "version" | "info" | "view" | "login" | "publish" | "pack" | "dedupe" | "fetch"
            | "deploy" | "store" | "setup" | "env" => None,
            other => Some(other),
        }
    }
}
