//! What the new release has no more, or otherwise.

use dfix_catalogue::programs::{Kind, Mark};
use dfix_catalogue::{
    ArchiveKind, Distribution, Foundation, ImageFacts, PackagePresence, ReleaseChange, ReleaseSign,
    Succession, UnknownPackage, is_zone_of_today, names_archive, package_presence,
    package_successor, release_changes, tool, tool_in,
};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{
    Command, Destination, PackageCommand, PackageManager, Stage, Step, StepKind, Word, lines,
};

use super::super::lines::{line_of, verb};
use super::installed::Installed;
use super::owners;
use super::runs::{Runs, calls};
use super::signs;

/// Tells what the commands of a stage need of the old release; gives the programs and packages that it tells of.
pub(super) fn look(
    runs: &Runs<'_>,
    installed: &Installed<'_>,
    (old, new): (Option<&Foundation>, &Foundation),
    case: &mut Case<'_>,
) -> Vec<String> {
    let mut told = Vec::new();
    for change in release_changes(old, new) {
        let Some(open) = condition(runs, installed, &change, new) else {
            continue;
        };
        case.open(open);
        match change.sign {
            ReleaseSign::Command(program)
            | ReleaseSign::Lost(program, _)
            | ReleaseSign::Called(program, _)
            | ReleaseSign::Owned(program) => {
                told.push(program.to_owned());
            }
            ReleaseSign::Version(_) => {
                let named = installed.names().filter(|it| change.sign.lists(it));
                told.extend(named.map(str::to_owned));
            }
            _ => {}
        }
    }
    told
}

fn condition(
    runs: &Runs<'_>,
    installed: &Installed<'_>,
    change: &ReleaseChange,
    new: &Foundation,
) -> Option<OpenCondition> {
    let release = new.told();
    let is_brought = || change.packages.split(' ').any(|it| installed.has(it));
    let places = |is_it: &dyn Fn(Command<'_>) -> bool| {
        let found = runs.commands.iter().filter(|it| is_it(**it));
        let numbers: Vec<usize> = found.map(|it| line_of(*it)).collect();
        (!numbers.is_empty()).then(|| lines(numbers))
    };
    let text = match change.sign {
        ReleaseSign::Command(program) => {
            // Nothing brings it: whatever a table says of commands.
            let has_it = !change.packages.is_empty() && tool_in(new, program) == Some(true);
            if is_brought() || has_it || installed.has_program(program) {
                return None;
            }
            let places = places(&|it| calls(it, program))?;
            format!(
                "whether {} `{program}` on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Lost(program, package) => {
            if is_brought() || !installed.has(package) || installed.has_program(program) {
                return None;
            }
            let places = places(&|it| calls(it, program))?;
            format!(
                "whether {} `{program}` on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Words(text) => {
            let places = places(&|it| it.has_arg(text))?;
            format!("whether {places} may go on to say `{text}` on {release}")
        }
        ReleaseSign::Called(program, word) => {
            let is_said = |it: Command<'_>| {
                let mut before = it.wrappers().filter(|wrapper| wrapper.name == program);
                word == "*"
                    || it.has_arg(word)
                    || before.any(|wrapper| it.words_of(wrapper).any(|told| told.is(word)))
            };
            let places = places(&|it| calls(it, program) && is_said(it))?;
            format!(
                "whether {} the same on {release}",
                verb(&places, "does", "do")
            )
        }
        ReleaseSign::File(path) => {
            if is_brought() {
                return None;
            }
            let places = places(&|it| reads(runs, it, path))?;
            format!(
                "whether {} what it wants in `{path}` on {release}",
                verb(&places, "finds", "find")
            )
        }
        ReleaseSign::Number(number) => {
            let accounts = runs.stage.accounts();
            let first: u32 = number.parse().ok()?;
            let clashes = accounts.clashes(first, change.packages);
            if clashes.is_empty() {
                let holder = change.packages;
                let Some(next) = accounts.first_unnumbered(holder) else {
                    let line = runs_as(runs, number)?;
                    return Some(OpenCondition::new(
                        format!(
                            "whether the user {number} of line {line} may be `{holder}` on {release}, with a group and a home of its own"
                        ),
                        "see which files it may write and where its home is, or take another number",
                    ));
                };
                if next.has_arg(holder) {
                    let line = line_of(next);
                    return Some(OpenCondition::new(
                        format!(
                            "whether line {line} makes `{holder}`, which {release} has already"
                        ),
                        change.note,
                    ));
                }
                return Some(OpenCondition::new(
                    format!(
                        "whether the user of line {} may have the number {} on {release}, and not {number}",
                        line_of(next),
                        first + 1
                    ),
                    "delete the user that the image has, or say a number; see whom volumes and `USER` name",
                ));
            }
            let places = lines(clashes.into_iter().map(line_of).collect());
            format!("whether {number} is free for {places} on {release}")
        }
        ReleaseSign::Pip => {
            let places = places(&installs_into_system)?;
            format!("whether pip may install into the Python of {release} ({places})")
        }
        ReleaseSign::Version(_) => {
            let named = installed.names().filter(|it| change.sign.lists(it));
            // What is not there has no version; what takes its place has.
            let mut named: Vec<&str> = named.flat_map(|it| names_there(it, new)).collect();
            named.sort_unstable();
            named.dedup();
            if named.is_empty() {
                return None;
            }
            format!(
                "whether it works with the version that {release} has of {}",
                named.join(", ")
            )
        }
        ReleaseSign::Owned(program) => {
            let places = places(&|it| calls(it, program) && owners::may_differ(runs, it))?;
            format!(
                "whether the `{program}` of {release} takes what {} on, where that belongs to another user",
                verb(&places, "calls it", "call it")
            )
        }
        ReleaseSign::Fetched(_)
        | ReleaseSign::Unpacked(_)
        | ReleaseSign::Merged
        | ReleaseSign::Deleted(_)
        | ReleaseSign::Group(_)
        | ReleaseSign::Needs(..)
        | ReleaseSign::Xz
        | ReleaseSign::Put(..) => signs::condition(runs, installed, change, new)?,
        ReleaseSign::Zone => {
            let (line, zone) = older_zone(runs).filter(|_| !is_brought())?;
            format!("whether {release} has the time zone `{zone}` (line {line})")
        }
        ReleaseSign::Asks(texts) => {
            let places = asking(runs, texts);
            if places.is_empty() {
                return None;
            }
            let places = lines(places);
            format!(
                "whether what {} the release for is there for {release}",
                verb(&places, "asks", "ask")
            )
        }
    };
    Some(OpenCondition::new(text, change.note))
}

/// By which names a release has a package: its own, or those that it is renamed to.
fn names_there<'n>(name: &'n str, new: &Foundation) -> Vec<&'n str> {
    match package_presence(new, name) {
        PackagePresence::Absent => {
            let successor = package_successor(new, name);
            let renamed = successor.filter(|it| it.how == Succession::Rename);
            renamed.map_or_else(Vec::new, |it| it.packages.split(' ').collect())
        }
        PackagePresence::Unknown(UnknownPackage::Name) => Vec::new(),
        _ => vec![name],
    }
}

