//! What is copied from other images and stages, and whether it may need a library that slim lacks.

use dfix_model::{ImageRef, PackageManager, Source, Stage, Step, Word};

use super::commands::{Reader, said};
use super::needs::Site;

/// Images whose programs need nothing but the C library.
const STATIC: &[&str] = &[
    "busybox",
    "docker",
    "golang",
    "ghcr.io/astral-sh/uv",
    "ghcr.io/astral-sh/ruff",
    "krallin/ubuntu-tini",
    "hashicorp/terraform",
    "bitnami/kubectl",
    "alpine/helm",
    "traefik",
    "caddy",
    "minio/mc",
    "tianon/gosu",
];

/// Whether programs of a static image may ask other hosts for something over https.
fn asks_servers(name: &str) -> bool {
    let is = |known: &&str| name == *known || name.ends_with(&format!("/{known}"));
    let none = [
        "busybox",
        "krallin/ubuntu-tini",
        "tianon/gosu",
        "astral-sh/uv",
        "astral-sh/ruff",
    ];
    STATIC.iter().any(is) && !none.iter().any(|n| name.ends_with(n))
}

/// Images whose builds give text: scripts, styles, bytecode.
const TEXT: &[&str] = &[
    "node",
    "oven/bun",
    "denoland/deno",
    "maven",
    "gradle",
    "eclipse-temurin",
    "openjdk",
    "composer",
];

impl<'m> Reader<'m, '_> {
    /// A `COPY --from`.
    pub(super) fn copy(&mut self, step: Step<'m>) {
        if !self.form.loses_tools() {
            return;
        }
        let (Some(stage), Some(source)) = (step.stage(), step.source()) else {
            return;
        };
        let image = match &source {
            Source::Stage(from) => Some(from.base_image()),
            Source::Image(image) => Some(image.as_ref()),
            Source::Unknown => None,
        };
        if let Source::Stage(from) = &source {
            self.libraries(stage, step, *from);
        }
        if image.is_some_and(|image| self.is_harmless(image, step)) {
            if image.and_then(ImageRef::name).is_some_and(asks_servers) {
                self.own_certificates(step, stage);
            }
            return;
        }
        self.needs.open(
            format!(
                "whether what {} copies needs a library that the slim form lacks",
                said(step)
            ),
            "look what `ldd` says of the programs in it",
        );
    }

    /// A program with all its libraries still reads the certificates of the image.
    fn own_certificates(&mut self, step: Step<'m>, stage: Stage<'m>) {
        let site = Site {
            stage,
            step,
            start: step.range().end().into(),
        };
        let brings = step
            .sources()
            .any(|w| w.literal_prefix().contains("ssl/certs"));
        if !brings && !self.form.has_certificates() && !self.has_certificates_later(site) {
            self.needs.open(
                format!("whether what {} copies asks servers for certificates, which the slim form lacks", said(step)),
                "install `ca-certificates` where it does",
            );
        }
    }

    fn is_harmless(&self, image: &ImageRef, step: Step<'m>) -> bool {
        let Some(name) = image.name() else {
            return false;
        };
        let is = |known: &str| name == known || name.ends_with(&format!("/{known}"));
        let is_alpine = image.tag_text().is_some_and(|t| t.contains("alpine"));
        STATIC.iter().any(|known| is(known))
            || (TEXT.iter().any(|known| is(known)) && !is_alpine)
            || name == self.form.repository()
            || step.sources().all(|word| is_text(word))
    }

    /// The Python packages that a stage installs and this one copies out of it.
    fn libraries(&mut self, stage: Stage<'m>, step: Step<'m>, from: Stage<'m>) {
        let site = Site {
            stage,
            step,
            start: step.range().start().into(),
        };
        for source in from.base_chain() {
            let node = [
                PackageManager::Npm,
                PackageManager::Yarn,
                PackageManager::Pnpm,
            ];
            for install in node
                .into_iter()
                .flat_map(|manager| source.installs(manager))
            {
                let folder = install.command.working_directory();
                self.node_libraries(&install, site, folder.as_deref());
            }
            let of = |manager| source.package_commands(manager);
            let installs = of(PackageManager::Pip).chain(of(PackageManager::Uv));
            for install in
                installs.filter(|c| c.is_install() || c.subcommand_is_one_of(&["wheel", "sync"]))
            {
                let folder = install.command.working_directory();
                self.python_libraries(&install, site, folder.as_deref());
            }
        }
    }
}

/// Whether a copied path tells that it is no program.
pub(super) fn is_text(word: Word<'_>) -> bool {
    let path = word.literal_prefix().trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "dist"
            | "static"
            | "public"
            | "assets"
            | "html"
            | "templates"
            | "docs"
            | "www"
            | "build"
            | "out"
            | "requirements.txt"
            | "poetry.lock"
            | "pyproject.toml"
            | "package.json"
            | "staticfiles"
            | "migrations"
            | "ca-certificates.crt"
    ) || [
        ".txt", ".js", ".css", ".html", ".json", ".py", ".jar", ".war", ".toml", ".yml", ".yaml",
        ".sh", ".whl", ".crt",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}
