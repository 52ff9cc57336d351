//! Bundler: which one a Ruby comes with, and what it no longer takes as an option.

use super::table::{Row, Table, table};

const OF_RUBIES: Table = table!("ruby-bundlers.tsv");
const FLAGS: Table = table!("bundler-flags.tsv");

/// The version of Bundler, major and minor, that a version of Ruby comes with.
pub fn bundler_of_ruby(major: u32, minor: u32) -> Option<(u32, u32)> {
    let row = OF_RUBIES.row(&format!("{major}.{minor}"))?;
    let (major, minor) = row.column(1).split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// An option of `bundle install` that is remembered, which Bundler 2.1 calls deprecated and Bundler 4 has no more.
#[derive(Clone, Copy, Debug)]
pub struct BundlerFlag {
    row: Row,
}

/// How much an option is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagValue {
    /// Nothing.
    None,
    /// One word.
    One,
    /// All words up to the next option.
    Words,
}

/// The option of this name, with its dashes.
pub fn bundler_flag(name: &str) -> Option<BundlerFlag> {
    FLAGS.row(name).map(|row| BundlerFlag { row })
}

impl BundlerFlag {
    /// The setting that says the same.
    pub fn setting(self) -> &'static str {
        self.row.column(1)
    }

    /// How much it is given.
    pub fn value(self) -> FlagValue {
        match self.row.column(2) {
            "one" => FlagValue::One,
            "words" => FlagValue::Words,
            _ => FlagValue::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, FlagValue, OF_RUBIES, bundler_flag, bundler_of_ruby};

    #[test]
    fn versions_and_flags() {
        assert_eq!(bundler_of_ruby(2, 7), Some((2, 1)));
        assert_eq!(bundler_of_ruby(1, 9), None);
        for row in OF_RUBIES.all() {
            let (major, minor) = row.column(0).split_once('.').expect("two numbers");
            let of = (major.parse().expect("one"), minor.parse().expect("one"));
            assert!(bundler_of_ruby(of.0, of.1).is_some(), "{}", row.line());
        }
        let without = bundler_flag("--without").expect("it is listed");
        assert_eq!(
            (without.setting(), without.value()),
            ("without", FlagValue::Words)
        );
        assert!(bundler_flag("--jobs").is_none());
        for row in FLAGS.all() {
            assert!(
                ["none", "one", "words"].contains(&row.column(2)),
                "{}",
                row.line()
            );
        }
    }
}
