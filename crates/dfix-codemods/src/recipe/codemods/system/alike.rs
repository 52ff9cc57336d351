//! Commands of which it is not known that they do the same on another release.
//!
//! A list of what changes with a release is never complete, so the question is the other one: what is known to stay as it is.
//! That are programs which the catalogue marks so, those that the image itself brings on both releases in the same version, and
//! packages of languages that are not compiled where they are installed.

use dfix_catalogue::programs::{Kind, Mark, Program, asks_about_itself};
use dfix_catalogue::{Distribution, Foundation, ImageFacts, is_stable_path, tool, tool_in};
use dfix_engine::OpenCondition;
use dfix_model::path::file_name;
use dfix_model::project::installed_by;
use dfix_model::{Call, Calls, Command, NotRead, Stage, Step, StepKind, Word, lines};

use super::super::lines::line_of;
use super::super::paths::PathChange;
use super::changes::reads;
use super::made::{self, is_of_system};
use super::runs::Runs;

/// How many files a condition names.
const NAMED: usize = 3;

/// The images before and after.
pub(super) struct Images<'a> {
    pub(super) old: Option<&'a ImageFacts>,
    pub(super) new: &'a ImageFacts,
    pub(super) name: &'a str,
    pub(super) foundation: &'a Foundation,
    /// Paths of the image that change with it.
    pub(super) moved: &'a [PathChange],
}

