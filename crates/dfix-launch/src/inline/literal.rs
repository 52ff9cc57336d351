//! Texts that stand as lines of their own behind blanks: literal scalars of YAML, and here-documents of HCL.

use std::ops::Range;

use super::decoded::Decoded;
use super::lines::LinesForm;
use super::style::Form;

/// A line of a file: what it says, and how it ends.
struct Line {
    content: Range<usize>,
    end: Range<usize>,
}

fn lines(file: &str, from: usize, to: usize) -> impl Iterator<Item = Line> {
    let mut at = from;
    file[from..to].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').filter(|_| line.ends_with('\n'));
        let content = content.unwrap_or_else(|| line.trim_end_matches('\n'));
        let stop = start + content.len();
        Line {
            content: start..stop,
            end: stop..at,
        }
    })
}

/// The literal scalar that is the value of a key which ends before `behind` and begins in this column; none where there is
/// another value, or it is not understood.
pub(super) fn scalar(file: &str, behind: usize, column: usize) -> Option<(Decoded, Form)> {
    let rest = &file[behind..];
    let header_end = behind + rest.find('\n').map_or(rest.len(), |it| it + 1);
    let header = &file[behind..header_end];
    let end = if header.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let header = header.trim_start_matches(['"', '\'']).trim_start();
    let mut header = header.strip_prefix(':')?.trim();
    while header.starts_with('&') {
        header = header.split_once([' ', '\t'])?.1.trim_start();
    }
    let header = header.strip_prefix('|')?;
    let signs = header.len() - header.trim_start_matches(['+', '-']).len();
    let signs_end = header.find(|it: char| !matches!(it, '+' | '-' | '1'..='9'));
    let signs_end = signs_end.unwrap_or(header.len()).max(signs);
    let (signs, comment) = header.split_at(signs_end);
    let is_comment = comment.starts_with([' ', '\t']) && comment.trim_start().starts_with('#');
    if !(comment.trim().is_empty() || is_comment) {
        return None;
    }
    let told = signs.chars().find_map(|it| it.to_digit(10));
    let blanks = |content: &str| content.len() - content.trim_start_matches(' ').len();
    let indent = match told {
        Some(told) => column + usize::try_from(told).ok()?,
        None => {
            let mut all = lines(file, header_end, file.len());
            let first = all.find_map(|line| {
                let content = &file[line.content];
                (blanks(content) < content.len()).then(|| blanks(content))
            });
            first?
        }
    };
    if indent <= column {
        return None;
    }
    let mut read = Decoded::at(header_end);
    // Empty lines, and how the last one with content ends: whether they belong to the text is told by what follows.
    let mut waiting: Vec<Range<usize>> = Vec::new();
    for line in lines(file, header_end, file.len()) {
        let content = &file[line.content.clone()];
        let before = blanks(content).min(indent);
        let is_empty = before == content.len();
        if before < indent && !is_empty {
            break;
        }
        if !is_empty {
            for end in waiting.drain(..) {
                read.put("\n", end);
            }
            read.copy(file, line.content.start + before..line.content.end);
        }
        if !line.end.is_empty() {
            waiting.push(line.end);
        }
    }
    let kept = if signs.contains('+') {
        waiting.len()
    } else {
        usize::from(!signs.contains('-') && !read.text.is_empty())
    };
    for end in waiting.into_iter().take(kept) {
        read.put("\n", end);
    }
    let form = Form::Lines(LinesForm {
        indent: " ".repeat(indent),
        end: Some(end),
        skips_blank: false,
    });
    Some((read, form))
}

/// The here-document of HCL in these bytes of a file, from `<<` to the word that ends it; none where it is not understood.
pub(super) fn here_document(file: &str, place: &Range<usize>) -> Option<(Decoded, Form)> {
    let whole = file.get(place.clone())?;
    let mark = whole.strip_prefix("<<")?;
    let is_flush = mark.starts_with('-');
    let begin = place.start + whole.find('\n')? + 1;
    let end = place.start + whole.rfind('\n')? + 1;
    if end < begin {
        return None;
    }
    let all: Vec<Line> = lines(file, begin, end).collect();
    let blanks = |content: &str| content.chars().take_while(|it| it.is_whitespace()).count();
    let texts = all.iter().map(|line| &file[line.content.clone()]);
    let filled = texts.filter(|it| !it.trim().is_empty());
    let least = if is_flush {
        filled.clone().map(blanks).min().unwrap_or(0)
    } else {
        0
    };
    let bytes = |content: &str| {
        content
            .char_indices()
            .nth(least)
            .map_or(content.len(), |it| it.0)
    };
    let indent = filled.clone().next().map_or("", |it| &it[..bytes(it)]);
    let mut read = Decoded::at(begin);
    for line in &all {
        let content = &file[line.content.clone()];
        // What is nothing but blanks keeps them.
        let before = if content.trim().is_empty() {
            0
        } else {
            bytes(content)
        };
        read.copy(file, line.content.start + before..line.content.end);
        read.copy(file, line.end.clone());
    }
    let form = Form::Lines(LinesForm {
        indent: indent.to_owned(),
        end: None,
        skips_blank: is_flush,
    });
    Some((read, form))
}
