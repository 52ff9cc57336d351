//! A stage that is shipped is based on the slim form of its image.

mod apt;
mod copies;
mod documentation;
mod elsewhere;
mod examples;
mod fonts;
mod form;
mod install;
mod installed;
mod languages;
mod losses;
mod needs;
mod start;
mod target;
mod two_stage;
mod unfollowed;

use dfix_engine::{
    Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, remedy,
};
use dfix_model::{Base, Model, Stage};

use form::SlimLookup;
use losses::needs_of;
use target::Target;

pub(crate) const RULE: Rule = Rule {
    id: "slim-base",
    aliases: &[],
    groups: &[Group::Practices, Group::Size],
    severity: Severity::Warning,
    summary: "base the image on the slim form of its base image",
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
    let is_base_of = |base: Stage<'_>| file.targets().any(|target| target.base_stage() == base);
    for base in file.stages().filter(|stage| is_base_of(*stage)) {
        check_base(file, base, out);
    }
}

/// Looks at a stage that an image which is built is based on.
fn check_base<'m>(file: &'m Model<'_>, base: Stage<'m>, out: &mut Findings<'_>) {
    let lookup = SlimLookup::of(base.image());
    let Some(message) = lookup.message().filter(|_| base.base() == Base::Image) else {
        return;
    };
    out.judge(base.from_step(), Safety::Checked, message, |case| {
        let form = lookup.form()?;
        let assumed = case.option("assume-wheels").and_then(Setting::as_list);
        let assumed = assumed.unwrap_or_default();

        case.open(base.other_bases().to_vec());
        let mut target = Target::of(file, base, &form)?;
        let mut needs = needs_of(&target.stages, &form, assumed);
        // A builder that shares the variable needs the full image: it keeps it.
        if needs.is_built()
            && let Ok(alone) = Target::of_this_from(file, base, &form)
            && alone.stages.len() < target.stages.len()
        {
            needs = needs_of(&alone.stages, &form, assumed);
            target = alone;
        }
        if let Some(why) = needs.against.first() {
            return Err(remedy!("{why}: change that first"));
        }
        if needs.is_built() {
            return two_stage::build_apart(base, &form, &needs, case);
        }
        let plan = install::plan(&form, &needs)?;

        case.declare(target.effects).declare(plan.effects.clone());
        case.evidence(form.evidence())
            .evidence(needs.evidence)
            .evidence(plan.evidence.clone());
        case.open(form.open()).open(target.open).open(needs.open);
        case.fix(|edit| {
            edit.replace_node(target.place, &target.source);
            plan.write(edit);
        });
        Ok(())
    });
}