/// What is open of the commands of a stage that nothing else was told of.
pub(super) fn conditions(
    runs: &Runs<'_>,
    images: &Images<'_>,
    is_told: &dyn Fn(&str) -> bool,
) -> Vec<OpenCondition> {
    let mut names: Vec<String> = Vec::new();
    for stage in runs.stage.with_descendants() {
        let calls = stage.calls();
        let is_read = |name: &str| {
            let mut scripts = calls.scripts.iter();
            scripts.any(|it| dfix_model::path::file_name(it) == name)
        };
        // What is not read is told apart.
        let is_told_as_unread = |path: &str| {
            let mut unread = calls.unread.iter();
            unread.any(|it| it.path.as_deref() == Some(path))
        };
        for call in &calls.commands {
            let named = name_of(call.command);
            let name = named.as_str();
            // `CMD ["web"] # …`: an array with something behind, which a shell finds on neither release.
            let is_array = name.len() > 2 && name.starts_with('[') && name.ends_with(']');
            // No program is called so: these are words for the entry point.
            let is_no_name = name.starts_with('-') || name.contains("://");
            if is_no_name || is_argument(call, &calls) || is_array {
                continue;
            }
            // `bash ~/setup.sh`: the shell does the same, and what it runs is not known.
            let script = script_of(call.command).filter(|it| !is_told_as_unread(it));
            if let Some(script) = script.filter(|it| !is_read(file_name(it))) {
                names.push(file_name(&script).to_owned());
                continue;
            }
            if !images.keep(call, &is_told_as_unread) && !is_told(name) && !is_read(name) {
                names.push(name.to_owned());
            }
        }
        // What an application's sources name.
        let named = calls.programs.iter().filter(|it| it.named_by.is_some());
        for program in named {
            if !images.keeps_program(&program.name) && !is_told(&program.name) {
                names.push(program.name.clone());
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    names.retain(|it| seen.insert(it.clone()));
    let release = images.foundation.told();
    let mut open = Vec::new();
    if !names.is_empty() {
        let it = if names.len() == 1 { "works" } else { "work" };
        open.push(OpenCondition::new(
            format!("whether {} {it} with what {release} has", all_of(&names)),
            "build the image and start it once",
        ));
    }
    open.extend(files(runs, images));
    open
}

/// A command's name; that of the file which a variable names.
fn name_of(command: Command<'_>) -> String {
    let spelt = command.program().filter(|_| command.name().is_empty());
    let text = spelt.and_then(|it| text_of(command, it));
    // A variable may hold a whole line.
    let path = text.filter(|it| it.contains('/') && !it.contains(char::is_whitespace));
    path.map_or_else(|| command.name().to_owned(), |it| file_name(&it).to_owned())
}

fn text_of(command: Command<'_>, word: Word<'_>) -> Option<String> {
    let known = word.value().map(str::to_owned);
    known.or_else(|| command.stage()?.expand_text(word, command))
}

/// The script that a shell is told to run, where that is known.
fn script_of(command: Command<'_>) -> Option<String> {
    if !command.is_marked(Mark::TakesScript) || command.is_read_here() {
        return None;
    }
    let first = command.args().find(|it| !it.starts_with("-"))?;
    let is_text = command.args().next()?.starts_with("-") && command.has_option("-c");
    let path = text_of(command, first).filter(|_| !is_text)?;
    let is_script = path.contains('/') || path.contains('.');
    (is_script && !path.contains(char::is_whitespace) && !path.starts_with("/dev/")).then_some(path)
}

/// Whether a `CMD` gives words to an entry point of the file's own that is told itself: a program that nobody here knows, and no
/// script, which would start them.
fn is_argument(call: &Call<'_>, calls: &Calls<'_>) -> bool {
    let command = call.command;
    let step = command.step();
    if !step.is(StepKind::Cmd) || call.is_of_script {
        return false;
    }
    let Some(stage) = command.stage() else {
        return false;
    };
    let entries = stage
        .with_descendants()
        .filter_map(|it| it.entry().entrypoint.step());
    let entries: Vec<Step<'_>> = entries.collect();
    let is_plain = |it: &Step<'_>| {
        let Some(first) = it.is_exec_form().then(|| it.commands().next()).flatten() else {
            return false;
        };
        let path = first.program().and_then(Word::value).unwrap_or_default();
        let is_script = calls.scripts.iter().any(|it| it == path)
            || path.contains("entrypoint")
            || file_name(path).contains('.');
        let takes_words = match first.known() {
            None => command.known().is_none() && !is_script,
            // `make foreground`: the word is its own, whatever it is called.
            Some(known) => matches!(known.kind(), Kind::Runner | Kind::Builder),
        };
        !path.is_empty() && takes_words
    };
    !entries.is_empty() && entries.iter().all(is_plain)
}

/// What is open where nobody knows what an image is based on: all that runs while it is built.
pub(super) fn of_unknown_system(runs: &Runs<'_>, image: &str) -> Option<OpenCondition> {
    let of_builds = runs.commands.iter().filter(|it| it.step().is_run());
    let mut numbers: Vec<usize> = of_builds.map(|it| line_of(*it)).collect();
    numbers.dedup();
    (!numbers.is_empty()).then(|| {
        let places = lines(numbers);
        OpenCondition::new(
            format!("whether what {places} says works with `{image}`, of which nobody here knows what it is based on"),
            "build the image and start it once",
        )
    })
}

/// The names, each in its quotes.
fn all_of<Name: std::fmt::Display>(names: &[Name]) -> String {
    let shown: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

/// Files of the old image that are read or changed.
fn files(runs: &Runs<'_>, images: &Images<'_>) -> Option<OpenCondition> {
    let is_own = |path: &str| {
        let mut parts = path.split('/').skip(1);
        parts.any(|it| it == images.name) || images.moved.iter().any(|it| it.is_in(path))
    };
    let mut paths: Vec<&str> = Vec::new();
    let mut numbers = Vec::new();
    for command in runs.commands.iter().filter(|it| it.is_marked(Mark::Same)) {
        let words = command.args().filter_map(Word::value);
        let of_system = words.filter(|it| is_of_system(it) && !is_stable_path(it) && !is_own(it));
        // What follows may be named without its folder.
        let goes_there = command.is("cd");
        let is_read = |it: &&str| goes_there || reads(runs, *command, it);
        let is_foreign = |it: &&str| !made::is_filled_by_file(runs, it);
        for path in of_system.filter(|it| is_read(it) && is_foreign(it)) {
            paths.push(path);
            numbers.push(line_of(*command));
        }
        for path in programs_of(runs, images, *command) {
            paths.push(path);
            numbers.push(line_of(*command));
        }
    }
    for (line, path) in of_versions(runs) {
        let is_known = is_stable_path(path) || is_own(path) || made::is_filled_by_file(runs, path);
        if is_of_system(path) && !is_known {
            paths.push(path);
            numbers.push(line);
        }
    }
    paths.sort_unstable();
    paths.dedup();
    let shown: Vec<String> = paths
        .iter()
        .take(NAMED)
        .map(|it| format!("`{it}`"))
        .collect();
    let more = if paths.len() > NAMED {
        " and others"
    } else {
        ""
    };
    (!paths.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether {}{more} ({}) {} on {}, and as {}",
                shown.join(", "),
                lines(numbers),
                if paths.len() == 1 {
                    "is there"
                } else {
                    "are there"
                },
                images.foundation.told(),
                if paths.len() == 1 {
                    "it was"
                } else {
                    "they were"
                },
            ),
            "look into the new image",
        )
    })
}

