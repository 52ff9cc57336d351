//! The ports that a container listens on, as far as only root may.

use dfix_catalogue::variables::port_variables;
use dfix_model::StepKind;
use dfix_model::{Command, Stage, Step};

/// A port below 1024 that the container listens on.
pub(crate) fn low(stage: Stage<'_>) -> Option<u16> {
    stage
        .ports()
        .into_iter()
        .filter_map(|port| Some(port.range?.0))
        .chain(stage.entry().steps().filter_map(bound_port))
        .chain(port_of_variables(stage))
        .chain(port_of_the_check(stage))
        .find(|port| (1..1024).contains(port))
}

/// The port that a variable tells the application to listen on; `ASPNETCORE_URLS` of .NET before 8 names
/// port 80 in the base images.
fn port_of_variables(stage: Stage<'_>) -> Option<u16> {
    let of_text = |text: &str| -> Option<u16> {
        let digits = text.rsplit([':', '=']).next()?;
        digits.trim_matches(['/', '"', ' ']).parse().ok()
    };
    let told = port_variables()
        .filter_map(|key| of_text(stage.final_env(key).value()?))
        .find(|port| *port < 1024);
    let image = stage.base_image();
    let version = image
        .effective_tag()
        .and_then(|tag| tag.split(['.', '-']).next()?.parse::<u16>().ok());
    let is_old_net = image.name().is_some_and(|name| {
        name.starts_with("mcr.microsoft.com/dotnet/")
            && ["aspnet", "runtime", "runtime-deps"]
                .iter()
                .any(|last| name.ends_with(&format!("/{last}")))
    }) && version.is_some_and(|v| v < 8);
    let listens_elsewhere = stage.final_env("ASPNETCORE_URLS").is_set()
        || stage
            .entry()
            .commands()
            .any(|c| c.has_option("--urls") || c.args().any(|w| w.starts_with("--urls")));
    let is_web = image.name().is_some_and(|name| name.ends_with("/aspnet"));
    told.or_else(|| (is_old_net && is_web && !listens_elsewhere).then_some(80))
}

/// The port that the health check asks: `http://localhost:80/`, and 80 where it names none.
fn port_of_the_check(stage: Stage<'_>) -> Option<u16> {
    stage
        .base_chain()
        .flat_map(|s| s.steps_of(StepKind::Healthcheck))
        .flat_map(Step::commands)
        .flat_map(Command::words)
        .find_map(|word| {
            let text = word.value()?;
            let (scheme, rest) = match text.split_once("://") {
                Some((scheme, rest)) => (scheme, rest),
                None => ("", text),
            };
            let host = rest.split('/').next().unwrap_or(rest);
            let (name, port) = match host.rsplit_once(':') {
                Some((name, port)) => (name, port.parse().ok()),
                None if scheme == "http" => (host, Some(80)),
                None if scheme == "https" => (host, Some(443)),
                None => (host, None),
            };
            port.filter(|_| matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]"))
        })
}

/// The port that the words of a start say: `--port 80`, `--bind=0.0.0.0:80`, `-p 80`, `runserver 0:80`.
fn bound_port(step: Step<'_>) -> Option<u16> {
    let stage = step.stage()?;
    let words: Vec<String> = if step.is_exec_form() {
        step.words()
            .filter_map(|w| w.value().map(str::to_owned))
            .collect()
    } else {
        step.commands()
            .flat_map(Command::words)
            .filter_map(|w| stage.expand_text(w, step))
            .collect()
    };
    of_words(&words)
}

/// The same of these words.
pub(crate) fn of_words(words: &[String]) -> Option<u16> {
    let after_colon = |text: &str| text.rsplit(':').next().and_then(|p| p.trim().parse().ok());
    words.iter().enumerate().find_map(|(i, word)| {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with('-') => (name, Some(value)),
            _ => (word.as_str(), words.get(i + 1).map(String::as_str)),
        };
        match name {
            "--port" | "-p" | "--http-port" | "--server.port" | "--bind" | "-b" | "--host"
            | "--http" | "--http-socket" | "--https" => value.and_then(after_colon),
            "runserver" => value.and_then(after_colon),
            "-S" => value.and_then(after_colon),
            // A server of one's own takes its port as it stands.
            "80" | "443" if i == 1 => name.parse().ok(),
            _ => name
                .strip_prefix("-b")
                .filter(|rest| rest.contains(':'))
                .and_then(after_colon),
        }
    })
}
