//! Keys that are given to apt: what `apt-key` is called for, and with which key.

use dfix_catalogue::{KeyForm, key_form, program_options};
use dfix_engine::{Edit, OpenCondition, Remedy, remedy};
use dfix_model::context::Answer;
use dfix_model::path::{file_name, has_ending};
use dfix_model::{Command, Operator, Stage, Word};
use dfix_syntax::TextRange;

use super::lists::{ListLine, host};

/// A call of `apt-key`.
#[derive(Debug, Clone)]
pub(super) struct Key<'m> {
    pub(super) command: Command<'m>,
    pub(super) call: Call<'m>,
}

/// What is asked of `apt-key`.
#[derive(Debug, Clone)]
pub(super) enum Call<'m> {
    /// `… | apt-key add -`: what stands before the last `|`.
    Piped(Command<'m>),
    /// `apt-key add FILE`.
    File(Word<'m>),
    /// `apt-key adv --keyserver HOST --recv-keys KEY …`: the keys.
    Server(Vec<String>),
    /// `apt-key adv --fetch-keys ADDRESS`.
    Fetched(String),
    /// Another way to add a key.
    Otherwise,
    /// No key is added: `list`, `fingerprint`, `del`, …
    Looks,
}

impl<'m> Key<'m> {
    /// The call, if the command is one.
    pub(super) fn of(command: Command<'m>) -> Option<Self> {
        if !command.is("apt-key") || command.is_of_script() {
            return None;
        }
        let words: Vec<Word<'m>> = command.args().collect();
        let is_option = |it: &&Word<'m>| it.source_text().starts_with('-');
        let mut call = match words
            .iter()
            .find(|it| !is_option(it))
            .and_then(|it| it.value())
        {
            Some("add") => Key::added(command, &words),
            Some("adv") => Key::advanced(&words),
            Some(
                "list" | "finger" | "fingerprint" | "del" | "update" | "net-update" | "export"
                | "exportall",
            ) => Call::Looks,
            _ => Call::Otherwise,
        };
        let is_elsewhere = words.iter().any(|it| it.starts_with("--keyring"));
        let is_read = command
            .after()
            .is_some_and(|it| it.operator == Operator::Pipe);
        if (is_elsewhere || is_read) && !matches!(call, Call::Looks) {
            call = Call::Otherwise;
        }
        Some(Key { command, call })
    }

    fn added(command: Command<'m>, words: &[Word<'m>]) -> Call<'m> {
        let after: Vec<Word<'m>> = words
            .iter()
            .copied()
            .skip_while(|it| !it.is("add"))
            .skip(1)
            .collect();
        let is_piped = command
            .before()
            .is_some_and(|it| it.operator == Operator::Pipe);
        let redirects: Vec<_> = command.redirects().collect();
        let given = redirects.iter().find(|it| it.operator() == "<");
        match after.as_slice() {
            [file] if !file.is("-") && !file.source_text().starts_with('-') => Call::File(*file),
            [] | [_] if is_piped && given.is_none() => match command.piped_from() {
                Some(before) if before.redirects().next().is_none() => Call::Piped(before),
                _ => Call::Otherwise,
            },
            [] | [_] => given
                .and_then(|it| it.target())
                .map_or(Call::Otherwise, Call::File),
            _ => Call::Otherwise,
        }
    }

    fn advanced(words: &[Word<'m>]) -> Call<'m> {
        let texts: Vec<&str> = words.iter().map(|it| it.source_text()).collect();
        if let Some(at) = texts.iter().position(|it| it.starts_with("--fetch-keys")) {
            let address = texts.get(at + 1).unwrap_or(&"").trim_matches(['"', '\'']);
            return Call::Fetched(address.to_owned());
        }
        let is_key = |it: &&&str| {
            let hex = it.trim_start_matches("0x");
            hex.len() >= 8 && hex.chars().all(|c| c.is_ascii_hexdigit())
        };
        if texts.iter().any(|it| it.starts_with("--recv")) {
            let keys = texts.iter().filter(is_key);
            return Call::Server(
                keys.map(|it| it.trim_start_matches("0x").to_owned())
                    .collect(),
            );
        }
        Call::Otherwise
    }

    /// What is open where a `umask` before keeps the key's file from the user `_apt`: `apt-key` opened its own for all.
    pub(super) fn behind_umask(&self, file: &str) -> Option<OpenCondition> {
        let start = self.command.range().start();
        let commands = self.command.step().commands();
        let mut before = commands.filter(|it| it.range().start() < start && it.is("umask"));
        let mask = std::iter::from_fn(|| before.next()).last()?;
        let mode = mask.args().find(|it| !it.source_text().starts_with('-'))?;
        // The last digit is that of the others: they read, and go into folders.
        let lets = |it: &str| it.ends_with(['0', '2']) && it.bytes().all(|it| it.is_ascii_digit());
        if mode.value().is_some_and(lets) {
            return None;
        }
        Some(OpenCondition::new(
            format!(
                "whether the user `_apt` may read `{file}`: `umask {}` comes before it",
                mode.source_text()
            ),
            "say `umask 022` where the key is written, or `chmod -R a+rX /etc/apt/keyrings` after it",
        ))
    }

    /// Where the key comes from: an address, or a file of this name; none where it is not told.
    pub(super) fn origin(&self, stage: Stage<'m>) -> Option<String> {
        match &self.call {
            Call::Piped(producer) if producer.is_one_of(&["curl", "wget"]) => address_of(*producer),
            Call::Piped(producer) if producer.is("cat") => {
                let file = producer.arg(0)?.value()?.to_owned();
                Some(downloaded(stage, &file).unwrap_or(file))
            }
            Call::Piped(producer) => {
                let words: Vec<&str> = producer.words().map(Word::source_text).collect();
                Some(words.join(" "))
            }
            Call::File(word) => {
                let file = word.value()?;
                Some(downloaded(stage, file).unwrap_or_else(|| file.to_owned()))
            }
            Call::Fetched(address) => Some(address.clone()),
            Call::Server(keys) => Some(keys.join(" ")),
            Call::Otherwise | Call::Looks => None,
        }
    }

    /// Whether it is text or bytes, and who says so; none where nobody does.
    pub(super) fn form(&self, stage: Stage<'m>) -> Option<(KeyForm, String)> {
        if let Call::Piped(producer) = &self.call
            && producer.is_one_of(&["gpg", "gpg2"])
            && producer.has_arg("--export")
        {
            let is_text = ["--armor", "--armour", "-a"]
                .iter()
                .any(|it| producer.has_option(it));
            let form = if is_text {
                KeyForm::Armoured
            } else {
                KeyForm::Binary
            };
            return Some((form, "`gpg` writes it so".to_owned()));
        }
        let origin = self.origin(stage)?;
        if let Some(form) = key_form(&origin) {
            let what = match form {
                KeyForm::Armoured => "text",
                KeyForm::Binary => "bytes",
            };
            return Some((form, format!("its publisher has the key as {what}")));
        }
        let content = match stage.file().context().read(origin.trim_start_matches('/')) {
            Answer::Found(text) => Some(text.contains("BEGIN PGP PUBLIC KEY BLOCK")),
            _ => None,
        };
        if content == Some(true) {
            return Some((
                KeyForm::Armoured,
                "the file of the build context is text".to_owned(),
            ));
        }
        has_ending(&origin, ".asc")
            .then(|| (KeyForm::Armoured, "its name ends in `asc`: text".to_owned()))
    }

    /// Whether it says the number of a key: `apt-key fingerprint 0EBFCD88`.
    pub(super) fn names_a_key(&self) -> bool {
        let is_number = |it: &str| {
            let digits = it.trim_start_matches("0x");
            digits.len() >= 8 && digits.bytes().all(|it| it.is_ascii_hexdigit())
        };
        let mut words = self.command.args().filter_map(Word::value);
        words.any(is_number)
    }

    /// The command that its pipeline begins with.
    pub(super) fn first(&self) -> Command<'m> {
        let pipeline = std::iter::successors(Some(self.command), |it| it.piped_from());
        pipeline.last().unwrap_or(self.command)
    }

    /// Writes the key to a file instead.
    pub(super) fn write(&self, edit: &mut Edit<'_>, file: &str) -> Result<(), Remedy> {
        let command = self.command;
        let program = command.program().ok_or_else(unclear)?;
        let with_rights = command.wrappers().next().is_some();
        let all = TextRange::new(program.range().start(), command.range().end());
        match &self.call {
            Call::Piped(producer) if with_rights => {
                edit.replace_node(all, &format!("tee {file} > /dev/null"));
                if producer.is("curl") {
                    let words: Vec<Word<'_>> = producer.args().collect();
                    fail_early(*producer, &words, edit);
                }
            }
            Call::Piped(producer) => {
                let rest = TextRange::new(producer.range().end(), command.range().end());
                if producer.wrappers().next().is_some() || !producer.is_one_of(&["curl", "wget"]) {
                    edit.replace_node(rest, &format!(" > {file}"));
                    return Ok(());
                }
                download(*producer, rest, edit, file)?;
            }
            Call::File(word) => {
                let source = word.source_text();
                edit.replace_node(all, &format!("install -D -m 644 {source} {file}"));
            }
            _ => return Err(unclear()),
        }
        Ok(())
    }
}

