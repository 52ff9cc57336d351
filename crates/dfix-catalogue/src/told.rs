//! Images that no table knows, as somebody who knows them tells.

use super::image::{Account, Family, ImageFacts, Shell, SystemPackageManager, UserTools};
use super::images::image;
use super::names::normalise;

/// What is told of an image. What is left out is taken from the image that it is like; without one it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldImage {
    /// The public image that it is like, with its tag: `python:3.12-slim`.
    pub like: Option<String>,
    /// The user that its configuration sets: a name, or a number.
    pub user: Option<String>,
    /// Users other than root that it has, each with a home, for applications: `app`, `app:1000`.
    pub users: Vec<String>,
    /// The shell: `bash`, `sh` or `none`; the first counts as both.
    pub shell: Option<String>,
    /// The package manager: `apt`, `apk`, `dnf`, `microdnf`, `yum`, `none`.
    pub package_manager: Option<String>,
    /// Programs that it has beside those of its like.
    pub has: Vec<String>,
}

/// The words for [`ToldImage::shell`].
pub const SHELLS: [&str; 3] = ["bash", "sh", "none"];

/// The words for [`ToldImage::package_manager`].
pub const PACKAGE_MANAGERS: [&str; 9] = [
    "apt", "apk", "dnf", "microdnf", "yum", "tdnf", "zypper", "pacman", "none",
];

impl ToldImage {
    /// What is known of the image. Its texts are kept for as long as the program runs: ask once.
    pub fn facts(&self) -> ImageFacts {
        let like = match &self.like {
            Some(like) => {
                let (name, tag) = like.rsplit_once(':').unwrap_or((like, "latest"));
                image(&normalise(name), tag)
            }
            None => ImageFacts::NOTHING,
        };
        self.facts_beside(like)
    }

    /// What is known of an image that a Dockerfile builds on another: what is told of it, and what is the same in both.
    /// What it starts, sets and is for is not known; `workdir` is its working directory. Its texts are kept, too.
    pub fn facts_on(&self, base: ImageFacts, workdir: Option<&str>) -> ImageFacts {
        ImageFacts {
            family: Family::Other,
            drops_privileges: false,
            needs_root: false,
            workdir: workdir.map_or("?", |folder| folder.to_owned().leak()),
            entrypoint: "?",
            command: "?",
            environment: "?",
            ..self.facts_beside(base)
        }
    }

    fn facts_beside(&self, mut facts: ImageFacts) -> ImageFacts {
        if facts.family == Family::Unknown {
            facts.family = Family::Other;
        }
        if let Some(shell) = self.shell.as_deref() {
            facts.shell = match shell {
                "bash" => Shell::Bash,
                "sh" => Shell::Sh,
                "none" => Shell::None,
                _ => Shell::Unknown,
            };
        }
        if let Some(manager) = self.package_manager.as_deref() {
            (facts.package_manager, facts.user_tools) = manager_of(manager, facts.user_tools);
        }
        if !self.users.is_empty() {
            let users = self.users.iter().map(|user| {
                let (name, uid) = user.split_once(':').unwrap_or((user, ""));
                format!("{name}/{uid}/home=/home/{name}/app")
            });
            facts.users = users.collect::<Vec<_>>().join(",").leak();
        }
        if let Some(user) = &self.user {
            facts.default_user = self.account(user);
        }
        if !self.has.is_empty() {
            let words = self.has.join(" ");
            facts.commands = format!("{} {words}", facts.commands).leak();
        }
        facts
    }

    fn account(&self, user: &str) -> Account {
        if matches!(user, "root" | "0") {
            return Account::Root;
        }
        let listed = self.users.iter().find_map(|it| {
            let (name, uid) = it.split_once(':')?;
            (name == user).then(|| uid.parse().ok())?
        });
        Account::Other {
            name: user.to_owned().leak(),
            uid: user.parse().ok().or(listed),
        }
    }
}

/// A package manager, and how users are made where it is.
fn manager_of(name: &str, tools: UserTools) -> (SystemPackageManager, UserTools) {
    let shadow = match tools {
        UserTools::Unknown => UserTools::Shadow,
        known => known,
    };
    match name {
        "apt" => (SystemPackageManager::Apt, shadow),
        "apk" => (SystemPackageManager::Apk, UserTools::Busybox),
        "dnf" => (SystemPackageManager::Dnf, shadow),
        "microdnf" => (SystemPackageManager::Microdnf, tools),
        "yum" => (SystemPackageManager::Yum, shadow),
        "tdnf" => (SystemPackageManager::Tdnf, tools),
        "zypper" => (SystemPackageManager::Zypper, shadow),
        "pacman" => (SystemPackageManager::Pacman, shadow),
        "none" => (SystemPackageManager::None, tools),
        _ => (SystemPackageManager::Unknown, tools),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_goes_before_what_it_is_like() {
        let told = ToldImage {
            like: Some("python:3.12-slim".to_owned()),
            user: Some("app".to_owned()),
            users: vec!["app:1001".to_owned()],
            has: vec!["curl".to_owned()],
            ..ToldImage::default()
        };
        let facts = told.facts();
        assert_eq!(
            (facts.family, facts.package_manager),
            (Family::Python, SystemPackageManager::Apt)
        );
        let account = Account::Other {
            name: "app",
            uid: Some(1001),
        };
        assert_eq!(facts.default_user, account);
        assert!(
            facts
                .users()
                .any(|user| user.name == "app" && user.uid == Some(1001))
        );
        assert!(
            facts.own_commands().any(|it| it == "curl")
                && facts.own_commands().any(|it| it == "pip")
        );
    }

    #[test]
    fn an_image_that_is_like_none_is_known_by_what_is_told() {
        let told = ToldImage {
            user: Some("0".to_owned()),
            shell: Some("sh".to_owned()),
            package_manager: Some("apk".to_owned()),
            ..ToldImage::default()
        };
        let facts = told.facts();
        assert!(facts.is_known());
        assert_eq!(facts.default_user, Account::Root);
        assert_eq!(
            (facts.shell, facts.user_tools),
            (Shell::Sh, UserTools::Busybox)
        );
        assert_eq!(facts.workdir(), None);
    }
}
