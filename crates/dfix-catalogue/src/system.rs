//! What follows from the distribution alone: libc, package manager, shell, user tools.

use super::commands::tool_in;
use super::foundation::{Distribution, Foundation, Layer};
use super::image::{
    Family, ImageFacts, Libc, PackageManager, Purpose, Shell, ShippedUser, UserTools, Wget,
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
            PackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Debian | Distribution::Ubuntu => (
            Libc::Glibc,
            PackageManager::Apt,
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
            PackageManager::Apk,
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
            PackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Wolfi => (
            Libc::Glibc,
            PackageManager::Apk,
            Shell::Sh,
            UserTools::Busybox,
            Wget::Busybox,
        ),
        Distribution::Busybox => (
            Libc::Unknown,
            PackageManager::None,
            Shell::Sh,
            UserTools::Busybox,
            Wget::Busybox,
        ),
        Distribution::Scratch => (
            Libc::None,
            PackageManager::None,
            Shell::None,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Windows => (
            Libc::None,
            PackageManager::None,
            Shell::Cmd,
            UserTools::None,
            Wget::None,
        ),
        Distribution::Arch => (
            Libc::Glibc,
            PackageManager::Pacman,
            Shell::Bash,
            UserTools::Shadow,
            Wget::None,
        ),
        Distribution::Suse => (
            Libc::Glibc,
            PackageManager::Zypper,
            Shell::Bash,
            UserTools::Unknown,
            Wget::Unknown,
        ),
        Distribution::Photon | Distribution::AzureLinux => (
            Libc::Glibc,
            if layer == Layer::Bare {
                PackageManager::None
            } else {
                PackageManager::Tdnf
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

fn red_hat(foundation: &Foundation) -> (Libc, PackageManager, Shell, UserTools, Wget) {
    let number = foundation.release.and_then(|text| text.parse::<u32>().ok());
    let distribution = foundation.distribution;
    let (manager, tools) = match (foundation.layer, distribution, number) {
        (Layer::Bare, ..) => (PackageManager::None, UserTools::None),
        (Layer::Minimal, Distribution::OracleLinux, Some(..=7)) => {
            (PackageManager::Yum, UserTools::Shadow)
        }
        (Layer::Minimal, Distribution::Fedora, Some(41..)) => {
            (PackageManager::Unknown, UserTools::Unknown)
        }
        (Layer::Minimal, Distribution::OracleLinux | Distribution::Ubi, _) => {
            // Without shadow-utils on UBI; Oracle's slim form has it.
            let tools = if distribution == Distribution::Ubi {
                UserTools::None
            } else {
                UserTools::Shadow
            };
            (PackageManager::Microdnf, tools)
        }
        (Layer::Minimal, ..) => (PackageManager::Microdnf, UserTools::Unknown),
        // Amazon's images come without shadow-utils.
        (_, Distribution::AmazonLinux, Some(2022..)) => (PackageManager::Dnf, UserTools::None),
        (_, Distribution::AmazonLinux, Some(_)) => (PackageManager::Yum, UserTools::None),
        (_, Distribution::AmazonLinux, None) => (PackageManager::Unknown, UserTools::None),
        (Layer::Unknown, ..) => (PackageManager::Unknown, UserTools::Unknown),
        (_, Distribution::Fedora, _) => (PackageManager::Dnf, UserTools::Shadow),
        (_, _, Some(..=7)) => (PackageManager::Yum, UserTools::Shadow),
        (_, _, Some(_)) => (PackageManager::Dnf, UserTools::Shadow),
        (_, _, None) => (PackageManager::Unknown, UserTools::Shadow),
    };
    let shell = Shell::Bash;
    (Libc::Glibc, manager, shell, tools, Wget::None)
}

/// Ubuntu's own images carry a user `ubuntu` since 23.04, and so does what stands on them, unless
/// it made a user of the same number in its place.
fn ubuntu_user(facts: &ImageFacts, foundation: &Foundation) -> Option<ShippedUser> {
    let release = foundation.release?;
    let taken = facts.users.contains("/1000");
    (foundation.distribution == Distribution::Ubuntu
        && foundation.layer == Layer::Plain
        && facts.family == Family::System
        && !taken
        && !is_up_to_22_10(release))
    .then_some(ShippedUser {
        name: "ubuntu",
        uid: Some(1000),
        home: Some("/home/ubuntu"),
        purpose: Purpose::Application,
    })
}
