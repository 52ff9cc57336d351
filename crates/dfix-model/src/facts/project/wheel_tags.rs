//! What the name of a wheel says: for which Python and which platform it is.
//!
//! Source: packaging.python.org, "Platform compatibility tags" and "Binary distribution format".

/// Which glibc the oldest release of Debian has that images of today are based on (bullseye: 2.31).
const GLIBC: u32 = 31;

/// How a wheel fits a Python on Linux with glibc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Not at all.
    No,
    /// This version of Python alone.
    ThisVersion,
    /// This and later ones.
    Later,
    /// It has no compiled part.
    Pure,
}

/// How the wheel of this file name fits. `python`: major and minor number, where they are known.
pub(super) fn fit(file: &str, python: Option<(u32, u32)>, machine: &str) -> Fit {
    let Some(stem) = file.strip_suffix(".whl") else {
        return Fit::No;
    };
    let mut parts = stem.rsplitn(4, '-');
    let (Some(platforms), Some(abis), Some(pythons)) = (parts.next(), parts.next(), parts.next())
    else {
        return Fit::No;
    };
    let is_any = platforms == "any";
    if !is_any && !platforms.split('.').any(|it| is_platform(it, machine)) {
        return Fit::No;
    }
    let pairs = pythons
        .split('.')
        .flat_map(|tag| abis.split('.').map(move |abi| (tag, abi)));
    let best = pairs
        .filter_map(|(tag, abi)| of_python(tag, abi, python))
        .max();
    match best {
        Some(Fit::Later) if is_any && abis == "none" => Fit::Pure,
        Some(fit) => fit,
        None => Fit::No,
    }
}

/// Whether the wheel of this file name is for Linux with glibc, on whatever machine.
pub(super) fn is_for_linux(file: &str) -> bool {
    let platforms = file.rsplit('-').next().unwrap_or(file);
    platforms
        .split('.')
        .any(|it| it.starts_with("linux_") || it.starts_with("manylinux"))
}

/// How a tag of a Python and one of its interface fit.
fn of_python(tag: &str, abi: &str, python: Option<(u32, u32)>) -> Option<Fit> {
    let kind = tag.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &tag[kind.len()..];
    let major: u32 = digits.get(..1)?.parse().ok()?;
    let minor: Option<u32> = digits
        .get(1..)
        .filter(|it| !it.is_empty())
        .and_then(|it| it.parse().ok());
    let is_of = |(own_major, own_minor): (u32, u32)| {
        major == own_major && minor.is_none_or(|minor| minor <= own_minor)
    };
    match (kind, abi) {
        // `py3-none-any`, `py3-none-manylinux…`: whatever the version.
        ("py", "none") if minor.is_none() => python.map_or(major == 3, is_of).then_some(Fit::Later),
        ("py", "none") | ("cp", "abi3") => python.is_some_and(is_of).then_some(Fit::Later),
        ("cp", _) => {
            let is_same = python.is_some_and(|own| (major, minor) == (own.0, Some(own.1)));
            let of_abi = abi == "none" || abi.trim_end_matches('m').trim_end_matches('u') == tag;
            (is_same && of_abi).then_some(Fit::ThisVersion)
        }
        _ => None,
    }
}

/// Whether a platform is Linux with glibc, as old as that of images, on this machine.
fn is_platform(tag: &str, machine: &str) -> bool {
    let Some(system) = tag
        .strip_suffix(machine)
        .and_then(|it| it.strip_suffix('_'))
    else {
        return false;
    };
    match system {
        "linux" | "manylinux1" | "manylinux2010" | "manylinux2014" => true,
        _ => system
            .strip_prefix("manylinux_2_")
            .and_then(|minor| minor.parse::<u32>().ok())
            .is_some_and(|minor| minor <= GLIBC),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_wheels_say_whom_they_fit() {
        for (file, fits) in [
            ("six-1.16.0-py2.py3-none-any.whl", Fit::Pure),
            (
                "numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                Fit::ThisVersion,
            ),
            (
                "cryptography-43.0.0-cp39-abi3-manylinux_2_28_x86_64.whl",
                Fit::Later,
            ),
            (
                "ruff-0.6.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                Fit::Later,
            ),
            ("a-1-2build-cp312-cp312-linux_x86_64.whl", Fit::ThisVersion),
            ("numpy-2.1.0-cp311-cp311-manylinux2014_x86_64.whl", Fit::No),
            ("numpy-2.1.0-cp312-cp312-musllinux_1_2_x86_64.whl", Fit::No),
            ("numpy-2.1.0-cp312-cp312-win_amd64.whl", Fit::No),
            ("numpy-2.1.0-cp312-cp312-macosx_11_0_arm64.whl", Fit::No),
            ("numpy-2.1.0-cp312-cp312-manylinux2014_aarch64.whl", Fit::No),
            ("numpy-2.1.0-cp313-cp313t-manylinux2014_x86_64.whl", Fit::No),
            ("x-1-cp313-abi3-manylinux2014_x86_64.whl", Fit::No),
            ("x-1-cp312-cp312-manylinux_2_39_x86_64.whl", Fit::No),
            ("x-1-pp310-pypy310_pp73-manylinux2014_x86_64.whl", Fit::No),
            ("x-1.tar.gz", Fit::No),
            ("x.whl", Fit::No),
        ] {
            assert_eq!(fit(file, Some((3, 12)), "x86_64"), fits, "{file}");
        }
        assert!(is_for_linux("x-1-cp37-cp37m-manylinux1_x86_64.whl"));
        assert!(!is_for_linux("x-1-cp312-cp312-win_amd64.whl"));
        let old = "x-1-cp37-cp37m-manylinux1_x86_64.whl";
        assert_eq!(fit(old, Some((3, 7)), "x86_64"), Fit::ThisVersion);
        assert_eq!(fit(old, None, "x86_64"), Fit::No);
        assert_eq!(fit("x-1-py3-none-any.whl", None, "x86_64"), Fit::Pure);
        let arm = "x-1-cp312-cp312-manylinux2014_aarch64.whl";
        assert_eq!(fit(arm, Some((3, 12)), "aarch64"), Fit::ThisVersion);
    }
}
