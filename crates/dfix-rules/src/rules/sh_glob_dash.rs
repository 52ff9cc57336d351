//! `./*`, not `*`, where a program takes options.

use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::path_operands;
use dfix_model::{Command, Model, Word, WordKind};
use dfix_syntax::{TextRange, TextSize};

pub(crate) const RULE: Rule = Rule {
    id: "sh-glob-dash",
    aliases: &["SC2035"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "begin a pattern of file names with `./`",
    why: "A file that is called `-rf` is an option to the program that gets its name; `./-rf` is a file.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN cd /tmp && dpkg -i *.deb && rm -rf *.deb ?.txt\n",
            "FROM debian:12\nRUN cd /tmp && dpkg -i ./*.deb && rm -rf ./*.deb ./?.txt\n",
        ),
        fixes(
            "FROM debian:12\nRUN chmod +x *.sh && mv *.sh /usr/local/bin && chown -R a:b *\n",
            "FROM debian:12\nRUN chmod +x ./*.sh && mv ./*.sh /usr/local/bin && chown -R a:b ./*\n",
        ),
        leaves(
            "FROM debian:12\nRUN rm -- *.deb && rm ./*.deb /a/* \"*\" \\* && echo * && printf %s *\n",
        ),
        leaves("FROM debian:12\nRUN sh -c 'rm *' && rm a*\n"),
        reports("FROM debian:12\nRUN rm -v *.deb\n", "`-v`"),
        reports("FROM debian:12\nRUN rm $OPTIONS *.deb\n", "`$OPTIONS`"),
        reports("FROM debian:12\nRUN dpkg -r *\n", "`--`"),
        reports("FROM debian:12\nRUN chmod --reference=a *\n", "`--`"),
        reports("FROM debian:12\nRUN tar cf /a.tar *\n", "`./*`"),
        reports("FROM debian:12\nRUN find . -name *.c\n", "quotes"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let text = step.source_text();
        if ![" *", " ?", "\t*", "\t?"]
            .iter()
            .any(|it| text.contains(it))
        {
            continue;
        }
        for command in step.commands() {
            let patterns: Vec<Word<'_>> = patterns(command).collect();
            let Some(first) = patterns.first().copied() else {
                continue;
            };
            let message = format!(
                "a file whose name begins with a dash would be an option of `{}`",
                command.name()
            );
            out.judge(first, Safety::Safe, message, |case| {
                obstacle(command, first)?;
                case.declare(Effect::arguments_of(command)).fix(|edit| {
                    for word in &patterns {
                        let start = word.range().start();
                        let letter = TextRange::at(start, TextSize::new(1));
                        edit.replace_part(letter, &format!("./{}", &word.source_text()[..1]));
                    }
                });
                Ok(())
            });
        }
    }
}

/// The operands that are patterns and begin with one, as ShellCheck finds them: none behind `--`, none that are printed as they are.
fn patterns(command: Command<'_>) -> impl Iterator<Item = Word<'_>> {
    let is_wanted = command.kind() == WordKind::Shell
        && !command.name().is_empty()
        && !command.is_one_of(&["echo", "printf"]);
    let operands = command.args().take_while(|it| !it.is("--"));
    operands.filter(move |it| {
        is_wanted && it.shortened().starts_with(['*', '?']) && !it.has_open_bracket()
    })
}

/// Why `./` may be more to the program than the way to the file.
fn obstacle(command: Command<'_>, first: Word<'_>) -> Result<(), Remedy> {
    if command.is("find") {
        return Err(remedy!(
            "put quotes around it: `find` is to get the pattern itself"
        ));
    }
    let Some(known) = path_operands(command.name()) else {
        return Err(remedy!(
            "write `./*` where the names may begin so, else `--` before it"
        ));
    };
    let before = || command.args().take_while(|it| *it != first);
    if let Some(word) = command.args().find(|it| it.may_split()) {
        return Err(remedy!(
            "write `./*` unless `{}` is an option that prints names",
            word.shortened()
        ));
    }
    if let Some(option) = known.spoiling().find(|it| command.has_option(it)) {
        return Err(remedy!(
            "write `./*` if it may be told so: with `{option}` the names are printed or kept"
        ));
    }
    let mut needed = known.needed().peekable();
    let is_so = needed.peek().is_none() || needed.any(|it| command.has_option(it));
    let operands = before().filter(|it| !it.starts_with("-")).count();
    if !is_so || operands < known.first() {
        return Err(remedy!(
            "write `./*` if it is to be a path, else `--` before it"
        ));
    }
    Ok(())
}
