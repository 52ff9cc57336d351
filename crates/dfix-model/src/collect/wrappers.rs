//! Wrappers in front of a command, and scripts among its words: what `sudo`, `env`, `sh -c` mean.

use std::ops::Range;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{WrapperKind, WrapperSpec, package_tool, wrapper};

use crate::collect::command::{AssignmentData, WrapperData};
use crate::collect::word::WordData;
use crate::path::program_name;

/// A command without its wrappers.
pub(crate) struct Unwrapped {
    pub(crate) program: usize,
    pub(crate) wrappers: Vec<WrapperData>,
    /// Where the assignments end now, if wrappers made some.
    pub(crate) assignments: Option<usize>,
}

/// Takes the wrappers off the words in `range`, which are the last there are. The module of `python -mpip` becomes a word of its
/// own, and the range longer by it.
pub(crate) fn unwrap_wrappers(
    text: &str,
    words: &mut Vec<WordData>,
    range: &mut Range<usize>,
    assignments: &mut Vec<AssignmentData>,
) -> Unwrapped {
    let mut unwrapped = Unwrapped {
        program: range.start,
        wrappers: Vec::new(),
        assignments: None,
    };
    while unwrapped.program < range.end && unwrapped.wrappers.len() < 8 {
        let at = unwrapped.program;
        let Some(name) = words[at].value(text).map(program_name) else {
            break;
        };
        if programs::is_python(name) {
            let Some(module) = module_word(text, words, at..range.end)
                .or_else(|| cut_module(text, words, at, range))
            else {
                break;
            };
            if !is_known_program(words[module].value(text)) {
                break;
            }
            unwrapped.wrappers.push(WrapperData {
                name: "python",
                kind: WrapperKind::Runner,
                words: at..module,
                user: None,
            });
            unwrapped.program = module;
            continue;
        }
        let next = |from: usize| words[at..range.end].get(from)?.value(text);
        let Some(spec) = wrapper(name, [next(1), next(2)]) else {
            break;
        };
        let Some((program, user, made)) = read_wrapper(spec, text, words, at..range.end) else {
            break;
        };
        if spec.kind() == WrapperKind::Runner && !is_known_program(words[program].value(text)) {
            break;
        }
        if !made.is_empty() {
            assignments.extend(made);
            unwrapped.assignments = Some(assignments.len());
        }
        unwrapped.wrappers.push(WrapperData {
            name: spec.name(),
            kind: spec.kind(),
            words: at..program,
            user,
        });
        unwrapped.program = program;
    }
    unwrapped
}

/// The word that names the program which a runner is told: `foo` of `npx foo`.
pub(crate) fn told_program(text: &str, words: &[WordData], range: Range<usize>) -> Option<usize> {
    let next = |from: usize| words[range.clone()].get(from)?.value(text);
    let spec = wrapper(program_name(next(0)?), [next(1), next(2)])?;
    let is_runner = spec.kind() == WrapperKind::Runner;
    let (program, ..) = read_wrapper(spec, text, words, range).filter(|_| is_runner)?;
    Some(program)
}

/// Where the module of `python -m MODULE` is named.
enum ModulePlace {
    /// This word.
    Word(usize),
    /// Behind so many bytes of this word: `-mpip`.
    In(usize, usize),
}

/// The word that names the module of `python -m MODULE`.
fn module_word(text: &str, words: &[WordData], range: Range<usize>) -> Option<usize> {
    match module_place(text, words, range)? {
        ModulePlace::Word(word) => Some(word),
        ModulePlace::In(..) => None,
    }
}

/// Cuts the word of `python -mMODULE` in two where it is written plainly and the module is a known program; the word that names it
/// then.
fn cut_module(
    text: &str,
    words: &mut Vec<WordData>,
    at: usize,
    range: &mut Range<usize>,
) -> Option<usize> {
    let ModulePlace::In(word, from) = module_place(text, words, at..range.end)? else {
        return None;
    };
    let is_last = range.end == words.len();
    let is_known = is_known_program(words[word].value(text)?.get(from..));
    let (option, module) = words[word]
        .cut(text, from)
        .filter(|_| is_last && is_known)?;
    words[word] = option;
    words.insert(word + 1, module);
    range.end += 1;
    Some(word + 1)
}

