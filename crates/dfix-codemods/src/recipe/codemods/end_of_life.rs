//! Tags of official images that are no longer maintained.

use dfix_catalogue::{AS_OF, end_of_release, image, image_move, is_living, living_tag, version_of};
use dfix_engine::OpenCondition;

use super::distribution::told;
use super::images::{Judge, Verdict};

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
        if let Some(old) = &old
            && let Some(date) = end_of_release(old)
                .filter(|it| it.ended)
                .and_then(|it| it.date)
        {
            verdict
                .evidence
                .push(format!("support of {} ended on {date}", told(old)));
        }
        let new = &living.tag;
        verdict.evidence.push(match living.ends {
            Some(date) if date > AS_OF => {
                format!("`{new}` is maintained, and supported until {date}")
            }
            _ => format!("`{new}` is still maintained"),
        });
        if living.keeps_version {
            verdict.evidence.push("the version is the same".to_owned());
        } else if self.only_same_version {
            verdict.by_hand = Some(format!(
                "`{new}` is the nearest that is maintained, of another version"
            ));
            return Some(verdict);
        } else {
            verdict.open.push(OpenCondition::new(
                format!("whether it works with the version of `{new}`"),
                "run its tests",
            ));
        }
        verdict.to = Some((repository.to_owned(), living.tag));
        Some(verdict)
    }
}
