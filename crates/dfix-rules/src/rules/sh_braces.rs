//! Words written out, not `{a,b}`.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, reports,
};
use dfix_model::{Command, Model, ReadBy, Word};

use crate::of_bash;

pub(crate) const RULE: Rule = Rule {
    id: "sh-braces",
    aliases: &["SC3009"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write out the words that `{a,b}` is to stand for",
    why: "`{a,b}` is bash's. To the `sh` of Debian, Ubuntu and Alpine it is a text like any other: `mkdir {a,b}` makes one \
          folder of that name.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM fedora:42\nRUN mkdir -p /srv/{a,b}/c && cp x.{h,c} /srv\n",
            "FROM fedora:42\nRUN mkdir -p /srv/a/c /srv/b/c && cp x.h x.c /srv\n",
        ),
        leaves("FROM debian:12\nRUN mkdir -p /srv/{a,b}\n").that_says("whether several words are meant"),
        fixes(
            "FROM debian:12\nRUN mkdir -p $APP/{a,b}{,1}\n",
            "FROM debian:12\nRUN mkdir -p $APP/a $APP/a1 $APP/b $APP/b1\n",
        )
        .with_unsafe(),
        leaves("FROM acme/base:1\nRUN rm -rf /var/{log,tmp}/*\n").that_says("acme/base:1"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN mkdir /{a,b}\n").with_unsafe(),
        leaves("FROM debian:12\nRUN echo '{a,b}' \"{a,b}\" ${A} {a} {} \\{a,b\\} && awk '{print $1,$2}' && bash -c 'rm {a,b}'\n")
            .with_unsafe(),
        reports("FROM debian:12\nRUN rm /{a,{b,c}}\n", "write out"),
        reports("FROM debian:12\nRUN rm \"/$A\"/{b,c}\n", "write out"),
    ],
};

/// How many words may stand in the place of one.
const MOST: usize = 24;

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let text = step.source_text();
        if !text.contains('{') || !text.contains(',') {
            continue;
        }
        for command in step.commands() {
            for word in command.args().filter(|it| has_list(it.source_text())) {
                judge(command, word, out);
            }
        }
    }
}

fn judge(command: Command<'_>, word: Word<'_>, out: &mut Findings<'_>) {
    let Some(shell) = of_bash::other_shell(command) else {
        return;
    };
    out.judge(word, Safety::Safe, "`{a,b}` is bash's", |case| {
        let words = written_out(word.source_text());
        let words = words.ok_or("write out the words that it is to stand for")?;
        let (literal, first) = (word.shortened(), words.first().map_or("", String::as_str));
        case.open(match shell {
            ReadBy::BashAsSh => None,
            ReadBy::Unknown => Some(of_bash::unknown_shell(
                command,
                "makes several words of it: to dash and busybox it is one",
            )),
            _ => Some(OpenCondition::new(
                format!("whether several words are meant (`{first}` …): today the shell takes `{literal}` as it stands"),
                "look at what the build made of it",
            )),
        });
        case.declare(Effect::arguments_of(command))
            .fix(|edit| edit.replace_part(word.range(), &words.join(" ")));
        Ok(())
    });
}

/// Whether bash would make several words of it: a `{` with a comma before its `}`, none of it in quotes.
fn has_list(source: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    let mut depth: Vec<bool> = Vec::new();
    for c in source.chars() {
        let is_escaped = before == '\\';
        match (quote, c) {
            _ if is_escaped => {}
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | ')') => return false,
            (None, '{') => depth.push(before == '$'),
            (None, ',') if depth.last() == Some(&false) && source.contains('}') => return true,
            (None, '}') => {
                depth.pop();
            }
            _ => {}
        }
        before = if is_escaped { ' ' } else { c };
    }
    false
}

/// The words that bash makes of it; none where something in it is in quotes, or lists stand in lists.
fn written_out(source: &str) -> Option<Vec<String>> {
    if source.contains(['"', '\'', '\\', '`', '\n', '\r', '(']) || source.contains("..") {
        return None;
    }
    let mut words = vec![String::new()];
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let (head, list) = (&rest[..at], &rest[at + 1..]);
        let end = list.find('}')?;
        let inside = &list[..end];
        if inside.contains('{') {
            return None;
        }
        let is_list = !head.ends_with('$') && inside.contains(',');
        let whole = format!("{{{inside}}}");
        let parts: Vec<&str> = if is_list {
            inside.split(',').collect()
        } else {
            vec![whole.as_str()]
        };
        let joined = words
            .iter()
            .flat_map(|word| parts.iter().map(move |part| format!("{word}{head}{part}")));
        words = joined.collect();
        if words.len() > MOST {
            return None;
        }
        rest = &list[end + 1..];
    }
    let whole = words.into_iter().map(|word| word + rest);
    let whole: Vec<String> = whole.collect();
    whole.iter().all(|it| !it.is_empty()).then_some(whole)
}
