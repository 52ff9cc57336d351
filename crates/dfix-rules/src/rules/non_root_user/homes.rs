//! What a build leaves in root's home, where no other user can read it.

use dfix_model::{Command, Stage, Step, Word};
use dfix_syntax::TextRange;

use crate::programs::Rights;

/// Something that ends up in root's home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// Who puts it there.
    pub(crate) place: TextRange,
    /// What it is, as the beginning of a sentence: "`ENV NVM_DIR`", "`playwright install`".
    pub(crate) what: String,
    /// Whether it is known to be there, or only may be.
    pub(crate) is_certain: bool,
}

/// The first thing that the stage, or one that it stands on, leaves in root's home; certain ones first.
pub(crate) fn left_in_roots_home(stage: Stage<'_>) -> Option<Left> {
    let mut possible = None;
    for step in stage.lineage().flat_map(Stage::steps) {
        if step.is_onbuild() || stage.user_at(step).is_root().is_no() {
            continue;
        }
        for left in of_step(step) {
            if left.is_certain {
                return Some(left);
            }
            possible.get_or_insert(left);
        }
    }
    possible
}

fn of_step(step: Step<'_>) -> Vec<Left> {
    let certain = |place, what: String| Left {
        place,
        what,
        is_certain: true,
    };
    match step.name() {
        "ENV" => step
            .pairs()
            .filter(|pair| pair.value().is_some_and(|v| names_roots_home(v)))
            .filter_map(|pair| Some(certain(pair.range(), format!("`ENV {}`", pair.key_text()?))))
            .collect(),
        "WORKDIR" | "VOLUME" => step
            .words()
            .filter(|w| names_roots_home(*w))
            .map(|w| certain(w.range(), format!("`{} {}`", step.name(), w.written())))
            .collect(),
        "COPY" | "ADD" => step
            .words()
            .next_back()
            .filter(|w| names_roots_home(*w))
            .map(|w| certain(w.range(), format!("`{} … {}`", step.name(), w.written())))
            .into_iter()
            .collect(),
        "RUN" => step.commands().filter_map(of_command).collect(),
        // What the container is told to use there.
        "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => step
            .commands()
            .flat_map(Command::words)
            .filter(|w| names_roots_home(*w) && w.known_start().contains("/root"))
            .map(|w| certain(w.range(), format!("`{} … {}`", step.name(), w.written())))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether the text stands for `/root` or something below it: `/root/x`, `~/x`, `$HOME/x`.
fn names_roots_home(word: Word<'_>) -> bool {
    let text = word.known_start();
    let written = word.written().trim_start_matches(['"', '\'']);
    text == "/root"
        || text
            .split([':', '='])
            .any(|part| part.starts_with("/root/") || part == "/root")
        || written == "~"
        || written.starts_with("~/")
        || word.variables().iter().any(|v| v == "HOME")
}

/// Files of an interactive shell: nothing that is started reads them.
fn is_for_the_prompt(word: Word<'_>) -> bool {
    let written = word.written().trim_end_matches(['"', '\'']);
    [
        ".bashrc",
        ".profile",
        ".bash_profile",
        ".vimrc",
        ".inputrc",
        ".zshrc",
        ".bash_history",
        ".wget-hsts",
    ]
    .iter()
    .any(|name| written.ends_with(name))
}

fn of_command(command: Command<'_>) -> Option<Left> {
    let left = |what: String, is_certain| {
        Some(Left {
            place: command.range(),
            what,
            is_certain,
        })
    };
    let name = command.name();
    let first = command.args().find(|w| !w.starts_with("-"));
    let is = |word: &str| first.is_some_and(|w| w.is(word));
    // What clears the home leaves nothing there.
    if matches!(
        name,
        "rm" | "rmdir" | "chmod" | "chown" | "ls" | "cd" | "test" | "["
    ) {
        return None;
    }
    // `sh -c "…"`: the commands inside are looked at themselves.
    if command.has_inner() {
        return None;
    }
    let own = match name {
        "playwright" | "patchright" => is("install"),
        "npx" | "pnpx" | "bunx" => {
            command.args().any(|w| w.is("install"))
                && command
                    .args()
                    .any(|w| w.starts_with("playwright") || w.starts_with("puppeteer"))
        }
        "python" | "python3" => {
            let module = |m: &str| command.has_arg("-m") && command.args().any(|w| w.is(m));
            (module("nltk.downloader") && !command.has_option("-d"))
                || (module("playwright") && command.has_arg("install"))
                || (module("pip") && command.has_arg("--user"))
                || (first.is_some_and(|w| w.known_start().ends_with("setup.py"))
                    && command.has_arg("--user"))
        }
        "pip" | "pip3" => command.has_arg("--user"),
        "huggingface-cli" | "hf" => is("download") && !command.has_option("--local-dir"),
        "rustup" | "rustup-init" | "rustup-init.sh" => !is_set(command, "RUSTUP_HOME"),
        "cargo" => is("install") && !is_set(command, "CARGO_HOME") && !command.has_option("--root"),
        "go" => is("install") && !is_set(command, "GOPATH") && !is_set(command, "GOBIN"),
        "dotnet" => is("tool") && (command.has_option("-g") || command.has_option("--global")),
        "composer" => is("global"),
        "git" => is("config") && command.has_arg("--global"),
        "nvm" => true,
        "mix" => {
            (is("local.hex") || is("local.rebar") || is("archive.install"))
                && !is_set(command, "MIX_HOME")
                && starts(command, &["mix", "iex"])
        }
        "stack" => is("install") && !command.has_option("--local-bin-path"),
        "cabal" => is("install") && !command.has_option("--installdir"),
        // Enabling is for the user that does it, unless told otherwise.
        "jupyter" => {
            (is("nbextension") || is("serverextension") || is("bundlerextension"))
                && command.has_arg("enable")
                && !command.has_option("--sys-prefix")
                && !command.has_option("--system")
        }
        "pipx" => is("install") && !is_set(command, "PIPX_HOME"),
        "pipenv" => {
            (is("install") || is("sync"))
                && !command.has_option("--system")
                && !is_set(command, "PIPENV_VENV_IN_PROJECT")
        }
        "poetry" => is("install") && !poetry_stays_in_project(command),
        "uv" => {
            (is("tool") && !is_set(command, "UV_TOOL_DIR"))
                || (is("python") && !is_set(command, "UV_PYTHON_INSTALL_DIR"))
        }
        "aws" | "gcloud" => is("configure") || is("auth"),
        "ssh-keygen" | "ssh-keyscan" => false,
        _ => false,
    };
    if own {
        let second = first.map_or(String::new(), |w| format!(" {}", w.written()));
        return left(format!("`{name}{second}`"), true);
    }
    let into_home = command
        .args()
        .chain(command.redirects().filter_map(dfix_model::Redirect::target))
        .find(|w| names_roots_home(*w) && !is_for_the_prompt(*w));
    if let Some(word) = into_home {
        return left(format!("`{name} … {}`", word.written()), true);
    }
    // Where the image has no Python, uv fetches one, and keeps it at home.
    let has_python = command.stage().is_some_and(|stage| {
        let image = stage.root_image();
        [image.name(), image.tag_in_force()]
            .into_iter()
            .flatten()
            .any(|text| text.contains("python"))
    });
    let fetches_python = name == "uv"
        && (is("sync") || is("venv"))
        && !has_python
        && !is_set(command, "UV_PYTHON_INSTALL_DIR");
    let builds_at_home = matches!(name, "stack" | "cabal" | "opam" | "ghcup");
    // Corepack keeps the package manager at home, and fetches it again for another user.
    let keeps_manager = name == "corepack"
        && !is_set(command, "COREPACK_HOME")
        && starts(command, &["pnpm", "pnpx", "yarn", "yarnpkg"]);
    if keeps_manager {
        return left("`corepack`".to_owned(), false);
    }
    if fetches_python || builds_at_home || keeps_things_at_home(command) {
        return left(format!("`{name}`"), false);
    }
    // A script of the application's own may download what it wants to where it wants to.
    if crate::programs::is_python(name) {
        let script = command.args().next()?;
        let known = ["-m", "manage.py", "setup.py", "-V", "--version", "-c"]
            .iter()
            .any(|k| script.is(k))
            || script.starts_with("./manage.py")
            || script.starts_with("-");
        let loads = command.args().any(|w| {
            let text = w.known_start();
            [
                "from_pretrained",
                "nltk.download",
                "hf_hub_download",
                "snapshot_download",
                "torch.hub",
                "load_model",
                "SentenceTransformer",
                "pipeline(",
            ]
            .iter()
            .any(|call| text.contains(call))
        });
        if loads {
            return left(format!("`{name} -c`, which downloads a model,"), true);
        }
        if !known
            && !script.starts_with("/tmp/")
            && !script.starts_with("get-pip")
            && !script.starts_with("/get-pip")
        {
            return left(format!("`{name} {}`", script.written()), false);
        }
    }
    None
}

fn is_set(command: Command<'_>, variable: &str) -> bool {
    command
        .stage()
        .is_some_and(|stage| stage.env_at(command, variable).is_set())
}

/// Whether the container starts one of these programs, which want what they have at home then too.
fn starts(command: Command<'_>, programs: &[&str]) -> bool {
    command.stage().is_some_and(|stage| {
        let is_one = |w: Word<'_>| programs.iter().any(|program| w.is(program));
        stage
            .entry()
            .commands()
            .any(|c| c.is_any(programs) || c.args().any(is_one))
    })
}

/// Poetry makes its environment in the home unless it is told to do without one or to keep it in the
/// project.
fn poetry_stays_in_project(command: Command<'_>) -> bool {
    if is_set(command, "POETRY_VIRTUALENVS_CREATE")
        || is_set(command, "POETRY_VIRTUALENVS_IN_PROJECT")
        || is_set(command, "VIRTUAL_ENV")
    {
        return true;
    }
    command.stage().is_some_and(|stage| {
        stage.lineage().flat_map(Stage::build_commands).any(|c| {
            c.is("poetry") && c.has_arg("config") && c.args().any(|w| w.starts_with("virtualenvs."))
        })
    })
}

/// Whether the command is one that the container starts too, or one that pip installed: it may keep
/// what it is told to prepare in the home.
fn keeps_things_at_home(command: Command<'_>) -> bool {
    let name = command.name();
    if name.is_empty()
        || crate::programs::rights(name) != Rights::Unknown
        || name.starts_with("pip")
    {
        return false;
    }
    command.stage().is_some_and(|stage| {
        let is_started = stage.entry().main().is_some_and(|main| main.is(name));
        is_started || stage.python_packages().has(&name.to_ascii_lowercase())
    })
}
