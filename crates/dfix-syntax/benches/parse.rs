//! Megabytes a second, file by file, next to two other parsers on the same text.
//!
//! The text: all Dockerfiles below the folder that `DFIX_BENCH_FOLDER` names, or the repository's
//! fixtures. Files that one of the three refuses stay out, so that all read the same.
//!
//! First the ratio to `dockerfile-parser` is printed: both take turns, so that a busy machine slows
//! both, and the best of the rounds counts.

#![allow(missing_docs)]
#![allow(clippy::cast_precision_loss)] // a few megabytes

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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

/// Best of some rounds of everything in turn, as megabytes a second and next to `dockerfile-parser`.
fn ratio(texts: &[String], bytes: usize) {
    const ROUNDS: usize = 15;
    let dfix = || {
        for text in texts {
            black_box(dfix_syntax::parse(text));
        }
    };
    let peer = || {
        for text in texts {
            let _ = black_box(dockerfile_parser::Dockerfile::parse(text));
        }
    };
    let turns: [(&str, &dyn Fn()); 2] = [("dockerfile-parser", &peer), ("dfix-syntax", &dfix)];
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        for ((_, turn), best) in turns.iter().zip(&mut best) {
            let start = Instant::now();
            turn();
            *best = start.elapsed().min(*best);
        }
    }
    for ((name, _), time) in turns.iter().zip(best) {
        let speed = bytes as f64 / time.as_secs_f64() / 1e6;
        let times = best[0].as_secs_f64() / time.as_secs_f64();
        println!("{name:26} {speed:6.1} MB/s, {times:.2} times dockerfile-parser");
    }
}

fn parse(criterion: &mut Criterion) {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} files, {bytes} bytes", texts.len());
    ratio(&texts, bytes);
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(10);
    group.bench_function("dfix-syntax", |bencher| {
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
