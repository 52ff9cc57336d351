//! What follows from the distribution alone: libc, package manager, shell, user tools.

use super::commands::tool_in;
use super::foundation::{Distribution, Foundation, Layer};
use super::image::{
    Family, ImageFacts, Libc, Purpose, Shell, ShippedUser, SystemPackageManager, UserTools, Wget,
};
use super::releases::is_up_to_22_10;

/// Adds to an image's facts what its distribution tells.
pub(super) fn add_system(facts: &mut ImageFacts) {
    let Some(foundation) = facts.foundation else {
        return;
    };
    let layer = foundation.layer;
    let (libc, manager, shell, tools, wget) = match foundation.distribution {
        Distribution::Debian | Distribution::Ubuntu if layer == Layer::Bare => (
            Libc::Glibc,
            SystemPackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Debian | Distribution::Ubuntu => (
            Libc::Glibc,
            SystemPackageManager::Apt,
            Shell::Bash,
            match tool_in(&foundation, "adduser") {
                Some(true) => UserTools::DebianBoth,
                Some(false) => UserTools::Shadow,
                None => UserTools::Shadow,
            },
            match layer {
                Layer::Curl | Layer::Scm | Layer::Full => Wget::Gnu,
                _ if facts.commands.split(' ').any(|word| word == "wget") => Wget::Gnu,
                Layer::Unknown => Wget::Unknown,
                _ if facts.family == Family::System => Wget::None,
                _ => Wget::Unknown,
            },
        ),
        Distribution::Alpine => (
            Libc::Musl,
            SystemPackageManager::Apk,
            if facts.commands.split(' ').any(|word| word == "bash") {
                Shell::Bash
            } else {
                Shell::Sh
            },
            UserTools::Busybox,
            Wget::Busybox,
        ),
        Distribution::Wolfi if layer == Layer::Bare => (
            Libc::Glibc,
            SystemPackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Wolfi => (
            Libc::Glibc,
            SystemPackageManager::Apk,
            Shell::Sh,
            UserTools::Busybox,
            Wget::Busybox,
        ),
        Distribution::Busybox => (
            Libc::Unknown,
            SystemPackageManager::None,
            Shell::Sh,
            UserTools::Busybox,
            Wget::Busybox,
        ),
        Distribution::Scratch => (
            Libc::None,
            SystemPackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Windows => (
            Libc::None,
            SystemPackageManager::None,
            Shell::Cmd,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Arch => (
            Libc::Glibc,
            SystemPackageManager::Pacman,
            Shell::Bash,
            UserTools::Shadow,
            Wget::None,
        ),
        Distribution::Suse => (
            Libc::Glibc,
            SystemPackageManager::Zypper,
            Shell::Bash,
            UserTools::Unknown,
            Wget::Unknown,
        ),
        Distribution::Photon | Distribution::AzureLinux => (
            Libc::Glibc,
            if layer == Layer::Bare {
                SystemPackageManager::None
            } else {
                SystemPackageManager::Tdnf
            },
            if layer == Layer::Bare {
                Shell::None
            } else {
                Shell::Bash
            },
            if layer == Layer::Bare {
                UserTools::None
            } else {
                UserTools::Unknown
            },
            Wget::Unknown,
        ),
        _ => red_hat(&foundation),
    };
    facts.libc = libc;
    facts.package_manager = manager;
    facts.shell = shell;
    facts.user_tools = tools;
    facts.wget = wget;
    facts.extra_user = ubuntu_user(facts, &foundation);
}

fn red_hat(foundation: &Foundation) -> (Libc, SystemPackageManager, Shell, UserTools, Wget) {
    let number = foundation.release.and_then(|text| text.parse::<u32>().ok());
    let distribution = foundation.distribution;
    let (manager, tools) = match (foundation.layer, distribution, number) {
        (Layer::Bare, ..) => (SystemPackageManager::None, UserTools::None),
        (Layer::Minimal, Distribution::OracleLinux, Some(..=7)) => {
            (SystemPackageManager::Yum, UserTools::Shadow)
        }
        (Layer::Minimal, Distribution::Fedora, Some(41..)) => {
            (SystemPackageManager::Unknown, UserTools::Unknown)
        }
        (Layer::Minimal, Distribution::OracleLinux | Distribution::Ubi, _) => {
            // Without shadow-utils on UBI; Oracle's slim form has it.
            let tools = if distribution == Distribution::Ubi {
                UserTools::None
            } else {
                UserTools::Shadow
            };
            (SystemPackageManager::Microdnf, tools)
        }
        (Layer::Minimal, ..) => (SystemPackageManager::Microdnf, UserTools::Unknown),
        // Amazon's images come without shadow-utils.
        (_, Distribution::AmazonLinux, Some(2022..)) => {
            (SystemPackageManager::Dnf, UserTools::None)
        }
        (_, Distribution::AmazonLinux, Some(_)) => (SystemPackageManager::Yum, UserTools::None),
        (_, Distribution::AmazonLinux, None) => (SystemPackageManager::Unknown, UserTools::None),
        (Layer::Unknown, ..) => (SystemPackageManager::Unknown, UserTools::Unknown),
        (_, Distribution::Fedora, _) => (SystemPackageManager::Dnf, UserTools::Shadow),
        (_, _, Some(..=7)) => (SystemPackageManager::Yum, UserTools::Shadow),
        (_, _, Some(_)) => (SystemPackageManager::Dnf, UserTools::Shadow),
        (_, _, None) => (SystemPackageManager::Unknown, UserTools::Shadow),
    };
    let shell = Shell::Bash;
    (Libc::Glibc, manager, shell, tools, Wget::None)
}

/// Ubuntu's own images carry a user `ubuntu` since 23.04, and so do images that are based on them and
/// only add programs (adoptium/containers#613), unless they made a user of the same number in its place.
fn ubuntu_user(facts: &ImageFacts, foundation: &Foundation) -> Option<ShippedUser> {
    let release = foundation.release?;
    let taken = facts.users.contains("/1000");
    (foundation.distribution == Distribution::Ubuntu
        && foundation.layer == Layer::Plain
        && matches!(
            facts.family,
            Family::System | Family::Java | Family::Cuda | Family::Swift | Family::Ruby
        )
        && !taken
        && !is_up_to_22_10(release))
    .then_some(ShippedUser {
        name: "ubuntu",
        uid: Some(1000),
        home: Some("/home/ubuntu"),
        purpose: Purpose::Application,
    })
}