/// The line of a `USER` of this number, for which nothing makes a user.
fn runs_as(runs: &Runs<'_>, number: &str) -> Option<usize> {
    let mut users = runs
        .stage
        .with_descendants()
        .flat_map(|it| it.steps_of(StepKind::User));
    let user = users.find(|step| {
        let word = step.word().and_then(Word::value);
        // A group that is named stays.
        word == Some(number)
    })?;
    Some(user.line())
}

/// The first time zone that the file names by an older name, with its line: as `TZ`, or as a file.
fn older_zone<'m>(runs: &Runs<'m>) -> Option<(usize, &'m str)> {
    let steps = runs.stage.with_descendants().flat_map(Stage::steps);
    let steps = steps.filter(|it| it.is(StepKind::Env) || it.is(StepKind::Arg));
    let of_steps = steps.flat_map(|step| {
        let pairs = step
            .pairs()
            .filter(|it| it.key().is_some_and(|key| key.is("TZ")));
        let values = pairs.filter_map(|it| it.value()?.value());
        values.map(move |value| (step.line(), value))
    });
    let of_steps = of_steps.filter_map(|(line, value)| Some((line, zone_of_variable(value)?)));
    let of_commands = runs.commands.iter().flat_map(|command| {
        let told = command.assignments().filter(|it| it.name() == "TZ");
        let told = told.filter_map(|it| it.value()?.value());
        let words = command.args().filter_map(Word::value);
        let exported = words.clone().filter_map(|it| it.strip_prefix("TZ="));
        let variables = told.chain(exported).filter_map(zone_of_variable);
        let files = words.filter_map(zone_of_file);
        let zones = variables.chain(files);
        zones.map(|zone| (line_of(*command), zone))
    });
    let older = of_steps
        .chain(of_commands)
        .filter(|(_, zone)| !is_zone_of_today(zone));
    older.min_by_key(|(line, _)| *line)
}

