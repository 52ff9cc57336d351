//! Commands that deploy an image to Google's Cloud Run: `gcloud run deploy`, `gcloud run services replace`, `gcloud run services
//! update --image`.
//!
//! Source: the reference of gcloud (`gcloud run deploy`, `gcloud run services`).

use super::Reader;
use crate::kubernetes::images_of_template;
use crate::launch::{Deployed, Launch, Variable};
use crate::shell::Word;

impl Reader<'_> {
    /// The words behind `gcloud`; none where they deploy nothing, or say the second generation. Jobs always have that.
    pub(super) fn gcloud(mut self, words: &[Word]) -> Option<Launch> {
        let at = words.iter().position(|it| it.text == "run")?;
        let rest = &words[at + 1..];
        let text = |at: usize| rest.get(at).map(|it| &*it.text);
        let (words, is_file) = match (text(0)?, text(1)) {
            ("deploy", _) => (&rest[1..], false),
            ("services", Some("replace")) => (&rest[2..], true),
            ("services", Some("update")) => (&rest[2..], false),
            _ => return None,
        };
        if is_file {
            return self.replaced(words);
        }
        let generation = value_of(words, "--execution-environment");
        let image = value_of(words, "--image");
        let is_update = text(0) == Some("services");
        if generation.is_some_and(|it| it.text == "gen2") || is_update && image.is_none() {
            return None;
        }
        let folder = value_of(words, "--source").and_then(|it| self.known_path(&it));
        let variables = ["--set-env-vars", "--update-env-vars"];
        let variables = variables.into_iter().filter_map(|it| value_of(words, it));
        for variables in variables {
            if let Some(value) = home_in(&variables.text) {
                self.launch.environment.push(Variable {
                    name: "HOME".to_owned(),
                    value: (!value.contains('$')).then(|| value.to_owned()),
                    place: self.launch.place.clone(),
                });
            }
        }
        self.launch.image = image.map(|it| it.text);
        self.launch.deployed = Some(Deployed { folder });
        Some(self.launch)
    }

    /// The words behind `gcloud run services replace`: a file that says all.
    fn replaced(mut self, words: &[Word]) -> Option<Launch> {
        let file = words.iter().find(|it| !it.text.starts_with('-'))?;
        let path = self.known_path(file);
        let text = path.and_then(|path| self.at.files.read(&path).ok()?);
        let text = text.unwrap_or_default();
        let is_second =
            |line: &str| line.contains("execution-environment") && line.contains("gen2");
        if text.lines().any(is_second) {
            return None;
        }
        for image in images_of_template(&text) {
            self.image(image);
        }
        self.launch.deployed = Some(Deployed::default());
        Some(self.launch)
    }
}

/// The value of an option.
fn value_of(words: &[Word], option: &str) -> Option<Word> {
    words.iter().enumerate().find_map(|(at, word)| {
        let rest = word.text.strip_prefix(option)?;
        match rest.strip_prefix('=') {
            Some(value) => Some(Word {
                text: value.to_owned(),
                open: word.open.clone().filter(|_| value.contains('$')),
            }),
            None if rest.is_empty() => words.get(at + 1).cloned(),
            None => None,
        }
    })
}

/// What `HOME` is set to in `A=1,HOME=/tmp`, if it is.
fn home_in(variables: &str) -> Option<&str> {
    let mut all = variables.split(',');
    all.find_map(|it| it.strip_prefix("HOME="))
}
