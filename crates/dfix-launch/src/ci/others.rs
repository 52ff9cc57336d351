//! Services of which the commands are read, and in which images they run.

use crate::ci::file::File;
use crate::ci::gitlab;
use crate::docker_words::speaks_of_containers;
use crate::launch::Launch;
use crate::path::{REPOSITORY, name_of};
use crate::shell::{Dialect, Shell, Word};
use crate::yaml::Node;

/// Keys that name no job.
const GENERAL: [&str; 13] = [
    "args",
    "command",
    "commands",
    "default",
    "jobs",
    "pipeline",
    "pipelines",
    "run",
    "script",
    "shell",
    "stages",
    "step",
    "steps",
];

/// What the commands anywhere in a file build and start.
pub(super) fn launches(file: File<'_>, document: &Node) -> Vec<Launch> {
    let mut found = Vec::new();
    walk(file, document, "build", &mut found);
    found
}

fn walk(file: File<'_>, node: &Node, name: &str, found: &mut Vec<Launch>) {
    if let Some(text) = node.text() {
        if speaks_of_containers(text) {
            let mut shell = Shell::new(Some(file.root.to_owned()));
            found.extend(file.of_script(&mut shell, text, node.line, name));
        }
    } else if let Some(list) = node.list() {
        for it in list {
            walk(file, it, name, found);
        }
    } else if let Some(words) = words_of_image(node) {
        found.extend(file.of_words(words, node.line, name));
    } else {
        found.extend(step_in_image(file, node, name));
        for (key, value) in node.entries() {
            if matches!(key, "image" | "container") {
                let mut steps = of_image(file, value, name);
                if !steps.is_empty() {
                    found.append(&mut steps);
                    continue;
                }
            }
            let name = if GENERAL.contains(&key) { name } else { key };
            walk(file, value, name, found);
        }
    }
}

/// The container that steps are run in: of an image that is named, or one that is built for it (Gitpod's
/// `image: {file: x}`).
fn of_image(file: File<'_>, node: &Node, name: &str) -> Vec<Launch> {
    let Some(dockerfile) = node.text_of("file") else {
        let named = node.get("image").unwrap_or(node);
        return gitlab::image(file, name, Some(named)).into_iter().collect();
    };
    let context = node.text_of("context").unwrap_or(".");
    let command = format!("docker build -f {dockerfile} {context}");
    run_steps_in(file, &command, node.line, name)
}

/// What a command builds, to run steps in.
fn run_steps_in(file: File<'_>, command: &str, line: usize, name: &str) -> Vec<Launch> {
    let mut shell = Shell::new(Some(file.root.to_owned()));
    let launches = file.of_script(&mut shell, command, line, name).into_iter();
    launches
        .map(|launch| Launch {
            runs_steps: true,
            ..launch
        })
        .collect()
}

/// A step of Google's Cloud Build that is run in an image of another name than Docker's. Elsewhere a step's name is a
/// title.
fn step_in_image(file: File<'_>, node: &Node, name: &str) -> Option<Launch> {
    if !name_of(file.path).starts_with("cloudbuild.") {
        return None;
    }
    let image = node
        .get("name")
        .filter(|it| it.text().is_some_and(|text| text.contains('/')))?;
    let does = ["args", "entrypoint", "script"];
    let is_step = does.iter().any(|key| node.get(key).is_some());
    gitlab::image(file, name, Some(image).filter(|_| is_step))
}

/// A step of Google's Cloud Build: an image that is Docker's, Kaniko's or that of Google's own command line, and the words that
/// it is given.
fn words_of_image(node: &Node) -> Option<Vec<Word>> {
    let image = node.text_of("name")?;
    let program = match image {
        image if image.ends_with("/docker") => "docker",
        image if image.contains("kaniko-project/executor") => "/kaniko/executor",
        _ if node.text_of("entrypoint") == Some("gcloud") => "gcloud",
        image if image.ends_with("/gcloud") && node.get("entrypoint").is_none() => "gcloud",
        _ => return None,
    };
    let args = node.get("args")?.list()?;
    let mut words = vec![Word::known(program)];
    for arg in args.iter().filter_map(Node::text) {
        words.push(Word {
            text: arg.to_owned(),
            open: arg.contains('$').then(|| arg.to_owned()),
        });
    }
    Some(words)
}

/// The steps of a Jenkinsfile that run a text, and how that is written.
const STEPS: [(&str, Dialect); 4] = [
    ("bat", Dialect::Cmd),
    ("powershell", Dialect::PowerShell),
    ("pwsh", Dialect::PowerShell),
    ("sh", Dialect::Posix),
];

