//! What leaves with the old version: programs, modules, options, ports.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{ChangeSign, LanguageChange, PackageVersions, language_changes};
use dfix_engine::{Case, Effect, OpenCondition};
use dfix_model::context::Answer;
use dfix_model::{Command, PackageCommand, Pair, Requirement, Stage, Step, StepKind, lines};

use super::super::lines::{line_of, verb};
use super::asked;
use super::change::Change;
use super::files::{folders, found, join, sources};
use super::import_paths;
use super::locks::{Locked, locked};
use super::numbers::{end_of, leading, lets_through, numbers, two};
use super::project::asked_for;

/// Puts right, or tells, what the new version has no more.
pub(super) fn look(stage: Stage<'_>, change: &Change<'_>, case: &mut Case<'_>) {
    let all = language_changes(change.language);
    let pinned = locked(stage, change.language);
    let asked = asked_for(stage, change.language);
    // What is not for the new version is not held to it.
    let is_its_own = asked::has_its_own(stage, change);
    let mut told_of: Vec<&str> = Vec::new();
    for gone in all.filter(|it| change.brings(it.since)) {
        match gone.sign {
            ChangeSign::Command(name) => command(stage, name, &gone, case),
            ChangeSign::Words(text) => words(stage, text, &gone, case),
            ChangeSign::Called(program, words) => called(stage, (program, words), &gone, case),
            // One of several reasons is enough.
            ChangeSign::Package(it) if is_its_own || told_of.contains(&it.name) => {}
            ChangeSign::Package(versions) => {
                if package(change.language, versions, (&pinned, &asked), &gone, case) {
                    told_of.push(versions.name);
                }
            }
            ChangeSign::Imports(modules) => imports(stage, modules, &gone, case),
            ChangeSign::NoFile(name) => no_file(stage, name, &gone, case),
            ChangeSign::ImportPath(words) => {
                case.open(import_paths::condition(stage, words, gone.note));
            }
            ChangeSign::Listens(repository) if repository == change.repository => {
                listens(stage, &gone, case);
            }
            ChangeSign::Listens(_) => {}
        }
    }
    case.open(made_for_the_old(change, &pinned));
    rename_commands(stage, change, case);
}

fn tell(case: &mut Case<'_>, condition: String, gone: &LanguageChange) {
    case.open(OpenCondition::new(condition, gone.note));
}

/// The first calls of a program, one on each way through the stages that are based on one.
fn first_uses<'m>(stage: Stage<'m>, name: &str) -> Vec<Command<'m>> {
    let is_it = |it: &Command<'m>| it.is(name) && !it.is_of_script();
    match stage.commands().find(is_it) {
        Some(command) => vec![command],
        None => stage
            .children()
            .flat_map(|it| first_uses(it, name))
            .collect(),
    }
}

/// A program that the image has no more: it is installed before its first use.
fn command(stage: Stage<'_>, name: &str, gone: &LanguageChange, case: &mut Case<'_>) {
    if first_uses(stage, name).is_empty() {
        return;
    }
    let mut commands = stage.with_descendants().flat_map(Stage::commands);
    if commands.any(|it| brings(it, name)) {
        case.evidence(format!("the file installs {name} itself"));
        return;
    }
    if gone.remedy.is_empty() {
        let calls = stage.with_descendants().flat_map(Stage::commands);
        let places = lines(calls.filter(|it| it.is(name)).map(line_of).collect());
        let condition = format!("whether {} `{name}`", verb(&places, "finds", "find"));
        tell(case, condition, gone);
        return;
    }
    for command in first_uses(stage, name) {
        let step = command.step();
        let user = command.stage().map(|it| it.user_at(command));
        let is_root = user.is_some_and(|it| it.is_root().is_yes());
        if step.is_run_time() || !step.is_run() || step.is_exec_form() || !is_root {
            tell(
                case,
                format!("whether line {} finds `{name}`", step.line()),
                gone,
            );
            continue;
        }
        case.declare(Effect::changed(step));
        case.evidence(format!(
            "{}: `{}` comes before line {}",
            gone.note,
            gone.remedy,
            step.line()
        ));
        case.fix(|edit| edit.add_command_before(command, gone.remedy));
    }
}

