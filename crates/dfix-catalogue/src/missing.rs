//! What the slim form of an image lacks that the full one has.

use super::commands::{Tool, package_in, package_layer, tool};
use super::foundation::{Foundation, Layer};
use super::images::image;
use super::slim::FORMS;

/// The tool of `command` that is missing when the foundation of an image of `repository` changes from `from` to
/// its slim form's `to`; `None` where the command stays, or was never there.
///
/// Packages that the slim image keeps or installs itself (the compiler of `rust:slim`, `git` of
/// `haskell:slim`, …) are not missing.
pub fn missing_in_slim(
    repository: &str,
    from: &Foundation,
    to: &Foundation,
    command: &str,
) -> Option<Tool> {
    let found = tool(from.distribution, from.release, command)?;
    let rank = |layer: Layer| match layer {
        Layer::Curl => 1,
        Layer::Scm => 2,
        Layer::Full | Layer::Unknown => 3,
        _ => 0,
    };
    // An unknown layer is read as the fuller one before the change, as the emptier one after it.
    let after = if to.layer == Layer::Unknown {
        0
    } else {
        rank(to.layer)
    };
    let has = rank(found.layer) <= rank(from.layer) || adds(repository, found.package);
    let is_slim = matches!(to.layer, Layer::Slim | Layer::Unknown);
    let is_left_out = found.is_left_out && from.layer != Layer::Slim && is_slim;
    let is_missing = has && (rank(found.layer) > after || is_left_out);
    (is_missing && !is_own(repository, command) && !keeps(repository, found.package))
        .then_some(found)
}

/// Whether the slim form lacks a Debian package, a shared library say, that the full one has.
/// Arguments as for [`missing_in_slim`].
pub fn package_missing_in_slim(
    repository: &str,
    from: &Foundation,
    to: &Foundation,
    package: &str,
) -> bool {
    let is_known = from
        .release
        .is_some_and(|release| package_layer(release, package).is_some());
    let is_in_full = is_known && package_in(from, package) != Some(false);
    (is_in_full || adds(repository, package))
        && package_in(to, package) != Some(true)
        && !keeps(repository, package)
}

/// Whether the image brings the command along in `/usr/local`, in both of its forms.
fn is_own(repository: &str, command: &str) -> bool {
    let brings = |tag: &str| {
        image(repository, tag)
            .own_commands()
            .any(|own| own == command)
    };
    brings("latest") && brings("slim") && !command.contains('/')
}

/// Whether the full form of an image installs the package on top of the layer that it is based on, which
/// its slim form does not.
fn adds(repository: &str, package: &str) -> bool {
    FORMS
        .row(repository)
        .is_some_and(|row| row.lists(2, ' ', package))
}

/// Whether a slim image has the package on top of the distribution's slim image, in all its versions.
fn keeps(repository: &str, package: &str) -> bool {
    FORMS
        .row(repository)
        .is_some_and(|row| row.lists(1, ' ', package))
}