/// Where the module of `python -m MODULE` is named. Options before `-m`: Python's manual, "Command line and environment".
fn module_place(text: &str, words: &[WordData], range: Range<usize>) -> Option<ModulePlace> {
    let mut at = range.start + 1;
    while at < range.end {
        let letters = words[at].value(text)?.strip_prefix('-')?;
        if letters.starts_with('-') || letters.is_empty() {
            return None;
        }
        if let Some(i) = letters.find(['m', 'W', 'X', 'c']) {
            let is_last = i + 1 == letters.len();
            match letters.as_bytes()[i] {
                b'm' if is_last && at + 1 < range.end => return Some(ModulePlace::Word(at + 1)),
                b'm' if !is_last => return Some(ModulePlace::In(at, i + 2)),
                b'm' | b'c' => return None,
                _ => at += usize::from(is_last),
            }
        }
        at += 1;
    }
    None
}

/// Whether the catalogue knows the program that a runner is told: others are an application's own, of
/// which the runner tells more than their names.
fn is_known_program(word: Option<&str>) -> bool {
    let Some(name) = word.map(|word| without_version(program_name(word))) else {
        return false;
    };
    programs::find(name).is_some()
        || package_tool(name).is_some()
        || wrapper(name, [None; 2]).is_some()
}

/// `prisma` of `npx prisma@5`.
pub(crate) fn without_version(name: &str) -> &str {
    match name.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => name,
    }
}

/// The wrapper that the first word of `range` names, which wraps no command for nothing stands behind it: `tini --`; runners, which
/// have no command of the file's own, are none.
pub(crate) fn bare_wrapper(
    text: &str,
    words: &[WordData],
    range: Range<usize>,
) -> Option<WrapperData> {
    let next = |from: usize| words[range.clone()].get(from)?.value(text);
    let spec = wrapper(program_name(next(0)?), [next(1), next(2)])?;
    let (at, user, _) = read_words(spec, text, words, range.clone())?;
    (at == range.end && spec.kind() != WrapperKind::Runner).then(|| WrapperData {
        name: spec.name(),
        kind: spec.kind(),
        words: range,
        user,
    })
}

type Read = (usize, Option<usize>, Vec<AssignmentData>);

/// Reads one wrapper's words: where its command begins, the user it names, what it sets. `None` where
/// it wraps nothing.
fn read_wrapper(
    spec: WrapperSpec,
    text: &str,
    words: &[WordData],
    range: Range<usize>,
) -> Option<Read> {
    let end = range.end;
    let (at, user, made) = read_words(spec, text, words, range)?;
    // `eval "a b"` holds a script; `eval a b` is a command.
    let is_script = spec.name() == "eval"
        && words.get(at).is_some_and(|w| {
            w.node.is_some() || w.literal_prefix(text).contains([' ', ';', '&', '|'])
        });
    (at < end && !is_script).then_some((at, user, made))
}

/// The same where its command may be none: it begins behind the last word then.
fn read_words(
    spec: WrapperSpec,
    text: &str,
    words: &[WordData],
    range: Range<usize>,
) -> Option<Read> {
    let mut at = range.start + 1 + spec.subcommands();
    let mut user = None;
    let mut made = Vec::new();
    while at < range.end {
        let word = &words[at];
        let start = word.literal_prefix(text);
        if spec.stops_at(start) {
            return None;
        }
        if start == "--" {
            at += 1;
            break;
        }
        if start.len() > 1 && start.starts_with('-') {
            let (takes_next, names_user) = option(spec, start);
            if names_user {
                user = if takes_next { Some(at + 1) } else { None };
            }
            at += 1 + usize::from(takes_next);
        } else if let Some(name) = spec.assigns().then(|| assigned_name(start)).flatten() {
            made.push(AssignmentData {
                range: word.range,
                name: name.into(),
                value: Some(word.tail(text, name.len() + 1)),
            });
            at += 1;
        } else if (start == "-" && spec.name() == "env") || spec.ends_with_dashes() {
            at += 1;
        } else {
            break;
        }
    }
    if spec.has_user_first() {
        user = Some(at);
    }
    at += spec.positionals();
    Some((at, user, made))
}

