//! Images come from registries that are allowed.

use dfix_engine::{
    Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, leaves,
    remedy, reports,
};
use dfix_model::{ImagePlace, ImageRef, Model};

pub(crate) const RULE: Rule = Rule {
    id: "base-image-registry",
    aliases: &["DL3026"],
    groups: &[Group::Security],
    severity: Severity::Error,
    summary: "take images from the registries that are allowed",
    why: "Whoever may put an image into a registry has commands run by the build, and by the container. Nothing is said until the \
          registries are listed, here or as `trustedRegistries` of hadolint.",
    phase: Phase::Meaning,
    check,
    options: &[RuleOption {
        name: "allowed",
        kind: OptionKind::List,
        summary: "the registries: `docker.io`, `*.example.org`, `*`",
    }],
    examples: &[
        reports(
            "FROM debian:12\nFROM ghcr.io/acme/base:1\nCOPY --from=alpine /a /a\n",
            "`ghcr.io`",
        )
        .with_option("allowed", "docker.io"),
        reports(
            "FROM tools.acme.example/a:1 AS alpine\nFROM alpine\nRUN --mount=type=bind,from=acme.example/b,target=/b /b/c\n",
            "`acme.example`",
        )
        .with_option("allowed", "*.acme.example"),
        reports("FROM scratch\nFROM acme/base:1\n", "`docker.io`")
            .with_option("allowed", "ghcr.io"),
        leaves("FROM a:1\nFROM docker.io/b:1 AS b\nFROM b\n").with_option("allowed", "docker.io"),
        leaves("FROM acme.example:5000/a:1\n").with_option("allowed", "acme.example*"),
        leaves("ARG REGISTRY\nFROM $REGISTRY/a:1\n").with_option("allowed", "docker.io"),
        // Nobody says what is allowed.
        leaves("FROM random.example/debian:12\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let allowed = out.option("allowed").and_then(Setting::as_list);
    let Some(allowed) = allowed.filter(|it| !it.is_empty()) else {
        return;
    };
    let mut positions = file.image_positions();
    positions.retain(|it| !matches!(it.place, ImagePlace::Syntax(_)));
    for position in positions {
        let Some(registry) = registry(&position.image) else {
            continue;
        };
        if !allowed.iter().any(|it| allows(it, registry)) {
            let message = format!("`{registry}` is none of the registries that are allowed");
            out.judge(position.image.range, Safety::Unsafe, message, |_| {
                Err(remedy!(
                    "take the image from one of them: {}",
                    allowed.join(", ")
                ))
            });
        }
    }
}

/// The registry that an image comes from; none where only the build can tell.
fn registry(image: &ImageRef) -> Option<&str> {
    match &image.registry {
        Some(part) => part.text.as_deref(),
        // A variable in front may hold a registry.
        None => image.name().map(|_| HUB[0]),
    }
}

/// Docker Hub's names: where no registry is named, and as it is listed now and then.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "hub.docker.com"];

/// Whether an entry of the list means the registry, as hadolint reads it: with a `*` at one end.
fn allows(entry: &str, registry: &str) -> bool {
    if HUB.contains(&registry) && HUB.contains(&entry) {
        return true;
    }
    match (entry.strip_prefix('*'), entry.strip_suffix('*')) {
        (Some(end), _) => registry.ends_with(end),
        (None, Some(start)) => registry.starts_with(start),
        (None, None) => registry == entry,
    }
}
