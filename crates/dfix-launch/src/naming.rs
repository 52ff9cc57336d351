//! Further names of images that are built: which builds get them.

use crate::files::FolderLaunches;
use crate::launch::{Launch, Source};
use crate::short::{tag_of, without_tag};

/// So many names are given.
const MOST_NAMES: usize = 256;

impl FolderLaunches {
    /// The same, where builds have the further names that commands give what they make; those commands are gone. None where
    /// there are none.
    pub fn with_further_names(&self) -> Option<FolderLaunches> {
        let gives_names = |it: &Launch| !it.named_images.is_empty();
        if !self.launches.iter().any(gives_names) {
            return None;
        }
        let all = self.launches.iter().cloned();
        let (names, mut launches): (Vec<Launch>, Vec<Launch>) = all.partition(gives_names);
        // What a document shows to be tagged, a reader calls so, and nobody publishes.
        let named = names.iter().filter(|it| it.source != Source::Documentation);
        for name in named.take(MOST_NAMES) {
            let builds = launches.iter_mut().filter(|it| it.build.is_some());
            for build in builds.filter(|it| makes(it, name)) {
                for further in name.image.iter().chain(&name.other_images) {
                    if build.image.as_ref() != Some(further)
                        && !build.other_images.contains(further)
                    {
                        build.other_images.push(further.clone());
                    }
                }
            }
        }
        Some(FolderLaunches {
            launches,
            unread: self.unread.clone(),
            unclear: self.unclear.clone(),
            files: self.files.clone(),
            templates: self.templates.clone(),
            strangers: self.strangers.clone(),
            deployments: self.deployments.clone(),
            podmans: self.podmans.clone(),
            likely: self.likely.clone(),
            commands: self.commands.clone(),
            hadolint: self.hadolint.clone(),
        })
    }
}

/// Whether a build makes one of the images that are given a name. Within a file what is not known of its name may be any
/// part of theirs.
fn makes(build: &Launch, name: &Launch) -> bool {
    let is_beside = build.place.file == name.place.file;
    let mut built = build.image.iter().chain(&build.other_images);
    built.any(|built| {
        name.named_images.iter().any(|image| {
            let is_open = built.contains('$') || image.contains('$');
            let is_same =
                (without_tag(built), tag_of(built)) == (without_tag(image), tag_of(image));
            (is_same && (!is_open || is_beside))
                || is_beside
                    && may_be(without_tag(built), without_tag(image))
                    && may_be(tag_of(built), tag_of(image))
        })
    })
}

/// Whether a name with variables may be this one: `team/app-${ARCH}` is `team/app-arm64`. One that is a variable as a whole
/// is not compared, but with itself.
fn may_be(open: &str, name: &str) -> bool {
    if open == name {
        return true;
    }
    let mut parts = open.split("${");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first).filter(|_| !first.is_empty()) else {
        return false;
    };
    let mut is_open = false;
    for part in parts {
        let Some((_, literal)) = part.split_once('}') else {
            return false;
        };
        is_open = literal.is_empty();
        // A variable is one sign at least, and no part of a path.
        let Some(at) = rest.get(1..).and_then(|it| it.find(literal)) else {
            return false;
        };
        if rest[..=at].contains('/') {
            return false;
        }
        rest = &rest[1 + at + literal.len()..];
    }
    rest.is_empty() || is_open && !rest.contains('/')
}

#[cfg(test)]
mod tests {
    use super::may_be;

    #[test]
    fn names_with_variables_may_be_others() {
        for (open, name) in [
            ("team/app", "team/app"),
            ("team/app-${ARCH}", "team/app-arm64"),
            ("team/${ARCH}-app", "team/arm64-app"),
            ("v${A}-${B}", "v1-2"),
            ("${X}", "${X}"),
        ] {
            assert!(may_be(open, name), "{open} {name}");
        }
        for (open, name) in [
            ("team/app-${ARCH}", "team/app-"),
            ("team/app-${ARCH}", "team/app"),
            ("team/${X}", "team/a/b"),
            ("team/${X}-app", "team/x-app-y"),
            ("${X}", "app"),
            ("app", "${X}"),
        ] {
            assert!(!may_be(open, name), "{open} {name}");
        }
    }
}
