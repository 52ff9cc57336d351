//! Downloads by curl and wget: what their words say.

use dfix_catalogue::{DownloadUse, ProgramOptions, download_option_is, program_options};
use dfix_engine::{Edit, OpenCondition};
use dfix_model::{Command, Model, Step, Word};

/// What a command is told, its words read as its manual says.
pub(crate) struct Told<'m> {
    program: &'m str,
    /// Each option by the first of its names (a letter that has no other by itself, without its dash), with its value.
    options: Vec<(&'m str, Value<'m>)>,
    /// What is neither an option nor the value of one.
    pub(crate) operands: Vec<Word<'m>>,
    /// Whether no word may hold other options: `$OPTS`, `"$@"`, `-s${X}`.
    pub(crate) is_whole: bool,
}

/// What an option is given.
#[derive(Clone, Copy)]
enum Value<'m> {
    /// Nothing, or what only the build can tell.
    None,
    /// A word of its own.
    Word(Word<'m>),
    /// What stands in the same word: `-O-`, `--output=a`.
    Joined(&'m str),
}

impl<'m> Told<'m> {
    /// What a command is told, where the options of its program are known.
    pub(crate) fn of(command: Command<'m>) -> Option<Self> {
        let known = program_options(command.name())?;
        let mut told = Told {
            program: command.name(),
            options: Vec::new(),
            operands: Vec::new(),
            is_whole: true,
        };
        let mut words = command.args();
        let mut has_ended = false;
        while let Some(word) = words.next() {
            let text = word.literal_prefix();
            let is_list = ["$@", "[@]", "${@"].iter().any(|it| word.mentions(it));
            if is_list || (text.is_empty() && word.may_split()) {
                told.is_whole = false;
            }
            if has_ended || text == "-" || !text.starts_with('-') {
                told.operands.push(word);
            } else if text == "--" {
                has_ended = true;
            } else if text.starts_with("--") {
                let name = text.split('=').next().unwrap_or(text);
                told.is_whole &= word.is_known() || text.contains('=');
                let value = match text.split_once('=') {
                    Some((_, value)) if word.is_known() => Value::Joined(value),
                    None if known.takes_next(name) => words.next().map_or(Value::None, Value::Word),
                    _ => Value::None,
                };
                let name = known.first_name(name).unwrap_or(name);
                told.options.push((name, value));
            } else {
                told.letters(known, word, &mut words);
            }
        }
        Some(told)
    }

    /// Reads letters that stand together: `-fsSLo`.
    fn letters(
        &mut self,
        known: ProgramOptions,
        word: Word<'m>,
        words: &mut impl Iterator<Item = Word<'m>>,
    ) {
        let text = word.literal_prefix();
        // wget has options of two letters.
        if let Some(name) = known.first_name(text).filter(|_| text.len() == 3) {
            self.options.push((name, Value::None));
            return;
        }
        for (at, letter) in text.char_indices().skip(1) {
            let end = at + letter.len_utf8();
            let name = known.first_name(&format!("-{letter}"));
            let name = name.unwrap_or(&text[at..end]);
            if known.letter_takes_value(letter) {
                let value = match (word.is_known(), &text[end..]) {
                    (true, "") => words.next().map_or(Value::None, Value::Word),
                    (true, rest) => Value::Joined(rest),
                    (false, _) => Value::None,
                };
                self.options.push((name, value));
                return;
            }
            self.options.push((name, Value::None));
        }
        self.is_whole &= word.is_known();
    }

    /// Whether an option is given, which is called by the first of its names.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(it, _)| *it == name)
    }

    /// Whether an option is given that is for this.
    pub(crate) fn has_any(&self, what: DownloadUse) -> bool {
        let mut given = self.options.iter();
        given.any(|(it, _)| download_option_is(self.program, what, it))
    }

    /// Whether no others are given than those that are for this.
    pub(crate) fn has_only(&self, what: DownloadUse) -> bool {
        let mut given = self.options.iter();
        given.all(|(it, _)| download_option_is(self.program, what, it))
    }

    fn value(&self, name: &str) -> Value<'m> {
        let given = self.options.iter().rfind(|(it, _)| *it == name);
        given.map_or(Value::None, |it| it.1)
    }

    /// The word that an option is given, where that is a word of its own.
    pub(crate) fn word(&self, name: &str) -> Option<Word<'m>> {
        match self.value(name) {
            Value::Word(word) => Some(word),
            _ => None,
        }
    }

    /// What an option is given, as it is written.
    pub(crate) fn text(&self, name: &str) -> Option<&'m str> {
        match self.value(name) {
            Value::Word(word) => Some(word.source_text()),
            Value::Joined(text) => Some(text),
            Value::None => None,
        }
    }

    /// The addresses that it gets.
    pub(crate) fn urls(&self) -> impl Iterator<Item = Word<'m>> {
        let kinds = ["http://", "https://", "ftp://"];
        let is_url = move |it: &Word<'_>| kinds.iter().any(|kind| it.starts_with(kind));
        self.operands.iter().copied().filter(is_url)
    }
}

