//! The files of the repository that say what is built and started, read once for all Dockerfiles of a run.

use std::collections::VecDeque;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use dfix_launch::{Files, FolderLaunches, read_folder};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::input::{self, Unreadable};
use crate::names::{ByPath, Kind, NamesOfFolders};

/// Of how many folders what was said last is kept.
const MOST_RECENT: usize = 64;

/// The largest file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// What is known of the folders of this run.
#[derive(Default)]
pub(crate) struct Launches {
    roots: RwLock<ByPath<Option<PathBuf>>>,
    /// What [`Launches::root_around`] found for a folder.
    around: RwLock<ByPath<PathBuf>>,
    pub(crate) names: NamesOfFolders,
    /// A folder that is all of a repository, whatever is around it.
    whole: Option<PathBuf>,
    /// The folders that the run is for, links followed: outside of repositories each is the root of what lies in it.
    given: OnceLock<FxHashSet<PathBuf>>,
    /// The working folder, where it may be a project's: outside of repositories it is the root of the files in it that are
    /// named alone.
    here: OnceLock<Option<PathBuf>>,
    /// What the files of a folder say, those around it included, for the folders that others lie in.
    folders: RwLock<ByPath<Arc<UpFrom>>>,
    /// The same of folders that were asked for last: in a repository of many services each says something else, and together
    /// that would be much.
    recent: Mutex<VecDeque<(PathBuf, Arc<UpFrom>)>>,
    /// The texts of Dockerfiles that stand in other files, by the places that these are said to lie at.
    inline: RwLock<FxHashMap<PathBuf, Arc<str>>>,
}

/// What the files of a folder and of those around it say.
struct UpFrom {
    said: Arc<FolderLaunches>,
    /// The same, with the further names that commands give to what is built.
    named: OnceLock<Arc<FolderLaunches>>,
}

impl UpFrom {
    fn named(&self) -> &Arc<FolderLaunches> {
        self.named.get_or_init(|| {
            let named = self.said.with_further_names().map(Arc::new);
            named.unwrap_or_else(|| Arc::clone(&self.said))
        })
    }
}

/// A Dockerfile of which something is asked.
pub(crate) struct Dockerfile<'t> {
    /// Its real path, links followed.
    pub(crate) place: &'t Path,
    /// What it says, where it was read.
    pub(crate) text: Option<&'t str>,
}

/// What is said of a Dockerfile.
#[derive(Debug, Clone, Default)]
pub(crate) struct OfDockerfile {
    /// What builds and starts it.
    pub(crate) said: Arc<FolderLaunches>,
    /// The root of its repository.
    pub(crate) root: PathBuf,
}

impl Launches {
    /// What the files from the folder of a Dockerfile up to the root of its repository say of it. Without a repository it is
    /// the folder that is taken for one.
    pub(crate) fn of(&self, dockerfile: &Dockerfile<'_>) -> OfDockerfile {
        let Some(own) = dockerfile.place.parent() else {
            return OfDockerfile::default();
        };
        let root = self.root_around(own);
        let Some(path) = below(dockerfile.place, &root) else {
            return OfDockerfile::default();
        };
        let up_from = self.up_from(&root, own, dockerfile);
        let said = Arc::new(up_from.named().of_dockerfile(&path));
        OfDockerfile { said, root }
    }

    /// What the files say of all of the repository that concerns a Dockerfile, with all names of what is built; the root
    /// of the repository, and the path of the Dockerfile there; none where that would be the root of the machine.
    pub(crate) fn around(
        &self,
        dockerfile: &Dockerfile<'_>,
    ) -> Option<(Arc<FolderLaunches>, PathBuf, String)> {
        let own = dockerfile.place.parent()?;
        let root = self.root_around(own);
        if is_machines(&root) {
            return None;
        }
        let path = below(dockerfile.place, &root)?;
        let said = Arc::clone(self.up_from(&root, own, dockerfile).named());
        Some((said, root, path))
    }

