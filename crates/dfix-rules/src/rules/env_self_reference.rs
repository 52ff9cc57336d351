//! An `ENV` uses no variable that it sets itself.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Expansion, Model, Pair, Stage, Step, StepKind};
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "env-self-reference",
    aliases: &["DL3044", "UndefinedVar"],
    groups: &[Group::Correctness],
    severity: Severity::Error,
    summary: "set a variable in an `ENV` of its own before another one uses it",
    why: "An `ENV` sees what was set before it, and nothing of its own: in `ENV A=1 B=$A` the second is empty.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nENV HOME_OF_APP=/srv/app BIN=$HOME_OF_APP/bin\n",
            "FROM debian:12\nENV HOME_OF_APP=/srv/app\nENV BIN=$HOME_OF_APP/bin\n",
        ),
        fixes(
            "FROM debian:12\nENV A=1 \\\n    B=$A \\\n    C=3 \\\n    D=${B}x$C\n",
            "FROM debian:12\nENV A=1\nENV B=$A \\\n    C=3\nENV D=${B}x$C\n",
        ),
        leaves("FROM acme/base:1\nENV A=1 B=$A\n").that_says("whether acme/base:1 sets `A`"),
        reports("FROM debian:12\nENV B=$A A=1\n", "below"),
        reports(
            "FROM debian:12\nENV A=1 \\\n    # note\n    B=$A\n",
            "comment",
        ),
        leaves("FROM debian:12\nENV A=/a B=$A/b\nWORKDIR $B\n").that_says("the WORKDIR of line 3"),
        leaves("FROM debian:12\nENV APP=/app PATH=$APP/bin\nRUN apt-get update\n")
            .that_says("the RUN of line 3 does is right with the other value of `PATH`"),
        reports(
            "FROM debian:12\nENV A=1 B=${A:-2}\n",
            "decides what is put in",
        ),
        // What the first of them sets is lost.
        reports(
            "FROM debian:12\nENV PATH=/a:$PATH PATH=/b:$PATH\n",
            "is set before, too",
        ),
        // It is set before, and that value is meant.
        leaves("FROM debian:12\nENV A=1\nENV A=2 B=$A\nENV PATH=/x:$PATH OTHER=$PATH\n"),
        leaves("FROM debian:12\nENV A=1 B='$A' C=\\$A D=$AB\nARG E=1 F=$E\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let all = file.stages().flat_map(|it| it.steps_of(StepKind::Env));
    for step in all {
        let variables = step.expansions();
        let mut of_own = variables.iter().filter(|it| is_set_here(it));
        let is_lost = |it: &&Expansion<'_>| it.is_of_itself() || !it.is_defined().is_yes();
        let Some(first) = of_own.clone().find(is_lost) else {
            continue;
        };
        let name = &first.name;
        let message = format!("this `ENV` sets `{name}`, and uses what it was before");
        out.judge(first.place, Safety::Checked, message, |case| {
            if let Some(later) = of_own.clone().find(|it| !is_set_above(it)) {
                return Err(remedy!(
                    "`{}` is set below where it is used: write it into an `ENV` of its own above",
                    later.name
                ));
            }
            let Some(stage) = step.stage() else {
                return Err(remedy!("write it into an `ENV` of its own above"));
            };
            let changed = of_own.clone().filter_map(|it| it.pair?.key_text());
            let of_own_keys: Vec<&str> = changed.collect();
            for variable in of_own.by_ref() {
                let is_defined = variable.is_defined();
                if let Some(operator) = &variable.operator {
                    return Err(remedy!(
                        "`{operator}` decides what is put in as long as `{}` is not set: write that alone, or an `ENV` of its own above",
                        variable.name
                    ));
                }
                if is_defined.is_yes() {
                    return Err(remedy!(
                        "`{}` is set before, too: write it into an `ENV` of its own where its new value is meant",
                        variable.name
                    ));
                }
                let name = &variable.name;
                case.evidence(is_defined.is_no().then(|| format!("nothing sets `{name}` before: it is empty there")))
                    .open(is_defined.open());
            }
            case.open(first_reader(stage, step, &of_own_keys));
            let parts = parts(step, &variables);
            let sources = parts.iter().map(|it| source(file, *it));
            let sources: Vec<String> = sources.collect();
            let keys = step.pairs().filter_map(Pair::key_text);
            case.declare(Effect::changed(step))
                .declare(Effect::environment(stage.index(), keys))
                .fix(|edit| {
                    edit.replace_instruction(step, &sources[0]);
                    edit.insert_instructions_after(step, sources[1..].to_vec());
                });
            Ok(())
        });
    }
}

/// What is open where a later instruction names what is set to something else then.
fn first_reader(stage: Stage<'_>, step: Step<'_>, names: &[&str]) -> Option<OpenCondition> {
    let steps = stage.with_descendants().flat_map(Stage::steps);
    let mut behind = steps.filter(|it| it.index() > step.index());
    // Whatever is called by its name is looked for on `PATH`.
    let reads =
        |it: Step<'_>, name: &str| it.mentions(name) || name == "PATH" && it.commands().len() > 0;
    let named = |it: Step<'_>| names.iter().copied().find(|name| reads(it, name));
    let (reader, name) = behind.find_map(|it| Some((it, named(it)?)))?;
    Some(OpenCondition::new(
        format!(
            "whether what {} does is right with the other value of `{name}`",
            reader.label()
        ),
        "see what it does with it",
    ))
}

/// Whether another pair of the same `ENV` sets the variable: one above it where it adds to its own value.
fn is_set_here(variable: &Expansion<'_>) -> bool {
    if variable.is_of_itself() {
        return is_set_above(variable);
    }
    let own = variable.pair.map(Pair::range);
    let mut pairs = variable.step.pairs();
    pairs.any(|it| Some(it.range()) != own && it.key_text() == Some(&*variable.name))
}

/// Whether a pair above it in the same `ENV` does.
fn is_set_above(variable: &Expansion<'_>) -> bool {
    let mut pairs = variable.step.pairs();
    pairs.any(|it| {
        it.range().end() <= variable.place.start() && it.key_text() == Some(&*variable.name)
    })
}

/// The pairs, cut before each that uses something which is set since the last cut.
fn parts(step: Step<'_>, variables: &[Expansion<'_>]) -> Vec<TextRange> {
    let mut parts: Vec<TextRange> = Vec::new();
    let mut set: Vec<&str> = Vec::new();
    for pair in step.pairs() {
        let mut used = variables
            .iter()
            .filter(|it| pair.range().contains_range(it.place));
        match parts.last_mut() {
            Some(last) if !used.any(|it| set.contains(&&*it.name)) => {
                *last = last.cover(pair.range());
            }
            _ => {
                parts.push(pair.range());
                set.clear();
            }
        }
        set.extend(pair.key_text());
    }
    parts
}

/// An `ENV` of these pairs, as a person would write it.
fn source(file: &Model<'_>, pairs: TextRange) -> String {
    let text = file.text()[pairs].replace("\r\n", "\n");
    format!(
        "ENV {}",
        text.replace(&format!("{}\n", file.escape()), "\\\n")
    )
}
