//! Images that become hardened ones: Docker's or Chainguard's.

mod comments;
mod libc;
mod newest;
mod packages;
mod scripts;
mod stage_needs;
mod start;
mod version_files;

use dfix_catalogue::{
    Distribution, Foundation, ImageMark, Layer, chainguard_image, chainguard_ports, hardened_image,
    has_hardened_image, image_is,
};
use dfix_engine::{Case, Codemod, Findings, OpenCondition, Remedy, Safety, remedy};
use dfix_model::{ImagePlace, Model, Stage};

use self::stage_needs::Needs;
use super::images;
use super::platforms::{self, Replaced};
use super::suites::Suites;
use super::system;
use crate::matching::reference::Reference;

/// What Chainguard's images are based on.
const WOLFI: Foundation = Foundation {
    distribution: Distribution::Wolfi,
    release: None,
    layer: Layer::Plain,
};

/// Whose images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Docker,
    Chainguard,
}

/// The codemod.
#[derive(Debug)]
pub(crate) struct Hardened {
    pub(crate) recipe: &'static str,
    family: Family,
    /// What stands before the image's name, its last mark included.
    registry: String,
}

impl Hardened {
    /// `registry` may be empty: the maker's own then.
    pub(crate) fn read(recipe: &'static str, family: &str, registry: &str) -> Result<Self, String> {
        let (family, own) = match family {
            "docker" => (Family::Docker, "dhi.io"),
            "chainguard" => (Family::Chainguard, "cgr.dev/chainguard"),
            other => return Err(format!("`{other}` is none of docker and chainguard")),
        };
        let registry = if registry.is_empty() { own } else { registry };
        let slash = if registry.ends_with(['/', '-']) {
            ""
        } else {
            "/"
        };
        Ok(Hardened {
            recipe,
            family,
            registry: format!("{registry}{slash}"),
        })
    }

    /// Whether an image has a hardened one in its place.
    fn is_known(&self, repository: &str, tag: &str) -> bool {
        match self.family {
            Family::Docker => has_hardened_image(repository),
            Family::Chainguard => chainguard_image(repository, tag).is_some(),
        }
    }
}

impl Codemod for Hardened {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        for position in file.image_positions() {
            let Some(reference) = Reference::of(position) else {
                continue;
            };
            let image = &reference.position.image;
            let (Some(name), Some(tag)) = (image.name(), image.effective_tag()) else {
                continue;
            };
            if !self.is_known(name, tag) {
                continue;
            }
            let message = format!("`{name}:{tag}` is no hardened image");
            out.judge(reference.range(), Safety::Checked, message, |case| {
                let ImagePlace::From(stage) = reference.position.place else {
                    return Err(remedy!(
                        "files are elsewhere in hardened images: see where what is taken lies there"
                    ));
                };
                match self.family {
                    Family::Docker => self.docker(stage, &reference, (name, tag), case),
                    Family::Chainguard => self.chainguard(stage, &reference, (name, tag), case),
                }
            });
        }
    }
}

impl Hardened {
    fn docker(
        &self,
        stage: Stage<'_>,
        reference: &Reference<'_>,
        (name, tag): (&str, &str),
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let needs = Needs::of(stage);
        let run = || hardened_image(name, tag, false);
        let dev = || hardened_image(name, tag, true);
        let found = if needs.is_dev() {
            dev()
        } else {
            run().or_else(dev)
        };
        let Some(new) = found else {
            return Err(remedy!(
                "Docker has no hardened image of this version and variant on this system: choose one of those that are maintained first (the recipes `end-of-life` and `language-bump`)"
            ));
        };
        change(
            reference,
            &format!("{}{}", self.registry, new.name),
            new.tag,
            case,
        )?;
        let maker = format!("dhi.io/{}", new.name);
        let replaced = Replaced {
            old: Some((name, tag)),
            new: (&maker, new.tag),
        };
        platforms::look(&stage.platforms(), &replaced, case)?;
        case.evidence(format!("there is a tag `{}`", new.tag));
        if !new.keeps_version {
            case.open(OpenCondition::new(
                format!(
                    "whether `{}` will do: there is no tag of this very version",
                    new.tag
                ),
                "run its tests",
            ));
        }
        if self.registry == "dhi.io/" {
            case.open(OpenCondition::new(
                "whether whoever builds it may pull from dhi.io",
                "`docker login dhi.io`, or take a mirror of your organisation",
            ));
        }
        needs.say(&new, case);
        let old = dfix_catalogue::image(name, tag);
        if let (Some(before), Some(after)) = (&old.foundation, &new.foundation) {
            if before.same_release(after) == Some(false) {
                case.evidence(format!(
                    "it is based on {}, and the old one on {}",
                    after.told(),
                    before.told()
                ));
            }
            packages::on_another_release(stage, after, case);
            if let Some(suites) = Suites::between(before, after) {
                images::change_suites(reference, &suites, case)?;
            }
        }
        start::users(stage, &new, case)?;
        start::of_docker(stage, name, &old, &new, case);
        stage_needs::programs(stage, &old, &new, case);
        scripts::look(stage, &new, case);
        version_files::look(stage, name, (tag, new.tag), case);
        stage_needs::lacking(stage, name, case);
        stage_needs::variables(stage, &old, case);
        stage_needs::paths(stage, name, case);
        let new_image = comments::NewImage {
            foundation: new.foundation.as_ref(),
            has_shell: new.has_shell,
            ports: new.ports,
        };
        comments::look(stage, name, &old, &new_image, case);
        Ok(())
    }

