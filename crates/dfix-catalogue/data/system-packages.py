#!/usr/bin/env python3
"""Rewrite system-packages.bin and package-renames.tsv from the distributions' own indexes.

    system-packages.py INDEXES [--download] [--mirror HOST=ADDRESS]...

INDEXES is a folder of files, any of them compressed with gzip or xz or not:
    DISTRIBUTION-RELEASE-ANYTHING.Packages    an index of Debian's kind (debian-13-main.Packages.xz)
    DISTRIBUTION-RELEASE-ANYTHING.APKINDEX    an index of Alpine's kind, or the archive that holds it
    DISTRIBUTION-RELEASE.names                a name a line, with the names that it provides after it; with a
                                              question mark those that nobody is given who asks for them
`--download` fetches those of RELEASES that are not there; `--mirror deb.debian.org=http://mirror/debian`
takes them from elsewhere. A release without a file is left out: nothing is known of it then.
The output depends on the files alone. The layout of the .bin is told in README.md.
"""
import collections
import glob
import gzip
import io
import lzma
import os
import re
import struct
import sys
import tarfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
HOSTS = {"deb.debian.org": "http://deb.debian.org/debian", "archive.debian.org": "http://archive.debian.org/debian",
         "security.debian.org": "http://deb.debian.org/debian-security",
         "archive.ubuntu.com": "http://archive.ubuntu.com/ubuntu",
         "dl-cdn.alpinelinux.org": "https://dl-cdn.alpinelinux.org/alpine"}
DEBIAN = {"9": "stretch", "10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie", "sid": "sid"}
ARCHIVED = {"9", "10"}
UBUNTU = {"14.04": "trusty", "16.04": "xenial", "18.04": "bionic", "20.04": "focal", "22.04": "jammy",
          "24.04": "noble", "25.10": "questing", "26.04": "resolute"}
ALPINE = [f"3.{minor}" for minor in range(10, 25)] + ["edge"]
RELEASES = {"debian": list(DEBIAN), "ubuntu": list(UBUNTU), "alpine": ALPINE}
# Names that a program writes into indexes by the ten thousand and nobody into a Dockerfile.
NOISE = re.compile(r"librust-|libghc-.*-[0-9a-f]{5}$|haskell-.*-[0-9a-f]{5}$|python3\.\d+-(?!dev|venv|minimal|full|distutils|"
                   r"doc|dbg|examples|nopie|gdbm|tk|lib2to3)|perlapi-|.*-abi-|.*\+\+\+|golang-.*-dev$|node-.*-")
# Compilers for other machines and debugging symbols: nothing is told of what takes their place.
CROSS = re.compile(r"-(linux|kfreebsd|gnu)-?gnu|-gnu(eabi|abi|x32)|-cross$|-dbg(sym)?$|^librte-|^linux-(image|headers|modules)-[0-9]")
ABSENT, PACKAGE, PROVIDED, CHOICE = range(4)
BLOCK = 32


def addresses(distribution, release):
    """Where the indexes of a release lie: (host, path, name of the file here)."""
    if distribution == "alpine":
        folder = release if release == "edge" else f"v{release}"
        for part in ("main", "community"):
            yield "dl-cdn.alpinelinux.org", f"{folder}/{part}/x86_64/APKINDEX.tar.gz", f"{part}.APKINDEX"
        return
    if distribution == "ubuntu":
        for suite in (UBUNTU[release], UBUNTU[release] + "-updates", UBUNTU[release] + "-security"):
            for part in ("main", "universe", "multiverse", "restricted"):
                yield "archive.ubuntu.com", f"dists/{suite}/{part}/binary-amd64/Packages.xz", f"{suite}-{part}.Packages"
        return
    parts = ["main", "contrib", "non-free"] + ["non-free-firmware"] * (release in ("12", "13", "sid"))
    host = "archive.debian.org" if release in ARCHIVED else "deb.debian.org"
    for part in parts:
        yield host, f"dists/{DEBIAN[release]}/{part}/binary-amd64/Packages.xz", f"{part}.Packages"
        if release not in ARCHIVED and release != "sid":
            suite = DEBIAN[release] + "-security"
            yield "security.debian.org", f"dists/{suite}/{part}/binary-amd64/Packages.xz", f"{suite}-{part}.Packages"


