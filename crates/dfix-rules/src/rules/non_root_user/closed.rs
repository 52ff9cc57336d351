//! Files that only their owner, root, may read or run.

use dfix_catalogue::{FileMark, file_is};
use dfix_engine::OpenCondition;
use dfix_model::StepKind;
use dfix_model::{Command, Stage, Step, Word};

use super::ownership::{absolute, is_below};
use super::writes;

/// Places that no application reads by itself.
const OF_THE_SYSTEM: &[&str] = &[
    "/etc/cron",
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/root",
    "/run/sshd",
    "/tmp",
    "/var/lib/apt",
    "/var/log",
    "/var/run/sshd",
    "/var/spool",
];

/// Something that the build closes to all but root, or that is a private key: such files are often
/// readable by their owner alone.
pub(crate) fn kept(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    closed(stage, given)
        .or_else(|| key_of_the_file(stage, given))
        .or_else(|| key_of_the_start(stage, given))
}

/// Whether a command of the build gives the place to somebody or opens it for all.
pub(crate) fn is_opened(stage: Stage<'_>, path: &str) -> bool {
    is_opened_to(stage, path, false)
}

fn is_opened_to(stage: Stage<'_>, path: &str, is_started: bool) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter(|c| c.is_one_of(&["chmod", "chown", "chgrp"]))
        .filter(|c| !c.is("chmod") || mode_of(*c).is_none_or(|mode| !closes(&mode, is_started)))
        .any(|c| {
            c.args()
                .filter_map(|w| stage.expand_text(w, c))
                .any(|text| text.starts_with('/') && is_below(path, text.trim_end_matches('/')))
        })
}

fn closed(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    let programs: Vec<String> = stage
        .entry()
        .commands()
        .filter_map(|c| c.program()?.value().map(str::to_owned))
        .filter(|text| text.contains('/'))
        .map(|text| absolute(stage, stage.last_step(), &text))
        .collect();
    let is_started = |path: &str| programs.iter().any(|p| p == path);
    let by_chmod = stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter(|c| c.is("chmod"))
        .filter_map(|c| Some((mode_of(c)?, c)))
        .flat_map(|(mode, c)| {
            c.args()
                .filter(|w| !w.starts_with("-"))
                .skip(usize::from(!mode.starts_with('-')))
                .filter_map(|w| writes::path_of(c, w))
                // What a stage built may be run by all from the beginning.
                .filter(|path| closes(&mode, is_started(path) && !is_built(stage, path)))
                .collect::<Vec<_>>()
        });
    let by_flag = stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|s| s.is_copy_or_add() && !s.is_onbuild())
        .filter(|s| s.flag("chown").is_none())
        .filter_map(|step| {
            let mode = match step.flag("chmod") {
                Some(flag) => stage.expand_text(flag.value()?, step)?,
                None => mode_of_download(step)?.to_owned(),
            };
            let path = landing(stage, step)?;
            closes(&mode, is_started(&path)).then_some(path)
        });
    let path = by_chmod.chain(by_flag).find(|path| {
        !given.iter().any(|g| is_below(path, g))
            && !OF_THE_SYSTEM.iter().any(|place| path.starts_with(place))
            && !path.contains("/.ssh")
            && !is_opened_to(stage, path, is_started(path))
            && !writes::is_removed(stage, path)
            && !is_spent(stage, path)
    })?;
    Some(OpenCondition {
        condition: format!(
            "whether the application needs {path}, which the file closes to all but its owner, root"
        ),
        remedy: "give it to the user by `chown`, or let `chmod` open it to others".to_owned(),
    })
}

/// Whether it is an archive, of which the application reads what was in it, or a file that a command
/// removes again.
fn is_spent(stage: Stage<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    file_is(name, FileMark::Packed)
        || stage
            .base_chain()
            .flat_map(Stage::build_commands)
            .filter(|c| c.is_one_of(&["mv", "rm"]))
            .any(|c| {
                c.args()
                    .filter_map(|w| writes::path_of(c, w))
                    .any(|gone| gone == path)
            })
}

/// What `ADD` downloads is closed to all but root.
fn mode_of_download(step: Step<'_>) -> Option<&'static str> {
    let is_url = |source: Word<'_>| {
        ["http://", "https://"]
            .iter()
            .any(|scheme| source.starts_with(scheme))
    };
    let is_repository = |source: Word<'_>| source.source_text().contains(".git");
    (step.is(StepKind::Add) && step.sources().any(|w| is_url(w) && !is_repository(w)))
        .then_some("600")
}

/// Whether the file comes from another stage.
fn is_built(stage: Stage<'_>, path: &str) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|s| s.is(StepKind::Copy) && s.source().is_some())
        .any(|s| landing(stage, s).as_deref() == Some(path))
}

