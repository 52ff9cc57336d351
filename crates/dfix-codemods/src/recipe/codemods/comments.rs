//! What comments say, in here-documents and between the lines of an instruction as well: nothing changes them.

use dfix_catalogue::{Distribution, Foundation, number_of_release, wants_to_stay};
use dfix_engine::OpenCondition;
use dfix_model::{Stage, StepKind, lines};
use regex::Regex;

/// The comments of a stage and of those based on it, each line with its number: those above a FROM and below the last
/// instruction, too, set off by empty lines or not, and those at the head of the file, which speak of all of it.
pub(super) fn comments(stage: Stage<'_>) -> Vec<(usize, &str)> {
    let text = stage.file().text();
    let mut all: Vec<(usize, &str)> = Vec::new();
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let all_lines: Vec<&str> = text.lines().collect();
    let line_of = |at: usize| text[..at].matches('\n').count();
    for of_it in stage.with_descendants() {
        let range = of_it.range();
        let first = line_of(range.start().into());
        let last = line_of(range.end().into());
        let above = all_lines[..first].iter().rev();
        let is_between = |line: &str| is_comment(line) || line.trim().is_empty();
        let above = above.take_while(|it| is_between(it)).count();
        // What stands below the last instruction may speak of it, too.
        let below = all_lines.iter().skip(last + 1);
        let below = below.take_while(|it| is_between(it)).count();
        let own = first - above..=(last + below).min(all_lines.len().saturating_sub(1));
        all.extend(own.filter_map(|it| Some((it + 1, *all_lines.get(it)?))));
    }
    let head = stage.file().stages().next();
    let head = head.map_or(0, |it| line_of(it.range().start().into()));
    all.extend(
        all_lines[..head]
            .iter()
            .enumerate()
            .map(|(it, line)| (it + 1, *line)),
    );
    all.retain(|it| is_comment(it.1));
    all.sort_unstable();
    all.dedup();
    all
}

/// What is open of comments that say something, which `said` finds in a line; `new` is what takes its place.
pub(super) fn condition(
    stage: Stage<'_>,
    said: &dyn Fn(&str) -> Option<String>,
    new: &str,
) -> Option<OpenCondition> {
    let found: Vec<(usize, String)> = comments(stage)
        .into_iter()
        .filter_map(|(line, text)| Some((line, said(text)?)))
        .collect();
    let first = &found.first()?.1;
    let numbers: Vec<usize> = found.iter().map(|it| it.0).collect();
    let (comment, places) = (
        if numbers.len() == 1 {
            "comment"
        } else {
            "comments"
        },
        lines(numbers),
    );
    Some(OpenCondition::new(
        format!("whether the {comment} at {places} may go on to say `{first}`"),
        format!(
            "write {new} there, too, where it tells of the image: what tells of something else stays"
        ),
    ))
}

/// What is open of comments, labels and variables that name the release which a stage's image leaves, or the distribution where
/// it comes to another one; and of what says that the release is kept on purpose.
pub(super) fn of_release(
    stage: Stage<'_>,
    old: &Foundation,
    new: &Foundation,
) -> Vec<OpenCondition> {
    let is_left = old.distribution != new.distribution;
    if !is_left && old.same_release(new) != Some(false) {
        return Vec::new();
    }
    let Some(names) = Names::of(old, is_left) else {
        return Vec::new();
    };
    let mut open = Vec::new();
    open.extend(condition(stage, &|text| names.said_in(text), &new.told()));
    let pins = comments(stage)
        .into_iter()
        .find(|(_, text)| wants_to_stay(text) && names.said_in(text).is_some());
    open.extend(pins.map(|(line, _)| {
        OpenCondition::new(
            format!(
                "whether {} is kept on purpose, as the comment at line {line} says",
                old.told()
            ),
            "read it, and see whether its reason still holds",
        )
    }));
    for (line, said) in names.said_by_steps(stage) {
        open.push(OpenCondition::new(
            format!("whether `{said}` of line {line} may go on to be said"),
            format!("write {} there, too", new.told()),
        ));
    }
    open
}

/// How a release is called.
struct Names {
    /// With the distribution's name, and by its own.
    full: Regex,
    number: Option<&'static str>,
    /// Whether the number says enough: `16.04` is Ubuntu, `3.8` may be anything.
    is_sure: bool,
}

