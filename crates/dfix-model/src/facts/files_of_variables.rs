//! Files of variables that lie beside the application, and that frameworks read by themselves.

use std::sync::Arc;

use dfix_launch::{file_of_variables, is_of_variables};

use crate::collect::command::WrapperKind;
use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::facts::context_files::final_context_path_of;
use crate::handles::{Command, Stage, Word};

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

/// A file whose variables are set for a command.
pub struct LoadedVariables<'m> {
    /// What reads it: `env-cmd`.
    pub by: &'m str,
    /// Its path as it is written; where none is, the one that is read then.
    pub path: &'m str,
    /// Its text.
    pub text: Answer<Arc<str>>,
}

/// The file that such programs read where they are told none (the documentation of dotenv-cli, env-cmd, cross-env-file).
const USUAL: &str = ".env";

impl<'m> Command<'m> {
    /// The files whose variables are set for it: by what stands before it, or by its own words.
    pub fn loaded_variables(self) -> Vec<LoadedVariables<'m>> {
        let site = CallSite::of(self);
        let reading = self
            .wrappers()
            .filter(|it| it.kind == WrapperKind::Variables);
        let told = |file: Option<Word<'m>>| match file {
            Some(word) => word.value().ok_or_else(|| word.source_text()),
            None => Ok(USUAL),
        };
        let wrapping = reading.map(|it| (it.name, told(it.file)));
        let own = self.interpreting().into_iter();
        let own = own.flat_map(|it| it.files_of_variables);
        let own = own.map(|path| (self.name(), Ok(path)));
        let all = wrapping.chain(own).map(|(by, path)| match path {
            Ok(path) => (by, path, site.read(path)),
            Err(path) => {
                let why = "its name is not known".to_owned();
                (by, path, Answer::Unknown(why))
            }
        });
        let all = all.map(|(by, path, text)| LoadedVariables { by, path, text });
        all.collect()
    }
}

impl Stage<'_> {
    /// Whether a file of variables that lies beside the application, in the build context, or an example of one, names the
    /// variable, be it in a comment.
    pub fn is_named_in_a_file_of_variables(self, name: &str) -> bool {
        with_examples(self).any(|(_, text)| text.contains(name))
    }

    /// What the first of those files that sets the variable sets it to, and that file.
    pub fn value_in_files_of_variables(self, name: &str) -> Option<(String, String)> {
        with_examples(self).find_map(|(file, text)| {
            let mut variables = file_of_variables(&text).into_iter();
            let (_, _, value) = variables.find(|(_, set, _)| set == name)?;
            Some((file, value?))
        })
    }
}

/// The files of variables beside the application and at the root of the context, and examples of such, with their texts.
fn with_examples(stage: Stage<'_>) -> impl Iterator<Item = (String, Arc<str>)> {
    let context = stage.file().context();
    let own = final_context_path_of(stage, ".").filter(|folder| !folder.is_empty());
    let folders = own.into_iter().chain([String::new()]);
    folders
        .flat_map(move |folder| {
            let names = context.list(&folder).found().unwrap_or_default();
            let files = names.into_iter().filter(|it| is_of_variables(it));
            files.map(move |file| match folder.as_str() {
                "" => file,
                folder => format!("{folder}/{file}"),
            })
        })
        .filter_map(move |path| Some((path.clone(), context.read(&path).found()?)))
}