/// The name that a download is kept under, by its address: what stands behind the last slash.
pub(crate) fn remote_name(url: Word<'_>) -> Option<&str> {
    let written = url.source_text();
    let (_, path) = written.split_once("://")?;
    let path = path.trim_end_matches(['"', '\'']);
    let name = dfix_model::path::file_name(path);
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"._-+".contains(&it);
    (name != path && !name.is_empty() && name.bytes().all(is_plain)).then_some(name)
}

/// A command that gets a file by curl, with what it is told, where nothing else is asked of it, and no
/// option is given that is for this.
pub(crate) fn plain(curl: Command<'_>, not_with: DownloadUse) -> Option<Told<'_>> {
    let told = Some(curl)
        .filter(|it| it.is("curl"))
        .and_then(Told::of)
        .filter(|it| it.is_whole)?;
    let is_of_http = |it: &Word<'_>| {
        let text = it.literal_prefix();
        !text.contains("://") || text.starts_with("http")
    };
    let is_plain = told.urls().next().is_some()
        && told.operands.iter().all(is_of_http)
        && !told.has_any(DownloadUse::Asks)
        && !told.has_any(not_with)
        && !curl.args().any(|it| it.is("/dev/null"))
        && !curl.around().tested
        && !curl.around().negated;
    is_plain.then_some(told)
}

/// The calls of curl in `RUN`s; none where a file or a variable gives it more options.
pub(crate) fn curls<'m>(file: &'m Model<'m>) -> Vec<Command<'m>> {
    let runs = file.steps().filter(|it| it.is_run() && it.mentions("curl"));
    let commands = runs.flat_map(Step::commands);
    let curls: Vec<Command<'m>> = commands.filter(|it| it.is("curl")).collect();
    let names = |it: &str| it.contains("curlrc") || it.contains("CURL_HOME");
    if !curls.is_empty() && file.steps().any(|it| names(it.source_text())) {
        return Vec::new();
    }
    curls
}

/// What is open where the build goes on as the download fails.
pub(crate) fn goes_on(download: Command<'_>) -> Option<OpenCondition> {
    let stops = |it: Command<'_>| it.stops_the_build() && !it.around().looped;
    (!download.with_outer().all(stops)).then(|| {
        OpenCondition::new(
            format!(
                "whether what follows does without the file: nothing stops the build where `{}` fails",
                download.name()
            ),
            "join them with `&&`",
        )
    })
}

/// Adds an option of one letter: to letters that stand first, or before all.
pub(crate) fn add_letter(edit: &mut Edit<'_>, curl: Command<'_>, letter: char) {
    let letters = |it: &Word<'_>| {
        let text = it.value().and_then(|it| it.strip_prefix('-'));
        text.is_some_and(|it| !it.is_empty() && it.chars().all(|it| "sSfLkOJv".contains(it)))
    };
    // `-q` counts only where it stands first of all.
    let first = curl.args().next();
    if let Some(word) = first.filter(|it| it.starts_with("-q") || it.is("--disable")) {
        match word.value().and_then(|it| it.strip_prefix("-q")) {
            Some(rest) => edit.replace_word(word, &format!("-q{letter}{rest}")),
            None => edit.insert_word_after(word, &format!("-{letter}")),
        }
        return;
    }
    match (first.filter(letters), curl.program()) {
        (Some(word), _) => {
            let text = word.literal_prefix();
            edit.replace_word(word, &format!("-{letter}{}", &text[1..]));
        }
        (None, Some(program)) => edit.insert_word_after(program, &format!("-{letter}")),
        (None, None) => edit.fail("its program is not known"),
    }
}