/// Whether an option takes the next word, and whether it names a user.
fn option(spec: WrapperSpec, option: &str) -> (bool, bool) {
    if option.starts_with("--") || spec.takes_next(option) {
        let name = option.split('=').next().unwrap_or(option);
        let takes_next = !option.contains('=') && spec.takes_next(name);
        return (takes_next, spec.names_user(name));
    }
    let letters = &option[1..];
    match letters
        .char_indices()
        .find(|(_, letter)| spec.letter_takes_value(*letter))
    {
        Some((i, letter)) => (
            i + letter.len_utf8() == letters.len(),
            spec.letter_names_user(letter),
        ),
        None => (false, false),
    }
}

/// The name in `NAME=value`.
pub(crate) fn assigned_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let mut bytes = name.bytes();
    let first = bytes.next()?;
    ((first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_'))
    .then_some(name)
}

/// Whether it is a shell whose `-c` takes a script.
pub(crate) fn takes_script(name: &str) -> bool {
    programs::is(name, Mark::TakesScript)
}

/// The word that holds a script, in a command whose program is the first word of `range`.
pub(crate) fn script_word(text: &str, words: &[WordData], range: Range<usize>) -> Option<usize> {
    let name = program_name(words.get(range.start)?.value(text)?);
    let arguments = range.start + 1..range.end;
    match name {
        "eval" => (arguments.len() == 1).then_some(arguments.start),
        "su" | "runuser" | "sg" | "script" => after_command_option(text, words, arguments),
        "scl" => (words.get(arguments.start)?.value(text)? == "enable" && arguments.len() == 3)
            .then_some(arguments.end - 1),
        // Few commands look like it, and so few names are looked up.
        name => match shell_source(text, words, range) {
            ShellSource::Script(word) if takes_script(name) => Some(word),
            _ => None,
        },
    }
}

/// Where a shell has its commands from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShellSource {
    /// From this word: `sh -c "…"`.
    Script(usize),
    /// From the file that this word names.
    File(usize),
    /// From its input.
    Input,
    /// From what is put behind a `-c` that nothing follows yet: `ENTRYPOINT ["sh", "-c"]`.
    Awaited,
    /// It is asked for something else: `bash --version`.
    Nothing,
}

/// Where the shell that the first word of `range` names has its commands from.
pub(crate) fn shell_source(text: &str, words: &[WordData], range: Range<usize>) -> ShellSource {
    let end = range.end;
    let mut at = range.start + 1;
    let (mut has_c, mut has_s) = (false, false);
    while at < end {
        let start = words[at].literal_prefix(text);
        match start {
            "--version" | "--help" => return ShellSource::Nothing,
            "--" | "-" => {
                at += 1;
                break;
            }
            "--rcfile" | "--init-file" => at += 1,
            _ if start.starts_with("--") => {}
            _ if start.len() > 1 && start.starts_with(['-', '+']) => {
                has_c |= start.starts_with('-') && start.contains('c');
                has_s |= start.starts_with('-') && start.contains('s');
                at += usize::from(start.contains(['o', 'O']));
            }
            _ => break,
        }
        at += 1;
    }
    match (at < end, has_c, has_s) {
        (true, true, _) => ShellSource::Script(at),
        (false, true, _) => ShellSource::Awaited,
        (true, false, false) => ShellSource::File(at),
        (_, false, true) | (false, false, false) => ShellSource::Input,
    }
}

fn after_command_option(text: &str, words: &[WordData], arguments: Range<usize>) -> Option<usize> {
    let end = arguments.end;
    arguments
        .into_iter()
        .find(|&at| {
            let start = words[at].literal_prefix(text);
            start == "--command"
                || (start.starts_with('-') && !start.starts_with("--") && start.ends_with('c'))
        })
        .map(|at| at + 1)
        .filter(|&at| at < end)
}

/// The commands among the words of a command: `find … -exec COMMAND {} \;`.
pub(crate) fn inner_commands(
    text: &str,
    words: &[WordData],
    range: Range<usize>,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if words[range.start].value(text).map(program_name) != Some("find") {
        return found;
    }
    let mut at = range.start + 1;
    while at < range.end {
        if matches!(
            words[at].literal_prefix(text),
            "-exec" | "-execdir" | "-ok" | "-okdir"
        ) {
            let end = (at + 1..range.end)
                .find(|&i| matches!(words[i].literal_prefix(text), ";" | "+"))
                .unwrap_or(range.end);
            if end > at + 1 {
                found.push(at + 1..end);
            }
            at = end;
        }
        at += 1;
    }
    found
}
