//! Private keys and credentials that the file puts into the image, that the start and variables name, or that a launch
//! mounts: root alone may often read them.

use dfix_catalogue::variables::names_file_of_keys;
use dfix_catalogue::{FileMark, file_is, is_named_for_a_key, is_named_for_all};
use dfix_launch::{Launch, Mount, MountKind};
use dfix_sources::file_address;

use crate::facts::application_sources::application_sources;
use crate::facts::entry::entry;
use crate::facts::filesystem::Filesystem;
use crate::facts::variables::{env_set, expand_text};
use crate::facts::workdir::{final_workdir, workdir_at};
use crate::facts::{files_of_variables, host_folders, launches, run_time_writes, runtime};
use crate::handles::{Stage, Step};
use crate::path::ImagePath;

/// Where certificates lie that everybody reads.
const OF_ALL: [&str; 3] = ["/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/pki"];

/// A private key, or credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateKey {
    /// The name of the file.
    pub name: String,
    /// Where it is in the image: of one that is copied, the place that the step names.
    pub path: ImagePath,
    /// How it comes there.
    pub origin: KeyOrigin,
    /// Who names it, where it is a variable: "`KEY_PATH` of service `web` of compose.yaml".
    pub named_by: Option<String>,
}

/// How a private key comes to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// A step copies it, and says nothing of owner and mode.
    Copied,
    /// The build, the start or the application may make it.
    Made,
    /// It is mounted, or nothing in the image brings it: what the image does with its folders does not reach it.
    Outside,
}

impl Stage<'_> {
    /// The private keys that the file puts into the image or names.
    pub fn private_keys(self) -> Vec<PrivateKey> {
        private_keys(self)
    }

    /// A variable that names a file of keys or credentials, where it is not known which: one that a launch sets to something
    /// that only whoever starts it knows, or that a source asks for and not all that is here sets. Who says so:
    /// "`KEY_FILE`, which `app.py` (line 3) asks for and nothing here sets".
    pub fn file_of_keys_elsewhere(self) -> Option<String> {
        file_of_keys_elsewhere(self)
    }
}

/// The private keys that the file shows: those that are copied first.
fn private_keys(stage: Stage<'_>) -> Vec<PrivateKey> {
    let says_more = |step: Step<'_>| step.flag("chown").is_some() || step.flag("chmod").is_some();
    let copies = stage.base_chain().flat_map(Stage::copies);
    let sources = copies
        .filter(|step| !says_more(*step))
        .flat_map(|step| step.sources().map(move |source| (source, step)));
    let copied = sources.filter_map(|(source, step)| {
        let source = ImagePath::new(source.value()?);
        let name = Some(source.file_name()).filter(|it| file_is(it, FileMark::Key))?;
        let folder = workdir_at(stage, step).unwrap_or_default();
        let target = expand_text(stage, step.target()?, step)?;
        (!target.contains("ca-cert")).then(|| PrivateKey {
            name: name.to_owned(),
            path: ImagePath::new(&folder).join(&target),
            origin: KeyOrigin::Copied,
            named_by: None,
        })
    });
    let entry = entry(stage);
    let of_start = entry.commands().flat_map(|command| {
        let words = command
            .args()
            .filter_map(move |word| expand_text(stage, word, command));
        words.collect::<Vec<_>>()
    });
    let named = of_start.filter_map(|text| {
        let value = text.rsplit('=').next()?.to_owned();
        key_named(stage, None, &value)
    });
    let of_variables = stage.base_chain().flat_map(env_set);
    let of_variables = of_variables.filter_map(|(name, setting)| {
        let value = setting.value?;
        key_named(stage, Some(name), value)
    });
    copied
        .chain(named)
        .chain(of_variables)
        .chain(mounted(stage))
        .chain(named_outside(stage))
        .collect()
}

/// The place of a key that a value names: by the name of the file, or by that of the variable.
fn place_of_key(stage: Stage<'_>, variable: Option<&str>, value: &str) -> Option<ImagePath> {
    let value = file_address(value).map_or(value, |it| it.path);
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b);
    if value.is_empty() || !value.bytes().all(is_plain) {
        return None;
    }
    let path = if value.starts_with('/') {
        ImagePath::new(value)
    } else {
        ImagePath::new(&final_workdir(stage)?).join(value)
    };
    let name = path.file_name();
    let is_file = path.is_named_like_a_file();
    let is_for_all = || {
        let mut of_all = OF_ALL.iter().map(|it| ImagePath::new(it));
        is_named_for_all(name)
            || name.contains("ca") && file_is(name, FileMark::Key)
            || variable.is_some_and(is_named_for_all)
            || of_all.any(|it| path.is_below(&it))
    };
    let is_told = variable.is_some_and(|variable| {
        let is_place = value.starts_with('/') || value.starts_with("./") || is_file;
        names_file_of_keys(variable) && is_place || is_named_for_a_key(variable) && is_file
    });
    let of_certbot = |part| matches!(part, "letsencrypt" | "live");
    let is_key = is_file && (file_is(name, FileMark::Key) || is_named_for_a_key(name))
        || path.parts().any(of_certbot);
    // A relative one is a name, unless the variable says what it is.
    let is_absolute = value.starts_with('/');
    ((is_told || is_key && is_absolute) && !is_for_all()).then_some(path)
}

/// A key that the start or an `ENV` names.
fn key_named(stage: Stage<'_>, variable: Option<&str>, value: &str) -> Option<PrivateKey> {
    let path = place_of_key(stage, variable, value)?;
    Some(PrivateKey {
        name: path.file_name().to_owned(),
        origin: origin_of(stage, &path),
        path,
        named_by: None,
    })
}

