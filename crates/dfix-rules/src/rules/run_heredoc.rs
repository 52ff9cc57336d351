//! A here-document in the place of a long chain.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::{Command, ListJoin, Model, NotOnLines, OwnLines, Stage, Step};

use crate::base::own_shell;

pub(crate) const RULE: Rule = Rule {
    id: "run-heredoc",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the commands of a long `RUN` on lines of a here-document",
    why: "Lines without `&& \\` read like a script, and a change of one shows as a change of one. `set -e` at the head ends \
          the script where a command fails, as `&&` did. It needs BuildKit with the frontend 1.4 or later.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN apt-get update \\\n    # the client\n    && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN <<EOF\nset -e\napt-get update\n# the client\napt-get install -y curl\nrm -rf /var/lib/apt/lists/*\nEOF\n",
        ),
        fixes(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN --mount=type=cache,target=/c set -eux; \\\n    a || b; \\\n    for i in 1 2; do \\\n      c; \\\n    done\nRUN set -x && a | b && c \\\n  d\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nRUN --mount=type=cache,target=/c <<EOF\nset -eux\na || b\nfor i in 1 2; do \\\n      c; \\\n    done\nEOF\n\nRUN <<EOF\nset -e\nset -x\na | b\nc \\\n  d\nEOF\n",
        ),
        fixes(
            "FROM debian:12\nRUN a && b && c\n",
            "FROM debian:12\nRUN <<EOF\nset -e\na\nb\nc\nEOF\n",
        )
        .with_unsafe()
        .that_says("whether every builder"),
        // A file that has one is built by who knows them.
        fixes(
            "FROM debian:12\nCOPY <<X /x\nx\nX\nRUN \\\n  a && b && c\n",
            "FROM debian:12\nCOPY <<X /x\nx\nX\nRUN <<EOF\nset -e\na\nb\nc\nEOF\n",
        ),
        leaves("FROM acme/base\nCOPY <<X /x\nx\nX\nRUN a && b && c\n")
            .that_says("`SHELL` of its own"),
        reports(
            "FROM debian:12\nRUN echo a >> /f && echo b >> /f && echo c >> \"/f\"\n",
            "append to `/f`",
        ),
        reports("FROM debian:12\nRUN a && . ./b && c\n", "what `.` runs"),
        reports("FROM debian:12\nRUN a && set +e && c\n", "`set`"),
        reports("FROM debian:12\nRUN a && b $(c; d) && e\n", "`$( )`"),
        reports("FROM debian:12\nENV ENV=/x\nRUN a && b && c\n", "`ENV`"),
        reports(
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN a && b && c\n",
            "login shell",
        ),
        reports(
            "FROM debian:12\nRUN a && b \\\n # in\n x && c\n",
            "a comment",
        ),
        reports("FROM debian:12\nRUN a && b '\\\n' && c\n", "backslash"),
        leaves(
            "FROM debian:12\nRUN a && b\nRUN a && ! b && c\nRUN a && (b; c) && d\nRUN a && b && c &\n",
        ),
        leaves(
            "FROM debian:12\nRUN a && b || c && d\nRUN [\"a\"]\nCMD a && b && c\nONBUILD RUN a && b && c\n",
        ),
        leaves("FROM debian:12\nRUN <<EOF\na && b && c\nEOF\n"),
        leaves("FROM debian:12\nSHELL [\"pwsh\", \"-c\"]\nRUN a; b; c\n"),
    ],
};

/// From how many parts on.
const MANY: usize = 3;

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for step in stage.runs() {
            let lines = step.own_lines();
            if lines
                .as_ref()
                .is_ok_and(|it| it.as_ref().is_none_or(|it| it.gaps.len() + 1 < MANY))
            {
                continue;
            }
            let message = "a long chain that could be lines of a here-document";
            out.judge(step, Safety::Checked, message, |case| {
                let Some(lines) = lines.map_err(why_not)? else {
                    return Ok(());
                };
                if let Some(file) = filled_by_many(step) {
                    return Err(remedy!(
                        "several commands in a row append to `{file}`: put them into `{{ … }} >> {file}` first"
                    ));
                }
                let head = match lines.joined_by {
                    ListJoin::Semicolon => &[][..],
                    ListJoin::And => {
                        let sets = stops_as_a_chain(stage, step)?;
                        case.open(own_shell(stage).filter(|_| stage.shell_at(step).step.is_none()));
                        case.evidence(
                            "`set -e` ends the script where a command fails, as `&&` does",
                        );
                        if sets { &[][..] } else { &["set -e"][..] }
                    }
                };
                case.open(knows_heredocs(file))
                    .declare(Effect::changed(step))
                    .fix(|edit| edit.write_on_own_lines(&lines, head));
                Ok(())
            });
        }
    }
}

