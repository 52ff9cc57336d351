//! Steps: the instructions of a stage, with what their arguments stand for.

use dfix_syntax::LineIndex;
use dfix_syntax::ast::{self, AstNode, Instruction};
use dfix_syntax::{BrokenArray, SyntaxNode, TextRange};

use crate::collect::command::StepCommands;
use crate::collect::expand::{Origin, Piece};
use crate::collect::image::ImageRef;
use crate::collect::instruction::{StepData, StepKind};
use crate::collect::model::Model;
use crate::collect::walk;
use crate::handles::{Command, Flag, Mount, Pair, Source, Stage, Step, Word};

impl<'m> Step<'m> {
    fn data(self) -> &'m StepData {
        &self.file.steps[self.index]
    }

    /// Its index among all steps of the file: order of place.
    pub fn index(self) -> usize {
        self.index
    }

    /// The file.
    pub fn file(self) -> &'m Model<'m> {
        self.file
    }

    /// Its stage; none for what stands before the first `FROM`.
    pub fn stage(self) -> Option<Stage<'m>> {
        self.data().stage.map(|index| Stage {
            file: self.file,
            index,
        })
    }

    /// The instruction; for `ONBUILD` the one that it triggers.
    pub fn instruction(self) -> &'m Instruction {
        &self.data().instruction
    }

    /// What kind of instruction it is; for `ONBUILD RUN` it is [`StepKind::Run`].
    pub fn kind(self) -> StepKind {
        self.data().kind
    }

    /// Whether it is of this kind.
    pub fn is(self, kind: StepKind) -> bool {
        self.kind() == kind
    }

    /// Whether it is a `RUN`, also one of `ONBUILD`.
    pub fn is_run(self) -> bool {
        self.is(StepKind::Run)
    }

    /// Whether it is a `COPY` or an `ADD`, also one of `ONBUILD`.
    pub fn is_copy_or_add(self) -> bool {
        matches!(self.kind(), StepKind::Copy | StepKind::Add)
    }

    /// The instruction's name in upper case; for `ONBUILD RUN` it is `RUN`.
    pub fn name(self) -> &'static str {
        self.data().instruction.name()
    }

    /// Whether it runs in the builds that are based on this image, not in this one.
    pub fn is_onbuild(self) -> bool {
        self.data().onbuild
    }

    /// The whole instruction in the file, with `ONBUILD` and here-documents.
    pub fn range(self) -> TextRange {
        self.data().node.text_range()
    }

    /// The line of the file, from 1, in which a byte of the instruction stands; its own line for what stands elsewhere.
    pub fn line_at(self, at: dfix_syntax::TextSize) -> usize {
        let before = at.checked_sub(self.range().start());
        self.line_within(before.map_or(0, usize::from))
    }

    /// The line of the file, from 1, of a byte of [`Step::source_text`].
    pub fn line_within(self, offset: usize) -> usize {
        let text = self.source_text().get(..offset).unwrap_or_default();
        self.line() + text.matches('\n').count()
    }

    /// The whole instruction as a node, with `ONBUILD`.
    pub fn syntax(self) -> &'m SyntaxNode {
        &self.data().node
    }

    /// The whole instruction as it stands in the file, its here-documents included.
    pub fn source_text(self) -> &'m str {
        &self.file.text()[self.syntax().text_range()]
    }

    /// Whether it only says something of the image, and no command of the build can tell.
    pub fn is_metadata(self) -> bool {
        matches!(
            self.kind(),
            StepKind::Label | StepKind::Maintainer | StepKind::Expose | StepKind::Stopsignal
        )
    }

    /// Whether what it starts runs in the container, and not when the image is built.
    pub fn is_run_time(self) -> bool {
        matches!(
            self.kind(),
            StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
        )
    }

    /// The last `CMD`, `ENTRYPOINT` or `HEALTHCHECK` of the stage, where this is an earlier one of the same kind: it takes the
    /// place of all that this one says.
    pub fn replaced_by(self) -> Option<Step<'m>> {
        let stage = self
            .stage()
            .filter(|_| self.is_run_time() && !self.is_onbuild())?;
        let last = stage.steps_of(self.kind()).next_back();
        last.filter(|last| last.index > self.index)
    }

    /// Whether a name stands somewhere in the instruction as it is written: in words, here-documents, comments.
    pub fn mentions(self, name: &str) -> bool {
        self.source_text().contains(name)
    }

    /// Whether it stands on several lines.
    pub fn is_of_several_lines(self) -> bool {
        self.source_text().contains('\n')
    }

    /// Whether a comment stands on the line right above it.
    pub fn has_comment_above(self) -> bool {
        let before = &self.file.text[..self.range().start().into()];
        let before = before.trim_end_matches([' ', '\t']);
        let above = before.strip_suffix('\n').unwrap_or(before);
        let start = above.rfind('\n').map_or(0, |at| at + 1);
        above[start..].trim_start().starts_with('#')
    }

    /// The comments that belong to it, as one text: those right above it, in it, and right below it, without an empty line
    /// between.
    pub fn comments(self) -> String {
        let (start, end): (usize, usize) = (self.range().start().into(), self.range().end().into());
        let comment = |line: &'m str| line.trim_start().strip_prefix('#');
        let text = self.file.text;
        let before = text[..start].trim_end_matches([' ', '\t']);
        let before = before.strip_suffix('\n').unwrap_or(before);
        let mut above: Vec<&str> = before.lines().rev().map_while(comment).collect();
        above.reverse();
        let within = text[start..end].lines().filter_map(comment);
        let below = text[end..].strip_prefix('\n').unwrap_or(&text[end..]);
        let below = below.lines().map_while(comment);
        let all: Vec<&str> = above.into_iter().chain(within).chain(below).collect();
        all.join("\n")
    }

    /// How messages name it: `the RUN of line 3`.
    pub fn label(self) -> String {
        format!("the {} of line {}", self.name(), self.line())
    }

    /// Its line, from 1.
    pub fn line(self) -> usize {
        let index = self.file.cached(|| LineIndex::new(self.file.text));
        index.line(self.range().start().into()) + 1
    }

    /// The step after it in the file.
    pub fn next(self) -> Option<Step<'m>> {
        self.file.step(self.index + 1)
    }

    /// The step before it in the file.
    pub fn previous(self) -> Option<Step<'m>> {
        Some(Step {
            file: self.file,
            index: self.index.checked_sub(1)?,
        })
    }

    /// Whether the arguments are a JSON array.
    pub fn is_exec_form(self) -> bool {
        self.instruction().exec_form().is_some()
    }

    /// Whether it is a shell form without a word in it (`CMD` alone): the builder takes it, and a shell
    /// runs nothing.
    pub fn is_empty_shell_form(self) -> bool {
        let instruction = self.instruction();
        let script = instruction.script();
        instruction.exec_form().is_none()
            && script.is_none_or(|it| ast::source_of(it.syntax()).trim().is_empty())
    }

    /// What is wrong with the arguments where they are meant as a JSON array and are none, so that a
    /// shell is given them (the tree's own answer: [`dfix_syntax::BrokenArray`]).
    pub fn broken_exec_form(self) -> Option<BrokenArray> {
        self.instruction().broken_exec_form()
    }

    /// The arguments as words: paths of `COPY`, `ADD`, `VOLUME` (exec form too), ports of `EXPOSE`, the
    /// one word of `USER`, `WORKDIR`, `STOPSIGNAL`, the strings of an exec form. Shell text is not among
    /// them, see [`Step::commands`].
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        let file = self.file;
        self.data()
            .words(file.text, file.escape)
            .iter()
            .map(move |data| Word {
                text: file.text,
                data,
            })
    }

    /// The only or first argument word, see [`Step::words`].
    pub fn word(self) -> Option<Word<'m>> {
        self.words().next()
    }

    /// The sources of a `COPY` or `ADD`.
    pub fn sources(self) -> impl Iterator<Item = Word<'m>> {
        let words = self.words();
        let count = words.len().saturating_sub(1);
        words.take(count).filter(move |_| self.is_copy_or_add())
    }

    /// The target of a `COPY` or `ADD`.
    pub fn target(self) -> Option<Word<'m>> {
        self.words().next_back().filter(|_| self.is_copy_or_add())
    }

    /// The flags before the arguments.
    pub fn flags(self) -> impl Iterator<Item = Flag<'m>> {
        let file = self.file;
        self.data()
            .flags(file.text)
            .iter()
            .map(move |data| Flag { file, data })
    }

    /// The flag `--name`.
    pub fn flag(self, name: &str) -> Option<Flag<'m>> {
        self.flags().find(|f| f.name() == name)
    }

    /// The mounts of a `RUN`.
    pub fn mounts(self) -> impl Iterator<Item = Mount<'m>> {
        self.flags().filter_map(|flag| {
            Some(Mount {
                flag,
                options: flag.data.mount.as_deref()?,
            })
        })
    }

    /// Whether a cache mount (or a tmpfs) lies on `path` or a folder above it, so that what is written there is not kept
    /// in the layer. A target that only the build can tell covers nothing.
    pub fn has_cache_mount(self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.mounts()
            .filter(|m| matches!(m.kind(), "cache" | "tmpfs"))
            .filter_map(Mount::target)
            .filter_map(Word::value)
            .map(|target| target.trim_end_matches('/'))
            .any(|target| {
                path == target
                    || path
                        .strip_prefix(target)
                        .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    /// The pairs of an `ENV`, `ARG` or `LABEL`, the legacy form's one too.
    pub fn pairs(self) -> impl DoubleEndedIterator<Item = Pair<'m>> + ExactSizeIterator {
        let file = self.file;
        self.data()
            .pairs(file.text)
            .iter()
            .map(move |data| Pair { file, data })
    }

    /// Where `--from` of a `COPY` or `ADD` takes its files; `None` where there is no `--from`.
    pub fn source(self) -> Option<Source<'m>> {
        if !self.is_copy_or_add() {
            return None;
        }
        let word = self.flag("from")?.value()?;
        Some(self.source_of(word))
    }

    /// Where a mount with `from=` takes its files; `None` where it has no `from`.
    pub fn mount_source(self, mount: Mount<'m>) -> Option<Source<'m>> {
        Some(self.source_of(mount.option("from")?))
    }

    fn source_of(self, word: Word<'m>) -> Source<'m> {
        let (Some(stage), Some(text)) = (self.stage(), word.value()) else {
            return Source::Unknown;
        };
        match stage.source_named(text) {
            Some(stage) => Source::Stage(stage),
            None if text.parse::<usize>().is_ok() => Source::Unknown,
            None => Source::Image(Box::new(ImageRef::new(
                word.range(),
                vec![Piece {
                    text: Some(text.to_owned()),
                    place: word.range_of(0..text.len()),
                    origin: Origin::Literal,
                }],
            ))),
        }
    }

    /// The instruction's keyword as it stands in the file (for `ONBUILD` that of the inner one).
    pub fn keyword_range(self) -> TextRange {
        let instruction = self.instruction();
        let keyword = instruction.keyword_range();
        keyword.unwrap_or_else(|| instruction.syntax().text_range())
    }

    /// Every command of the step's shell text, exec form or here-documents, at any depth, in order of
    /// place; also those inside `sh -c "…"`. None where the shell is not a POSIX one.
    pub fn commands(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.collected().commands.len()).map(move |index| Command {
            step: self,
            script: None,
            index,
        })
    }

    pub(crate) fn collected(self) -> &'m StepCommands {
        walk::commands_of(self.file, self.index)
    }

    /// A fact of the step, kept by its type.
    pub(crate) fn cached<T: 'static>(self, work_out: impl FnOnce() -> T) -> &'m T {
        self.data().cache.get_or_init(work_out)
    }

    /// Whether some of the step's shell text is not understood, so that there may be more commands than
    /// [`Step::commands`] tells.
    pub fn has_opaque_text(self) -> bool {
        self.collected().has_opaque_text
    }
}