/// Whether a command installs a program of this name, or Corepack, which brings Yarn.
fn brings(command: Command<'_>, name: &str) -> bool {
    if command.is("corepack") && name == "yarn" {
        return true;
    }
    let is_it = |it: &str| it == name || (it == "corepack" && name == "yarn");
    PackageCommand::of(command).is_some_and(|it| {
        it.is_install() && it.packages().iter().any(|it| it.name.is_some_and(is_it))
    })
}

/// A text of the file that means something else now, or nothing.
fn words(stage: Stage<'_>, text: &str, gone: &LanguageChange, case: &mut Case<'_>) {
    let steps = stage.with_descendants().flat_map(Stage::steps);
    for step in steps.filter(|it| stage.from_step() != *it) {
        // A file of the project that is copied is only that.
        let is_project_file = step.is_copy_or_add() && step.flag("from").is_none();
        if is_project_file && !text.contains('/') {
            continue;
        }
        let source = if step.is_run() {
            without_comments(step.source_text())
        } else {
            step.source_text().into()
        };
        if stands_in(&source, text) && !(text == "setup.py" && has_setuptools(step)) {
            let mut texts = source.lines().enumerate();
            let found = texts.find(|it| stands_in(it.1, text));
            let (number, of_line) = found.unwrap_or((0, &source));
            let (line, said) = (step.line() + number, whole(of_line, text));
            tell(
                case,
                format!("whether line {line} may go on to say `{said}`"),
                gone,
            );
        }
    }
}

/// Whether a command before the end of a step installs setuptools.
fn has_setuptools(step: Step<'_>) -> bool {
    let Some(stage) = step.stage() else {
        return false;
    };
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.any(|it| it.range().start() < step.range().end() && brings(it, "setuptools"))
}

/// What begins so, with all of its version: `redis-3.1.6` for `redis-3.`.
fn whole<'t>(text: &'t str, wanted: &'t str) -> &'t str {
    let goes_on = |it: char| it.is_ascii_alphanumeric() || it == '.';
    match text.find(wanted).filter(|_| wanted.ends_with('.')) {
        Some(at) => {
            let rest = &text[at + wanted.len()..];
            let end = rest.find(|it| !goes_on(it)).unwrap_or(rest.len());
            &text[at..at + wanted.len() + end]
        }
        None => wanted,
    }
}

/// A program that is called as the new version does not know it.
fn called(
    stage: Stage<'_>,
    (program, words): (&str, &str),
    gone: &LanguageChange,
    case: &mut Case<'_>,
) {
    let fits = |command: &Command<'_>| {
        command.is(program)
            && words.split(' ').all(|word| match word.strip_prefix('!') {
                Some(word) => !command.has_arg(word),
                // `yarn@1.22`: a package with its version.
                None => command
                    .args()
                    .any(|it| it.is(word) || it.literal_prefix().split('@').next() == Some(word)),
            })
    };
    // The npm of before 7 that the file installs does as it did.
    let has_old_npm = |it: &Command<'_>| {
        let own = it
            .stage()
            .and_then(|it| it.node_packages().get("npm").cloned());
        program == "npm" && own.is_some_and(|it| it.is_of_major_below(7))
    };
    let commands = stage.with_descendants().flat_map(Stage::commands);
    let fits = |it: &Command<'_>| fits(it) && (gone.since != "15" || !has_old_npm(it));
    let numbers: Vec<usize> = commands.filter(fits).map(line_of).collect();
    if !numbers.is_empty() {
        let said: Vec<&str> = words.split(' ').filter(|it| !it.starts_with('!')).collect();
        tell(
            case,
            format!(
                "whether {} may go on to call `{program} {}`",
                lines(numbers),
                said.join(" ")
            ),
            gone,
        );
    }
}

