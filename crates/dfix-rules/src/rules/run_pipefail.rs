//! `pipefail` where commands are piped.

mod pipes;
mod shells;

use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::programs::{self, Mark};
use dfix_model::catalogue::{Shell as BaseShell, SystemPackageManager};
use dfix_model::path::file_name;
use dfix_model::{
    Model, OpenCondition, PackageCommand, PackageManager, Stage, Step, StepKind, Word,
};

use crate::base::{chosen_image, own_shell};

pub(crate) const RULE: Rule = Rule {
    id: "run-pipefail",
    aliases: &["DL4006"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "set `pipefail` in the `SHELL` of a stage whose `RUN`s have pipes",
    why: "Without it a pipe fails only if its last command does: a download that breaks off is taken for a good \
          one, and the build goes on.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN mkdir /a\nRUN curl -fsSL https://example.com/a.tgz | tar -xz -C /a\nCMD [\"/a/run\"]\n",
            "FROM debian:12\nRUN mkdir /a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsSL https://example.com/a.tgz | tar -xz -C /a\nCMD [\"/a/run\"]\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN echo a:b | chpasswd\nCMD [\"x\"]\n",
            "FROM alpine:3.20\nSHELL [\"/bin/ash\", \"-o\", \"pipefail\", \"-c\"]\nRUN echo a:b | chpasswd\nCMD [\"x\"]\n",
        ),
        leaves("FROM alpine:3.20\nRUN echo a:b | chpasswd\n").that_says("whether others build on this image"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN echo a:b | chpasswd\n")
            .that_says("whether others build on this image"),
        // What the container starts keeps its shell.
        fixes(
            "FROM debian:12\nRUN echo a:b | chpasswd\nCMD run me\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN echo a:b | chpasswd\nSHELL [\"/bin/sh\", \"-c\"]\nCMD run me\n",
        ),
        fixes(
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN curl -f https://example.com/a | tee /a\nCMD [\"x\"]\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -f https://example.com/a | tee /a\nCMD [\"x\"]\n",
        ),
        leaves("FROM debian:12\nRUN ls /opt | grep x | tee /a\n").that_says("`grep`"),
        leaves("FROM debian:12\nRUN curl https://example.com | head -1 > /a\n").that_says("`head`"),
        leaves("FROM debian:12\nRUN echo \"a\\nb\" | tee /a\n").that_says("backslash"),
        leaves("FROM acme/base:1\nRUN echo a:b | chpasswd\n").that_says("whether acme/base:1 has"),
        fixes(
            "FROM acme/base:1\nRUN apt-get update && echo \"a\\$b\" | tee /a\nCMD [\"x\"]\n",
            "FROM acme/base:1\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN apt-get update && echo \"a\\$b\" | tee /a\nCMD [\"x\"]\n",
        )
        .with_unsafe()
        .that_says("`apt-get` in the same stage"),
        // Its own `SHELL` may know `pipefail`, or set more.
        leaves("FROM mambaorg/micromamba:1.5\nUSER root\nRUN apt-get update && apt-get install -y curl\nRUN curl -s https://a.example/b | bash\nCMD [\"x\"]\n")
            .that_says("has a `SHELL` of its own"),
        leaves("FROM cimg/base:2023.01\nRUN curl -s https://a.example/b | bash\nCMD [\"x\"]\n")
            .that_says("has a `SHELL` of its own"),
        fixes(
            "FROM debian:12\nRUN ls /opt | grep x | tee /a\nCMD [\"x\"]\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN ls /opt | grep x | tee /a\nCMD [\"x\"]\n",
        )
        .with_unsafe(),
        reports("FROM debian:12\nRUN yes | apt-get install x\n", "`yes` would fail"),
        reports("FROM busybox:1.36\nRUN echo a | tee /a\n", "no shell of which"),
        // Nothing stops there, whatever the pipe says.
        reports(
            "FROM debian:12\nRUN <<EOF\nif true; then\n  curl -fsS https://example.com/k | tee /k\n  echo next\nfi\nEOF\nCMD [\"x\"]\n",
            "begin with `set -e`",
        ),
        fixes(
            "FROM debian:12\nRUN <<EOF\nset -e\necho a:b | chpasswd\necho next\nEOF\nCMD [\"x\"]\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN <<EOF\nset -e\necho a:b | chpasswd\necho next\nEOF\nCMD [\"x\"]\n",
        ),
        // Dash knows no such option, and not each shell is known.
        reports("FROM debian:12\nSHELL [\"/bin/sh\", \"-c\"]\nRUN echo a:b | chpasswd\n", "is dash"),
        reports("FROM debian:12\nSHELL [\"/bin/dash\", \"-c\"]\nRUN echo a:b | chpasswd\n", "is dash"),
        reports("FROM debian:12\nSHELL [\"/bin/bash\", \"+o\", \"pipefail\", \"-c\"]\nRUN echo a:b | chpasswd\n", "takes an option back"),
        leaves("FROM acme/base:1\nSHELL [\"/bin/sh\", \"-c\"]\nRUN echo a:b | chpasswd\n")
            .that_says("whether `/bin/sh` knows"),
        fixes(
            "FROM alpine:3.20\nSHELL [\"/bin/sh\", \"-c\"]\nRUN echo a:b | chpasswd\nCMD [\"x\"]\n",
            "FROM alpine:3.20\nSHELL [\"/bin/sh\", \"-o\", \"pipefail\", \"-c\"]\nRUN echo a:b | chpasswd\nCMD [\"x\"]\n",
        ),
        leaves("FROM debian:12\nRUN rm /bin/bash\nRUN echo a:b | chpasswd\n")
            .that_says("whether `bash` is still"),
        leaves("FROM alpine:3.20\nRUN apk add bash && ln -sf /bin/bash /bin/sh\nRUN echo a:b | chpasswd\n")
            .that_says("whether `ash` is still"),
        leaves("FROM debian:12\nRUN . ./env.sh && echo a:b | chpasswd\n")
            .that_says("the text that `.` reads"),
        leaves("ARG V=12\nFROM debian:$V\nRUN echo a:b | chpasswd\n")
            .that_says("whether every build takes the image"),
        leaves("FROM debian:12\nRUN [\"sh\", \"-c\", \"a | b\"]\nONBUILD RUN a | b\n").with_unsafe(),
        leaves("FROM debian:12\nRUN sh -c 'a | b' || c\n").with_unsafe(),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a | b\n")
            .with_unsafe(),
        leaves("FROM debian:12\nSHELL [\"pwsh\", \"-c\"]\nRUN a | b\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let piped: Vec<Step<'_>> = stage.runs().filter(|it| is_found(*it)).collect();
        let (Some(first), Some(last)) = (piped.first(), piped.last()) else {
            continue;
        };
        let message = "a pipe hides the failure of its first commands";
        out.judge(*first, Safety::Checked, message, |case| {
            let own = stage.shell_at(*first).step;
            let mut runs = stage.runs().filter(|it| !it.is_onbuild());
            let changed: Vec<Step<'_>> = runs
                .by_ref()
                .filter(|it| it.index() >= first.index() && !it.is_exec_form())
                .collect();
            if let Some(other) = stage
                .steps_of(StepKind::Shell)
                .find(|it| it.index() > first.index())
            {
                return Err(remedy!(
                    "the shell is changed in line {}: set `pipefail` with each `SHELL`",
                    other.line()
                ));
            }
            pipes::obstacle(&changed)?;
            pipes::no_effect(&changed)?;
            case.open(pipes::doubts(&changed));
            if let Some(step) = own {
                if step.stage() != Some(stage) {
                    return Err(remedy!(
                        "add `-o pipefail` to the words of the `SHELL` in line {}",
                        step.line()
                    ));
                }
                if step.words().any(|it| it.starts_with("+")) {
                    return Err(remedy!(
                        "the `SHELL` takes an option back: say what is meant there"
                    ));
                }
                let Some(option) = step
                    .words()
                    .find(|it| it.starts_with("-") && it.literal_prefix().ends_with('c'))
                else {
                    return Err(remedy!("add `-o pipefail` to the words of `SHELL`"));
                };
                let between: Vec<Step<'_>> = stage
                    .runs()
                    .filter(|it| it.index() > step.index() && !it.is_exec_form())
                    .collect();
                pipes::obstacle(&between)?;
                let unknown = knows_it(stage, step, *last)?;
                if unknown.is_none() {
                    case.evidence("its shell knows `pipefail`");
                }
                case.open(unknown)
                    .open(shells::given_to_others(stage))
                    .open(shells::of_the_start(stage, step))
                    .declare(Effect::changed(step))
                    .fix(|edit| {
                        edit.insert_word_before(option, "-o");
                        edit.insert_word_before(option, "pipefail");
                    });
                return Ok(());
            }
            let shell = shell_of(stage, *first)?;
            match shell {
                Some(Known {
                    path,
                    shown_by: Some(name),
                    ..
                }) => {
                    case.evidence(format!(
                        "`{name}` in the same stage shows that there is `{path}`"
                    ));
                }
                Some(Known { path, .. }) => {
                    case.evidence(format!("the base image has `{path}`"))
                        .open(chosen_image(stage));
                }
                None => {
                    case.open(shells::unknown(stage));
                }
            }
            case.open(own_shell(stage));
            let path = shell.map_or("/bin/bash", |it| it.path);
            let counted_on: &[&str] = match shell {
                Some(it) if it.path == "/bin/ash" => &["ash", "busybox", "sh"],
                Some(it) if it.is_same => &["bash", "sh"],
                _ => &["bash"],
            };
            case.open(shells::taken_away(
                stage,
                *changed.last().unwrap_or(last),
                counted_on,
            ));
            if shell.is_none_or(|it| !it.is_same) {
                case.open(shells::differences(stage, &changed));
            }
            let source = format!("SHELL [\"{path}\", \"-o\", \"pipefail\", \"-c\"]");
            let is_restored = shells::is_to_be_restored(stage, *last);
            if !is_restored {
                case.open(shells::given_to_others(stage));
            }
            case.declare(Effect::Inserted {
                stage: stage.index(),
                keyword: "SHELL",
            })
            .fix(|edit| {
                edit.insert_instruction_before(*first, &source);
                if is_restored {
                    edit.insert_instruction_after(*last, "SHELL [\"/bin/sh\", \"-c\"]");
                }
            });
            Ok(())
        });
    }
}

/// What is open where it is not known whether the shell that a `SHELL` names knows `pipefail`.
///
/// # Errors
/// What a person could do where it does not.
fn knows_it(
    stage: Stage<'_>,
    shell: Step<'_>,
    last: Step<'_>,
) -> Result<Option<OpenCondition>, Remedy> {
    let path = shell
        .words()
        .next()
        .and_then(Word::value)
        .unwrap_or_default();
    let name = file_name(path);
    if programs::is(name, Mark::Pipefail) {
        return Ok(None);
    }
    let facts = crate::base::facts(stage);
    let manager = facts.map(|it| it.package_manager);
    let is_bash = facts.is_some_and(|it| it.shell == BaseShell::Bash);
    let changed = || shells::taken_away(stage, last, &["sh", "bash", "busybox"]);
    let is_dash = name == "dash" || (name == "sh" && manager == Some(SystemPackageManager::Apt));
    if is_dash && (name == "dash" || changed().is_none()) {
        return Err(remedy!(
            "`{path}` is dash, which knows no `pipefail`: name `/bin/bash` in `SHELL`"
        ));
    }
    if name == "sh" && !is_dash && (manager == Some(SystemPackageManager::Apk) || is_bash) {
        return Ok(changed().or_else(|| chosen_image(stage)));
    }
    Ok(Some(OpenCondition::new(
        format!("whether `{path}` knows `pipefail`"),
        "see whether it takes `set -o pipefail`",
    )))
}

/// Whether hadolint finds fault with the `RUN`: it has a pipe, and no shell before it is told `pipefail`.
fn is_found(step: Step<'_>) -> bool {
    let Some(stage) = step
        .stage()
        .filter(|_| !step.is_onbuild() && !step.is_exec_form())
    else {
        return false;
    };
    let shell = stage.shell_at(step);
    shell.is_posix() && !shell.has_pipefail() && pipes::of(step).next().is_some()
}

/// A shell that knows `pipefail`.
#[derive(Clone, Copy)]
struct Known<'m> {
    path: &'static str,
    /// Whether it is what `/bin/sh` is.
    is_same: bool,
    /// The command that shows it, where the base image is not known.
    shown_by: Option<&'m str>,
}

