//! Files of variables that lie beside the application, and that frameworks read by themselves.

use dfix_launch::{file_of_variables, is_of_variables};

use crate::context::Answer;
use crate::facts::context_files::final_context_path_of;
use crate::handles::Stage;

/// Their names (python-dotenv, Flask, Node).
const NAMES: [&str; 2] = [".env", ".flaskenv"];

/// The variables of such files that the build is given: the name, the value, where it is known, and the file.
pub(crate) fn of(stage: Stage<'_>) -> Vec<(String, Option<String>, String)> {
    let folder = final_context_path_of(stage, ".");
    let places = NAMES.into_iter().flat_map(|file| {
        let copied = folder.as_ref().filter(|folder| !folder.is_empty());
        let copied = copied.map(|folder| format!("{folder}/{file}"));
        copied.into_iter().chain([file.to_owned()])
    });
    let context = stage.file().context();
    let texts = places.filter_map(|place| Some((context.read(&place).found()?, place)));
    let variables = texts.flat_map(|(text, place)| {
        let found = file_of_variables(&text).into_iter();
        found.map(move |(_, name, value)| (name, value, place.clone()))
    });
    variables.collect()
}

/// Whether such a file sets the variable.
pub(crate) fn set(stage: Stage<'_>, name: &str) -> bool {
    of(stage).iter().any(|(set, ..)| set == name)
}

/// Whether a file of variables that lies beside the application, in the build context, or an example of one, names the
/// variable, be it in a comment.
pub(crate) fn name(stage: Stage<'_>, name: &str) -> bool {
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
