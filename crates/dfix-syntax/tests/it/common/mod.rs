//! What the tests of this crate share.

use std::fs;
use std::path::PathBuf;

/// The repository's `fixtures` folder.
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Every Dockerfile below `fixtures/folder`, sorted: its path there, and its text.
pub fn dockerfiles(folder: &str) -> Vec<(String, String)> {
    let root = fixtures();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of fixtures") {
            let path = entry.expect("a readable entry").path();
            let is_dockerfile = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().ends_with("Dockerfile"));
            if path.is_dir() {
                folders.push(path);
            } else if is_dockerfile {
                // Fixtures that are not UTF-8 are for those who read files.
                if let Ok(text) = String::from_utf8(fs::read(&path).expect("a readable file")) {
                    let name = path.strip_prefix(&root).expect("below the root");
                    found.push((name.to_string_lossy().replace('\\', "/"), text));
                }
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no Dockerfiles below fixtures/{folder}");
    found
}
