//! The port that ASP.NET listens on since .NET 8.

use dfix_catalogue::{ImageMark, image_is, says_where_it_listens};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::context::{Answer, Context};
use dfix_model::launch::Launch;
use dfix_model::{EnvFrom, EnvValue, Model, Protocol, Stage, Step, Word};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "aspnet-port",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "expose the port that ASP.NET listens on since .NET 8",
    why: "Since .NET 8 the images have ASP.NET listen on port 8080, so that it needs no root. `EXPOSE 80` names a port on which \
          nothing listens.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nUSER app\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n",
            "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 8080\nUSER app\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n",
        )
        .with_unsafe()
        .that_says("whether the application says itself where it listens"),
        fixes(
            "FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS base\nEXPOSE 80/tcp 443\nFROM base\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n",
            "FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS base\nEXPOSE 8080/tcp 443\nFROM base\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n",
        )
        .with_unsafe(),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:7.0\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 8080\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_URLS=http://+:80\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV ASPNETCORE_HTTP_PORTS=80\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\", \"--urls\", \"http://*:80\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nENV Kestrel__Endpoints__Http__Url=http://*:80\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n"),
        // What starts may say it.
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT [\"/start.sh\"]\n"),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n")
            .with_context(&[("appsettings.json", "{\"Kestrel\": {\"Endpoints\": {\"Http\": {\"Url\": \"http://*:80\"}}}}\n")]),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n")
            .with_context(&[("src/Shop/Program.cs", "builder.WebHost.UseUrls(\"http://*:80\");\n")]),
        leaves("FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY . .\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n")
            .with_context(&[("compose.yaml", "services:\n  web:\n    build: .\n    environment:\n      ASPNETCORE_URLS: http://+:80\n")]),
        reports(
            "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT [\"dotnet\", \"Shop.dll\"]\n",
            "service `web` of compose.yaml",
        )
        .with_context(&[("compose.yaml", "services:\n  web:\n    build: .\n    ports:\n      - \"8000:80\"\n")]),
    ],
};

/// The variable that says it in the images themselves.
const VARIABLE: &str = "ASPNETCORE_HTTP_PORTS";

/// So many files of a build context are looked through.
const MOST_FILES: usize = 2_000;

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| it.is_shipped()) {
        let name = stage.base_image().name().unwrap_or_default();
        let Some(port) = port_of_base(stage).filter(|_| image_is(name, ImageMark::AspNet)) else {
            continue;
        };
        let ports = stage.ports();
        let has = |wanted: u16| {
            let mut all = ports.iter();
            all.find(|it| it.range == Some((wanted, wanted)) && it.protocol == Protocol::Tcp)
        };
        let Some(exposed) = has(80).filter(|_| has(port).is_none() && port != 80) else {
            continue;
        };
        let steps = || stage.base_chain().flat_map(Stage::steps);
        let step = steps().find(|it| it.range().contains_range(exposed.word.range()));
        let is_app = stage
            .entry()
            .argv()
            .is_some_and(|it| it.first() == Some(&"dotnet"));
        if let Some(step) = step.filter(|_| is_app && !is_said(stage)) {
            tell(stage, step, exposed.word, port, out);
        }
    }
}

/// The port that the image has ASP.NET listen on, where nothing of the file changes it.
fn port_of_base(stage: Stage<'_>) -> Option<u16> {
    match stage.final_env(VARIABLE) {
        EnvValue::Set(_) if stage.base_facts().sets(VARIABLE) != Some(true) => None,
        EnvValue::Set(it) if it.from == EnvFrom::BaseImage => it.value?.parse().ok(),
        _ => None,
    }
}

fn tell(stage: Stage<'_>, step: Step<'_>, word: Word<'_>, port: u16, out: &mut Findings<'_>) {
    let message = format!("ASP.NET listens on port {port} here, and not on port 80");
    out.judge(word, Safety::Checked, message, |case| {
        let mut launches = stage.launches();
        let expecting = launches.find(|it| {
            let mut ports = it.ports.iter();
            ports.any(|it| (it.first..=it.last).contains(&80))
        });
        if let Some(launch) = expecting {
            return Err(remedy!(
                "{} expects it on port 80: let that be {port}, or write `ENV {VARIABLE}=80`",
                launch.said()
            ));
        }
        let text = word.value().ok_or("write the port that it listens on")?;
        case.evidence(format!(
            "the image sets {VARIABLE}={port}, and nothing here says another port"
        ))
        .open(OpenCondition::new(
            "whether the application says itself where it listens, or what starts it does",
            format!("look for `Kestrel`, `UseUrls` and {VARIABLE} in its sources and settings"),
        ))
        .open(stage.unread_launches())
        .open(chosen_image(stage))
        .declare(Effect::changed(step))
        .fix(|edit| edit.replace_node(word, &text.replacen("80", &port.to_string(), 1)));
        Ok(())
    });
}

/// Whether something that is seen says where the application listens.
fn is_said(stage: Stage<'_>) -> bool {
    let says = says_where_it_listens;
    let mut steps = stage.file().steps();
    let mut launches = stage.all_launches();
    let tells = |it: &Launch| {
        let mut names = it.environment.iter().map(|it| &*it.name);
        names.any(says) || it.command.is_some() || !it.examples.is_empty()
    };
    steps.any(|it| says(it.source_text()))
        || launches.any(tells)
        || is_in_sources(stage.file().context())
}

/// Whether a source or a file of settings of the build context says it.
fn is_in_sources(context: &dyn Context) -> bool {
    let mut open = vec![String::new()];
    let mut looked = 0;
    while let Some(folder) = open.pop() {
        let Answer::Found(names) = context.list(&folder) else {
            continue;
        };
        for name in names {
            let path = match &*folder {
                "" => name.clone(),
                _ => format!("{folder}/{name}"),
            };
            if let Some(below) = path.strip_suffix('/') {
                open.push(below.to_owned());
                continue;
            }
            let is_source = [".cs", ".fs", ".vb"].iter().any(|it| name.ends_with(it));
            let is_settings = name.starts_with("appsettings") || name == ".env";
            looked += 1;
            if looked > MOST_FILES {
                return false;
            }
            if (is_source || is_settings)
                && let Answer::Found(text) = context.read(&path)
                && says_where_it_listens(&text)
            {
                return true;
            }
        }
    }
    false
}
