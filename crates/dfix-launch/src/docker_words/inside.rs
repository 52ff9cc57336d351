//! Commands that are run in a container of what else is started: `docker compose run`, `docker compose exec`,
//! `docker exec`.
//!
//! Source: the reference of Docker's command line (`docker compose run`, `docker compose exec`, `docker container exec`).

use super::Reader;
use super::options::{self, Taken};
use crate::launch::{Launch, Start, Within};
use crate::shell::{Word, is_shell};

impl Reader<'_> {
    /// The words behind `docker compose`.
    pub(super) fn compose(mut self, words: &[Word]) -> Option<Launch> {
        let taken = options::COMPOSE.take(words, false);
        let (subcommand, rest) = taken.operands.split_first()?;
        let is_new = match &*subcommand.text {
            "run" => true,
            "exec" => false,
            _ => return None,
        };
        let files = taken
            .options
            .iter()
            .filter(|(name, _)| *name == "--file")
            .filter_map(|(_, value)| value.as_ref());
        let files: Option<Vec<String>> = files.map(|it| self.known_path(it)).collect();
        let folder = taken
            .options
            .iter()
            .rfind(|(name, _)| *name == "--project-directory")
            .and_then(|(_, value)| value.as_ref());
        if let Some(folder) = folder {
            self.folder = self.known_path(folder);
        }
        let options = if is_new {
            options::COMPOSE_RUN
        } else {
            options::EXEC
        };
        let taken = options.take(rest, false);
        let (service, command) = taken.operands.split_first()?;
        let name = service.open.is_none().then(|| service.text.clone())?;
        let within = Within {
            name,
            is_service: true,
            // One that is not known may be any.
            folder: self.folder.clone().filter(|_| files.is_some()),
            files: files.unwrap_or_default(),
            place: None,
        };
        self.inside(within, &taken, command, is_new)
    }

    /// The words behind `podman compose`, or of `podman-compose`: whatever is started, Podman does that.
    pub(super) fn compose_of_podman(self, words: &[Word]) -> Option<Launch> {
        let taken = options::COMPOSE.take(words, false);
        let subcommand = taken.operands.first()?;
        if matches!(&*subcommand.text, "create" | "restart" | "start" | "up") {
            return Some(self.files_of_podman());
        }
        let mut launch = self.compose(words)?;
        launch.keeps_low_ports = true;
        Some(launch)
    }

    /// Podman starts what files say.
    pub(super) fn files_of_podman(mut self) -> Launch {
        self.launch.starts_files = true;
        self.launch.keeps_low_ports = true;
        self.launch
    }

    /// The words behind `docker exec`.
    pub(super) fn exec(self, words: &[Word]) -> Option<Launch> {
        let taken = options::EXEC.take(words, false);
        let (container, command) = taken.operands.split_first()?;
        let (name, is_service) = match &container.open {
            None => (container.text.clone(), false),
            Some(open) => (service_asked_for(open)?.to_owned(), true),
        };
        let within = Within {
            name,
            is_service,
            files: Vec::new(),
            folder: self.folder.clone(),
            place: None,
        };
        self.inside(within, &taken, command, false)
    }

    /// The path of a word, where it is known.
    pub(super) fn known_path(&self, word: &Word) -> Option<String> {
        let folder = self.folder.as_deref().filter(|_| word.open.is_none());
        crate::path::join(folder?, &word.text)
    }

    /// What is run there; none where whoever types the command says what.
    fn inside(
        mut self,
        within: Within,
        taken: &Taken,
        command: &[Word],
        is_new: bool,
    ) -> Option<Launch> {
        self.run_options(taken);
        // What options say that are not known concerns the container and not what the command is.
        self.launch.unread.clear();
        // It is no name of this command's own, but that of the container which is made for it.
        self.launch.container = None;
        let own = self.launch.entrypoint.as_ref();
        let names_program = matches!(own, Some(Start::Words(_)));
        if !names_program && is_typed_later(command) {
            return None;
        }
        if !is_new {
            self.launch.entrypoint = Some(Start::Nothing);
        }
        self.launch.command = (!command.is_empty()).then(|| start_of(command));
        self.launch.within = Some(within);
        Some(self.launch)
    }
}

/// Whether it is a program of which nothing is known, or a shell for whoever types.
fn is_typed_later(command: &[Word]) -> bool {
    let Some((program, rest)) = command.split_first() else {
        return true;
    };
    // Further commands are typed to a shell that is given no words.
    let is_shell = is_shell(&program.text);
    program.open.is_some() || is_shell && rest.iter().all(|it| matches!(&*it.text, "-i" | "-l"))
}

/// The words of a command; where some are not known, as a shell would have them.
fn start_of(command: &[Word]) -> Start {
    if command.iter().all(|it| it.open.is_none()) {
        return Start::Words(command.iter().map(|it| it.text.clone()).collect());
    }
    let words: Vec<String> = command.iter().map(quoted).collect();
    Start::Shell(words.join(" "))
}

/// A word as a shell reads it. What is not known may be several, where it is the whole word.
fn quoted(word: &Word) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    let text = &*word.text;
    match &word.open {
        None if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        None => format!("'{}'", text.replace('\'', r"'\''")),
        Some(_) if text.starts_with("${") && text.ends_with('}') => text.to_owned(),
        Some(_) => {
            let inside = text.replace('\\', r"\\").replace('"', "\\\"");
            format!("\"{}\"", inside.replace('`', "\\`"))
        }
    }
}

/// `docker compose ps -q web`, the output of which names a container: its service.
fn service_asked_for(command: &str) -> Option<&str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let is_compose = words.iter().any(|it| it.ends_with("compose"));
    let at = words.iter().position(|it| *it == "ps")?;
    let service = words.last().filter(|it| !it.starts_with('-'))?;
    (is_compose && at + 1 < words.len()).then_some(service)
}

#[cfg(test)]
mod tests {
    use super::service_asked_for;

    #[test]
    fn a_container_is_told_by_its_service() {
        for (command, service) in [
            ("docker compose ps -q web", Some("web")),
            ("docker-compose -f dev.yml ps -q web", Some("web")),
            ("docker compose ps -q", None),
            ("docker ps -q", None),
        ] {
            assert_eq!(service_asked_for(command), service, "{command}");
        }
    }
}
