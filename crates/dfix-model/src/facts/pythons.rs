//! Which Python an install of packages works for.

use dfix_catalogue::{Ecosystem, PackageMark, package_is, programs, python_release};

use crate::facts::system_packages::{SystemPackage, system_packages};
use crate::handles::Stage;
use crate::packages::PackageCommand;

/// Who brings a Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PythonFrom {
    /// An official image of Python.
    Image,
    /// Packages of Debian and of what is based on it.
    Debian,
    /// Packages of Alpine.
    Alpine,
}

/// The Python that an install works for.
#[derive(Debug, Clone)]
pub struct Python<'m> {
    /// Who brings it.
    pub from: PythonFrom,
    /// The program that is it: `python`, `python3`, `python3.11`.
    pub program: String,
    /// The version that the install names: `3.11` of `pip3.11`.
    pub named: Option<&'m str>,
    /// The minor version of Python 3 that the tag of its image tells.
    pub minor: Option<u16>,
    /// Whether it is Python 2, or may be.
    pub is_second: bool,
    /// The package whose install decides which Python there is, before this install; none where no package
    /// is seen to bring it.
    pub provider: Option<SystemPackage<'m>>,
}

/// The Python that an install of pip's works for; `None` where the image is not one whose Python is known.
pub(crate) fn python_of<'m>(install: &PackageCommand<'m>) -> Option<Python<'m>> {
    let stage = install.command.stage()?;
    let program = install.program_name();
    let version = program.trim_start_matches(|c: char| !c.is_ascii_digit());
    let named = version.contains('.').then_some(version);
    let from = match stage.base_image().name()? {
        "python" => PythonFrom::Image,
        "buildpack-deps" | "debian" | "nvidia/cuda" | "ubuntu" => PythonFrom::Debian,
        "alpine" if named.is_none() => PythonFrom::Alpine,
        _ => return None,
    };
    let mut python = if from == PythonFrom::Image {
        of_image(stage, program)
    } else {
        of_packages(stage, install, from, named)
    };
    python.is_second |= version.starts_with('2');
    Some(Python { named, ..python })
}

fn of_image<'m>(stage: Stage<'m>, program: &str) -> Python<'m> {
    let tag = stage.base_image().effective_tag().unwrap_or_default();
    let program = if programs::is_python(program) {
        program
    } else {
        "python"
    };
    Python {
        from: PythonFrom::Image,
        program: program.to_owned(),
        named: None,
        minor: python_release(tag).map(|(minor, _)| minor),
        is_second: tag.starts_with('2'),
        provider: None,
    }
}

fn of_packages<'m>(
    stage: Stage<'m>,
    install: &PackageCommand<'m>,
    from: PythonFrom,
    named: Option<&str>,
) -> Python<'m> {
    let program = format!("python{}", named.unwrap_or("3"));
    let (mut provider, mut is_second) = (None, false);
    for package in packages_before(stage, install) {
        let is = |mark| package_is(Ecosystem::System, package.name, mark);
        // Alpine's `python` was Python 2 to its end; Debian's comes along with much else.
        is_second |=
            is(PackageMark::Python2) || (from == PythonFrom::Alpine && package.name == "python");
        // python3-pip depends on python3.
        if package.name == program || (named.is_none() && is(PackageMark::Python3)) {
            provider = Some(package);
        }
    }
    Python {
        from,
        program,
        named: None,
        minor: None,
        is_second,
        provider,
    }
}

/// The packages of the distribution that are told to be installed before an install of another kind.
pub(crate) fn packages_before<'m>(
    stage: Stage<'m>,
    install: &PackageCommand<'m>,
) -> impl Iterator<Item = SystemPackage<'m>> {
    let start = install.range().start();
    system_packages(stage).filter(move |package| package.install.range().end() <= start)
}
