#!/usr/bin/env python3
"""Rewrite debian-commands.tsv and debian-packages.tsv from Debian's package indices.

    debian-commands.py BUILDPACK_DEPS MIRROR SCRATCH

BUILDPACK_DEPS is a table: distribution, release, layer (curl, scm, full), package.
MIRROR is the address of a Debian mirror; SCRATCH an empty folder for apt's state.
Needs apt on a Debian machine; installs nothing. The mirror's Contents files of the
newest release may lag behind its index: then that release is read with the Contents
of the one before, and packages whose name carries a version are matched by hand below.
"""
import collections
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASES = ["bullseye", "bookworm", "trixie"]
LAYERS = ["curl", "scm", "full"]

# Names that Debian's alternatives system makes, which no package lists as files.
ALTERNATIVES = {
    "gcc": ["cc", "c89", "c99"], "g++": ["c++"], "automake": ["automake", "aclocal"],
    "pinentry-curses": ["pinentry"], "procps": ["w"], "openssh-client": ["rsh", "rlogin", "rcp"],
    "xz-utils": "lzma unlzma lzcat lzmore lzless lzdiff lzcmp lzgrep lzegrep lzfgrep".split(),
}
IMAGEMAGICK = "convert identify mogrify montage compare composite display import animate stream conjure".split()
# Packages of trixie whose files are told by their bookworm forms.
LIKE = {"python3.13-minimal": "python3.11-minimal", "python3.13": "python3.11", "gcc-14": "gcc-12",
        "g++-14": "g++-12", "cpp-14": "cpp-12", "gcc-14-x86-64-linux-gnu": "gcc-12",
        "g++-14-x86-64-linux-gnu": "g++-12", "imagemagick-7.q16": "imagemagick-6.q16"}
NO_TOOLS = {"autotools-dev", "comerr-dev", "x11-common", "native-architecture", "ucf", "sensible-utils",
            "krb5-multidev"}
BUILD = re.compile(r"(autoconf|automake|binutils|cpp|gcc|g\+\+|make|dpkg-dev|m4|libtool|pkg-config|"
                   r"icu-devtools|.*-dev(-bin)?)$")
OLD = "squeeze,wheezy,jessie,stretch,buster"
IPROUTE = """bridge ctstat devlink genl ifstat ip lnstat nstat routef routel rtacct rtmon rtpr rtstat ss tc tipc"""
# What Debian 10 and before had beside what bullseye has: mercurial and bzr brought python 2, and the plain image had ping and ip,
# which its slim form had not (debuerreotype, examples/debian.sh).
OLDER = [(OLD, "scm", "python", "run", ["pydoc", "python", "python2", "python2.7"]),
         (OLD, "scm", "bzr", "run", ["bzr"]),
         (OLD, "unslimmed", "iputils-ping", "run", ["ping", "ping4", "ping6"]),
         (OLD, "unslimmed", "iproute2", "run", IPROUTE.split())]

CONFIGURATION = """
Dir "{root}"; Dir::State "{root}/var/lib/apt"; Dir::State::status "{root}/var/lib/dpkg/status";
Dir::Cache "{root}/var/cache/apt"; Dir::Etc "{root}/etc/apt";
APT::Architecture "amd64"; APT::Architectures {{"amd64";}}; Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb {{ MetaKey "$(COMPONENT)/Contents-$(ARCHITECTURE)";
  ShortDescription "Contents"; Description "Contents"; DefaultEnabled "{contents}"; KeepCompressed "true"; }};
"""


def make_root(scratch, release, mirror, contents):
    root = os.path.join(scratch, release)
    for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d",
                   "var/lib/apt/lists/partial", "var/lib/dpkg", "var/cache/apt/archives/partial"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    open(os.path.join(root, "var/lib/dpkg/status"), "w").close()
    with open(os.path.join(root, "etc/apt/sources.list"), "w", encoding="utf8") as file:
        file.write(f"deb [trusted=yes] {mirror} {release} main\n")
    with open(os.path.join(root, "apt.conf"), "w", encoding="utf8") as file:
        file.write(CONFIGURATION.format(root=root, contents="true" if contents else "false"))
    return subprocess.run(["apt-get", "update"], env=environment(root), check=False).returncode == 0


def environment(root):
    return dict(os.environ, APT_CONFIG=os.path.join(root, "apt.conf"))


def installed(root, packages):
    output = subprocess.run(["apt-get", "install", "-s", "-y", "--no-install-recommends", *packages],
                            capture_output=True, text=True, env=environment(root), check=True).stdout
    return set(re.findall(r"^Inst (\S+)", output, re.M))


def base_packages(root):
    names, merged = set(), False
    for path in glob.glob(f"{root}/var/lib/apt/lists/*_Packages"):
        with open(path, encoding="utf8") as file:
            for paragraph in file.read().split("\n\n"):
                name = re.match(r"Package: (\S+)", paragraph)
                merged |= bool(name) and name[1] == "usr-is-merged"
                if name and re.search(r"^(Priority: required|Essential: yes)", paragraph, re.M):
                    names.add(name[1])
    # debootstrap takes usr-is-merged where apt's solver would take usrmerge, and perl with it.
    return sorted(names - {"usrmerge"}) + ["apt", "debian-archive-keyring"] + (["usr-is-merged"] if merged else [])