impl Names {
    fn of(old: &Foundation, is_left: bool) -> Option<Self> {
        let product = match old.distribution {
            Distribution::Debian => "debian",
            Distribution::Ubuntu => "ubuntu",
            Distribution::Alpine => "alpine",
            _ => return None,
        };
        let is_sure = product == "ubuntu";
        let mut names: Vec<String> = Vec::new();
        let mut number = None;
        if let Some(release) = old.release {
            let it = number_of_release(product, release).unwrap_or(release);
            let digits = regex::escape(it);
            let digits = if is_sure {
                digits.replace(r"\.", r"\.?")
            } else {
                digits
            };
            let between = "[ /:_-]*(?:(?:linux|gnu|lts|release|version|image|v)[ /:_-]*)*";
            names.push(format!("{product}{between}{digits}"));
            if it != release {
                names.push(regex::escape(release));
            }
            number = it.starts_with(|it: char| it.is_ascii_digit()).then_some(it);
        }
        if is_left {
            names.push(product.to_owned());
        }
        Some(Names {
            full: Regex::new(&format!(r"(?i)\b(?:{})\b", names.join("|"))).ok()?,
            number,
            is_sure,
        })
    }

    /// What a comment says of it: by its name, or by the number alone, where that can be nothing else.
    fn said_in(&self, text: &str) -> Option<String> {
        let full = || Some(self.full.find(text)?.as_str().to_owned());
        full().or_else(|| {
            let number = self.number?;
            let at = place_of(text, number)?;
            let before = text[..at].trim_end().rsplit(char::is_whitespace).next()?;
            let is_pin = || {
                wants_to_stay(text)
                    && matches!(
                        before,
                        "at" | "on" | "release" | "to" | "use" | "version" | "with"
                    )
            };
            (self.is_sure || is_pin()).then(|| number.to_owned())
        })
    }

    /// Labels that name it, and variables of the build or the image whose value is its number; with their lines. Code names of
    /// variables are told with the lists of archives.
    fn said_by_steps(&self, stage: Stage<'_>) -> Vec<(usize, String)> {
        let steps = stage.with_descendants().flat_map(Stage::steps);
        let mut found = Vec::new();
        for step in steps {
            let is_label = step.is(StepKind::Label);
            if !is_label && !step.is(StepKind::Env) && !step.is(StepKind::Arg) {
                continue;
            }
            for (index, line) in step.source_text().lines().enumerate() {
                let by_name = || Some(self.full.find(line)?.as_str().to_owned());
                let by_number = || {
                    let number = self.number.filter(|_| self.is_sure)?;
                    place_of(line, number).map(|_| number.to_owned())
                };
                let said = if is_label {
                    by_name().or_else(by_number)
                } else {
                    by_number()
                };
                found.extend(said.map(|it| (step.line() + index, it)));
            }
        }
        found
    }
}

/// Where a number stands that is no part of another one.
fn place_of(text: &str, number: &str) -> Option<usize> {
    let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_');
    let mut places = text.match_indices(number).map(|it| it.0);
    places.find(|at| {
        let rest = &text[at + number.len()..];
        !text[..*at].ends_with(goes_on) && !rest.starts_with(|it: char| it.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dfix_catalogue::image;

    #[test]
    fn releases_are_named_in_many_ways() {
        let of = |repository, tag, text: &str| {
            let old = image(repository, tag).foundation?;
            Names::of(&old, false)?.said_in(text)
        };
        for (text, said) in [
            ("# Ubuntu 16.04", Some("Ubuntu 16.04")),
            ("# lock version to 16.04", Some("16.04")),
            ("# on 16.04 LTS.", Some("16.04")),
            ("# Ubuntu LTS 16.04", Some("Ubuntu LTS 16.04")),
            ("# ubuntu1604", Some("ubuntu1604")),
            ("# see me/ubuntu/16.04", Some("ubuntu/16.04")),
            ("# docker build -t me/x:16.04 .", Some("16.04")),
            ("# version 1.16.04 and 16.045", None),
            ("# Ubuntu", None),
        ] {
            assert_eq!(of("ubuntu", "16.04", text).as_deref(), said, "{text}");
        }
        for (text, said) in [
            ("# pinned to 8 because of SSLv3", Some("8")),
            ("# leave 8 of them", None),
            ("# with 8 threads", None),
            ("# Debian 8", Some("Debian 8")),
        ] {
            assert_eq!(of("debian", "8", text).as_deref(), said, "{text}");
        }
    }
}
