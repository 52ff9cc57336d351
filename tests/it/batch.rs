//! `dfix batch`: JSON lines in, JSON lines out.

use serde_json::{Value, json};

use crate::common::{Folder, GOOD};

const BAD: &str =
    "from python:3.12-slim\nRUN pip install flask==3.0.0\nCOPY . /app\nCMD python3 /app/app.py\n";

fn batch(input: &str, arguments: &[&str]) -> (i32, Vec<Value>) {
    let folder = Folder::new(&[]);
    let arguments = [&["batch"], arguments].concat();
    let (code, out, err) = folder.dfix_with(input.as_bytes(), &arguments);
    assert!(err.is_empty(), "{err}");
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
    (code, lines.collect())
}

/// What --fix makes of a folder with these files.
fn fixed(files: &[(&str, &str)], dockerfile: &str) -> String {
    let folder = Folder::new(files);
    folder.dfix(&["--fix", "."]);
    folder.text(dockerfile)
}

#[test]
fn each_line_is_answered_in_order() {
    let jobs: Vec<String> = (0..200)
        .map(|id| json!({ "id": id, "content": if id % 2 == 0 { GOOD } else { BAD } }).to_string())
        .collect();
    let (code, lines) = batch(&jobs.join("\n"), &["-j", "2"]);
    assert_eq!((code, lines.len()), (0, 200));
    for (id, line) in lines.iter().enumerate() {
        assert_eq!(line["id"], id);
        assert_eq!(line["changed"], id % 2 == 1);
        assert_eq!(line["path"], "Dockerfile");
    }
    assert_eq!(lines[0]["content"], GOOD);
    let content = lines[1]["content"].as_str().unwrap();
    assert!(content.contains("pip install --no-cache-dir"), "{content}");
    assert!(
        lines[1]["diff"]
            .as_str()
            .unwrap()
            .starts_with("diff --git a/Dockerfile")
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let jobs: Vec<String> = (0..100)
        .map(|id| json!({ "id": id, "content": BAD.repeat(id % 3 + 1) }).to_string())
        .collect();
    let folder = Folder::new(&[]);
    let one = folder.dfix_with(jobs.join("\n").as_bytes(), &["batch", "-j1"]);
    let four = folder.dfix_with(jobs.join("\n").as_bytes(), &["batch", "-j4"]);
    assert_eq!(one, four);
}

#[test]
fn the_files_of_a_project_count_as_they_do_in_a_folder() {
    let compose = "services: {web: {build: ./web, volumes: [./data:/app/data]}}\n";
    let source = "open('/app/data/log', 'a')\n";
    let all = [
        ("web/Dockerfile", BAD),
        ("web/app.py", source),
        ("compose.yaml", compose),
        ("dfix.toml", "[rules]\npip-no-cache-dir = false\n"),
    ];
    let job = json!({
        "id": "a", "path": "web/Dockerfile", "content": BAD,
        "files": { "web/app.py": source, "compose.yaml": compose, "dfix.toml": all[3].1 },
    });
    let (code, lines) = batch(&job.to_string(), &[]);
    assert_eq!(code, 0, "{lines:?}");
    assert_eq!(lines[0]["content"], fixed(&all, "web/Dockerfile"));
    assert_eq!(lines[0]["path"], "web/Dockerfile");
    let findings = lines[0]["findings"].to_string();
    assert!(findings.contains("/app/data"), "{findings}");
    let (_, lines) = batch(&job.to_string(), &["--no-config"]);
    let content = lines[0]["content"].as_str().unwrap();
    assert!(content.contains("--no-cache-dir"), "{content}");
}

#[test]
fn what_lies_around_the_folders_of_jobs_does_not_count() {
    let around = Folder::new(&[
        ("dfix.toml", "[rules]\nselect = []\n"),
        (
            "compose.yaml",
            "services: {a: {build: ., command: npm run dev, volumes: [\".:/app\"]}}\n",
        ),
        ("start.sh", "#!/bin/sh\nexec python /app/main.py\n"),
    ]);
    let job = json!({
        "id": 1,
        "path": "a/Dockerfile",
        "content": "FROM python:3.12-slim\nWORKDIR /app\nCOPY start.sh main.py ./\nCMD [\"./start.sh\"]\n",
        "files": {"a/main.py": "print(1)\n"},
    });
    let answer = |temporary: &Folder| {
        let out = assert_cmd::Command::cargo_bin("dfix")
            .unwrap()
            .arg("batch")
            .env("TMPDIR", temporary.root())
            .write_stdin(format!("{job}\n"))
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    let alone = answer(&Folder::new(&[]));
    assert!(alone.contains("non-root-user"), "{alone}");
    assert_eq!(answer(&around), alone);
}

#[test]
fn comments_of_the_dockerfile_tell_how_it_is_started() {
    let content =
        format!("# docker build -t app .\n# docker run -v \"$PWD/data:/app/data\" app\n{BAD}");
    let source = "open('/app/data/log', 'a')\n";
    let all = [
        ("Dockerfile", &*content),
        ("app.py", source),
        ("data/log", ""),
    ];
    let job = json!({ "content": content, "files": { "app.py": source, "data/log": "" } });
    let (_, lines) = batch(&job.to_string(), &[]);
    assert_eq!(lines[0]["content"], fixed(&all, "Dockerfile"));
    let findings = lines[0]["findings"].to_string();
    assert!(findings.contains("of the host"), "{findings}");
}

#[test]
fn a_bad_line_is_named_and_stops_no_other() {
    let good = json!({ "id": 7, "content": BAD }).to_string();
    let lines = [
        "no json",
        r#"{"id": 2, "path": "Dockerfile"}"#,
        r#"{"id": 3, "content": "FROM a\n", "contet": ""}"#,
        r#"{"id": 4, "content": "FROM a\n", "files": {"../x": ""}}"#,
        r#"{"id": 5, "content": "FROM a\n", "files": {"a": "", "a/b": ""}}"#,
        r#"{"id": 6, "content": "FRM a\n"}"#,
        "",
        &good,
    ];
    let (code, out) = batch(&lines.join("\n"), &[]);
    assert_eq!((code, out.len()), (2, 7));
    let says = |index: usize| out[index]["errors"][0]["message"].as_str().unwrap();
    for (index, text) in [
        (0, "line 1 is no job: expected"),
        (1, "line 2 is no job: missing field `content`"),
        (2, "unknown field `contet`"),
        (3, "line 4: the path `../x` leads out of its project"),
        (4, "line 5: the file `a/b` cannot be laid down"),
    ] {
        assert!(says(index).contains(text), "{}", says(index));
        assert!(out[index]["errors"][0]["remedy"].is_string());
    }
    let ids: Vec<&Value> = out.iter().map(|it| &it["id"]).collect();
    assert_eq!(
        ids,
        [
            &Value::Null,
            &json!(2),
            &json!(3),
            &json!(4),
            &json!(5),
            &json!(6),
            &json!(7)
        ]
    );
    assert!(says(5).contains("FRM"), "{}", says(5));
    assert_eq!(out[6]["changed"], true);
}

#[test]
fn a_wrong_configuration_names_the_file_as_the_job_does() {
    let job = json!({ "content": GOOD, "files": { "dfix.toml": "[rules]\nnothing = false\n" } });
    let (code, lines) = batch(&job.to_string(), &[]);
    assert_eq!(code, 2);
    let message = lines[0]["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(": dfix.toml:2:"), "{message}");
}

#[test]
fn a_configuration_of_a_job_reads_nothing_outside_of_it() {
    for path in ["/etc/passwd", "../../etc/passwd", "shared.toml"] {
        let own = format!("extends = {path:?}\n");
        let job = json!({ "content": GOOD, "files": { "dfix.toml": own, "shared.toml": "level = \"safe\"\n" } });
        let (code, lines) = batch(&job.to_string(), &[]);
        if path == "shared.toml" {
            assert_eq!(code, 0, "{lines:?}");
            continue;
        }
        assert_eq!(code, 2);
        let message = lines[0]["errors"][0]["message"].as_str().unwrap();
        let told = "dfix.toml:1:11: this leads out of the project, so it is not read";
        assert!(message.ends_with(told), "{message}");
    }
}
