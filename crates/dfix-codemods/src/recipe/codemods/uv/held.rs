//! Words that are variables, and what options they may hold.

use dfix_catalogue::{ForUv, pip_for_uv};
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::{EnvFrom, EnvValue, PackageCommand, Stage, Word};

/// What is open of the options that variables among pip's words may hold.
///
/// # Errors
/// One that uv has not.
pub(super) fn look<'m>(
    stage: Stage<'m>,
    pip: &PackageCommand<'m>,
    open: &mut Vec<OpenCondition>,
) -> Result<(), Remedy> {
    let is_whole = |it: &Word<'m>| !it.is_known() && it.literal_prefix().is_empty();
    for word in pip.operands().filter(is_whole) {
        let known = stage.expand_text(word, pip.command);
        let options = match &known {
            Some(text) => told(text),
            None => written(word.source_text()),
        };
        for option in &options {
            match pip_for_uv(option) {
                Some(ForUv::Same("")) => {}
                Some(ForUv::Same(note)) => open.push(OpenCondition::new(
                    format!("whether it matters that `{option}` is another thing to uv"),
                    note,
                )),
                _ => {
                    return Err(remedy!(
                        "`{}` holds `{option}`, which is another thing to uv: write out what it holds",
                        word.shortened()
                    ));
                }
            }
        }
        let is_arg = word.variables().iter().any(|name| {
            matches!(stage.env_at(pip.command, name), EnvValue::Set(it) if matches!(it.from, EnvFrom::Arg(_)))
        });
        let is_told_otherwise = match &known {
            // What has packages by default is given packages.
            Some(text) => is_arg && (text.trim().is_empty() || !options.is_empty()),
            None => !is_of_loop(word, pip),
        };
        if is_told_otherwise {
            open.push(OpenCondition::new(
                format!(
                    "whether `{}` holds options of pip's that uv has not: only the build can tell",
                    word.shortened()
                ),
                "write them out, or tell them in uv's words",
            ));
        }
    }
    Ok(())
}

/// The names of the options in a text.
fn told(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|it| it.starts_with('-'));
    let names = words.map(|it| it.split('=').next().unwrap_or(it).to_owned());
    names.collect()
}

/// The names of the options that stand in a word with variables: `${X:+--extra-index-url $X}`.
fn written(text: &str) -> Vec<String> {
    let plain = [":-", ":+", ":="]
        .iter()
        .fold(text.to_owned(), |text, it| text.replace(it, " "));
    let parts = plain.split(|it: char| !(it.is_ascii_alphanumeric() || it == '-' || it == '_'));
    let is_option = |it: &&str| {
        it.starts_with('-')
            && it
                .trim_start_matches('-')
                .starts_with(|it: char| it.is_ascii_alphabetic())
    };
    parts.filter(is_option).map(str::to_owned).collect()
}

/// Whether it is the variable of a loop whose list has no options.
fn is_of_loop(word: Word<'_>, pip: &PackageCommand<'_>) -> bool {
    let text = pip.step().source_text();
    word.variables().iter().any(|name| {
        let list = text.split(&format!("for {name} in ")).nth(1);
        let list = list.and_then(|it| it.split([';', '\n']).next());
        list.is_some_and(|it| !it.contains(" -") && !it.starts_with('-') && !it.contains('$'))
    })
}
