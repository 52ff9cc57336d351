//! Commands that take away the folder that they run in.

use crate::facts::variables::expand_text;
use crate::facts::workdir::workdir_at;
use crate::handles::{Command, Word};
use crate::path::ImagePath;
use crate::ternary::Ternary;

/// Below them nobody works in a folder that was there before.
const NEVER_WORKED_IN: [&str; 2] = ["/var/cache", "/var/lib/apt"];

impl Command<'_> {
    /// Whether it removes or moves the working directory of its step, or a folder around it.
    pub fn takes_its_workdir(self) -> Ternary {
        let finds = self.wrappers().find(|it| it.name == "find");
        let found: Option<Vec<Word<'_>>> = match finds {
            Some(find) => Some(self.words_of(find).skip(1).collect()),
            None => self.is("find").then(|| self.args().collect()),
        };
        if let Some(words) = found {
            return self.by_find(&words);
        }
        let has = |letters: &[char], names: &[&str]| {
            self.args().any(|it| match it.value() {
                Some(text) if text.starts_with("--") => names.contains(&text),
                Some(text) => text.starts_with('-') && text.contains(letters),
                None => it.literal_prefix().is_empty(),
            })
        };
        let takes = match self.name() {
            "rm" => has(&['r', 'R', 'd'], &["--recursive", "--dir"]),
            "rmdir" if has(&['p'], &["--parents"]) => return self.unknown(),
            "rmdir" | "mv" => true,
            "userdel" if has(&['r'], &["--remove"]) => return self.unknown(),
            "deluser" if has(&[], &["--remove-home", "--remove-all-files"]) => {
                return self.unknown();
            }
            _ => false,
        };
        if !takes {
            return Ternary::No;
        }
        if self.is_wrapped_by("xargs") {
            return self.unknown();
        }
        let mut words: Vec<Word<'_>> = self.args().filter(|it| !it.starts_with("-")).collect();
        let names_target = || has(&['t', 'T'], &["--no-target-directory"]);
        if self.is("mv") && !names_target() {
            words.pop();
        }
        self.any_of(&words)
    }

    /// What `find` removes: a folder that it was told, by a command, or what is below it.
    fn by_find(self, words: &[Word<'_>]) -> Ternary {
        let is_one = |names: &[&str]| words.iter().any(|it| names.iter().any(|name| it.is(name)));
        let removes = is_one(&["-delete"])
            || ["rm", "rmdir", "mv"].contains(&self.name())
            || (self.is("find") && is_one(&["rm", "rmdir", "mv"]));
        let is_of_files = words
            .windows(2)
            .any(|it| it[0].is("-type") && !it[1].is("d"));
        if !removes || (is_of_files && !is_one(&["-o", "-or"])) {
            return Ternary::No;
        }
        let is_root = |it: &&Word<'_>| !it.starts_with("-") && !it.is("(") && !it.is("!");
        let mut around: Vec<Word<'_>> = words.iter().take_while(is_root).copied().collect();
        around.retain(|it| !it.is("."));
        match self.any_of(&around) {
            Ternary::No => Ternary::No,
            // What else it is told may leave the folder out.
            _ => self.unknown(),
        }
    }

    fn any_of(self, words: &[Word<'_>]) -> Ternary {
        let all = words.iter().map(|word| self.names_its_workdir(*word));
        all.fold(Ternary::No, |all, one| all.or(|| one))
    }

    fn names_its_workdir(self, word: Word<'_>) -> Ternary {
        let Some(stage) = self.stage() else {
            return self.unknown();
        };
        let folder = workdir_at(stage, self).map(|it| ImagePath::new(&it));
        let source = word.source_text().trim_start_matches('"');
        let is_at_home = ["~", "$HOME", "${HOME}"]
            .iter()
            .any(|it| source.starts_with(it));
        let home = || folder.as_ref().map(ImagePath::as_str);
        if is_at_home {
            let is_elsewhere = home().is_some_and(|it| {
                !["/root", "/home", "/var"]
                    .iter()
                    .any(|home| it.starts_with(home))
            });
            return if is_elsewhere {
                Ternary::No
            } else {
                self.unknown()
            };
        }
        let text = expand_text(stage, word, self);
        let is_whole = text.is_some() && !word.is_pattern();
        let told = text.unwrap_or_else(|| word.literal_prefix().to_owned());
        let is_above = told.split('/').any(|it| it == ".." || it == ".");
        let Some(folder) = folder else {
            let is_elsewhere = (!is_above && !told.is_empty() && !told.starts_with('/'))
                || NEVER_WORKED_IN.iter().any(|it| told.starts_with(it));
            return if is_elsewhere {
                Ternary::No
            } else {
                self.unknown()
            };
        };
        if is_whole {
            return if folder.is_below(&folder.join(&told)) && !told.is_empty() {
                Ternary::Yes
            } else {
                Ternary::No
            };
        }
        let end = told.find(['*', '?', '[', '{', '\\']).unwrap_or(told.len());
        let before = told[..end].rfind('/').map_or("", |at| &told[..=at]);
        let known = folder.join(before);
        // A pattern of more parts than the folder has names something in it.
        let is_inside = word.value().is_some()
            && !told.contains('{')
            && folder.join(&told).parts().count() > folder.parts().count();
        let is_around = folder.is_below(&known) && (folder != known || word.value().is_none());
        if is_around && !is_inside {
            self.unknown()
        } else {
            Ternary::No
        }
    }

    fn unknown(self) -> Ternary {
        Ternary::unknown(
            format!(
                "whether `{}` takes away the working directory, which each `RUN` is given anew",
                self.name()
            ),
            "look at what it removes or moves",
        )
    }
}
