//! What `non-root-user` says of files that its `chown` copies into another layer, by how many bytes they have.

use dfix_engine::{Options, run};
use dfix_model::context::MemoryContext;
use dfix_rules::by_id;

const FILE: &str = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"app.py\"]\n";
const COST: &str = "the recursive chown copies what `COPY` puts into /app into another layer";

/// What is said where the context has so many bytes beside the application.
fn said(bytes: usize) -> String {
    let data = "x".repeat(bytes);
    let files = [("app.py", "print('x')\n"), ("data/towns.csv", &*data)];
    let rules = [by_id("non-root-user").unwrap()];
    let outcome = run(FILE, &MemoryContext::new(files), &Options::new(&rules));
    let findings = outcome.applied().chain(&outcome.remaining);
    format!("{:?}", findings.collect::<Vec<_>>())
}

#[test]
fn what_is_copied_twice_is_told() {
    const MIB: usize = 1024 * 1024;
    assert!(!said(MIB).contains(COST));
    let told = said(16 * MIB);
    assert!(told.contains(COST), "{told}");
    assert!(!told.contains("whether the image may grow"), "{told}");
    let much = said(32 * MIB);
    assert!(!much.contains(COST), "{much}");
    assert!(much.contains("--chown=appuser"), "{much}");
}
