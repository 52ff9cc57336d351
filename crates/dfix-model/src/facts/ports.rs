//! Ports: what `EXPOSE` names and what servers are told to listen on.

use dfix_catalogue::programs::{self, Program};
use dfix_catalogue::{ServerSetting, sets};

use crate::collect::instruction::StepKind;
use crate::facts::exposed::{parts_of, range_of};
use crate::facts::variables::expand_text;
use crate::handles::{Command, Given, Stage, Word, interpreting};
use crate::packages::table;
use crate::path::program_name;

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// Another one.
    Other,
}

/// What a word of `EXPOSE` names.
#[derive(Debug, Clone, Copy)]
pub struct Port<'m> {
    /// The word.
    pub word: Word<'m>,
    /// The first and the last port; `None` where only the build can tell.
    pub range: Option<(u16, u16)>,
    /// The transport.
    pub protocol: Protocol,
}

/// The ports that this stage and those that it is based on expose.
pub(crate) fn ports(of: Stage<'_>) -> Vec<Port<'_>> {
    of.base_chain()
        .flat_map(|stage| {
            stage
                .steps_of(StepKind::Expose)
                .map(move |step| (stage, step))
        })
        .flat_map(|(stage, step)| step.words().map(move |word| (stage, step, word)))
        .map(|(stage, step, word)| {
            let text = expand_text(stage, word, step);
            let parts = text.as_deref().map(parts_of);
            let protocol = parts.as_ref().and_then(|it| it.2);
            Port {
                word,
                range: parts.as_ref().and_then(|it| range_of(it.1)),
                protocol: match protocol.map(str::to_ascii_lowercase).as_deref() {
                    None | Some("tcp") => Protocol::Tcp,
                    Some("udp") => Protocol::Udp,
                    Some(_) => Protocol::Other,
                },
            }
        })
        .collect()
}

/// The options that name a port, or an address with one, of programs of which that is not known better.
const USUAL: &[&str] = &[
    "--bind",
    "--host",
    "--http",
    "--http-socket",
    "--https",
    "--listen",
    "--port",
    "-b",
    "-p",
];

/// The words that tell a server its port, with the port; `None` for one that only the build or the
/// container can tell. Unix sockets are no ports.
pub(crate) fn listens_on(command: Command<'_>) -> Vec<(Word<'_>, Option<u16>)> {
    told_ports(command).0
}

/// The ports of options that may as well be another server's: `--database-port 3306`.
pub(crate) fn may_listen_on(command: Command<'_>) -> Vec<(Word<'_>, Option<u16>)> {
    told_ports(command).1
}

/// The ports that a program of whose options nothing is known is told in Go's style, or as an address of the whole machine:
/// `-http.port 80`, `-listen :443`.
pub(crate) fn told_unknown(command: Command<'_>) -> Vec<(Word<'_>, Option<u16>)> {
    let program = programs::find(command.name());
    let is_known = program.and_then(Program::port_options).is_some();
    let told = (!is_known).then(|| of_unknown_options(command));
    told.unwrap_or_default()
}

fn of_unknown_options(command: Command<'_>) -> Told<'_> {
    let mut found = Vec::new();
    let mut is_value = false;
    for word in command.args() {
        let whole = command
            .stage()
            .filter(|_| !word.is_known())
            .and_then(|stage| expand_text(stage, word, command));
        let text = whole.as_deref().unwrap_or(word.literal_prefix());
        let (option, value) = match text.split_once('=') {
            Some((option, value)) => (option, value),
            None => ("", text),
        };
        let names_a_port = |option: &str| option.starts_with('-') && option.ends_with("port");
        let is_told = std::mem::replace(&mut is_value, names_a_port(text)) || names_a_port(option);
        let port = value.parse().ok().filter(|_| is_told);
        found.extend(
            port.or_else(|| port_of_all(value))
                .map(|it| (word, Some(it))),
        );
    }
    found
}

/// The port of an address that stands for all of the machine's: `:443`, `0.0.0.0:80`, `http://*:80`.
fn port_of_all(text: &str) -> Option<u16> {
    let (_, address) = text.split_once("://").unwrap_or(("", text));
    let (host, port) = address.trim_end_matches('/').rsplit_once(':')?;
    let port = port.parse().ok()?;
    matches!(host, "" | "*" | "+" | "0.0.0.0" | "[::]" | "::").then_some(port)
}

/// Words with the port that they tell.
type Told<'m> = Vec<(Word<'m>, Option<u16>)>;

/// The ports that the command is told to listen on, and those that it may be.
fn told_ports(command: Command<'_>) -> (Told<'_>, Told<'_>) {
    let mut words: Vec<Word<'_>> = command.args().collect();
    let mut name = command.name();
    if table::is_python(name) {
        // `python -m uvicorn`, `python manage.py`
        match interpreting(command, "python").given {
            Given::Module(module, end) => {
                name = module;
                words.drain(..end);
            }
            Given::File(file) => {
                name = program_name(file.literal_prefix());
                let at = words.iter().position(|word| *word == file);
                words.drain(..at.map_or(0, |at| at + 1));
            }
            Given::Text(_) | Given::Nothing | Given::Unknown => {}
        }
    }
    let program = programs::find(name);
    let options: Vec<&str> = match program.and_then(Program::port_options) {
        Some(options) => options.collect(),
        None => USUAL.to_vec(),
    };
    let port_of = |word, value| port_of(command, word, value);
    let (mut found, mut perhaps) = (Vec::new(), Vec::new());
    let mut bare = program.and_then(Program::bare_port_after);
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        at += 1;
        let text = word.literal_prefix();
        let (option, attached) = match text.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (text, None),
        };
        let names_a_port = option.starts_with("--") && option.ends_with("port");
        if options.contains(&option) || names_a_port {
            let value = match attached {
                Some(value) => Some((word, value)),
                None => words.get(at).map(|w| (*w, w.literal_prefix())),
            };
            at += usize::from(attached.is_none());
            let is_its = options.contains(&option) || sets(&option[2..], ServerSetting::Port);
            let told = if is_its { &mut found } else { &mut perhaps };
            told.extend(value.and_then(|(word, value)| port_of(word, value)));
        } else if let Some(short) = options.iter().find(|o| {
            o.len() == 2 && text.len() > 2 && !text.starts_with("--") && text.starts_with(**o)
        }) {
            found.extend(port_of(word, &text[short.len()..]));
        } else if !text.starts_with('-') {
            match bare {
                Some("") => found.extend(port_of(word, text)),
                Some(subcommand) if subcommand == text => bare = Some(""),
                _ => {}
            }
        }
    }
    (found, perhaps)
}

fn port_of<'m>(
    command: Command<'m>,
    word: Word<'m>,
    value: &str,
) -> Option<(Word<'m>, Option<u16>)> {
    let is_socket =
        |text: &str| text.starts_with("unix:") || text.starts_with('/') || text.contains(".sock");
    let port = |text: &str| -> Option<u16> {
        let text = text.trim_end_matches('/');
        text.rsplit(':').next().unwrap_or(text).parse().ok()
    };
    if is_socket(value) {
        return None;
    }
    if word.is_known() {
        return port(value).map(|port| (word, Some(port)));
    }
    let whole = command
        .stage()
        .and_then(|stage| expand_text(stage, word, command));
    // The option may stand before it, in the same word.
    let told = whole
        .as_deref()
        .map(|text| text.rsplit('=').next().unwrap_or(text));
    (!told.is_some_and(is_socket)).then(|| (word, told.and_then(port)))
}
