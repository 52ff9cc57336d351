//! Which commands a Debian image has, by release and layer of `buildpack-deps`.
//!
//! `data/debian-commands.tsv` lists the files in `bin` folders of every package that the layers
//! install, dependencies included. Verified for bullseye, bookworm and trixie; older releases read
//! as bullseye and newer ones as trixie.

use super::{Distribution, Foundation, Layer, table_rows};

static COMMANDS: &str = include_str!("../data/debian-commands.tsv");
static PACKAGES: &str = include_str!("../data/debian-packages.tsv");

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Useful at run time; small enough to install where it is missed.
    RunTime,
    /// A compiler, a linker, `make`, a tool that finds headers: a sign that something is built.
    Build,
}

/// Where a command comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The package to install for it.
    pub package: &'static str,
    /// The least layer that has it.
    pub layer: Layer,
    /// What it is for.
    pub class: Class,
}

/// Finds the command in the images of a Debian or Ubuntu release, the full one included.
///
/// `command` is a bare name or a path in a system folder; `None` when no layer has it, which says
/// nothing about images that install more. Commands of the base system have an empty package.
pub fn tool(distribution: Distribution, release: Option<&str>, command: &str) -> Option<Tool> {
    if !matches!(distribution, Distribution::Debian | Distribution::Ubuntu) {
        return None;
    }
    let command = bare(command)?;
    let release = if distribution == Distribution::Ubuntu {
        "bookworm"
    } else {
        release.unwrap_or("bookworm")
    };
    find(release, command).or_else(|| {
        // `gcc-8` and `python3.7` of releases that are not listed: the unversioned name tells.
        let listed = matches!(release, "bullseye" | "bookworm" | "trixie");
        let plain =
            command.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let plain = match plain {
            "python" => "python3",
            other => other,
        };
        (!listed && plain != command).then(|| find(release, plain))?
    })
}

/// Whether an image that stands on `foundation`, and has nothing else, has the command; `None`
/// when not known.
pub fn tool_in(foundation: &Foundation, command: &str) -> Option<bool> {
    match foundation.distribution {
        // Ubuntu's apt no longer brings adduser since 24.04; whether its images do is not told.
        Distribution::Ubuntu
            if matches!(
                bare(command)?,
                "adduser" | "addgroup" | "deluser" | "delgroup"
            ) && !foundation
                .release
                .is_some_and(|name| UP_TO_22_10.contains(&name)) =>
        {
            None
        }
        Distribution::Debian | Distribution::Ubuntu => {
            let found = tool(foundation.distribution, foundation.release, command);
            match (found, foundation.layer) {
                (_, Layer::Bare) => None,
                (Some(tool), Layer::Unknown) => (tool.layer == Layer::Plain).then_some(true),
                (Some(tool), Layer::Slim) => Some(tool.layer <= Layer::Plain),
                (Some(tool), layer) => Some(tool.layer <= layer),
                (None, Layer::Unknown) => None,
                (None, _) => bare(command).and_then(|name| {
                    WELL_KNOWN
                        .split(' ')
                        .any(|known| known == name)
                        .then_some(false)
                }),
            }
        }
        Distribution::Alpine => {
            let command = bare(command)?;
            if BUSYBOX
                .split_ascii_whitespace()
                .any(|applet| applet == command)
            {
                return Some(true);
            }
            let elsewhere = find("bookworm", command).is_some()
                || WELL_KNOWN.split(' ').any(|known| known == command);
            elsewhere.then_some(false)
        }
        _ => None,
    }
}

/// Ubuntu's releases up to 22.10: with `adduser`, and still without a user of their own.
pub(super) const UP_TO_22_10: &[&str] = &[
    "lucid", "maverick", "natty", "oneiric", "precise", "quantal", "raring", "saucy", "trusty",
    "utopic", "vivid", "wily", "xenial", "yakkety", "zesty", "artful", "bionic", "cosmic", "disco",
    "eoan", "focal", "groovy", "hirsute", "impish", "jammy", "kinetic",
];

/// The tool that an image of `repository` loses when its foundation changes from `from` to its
/// slim form's `to`, or `None` when the command stays, or was never there.
///
/// Packages that the slim image keeps or installs itself (the compiler of `rust:slim`, `git` of
/// `haskell:slim`, …) are not lost.
pub fn lost_tool(
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
    let lost = has && rank(found.layer) > after;
    (lost && !is_own(repository, command) && !keeps(repository, found.package)).then_some(found)
}