def download(folder, hosts):
    for distribution, releases in RELEASES.items():
        for release in releases:
            for host, path, name in addresses(distribution, release):
                target = os.path.join(folder, f"{distribution}-{release}-{name}")
                if os.path.exists(target):
                    continue
                try:
                    with urllib.request.urlopen(f"{hosts[host]}/{path}", timeout=60) as answer:
                        data = answer.read()
                except OSError as error:
                    print(f"{host}: {path}: {error}", file=sys.stderr)
                    continue
                with open(target, "wb") as file:
                    file.write(data)


def text_of(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    elif data[:6] == b"\xfd7zXZ\0":
        data = lzma.decompress(data)
    if ".APKINDEX" in path and b"ustar" in data[:512]:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            data = archive.extractfile("APKINDEX").read()
    return data.decode("utf8", "replace")


def fields(paragraph, wanted):
    found = dict.fromkeys(wanted, "")
    for line in paragraph.split("\n"):
        key, colon, value = line.partition(":")
        if colon and key in found:
            found[key] = value.strip()
    return found


class Release:
    """One release: its packages, what they provide, and what is told of each."""

    def __init__(self):
        self.packages = {}
        self.provides = collections.defaultdict(set)
        # Names that more than one package provides, or that no package wants to be asked for by.
        self.loose = set()

    def read(self, path):
        text = text_of(path)
        if path.endswith(".names"):
            for line in text.splitlines():
                name, *provided = line.split()
                self.add(name, provided, None)
        elif ".APKINDEX" in path:
            for paragraph in text.split("\n\n"):
                found = fields(paragraph, ("P", "p", "k"))
                words = [word for word in found["p"].split() if ":" not in word]
                self.add(found["P"], [word if "=" in word or found["k"] else word + "?" for word in words], None)
        else:
            keys = ("Package", "Source", "Section", "Depends", "Provides", "Description")
            for paragraph in text.split("\n\n"):
                found = fields(paragraph, keys)
                self.add(found["Package"], found["Provides"].split(","), found)

    def add(self, name, provided, found):
        if not name:
            return
        self.packages[name] = found
        for word in provided:
            if word.endswith("?"):
                self.loose.add(word[:-1])
                continue
            word = re.split(r"[ (=<>~:]", word.strip())[0]
            if word and word != name:
                self.provides[word].add(name)

    def state(self, name):
        if name in self.packages:
            return PACKAGE
        providers = self.provides.get(name, ())
        # dpkg's names know no priority: apt asks which of several is meant. apk takes the best.
        if len(providers) > 1 and self.packages[min(providers)] is not None:
            return CHOICE
        if providers:
            return PROVIDED
        return CHOICE if name in self.loose else ABSENT

    def names(self):
        return {name for name in (*self.packages, *self.provides, *self.loose) if not NOISE.match(name)}


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def pack(releases):
    """The layout is told in README.md; `system_packages.rs` reads it."""
    sections = []
    for distribution in RELEASES:
        known = [(name, releases[distribution, name]) for name in RELEASES[distribution] if (distribution, name) in releases]
        if not known:
            continue
        names = sorted({name.encode() for _, release in known for name in release.names()})
        patterns = [sum(release.state(name.decode()) << 2 * place for place, (_, release) in enumerate(known))
                    for name in names]
        ranked = [pattern for pattern, _ in sorted(collections.Counter(patterns).items(), key=lambda it: (-it[1], it[0]))]
        number = {pattern: place for place, pattern in enumerate(ranked)}
        starts, blocks, last = [], bytearray(), b""
        for place, name in enumerate(names):
            if place % BLOCK == 0:
                starts.append(len(blocks))
                last = b""
            shared = len(os.path.commonprefix([name, last]))
            blocks += bytes([shared, len(name) - shared]) + name[shared:] + varint(number[patterns[place]])
            last = name
        head = b"".join(bytes([len(text)]) + text.encode() for text in (distribution, *(name for name, _ in known)))
        section = struct.pack("<BIIII", len(known), len(head), len(ranked), len(names), len(starts)) + head
        section += b"".join(struct.pack("<Q", pattern) for pattern in ranked)
        section += b"".join(struct.pack("<I", start) for start in starts) + bytes(blocks)
        sections.append(section)
        print(f"{distribution}: {len(names)} names, {len(ranked)} patterns, {len(section)} bytes", file=sys.stderr)
    out, start = b"DFP1" + bytes([len(sections)]), 5 + 4 * len(sections)
    for section in sections:
        out += struct.pack("<I", start)
        start += len(section)
    return out + b"".join(sections)


def is_transitional(found):
    text = found["Description"].lower()
    return "transitional" in text or ("dummy" in text and found["Section"].endswith("oldlibs"))


def key_of(name):
    return re.sub(r"[0-9]+([.+][0-9]+)*", "#", name.replace("t64", ""))


def source_of(name, found):
    return (found["Source"] or name).split(" ")[0]


def renames(distribution, releases):
    """Names that a release lacks and the one before had, where both indexes tell what took their place."""
    order = [name for name in RELEASES[distribution] if (distribution, name) in releases]
    rows = {}
    for before, after in zip(order, order[1:]):
        old, new = releases[distribution, before], releases[distribution, after]
        fresh = collections.defaultdict(list)
        for name, found in new.packages.items():
            if found and name not in old.packages:
                fresh[key_of(name), key_of(source_of(name, found))].append(name)
        for name, found in old.packages.items():
            if not found or new.state(name) != ABSENT or NOISE.match(name) or CROSS.search(name):
                continue
            needs = [part.strip() for part in found["Depends"].split(",") if "${" not in part]
            if is_transitional(found) and len(needs) == 1 and "|" not in needs[0]:
                target = re.split(r"[ (:]", needs[0])[0]
                if new.state(target) == PACKAGE:
                    rows[name] = [distribution, after, target, "rename"]
                    continue
            same = fresh.get((key_of(name), key_of(source_of(name, found))), [])
            if len(same) == 1 and "#" in key_of(name) and after != "sid":
                rows[name] = [distribution, after, same[0], "by-hand",
                              "another ABI" if found["Section"].endswith("libs") else "another version"]
    return rows


def main(folder, hosts, fetch):
    if fetch:
        download(folder, hosts)
    releases = {}
    for path in sorted(glob.glob(os.path.join(folder, "*"))):
        match = re.match(r"([a-z]+)-([0-9.]+|sid|edge)(?:-.*)?\.(?:Packages|APKINDEX|names)(?:\.\w+)*$", os.path.basename(path))
        if match and match[2].rstrip(".") in RELEASES.get(match[1], ()):
            releases.setdefault((match[1], match[2].rstrip(".")), Release()).read(path)
    with open(os.path.join(HERE, "system-packages.bin"), "wb") as file:
        file.write(pack(releases))
    lines = [[name, *row] for distribution in ("debian", "ubuntu") for name, row in renames(distribution, releases).items()]
    with open(os.path.join(HERE, "package-renames.tsv"), "w", encoding="utf8") as file:
        file.write("# package\tdistribution\tfirst release without it\twhat takes its place\thow\twhy by hand\n")
        for line in sorted(lines, key=lambda line: (line[0].encode(), line[1])):
            file.write("\t".join(line) + "\n")
    print(f"{len(lines)} renames", file=sys.stderr)


if __name__ == "__main__":
    words, hosts, fetch = [], dict(HOSTS), False
    rest = iter(sys.argv[1:])
    for word in rest:
        if word == "--mirror":
            host, _, address = next(rest).partition("=")
            hosts[host] = address
        elif word == "--download":
            fetch = True
        else:
            words.append(word)
    if len(words) != 1:
        sys.exit(__doc__)
    main(words[0], hosts, fetch)
