//! Facts about the world: published image tags, what base images hold, which packages compile,
//! when support ended. Knows no Dockerfile, and no other crate of dfix.
//!
//! Everything here is a pure function of its arguments and of data embedded at compile time
//! (`README.md` tells sources and dates). Nothing is parsed at start: look-ups read the
//! embedded bytes where they lie, so each costs microseconds and nothing is cached.
//! "Unknown" is always a possible answer, and never a guess in disguise.
#![warn(missing_docs)]

mod brings;
mod commands;
mod eol;
mod image;
mod images;
mod names;
mod packages;
pub mod programs;
mod releases;
mod slim;
mod system;
mod table;
mod tags;

pub use brings::brings;
pub use commands::{Class, Tool, lost_package, lost_tool, package_in, tool, tool_in};
pub use eol::{Eol, end_of_life, end_of_release};
pub use image::{
    Account, Family, ImageFacts, Libc, PackageManager, Purpose, Shell, ShippedUser, UserTools,
    Variant, Wget,
};
pub use images::{image, variant_of};
pub use names::{assumed_like, is_official, normalise};
pub use packages::{Form, Package, node_package, python_package, ruby_gem};
pub use slim::{Slim, SlimSibling, slim_of};
pub use tags::{TagRecord, aliases, tag, version_of};

use std::fmt;

/// The day on which the embedded data was true.
pub const AS_OF: Date = Date {
    year: 2026,
    month: 8,
    day: 21,
};

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, four digits.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// Reads `2026-08-21`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self { year, month, day })
    }

    /// The day that lies `days` after 2013-01-01, the first day of the tag data.
    pub(crate) fn from_days(days: u16) -> Self {
        let mut rest = days;
        let mut year = 2013_u16;
        loop {
            let length = if leap(year) { 366 } else { 365 };
            if rest < length {
                break;
            }
            rest -= length;
            year += 1;
        }
        let february = if leap(year) { 29 } else { 28 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut month = 1_u8;
        for length in lengths {
            if rest < length {
                break;
            }
            rest -= length;
            month += 1;
        }
        let day = u8::try_from(rest + 1).unwrap_or(31);
        Self { year, month, day }
    }
}

fn leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The operating system that an image is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Debian, distroless images included.
    Debian,
    /// Ubuntu.
    Ubuntu,
    /// Alpine Linux.
    Alpine,
    /// Fedora.
    Fedora,
    /// Red Hat's universal base images and RHEL.
    Ubi,
    /// CentOS and CentOS Stream.
    CentOs,
    /// Rocky Linux.
    RockyLinux,
    /// AlmaLinux.
    AlmaLinux,
    /// Oracle Linux.
    OracleLinux,
    /// Amazon Linux.
    AmazonLinux,
    /// VMware Photon.
    Photon,
    /// Azure Linux and its earlier name CBL-Mariner.
    AzureLinux,
    /// openSUSE and SLE.
    Suse,
    /// Arch Linux.
    Arch,
    /// Wolfi, under Chainguard's images.
    Wolfi,
    /// Plain busybox.
    Busybox,
    /// Windows.
    Windows,
    /// Nothing at all: `scratch`.
    Scratch,
}

/// What part of the operating system is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Less than a system: distroless, UBI micro.
    Bare,
    /// UBI minimal and the `-slim` form of Oracle Linux: `microdnf` instead of `dnf`.
    Minimal,
    /// Debian's `-slim`: the same packages as `Plain`, documentation removed.
    Slim,
    /// The distribution's own base image.
    Plain,
    /// `buildpack-deps:…-curl`: `Plain` with curl, wget, gnupg.
    Curl,
    /// `buildpack-deps:…-scm`: `Curl` with git, mercurial, subversion, ssh, procps.
    Scm,
    /// `buildpack-deps`: `Scm` with a compiler, make and headers.
    Full,
    /// Windows Server Core.
    ServerCore,
    /// Windows Nano Server.
    NanoServer,
    /// The release is known, the layer is not.
    Unknown,
}

/// What an image stands on: distribution, release, layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Foundation {
    /// The distribution.
    pub distribution: Distribution,
    /// Its release: a code name on Debian and Ubuntu (`bookworm`), a number elsewhere (`3.20`).
    pub release: Option<&'static str>,
    /// The part of it that is there.
    pub layer: Layer,
}

impl Foundation {
    /// Whether both stand on the same release of the same distribution; `None` when a release is
    /// unknown.
    pub fn same_release(&self, other: &Self) -> Option<bool> {
        if self.distribution != other.distribution {
            return Some(false);
        }
        Some(self.release? == other.release?)
    }

    /// Reads the form of the data files: `debian:bookworm/full`, `alpine:3.20`, `scratch`.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (system, layer) = match text.split_once('/') {
            Some((system, layer)) => (system, Some(layer)),
            None => (text, None),
        };
        let (name, release) = match system.split_once(':') {
            Some((name, release)) => (name, Some(release).filter(|text| *text != "?")),
            None => (system, None),
        };
        let distribution = match name {
            "debian" => Distribution::Debian,
            "ubuntu" | "ubuntu-debootstrap" | "ubuntu-upstart" => Distribution::Ubuntu,
            "alpine" => Distribution::Alpine,
            "fedora" => Distribution::Fedora,
            "ubi" => Distribution::Ubi,
            "centos" => Distribution::CentOs,
            "rockylinux" => Distribution::RockyLinux,
            "almalinux" => Distribution::AlmaLinux,
            "oraclelinux" => Distribution::OracleLinux,
            "amazonlinux" => Distribution::AmazonLinux,
            "photon" => Distribution::Photon,
            "azurelinux" => Distribution::AzureLinux,
            "opensuse" => Distribution::Suse,
            "archlinux" => Distribution::Arch,
            "wolfi" => Distribution::Wolfi,
            "busybox" => Distribution::Busybox,
            "windows" => Distribution::Windows,
            "scratch" => Distribution::Scratch,
            _ => return None,
        };
        let layer = match layer {
            None | Some("plain" | "init") => Layer::Plain,
            Some("slim") => Layer::Slim,
            Some("curl") => Layer::Curl,
            Some("scm") => Layer::Scm,
            Some("full") => Layer::Full,
            Some("minimal") => Layer::Minimal,
            Some("micro" | "bare") => Layer::Bare,
            Some("servercore") => Layer::ServerCore,
            Some("nanoserver") => Layer::NanoServer,
            Some(_) => Layer::Unknown,
        };
        Some(Self {
            distribution,
            release,
            layer,
        })
    }
}

#[cfg(test)]
mod tests;