/// Whether an image that stands on `foundation`, and has nothing else, has the Debian package
/// installed; `None` when not known.
///
/// Names that carry a version differ by release: `libicu72` is in bookworm's full image only. The
/// suffix `t64` is left out of account.
pub fn package_in(foundation: &Foundation, package: &str) -> Option<bool> {
    if foundation.distribution != Distribution::Debian || foundation.layer == Layer::Bare {
        return None;
    }
    let least = package_layer(foundation.release?, package);
    match (least, foundation.layer) {
        (Some(Layer::Plain), _) => Some(true),
        (_, Layer::Unknown) => None,
        (None, _) => Some(false),
        (Some(least), layer) => Some(least <= layer),
    }
}

/// Whether the slim form lacks a Debian package, a shared library say, that the full one has.
/// Arguments as for [`lost_tool`].
pub fn lost_package(repository: &str, from: &Foundation, to: &Foundation, package: &str) -> bool {
    (package_in(from, package) != Some(false) || adds(repository, package))
        && package_in(to, package) != Some(true)
        && from
            .release
            .is_some_and(|release| package_layer(release, package).is_some())
        && !keeps(repository, package)
}

fn package_layer(release: &str, package: &str) -> Option<Layer> {
    let package = package.strip_suffix("t64").unwrap_or(package);
    let release = listed_release(release);
    table_rows(PACKAGES).find_map(|mut row| {
        row.next()?.split(',').find(|name| *name == release)?;
        let layer = layer_of(row.next()?);
        row.next()?
            .split(' ')
            .any(|name| name == package)
            .then_some(layer)
    })
}

fn layer_of(word: &str) -> Layer {
    match word {
        "curl" => Layer::Curl,
        "scm" => Layer::Scm,
        "full" => Layer::Full,
        _ => Layer::Plain,
    }
}

/// The release whose rows serve for this one.
fn listed_release(release: &str) -> &str {
    match release {
        "wheezy" | "jessie" | "stretch" | "buster" | "squeeze" => "bullseye",
        "forky" | "sid" | "duke" => "trixie",
        other => other,
    }
}

/// Whether the image brings the command along in `/usr/local`, in both of its forms.
fn is_own(repository: &str, command: &str) -> bool {
    super::image(repository, "latest")
        .own_commands()
        .any(|own| own == command)
        && !command.contains('/')
}

/// Whether the full form of an image installs the package on top of the layer that it stands on, which
/// its slim form does not.
fn adds(repository: &str, package: &str) -> bool {
    const ADDED: &[&str] = &[
        "bzip2",
        "unzip",
        "xz-utils",
        "fontconfig",
        "fontconfig-config",
        "libfontconfig1",
        "libfreetype6",
    ];
    repository == "openjdk" && ADDED.contains(&package)
}

/// Packages that a slim image has on top of the distribution's slim image, in all its versions.
fn keeps(repository: &str, package: &str) -> bool {
    const KEPT: &[(&str, &str)] = &[
        (
            "python",
            "ca-certificates openssl netbase tzdata libffi6 libffi7 libffi8 libsqlite3-0 libssl1.1 \
             libssl3 libreadline7 libreadline8 libncursesw6 libexpat1",
        ),
        ("pypy", "ca-certificates openssl"),
        ("ruby", "ca-certificates openssl"),
        ("perl", "make"),
        ("rust", "ca-certificates openssl gcc cpp binutils libc6-dev"),
        (
            "haskell",
            "ca-certificates openssl curl dpkg-dev git gcc g++ cpp binutils libc6-dev gnupg make \
             patch perl xz-utils",
        ),
    ];
    KEPT.iter()
        .filter(|(name, _)| *name == repository)
        .any(|(_, packages)| {
            packages
                .split_ascii_whitespace()
                .any(|kept| kept == package)
        })
}

fn bare(command: &str) -> Option<&str> {
    if !command.contains('/') {
        return Some(command);
    }
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"]
        .iter()
        .find_map(|folder| command.strip_prefix(folder))
        .filter(|name| !name.contains('/') && !name.is_empty())
}

