//! Megabytes a second, file by file, next to two other parsers on the same text.
//!
//! The text: all Dockerfiles below the folder that `DFIX_BENCH_FOLDER` names, or the repository's
//! fixtures. Files that one of the three refuses stay out, so that all read the same.

#![allow(missing_docs)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn texts() -> Vec<String> {
    let folder = std::env::var_os("DFIX_BENCH_FOLDER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"),
        PathBuf::from,
    );
    let mut texts = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with("Dockerfile") {
                texts.extend(fs::read_to_string(&path).ok());
            }
        }
    }
    texts.retain(|text| {
        dockerfile_parser::Dockerfile::parse(text).is_ok() && parse_dockerfile::parse(text).is_ok()
    });
    assert!(!texts.is_empty(), "no Dockerfiles to read");
    texts
}

fn parse(criterion: &mut Criterion) {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files, {bytes} bytes", texts.len());
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(10);
    group.bench_function("dfix-syntax, one parser", |bencher| {
        let mut parser = dfix_syntax::Parser::new();
        bencher.iter(|| {
            for text in &texts {
                black_box(parser.parse(text));
            }
        });
    });
    group.bench_function("dfix-syntax, a parser each", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(dfix_syntax::parse(text));
            }
        });
    });
    group.bench_function("parse-dockerfile", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                let _ = black_box(parse_dockerfile::parse(text));
            }
        });
    });
    group.bench_function("dockerfile-parser", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                let _ = black_box(dockerfile_parser::Dockerfile::parse(text));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
