//! How the time of a whole run divides: reading, parsing, collecting, facts, each rule, edits, proofs.
//!
//! `cargo bench -p dfix-rules --bench division`. The text: all Dockerfiles below the folder that
//! `DFIX_BENCH_FOLDER` names, or the repository's fixtures.
//!
//! Each file is run a few times, without a build context, and the least time of
//! each part of each file counts: so a busy machine
//! disturbs little. The engine says which part begins (`dfix_engine::Part`); the clock is here. A fact of the
//! model is worked out when a rule first asks, so there is another run in which each rule looks twice at the
//! same model: what its first look took longer is the facts'.

#![allow(missing_docs)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dfix_engine::{Options, Part, Rule, run};
use dfix_model::context::NoContext;

const ROUNDS: usize = 5;

type Times = BTreeMap<Part, Duration>;

#[derive(Default)]
struct Clock {
    /// When the part at hand began.
    running: Option<(Instant, Part)>,
    /// The parts before it, in order.
    past: Vec<(Part, Duration)>,
}

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

fn watch(part: Part) {
    CLOCK.with_borrow_mut(|clock| {
        let now = Instant::now();
        if let Some((start, before)) = clock.running.replace((now, part)) {
            clock.past.push((before, now - start));
        }
    });
}

/// The parts of one piece of work, in order.
fn parts(work: impl FnOnce()) -> Vec<(Part, Duration)> {
    CLOCK.take();
    watch(Part::Loop);
    work();
    watch(Part::Loop);
    CLOCK.take().past
}

/// The least time of each part over a few rounds.
fn least(mut round: impl FnMut() -> Times) -> Times {
    let mut best = round();
    for _ in 1..ROUNDS {
        for (part, time) in round() {
            best.entry(part)
                .and_modify(|least| *least = time.min(*least))
                .or_insert(time);
        }
    }
    best
}

fn sum(parts: Vec<(Part, Duration)>) -> Times {
    let mut times = Times::new();
    add(&mut times, parts);
    times
}

fn add(all: &mut Times, more: impl IntoIterator<Item = (Part, Duration)>) {
    for (part, time) in more {
        *all.entry(part).or_default() += time;
    }
}

fn dockerfiles() -> Vec<PathBuf> {
    let folder = std::env::var_os("DFIX_BENCH_FOLDER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"),
        PathBuf::from,
    );
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with("Dockerfile") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The rules' times of the first analysis in a run that had each rule twice: on a new model, then on
/// one that knows its facts.
fn looks(parts: Vec<(Part, Duration)>) -> [Times; 2] {
    let analysis = |part: &(Part, Duration)| part.0 != Part::Model;
    let mut looks = [Times::new(), Times::new()];
    let (mut look, mut before) = (0, None);
    let parts = parts.into_iter().skip_while(analysis).skip(1);
    for (part, time) in parts.take_while(analysis) {
        let Part::Rule(name) = part else { continue };
        let is_first = name == dfix_rules::ALL[0].id;
        look |= usize::from(is_first && before.is_some_and(|before| before != part));
        before = Some(part);
        add(&mut looks[look], [(part, time)]);
    }
    looks
}

fn main() {
    let options = Options::new(dfix_rules::ALL).with_watch(watch);
    let all = dfix_rules::ALL.iter();
    let twice: Vec<&'static Rule> = all.clone().chain(all).copied().collect();
    let looking = Options::new(&twice).with_watch(watch);
    let (mut whole, mut fresh, mut known) = (Times::new(), Times::new(), Times::new());
    let (mut reading, mut files) = (Duration::ZERO, 0_u32);
    for file in dockerfiles() {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let read = || parts(|| drop(fs::read_to_string(&file)));
        reading += least(|| sum(read())).values().sum::<Duration>();
        files += 1;
        add(
            &mut whole,
            least(|| sum(parts(|| drop(run(&text, &NoContext, &options))))),
        );
        let both = || looks(parts(|| drop(run(&text, &NoContext, &looking))));
        add(&mut fresh, least(|| both()[0].clone()));
        add(&mut known, least(|| both()[1].clone()));
    }
    print(files, reading, &whole, &|rule| {
        let of = |times: &Times| times.get(&rule).map_or(0.0, Duration::as_secs_f64);
        (1.0 - of(&known) / of(&fresh).max(f64::MIN_POSITIVE)).max(0.0)
    });
}

/// The table. `facts` says which share of a rule's time the facts took that it was the first to ask for.
fn print(files: u32, reading: Duration, whole: &Times, facts: &dyn Fn(Part) -> f64) {
    let time = |part: Part| whole.get(&part).copied().unwrap_or_default();
    let rules: Vec<(&str, Duration, Duration)> = dfix_rules::ALL
        .iter()
        .map(|rule| {
            let part = Part::Rule(rule.id);
            (rule.id, time(part), time(part).mul_f64(facts(part)))
        })
        .collect();
    let all_rules: Duration = rules.iter().map(|(_, time, _)| *time).sum();
    let all_facts: Duration = rules.iter().map(|(_, _, facts)| *facts).sum();
    let total = reading + whole.values().sum::<Duration>();
    let row = |name: &str, time: Duration| {
        let micros = time.as_secs_f64() * 1e6 / f64::from(files.max(1));
        let share = 100.0 * time.as_secs_f64() / total.as_secs_f64();
        println!("{name:28} {micros:9.2} {share:8.1} %");
    };
    println!("{files} files; microseconds a file, share of all");
    row("read", reading);
    row("parse", time(Part::Parse));
    row("collect", time(Part::Model));
    row("facts", all_facts);
    row("rules", all_rules.saturating_sub(all_facts));
    row("edits", time(Part::Edits));
    row("proofs", time(Part::Proofs));
    row("loop", time(Part::Loop));
    row("all", total);
    println!("\nof the rules and facts: each rule, with the facts that it is the first to ask for");
    let mut rules = rules;
    rules.sort_by_key(|(_, time, _)| std::cmp::Reverse(*time));
    for (name, time, facts) in rules {
        row(name, time);
        if facts > time / 10 {
            row("  its facts", facts);
        }
    }
}
