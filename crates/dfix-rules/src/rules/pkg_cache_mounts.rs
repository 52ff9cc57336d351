//! Package managers keep what they fetch in caches of the builder.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{CacheCall, Model, Os};

pub(crate) const RULE: Rule = Rule {
    id: "pkg-cache-mounts",
    aliases: &[],
    groups: &[Group::Speed],
    severity: Severity::Advice,
    summary: "keep what package managers fetch in a cache mount",
    why: "Each build fetches again what the one before has fetched. A cache of the builder outlives the build, and nothing of \
          it is in the image. Not each builder knows such mounts, so it is a migration, and its own command does it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt\n",
            "`dfix migrate cache-mounts --set only=pip`",
        ),
        reports(
            "FROM debian:13\nRUN apt-get update && apt-get install -y curl\n",
            "`dfix migrate cache-mounts --set only=apt-get`",
        ),
        leaves(
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n",
        ),
        leaves(
            "FROM debian:13\nRUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt/lists apt-get update && apt-get install -y curl\n",
        ),
        // It is not known where the cache is.
        leaves(
            "FROM python:3.13\nENV PIP_CACHE_DIR=/c\nRUN --mount=type=cache,target=$X pip install flask\n",
        ),
        leaves("FROM python:3.13\nRUN pip --version\nONBUILD RUN pip install flask\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| it.os() != Os::Windows) {
        for step in stage.runs() {
            let mut seen: Vec<&'static str> = Vec::new();
            for call in CacheCall::all_of(step) {
                let program = call.cache.program();
                if seen.contains(&program) || call.is_mounted(stage) {
                    continue;
                }
                seen.push(program);
                let message =
                    format!("`{program}` fetches again what an earlier build has fetched");
                out.judge(call.command, Safety::Checked, message, |_| {
                    Err(remedy!(
                        "see what `dfix migrate cache-mounts --set only={program}` would do"
                    ))
                });
            }
        }
    }
}