/// Whether another stage than this one gives apt the key of a line of its own: in the same instruction, or from the same host.
pub(super) fn has_key_there(own: Stage<'_>, line: &ListLine<'_>) -> bool {
    let Some(stage) = line.step.stage() else {
        return false;
    };
    let calls = stage.commands().filter_map(Key::of);
    let mut calls = calls.filter(|it| !matches!(it.call, Call::Looks));
    let is_of_host = |it: &Key<'_>| {
        let origin = it.origin(stage);
        origin.is_some_and(|it| it.contains("://") && host(&it) == host(&line.address))
    };
    stage.index() != own.index()
        && calls.any(|it| it.command.step().index() == line.step.index() || is_of_host(&it))
}

fn unclear() -> Remedy {
    remedy!("the command cannot be read in parts: write the key to a file by hand")
}

/// The address that `curl` or `wget` is given, as it is written; none where there are several, which one file would not hold.
fn address_of(command: Command<'_>) -> Option<String> {
    let mut texts = command
        .args()
        .map(|it| it.value().unwrap_or_else(|| it.source_text()));
    let address = texts.find(|it| it.contains("://"))?;
    if texts.any(|it| it.contains("://")) {
        return None;
    }
    Some(address.trim_matches(['"', '\'']).to_owned())
}

