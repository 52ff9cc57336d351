//! Packages that compile, from `build-tools.tsv`.

use super::table::{Table, table};

const TOOLS: Table = table!("build-tools.tsv");

/// Whether a package of a distribution is there to compile, and nothing that is compiled needs it.
pub fn is_build_tool(package: &str) -> bool {
    TOOLS.row(package).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_none() {
        assert!(is_build_tool("build-essential") && is_build_tool("g++"));
        assert!(!is_build_tool("libgcc") && !is_build_tool("libstdc++6"));
    }
}
