//! One `RUN` in the place of several.

mod joint;

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::{Model, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "run-consecutive",
    aliases: &["DL3059"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "put commands that stand in `RUN`s one after another into one `RUN`",
    why: "Each `RUN` makes a layer: what a later one removes stays in the image, and what is fetched in an \
          earlier one may be old when a later one uses it.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl\n",
        ),
        // As the file does it elsewhere.
        fixes(
            "FROM debian:12\nRUN mkdir /a \\\n  && chmod 700 /a\nUSER 1\nRUN mkdir /b\n\n# All may read.\nRUN chmod 755 /b\nRUN touch /b/c\n",
            "FROM debian:12\nRUN mkdir /a \\\n  && chmod 700 /a\nUSER 1\nRUN mkdir /b \\\n# All may read.\n  && chmod 755 /b \\\n  && touch /b/c\n",
        ),
        fixes(
            "FROM debian:12\nRUN --mount=type=cache,target=/c mkdir /c/a;\nRUN --mount=type=cache,target=/c \\\n    cp -r \\\n        /x /c/a # all\n",
            "FROM debian:12\nRUN --mount=type=cache,target=/c mkdir /c/a && \\\n    cp -r \\\n        /x /c/a # all\n",
        ),
        leaves("FROM debian:12\nRUN ./setup.sh\nRUN mkdir /b\n").that_says("leaves running"),
        fixes(
            "FROM debian:12\nRUN ./setup.sh\nRUN mkdir /b\n",
            "FROM debian:12\nRUN ./setup.sh && \\\n    mkdir /b\n",
        )
        .with_unsafe(),
        // The shell would go on with the pip that it found first.
        leaves("FROM debian:12\nRUN pip install -U pip\nRUN pip install flask\n")
            .that_says("another `pip`"),
        fixes(
            "FROM python:3.12\nRUN pip install -U pip\nRUN pip install flask\n",
            "FROM python:3.12\nRUN pip install -U pip && \\\n    pip install flask\n",
        ),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN conda activate x\nRUN make\n")
            .that_says("login shell"),
        // Several commands, other flags, something between.
        leaves("FROM debian:12\nRUN mkdir /a && chmod 700 /a\nRUN mkdir /b\n").with_unsafe(),
        leaves("FROM debian:12\nRUN mkdir /a | cat\nRUN mkdir /b\n").with_unsafe(),
        leaves("FROM debian:12\nRUN --network=none mkdir /a\nRUN mkdir /b\n").with_unsafe(),
        leaves("FROM debian:12\nRUN mkdir /a\nUSER 1\nRUN mkdir /b\n").with_unsafe(),
        leaves("FROM debian:12\nONBUILD RUN mkdir /a\nONBUILD RUN mkdir /b\n").with_unsafe(),
        leaves("FROM debian:12 AS a\nRUN mkdir /a\nFROM debian:12\nRUN mkdir /b\n").with_unsafe(),
        reports(
            "FROM debian:12\nRUN cd /srv\nRUN make\n",
            "`cd` changes the shell",
        ),
        reports(
            "FROM debian:12\nRUN exec make a\nRUN make\n",
            "`exec` changes the shell",
        ),
        reports("FROM debian:12\nRUN A=b\nRUN make\n", "sets a variable"),
        reports(
            "FROM debian:12\nRUN service ssh start\nRUN make\n",
            "ends with its `RUN`",
        ),
        reports(
            "FROM debian:12\nRUN mkdir /a # why\nRUN mkdir /b\n",
            "a comment",
        ),
        reports(
            "FROM debian:12\nRUN mkdir /a/b\nRUN touch /x &> /y\n",
            "not waited for",
        ),
        fixes(
            "FROM fedora:42\nRUN mkdir /a/b\nRUN touch /x &> /y\n",
            "FROM fedora:42\nRUN mkdir /a/b && \\\n    touch /x &> /y\n",
        ),
        reports(
            "FROM debian:12\nRUN mkdir /a &\nRUN mkdir /b\n",
            "not waited for",
        ),
        reports(
            "FROM debian:12\nRUN [\"mkdir\", \"/a\"]\nRUN mkdir /b\n",
            "exec form",
        ),
        reports(
            "FROM debian:12\nRUN echo 1 x >> /etc/hosts\nRUN mkdir /b\n",
            "`/etc/hosts`",
        ),
        reports(
            "FROM debian:12\nRUN ln -sf bash /bin/sh\nRUN mkdir /b\n",
            "`/bin/sh`",
        ),
        reports(
            "FROM debian:12\nRUN update-alternatives --install /bin/sh sh /bin/bash 1\nRUN mkdir /b\n",
            "`/bin/sh`",
        ),
        reports(
            "FROM debian:12\nRUN sed -i 's#/root:#/srv:#' /etc/passwd\nRUN cp x ~/\n",
            "may change the home",
        ),
        reports(
            "FROM debian:12\nRUN usermod -d /srv root\nRUN cp x ~/\n",
            "may change the home",
        ),
        leaves("FROM debian:12\nRUN mkdir /run/x\nRUN ls /run/x\n")
            .that_says("what `mkdir` leaves in `/run`"),
        // Each `RUN` is given its working directory anew.
        reports(
            "FROM debian:12\nWORKDIR /a\nRUN rm -rf /a\nRUN mkdir b\n",
            "takes away the working directory",
        ),
        reports(
            "FROM debian:12\nENV A=/a\nWORKDIR $A/b\nRUN rm -rf $A\nRUN mkdir b\n",
            "takes away the working directory",
        ),
        reports(
            "FROM debian:12\nWORKDIR /src\nRUN rm -rf ../src\nRUN mkdir b\n",
            "takes away the working directory",
        ),
        reports(
            "FROM debian:12\nWORKDIR /app\nRUN mv /app /srv/app\nRUN mkdir b\n",
            "takes away the working directory",
        ),
        leaves("FROM debian:12\nWORKDIR /a\nRUN rmdir -p /a/b\nRUN mkdir b\n")
            .that_says("takes away the working directory"),
        leaves("FROM debian:12\nWORKDIR /a/b\nRUN rm -rf /a/*\nRUN mkdir b\n")
            .that_says("takes away the working directory"),
        leaves("FROM debian:12\nWORKDIR /a/b\nRUN find / -name b -exec rm -r {} +\nRUN mkdir b\n")
            .that_says("takes away the working directory"),
        fixes(
            "FROM debian:12\nWORKDIR /a\nRUN rm -rf /a/* /tmp/* ./x\nRUN mv ../b .\nRUN find . -delete\n",
            "FROM debian:12\nWORKDIR /a\nRUN rm -rf /a/* /tmp/* ./x && \\\n    mv ../b . && \\\n    find . -delete\n",
        ),
        leaves("ARG V=3.12\nFROM python:$V\nRUN pip install -U pip\nRUN pip install flask\n")
            .that_says("whether every build takes the image"),
        reports(
            "FROM debian:12\nRUN mkdir /a\n# hadolint ignore=DL3003\nRUN mkdir /b\n",
            "a comment that tools read",
        ),
    ],
};

