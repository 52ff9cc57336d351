//! What is compiled and kept: it fits the release of the distribution that it was compiled on.

use dfix_catalogue::{Distribution, Foundation, Libc, MountedCache, image, python_package};
use dfix_engine::{Case, OpenCondition};

use super::fill::Fill;

impl Fill<'_> {
    /// The name of the cache, where it must not be that of all files: `pip-alpine`, `pip-bookworm`.
    pub(super) fn own_id(&self, cache: MountedCache, case: &mut Case<'_>) -> Option<String> {
        if !cache.keeps_compiled() {
            return None;
        }
        let program = cache.program();
        let base = self.stage.base_image();
        let tag = base.effective_tag();
        let foundation = match (base.name(), tag) {
            (Some(name), Some(tag)) => image(name, tag).foundation,
            _ => None,
        };
        let is_alpine = foundation
            .as_ref()
            .is_some_and(|it| it.distribution == Distribution::Alpine);
        if is_alpine {
            case.evidence(
                "what is compiled here runs on Alpine only, so it has a cache of its own",
            );
        }
        if !self.may_compile() {
            return is_alpine.then(|| format!("{program}-alpine"));
        }
        let name = base.name().unwrap_or_default();
        let release = foundation.as_ref().and_then(named).filter(|_| {
            let tag = tag.unwrap_or_default();
            is_told(name, tag, foundation.as_ref())
        });
        match release {
            Some(release) => {
                if !is_alpine {
                    case.evidence(format!(
                        "what is compiled here is for {release}, so it has a cache of its own"
                    ));
                }
                Some(format!("{program}-{release}"))
            }
            None => {
                let text = base.text().unwrap_or("the base image");
                case.open(OpenCondition::new(
                    format!(
                        "whether what `{program}` compiles here fits when `{text}` is of another release: the cache keeps it, for all files of the builder"
                    ),
                    format!("name the release in the tag, and in the mount: `id={program}-RELEASE`"),
                ));
                is_alpine.then(|| format!("{program}-alpine"))
            }
        }
    }

    /// Whether something may be compiled, and kept: there is a compiler, and not all is ready-made.
    fn may_compile(&self) -> bool {
        let facts = self.stage.base_facts();
        let tools = [
            "gcc",
            "build-essential",
            "build-base",
            "g++",
            "clang",
            "cargo",
            "rust",
        ];
        let mut packages = self.stage.system_packages();
        let has_compiler = facts.has_command("gcc") != Some(false)
            || packages.any(|it| tools.contains(&it.name) || it.name.ends_with("-dev"));
        let all = self.stage.python_packages();
        let is_ready = |name: &str, specifier: Option<&str>| {
            let pinned = specifier.and_then(|it| it.strip_prefix("=="));
            let libc = match facts.libc {
                Libc::Musl => Libc::Musl,
                _ => Libc::Glibc,
            };
            python_package(name).is_some_and(|it| it.compiles(pinned, None, libc) != Some(true))
        };
        let mut known = all.known.iter();
        let is_all_ready = !all.known.is_empty()
            && all.open.is_empty()
            && known.all(|it| is_ready(&it.name, it.specifier.as_deref()));
        has_compiler && !is_all_ready
    }
}

/// The release, as names of caches have it: `bookworm`, `alpine3.20`.
fn named(foundation: &Foundation) -> Option<String> {
    let release = foundation.release?;
    Some(if foundation.distribution == Distribution::Alpine {
        format!("alpine{release}")
    } else {
        release.to_owned()
    })
}

/// Whether the tag tells the release, and so is never of another one.
fn is_told(name: &str, tag: &str, foundation: Option<&Foundation>) -> bool {
    let release = foundation.and_then(|it| it.release).unwrap_or("-");
    tag.contains(release)
        || matches!(name, "debian" | "ubuntu") && tag.starts_with(|it: char| it.is_ascii_digit())
}
