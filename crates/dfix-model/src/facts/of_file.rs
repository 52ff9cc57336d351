//! What is asked of a file, as one line each.

use super::{
    account_numbers, archives, blank_runs, crowded_stages, image_positions, image_uses, launches,
    layout,
};
use crate::collect::model::Model;
use crate::context::ImageUse;
use crate::facts::account_numbers::AccountNumber;
use crate::facts::archives::AddedSource;
use crate::facts::blank_runs::BlankRun;
use crate::facts::image_positions::ImagePosition;
use crate::handles::{Stage, Word};
use crate::ternary::OpenCondition;
use dfix_syntax::TextRange;

impl Model<'_> {
    /// The blanks at the ends of lines, in order, but for those of here-documents and of parser directives: the builder sees none.
    pub fn trailing_blanks(&self) -> Vec<TextRange> {
        layout::trailing_blanks(self)
    }

    /// The empty lines between instructions that come after `most` others, each with its line end, in order.
    pub fn repeated_empty_lines(&self, most: usize) -> Vec<TextRange> {
        layout::repeated_empty_lines(self, most)
    }

    /// The runs of blanks inside a line of an instruction where one blank would do, in order: none in quotes and here-documents, and none
    /// with a tab.
    pub fn blank_runs(&self) -> Vec<BlankRun> {
        blank_runs::blank_runs(self)
    }

    /// Where an empty line would set a stage apart from the one before: above its `FROM` and the comments right above that.
    pub fn crowded_stages(&self) -> Vec<TextRange> {
        crowded_stages::crowded_stages(self)
    }

    /// Where an empty line would set what follows apart from the here-documents of the instruction above.
    pub fn crowded_heredocs(&self) -> Vec<TextRange> {
        crowded_stages::below_heredocs(self)
    }

    /// The carriage returns before line ends, in order: those that the builder takes away, and those of here-documents, which it
    /// keeps.
    pub fn carriage_returns(&self) -> (Vec<TextRange>, Vec<TextRange>) {
        layout::carriage_returns(self)
    }

    /// What `ADD` makes of a source: archives are told by their names, else by the first bytes of the files.
    pub fn added_source(&self, source: Word<'_>) -> AddedSource {
        archives::added_source(self, source)
    }

    /// The numbers by which users and groups are said.
    pub fn account_numbers(&self) -> Vec<AccountNumber<'_>> {
        account_numbers::account_numbers(self)
    }

    /// The stages that are built as images, in order: those that the project's files name (compose, bake and their
    /// like), and the last one where they name none.
    pub fn targets(&self) -> impl Iterator<Item = Stage<'_>> {
        let targets = launches::targets(self).iter();
        targets.filter_map(|index| self.stage(*index))
    }

    /// The targets that are based on none of the others: what is set in these, the others have from them.
    pub fn first_targets(&self) -> impl Iterator<Item = Stage<'_>> {
        let is_target = |stage: Stage<'_>| launches::targets(self).contains(&stage.index());
        self.targets()
            .filter(move |target| !target.base_chain().skip(1).any(is_target))
    }

    /// The targets and the stages that they are based on (`FROM stage`), in order of place.
    pub fn shipped_stages(&self) -> impl Iterator<Item = Stage<'_>> {
        self.stages().filter(|stage| stage.is_shipped())
    }

    /// Every place of the file that names an image, in order of place.
    pub fn image_positions(&self) -> Vec<ImagePosition<'_>> {
        image_positions::image_positions(self)
    }

    /// Which places of images that no table knows it uses, in order of place: what it copies out of them, and, of those
    /// that its stages are based on, the paths below `/usr` that they name.
    pub fn image_uses(&self) -> Vec<ImageUse> {
        image_uses::image_uses(self)
    }

    /// The line of the first comment by which a container is given something of the host's, or rights of it: its socket, a folder,
    /// `--privileged`.
    pub fn comment_on_the_host(&self) -> Option<usize> {
        let mut lines = self.text.lines().enumerate();
        let is_one = |line: &str| {
            let comment = line.trim_start().strip_prefix('#');
            comment.is_some_and(dfix_catalogue::tells_of_host)
        };
        lines.find_map(|(at, line)| is_one(line).then_some(at + 1))
    }

    /// What is open for any change where a program seems to have written the file, as its first comments say or a
    /// template beside it shows: the program writes it again.
    pub fn generated(&self) -> Option<OpenCondition> {
        let first = self.steps().next()?;
        let head = &self.text[..first.range().start().into()];
        let is_comment = |line: &&str| line.trim_start().starts_with('#');
        let comments: Vec<&str> = head.lines().filter(is_comment).collect();
        if dfix_catalogue::says_generated(&comments.join("\n")) {
            return Some(OpenCondition::new(
                "whether the change stays: the file's first comments say that it is generated",
                "change what it is generated from",
            ));
        }
        let template = self.context().template()?;
        Some(OpenCondition::new(
            format!(
                "whether the change stays: `{template}` has most of the same lines, and the file may be made from it"
            ),
            format!("change `{template}`, and make the file anew"),
        ))
    }
}
