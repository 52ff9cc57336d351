//! Examples of files that are kept out of the repository: `.env.example` beside `.env`, `Dockerfile.example` beside what
//! builds a `Dockerfile`.

use crate::files::Files;
use crate::launch::{Launch, Place, Variable};
use crate::path::{folder_of, join, name_of};
use crate::variables::file_of_variables;

/// What the name of a file says that is to be copied and filled in.
const WORDS: [&str; 7] = [
    "default", "dist", "example", "examples", "sample", "template", "tmpl",
];

/// Whether the name of a file that is to be copied and filled in says this word.
pub(crate) fn is_word(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// Has the builds of a Dockerfile that is not in the repository be of the example of it that lies beside, as which it is
/// kept there: `cp Dockerfile.example Dockerfile` comes first. Of several each counts.
pub(crate) fn take_dockerfiles(files: &dyn Files, launches: &mut Vec<Launch>) {
    let mut further = Vec::new();
    for launch in launches.iter_mut() {
        let Some(build) = launch.build.as_mut().filter(|it| !it.is_inline) else {
            continue;
        };
        let Some(path) = build.dockerfile.as_deref() else {
            continue;
        };
        let (folder, name) = (folder_of(path), name_of(path));
        let names = files.list(folder);
        if names.iter().any(|it| it == name) {
            continue;
        }
        let is_example = |it: &&String| is_example_of(it, name);
        let mut examples: Vec<String> = names
            .iter()
            .filter(is_example)
            .filter_map(|it| join(folder, it))
            .collect();
        if examples.is_empty() {
            continue;
        }
        let first = examples.remove(0);
        for example in examples {
            let mut launch = launch.clone();
            if let Some(build) = &mut launch.build {
                build.dockerfile = Some(example);
            }
            further.push(launch);
        }
        if let Some(build) = &mut launch.build {
            build.dockerfile = Some(first);
        }
    }
    launches.append(&mut further);
}

/// Whether a file of one name is an example of one with the other: the name has one word more, wherever that stands.
fn is_example_of(example: &str, name: &str) -> bool {
    const SIGNS: [char; 3] = ['-', '.', '_'];
    let mut at = 0;
    for part in example.split(SIGNS) {
        let end = at + part.len();
        if is_word(part) {
            // With the sign behind it, or the one before.
            let behind = example[end..].get(1..).map(|rest| (&example[..at], rest));
            let before = at
                .checked_sub(1)
                .map(|it| (&example[..it], &example[end..]));
            let mut both = behind.into_iter().chain(before);
            if both.any(|(start, rest)| name.strip_prefix(start) == Some(rest)) {
                return true;
            }
        }
        at = end + 1;
    }
    false
}

/// Whether a file of this name, without its folder, is one of variables, or an example of one: `.env`, `.env.local`,
/// `env.example`, `.flaskenv`.
pub fn is_of_variables(name: &str) -> bool {
    const NAMES: [&str; 3] = [".env", ".flaskenv", "env"];
    let is_own = |own: &&str| name == *own || is_example_of(name, own);
    name.starts_with(".env.") || NAMES.iter().any(is_own)
}

/// Takes the names of the variables of a file that is kept out of the repository from the example of it that lies
/// beside; whoever starts the service gives the values. Not where they are places or low ports.
pub(crate) fn take(files: &dyn Files, file: &str, launch: &mut Launch) -> bool {
    let (folder, name) = (folder_of(file), name_of(file));
    let bare = name.trim_start_matches('.');
    let beside = WORDS.iter().flat_map(|word| {
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
    // What the example leaves to be taken in: `# DATA_DIR=/data`.
    let is_left_out = |line: &&str| line.contains('=');
    let left_out = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('#'));
    let left_out: Vec<&str> = left_out.map(str::trim).filter(is_left_out).collect();
    let left_out = file_of_variables(&left_out.join("\n"));
    // Whoever names places and ports may name others than the example has.
    let tells_more = |(_, name, value): &(usize, String, Option<String>)| {
        let value = value.as_deref().unwrap_or_default();
        let is_low = || value.parse::<u16>().is_ok_and(|port| port < 1024);
        value.starts_with(['/', '~', '.'])
            || value.contains(":///")
            // `file:/data/x.db`, `jdbc:h2:/data/x`
            || (value.contains(":/") && !value.contains("://"))
            || (name.contains("PORT") && is_low())
    };
    if variables.iter().chain(&left_out).any(tells_more) {
        return false;
    }
    for (line, name, _) in variables {
        launch.environment.retain(|it| it.name != name);
        let place = Place {
            file: path.clone(),
            line,
        };
        launch.environment.push(Variable {
            name,
            value: None,
            place,
        });
    }
    launch.examples.push(path);
    true
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_example_of, is_of_variables};

    #[test]
    fn the_table_is_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn names_of_files_of_variables() {
        for name in [
            ".env",
            ".env.local",
            ".env.example",
            "env.example",
            "example.env",
            ".flaskenv",
        ] {
            assert!(is_of_variables(name), "{name}");
        }
        for name in ["environment.py", "env.py", "app.env.js", "README.md"] {
            assert!(!is_of_variables(name), "{name}");
        }
    }

    #[test]
    fn names_of_examples() {
        for (example, name) in [
            ("Dockerfile.example", "Dockerfile"),
            ("Dockerfile-sample", "Dockerfile"),
            ("example.Dockerfile", "Dockerfile"),
            ("example.api.Dockerfile", "api.Dockerfile"),
            ("api.dist.Dockerfile", "api.Dockerfile"),
            ("api-template.Dockerfile", "api.Dockerfile"),
            ("Dockerfile.api.default", "Dockerfile.api"),
            ("Dockerfile.example.api", "Dockerfile.api"),
        ] {
            assert!(is_example_of(example, name), "{example} {name}");
        }
        for (example, name) in [
            ("Dockerfile", "Dockerfile"),
            ("Dockerfile.dev", "Dockerfile"),
            ("Dockerfile.example", "Dockerfile.api"),
            ("Dockerfile.api.example", "Dockerfile"),
            ("Dockerfile.examples.api", "api"),
            ("example", ""),
        ] {
            assert!(!is_example_of(example, name), "{example} {name}");
        }
    }
}
