//! Schemas that are shipped, and the databases in files that they name.

use crate::facts::shipped_settings;
use crate::handles::Stage;

/// A database in a file whose place a variable says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseOfVariable {
    /// The variable.
    pub variable: String,
    /// Who names it: "`prisma/schema.prisma` (line 9)".
    pub by: String,
}

impl Stage<'_> {
    /// The databases of SQLite whose place a variable says in a schema of Prisma: `url = env("DATABASE_URL")`.
    ///
    /// Source: Prisma's documentation, "Data sources".
    pub fn databases_of_variables(self) -> impl Iterator<Item = DatabaseOfVariable> {
        let schemas = shipped_settings::of(self).iter();
        let schemas = schemas.filter(|it| it.path.ends_with(".prisma"));
        schemas.filter_map(|it| {
            let (variable, line) = variable_of_sqlite(&it.text)?;
            Some(DatabaseOfVariable {
                variable: variable.to_owned(),
                by: format!("`{}` (line {line})", it.path),
            })
        })
    }
}

/// The variable that says where the SQLite of a schema lies, and its line.
fn variable_of_sqlite(text: &str) -> Option<(&str, usize)> {
    let lines = text.lines().enumerate();
    let settings = lines.filter_map(|(number, line)| {
        let (key, value) = line.split_once('=')?;
        Some((key.trim(), value.trim(), number + 1))
    });
    let mut provider = settings.clone();
    provider.find(|(key, value, _)| *key == "provider" && value.starts_with("\"sqlite\""))?;
    let mut settings = settings;
    settings.find_map(|(key, value, line)| {
        let name = value.strip_prefix("env(")?.trim_start().strip_prefix('"')?;
        Some((name.split('"').next()?, line)).filter(|_| key == "url")
    })
}

#[cfg(test)]
mod tests {
    use super::variable_of_sqlite;

    #[test]
    fn schemas_name_variables() {
        let sqlite = "datasource db {\n  provider = \"sqlite\"\n  url      = env(\"DB\") // x\n}\n";
        assert_eq!(variable_of_sqlite(sqlite), Some(("DB", 3)));
        for text in [
            sqlite.replace("sqlite", "postgresql"),
            sqlite.replace("env(\"DB\")", "\"file:/data/x.db\""),
            sqlite.replace("  url", "  // url"),
        ] {
            assert_eq!(variable_of_sqlite(&text), None, "{text}");
        }
    }
}
