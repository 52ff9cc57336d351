//! `fixtures/fix/README.md` names the kinds of faults that were seen, each with cases of its own.

use std::fs;
use std::path::Path;

/// How many cases a kind has at least.
const LEAST: usize = 4;

#[test]
fn each_kind_of_fault_has_its_cases() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let readme = fs::read_to_string(fixtures.join("fix/README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| {
        line.strip_prefix("| ")?
            .strip_suffix(" |")?
            .rsplit_once(" | ")
    });
    let mut kinds = 0;
    for (kind, cases) in rows.filter(|(kind, _)| *kind != "kind") {
        let cases: Vec<&str> = cases
            .split(", ")
            .map(|case| case.trim_matches('`'))
            .collect();
        for case in &cases {
            assert!(fixtures.join(case).exists(), "{kind}: there is no {case}");
        }
        let mut different = cases.clone();
        different.sort_unstable();
        different.dedup();
        assert!(different.len() >= LEAST, "{kind} has only {different:?}");
        kinds += 1;
    }
    assert!(kinds >= 58, "only {kinds} kinds are named");
}