/// The shell to set; none where the base image is not known.
fn shell_of<'m>(stage: Stage<'m>, first: Step<'m>) -> Result<Option<Known<'m>>, Remedy> {
    let known = |path, is_same, shown_by| Known {
        path,
        is_same,
        shown_by,
    };
    let facts = crate::base::facts(stage);
    let Some(facts) = facts.filter(|it| it.shell != BaseShell::Unknown) else {
        // Bash is essential on Debian, and where rpm is; busybox is what Alpine has.
        let chain = stage.base_chain().flat_map(Stage::build_commands);
        let commands = chain.filter(|it| it.is_certain() && it.step().index() <= first.index());
        let mut managers = commands.filter_map(PackageCommand::of);
        return Ok(managers.find_map(|it| {
            let name = Some(it.program_name());
            match it.manager {
                PackageManager::Apt => Some(known("/bin/bash", false, name)),
                PackageManager::Apk => Some(known("/bin/ash", true, name)),
                PackageManager::Dnf => Some(known("/bin/bash", true, name)),
                _ => None,
            }
        }));
    };
    match (facts.shell, facts.package_manager) {
        (_, SystemPackageManager::Apk) => Ok(Some(known("/bin/ash", true, None))),
        (BaseShell::Bash, SystemPackageManager::Apt) => Ok(Some(known("/bin/bash", false, None))),
        // There `/bin/sh` is bash.
        (BaseShell::Bash, _) => Ok(Some(known("/bin/bash", true, None))),
        _ => Err(remedy!(
            "the base image has no shell of which it is known that it has `pipefail`"
        )),
    }
}