    fn chainguard(
        &self,
        stage: Stage<'_>,
        reference: &Reference<'_>,
        (name, tag): (&str, &str),
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let Some(new) = chainguard_image(name, tag) else {
            return Err(remedy!("Chainguard's image is not known"));
        };
        if name == "python" && tag.starts_with('2') {
            return Err(remedy!(
                "Python 2 is gone: once the code runs with Python 3, choose one of its images"
            ));
        }
        let needs = Needs::of(stage);
        packages::of_chainguard(stage, name, case)?;
        let is_free = self.registry == "cgr.dev/chainguard/";
        let version = tag.split('-').next().unwrap_or_default();
        let has_version = version.starts_with(|it: char| it.is_ascii_digit())
            && !matches!(new, "chainguard-base");
        let numbers: Vec<&str> = version.split(['.', '_']).take(2).collect();
        let is_newest = is_free || !has_version;
        let numbers = if is_newest {
            "latest".to_owned()
        } else {
            numbers.join(".")
        };
        let new_tag = if needs.is_dev() {
            format!("{numbers}-dev")
        } else {
            numbers
        };
        change(
            reference,
            &format!("{}{new}", self.registry),
            &new_tag,
            case,
        )?;
        let maker = format!("cgr.dev/chainguard/{new}");
        let replaced = Replaced {
            old: Some((name, tag)),
            new: (&maker, &new_tag),
        };
        platforms::look(&stage.platforms(), &replaced, case)?;
        if !is_free {
            case.open(OpenCondition::new(
                format!("whether there is a tag `{new_tag}`"),
                "look it up where the image is published",
            ));
        }
        if is_newest {
            case.open(newest::condition(name, tag, is_free));
        }
        case.open(OpenCondition::new(
            "whether it has what the file uses of it: what Chainguard's images hold is not known here",
            "build it, and start it once",
        ));
        needs.say_of_chainguard(case);
        let old = dfix_catalogue::image(name, tag);
        let comes_along = |it: Stage<'_>| {
            let image = it.base_image();
            let named = image.name().zip(image.effective_tag());
            named.is_some_and(|(name, tag)| self.is_known(name, tag))
        };
        if is_newest {
            case.open(newest::taken_by_older_java(stage, name, &comes_along));
        }
        if let Some(foundation) = &old.foundation {
            libc::look(stage, foundation, &comes_along, case);
            case.open(system::other_archives(stage, foundation, &WOLFI));
        }
        start::data(stage, &old, "", case);
        if image_is(name, ImageMark::KeepsData) {
            case.open(OpenCondition::new(
                "whether it opens data of before: another major version may not",
                "dump and restore them, or go version by version, as its makers say",
            ));
        }
        start::of_chainguard(stage, name, tag, &needs, case);
        stage_needs::lacking(stage, name, case);
        stage_needs::variables(stage, &old, case);
        stage_needs::paths(stage, name, case);
        let ports: Vec<&str> = chainguard_ports(name).collect();
        let ports = ports.join(" ");
        case.open(start::ports(stage, &ports));
        let new_image = comments::NewImage {
            foundation: Some(&WOLFI),
            has_shell: needs.is_dev(),
            ports: &ports,
        };
        comments::look(stage, name, &old, &new_image, case);
        Ok(())
    }
}

/// Writes the new image.
fn change(
    reference: &Reference<'_>,
    repository: &str,
    tag: &str,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    // A default that decides other images, too, stays.
    let plan =
        images::plan(reference, repository, tag, &|_, _, _| false).map_err(|it| remedy!("{it}"))?;
    plan.say(case);
    Ok(())
}