/// The file that so many commands in a row append to that ShellCheck asks for one redirection of them all (SC2129).
fn filled_by_many(step: Step<'_>) -> Option<String> {
    let own = step.commands().filter(|it| it.outer().is_none());
    let target = |it: Command<'_>| {
        let mut redirects = it.redirects().filter(|it| it.operator() == ">>");
        redirects.find_map(|it| Some(it.target()?.unquoted().to_owned()))
    };
    let targets: Vec<Option<String>> = own.map(target).collect();
    let row = targets
        .windows(MANY)
        .find(|it| it[0].is_some() && it.iter().all(|of| *of == it[0]));
    row?.first()?.clone()
}

fn why_not(why: NotOnLines) -> Remedy {
    match why {
        NotOnLines::CommentInCommand => remedy!(
            "a comment or an empty line stands inside of a command, where a shell would end it: move it between two commands first"
        ),
        NotOnLines::Continuation => remedy!(
            "a line goes on behind a backslash in a way that only the builder knows: join the lines first"
        ),
        NotOnLines::CarriageReturn => remedy!(
            "its lines end with a carriage return, which the shell would read: let them end with a line feed alone first"
        ),
        NotOnLines::EndWord => remedy!(
            "a line of it is `{}`: write the here-document by hand, with another word",
            OwnLines::END
        ),
    }
}

/// Whether the list sets `-e` itself, as its first command; else it needs to be set.
///
/// # Errors
/// Where `set -e` would end the script elsewhere than `&&` does.
fn stops_as_a_chain(stage: Stage<'_>, step: Step<'_>) -> Result<bool, Remedy> {
    if let Some(name) = stage.first_file_at(step) {
        return Err(remedy!(
            "`{name}` names a file that the shell reads first, and which may define functions: write it by hand"
        ));
    }
    if stage.shell_at(step).is_login() {
        return Err(remedy!(
            "a login shell reads files first, which may define functions: write it by hand"
        ));
    }
    let mut sets = false;
    for (index, command) in step
        .commands()
        .filter(|it| it.outer().is_none())
        .enumerate()
    {
        if command.is_one_of(&[".", "source", "eval"]) {
            return Err(remedy!(
                "what `{}` runs would stop at the first failure, too: write it by hand",
                command.name()
            ));
        }
        if command.is("set") {
            let Some(on) = options_of_set(command) else {
                return Err(remedy!(
                    "`set` changes how the shell goes on: write it by hand"
                ));
            };
            sets |= index == 0 && on.contains('e');
        }
    }
    let several = |it: &Command<'_>| it.around().substitution && it.after().is_some();
    if step.commands().any(|it| several(&it)) {
        return Err(remedy!(
            "the commands of a `$( )` would stop at the first failure, too: write it by hand"
        ));
    }
    Ok(sets)
}

/// The letters of the options that a `set` switches on; none where it does anything else.
fn options_of_set(command: Command<'_>) -> Option<String> {
    let mut on = String::new();
    for word in command.args() {
        let letters = word.value()?.strip_prefix('-')?;
        let is_plain = !letters.is_empty()
            && letters
                .bytes()
                .all(|it| it.is_ascii_alphabetic() && it != b'o');
        on.push_str(is_plain.then_some(letters)?);
    }
    Some(on)
}

/// What is open where nothing in the file says that its builder knows here-documents: neither one that is there, nor the frontend
/// (docs.docker.com/build/buildkit/dockerfile-release-notes, 1.4.0).
fn knows_heredocs(file: &Model<'_>) -> Option<OpenCondition> {
    let has_one = |it: &Step<'_>| it.instruction().heredocs().next().is_some();
    let is_known = file.frontend().is_since(4) || file.steps().any(|it| has_one(&it));
    (!is_known).then(|| {
        OpenCondition::new(
            "whether every builder of this file knows here-documents, as BuildKit does",
            "write `# syntax=docker/dockerfile:1` as the first line",
        )
    })
}
