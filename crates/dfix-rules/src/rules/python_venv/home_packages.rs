//! Packages in a user's own place for them, where the Python of a virtual environment does not look: `~/.local/lib`, or
//! what `PYTHONUSERBASE` names (PEP 370; Python's documentation of `site`: `ENABLE_USER_SITE` is false in an environment).

use dfix_model::{Command, USER_BASE};

use super::site::Site;

/// What brings such packages, as a sentence.
pub(super) fn first(site: &Site<'_>) -> Option<String> {
    let others = site
        .launched_by_all()
        .chain(site.started())
        .chain(site.beside());
    if site
        .commands()
        .chain(others)
        .any(Command::installs_for_user)
    {
        return Some("another install puts packages into the user's home, which a virtual environment would hide".to_owned());
    }
    if let Some((copy, place)) = site.steps().find_map(|it| Some((it, it.user_packages()?))) {
        return Some(format!(
            "`{}` (line {}) brings `{place}`, and packages in a user's home are hidden by a virtual environment; install them all in one place first",
            copy.name(),
            copy.line(),
        ));
    }
    let mut stages = site.shipped().chain([site.stage]);
    let is_set = stages.any(|stage| stage.final_env(USER_BASE).is_set());
    let in_launches = || {
        let mut told = site.launches().flat_map(|it| &it.environment);
        told.any(|it| it.name == USER_BASE)
    };
    (is_set || in_launches()).then(|| {
        format!("{USER_BASE} is set, and the packages that it leads to are hidden by a virtual environment; leave it out first")
    })
}
