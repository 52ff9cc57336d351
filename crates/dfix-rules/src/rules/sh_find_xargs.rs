//! Names of files that go from `find` to `xargs` as they are.

use dfix_catalogue::{FindWord, find_word};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::{Command, Model, Word, Wrapper};

pub(crate) const RULE: Rule = Rule {
    id: "sh-find-xargs",
    aliases: &["SC2038"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "hand names from `find` to `xargs` with zero bytes between them",
    why: "`xargs` cuts its input at blanks and takes quotes and backslashes away: `a b.txt` becomes two files that are not there, \
          or that are others.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN find /usr -name '*.a' | xargs rm -f\n",
            "FROM debian:12\nRUN find /usr -name '*.a' -print0 | xargs -0 rm -f\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN find . -type f -print 2>/dev/null | sudo xargs -r -n 1 chmod 644 && find / -name x | xargs\n",
            "FROM alpine:3.22\nRUN find . -type f -print0 2>/dev/null | sudo xargs -0 -r -n 1 chmod 644 && find / -name x -print0 | xargs -0\n",
        ),
        fixes(
            "FROM debian:12\nRUN find \"$A\" -path ./b -prune -o -print | xargs ls\n",
            "FROM debian:12\nRUN find \"$A\" -path ./b -prune -o -print0 | xargs -0 ls\n",
        ),
        leaves(
            "FROM debian:12\nRUN find . -print0 | xargs -0 ls && find . -printf '%p\\\\0' | xargs -0 ls\n",
        ),
        leaves(
            "FROM debian:12\nRUN find . | xargs -d '\\n' ls && find . | grep a | xargs ls && ls | xargs rm\n",
        ),
        leaves("FROM debian:12\nRUN find $A | xargs ls\n").that_says("`$A`"),
        fixes(
            "FROM debian:12\nRUN find a b -name c -o ! -name d | xargs ls\n",
            "FROM debian:12\nRUN find a b \\( -name c -o ! -name d \\) -print0 | xargs -0 ls\n",
        ),
        reports(
            "FROM debian:12\nRUN find . -name $A -o -name b | xargs ls\n",
            "brackets",
        ),
        reports(
            "FROM debian:12\nRUN find . -exec echo {} + | xargs ls\n",
            "prints by itself",
        ),
        reports("FROM debian:12\nRUN find . | xargs -L 1 ls\n", "`-L`"),
        reports(
            "FROM debian:12\nRUN find . | xargs $OPTIONS ls\n",
            "`$OPTIONS`",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file
        .steps()
        .filter(|it| it.is_run() && it.mentions("xargs"));
    for find in runs
        .flat_map(dfix_model::Step::commands)
        .filter(|it| it.is("find"))
    {
        let target = find.piped_into().filter(|_| !find.is_of_script());
        let Some((target, xargs)) = target.and_then(|it| Some((it, xargs(it)?))) else {
            continue;
        };
        let options: Vec<Word<'_>> = target.words_of(xargs).skip(1).collect();
        let has = |name: &str| options.iter().any(|it| it.starts_with(name));
        let is_settled = find.args().any(|it| it.is("-print0") || it.is("-printf"))
            || has("-0")
            || has("--null")
            || has("-d")
            || has("--delimiter");
        let writes = find
            .redirects()
            .any(|it| it.writes() && it.fd() != Some("2"));
        let program = target
            .words_of(xargs)
            .next()
            .filter(|_| !is_settled && !writes);
        let Some(program) = program else { continue };
        let message = "names with blanks or quotes in them reach `xargs` as others";
        out.judge(find, Safety::Checked, message, |case| {
            let print = print(find)?;
            if let Some(word) = options
                .iter()
                .chain(&target.program())
                .find(|it| is_in_the_way(**it))
            {
                return Err(remedy!(
                    "see what `{}` is to do with zero bytes",
                    word.shortened()
                ));
            }
            let unknown = find.args().find(|it| it.may_split());
            case.evidence("find and xargs of GNU and of busybox have both options")
                .open(unknown.map(|it| {
                    OpenCondition::new(
                        format!(
                            "whether `{}` is no action of `find`, nor joins others",
                            it.shortened()
                        ),
                        "look at what it stands for",
                    )
                }))
                .declare([Effect::arguments_of(find), Effect::changed(target.step())])
                .fix(|edit| {
                    match print {
                        Print::Instead(word) => edit.replace_word(word, "-print0"),
                        Print::Behind(last) => edit.insert_word_after(last, "-print0"),
                        Print::Brackets(first, last) => {
                            edit.insert_source_before(first, "\\(");
                            edit.insert_source_after(last, "\\)");
                            edit.insert_word_after(last, "-print0");
                        }
                    }
                    edit.insert_word_after(program, "-0");
                });
            Ok(())
        });
    }
}

/// The `xargs` that a command begins with, but for those by which another user calls it.
fn xargs(command: Command<'_>) -> Option<Wrapper<'_>> {
    let found = command.wrappers().find(|it| it.name == "xargs");
    found.or_else(|| command.bare_wrapper().filter(|it| it.name == "xargs"))
}

/// What is to print the names.
enum Print<'m> {
    /// The word in whose place `-print0` comes.
    Instead(Word<'m>),
    /// The word behind which it comes.
    Behind(Word<'m>),
    /// It comes behind brackets around the expression, which begins and ends with these words.
    Brackets(Word<'m>, Word<'m>),
}

fn print(find: Command<'_>) -> Result<Print<'_>, Remedy> {
    let known = |it: &Word<'_>| it.value().and_then(find_word);
    let is = |what: FindWord| find.args().filter(move |it| known(it) == Some(what));
    if is(FindWord::Action).next().is_some() {
        return Err(remedy!(
            "it prints by itself: have it end each name with a zero byte, and say `xargs -0`"
        ));
    }
    let mut prints = is(FindWord::Print);
    match (prints.next(), prints.next()) {
        (Some(print), None) => return Ok(Print::Instead(print)),
        (Some(_), Some(_)) => {
            return Err(remedy!("say `-print0` for each `-print`, and `xargs -0`"));
        }
        (None, _) => {}
    }
    let last = find.args().next_back().or(find.program());
    let last = last.ok_or_else(|| remedy!("say `find . -print0` and `xargs -0`"))?;
    if is(FindWord::Joins).next().is_none() {
        return Ok(Print::Behind(last));
    }
    let is_path = |it: &Word<'_>| !it.starts_with("-") && !it.is("(") && !it.is("!");
    let mut words = find
        .args()
        .skip_while(|it| matches!(it.value(), Some("-L" | "-H" | "-P")));
    let first = words
        .find(|it| !is_path(it))
        .filter(|_| find.args().all(Word::is_known));
    first.map(|it| Print::Brackets(it, last)).ok_or_else(|| {
        remedy!("put brackets (`\\( … \\)`) around what `-o` joins, `-print0` behind them, and say `xargs -0`")
    })
}

/// Whether an option of xargs reads lines, or is not known.
fn is_in_the_way(word: Word<'_>) -> bool {
    let is_of_lines = |it: &str| word.starts_with(it);
    !word.is_known()
        || ["-L", "-l", "-E", "-e", "--max-lines", "--eof"]
            .into_iter()
            .any(is_of_lines)
}
