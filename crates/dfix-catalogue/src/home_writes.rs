//! Which commands leave something in the home of whoever runs them, and what sends it elsewhere.

use super::table::{Row, Table, table};

const WRITES: Table = table!("home-writes.tsv");

/// A way in which a program leaves something at home.
#[derive(Clone, Copy, Debug)]
pub struct HomeWrite {
    row: Row,
}

/// The ways in which a program, or a module that Python runs by `-m`, leaves something at home. None of
/// them: nothing is known of it.
pub fn home_writes(program: &str) -> impl Iterator<Item = HomeWrite> {
    WRITES.rows(program).map(|row| HomeWrite { row })
}

impl HomeWrite {
    /// Whether it is one of a command whose first operand is this word.
    pub fn begins_with(self, first: Option<&str>) -> bool {
        self.row.column(1) == "*" || first.is_some_and(|it| self.row.lists(1, ' ', it))
    }

    /// Words and options of which one must be there, too; none: it needs no other.
    pub fn needs(self) -> impl Iterator<Item = &'static str> {
        self.row.words(2)
    }

    /// The options that send it elsewhere.
    pub fn options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(3)
    }

    /// The variables that send it elsewhere.
    pub fn variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(4)
    }

    /// The programs one of which a container must start for it to be missed; none: it always is.
    pub fn missed_by(self) -> impl Iterator<Item = &'static str> {
        self.row.words(5)
    }

    /// Whether it is certain that it leaves something, and not only possible.
    pub fn is_certain(self) -> bool {
        self.row.column(6) != "maybe"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_at_home_is_told() {
        let of = |program: &str, first: &str| {
            home_writes(program).find(|it| it.begins_with(Some(first)))
        };
        assert!(of("cargo", "install").is_some_and(|it| it.options().eq(["--root"])));
        assert!(of("cargo", "build").is_none() && of("nobody-knows-this", "x").is_none());
        assert!(of("uv", "tool").is_some_and(|it| it.variables().eq(["UV_TOOL_DIR"])));
        assert!(of("git", "config").is_some_and(|it| it.needs().eq(["--global"])));
        assert!(of("mix", "local.hex").is_some_and(|it| it.missed_by().count() == 2));
        assert!(home_writes("nvm").any(|it| it.begins_with(None) && it.is_certain()));
        assert!(of("julia", "main.jl").is_some_and(|it| !it.is_certain()));
        for row in WRITES.all() {
            assert!(matches!(row.column(6), "" | "maybe"), "{}", row.line());
        }
    }
}
