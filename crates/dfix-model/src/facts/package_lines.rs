//! How the packages that a command names stand on lines.

use dfix_syntax::TextRange;

use crate::facts::joins::Join;
use crate::handles::Word;
use crate::packages::PackageCommand;

/// Packages of which several stand on one line.
#[derive(Debug, Clone)]
pub struct PackageLines<'m> {
    /// The packages that do not begin a line, in order, and the word behind the last one where it does not.
    pub on_a_line: Vec<Word<'m>>,
    /// What a line of a package is set in by.
    pub indent: String,
    /// The `&&` behind the last one on its line, and what its line is set in by.
    pub then: Option<(TextRange, String)>,
}

impl<'m> PackageCommand<'m> {
    /// How its packages stand, if more than `most` of them stand on one line: those of the shell text of an instruction's own lines, with
    /// nothing between them but blanks.
    pub fn crowded_lines(&self, most: usize) -> Option<PackageLines<'m>> {
        let (step, text) = (self.step(), self.step().file().text());
        let has_heredoc = step.instruction().heredocs().next().is_some();
        if has_heredoc || step.is_exec_form() || self.command.is_of_a_string() {
            return None;
        }
        let words: Vec<Word<'m>> = self.operands().collect();
        let (first, last) = (words.first()?, words.last()?);
        let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |it| it + 1);
        let own = |it: &Word<'m>| usize::from(it.range().start());
        let lines: Vec<usize> = words.iter().map(|it| line_start(own(it))).collect();
        let on_one = |line: &usize| lines.iter().filter(|it| *it == line).count();
        if lines.iter().map(on_one).max() <= Some(most) {
            return None;
        }
        let before = self
            .command
            .words()
            .take_while(|it| it.range() != first.range())
            .last()?;
        let blanks = |(one, next): (Word<'m>, Word<'m>)| {
            &text[TextRange::new(one.range().end(), next.range().start())]
        };
        let is_plain = |it: &str| {
            it.chars()
                .all(|c| c.is_whitespace() || c == step.file().escape())
        };
        let behind = self
            .command
            .words()
            .find(|it| it.range().start() >= last.range().end());
        let mut gaps = all_of(before, &words, behind);
        if !gaps.all(|it| is_plain(blanks(it))) {
            return None;
        }
        let gaps = all_of(before, &words, behind);
        let crowded = gaps
            .filter(|it| !blanks(*it).contains('\n'))
            .map(|(_, next)| next);
        let indent_of = |at: usize| {
            let line = &text[line_start(at)..at];
            let len = line.len() - line.trim_start_matches([' ', '\t']).len();
            line[..len].to_owned()
        };
        let joins = step.joins();
        let start = usize::from(self.range().start());
        let is_on_first = line_start(start) <= usize::from(step.range().start());
        let style = joins.iter().find_map(Join::line_end);
        // A command that another stands before is one that would begin a line of its own.
        let is_joined = joins
            .iter()
            .any(|it| usize::from(it.range().end()) <= start);
        let of_command = match style {
            _ if !is_on_first => indent_of(start),
            Some(end) => end.indent.to_owned(),
            None if is_joined => "    ".to_owned(),
            None => String::new(),
        };
        let deeper = if of_command.contains('\t') {
            "\t"
        } else {
            "    "
        };
        let begins_line = |it: &&Word<'m>| text[line_start(own(it))..own(it)].trim().is_empty();
        let indent = match words.iter().find(begins_line) {
            Some(word) => indent_of(own(word)),
            // Packages stand below the keyword, as commands that begin with `&&` do.
            None if is_on_first
                && !is_joined
                && !of_command.is_empty()
                && style.is_some_and(|it| it.is_before) =>
            {
                of_command.clone()
            }
            None => format!("{of_command}{deeper}"),
        };
        let end = behind.map_or(last.range().end(), |it| it.range().end());
        let follows = |it: &Join<'m>| {
            let gap = it.range().start() >= end && it.line_end().is_none();
            gap && text[TextRange::new(end, it.range().start())]
                .bytes()
                .all(|b| b == b' ')
        };
        let then = joins.into_iter().find(follows).map(|it| {
            let own = if of_command.is_empty() {
                deeper
            } else {
                &of_command
            };
            (it.range(), own.to_owned())
        });
        Some(PackageLines {
            on_a_line: crowded.collect(),
            indent,
            then,
        })
    }
}

/// The packages of a command and the words right before and behind them, in pairs.
fn all_of<'m>(
    before: Word<'m>,
    words: &[Word<'m>],
    behind: Option<Word<'m>>,
) -> impl Iterator<Item = (Word<'m>, Word<'m>)> {
    let all = std::iter::once(before)
        .chain(words.iter().copied())
        .chain(behind);
    all.clone().zip(all.skip(1))
}
