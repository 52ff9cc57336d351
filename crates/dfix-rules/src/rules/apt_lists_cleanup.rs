//! The lists of packages go with the layer that fetched them.

mod archives;
mod elsewhere;
mod lists;
mod users;

use std::cell::OnceCell;

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{
    Case, Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes,
    leaves, remedy, reports,
};
use dfix_model::{
    Absence, Command, Connector, ImagePath, Model, Needs, Operator, PackageCommand, PackageManager,
    Stage, Step, Word,
};
use dfix_syntax::TextSize;

use lists::{needs_lists, updates};
use users::OfTheLists;

use crate::base::lacks;

pub(crate) const RULE: Rule = Rule {
    id: "apt-lists-cleanup",
    aliases: &["DL3009"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "remove apt's lists in the `RUN` that fetched them",
    why: "The lists are tens of megabytes that are out of date a day later. What a later `RUN` removes \
          is still in the layer below.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCMD [\"curl\"]\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nCMD [\"curl\"]\n",
        )
        .that_says("no later command needs the lists"),
        fixes(
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y \\\n        curl \\\n        git && \\\n    git clone https://example.com/x\n",
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y \\\n        curl \\\n        git && \\\n    rm -rf /var/lib/apt/lists/* && \\\n    git clone https://example.com/x\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo apt-get update && sudo apt-get install -y curl\n",
            "FROM debian:12\nRUN sudo apt-get update && sudo apt-get install -y curl && sudo rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get update && apt-get install -y b\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\nRUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
            "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl && rm -rf /var/lib/apt/lists/*\nEOF\n",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update; apt-get install -y curl; if [ $? -ne 0 ]; then exit 1; fi\n",
            "asks by `$?` whether the command succeeded",
        ),
        leaves("FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y curl && apt-get distclean\n"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n"),
        // By the lists apt knows a name that is not installed.
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y nmap\nRUN apt-get remove -y cmdtest && apt-get autoremove -y\n")
            .that_says("whether cmdtest is installed where the RUN of line 3 removes it"),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y gcc\nRUN apt-get purge -y gcc && apt-get -y autoremove\nRUN apt-get remove -y yarn || true\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*\nRUN apt-get purge -y gcc && apt-get -y autoremove\nRUN apt-get remove -y yarn || true\n",
        ),
        // The second RUN lives on the first one's lists.
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n",
            "install all packages in one `RUN`",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN rm -r /var/lib/apt/lists/*\n",
            "`rm -r /var/lib/apt/lists/*` would fail",
        ),
        leaves("FROM debian:12\nCOPY run.sh /run.sh\nRUN apt-get update && apt-get install -y curl\nCMD [\"/run.sh\"]\n")
            .that_says("whether `run.sh` needs apt's lists"),
        leaves("FROM ubuntu:20.04\nRUN apt-get update && apt-get install -y x\nENTRYPOINT [\"/e.sh\"]\n")
            .that_says("whether `/e.sh`, which is not read, needs apt's lists"),
        leaves("FROM phusion/baseimage:0.11\nCOPY d/ /etc/service/\nRUN apt-get update && apt-get install -y x\nCMD [\"/sbin/my_init\"]\n")
            .that_says("where services are started from"),
        // What is known of scripts of others: they fetch the lists themselves, or need none.
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash -\nRUN . \"$NVM_DIR/nvm.sh\" && nvm install 22\nCMD [\"x\"]\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nRUN curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash -\nRUN . \"$NVM_DIR/nvm.sh\" && nvm install 22\nCMD [\"x\"]\n",
        ),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN curl -fsSL https://acme.example/x | bash -\n")
            .that_says("whether `bash` needs apt's lists"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN . /acme/env.sh\n")
            .that_says("whether `.` needs apt's lists"),
        // One item a line, so the new command gets its own.
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    libpq-dev \\\n    gcc\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n    libpq-dev \\\n    gcc \\\n    && rm -rf /var/lib/apt/lists/*\n",
        ),
        // What cleans before the last update cleans nothing.
        fixes(
            "FROM debian:12\nRUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM acme/base:3\nRUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl\n",
            "FROM acme/base:3\nRUN rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/* \\\n && apt-get update \\\n && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/* \\\n && apt-get update \\\n && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/* && apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        leaves("FROM debian:12\nRUN apt-get update -o Dir::State::Lists=/tmp/l && apt-get install -y -o Dir::State::Lists=/tmp/l curl && rm -rf /tmp/l\n"),
        leaves("FROM debian:12\nRUN rm -rf /var/lib/apt/lists/* && apt-get update -odir::state::lists=/tmp/l && apt-get install -y curl\n"),
        fixes(
            "FROM debian:12\nRUN aptitude update && aptitude install -y curl\n",
            "FROM debian:12\nRUN aptitude update && aptitude install -y curl && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && apt-get update && echo\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && apt-get update && rm -rf /var/lib/apt/lists/* && echo\n",
        ),
        // An update by itself.
        fixes(
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y b\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo apt-get -qq update\nLABEL a=b\n# curl\nRUN sudo apt-get install -y curl \\\n    git\n",
            "FROM debian:12\nLABEL a=b\n# curl\nRUN sudo apt-get -qq update \\\n    && sudo apt-get install -y curl \\\n    git \\\n    && sudo rm -rf /var/lib/apt/lists/*\n",
        ),
        // Not the last that installs by them.
        reports(
            "FROM debian:12\nRUN apt-get update -y\nRUN apt-get install -y a\nRUN apt-get install -y b\n",
            "is not the last that installs by these lists",
        ),
        reports("FROM debian:12\nRUN apt-get update\nRUN echo hi\n", "nothing in this stage installs by them"),
        reports(
            "FROM debian:12\nRUN apt-get update\nRUN echo hi\nRUN apt-get install -y curl\n",
            "put it into the `RUN` that installs",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update\nRUN set -e; apt-get install -y curl\n",
            "put it before what the RUN of line 3 installs",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update\nRUN --mount=type=cache,target=/x apt-get install -y curl\n",
            "put it before what the RUN of line 3 installs",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update\nENV http_proxy=http://p\nRUN apt-get install -y curl\n",
            "put it into the `RUN` that installs",
        ),
        // The lists are elsewhere, and the packages are not.
        reports(
            "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y b\n",
            "mount a cache at `/var/cache/apt`",
        ),
        leaves("FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y b\n"),
        leaves("FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y b && apt-get clean\n"),
        // A file system that is put there may be anybody's.
        fixes(
            "FROM scratch\nADD rootfs.tar.xz /\nRUN apt-get update && apt-get install -y b\n",
            "FROM scratch\nADD rootfs.tar.xz /\nRUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*\n",
        )
        .with_unsafe(),
        leaves("FROM scratch\nRUN apt-get update && apt-get install -y b\n"),
        leaves("FROM debian:12 AS build\nRUN apt-get update\nFROM scratch\nCOPY --from=build /x /x\n"),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN apt-get install -y b\n"),
        leaves("FROM debian:12\nONBUILD RUN apt-get update && apt-get install -y curl\n")
            .that_says("whether the build that this is for needs apt's lists later"),
        fixes(
            "FROM debian:12\nONBUILD RUN apt-get update && apt-get install -y curl\n",
            "FROM debian:12\nONBUILD RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12 AS base\nRUN apt-get update && apt-get install -y a\nFROM base\nRUN apt-get install -y b\n"),
        // Who knows what the script does?
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN ./setup.sh\n")
            .that_says("whether `setup.sh` needs apt's lists"),
        fixes(
            "FROM debian:12\nCOPY setup.sh .\nRUN apt-get update && apt-get install -y curl\nRUN ./setup.sh\n",
            "FROM debian:12\nCOPY setup.sh .\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nRUN ./setup.sh\n",
        )
        .with_context(&[("setup.sh", "#!/bin/sh\nmkdir /srv/x\n")]),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y python3\nCOPY . .\nRUN python3 build.py\n")
            .that_says("whether `build.py` needs apt's lists"),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3\nCOPY . .\nRUN python3 setup.py install\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3 && rm -rf /var/lib/apt/lists/*\nCOPY . .\nRUN python3 setup.py install\n",
        ),
        leaves("FROM debian:12\nRUN if true; then apt-get update && apt-get install -y curl; fi\n"),
        // What is only built is thrown away.
        leaves("FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nFROM scratch\nCOPY --from=build /x /x\n"),
        reports(
            "FROM debian:12\n# Fetch the lists\nRUN apt-get update\n\n# Tools\nRUN apt-get install -y curl\n",
            "put it before what the RUN of line 6 installs",
        ),
    ],
};

const LISTS: &str = "/var/lib/apt/lists";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let stages = file.shipped_stages();
    for stage in stages.filter(|it| !lacks(*it, SystemPackageManager::Apt)) {
        let around = Around {
            stage,
            needs: OnceCell::new(),
            later: OnceCell::new(),
            first_fetched: OnceCell::new(),
            elsewhere: OnceCell::new(),
        };
        let runs = stage
            .steps()
            .filter(|step| step.is_run() && !step.is_exec_form());
        for step in runs {
            let apts = apts_of(step);
            let Some(fetched) = fetches_lists(stage, &apts) else {
                archives::check(stage, step, &apts, out);
                continue;
            };
            let message = "apt's lists stay in the layer";
            let update = apts.iter().position(updates).unwrap_or_default();
            let installs = apts[update..].iter().any(needs_lists);
            if !installs {
                out.judge(fetched, Safety::Checked, message, |case| {
                    around.bare(fetched, case)
                });
                continue;
            }
            let last = apts[apts.len() - 1].command;
            out.judge(last, Safety::Checked, message, |case| {
                around.clean_up(&apts, case)?;
                let first_fetched = around.first_fetched.get_or_init(|| first_fetched(stage));
                let idle = idle_clean_ups(stage, fetched, *first_fetched);
                case.evidence("the same RUN fetches the lists")
                    .declare(Effect::commands_of(step))
                    .fix(|edit| {
                        edit.remove_commands(idle);
                        edit.add_command_after(last, &removal(last));
                    });
                Ok(())
            });
        }
    }
}

/// The apt commands of a step.
fn apts_of(step: Step<'_>) -> Vec<PackageCommand<'_>> {
    step.package_commands().filter(is_apt).collect()
}

/// What removes the lists behind a command, with the rights that this has.
fn removal(last: Command<'_>) -> String {
    let sudo = if last.is_wrapped_by("sudo") {
        "sudo "
    } else {
        ""
    };
    format!("{sudo}rm -rf {LISTS}/*")
}

/// What is asked of a stage, each once.
struct Around<'m> {
    stage: Stage<'m>,
    needs: OnceCell<Needs>,
    later: OnceCell<Later<'m>>,
    first_fetched: OnceCell<Option<TextSize>>,
    elsewhere: OnceCell<Vec<OpenCondition>>,
}

impl<'m> Around<'m> {
    /// Establishes that nobody misses the lists once they are removed behind the last of these commands, which are those of a step.
    ///
    /// # Errors
    /// Who needs them.
    fn clean_up(&self, apts: &[PackageCommand<'m>], case: &mut Case<'_>) -> Result<(), Remedy> {
        let Around { stage, .. } = *self;
        let last = apts[apts.len() - 1].command;
        let step = last.step();
        let needs = self.needs.get_or_init(|| {
            let lists = Absence::emptied(&ImagePath::new(LISTS));
            Needs::of(stage, &lists, &OfTheLists)
        });
        case.takes_away(needs, last)?;
        if needs.after(last).is_empty() {
            let elsewhere = self.elsewhere.get_or_init(|| elsewhere::possible(stage));
            case.open(elsewhere.clone())
                .evidence("no later command needs the lists");
        }
        case.open(wanted_by_a_comment(step));
        case.open(wanted_at_work(stage));
        let settings = stage.settings();
        case.open(
            apts.iter()
                .filter_map(|apt| settings.is_cache_settled(apt).open()),
        )
        .open(step.is_onbuild().then(|| {
            OpenCondition::new(
                "whether the build that this is for needs apt's lists later",
                "see that it calls `apt-get update` before it installs anything",
            )
        }));
        Ok(())
    }
}

/// What its author says near it.
fn wanted_by_a_comment(step: Step<'_>) -> Option<OpenCondition> {
    dfix_catalogue::wants_apt_lists(&step.comments()).then(|| {
        OpenCondition::new(
            format!(
                "whether the lists are kept on purpose, as a comment beside {} seems to say",
                step.label()
            ),
            "read the comment",
        )
    })
}

/// Where people work they install what they need, and their tools do.
fn wanted_at_work(stage: Stage<'_>) -> Option<OpenCondition> {
    let why = stage.workplace()?;
    Some(OpenCondition::new(
        format!(
            "whether somebody who works in a container of this stage installs packages there: {why}"
        ),
        "see that they call `apt-get update` first",
    ))
}

/// What comes after each step of a stage, looked through once.
struct Later<'m> {
    /// The steps that do something when the image is built, in order.
    work: Vec<Step<'m>>,
    /// The last step that installs.
    last_install: Option<usize>,
}

impl<'m> Later<'m> {
    fn of(stage: Stage<'m>) -> Self {
        let is_work = |it: &Step<'m>| !it.is_metadata() && !it.is_run_time();
        let work: Vec<Step<'m>> = stage.steps().filter(is_work).collect();
        let last_install = work.iter().rfind(|it| installs(**it)).map(|it| it.index());
        Later { work, last_install }
    }

    fn next_work(&self, step: Step<'m>) -> Option<Step<'m>> {
        let next = self.work.partition_point(|it| it.index() <= step.index());
        self.work.get(next).copied()
    }

    /// Whether a later step installs by lists that it does not fetch first.
    fn is_needed_after(&self, step: Step<'m>) -> bool {
        let next = self.work.partition_point(|it| it.index() <= step.index());
        let later = self.work[next..].iter().filter(|it| it.is_run());
        later
            .filter_map(|step| step.package_commands().find(is_apt))
            .any(|first| needs_lists(&first))
    }

    fn is_install_after(&self, step: Step<'m>) -> bool {
        self.last_install.is_some_and(|last| last > step.index())
    }
}

fn installs(step: Step<'_>) -> bool {
    step.is_run() && step.package_commands().any(|apt| needs_lists(&apt))
}

/// Where lists are first fetched in the stage or one that it is based on.
fn first_fetched(stage: Stage<'_>) -> Option<TextSize> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let fetches = commands.filter(|it| PackageCommand::of(*it).is_some_and(|it| updates(&it)));
    fetches.map(|it| it.range().start()).min()
}

impl<'m> Around<'m> {
    /// An update in a `RUN` that installs nothing: it is put before what installs in the next one, and the lists are removed there.
    fn bare(&self, update: Command<'m>, case: &mut Case<'_>) -> Result<(), Remedy> {
        let later = self.later.get_or_init(|| Later::of(self.stage));
        let step = update.step();
        let next = later.next_work(step).filter(|next| installs(*next));
        let Some(next) = next.filter(|_| !step.is_onbuild()) else {
            return Err(if later.is_install_after(step) {
                remedy!(
                    "put it into the `RUN` that installs, before that: by itself it is not run again when the packages \
                 change, and the lists are out of date then. Let that `RUN` end with `rm -rf {LISTS}/*`"
                )
            } else {
                remedy!(
                    "nothing in this stage installs by them: leave it out, or update, install and remove the lists in one \
                 `RUN`"
                )
            });
        };
        let by_hand = || {
            remedy!(
                "put it before what {} installs, and let that `RUN` end with `rm -rf {LISTS}/*`",
                next.label()
            )
        };
        let Some(first) = next.commands().next() else {
            return Err(by_hand());
        };
        let is_alone = step.commands().len() == 1
            && update.redirects().next().is_none()
            && update.assignments().next().is_none()
            && update.words().all(Word::is_known);
        let is_and = |it: Option<Connector>| it.is_none_or(|it| it.operator == Operator::And);
        let is_list = next
            .commands()
            .all(|it| it.is_in_list() && is_and(it.before()) && is_and(it.after()));
        if later.is_needed_after(next) {
            return Err(remedy!(
                "install all packages in one `RUN` that begins with `apt-get update` and ends with `rm -rf {LISTS}/*`: \
             {} is not the last that installs by these lists",
                next.label()
            ));
        }
        let is_bare = |it: Step<'m>| {
            it.flags().next().is_none()
                && !it.is_exec_form()
                && !it.has_opaque_text()
                && !it.is_onbuild()
        };
        // What is said of it would stand there alone.
        let leaves_comment =
            step.has_comment_above() && (next.has_comment_above() || next.line() > step.line() + 1);
        if !(is_alone && is_list && is_bare(step) && is_bare(next)) || leaves_comment {
            return Err(by_hand());
        }
        let apts = apts_of(next);
        let is_removed = next
            .commands()
            .any(|it| it.clears(&ImagePath::new(LISTS)).is_some());
        let last = apts.last().filter(|_| !is_removed).map(|it| it.command);
        if last.is_some() {
            self.clean_up(&apts, case)?;
        }
        let words: Vec<&str> = update.words().map(Word::source_text).collect();
        case.evidence("nothing is built between the two RUNs")
        .evidence(
            "the next RUN is one chain of `&&`: nothing in it runs where `apt-get update` fails",
        )
        .declare([Effect::removed(step), Effect::commands_of(next)])
        .fix(|edit| {
            edit.remove_instruction(step);
            edit.add_command_before(first, &words.join(" "));
            if let Some(last) = last {
                edit.add_command_after(last, &removal(last));
            }
        });
        Ok(())
    }
}

fn is_apt(command: &PackageCommand<'_>) -> bool {
    command.manager == PackageManager::Apt
}

/// The last apt command of a step that fetches the lists, where they stay in its layer.
fn fetches_lists<'m>(stage: Stage<'m>, apts: &[PackageCommand<'m>]) -> Option<Command<'m>> {
    let fetched = apts.iter().rfind(|apt| updates(apt))?.command;
    let is_settled = apts
        .iter()
        .any(|apt| stage.settings().is_cache_settled(apt).is_yes());
    // Whoever names the folder afterwards has thought of it, and who names another for the lists before.
    let is_thought_of = fetched.step().commands().any(|command| {
        command.args().any(|word| {
            let is_later = command.range().start() > fetched.range().start();
            word.mentions("dir::state") || (is_later && word.mentions("/var/lib/apt"))
        })
    });
    // It removes the lists as well (apt-get(8), since 2.7.8).
    let is_cleaned = apts.last().is_some_and(|apt| {
        apt.subcommand_is_one_of(&["distclean", "dist-clean"]) && apt.command != fetched
    });
    let is_plain = apts.iter().all(|apt| apt.command.is_in_list());
    (is_plain && !is_settled && !is_thought_of && !is_cleaned).then_some(fetched)
}

/// What removes the lists before they are fetched, where nothing has fetched any yet: it does nothing.
fn idle_clean_ups<'m>(
    stage: Stage<'m>,
    fetched: Command<'m>,
    first_fetched: Option<TextSize>,
) -> Vec<Command<'m>> {
    let is_official = stage
        .base_image()
        .name()
        .is_some_and(|name| ImagePath::root().join(name).parts().count() == 1);
    let is_first = first_fetched.is_none_or(|first| first >= fetched.range().start());
    if !is_official || !is_first {
        return Vec::new();
    }
    let before = |it: &Command<'m>| it.range().start() < fetched.range().start();
    // What a program leaves that fetches lists by itself may be out of date.
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    if commands
        .filter(before)
        .any(|it| it.may_call(PackageManager::Apt, &|_| false))
    {
        return Vec::new();
    }
    let lists = ImagePath::new(LISTS);
    fetched
        .step()
        .commands()
        .filter(|it| before(it) && it.is_in_list())
        .filter(|it| {
            it.clears(&lists)
                .is_some_and(|it| !it.removes_more && !it.is_whole)
        })
        .collect()
}
