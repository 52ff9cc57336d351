//! What a file costs, step by step: its tree, the tree with the model, and all rules.
//!
//! `cargo bench -p dfix-rules --bench speed`. The text: all Dockerfiles below the folder that
//! `DFIX_BENCH_FOLDER` names, or the repository's fixtures. How the parser stands next to others:
//! `cargo bench -p dfix-syntax`.

#![allow(missing_docs)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dfix_engine::{Options, run};
use dfix_model::context::NoContext;
use dfix_model::{Command, Model, Step};
use dfix_syntax::{Parse, parse};

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
    assert!(!texts.is_empty(), "no Dockerfiles to read");
    texts
}

/// What every run asks of the model: stages and images, every step's commands, every package command.
fn ask(parse: &Parse, text: &str) -> usize {
    let model = Model::new(&parse.file(), text, &NoContext);
    let stages = model.stages().filter(|stage| stage.is_shipped()).count();
    let images = model.stages().filter_map(|stage| stage.image().name());
    let images: usize = images.map(str::len).sum();
    let commands: usize = model.commands().map(Command::name).map(str::len).sum();
    let packages = model.steps().flat_map(Step::package_commands).count();
    stages + images + commands + packages
}

fn bytes(texts: &[String]) -> Throughput {
    Throughput::Bytes(texts.iter().map(String::len).sum::<usize>() as u64)
}

fn speed(criterion: &mut Criterion) {
    let texts = texts();
    let mut group = criterion.benchmark_group("speed");
    group.sample_size(10);
    group.throughput(bytes(&texts));
    group.bench_function("tree", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(parse(text));
            }
        });
    });
    let trees: Vec<Parse> = texts.iter().map(|text| parse(text)).collect();
    group.bench_function("model", |bencher| {
        bencher.iter(|| {
            for (text, tree) in texts.iter().zip(&trees) {
                black_box(ask(tree, text));
            }
        });
    });
    group.bench_function("tree and model", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(ask(&parse(text), text));
            }
        });
    });
    let options = Options::new(dfix_rules::ALL);
    group.bench_function("all rules, to the end", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(run(text, &NoContext, &options));
            }
        });
    });
    let still: Vec<String> = texts
        .iter()
        .map(|text| run(text, &NoContext, &options))
        .filter(|outcome| outcome.errors.is_empty() && outcome.remaining.is_empty())
        .filter(|outcome| outcome.refused.is_empty())
        .map(|outcome| outcome.text.to_string())
        .collect();
    if !still.is_empty() {
        group.throughput(bytes(&still));
        group.bench_function("all rules, where nothing is to do", |bencher| {
            bencher.iter(|| {
                for text in &still {
                    black_box(run(text, &NoContext, &options));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, speed);
criterion_main!(benches);
