//! What the rules may see of the build context: read lazily, bounded, never outside of its root.

mod based;
mod built;
mod elsewhere;
mod folders;
mod git;
mod guess;
mod listing;
mod roots;
mod template;
mod told;

use std::cell::{Cell, OnceCell, RefCell};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfix_catalogue::ImageFacts;
use dfix_launch::FolderLaunches;
use dfix_model::context::{
    Answer, BasedElsewhere, BuiltElsewhere, Context, UsedElsewhere, read_source,
};
use dfix_model::dockerignore::Dockerignore;
use dfix_model::lfs;
use dfix_model::path::has_ending;
use dfix_model::sources::Source;
use dfix_syntax::Parse;
use rustc_hash::FxHashMap;

use crate::config::{Said, relative_to_cwd};
use crate::input::{bounded, bounded_by_mark};
use crate::launches::{Dockerfile, OfDockerfile};

pub(crate) use folders::Folders;
use folders::Target;
use roots::{Other, Root, Roots};

/// How many files are read for one Dockerfile.
const MOST_FILES: usize = 4096;

/// The folder that the builder would be given for one Dockerfile.
pub(crate) struct FolderContext<'t> {
    dockerfile: &'t Path,
    configured: Option<&'t Path>,
    images: &'t [Said<(String, ImageFacts)>],
    /// What it says, where that was told.
    text: Option<&'t str>,
    parsed: &'t Parse,
    folders: &'t Folders,
    roots: OnceCell<Result<Roots, String>>,
    launches: OnceCell<OfDockerfile>,
    files: RefCell<FxHashMap<String, Answer<Arc<str>>>>,
    lists: RefCell<FxHashMap<String, Answer<Vec<String>>>>,
    sources: RefCell<FxHashMap<String, Answer<Option<Arc<Source>>>>>,
    files_read: Cell<usize>,
    used: OnceCell<Vec<UsedElsewhere>>,
    template: OnceCell<Option<String>>,
    /// How many images lie between this Dockerfile and the one that it is read for the sake of.
    depth: usize,
}

impl<'t> FolderContext<'t> {
    /// The context of the Dockerfile at `dockerfile` that reads so: the `configured` folder, or else
    /// the Dockerfile's own. Where none of the files that it copies lie in its own folder and all of
    /// them lie in one above it, that one, up to the root of the repository, or outside of one up to
    /// the folder that the run is for. Nothing is looked at before the first question.
    pub(crate) fn of(
        dockerfile: &'t Path,
        configured: Option<&'t Path>,
        parsed: &'t Parse,
        folders: &'t Folders,
    ) -> Self {
        FolderContext {
            dockerfile,
            configured,
            images: &[],
            text: None,
            parsed,
            folders,
            roots: OnceCell::new(),
            launches: OnceCell::new(),
            files: RefCell::default(),
            lists: RefCell::default(),
            sources: RefCell::default(),
            files_read: Cell::new(0),
            used: OnceCell::new(),
            template: OnceCell::new(),
            depth: 0,
        }
    }

    /// With the text of the Dockerfile, so that nobody reads it once more.
    pub(crate) fn with_text(mut self, text: &'t str) -> Self {
        self.text = Some(text);
        self
    }

    /// With what is told of images that no table knows.
    pub(crate) fn with_images(mut self, images: &'t [Said<(String, ImageFacts)>]) -> Self {
        self.images = images;
        self
    }

    fn roots(&self) -> Result<&Roots, String> {
        self.roots
            .get_or_init(|| self.find_roots())
            .as_ref()
            .map_err(Clone::clone)
    }

    /// What the folders that the Dockerfile is built with answer; `path` is what is asked for.
    fn in_each<T: PartialEq>(
        &self,
        path: &str,
        ask: impl Fn(&Root) -> Result<T, Answer<T>>,
    ) -> Answer<T> {
        match self.roots() {
            Ok(roots) => roots.answer(path, ask),
            Err(why) => Answer::Unknown(why),
        }
    }

