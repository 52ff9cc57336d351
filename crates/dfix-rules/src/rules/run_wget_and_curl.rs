//! One of wget and curl.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::DownloadUse;
use dfix_model::{Command, Model, OpenCondition, Step};

use crate::downloads::{Told, remote_name};

pub(crate) const RULE: Rule = Rule {
    id: "run-wget-and-curl",
    aliases: &["DL4001"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "download by curl or by wget, not by both",
    why: "They do the same. One program less is one to install, and to keep up to date, less.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN curl -fO https://example.com/a\nRUN wget https://example.com/b.tgz && wget -qO /c https://example.com/c && wget -q -O - https://example.com/d | tar xz\n",
            "FROM debian:12\nRUN curl -fO https://example.com/a\nRUN curl -fsSLO https://example.com/b.tgz && curl -fsSL -o /c https://example.com/c && curl -fsSL https://example.com/d | tar xz\n",
        )
        .with_unsafe()
        .that_says("what wget does by itself"),
        fixes(
            "FROM debian:12\nRUN wget --no-check-certificate -P /a \"https://example.com/$V/b.tgz\"\nRUN curl https://example.com\n",
            "FROM debian:12\nRUN curl -fsSL -k -o /a/b.tgz \"https://example.com/$V/b.tgz\"\nRUN curl https://example.com\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN wget https://example.com/b\nRUN curl https://example.com\n"),
        reports(
            "FROM debian:12\nRUN wget -r https://example.com/b\nRUN curl https://example.com\n",
            "choose one",
        ),
        reports(
            "FROM debian:12\nRUN wget https://example.com/b?c=d && curl https://example.com\n",
            "choose one",
        ),
        leaves("FROM debian:12\nRUN wget https://example.com\nFROM debian:12\nRUN curl x\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN apt-get install -y curl wget && curl x\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let may_call = |it: &Step<'_>| it.mentions("curl") || it.mentions("wget");
        let runs = stage.runs().filter(|it| !it.is_onbuild() && may_call(it));
        let commands: Vec<Command<'_>> = runs
            .flat_map(Step::commands)
            .filter(|it| !it.is_of_a_string() && it.is_one_of(&["curl", "wget"]))
            .collect();
        let of = |name| commands.iter().copied().filter(move |it| it.is(name));
        let (Some(curl), Some(wget)) = (of("curl").next(), of("wget").next()) else {
            continue;
        };
        let later = if curl.range().start() > wget.range().start() {
            curl
        } else {
            wget
        };
        out.judge(later, Safety::Safe, "both `wget` and `curl` are used", |case| {
            let written: Option<Vec<(Command<'_>, String)>> =
                of("wget").map(|it| Some((it, as_curl(it)?))).collect();
            let Some(written) = written else {
                return Err(remedy!("choose one of them for all downloads, and install that one alone"));
            };
            let steps: Vec<Step<'_>> = written.iter().map(|it| it.0.step()).collect();
            case.open(OpenCondition::new(
                "whether curl is there for each of them, and what wget does by itself is not needed: it tries again, and keeps the dates of the server",
                "see that `curl` is installed before; `--retry` has it try again, `-R` keeps the dates",
            ))
            .declare(steps.iter().map(|it| Effect::changed(*it)).collect::<Vec<_>>())
            .fix(|edit| {
                for (command, source) in &written {
                    edit.replace_command(*command, source);
                }
            });
            Ok(())
        });
    }
}

/// The same download by curl, where nothing is asked of wget but that.
fn as_curl(wget: Command<'_>) -> Option<String> {
    if wget.wrappers().next().is_some()
        || wget.assignments().next().is_some()
        || wget.redirects().next().is_some()
        || wget.is_of_a_string()
    {
        return None;
    }
    let told = Told::of(wget).filter(|it| it.is_whole && it.has_only(DownloadUse::AsCurl))?;
    let [url] = told.operands[..] else {
        return None;
    };
    let mut options = String::from("-fsSL");
    if told.has("--no-check-certificate") {
        options.push_str(" -k");
    }
    let is_address = url.starts_with("http://") || url.starts_with("https://");
    let source = Some(url.source_text()).filter(|_| is_address)?;
    let given = |name: &str| match (told.has(name), told.text(name)) {
        (true, None) => None,
        (_, text) => Some(text),
    };
    match (given("-O")?, given("-P")?) {
        (Some("-"), None) => Some(format!("curl {options} {source}")),
        (Some(file), None) => Some(format!("curl {options} -o {file} {source}")),
        (None, Some(folder)) => {
            let folder = folder.strip_suffix('/').unwrap_or(folder);
            let name = remote_name(url)?;
            Some(format!("curl {options} -o {folder}/{name} {source}"))
        }
        (None, None) => {
            remote_name(url)?;
            Some(match &*options {
                "-fsSL" => format!("curl -fsSLO {source}"),
                _ => format!("curl {options} -O {source}"),
            })
        }
        _ => None,
    }
}