/// The text of a shell without its comments, those at the ends of lines, too.
fn without_comments(text: &str) -> String {
    let (mut kept, mut quote, mut before) = (String::new(), None, ' ');
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (None, '#') if before.is_whitespace() || before == ';' => {
                if signs.by_ref().any(|it| it == '\n') {
                    kept.push('\n');
                }
                before = '\n';
                continue;
            }
            (None, '\'' | '"') if before != '\\' => quote = Some(sign),
            (Some(it), _) if it == sign && (before != '\\' || it == '\'') => quote = None,
            _ => {}
        }
        kept.push(sign);
        before = sign;
    }
    kept
}

/// Whether a text stands in another, beside comments and not as a part of a longer word.
fn stands_in(text: &str, wanted: &str) -> bool {
    let is_of_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let starts = wanted.starts_with(is_of_word);
    let ends = wanted.ends_with(is_of_word);
    let lines = text.lines().filter(|it| !it.trim_start().starts_with('#'));
    lines.into_iter().any(|line| {
        line.match_indices(wanted).any(|(at, _)| {
            let end = at + wanted.len();
            let goes_on = starts && line[..at].ends_with(is_of_word)
                || ends && line[end..].starts_with(is_of_word);
            !goes_on
        })
    })
}

/// A package that does not work with the new version, and whether it is told: where no lock file pins one that does and the condition on it lets none in.
fn package(
    language: &str,
    versions: PackageVersions,
    (pinned, asked): (&[Locked], &[Requirement]),
    gone: &LanguageChange,
    case: &mut Case<'_>,
) -> bool {
    let name = versions.name;
    let is_affected = |version: &[u32]| {
        let from = versions.from.and_then(numbers);
        let below = versions.below.and_then(numbers);
        from.is_none_or(|it| version >= &it[..]) && below.is_none_or(|it| version < &it[..])
    };
    let mut of_name = pinned.iter().filter(|it| it.name == name).peekable();
    let is_pinned = of_name.peek().is_some();
    if let Some(it) = of_name.find(|it| leading(&it.version).is_some_and(|it| is_affected(&it))) {
        tell(
            case,
            format!("whether `{name} {}` of {} works", it.version, it.file),
            gone,
        );
        return true;
    }
    let is_asked = |it: &Requirement| {
        let is_of_file = it.source != "the install command";
        if is_of_file && is_pinned {
            return false;
        }
        if (versions.from, versions.below) == (None, None) {
            return true;
        }
        let lets_in_later = versions.below.is_some_and(|it_works| {
            it.specifier
                .as_deref()
                .is_some_and(|it| reaches(it, it_works, language))
        });
        let newest = || {
            let condition = it.specifier.as_deref().filter(|_| language == "python")?;
            Some(newest_is_affected(condition, versions))
        };
        !lets_in_later && (lowest(it).is_some_and(|it| is_affected(&it)) || newest() == Some(true))
    };
    let mut found = asked.iter().filter(|it| it.name == name);
    let found = found.find(|it| is_asked(it));
    if let Some(it) = found {
        let version = it.specifier.as_deref().unwrap_or_default();
        tell(
            case,
            format!(
                "whether `{name}{}{version}` of {} works",
                if version.starts_with(['=', '<', '>', '~', '^']) || version.is_empty() {
                    ""
                } else {
                    " "
                },
                it.source
            ),
            gone,
        );
    }
    found.is_some()
}

/// Whether the newest version that a condition of Python lets in is affected: `<4` of a change that ends with 4.1.
fn newest_is_affected(condition: &str, versions: PackageVersions) -> bool {
    let short = |version: Vec<u32>| {
        let length = version
            .iter()
            .rposition(|it| *it != 0)
            .map_or(0, |it| it + 1);
        version[..length].to_vec()
    };
    let bound = |text: &str| numbers(text).map(short);
    let Some((end, is_in)) = end_of(condition) else {
        return false;
    };
    let end = short(end);
    let is_before_end = match versions.below.and_then(bound) {
        Some(below) if is_in => end < below,
        Some(below) => end <= below,
        None => true,
    };
    let is_behind_start = versions.from.and_then(bound).is_none_or(|from| end > from);
    is_before_end && is_behind_start
}