fn find(release: &str, command: &str) -> Option<Tool> {
    let row_of = listed_release(release);
    table_rows(COMMANDS).find_map(|mut row| {
        let releases = row.next()?;
        releases
            .split(',')
            .find(|name| *name == row_of || *name == release)?;
        let layer = layer_of(row.next()?);
        let package = match row.next()? {
            "-" => "",
            name => name,
        };
        let class = match row.next()? {
            "build" => Class::Build,
            _ => Class::RunTime,
        };
        row.next()?
            .split(' ')
            .any(|name| name == command)
            .then_some(Tool {
                package,
                layer,
                class,
            })
    })
}

/// Commands that no base image has, however often one meets them.
const WELL_KNOWN: &str = "sudo vim nano emacs less jq nc ncat netcat socat telnet ping ifconfig ip \
    dig nslookup host traceroute iptables lsof strace gdb htop tree rsync zip tar7z 7z p7zip ffmpeg \
    node npm npx yarn pnpm java javac mvn gradle ruby gem bundle php go cargo rustc rustup cmake \
    ninja clang clang++ gfortran nginx apache2 httpd supervisord cron crond sshd gosu su-exec tini \
    dumb-init psql mysql redis-cli sqlite3 mongo aws gcloud az kubectl helm docker bash-completion \
    zsh fish screen tmux locale-gen dos2unix expect envsubst pdftotext tesseract chromium wkhtmltopdf \
    python pip pip3 virtualenv pipenv poetry uv conda apk dnf yum microdnf";

/// What busybox answers to on Alpine, and the few commands of its base beside it.
const BUSYBOX: &str = "[ [[ acpid adduser addgroup adjtimex apk arch arp arping ash awk base64 \
    basename bbconfig bc beep blkdiscard blkid blockdev brctl bunzip2 bzcat bzip2 cal cat chattr chgrp \
    chmod chown chpasswd chroot chvt cksum clear cmp comm cp cpio crond crontab cryptpw cut date dc dd \
    deallocvt delgroup deluser depmod df diff dirname dmesg dnsdomainname dos2unix du dumpkmap echo \
    egrep eject env ether-wake expand expr factor fallocate false fatattr fbset fbsplash fdflush fdisk \
    fgrep find findfs flock fold free fsck fstrim fsync fuser getconf getent getopt getty grep groups \
    gunzip gzip halt hd head hexdump hostid hostname hwclock iconv id ifconfig ifdown ifenslave ifup \
    init inotifyd insmod install ionice iostat ip ipaddr ipcalc ipcrm ipcs iplink ipneigh iproute iprule \
    iptunnel kbd_mode kill killall killall5 klogd last ldd less link linux32 linux64 ln loadfont \
    loadkmap logger login logread losetup ls lsattr lsmod lsof lsusb lzcat lzma lzop lzopcat makemime \
    md5sum mdev mesg microcom mkdir mkdosfs mkfifo mknod mkpasswd mkswap mktemp modinfo modprobe more \
    mount mountpoint mpstat mv nameif nanddump nbd-client nc netstat nice nl nmeter nohup nologin \
    nproc nsenter nslookup ntpd od openvt partprobe passwd paste pgrep pidof ping ping6 \
    pipe_progress pivot_root pkill pmap poweroff printenv printf ps pscan pstree pwd pwdx raidautorun \
    rdate rdev readahead readlink realpath reboot reformime remove-shell renice reset resize rev rfkill \
    rm rmdir rmmod route run-parts scanelf sed sendmail seq setconsole setfont setkeycodes \
    setlogcons setpriv setserial setsid sh sha1sum sha256sum sha3sum sha512sum showkey shred shuf \
    slattach sleep sort split ssl_client stat strings stty su sum swapoff swapon switch_root sync sysctl \
    syslogd tac tail tar tee test time timeout top touch tr traceroute traceroute6 tree true truncate \
    tty ttysize tunctl udhcpc udhcpc6 umount uname unexpand uniq unix2dos unlink unlzma unlzop unshare \
    unxz unzip uptime usleep uudecode uuencode vconfig vi vlock volname watch watchdog wc wget which \
    who whoami whois xargs xxd xzcat yes zcat zcip add-shell";
