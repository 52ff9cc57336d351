//! What else of a file has to do with the folder of a cache.

use dfix_engine::{Remedy, remedy};
use dfix_model::path::ImagePath;
use dfix_model::{Command, Stage, Step, StepKind, Word};

/// Whether other instructions put something into the folder, take something out, or speak of it.
pub(super) fn is_the_caches_alone(
    stage: Stage<'_>,
    step: Step<'_>,
    folder: &ImagePath,
    is_needed_later: bool,
) -> Result<(), Remedy> {
    let stages = || stage.base_chain().chain(stage.with_descendants().skip(1));
    for other in stages().flat_map(Stage::steps) {
        let line = other.line();
        if other.is_copy_or_add()
            && let Some(target) = other.target().and_then(Word::value)
        {
            let target = ImagePath::new(target);
            let is_around = folder
                .parent()
                .is_some_and(|it| it == target && !it.is_root());
            if target.is_below(folder) || is_around {
                return Err(remedy!(
                    "line {line} puts files into {}: the mount would hide them",
                    folder.as_str()
                ));
            }
        }
        let names = |it: &Command<'_>| {
            let speaks = |word| speaks_of(&text_of(*it, word), folder, is_needed_later);
            let is_around = |word: Word<'_>| {
                let path = ImagePath::new(&text_of(*it, word));
                let is_home = path.as_str() == "/root" && other != step;
                folder.is_below(&path) && !path.is_root() && !is_home
            };
            let reaches = is_recursive(*it) && it.args().any(is_around);
            !it.is("rm") && !it.has_inner() && (reaches || it.args().any(speaks))
        };
        if let Some(command) = other.commands().find(names) {
            return Err(remedy!(
                "`{}` of line {line} has to do with {}: see to it, and add the mount by hand",
                command.name(),
                folder.as_str()
            ));
        }
        if other.mentions("Dir::Cache") || other.mentions("Dir::State") {
            return Err(remedy!(
                "line {line} says where apt has its folders: add the mounts by hand"
            ));
        }
        if other.is(StepKind::Volume)
            && other.words().any(|it| {
                it.value()
                    .is_some_and(|it| folder.is_below(&ImagePath::new(it)))
            })
        {
            return Err(remedy!("line {line} makes a volume of {}", folder.as_str()));
        }
        let mounts = other.mounts().filter(|_| other != step);
        for mount in mounts {
            let Some(written) = mount.target().and_then(Word::value) else {
                continue;
            };
            // A path that does not begin at the root is below the work folder.
            let workdir = other.stage().and_then(|it| it.workdir_at(other));
            let target = match workdir {
                Some(workdir) => Some(ImagePath::new(&workdir).join(written)),
                None => written.starts_with('/').then(|| ImagePath::new(written)),
            };
            if target.is_none_or(|it| {
                mount.kind() != "cache" && (it.is_below(folder) || folder.is_below(&it))
            }) {
                return Err(remedy!("line {line} mounts something else there"));
            }
        }
    }
    for copying in stage.with_descendants().flat_map(Stage::copied_by) {
        let mounts = copying.mounts().filter_map(|it| it.source()?.value());
        let sources = copying.sources().filter_map(Word::value);
        for source in sources.chain(mounts) {
            let source = ImagePath::new(source);
            let is_parent = folder.parent().is_some_and(|it| it == source);
            let is_around = is_parent || (is_needed_later && folder.is_below(&source));
            if source.is_below(folder) || (is_around && !source.is_root()) {
                return Err(remedy!(
                    "line {} copies {} out, which would be empty",
                    copying.line(),
                    source.as_str()
                ));
            }
        }
    }
    Ok(())
}

/// Whether a command works on all that lies below what it is told.
fn is_recursive(command: Command<'_>) -> bool {
    let has = |letters: &[char]| {
        command.args().filter_map(Word::value).any(|it| {
            it == "--recursive"
                || (it.starts_with('-') && !it.starts_with("--") && it.contains(letters))
        })
    };
    command.is_one_of(&["chmod", "chown", "chgrp"]) && has(&['R'])
        || command.is("cp") && has(&['R', 'r', 'a'])
        || command.is("mv")
}

/// Whether a text names the folder, or something in it: in full, seen from the home, or behind a variable. Where what is in it is
/// needed later, the folder around it counts, too.
fn speaks_of(text: &str, folder: &ImagePath, is_needed_later: bool) -> bool {
    let is_named = |path: &str, is_whole: bool| {
        let tail = match path.strip_prefix("/root/") {
            Some(tail) => tail,
            // The last two parts: what is before may be a variable.
            None => match path.rmatch_indices('/').nth(1) {
                Some((at, _)) => &path[at + 1..],
                None => path,
            },
        };
        text.match_indices(tail).any(|(at, _)| {
            let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
            let rest = &text[at + tail.len()..];
            let is_end = if is_whole {
                matches!(rest, "" | "/" | "/." | "/*")
            } else {
                !rest.starts_with(goes_on)
            };
            is_end && (tail.starts_with('/') || text[..at].ends_with('/') || at == 0)
        })
    };
    let around = folder
        .parent()
        .filter(|it| is_needed_later && !matches!(it.file_name(), ".cache" | "root" | ""));
    is_named(folder.as_str(), false) || around.is_some_and(|it| is_named(it.as_str(), true))
}

/// The words of an `rm` that name something in the folder, or the folder itself.
pub(super) fn removed_words<'m>(
    command: Command<'m>,
    folder: &ImagePath,
) -> Result<Vec<Word<'m>>, Remedy> {
    let mut words = Vec::new();
    if !command.is("rm") {
        return Ok(words);
    }
    for word in command
        .args()
        .filter(|it| !it.source_text().starts_with('-'))
    {
        let text = text_of(command, word);
        // Of a pattern what is before the first name that is one.
        let plain = match text.find(['*', '?', '[', '{']) {
            Some(at) => text[..at].rfind('/').map_or("", |end| &text[..=end]),
            None => text.as_str(),
        };
        let path = match command.working_directory() {
            _ if plain.starts_with('/') => ImagePath::new(plain),
            Some(around) => ImagePath::new(&around).join(plain),
            None if folder
                .parts()
                .any(|it| it.starts_with('.') && plain.contains(it)) =>
            {
                return Err(remedy!(
                    "it is not known whether `rm` takes {} away: see to it, and add the mount by hand",
                    folder.as_str()
                ));
            }
            None => continue,
        };
        if path.is_below(folder) {
            words.push(word);
        } else if folder.is_below(&path) && !path.is_root() {
            return Err(remedy!(
                "`rm` takes {} away, which the mount lies in, and that fails: let it take the rest by name",
                path.as_str()
            ));
        }
    }
    Ok(words)
}

/// The text of a word, as far as variables and the home are known.
fn text_of(command: Command<'_>, word: Word<'_>) -> String {
    let known = command.stage().and_then(|it| it.expand_text(word, command));
    let text = known.unwrap_or_else(|| word.unquoted().to_owned());
    let text = text.replace("${HOME}", "/root").replace("$HOME", "/root");
    match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/root{rest}"),
        _ => text,
    }
}
