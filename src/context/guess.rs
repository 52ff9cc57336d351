//! Which folder a Dockerfile is built with, where nobody says it.

use std::path::{Path, PathBuf};

use dfix_catalogue::{FileMark, file_is, is_manifest, may_be_dockerfile, wanted_lock_files};
use dfix_model::ImagePath;
use dfix_syntax::Parse;
use dfix_syntax::ast::{AstNode as _, Command, HasPaths as _, Instruction, Word};

use crate::names::{Kind, NamesOfFolders};

/// How far above a Dockerfile its context is looked for.
const MOST_FOLDERS_UP: usize = 4;

/// What a Dockerfile copies from its build context.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// The plainly named files and folders.
    pub(super) files: Vec<String>,
    /// Patterns: `target/*.jar`.
    patterns: Vec<String>,
    /// Files that a command reads and that nothing but a copy of the whole context brings, by names of which any will do:
    /// what `pip install -r` names, the lock file of `pnpm install --frozen-lockfile`.
    read: Vec<Vec<String>>,
    /// Whether it copies the context as a whole.
    is_whole: bool,
}

impl Copied {
    /// Whether a folder holds something of what is named plainly, or nothing is.
    pub(super) fn has_something_in(&self, folder: &Path, names: &NamesOfFolders) -> bool {
        let mut files = self.files.iter();
        files.len() == 0 || files.any(|file| names.has(folder, file))
    }

    /// What of all that is copied, or read where all is copied, a folder holds: an answer for each.
    pub(super) fn found_in(&self, folder: &Path, names: &NamesOfFolders) -> Vec<bool> {
        let files = self.files.iter().map(|file| names.has(folder, file));
        let patterns = self.patterns.iter();
        let patterns = patterns.map(|pattern| fits_something(folder, pattern, names));
        let read = self.read.iter().map(|any| has_any_near(folder, any, names));
        let is_more = self.is_whole && !holds_builds_alone(folder, names);
        let whole = std::iter::once(is_more);
        files.chain(patterns).chain(read).chain(whole).collect()
    }
}

/// The context of a Dockerfile in `own` that copies this, and whether that is in doubt; `repository` is the root that it
/// lies in, and `given` the outermost folder around it that the run is for.
pub(super) fn guess(
    own: PathBuf,
    (repository, given): (Option<&Path>, Option<&Path>),
    copied: &Copied,
    names: &NamesOfFolders,
) -> (PathBuf, bool) {
    let files = &copied.files;
    let has = |folder: &Path, file: &String| names.has(folder, file);
    if files.is_empty() && copied.is_whole {
        // A folder of the repository with nothing but the Dockerfile is hardly what is meant.
        let repository = repository.filter(|it| *it != own && holds_builds_alone(&own, names));
        if let Some(repository) = repository {
            return (repository.to_owned(), true);
        }
        let is_lacking = !copied.read.iter().all(|any| has_any_near(&own, any, names));
        return (own, is_lacking);
    }
    if files.is_empty() && !copied.is_whole && !copied.patterns.is_empty() {
        // What a build leaves is hardly ever kept in a repository; what it is made from is.
        let fits = |pattern: &String| fits_something(&own, pattern, names);
        let is_lacking = !copied.patterns.iter().any(fits) && !holds_a_manifest(&own, names);
        return (own, is_lacking);
    }
    if files.is_empty() || files.iter().any(|file| has(&own, file)) {
        return (own, false);
    }
    let mut below = own.as_path();
    // Nothing says that what lies around a repository, or outside of one around what was given, is of the project: what is
    // called alike there may be anybody's.
    let last = repository.or(given).unwrap_or(&own);
    for folder in own.ancestors().skip(1).take(MOST_FOLDERS_UP) {
        // The root of the machine is nobody's project.
        if last == below || folder.parent().is_none() {
            break;
        }
        if files.iter().all(|file| has(folder, file)) {
            return (folder.to_owned(), false);
        }
        below = folder;
    }
    (own, true)
}

