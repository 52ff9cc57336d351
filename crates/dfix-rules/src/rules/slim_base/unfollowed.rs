//! What the application's sources start and load, where they do not tell what it is.

use dfix_model::{CallSite, Stage};

use super::losses::{Losses, look_at_start};

impl<'m> Losses<'m, '_> {
    /// Programs that sources start without telling their names, and libraries that they load.
    pub(super) fn unfollowed(&mut self, last: Stage<'m>) {
        let sources = last.application_sources();
        if let Some(program) = sources.untold_program() {
            let named = last.value_in_settings(|word| self.form.lacks_program(word).is_some());
            let hint = named.map_or_else(String::new, |(word, place)| {
                format!(": {place} names `{word}`, which the slim form lacks")
            });
            let condition = format!("which {program} starts{hint}");
            self.needs.unknown(look_at_start(condition));
        }
        let site = last.steps().last().map(CallSite::of_step);
        if let Some(site) = &site {
            self.named_files(last, site);
            self.fonts(last, site);
        }
        for (name, place) in sources.libraries() {
            let Some(name) = name else {
                continue;
            };
            let mut packages = packages_of(name);
            let package = packages.find(|it| self.form.lacks_package(it));
            match (package, &site) {
                (Some(package), Some(site)) if !package.ends_with("-dev") => {
                    self.library(&package, &format!("`{name}`, which {place} loads,"), site);
                }
                (Some(package), Some(site)) if self.is_installed(&package, site) => {}
                _ => self.needs.open(
                    format!("whether the slim form has the library `{name}`, which {place} loads"),
                    "install the package that has it by name",
                ),
            }
        }
    }
}

impl<'m> Losses<'m, '_> {
    /// Files of packages that sources name: `/etc/ssl/certs/ca-certificates.crt`.
    fn named_files(&mut self, last: Stage<'m>, site: &CallSite<'m>) {
        for file in &last.application_sources().files {
            for named in &file.source.named {
                if let Some(package) = dfix_catalogue::owner_of_file(&named.path) {
                    let place = format!("`{}` (line {})", file.context_path, named.line);
                    let who = format!("`{}`, which {place} names,", named.path);
                    self.library(package, &who, site);
                }
            }
        }
    }
}

/// The packages of Debian that may have a library, by the rule of its policy: `libpq.so.5` is in `libpq5`, `libssh2.so.1`
/// in `libssh2-1`.
fn packages_of(name: &str) -> impl Iterator<Item = String> {
    let lower = name.to_ascii_lowercase();
    let (stem, number) = lower.split_once(".so").unwrap_or((&lower, ""));
    let number = number.trim_start_matches('.');
    let stem = stem.replace('_', "-");
    let stem = if stem.starts_with("lib") {
        stem
    } else {
        format!("lib{stem}")
    };
    let numbers = if number.is_empty() {
        // `find_library("magic")` and `libmagic.so` say no number.
        vec!["1", "2", "5", "0", "6"]
    } else {
        vec![number]
    };
    let all: Vec<String> = numbers
        .into_iter()
        .flat_map(|number| {
            let (major, _) = number.split_once('.').unwrap_or((number, ""));
            let joined = format!("{stem}{number}");
            [
                joined.clone(),
                format!("{stem}-{number}"),
                format!("{joined}.{major}"),
            ]
        })
        .chain([format!("{stem}-dev")])
        .collect();
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_in_packages_of_their_name() {
        for (name, package) in [
            ("libpq.so.5", "libpq5"),
            ("libssh2.so.1", "libssh2-1"),
            ("libmagickwand-7.Q16.so.10", "libmagickwand-7.q16-10"),
            ("libxslt.so.1", "libxslt1.1"),
            ("magic", "libmagic1"),
        ] {
            assert!(packages_of(name).any(|it| it == package), "{name}");
        }
    }
}
