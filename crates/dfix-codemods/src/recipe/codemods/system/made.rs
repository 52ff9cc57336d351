//! Folders of the system that the file makes itself.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{FolderMark, folder_above, folder_is};
use dfix_engine::{Case, Effect, OpenCondition};
use dfix_model::path::file_name;
use dfix_model::{Command, PackageCommand, Word};

use super::super::lines::line_of;
use super::runs::Runs;

/// Folders that every image has, or that a package installed before may make, are made so that it does not matter: `mkdir -p`. Whether
/// that fails where they are there is told by what stands around it.
pub(super) fn make_folders(runs: &Runs<'_>, release: &str, case: &mut Case<'_>) {
    let fails = |it: &&Command<'_>| {
        it.is("mkdir") && !it.has_option("-p") && !it.has_option("--parents") && it.is_certain()
    };
    for command in runs.commands.iter().filter(fails) {
        let Some(program) = command.program() else {
            continue;
        };
        let all = || command.args().filter_map(Word::value);
        let is_there = |it: &&str| folder_is(it.trim_end_matches('/'), FolderMark::There);
        let may_be_there = |it: &&str| is_of_package(runs, *command, it);
        let found = all().find(is_there).map(|it| (it, "is there"));
        let found = found.or_else(|| {
            let path = all().find(may_be_there)?;
            Some((path, "a package may have made"))
        });
        let Some((path, why)) = found else { continue };
        let line = line_of(*command);
        if command.is_of_script() {
            case.open(OpenCondition::new(
                format!("whether {release} has no `{path}` (line {line}), so that it can be made"),
                "say `mkdir -p`",
            ));
            continue;
        }
        case.declare(Effect::arguments_of(*command));
        case.fix(|edit| edit.insert_word_after(program, "-p"));
        case.evidence(format!(
            "line {line} makes `{path}`, which {why}: by `mkdir -p`"
        ));
    }
}

/// Whether a folder of the system may be one that a package makes which is installed before: `/var/run/munin`, `/var/run/sshd`.
fn is_of_package(runs: &Runs<'_>, command: Command<'_>, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    if folder_above(path, FolderMark::System).is_none_or(|it| it == path) {
        return false;
    }
    let is_before = |it: &PackageCommand<'_>| {
        let place = |it: Command<'_>| (it.step().index(), it.range().start());
        it.is_install() && place(it.command) < place(command)
    };
    let packages = || {
        let installs = runs.managers().filter(is_before);
        installs
            .flat_map(|it| it.packages())
            .filter_map(|it| it.name)
    };
    packages().any(|package| is_named_after(path, package))
}

/// Whether a folder's name is that of a package, or of a daemon in it: `sshd` of `openssh-server`.
fn is_named_after(path: &str, package: &str) -> bool {
    let name = file_name(path);
    let stem = name.strip_suffix('d').unwrap_or(name);
    stem.len() > 2 && package.contains(stem)
}

/// Whether what a path names comes out of an archive of the file's own: it makes the folder, or one above, and unpacks into that. Or it is
/// in a folder that cannot have been there, since `mkdir` made it.
pub(super) fn is_filled_by_file(runs: &Runs<'_>, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let made = runs.commands.iter().filter(|it| it.is("mkdir"));
    made.into_iter().any(|making| {
        let may_be_there = making.has_option("-p") || making.has_option("--parents");
        let mut folders = making.args().filter_map(Word::value).map(bare);
        folders.any(|folder| {
            let rest = path.strip_prefix(folder);
            let is_in = rest.is_some_and(|it| it.is_empty() || it.starts_with('/'));
            is_in
                && is_of_system(folder)
                && !is_of_any_package(runs, folder)
                && (!may_be_there || is_unpacked_into(runs, folder))
        })
    })
}

fn bare(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// Whether a folder has the name of a package that is installed, or the beginning of it.
fn is_of_any_package(runs: &Runs<'_>, path: &str) -> bool {
    let installs = runs.managers().filter(PackageCommand::is_install);
    let mut names = installs
        .flat_map(|it| it.packages())
        .filter_map(|it| it.name);
    names.any(|it| it.starts_with(file_name(path)))
}

/// Whether a command unpacks an archive into a folder, by its name or from within.
fn is_unpacked_into(runs: &Runs<'_>, folder: &str) -> bool {
    let names_it = |it: &Command<'_>| {
        let mut words = it.args().filter_map(Word::value);
        words.any(|it| bare(it) == folder)
    };
    let unpacks = |it: &Command<'_>| it.is_one_of(&["tar", "bsdtar", "unzip"]);
    let goes_there = |it: &Command<'_>| it.is("cd") && names_it(it);
    runs.commands
        .iter()
        .any(|it| unpacks(it) && (names_it(it) || it.step().commands().any(|it| goes_there(&it))))
}

/// Whether a command of the same instruction puts something at a path before: `curl -o /usr/bin/x … && chmod +x /usr/bin/x`.
pub(super) fn is_put_before(runs: &Runs<'_>, command: Command<'_>, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut before = runs.commands.iter().filter(|it| {
        it.step().index() == command.step().index() && it.range().start() < command.range().start()
    });
    before.any(|it| {
        let puts = it.is_marked(Mark::Puts) || it.is_marked(Mark::PutsPrograms);
        let texts = || it.args().map(Word::source_text);
        let is_path = || texts().any(|it| it.trim_matches(['"', '\'']).ends_with(path));
        let is_in_folder = || {
            texts().any(|it| bare(it.trim_matches(['"', '\''])) == folder)
                && texts().any(|it| file_name(it).starts_with(name))
        };
        puts && !it.is("chmod") && (is_path() || is_in_folder())
    })
}

/// Whether a path is where packages of the system put their files.
pub(super) fn is_of_system(path: &str) -> bool {
    folder_above(path, FolderMark::Packages).is_some_and(|it| it != path)
}
