//! The tag of a series: what stands for the same image as a tag that moves from one series to the next.

use super::eol::is_cycle;
use super::tags::aliases;

/// The tag of numbers that names the same image as this one on [`super::AS_OF`], and moves within its series alone: `3.14`
/// of `python:latest`, `26` of `node:latest`, `13` of `debian:latest`. That is the one which the makers support as one,
/// else one of two numbers, else of one. `None`: no such tag is known.
pub fn series_tag(repository: &str, tag: &str) -> Option<&'static str> {
    let numbers = || aliases(repository, tag).filter(|it| is_number(it));
    let of_two = |it: &&str| it.split('.').count() == 2;
    numbers()
        .find(|it| is_cycle(repository, it))
        .or_else(|| numbers().find(of_two))
        .or_else(|| numbers().next())
}

fn is_number(tag: &str) -> bool {
    let mut numbers = tag.split('.');
    numbers.all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()))
}
