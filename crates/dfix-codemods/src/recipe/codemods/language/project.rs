//! What the project's own files say of the version: a file that excludes the new one keeps the image where it is, and
//! one that tells developers of another is told.

use std::sync::Arc;

use dfix_catalogue::{Distribution, image, is_dependency_folder, python_package};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::catalogue::Libc;
use dfix_model::context::Context;
use dfix_model::project::{Language, installed_by};
use dfix_model::{CallSite, PackageCommand, Requirement, Stage, Step, lines, normal_python_name};

use super::asked;
use super::change::Change;
use super::dotnet;
use super::files::{MOST_FOLDERS, captured, folders, found, is_taken, join, tool_version};
use super::gemfile;
use super::locks::locked;
use super::numbers::{end_of, leading, lets_through, numbers, two};
use super::words::{version_of_image, wants_agreement};

/// Refuses what the project's files exclude, and tells what else they say.
pub(super) fn look(
    stage: Stage<'_>,
    change: &Change<'_>,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let context = stage.file().context();
    // What is copied out of a stage of the same language runs here: half of a build is not moved.
    let is_taken_here = |other: &Stage<'_>| {
        let mut copies = other.copied_by().filter_map(Step::stage);
        let image = other.base_image();
        let is_of_language = image
            .name()
            .zip(image.effective_tag())
            .is_some_and(|(it, tag)| version_of_image(change.language, it, tag).is_some());
        is_of_language && copies.any(|it| it.base_chain().any(|it| it == stage))
    };
    let building = stage.file().stages().filter(is_taken_here);
    let building = building.flat_map(|it| it.base_chain().collect::<Vec<_>>());
    let mut stages: Vec<Stage<'_>> = stage.with_descendants().chain(building).collect();
    stages.sort_by_key(|it| it.index());
    stages.dedup();
    let steps: Vec<Step<'_>> = stages.into_iter().flat_map(Stage::steps).collect();
    if change.language == "dotnet" {
        return dotnet::look(&steps, change, context, case);
    }
    let calls_uv = || {
        let mut commands = steps.iter().flat_map(|it| it.commands());
        commands.any(|it| it.is("uv"))
    };
    let near = folders(&steps, context);
    for folder in &near {
        let read = |name: &str| found(context, &join(folder, name));
        for (name, excludes) in asked(change, &read) {
            let file = join(folder, &name);
            let is_taken = is_taken(&steps, &file);
            if let Some(line) =
                wants_agreement(stage, &name).filter(|_| excludes.kind == Kind::Exact)
            {
                case.open(OpenCondition::new(
                    format!(
                        "whether `{file}` may go on to say {}, which the comment at line {line} wants to agree with the image",
                        excludes.asked
                    ),
                    format!("write {} there, too", shown(&change.full)),
                ));
                continue;
            }
            if excludes.kind == Kind::Exact && !(is_taken && calls_uv()) {
                // Nothing of the image goes by it, and who develops does.
                case.evidence(format!("`{file}` goes on to say {}", excludes.asked));
                continue;
            }
            if excludes.kind == Kind::Unclear {
                if is_taken {
                    case.open(OpenCondition::new(
                        format!(
                            "whether `{file}` lets {} in: it says {}",
                            change.goal, excludes.asked
                        ),
                        "see what that comes to",
                    ));
                }
                continue;
            }
            if excludes.kind == Kind::Refused && is_taken {
                return Err(refused(&file, &excludes, change));
            }
            case.open(OpenCondition::new(
                format!("whether `{file}` may go on to say {}", excludes.asked),
                format!("write {} there, too", change.goal),
            ));
        }
    }
    for folder in below(&near, &steps, context) {
        let read = |name: &str| found(context, &join(&folder, name));
        let asked = asked(change, &read).into_iter();
        for (name, excludes) in asked.filter(|it| it.1.kind == Kind::Refused) {
            let file = join(&folder, &name);
            if is_named(&folder, &steps) {
                return Err(refused(&file, &excludes, change));
            }
            case.open(OpenCondition::new(
                format!(
                    "whether what is built goes by `{file}`, which asks for {}",
                    excludes.asked
                ),
                format!("let it ask for {}", change.goal),
            ));
        }
    }
    if change.language == "python" && !asked::has_its_own(stage, change) {
        wheels(stage, change, case);
    }
    Ok(())
}