/// What a Jenkinsfile builds and starts: in its shell steps (`sh '…'`, `sh "…"`, and texts over several lines), and to run
/// its own steps in.
pub(super) fn of_jenkins(file: File<'_>, text: &str) -> Vec<Launch> {
    let all = STEPS.into_iter();
    all.flat_map(|(step, dialect)| of_steps(file, text, step, dialect))
        .chain(agents(file, text))
        .chain(images(file, text))
        .collect()
}

/// The images of the repository in which a Jenkinsfile runs its steps: `agent { dockerfile true }`, `agent { dockerfile {
/// filename 'x'; dir 'y' } }`, and `docker.build('name', 'words of docker build')` whose image is entered by `inside`.
///
/// Source: Jenkins' handbook, "Using Docker with Pipeline".
fn agents(file: File<'_>, text: &str) -> Vec<Launch> {
    const AGENTS: [&str; 3] = ["dockerfile true", "dockerfile {", "agent { dockerfile"];
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let command = if AGENTS.iter().any(|it| line.starts_with(it)) {
            let rest = text.lines().skip(number);
            let block: Vec<&str> = rest.take_while(|it| !it.contains("steps")).collect();
            let block = block.join("\n");
            let folder = quoted_after(&block, "dir").unwrap_or(".");
            let name = quoted_after(&block, "filename").unwrap_or("Dockerfile");
            format!("docker build -f {folder}/{name} {folder}")
        } else if let Some((_, call)) = line
            .split_once("docker.build(")
            .filter(|_| text.contains(".inside"))
        {
            let name = quoted_after(call, "").unwrap_or_default();
            let words = quoted_after(call, ",").unwrap_or(".");
            format!("docker build -t \"{name}\" {words}")
        } else {
            continue;
        };
        found.extend(run_steps_in(file, &command, number + 1, "pipeline"));
    }
    found
}

/// The images by their names in which a Jenkinsfile runs its steps: `agent { docker 'x' }`, `agent { docker { image 'x' } }`,
/// `docker.image('x').inside`.
fn images(file: File<'_>, text: &str) -> Vec<Launch> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("docker") {
        let is_word = text[..at].ends_with([' ', '\t', '\n', '{', '=', '(']);
        let rest = &text[at + "docker".len()..];
        if !is_word || !rest.starts_with([' ', '\t', '.', '{']) {
            continue;
        }
        let named = if let Some(call) = rest.strip_prefix(".image(") {
            quoted_after(call, "").filter(|_| text.contains(".inside"))
        } else {
            let rest = rest.trim_start();
            match rest.strip_prefix('{') {
                Some(block) => quoted_after(block.split('}').next().unwrap_or(block), "image"),
                None => quoted_after(rest, "").filter(|_| rest.starts_with(['\'', '"'])),
            }
        };
        let line = 1 + text[..at].matches('\n').count();
        let image = named.map(|it| Node::of_text(line, it.to_owned(), false));
        found.extend(gitlab::image(file, "pipeline", image.as_ref()));
    }
    found
}

/// The text in quotes behind a word.
fn quoted_after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(word)?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    rest[1..].split(quote).next()
}

fn of_steps(file: File<'_>, text: &str, step: &str, dialect: Dialect) -> Vec<Launch> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(at) = rest.find(step) {
        line += rest[..at].matches('\n').count();
        let is_word = !rest[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        rest = &rest[at + step.len()..];
        let call = rest.trim_start_matches([' ', '(']);
        let call = match call.split_once("script:") {
            Some((before, script)) if !before.contains(['\'', '"', '\n']) => script.trim_start(),
            _ => call,
        };
        let quote = ["'''", "\"\"\"", "'", "\""]
            .into_iter()
            .find(|it| call.starts_with(it));
        let Some(quote) = quote.filter(|_| is_word) else {
            continue;
        };
        let inside = &call[quote.len()..];
        let end = inside.find(quote).unwrap_or(inside.len());
        let before = rest.len() - inside.len();
        line += rest[..before].matches('\n').count();
        let mut shell = Shell::new(Some(file.root.to_owned())).with_dialect(dialect);
        shell.set("WORKSPACE", Some(REPOSITORY));
        found.extend(file.of_script(&mut shell, &inside[..end], line, "pipeline"));
        line += inside[..end].matches('\n').count();
        rest = &inside[end..];
    }
    found
}
