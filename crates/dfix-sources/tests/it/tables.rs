use std::fs;
use std::path::Path;

const KINDS: &str = "writes port socket setting settings loads runs asks right user imports value";

#[test]
fn tables_are_sorted_unique_and_told_of() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut count = 0;
    for entry in fs::read_dir(root.join("data")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(readme.contains(name), "{name}");
        let text = fs::read_to_string(&path).unwrap();
        let (title, rows) = text.split_once('\n').unwrap();
        assert!(title.starts_with("# ") && text.ends_with('\n'), "{name}");
        let most = title.split('\t').count();
        let rows: Vec<&str> = rows.lines().collect();
        let key = |row: &&str| row.split('\t').next().unwrap().to_owned();
        assert!(rows.is_sorted_by_key(key), "{name} is not sorted");
        for (at, row) in rows.iter().enumerate() {
            let columns: Vec<&str> = row.split('\t').collect();
            assert!(
                columns.len() >= 2 && columns.len() <= most && !columns.contains(&""),
                "{name}: {row}"
            );
            assert!(!rows[..at].contains(row), "{name}: {row} twice");
            if name == "calls.tsv" {
                assert!(KINDS.split(' ').any(|it| it == columns[1]), "{row}");
            } else {
                assert!(at == 0 || key(&rows[at - 1]) != columns[0], "{name}: {row}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 11);
}