/// A version with all its numbers.
fn shown(version: &[u32]) -> String {
    let numbers: Vec<String> = version.iter().map(u32::to_string).collect();
    numbers.join(".")
}

fn refused(file: &str, excludes: &Excludes, change: &Change<'_>) -> Remedy {
    remedy!(
        "`{file}` asks for {}, which {} is not: change it first",
        excludes.asked,
        change.goal
    )
}

/// The folders below those that a build takes, down to the second: other projects may be there.
fn below(near: &[String], steps: &[Step<'_>], context: &dyn Context) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open: Vec<(String, usize)> = near.iter().map(|it| (it.clone(), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        let names = context.list(&folder).found().unwrap_or_default();
        let folders = names.iter().filter_map(|it| it.strip_suffix('/'));
        for name in folders.filter(|it| !it.starts_with('.') && !is_dependency_folder(it)) {
            let place = join(&folder, name);
            let is_new = !near.contains(&place) && !all.contains(&place);
            if is_new && all.len() < MOST_FOLDERS && is_taken(steps, &place) {
                all.push(place.clone());
                if depth == 0 {
                    open.push((place, 1));
                }
            }
        }
    }
    all.sort_unstable();
    all
}

/// Whether a command of the build, or of a script that it runs, names the folder.
fn is_named(folder: &str, steps: &[Step<'_>]) -> bool {
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let is_it = |text: &str| {
        let mut parts = text.split('/');
        parts.any(|it| it == last)
    };
    let commands = steps.iter().flat_map(|it| it.commands());
    let mut words = commands.filter_map(|it| it.args().next());
    words.any(|it| it.value().is_some_and(is_it))
}

/// What a file asks for that the new version is not.
struct Excludes {
    asked: String,
    kind: Kind,
}

/// What comes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A build or a start fails by it.
    Refused,
    /// It tells developers and tools of another version.
    Said,
    /// The same, of no more than another fix: uv goes by it to the last number.
    Exact,
    /// What it asks for is not known here.
    Unclear,
}

type Read<'r> = dyn Fn(&str) -> Option<Arc<str>> + 'r;

/// The files of a folder that exclude the new version.
fn asked(change: &Change<'_>, read: &Read<'_>) -> Vec<(String, Excludes)> {
    let mut all = Vec::new();
    let refused = |name: &str, asked: String| {
        let kind = Kind::Refused;
        (name.to_owned(), Excludes { asked, kind })
    };
    match change.language {
        "python" => {
            for (name, asked) in python_conditions(read) {
                if lets_through(&asked, &change.full) == Some(false) {
                    all.push(refused(name, format!("Python {asked}")));
                }
            }
        }
        "node" => {
            if let Some(asked) = engines(read).filter(|it| node_lets(it, change) == Some(false)) {
                all.push(refused("package.json", format!("Node.js {asked}")));
            }
        }
        "golang" => {
            let directive = read("go.mod").and_then(|text| go_directive(&text));
            if let Some(asked) = directive
                && numbers(&asked).is_some_and(|it| it > change.full)
            {
                all.push(refused("go.mod", format!("Go {asked}")));
            }
        }
        "ruby" => {
            let asked = read("Gemfile").and_then(|text| gemfile::asked(&text, read));
            if let Some(it) = asked.filter(|it| it.lets(&change.full) != Some(true)) {
                let kind = match it.lets(&change.full) {
                    Some(_) => Kind::Refused,
                    None => Kind::Unclear,
                };
                let asked = it.told();
                all.push(("Gemfile".to_owned(), Excludes { asked, kind }));
            }
        }
        _ => {}
    }
    let said = match change.language {
        "python" => &[".python-version", "runtime.txt"][..],
        "node" => &[".nvmrc", ".node-version"],
        "ruby" => &[".ruby-version"],
        "golang" => &[".go-version"],
        _ => &[],
    };
    let of_file = said.iter().filter_map(|name| {
        let text = read(name)?;
        let first = text.lines().next().unwrap_or_default().trim().to_owned();
        Some((*name, first))
    });
    let of_tools = TOOL_VERSIONS.iter().filter_map(|name| {
        let asked = tool_version(&read(name)?, change.language)?;
        Some((*name, asked))
    });
    for (name, first) in of_file.chain(of_tools) {
        let version = leading(first.trim_start_matches(|it: char| !it.is_ascii_digit()));
        let Some(version) = version.filter(|it| !change.full.starts_with(it)) else {
            continue;
        };
        let series = &version[..version.len().min(2)];
        let kind = if change.full.starts_with(series) {
            Kind::Exact
        } else {
            Kind::Said
        };
        all.push((name.to_owned(), Excludes { asked: first, kind }));
    }
    all
}

