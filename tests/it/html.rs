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
fn data(page: &str) -> Vec<Value> {
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
    let data = data(&page);
    assert_eq!(data.len(), 1, "a file without findings is not listed");
    assert_eq!(data[0]["path"], "<i>/</script>.Dockerfile");
    assert_eq!(data[0]["folder"], "<i>");
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
    let rules = |file: &Value| -> Vec<String> {
        let findings = file["findings"].as_array().expect("findings").iter();
        findings.map(|it| it["rule"].to_string()).collect()
    };
    assert_eq!(rules(&data[0]), rules(&json["files"][0]));
    assert_eq!(data[0]["owners"], serde_json::json!(["@team"]));
    assert!(!data[0]["hunks"].as_array().expect("hunks").is_empty());
    assert!(
        data[1]["errors"][0]
            .as_str()
            .expect("an error")
            .starts_with("line 1: ")
    );
    let image = "<th scope=\"row\">python:3.7</th><td>1</td>";
    let row = page
        .lines()
        .find(|it| it.contains(image))
        .expect("the image");
    assert!(
        row.contains("class=\"over\"") && row.contains("support ended on"),
        "{row}"
    );
}

#[test]
fn it_is_written_beside_what_is_printed() {
    let folder = Folder::new(&[("Dockerfile", NASTY)]);
    let (_, text, _) = folder.dfix(&["--no-config", "--report=html=report.html"]);
    assert!(text.contains("nothing to do") || text.contains("can be fixed"));
    assert_eq!(folder.text("report.html"), page(&folder, &[]));
}
