#!/usr/bin/env python3
"""Writes `python-needed.tsv`: what the shared objects in the newest wheels of compiled Python packages need of the system.

    python-needed.py [NAME...]      all packages of python-packages.tsv that are published ready-made, or these

Needs pip and a package index. A wheel's `NEEDED` entries count that neither the wheel itself, nor glibc, nor a slim
image of Python has. A package whose wheel cannot be had, or is larger than 80 MB, keeps its row.
"""

import concurrent.futures
import datetime
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent
TABLE = HERE / "python-needed.tsv"
# Names of libraries and the Debian packages that have them; `-` is in every image.
LIBRARIES = {
    "libexpat.so.1": "libexpat1",
    "libgomp.so.1": "libgomp1",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libXi.so.6": "libxi6",
    "libXfixes.so.3": "libxfixes3",
    "libXcursor.so.1": "libxcursor1",
    "libXrandr.so.2": "libxrandr2",
    "libXinerama.so.1": "libxinerama1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libasound.so.2": "libasound2",
    "libpulse.so.0": "libpulse0",
    "libudev.so.1": "-",
    "libnss3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libodbc.so.2": "unixodbc",
    "libltdl.so.7": "libltdl7",
    "libpq.so.5": "libpq5",
    "libmariadb.so.3": "libmariadb3",
    "libtk8.6.so": "libtk8.6",
    "libtcl8.6.so": "libtcl8.6",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libkrb5.so.3": "libkrb5-3",
    "libcom_err.so.2": "-",
    "libk5crypto.so.3": "libk5crypto3",
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libcurl.so.4": "libcurl4",
    "libxml2.so.2": "libxml2",
    "libxslt.so.1": "libxslt1.1",
    "libatomic.so.1": "libatomic1",
    "libnuma.so.1": "libnuma1",
    "libgfortran.so.5": "libgfortran5",
    "libkeyutils.so.1": "libkeyutils1",
    "libpam.so.0": "-",
    "libGLESv2.so.2": "libgles2",
}
# What other Python packages bring, which these ask for.
OF_OTHERS = re.compile(r"^lib(torch|c10|cu[a-z]|nv|nccl|tensorflow_framework|Qt[56]|rapids|rmm|tvm_ffi|tbb)")
# glibc, the compiler's run-time library (in every Debian image) and what slim images of Python have.
EVERYWHERE = re.compile(
    r"^(libc|libm|libdl|librt|libpthread|libutil|libresolv|libnsl|libcrypt|libmvec|libanl|ld-linux.*|libgcc_s|libstdc\+\+"
    r"|libz|libbz2|liblzma|libffi|libssl|libcrypto|libsqlite3|libreadline|libncursesw?|libtinfo|libuuid|libpython3.*)\.so(\.|$)"
)


def needed(data: bytes) -> list[str]:
    """The NEEDED entries of an ELF file of 64 bits."""
    if data[:4] != b"\x7fELF" or data[4] != 2:
        return []
    (offset,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size) for i in range(count)]
    names = []
    for section in sections:
        if section[1] != 6:  # SHT_DYNAMIC
            continue
        strings = sections[section[6]]
        for at in range(section[4], section[4] + section[5], 16):
            tag, value = struct.unpack_from("<qQ", data, at)
            if tag == 1:
                start = strings[4] + value
                names.append(data[start : data.index(b"\0", start)].decode())
    return names


def of_wheel(path: pathlib.Path) -> set[str]:
    """The libraries that a wheel needs and does not have within."""
    wanted, own = set(), set()
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            base = name.rsplit("/", 1)[-1]
            if ".so" not in base:
                continue
            own.add(base)
            try:
                wanted.update(needed(wheel.read(name)))
            except (struct.error, IndexError, ValueError):
                print(f"{path.name}: {name} cannot be read", file=sys.stderr)
    return {name for name in wanted - own if not EVERYWHERE.match(name)}


def row(name: str) -> tuple[str, str, str] | None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--python-version", "312", "--implementation", "cp", "--abi", "cp312", "--abi", "abi3", "--abi", "none"]
        for platform in ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "any"):
            command += ["--platform", platform]
        try:
            subprocess.run([*command, "--dest", folder, name], check=True, timeout=60, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
        wheel = next(pathlib.Path(folder).glob("*.whl"), None)
        if wheel is None or wheel.stat().st_size > 80 << 20:
            return None
        libraries = of_wheel(wheel)
        libraries = {library for library in libraries if not OF_OTHERS.match(library)}
        packages = sorted({LIBRARIES.get(library, f"?{library}") for library in libraries} - {"-"})
        return name, wheel.name.split("-")[1], " ".join(packages) or "-"


def main() -> None:
    names = sys.argv[1:]
    if not names:
        lines = (HERE / "python-packages.tsv").read_text().splitlines()
        names = [line.split("\t")[0] for line in lines if line.split("\t")[1:2] == ["prebuilt"]]
    rows = {}
    if TABLE.exists():
        lines = TABLE.read_text().splitlines()[1:]
        rows = {line.split("\t")[0]: tuple(line.split("\t")) for line in lines}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for found in pool.map(row, names):
            if found:
                rows[found[0]] = found
    title = "# Python package\tversion of its wheel for CPython 3.12 on x86-64\tDebian packages that its shared objects need (? = a library of no known package)"
    lines = [f"{title}; {datetime.date.today()}", *("\t".join(row) for _, row in sorted(rows.items()))]
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
