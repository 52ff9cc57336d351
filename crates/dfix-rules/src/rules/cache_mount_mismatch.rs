//! A cache mount for a program that the `RUN` does not call.

use dfix_catalogue::programs::{Kind, Mark, Program};
use dfix_catalogue::{MountedCache, mounted_caches_at};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{
    Absence, CacheCall, Command, ImagePath, Model, Mount, Needs, Redirect, Stage, Step,
};

pub(crate) const RULE: Rule = Rule {
    id: "cache-mount-mismatch",
    aliases: &[],
    groups: &[Group::Broken, Group::Speed],
    severity: Severity::Warning,
    summary: "mount the cache of the program that the `RUN` calls",
    why: "A cache mount at pip's folder keeps nothing of what uv fetches: each build fetches it again, and it stays in the layer.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.13\nCOPY pyproject.toml uv.lock ./\nRUN --mount=type=cache,target=/root/.cache/pip uv sync --locked\n",
            "FROM python:3.13\nCOPY pyproject.toml uv.lock ./\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked\n",
        )
        .that_says("`uv` has its cache in /root/.cache/uv"),
        fixes(
            "FROM python:3.13\nENV UV_CACHE_DIR=/c\nRUN --mount=type=cache,target=/root/.cache/pip,sharing=locked cd /app && uv pip install --system -r requirements.txt\n",
            "FROM python:3.13\nENV UV_CACHE_DIR=/c\nRUN --mount=type=cache,target=/c,sharing=locked cd /app && uv pip install --system -r requirements.txt\n",
        ),
        fixes(
            "FROM node:22\nRUN --mount=type=cache,target=/root/.npm yarn install\n",
            "FROM node:22\nRUN --mount=type=cache,target=/usr/local/share/.cache/yarn yarn install\n",
        )
        .with_unsafe()
        .that_says("whether a script of a package"),
        reports(
            "FROM node:22\nRUN --mount=type=cache,target=/root/.npm pnpm install\n",
            "mount /root/.local/share/pnpm/store",
        ),
        reports(
            "FROM python:3.13\nRUN --mount=type=cache,id=pip,target=/root/.cache/pip uv sync\n",
            "its own `id`",
        ),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/uv uv sync\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install -U pip && uv sync\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip --mount=type=cache,target=/root/.cache/uv uv sync\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache uv sync\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip uv sync --no-cache\n"),
        leaves("FROM python:3.13\nENV UV_CACHE_DIR=/root/.cache/pip\nRUN --mount=type=cache,target=/root/.cache/pip uv sync\n"),
        // What else runs may fill it.
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip uv sync && ./install.sh\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip uv run tox\n"),
        leaves("FROM python:3.13\nRUN --mount=type=cache,target=/root/.npm pip install jupyterlab\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for step in stage.runs().filter(|it| !it.is_onbuild()) {
            let caches = || step.mounts().filter(|it| it.kind() == "cache");
            let mut odd = caches().filter_map(|it| Some((it, caches_of(it)?)));
            // Which of several is meant is not known.
            if let (Some((mount, owners)), None) = (odd.next(), odd.next()) {
                look_at(stage, step, mount, &owners, out);
            }
        }
    }
}

/// The programs whose cache a mount is for, as far as its target tells.
fn caches_of(mount: Mount<'_>) -> Option<Vec<MountedCache>> {
    let target = mount.target()?.value()?;
    let owners: Vec<MountedCache> = mounted_caches_at(target).collect();
    (!owners.is_empty()).then_some(owners)
}

fn look_at(
    stage: Stage<'_>,
    step: Step<'_>,
    mount: Mount<'_>,
    owners: &[MountedCache],
    out: &mut Findings<'_>,
) {
    let calls = CacheCall::all_of(step);
    let Some(call) = calls.first() else { return };
    let program = call.cache.program();
    let is_the_one = |it: Command<'_>| calls.iter().any(|call| call.command == it);
    let is_quiet = |it: Command<'_>| {
        let kind = it.known().map(Program::kind);
        matches!(kind, Some(Kind::Builtin | Kind::Helper))
    };
    let is_alike = owners
        .iter()
        .all(|it| it.program() != program && it.language() == call.cache.language());
    let runs_others = |it: &CacheCall<'_>| {
        it.cache.program() != program || it.command.has_arg("run") || !it.off_words().is_empty()
    };
    if !is_alike
        || call.cache.language().is_none()
        || calls.iter().any(runs_others)
        || step.has_opaque_text()
        || !step.commands().all(|it| is_the_one(it) || is_quiet(it))
    {
        return;
    }
    let mut open = Vec::new();
    let folders = call.folders(stage, &mut open);
    let owner = owners[0].program();
    if let Ok(folders) = &folders {
        let is_mounted = |path: &str| {
            let mut targets = step.mounts().filter_map(|it| it.target()?.value());
            step.has_cache_mount(path) || targets.any(|it| ImagePath::new(it).as_str() == path)
        };
        if folders.paths.iter().any(|it| is_mounted(it.as_str())) {
            return;
        }
    }
    let Some(target) = mount.target() else { return };
    let message = format!("this cache mount is for `{owner}`, and `{program}` is what runs");
    out.judge(target, Safety::Checked, message, |case| {
        let folders = folders?;
        let paths: Vec<&str> = folders.paths.iter().map(ImagePath::as_str).collect();
        let by_hand = || remedy!("mount {}", paths.join(" and "));
        let ([folder], None) = (folders.paths.as_slice(), folders.uid) else {
            return Err(by_hand());
        };
        if call.cache.is_needed_later() {
            return Err(by_hand());
        }
        if mount.has("id") || mount.has("from") || mount.has("source") {
            return Err(remedy!("mount {folder}, with its own `id`, or none"));
        }
        if mount.has("uid") || mount.has("gid") || mount.has("mode") {
            return Err(by_hand());
        }
        let names_it = |it: Command<'_>| {
            let mut words = it.args().chain(it.redirects().filter_map(Redirect::target));
            words.any(|it| it.mentions(".cache") || it.mentions(folder.as_str()))
        };
        if step.commands().any(names_it) {
            return Err(remedy!(
                "mount {folder}: a command of this `RUN` speaks of it, which is then a mount"
            ));
        }
        let last = calls.last().unwrap_or(call).command;
        let absence = Absence::unfilled(folder);
        case.takes_away(&Needs::of(stage, &absence, &()), last)?;
        case.evidence(format!(
            "`{program}` has its cache in {folder}, and uses no other"
        ))
        .evidence(format!(
            "nothing else of this `RUN` fills the cache of `{owner}`"
        ))
        .open(open.clone())
        .open(
            call.command
                .is_marked(Mark::RunsFiles)
                .then(|| scripts(owner)),
        )
        .declare(Effect::changed(step))
        .fix(|edit| edit.replace_node(target, folder.as_str()));
        Ok(())
    });
}

fn scripts(owner: &str) -> OpenCondition {
    OpenCondition::new(
        format!("whether a script of a package that is installed calls `{owner}`"),
        "look at the packages' scripts",
    )
}
