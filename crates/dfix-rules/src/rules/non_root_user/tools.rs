//! Programs of which a file does not say how they fare as another user: what is open about each.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::{Command, Stage, Step};

/// What is open about a program with these words.
pub(crate) fn question(stage: Stage<'_>, name: &str, words: &[String]) -> Option<OpenCondition> {
    question_of(name, words, has_files(stage))
}

/// Whether files of the build context are put into the image.
fn has_files(stage: Stage<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .any(|s| s.is_copy_or_add() && s.source().is_none())
}

/// What is open about a program that is installed and no more: what it works on is mounted.
pub(crate) fn without_files(stage: Stage<'_>, name: &str) -> Option<OpenCondition> {
    (!has_files(stage)).then(|| OpenCondition {
        condition: format!("whether {name} may read and write the files that are mounted for it"),
        remedy: "start it once as another user on the files that it is for".to_owned(),
    })
}

fn question_of(name: &str, words: &[String], has_files: bool) -> Option<OpenCondition> {
    if let Some(what) = builds(name, words) {
        return Some(OpenCondition {
            condition: format!(
                "whether `{what}`, which builds or installs when the container starts, may write where root's build did"
            ),
            remedy: "do it in a RUN, and start what that makes".to_owned(),
        });
    }
    if programs::is(name, Mark::SettingsAtHome) {
        return Some(OpenCondition {
            condition: format!(
                "whether the settings and keys of {name} are mounted below /root, which no other user may enter"
            ),
            remedy: "mount them into the home of the user".to_owned(),
        });
    }
    if programs::is(name, Mark::Mounted) && !has_files {
        return Some(OpenCondition {
            condition: format!(
                "whether {name} may write into the folder that is mounted for it, which has another owner"
            ),
            remedy: "start it once as another user on the folder that it is for".to_owned(),
        });
    }
    programs::is(name, Mark::AllOwners).then(|| OpenCondition {
        condition: format!(
            "whether {name} has to read or write the files of other users, as only root may"
        ),
        remedy: "start it once as another user on the files that it is for".to_owned(),
    })
}

/// Words that ask a program for nothing but what it is.
const ABOUT: &[&str] = &[
    "--help",
    "--version",
    "-?",
    "-V",
    "-h",
    "-help",
    "-v",
    "-version",
];

/// What is open about a program that neither its own words nor those of CMD give something to run.
pub(crate) fn given_nothing<'m>(stage: Stage<'m>, command: Command<'m>) -> Option<OpenCondition> {
    let of_cmd = stage.entry().cmd.step().filter(|s| *s != command.step());
    let words = command
        .args()
        .chain(of_cmd.into_iter().flat_map(Step::words));
    let words: Option<Vec<String>> = words.map(|w| w.value().map(str::to_owned)).collect();
    let copies = |s: Step<'_>| s.is_copy_or_add();
    let copies_files = stage.base_chain().flat_map(Stage::steps).any(copies);
    without_words(command.name(), &words?, copies_files)
}

fn without_words(name: &str, words: &[String], copies_files: bool) -> Option<OpenCondition> {
    let is_asked = !words.is_empty() && crate::programs::is_prompt(name);
    if !words.iter().all(|w| ABOUT.contains(&w.as_str())) {
        return None;
    }
    let is_open = is_asked
        || programs::is(name, Mark::Given)
        || (programs::is(name, Mark::Application) && !copies_files);
    is_open.then(|| OpenCondition {
        condition: format!(
            "what {name} is given to run, which only whoever starts the container says"
        ),
        remedy: "name it by CMD, or add the USER to the images that stand on this one".to_owned(),
    })
}

/// The command, if it builds or installs into places beside the application.
fn builds(name: &str, words: &[String]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let first = words.iter().find(|w| !w.starts_with('-'));
    let is_one = programs::find(name)?.builds(&words);
    is_one.then(|| first.map_or_else(|| name.to_owned(), |first| format!("{name} {first}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, words: &[&str]) -> bool {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        question_of(name, &words, false).is_some()
    }

    #[test]
    fn what_builds_at_the_start() {
        assert!(asked("bundle", &["install", "--jobs", "4"]));
        assert!(!asked("bundle", &["exec", "rails", "s"]));
        assert!(asked("npm", &["install", "-g", "pm2"]));
        assert!(!asked("npm", &["install"]));
        assert!(asked("go", &["run", "main.go"]));
        assert!(!asked("dotnet", &["app.dll"]));
    }

    #[test]
    fn what_only_its_user_knows() {
        assert!(asked("helm", &[]));
        assert!(asked("restic", &["backup"]));
        assert!(!asked("node", &["app.js"]));
        assert!(without_words("java", &[], true).is_some());
        assert!(without_words("gunicorn", &[], false).is_some());
        assert!(without_words("gunicorn", &[], true).is_none());
        let words = |word: &str| [word.to_owned()];
        assert!(without_words("node", &words("-v"), false).is_some());
        assert!(without_words("node", &words("app.js"), false).is_none());
        assert!(asked("hugo", &["server"]));
    }
}