/// Whether nothing lies in a folder, or in those in it, but what images are built and started by, and what lies beside that:
/// settings of servers, scripts, notes.
fn holds_builds_alone(folder: &Path, names: &NamesOfFolders) -> bool {
    let is_of_builds = |name: &str| {
        may_be_dockerfile(name)
            || name.contains("compose")
            || name.starts_with('.')
            || (file_is(name, FileMark::Beside) && !is_manifest(name))
    };
    let are_of_builds = |folder: &Path, inner: &dyn Fn(&Path) -> bool| {
        let listed = names.of(folder);
        listed.is_ok_and(|listed| {
            listed.all.iter().all(|(name, kind)| match kind {
                Kind::Folder => name.starts_with('.') || inner(&folder.join(name)),
                Kind::File | Kind::Link => is_of_builds(name),
            })
        })
    };
    are_of_builds(folder, &|inner| are_of_builds(inner, &|_| false))
}

/// Whether one of these files does, see [`has_near`].
fn has_any_near(folder: &Path, files: &[String], names: &NamesOfFolders) -> bool {
    files.iter().any(|file| has_near(folder, file, names))
}

/// Whether a file lies in a folder, or in one of those in it: commands may work there.
fn has_near(folder: &Path, file: &str, names: &NamesOfFolders) -> bool {
    let Ok(listed) = names.of(folder) else {
        return true;
    };
    let mut inner = listed.all.iter().filter(|(_, kind)| *kind == Kind::Folder);
    names.has(folder, file) || inner.any(|(name, _)| names.has(&folder.join(name), file))
}

/// Whether a pattern may fit something in a folder: its fixed folders are there, and in them a name with the beginning and
/// the end of its first part that is not fixed.
fn fits_something(folder: &Path, pattern: &str, names: &NamesOfFolders) -> bool {
    let at = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
    let (fixed, rest) = match pattern[..at].rsplit_once('/') {
        Some((fixed, _)) => (folder.join(fixed), &pattern[fixed.len() + 1..]),
        None => (folder.to_owned(), pattern),
    };
    let part = rest.split('/').next().unwrap_or(rest);
    let beginning = part.split(['*', '?', '[']).next().unwrap_or_default();
    let end = part.rsplit(['*', '?', ']']).next().unwrap_or_default();
    let fits = |name: &str| name.starts_with(beginning) && name.ends_with(end);
    let listed = names.of(&fixed);
    listed.is_ok_and(|listed| listed.all.iter().any(|(name, _)| fits(name)))
}

/// Whether a folder holds what says how its project is built: `pom.xml`.
fn holds_a_manifest(folder: &Path, names: &NamesOfFolders) -> bool {
    let listed = names.of(folder);
    listed.is_ok_and(|listed| {
        listed
            .all
            .iter()
            .any(|(name, _)| file_is(name, FileMark::Project))
    })
}

/// The files that the commands of a `RUN` read, see [`Copied::read`].
fn read_by(run: &Instruction) -> Vec<Vec<String>> {
    let commands = run.syntax().descendants().filter_map(Command::cast);
    let of_command = |command: Command| {
        let words: Vec<Option<String>> = command.words().map(|word| known(&word)).collect();
        let mut found: Vec<Vec<String>> = requirements(&words).map(|it| vec![it]).collect();
        let mut known = words.iter().map(|it| it.as_deref().unwrap_or_default());
        let program = known.next().unwrap_or_default();
        if let Some(files) = wanted_lock_files(program, known) {
            found.push(files.map(str::to_owned).collect());
        }
        found
    };
    commands.flat_map(of_command).collect()
}

/// The files that `pip install -r` of such words reads, those by a plain name.
fn requirements(words: &[Option<String>]) -> impl Iterator<Item = String> {
    let installs = words.iter().flatten().any(|it| it == "install");
    words.windows(2).filter_map(move |pair| {
        let is_option = matches!(pair[0].as_deref(), Some("-r" | "--requirement"));
        let name = pair[1].clone().filter(|_| installs && is_option)?;
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        (!name.contains(['/', ':', '$'])).then_some(name)
    })
}

