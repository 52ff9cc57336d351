//! Programs that come with Python packages of another name.

use super::table::{Table, table};

const SCRIPTS: Table = table!("python-scripts.tsv");

/// The Python packages of other names that a program comes with: `notebook` has `jupyter-notebook`.
pub fn packages_of_script(program: &str) -> impl Iterator<Item = &'static str> {
    SCRIPTS
        .row(program)
        .into_iter()
        .flat_map(|row| row.words(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_lead_to_their_packages() {
        assert!(packages_of_script("jupyter").eq(["jupyterlab", "notebook"]));
        assert_eq!(packages_of_script("gunicorn").count(), 0);
    }
}
