//! No blanks, quotation marks and dashes that only look like it.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Lookalike, Looks, Model, PackageCommand, Step};

pub(crate) const RULE: Rule = Rule {
    id: "bom-nbsp",
    aliases: &["SC1018", "SC1110"],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "type blanks, quotation marks and dashes that a shell knows",
    why: "Text that was copied from a web page or a word processor brings no-break spaces, curly quotation marks and long dashes: a \
          shell takes them for letters. What stands between quotation marks, in comments, labels and here-documents is left as it is, \
          and so is a byte order mark at the start of the file, which the builder passes over.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get\u{a0}update && apt-get install -y\u{a0}curl &&\u{a0}\\\n    rm\u{2009}-rf /x\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && \\\n    rm -rf /x\n",
        )
        .that_says("no program is called so"),
        fixes(
            "FROM debian:12\nENV A=1\u{a0}\\\n    B=2\nRUN apt-get install -y gi\u{200b}t\n",
            "FROM debian:12\nENV A=1 \\\n    B=2\nRUN apt-get install -y git\n",
        ),
        fixes(
            "FROM fedora:42\nRUN dnf -y group install “Development”\nRUN <<EOF\ncd\u{a0}/\nEOF\n",
            "FROM fedora:42\nRUN dnf -y group install \"Development\"\nRUN <<EOF\ncd /\nEOF\n",
        ),
        fixes(
            "FROM debian:12\nENV PAGER=“less”\nRUN echo ‘a’ && mkdir –p /a && wget –no-verbose x -O – —-y\n",
            "FROM debian:12\nENV PAGER=\"less\"\nRUN echo 'a' && mkdir -p /a && wget --no-verbose x -O - --y\n",
        )
        .with_unsafe()
        .that_says("whether the text is to have quotation marks of this shape"),
        leaves("FROM debian:12\nRUN make all\u{a0}x\n").that_says("whether `make`"),
        leaves("FROM debian:12\nCOPY a\u{a0}b /c/\n").that_says("whether the name"),
        reports("FROM debian:12\nRUN make all\u{a0}#x\n", "a comment"),
        reports("FROM debian:12\nRUN tar –xzf a.tgz\n", "`--`"),
        leaves("\u{feff}FROM debian:12\nRUN echo 'a\u{a0}“b”' \"–c\" it’s a–b \\\u{a0}c # –d\n"),
        leaves("FROM debian:12\nLABEL a=“b”\nMAINTAINER “A B”\nENV A b\u{a0}c\nRUN cat <<'E'\n“a”\nE\n"),
        leaves("FROM node:22\nCMD [“node”, “app.js”]\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.broken_exec_form().is_none()) {
        for it in step.lookalikes() {
            tell(step, &it, out);
        }
    }
}

fn tell(step: Step<'_>, it: &Lookalike<'_>, out: &mut Findings<'_>) {
    let first = step.file().text()[it.range].chars().next();
    let code = first.map_or(0, u32::from);
    let message = match it.looks {
        Looks::Parting | Looks::Blank => {
            format!("a character that looks like a blank (U+{code:04X})")
        }
        Looks::Unseen => format!("a character that nobody sees (U+{code:04X})"),
        Looks::Quotes => "quotation marks that no shell knows".to_owned(),
        Looks::Dash => "a dash that begins no option".to_owned(),
    };
    let (safety, effect) = match it.looks {
        Looks::Parting => (Safety::Safe, Effect::Layout),
        _ => (Safety::Checked, Effect::changed(step)),
    };
    out.judge(it.range, safety, message, |case| {
        let Some(meant) = &it.meant else {
            return Err(match it.looks {
                Looks::Dash => remedy!("write the option with its dashes: `-`, or `--`"),
                _ => remedy!("behind a blank the `#` would begin a comment: write what is meant"),
            });
        };
        let proof = proof(step, it);
        let is_proven = proof.is_some() || it.looks == Looks::Parting;
        case.evidence(proof)
            .open((!is_proven).then(|| doubt(it)))
            .declare(effect)
            .fix(|edit| edit.replace_part(it.range, meant));
        Ok(())
    });
}

/// What shows that nobody means it as it stands: nothing is called so.
fn proof(step: Step<'_>, it: &Lookalike<'_>) -> Option<String> {
    let (command, word) = it.of?;
    if command
        .program()
        .is_some_and(|it| it.range() == word.range())
    {
        return Some(format!("no program is called so: `{}`", word.shortened()));
    }
    let mut packages = step.package_commands().filter(PackageCommand::is_of_system);
    packages.find(|it| it.command.range() == command.range())?;
    let name = command.name();
    Some(format!("no package and no option of `{name}` is called so"))
}

fn doubt(it: &Lookalike<'_>) -> OpenCondition {
    let whether = match (it.looks, it.of) {
        (Looks::Quotes, _) => "the text is to have quotation marks of this shape".to_owned(),
        (_, Some((of, _))) => format!("`{}` is to be given this character", of.called()),
        (_, None) => "the name has this character".to_owned(),
    };
    OpenCondition::new(format!("whether {whether}"), "look at the change")
}