/// The name of a time zone that a value of `TZ` gives; none where it is the rule itself: `EST5EDT,M3.2.0,M11.1.0`, `<+03>-3`.
///
/// Source: POSIX, "Environment Variables", `TZ`.
fn zone_of_variable(value: &str) -> Option<&str> {
    if value.contains("zoneinfo/") {
        return zone_of_file(value);
    }
    let name = value.strip_prefix(':').unwrap_or(value);
    let rest = name.trim_start_matches(|it: char| it.is_ascii_alphabetic());
    let offset = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let is_rule = offset.starts_with(|it: char| it.is_ascii_digit());
    (!is_rule && is_name_of_zone(name)).then_some(name)
}

fn zone_of_file(path: &str) -> Option<&str> {
    let (_, name) = path.split_once("zoneinfo/")?;
    is_name_of_zone(name).then_some(name)
}

fn is_name_of_zone(name: &str) -> bool {
    let is_of_name = |it: u8| it.is_ascii_alphanumeric() || b"/_+-".contains(&it);
    name.starts_with(|it: char| it.is_ascii_uppercase()) && name.bytes().all(is_of_name)
}

/// The lines that ask which release it is, beside those that speak of the distribution's own archive.
fn asking(runs: &Runs<'_>, texts: &str) -> Vec<usize> {
    let steps = runs.stage.with_descendants().flat_map(Stage::steps);
    let steps = steps.filter(|it| it.is_run());
    let mut found = Vec::new();
    for step in steps {
        for (number, line) in step.source_text().lines().enumerate() {
            let is_comment = line.trim_start().starts_with('#');
            let is_own = names_archive(line, ArchiveKind::Own);
            if !is_comment && !is_own && texts.split(' ').any(|it| line.contains(it)) {
                found.push(step.line() + number);
            }
        }
    }
    found
}

/// The lines that name the archive of a distribution which the new image is not of.
pub(super) fn archives_of_another(
    runs: &Runs<'_>,
    old: &Foundation,
    new: &Foundation,
) -> Option<OpenCondition> {
    let archives: &[&str] = match old.distribution {
        _ if old.distribution == new.distribution => return None,
        Distribution::Debian => &["debian.org"],
        Distribution::Ubuntu => &["ubuntu.com"],
        Distribution::Alpine => &["alpinelinux.org", "/etc/apk/repositories"],
        _ => return None,
    };
    let steps = runs.stage.with_descendants().flat_map(Stage::steps);
    let steps = steps.filter(|it| it.is_run() || it.is_copy_or_add());
    let numbers: Vec<usize> = steps
        .flat_map(|step| {
            let texts = step.source_text().lines().enumerate();
            let names = |line: &str| archives.iter().any(|it| line.contains(it));
            let naming =
                texts.filter(move |(_, it)| names(it) && !it.trim_start().starts_with('#'));
            naming.map(move |(number, _)| step.line() + number)
        })
        .collect();
    (!numbers.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether {} may go on to name an archive of {:?}: the new image is {}",
                lines(numbers),
                old.distribution,
                new.told()
            ),
            "take what it brings from the new distribution",
        )
    })
}

/// Whether a command reads or changes a file that the image had: `sed -i … FILE`, and not what writes it anew.
pub(super) fn reads(runs: &Runs<'_>, command: Command<'_>, path: &str) -> bool {
    let is_it = |word: &Word<'_>| {
        let rest = word.value().and_then(|it| it.strip_prefix(path));
        rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    let Some(place) = command.args().position(|it| is_it(&it)) else {
        return false;
    };
    let is_source = command.is_one_of(&[".", "source"]);
    let is_only_named = command
        .known()
        .is_some_and(|it| it.is(Mark::NamesFiles) || it.kind() == Kind::Builtin);
    if is_only_named && !is_source && !command.is("rm") || command.is_one_of(&["tee", "touch"]) {
        return false;
    }
    if command.is("rm") {
        return !command.has_option("-f");
    }
    let is_target = command.is_one_of(&["cp", "install", "ln", "mv"])
        && place > 0
        && place + 1 == command.args().len();
    !is_target && !is_made_before(runs, command, path)
}

/// Whether the file itself puts something there before.
fn is_made_before(runs: &Runs<'_>, command: Command<'_>, path: &str) -> bool {
    let end = command.range().start();
    let step = command.step();
    let stage = command.stage().unwrap_or(runs.stage);
    let first = stage.first_put(path);
    let mut written = runs.commands.iter().filter(|it| it.range().start() < end);
    let writes = |it: &&Command<'_>| {
        it.redirects().any(|redirect| {
            redirect.operator() == ">" && redirect.target().is_some_and(|word| word.is(path))
        }) || it.is_one_of(&["cp", "install", "ln", "mv"])
            && it.args().len() > 1
            && it.args().next_back().is_some_and(|word| word.is(path))
    };
    first.is_some_and(|it| it.index() < step.index()) || written.any(|it| writes(&it))
}

