//! What is particular to pip: files of requirements, and where the packages go.

use crate::packages::{OptionValue, PackageCommand, PackageManager, SpecKind, spec};

impl<'m> PackageCommand<'m> {
    fn values_of_python(&self, names: &[&str]) -> impl Iterator<Item = OptionValue<'m>> {
        let is_python = matches!(self.manager, PackageManager::Pip | PackageManager::Uv);
        self.values_of(if is_python { names } else { &[] })
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The files that `-r` names.
    pub fn requirement_files(&self) -> impl Iterator<Item = OptionValue<'m>> {
        self.values_of_python(&["-r", "--requirement", "--requirements"])
    }

    /// The files that `-c` names.
    pub fn constraint_files(&self) -> impl Iterator<Item = OptionValue<'m>> {
        self.values_of_python(&["-c", "--constraint", "--constraints"])
    }

    /// What `-e` names: folders or repositories.
    pub fn editables(&self) -> impl Iterator<Item = OptionValue<'m>> {
        self.values_of_python(&["-e", "--editable"])
    }

    /// The folders and files of the image that pip installs as Python projects: `.`, `./lib`, `-e .[test]`.
    pub fn local_projects(&self) -> Vec<OptionValue<'m>> {
        let operands = self
            .operands()
            .filter(|w| spec::parse(self.manager, *w).kind == SpecKind::Path)
            .map(|word| OptionValue {
                word,
                literal_prefix: word.literal_prefix(),
                is_known: word.is_known(),
            });
        operands
            .chain(
                self.editables()
                    .filter(|v| !v.literal_prefix.contains("://")),
            )
            .collect()
    }
}