    /// The Dockerfile of the repository that this image is built by, and its target; none where nothing builds it, or
    /// several do. `user`: the Dockerfile that uses it.
    pub(crate) fn builder_of(
        &self,
        image: &str,
        user: &Dockerfile<'_>,
    ) -> Option<(PathBuf, Option<String>)> {
        let folder = user.place.parent()?;
        let root = self.root_around(folder);
        let said = self.up_from(&root, folder, user);
        let mut builders: Vec<_> = said
            .said
            .builds_of(image)
            .map(|build| (build.dockerfile.clone(), build.target.clone()))
            .collect();
        builders.sort_unstable();
        builders.dedup();
        match builders.as_slice() {
            [(Some(dockerfile), target)] => Some((root.join(dockerfile), target.clone())),
            _ => None,
        }
    }

    /// For what lies in a folder, a real path, that is all of a repository: nothing around it is looked at.
    pub(crate) fn within(root: &PathBuf) -> Self {
        let launches = Launches {
            whole: Some(root.clone()),
            ..Launches::default()
        };
        launches.are_for([root]);
        launches
    }

    /// Says which folders the run is for. It is said once, before anything is asked.
    pub(crate) fn are_for<'p>(&self, folders: impl IntoIterator<Item = &'p PathBuf>) {
        let real = folders
            .into_iter()
            .filter_map(|path| std::fs::canonicalize(path).ok());
        let projects = real.filter(|it| !is_machines(it));
        let _ = self.given.set(projects.collect());
    }

    /// The root of the files that may build and start what lies in a folder: its repository's, else the outermost
    /// folder around it that the run is for, else the working folder, else itself.
    fn root_around(&self, folder: &Path) -> PathBuf {
        let known = self.around.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = known.get(folder.as_os_str()) {
            return root.clone();
        }
        drop(known);
        let given = || self.given_around(folder);
        let here = || {
            let here = self.here.get_or_init(working_folder).as_ref();
            here.filter(|it| folder.starts_with(it)).cloned()
        };
        let root = self.root_of(folder).or_else(given).or_else(here);
        let root = root.unwrap_or_else(|| folder.to_owned());
        let mut known = self.around.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), root.clone());
        root
    }

    /// The outermost folder around this one that the run is for.
    pub(crate) fn given_around(&self, folder: &Path) -> Option<PathBuf> {
        let given = self.given.get()?;
        let around = folder.ancestors().filter(|it| given.contains(*it));
        around.last().map(Path::to_owned)
    }

    /// The nearest folder around this one that is a repository's.
    pub(crate) fn root_of(&self, folder: &Path) -> Option<PathBuf> {
        if let Some(whole) = self.whole.as_ref().filter(|it| folder.starts_with(it)) {
            return Some(whole.clone());
        }
        let known = self.roots.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = known.get(folder.as_os_str()) {
            return root.clone();
        }
        drop(known);
        let root = if self.names.has(folder, ".git") {
            Some(folder.to_owned())
        } else {
            folder.parent().and_then(|around| self.root_of(around))
        };
        let mut known = self.roots.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), root.clone());
        root
    }

    fn keep_inline(&self, root: &Path, found: &FolderLaunches) {
        let builds = found.launches.iter().filter_map(|it| it.build.as_ref());
        let inline = builds.filter_map(|it| Some((it.dockerfile.as_ref()?, it.inline.as_ref()?)));
        let mut known = self.inline.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(inline.map(|(path, text)| (root.join(path), Arc::from(text.as_str()))));
    }

    /// The text of a Dockerfile that stands in another file, as `dockerfile_inline` of Compose.
    pub(crate) fn inline(&self, place: &Path) -> Option<Arc<str>> {
        let known = self.inline.read().unwrap_or_else(PoisonError::into_inner);
        known.get(place).cloned()
    }

    fn disk<'r>(&'r self, root: &'r Path, asking: &'r Dockerfile<'r>) -> Disk<'r> {
        Disk {
            root,
            asking,
            names: &self.names,
        }
    }

    /// What the files of a folder and of those around it say, the nearest first. An image that is built by the files
    /// of one may be started by those of another. `asking`: the Dockerfile that somebody asks for.
    fn up_from(&self, root: &Path, folder: &Path, asking: &Dockerfile<'_>) -> Arc<UpFrom> {
        let known = self.folders.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(folder.as_os_str()) {
            return Arc::clone(found);
        }
        drop(known);
        let recent = || self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = recent().iter().find(|it| it.0 == folder) {
            return Arc::clone(found);
        }
        let found = self.read_up_from(root, folder, asking);
        let mut recent = recent();
        if recent.len() >= MOST_RECENT {
            recent.pop_front();
        }
        recent.push_back((folder.to_owned(), Arc::clone(&found)));
        found
    }

    /// The same of a folder that others lie in.
    fn up_from_around(&self, root: &Path, folder: &Path, asking: &Dockerfile<'_>) -> Arc<UpFrom> {
        let known = self.folders.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(folder.as_os_str()) {
            return Arc::clone(found);
        }
        drop(known);
        let found = self.read_up_from(root, folder, asking);
        let mut known = self.folders.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), Arc::clone(&found));
        found
    }

    fn read_up_from(&self, root: &Path, folder: &Path, asking: &Dockerfile<'_>) -> Arc<UpFrom> {
        let name = below(folder, root).unwrap_or_default();
        let mut found = read_folder(&self.disk(root, asking), &name);
        self.keep_inline(root, &found);
        if let Some(around) = folder.parent().filter(|it| is_no_shorter(it, root)) {
            let around = self.up_from_around(root, around, asking);
            if found == FolderLaunches::default() {
                return around;
            }
            found.add(&around.said);
        }
        Arc::new(UpFrom {
            said: Arc::new(found),
            named: OnceLock::new(),
        })
    }
}

