#!/usr/bin/env python3
"""Rewrite the compact data files of this folder from their sources.

    refresh.py FACTS CHECKOUTS

FACTS is a folder with official-tags.tsv, official-current.tsv and eol.tsv.
CHECKOUTS is a folder of git directories named OWNER+NAME (or OWNER+NAME/repo):
docker-library/official-images with its history, and the repositories of the
images themselves. A missing repository only makes facts less exact: what an
image is based on is then read from its tag and its folder's name, or unknown.

Output is a function of the input alone. README.md tells formats and dates.
"""
import bisect
import collections
import datetime
import os
import re
import struct
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCH = datetime.date(2013, 1, 1)
AS_OF = datetime.date(2026, 8, 21)

DEBIAN = "squeeze wheezy jessie stretch buster bullseye bookworm trixie forky duke sid".split()
DEBIAN_NUMBERS = dict(zip("6 7 8 9 10 11 12 13 14".split(), DEBIAN))
DEBIAN_SUITES = {"stable": "trixie", "oldstable": "bookworm", "oldoldstable": "bullseye",
                 "testing": "forky", "unstable": "sid", "rc-buggy": "sid", "experimental": "sid"}
SYSTEMS = set("""debian ubuntu alpine amazonlinux fedora centos rockylinux almalinux oraclelinux photon
busybox archlinux mageia alt crux sourcemage cirros opensuse euleros clefos clearlinux
ubuntu-debootstrap ubuntu-upstart""".split())
PLATFORMS = {"arm32v5": "arm/v5", "arm32v6": "arm/v6", "arm32v7": "arm/v7", "arm64v8": "arm64", "i386": "386"}
Definition = collections.namedtuple("Definition", "url commit folder file fetch system")


# --- what the index of official images said, over time ------------------------------------------

def git(folder, *arguments):
    return subprocess.run(["git", "--git-dir", folder, *arguments], capture_output=True, text=True,
                          errors="replace", check=True).stdout


