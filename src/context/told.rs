//! Which folders the project's files build a Dockerfile with.

use std::path::PathBuf;

use super::FolderContext;
use super::guess::{Copied, copied, guess};
use super::roots::{Other, Root, Roots};
use crate::launches::{OfDockerfile, below};

/// A folder that a launch builds the Dockerfile with.
struct Told {
    /// Links followed.
    folder: PathBuf,
    /// Which launch: "service `api` of compose.yaml".
    by: String,
}

impl FolderContext<'_> {
    /// Looks for the folders that the Dockerfile is built with.
    pub(super) fn find_roots(&self) -> Result<Roots, String> {
        let names = self.folders.names();
        let alone = |folder, is_doubtful| Roots {
            first: Root::of(folder, is_doubtful, names),
            others: Vec::new(),
        };
        if let Some(folder) = self.configured {
            return Ok(alone(self.folders.real(folder)?, false));
        }
        let copied = copied(self.parsed);
        let mut told = self.told(&copied);
        if told.len() == 1 {
            return Ok(alone(told.remove(0).folder, false));
        }
        let own = self.folders.real(self.own_folder())?;
        let repository = self.folders.launches.root_of(&own);
        let given = self.folders.launches.given_around(&own);
        let around = (repository.as_deref(), given.as_deref());
        let (folder, is_doubtful) = guess(own, around, &copied, names);
        if told.is_empty() {
            return Ok(alone(folder, is_doubtful));
        }
        let first = told.iter().position(|it| it.folder == folder);
        let first = told.remove(first.unwrap_or(0));
        let others = told.into_iter().map(|Told { folder, by }| Other {
            folder: match below(&folder, &self.launches_of().root).as_deref() {
                Some("") => ".".to_owned(),
                Some(path) => path.to_owned(),
                None => folder.display().to_string(),
            },
            root: Root::of(folder, false, names),
            by,
        });
        Ok(Roots {
            first: Root::of(first.folder, false, names),
            others: others.collect(),
        })
    }

    /// The folders that launches build this Dockerfile with, each once, those first whose images are shipped. One that has
    /// nothing of what is copied does not count, nor does one that lacks some of what another has and has nothing more.
    fn told(&self, copied: &Copied) -> Vec<Told> {
        let OfDockerfile { said, root } = self.launches_of();
        let launches = said.launches.iter();
        let named = launches.filter_map(|it| Some((it.build.as_ref()?.context.as_ref()?, it)));
        let mut launches: Vec<_> = named.collect();
        launches.sort_by_key(|(_, launch)| !launch.source.ships());
        let names = self.folders.names();
        let mut found: Vec<Told> = Vec::new();
        for (context, launch) in launches {
            let Ok(folder) = self.folders.real(&root.join(context)) else {
                continue;
            };
            let is_new = folder.is_dir() && found.iter().all(|it| it.folder != folder);
            if is_new && copied.has_something_in(&folder, names) {
                let by = launch.said();
                found.push(Told { folder, by });
            }
        }
        if found.len() < 2 {
            return found;
        }
        let holds = |told: &Told| copied.found_in(&told.folder, names);
        let all: Vec<Vec<bool>> = found.iter().map(holds).collect();
        let lacks = |has: &Vec<bool>| all.iter().any(|it| it != has && is_within(has, it));
        let kept = found.into_iter().zip(&all).filter(|(_, has)| !lacks(has));
        kept.map(|(told, _)| told).collect()
    }
}

/// Whether all that one has another has, too.
fn is_within(has: &[bool], other: &[bool]) -> bool {
    has.iter().zip(other).all(|(has, other)| !has || *other)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use dfix_model::context::{Answer, Context as _};
    use dfix_syntax::parse;

    use crate::context::{FolderContext, Folders};

    const COMPOSE: &str = "services: {api: {build: {context: ., dockerfile: api/Dockerfile}}}\n";
    const OTHER: &str = "services: {api: {build: ./api/../api/}}\n";

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// What is read at paths of the context of `api/Dockerfile`, and what is noted of it.
    fn read(text: &str, files: &[(&str, &str)], paths: &[&str]) -> (Vec<Answer<String>>, String) {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[(".git/HEAD", ""), ("api/Dockerfile", text)],
        );
        put(folder.path(), files);
        let (parsed, folders) = (parse(text), Folders::default());
        let dockerfile = folder.path().join("api/Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &parsed, &folders);
        let read = |path: &&str| context.read(path).map(|text| text.to_string());
        let read = paths.iter().map(read).collect();
        (read, context.notes().join("\n"))
    }

    #[test]
    fn what_is_the_same_in_all_folders_is_known() {
        let (found, notes) = read(
            "FROM a\nCOPY requirements.txt .\nCOPY . .\n",
            &[
                ("compose.yaml", COMPOSE),
                ("compose.prod.yaml", OTHER),
                ("requirements.txt", "flask"),
                ("api/requirements.txt", "flask"),
                ("app.py", "a"),
                ("api/app.py", "b"),
                ("api/only.py", "c"),
            ],
            &["requirements.txt", "app.py", "only.py", "none.py"],
        );
        let why = |path: &str| {
            Answer::Unknown(format!(
                "service `api` of compose.yaml builds it from another folder, `.`, where {path} is not the same (`context` in dfix.toml says which one counts)"
            ))
        };
        let flask = Answer::Found("flask".to_owned());
        assert_eq!(
            found,
            [flask, why("app.py"), why("only.py"), Answer::Absent]
        );
        assert!(notes.contains("builds it from `.`, too"), "{notes}");
    }

    #[test]
    fn a_folder_that_lacks_what_is_copied_loses() {
        let files = [
            ("compose.yaml", COMPOSE),
            ("README.md", "```sh\ndocker build -t api ./api\n```\n"),
            ("requirements.txt", "flask"),
            ("shared/a", "root's"),
            ("api/shared/a", "its own"),
        ];
        let text = "FROM a\nCOPY requirements.txt .\nCOPY shared shared\n";
        let (found, notes) = read(text, &files, &["shared/a"]);
        assert_eq!(found, [Answer::Found("root's".to_owned())]);
        assert!(!notes.contains("too"), "{notes}");
        // What neither has says nothing.
        let text = "FROM a\nCOPY built .\nCOPY shared shared\n";
        let (found, _) = read(text, &files, &["shared/a"]);
        assert!(matches!(&*found, [Answer::Unknown(_)]), "{found:?}");
    }

    #[test]
    fn where_all_is_copied_a_folder_of_builds_alone_loses() {
        let files = [
            ("compose.yaml", COMPOSE),
            ("compose.prod.yaml", OTHER),
            ("app.py", "a"),
            ("api/.dockerignore", "*.md"),
        ];
        let (found, _) = read("FROM a\nCOPY . .\n", &files, &["app.py"]);
        assert_eq!(found, [Answer::Found("a".to_owned())]);
    }

    #[test]
    fn one_folder_by_two_spellings_is_one() {
        let files = [
            (
                "compose.yaml",
                "services: {a: {build: api}, b: {build: ./x/../api/.}}\n",
            ),
            ("api/app.py", "a"),
            ("x/y", ""),
        ];
        let (found, notes) = read("FROM a\nCOPY app.py .\n", &files, &["app.py", "x"]);
        assert_eq!(found, [Answer::Found("a".to_owned()), Answer::Absent]);
        assert!(!notes.contains("too"), "{notes}");
    }
}