/// The path of the one file that a `COPY` of a file puts there.
fn landing(stage: Stage<'_>, step: Step<'_>) -> Option<String> {
    let text = stage.expand_text(step.target()?, step)?;
    let path = absolute(stage, step, &text);
    let is_folder = text.ends_with('/') || text == ".";
    if !is_folder {
        return Some(path);
    }
    let source = step.sources().next()?.value()?;
    Some(format!("{path}/{}", source.rsplit('/').next()?))
}

/// The mode that a `chmod` sets.
fn mode_of(command: Command<'_>) -> Option<String> {
    let is_mode = |text: &&str| !text.starts_with('-') || is_removal(text);
    command
        .args()
        .filter_map(Word::value)
        .find(is_mode)
        .map(str::to_owned)
}

/// `-x` takes a right away, `-R` is an option.
fn is_removal(text: &str) -> bool {
    text.len() > 1 && text[1..].bytes().all(|b| b"rwxst".contains(&b))
}

/// Whether a mode keeps others from reading a file, or from running one that is started.
fn closes(mode: &str, is_started: bool) -> bool {
    if mode.len() >= 3 && mode.bytes().all(|b| b.is_ascii_digit()) {
        let others = mode.as_bytes()[mode.len() - 1] - b'0';
        return others & 4 == 0 || (is_started && others & 1 == 0);
    }
    let needed = if is_started { "rx" } else { "r" };
    let mut runs = false;
    let mut only_owner_runs = false;
    for part in mode.split(',') {
        let Some(at) = part.find(['+', '-', '=']) else {
            return false;
        };
        let (who, rest) = part.split_at(at);
        let (operator, rights) = rest.split_at(1);
        let is_for_others = who.is_empty() || who.contains(['o', 'a']);
        match operator {
            "-" if is_for_others && rights.contains(|c| needed.contains(c)) => return true,
            "=" if is_for_others && !rights.contains('r') && !rights.contains(['u', 'g']) => {
                return true;
            }
            "+" if rights.contains(['x', 'X']) => {
                runs |= is_for_others;
                only_owner_runs |= !is_for_others;
            }
            _ => {}
        }
    }
    is_started && only_owner_runs && !runs
}

fn is_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".pem", ".key", ".p12", ".pfx"]
        .iter()
        .any(|e| name.ends_with(e))
        || name.starts_with("id_rsa")
}

/// A private key that the file puts into the image.
fn key_of_the_file(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    let is_opened_after =
        |step: Step<'_>| step.flags().any(|f| matches!(f.name(), "chown" | "chmod"));
    let (name, _) = stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|s| s.is_copy_or_add() && !s.is_onbuild() && !is_opened_after(*s))
        .flat_map(|step| step.sources().map(move |source| (source, step)))
        .filter_map(|(source, step)| {
            let name = source.value()?.rsplit('/').next()?.to_owned();
            let target = stage.expand_text(step.target()?, step)?;
            Some((name, absolute(stage, step, &target)))
        })
        .find(|(name, target)| {
            is_key(name)
                && !given.iter().any(|g| is_below(target, g))
                && !is_opened(stage, target)
                && !target.contains("ca-cert")
        })?;
    Some(OpenCondition {
        condition: format!("whether the user may read {name}, which stays root's"),
        remedy: "give it to the user by `COPY --chown`".to_owned(),
    })
}

/// A private key that the start or a variable names, and that comes from elsewhere.
fn key_of_the_start(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    let entry = stage.entry();
    let of_start = entry.commands().flat_map(|command| {
        command
            .args()
            .filter_map(|w| stage.expand_text(w, command))
            .collect::<Vec<_>>()
    });
    let of_variables = stage
        .base_chain()
        .flat_map(Stage::env_set)
        .filter_map(|(_, setting)| setting.value.map(ToString::to_string));
    let path = of_start
        .chain(of_variables)
        .filter_map(|text| {
            let value = text.rsplit('=').next()?;
            value.starts_with('/').then(|| value.to_owned())
        })
        .find(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_secret = (is_key(name) && !name.contains("ca"))
                || path.contains("/letsencrypt")
                || path.contains("/live/");
            is_secret
                && !path.contains([' ', ':'])
                && !given.iter().any(|g| is_below(path, g))
                && !is_opened(stage, path)
        })?;
    Some(OpenCondition {
        condition: format!(
            "whether the user may read {path}, a place of private keys, which root alone often may"
        ),
        remedy: "let the user read what is mounted there".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_that_close() {
        for mode in ["600", "0600", "700", "750", "go-rwx", "o-r", "u=rwx,go="] {
            assert!(closes(mode, false), "{mode}");
        }
        for mode in ["644", "755", "+x", "u+x", "a+r", "777", "o-w", "go=u"] {
            assert!(!closes(mode, false), "{mode}");
        }
    }

    #[test]
    fn modes_that_keep_others_from_running() {
        for mode in ["744", "u+x", "ug+x", "700"] {
            assert!(closes(mode, true), "{mode}");
        }
        for mode in ["755", "+x", "a+x", "u+x,o+x", "555"] {
            assert!(!closes(mode, true), "{mode}");
        }
    }
}
