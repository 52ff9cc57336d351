//! Folders of the host that containers are given, and what lies in root's home then.

use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above, folder_is, is_of_secrets};
use dfix_launch::{Access, Launch, Mount, MountKind, Source};

use crate::facts::data_folders::is_made;
use crate::facts::filesystem::Filesystem;
use crate::facts::roots_home::names_roots_home;
use crate::facts::runtime::Process;
use crate::facts::scripts::Script;
use crate::facts::{launches, run_time_writes, runtime};
use crate::handles::{Redirect, Stage};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

impl<'m> Stage<'m> {
    /// The folders of the host that are mounted into its containers and that the application may write to: where, and
    /// what a person has to see to.
    pub fn host_folders(self) -> impl Iterator<Item = (ImagePath, OpenCondition)> + 'm {
        host_folders(self)
    }

    /// Something that a launch puts into root's home, which another user would not find.
    pub fn in_roots_home(self) -> Option<OpenCondition> {
        in_roots_home(self)
    }
}

/// Whether a place tells that it is of this image: it lies in one of the folders that the application's files are in, the
/// build makes it, or the application writes there.
fn is_of_the_image(stage: Stage<'_>, place: &ImagePath) -> bool {
    let folders = stage.application_folders();
    let mut folders = folders.iter().filter(|folder| !folder.is_root());
    let is_written = || {
        let writes = run_time_writes::of(stage).known.iter();
        writes.into_iter().any(|write| write.path.is_below(place))
    };
    folders.any(|folder| place.is_below(folder))
        || (!place.is_root() && (is_made(stage, place) || is_written()))
}

/// Whether a file or folder of the host, as it is said, is one that every system has, and that everybody may read, or one of the
/// project: what a checkout brings everybody may read. A name of secrets is rather one that a person puts there.
fn is_for_all(path: &str, mount: &Mount) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    folder_above(path, FolderMark::Readable).is_some()
        || is_of_the_project(path, &mount.place.file)
            && !is_of_secrets(name)
            && !file_is(name, FileMark::Key)
}

/// Whether a path that a file of the project says lies in the repository: it is told from that file's folder, and does not lead
/// out.
fn is_of_the_project(path: &str, file: &str) -> bool {
    let mut parts = path.split('/').peekable();
    if !parts
        .peek()
        .is_some_and(|first| matches!(*first, "." | ".."))
    {
        return false;
    }
    let depth = file.split('/').filter(|part| *part != ".").count() - 1;
    let end = parts.try_fold(depth, |depth, part| match part {
        "" | "." => Some(depth),
        ".." => depth.checked_sub(1),
        _ => Some(depth + 1),
    });
    end.is_some()
}

/// Whether the user's rights matter to what lies in a folder or file of the host that is mounted.
pub(crate) fn matters(path: &str, place: &ImagePath, mount: &Mount) -> bool {
    let is_written = !folder_is(place.as_str(), FolderMark::NeverWritten);
    let is_readable = mount.is_read_only && is_for_all(path, mount);
    is_written && !is_readable
}

/// The folders of the host that the launches of a stage mount and that the application may write to, or may have to read:
/// where they lie, and what a person has to see to.
fn host_folders(stage: Stage<'_>) -> impl Iterator<Item = (ImagePath, OpenCondition)> {
    // Who runs as a user that it names itself is asked nothing by the image's; and the group that Kubernetes gives the
    // volumes of a platform to is one of the user's, whoever that is.
    let concerned = launches::of(stage)
        .chain(launches::shown(stage))
        .chain(launches::of_editors(stage))
        .filter(|launch| launch.user.is_none());
    // Of an image that may be this one only what is mounted tells that it is.
    let own = launches::strangers(stage).map(|launch| (launch, true));
    let all = concerned.map(|launch| (launch, false)).chain(own);
    all.flat_map(move |(launch, is_stranger)| {
        let mounts = launch.mounts.iter();
        let mounts = mounts.filter(|mount| !is_project_of_editor(launch, mount));
        mounts.filter_map(move |mount| {
            let said = match &mount.kind {
                MountKind::Host(path) => format!("`{path}` of the host"),
                MountKind::Claim if launch.volumes_group.is_none() => {
                    "the volume of the platform".to_owned()
                }
                MountKind::Tmpfs(Access::Unsaid) if is_over_a_folder(stage, mount) => {
                    "the memory (root's, with the mode of the image's folder)".to_owned()
                }
                MountKind::Tmpfs(Access::Root | Access::Unknown) => "the memory".to_owned(),
                MountKind::Shared { name, by } => {
                    format!("the volume `{name}` (which {by} may fill first)")
                }
                _ => return None,
            };
            let is_only_read = mount.is_read_only;
            let place = launches::place_of(stage, mount)?;
            let matters = match &mount.kind {
                MountKind::Host(path) => matters(path, &place, mount),
                // The platform's volumes keep the owners that they have; of the others no file is there before.
                MountKind::Claim => true,
                _ => !is_only_read,
            };
            if !matters {
                return None;
            }
            if is_stranger && !is_of_the_image(stage, &place) {
                return None;
            }
            let open = OpenCondition::new(
                format!(
                    "whether another user than root may {} {said}, which {} (line {}) mounts at {place}",
                    if is_only_read { "read" } else { "write to" },
                    launch.said(),
                    mount.place.line
                ),
                match &mount.kind {
                    MountKind::Shared { .. } => {
                        "let that one start after this (`depends_on`), or run both as one user"
                    }
                    MountKind::Tmpfs(_) => "give it a mode (`mode=1777`)",
                    _ if is_only_read => "look on the host whether others may read it (`ls -l`), give it to that user's number (`chown`), or leave the image root's",
                    _ => "give the folder on the host to that user's number (`chown`), name the host's own user in the service (`user:`), or leave the image root's",
                },
            );
            Some((place, open))
        })
    })
}

