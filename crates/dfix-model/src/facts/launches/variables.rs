//! Variables that what starts the containers of a stage sets, or leaves to somebody else.

use dfix_launch::{Launch, file_of_variables, is_of_variables};

use super::{all_shown, of};
use crate::context::Answer;
use crate::facts::context_files::final_context_path_of;
use crate::handles::Stage;

/// The files of variables that frameworks read by themselves, beside the application (python-dotenv, Flask, Node).
const FILES_OF_VARIABLES: [&str; 2] = [".env", ".flaskenv"];

/// That nothing which is here sets a variable of the stage's containers: "nothing here sets", or not all that starts them
/// does; that only whoever starts them knows its value; or that a file of variables may which is not in the repository, and of which an example is: "may be set for service
/// `web` of compose.yaml, of whose variables only the example .env.sample is here".
pub(crate) fn nobody_sets(stage: Stage<'_>, name: &str) -> Option<String> {
    let without = || of(stage).filter(|launch| !sets(launch, name));
    let of_example = without().find_map(|launch| {
        let example = launch.examples.first()?;
        let said = launch.said();
        Some(format!(
            "may be set for {said}, of whose variables only the example {example} is here"
        ))
    });
    let unset = || {
        if is_in_a_file(stage, name) || stage.final_env(name).is_set() {
            return None;
        }
        let is_set_by_some = of(stage).any(|launch| sets(launch, name));
        match without().next() {
            Some(launch) if is_set_by_some => Some(format!("{} does not set", launch.said())),
            None if is_set_by_some => None,
            _ => Some("nothing here sets".to_owned()),
        }
    };
    let passed_on = || {
        let is_open = |launch: &&Launch| {
            let mut set = launch.environment.iter();
            // What an example leaves to whoever copies it names no place there.
            let is_own = |file: &String| !launch.examples.contains(file);
            set.any(|it| it.name == name && it.value.is_none() && is_own(&it.place.file))
        };
        let launch = of(stage).find(is_open)?;
        Some(format!("whoever starts {} gives", launch.said()))
    };
    let shown = || {
        let launch = showing_a_place(stage, name)?;
        Some(format!("{} gives as an example", launch.said()))
    };
    of_example.or_else(passed_on).or_else(shown).or_else(unset)
}

/// Whether documentation or CI shows a container of the stage for which the variable is a place of its own: `docker run -e
/// DATA_DIR=/srv/data`.
pub(crate) fn is_shown_as_a_place(stage: Stage<'_>, name: &str) -> bool {
    showing_a_place(stage, name).is_some()
}

fn showing_a_place<'m>(stage: Stage<'m>, name: &str) -> Option<&'m Launch> {
    all_shown(stage).find(|launch| {
        let mut set = launch.environment.iter().filter(|it| it.name == name);
        set.any(|it| it.value.as_deref().is_some_and(|it| it.starts_with('/')))
    })
}

fn sets(launch: &Launch, name: &str) -> bool {
    launch.environment.iter().any(|it| it.name == name)
}

/// Whether one of the project's files chooses a value of the variable for containers of the stage: what starts them,
/// or a file of variables that lies beside the application.
pub(crate) fn is_chosen(stage: Stage<'_>, name: &str) -> bool {
    of(stage).any(|launch| sets(launch, name)) || is_in_a_file(stage, name)
}

/// Whether a file of variables that lies beside the application sets the variable.
fn is_in_a_file(stage: Stage<'_>, name: &str) -> bool {
    let folder = final_context_path_of(stage, ".");
    let places = FILES_OF_VARIABLES.into_iter().flat_map(|file| {
        let copied = folder.as_ref().filter(|folder| !folder.is_empty());
        let copied = copied.map(|folder| format!("{folder}/{file}"));
        copied.into_iter().chain([file.to_owned()])
    });
    let context = stage.file().context();
    places
        .filter_map(|place| context.read(&place).found())
        .any(|text| {
            file_of_variables(&text)
                .iter()
                .any(|(_, set, _)| set == name)
        })
}

/// Whether a file of variables that lies beside the application, in the build context, or an example of one, names the
/// variable, be it in a comment.
pub(crate) fn is_named_in_a_file(stage: Stage<'_>, name: &str) -> bool {
    let context = stage.file().context();
    let own = final_context_path_of(stage, ".").filter(|folder| !folder.is_empty());
    let mut folders = own.into_iter().chain([String::new()]);
    folders.any(|folder| {
        let Answer::Found(names) = context.list(&folder) else {
            return false;
        };
        let mut files = names.iter().filter(|it| is_of_variables(it));
        files.any(|file| {
            let path = match folder.as_str() {
                "" => file.clone(),
                folder => format!("{folder}/{file}"),
            };
            let text = context.read(&path).found();
            text.is_some_and(|text| text.contains(name))
        })
    })
}
