//! The files of `fixtures/broken`, which do not build: dfix repairs each by one rule, and a second run finds nothing more.
//!
//! That they fail as they stand, and build afterwards, is shown by `fixtures/broken/prove.sh`.

use std::fs;
use std::path::Path;

use crate::common::Folder;

#[test]
fn each_state_is_repaired_in_one_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let table = fs::read_to_string(root.join("states.tsv")).unwrap();
    let mut states = Vec::new();
    for row in table.lines().skip(1) {
        let [state, _, options] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row:?}")
        };
        states.push(state);
        for number in ["1", "2", "3"] {
            let file = root.join(state).join(number).join("Dockerfile");
            let text = fs::read_to_string(&file).unwrap();
            let folder = Folder::new(&[("Dockerfile", &text)]);
            let options: Vec<&str> = options.split(' ').collect();
            let call = [&options[..], &["--fix", "--exit-zero", "Dockerfile"]].concat();
            folder.dfix(&call);
            let fixed = folder.text("Dockerfile");
            assert_ne!(fixed, text, "{}: nothing is changed", file.display());
            folder.dfix(&call);
            assert_eq!(folder.text("Dockerfile"), fixed, "{}", file.display());
        }
    }
    assert!(states.is_sorted() && states.len() >= 12, "{states:?}");
    let folders = fs::read_dir(&root).unwrap().map(|it| it.unwrap().path());
    let folders = folders.filter(|it| it.is_dir()).count();
    assert_eq!(folders, states.len(), "each folder has its row");
}