/// Whether something is mounted over a folder that the image has, or is going to have for the application, and that is not
/// everybody's.
fn is_over_a_folder(stage: Stage<'_>, mount: &Mount) -> bool {
    let Some(place) = launches::place_of(stage, mount) else {
        return false;
    };
    let mut writes = run_time_writes::of(stage).known.iter();
    folder_above(place.as_str(), FolderMark::ForAll).is_none()
        && (is_made(stage, &place)
            || !Filesystem::of(stage).exists(&place).is_no()
            || writes.any(|write| write.path.is_below(&place)))
}

/// Something that a launch of the stage puts into root's home: no other user may enter it, or looks there by itself. What
/// is written in a folder of the host is told with those.
fn in_roots_home(stage: Stage<'_>) -> Option<OpenCondition> {
    let home = ImagePath::new("/root");
    let mut launches = launches::of(stage)
        .chain(launches::shown(stage))
        .filter(|launch| launch.user.is_none());
    let mounted = launches.find_map(|launch| {
        let mut mounts = launch.mounts.iter().filter(|mount| match &mount.kind {
            MountKind::Host(_) | MountKind::Secret(_) => mount.is_read_only,
            MountKind::Claim | MountKind::Synced(_) | MountKind::Tmpfs(_) => false,
            MountKind::Named(_)
            | MountKind::Shared { .. }
            | MountKind::Anonymous
            | MountKind::Guarded(_)
            | MountKind::Settings
            | MountKind::Empty => true,
        });
        mounts.find_map(|mount| {
            let place = launches::place_of(stage, mount).filter(|it| it.is_below(&home))?;
            Some(OpenCondition::new(
                format!(
                    "whether the application finds what {} (line {}) puts at {place}, in root's home, which no other user may enter",
                    launch.said(),
                    mount.place.line
                ),
                "put it elsewhere, and tell the application where, or leave the image root's",
            ))
        })
    });
    mounted
        .or_else(|| named_in_roots_home(stage))
        .or_else(|| told_in_roots_home(stage))
}

/// A command of a launch of the stage, of its start's scripts or of its health checks that is told a place in root's home.
/// What the instructions of the Dockerfile itself tell is asked with those.
fn told_in_roots_home(stage: Stage<'_>) -> Option<OpenCondition> {
    let starts = launches::starts(stage).into_iter();
    let starts = starts.filter(|start| start.launch.user.is_none());
    let of_starts = starts.filter_map(|start| start.script).flat_map(|script| {
        let commands = script.commands();
        commands.map(move |it| (it, format!("`{}` in `{}`", it.name(), script.path())))
    });
    let runtime = runtime::of(stage);
    let is_launches = |process: &Process<'_>| process.script.is_some_and(Script::is_of_launch);
    let of_files = runtime.processes().filter(|it| !is_launches(it));
    let of_scripts = of_files.chain(runtime.checks());
    let of_scripts = of_scripts.filter(|process| process.script.is_some());
    let of_scripts = of_scripts.map(|process| (process.command, process.said()));
    let mut commands = of_starts.chain(of_scripts);
    commands.find_map(|(command, who)| {
        let redirects = command.redirects().filter_map(Redirect::target);
        let mut words = command.words().chain(redirects);
        let place = words.find(|word| !command.has_inner() && names_roots_home(*word, true))?;
        Some(OpenCondition::new(
            format!(
                "whether {who} can do without {}, in root's home, which no other user may enter",
                place.source_text()
            ),
            "name a place elsewhere, or leave the image root's",
        ))
    })
}

/// A variable by which a launch of the stage names a place in root's home.
fn named_in_roots_home(stage: Stage<'_>) -> Option<OpenCondition> {
    let home = ImagePath::new("/root");
    let mut launches = launches::of(stage).filter(|launch| launch.user.is_none());
    launches.find_map(|launch| {
        let is_one = |value: &str| value.starts_with("/root") && ImagePath::new(value).is_below(&home);
        let mut all = launch.environment.iter();
        let variable = all.find(|it| it.value.as_deref().is_some_and(is_one))?;
        Some(OpenCondition::new(
            format!(
                "whether the application uses {}, which `{}` of {} names, in root's home, which no other user may enter",
                variable.value.as_deref().unwrap_or_default(),
                variable.name,
                launch.said()
            ),
            "let the variable name a place elsewhere, or leave the image root's",
        ))
    })
}

/// Whether it is the project itself, which an editor mounts unasked, and as the user who works there.
fn is_project_of_editor(launch: &Launch, mount: &Mount) -> bool {
    launch.source == Source::Devcontainer && mount.kind == MountKind::Host(".".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_out_of_the_project() {
        for (path, file, is_inside) in [
            ("./data", "compose.yaml", true),
            (".", "compose.yaml", true),
            ("../data", "deploy/compose.yaml", true),
            ("..", "deploy/compose.yaml", true),
            ("../data", "compose.yaml", false),
            ("..", "compose.yaml", false),
            ("../../data", "deploy/compose.yaml", false),
            ("./a/../../data", "compose.yaml", false),
            ("/data", "compose.yaml", false),
            ("~/data", "compose.yaml", false),
            ("", "compose.yaml", false),
        ] {
            assert_eq!(is_of_the_project(path, file), is_inside, "{path} of {file}");
        }
    }
}