/// Whether a folder is another one or lies in it, where one of them is around the other.
pub(crate) fn is_no_shorter(folder: &Path, other: &Path) -> bool {
    folder.as_os_str().len() >= other.as_os_str().len()
}

/// Whether a folder is the root of the machine, which is nobody's project.
fn is_machines(folder: &Path) -> bool {
    folder.parent().is_none()
}

/// The working folder, links followed; none where it is the machine's, or somebody's home with all projects in it.
fn working_folder() -> Option<PathBuf> {
    let real = |path: PathBuf| std::fs::canonicalize(path).ok();
    let here = std::env::current_dir().ok().and_then(real)?;
    let home = std::env::home_dir().and_then(real);
    let is_ones = !is_machines(&here) && home.is_none_or(|home| !home.starts_with(&here));
    is_ones.then_some(here)
}

/// The path from the root, with `/` between the parts; none where it is not Unicode.
pub(crate) fn below(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components();
    let parts: Option<Vec<&str>> = parts
        .map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    Some(parts?.join("/"))
}

/// The files of a repository; none outside of it.
struct Disk<'r> {
    root: &'r Path,
    asking: &'r Dockerfile<'r>,
    names: &'r NamesOfFolders,
}

impl Disk<'_> {
    /// The real place of a path, if it lies in the repository. What lies in a real folder and is no link is where it
    /// seems to be.
    fn place(&self, path: &str) -> Option<PathBuf> {
        if path.is_empty() {
            return Some(self.root.to_owned());
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if matches!(name, "" | "." | "..") || path.starts_with('/') {
            return self.followed(path);
        }
        let around = self.place(folder)?;
        let names = self.names.of(&around).ok();
        match names.and_then(|names| names.get(name)) {
            Some(Kind::Folder | Kind::File) => Some(around.join(name)),
            Some(Kind::Link) | None => self.followed(path),
        }
    }

    /// The same, as the system says it.
    fn followed(&self, path: &str) -> Option<PathBuf> {
        let place = self.root.join(path);
        std::fs::symlink_metadata(&place).ok()?;
        let place = std::fs::canonicalize(place).ok()?;
        place.starts_with(self.root).then_some(place)
    }
}