/// Whether a command puts packages into the Python of the distribution, and does not say that it may.
fn installs_into_system(command: Command<'_>) -> bool {
    let Some(pip) = PackageCommand::of(command) else {
        return false;
    };
    let is_pip = matches!(pip.manager, PackageManager::Pip | PackageManager::Uv);
    if !is_pip || !pip.is_install() || pip.has_flag("--break-system-packages") {
        return false;
    }
    let Some(stage) = command.stage() else {
        return false;
    };
    let image = stage.base_image().name();
    // Conda's Python is none of the distribution's.
    let is_own = image.is_some_and(|it| matches!(it, "python" | "pypy"))
        || stage.base_facts().own_commands().any(|it| it == "conda");
    let is_told = stage.env_at(command, "PIP_BREAK_SYSTEM_PACKAGES").is_set();
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    let mut is_opened = || steps.any(|it| it.mentions("EXTERNALLY-MANAGED"));
    // Nothing refuses what goes into a Python that the file makes itself, where no package brings the distribution's pip.
    let has_pip = stage.system_packages().any(|it| it.name.ends_with("-pip"));
    let is_own = is_own || !has_pip && stage.base_chain().flat_map(Stage::steps).any(makes_python);
    let into_system = matches!(pip.destination(), Destination::System | Destination::User);
    into_system && !is_own && !is_told && !is_opened()
}

/// What a command needs, or looks for, beside the program that it calls.
fn also_needed(command: Command<'_>) -> impl Iterator<Item = &str> {
    command.looked_for().chain(command.programs_of_tar())
}

/// Whether a step makes a Python out of its sources, and installs it.
fn makes_python(step: Step<'_>) -> bool {
    let installs = |it: Command<'_>| {
        it.is("make")
            && ["install", "altinstall"]
                .iter()
                .any(|word| it.has_arg(word))
    };
    step.mentions("Python-") && step.commands().any(installs)
}

/// Tells of programs that the old image brings and the new one does not, and gives their names.
pub(super) fn programs(
    runs: &Runs<'_>,
    installed: &Installed<'_>,
    (old, new): (&ImageFacts, &ImageFacts),
    case: &mut Case<'_>,
) -> Vec<String> {
    let mut told_of = Vec::new();
    let Some(foundation) = new.foundation else {
        return told_of;
    };
    let mut seen: Vec<&str> = Vec::new();
    for change in release_changes(old.foundation.as_ref(), &foundation) {
        if let ReleaseSign::Command(program) | ReleaseSign::Lost(program, _) = change.sign {
            seen.push(program);
        }
        if change.sign == ReleaseSign::Xz {
            seen.push("xz");
        }
    }
    let named = runs
        .commands
        .iter()
        .flat_map(|it| std::iter::once(it.name()).chain(also_needed(*it)));
    for name in named {
        if seen.contains(&name) {
            continue;
        }
        let is_own = old.own_commands().any(|it| it == name);
        let of_system = old.foundation.and_then(|it| tool_in(&it, name));
        if !is_own && of_system != Some(true) {
            continue;
        }
        seen.push(name);
        // What the old image added is open where nobody says of the new one.
        let is_there = tool_in(&foundation, name).unwrap_or(!is_own);
        if is_there || new.may_bring(name) {
            continue;
        }
        let package = tool(foundation.distribution, foundation.release, name);
        let package = package.map(|it| it.package).filter(|it| !it.is_empty());
        if package.is_some_and(|it| installed.has(it)) || installed.has(name) {
            continue;
        }
        let names = |it: &&Command<'_>| it.is(name) || also_needed(**it).any(|it| it == name);
        let all = runs.commands.iter().filter(names);
        let places = lines(all.map(|it| line_of(*it)).collect());
        let remedy = match package {
            Some(package) => format!("install `{package}`: the image brings it no more"),
            None => "the image brings it no more".to_owned(),
        };
        case.open(OpenCondition::new(
            format!(
                "whether {} `{name}` on {}",
                verb(&places, "finds", "find"),
                foundation.told()
            ),
            &remedy,
        ));
        told_of.push(name.to_owned());
    }
    told_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_time_zones() {
        for (value, zone) in [
            ("US/Pacific", Some("US/Pacific")),
            (":US/Pacific", Some("US/Pacific")),
            ("/usr/share/zoneinfo/PRC", Some("PRC")),
            ("Etc/GMT+3", Some("Etc/GMT+3")),
            ("EST5EDT", None),
            ("EST5EDT4,M3.2.0,M11.1.0", None),
            ("<+03>-3", None),
            ("", None),
        ] {
            assert_eq!(zone_of_variable(value), zone, "{value}");
        }
    }
}
