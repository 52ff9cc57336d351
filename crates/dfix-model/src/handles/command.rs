//! Commands: what the build and the container run, wrappers taken away.

use std::ops::Range;

use dfix_catalogue::programs::{self, Mark, Program};
use dfix_syntax::{TextRange, TextSize};

use crate::collect::command::{
    CommandData, Connector, NamePlace, Operator, StepCommands, Surroundings, WrapperData,
    WrapperKind,
};
use crate::collect::word::WordKind;
use crate::collect::wrappers::{self, ShellSource};
use crate::handles::{Assignment, Command, Redirect, Stage, Step, Word, Wrapper};
use crate::path::{file_name, program_name};

impl<'m> Command<'m> {
    pub(crate) fn found(self) -> &'m StepCommands {
        match self.script {
            Some(script) => &script.commands,
            None => self.step.collected(),
        }
    }

    pub(crate) fn text(self) -> &'m str {
        match self.script {
            Some(script) => &script.text,
            None => self.step.file.text,
        }
    }

    /// The command with this index in the same text.
    pub(crate) fn sibling(self, index: usize) -> Command<'m> {
        Command { index, ..self }
    }

    /// The commands of the text that it stands in, in order of place.
    pub(crate) fn siblings(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.found().commands.len()).map(move |index| self.sibling(index))
    }

    /// Whether it stands in a script of the build context: it has no place in the Dockerfile, its
    /// ranges are bytes of the script, and no edit may touch it.
    pub fn is_of_script(self) -> bool {
        self.script.is_some()
    }

    pub(crate) fn data(self) -> &'m CommandData {
        &self.found().commands[self.index]
    }

    pub(crate) fn word_at(self, index: usize) -> Word<'m> {
        Word {
            text: self.text(),
            data: &self.found().words[index],
        }
    }

    /// Where a shell has its commands from, by the places of its words; `None` of what is no shell.
    pub(crate) fn shell_source(self) -> Option<ShellSource> {
        let (data, words) = (self.data(), &self.found().words);
        let range = data.program..data.words.end;
        self.is_marked(Mark::TakesScript)
            .then(|| wrappers::shell_source(self.text(), words, range))
    }

    /// The program that it is told to run, where it is a runner and the catalogue does not know that program: `foo` of
    /// `npx foo`.
    pub(crate) fn told_program(self) -> Option<Word<'m>> {
        let (data, words) = (self.data(), &self.found().words);
        let range = data.program..data.words.end;
        wrappers::told_program(self.text(), words, range).map(|word| self.word_at(word))
    }

    /// The step that it stands in.
    pub fn step(self) -> Step<'m> {
        self.step
    }

    /// The stage that it stands in.
    pub fn stage(self) -> Option<Stage<'m>> {
        self.step.stage()
    }

    /// The whole command in the file: assignments, wrappers, words and redirections.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// In which syntax its words are written.
    pub fn kind(self) -> WordKind {
        self.data().kind
    }

    /// The program's name without its folder, wrappers and runners taken away: `pip` of `python -m pip`, `tsc`
    /// of `npx tsc@5`; `""` where there is none or only the
    /// build can tell.
    pub fn name(self) -> &'m str {
        let found = self.found();
        let data = &found.commands[self.index];
        match *data.name.get_or_init(|| self.place_of_name()) {
            NamePlace::InText(range) => &self.text()[range],
            NamePlace::InWord(range) => {
                &found.words[data.program].literal_prefix(self.text())[range]
            }
        }
    }

    /// Where its name stands; an empty place where there is none.
    fn place_of_name(self) -> NamePlace {
        let nowhere = NamePlace::InText(TextRange::default());
        let Some(program) = self.program() else {
            return nowhere;
        };
        let value = program.value().unwrap_or_default();
        // A function of the text stands before the program of its name (POSIX, Shell Command Language, Command Search and Execution).
        let functions = &self.found().functions;
        if functions.iter().any(|it| &**it == value) && programs::find(value).is_some() {
            return nowhere;
        }
        let file = file_name(value);
        let mut name = program_name(file);
        let is_found = |wrapper: &WrapperData| wrapper.kind == WrapperKind::Runner;
        if self.data().wrappers.last().is_some_and(is_found) {
            name = wrappers::without_version(name);
        }
        if name.is_empty() {
            return nowhere;
        }
        let place = |at: usize| TextSize::try_from(at).expect("files are below 4 GiB");
        let range = TextRange::at(place(value.len() - file.len()), place(name.len()));
        match program.data.known_range() {
            Some(known) => NamePlace::InText(range + known.start()),
            None => NamePlace::InWord(range),
        }
    }

    /// The word that names what the kernel runs: the interpreter of `python -m pip`, else the program's.
    pub fn executable(self) -> Option<Word<'m>> {
        let last = self.data().wrappers.last();
        match last.filter(|wrapper| wrapper.name == "python") {
            Some(wrapper) => Some(self.word_at(wrapper.words.start)),
            None => self.program(),
        }
    }

    /// The name of [`Command::executable`] without its folder, `""` where only the build can tell.
    pub fn executable_name(self) -> &'m str {
        self.executable()
            .and_then(Word::value)
            .map_or("", program_name)
    }

    /// What to call it: by the program's name, else by its word as it stands there.
    pub fn called(self) -> String {
        match (self.name(), self.program()) {
            ("", Some(program)) => program.shortened(),
            ("", None) => "the command".to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    /// What the catalogue knows of the program, see [`Command::name`].
    pub fn known(self) -> Option<Program> {
        *self
            .data()
            .known
            .get_or_init(|| programs::find(self.name()))
    }

    /// Whether the catalogue says this of the program.
    pub fn is_marked(self, mark: Mark) -> bool {
        self.known().is_some_and(|program| program.is(mark))
    }

    /// Whether this is the program's name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// Whether the program's name is one of these.
    pub fn is_one_of(self, names: &[&str]) -> bool {
        names.contains(&self.name())
    }

    /// The program's word.
    pub fn program(self) -> Option<Word<'m>> {
        let data = self.data();
        (data.program < data.words.end).then(|| self.word_at(data.program))
    }

    /// The words after the program.
    pub fn args(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        self.arg_indices().map(move |index| self.word_at(index))
    }

    /// The places of its arguments among the words of the text.
    pub(crate) fn arg_indices(self) -> Range<usize> {
        let data = self.data();
        let start = (data.program + 1).min(data.words.end);
        start..data.words.end
    }

    /// All words, those of wrappers too.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        self.data()
            .words
            .clone()
            .map(move |index| self.word_at(index))
    }

    /// The argument at this place, counted from 0.
    pub fn arg(self, index: usize) -> Option<Word<'m>> {
        self.args().nth(index)
    }

    /// Whether an argument stands for exactly this text.
    pub fn has_arg(self, text: &str) -> bool {
        self.args().any(|w| w.is(text))
    }

    /// Whether the option is among the arguments: `--long` also as `--long=value`, `-x` also within a
    /// cluster of letters such as `-fxL`. Knows nothing of options that take arguments.
    pub fn has_option(self, option: &str) -> bool {
        let letter = option
            .strip_prefix('-')
            .filter(|o| o.len() == 1 && *o != "-");
        self.args()
            .take_while(|w| !w.is("--"))
            .map(Word::literal_prefix)
            .any(|text| match letter {
                Some(letter) => {
                    text.starts_with('-') && !text.starts_with("--") && text[1..].contains(letter)
                }
                None => text
                    .strip_prefix(option)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('=')),
            })
    }

    /// The wrappers in front of it, the outermost first.
    pub fn wrappers(self) -> impl Iterator<Item = Wrapper<'m>> {
        self.data()
            .wrappers
            .iter()
            .map(move |data| self.wrapper(data))
    }

    /// The wrapper that its program is, where no command stands behind it: `tini --`, to which CMD brings one.
    pub fn bare_wrapper(self) -> Option<Wrapper<'m>> {
        let (data, words) = (self.data(), &self.found().words);
        let range = data.program..data.words.end;
        let read = wrappers::bare_wrapper(self.text(), words, range)?;
        Some(self.wrapper(&read))
    }

    fn wrapper(self, data: &WrapperData) -> Wrapper<'m> {
        let told = data.user.map(|index| self.word_at(index));
        let reads = data.kind == WrapperKind::Variables;
        Wrapper {
            name: data.name,
            kind: data.kind,
            range: TextRange::new(
                self.word_at(data.words.start).range().start(),
                self.word_at(data.words.end - 1).range().end(),
            ),
            user: told.filter(|_| !reads),
            file: told.filter(|_| reads),
        }
    }

    /// The words of a wrapper in front of it, or that it is itself: its name, its options and what they are given.
    pub fn words_of(self, wrapper: Wrapper<'m>) -> impl Iterator<Item = Word<'m>> {
        self.words()
            .filter(move |word| wrapper.range.contains_range(word.range()))
    }

    /// Whether a wrapper of this name is in front of it.
    pub fn is_wrapped_by(self, name: &str) -> bool {
        self.data().wrappers.iter().any(|w| w.name == name)
    }

    /// `NAME=value` before it, also among the words of wrappers, in order.
    pub fn assignments(self) -> impl Iterator<Item = Assignment<'m>> {
        self.found().assignments[self.data().assignments.clone()]
            .iter()
            .map(move |data| Assignment {
                command: self,
                data,
            })
    }

    /// The redirections of the groups, loops and conditions that it is the first command of.
    pub(crate) fn redirects_of_groups(self) -> impl Iterator<Item = Redirect<'m>> {
        let found = self.found();
        let start_of = |index: usize| found.commands[index].range.start();
        let groups = &found.of_groups;
        let first = self.index.checked_sub(1).map_or(0, |before| {
            groups.partition_point(|(start, _)| *start <= start_of(before))
        });
        let end = groups.partition_point(|(start, _)| *start <= start_of(self.index));
        let command = self;
        groups[first..end.max(first)]
            .iter()
            .map(move |(_, data)| Redirect { command, data })
    }

    /// Its redirections, in order.
    pub fn redirects(self) -> impl Iterator<Item = Redirect<'m>> {
        self.found().redirects[self.data().redirects.clone()]
            .iter()
            .map(move |data| Redirect {
                command: self,
                data,
            })
    }

    /// The command whose words hold this one (`sh -c "…"`, a substitution, `find -exec`), or whose
    /// here-string or printed text does. A here-document's commands are the step's own: none.
    pub fn outer(self) -> Option<Command<'m>> {
        Some(self.sibling(self.data().outer? as usize))
    }

    /// The command itself, and those whose words hold it, from the inside out.
    pub fn with_outer(self) -> impl Iterator<Item = Command<'m>> {
        std::iter::successors(Some(self), |it| it.outer())
    }

    /// Whether it is given a script that stands in the text as well, and whose commands are among these:
    /// `sh -c "…"`, `bash <<EOF`, `echo "…" | sh`.
    pub fn is_read_here(self) -> bool {
        let index = u32::try_from(self.index).expect("files are below 4 GiB");
        self.found().read.binary_search(&index).is_ok()
    }

    /// Whether it only runs what its words hold, and that was read: `sh -c "…"`, `find -exec`. A substitution
    /// among its words is no such thing.
    pub fn has_inner(self) -> bool {
        self.data().stands_for_inner
    }

    /// The commands inside its words, one level deep; substitutions, too.
    pub fn inner(self) -> impl Iterator<Item = Command<'m>> {
        let inner = self.data().inner.clone();
        (inner.start as usize..inner.end as usize)
            .map(move |index| self.sibling(index))
            .filter(move |c| c.data().outer.is_some_and(|o| o as usize == self.index))
    }

    /// The operator before it in its list or pipeline.
    pub fn before(self) -> Option<Connector> {
        self.data().before
    }

    /// The operator after it in its list or pipeline.
    pub fn after(self) -> Option<Connector> {
        self.data().after
    }

    /// What it stands in.
    pub fn around(self) -> Surroundings {
        self.data().around
    }

    /// Whether it surely runs when its step does, and its failure fails the step or a list before it.
    pub fn is_certain(self) -> bool {
        let around = self.around();
        !(around.conditional || around.function || around.background)
    }

    /// Whether it stands in a plain list of its step, so that another can follow it: nothing tests, repeats, pipes or
    /// encloses it.
    pub fn is_in_list(self) -> bool {
        let around = self.around();
        let joins = |it: Option<Connector>| {
            it.is_none_or(|it| {
                matches!(
                    it.operator,
                    Operator::And | Operator::Semicolon | Operator::Newline
                )
            })
        };
        self.outer().is_none()
            && self.is_certain()
            && !(around.tested
                || around.negated
                || around.subshell
                || around.looped
                || around.substitution
                || around.piped)
            && joins(self.after())
            && joins(self.before())
            && !self.may_be_in_background()
    }

    /// The command whose output the pipe before it hands to it; none where that is of a group, a loop or an `if`.
    /// What stands in the substitutions of that command lies between them in the text.
    pub fn piped_from(self) -> Option<Command<'m>> {
        let pipe = self.before().filter(|it| it.operator == Operator::Pipe)?;
        std::iter::successors(self.previous(), |it| it.previous())
            .find(|it| it.after() == Some(pipe))
    }

    /// The command that the pipe after it hands its output to.
    pub fn piped_into(self) -> Option<Command<'m>> {
        let pipe = self.after().filter(|it| it.operator == Operator::Pipe)?;
        std::iter::successors(self.next(), |it| it.next()).find(|it| it.before() == Some(pipe))
    }

    /// The command before it in the step, in order of place: perhaps one inside a `$( )` of the command before it in its list.
    pub fn previous(self) -> Option<Command<'m>> {
        Some(self.sibling(self.index.checked_sub(1)?))
    }

    /// The command after it in the step, in order of place.
    pub fn next(self) -> Option<Command<'m>> {
        let index = self.index + 1;
        (index < self.found().commands.len()).then(|| self.sibling(index))
    }
}

impl<'m> Assignment<'m> {
    /// The variable's name.
    pub fn name(self) -> &'m str {
        &self.data.name
    }

    /// The value; none when empty or an array.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.command.text(),
            data: self.data.value.as_ref()?,
        })
    }

    /// The assignment in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}

impl<'m> Redirect<'m> {
    /// The operator: `>`, `2>&1` has `>&`.
    pub fn operator(self) -> &'m str {
        &self.data.operator
    }

    /// The descriptor before the operator: `2`.
    pub fn fd(self) -> Option<&'m str> {
        self.data.fd.as_deref()
    }

    /// The word after the operator.
    pub fn target(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.command.text(),
            data: self.data.target.as_ref()?,
        })
    }

    /// Whether it writes to a file.
    pub fn writes(self) -> bool {
        self.operator().contains('>') && self.operator() != ">&"
    }

    /// The redirection in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}
