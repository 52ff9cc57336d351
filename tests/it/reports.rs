//! Parts of the files, and reports in files beside what is printed.

use crate::common::{Folder, GOOD};

const BEFORE: &str = "FROM python:3.12\nRUN pip install flask\n";
const RULE: [&str; 2] = ["--rule", "pip-no-cache-dir"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RULE, more].concat()
}

#[test]
fn reports_are_what_is_printed_and_change_nothing_else() {
    let folder = Folder::new(&[("Dockerfile", BEFORE), ("good/Dockerfile", GOOD)]);
    let plain = folder.dfix(&with(&[]));
    assert_eq!(plain.0, 1);
    let all = [
        "text", "concise", "json", "jsonl", "sarif", "github", "gitlab",
    ];
    let reports: Vec<String> = all
        .iter()
        .map(|it| format!("--report={it}=out/{it}"))
        .collect();
    let mut arguments: Vec<&str> = reports.iter().map(String::as_str).collect();
    arguments.push("--report=patch=out/patch");
    folder.put("out/x", b"");
    assert_eq!(folder.dfix(&with(&arguments)), plain);
    for format in all {
        let printed = folder.dfix(&with(&["--format", format])).1;
        assert_eq!(folder.text(&format!("out/{format}")), printed, "{format}");
    }
    let patch = folder.dfix(&with(&["--diff"])).1;
    assert_eq!(folder.text("out/patch"), patch);
    assert_eq!(folder.text("Dockerfile"), BEFORE);
    arguments.extend(["--fix", "--quiet"]);
    assert_eq!(folder.dfix(&with(&arguments)).0, 0);
    assert_eq!(folder.text("out/patch"), patch);
}

#[test]
fn reports_that_cannot_be_written_are_told_before_anything_is_done() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    for (report, told) in [
        ("json", "write `FORMAT=FILE`; formats are patch, text,"),
        ("xml=a", "write `FORMAT=FILE`"),
        ("json=-", "reports go to files"),
        (
            "json=none/a",
            "--report none/a: it cannot be written: its folder is not there",
        ),
    ] {
        let (code, out, error) = folder.dfix(&["--fix", "--report", report]);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(told), "{error}");
    }
    let twice = ["--fix", "--report", "json=a", "--report", "sarif=a"];
    let (code, _, error) = folder.dfix(&twice);
    assert!(
        code == 2 && error.contains("two reports go to this file"),
        "{error}"
    );
    assert_eq!(folder.text("Dockerfile"), BEFORE);
}

#[test]
fn standard_input_has_reports_too() {
    let folder = Folder::new(&[]);
    let arguments = with(&["-", "--quiet", "--report", "patch=a.patch"]);
    let (code, out, _) = folder.dfix_with(BEFORE.as_bytes(), &arguments);
    assert!(code == 0 && out.contains("--no-cache-dir"), "{code} {out}");
    assert!(
        folder
            .text("a.patch")
            .contains("+RUN pip install --no-cache-dir flask")
    );
}

#[test]
fn a_file_that_comes_moves_no_other_to_another_part() {
    let names: Vec<String> = (0..30).map(|it| format!("r/{it}/Dockerfile")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), GOOD)).collect();
    let folder = Folder::new(&files);
    let commands: [&[&str]; 3] = [
        &[],
        &["rewrite", "USER 10001", "USER 10002"],
        &["migrate", "registry", "--set", "to=m.example.com"],
    ];
    let part = |command: &[&str], part: &str, path: &str| {
        folder.paths_of(&[command, &["--shard", part, path]].concat())
    };
    let before: Vec<Vec<String>> = ["1/3", "2/3", "3/3"]
        .iter()
        .map(|it| part(&[], it, "r"))
        .collect();
    assert_eq!(before.iter().map(Vec::len).sum::<usize>(), 30);
    for command in commands {
        assert_eq!(part(command, "2/3", "r"), before[1], "{command:?}");
    }
    // Wherever the folder is.
    let whole = folder.path("r");
    let there = part(&[], "2/3", whole.to_str().unwrap());
    assert!(
        there
            .iter()
            .zip(&before[1])
            .all(|(a, b)| a.ends_with(b.as_str())),
        "{there:?}"
    );
    folder.put("r/new/Dockerfile", GOOD.as_bytes());
    let mut more = 0;
    for (number, before) in before.iter().enumerate() {
        let after = part(&[], &format!("{}/3", number + 1), "r");
        assert!(before.iter().all(|it| after.contains(it)), "{after:?}");
        more += after.len() - before.len();
    }
    assert_eq!(more, 1);
    let (code, _, error) = folder.dfix(&["--shard", "4/3"]);
    assert!(code == 2 && error.contains("write `I/N`"), "{error}");
}

#[test]
fn what_comes_in_before_an_empty_line_stands_on_lines_of_its_own() {
    let before = "FROM python:3.12\n\nRUN curl -fsSL https://example.com/x -o /x\nCMD [\"python\", \"-V\"]\n";
    let folder = Folder::new(&[("Dockerfile", before)]);
    let printed = folder.dfix(&["--rule", "slim-base"]).1;
    assert!(printed.contains("FROM python:3.12-slim\n"), "{printed}");
}

#[test]
fn what_comes_in_at_the_end_stands_on_a_line_of_its_own() {
    let folder = Folder::new(&[(
        "Dockerfile",
        "FROM caddy:2-alpine\nCOPY index.html /usr/share/caddy/\nEXPOSE 80\n",
    )]);
    let (_, out, _) = folder.dfix(&["--rule", "non-root-user"]);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    assert!(lines.contains(&"5 + USER appuser"), "{out}");
    assert!(!out.contains("EXPOSE 80USER"), "{out}");
}

/// Errors and findings come in the order of the files, whatever part of the run looked at them.
#[test]
fn many_files_are_told_in_order() {
    let folder = Folder::new(&[]);
    for number in 0..700 {
        let text = if number % 100 == 50 {
            "FROM\n"
        } else if number % 7 == 0 {
            BEFORE
        } else {
            GOOD
        };
        folder.put(&format!("{number:03}/Dockerfile"), text.as_bytes());
    }
    let (code, out, error) = folder.dfix(&with(&["--format=concise", "--jobs=3", "."]));
    assert_eq!(code, 2);
    let starts = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|it| it.contains("Dockerfile:"));
        lines.map(|it| it[..3].to_owned()).collect()
    };
    let expected = |wanted: fn(usize) -> bool| -> Vec<String> {
        let numbers = (0..700).filter(|it| wanted(*it));
        numbers.map(|it| format!("{it:03}")).collect()
    };
    assert_eq!(
        starts(&out),
        expected(|it| it % 7 == 0 && it % 100 != 50),
        "{out}"
    );
    assert_eq!(starts(&error), expected(|it| it % 100 == 50), "{error}");
    let alone = folder.dfix(&with(&["--format=concise", "--jobs=1", "."]));
    assert_eq!(alone, (code, out, error));
}
