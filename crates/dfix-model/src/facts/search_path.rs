//! What steps and commands make of `PATH`.

use dfix_catalogue::{FolderMark, folder_is};

use crate::collect::instruction::StepKind;
use crate::handles::{Assignment, Command, Pair, Step, Word};

/// Why a login shell is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// By an option of the shell: `bash -l`.
    Shell,
    /// By a change of the user: `su -`, `runuser -l`.
    User,
    /// By an environment that begins empty: `env -i`.
    Empty,
}

/// Whether the command starts a login shell, which sets `PATH` anew.
pub(crate) fn login(command: Command<'_>) -> Option<Login> {
    if command.is_one_of(&["sh", "bash", "ash", "dash", "zsh"]) {
        let mut options = command.args().take_while(|w| w.starts_with("-"));
        if options.any(|w| w.value().is_some_and(is_login_option)) {
            return Some(Login::Shell);
        }
    }
    let is_one = |name: &str| command.is(name) || command.is_wrapped_by(name);
    if is_one("env")
        && command
            .words()
            .any(|w| matches!(w.value(), Some("-i" | "--ignore-environment")))
    {
        return Some(Login::Empty);
    }
    let changes_user = is_one("su") || is_one("runuser");
    let asks = |text| matches!(text, Some("-" | "-l" | "--login"));
    (changes_user && command.words().any(|w| asks(w.value()))).then_some(Login::User)
}

/// Whether an option of a shell makes it a login shell: `-l`, `-lc`, `--login`.
pub(crate) fn is_login_option(argument: &str) -> bool {
    argument == "--login"
        || (argument.starts_with('-') && !argument.starts_with("--") && argument.contains('l'))
}

/// Whether a command has the image's variables: not behind `sudo` without `-E` (sudo(8), `env_reset`), nor where the
/// environment begins anew ([`Login::User`], [`Login::Empty`]).
pub(crate) fn has_environment(command: Command<'_>) -> bool {
    let keeps = |word: &str| match word.strip_prefix("--") {
        Some(long) => long.split('=').next() == Some("preserve-env"),
        None => word.starts_with('-') && word.contains('E'),
    };
    let sudo = command.wrappers().find(|it| it.name == "sudo");
    let is_reset = sudo.is_some_and(|sudo| {
        let mut words = command.words_of(sudo).filter_map(Word::value);
        !words.any(keeps)
    });
    let is_new = matches!(login(command), Some(Login::User | Login::Empty));
    !is_reset && !is_new && command.outer().is_none_or(has_environment)
}

/// Whether a command sets `PATH` so that folders that were first on it are not any more.
pub(crate) fn hides_them(command: Command<'_>) -> bool {
    path_set_by(command).is_some_and(|value| !keeps_first(value))
}

/// Whether the step sets `PATH`, for itself or for what comes after it, so that folders that were first on
/// it are not any more: to a value without the one before, or with the system's folders before that.
pub(crate) fn hides_first_folders(step: Step<'_>) -> bool {
    let hides = |value: &str| !keeps_first(value);
    match step.kind() {
        StepKind::Env => step
            .pairs()
            .filter(|pair| pair.key_text() == Some("PATH"))
            .filter_map(Pair::value)
            .any(|value| hides(value.source_text())),
        StepKind::Run => step.commands().filter_map(path_set_by).any(hides),
        _ => false,
    }
}

/// `export PATH=…`, `PATH=… command`: the value as it is written.
fn path_set_by(command: Command<'_>) -> Option<&str> {
    let exported = command
        .args()
        .filter(|_| command.is("export"))
        .find_map(|word| {
            let text = word.unquoted();
            text.strip_prefix("PATH=")
        });
    exported.or_else(|| {
        let mut set = command.assignments().filter(|a| a.name() == "PATH");
        Some(set.find_map(Assignment::value)?.source_text())
    })
}

/// Whether a value of `PATH` keeps what was first on it before those folders that are the system's.
fn keeps_first(value: &str) -> bool {
    let before = ["$PATH", "${PATH"]
        .iter()
        .find_map(|variable| value.split_once(variable))
        .map(|(before, _)| before.trim_matches(['"', '\'']));
    before.is_some_and(|folders| {
        !folders.split(':').any(|folder| {
            let folder = folder.trim_end_matches('/');
            folder_is(folder, FolderMark::Programs) && !folder.ends_with("sbin")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_first_stays_first_or_not() {
        for kept in ["/app/bin:$PATH", "\"$PATH:/usr/bin\"", "${PATH}:/x"] {
            assert!(keeps_first(kept), "{kept}");
        }
        for hidden in ["/usr/local/bin:$PATH", "/x", "\"/bin/:${PATH}\""] {
            assert!(!keeps_first(hidden), "{hidden}");
        }
    }

    #[test]
    fn options_of_login_shells() {
        assert!(is_login_option("-lc") && is_login_option("--login") && is_login_option("-l"));
        assert!(!is_login_option("-c") && !is_login_option("--rcfile"));
    }
}
