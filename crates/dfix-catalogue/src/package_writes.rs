//! Where packages of languages write, beside where they are installed: into a home, or into their own folder.

use super::table::{Row, Table, table};

const PACKAGES: Table = table!("package-writes.tsv");

const DOWNLOADS: Table = table!("model-downloads.tsv");

/// A package that writes somewhere.
#[derive(Debug, Clone, Copy)]
pub struct PackageWrite {
    row: Row,
}

/// What is known of a package of npm whose installation fills the home of whoever builds.
pub fn node_package_at_home(name: &str) -> Option<PackageWrite> {
    of(name, "node", "home")
}

/// What is known of a Python package whose program, called as the package is, fills the home of whoever builds.
pub fn python_package_at_home(name: &str) -> Option<PackageWrite> {
    of(name, "python", "home")
}

/// What is known of a Python package that writes into its own folder when it runs.
pub fn python_package_in_itself(name: &str) -> Option<PackageWrite> {
    of(name, "python", "itself")
}

/// What is known of a package of npm that writes into its own folder when it runs.
pub fn node_package_in_itself(name: &str) -> Option<PackageWrite> {
    of(name, "node", "itself")
}

fn of(name: &str, language: &str, place: &str) -> Option<PackageWrite> {
    let mut rows = PACKAGES.rows(name);
    let row = rows.find(|row| row.column(1) == language && row.column(2) == place)?;
    Some(PackageWrite { row })
}

impl PackageWrite {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.row.key()
    }

    /// The variables that send it elsewhere, or switch it off. Some do so only in older versions: `is_below` says whether the
    /// major version of a package is known to be below a number.
    pub fn variables(
        self,
        is_below: impl Fn(&str, u32) -> bool,
    ) -> impl Iterator<Item = &'static str> {
        self.row.words(3).filter_map(move |word| {
            let Some((name, of)) = word.split_once('@') else {
                return Some(word);
            };
            let (package, major) = of.split_once('<')?;
            is_below(package, major.parse().ok()?).then_some(name)
        })
    }
}

impl PackageWrite {
    /// The folder in its own that it makes, where that can be told.
    pub fn folder(self) -> Option<&'static str> {
        self.row.words(4).next()
    }

    /// Words with which the sources of an application send it elsewhere.
    pub fn told_by(self) -> impl Iterator<Item = &'static str> {
        self.row.words(5)
    }
}

/// What a Python text downloads into the home of whoever runs it: for each call the variables that send it elsewhere.
pub fn downloads_into_home(
    text: &str,
) -> impl Iterator<Item = impl Iterator<Item = &'static str> + use<>> {
    // `load_model`, but not `download_model`.
    let calls = move |name: &str| {
        let mut places = text.match_indices(name).map(|(at, _)| at);
        places.any(|at| !text[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric()))
    };
    let named = DOWNLOADS.all().filter(move |row| calls(row.key()));
    named.map(|row| row.words(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_and_calls_are_known() {
        assert!(
            node_package_at_home("puppeteer")
                .is_some_and(|it| it.variables(|_, _| true).count() == 3)
        );
        assert!(
            node_package_at_home("puppeteer")
                .is_some_and(|it| it.variables(|_, _| false).count() == 2)
        );
        assert!(node_package_at_home("puppeteer-core").is_none());
        let own = node_package_in_itself("@xenova/transformers").unwrap();
        assert_eq!(own.folder(), Some(".cache"));
        assert!(own.told_by().any(|it| it == "cacheDir"));
        assert!(node_package_in_itself("geckodriver").is_none());
        assert!(python_package_in_itself("docling").is_some());
        assert!(python_package_in_itself("puppeteer").is_none());
        let text = "from transformers import pipeline; pipeline('x')";
        assert!(downloads_into_home(text).any(|mut it| it.any(|name| name == "HF_HOME")));
        assert_eq!(downloads_into_home("print(1)").count(), 0);
        assert_eq!(downloads_into_home("download_model()").count(), 0);
        assert_eq!(downloads_into_home("whisper.load_model()").count(), 1);
        for row in PACKAGES.all() {
            assert!(matches!(row.column(1), "node" | "python"), "{row:?}");
            assert!(matches!(row.column(2), "home" | "itself"), "{row:?}");
            // Each condition is one that is understood.
            let write = PackageWrite { row };
            assert_eq!(
                write.variables(|_, _| true).count(),
                row.words(3).count(),
                "{row:?}"
            );
        }
    }
}