    /// What was taken for the build context, and what the project's files say, for whoever wants to know.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.roots.get() {
            Some(Ok(Roots {
                first: root,
                others,
            })) => {
                let doubt = if root.is_doubtful { ", perhaps" } else { "" };
                let folder = relative_to_cwd(&root.folder);
                let folder = match folder.to_str() {
                    Some("") => "this folder".to_owned(),
                    _ => folder.display().to_string(),
                };
                notes.push(format!("its build context is {folder}{doubt}"));
                for Other { folder, by, .. } in others {
                    notes.push(format!("{by} builds it from `{folder}`, too"));
                }
            }
            Some(Err(why)) => notes.push(why.clone()),
            None => {}
        }
        let Some(OfDockerfile { said, .. }) = self.launches.get() else {
            return notes;
        };
        for launch in &said.launches {
            let build = launch.build.as_ref();
            let target = build.and_then(|build| build.target.as_deref());
            let target = target.map_or_else(String::new, |target| format!(", target `{target}`"));
            notes.push(format!(
                "{} (line {}) counts{target}",
                launch.said(),
                launch.place.line
            ));
        }
        let unclear = said.unclear.iter().map(|it| &it.unread);
        for unread in said.unread.iter().chain(unclear) {
            notes.push(format!("{} was not read: {}", unread.place, unread.why));
        }
        notes
    }

    /// The folder that the Dockerfile stands in.
    fn own_folder(&self) -> &Path {
        match self.dockerfile.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Where the Dockerfile really is, links to its folder followed.
    fn real_place(&self) -> Option<PathBuf> {
        let own = self.folders.real(self.own_folder()).ok()?;
        Some(own.join(self.dockerfile.file_name()?))
    }

    /// This Dockerfile at its real place.
    fn at<'p>(&'p self, place: &'p Path) -> Dockerfile<'p> {
        let text = self.text;
        Dockerfile { place, text }
    }

    /// What builds and starts this Dockerfile.
    fn launches_of(&self) -> &OfDockerfile {
        self.launches.get_or_init(|| {
            let place = self.real_place();
            place
                .map(|place| self.folders.launches.of(&self.at(&place)))
                .unwrap_or_default()
        })
    }

    /// The ignore file that the builder takes: `<name>.dockerignore` beside the Dockerfile goes first.
    fn ignore_of<'r>(&self, root: &'r Root) -> &'r Dockerignore {
        root.ignore.get_or_init(|| self.read_ignore(&root.folder))
    }

    fn read_ignore(&self, root: &Path) -> Dockerignore {
        let mut name = self.dockerfile.file_name().unwrap_or_default().to_owned();
        name.push(".dockerignore");
        let own = self.folders.real(self.own_folder()).ok();
        let named = own.iter().map(|own| (own.as_path(), Path::new(&name)));
        let mut files = named.chain([(root, Path::new(".dockerignore"))]);
        let text = files.find_map(|(folder, name)| {
            let names = self.folders.names().of(folder);
            let is_lacking = names.is_ok_and(|it| name.to_str().is_some_and(|name| it.lack(name)));
            (!is_lacking).then(|| bounded(&folder.join(name)).ok())?
        });
        text.map(|text| Dockerignore::parse(&text))
            .unwrap_or_default()
    }

    /// Which file was asked for, and its place on the disk, if it lies in the context for real.
    fn file_in<T>(&self, root: &Root, path: &str) -> Result<PathBuf, Answer<T>> {
        let place = root.place(path)?;
        if self.ignore_of(root).hides(path) || !place.is_file() {
            return Err(root.absent());
        }
        Ok(place)
    }

    fn read_in(&self, root: &Root, path: &str) -> Result<Arc<str>, Answer<Arc<str>>> {
        let place = root.place(path)?;
        if self.ignore_of(root).hides(path) || place.is_dir() {
            return Err(root.absent());
        }
        if self.files_read.get() >= MOST_FILES {
            return Err(Answer::Unknown(format!(
                "more than {MOST_FILES} files would have to be read"
            )));
        }
        self.files_read.set(self.files_read.get() + 1);
        let text = if has_ending(path, ".txt") {
            bounded_by_mark(&place)
        } else {
            bounded(&place)
        };
        let text = text.map_err(|why| Answer::Unknown(format!("{path} {why}")))?;
        if lfs::is_pointer(text.as_bytes()) {
            return Err(Answer::Unknown(lfs::is_kept_elsewhere(path)));
        }
        Ok(Arc::from(text))
    }
}

