//! The HTML report: what is in it, and that nothing in the files ends up as anything but text.
//! Its filters are tried in a browser by `fixtures/html/check.py`.

use serde_json::Value;

use crate::common::{Folder, GOOD};

const NASTY: &str =
    "FROM python:3.7\n# </script><script>alert(1)</script>\nRUN pip install '<b>flask</b>'\n";

fn page(folder: &Folder, more: &[&str]) -> String {
    let (code, out, error) = folder.dfix(&[&["--format=html", "--no-config"], more].concat());
    assert!(code < 2, "{error}");
    out
}

/// The data that the page's script reads.
fn data(page: &str) -> Value {
    let begin = "<script type=\"application/json\" id=\"data\">";
    let (_, data) = page.split_once(begin).expect("the data");
    let (data, _) = data.split_once("</script>").expect("its end");
    serde_json::from_str(data).expect("JSON")
}

#[test]
fn what_files_say_stays_text() {
    let folder = Folder::new(&[
        ("<i>/</script>.Dockerfile", NASTY),
        ("good/Dockerfile", GOOD),
    ]);
    let page = page(&folder, &[]);
    assert_eq!(page.matches("<script").count(), 2, "{page}");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<i>") && !page.contains("<b>flask"));
    let files = data(&page)["files"].take();
    assert_eq!(
        files.as_array().map(Vec::len),
        Some(1),
        "a file without findings is not listed"
    );
    assert_eq!(files[0]["path"], "<i>/</script>.Dockerfile");
}

#[test]
fn it_has_what_json_has() {
    let folder = Folder::new(&[("a/Dockerfile", NASTY), ("b/Dockerfile", "FROM\n")]);
    folder.put(".git/HEAD", b"");
    folder.put("CODEOWNERS", b"/a/ @team\n");
    let (_, json, _) = folder.dfix(&["--format=json", "--no-config"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let (_, page, _) = folder.dfix(&["--format=html", "--no-config"]);
    let data = data(&page);
    let files = &data["files"];
    let text = |number: &Value| {
        let number = usize::try_from(number.as_u64().expect("a number")).expect("a small one");
        data["texts"][number].clone()
    };
    let list = |it: &Value| it.as_array().expect("a list").clone();
    let rules: Vec<Value> = list(&files[0]["found"])
        .iter()
        .map(|it| text(&it["rule"]))
        .collect();
    let findings = list(&json["files"][0]["findings"]);
    let expected: Vec<Value> = findings.iter().map(|it| it["rule"].clone()).collect();
    assert_eq!(rules, expected);
    let owners: Vec<Value> = list(&files[0]["owners"]).iter().map(text).collect();
    assert_eq!(owners, ["@team"]);
    assert!(!list(&files[0]["hunks"]).is_empty());
    let error = &files[1]["found"][0];
    assert_eq!(text(&error["level"]), "error");
    assert_eq!(error["at"][0], 1);
    let row = page.lines().find(|it| it.contains(">python:3.7</a></th>"));
    let row = row.expect("the image");
    assert!(
        row.contains(">ended</span>") && row.contains("<td>2023-06-27</td>"),
        "{row}"
    );
}

/// What a fix that is held back would change is shown, and is no part of the file's patch.
#[test]
fn what_is_held_back_is_shown_by_itself() {
    let folder = Folder::new(&[("Dockerfile", "FROM python:3.12\nRUN pip install flask\n")]);
    let page = page(&folder, &["--rule=slim-base"]);
    let data = data(&page);
    let found = &data["files"][0]["found"][0];
    assert_eq!(found["hunks"], serde_json::json!([]));
    let rows = &found["would"][0]["rows"];
    assert_eq!(
        rows[0],
        serde_json::json!([["FROM python:3.12"], ["FROM python:3.12", "-slim"]])
    );
}

/// The page says itself that it may load nothing, and a page without findings is whole too.
#[test]
fn it_loads_nothing() {
    let folder = Folder::new(&[("Dockerfile", GOOD)]);
    let page = page(&folder, &[]);
    assert!(page.contains("content=\"default-src 'none';"), "{page}");
    for loads in [" src=", "url(", "@import", "<link"] {
        assert!(!page.contains(loads), "{loads}");
    }
    assert!(!page.contains("What changes most"), "{page}");
}

#[test]
fn it_is_written_beside_what_is_printed() {
    let folder = Folder::new(&[("Dockerfile", NASTY)]);
    let (_, text, _) = folder.dfix(&["--no-config", "--report=html=report.html"]);
    assert!(text.contains("nothing to do") || text.contains("can be fixed"));
    assert_eq!(folder.text("report.html"), page(&folder, &[]));
}