const MESSAGE: &str = "`RUN`s one after another make a layer each";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for group in groups(file) {
        let mut chain = vec![group[0]];
        for step in &group[1..] {
            match joint::obstacle(chain[chain.len() - 1], *step) {
                None => chain.push(*step),
                Some(remedy) => {
                    join(&chain, out);
                    chain = vec![*step];
                    out.judge(*step, Safety::Safe, MESSAGE, |_| Err(remedy));
                }
            }
        }
        join(&chain, out);
    }
}

/// The `RUN`s that stand together and that hadolint finds fault with: of one command each, with the same flags.
fn groups<'m>(file: &'m Model<'m>) -> Vec<Vec<Step<'m>>> {
    let mut groups: Vec<Vec<Step<'m>>> = Vec::new();
    let mut previous: Option<Step<'m>> = None;
    for step in file.steps() {
        let is_one = step.is(StepKind::Run) && !step.is_onbuild() && is_single(step);
        let goes_on = |last: Step<'m>| flags(last) == flags(step) && last.stage() == step.stage();
        match (
            previous.filter(|last| is_one && goes_on(*last)),
            groups.last_mut(),
        ) {
            (Some(_), Some(group)) => group.push(step),
            _ if is_one => groups.push(vec![step]),
            _ => {}
        }
        previous = is_one.then_some(step);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Whether it runs one command and no more, those of substitutions counted (hadolint, `DL3059.hs`).
fn is_single(step: Step<'_>) -> bool {
    let mut commands = step.commands().filter(|it| !it.is_of_a_string());
    commands.next();
    commands.next().is_none() && !step.has_opaque_text()
}

/// The flags as they are written, in any order.
fn flags(step: Step<'_>) -> Vec<&str> {
    let text = step.file().text();
    let mut flags: Vec<&str> = step.flags().map(|it| &text[it.range()]).collect();
    flags.sort_unstable();
    flags
}

fn join(chain: &[Step<'_>], out: &mut Findings<'_>) {
    let [first, second, ..] = chain else { return };
    out.judge(*second, Safety::Safe, MESSAGE, |case| {
        case.open(joint::doubts(chain))
            .declare(Effect::changed(*first))
            .declare(
                chain[1..]
                    .iter()
                    .map(|it| Effect::removed(*it))
                    .collect::<Vec<_>>(),
            )
            .fix(|edit| edit.join_runs(chain.iter().copied()));
        Ok(())
    });
}
