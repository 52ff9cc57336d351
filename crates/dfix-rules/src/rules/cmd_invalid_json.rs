//! JSON arrays that are none.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::scripts::ScriptAt;
use dfix_model::{BrokenArray, Command, Model, Os, StartCommand, Step, StepKind};

use crate::base;

pub(crate) const RULE: Rule = Rule {
    id: "cmd-invalid-json",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "write the JSON arrays of `CMD`, `ENTRYPOINT`, `HEALTHCHECK` and `RUN` as JSON",
    why: "Text that is no JSON array goes to a shell as it stands, and the shell finds no program called `[node,`: the container \
          cannot start.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nCMD ['node', 'app.js']\n",
            "FROM node:22\nCMD [\"node\", \"app.js\"]\n",
        )
        .that_says("its strings are in single quotes"),
        fixes(
            "FROM node:22\nENTRYPOINT [\"node\" \"app.js\"]\n",
            "FROM node:22\nENTRYPOINT [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM node:22\nCMD [“node”, “app.js”]\n",
            "FROM node:22\nCMD [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM node:22\nCMD [node, app.js]\n",
            "FROM node:22\nCMD [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM node:22\nCMD [\"node\", \"app.js\",]\n",
            "FROM node:22\nCMD [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM node:22\nCMD [\"node\"] # start\n",
            "FROM node:22\n# start\nCMD [\"node\"]\n",
        ),
        fixes(
            "FROM nginx:1.27\nHEALTHCHECK --interval=5m CMD ['curl', 'localhost']\n",
            "FROM nginx:1.27\nHEALTHCHECK --interval=5m CMD [\"curl\", \"localhost\"]\n",
        ),
        fixes(
            "FROM node:22\nRUN ['npm', 'ci']\n",
            "FROM node:22\nRUN [\"npm\", \"ci\"]\n",
        ),
        reports(
            "FROM node:22\nCMD [\"node\", \"app.js]\n",
            "in double quotes",
        ),
        // A shell put its variables in before.
        reports(
            "FROM debian:12\nCMD ['serve --port 80']\n",
            "a string of its own",
        ),
        leaves("FROM acme/base:1\nCMD ['serve', '-v']\n").that_says("`ENTRYPOINT`"),
        leaves("FROM debian\nCOPY run /\nENTRYPOINT [\"/run\"]\nCMD ['backup']\n")
            .that_says("makes anything of its arguments"),
        fixes(
            "FROM node:22\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD ['node']\n",
            "FROM node:22\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"node\"]\n",
        ),
        leaves("FROM node:22\nCOPY docker-entrypoint.sh /usr/local/bin/\nENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD ['node']\n")
            .that_says("makes anything of its arguments"),
        fixes(
            "FROM debian:12\nENTRYPOINT [\"tini\", \"--\"]\nCMD ['backup']\n",
            "FROM debian:12\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"backup\"]\n",
        ),
        reports(
            "FROM debian:12\nSHELL [\"pwsh\", \"-Command\"]\nCMD ['serve', '-v']\n",
            "another shell",
        ),
        leaves("FROM debian:12\nCMD ['serve']\nCMD [\"serve\"]\n"),
        leaves("FROM node:22\nCMD [node, $FILE]\n").that_says("whether a shell is meant"),
        leaves("FROM node:22\nCMD [\"node\", \"app.js\"]\n"),
        leaves("FROM debian:12\nCMD [ -x /run ] && /run\n"),
        leaves("FROM debian:12\nRUN [ -x /run ] && /run\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let kinds = [
        StepKind::Cmd,
        StepKind::Entrypoint,
        StepKind::Healthcheck,
        StepKind::Run,
    ];
    let matter = |it: &Step<'_>| kinds.contains(&it.kind()) && it.replaced_by().is_none();
    for step in file.steps().filter(matter) {
        let is_sound = step.is_exec_form() || step.instruction().heredocs().next().is_some();
        if let (false, Some(broken)) = (is_sound, step.broken_exec_form()) {
            tell(step, &broken, out);
        }
    }
}

fn tell(step: Step<'_>, broken: &BrokenArray, out: &mut Findings<'_>) {
    let name = match step.kind() {
        StepKind::Healthcheck => "HEALTHCHECK CMD",
        _ => step.name(),
    };
    let message = format!("`{name}` is no JSON array: {}", broken.why);
    out.judge(step, Safety::Checked, message, |case| {
        let Some(strings) = &broken.strings else {
            return Err(remedy!(
                "a shell is given this text as it stands: write the program and each argument in double quotes, with commas between"
            ));
        };
        if step.stage().is_some_and(|it| it.os() == Os::Windows) {
            return Err(remedy!(
                "a shell is given this text as it stands: write JSON strings, with each backslash doubled"
            ));
        }
        if let Some(program) = strings.first().filter(|it| it.contains([' ', '\t'])) {
            return Err(remedy!(
                "a shell is given this text as it stands: write the program and each argument as a string of its own, for no program is called `{program}`"
            ));
        }
        if strings.iter().all(String::is_empty) {
            return Err(remedy!(
                "a shell is given this text as it stands: `{name} []` says that there is nothing"
            ));
        }
        let shell = step.stage().map(|it| it.shell_at(step));
        if shell.is_some_and(|it| !it.is_posix()) {
            return Err(remedy!(
                "another shell is given this text as it stands: write a JSON array where no shell is meant"
            ));
        }
        let entry = step.stage().filter(|_| step.is(StepKind::Cmd)).map(|it| it.entry().entrypoint);
        let has_entry = matches!(entry, Some(StartCommand::Step(_)));
        let is_known = step.stage().and_then(base::facts).is_some();
        let is_of_image = matches!(entry, Some(StartCommand::BaseImage));
        case.open((is_of_image && !is_known).then(|| {
            OpenCondition::new(
                "whether the image's `ENTRYPOINT` makes anything of such a `CMD`",
                "look at it: `docker image inspect`",
            )
        }));
        // What runs another program runs that shell; any other may pass over its arguments.
        let runs_it = |it: Step<'_>| {
            let is_of_official = |it: Command<'_>| {
                let stage = it.stage().filter(|_| is_known && it.is("docker-entrypoint.sh"));
                stage.is_some_and(|of| matches!(of.script_started_by(it), ScriptAt::Elsewhere))
            };
            let is_one = |it: Command<'_>| it.bare_wrapper().is_some() || is_of_official(it);
            it.is_exec_form() && it.commands().next().is_some_and(is_one)
        };
        let own = entry.and_then(StartCommand::step).filter(|it| !runs_it(*it));
        case.open(own.map(|it| {
            OpenCondition::new(
                format!(
                    "whether the `ENTRYPOINT` of line {} makes anything of its arguments",
                    it.line()
                ),
                "look into it",
            )
        }));
        let fails = match step.kind() {
            StepKind::Run => "the build stops here",
            StepKind::Healthcheck => "the check always fails",
            _ if has_entry => "the entry point is given that shell as its arguments",
            _ => "no program is called that way",
        };
        case.evidence(format!(
            "a shell is given this text as it stands, and {fails}"
        ));
        let for_shell = strings.iter().find(|it| it.contains('$'));
        case.open(for_shell.map(|it| {
            OpenCondition::new(
                format!("whether a shell is meant to put in `{it}`, which no shell sees in a JSON array"),
                "write it without the brackets where a shell is meant",
            )
        }));
        let words: Vec<&str> = strings.iter().map(String::as_str).collect();
        case.declare(Effect::changed(step))
            .fix(|edit| edit.set_exec_form(step, &words));
        Ok(())
    });
}
