//! The vocabulary of changes: what a rule says inside `.edit(|edit| …)`.
//!
//! A rule names places and plain words. It never sees an offset, a quote, a backslash or a newline;
//! `text_edit` knows those. The first thing that cannot be said with certainty drops the whole fix.

use dfix_model::{
    Command, Join, LineEnd, OwnLines, Stage, Step, StepKind, Word, WordKind, Wrapper,
};
use dfix_syntax::{TextRange, TextSize};

use crate::fix::TextEdit;
use crate::place::Place;
use crate::text_edit::{
    self, EditContext, Lowered, Side, commands, comments, instructions, removal, runs, words,
};

/// A change that is being said.
pub struct Edit<'a> {
    context: &'a EditContext<'a>,
    edits: Vec<TextEdit>,
    failure: Option<String>,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(context: &'a EditContext<'a>) -> Self {
        Edit {
            context,
            edits: Vec::new(),
            failure: None,
        }
    }

    /// The text edits in order of place, or why there are none.
    pub(crate) fn finish(mut self) -> Result<Vec<TextEdit>, String> {
        if let Some(reason) = self.failure {
            return Err(reason);
        }
        // The sort is stable: what is inserted at one place stays in the order of the calls.
        self.edits.sort_by_key(|e| (e.range.start(), e.range.end()));
        let mut merged: Vec<TextEdit> = Vec::with_capacity(self.edits.len());
        for edit in self.edits {
            match merged.last_mut() {
                Some(last) if last.range == edit.range && edit.range.is_empty() => {
                    last.text.push_str(&edit.text);
                }
                Some(last) if last.range.end() > edit.range.start() || last.range == edit.range => {
                    return Err("two parts of the change overlap".to_owned());
                }
                _ => merged.push(edit),
            }
        }
        if merged
            .iter()
            .all(|e| self.context.slice(e.range) == e.text.as_str())
        {
            return Err("there is nothing to change".to_owned());
        }
        Ok(merged)
    }

    fn take(&mut self, lowered: Lowered) {
        match lowered {
            Ok(edits) => self.edits.extend(edits),
            Err(reason) => {
                self.failure.get_or_insert(reason);
            }
        }
    }

    /// Gives up: the finding stays, without a fix, and says `reason`.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.failure.get_or_insert(reason.into());
    }

    // ── Words ────────────────────────────────────────────────────────────────────────────────

    /// Puts a word after a word of a command or of an exec form. `text` is the word's value: it is
    /// quoted for where it lands.
    pub fn insert_word_after(&mut self, word: impl Place, text: &str) {
        let lowered = words::insert(self.context, &word, words::New::Value(text), Side::After);
        self.take(lowered);
    }

    /// Puts a word before a word of a command or of an exec form.
    pub fn insert_word_before(&mut self, word: impl Place, text: &str) {
        let lowered = words::insert(self.context, &word, words::New::Value(text), Side::Before);
        self.take(lowered);
    }

    /// Puts a word after a word of a command, written as it is given: a variable, say, with its quotes.
    pub fn insert_source_after(&mut self, word: impl Place, source: &str) {
        let new = words::New::Source(source);
        let lowered = words::insert(self.context, &word, new, Side::After);
        self.take(lowered);
    }

    /// Puts a word before a word of a command, written as it is given.
    pub fn insert_source_before(&mut self, word: impl Place, source: &str) {
        let new = words::New::Source(source);
        let lowered = words::insert(self.context, &word, new, Side::Before);
        self.take(lowered);
    }

    /// Puts another word in a word's place. `text` is the word's value.
    pub fn replace_word(&mut self, word: impl Place, text: &str) {
        let lowered = words::replace(self.context, &word, text);
        self.take(lowered);
    }

    /// Puts another program in the place of one, in the folder that is written before it: `/usr/bin/apt` becomes
    /// `/usr/bin/apt-get`.
    pub fn rename_program(&mut self, program: Word<'_>, name: &str) {
        match program.value() {
            Some(path) => {
                let folder = path.strip_suffix(dfix_model::path::file_name(path));
                self.replace_word(program, &format!("{}{name}", folder.unwrap_or_default()));
            }
            None => self.fail("only the build can tell the program"),
        }
    }

    /// Puts words in a word's place, or takes it away where there are none.
    pub fn replace_word_by(&mut self, word: Word<'_>, texts: &[&str]) {
        match texts.split_first() {
            None => self.remove_word(word),
            Some((first, rest)) => {
                self.replace_word(word, first);
                for text in rest {
                    self.insert_word_after(word, text);
                }
            }
        }
    }

    /// Takes a word away, and its line with it where it stands alone on one.
    pub fn remove_word(&mut self, word: impl Place) {
        let lowered = words::remove(self.context, &word);
        self.take(lowered);
    }

    /// Takes several words away; what stands between neighbours goes with them.
    pub fn remove_words<P: Place>(&mut self, words: impl IntoIterator<Item = P>) {
        let words: Vec<P> = words.into_iter().collect();
        let lowered = words::remove_many(self.context, &words);
        self.take(lowered);
    }

    /// Takes a pair of an `ENV`, `ARG` or `LABEL` away that holds others.
    pub fn remove_pair(&mut self, pair: impl Place) {
        let lowered = words::remove_piece(self.context, pair.range());
        self.take(lowered);
    }

    /// Takes a wrapper off a command: `sudo -E` goes, and of `env -i A=b` the assignment stays as the shell's own.
    pub fn remove_wrapper<'m>(&mut self, command: Command<'m>, wrapper: Wrapper<'m>) {
        let (kept, gone): (Vec<Word<'m>>, Vec<Word<'m>>) = command
            .words_of(wrapper)
            .partition(|word| command.assignments().any(|a| a.range() == word.range()));
        if kept.iter().any(|word| !is_assignment(*word)) {
            self.fail("a variable that is set there cannot be set without it");
            return;
        }
        if kept.is_empty() {
            self.remove_words(gone);
        } else {
            // What was a word becomes an assignment: it is written anew, as it was.
            let assignments: Vec<&str> = kept.iter().map(|word| word.source_text()).collect();
            self.replace_node(wrapper.range, &assignments.join(" "));
        }
    }

    // ── Any node or token ────────────────────────────────────────────────────────────────────

    /// Writes `source` in the place of a node: a tag, a path, a pair. It is Dockerfile or shell
    /// source and is taken as it is.
    pub fn replace_node(&mut self, node: impl Place, source: &str) {
        let lowered = words::replace_source(self.context, node.range(), source);
        self.take(lowered);
    }

    /// Writes `source` in the place of a part of a word. Fails where the word stands in text that is kept as it is: of a
    /// here-document that a shell changes before it is read.
    pub fn replace_part(&mut self, part: impl Place, source: &str) {
        let lowered = words::replace_part(self.context, part.range(), source);
        self.take(lowered);
    }

    /// Writes `source` in the place of a token: a keyword, an operator, blanks.
    pub fn replace_token(&mut self, token: impl Place, source: &str) {
        self.replace_node(token, source);
    }

    /// Has a line end at each of these `&&`s, as the others of the list have it.
    pub fn break_lines(&mut self, list: &[Join<'_>], at: &[Join<'_>]) {
        let style = list.iter().find_map(Join::line_end).unwrap_or(LineEnd {
            is_before: true,
            indent: "    ",
        });
        let (escape, indent) = (self.context.escape, style.indent);
        for place in at.iter().map(Join::range) {
            if style.is_before {
                self.replace_token(place, &format!("{escape}\n{indent}&&"));
                continue;
            }
            // A line begins in the place of the blank.
            let has_blank = self.context.text[usize::from(place.end())..].starts_with(' ');
            let end = place.end() + TextSize::from(u32::from(has_blank));
            let place = TextRange::new(place.start(), end);
            self.replace_token(place, &format!("&& {escape}\n{indent}"));
        }
    }

    /// Has each part of the list that a whole `RUN` is on a line of its own, in a here-document that begins with these lines. An
    /// empty line follows it.
    pub fn write_on_own_lines(&mut self, list: &OwnLines, head: &[&str]) {
        let mut write = |range, text| self.edits.push(TextEdit { range, text });
        let head: String = head.iter().flat_map(|it| [*it, "\n"]).collect();
        let blank = if list.lead.is_empty() { "" } else { " " };
        write(list.lead, format!("{blank}<<{}\n{head}", OwnLines::END));
        for gap in &list.gaps {
            let comments = gap.comments.iter().flat_map(|it| [it.as_str(), "\n"]);
            let comments: String = comments.collect();
            write(gap.range, format!("\n{comments}"));
        }
        let end = list.list.end();
        // hadolint reads what follows only behind an empty line.
        let mut below = self.context.text[usize::from(end)..].lines().skip(1);
        let is_followed = below.next().is_some_and(|it| !it.trim().is_empty());
        let apart = if is_followed { "\n" } else { "" };
        write(TextRange::empty(end), format!("\n{}{apart}", OwnLines::END));
    }

    /// Has a line end before a place inside an instruction's own lines, and the next one set in so, instead of the blanks there.
    pub fn begin_line(&mut self, place: impl Place, indent: &str) {
        let start = usize::from(place.range().start());
        let before = self.context.text[..start].trim_end_matches([' ', '\t']);
        let blanks = TextSize::of(before);
        let place = TextRange::new(blanks, place.range().start());
        let escape = self.context.escape;
        self.replace_token(place, &format!(" {escape}\n{indent}"));
    }

    /// Writes lines of comment in the place of a comment, each with its `#`; several only where it stands on a line of its own.
    /// The fix declares [`Effect::Comment`](crate::Effect::Comment).
    pub fn replace_comment<S: AsRef<str>>(
        &mut self,
        comment: impl Place,
        lines: impl IntoIterator<Item = S>,
    ) {
        let lines: Vec<S> = lines.into_iter().collect();
        let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
        let lowered = comments::replace(self.context, comment.range(), &lines);
        self.take(lowered);
    }

    /// Takes a comment away that stands on a line of its own. The fix declares [`Effect::Comment`](crate::Effect::Comment).
    pub fn remove_comment(&mut self, comment: impl Place) {
        let lowered = comments::remove(self.context, comment.range());
        self.take(lowered);
    }

    /// Puts a comment on a line of its own above the instruction at this place: right above it, but for a comment there by which
    /// hadolint is asked something, as that must stay next to the instruction.
    pub(crate) fn insert_comment_above(&mut self, instruction: impl Place, comment: &str) {
        let lowered = comments::insert_above(self.context, instruction.range(), comment);
        self.take(lowered);
    }

    /// Puts a comment on a line of its own at the top of the file, below the parser directives.
    pub(crate) fn insert_comment_at_the_top(&mut self, comment: &str) {
        let lowered = comments::insert_at_the_top(self.context, comment);
        self.take(lowered);
    }

    /// Sets a flag of an instruction, `--chown` to `appuser`; an empty value writes the bare flag.
    pub fn set_flag(&mut self, instruction: impl Place, flag: &str, value: &str) {
        let lowered = instructions::set_flag(self.context, instruction.range(), flag, value);
        self.take(lowered);
    }

    /// Adds a flag to an instruction beside those that it has: a further `--mount`.
    pub fn add_flag(&mut self, instruction: impl Place, flag: &str, value: &str) {
        let lowered = instructions::add_flag(self.context, instruction.range(), flag, value);
        self.take(lowered);
    }

    /// Adds flags of one name to an instruction, one a line: below one another, with what they are for below them. Where it has
    /// flags already, or its first line ends behind the keyword, they stand on its line.
    pub fn add_flags_on_lines<S: AsRef<str>>(
        &mut self,
        instruction: impl Place,
        flag: &str,
        values: impl IntoIterator<Item = S>,
    ) {
        let values: Vec<S> = values.into_iter().collect();
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let range = instruction.range();
        let lowered = instructions::add_flags_on_lines(self.context, range, flag, &values);
        self.take(lowered);
    }

    /// Takes a flag of an instruction away.
    pub fn remove_flag(&mut self, flag: impl Place) {
        let lowered = words::remove_piece(self.context, flag.range());
        self.take(lowered);
    }

    // ── Instructions ─────────────────────────────────────────────────────────────────────────

    /// Puts an instruction before the one at this place, above the comments that belong to it.
    ///
    /// `source` is what a person would write, with `\` and `\n` for a continued line: the file's
    /// escape character, line ends, indentation and case of keywords are seen to.
    pub fn insert_instruction_before(&mut self, place: impl Place, source: &str) {
        self.insert_instructions_before(place, [source]);
    }

    /// Puts an instruction after the one at this place.
    pub fn insert_instruction_after(&mut self, place: impl Place, source: &str) {
        self.insert_instructions_after(place, [source]);
    }

    /// Puts an instruction before the one at this place, below the comments that belong to it.
    pub fn insert_instruction_below_comments(&mut self, place: impl Place, source: &str) {
        let lowered = instructions::insert(
            self.context,
            place.range(),
            &[source.to_owned()],
            instructions::Where::BelowComments,
        );
        self.take(lowered);
    }

    /// Puts several instructions as a block before the one at this place, above its comments.
    pub fn insert_instructions_before<S: Into<String>>(
        &mut self,
        place: impl Place,
        sources: impl IntoIterator<Item = S>,
    ) {
        self.insert_block(place.range(), sources, instructions::Where::AboveComments);
    }

    /// Puts several instructions as a block after the one at this place.
    pub fn insert_instructions_after<S: Into<String>>(
        &mut self,
        place: impl Place,
        sources: impl IntoIterator<Item = S>,
    ) {
        self.insert_block(place.range(), sources, instructions::Where::After);
    }

    fn insert_block<S: Into<String>>(
        &mut self,
        range: dfix_syntax::TextRange,
        sources: impl IntoIterator<Item = S>,
        position: instructions::Where,
    ) {
        let sources: Vec<String> = sources.into_iter().map(Into::into).collect();
        let lowered = instructions::insert(self.context, range, &sources, position);
        self.take(lowered);
    }

    /// Writes `source` in the place of a whole instruction; comments above it stay.
    pub fn replace_instruction(&mut self, place: impl Place, source: &str) {
        let lowered = instructions::replace(self.context, place.range(), source);
        self.take(lowered);
    }

    /// Takes an instruction away; comments above it stay.
    pub fn remove_instruction(&mut self, place: impl Place) {
        let lowered = instructions::remove(self.context, place.range());
        self.take(lowered);
    }

    /// As [`Edit::replace_instruction`]; comments inside the instruction come to stand above it.
    pub fn replace_instruction_lifting_comments(&mut self, place: impl Place, source: &str) {
        let range = place.range();
        let lowered = instructions::replace_lifting_comments(self.context, range, source);
        self.take(lowered);
    }

    /// As [`Edit::remove_instruction`]; comments inside the instruction stay in its place.
    pub fn remove_instruction_lifting_comments(&mut self, place: impl Place) {
        let lowered = instructions::remove_lifting_comments(self.context, place.range());
        self.take(lowered);
    }

    /// Makes one `RUN` of several that stand one after another: what each runs, it runs if those before succeeded. Comments between
    /// them stay between the commands. Each is plain commands, or they are joined by `&&`.
    pub fn join_runs<P: Place>(&mut self, runs: impl IntoIterator<Item = P>) {
        let places: Vec<_> = runs.into_iter().map(|run| run.range()).collect();
        let lowered = runs::join(self.context, &places);
        self.take(lowered);
    }

    /// Writes the command of a `CMD`, `ENTRYPOINT`, `RUN` or `HEALTHCHECK` as a JSON array of these words.
    pub fn set_exec_form(&mut self, instruction: impl Place, words: &[&str]) {
        let lowered = instructions::set_exec_form(self.context, instruction.range(), words);
        self.take(lowered);
    }

    /// Writes a JSON array of these strings in the place of all the words of a `VOLUME`, `COPY` or `ADD`.
    pub fn set_array(&mut self, all_words: impl Place, strings: &[&str]) {
        let lowered = words::set_array(self.context, all_words.range(), strings);
        self.take(lowered);
    }

    /// Has the stage's container run as this user. The last `USER` is changed where nothing is built after it; else a
    /// new one goes before the instructions that say what is started, or to the end of the stage.
    pub fn set_user(&mut self, stage: Stage<'_>, name: &str) {
        let steps = || stage.steps().filter(|step| !step.is_onbuild()).rev();
        let of_start = |step: &Step<'_>| {
            matches!(
                step.kind(),
                StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
            )
        };
        let is_work = |step: &Step<'_>| {
            matches!(
                step.kind(),
                StepKind::Run
                    | StepKind::Copy
                    | StepKind::Add
                    | StepKind::Workdir
                    | StepKind::Shell
            )
        };
        let after_work = || steps().take_while(|step| !is_work(step));
        if let Some(user) = after_work().find(|step| step.is(StepKind::User)) {
            match user.word() {
                Some(word) => self.replace_word(word, name),
                None => self.fail("the USER names nobody"),
            }
            return;
        }
        let source = format!("USER {name}");
        if !text_edit::quote::is_plain(name) {
            self.fail(format!("`{name}` cannot be written as a user"));
            return;
        }
        match after_work().filter(of_start).last() {
            Some(start) => self.insert_instruction_before(start, &source),
            None => self.insert_instruction_after(stage.last_step(), &source),
        }
    }

    /// Adds pairs at the end of an `ENV` or `LABEL` of the `key=value` form. In a value `$name`
    /// stays a variable; quotes are added where they are needed.
    pub fn append_env_pairs<K: AsRef<str>, V: AsRef<str>>(
        &mut self,
        instruction: impl Place,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) {
        let lowered = instructions::append_pairs(self.context, instruction.range(), pairs);
        self.take(lowered);
    }

    /// Puts a value behind the `=` of a pair that has none. `$name` stays a variable; quotes are added where they are needed.
    pub fn fill_pair(&mut self, pair: impl Place, value: &str) {
        let lowered = instructions::fill_pair(self.context, pair.range(), value);
        self.take(lowered);
    }

    // ── Commands ─────────────────────────────────────────────────────────────────────────────

    /// Has `source` run before the command, joined in the style of its script; the command runs only
    /// if it succeeded.
    pub fn add_command_before(&mut self, command: impl Place, source: &str) {
        let lowered = commands::add(self.context, &command, source, Side::Before);
        self.take(lowered);
    }

    /// Has `source` run after the command, joined in the style of its script.
    pub fn add_command_after(&mut self, command: impl Place, source: &str) {
        let lowered = commands::add(self.context, &command, source, Side::After);
        self.take(lowered);
    }

    /// Has `source` run before the command, which runs only if it succeeded: joined by `&&` whatever else joins the commands of the
    /// list. `errexit` says that a command that fails ends the script; where it does, what joins the others does it, too.
    pub fn chain_command_before(&mut self, command: impl Place, source: &str, errexit: bool) {
        let lowered = commands::chain(self.context, &command, source, Side::Before, errexit);
        self.take(lowered);
    }

    /// Has `source` run after the command, and only if that succeeded. As [`Edit::chain_command_before`].
    pub fn chain_command_after(&mut self, command: impl Place, source: &str, errexit: bool) {
        let lowered = commands::chain(self.context, &command, source, Side::After, errexit);
        self.take(lowered);
    }

    /// Takes a command out of its list, with the operator that joins it to a neighbour; the others run as before. The only
    /// command of a list cannot go, nor one whose success is the list's.
    pub fn remove_command(&mut self, command: impl Place) {
        self.remove_commands([command]);
    }

    /// Takes several commands out of their lists; neighbours go together.
    pub fn remove_commands<P: Place>(&mut self, commands: impl IntoIterator<Item = P>) {
        let commands: Vec<P> = commands.into_iter().collect();
        let lowered = removal::remove(self.context, &commands);
        self.take(lowered);
    }

    /// Writes `source`, shell text taken as it is, in the place of a command.
    pub fn replace_command(&mut self, command: impl Place, source: &str) {
        let lowered = commands::replace(self.context, &command, source);
        self.take(lowered);
    }
}

/// Whether a word means the same before a command as among the words of `env`: the shell reads it as an assignment, and
/// makes one word of it there as here.
fn is_assignment(word: Word<'_>) -> bool {
    let name = word.source_text().split('=').next().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name && word.kind() != WordKind::Json && !word.may_split()
}

/// The source of an `ENV` that sets these pairs, one a line: for `insert_instruction_…`.
///
/// In a value `$name` stays a variable; quotes are added where they are needed.
pub fn env_source<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> String {
    let mut source = String::from("ENV ");
    for (index, (key, value)) in pairs.into_iter().enumerate() {
        if index > 0 {
            source.push_str(" \\\n    ");
        }
        source.push_str(key.as_ref());
        source.push('=');
        source.push_str(&instructions::pair_value(value.as_ref()));
    }
    source
}

#[cfg(test)]
mod tests;
