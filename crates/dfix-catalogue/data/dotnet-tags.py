#!/usr/bin/env python3
"""Rewrite dotnet-tags.tsv from the lists of tags that the makers of .NET's images publish.

    dotnet-tags.py CHECKOUTS

CHECKOUTS is a folder with a git directory named dotnet+dotnet-docker (or dotnet+dotnet-docker/repo).
Output is a function of the input alone. Tags of one machine, of previews and of a patch version are left out:
which patch version the other tags are stands beside them.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEMS = {"Debian": "debian", "Ubuntu": "ubuntu", "Alpine": "alpine", "Azure Linux": "azurelinux",
           "Windows": "windows", "Nano Server": "windows"}
NAMES = {"debian:12": "debian:bookworm", "debian:13": "debian:trixie", "ubuntu:22.04": "ubuntu:jammy",
         "ubuntu:24.04": "ubuntu:noble", "ubuntu:26.04": "ubuntu:resolute"}


def foundation(system, tag):
    name, _, release = system.rpartition(" ")
    for start, key in SYSTEMS.items():
        if system.startswith(start):
            if key == "windows":
                return "windows:?/nanoserver" if "nanoserver" in tag else "windows:?/servercore"
            text = f"{key}:{release}"
            text = NAMES.get(text, text)
            is_bare = "chiseled" in tag or "distroless" in tag
            return text + ("/bare" if is_bare else "/slim" if tag.endswith("-slim") else "")
    return "-"


def main():
    folder = os.path.join(sys.argv[1], "dotnet+dotnet-docker")
    if os.path.isdir(os.path.join(folder, "repo")):
        folder = os.path.join(folder, "repo")
    rows = {}
    for kind in ("aspnet", "runtime", "runtime-deps", "sdk"):
        text = subprocess.run(["git", "--git-dir", folder, "show", f"HEAD:README.{kind}.md"],
                              capture_output=True, text=True, check=True).stdout
        for line in text.splitlines():
            columns = [it.strip() for it in line.split("|")]
            if len(columns) != 3 or "Dockerfile](" not in columns[1]:
                continue
            tags = [it.strip() for it in columns[0].split(",")]
            tags = [it for it in tags if not re.search(r"-(amd64|arm32v7|arm64v8)$|preview|latest|-rc", it)]
            patches = [m[1] for m in (re.match(r"(\d+\.\d+\.\d+)", it) for it in tags) if m]
            for tag in tags:
                if re.match(r"\d+\.\d+(-|$)", tag) and patches:
                    repository = f"mcr.microsoft.com/dotnet/{kind}"
                    rows[repository, tag] = (patches[0], foundation(columns[2], tag))
    with open(os.path.join(HERE, "dotnet-tags.tsv"), "w", encoding="utf-8") as out:
        out.write("# repository, several rows each\ttag\tpatch version\tbased on\n")
        for (repository, tag), (patch, ground) in sorted(rows.items()):
            out.write(f"{repository}\t{tag}\t{patch}\t{ground}\n")


main()
