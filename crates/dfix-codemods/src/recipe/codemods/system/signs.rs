//! Signs that a release's change matters which one command, or one step, shows.

use dfix_catalogue::{Foundation, ReleaseChange, ReleaseSign, tool_in};
use dfix_model::path::{file_name, has_ending};
use dfix_model::{Command, PackageCommand, Stage, Step, Word, lines};

use super::super::lines::{line_of, verb};
use super::installed::Installed;
use super::runs::{Runs, calls};

/// Endings of archives that the builder and tar unpack.
const ARCHIVES: [&str; 8] = [
    ".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tbz2", ".tgz", ".txz", ".tar.zst",
];

/// What is open where the sign is seen.
pub(super) fn condition(
    runs: &Runs<'_>,
    installed: &Installed<'_>,
    change: &ReleaseChange,
    new: &Foundation,
) -> Option<String> {
    let release = new.told();
    let sign = change.sign;
    let numbers = |is_it: &dyn Fn(Command<'_>) -> bool| -> Vec<usize> {
        let found = runs.commands.iter().filter(|it| is_it(**it));
        found.map(|it| line_of(*it)).collect()
    };
    let places = |numbers: Vec<usize>| (!numbers.is_empty()).then(|| lines(numbers));
    Some(match sign {
        ReleaseSign::Fetched(_) => {
            let places = places(numbers(&|it| fetches(it, sign)))?;
            format!(
                "whether what {} knows {release}",
                verb(&places, "fetches", "fetch")
            )
        }
        ReleaseSign::Unpacked(_) => {
            let mut found = numbers(&|it| unpacks_into_root(it) && !names(it, sign));
            let steps = runs.stage.with_descendants().flat_map(Stage::steps);
            let added = steps.filter(|it| is_unpacked_into_root(*it, sign));
            found.extend(added.map(Step::line));
            let places = places(found)?;
            format!(
                "whether what {} into `/` has no folder `bin`, `lib` or `sbin` on {release}",
                verb(&places, "unpacks", "unpack")
            )
        }
        ReleaseSign::Merged => {
            let (line, from, to) = one_twice(runs)?;
            format!("whether line {line} may put `{from}` at `{to}` on {release}")
        }
        ReleaseSign::Deleted(path) => {
            if writes_list(runs) {
                return None;
            }
            let places = places(numbers(&|it| deletes(it, path)))?;
            format!("whether {places} may delete `{path}` on {release}")
        }
        ReleaseSign::Group(group) => {
            let makes =
                |it: &Command<'_>| it.is_one_of(&["groupadd", "addgroup"]) && it.has_arg(group);
            if runs.commands.iter().any(makes) {
                return None;
            }
            let places = places(numbers(&|it| names_group(it, group)))?;
            format!(
                "whether {} the group `{group}` on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Needs(program, other) => {
            let is_gone = tool_in(new, program) == Some(false);
            if is_gone || tool_in(new, other) == Some(true) {
                return None;
            }
            let lacks = |it: Command<'_>| {
                calls(it, program) && !is_installed_before(runs, it, change.packages)
            };
            let places = places(numbers(&lacks))?;
            format!(
                "whether {} the `{other}` that `{program}` needs on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Xz => {
            let is_brought = change.packages.split(' ').any(|it| installed.has(it));
            if is_brought || tool_in(new, "xz") == Some(true) {
                return None;
            }
            let places = places(numbers(&|it| it.programs_of_tar().contains(&"xz")))?;
            format!(
                "whether {} the `xz` that `tar` needs on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Put(folder, package) => {
            if !installed.has(package) || writes_settings_of(runs, folder) {
                return None;
            }
            let places = places(puts(runs, folder))?;
            format!(
                "whether `{package}` of {release} takes what {} into `{folder}`",
                verb(&places, "puts", "put")
            )
        }
        _ => return None,
    })
}

/// Whether a command names an address that the sign lists.
fn fetches(command: Command<'_>, sign: ReleaseSign) -> bool {
    let Some(stage) = command.stage() else {
        return false;
    };
    command.args().any(|word| {
        let is_address = word.source_text().contains("://") || word.source_text().contains('.');
        let text = is_address
            .then(|| stage.expand_text(word, command))
            .flatten();
        text.is_some_and(|it| sign.lists(&it))
    })
}

/// Whether a command, or that which hands it its text, names something that the sign lists.
fn names(command: Command<'_>, sign: ReleaseSign) -> bool {
    let mut words = command
        .args()
        .chain(command.piped_from().into_iter().flat_map(Command::args));
    words.any(|it| sign.lists(it.source_text()))
}

/// Whether tar unpacks something into the root of the image, over links that are there.
fn unpacks_into_root(command: Command<'_>) -> bool {
    if !command.is("tar") || !extracts(command) {
        return false;
    }
    let is_kept = |it: Word<'_>| it.starts_with("--exclude") || it.is("--keep-directory-symlink");
    let mut words = command.args();
    let follows = |folder: &str| {
        let mut words = command.args();
        words.any(|it| it.is(folder)) && words.next().is_some_and(|it| it.is("/"))
    };
    let is_root = command.has_arg("-C/")
        || command.has_arg("--directory=/")
        || follows("-C")
        || follows("--directory");
    is_root && !words.any(is_kept)
}

fn extracts(command: Command<'_>) -> bool {
    let is_cluster =
        |it: &str| !it.starts_with("--") && !it.contains(['/', '.']) && it.contains('x');
    let first = command.args().next().and_then(Word::value);
    command.has_option("--extract")
        || first.is_some_and(is_cluster)
        || command
            .args()
            .filter_map(Word::value)
            .any(|it| it.starts_with('-') && is_cluster(it))
}

/// Whether the builder unpacks an archive of the build context into the root of the image.
fn is_unpacked_into_root(step: Step<'_>, sign: ReleaseSign) -> bool {
    let is_archive = |it: Word<'_>| {
        let text = it.source_text();
        !text.contains("://") && ARCHIVES.iter().any(|end| text.ends_with(end)) && !sign.lists(text)
    };
    step.name() == "ADD"
        && step.target().is_some_and(|it| it.is("/"))
        && step.sources().any(is_archive)
}

/// The first command that gives a program of `/usr/bin` the same name in `/bin`, or the other way round.
fn one_twice(runs: &Runs<'_>) -> Option<(usize, String, String)> {
    let of_usr = |path: &str| {
        let rest = path.strip_prefix("/usr").unwrap_or(path);
        let is_merged = ["/bin/", "/sbin/", "/lib/"]
            .iter()
            .any(|it| rest.starts_with(it));
        is_merged.then(|| rest.to_owned())
    };
    runs.commands.iter().find_map(|command| {
        if !command.is_one_of(&["ln", "cp", "mv"]) {
            return None;
        }
        let mut operands = command.args().filter(|it| !it.starts_with("-"));
        let from = operands.next()?.value()?;
        let to = operands.next().and_then(Word::value)?;
        let is_folder =
            to.ends_with('/') || matches!(to, "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin");
        let to = if is_folder {
            format!("{}/{}", to.trim_end_matches('/'), file_name(from))
        } else {
            to.to_owned()
        };
        let is_one = operands.next().is_none() && from != to && of_usr(from)? == of_usr(&to)?;
        is_one.then(|| (line_of(*command), from.to_owned(), to))
    })
}

/// Whether a command deletes a file, by its name, that of a folder above it, or a pattern.
fn deletes(command: Command<'_>, path: &str) -> bool {
    command.is("rm")
        && command.args().any(|word| {
            let text = word.unquoted();
            match text.split_once('*') {
                Some((front, end)) => {
                    path.starts_with(front) && path.ends_with(end) && front.starts_with("/etc/apt/")
                }
                None => {
                    let rest = path.strip_prefix(text.trim_end_matches('/'));
                    text.starts_with("/etc/apt")
                        && rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
                }
            }
        })
}

/// Whether the file puts a list of archives of its own in the image's place.
fn writes_list(runs: &Runs<'_>) -> bool {
    const LIST: &str = "/etc/apt/sources.list";
    let is_list = |it: Word<'_>| it.is(LIST) || it.is("/etc/apt/") || it.is("/etc/apt");
    let mut steps = runs.stage.base_chain().flat_map(Stage::steps);
    let is_copied = steps.any(|it| it.is_copy_or_add() && it.target().is_some_and(is_list));
    is_copied
        || runs.commands.iter().any(|it| {
            it.redirects()
                .any(|it| it.writes() && it.target().is_some_and(is_list))
                || it.is("tee") && it.has_arg(LIST)
        })
}

/// Whether a command puts a user into a group.
fn names_group(command: Command<'_>, group: &str) -> bool {
    let is_it = |it: Word<'_>| {
        it.value()
            .is_some_and(|it| it.split(',').any(|it| it == group))
    };
    if command.is_one_of(&["chown", "chgrp"]) {
        let owner = command
            .args()
            .find(|it| !it.starts_with("-"))
            .and_then(Word::value);
        let is_of =
            |it: &str| it.ends_with(&format!(":{group}")) || command.is("chgrp") && it == group;
        return owner.is_some_and(is_of);
    }
    if !command.is_one_of(&["adduser", "gpasswd", "useradd", "usermod"]) {
        return false;
    }
    let words: Vec<Word<'_>> = command.args().collect();
    let is_value = |pair: &[Word<'_>]| pair[0].starts_with("-") && is_it(pair[1]);
    let is_operand = || {
        let mut operands = words.iter().filter(|it| !it.starts_with("-"));
        command.is_one_of(&["adduser", "gpasswd"])
            && operands.clone().count() > 1
            && operands.next_back().is_some_and(|it| is_it(*it))
    };
    words.windows(2).any(is_value) || is_operand()
}

/// Whether one of these packages is installed before a command.
fn is_installed_before(runs: &Runs<'_>, command: Command<'_>, packages: &str) -> bool {
    let is_before = |it: Command<'_>| {
        let (one, other) = (it.step().index(), command.step().index());
        one < other || one == other && it.range().start() < command.range().start()
    };
    let installs = runs.managers().filter(PackageCommand::is_install);
    let stages = runs.stage.base_chain().skip(1);
    let below = stages.flat_map(Stage::system_packages);
    let has = |name: &str| packages.split(' ').any(|it| it == name);
    below.into_iter().any(|it| has(it.name))
        || installs
            .filter(|it| is_before(it.command))
            .any(|it| it.packages().iter().any(|it| it.name.is_some_and(has)))
}