fn origin_of(stage: Stage<'_>, path: &ImagePath) -> KeyOrigin {
    let name = path.file_name();
    let is_made = !Filesystem::of(stage).exists(path).is_no()
        || run_time_writes::of(stage)
            .known
            .iter()
            .any(|it| it.path == *path)
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(|step| step.name() == "RUN" && step.source_text().contains(name))
        || runtime::of(stage)
            .processes()
            .filter_map(|process| process.script)
            .any(|script| script.text().contains(name));
    if is_made {
        KeyOrigin::Made
    } else {
        KeyOrigin::Outside
    }
}

/// The keys that variables name which the project's files set for containers of the stage, and that the image does not have.
fn named_outside(stage: Stage<'_>) -> impl Iterator<Item = PrivateKey> {
    let of_launches = launches::of(stage)
        .chain(launches::all_shown(stage))
        .filter(|launch| launch.user.is_none())
        .flat_map(move |launch| {
            let variables = launch.environment.iter();
            variables.filter_map(move |variable| {
                let value = variable.value.as_deref()?;
                let path = place_of_key(stage, Some(&variable.name), value)?;
                let mount = mount_at(stage, launch, &path);
                let origin = match mount.as_ref().map(|(_, mount)| &mount.kind) {
                    // Such are told as mounts, or all may read them.
                    Some(MountKind::Secret(_) | MountKind::Guarded(_) | MountKind::Settings) => {
                        return None;
                    }
                    Some(MountKind::Host(host))
                        if mount.is_some_and(|(at, it)| host_folders::matters(host, &at, it)) =>
                    {
                        return None;
                    }
                    Some(MountKind::Claim) => return None,
                    Some(MountKind::Host(_)) => KeyOrigin::Outside,
                    Some(_) => KeyOrigin::Made,
                    None => origin_of(stage, &path),
                };
                Some((
                    path,
                    origin,
                    format!("`{}` of {}", variable.name, launch.said()),
                ))
            })
        });
    let of_files = files_of_variables::of(stage).into_iter();
    let of_files = of_files.filter_map(move |(name, value, file)| {
        let path = place_of_key(stage, Some(&name), &value?)?;
        let origin = origin_of(stage, &path);
        Some((path, origin, format!("`{name}` of {file}")))
    });
    let all = of_launches.chain(of_files);
    let all = all.filter(move |(path, ..)| !Filesystem::of(stage).exists(path).is_yes());
    all.map(|(path, origin, by)| PrivateKey {
        name: path.file_name().to_owned(),
        path,
        origin,
        named_by: Some(by),
    })
}

/// What a launch mounts at a place, or around it.
fn mount_at<'m>(
    stage: Stage<'m>,
    launch: &'m Launch,
    path: &ImagePath,
) -> Option<(ImagePath, &'m Mount)> {
    let mounts = launch.mounts.iter();
    let mut around: Vec<(ImagePath, &Mount)> = mounts
        .filter_map(|mount| Some((launches::place_of(stage, mount)?, mount)))
        .filter(|(place, _)| path.is_below(place))
        .collect();
    around.sort_by_key(|(place, _)| place.parts().count());
    around.pop()
}

fn file_of_keys_elsewhere(stage: Stage<'_>) -> Option<String> {
    let mut launched = launches::of(stage).filter(|launch| launch.user.is_none());
    let of_launch = launched.find_map(|launch| {
        let mut variables = launch.environment.iter();
        let it = variables.find(|it| it.value.is_none() && names_file_of_keys(&it.name))?;
        Some(format!("`{}` of {}", it.name, launch.said()))
    });
    of_launch.or_else(|| file_of_keys_asked_for(stage))
}

fn file_of_keys_asked_for(stage: Stage<'_>) -> Option<String> {
    let sources = application_sources(stage);
    let mut asked = sources.files.iter().flat_map(|file| &file.source.variables);
    asked.find_map(|variable| {
        let name = variable.name.value().filter(|it| names_file_of_keys(it))?;
        // What stands in for it is brought along.
        let default = variable.default.as_deref();
        let default = default.and_then(|it| place_of_key(stage, Some(name), it));
        if default.is_some_and(|it| Filesystem::of(stage).exists(&it).is_yes()) {
            return None;
        }
        let place = sources.asks_for(name)?;
        let unset = launches::nobody_sets(stage, name)?;
        Some(format!("`{name}`, which {place} asks for and {unset}"))
    })
}

/// The keys of the host that containers of the stage are given by a name of their own: what Compose and Swarm call a secret.
/// What is mounted of the host's folders is told with those.
fn mounted(stage: Stage<'_>) -> impl Iterator<Item = PrivateKey> {
    let launches = launches::of(stage).chain(launches::shown(stage));
    let launches = launches.filter(|launch| launch.user.is_none());
    let mounts = launches.flat_map(|launch| launch.mounts.iter().map(move |it| (launch, it)));
    let keys = mounts.filter(|(launch, mount)| match &mount.kind {
        MountKind::Secret(_) => true,
        MountKind::Guarded(_) => launch.volumes_group.is_none(),
        _ => false,
    });
    keys.filter_map(move |(_, mount)| {
        let path = launches::place_of(stage, mount)?;
        Some(PrivateKey {
            name: path.file_name().to_owned(),
            path,
            origin: KeyOrigin::Outside,
            named_by: None,
        })
    })
}