def blobs(folder, names):
    """Yields (name, text) of every object name that exists and is a file."""
    process = subprocess.Popen(["git", "--git-dir", folder, "cat-file", "--batch"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def feed():
        process.stdin.write("\n".join(names).encode() + b"\n")
        process.stdin.close()
    threading.Thread(target=feed, daemon=True).start()
    for name in names:
        head = process.stdout.readline().split()
        if not head:
            break
        if len(head) < 3 or not head[-1].isdigit():
            continue
        body = process.stdout.read(int(head[-1]))
        process.stdout.read(1)
        if head[1] == b"blob":
            yield name, body.decode("utf8", "replace")
    process.wait()


def parse_library(text):
    """tag -> Definition, of one version of one library file (either of its two formats)."""
    result = {}
    if not re.search(r"^(Tags|Maintainers|GitRepo):", text, re.M):
        for line in text.split("\n"):
            match = re.match(r"^\s*([^\s:#]+):\s*(\S+)@(\S+)(?:\s+(\S+))?\s*$", line)
            if match:
                result[match[1]] = Definition(match[2], match[3], match[4] or ".", "Dockerfile", "", "linux")
        return result
    lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    common = {}
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        fields, key = {}, None
        for line in paragraph.split("\n"):
            match = re.match(r"^([A-Za-z0-9-]+):\s*(.*)$", line)
            if match:
                key = match[1].lower()
                fields[key] = match[2].strip()
            elif key:
                fields[key] += " " + line.strip()
        if "tags" not in fields and "sharedtags" not in fields:
            common.update(fields)
            continue
        entry = {**common, **fields}
        architectures = [name.strip() for name in entry.get("architectures", "amd64").split(",")]

        def field(key, default):
            for name in ["amd64", "windows-amd64", *architectures]:
                if name in architectures and f"{name}-{key}" in entry:
                    return entry[f"{name}-{key}"]
            return entry.get(key, default)
        windows = all(name.startswith("windows") for name in architectures)
        definition = Definition(field("gitrepo", ""), field("gitcommit", ""), field("directory", "."),
                                field("file", "Dockerfile"), entry.get("gitfetch", ""),
                                "windows" if windows else "linux")
        for tag in filter(None, (tag.strip() for tag in fields.get("tags", "").split(","))):
            result[tag] = definition
        for tag in filter(None, (tag.strip() for tag in fields.get("sharedtags", "").split(","))):
            if tag not in result or (result[tag].system == "windows" and not windows):
                result[tag] = definition
    return result


def history(folder):
    """(repository, tag) -> [(unix time, Definition)], oldest first."""
    log = git(folder, "log", "--first-parent", "-m", "--reverse", "--format=C %ct", "--raw", "--no-abbrev",
              "--no-renames", "--", "library", "stackbrew/library")
    events, time = [], 0
    for line in log.splitlines():
        if line.startswith("C "):
            time = int(line[2:])
        elif line.startswith(":"):
            meta, path = line.split("\t")
            blob = meta.split()[3]
            if set(blob) != {"0"}:
                events.append((time, path.rsplit("/", 1)[-1], blob))
    versions = {name: parse_library(text) for name, text in blobs(folder, sorted({e[2] for e in events}))}
    result, last = collections.defaultdict(list), {}
    for time, repository, blob in events:
        for tag, definition in versions.get(blob, {}).items():
            if last.get((repository, tag)) != definition:
                last[repository, tag] = definition
                result[repository, tag].append((time, definition))
    return dict(result)


# --- what an image is based on ---------------------------------------------------------------------

def final_from(text):
    """The image under the last stage of a Dockerfile, stage names and global ARGs resolved."""
    arguments, stages, last = {}, {}, None
    for line in re.sub(r"[\\`]\r?\n", " ", text).split("\n"):
        line = line.strip()
        match = re.match(r"(?i)ARG\s+(\w+)=(\S+)", line)
        if match and last is None:
            arguments[match[1]] = match[2].strip('"')
        match = re.match(r"(?i)FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", line)
        if match:
            image = re.sub(r"\$\{(\w+)(?::-[^}]*)?\}|\$(\w+)",
                           lambda found: arguments.get(found[1] or found[2], "?"), match[1])
            last = stages.get(image.lower(), image)
            if match[2]:
                stages[match[2].lower()] = last
    return last


class Ground:
    """Finds what each tag stood on when it was last maintained."""

    def __init__(self, checkouts, tags, releases):
        self.checkouts = checkouts
        self.folders = {name.lower(): name for name in sorted(os.listdir(checkouts))}
        self.history = history(self.folder("docker-library", "official-images"))
        self.ubuntu = releases
        self.times = {key: [time for time, _ in entries] for key, entries in self.history.items()}
        self.siblings = collections.defaultdict(set)
        for (repository, tag), entries in self.history.items():
            if repository in SYSTEMS:
                for _, definition in entries:
                    self.siblings[repository, definition].add(tag)
        self.bases, self.by_path = self.read_bases()
        self.memory = {}
        self.end = stamp(AS_OF) + 86400
        self.stands = {}
        for repository, tag, _, last in tags:
            time = self.end if last is None else stamp(last) + 86400
            self.stands[repository, tag] = self.of_tag(repository, tag, time, 0)

    def folder(self, owner, name):
        found = self.folders.get(f"{owner}+{name}".lower())
        for inner in ("repo", "repo/.git", ".git", ""):
            path = os.path.join(self.checkouts, found or "?", inner)
            if os.path.isfile(os.path.join(path, "HEAD")):
                return path
        return None

    def place(self, definition):
        parts = re.sub(r"\.git$", "", definition.url.split("://")[-1]).rstrip("/").split("/")
        if parts[0] != "github.com" or len(parts) < 3:
            return None, None
        inner = definition.folder.strip("/").removeprefix("./")
        path = definition.file if inner in ("", ".") else f"{inner}/{definition.file}"
        return self.folder(parts[1], parts[2]), path

    def read_bases(self):
        wanted = collections.defaultdict(dict)
        for entries in self.history.values():
            for time, definition in entries:
                folder, path = self.place(definition)
                if folder and " " not in path:
                    if re.fullmatch(r"[0-9a-f]{7,40}", definition.commit):
                        wanted[folder].setdefault(f"{definition.commit}:{path}", (path, time))
                    wanted[folder].setdefault(f"HEAD:{path}", (path, 2 ** 40))
        bases, by_path = {}, {}
        for folder, names in sorted(wanted.items()):
            for name, text in blobs(folder, sorted(names)):
                path, time = names[name]
                base = final_from(text)
                if base:
                    bases[folder, name] = base
                    if by_path.get((folder, path), (-1, ""))[0] < time:
                        by_path[folder, path] = (time, base)
        return bases, by_path

    def definition(self, repository, tag, time):
        entries = self.history.get((repository, tag))
        if not entries:
            return None
        return entries[max(bisect.bisect_right(self.times[repository, tag], time) - 1, 0)][1]

    def of_tag(self, repository, tag, time, depth):
        definition = self.definition(repository, tag, time)
        key = (repository, tag, definition, time)
        if key not in self.memory:
            self.memory[key] = None
            self.memory[key] = self.of_definition(repository, tag, definition, time, depth)
        return self.memory[key]

    def of_definition(self, repository, tag, definition, time, depth):
        if depth > 8:
            return None
        if repository == "buildpack-deps":
            return self.of_buildpack_deps(tag, definition)
        if repository in SYSTEMS:
            return self.of_system(repository, tag, definition)
        guess = self.guess(tag, definition)
        if definition is None:
            return guess
        folder, path = self.place(definition)
        base = self.bases.get((folder, f"{definition.commit}:{path}"))
        if base:
            return self.of_image(base, time, depth)
        # The very commit is not at hand: another version of the same file serves when its release fits.
        _, base = self.by_path.get((folder, path), (0, None))
        near = self.of_image(base, time, depth) if base else None
        if near and (guess is None or guess.split("/")[0].endswith("?") and near.startswith(guess.split(":")[0])
                     or near.split("/")[0] == guess.split("/")[0]):
            # A folder without the release in its name may have stood on another one at that time.
            return near if guess or repository not in ("python", "node", "ruby", "openjdk") else None
        return guess

    def of_image(self, image, time, depth):
        image = image.split("@")[0]
        for prefix in ("index.docker.io/", "docker.io/", "library/"):
            image = image.removeprefix(prefix)
        if image == "scratch":
            return "scratch"
        match = re.fullmatch(r"(.*?)(?::([^/:]+))?", image)
        name, tag = match[1], match[2] or "latest"
        if "?" in image:
            return None
        if "/" not in name:
            known = (name, tag) in self.history or name in SYSTEMS or name == "buildpack-deps"
            return self.of_tag(name, tag, time, depth + 1) if known else None
        if name.startswith(("mcr.microsoft.com/windows/", "microsoft/")):
            kind = {"windowsservercore": "servercore"}.get(name.split("/")[-1], name.split("/")[-1])
            return f"windows:{tag}/{kind}" if kind in ("servercore", "nanoserver") else None
        match = re.search(r"(?:^|/)(?:ubi\d+/)?ubi(\d+)(-minimal|-micro|-init)?$", name) \
            or re.search(r"(?:^|/)ubi(\d+)/ubi(-minimal|-micro|-init)?$", name)
        if match:
            return f"ubi:{match[1]}" + (match[2] or "").replace("-", "/")
        return None

    def of_buildpack_deps(self, tag, definition):
        parts = tag.split("-")
        layer = parts[-1] if parts[-1] in ("scm", "curl") else "full"
        for word in [parts[0]] + (definition.folder.split("/") if definition else []):
            word = self.ubuntu.get(word, DEBIAN_SUITES.get(word, word))
            if word in DEBIAN:
                return f"debian:{word}/{layer}"
            if word in self.ubuntu.values():
                return f"ubuntu:{word}/{layer}"
        return None

    def of_system(self, repository, tag, definition):
        folder = definition.folder.strip("/") if definition else ""
        fetch = definition.fetch if definition else ""
        same = sorted(self.siblings.get((repository, definition), ())) if definition else []
        if repository == "debian":
            slim = "/slim" if "slim" in re.split("[-/]", f"{tag}/{folder}") else "/plain"
            for word in tag.split("-") + [folder.split("/")[0]]:
                word = DEBIAN_SUITES.get(word, word)
                if word in DEBIAN:
                    return f"debian:{word}{slim}"
            match = re.match(r"\d+", tag)
            codename = DEBIAN_NUMBERS.get(match[0]) if match else None
            return f"debian:{codename}{slim}" if codename else None
        if repository.startswith("ubuntu"):
            for word in re.split(r"[-/_.]", f"{tag}/{folder}/{fetch}"):
                if word in self.ubuntu.values():
                    return f"ubuntu:{word}/plain"
            match = re.match(r"\d+\.\d+", tag)
            if match and match[0] in self.ubuntu:
                return f"ubuntu:{self.ubuntu[match[0]]}/plain"
            for word in same:
                if word in self.ubuntu.values():
                    return f"ubuntu:{word}/plain"
            return None
        if repository == "alpine":
            for text in (tag, folder, fetch, *same):
                match = re.match(r"v?(\d+\.\d+)", text) or re.search(r"v(\d+\.\d+)", text)
                if match:
                    return f"alpine:{match[1]}"
            return "alpine:edge" if tag == "edge" or re.fullmatch(r"\d{8}", tag) else None
        if repository == "amazonlinux":
            match = re.match(r"(2023|2022|2018|2017|2016|2|1)(?!\d)", tag)
            if match:
                return "amazonlinux:1" if match[1] in ("1", "2016", "2017", "2018") else f"amazonlinux:{match[1]}"
        for text in (tag, *same):
            match = re.match(r"(?:centos)?(\d+)", text)
            if match and repository not in ("busybox", "archlinux"):
                return f"{repository}:{match[1]}"
        return f"{repository}:?"

    def guess(self, tag, definition):
        source = f"{tag}/{definition.folder}/{definition.file}" if definition else tag
        for text in (tag, source):
            for word in re.split(r"[-/_.]", text):
                if word in DEBIAN and word != "sid":
                    return f"debian:{word}/?"
                if word in self.ubuntu.values() and len(word) > 4 and word != "groovy":
                    return f"ubuntu:{word}/?"
        match = re.search(r"alpine-?(\d\.\d+)", source)
        if match:
            return f"alpine:{match[1]}"
        if re.search(r"(?:^|[-/_.])alpine(?:$|[-/_.])", source):
            return "alpine:?"
        match = re.search(r"(windowsservercore|servercore|nanoserver)-?(\w+)?", source)
        if match:
            kind = "nanoserver" if match[1] == "nanoserver" else "servercore"
            return f"windows:{match[2] or '?'}/{kind}"
        return None


# --- packing -------------------------------------------------------------------------------------

def stamp(day):
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc).timestamp()


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


BLOCK = 32
TAIL_BLOCK = 16


def pack(tags, stands):
    """The layout is told in README.md; `tags.rs` reads it."""
    names = sorted({stand for stand in stands.values() if stand}, key=str.encode)
    number = {name: place + 1 for place, name in enumerate(names)}
    number[None] = 0
    grouped = collections.defaultdict(list)
    for repository, tag, first, last in tags:
        grouped[repository].append((tag, first, last))
    sections = []
    for repository in sorted(grouped, key=str.encode):
        entries, tails, records = [], {b""}, collections.Counter()
        for tag, first, last in grouped[repository]:
            head, _, tail = tag.encode().partition(b"-")
            assert not tag.endswith("-"), tag
            record = ((first - EPOCH).days, 0 if last is None else (last - EPOCH).days,
                      number[stands[repository, tag]])
            tails.add(tail)
            records[record] += 1
            entries.append((head, tail, record))
        tails = sorted(tails)
        tail_number = {tail: place for place, tail in enumerate(tails)}
        ranked = sorted(records, key=lambda record: (-records[record], record))
        record_number = {record: place for place, record in enumerate(ranked)}
        entries.sort()
        blocks, starts, previous = bytearray(), [], b""
        for place, (head, tail, record) in enumerate(entries):
            if place % BLOCK == 0:
                starts.append(len(blocks))
                previous = None
            if head == previous:
                blocks.append(255)
            else:
                shared = len(os.path.commonprefix([head, previous or b""]))
                assert shared < 255 and len(head) - shared < 256
                blocks += bytes([shared, len(head) - shared]) + head[shared:]
            blocks += varint(tail_number[tail]) + varint(record_number[record])
            previous = head
        tail_starts, tail_text, previous = [], bytearray(), b""
        for place, tail in enumerate(tails):
            if place % TAIL_BLOCK == 0:
                tail_starts.append(len(tail_text))
                previous = b""
            shared = len(os.path.commonprefix([tail, previous]))
            tail_text += bytes([shared, len(tail) - shared]) + tail[shared:]
            previous = tail
        name = repository.encode()
        section = bytes([len(name)]) + name
        section += struct.pack("<IIIII", len(entries), len(tails), len(tail_text), len(ranked), len(starts))
        section += b"".join(struct.pack("<I", start) for start in tail_starts) + bytes(tail_text)
        section += b"".join(struct.pack("<HHH", *record) for record in ranked)
        section += b"".join(struct.pack("<I", start) for start in starts) + bytes(blocks)
        sections.append(section)
    text = b"".join(bytes([len(name)]) + name.encode() for name in names)
    offsets, place = [], 0
    for name in names:
        offsets.append(place)
        place += 1 + len(name)
    head = b"DFT2" + struct.pack("<HH", len(names), len(sections))
    head += b"".join(struct.pack("<H", offset) for offset in offsets)
    start = len(head) + 4 * len(sections) + len(text)
    index = b""
    for section in sections:
        index += struct.pack("<I", start)
        start += len(section)
    return head + index + text + b"".join(sections)


def rows(path):
    with open(path, encoding="utf8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file if not line.startswith("#")]


def write(name, title, lines):
    """Write a table, sorted by the bytes of its first column; rows of one key keep their order."""
    with open(os.path.join(HERE, name), "w", encoding="utf8") as file:
        file.write(f"# {title}\n")
        for line in sorted(lines, key=lambda line: line[0].encode()):
            file.write("\t".join(line) + "\n")


def main(facts, checkouts):
    day = datetime.date.fromisoformat
    tags = [(repository, tag, day(first), None if last == "-" else day(last))
            for repository, tag, first, last in rows(os.path.join(facts, "official-tags.tsv"))
            if re.fullmatch(r"[\w][\w.-]*", tag) and tag != "GitRepo"]
    cycles = rows(os.path.join(facts, "eol.tsv"))
    releases = {cycle: codename.split(" ")[0].lower() for product, cycle, codename, *_ in cycles
                if product == "ubuntu"}
    releases["26.10"] = releases.get("26.10", "stonking")
    ground = Ground(checkouts, tags, releases)
    with open(os.path.join(HERE, "official-tags.bin"), "wb") as file:
        file.write(pack(tags, ground.stands))
    write("eol.tsv", f"product\tcycle\tcode name\treleased\tend of life (True/False: only that is known); {AS_OF}",
          sorted(cycles))
    lines, platforms = [], []
    for repository, _, own, shared, architectures in rows(os.path.join(facts, "official-current.tsv")):
        if not all(name.startswith("windows") for name in architectures.split(", ")):
            names = [name for text in (own, shared) if text != "-"
                     for name in re.split(r", *", text)]
            if len(names) > 1:
                lines.append([f"{repository}:{names[0]}", "-", " ".join(names)])
                lines += [[f"{repository}:{name}", names[0]] for name in names[1:]]
            built = sorted(PLATFORMS.get(name, name) for name in re.split(r", *", architectures)
                           if not name.startswith("windows"))
            platforms.append([f"{repository}:{names[0]}", " ".join(built)])
    write("current-tags.tsv", "repository:tag\tthe most telling tag of the same image (- = this one)\t"
          f"all its tags, the most telling first (no Windows); {AS_OF}", lines)
    write("official-platforms.tsv", "repository:the most telling tag of an image\t"
          f"the platforms of Linux that it is made for; {AS_OF}", platforms)
    known = collections.Counter(bool(stand) for stand in ground.stands.values())
    print(f"{len(tags)} tags, ground known of {known[True]}", file=sys.stderr)
    return tags, ground


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