/// Whether a condition on versions lets in this one or a later one.
fn reaches(condition: &str, version: &str, language: &str) -> bool {
    if language == "python" {
        return numbers(version).and_then(|it| lets_through(condition, &it)) == Some(true);
    }
    let range = nodejs_semver::Range::parse(condition).ok();
    let later = nodejs_semver::Range::parse(format!(">={version}")).ok();
    range
        .zip(later)
        .is_some_and(|(range, later)| range.allows_any(&later))
}

/// Packages of the lock file whose compiled part is made for one version of Node.js, and of which nobody says for which.
fn made_for_the_old(change: &Change<'_>, pinned: &[Locked]) -> Option<OpenCondition> {
    if change.language != "node" || change.old.first() == change.new.first() {
        return None;
    }
    let is_known = |name: &str| {
        language_changes(change.language)
            .any(|it| matches!(it.sign, ChangeSign::Package(of) if of.name == name))
    };
    let is_it = |it: &&Locked| it.is_made_for_one && !is_known(&it.name);
    let named = pinned.iter().filter(is_it);
    let mut named: Vec<String> = named
        .map(|it| format!("`{} {}` of {}", it.name, it.version, it.file))
        .collect();
    named.sort_unstable();
    named.dedup();
    (!named.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether {} can be installed: its compiled part is made for one version of Node.js",
                named.join(", ")
            ),
            format!(
                "see whether there is one for {}, or what compiles it is there",
                change.goal
            ),
        )
    })
}

/// The version that a requirement surely gets, or that it begins with: of `==1.2`, `^1.2`, `~1.2`, `1.2`.
fn lowest(requirement: &Requirement) -> Option<Vec<u32>> {
    let text = requirement.specifier.as_deref()?.trim();
    if text.contains(['>', '<', '|', '*', ' ', ',']) {
        return None;
    }
    let text = text.trim_start_matches(|it: char| !it.is_ascii_digit());
    let end = text.find(|it: char| !(it.is_ascii_digit() || it == '.'));
    numbers(text[..end.unwrap_or(text.len())].trim_end_matches('.'))
}

/// A module of the library that a source of the application imports.
fn imports(stage: Stage<'_>, modules: &str, gone: &LanguageChange, case: &mut Case<'_>) {
    let is_gone = |module: &str| {
        let first = module.split('.').next().unwrap_or(module);
        modules.split(' ').any(|it| it == first)
    };
    let found = stage.with_descendants().find_map(|stage| {
        stage.application_sources().files.iter().find_map(|file| {
            let mut imported = file.source.imports.iter();
            imported.find_map(|it| {
                let module = it.module.value().filter(|it| is_gone(it))?;
                Some(format!(
                    "whether `{}` (line {}) may import `{module}`",
                    file.context_path, it.line
                ))
            })
        })
    });
    if let Some(condition) = found {
        tell(case, condition, gone);
    }
}

/// A file that the sources need now.
fn no_file(stage: Stage<'_>, name: &str, gone: &LanguageChange, case: &mut Case<'_>) {
    let says = [name, "GO111MODULE", "go mod ", "go.*"];
    let steps: Vec<Step<'_>> = stage.with_descendants().flat_map(Stage::steps).collect();
    if steps
        .iter()
        .any(|it| says.iter().any(|said| it.source_text().contains(said)))
    {
        return;
    }
    let context = stage.file().context();
    let is_in = |folder: &String| found(context, &join(folder, name)).is_some();
    if folders(&steps, context).iter().any(is_in) {
        return;
    }
    let is_absent = matches!(context.read(name), Answer::Absent)
        && matches!(context.list(""), Answer::Found(_));
    let mut commands = stage.with_descendants().flat_map(Stage::commands);
    let is_idle = sources(&steps).is_empty() && commands.all(|it| it.is_marked(Mark::Same));
    if is_absent && !is_idle {
        tell(case, format!("whether it builds without a `{name}`"), gone);
    } else if !sources(&steps).is_empty() {
        tell(case, format!("whether its sources have a `{name}`"), gone);
    }
}

