//! `-y` for apt.

use dfix_catalogue::{PackageWord, SystemPackageManager, package_options, package_word_is};
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Operator, PackageCommand, PackageManager, Stage, Step};

use crate::base::lacks;

pub(crate) const RULE: Rule = Rule {
    id: "apt-yes",
    aliases: &["DL3014"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "pass `-y` to the apt commands that would ask",
    why: "Nobody can answer a question during a build: apt gives up and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get -q upgrade; apt-get purge gcc; sudo apt autoremove\n",
            "FROM debian:12\nRUN apt-get -q upgrade -y; apt-get purge -y gcc; sudo apt autoremove -y\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y curl && apt-get -y install git\n"),
        leaves("FROM debian:12\nRUN apt-get install git curl \\\n    bash -y\n"),
        leaves("FROM debian:12\nRUN apt-get install -qq curl && apt-get install -qqy git\n"),
        leaves("FROM debian:12\nRUN apt-get install --yes a && apt-get install --assume-yes b\n"),
        leaves("FROM debian:12\nRUN apt-get install -o APT::Get::Assume-Yes=true a\n"),
        leaves("FROM debian:12\nRUN yes | apt-get install a\n"),
        leaves("FROM debian:12\nRUN apt-get install a < answers\n"),
        leaves(
            "FROM debian:12\nRUN apt-get install --dry-run a && apt-get update && apt-get clean\n",
        ),
        leaves(
            "FROM debian:12\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get install a\n",
        ),
        leaves("FROM debian:12\nCOPY 90yes /etc/apt/apt.conf.d/\nRUN apt-get install a\n"),
        leaves("FROM debian:12\nARG OPTS=\"-y -q\"\nRUN apt-get install $OPTS a\n"),
        leaves("FROM debian:12\nRUN apt-get --just-print install a\n"),
        // There is no apt there.
        leaves("FROM alpine:3.22\nRUN apk add curl || apt-get install curl\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    // Of the stage at hand, once asked: the first step that settles the answer for those after it.
    let mut known: Option<(usize, Option<usize>)> = None;
    for step in file.steps().filter(|s| s.is_run()) {
        let stage = step.stage();
        let Some(stage) = stage.filter(|it| !lacks(*it, SystemPackageManager::Apt)) else {
            continue;
        };
        for apt in step.package_commands() {
            let asks = apt.manager == PackageManager::Apt
                && apt.command.is_one_of(&["apt-get", "apt"])
                && package_word_is("apt", apt.subcommand_text(), PackageWord::Asks)
                && !apt.assumes_yes()
                && !package_options("apt", PackageWord::DoesNothing).any(|flag| apt.has_flag(flag));
            if !asks || is_answered(&apt) || is_settled(stage, &apt) {
                continue;
            }
            let configured = match known {
                Some((of, configured)) if of == stage.index() => configured,
                _ => known.insert((stage.index(), configured_from(stage))).1,
            };
            if configured.is_some_and(|first| first <= apt.step().index()) {
                continue;
            }
            let message = format!("`{} {}` may ask", apt.program_name(), apt.subcommand_text());
            out.judge(apt.subcommand(), Safety::Safe, message, |case| {
                case.declare(Effect::arguments_of(apt.command))
                    .fix(|edit| edit.insert_word_after(apt.subcommand(), "-y"));
                Ok(())
            });
        }
    }
}

/// Whether something else answers: a pipe, a file, a here-document.
fn is_answered(apt: &PackageCommand<'_>) -> bool {
    let mut command = Some(apt.command);
    while let Some(it) = command {
        let is_fed = it.before().is_some_and(|c| c.operator == Operator::Pipe)
            || it.redirects().any(|r| r.operator().starts_with('<'));
        if is_fed {
            return true;
        }
        command = it.outer();
    }
    false
}

/// Whether a variable or an option says yes, or names a file that might.
fn is_settled(stage: Stage<'_>, apt: &PackageCommand<'_>) -> bool {
    let in_variable = apt
        .command
        .args()
        .filter(|w| !w.is_known())
        .filter_map(|w| stage.expand_text(w, apt))
        .any(|text| {
            text.split_whitespace()
                .any(|word| package_word_is("apt", word, PackageWord::SaysYes))
        });
    in_variable
        || stage.env_at(apt, "APT_CONFIG").is_set()
        || apt.has_flag("--config-file")
        || apt.has_flag("-c")
}

/// The first step of the stage and those that it stands on that configures apt, as its index.
fn configured_from(stage: Stage<'_>) -> Option<usize> {
    stage
        .base_chain()
        .flat_map(|s| s.steps().collect::<Vec<_>>())
        .filter(|step| configures_apt(*step))
        .map(Step::index)
        .min()
}

fn configures_apt(step: Step<'_>) -> bool {
    match step.name() {
        "RUN" => step.commands().any(|c| {
            !c.is_one_of(&["apt-get", "apt"])
                && c.words().any(|word| word.mentions("apt::get::assume-yes"))
        }),
        "COPY" | "ADD" => step
            .target()
            .is_some_and(|t| t.literal_prefix().starts_with("/etc/apt/apt.conf")),
        _ => false,
    }
}
