//! What npm, yarn, pnpm, bun and node run of a project's own scripts.

use crate::handles::Word;
use crate::packages::{PackageCommand, PackageManager};
use dfix_catalogue::{PackageWord, interpreter_by_ending, package_word_is};

impl<'m> PackageCommand<'m> {
    /// The script of package.json that the command runs: `build` of `npm run build`, `start` of
    /// `npm start`, `dev` of `yarn dev`. None where it runs none, or its name is not known.
    ///
    /// Source: docs.npmjs.com/cli/commands/npm-run-script; yarn, pnpm and bun (bun.sh/docs/cli/run) run a script by its
    /// bare name; node by `--run` (nodejs.org/api/cli.html).
    pub fn script(&self) -> Option<&'m str> {
        let name = match self.manager {
            PackageManager::Node => return self.flag_value("--run")?.text(),
            PackageManager::Npm
            | PackageManager::Yarn
            | PackageManager::Pnpm
            | PackageManager::Bun => self.script_word()?.value()?,
            _ => return None,
        };
        let is_file = || name.starts_with(['.', '/']) || interpreter_by_ending(name).is_some();
        (self.manager != PackageManager::Bun || !is_file()).then_some(name)
    }

    /// The word that names the script.
    fn script_word(&self) -> Option<Word<'m>> {
        let subcommand = self.subcommand_word()?;
        if self.is_for_workspace() {
            return self.script_of_workspace();
        }
        let family = match self.manager {
            PackageManager::Npm => None,
            PackageManager::Yarn => Some("yarn"),
            PackageManager::Pnpm => Some("pnpm"),
            _ => Some("bun"),
        };
        match (subcommand.value()?, family) {
            ("run" | "run-script", _) => self.operands().next(),
            ("start" | "test" | "stop" | "restart", None | Some("yarn" | "pnpm")) => {
                Some(subcommand)
            }
            ("", _) | (_, None) => None,
            (own, Some(family)) if package_word_is(family, own, PackageWord::Own) => None,
            _ => Some(subcommand),
        }
    }

    /// `yarn workspace NAME start`, `yarn workspaces foreach run start`: in the folder of another package.json.
    pub(crate) fn is_for_workspace(&self) -> bool {
        self.manager == PackageManager::Yarn
            && self
                .command
                .args()
                .find(|word| !word.starts_with("-"))
                .is_some_and(|word| word.is("workspace") || word.is("workspaces"))
    }

    fn script_of_workspace(&self) -> Option<Word<'m>> {
        let mut words = self.operands();
        if self.subcommand_text() == "workspaces" {
            return words.by_ref().find(|word| word.is("run")).and(words.next());
        }
        let word = words.next()?;
        if word.is("run") {
            return words.next();
        }
        let is_own = package_word_is("yarn", word.value()?, PackageWord::Own);
        (!is_own).then_some(word)
    }

    /// The command that runs where package.json has no script of the name: yarn, pnpm and bun look for a program of the
    /// packages then.
    pub(crate) fn program_instead(&self) -> Option<String> {
        let finds = matches!(
            self.manager,
            PackageManager::Yarn | PackageManager::Pnpm | PackageManager::Bun
        );
        let name = self.script_word().filter(|_| finds)?;
        if matches!(name.value()?, "start" | "test" | "stop" | "restart") {
            return None;
        }
        let words = self.command.args().skip_while(|word| *word != name);
        let words: Vec<&str> = words.map(Word::source_text).collect();
        Some(words.join(" "))
    }
}
