//! Versions of a language that commands and variables ask for beside the image's: `uv venv --python 3.12`, `UV_PYTHON=3.12`; and
//! what is fetched from repositories, of which nobody knows for which version it is.

use dfix_catalogue::{VersionRequest, version_requests};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{Assignment, Command, Pair, Stage, Step, Word, lines};

use super::super::language_names::names;
use super::super::lines::line_of;
use super::change::Change;
use super::numbers::{Numbers, leading};
use super::words::is_same_series;

/// A place that asks for a version.
struct Request {
    line: usize,
    version: Numbers,
    /// For people: `3.12`.
    said: String,
}

/// Tells which places go on to ask for the old version, and which fetch what nobody looked into.
pub(super) fn look(stage: Stage<'_>, change: &Change<'_>, case: &mut Case<'_>) {
    if is_same_series(change.language, &change.old, &change.new) {
        return;
    }
    let is_old = |it: &Request| is_same_series(change.language, &it.version, &change.old);
    let old: Vec<Request> = requests(stage, change.language)
        .into_iter()
        .filter(is_old)
        .collect();
    if let Some(first) = old.first() {
        case.open(OpenCondition::new(
            format!(
                "whether {} may go on to ask for {}",
                lines(old.iter().map(|it| it.line).collect()),
                first.said
            ),
            format!(
                "ask for {} there, too: else another interpreter than the image's is fetched, or none is found",
                change.goal
            ),
        ));
    }
    if !matches!(change.language, "python" | "node" | "ruby") {
        return;
    }
    let commands = stage.with_descendants().flat_map(Stage::commands);
    let fetching: Vec<usize> = commands.filter(is_fetched).map(line_of).collect();
    if !fetching.is_empty() {
        case.open(OpenCondition::new(
            format!(
                "whether what {} of a repository works with {}",
                super::super::lines::verb(&lines(fetching), "takes", "take"),
                change.goal
            ),
            "see what it asks for",
        ));
    }
}

/// Whether what is installed goes into an environment of a version that is asked for, and not the new one.
pub(super) fn has_its_own(stage: Stage<'_>, change: &Change<'_>) -> bool {
    let is_other = |it: &Request| !is_same_series(change.language, &it.version, &change.new);
    let is_pip = |it: Command<'_>| {
        it.name().starts_with("pip") && !it.is_one_of(&["pipenv", "pipx"])
            || it.name().starts_with("python") && it.has_arg("pip")
    };
    requests(stage, change.language).iter().any(is_other)
        && !stage
            .with_descendants()
            .flat_map(Stage::commands)
            .any(is_pip)
}

/// Whether a command takes a repository: `git clone`, `pip install git+https://…`.
fn is_fetched(command: &Command<'_>) -> bool {
    let is_of_git = |it: Word<'_>| {
        let text = it.source_text();
        text.contains("git+https:") || text.contains("git+http:") || text.contains("git+ssh:")
    };
    command.is("git") && command.has_arg("clone") || command.args().any(is_of_git)
}

/// What a stage and those based on it ask for.
fn requests(stage: Stage<'_>, language: &str) -> Vec<Request> {
    let mut all = Vec::new();
    for request in version_requests(language) {
        match request {
            VersionRequest::Variable(name) => {
                let steps = stage.with_descendants().flat_map(Stage::steps);
                for step in steps {
                    let of_name = |it: &Pair<'_>| it.key_text() == Some(name);
                    let values = step.pairs().filter(of_name).filter_map(Pair::value);
                    let found = values.filter_map(|it| asked_by(stage, it, step, "", language));
                    all.extend(found.map(|it| of(step.line(), it)));
                }
                for command in stage.with_descendants().flat_map(Stage::commands) {
                    let told = command.assignments().filter(|it| it.name() == name);
                    let values = told.filter_map(Assignment::value);
                    let step = command.step();
                    let found = values.filter_map(|it| asked_by(stage, it, step, "", language));
                    all.extend(found.map(|it| of(line_of(command), it)));
                }
            }
            VersionRequest::Call(program, words) => {
                let mut words: Vec<&str> = words.split(' ').filter(|it| !it.is_empty()).collect();
                let before = match words.last() {
                    Some(last) if last.ends_with('=') => words.pop().unwrap_or_default(),
                    _ => "",
                };
                for command in stage.with_descendants().flat_map(Stage::commands) {
                    let Some(told) = told(command, program) else {
                        continue;
                    };
                    if !words.iter().all(|it| has_word(&told, it)) {
                        continue;
                    }
                    let step = command.step();
                    let mut told = told.into_iter();
                    let found = told.find_map(|it| asked_by(stage, it, step, before, language));
                    all.extend(found.map(|it| of(line_of(command), it)));
                }
            }
        }
    }
    all
}

