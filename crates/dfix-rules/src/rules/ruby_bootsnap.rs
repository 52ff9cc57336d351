//! `bootsnap precompile` works with one process.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Step};

pub(crate) const RULE: Rule = Rule {
    id: "ruby-bootsnap",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Advice,
    summary: "pass `-j 1` to `bootsnap precompile`",
    why: "With several processes it hangs or fails where the image is built for another machine by QEMU \
          (github.com/rails/bootsnap/issues/495); the Dockerfile that Rails generates has it, too.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM ruby:3.4\nRUN bundle exec bootsnap precompile --gemfile app/ lib/\n",
            "FROM ruby:3.4\nRUN bundle exec bootsnap precompile -j 1 --gemfile app/ lib/\n",
        ),
        leaves("FROM ruby:3.4\nRUN bundle exec bootsnap precompile -j 1 --gemfile\n"),
        leaves(
            "FROM ruby:3.4\nRUN bootsnap precompile -j0 app/ && bootsnap precompile --jobs=4 lib/\n",
        ),
        leaves("FROM ruby:3.4\nRUN bootsnap -h\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|step| step.is_run());
    for command in runs.flat_map(Step::commands) {
        let Some(precompile) = command.arg(0).filter(|it| it.is("precompile")) else {
            continue;
        };
        let says_jobs = |it: &str| it.starts_with("-j") || it.starts_with("--jobs");
        if !command.is("bootsnap") || command.args().any(|it| says_jobs(it.literal_prefix())) {
            continue;
        }
        out.judge(
            command,
            Safety::Safe,
            "`bootsnap` takes all processors",
            |case| {
                case.declare(Effect::arguments_of(command)).fix(|edit| {
                    edit.insert_source_after(precompile, "-j 1");
                });
                Ok(())
            },
        );
    }
}