/// Programs of the system that a command reads or changes, and that the new image may not have: `chmod o-x /bin/systemctl`.
fn programs_of<'m>(
    runs: &Runs<'m>,
    images: &Images<'_>,
    command: Command<'m>,
) -> impl Iterator<Item = &'m str> {
    let system = images.foundation;
    let is_there = move |name: &str| {
        let package = tool(system.distribution, system.release, name).map(|it| it.package);
        let mut installed = runs.stage.system_packages();
        tool_in(system, name) == Some(true)
            || images.new.may_bring(name)
            || installed.any(|it| it.name == name || Some(it.name) == package)
    };
    // Those do with a path what they are told, whether something lies there or not; and what fetches or unpacks puts it there.
    let asks_nothing = command.is_one_of(&["adduser", "chsh", "dpkg-divert", "useradd", "usermod"])
        || command.is_marked(Mark::Fetches);
    let words = command.args().filter_map(Word::value);
    words.filter(move |path| {
        let of_folder = path.rsplit_once('/').filter(|(folder, name)| {
            matches!(*folder, "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin") && !name.is_empty()
        });
        of_folder.is_some_and(|(_, name)| {
            !asks_nothing
                && !is_there(name)
                && reads(runs, command, path)
                && !made::is_put_before(runs, command, path)
        })
    })
}

/// Paths that name a version, wherever they stand, with their lines: `/etc/php/7.3/cli/php.ini`. What the file puts there itself is none.
fn of_versions<'m>(runs: &Runs<'m>) -> Vec<(usize, &'m str)> {
    let is_of_path = |it: char| it.is_ascii_alphanumeric() || "/._+-".contains(it);
    let has_version = |part: &str| {
        let end = part.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
        let number = part[end.len()..].trim_matches('.');
        let is_machine = |it: &str| matches!(it, "64" | "32" | "11");
        let within = || {
            part.split(['-', '_'])
                .any(|it| it.starts_with(|it: char| it.is_ascii_digit()))
        };
        let is_triple = part.contains("linux");
        !is_triple && (!number.is_empty() && !is_machine(number) || within())
    };
    let mut found = Vec::new();
    for stage in runs.stage.with_descendants() {
        for step in stage.steps() {
            for (number, line) in step.source_text().lines().enumerate() {
                if line.trim_start().starts_with('#') {
                    continue;
                }
                for word in line.split(|it: char| !is_of_path(it)) {
                    let path = word.find('/').map_or("", |at| &word[at..]);
                    let is_put = || {
                        let first = stage.first_put(path);
                        let is_appended = line.contains(">>");
                        first.is_some_and(|it| {
                            it.index() < step.index() || (it == step && !is_appended)
                        })
                    };
                    if path.split('/').any(has_version) && !step.is_copy_or_add() && !is_put() {
                        found.push((step.line() + number, path));
                    }
                }
            }
        }
    }
    found
}

