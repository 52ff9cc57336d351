"""Rewrite package-conflicts.tsv from Debian's package indexes.

    package-conflicts.py INDEX.xz [INDEX.xz ...]    (Packages.xz of each release in use)

Two packages go together in no system where one names the other, or what it provides, in Conflicts or Breaks without a version;
and a package that cannot do without one of such, as `exim4` without `exim4-daemon-light`, is one of them.
"""
import collections
import lzma
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def packages(path):
    fields = {}
    for line in lzma.open(path, "rt", errors="replace"):
        if line == "\n":
            yield fields
            fields = {}
        elif line[0] != " ":
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    if fields:
        yield fields


def names(text):
    return [it.strip().split(" ")[0].split(":")[0] for it in text.split(",") if it.strip()]


def pairs(path):
    known = {it["Package"]: it for it in packages(path)}
    provided = collections.defaultdict(set)
    for name, fields in known.items():
        for what in names(fields.get("Provides", "")):
            provided[what].add(name)
    against = collections.defaultdict(set)
    for name, fields in known.items():
        told = ",".join(fields.get(key, "") for key in ("Conflicts", "Breaks"))
        for what in names(",".join(it for it in told.split(",") if "(" not in it)):
            for other in ({what} & known.keys()) | provided[what]:
                if other != name:
                    against[name].add(other)
                    against[other].add(name)
    for name, fields in known.items():
        for needed in fields.get("Depends", "").split(","):
            choices = [it for it in names(needed.replace("|", ",")) if it in known]
            if name in ("exim4", "sendmail") and choices and all(it in against for it in choices):
                for other in set.intersection(*(against[it] for it in choices)) - {name}:
                    yield tuple(sorted((name, other)))
    for name, others in against.items():
        for other in others:
            yield tuple(sorted((name, other)))


rows = collections.defaultdict(set)
for index in sys.argv[1:]:
    for one, other in pairs(index):
        rows[one].add(other)
lines = sorted((f"{one}\t{' '.join(sorted(others))}" for one, others in rows.items()), key=str.encode)
title = "# package of Debian\tpackages behind it in the alphabet that are in no system together with it"
(HERE / "package-conflicts.tsv").write_text("\n".join([title, *lines]) + "\n")
