//! The table of what dfix says otherwise than other linters: sorted, each example once, each rule one that dfix has a name for, and
//! each with its reason.

use std::path::Path;

use dfix_rules::ALL;

#[test]
fn the_table_is_sorted_and_gives_reasons() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/linters/disagreements.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("tool\trule\texample\tthe tool\twhy dfix differs")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    for row in &rows {
        let [tool, rule, example, says, why] = row[..] else {
            panic!("{row:?}")
        };
        assert!(["docker", "hadolint"].contains(&tool), "{tool}");
        assert!(
            ALL.iter().any(|it| it.aliases.contains(&rule)),
            "no rule is called {rule}"
        );
        let is_sum = example.len() == 10 && example.bytes().all(|it| it.is_ascii_hexdigit());
        assert!(is_sum, "{example}");
        assert!(["reports", "silent"].contains(&says), "{says}");
        assert!(why.len() > 80 && why.ends_with('.'), "{rule}: {why}");
    }
    for pair in rows.windows(2) {
        assert!(pair[0][..3] < pair[1][..3], "{:?}", pair[1]);
    }
}
