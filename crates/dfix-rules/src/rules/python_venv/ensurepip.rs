//! The pip that Python itself brings along for new environments.

/// The minor and patch version of Python 3 that a tag of its official image names.
pub(crate) fn release(tag: &str) -> Option<(u16, Option<u16>)> {
    let version = tag.split('-').next()?;
    let mut parts = version.strip_prefix("3.")?.split('.');
    let minor = parts.next()?.parse().ok()?;
    Some((minor, parts.next().and_then(|patch| patch.parse().ok())))
}

/// The pip to put into an environment of an image that has a newer one than Python itself brings: the
/// last that keeps to the image's habits (the resolver changed with 20.3). Up to Python 3.6, and in the
/// first releases of 3.7 and 3.8, ensurepip makes environments with a pip before 19.3, which does not
/// take manylinux2014 wheels.
pub(crate) fn as_in_the_image(tag: &str) -> Option<&'static str> {
    let (minor, patch) = release(tag)?;
    match (minor, patch) {
        (4, None | Some(9..)) => Some("19.0.3"),
        (5, None | Some(7..)) | (6, Some(6..=12)) | (7, Some(0..=7)) | (8, Some(0..=3)) => {
            Some("20.2.4")
        }
        (6, None | Some(13..)) => Some("21.3.1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_with_a_newer_pip_than_their_python_brings() {
        assert_eq!(as_in_the_image("3.6-slim"), Some("21.3.1"));
        assert_eq!(as_in_the_image("3.6.1"), None);
        assert_eq!(as_in_the_image("3.7.4-slim-buster"), Some("20.2.4"));
        assert_eq!(as_in_the_image("3.7"), None);
        assert_eq!(as_in_the_image("3.12-alpine"), None);
        assert_eq!(as_in_the_image("latest"), None);
    }
}