def commands_of(root):
    found = collections.defaultdict(set)
    for path in glob.glob(f"{root}/var/lib/apt/lists/*Contents-*"):
        process = subprocess.Popen(["/usr/lib/apt/apt-helper", "cat-file", path], stdout=subprocess.PIPE,
                                   text=True, errors="replace")
        for line in process.stdout:
            match = re.match(r"(?:usr/)?(?:s?bin|games)/([^/\s]+)\s+(\S+)$", line)
            if match:
                for package in match[2].split(","):
                    found[package.split("/")[-1]].add(match[1])
    return found


def to_install(package):
    """The package that a person would name for what this one holds."""
    if re.match(r"(gpg|gpg-agent|gpgconf|gpgsm|gnupg-utils|gpg-wks-.*|pinentry-curses)$", package):
        return "gnupg"
    if re.match(r"(python3(\.\d+)?(-minimal)?|libpython3.*)$", package):
        return "python3"
    versioned = re.match(r"(gcc|g\+\+|cpp)-\d+", package)
    if versioned:
        return versioned[1]
    for prefix in ("binutils", "mercurial", "imagemagick"):
        if package.startswith(prefix):
            return prefix
    return {"pkgconf": "pkg-config", "pkgconf-bin": "pkg-config", "libc-dev-bin": "libc6-dev",
            "rpcsvc-proto": "libc6-dev", "libmariadb-dev-compat": "default-libmysqlclient-dev"}.get(package, package)


def main(table, mirror, scratch):
    wanted = collections.defaultdict(list)
    with open(table, encoding="utf8") as file:
        for line in file:
            if line.startswith("debian\t"):
                _, release, layer, package = line.rstrip("\n").split("\t")
                wanted[release, layer].append(package.split("[")[0])
    sets, commands = {}, {}
    for release in RELEASES:
        root = os.path.join(scratch, release)
        if not make_root(scratch, release, mirror, True):
            make_root(scratch, release, mirror, False)
        base = installed(root, base_packages(root))
        sets[release, "base"], asked = base, []
        for layer in LAYERS:
            asked += wanted[release, layer]
            sets[release, layer] = installed(root, sorted(base) + asked)
        commands[release] = commands_of(root) or commands[RELEASES[RELEASES.index(release) - 1]]
    write_commands(sets, commands)
    write_packages(sets)


def of_package(package, release, commands):
    like = package if package in commands[release] else LIKE.get(package, package)
    found = set(commands[release].get(like, ()))
    if like != package:
        found = {name.replace("-12", "-14").replace("3.11", "3.13").replace("im6", "im7") for name in found}
    for name in (package, like):
        found |= set(ALTERNATIVES.get(name, ()))
    if package.startswith("imagemagick-") and package.endswith("q16"):
        found |= set(IMAGEMAGICK) | ({"magick"} if "-7" in package else set())
    return {name for name in found if not name.startswith("x86_64-linux-gnu-")} - {"kill", "X11"}


def write_commands(sets, commands):
    base, rows = {}, collections.defaultdict(set)
    for release in RELEASES:
        base[release] = {"awk", "nawk", "which", "more", "pager"}
        for package in sets[release, "base"]:
            base[release] |= of_package(package, release, commands)
        previous = sets[release, "base"]
        for layer in LAYERS:
            for package in sets[release, layer] - previous - NO_TOOLS:
                if not package.startswith("libperl"):
                    rows[release, layer, to_install(package)] |= of_package(package, release, commands) - base[release]
            previous = sets[release, layer]
    same = collections.defaultdict(list)
    for (release, layer, package), names in sorted(rows.items(), key=lambda row: RELEASES.index(row[0][0])):
        if names:
            kind = "build" if BUILD.match(package) else "run"
            same[LAYERS.index(layer), package, kind, " ".join(sorted(names))].append(release)
    shared = set.intersection(*base.values())
    lines = [(",".join(RELEASES), "base", "-", "run", shared)]
    lines += [(release, "base", "-", "run", base[release] - shared) for release in RELEASES]
    lines += OLDER
    lines += [(",".join(releases), LAYERS[layer], package, kind, names.split(" "))
              for (layer, package, kind, names), releases in sorted(same.items())]
    write("debian-commands.tsv", "command\treleases\tlayer of buildpack-deps (base = in every image, unslimmed = in all but slim forms)\t"
          "package to install\trun or build",
          [(name, *columns) for *columns, names in lines for name in names])


def write(name, title, lines):
    """Write a table, sorted by the bytes of its first column; rows of one key keep their order."""
    with open(os.path.join(HERE, name), "w", encoding="utf8") as file:
        file.write(f"# {title}\n")
        for line in sorted(lines, key=lambda line: line[0].encode()):
            file.write("\t".join(line) + "\n")


def write_packages(sets):
    """Library packages lose the suffix that the change to 64-bit time gave them."""
    where = collections.defaultdict(list)
    for release in RELEASES:
        previous = set()
        for layer in ["base", *LAYERS]:
            now = {package.removesuffix("t64") for package in sets[release, layer]}
            for package in now - previous:
                where[package].append((release, layer))
            previous = now
    groups = collections.defaultdict(list)
    for package, places in where.items():
        for layer in ["base", *LAYERS]:
            releases = [release for release, found in places if found == layer]
            if releases:
                groups[tuple(releases), layer].append(package)
    write("debian-packages.tsv", "package\treleases\tlayer of buildpack-deps that brings it (base = in every image)",
          [(package, ",".join(releases), layer)
           for (releases, layer), packages in sorted(groups.items()) for package in packages])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