/// Files in which asdf and mise are told the versions of all tools.
const TOOL_VERSIONS: [&str; 3] = [".tool-versions", "mise.toml", ".mise.toml"];

/// What files of Python ask for: the file's name and the condition.
fn python_conditions(read: &Read<'_>) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    if let Some(text) = read("pyproject.toml")
        && let Ok(table) = text.parse::<toml::Table>()
    {
        let at = |path: &[&str]| {
            let (last, folders) = path.split_last()?;
            let mut table = &table;
            for key in folders {
                table = table.get(*key)?.as_table()?;
            }
            table.get(*last)?.as_str().map(str::to_owned)
        };
        let paths: [&[&str]; 2] = [
            &["project", "requires-python"],
            &["tool", "poetry", "dependencies", "python"],
        ];
        all.extend(
            paths
                .iter()
                .filter_map(|it| Some(("pyproject.toml", at(it)?))),
        );
    }
    let by_text = [
        ("setup.cfg", r"(?m)^\s*python_requires\s*=\s*(.+?)\s*$"),
        ("setup.py", r#"python_requires\s*=\s*["']([^"']+)["']"#),
        (
            "Pipfile",
            r#"(?m)^\s*python_(?:full_)?version\s*=\s*["']([^"']+)["']"#,
        ),
    ];
    for (name, pattern) in by_text {
        all.extend(read(name).and_then(|text| Some((name, captured(pattern, &text)?))));
    }
    all
}

/// `engines.node` of package.json.
fn engines(read: &Read<'_>) -> Option<String> {
    let text = read("package.json")?;
    let asked = captured(
        r#"(?s)"engines"\s*:\s*\{[^}]*?"node"\s*:\s*"([^"]+)""#,
        &text,
    )?;
    Some(asked)
}

/// Whether npm's condition lets the new version through.
fn node_lets(asked: &str, change: &Change<'_>) -> Option<bool> {
    let range = nodejs_semver::Range::parse(asked).ok()?;
    let number = |at: usize| u64::from(change.full.get(at).copied().unwrap_or(0));
    let version = nodejs_semver::Version::from((number(0), number(1), number(2)));
    Some(range.satisfies(&version))
}

/// The version that `go.mod` asks for.
fn go_directive(text: &str) -> Option<String> {
    captured(r"(?m)^go\s+(\d+(?:\.\d+)*)", text)
}

/// Pinned packages that had a wheel for the old version and have none for the new one.
fn wheels(stage: Stage<'_>, change: &Change<'_>, case: &mut Case<'_>) {
    let (Some(old), Some(new)) = (two(&change.old), two(&change.new)) else {
        return;
    };
    let facts = image(&change.repository, &change.new_tag);
    let is_alpine = facts
        .foundation
        .is_some_and(|it| it.distribution == Distribution::Alpine);
    let libc = if is_alpine { Libc::Musl } else { Libc::Glibc };
    let is_lost = |name: &str, condition: &str| {
        let Some(package) = python_package(name) else {
            return false;
        };
        let compiles = |language: &str| match (condition.strip_prefix("=="), end_of(condition)) {
            (_, Some((end, is_in))) => {
                let end: Vec<String> = end.iter().map(u32::to_string).collect();
                package.compiles_below(&end.join("."), is_in, Some(language), libc)
            }
            (Some(pinned), None) => package.compiles(Some(pinned), Some(language), libc),
            (None, None) => None,
        };
        compiles(&new) == Some(true) && compiles(&old) != Some(true)
    };
    let pinned = locked(stage, change.language);
    let is_pinned = |name: &str| pinned.iter().any(|it| it.name == name);
    let asked = asked_for(stage, change.language);
    let is_free = |it: &&Requirement| !is_pinned(&it.name);
    let asked = asked.iter().filter(is_free).filter_map(|it| {
        let condition = it.specifier.as_deref()?;
        is_lost(&it.name, condition).then(|| format!("{}{condition}", it.name))
    });
    let of_locks = pinned.iter().filter_map(|it| {
        let condition = format!("=={}", it.version);
        is_lost(&it.name, &condition).then(|| format!("{}{condition}", it.name))
    });
    let mut lost: Vec<String> = asked.chain(of_locks).collect();
    lost.sort_unstable();
    lost.dedup();
    case.open(named_wheels(stage, (&old, &new)));
    if !lost.is_empty() {
        case.open(OpenCondition::new(
            format!(
                "whether {} can be installed: no wheel of {} is for {}",
                lost.join(", "),
                if lost.len() == 1 { "it" } else { "them" },
                change.goal
            ),
            "take a newer version",
        ));
    }
}

/// The packages that a stage and those based on it ask for, those of Python also when their containers start.
pub(super) fn asked_for(stage: Stage<'_>, language: &str) -> Vec<Requirement> {
    let mut all: Vec<Requirement> = Vec::new();
    for of_it in stage.with_descendants() {
        if language != "python" {
            all.extend(of_it.node_packages().known.iter().cloned());
            continue;
        }
        all.extend(of_it.python_packages().known.iter().cloned());
        for process in of_it.runtime().processes() {
            let package = PackageCommand::of(process.command);
            let site = CallSite::of(process.command);
            let lists = installed_by(process.command, package.as_ref(), &site);
            for list in lists
                .into_iter()
                .filter(|it| it.language == Language::Python)
            {
                let source = list.file.as_deref().unwrap_or("the start");
                all.extend(list.packages.iter().map(|it| Requirement {
                    name: normal_python_name(&it.name),
                    specifier: it.version.as_deref().map(|it| it.replace(' ', "")),
                    source: source.to_owned(),
                    only_with: None,
                }));
            }
        }
    }
    all
}

/// Wheels that are named for the old version: `a-1.0-cp39-cp39-linux_x86_64.whl`.
fn named_wheels(stage: Stage<'_>, (old, new): (&str, &str)) -> Option<OpenCondition> {
    let tag = format!("-cp{}-", old.replace('.', ""));
    let steps = stage.with_descendants().flat_map(Stage::steps);
    let is_it = |step: &Step<'_>| {
        let texts = step.source_text().split_whitespace();
        let mut wheels = texts.filter(|it| it.contains(".whl"));
        wheels.any(|it| it.contains(&tag) && !it.contains("abi3"))
    };
    let numbers: Vec<usize> = steps.filter(is_it).map(Step::line).collect();
    (!numbers.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether there is a wheel for Python {new} of what {} installs or copies, which is for {old}",
                lines(numbers)
            ),
            "take the one that is named for it",
        )
    })
}
