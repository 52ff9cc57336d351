#!/usr/bin/env python3
"""Rewrite hardened-tags.tsv and chainguard-packages.tsv from the makers' own descriptions.

    hardened-tags.py CHECKOUTS

CHECKOUTS is a folder with git directories named docker-hardened-images+catalog and chainguard-dev+dfc (each, or its
folder `repo`). The images are those of hardened-images.tsv. Facts only: tags, what they are based on, user, shell,
package manager, ports, entry point, command, users, programs' packages. Output is a function of the input alone.
"""
import os
import re
import subprocess
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RELEASES = {"debian-12": "debian:bookworm", "debian-13": "debian:trixie"}
SHELLS = {"bash", "busybox", "dash", "busybox-binsh", "zsh", "ash"}


def git(folder, *arguments):
    path = os.path.join(sys.argv[1], folder)
    if os.path.isdir(os.path.join(path, "repo")):
        path = os.path.join(path, "repo")
    return subprocess.run(["git", "--git-dir", path, *arguments], capture_output=True, text=True, check=True).stdout


def wanted():
    with open(os.path.join(HERE, "hardened-images.tsv"), encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table][1:]
    return sorted({row[1].split(":")[0] for row in rows if row[1] != "-"})


def column(words):
    return " ".join(words) or "-"


def row_of(name, path, text):
    image = yaml.safe_load(text)
    system = path.split("/")[2]
    release = RELEASES.get(system) or system.replace("alpine-", "alpine:")
    packages = set()
    for package in image["contents"].get("packages", []):
        if not package.startswith("!"):
            packages.add(re.split("[=<>~]", package)[0])
    accounts = image["accounts"]
    users = [f"{user['name']}/{user['uid']}" for user in accounts.get("users", [])]
    marks = []
    if packages & SHELLS:
        marks.append("shell")
    marks += [it for it in ("apt", "apk-tools") if it in packages]
    ports = [str(it).split("/")[0] for it in image.get("ports", [])]
    programs = sorted(it for it in packages if not re.match(r"lib|python3?-|.*-(dev|base|bin|whl|libs|common)$", it))
    tags = [str(it) for it in image["tags"]]
    return [name, column(tags), release, str(accounts["run-as"]), column(marks), column(ports),
            column(image.get("entrypoint", [])), column(image.get("cmd", [])), column(users), column(programs)]


def tags():
    rows = []
    for name in wanted():
        paths = git("docker-hardened-images+catalog", "ls-tree", "-r", "--name-only", "HEAD", f"image/{name}/").split()
        for path in paths:
            is_special = re.search(r"sfw|swf|compat|fips|distroless", path)
            if path.endswith(".yaml") and path.count("/") == 3 and not is_special:
                rows.append(row_of(name, path, git("docker-hardened-images+catalog", "show", f"HEAD:{path}")))
    with open(os.path.join(HERE, "hardened-tags.tsv"), "w", encoding="utf-8") as out:
        out.write("# a hardened image of Docker's, several rows each\ttags of the same image\tbased on\tuser\tmarks\tports\t"
                  "entry point\tcommand\tusers\tpackages of programs\n")
        for row in sorted(rows, key=lambda it: it[0].encode()):
            out.write("\t".join(re.sub(r"\s+", " ", it) for it in row) + "\n")


def packages():
    mapping = yaml.safe_load(git("chainguard-dev+dfc", "show", "HEAD:pkg/dfc/builtin-mappings.yaml"))["packages"]
    with open(os.path.join(HERE, "chainguard-packages.tsv"), "w", encoding="utf-8") as out:
        out.write("# a package of Debian, Alpine or Fedora\tthe packages of Chainguard's images that take its place\n")
        names = {}
        for distribution in ("fedora", "alpine", "debian"):
            for name, new in (mapping.get(distribution) or {}).items():
                names[name] = column(new if isinstance(new, list) else [str(new)])
        # It names a linter for the language.
        names["golang"] = "go"
        names.pop("golang-docs", None)
        for name in sorted(names, key=str.encode):
            if re.fullmatch(r"[a-z0-9][a-z0-9+._-]*", name):
                out.write(f"{name}\t{names[name]}\n")


tags()
packages()