impl Files for Disk<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let Some(place) = self.place(path) else {
            return Ok(None);
        };
        if let Some(text) = self.asking.text
            && self.asking.place == place
            && text.len() as u64 <= MOST_BYTES
        {
            return Ok(Some(text.to_owned()));
        }
        let bytes = match input::read_bounded(&place, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(Unreadable::Folder | Unreadable::NotRegular) => return Ok(None),
            Err(Unreadable::TooLarge) => {
                return Err(format!("it is larger than {} MiB", MOST_BYTES >> 20));
            }
            Err(Unreadable::Io(error)) => return Err(format!("it cannot be read: {error}")),
        };
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| "it is not UTF-8".to_owned())
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let names = self
            .place(folder)
            .and_then(|place| self.names.of(&place).ok());
        let all = names.iter().flat_map(|names| &names.all);
        let mut names: Vec<String> = all
            .map(|(name, kind)| match kind {
                Kind::Folder => format!("{name}/"),
                Kind::File | Kind::Link => name.clone(),
            })
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Dockerfile, Launches};

    fn run_for(folder: &PathBuf) -> Launches {
        let launches = Launches::default();
        launches.are_for([folder]);
        launches
    }

    fn at(place: &Path) -> Dockerfile<'_> {
        Dockerfile { place, text: None }
    }

    #[test]
    fn what_was_read_is_not_read_again() {
        let root = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(root.path()).expect("it is there");
        for (path, text) in [(".git/HEAD", ""), ("Dockerfile", "FROM scratch\n")] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        let shown = "# docker run -v data:/data web\n# docker build -t web .\nFROM scratch\n";
        let place = root.join("Dockerfile");
        let count = |text| {
            let found = Launches::default().of(&Dockerfile { text, ..at(&place) });
            found.said.launches.len()
        };
        assert_eq!((count(None), count(Some(shown))), (0, 2));
    }

    #[test]
    fn outside_of_a_repository_the_given_folder_is_the_root() {
        let root = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(root.path()).expect("it is there");
        std::fs::create_dir(root.join("web")).expect("it is made");
        let compose = "services: {web: {build: web}}\n";
        std::fs::write(root.join("compose.yaml"), compose).expect("it is written");
        let of = |launches: Launches| {
            launches
                .of(&at(&root.join("web/Dockerfile")))
                .said
                .launches
                .len()
        };
        assert_eq!(of(Launches::default()), 0);
        assert_eq!(of(run_for(&root)), 1);
        assert_eq!(of(run_for(&root.join("web"))), 0);
    }

    #[test]
    fn the_root_of_the_machine_is_no_project() {
        let launches = run_for(&PathBuf::from("/"));
        let root = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(root.path()).expect("it is there");
        let (_, around, _) = launches
            .around(&at(&root.join("Dockerfile")))
            .expect("it is");
        assert_eq!(around, root);
        assert!(launches.around(&at(Path::new("/Dockerfile"))).is_none());
    }

    #[test]
    fn what_is_said_of_all_of_a_repository_is_worked_out_once() {
        let root = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(root.path()).expect("it is there");
        let compose = "services: {web: {build: {context: ., dockerfile_inline: FROM x}}}\n";
        for (path, text) in [
            (".git/HEAD", ""),
            ("app/Dockerfile", "FROM scratch\n"),
            (
                "build.sh",
                "docker build -t web app\ndocker tag web team/web\n",
            ),
            ("compose.yaml", compose),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        let launches = Launches::default();
        let around = |name: &str| launches.around(&at(&root.join(name))).expect("it is one").0;
        let said = around("app/Dockerfile");
        assert!(std::sync::Arc::ptr_eq(&said, &around("app/x.Dockerfile")));
        let build = said.builds_of("team/web").next().expect("it is built");
        assert_eq!(build.dockerfile.as_deref(), Some("app/Dockerfile"));
        let inline = launches.inline(&root.join("compose.yaml, service web"));
        assert_eq!(inline.as_deref(), Some("FROM x"));
    }

    #[test]
    fn what_one_folder_builds_another_starts() {
        let root = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(root.path()).expect("it is there");
        for (path, text) in [
            (".git/HEAD", ""),
            ("app/Dockerfile", "FROM scratch\n"),
            (
                "app/compose.yaml",
                "services: {web: {build: ., image: team/web}}\n",
            ),
            (
                "k8s/web.yaml",
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: pod, image: ghcr.io/team/web:1}]}\n",
            ),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        let found = Launches::default().of(&at(&root.join("app/Dockerfile")));
        let names: Vec<&str> = found.said.launches.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["web", "pod"]);
        assert_eq!(found.said.files, ["app/compose.yaml", "k8s/web.yaml"]);
    }
}
