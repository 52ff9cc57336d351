//! Whether a package of the Python index compiles where it is installed, or there is a wheel for it.

use super::constraints::Constraints;
use super::lines::normal_python_name;
use super::list::{LanguagePackage, Origin, PackageList};
use super::native::{self, Native};
use super::python_version::PythonVersion;
use super::wheel_tags::{Fit, fit, is_for_linux};
use crate::ternary::Ternary;
use dfix_catalogue::{comes_alone, extra_has_wheels};

/// What is in force for an installation.
pub(super) struct Wheels {
    pub(super) python: PythonVersion,
    /// Whether wheels are not taken.
    pub(super) no_binary: bool,
    pub(super) constraints: Constraints,
    /// How messages name the instruction.
    pub(super) instruction: String,
}

/// What a lock file says of a package's wheels.
pub(super) struct LockedWheels<'a> {
    /// The lock file.
    pub(super) file: &'a str,
    /// The names of the wheels.
    pub(super) wheels: &'a [String],
    /// Whether wheels of every platform and Python would be listed.
    pub(super) is_complete: bool,
    /// The machine that the image is for, as wheels call it.
    pub(super) machine: &'static str,
}

impl Wheels {
    /// A package of the index.
    pub(super) fn package(
        &self,
        written: &str,
        extras: &str,
        version: Option<&str>,
        list: &mut PackageList,
    ) {
        let name = with_extras(written, extras);
        let version = version
            .filter(|v| v.trim().starts_with("=="))
            .or(self.constraints.of(name))
            .or(version);
        let known = native::python(name, version, self.python.version.as_deref());
        let is_from_source = self.no_binary && !known.is_pure;
        list.push(LanguagePackage {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            is_for_build: false,
            origin: if is_from_source {
                Origin::Source
            } else {
                Origin::Index
            },
            compiles: self.is_compiled(name, version, &known),
            because: if is_from_source {
                format!("`{name}` is compiled in {}", self.instruction)
            } else {
                format!(
                    "`{name}` has no wheel for {} and is compiled",
                    self.python.label()
                )
            },
            libraries: known.libraries,
            has_unknown_needs: known.has_unknown_needs,
        });
        let unknown_extra = extras
            .split(',')
            .map(str::trim)
            .find(|extra| !extra.is_empty() && !extra_has_wheels(written, extra));
        match unknown_extra {
            Some("c") if written == "psycopg" => list.push(LanguagePackage {
                compiles: Ternary::Yes,
                because: format!(
                    "`psycopg[c]` has no wheel for {} and is compiled",
                    self.python.label()
                ),
                ..package("psycopg[c]", Origin::Index)
            }),
            Some(extra) => list.open(
                format!("whether what `{written}[{extra}]` brings along has wheels"),
                "look at what the extra names",
            ),
            None => {}
        }
    }

    /// A package of which a lock file lists the files: they say whether one is a wheel for this Python.
    pub(super) fn locked(
        &self,
        name: &str,
        version: Option<&str>,
        lock: &LockedWheels<'_>,
        list: &mut PackageList,
    ) {
        self.package(name, "", version, list);
        let Some(last) = list.packages.last_mut() else {
            return;
        };
        let python = self.python.numbers();
        if self.no_binary || self.python.has_old_pip || python.is_some_and(|it| it < (3, 6)) {
            return;
        }
        let fits = lock
            .wheels
            .iter()
            .map(|file| fit(file, python, lock.machine));
        let best = fits.max().unwrap_or(Fit::No);
        match best {
            Fit::ThisVersion if self.python.moves => {}
            Fit::Pure | Fit::Later | Fit::ThisVersion => {
                last.compiles = Ternary::No;
                // What a pure wheel loads, it loads from others.
                if best == Fit::Pure && last.libraries.is_empty() {
                    last.has_unknown_needs = false;
                } else if best != Fit::Pure && native::is_unknown(name) {
                    last.has_unknown_needs = true;
                }
            }
            Fit::No if native::is_pure(name) || python.is_none() || !lock.is_complete => {}
            Fit::No if lock.wheels.is_empty() => {
                if !last.compiles.is_yes() {
                    last.compiles = Ternary::unknown(
                        format!(
                            "whether `{name}`, of which {} has a source archive alone, needs a compiler",
                            lock.file
                        ),
                        format!(
                            "look at its source, and write `wheels = [\"{name}\"]` under `[assume]` in dfix.toml"
                        ),
                    );
                }
            }
            // What is for other systems alone is named with a marker by whoever needs it there.
            Fit::No if !lock.wheels.iter().any(|file| is_for_linux(file)) => {}
            Fit::No => {
                last.compiles = Ternary::Yes;
                last.because = format!(
                    "`{name}` has no wheel for {} in {} and is compiled",
                    self.python.label(),
                    lock.file
                );
            }
        }
    }