fn known(word: &Word) -> Option<String> {
    word.value().into_known()
}

/// What the text copies from its context. A path that leads out of it begins at its root, as for the builder (`BuildKit`,
/// `frontend/dockerfile/dockerfile2llb/convert.go`).
pub(super) fn copied(parsed: &Parse) -> Copied {
    let mut copied = Copied::default();
    for instruction in parsed.file().instructions() {
        let mut words: Vec<Option<String>> = match (&instruction, instruction.exec_form()) {
            (Instruction::Copy(_) | Instruction::Add(_), Some(exec)) => exec.values().collect(),
            (Instruction::Copy(copy), None) => copy.words().map(|word| known(&word)).collect(),
            (Instruction::Add(add), None) => add.words().map(|word| known(&word)).collect(),
            _ => continue,
        };
        let is_from_elsewhere = instruction
            .flags()
            .any(|flag| flag.name().is_some_and(|name| name.contains("from")));
        words.pop();
        if is_from_elsewhere {
            continue;
        }
        for path in words.into_iter().flatten() {
            let path = match path.as_str() {
                "*" => ImagePath::new("/"),
                path => ImagePath::new(path),
            };
            let path = path.as_str().trim_start_matches('/');
            if path.is_empty() {
                copied.is_whole = true;
            } else if path.contains([':', '<', '$']) {
                // Only the build knows it.
            } else if path.contains(['*', '?', '[']) {
                copied.patterns.push(path.to_owned());
            } else {
                copied.files.push(path.to_owned());
            }
        }
    }
    // Nobody else asks for them.
    if copied.is_whole && copied.files.is_empty() {
        let runs = parsed.file().instructions();
        let runs = runs.filter(|it| matches!(it, Instruction::Run(_)));
        copied.read = runs.flat_map(|run| read_by(&run)).collect();
    }
    copied
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Copied, copied, guess as guess_with};
    use crate::names::NamesOfFolders;

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn the_root_is_above_where_only_that_has_what_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[("up/a", ""), ("up/b", ""), ("up/own/c", "")],
        );
        let top = fs::canonicalize(folder.path()).unwrap();
        let own = top.join("up/own");
        let files = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let guess = |own, around: (Option<&Path>, Option<&Path>), files: &[String]| {
            let copied = Copied {
                files: files.to_vec(),
                ..Copied::default()
            };
            guess_with(own, around, &copied, &NamesOfFolders::default())
        };
        let given = (None, Some(&*top));
        assert_eq!(guess(own.clone(), given, &[]), (own.clone(), false));
        assert_eq!(
            guess(own.clone(), given, &files(&["a", "c"])),
            (own.clone(), false)
        );
        // Nobody is told of what lies outside of the repository, or of what was given.
        let (up, both) = (top.join("up"), files(&["a", "b"]));
        for (repository, given, is_found) in [
            (None, Some(&*top), true),
            (None, Some(&*up), true),
            (None, Some(&*own), false),
            (None, None, false),
            (Some(&*top), None, true),
            (Some(&*up), Some(&*own), true),
            (Some(&*own), Some(&*top), false),
        ] {
            let found = guess(own.clone(), (repository, given), &both);
            let expected = if is_found { &up } else { &own };
            assert_eq!(found, (expected.clone(), !is_found));
        }
        assert_eq!(guess(own.clone(), given, &files(&["a", "z"])), (own, true));
        // What lies in the machine's root is not the project's.
        let below_root = top.ancestors().filter(|it| it.parent().is_some()).last();
        let below_root = below_root.unwrap().to_owned();
        let of_the_machine = files(&[below_root.file_name().unwrap().to_str().unwrap()]);
        assert_eq!(
            guess(
                below_root.clone(),
                (None, Some(Path::new("/"))),
                &of_the_machine
            ),
            (below_root, true)
        );
    }

    #[test]
    fn what_is_copied_is_named_from_the_root_of_the_context() {
        let text = "FROM a\nCOPY ../app/ /a\nCOPY ./b /c/d/ x* /e\nCOPY --from=x /f /g\nCOPY http://h/i /j\n";
        let found = copied(&dfix_syntax::parse(text));
        assert_eq!(found.files, ["app", "b", "c/d"]);
        assert!(!found.is_whole);
        for all in [".", "./", "/", "*", "..", "[\".\", \"/x\"]"] {
            let target = if all.starts_with('[') { "" } else { " /x" };
            let text = format!("FROM a\nCOPY {all}{target}\n");
            assert!(copied(&dfix_syntax::parse(&text)).is_whole, "{all}");
        }
    }

    #[test]
    fn a_folder_with_the_dockerfile_alone_is_hardly_the_context() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[
                ("docker/Dockerfile", ""),
                ("main.py", ""),
                ("api/Dockerfile", ""),
                ("api/a.py", ""),
                ("build/Dockerfile.api", ""),
                ("build/Dockerfile.nginx", ""),
                ("build/nginx/site.conf", ""),
                ("build/start.sh", ""),
                ("site/Dockerfile", ""),
                ("site/pages/index.html", ""),
                ("job/Dockerfile", ""),
                ("job/requirements.txt", ""),
            ],
        );
        let top = fs::canonicalize(folder.path()).unwrap();
        let guess = |own: &str| {
            let copied = copied(&dfix_syntax::parse("FROM a\nCOPY . .\n"));
            let names = NamesOfFolders::default();
            guess_with(top.join(own), (Some(&top), None), &copied, &names)
        };
        assert_eq!(guess("docker"), (top.clone(), true));
        assert_eq!(guess("build"), (top.clone(), true));
        for own in ["api", "site", "job"] {
            assert_eq!(guess(own), (top.join(own), false));
        }
        assert_eq!(guess(""), (top.join(""), false));
    }

    #[test]
    fn a_folder_that_lacks_what_is_read_is_hardly_the_context() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[
                ("docker/Dockerfile", ""),
                ("docker/tool.py", ""),
                ("api/requirements.txt", ""),
                ("api/main.py", ""),
                ("java/pom.xml", ""),
                ("java/target/a.jar", ""),
                ("pnpm-lock.yaml", ""),
                ("web/npm-shrinkwrap.json", ""),
            ],
        );
        let top = fs::canonicalize(folder.path()).unwrap();
        let is_doubtful = |own: &str, text: &str| {
            let copied = copied(&dfix_syntax::parse(text));
            let names = NamesOfFolders::default();
            guess_with(top.join(own), (Some(&top), None), &copied, &names).1
        };
        let whole = "FROM a\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n";
        assert!(is_doubtful("docker", whole));
        assert!(!is_doubtful("api", whole));
        assert!(!is_doubtful("", whole), "it lies in a folder there");
        let other = whole.replace("requirements.txt", "$FILE");
        assert!(!is_doubtful("docker", &other));
        // The lock file of a workspace lies at its root.
        let locked = "FROM a\nCOPY . .\nRUN pnpm install --frozen-lockfile\n";
        assert!(is_doubtful("web", locked) && !is_doubtful("", locked));
        let clean = "FROM a\nCOPY . .\nRUN npm ci\n";
        assert!(is_doubtful("api", clean) && !is_doubtful("web", clean));
        let jar = "FROM a\nCOPY target/*.jar app.jar\n";
        assert!(is_doubtful("docker", jar));
        assert!(!is_doubtful("java", jar));
        let other = jar.replace("target", "build/libs");
        assert!(!is_doubtful("java", &other), "it is built there");
        assert!(is_doubtful("docker", "FROM a\nCOPY b*.py /\n"));
        assert!(!is_doubtful("api", "FROM a\nCOPY m*.py /\n"));
    }
}
