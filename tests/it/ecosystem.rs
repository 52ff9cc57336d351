//! The list of the ecosystem check: sorted, each repository once, each at one commit, and names only.

use std::path::Path;

#[test]
fn the_list_is_sorted_and_names_commits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ecosystem/repositories.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("repository\tcommit\twhat it is"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() >= 60, "{} repositories", rows.len());
    for row in &rows {
        let [name, commit, what] = row[..] else {
            panic!("{row:?}")
        };
        assert_eq!(name.matches('/').count(), 1, "{name}");
        assert!(
            commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{name}: {commit}"
        );
        assert!(what.contains(": "), "{name}: which kind, and what it is");
    }
    for pair in rows.windows(2) {
        assert!(
            pair[0][0] < pair[1][0],
            "{} stands after {}",
            pair[1][0],
            pair[0][0]
        );
    }
}