impl Images<'_> {
    /// Whether a command is known to do the same on both.
    fn keep(&self, call: &Call<'_>, is_told_as_unread: &dyn Fn(&str) -> bool) -> bool {
        let command = call.command;
        if call
            .package
            .as_ref()
            .is_some_and(dfix_model::PackageCommand::is_of_system)
        {
            // What it installs is asked for by name.
            return true;
        }
        let Some(program) = command.program() else {
            return true;
        };
        let lists = installed_by(command, call.package.as_ref(), &call.site);
        if !lists.is_empty() {
            let is_ready = lists.iter().all(|list| {
                list.open.is_empty() && list.packages.iter().all(|it| it.compiles.is_no())
            });
            let is_none = lists.iter().all(|it| it.packages.is_empty());
            // Which of them have no compiled part for musl, nobody knows.
            let is_glibc = self.foundation.distribution != Distribution::Alpine;
            return is_ready && (is_glibc || is_none) && self.keeps_language(command.known());
        }
        // What only the build can tell is told as not read; so is what lies in the application's folders, where it is a file
        // of the project. What was downloaded is none.
        let name = name_of(command);
        if name.is_empty() {
            return true;
        }
        if is_of_application(program) {
            let path = text_of(command, program).unwrap_or_default();
            return path.is_empty() || is_told_as_unread(&path) || self.keeps_program(&name);
        }
        let mut words = command.args().filter_map(Word::value);
        let is_question = command.args().len() == 1 && words.all(asks_about_itself);
        if is_question && command.known().is_some() {
            return true;
        }
        let words: Vec<&str> = command.args().filter_map(Word::value).collect();
        if command.known().is_some_and(|it| it.builds(&words))
            && !self.keeps_language(command.known())
        {
            return false;
        }
        if command.is("go") {
            return self.is_own("go") && command.stage().is_some_and(is_static);
        }
        self.keeps_program(command.name())
    }

    /// Whether a program is known to do the same on both.
    fn keeps_program(&self, name: &str) -> bool {
        let known = dfix_catalogue::programs::find(name);
        let is = |mark| known.is_some_and(|it| it.is(mark));
        let builds = is(Mark::BuildScript)
            || is(Mark::BuildsNative)
            || is(Mark::Compiles)
            || is(Mark::InstallsSource)
            || known.is_some_and(|it| matches!(it.kind(), Kind::Builder | Kind::Installer));
        is(Mark::Same) || (self.is_own(name) && !builds) || self.keeps_language(known)
    }

    /// Whether a program belongs to a language that the image brings on both.
    fn keeps_language(&self, program: Option<Program>) -> bool {
        let Some(program) = program else { return false };
        let of_python = program.is(Mark::Python)
            || (program.is(Mark::KeepsEnvironment)
                && !matches!(program.name(), "conda" | "mamba" | "micromamba"))
            || program.name() == "pip";
        let of_node = program.is(Mark::Alone)
            || matches!(program.name(), "npm" | "npx" | "yarn" | "pnpm" | "corepack");
        let of_ruby = matches!(program.name(), "gem" | "bundle");
        (of_python && self.is_own("python"))
            || (of_node && self.is_own("node"))
            || (of_ruby && self.is_own("ruby"))
    }

    /// Whether both images bring a program themselves.
    fn is_own(&self, name: &str) -> bool {
        let has = |image: &ImageFacts| image.own_commands().any(|it| it == name);
        self.old.is_some_and(has) && has(self.new)
    }
}

/// Whether the program is named by a path outside of the folders of the system's programs.
fn is_of_application(program: Word<'_>) -> bool {
    let Some(path) = program.value() else {
        return true;
    };
    let folder = path.rsplit_once('/').map(|it| it.0);
    folder.is_some_and(|it| !matches!(it, "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin"))
}

