//! Codemods that recipes name: what patterns cannot say.

use std::collections::BTreeMap;

use dfix_engine::Codemod;

use super::error::did_you_mean;

/// A codemod that recipes name.
struct Builtin {
    name: &'static str,
    about: &'static str,
    options: &'static [&'static str],
    make: fn(&'static str, &BTreeMap<String, String>) -> Result<Box<dyn Codemod + Send>, String>,
}

const ALL: &[Builtin] = &[];

/// What a codemod does, in a few words.
pub(crate) fn about(name: &str) -> Option<&'static str> {
    ALL.iter().find(|it| it.name == name).map(|it| it.about)
}

/// Makes a codemod whose findings go by the name of a recipe.
///
/// # Errors
/// A name that is not known, of the codemod or of an option, with a sentence.
pub(crate) fn make(
    name: &str,
    recipe: &'static str,
    options: &BTreeMap<String, String>,
) -> Result<Box<dyn Codemod + Send>, (String, String)> {
    let Some(builtin) = ALL.iter().find(|it| it.name == name) else {
        let hint = did_you_mean(name, ALL.iter().map(|it| it.name));
        return Err((name.to_owned(), format!("there is no codemod `{name}`{hint}")));
    };
    if let Some(key) = options.keys().find(|it| !builtin.options.contains(&it.as_str())) {
        let hint = did_you_mean(key, builtin.options.iter().copied());
        return Err((key.clone(), format!("`{name}` has no option `{key}`{hint}")));
    }
    (builtin.make)(recipe, options).map_err(|message| (name.to_owned(), message))
}
