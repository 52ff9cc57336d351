//! Examples of files of variables that are kept out of the repository: `.env.example` beside `.env`.

use crate::files::Files;
use crate::launch::{Place, Variable};
use crate::path::{folder_of, join, name_of};
use crate::variables::file_of_variables;

/// What an example of a file of variables is called by.
const EXAMPLES: [&str; 7] = [
    "dist", "example", "examples", "sample", "template", "tmpl", "default",
];

/// Takes the names of the variables of a file that is kept out of the repository from the example of it that lies
/// beside; whoever starts the service gives the values. Not where they are places or low ports.
pub(crate) fn take(files: &dyn Files, file: &str, found: &mut Vec<Variable>) -> bool {
    let (folder, name) = (folder_of(file), name_of(file));
    let bare = name.trim_start_matches('.');
    let beside = EXAMPLES.iter().flat_map(|word| {
        [
            format!("{name}.{word}"),
            format!("{word}.{bare}"),
            format!("{bare}.{word}"),
            format!("{name}-{word}"),
            format!(".{word}.{bare}"),
        ]
    });
    let example = beside
        .filter_map(|name| join(folder, &name))
        .find_map(|path| {
            let text = files.read(&path).ok()??;
            Some((path, text))
        });
    let Some((path, text)) = example else {
        return false;
    };
    let variables = file_of_variables(&text);
    // Whoever names places and ports may name others than the example has.
    let tells_more = |(_, name, value): &(usize, String, Option<String>)| {
        let value = value.as_deref().unwrap_or_default();
        let is_low = || value.parse::<u16>().is_ok_and(|port| port < 1024);
        value.starts_with(['/', '~', '.'])
            || value.contains(":///")
            || (name.contains("PORT") && is_low())
    };
    if variables.iter().any(tells_more) {
        return false;
    }
    for (line, name, _) in variables {
        found.retain(|it| it.name != name);
        let place = Place {
            file: path.clone(),
            line,
        };
        found.push(Variable {
            name,
            value: None,
            place,
        });
    }
    true
}
