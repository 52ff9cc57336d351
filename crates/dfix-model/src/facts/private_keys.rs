//! Private keys that the file puts into the image, that the start and variables name, or that a launch mounts: root
//! alone may often read them.

use dfix_catalogue::{is_file_of_a_tool, is_named_for_a_secret_file};
use dfix_launch::MountKind;

use crate::facts::application_sources::application_sources;
use crate::facts::entry::entry;
use crate::facts::launches;
use crate::facts::variables::{env_set, expand_text};
use crate::facts::workdir::workdir_at;
use crate::handles::{Stage, Step};
use crate::path::{ImagePath, file_name};

/// A private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateKey {
    /// The name of the file.
    pub name: String,
    /// Where it is in the image: of one that is copied, the place that the step names.
    pub path: ImagePath,
    /// Whether a step copies it, and says nothing of owner and mode.
    pub is_copied: bool,
}

impl Stage<'_> {
    /// The private keys that the file puts into the image or names.
    pub fn private_keys(self) -> Vec<PrivateKey> {
        private_keys(self)
    }

    /// A variable by which a source asks for a file of keys, where nothing here sets it: the variable, and what asks.
    pub fn key_asked_for(self) -> Option<(String, String)> {
        asked_for(self)
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
        let name = ImagePath::new(source.value()?).file_name().to_owned();
        let folder = workdir_at(stage, step).unwrap_or_default();
        let target = expand_text(stage, step.target()?, step)?;
        (is_key(&name) && !target.contains("ca-cert")).then(|| PrivateKey {
            name,
            path: ImagePath::new(&folder).join(&target),
            is_copied: true,
        })
    });
    let entry = entry(stage);
    let of_start = entry.commands().flat_map(|command| {
        let words = command
            .args()
            .filter_map(move |word| expand_text(stage, word, command));
        words.collect::<Vec<_>>()
    });
    let of_start = of_start.map(|text| (None, text));
    let set = stage.base_chain().flat_map(env_set);
    let set = set.filter_map(|(name, it)| Some((name.to_owned(), it.value?.to_owned())));
    let launches = launches::of(stage).chain(launches::shown(stage));
    let launches = launches.filter(|launch| launch.user.is_none());
    let set_by_launches = launches.flat_map(|launch| &launch.environment);
    let set_by_launches =
        set_by_launches.filter_map(|it| Some((it.name.clone(), it.value.clone()?)));
    let of_variables = set.chain(set_by_launches);
    let of_variables = of_variables.map(|(name, value)| (Some(name), value));
    let named = of_start.chain(of_variables).filter_map(|(variable, text)| {
        let value = text.rsplit('=').next()?;
        if !value.starts_with('/') || value.contains([' ', ':']) {
            return None;
        }
        let path = ImagePath::new(value);
        let name = path.file_name().to_owned();
        let is_secret = (is_key(&name) && !name.contains("ca"))
            || variable.is_some_and(|it| is_named_for_a_secret_file(&it))
            || path
                .parts()
                .any(|part| matches!(part, "letsencrypt" | "live"));
        is_secret.then_some(PrivateKey {
            name,
            path,
            is_copied: false,
        })
    });
    copied.chain(named).chain(mounted(stage)).collect()
}

/// A variable that a source asks for, that is called as those are which name files of keys, and that nothing here sets: where
/// the image is used something is mounted, and the variable names it. The variable, and the place that asks.
fn asked_for(stage: Stage<'_>) -> Option<(String, String)> {
    let sources = application_sources(stage).files.iter();
    let mut asked = sources.flat_map(|file| file.source.variables.iter().map(move |it| (file, it)));
    asked.find_map(|(file, variable)| {
        let name = variable.name.value()?;
        let is_one = is_named_for_a_secret_file(name)
            && variable.default.is_none()
            && !is_file_of_a_tool(file_name(&file.context_path));
        (is_one && launches::nobody_sets(stage, name).is_some()).then(|| {
            let place = format!("`{}` (line {})", file.context_path, variable.line);
            (name.clone(), place)
        })
    })
}

/// The keys of the host that containers of the stage are given: what Compose calls a secret, and what has such a name.
fn mounted(stage: Stage<'_>) -> impl Iterator<Item = PrivateKey> {
    let launches = launches::of(stage).chain(launches::shown(stage));
    let launches = launches.filter(|launch| launch.user.is_none());
    let mounts = launches.flat_map(|launch| launch.mounts.iter().map(move |it| (launch, it)));
    let keys = mounts.filter(|(launch, mount)| match &mount.kind {
        MountKind::Secret(_) => true,
        MountKind::Guarded(_) => launch.volumes_group.is_none(),
        MountKind::Host(path) => is_key(ImagePath::new(path).file_name()),
        _ => false,
    });
    keys.filter_map(move |(_, mount)| {
        let path = launches::place_of(stage, mount)?;
        Some(PrivateKey {
            name: path.file_name().to_owned(),
            path,
            is_copied: false,
        })
    })
}

fn is_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "pem" | "key" | "p12" | "pfx") || name.starts_with("id_rsa")
}
