//! What comments say, in here-documents and between the lines of an instruction as well: nothing changes them.

use dfix_catalogue::{Distribution, Foundation, number_of_release};
use dfix_engine::OpenCondition;
use dfix_model::Stage;
use regex::Regex;

use super::distribution::told;
use super::lines::lines;

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

/// What is open of comments that name the release which a stage's image leaves, or the distribution where it comes to another one.
pub(super) fn of_release(
    stage: Stage<'_>,
    old: &Foundation,
    new: &Foundation,
) -> Option<OpenCondition> {
    let is_left = old.distribution != new.distribution;
    if !is_left && old.same_release(new) != Some(false) {
        return None;
    }
    let product = match old.distribution {
        Distribution::Debian => "debian",
        Distribution::Ubuntu => "ubuntu",
        Distribution::Alpine => "alpine",
        _ => return None,
    };
    let mut names: Vec<String> = Vec::new();
    if let Some(release) = old.release {
        let number = number_of_release(product, release).unwrap_or(release);
        names.push(format!(
            r"{product}(?: linux)?[ :-]?{}",
            regex::escape(number)
        ));
        if number != release {
            names.push(regex::escape(release));
        }
    }
    if is_left {
        names.push(product.to_owned());
    }
    let pattern = Regex::new(&format!(r"(?i)\b(?:{})\b", names.join("|"))).ok()?;
    let said = |text: &str| Some(pattern.find(text)?.as_str().to_owned());
    condition(stage, &said, &told(new))
}
