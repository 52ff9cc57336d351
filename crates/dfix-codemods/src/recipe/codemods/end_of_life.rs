//! Tags of official images that are no longer maintained.

use dfix_catalogue::{
    AS_OF, Distribution, Foundation, LivingTag, VersionPlace, aliases, code_names, end_of_release,
    image, image_move, is_living, language_of_image, last_version, living_tag, version_of,
};
use dfix_engine::{Case, OpenCondition, Remedy};
use dfix_model::{ImagePlace, Stage};

use super::distribution::is_distribution;
use super::images::{Judge, Verdict};
use super::language::{java_words, look_at_tags_beside, paths_of_tags};
use super::versions::{day_lost, numbers_lost, version_changed, version_kept, without_day};
use crate::matching::reference::Reference;

/// Every dead tag, or only those whose living successor has the same version.
#[derive(Debug)]
pub(crate) struct EndOfLife {
    pub(crate) only_same_version: bool,
}

impl Judge for EndOfLife {
    fn verdict(&self, repository: &str, tag: &str) -> Option<Verdict> {
        if image_move(repository, tag).is_some() || is_living(repository, tag)? {
            return None;
        }
        // The day pins it: what it is a day of may well be maintained.
        if without_day(tag).is_some_and(|it| is_living(repository, &it) == Some(true)) {
            return None;
        }
        let mut verdict = Verdict {
            message: format!("`{repository}:{tag}` is no longer maintained"),
            ..Verdict::default()
        };
        // Whatever the distance, this step is more than a newer version.
        if matches!(repository, "python" | "pypy")
            && version_of(repository, tag).is_some_and(|it| it.starts_with('2'))
        {
            verdict.by_hand = Some(
                "Python 2 is gone: once the code runs with Python 3, choose one of its tags"
                    .to_owned(),
            );
            return Some(verdict);
        }
        let Some(living) = living_tag(repository, tag) else {
            verdict.by_hand =
                Some("no maintained tag of its kind is known: choose another one".to_owned());
            return Some(verdict);
        };
        let old = image(repository, tag).foundation;
        let stays = |old: &Foundation| {
            let new = living.foundation.as_ref();
            new.is_some_and(|it| it.same_release(old) == Some(true))
        };
        if let Some(old) = old.filter(|it| !stays(it))
            && let Some(date) = end_of_release(&old)
                .filter(|it| it.ended)
                .and_then(|it| it.date)
        {
            verdict
                .evidence
                .push(format!("support of {} ended on {date}", old.told()));
        }
        let new = &living.tag;
        verdict.evidence.push(support(&living));
        verdict.open.extend(ends_soon(&living));
        verdict.open.extend(release_ended(&living));
        verdict.evidence.extend(release_below(repository, &living));
        verdict.open.extend(unnamed_java(repository, tag, new));
        let changed = version_changed(repository, tag, new);
        if let Some(changed) = changed {
            if self.only_same_version && !changed.keeps_series {
                verdict.by_hand = Some(format!(
                    "`{new}` is the nearest that is maintained, of another version"
                ));
                return Some(verdict);
            }
            verdict.open.push(changed.open);
            verdict.open.extend(end_unknown(repository, &living));
        } else if let Some(open) = numbers_lost(tag, new).filter(|_| !is_distribution(repository)) {
            verdict.open.push(open);
        } else if !is_distribution(repository) {
            verdict.evidence.push(version_kept(repository, tag, new));
        }
        verdict.open.extend(day_lost(tag, new));
        verdict.paths = paths_of_tags(repository, (tag, new));
        verdict.to = Some((repository.to_owned(), living.tag));
        Some(verdict)
    }

    fn look(
        &self,
        reference: &Reference<'_>,
        verdict: &Verdict,
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let old = reference.position.image.effective_tag();
        if let (ImagePlace::From(stage), Some(old), Some((repository, new))) =
            (reference.position.place, old, &verdict.to)
        {
            let keeps = |it: Stage<'_>| self.keeps(it);
            look_at_tags_beside(stage, (repository, old), (repository, new), &keeps, case)?;
        }
        Ok(())
    }
}

impl EndOfLife {
    /// Whether the image of a stage stays as it is.
    fn keeps(&self, stage: Stage<'_>) -> Option<bool> {
        let image = stage.base_image();
        let verdict = self.verdict(image.name()?, image.effective_tag()?);
        Some(verdict.is_none_or(|it| it.to.is_none() || it.by_hand.is_some()))
    }
}

