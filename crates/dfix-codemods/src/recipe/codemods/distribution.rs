//! Distributions: how their releases are called, what their archives have, and how files speak of them.

use dfix_catalogue::{
    Distribution, Foundation, ImageMark, PackagePresence, image_is, package_presence,
};
use dfix_engine::OpenCondition;

/// Whether an official image is a distribution's own, so that its version is the release.
pub(super) fn is_distribution(repository: &str) -> bool {
    image_is(repository, ImageMark::Distribution)
}

/// Whether a release has packages: what is not known, and what is not there.
pub(crate) fn packages_there(foundation: &Foundation, names: &[&str]) -> Option<OpenCondition> {
    use PackagePresence as P;
    let is_there =
        |name: &&&str| matches!(package_presence(foundation, name), P::Present | P::Provided);
    let doubtful: Vec<&str> = names.iter().filter(|it| !is_there(it)).copied().collect();
    let (place, remedy) = match foundation.release {
        Some(_) => (foundation.told(), "see the names there, and build it once"),
        None => (
            format!("the release of {} below the new image", foundation.told()),
            "`cat /etc/os-release` in it tells which one: see the names there, and build it once",
        ),
    };
    (!doubtful.is_empty()).then(|| {
        OpenCondition::new(
            format!("whether {place} has {}", doubtful.join(", ")),
            remedy,
        )
    })
}

/// The distribution that a recipe names.
pub(super) fn named(distribution: &str) -> Result<Distribution, String> {
    match distribution {
        "debian" => Ok(Distribution::Debian),
        "ubuntu" => Ok(Distribution::Ubuntu),
        "alpine" => Ok(Distribution::Alpine),
        other => Err(format!(
            "`distribution` is `{other}`, which is none of debian, ubuntu and alpine"
        )),
    }
}