fn is_static(stage: Stage<'_>) -> bool {
    stage.is_static().is_yes()
}

/// What of a stage was not read, and what might not work on the new release: each file once, however its path is spelt.
pub(super) fn unread(runs: &Runs<'_>, new: &Foundation) -> Vec<OpenCondition> {
    let stages = runs.stage.with_descendants();
    let mut unread: Vec<NotRead> = stages.flat_map(|it| it.calls().unread).collect();
    let all = unread.clone();
    let is_again = |it: &NotRead| all.iter().any(|other| names_more(other, it));
    unread.retain(|it| !is_again(it));
    let release = new.told();
    // What is said of a path, the paths that it is said of, and the whole.
    let mut groups: Vec<(String, Vec<String>, OpenCondition)> = Vec::new();
    for it in unread {
        let path = it.path.unwrap_or_default();
        // `CMD ["https://…"]`: a word for the entry point.
        if path.contains("://") {
            continue;
        }
        let said = it.open.condition.replace(&format!("`{path}`"), "`");
        let group = groups
            .iter_mut()
            .find(|it| it.0 == said && !path.is_empty());
        match group {
            None => groups.push((said, vec![path], it.open)),
            Some((_, paths, _)) if paths.contains(&path) => {}
            Some((_, paths, _)) => paths.push(path),
        }
    }
    let tell = |(_, paths, open): (String, Vec<String>, OpenCondition)| {
        let mut text = open.condition;
        if let [first, _, ..] = paths.as_slice() {
            let (one, all) = (format!("`{first}`"), all_of(&paths));
            text = text
                .replace(
                    &format!("the script {one} calls"),
                    &format!("the scripts {one} call"),
                )
                .replace(&format!("what {one} needs"), &format!("what {one} need"))
                .replace(
                    "which is no script that was read",
                    "of which none is a script that was read",
                )
                .replace(&one, &all);
        }
        if text.starts_with("whether") {
            return OpenCondition::new(text, open.remedy);
        }
        OpenCondition::new(
            format!("{text}, and whether it works on {release}"),
            open.remedy,
        )
    };
    groups.into_iter().map(tell).collect()
}

/// Whether one says the same of the same file by a longer path: `/app/run.sh` for `./run.sh`.
fn names_more(one: &NotRead, other: &NotRead) -> bool {
    let (Some(long), Some(short)) = (one.path.as_deref(), other.path.as_deref()) else {
        return false;
    };
    let tidy = |path: &str| path.trim_start_matches("./").to_owned();
    let (long_path, short_path) = (tidy(long), tidy(short));
    let is_longer = match long_path.strip_suffix(&short_path) {
        Some("") => long.len() < short.len(),
        Some(start) => start.ends_with('/'),
        None => false,
    };
    let (one, other) = (&one.open, &other.open);
    is_longer
        && !short_path.is_empty()
        && one.condition.replace(long, short) == other.condition
        && one.remedy == other.remedy
}

#[cfg(test)]
mod tests {
    use dfix_model::UnreadKind;

    use super::*;

    #[test]
    fn one_script_is_told_once() {
        let unread = |path: &str| NotRead {
            open: OpenCondition::new(format!("which commands `{path}` calls"), "look"),
            kind: UnreadKind::Program,
            path: Some(path.to_owned()),
        };
        for (one, other, is_again) in [
            ("/app/run.sh", "./run.sh", true),
            ("/app/run.sh", "run.sh", true),
            ("run.sh", "./run.sh", true),
            ("./run.sh", "run.sh", false),
            ("run.sh", "run.sh", false),
            ("/app/rerun.sh", "run.sh", false),
            ("run.sh", "/app/run.sh", false),
        ] {
            let found = names_more(&unread(one), &unread(other));
            assert_eq!(found, is_again, "{one} {other}");
        }
    }
}