/// The address that a file of this name was fetched from before.
fn downloaded(stage: Stage<'_>, file: &str) -> Option<String> {
    let name = file_name(file);
    let fetching = stage
        .commands()
        .filter(|it| it.is_one_of(&["curl", "wget"]));
    let from_commands = fetching.filter_map(|it| {
        let address = address_of(it)?;
        let is_named = file_name(&address) == name;
        let is_written = it.args().any(|word| word.is(file))
            || it
                .redirects()
                .any(|to| to.target().is_some_and(|to| to.is(file)));
        (is_written || is_named).then_some(address)
    });
    let from_steps = stage
        .steps()
        .filter(|it| it.is_copy_or_add())
        .filter_map(|step| {
            let source = step.sources().find(|it| {
                let text = it.value().unwrap_or_default();
                file_name(text) == name || step.target().is_some_and(|it| it.is(file))
            })?;
            source.value().map(str::to_owned)
        });
    from_commands.chain(from_steps).next()
}

/// Has `curl` or `wget` write to a file, and fail where the server has none.
fn download(
    command: Command<'_>,
    rest: TextRange,
    edit: &mut Edit<'_>,
    file: &str,
) -> Result<(), Remedy> {
    let is_curl = command.is("curl");
    let (letter, long) = if is_curl {
        ('o', "--output")
    } else {
        ('O', "--output-document")
    };
    let words: Vec<Word<'_>> = command.args().collect();
    let is_address = |word: &&Word<'_>| word.source_text().contains("://");
    if words.iter().filter(is_address).count() > 1 {
        return Err(remedy!(
            "`{}` fetches several files here, of which the option for a file holds one: fetch each key by itself",
            command.name()
        ));
    }
    let mut output = None;
    for (index, word) in words.iter().enumerate() {
        let Some(text) = word.value() else { continue };
        let is_cluster = text.starts_with('-') && !text.starts_with("--");
        let before = index
            .checked_sub(1)
            .and_then(|it| words[it].value())
            .unwrap_or_default();
        let asks = before == long
            || (before.starts_with('-') && !before.starts_with("--") && before.ends_with(letter));
        if text == "-" && asks {
            output = Some((*word, String::new()));
        } else if is_cluster && text.ends_with(&format!("{letter}-")) {
            output = Some((*word, text[..text.len() - 1].to_owned()));
        } else if text == format!("{long}=-") {
            output = Some((*word, format!("{long}={file}")));
        } else if is_curl && (text == long || is_cluster && text.contains('O')) || asks {
            return Err(remedy!(
                "it says where its output goes, and pipes it: write the key to {file} by hand"
            ));
        }
    }
    // The blank before the pipe goes with it.
    match &output {
        Some((word, start)) if start.starts_with("--") => edit.replace_word(*word, start),
        Some((word, start)) if start.is_empty() => edit.replace_word(*word, file),
        Some((word, start)) => {
            edit.replace_word(*word, start);
            edit.insert_word_after(*word, file);
        }
        None if is_curl => {}
        None => {
            return Err(remedy!(
                "`wget` without `-O -` writes to a file of its own, and nothing into the pipe"
            ));
        }
    }
    let last = match output {
        None => format!(" -o {file}"),
        Some(_) => String::new(),
    };
    edit.replace_node(rest, &last);
    if is_curl {
        fail_early(command, &words, edit);
    }
    Ok(())
}

/// `apt-key` failed on a page that says that there is no such file; now `curl` must.
fn fail_early(command: Command<'_>, words: &[Word<'_>], edit: &mut Edit<'_>) {
    if ["-f", "--fail", "--fail-with-body"]
        .iter()
        .any(|it| command.has_option(it))
    {
        return;
    }
    let takes_none = |text: &str| {
        let options = program_options("curl");
        let mut letters = text[1..].chars();
        letters.all(|it| {
            it.is_ascii_alphabetic() && options.is_some_and(|all| !all.letter_takes_value(it))
        })
    };
    let cluster = words.iter().find_map(|word| {
        let text = word
            .value()
            .filter(|it| it.len() > 1 && it.starts_with('-') && !it.starts_with("--"))?;
        takes_none(text).then_some((*word, text))
    });
    match (cluster, command.program()) {
        (Some((word, text)), _) => edit.replace_word(word, &format!("-f{}", &text[1..])),
        (None, Some(program)) => edit.insert_word_after(program, "-f"),
        (None, None) => {}
    }
}
