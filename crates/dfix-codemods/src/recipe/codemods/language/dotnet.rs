//! For which version of .NET a project is: a program that is for an earlier one does not start with the new one.

use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::Step;
use dfix_model::context::Context;

use super::change::Change;
use super::files::{captured, found, is_taken, join};
use super::numbers::numbers;

/// So many folders are looked into.
const MOST_FOLDERS: usize = 400;

/// What a file says.
enum Aim {
    New,
    /// In its own words.
    Old(String),
}

/// Refuses what the projects exclude, and tells what is not known of them.
pub(super) fn look(
    steps: &[Step<'_>],
    change: &Change<'_>,
    context: &dyn Context,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let major = change.new.first().copied().unwrap_or(0);
    let mut old: Vec<(String, String)> = Vec::new();
    let mut knows_one = false;
    for path in files(context).into_iter().filter(|it| is_taken(steps, it)) {
        let Some(text) = found(context, &path) else {
            continue;
        };
        if path.ends_with("global.json") {
            if let Some(version) = pinned_sdk(&text, change, major) {
                return Err(refusal(&path, &format!("the SDK {version}"), change));
            }
            continue;
        }
        match aim(&text, major) {
            Some(Aim::New) => knows_one = true,
            Some(Aim::Old(said)) => old.push((path, said)),
            None => {}
        }
    }
    for (path, said) in &old {
        // Of several projects it is the named ones that are built, or all.
        if !knows_one || is_named(steps, path) {
            return Err(refusal(path, said, change));
        }
        case.open(OpenCondition::new(
            format!("whether `{path}` may go on to say {said}"),
            format!("write {} there, too, where it is built here", change.goal),
        ));
    }
    if old.is_empty() && !knows_one && !is_stage_alone(steps) {
        case.open(OpenCondition::new(
            format!("whether the project is for {}", change.goal),
            "see the <TargetFramework> of what is built",
        ));
    }
    Ok(())
}

fn refusal(path: &str, said: &str, change: &Change<'_>) -> Remedy {
    remedy!(
        "`{path}` asks for {said}, which {} is not: change it first",
        change.goal
    )
}

/// Whether nothing is built or copied.
fn is_stage_alone(steps: &[Step<'_>]) -> bool {
    !steps.iter().any(|it| it.is_run() || it.is_copy_or_add())
}

/// The files of projects in the context, those of the whole solution among them.
fn files(context: &dyn Context) -> Vec<String> {
    let mut all = Vec::new();
    let mut folders = vec![String::new()];
    let mut at = 0;
    while at < folders.len().min(MOST_FOLDERS) {
        let folder = folders[at].clone();
        at += 1;
        for name in context.list(&folder).found().unwrap_or_default() {
            let is_project = [".csproj", ".fsproj", ".vbproj"]
                .iter()
                .any(|end| name.ends_with(end))
                || matches!(&*name, "Directory.Build.props" | "global.json");
            match name.strip_suffix('/') {
                Some(below) if !below.starts_with('.') => folders.push(join(&folder, below)),
                None if is_project => all.push(join(&folder, &name)),
                _ => {}
            }
        }
    }
    all
}

/// For which version the text of a project is; none where it does not say.
fn aim(text: &str, major: u32) -> Option<Aim> {
    let said = captured(r"<TargetFrameworks?>\s*([^<]+)<", text)?;
    let goes_on = captured(r"<RollForward>\s*(\w+)", text);
    if goes_on.is_some_and(|it| it.ends_with("Major")) {
        return Some(Aim::New);
    }
    let number = |aim: &str| {
        let rest = aim
            .strip_prefix("netcoreapp")
            .or_else(|| aim.strip_prefix("net"))?;
        let (first, _) = rest.split_once('.')?;
        first.parse::<u32>().ok()
    };
    let majors: Vec<u32> = said.split(';').map(str::trim).filter_map(number).collect();
    // A library of .NET Standard runs with any version.
    if majors.is_empty() {
        return None;
    }
    Some(if majors.iter().all(|it| *it < major) {
        Aim::Old(said.trim().to_owned())
    } else {
        Aim::New
    })
}

/// The SDK that `global.json` pins, where the new image has another.
fn pinned_sdk(text: &str, change: &Change<'_>, major: u32) -> Option<String> {
    let version = captured(r#""version"\s*:\s*"([^"]+)""#, text)?;
    let is_other = numbers(&version).is_some_and(|it| it.first() != Some(&major));
    let is_pinned = change.repository.ends_with("/sdk") && !text.contains("ajor\"");
    (is_other && is_pinned).then_some(version)
}

/// Whether a step says the project's name, or its folder's.
fn is_named(steps: &[Step<'_>], path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.rsplit_once('.').map_or(name, |it| it.0);
    let says = |text: &str| !text.is_empty() && steps.iter().any(|it| it.mentions(text));
    says(stem) || says(folder)
}
