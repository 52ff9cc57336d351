//! The ports below 1024 that a container listens on: only root may (before Docker 20.10 and elsewhere).

use dfix_catalogue::variables::names_port;
use dfix_sources::Value;

use crate::collect::instruction::StepKind;
use crate::facts::application_sources::application_sources;
use crate::facts::base_image::any_base_facts;
use crate::facts::launches::{self, LowPorts};
use crate::facts::ports::{may_listen_on, ports, told_unknown};
use crate::facts::runtime::Runtime;
use crate::facts::shipped_settings;
use crate::facts::variables::env_set;
use crate::handles::{Command, Stage, Step, Word};
use crate::path::file_name;

fn is_low(port: u16) -> bool {
    (1..1024).contains(&port)
}

/// A port below 1024 that the container listens on, as `EXPOSE`, the commands of the Dockerfile, variables
/// or the health check tell.
pub(super) fn low(runtime: Runtime<'_>) -> Option<u16> {
    let stage = runtime.stage();
    ports(stage)
        .into_iter()
        .filter_map(|port| Some(port.range?.0))
        .chain(stage.entry().commands().filter_map(low_of))
        .chain(of_variables(stage))
        .chain(of_launches(runtime))
        .chain(of_the_check(stage))
        .find(|port| is_low(*port))
}

/// The ports of the container that what starts it names, or sets by a variable. Where the file says nothing of a start, the
/// base image's own listens there, as it did.
fn of_launches(runtime: Runtime<'_>) -> impl Iterator<Item = u16> {
    let launches = launches::of(runtime.stage()).filter(move |_| !runtime.is_silent());
    launches.flat_map(|launch| {
        let variables = launch.environment.iter().filter(|it| names_port(&it.name));
        let told = variables.filter_map(|it| it.value.as_deref()?.parse().ok());
        launch.ports.iter().map(|port| port.first).chain(told)
    })
}

/// A port below 1024 that the words of a command name: `--port 80`, `--bind=0.0.0.0:80`, `-p 80`,
/// `runserver 0:80`, a bare `80` or `443` as its first or second argument.
pub(super) fn low_of(command: Command<'_>) -> Option<u16> {
    let told = command
        .listens_on()
        .into_iter()
        .filter_map(|(_, port)| port);
    let bare = command
        .args()
        .take(2)
        .filter_map(Word::value)
        .filter_map(|word| word.parse().ok())
        .filter(|port| matches!(port, 80 | 443));
    told.chain(bare).find(|port| is_low(*port))
}

/// A port below 1024 that an option of the start names, which may as well be another server's; where not everybody may
/// listen there, also what is told to a program of whose options nothing is known.
pub(super) fn perhaps_low(runtime: Runtime<'_>) -> Option<u16> {
    let commands = || runtime.processes().map(|process| process.command);
    let low = |(_, port): (Word<'_>, Option<u16>)| port.filter(|port| is_low(*port));
    let told = commands().flat_map(may_listen_on).find_map(low);
    let is_open = || {
        let ports = launches::low_ports(runtime.stage());
        matches!(ports, LowPorts::Open(_))
    };
    let mut unknown = commands().flat_map(told_unknown);
    told.or_else(|| unknown.find_map(low).filter(|_| !is_open()))
}

/// The first source that opens a port which is not told there, and its line.
fn unfollowed(stage: Stage<'_>) -> Option<(&str, usize)> {
    application_sources(stage).files.iter().find_map(|file| {
        let mut ports = file.source.ports.iter();
        let opened = ports.find(|it| matches!(it.port, Value::Unknown(_)))?;
        Some((file.context_path.as_str(), opened.line))
    })
}

/// A port below 1024 that a file of settings gives, or a text of the sources names in an address, where a source opens one
/// that is not told there: "`app.py` (line 3) listens on port 80, which `config.json` (line 1) names".
pub(super) fn named_elsewhere(stage: Stage<'_>) -> Option<String> {
    let (file, opened) = unfollowed(stage)?;
    let mut sources = application_sources(stage).files.iter();
    let of_texts = sources.find_map(|it| {
        let (port, line) = it.source.addresses.first()?;
        Some((*port, it.context_path.as_str(), *line))
    });
    let of_settings = || {
        shipped_settings::of(stage).iter().find_map(|it| {
            let (port, line) = it.settings.ports.first()?;
            Some((*port, it.path.as_str(), *line))
        })
    };
    let (port, by, line) = of_texts.or_else(of_settings)?;
    Some(format!(
        "`{file}` (line {opened}) listens on port {port}, which `{by}` (line {line}) names"
    ))
}

/// The port that a variable tells the application to listen on; `ASPNETCORE_URLS` of .NET before 8 names
/// port 80 in the base images.
fn of_variables(stage: Stage<'_>) -> Option<u16> {
    let of_text = |text: &str| -> Option<u16> {
        let digits = text.rsplit([':', '=']).next()?;
        digits.trim_matches(['/', '"', ' ']).parse().ok()
    };
    let of_base = any_base_facts(stage).environment().map(|(name, _)| name);
    let told = stage
        .base_chain()
        .flat_map(env_set)
        .map(|(name, _)| name)
        .chain(of_base)
        .filter(|name| names_port(name))
        .filter_map(|key| of_text(stage.final_env(key).value()?))
        .find(|port| is_low(*port));
    told.or_else(|| of_old_net(stage))
}

/// Source: "Default ASP.NET Core port changed to 8080" in the breaking changes of .NET 8.
fn of_old_net(stage: Stage<'_>) -> Option<u16> {
    let image = stage.base_image();
    // `dotnet/core/aspnet` up to 3.1, `dotnet/aspnet` since.
    let name = image.name()?;
    if !name.starts_with("mcr.microsoft.com/dotnet/") || file_name(name) != "aspnet" {
        return None;
    }
    let version = image.effective_tag()?.split(['.', '-']).next()?;
    let is_old = version.parse::<u16>().is_ok_and(|v| v < 8);
    let listens_elsewhere = stage.final_env("ASPNETCORE_URLS").is_set()
        || stage
            .entry()
            .commands()
            .any(|c| c.has_option("--urls") || c.args().any(|w| w.starts_with("--urls")));
    (is_old && !listens_elsewhere).then_some(80)
}

/// The port that the health check asks: `http://localhost:80/`, and 80 where it names none.
fn of_the_check(stage: Stage<'_>) -> Option<u16> {
    stage
        .base_chain()
        .flat_map(|s| s.steps_of(StepKind::Healthcheck))
        .flat_map(Step::commands)
        .flat_map(Command::words)
        .find_map(|word| port_of_url(word.value()?))
}

fn port_of_url(text: &str) -> Option<u16> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host = rest.split('/').next().unwrap_or(rest);
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()),
        None if scheme == "http" => (host, Some(80)),
        None if scheme == "https" => (host, Some(443)),
        None => (host, None),
    };
    port.filter(|_| matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]"))
}
