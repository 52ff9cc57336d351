//! `$(…)`, not backticks.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "sh-backticks",
    aliases: &["SC2006"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write `$(…)` around a command that stands for what it prints, not backticks",
    why: "Backticks are easily taken for quotes, cannot stand in one another, and take backslashes away.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN cp -r /a /lib/`uname -m`\n",
            "FROM debian:12\nRUN cp -r /a /lib/$(uname -m)\n",
        ),
        fixes(
            "FROM debian:12\nRUN A=`date` && echo \"at `date +%F`, `id -un`\" && rm `ls | grep '\\.o$'`\n",
            "FROM debian:12\nRUN A=$(date) && echo \"at $(date +%F), $(id -un)\" && rm $(ls | grep '\\.o$')\n",
        ),
        fixes(
            "FROM debian:12\nRUN bash -c \"make -j`nproc`\" && rm ` \\\n    find /a -name x`\n",
            "FROM debian:12\nRUN bash -c \"make -j$(nproc)\" && rm $( \\\n    find /a -name x)\n",
        ),
        // Nothing is between them for the shell of the build.
        leaves(
            "FROM debian:12\nRUN echo 'a `b`' \\`c\\` && sh -c 'echo `date`'\nCMD echo `date`\n",
        ),
        leaves("FROM debian:12\nSHELL [\"pwsh\", \"-c\"]\nRUN Write-Host a `\n"),
        reports(
            "FROM debian:12\nRUN echo `basename \\`pwd\\``\n",
            "a backslash",
        ),
        reports(
            "FROM debian:12\nRUN echo \"`cat \"/a\"`\"\n",
            "quotes in quotes",
        ),
        reports("FROM debian:12\nRUN echo `(cd /a; ls)`\n", "a calculation"),
        reports(
            "FROM debian:12\nRUN echo `case a in a) ls;; esac`\n",
            "`case`",
        ),
        reports("FROM debian:12\nRUN echo $`ls`\n", "`$`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        for it in step.backticks() {
            out.judge(
                it.range,
                Safety::Safe,
                "a command between backticks",
                |case| {
                    if let Some(why) = it.hindrance {
                        return Err(remedy!("write `$(…)` with care: {why}"));
                    }
                    case.declare(Effect::Equivalent).fix(|edit| {
                        edit.replace_part(it.open, "$(");
                        edit.replace_part(it.close, ")");
                    });
                    Ok(())
                },
            );
        }
    }
}
