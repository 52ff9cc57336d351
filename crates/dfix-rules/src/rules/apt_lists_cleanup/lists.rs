//! What apt's commands do with its lists.

use dfix_catalogue::{PackageWord, package_word_is};
use dfix_model::{PackageCommand, PackageManager};

/// Whether it fetches them.
pub(super) fn updates(apt: &PackageCommand<'_>) -> bool {
    apt.subcommand_is_one_of(&["update"])
}

/// What needs the lists: what may take packages from the archive.
pub(super) fn needs_lists(apt: &PackageCommand<'_>) -> bool {
    apt.manager == PackageManager::Apt
        && !apt.subcommand_text().is_empty()
        && !package_word_is("apt", apt.subcommand_text(), PackageWord::WithoutLists)
}
