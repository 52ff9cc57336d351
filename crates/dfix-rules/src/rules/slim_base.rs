//! A stage that is shipped stands on the slim form of its image.

mod archives;
mod commands;
mod constraints;
mod copies;
mod examples;
mod extras;
mod files;
mod form;
mod install;
mod installers;
mod needs;
mod node;
mod packages;
mod programs;
mod projects;
mod python;
mod recommended;
mod ruby;
mod scripts;
mod start;
mod system;
mod target;
mod two_stage;

use dfix_engine::{Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety};
use dfix_model::{Base, Model, Stage};

use commands::Reader;
use form::{Form, Forms};
use needs::Needs;
use target::Target;

pub(crate) const RULE: Rule = Rule {
    id: "slim-base",
    aliases: &[],
    group: Group::Base,
    summary: "stand on the slim form of the base image",
    why: "A full image carries compilers, headers and tools that a finished image seldom needs: several hundred \
          megabytes to store, to pull and to patch. The slim form has the same language in the same version on \
          the same release of the same distribution.",
    phase: Phase::Meaning,
    check,
    options: &[RuleOption {
        name: "assume-wheels",
        kind: OptionKind::List,
        summary: "Python packages, by name, that are known to install without a compiler",
    }],
    examples: examples::EXAMPLES,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(root) = file.final_stage().map(Stage::base_stage) else {
        return;
    };
    if root.base() != Base::Image {
        return;
    }
    let image = root.image();
    match Form::of(image) {
        Forms::None => {}
        Forms::Pinned(form) => {
            out.report(
                root.from_step(),
                format!("`{}` is not slim, and a digest pins it", form.from()),
            )
            .remedy(format!("pin the digest of `{}` instead", form.to()));
        }
        Forms::Smaller { from, sibling } => {
            out.report(
                root.from_step(),
                format!("`{from}` is not the smallest form of this image"),
            )
            .remedy(format!(
                "see whether `{sibling}` does for this application: it may differ in more than size"
            ));
        }
        Forms::Slim(form) => change(file, root, &form, out),
    }
}

fn change<'m>(file: &'m Model<'m>, root: Stage<'m>, form: &Form, out: &mut Findings<'_>) {
    let message = format!("`{}` is not slim: `{}` is", form.from(), form.to());
    let target = match target::target(file, root, form.slim()) {
        Ok(target) => target,
        Err(no_place) => {
            out.report(root.from_step(), message)
                .remedy(no_place.remedy);
            return;
        }
    };
    let needs = needs_of(&target, form, out);
    let alone = target::only_here(file, root, form.slim());
    let (target, needs) = match alone {
        // A builder that shares the variable needs the full image: it keeps it.
        Ok(alone) if !needs.builds.is_empty() && alone.stages.len() < target.stages.len() => {
            let needs = needs_of(&alone, form, out);
            (alone, needs)
        }
        _ => (target, needs),
    };
    if let Some(why) = needs.against.first() {
        out.report(root.from_step(), message)
            .remedy(format!("{why}: change that first"));
        return;
    }
    if !needs.builds.is_empty() {
        build_apart(root, form, &needs, &message, out);
        return;
    }
    let plan = match install::plan(form, &needs) {
        Ok(plan) => plan,
        Err(why) => {
            out.report(root.from_step(), message).remedy(why);
            return;
        }
    };
    let mut fix = out
        .fix(root.from_step(), Safety::Checked, message)
        .effects(target.effects.clone())
        .effects(plan.effects.clone())
        .evidences(form.evidence())
        .evidences(needs.evidence.clone())
        .evidences(plan.evidence.clone());
    for open in form.open().iter().chain(&target.open).chain(&needs.open) {
        fix = fix.unproven(open.condition.clone(), open.remedy.clone());
    }
    fix.edit(|edit| {
        edit.replace_node(target.place, &target.source);
        plan.write(edit);
    });
}

/// Where the full image is needed to build: a stage of its own, where the file is simple enough for it.
fn build_apart(
    root: Stage<'_>,
    form: &Form,
    needs: &Needs<'_>,
    message: &str,
    out: &mut Findings<'_>,
) {
    let proposal = format!(
        "{}: build in a stage on `{}` and copy the result into one on `{}`",
        needs.builds.join("; "),
        form.from(),
        form.to(),
    );
    let cut = match two_stage::cut(root, form, needs) {
        Ok(cut) => cut,
        Err(_) if needs.compiled.is_empty() => {
            out.report(root.from_step(), message).remedy(proposal);
            return;
        }
        Err(condition) => {
            out.report(root.from_step(), message)
                .remedy(format!("{proposal}; dfix does that where {condition}"));
            return;
        }
    };
    let libraries = match cut.libraries.as_slice() {
        [] => "no library".to_owned(),
        some => some.join(", "),
    };
    let mut fix = out
        .fix(root.from_step(), Safety::Unsafe, message)
        .effects(cut.effects.clone())
        .evidences(form.evidence())
        .evidence(match needs.compiled.as_slice() {
            [one] => format!("{one} needs a compiler, so it is built on `{}`", form.from()),
            all => format!("{} need a compiler, so they are built on `{}`", all.join(", "), form.from()),
        })
        .unproven(
            format!("whether the compiled packages load more at run time than what is installed for them ({libraries})"),
            "start the result once, and install what it misses",
        );
    for open in form.open().iter().chain(&needs.open) {
        fix = fix.unproven(open.condition.clone(), open.remedy.clone());
    }
    fix.edit(|edit| cut.write(edit));
}

/// What the stages on the image need of what its slim form lacks.
fn needs_of<'m>(target: &Target<'m>, form: &Form, out: &Findings<'_>) -> Needs<'m> {
    let mut needs = Needs::default();
    let assumed = out
        .option("assume-wheels")
        .and_then(|setting| setting.as_list());
    let mut reader = Reader::new(form, &mut needs, assumed.unwrap_or_default());
    for stage in &target.stages {
        for step in stage.steps() {
            reader.step(step);
            reader.copy(step);
        }
    }
    reader.start(target);
    let tools = form.loses_tools() && needs.installs.is_empty() && needs.builds.is_empty();
    if tools && needs.open.is_empty() {
        needs.evidence(
            "no command of these stages needs curl, wget, git, gcc, make or another of the tools that the slim form lacks",
        );
    }
    needs
}