impl Context for FolderContext<'_> {
    fn dockerfile_name(&self) -> Option<&str> {
        self.dockerfile.file_name()?.to_str()
    }

    fn dockerfile_path(&self) -> Option<&str> {
        self.dockerfile.to_str()
    }

    fn template(&self) -> Option<String> {
        let template = self.template.get_or_init(|| self.find_template());
        template.clone()
    }

    fn told_image(&self, name: &str, tag: Option<&str>) -> Option<ImageFacts> {
        let fits = |pattern: &str| {
            let whole = tag.map(|tag| format!("{name}:{tag}"));
            let is_it = |text: &str| match pattern.strip_suffix('*') {
                Some(start) => text.starts_with(start),
                None => text == pattern,
            };
            is_it(name) || whole.is_some_and(|whole| is_it(&whole))
        };
        let told = self.images.iter().map(|it| &it.it).find(|it| fits(&it.0));
        told.map(|(_, facts)| *facts)
    }

    fn built_image(&self, name: &str, tag: Option<&str>) -> Option<ImageFacts> {
        let image = tag.map_or_else(|| name.to_owned(), |tag| format!("{name}:{tag}"));
        let target = self.builder_of(&image)?;
        let read = |target: &Target| self.read_image(target);
        // What is asked deep down may be cut off, and is not kept.
        if self.depth == 0 {
            self.folders.built(target, read)
        } else {
            read(&target)
        }
    }

    fn launches(&self) -> Arc<FolderLaunches> {
        Arc::clone(&self.launches_of().said)
    }

    fn used_elsewhere(&self) -> &[UsedElsewhere] {
        self.used.get_or_init(|| {
            let place = self.real_place();
            place
                .map(|place| self.folders.used_elsewhere(&self.at(&place)))
                .unwrap_or_default()
        })
    }

    fn built_elsewhere(&self, image: &str, look: &mut dyn FnMut(&BuiltElsewhere<'_>)) {
        if let Some(target) = self.builder_of(image) {
            self.show_built(&target, look);
        }
    }

    fn based_elsewhere(&self, look: &mut dyn FnMut(&BasedElsewhere<'_>)) {
        // Whoever looks at this one for another's sake looks at those that are based on it as well.
        if self.depth == 0 {
            self.show_based(look);
        }
    }

    fn source(&self, path: &str) -> Answer<Option<Arc<Source>>> {
        if let Some(known) = self.sources.borrow().get(path) {
            return known.clone();
        }
        let answer = self.read(path).map(|text| read_source(path, &text));
        let kept = answer.clone();
        self.sources.borrow_mut().insert(path.to_owned(), kept);
        answer
    }

    fn read(&self, path: &str) -> Answer<Arc<str>> {
        if let Some(known) = self.files.borrow().get(path) {
            return known.clone();
        }
        let answer = self.in_each(path, |root| self.read_in(root, path));
        self.files
            .borrow_mut()
            .insert(path.to_owned(), answer.clone());
        answer
    }

    fn tells_apart_below(&self, folder: &str) -> bool {
        // What is not there, or is a file, has nothing below it.
        let Ok(Roots { first, others }) = self.roots() else {
            return false;
        };
        let mut roots = std::iter::once(first).chain(others.iter().map(|it| &it.root));
        roots.any(|root| root.place::<()>(folder).is_ok_and(|place| place.is_dir()))
    }

    fn first_bytes(&self, path: &str) -> Answer<Vec<u8>> {
        let read = |place: &Path| {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(place)?;
            file.take(512).read_to_end(&mut bytes).map(|_| bytes)
        };
        self.in_each(path, |root| {
            let place = self.file_in(root, path)?;
            match read(&place) {
                Ok(bytes) if lfs::is_pointer(&bytes) => {
                    Err(Answer::Unknown(lfs::is_kept_elsewhere(path)))
                }
                Ok(bytes) => Ok(bytes),
                Err(error) => Err(Answer::Unknown(format!("{path} cannot be read: {error}"))),
            }
        })
    }

    fn size(&self, path: &str) -> Answer<u64> {
        self.in_each(path, |root| {
            let place = self.file_in(root, path)?;
            let size = std::fs::metadata(&place)
                .map(|found| found.len())
                .map_err(|error| Answer::Unknown(format!("{path} cannot be looked at: {error}")))?;
            let pointed = lfs::MAY_BE_POINTER
                .contains(&size)
                .then(|| std::fs::read_to_string(&place).ok())
                .flatten()
                .and_then(|text| lfs::size_of_pointed(&text));
            Ok(pointed.unwrap_or(size))
        })
    }

    fn is_left_out_of_git(&self, path: &str) -> bool {
        let Ok(Roots { first, .. }) = self.roots() else {
            return false;
        };
        let place = first.place::<()>(path);
        place.is_ok_and(|place| git::leaves_out(&place, &first.folder))
    }

    fn is_ignored(&self, path: &str) -> bool {
        let Ok(Roots { first, others }) = self.roots() else {
            return false;
        };
        let mut roots = std::iter::once(first).chain(others.iter().map(|it| &it.root));
        !first.is_doubtful && roots.all(|root| self.ignore_of(root).hides_all_of(path))
    }

    fn list(&self, folder: &str) -> Answer<Vec<String>> {
        if let Some(known) = self.lists.borrow().get(folder) {
            return known.clone();
        }
        let answer = self.in_each(folder, |root| self.list_in(root, folder));
        let kept = answer.clone();
        self.lists.borrow_mut().insert(folder.to_owned(), kept);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use dfix_model::context::{Answer, Context as _};

    use dfix_syntax::parse;

    use super::{FolderContext, Folders};

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn files_folders_and_what_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[
                ("a.txt", "text"),
                ("src/b.py", "b"),
                (".env", "secret"),
                ("logs/x", "x"),
                (".dockerignore", ".env\nlogs\n"),
            ],
        );
        let (nothing, folders) = (parse(""), Folders::default());
        let dockerfile = folder.path().join("Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &nothing, &folders);
        assert_eq!(context.read("a.txt"), Answer::Found("text".into()));
        assert_eq!(context.read("none"), Answer::Absent);
        assert_eq!(context.read("a.txt/b"), Answer::Absent);
        assert_eq!(context.read(".env"), Answer::Absent);
        assert_eq!(context.read("logs/x"), Answer::Absent);
        assert_eq!(context.read("src"), Answer::Absent);
        assert!(matches!(context.read("../x"), Answer::Unknown(_)));
        assert!(matches!(context.read("/etc/passwd"), Answer::Unknown(_)));
        let names = [".dockerignore", "a.txt", "src/"].map(str::to_owned);
        assert_eq!(context.list(""), Answer::Found(names.to_vec()));
        assert_eq!(context.list("src"), Answer::Found(vec!["b.py".to_owned()]));
        assert_eq!(context.list("none"), Answer::Absent);
        assert!(context.is_ignored(".env") && context.is_ignored("logs/x"));
        assert!(!context.is_ignored("a.txt") && !context.is_ignored(""));
    }

    #[test]
    fn the_ignore_file_of_the_dockerfile_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[
                ("a", "a"),
                ("b", "b"),
                (".dockerignore", "a"),
                ("x.Dockerfile.dockerignore", "b"),
            ],
        );
        let (nothing, folders) = (parse(""), Folders::default());
        let dockerfile = folder.path().join("x.Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &nothing, &folders);
        assert!(context.read("a").found().is_some());
        assert_eq!(context.read("b"), Answer::Absent);
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[("out", "secret"), ("in/a", "a")]);
        let root = folder.path().join("in");
        std::os::unix::fs::symlink("../out", root.join("link")).unwrap();
        std::os::unix::fs::symlink("a", root.join("fine")).unwrap();
        let (nothing, folders) = (parse(""), Folders::default());
        let dockerfile = root.join("Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &nothing, &folders);
        assert!(matches!(context.read("link"), Answer::Unknown(_)));
        assert_eq!(context.read("fine"), Answer::Found("a".into()));
    }

    #[test]
    fn large_and_binary_files_are_unknown() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[("large", &"x".repeat((1 << 20) + 1))]);
        fs::write(folder.path().join("binary"), b"\xff").unwrap();
        let (nothing, folders) = (parse(""), Folders::default());
        let dockerfile = folder.path().join("Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &nothing, &folders);
        assert!(matches!(context.read("large"), Answer::Unknown(_)));
        assert!(matches!(context.read("binary"), Answer::Unknown(_)));
    }

    #[test]
    fn a_root_that_is_told_has_something_of_what_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let compose =
            "services: {a: {build: .}, b: {build: {context: .., dockerfile: b/Dockerfile}}}\n";
        put(
            folder.path(),
            &[
                (".git/HEAD", ""),
                ("b/compose.yaml", compose),
                ("lib/a", "a"),
                ("b/Dockerfile", ""),
            ],
        );
        let (copies, folders) = (parse("FROM a\nCOPY lib /lib\n"), Folders::default());
        let dockerfile = folder.path().join("b/Dockerfile");
        let context = FolderContext::of(&dockerfile, None, &copies, &folders);
        assert!(context.read("lib/a").found().is_some());
    }

    #[test]
    fn a_configured_root() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &[("a", "a"), ("docker/x", "")]);
        let (nothing, folders) = (parse(""), Folders::default());
        let dockerfile = folder.path().join("docker/Dockerfile");
        let context = FolderContext::of(&dockerfile, Some(folder.path()), &nothing, &folders);
        assert!(context.read("a").found().is_some());
    }
}
