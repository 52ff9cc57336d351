#!/usr/bin/env python3
"""Tell which packages each release of Alpine has, from the recipes that they are built from.

    alpine-names.py APORTS OUT

For where no APKINDEX can be had. APORTS is a git directory of alpinelinux/aports or of a copy of it with
its history: a release is the commit on `master` whose subject says "release X.Y.0", edge is `master`
itself. Writes OUT/alpine-X.Y.names, a name a line, with the names that a package provides after it
(with a question mark where apk asks which one is meant).

A recipe is a text of shell that sets `pkgname`, `subpackages` and `provides`. Only what stands outside of
its functions is run, by a restricted bash that can start no program but `tr` and `cut`, as nobody. What a
function of a recipe sets for its package is read with a pattern. What was added to a release after its
first day is not seen; that is rare, and such a name counts as not there.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

RELEASES = [f"3.{minor}" for minor in range(10, 25)]
# What the machine of these recipes is, as their build tool says it.
READER = r"""
CARCH=x86_64 CTARGET_ARCH=x86_64 CHOST=x86_64-alpine-linux-musl CBUILD=$CHOST CTARGET=$CHOST CLIBC=musl
CBUILD_ARCH=x86_64 ARCH=x86_64 BOOTSTRAP= srcdir=/s startdir=/t pkgbasedir=/p
set -f
while IFS= read -r -d '' key && IFS= read -r -d '' text && IFS= read -r -d '' inner; do
    (
        eval "$text"
        eval "inner=\"$inner\""
        echo "recipe $key" ":" $arch ":" $pkgname ":" $subpackages ":" $provides ":" $inner
    )
done
"""


def git(aports, *arguments, data=None):
    return subprocess.run(["git", "-C", aports, *arguments], input=data, capture_output=True, check=True).stdout


def blobs(aports, oids):
    """The text of each object."""
    out = git(aports, "cat-file", "--batch", data="".join(f"{oid}\n" for oid in oids).encode())
    at, texts = 0, {}
    for oid in oids:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        texts[oid] = out[end + 1:end + 1 + size].decode(errors="replace").replace("\0", "")
        at = end + 1 + size + 1
    return texts


def inner(text):
    """What the functions of a recipe say that their packages provide, with the variables in it."""
    # What a function says of each package that it is called for is told of all of them.
    text = text.replace("${subpkgname#$pkgname}", "@")
    words = [word for match in re.findall(r"^[ \t]+provides=\"([^\"`]*)\"", text, re.M) for word in match.split()]
    return " ".join(word for word in words if not re.search(r"\$\(|subpkgname|:|\$_?[1-9]", word))


def evaluate(texts):
    """What each recipe sets: architectures, its name, its further packages, what it provides."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    for program in ("tr", "cut"):
        os.symlink(shutil.which(program), os.path.join(folder, program))
    data = "".join(f"{oid}\0{text}\0{inner(text)}\0" for oid, text in texts.items()).encode()
    command = [shutil.which("bash"), "-r", "-c", READER]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    out = subprocess.run([shutil.which(command[0]), *command[1:]], input=data, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False, env={"PATH": folder}, cwd="/").stdout.decode(errors="replace")
    shutil.rmtree(folder)
    lines = [line.split(" :") for line in out.splitlines() if line.startswith("recipe ")]
    return {first.split()[1]: [part.split() for part in parts] for first, *parts in lines}


def is_built(words):
    return bool(words) and "!x86_64" not in words and bool({"all", "noarch", "x86_64"} & set(words))


def names(recipe):
    """The names of the packages of a recipe, each with what it provides."""
    arch, (name, *_), subpackages, provides, inner_provides = recipe
    found = {}
    if is_built(arch):
        found[name] = provides
    for word in subpackages:
        parts = word.split(":")
        if len(parts) < 3 or parts[2] == "noarch" or is_built(parts[2].split(",")):
            if is_built(arch) or (len(parts) > 2 and is_built([parts[2]])):
                found[parts[0]] = []
    if found:
        ends = [other[len(name):] for other in found if other.startswith(name + "-")]
        inner_provides = [word.replace("@", end) for word in inner_provides for end in (ends if "@" in word else [""])]
        found[name] = found.get(name, []) + inner_provides
    return found


def main(aports, out):
    trees, wanted = {}, set()
    for release in [*RELEASES, "edge"]:
        commit = "master"
        if release != "edge":
            commit = git(aports, "log", "-1", "--format=%H", f"--grep=release {release}.0 =", "master").decode().strip()
        tree = git(aports, "ls-tree", "-r", commit, "main", "community").decode().splitlines()
        trees[release] = [line.split()[2] for line in tree if line.endswith("/APKBUILD")]
        wanted.update(trees[release])
    texts = blobs(aports, sorted(wanted))
    recipes = evaluate(texts)
    for release, oids in trees.items():
        found, lost = {}, 0
        for oid in oids:
            # A provided name without a version is chosen only where the package says how gladly.
            doubt = "" if "provider_priority" in texts[oid] else "?"
            recipe = recipes.get(oid)
            if not recipe or len(recipe) != 5 or not recipe[1]:
                lost += 1
                continue
            for name, provides in names(recipe).items():
                plain = [re.split(r"[=<>~]", word)[0] + ("" if "=" in word else doubt)
                         for word in provides if ":" not in word]
                found.setdefault(name, set()).update(plain)
        with open(os.path.join(out, f"alpine-{release}.names"), "w", encoding="utf8") as file:
            for name in sorted(found):
                file.write(" ".join([name, *sorted(found[name])]) + "\n")
        print(f"alpine {release}: {len(found)} names, {lost} recipes not understood", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
