//! `docs/compare.md`: the tables are those that the script writes, by its own check of their rows.

use std::fs;
use std::path::Path;

/// The rows that the script knows.
fn known_rows() -> Vec<String> {
    let script = text("fixtures/benches/measure.py");
    let (_, rows) = script.split_once("ROWS = [\n").expect("the rows");
    let (rows, _) = rows.split_once("\n]").expect("their end");
    let names = rows.lines().filter_map(|it| it.trim().strip_prefix("(\""));
    names
        .filter_map(|it| Some(it.split_once('"')?.0.to_owned()))
        .collect()
}

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn its_tables_are_measured() {
    let page = text("docs/compare.md");
    let known = known_rows();
    for table in ["monorepo", "harm"] {
        let begin = format!("<!-- measured: {table} -->");
        let (_, table) = page.split_once(&begin).expect("a place for the table");
        let (table, _) = table.split_once("<!-- end -->").expect("its end");
        let rows = table.lines().filter_map(|it| it.strip_prefix("| `"));
        let rows: Vec<&str> = rows.filter_map(|it| Some(it.split_once('`')?.0)).collect();
        assert!(rows.contains(&"dfix --fix"), "{rows:?}");
        for row in rows {
            assert!(known.iter().any(|it| it == row), "{row}");
        }
    }
}

/// What the page says of harm: none by dfix.
#[test]
fn it_shows_that_nothing_is_harmed() {
    let page = text("docs/compare.md");
    let (_, harm) = page.split_once("<!-- measured: harm -->").unwrap();
    let row = harm.lines().find(|it| it.starts_with("| `dfix --fix` |"));
    let counts = row.unwrap().split('|').skip(3).map(str::trim);
    assert!(counts.filter(|it| !it.is_empty()).all(|it| it == "0"));
}
