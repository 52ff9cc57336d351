//! Which programs `tar` starts to pack and unpack. Source: GNU tar's manual, "Compression".

use crate::handles::{Assignment, Command, Pair, Stage, Step, Word};

/// The program, its letter among the options, its long options, and how its archives end.
const COMPRESSION: &[(&str, char, &[&str], &[&str])] = &[
    ("xz", 'J', &["--xz"], &[".xz", ".txz"]),
    (
        "bzip2",
        'j',
        &["--bzip2", "--bzip"],
        &[".bz2", ".tbz", ".tbz2"],
    ),
];

/// How archives end for which `tar` starts none of these.
const OTHERS: &[&str] = &[".gz", ".jar", ".tar", ".tgz", ".whl", ".zip", ".zst"];

/// The programs that this call of `tar` starts.
pub(crate) fn programs_of_tar(command: Command<'_>) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut is_plain = true;
    for (index, word) in command.args().enumerate() {
        let text = word.literal_prefix();
        let letters = match text.strip_prefix('-') {
            Some(long) if long.starts_with('-') => "",
            Some(letters) => letters,
            // The old style: `tar xjf file`.
            None if index == 0 && !text.contains(['/', '.']) => text,
            None => "",
        };
        // Letters after `f` are a file's name.
        let letters = letters.split('f').next().unwrap_or("");
        let name = end_of(command, word, 0);
        is_plain &= !OTHERS.iter().any(|it| name.ends_with(it)) && !letters.contains(['z', 'Z']);
        for (program, letter, options, endings) in COMPRESSION {
            let is_meant = letters.contains(*letter)
                || options.contains(&text)
                || endings.iter().any(|end| name.ends_with(end));
            if is_meant && !found.contains(program) {
                found.push(*program);
            }
        }
    }
    if found.is_empty() && is_plain {
        found.extend(fetched_before(command));
    }
    found
}

/// How what the command's own text fetches before ends, where the name that it is unpacked by tells nothing:
/// `curl -o /tmp/x https://…/a.tar.xz && tar -xf /tmp/x`.
fn fetched_before(command: Command<'_>) -> Option<&'static str> {
    let start = command.range().start();
    let before = command.step().commands();
    let before = before.filter(|it| it.range().start() < start && !it.is("tar"));
    let addresses = before.flat_map(|it| {
        let words = it.args().filter(|word| word.source_text().contains("://"));
        words.map(move |word| end_of(it, word, 0))
    });
    let mut programs = addresses.filter_map(|name| {
        let mut all = COMPRESSION.iter();
        all.find(|(.., endings)| endings.iter().any(|it| name.ends_with(it)))
    });
    programs.next().map(|(program, ..)| *program)
}

/// How a word ends: its own text, or that of the variable that it ends with.
fn end_of(command: Command<'_>, word: Word<'_>, depth: usize) -> String {
    let stage = command.stage();
    let text = stage.and_then(|it| it.expand_text(word, command));
    let written = word.source_text().trim_end_matches(['"', '\'']);
    if let Some(text) = text {
        return text;
    }
    let name = variable_at_end(written).filter(|_| depth < 3);
    let told = name.and_then(|name| {
        let commands = command.step().commands();
        let assignments = commands.flat_map(Command::assignments);
        let value = assignments.filter(|it| it.name() == name);
        let pairs = stage.into_iter().flat_map(Stage::base_chain);
        let pairs = pairs.flat_map(Stage::steps).flat_map(Step::pairs);
        let pairs = pairs.filter(|it| it.key_text() == Some(name));
        let values = value.filter_map(Assignment::value);
        values.chain(pairs.filter_map(Pair::value)).last()
    });
    told.map_or_else(
        || written.to_owned(),
        |word| end_of(command, word, depth + 1),
    )
}

/// `T` of `/tmp/$T` and of `${T}`.
fn variable_at_end(text: &str) -> Option<&str> {
    let (_, name) = text.rsplit_once('$')?;
    let name = match name.strip_prefix('{') {
        Some(name) => name.strip_suffix('}')?,
        None => name,
    };
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}