    fn is_compiled(&self, name: &str, version: Option<&str>, known: &Native) -> Ternary {
        let python = &self.python;
        // What is compiled on every Python is so on an old one; of other wheels the tables know what is new.
        let compiles_everywhere = || {
            known.compiles == Some(true)
                && native::python(name, None, Some("3.12")).compiles == Some(true)
        };
        if let Some(why) = self.too_old(name, known)
            && !compiles_everywhere()
        {
            return Ternary::unknown(
                format!(
                    "whether `{name}` and what it brings along install without a compiler: {why}"
                ),
                "try the slim form, or take a newer Python",
            );
        }
        let is_exact = version.is_some_and(|v| v.trim().starts_with("=="));
        if self.constraints.is_open && !known.is_pure && !is_exact {
            return Ternary::unknown(
                format!(
                    "which version of `{name}` the constraints allow, and whether it has a wheel"
                ),
                "run dfix where the build context is, or look into the file of constraints",
            );
        }
        let is_limited = version.is_some_and(|v| {
            v.split(',')
                .any(|part| part.trim().starts_with(['=', '<', '~', '^']))
        });
        if is_limited
            && python.moves
            && known.compiles == Some(false)
            && native::python(name, version, Some("99.0")).compiles != Some(false)
        {
            return Ternary::unknown(
                format!(
                    "whether `{}` is still {} when it is built: this version of `{name}` has no wheel for the next",
                    python.image(),
                    python.label(),
                ),
                "name the version of Python in the tag",
            );
        }
        match known.compiles {
            _ if self.no_binary && !known.is_pure => Ternary::Yes,
            Some(compiles) => compiles.into(),
            None => Ternary::unknown(
                format!("whether `{name}` has a wheel for {}", python.label()),
                format!(
                    "look on its index page, and write `wheels = [\"{name}\"]` under `[assume]` in dfix.toml"
                ),
            ),
        }
    }

    /// Why wheels of today say nothing of this image, if they do not.
    fn too_old(&self, name: &str, known: &Native) -> Option<&'static str> {
        let numbers = self.python.numbers()?;
        if known.is_pure && comes_alone(name) {
            return None;
        }
        if numbers < (3, 6) {
            return Some("many packages have no wheels for so old a Python");
        }
        self.python
            .has_old_pip
            .then_some("the pip of this image does not know the wheels of today")
    }

    /// A package that is built from its source.
    pub(super) fn source(&self, name: &str, origin: Origin, list: &mut PackageList) {
        let known = native::python(name, None, self.python.version.as_deref());
        let compiles = match known.compiles {
            _ if known.is_pure => Ternary::No,
            Some(_) => Ternary::Yes,
            None => Ternary::unknown(
                format!("whether `{name}`, which is built from its source, needs a compiler"),
                format!(
                    "look at its source, and write `wheels = [\"{name}\"]` under `[assume]` in dfix.toml"
                ),
            ),
        };
        // In a repository's stead: the index has no part in it.
        let origin = if origin == Origin::Index {
            Origin::Source
        } else {
            origin
        };
        list.push(LanguagePackage {
            compiles,
            because: format!("`{name}` is built from its source"),
            ..package(name, origin)
        });
    }
}

/// A package that compiles nothing and loads nothing.
pub(super) fn package(name: &str, origin: Origin) -> LanguagePackage {
    LanguagePackage {
        name: name.to_owned(),
        version: None,
        is_for_build: false,
        origin,
        compiles: Ternary::No,
        because: String::new(),
        libraries: Vec::new(),
        has_unknown_needs: false,
    }
}

/// The package that an extra puts in another's stead.
fn with_extras<'a>(name: &'a str, extras: &str) -> &'a str {
    let has_binary = extras.split(',').any(|extra| extra.trim() == "binary");
    if has_binary && normal_python_name(name) == "psycopg" {
        "psycopg-binary"
    } else {
        name
    }
}
