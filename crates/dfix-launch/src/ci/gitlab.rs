//! GitLab's pipelines.

use crate::ci::file::{File, command};
use crate::launch::{Launch, Start};
use crate::shell::{Shell, Word};
use crate::short::open_name;
use crate::yaml::Node;

/// What the jobs of a pipeline build and start.
pub(super) fn launches(file: File<'_>, pipeline: &Node) -> Vec<Launch> {
    let mut found = Vec::new();
    let defaults = pipeline.get("default");
    let general = |key: &str| pipeline.get(key).or_else(|| defaults?.get(key));
    for (name, job) in pipeline.entries() {
        let is_job = job.get("script").is_some() || job.get("extends").is_some();
        if !is_job || name == "default" {
            continue;
        }
        let mut shell = Shell::new(Some(file.root.to_owned()));
        shell.set("CI_PROJECT_DIR", Some("."));
        for variables in [pipeline, job]
            .into_iter()
            .filter_map(|it| it.get("variables"))
        {
            for (name, value) in variables.entries() {
                let value = value.text().or_else(|| value.text_of("value"));
                let words = value.map(|it| shell.words_of(it)).unwrap_or_default();
                match <[Word; 1]>::try_from(words) {
                    Ok([word]) => shell.set_word(name, word),
                    Err(_) => shell.set(name, value.filter(|it| !it.contains('$'))),
                }
            }
        }
        // What scripts set is theirs alone.
        let in_image = job.get("image").or_else(|| general("image"));
        let in_image = image_called(file, name, in_image, |text| {
            match <[Word; 1]>::try_from(shell.words_of(text)) {
                Ok([word]) => word.text,
                Err(_) => open_name(text),
            }
        });
        for key in ["before_script", "script", "after_script"] {
            let script = match key {
                "script" => job.get(key),
                key => job.get(key).or_else(|| general(key)),
            };
            for line in script.map(Node::texts).unwrap_or_default() {
                let text = line.text().unwrap_or_default();
                found.extend(file.of_script(&mut shell, text, line.line, name));
            }
        }
        found.extend(in_image);
    }
    found
}

/// The container that a job is run in: its image's entry point is given a shell.
pub(super) fn image(file: File<'_>, name: &str, node: Option<&Node>) -> Option<Launch> {
    image_called(file, name, node, str::to_owned)
}

/// `called`: what the name of the image is where it is run.
fn image_called(
    file: File<'_>,
    name: &str,
    node: Option<&Node>,
    called: impl FnOnce(&str) -> String,
) -> Option<Launch> {
    let node = node?;
    let image = node.text().or_else(|| node.text_of("name"))?;
    let mut words = command("run", []);
    words.push(Word {
        text: called(image),
        open: None,
    });
    let mut launch = file.of_words(words, node.line, name)?;
    launch.place = file.place(node);
    launch.command = Some(Start::Words(vec!["sh".to_owned()]));
    launch.runs_steps = true;
    if let Some(entrypoint) = node.get("entrypoint").and_then(Node::list) {
        let words = entrypoint
            .iter()
            .filter_map(|it| Some(it.text()?.to_owned()));
        let words: Vec<String> = words.filter(|it| !it.is_empty()).collect();
        launch.entrypoint = Some(if words.is_empty() {
            Start::Nothing
        } else {
            Start::Words(words)
        });
    }
    Some(launch)
}