fn of(line: usize, (version, said): (Numbers, String)) -> Request {
    Request {
        line,
        version,
        said,
    }
}

/// What a program is told, where a command is one of it, or is run by it: `uv run --python 3.12 app.py`.
fn told<'m>(command: Command<'m>, program: &str) -> Option<Vec<Word<'m>>> {
    if command.is(program) {
        return Some(command.args().collect());
    }
    let wrapper = command.wrappers().find(|it| it.name == program)?;
    Some(command.words_of(wrapper).collect())
}

/// Whether a word is told, or an option with its value in the same word.
fn has_word(told: &[Word<'_>], wanted: &str) -> bool {
    told.iter().any(|it| {
        let rest = it
            .source_text()
            .trim_matches(['"', '\''])
            .strip_prefix(wanted);
        rest.is_some_and(|it| it.is_empty() || wanted.starts_with('-') && it.starts_with('='))
    })
}

/// The version that a word asks for, and how it is told; `before` must stand before it in the word. None where it comes from a
/// variable that decides the image as well, and moves with it.
fn asked_by(
    stage: Stage<'_>,
    word: Word<'_>,
    step: Step<'_>,
    before: &str,
    language: &str,
) -> Option<(Numbers, String)> {
    let variables = word.variables();
    let moves = |name: &String| {
        let from = stage.from_step().source_text();
        let named = [format!("${name}"), format!("${{{name}")];
        let is_set = |step: Step<'_>| {
            let mut pairs = step.pairs();
            pairs.any(|it| it.key_text() == Some(name) && it.has_value())
        };
        named.iter().any(|it| from.contains(it.as_str()))
            && !stage.with_descendants().flat_map(Stage::steps).any(is_set)
    };
    if variables.iter().any(moves) {
        return None;
    }
    let of_it = step.stage().unwrap_or(stage);
    let text = match word.value() {
        Some(text) => text.to_owned(),
        None => of_it.expand_text(word, step)?,
    };
    let version = version_of_word(&text, before, language)?;
    Some((
        version,
        text[text.find(|it: char| it.is_ascii_digit())?..].to_owned(),
    ))
}

/// `3.12`, `python3.12`, `--python=3.12`, `cpython-3.12`, `node@18`, `17.0.1-tem`, `v18`.
fn version_of_word(text: &str, before: &str, language: &str) -> Option<Numbers> {
    let rest = if before.is_empty() {
        let value = text.split_once('=').filter(|_| text.starts_with('-'));
        let text = value.map_or(text, |it| it.1);
        let stripped = names(language)
            .iter()
            .chain(&["cpython"])
            .find_map(|it| text.strip_prefix(it));
        match stripped {
            Some(rest) => rest.trim_start_matches(['-', '@', '=', ':']),
            None => text,
        }
    } else {
        text.strip_prefix(before)?.trim_start_matches('=')
    };
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let is_version = rest.starts_with(|it: char| it.is_ascii_digit()) && !rest.contains('/');
    leading(rest).filter(|it| is_version && !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_ask_for_versions() {
        for (language, before, text, version) in [
            ("python", "", "3.12", Some(vec![3, 12])),
            ("python", "", "python3.12", Some(vec![3, 12])),
            ("python", "", "--python=3.12", Some(vec![3, 12])),
            ("python", "", "--python=python3.12", Some(vec![3, 12])),
            ("python", "", "cpython-3.12.1", Some(vec![3, 12, 1])),
            ("python", "", "/usr/bin/python3.12", None),
            ("python", "", "numpy==3.12", None),
            ("python", "", "/app/.venv", None),
            ("python", "python=", "python=3.12", Some(vec![3, 12])),
            ("python", "python=", "python==3.12.*", Some(vec![3, 12])),
            ("python", "python=", "3.12", None),
            ("node", "", "node@18", Some(vec![18])),
            ("node", "", "v18.12.1", Some(vec![18, 12, 1])),
            ("java", "", "17.0.1-tem", Some(vec![17, 0, 1])),
        ] {
            assert_eq!(version_of_word(text, before, language), version, "{text}");
        }
    }
}
