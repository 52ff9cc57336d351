//! By how much the lines of an instruction are set in, as far as it is the same kind of thing that begins them.
//!
//! Source: BuildKit, `frontend/dockerfile/parser/parser.go`: what stands before the first word of a continued line is a blank like others.

use dfix_syntax::{TextRange, TextSize};

use crate::collect::instruction::StepKind;
use crate::handles::Step;
use crate::packages::PackageCommand;

/// A line that is set in by something else than most of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OddIndent<'m> {
    /// What it is set in by; perhaps nothing.
    pub range: TextRange,
    /// What most are set in by.
    pub usual: &'m str,
}

impl<'m> Step<'m> {
    /// The lines of it that are set in otherwise than most of their kind, in order, with the comments right above them: lines that begin
    /// with commands of the list of a `RUN`, with pairs of an `ENV` or a `LABEL`, or with packages of one command.
    pub fn odd_indents(self) -> Vec<OddIndent<'m>> {
        let has_heredoc = self.instruction().heredocs().next().is_some();
        if has_heredoc || !self.is_of_several_lines() {
            return Vec::new();
        }
        let mut found = self.odd_among(&self.starts_of_commands(), true);
        if matches!(self.kind(), StepKind::Env | StepKind::Label) {
            let starts: Vec<TextSize> = self.pairs().map(|it| it.range().start()).collect();
            found.extend(self.odd_among(&starts, true));
        }
        let packages = self.commands().filter(|it| !it.is_of_a_string());
        for command in packages.filter_map(PackageCommand::of) {
            let starts: Vec<TextSize> = command.operands().map(|it| it.range().start()).collect();
            found.extend(self.odd_among(&starts, false));
        }
        found.sort_by_key(|it| it.range.start());
        found.dedup();
        found
    }

    /// Where the lines of the list of a `RUN` begin: at each `&&`, or behind it.
    fn starts_of_commands(self) -> Vec<TextSize> {
        let text = self.file().text();
        let mut starts = Vec::new();
        for join in self.joins() {
            match join.line_end() {
                Some(end) if end.is_before => starts.push(join.range().start()),
                Some(_) => {
                    let end = usize::from(join.range().end());
                    let mut at = end + text[end..].find('\n').map_or(0, |it| it + 1);
                    while let Some(line) = text[at..].lines().next()
                        && (line.trim().is_empty() || line.trim_start().starts_with('#'))
                        && let Some(next) = text[at..].find('\n')
                    {
                        at += next + 1;
                    }
                    at += text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
                    starts.extend(TextSize::try_from(at).ok());
                }
                None => {}
            }
        }
        starts
    }

    /// Those of these places that begin lines and are set in otherwise than most by mistake, see [`is_slip`]; where they may have lines of their own below them, all
    /// of them are one line each, or nothing is told.
    fn odd_among(self, starts: &[TextSize], may_go_on: bool) -> Vec<OddIndent<'m>> {
        let text = self.file().text();
        let begun = |at: &TextSize| {
            let at = usize::from(*at);
            let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
            let is_of_it = line > usize::from(self.range().start());
            (is_of_it && text[line..at].trim().is_empty()).then_some((line, at))
        };
        let lines: Vec<(usize, usize)> = starts.iter().filter_map(begun).collect();
        let indent = |(line, at): &(usize, usize)| &text[*line..*at];
        let count = |wanted: &str| lines.iter().filter(|it| indent(it) == wanted).count();
        let Some(usual) = lines.iter().map(indent).max_by_key(|it| count(it)) else {
            return Vec::new();
        };
        if count(usual) * 2 <= lines.len() {
            return Vec::new();
        }
        let end = usize::from(self.range().end());
        let goes_on = |index: usize| {
            let next = starts
                .iter()
                .map(|it| usize::from(*it))
                .find(|it| *it > lines[index].1);
            let below = text[lines[index].1..next.unwrap_or(end)].lines().skip(1);
            let mut said =
                below.filter(|it| !it.trim().is_empty() && !it.trim_start().starts_with('#'));
            said.next().is_some()
        };
        let is_odd = |(_, line): &(usize, &(usize, usize))| is_slip(indent(line), usual);
        let odd_ones = lines.iter().enumerate().filter(is_odd);
        if may_go_on && odd_ones.clone().any(|(index, _)| goes_on(index)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (_, line) in odd_ones {
            found.push(odd(*line, usual));
            let above = text[..line.0].split_inclusive('\n').rev();
            let mut at = line.0;
            for comment in above.take_while(|it| it.trim_start().starts_with('#')) {
                at -= comment.len();
                let blanks = comment.len() - comment.trim_start_matches([' ', '\t']).len();
                if &comment[..blanks] == indent(line) {
                    found.push(odd((at, at + blanks), usual));
                }
            }
        }
        found
    }
}

/// Whether one line is set in otherwise than its like by mistake, and not to stand below another: by one blank, or by tabs where they are
/// by spaces.
fn is_slip(indent: &str, usual: &str) -> bool {
    let has = |text: &str| (text.contains(' '), text.contains('\t'));
    let is_mixed = has(usual) == (true, true);
    let is_other = has(indent) != has(usual) && !indent.is_empty() && !usual.is_empty();
    !is_mixed && (is_other || indent.len().abs_diff(usual.len()) == 1)
}

fn odd((start, end): (usize, usize), usual: &str) -> OddIndent<'_> {
    let at = |offset| TextSize::try_from(offset).expect("within the file");
    OddIndent {
        range: TextRange::new(at(start), at(end)),
        usual,
    }
}