/// Until when the new tag is supported.
fn support(living: &LivingTag) -> String {
    let new = &living.tag;
    match (living.version_ends, living.release_ends) {
        (Some(date), _) if date > AS_OF => {
            format!("`{new}` is maintained, and supported until {date}")
        }
        (None, Some(date)) if date > AS_OF => match &living.foundation {
            Some(it) => format!(
                "`{new}` is maintained; support of {} ends on {date}",
                it.told()
            ),
            None => format!("`{new}` is maintained"),
        },
        _ => format!("`{new}` is still maintained"),
    }
}

/// Whether what the new tag is based on is no longer supported, though the tag is still made.
fn release_ended(living: &LivingTag) -> Option<OpenCondition> {
    let date = living.release_ends.filter(|it| *it <= AS_OF)?;
    let foundation = living.foundation.as_ref()?;
    let new = &living.tag;
    // Where the tag names none, its makers see to that.
    if !foundation.release.is_some_and(|it| new.contains(it)) {
        return None;
    }
    let release = foundation.told();
    Some(OpenCondition::new(
        format!(
            "whether `{new}` will do: it is still made, but support of {release} ended on {date}"
        ),
        "take a tag that names a newer release",
    ))
}

/// What is to be known of the release below a tag that names none: its makers move it, and until then support may be over.
fn release_below(repository: &str, living: &LivingTag) -> Option<String> {
    let date = living.release_ends.filter(|it| *it <= AS_OF)?;
    let foundation = living.foundation.as_ref()?;
    let new = &living.tag;
    if foundation.release.is_some_and(|it| new.contains(it)) {
        return None;
    }
    let release = foundation.told();
    let other = newer_below(repository, new, foundation).map_or_else(String::new, |it| {
        format!(", and `{it}` is the same on a newer release")
    });
    Some(format!(
        "`{new}` is based on {release}, of which support ended on {date}: its makers say when it moves{other}"
    ))
}

/// The same tag with the name of a release that is supported: `24-trixie-slim` for `24-slim`.
fn newer_below(repository: &str, tag: &str, old: &Foundation) -> Option<String> {
    if old.distribution != Distribution::Debian {
        return None;
    }
    let (version, rest) = match tag.split_once('-') {
        Some((version, rest)) => (version, format!("-{rest}")),
        None => (tag, String::new()),
    };
    code_names("debian").find_map(|name| {
        let forms = [
            format!("{version}-{name}{rest}"),
            format!("{version}{rest}-{name}"),
        ];
        forms.into_iter().find(|it| {
            let foundation = image(repository, it).foundation;
            let end = foundation.as_ref().and_then(end_of_release);
            is_living(repository, it) == Some(true) && end.is_some_and(|it| !it.ended)
        })
    })
}

/// What is open where nobody here knows until when the new tag's version is supported, and it is not the newest.
fn end_unknown(repository: &str, living: &LivingTag) -> Option<OpenCondition> {
    let new = &living.tag;
    let newest = version_of(repository, "latest")?;
    let numbers = |version: &str| -> Vec<u32> {
        let numbers = version.split('.').map_while(|it| it.parse().ok());
        numbers.collect()
    };
    let own = last_version(repository, new)?;
    let is_newest = numbers(&newest).iter().zip(&own).all(|(a, b)| a == b);
    (living.version_ends.is_none() && !is_newest).then(|| {
        OpenCondition::new(
            format!("whether `{new}` will do: until when its version is supported is not known"),
            "see what its makers say, or take a newer version",
        )
    })
}

/// What is open of the Java of a tool whose tags need not name it: it is that of the day.
fn unnamed_java(repository: &str, old: &str, new: &str) -> Option<OpenCondition> {
    let is_java = language_of_image(repository) == Some(("java", VersionPlace::Word));
    let java = |tag: &str| Some(java_words(tag).next()?.1);
    if !is_java || java(old).is_some() {
        return None;
    }
    let known = java(new).or_else(|| aliases(repository, new).find_map(java));
    let brings = match known.as_deref() {
        Some([version, ..]) => format!("Java {version}, which `{new}` brings"),
        _ => format!("the Java that `{new}` brings"),
    };
    Some(OpenCondition::new(
        format!("whether it works with {brings}: `{old}` had that of its day"),
        "take a tag that names the Java that it is for",
    ))
}

/// Whether the new tag's version is supported for less than a year: it stays as long as it is maintained.
fn ends_soon(living: &LivingTag) -> Option<OpenCondition> {
    let date = living
        .version_ends
        .filter(|it| *it < AS_OF.a_year_later())?;
    let new = &living.tag;
    let ends = if date > AS_OF { "ends" } else { "ended" };
    Some(OpenCondition::new(
        format!("whether `{new}` will do: support of its version {ends} on {date}"),
        "take a newer version",
    ))
}
