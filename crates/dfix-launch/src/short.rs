//! Mounts, ports and devices as one text each, as Docker's command line and Compose write them.

use crate::launch::{Access, MountKind, Port};
use crate::mode;
use crate::shell::stand_in;

/// `[[address:]published:]container[/protocol]`, with a range on either side: the ports in the container.
pub(crate) fn port(text: &str) -> Option<Port> {
    let container = text.split('/').next()?.rsplit(':').next()?;
    let (first, last) = container.split_once('-').unwrap_or((container, container));
    Some(Port {
        first: first.trim().parse().ok()?,
        last: last.trim().parse().ok()?,
    })
}

/// `[source:]target[:mode]`: the source, the target, and whether it is read-only.
pub(crate) fn mount(text: &str) -> Option<(Option<&str>, &str, bool)> {
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, mode) = match *parts.as_slice() {
        [target] => (None, target, ""),
        [source, target] => (Some(source), target, ""),
        // `C:\folder:/target` of Windows; the names of volumes have two letters at least.
        [drive, folder, target] if is_drive(drive) && folder.starts_with(['\\', '/']) => {
            (Some(&text[..drive.len() + 1 + folder.len()]), target, "")
        }
        [source, target, mode] => (Some(source), target, mode),
        [drive, folder, target, mode] if is_drive(drive) => {
            (Some(&text[..drive.len() + 1 + folder.len()]), target, mode)
        }
        [_, _, target, ..] => (Some(text), target, ""),
        [] => return None,
    };
    Some((source, target, mode.split(',').any(|it| it == "ro")))
}

/// Memory with these options: `mode=1777,size=64m`. Numbers of a mode are octal (tmpfs(5)).
pub(crate) fn tmpfs<'o>(options: impl IntoIterator<Item = &'o str>) -> MountKind {
    let mut access = Access::Unsaid;
    for option in options {
        let (name, value) = option.trim().split_once('=').unwrap_or((option.trim(), ""));
        match name {
            "mode" | "tmpfs-mode" => access = mode::access(&format!("0{value}")),
            "uid" | "gid" => return MountKind::Tmpfs(Access::Unknown),
            _ => {}
        }
    }
    MountKind::Tmpfs(access)
}

/// Whether it is the letter of a drive of Windows.
fn is_drive(text: &str) -> bool {
    text.len() == 1 && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Whether the source of a mount is a place of the host, and no volume's name.
pub(crate) fn is_of_host(source: &str) -> bool {
    source.starts_with(['.', '/', '~', '$', '%']) || source.contains(['/', '\\'])
}

/// `host[:container[:rights]]`: where a device of the host lies in the container.
pub(crate) fn device(text: &str) -> &str {
    text.split(':').nth(1).unwrap_or(text)
}

/// The image without the host of its registry, its tag and its digest: what stays the same from where it is built to
/// where it is started.
pub(crate) fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name_at = image.rfind('/').map_or(0, |at| at + 1);
    let end = image[name_at..]
        .find(':')
        .map_or(image.len(), |at| name_at + at);
    let image = &image[..end];
    let image = match image.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => rest,
        _ => image,
    };
    image.strip_prefix("library/").unwrap_or(image)
}

/// The image without its tag and its digest, its registry kept.
pub(crate) fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name_at = image.rfind('/').map_or(0, |at| at + 1);
    let end = image[name_at..].find(':');
    end.map_or(image, |end| &image[..name_at + end])
}

/// The tag of an image; `latest` where it says none.
pub(crate) fn tag_of(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let tag = image[without_tag(image).len()..].strip_prefix(':');
    tag.unwrap_or("latest")
}

/// Whether nothing is known of the last part of an image's name.
pub(crate) fn is_open_name(image: &str) -> bool {
    let name = repository(image).rsplit('/').next();
    name.is_some_and(|name| name.contains('$'))
}

/// The name of an image in a file that is a template or is filled in later: `${NAME}` stands for `{{ … }}`, `$(…)`,
/// `<…>` and variables.
pub(crate) fn open_name(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let inside = [("{{", "}}"), ("${", "}"), ("$(", ")"), ("<", ">")]
            .into_iter()
            .find_map(|(open, close)| {
                let inside = rest.strip_prefix(open)?;
                let end = inside.find(close)?;
                Some((&inside[..end], &inside[end + close.len()..]))
            });
        let (name, behind) = inside.unwrap_or_else(|| {
            let name = rest[1..].trim_start_matches(is_name);
            (&rest[1..rest.len() - name.len()], name)
        });
        out.push_str(&stand_in(name));
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{mount, open_name, repository};

    #[test]
    fn what_is_put_in_later_stands_as_a_variable() {
        for (text, name) in [
            ("team/web:1", "team/web:1"),
            ("{{ .Values.image }}:{{.tag}}", "${Values_image}:${tag}"),
            ("$REGISTRY/web:$(TAG)", "${REGISTRY}/web:${TAG}"),
            ("${localEnv:IMAGE}", "${localEnv_IMAGE}"),
            ("a{b$", "a${b}${it}"),
        ] {
            assert_eq!(open_name(text), name);
        }
    }

    #[test]
    fn the_repository_is_what_registries_have_in_common() {
        for (image, name) in [
            ("web", "web"),
            ("web:1.2", "web"),
            ("docker.io/library/web@sha256:ab", "web"),
            ("localhost:5000/team/web:dev", "team/web"),
            ("ghcr.io/team/web", "team/web"),
            ("team/web", "team/web"),
            ("${REGISTRY}/web:${TAG}", "${REGISTRY}/web"),
        ] {
            assert_eq!(repository(image), name, "{image}");
        }
    }

    #[test]
    fn a_mount_has_up_to_three_parts() {
        assert_eq!(mount("/data"), Some((None, "/data", false)));
        assert_eq!(mount("a:/b"), Some((Some("a"), "/b", false)));
        assert_eq!(mount("C:\\a:/b"), Some((Some("C:\\a"), "/b", false)));
        assert_eq!(mount("c:/a:/b:ro"), Some((Some("c:/a"), "/b", true)));
        assert_eq!(mount("./a:/b:z,ro"), Some((Some("./a"), "/b", true)));
    }
}
