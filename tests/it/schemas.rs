//! What dfix prints for programs fits the schema of its format, and dfix's own JSON fits the one that is published here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::Folder;

/// Findings of every status, an error with a place and one without, odd names, and what XML and JSON must escape.
fn folder() -> Folder {
    let folder = Folder::new(&[
        ("good/Dockerfile", "FROM scratch\n"),
        ("no/Dockerfile", "FRMO x\n"),
        (
            "a b&c/Dockerfile",
            "FROM python:3.11\n# \u{e9} <b> ]]> \u{7}\nRUN pip install 'a<b' \"c\" && cd /x\nENV A=1\nRUN apt-get install -y curl\nRUN curl https://example.com/x | bash\nADD x y\nCMD python \"app\".py\n",
        ),
        (
            "k/Dockerfile",
            "FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD npm start\n",
        ),
    ]);
    folder.put("binary/Dockerfile", b"FROM a\nRUN \xe9\n");
    folder
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What is asked for, in the ways that change what is printed.
const WAYS: [&[&str]; 5] = [
    &[],
    &["--statistics"],
    &["--unsafe"],
    &["--safe-only"],
    &["--fix", "--statistics"],
];

/// What is printed in a format, in each way.
fn printed(format: &str) -> Vec<String> {
    let always = ["--rule", "all", "--format", format];
    let in_way = |way: &&[&str]| {
        let (_, out, _) = folder().dfix(&[&always, *way].concat());
        assert!(!out.is_empty(), "{way:?}");
        out
    };
    WAYS.iter().map(in_way).collect()
}

fn fits(schema: &Value, value: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).expect("the schema is one");
    let errors = validator.iter_errors(value);
    let errors: Vec<String> = errors
        .map(|it| format!("{}: {it}", it.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

fn json_fits(format: &str, schema: &str) {
    let schema: Value = serde_json::from_str(&read(schema)).unwrap();
    for text in printed(format) {
        fits(&schema, &serde_json::from_str(&text).unwrap(), format);
    }
}

#[test]
fn sarif_gitlab_and_rdjson_fit_theirs() {
    json_fits("sarif", "fixtures/schemas/sarif-2.1.0.json");
    json_fits("gitlab", "fixtures/schemas/gitlab.json");
    json_fits("rdjson", "fixtures/schemas/rdjson.json");
}

fn xml_fits(format: &str, schema: &str) {
    let schema = read(schema);
    let schema = uppsala::parse(&schema).expect("it is XML");
    let validator = uppsala::XsdValidator::from_schema(&schema).expect("it is a schema");
    for text in printed(format) {
        let document = uppsala::parse(&text).expect("it is XML");
        let errors = validator.validate(&document);
        assert!(errors.is_empty(), "{format}: {errors:?}\n{text}");
    }
    // What does not fit is found.
    let wrong = uppsala::parse("<testsuites><checkstyle/></testsuites>").expect("it is XML");
    assert!(!validator.validate(&wrong).is_empty());
}

#[test]
fn junit_and_checkstyle_fit_theirs() {
    xml_fits("junit", "fixtures/schemas/junit-10.xsd");
    xml_fits("checkstyle", "fixtures/schemas/checkstyle.xsd");
}

fn own_schema() -> Value {
    serde_json::from_str(&read("docs/output.schema.json")).unwrap()
}

#[test]
fn our_json_fits_the_schema_that_is_published() {
    let schema = own_schema();
    let mut of_line = schema["$defs"]["line"].clone();
    of_line["$defs"] = schema["$defs"].clone();
    for text in printed("json") {
        fits(&schema, &serde_json::from_str(&text).unwrap(), "json");
    }
    for text in printed("jsonl") {
        for line in text.lines() {
            fits(&of_line, &serde_json::from_str(line).unwrap(), line);
        }
    }
    let rewrite = [
        "rewrite",
        "pip install {p...}",
        "pip3 install {p...}",
        "--diff",
    ];
    for (format, schema) in [("json", &schema), ("jsonl", &of_line)] {
        let (_, out, _) = folder().dfix(&[&rewrite[..], &["--format", format]].concat());
        assert!(
            out.contains("\"captures\"") && out.contains("\"diff\""),
            "{out}"
        );
        if format == "json" {
            fits(schema, &serde_json::from_str(&out).unwrap(), format);
        } else {
            for line in out.lines() {
                fits(schema, &serde_json::from_str(line).unwrap(), line);
            }
        }
    }
}

/// Each key says what it is.
#[test]
fn every_key_of_our_schema_is_described() {
    fn walk(value: &Value, path: &str, count: &mut usize) {
        if let Some(properties) = value["properties"].as_object() {
            for (name, property) in properties {
                let is_told = property["description"].is_string() || property["$ref"].is_string();
                assert!(is_told, "{path}.{name}");
                *count += 1;
            }
        }
        let children: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, it)| (key.clone(), it)).collect(),
            Value::Array(all) => all.iter().map(|it| (String::new(), it)).collect(),
            _ => Vec::new(),
        };
        for (key, child) in children {
            walk(child, &format!("{path}.{key}"), count);
        }
    }
    let mut count = 0;
    walk(&own_schema(), "", &mut count);
    assert!(count > 60, "{count}");
}