/// The lines that put something into a folder.
fn puts(runs: &Runs<'_>, folder: &str) -> Vec<usize> {
    let is_in = |it: Word<'_>| {
        let rest = it.value().and_then(|it| it.strip_prefix(folder));
        rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    let steps = runs.stage.with_descendants().flat_map(Stage::steps);
    let copies = steps.filter(|it| it.is_copy_or_add() && it.target().is_some_and(is_in));
    let mut found: Vec<usize> = copies.map(Step::line).collect();
    let putting = runs.commands.iter().filter(|it| {
        let is_last = || it.args().next_back().is_some_and(is_in);
        it.redirects()
            .any(|it| it.writes() && it.target().is_some_and(is_in))
            || it.is_one_of(&["cp", "install", "ln", "mv", "tee"]) && is_last()
    });
    found.extend(putting.map(|it| line_of(*it)));
    found
}

/// Whether the file brings the settings that say what is read of a folder: `nginx.conf` beside `conf.d`.
fn writes_settings_of(runs: &Runs<'_>, folder: &str) -> bool {
    let above = folder.rsplit_once('/').map_or("", |it| it.0);
    let mut steps = runs.stage.with_descendants().flat_map(Stage::steps);
    steps.any(|step| {
        let is_it = |it: Word<'_>| {
            let rest = it.value().and_then(|it| it.strip_prefix(above));
            rest.is_some_and(|it| {
                matches!(it, "" | "/") || has_ending(it, ".conf") && it.matches('/').count() == 1
            })
        };
        step.is_copy_or_add() && step.target().is_some_and(is_it)
    })
}
