#!/usr/bin/env python3
"""Rewrite debian-left-out.tsv: what of each package's recommendations an installation without them leaves out.

    debian-left-out.py INDEXES NAMES

INDEXES is a folder as system-packages.py makes it; the files of Debian's releases 11, 12 and 13 are read
(debian-13-ANYTHING.Packages, not compressed). NAMES is a file of the packages to tell of, one a line.
A row names all packages that something in the package's own dependencies recommends and nothing there brings,
in any of these releases that has it; `-` where there are none. What every Debian has is not told of, and packages
that leave out more than MOST of what recommended-packages.tsv does not know have no row.
"""
import collections
import glob
import os
import re
import sys

RELEASES = ("11", "12", "13")
MOST = 8
HERE = os.path.dirname(os.path.abspath(__file__))
FIELDS = ("Package", "Depends", "Pre-Depends", "Recommends", "Provides", "Essential", "Priority")


class Release:
    def __init__(self, folder, number):
        self.packages, self.providers = {}, collections.defaultdict(set)
        for path in sorted(glob.glob(os.path.join(folder, f"debian-{number}-*.Packages"))):
            with open(path, encoding="utf8") as file:
                for paragraph in file.read().split("\n\n"):
                    lines = (line.partition(": ") for line in paragraph.split("\n"))
                    found = {key: value for key, _, value in lines if key in FIELDS}
                    if "Package" in found:
                        self.packages[found["Package"]] = found
                        for name in names(found.get("Provides", "")):
                            self.providers[name[0]].add(found["Package"])
        always = [name for name, found in self.packages.items()
                  if found.get("Essential") == "yes" or found.get("Priority") == "required"]
        self.base = set()
        self.base = self.closure([*always, "apt"])

    def choice(self, alternatives, there):
        """The package that is taken for one of these, unless one is there."""
        if any(name in there or self.providers[name] & there for name in alternatives):
            return None
        for name in alternatives:
            if name in self.packages:
                return name
            if self.providers[name]:
                return min(self.providers[name])
        return None

    def closure(self, wanted):
        wanted = [name for name in wanted if name in self.packages]
        there = self.base | set(wanted)
        while wanted:
            found = self.packages[wanted.pop()]
            for alternatives in names(found.get("Pre-Depends", "") + "," + found.get("Depends", "")):
                name = self.choice(alternatives, there)
                if name:
                    there.add(name)
                    wanted.append(name)
        return there

    def left_out(self, package):
        if package not in self.packages:
            providers = self.providers.get(package, ())
            if len(providers) != 1:
                return None
            package = min(providers)
        there = self.closure([package])
        recommended = (alternatives for name in there - self.base
                       for alternatives in names(self.packages[name].get("Recommends", "")))
        return {name for name in (self.choice(it, there) for it in recommended) if name}


def names(text):
    for group in text.split(","):
        alternatives = [re.split(r"[ (:]", name.strip())[0] for name in group.split("|")]
        if any(alternatives):
            yield [name for name in alternatives if name]


def main():
    folder, wanted = sys.argv[1:]
    releases = [Release(folder, number) for number in RELEASES]
    with open(wanted, encoding="utf8") as file:
        packages = sorted(set(file.read().split()))
    with open(os.path.join(HERE, "recommended-packages.tsv"), encoding="utf8") as file:
        known = {line.split("\t")[0] for line in file}
    with open(os.path.join(HERE, "debian-left-out.tsv"), "w", encoding="utf8") as out:
        out.write("# package\tpackages that come with it in Debian 11, 12 or 13 only where recommendations are installed\n")
        for package in packages:
            told = [left for left in (release.left_out(package) for release in releases) if left is not None]
            left_out = set().union(*told)
            if told and len(left_out - known) <= MOST:
                out.write(f"{package}\t{' '.join(sorted(left_out)) or '-'}\n")


if __name__ == "__main__":
    main()