/// The port on which the container listens unless it is told: it stays what it was.
fn listens(stage: Stage<'_>, gone: &LanguageChange, case: &mut Case<'_>) {
    let settings = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "URLS", "--urls"];
    let steps = || stage.with_descendants().flat_map(Stage::steps);
    let is_said = |step: Step<'_>| settings.iter().any(|it| step.source_text().contains(it));
    if let Some(step) = steps().find(|it| is_said(*it)) {
        case.evidence(format!(
            "line {} says on which port it listens",
            step.line()
        ));
        return;
    }
    let is_80 = |step: &Step<'_>| {
        step.is(StepKind::Expose)
            && step
                .words()
                .any(|it| matches!(it.value(), Some("80" | "80/tcp")))
    };
    let Some(expose) = steps().find(is_80) else {
        tell(
            case,
            "whether whoever starts it reaches it on port 8080".to_owned(),
            gone,
        );
        return;
    };
    let Some(of) = expose.stage() else { return };
    case.declare(Effect::Inserted {
        stage: of.index(),
        keyword: "ENV",
    });
    case.declare(Effect::Environment {
        stage: of.index(),
        keys: vec!["ASPNETCORE_HTTP_PORTS".to_owned()],
    });
    case.evidence(format!(
        "{}: `ENV {}` keeps the port of line {}",
        gone.note,
        gone.remedy,
        expose.line()
    ));
    case.fix(|edit| edit.insert_instruction_before(expose, &format!("ENV {}", gone.remedy)));
}

/// Commands that name the version: `python3.9 -m venv`.
fn rename_commands(stage: Stage<'_>, change: &Change<'_>, case: &mut Case<'_>) {
    let (Some(old), Some(new)) = (two(&change.old), two(&change.new)) else {
        return;
    };
    if change.language != "python" {
        return;
    }
    rename_variables(stage, (&old, &new), case);
    for command in stage.with_descendants().flat_map(Stage::commands) {
        let Some(program) = command.executable().filter(|_| !command.is_of_script()) else {
            continue;
        };
        for (name, end) in [("python", ""), ("pip", ""), ("python", "-config")] {
            if program.value() == Some(&format!("{name}{old}{end}")) {
                case.declare(Effect::changed(command.step()));
                case.fix(|edit| edit.replace_word(program, &format!("{name}{new}{end}")));
                case.evidence(format!(
                    "line {} calls it by its version, and changes with it",
                    command.step().line()
                ));
            }
        }
    }
}

/// Variables whose value is such a command: `ENV PY=python3.8`.
fn rename_variables(stage: Stage<'_>, (old, new): (&str, &str), case: &mut Case<'_>) {
    for step in stage.with_descendants().flat_map(Stage::steps) {
        for value in step.pairs().filter_map(Pair::value) {
            for name in ["python", "pip"] {
                if value.value() == Some(&format!("{name}{old}")) {
                    case.declare(Effect::changed(step));
                    case.fix(|edit| edit.replace_word(value, &format!("{name}{new}")));
                    case.evidence(format!(
                        "the variable of line {} names it by its version, and changes with it",
                        step.line()
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_a_shell_go() {
        for (text, kept) in [
            ("make # go get\nls", "make \nls"),
            (
                "echo '# a' \"# b\" c#d $# # e",
                "echo '# a' \"# b\" c#d $# ",
            ),
            ("echo \\\"# a", "echo \\\"# a"),
            ("# it's\ngo get", "\ngo get"),
        ] {
            assert_eq!(without_comments(text), kept, "{text}");
        }
    }

    #[test]
    fn the_newest_of_a_range_counts() {
        let versions = PackageVersions {
            name: "django",
            from: Some("3"),
            below: Some("4.1"),
        };
        for (condition, is_affected) in [
            ("<4.0.0", true),
            (">=3.2,<4", true),
            ("<4.1", true),
            ("<=4.0", true),
            ("<=4.1", false),
            ("<4.2", false),
            ("<3", false),
            (">=3", false),
        ] {
            assert_eq!(
                newest_is_affected(condition, versions),
                is_affected,
                "{condition}"
            );
        }
    }
}
