//! Programs that take paths, and to whom `./x` is what `x` is.

use super::table::{Row, Table, table};

const PROGRAMS: Table = table!("path-operands.tsv");

/// What is said of a program whose operands are paths.
#[derive(Clone, Copy, Debug)]
pub struct PathOperands {
    row: Row,
}

/// What is said of a program; `None` where it is not known that `./x` is to it what `x` is.
pub fn path_operands(name: &str) -> Option<PathOperands> {
    let row = PROGRAMS.rows(name).next()?;
    Some(PathOperands { row })
}

impl PathOperands {
    /// Options one of which must be there; none where it is so without.
    pub fn needed(self) -> impl Iterator<Item = &'static str> {
        self.row.words(1)
    }

    /// Options with which the names are more than the way to the files: they are printed, or kept.
    pub fn spoiling(self) -> impl Iterator<Item = &'static str> {
        self.row.words(2)
    }

    /// How many operands come first that are no paths: the mode of `chmod`.
    pub fn first(self) -> usize {
        self.row.column(3).parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{PROGRAMS, path_operands};

    #[test]
    fn programs_take_paths() {
        let chmod = path_operands("chmod").expect("it is listed");
        assert!(chmod.first() == 1 && chmod.needed().next().is_none());
        assert!(chmod.spoiling().any(|it| it == "-v"));
        assert!(path_operands("dpkg").is_some_and(|it| it.needed().any(|it| it == "-i")));
        assert!(path_operands("zip").is_none());
        for row in PROGRAMS.all() {
            let mut options = row.words(1).chain(row.words(2));
            assert!(options.all(|it| it.starts_with('-')), "{}", row.line());
            assert!(matches!(row.column(3), "" | "1"), "{}", row.line());
        }
    }
}
