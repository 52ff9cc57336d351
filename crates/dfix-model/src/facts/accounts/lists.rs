//! The lists of users and groups themselves, edited or copied over.

use super::collect::Collector;
use super::events::{Change, Made, Subject, USERS, home_is_open};
use crate::context::Answer;
use crate::facts::variables::expand_text;
use crate::facts::workdir::{workdir_before, working_directory};
use crate::handles::{Command, Source, Step, Word};
use crate::path::ImagePath;

/// The list of groups.
const GROUPS: &str = "/etc/group";

impl<'m> Collector<'m> {
    /// Commands that write to the lists themselves.
    pub(super) fn lists(&mut self, command: Command<'m>) {
        let writes_by = command
            .redirects()
            .filter(|redirect| redirect.writes())
            .filter_map(|redirect| Some((redirect.operator(), redirect.target()?)))
            .find_map(|(operator, word)| Some((operator == ">>", self.list(word, command)?)));
        if let Some((is_appended, subject)) = writes_by {
            self.write(command, command, is_appended, subject);
            return;
        }
        const WRITERS: &[&str] = &[
            "awk", "cp", "dd", "install", "ln", "mv", "patch", "perl", "rm", "rsync", "sed", "tee",
        ];
        if !command.is_one_of(WRITERS) {
            return;
        }
        let operands: Vec<Word<'m>> = command.args().filter(|w| !w.starts_with("-")).collect();
        // What is only read stands before.
        let last_only = command.is_one_of(&["cp", "install", "ln", "rsync"]);
        let written: &[Word<'m>] = match operands.as_slice() {
            [.., last] if last_only => std::slice::from_ref(last),
            all => all,
        };
        let Some(subject) = written.iter().find_map(|word| self.list(*word, command)) else {
            return;
        };
        match command.name() {
            "tee" => {
                let is_appended = command.has_option("-a") || command.has_option("--append");
                match command.piped_from() {
                    Some(source) => self.write(command, source, is_appended, subject),
                    None => self.unsure(format!("what `tee` writes into {}", path_of(subject))),
                }
            }
            "sed"
                if !command
                    .args()
                    .any(|w| w.starts_with("-i") || w.starts_with("--in-place")) => {}
            "sed" => self.edit(command, &operands, subject),
            name => self.unsure(format!("what `{name}` makes of {}", path_of(subject))),
        }
    }

    /// Which list a word names, if it names one.
    fn list(&self, word: Word<'m>, command: Command<'m>) -> Option<Subject> {
        if !word.literal_prefix().is_empty() && !word.literal_prefix().contains(['/', 'p', 'g']) {
            return None;
        }
        let text = self.text(word, command)?;
        if !(text.ends_with("passwd") || text.ends_with("group")) {
            return None;
        }
        let path = if text.starts_with('/') {
            ImagePath::new(&text)
        } else {
            ImagePath::new(&working_directory(command)?).join(&text)
        };
        match path.as_str() {
            USERS => Some(Subject::User),
            GROUPS => Some(Subject::Group),
            _ => None,
        }
    }

    /// Lines that `source` (`echo`, `printf`) writes into a list.
    fn write(
        &mut self,
        command: Command<'m>,
        source: Command<'m>,
        is_appended: bool,
        subject: Subject,
    ) {
        let texts: Option<Vec<String>> = source
            .args()
            .filter(|word| !word.starts_with("-"))
            .map(|word| self.text(word, command))
            .collect();
        let texts = texts.filter(|_| is_appended && source.is_one_of(&["echo", "printf"]));
        let Some(texts) = texts else {
            self.unsure(format!(
                "what `{}` writes into {}",
                command.name(),
                path_of(subject)
            ));
            return;
        };
        let is_certain = command.is_certain();
        for line in texts.iter().flat_map(|text| lines(text)) {
            match (subject, line_of(line)) {
                (Subject::User, Some((name, fields))) => {
                    let made = made_by_line(name, &fields, command.is_certain());
                    self.push(is_certain, Change::CreatedUser(Box::new(made)));
                }
                (Subject::Group, Some((name, _))) => {
                    self.push(is_certain, Change::CreatedGroup(name.to_owned()));
                }
                (_, None) => self.unsure(format!("what is written into {}", path_of(subject))),
            }
        }
    }

    /// `sed -i` on a list.
    fn edit(&mut self, command: Command<'m>, operands: &[Word<'m>], subject: Subject) {
        for word in operands {
            if self.list(*word, command).is_some() || word.starts_with("/etc/") {
                continue;
            }
            let script = self.text(*word, command);
            match script.as_deref().map(edit_of) {
                Some(Edit::Deletes(name)) => {
                    let change = match subject {
                        Subject::User => Change::UserRemoved(name.to_owned()),
                        Subject::Group => Change::GroupRemoved(name.to_owned()),
                    };
                    let is_certain = command.is_certain();
                    self.push(is_certain, change);
                }
                Some(Edit::LeavesNames) => {}
                Some(Edit::Other) | None => {
                    self.unsure(format!("what `sed` makes of {}", path_of(subject)));
                }
            }
        }
    }

    /// A `COPY` that puts a list of users there.
    pub(super) fn copy(&mut self, step: Step<'m>) {
        for subject in [Subject::User, Subject::Group] {
            let list = ImagePath::new(path_of(subject));
            match self.copied(step, &list) {
                Copied::No => {}
                Copied::Stage(stage) => {
                    let stage = Some(stage);
                    self.push(true, Change::ListOf { stage, subject });
                }
                Copied::Maybe => self.unsure(format!(
                    "whether `{} … {}` brings another {list}",
                    step.name(),
                    step.target().map_or("", Word::source_text)
                )),
                Copied::Text(text) => {
                    // Whoever was there before is there no more.
                    self.push(
                        true,
                        Change::ListOf {
                            stage: None,
                            subject,
                        },
                    );
                    for (name, fields) in text.lines().filter_map(line_of) {
                        let change = match subject {
                            Subject::User => {
                                Change::CreatedUser(Box::new(made_by_line(name, &fields, true)))
                            }
                            Subject::Group => Change::CreatedGroup(name.to_owned()),
                        };
                        self.push(true, change);
                    }
                }
            }
        }
    }

    /// What a step puts at the place of a list.
    fn copied(&self, step: Step<'m>, list: &ImagePath) -> Copied {
        let target = step
            .target()
            .and_then(|word| expand_text(self.stage, word, step))
            .zip(workdir_before(self.stage, step.index, true));
        let Some((text, workdir)) = target else {
            return Copied::No;
        };
        let target = ImagePath::new(&workdir).join(&text);
        let Some(rest) = list.below(&target) else {
            return Copied::No;
        };
        let from = step.source();
        let context = self.stage.file.context;
        for word in step.sources() {
            let Some(source) = expand_text(self.stage, word, step) else {
                continue;
            };
            let is_folder = source.ends_with('/') || matches!(source.as_str(), "." | "./");
            let source = ImagePath::new(&source);
            let is_it = source.file_name() == list.file_name();
            let as_file = is_it && (rest.is_empty() || rest == list.file_name());
            match &from {
                None => {
                    let path = match (rest, as_file) {
                        ("", _) | (_, true) => source.clone(),
                        (rest, false) => source.join(rest),
                    };
                    let path = path.below(&ImagePath::root()).unwrap_or("");
                    match context.read(path) {
                        Answer::Found(text) => {
                            return Copied::Text(text.to_string());
                        }
                        Answer::Unknown(_) if rest.is_empty() || as_file || is_folder => {
                            return Copied::Maybe;
                        }
                        _ => {}
                    }
                }
                Some(Source::Stage(stage)) if as_file && source == *list => {
                    return Copied::Stage(stage.index);
                }
                Some(Source::Stage(stage)) if source.is_root() && !rest.is_empty() => {
                    return Copied::Stage(stage.index);
                }
                Some(_) if rest.is_empty() || as_file => return Copied::Maybe,
                // A system that was put together in a folder of its own.
                Some(_) if is_folder || source.file_name().contains("root") => {
                    return Copied::Maybe;
                }
                Some(_) => {}
            }
        }
        Copied::No
    }
}

/// What a step puts at the place of a list.
enum Copied {
    No,
    /// The list of another stage.
    Stage(usize),
    /// A list of the build context.
    Text(String),
    /// Perhaps something.
    Maybe,
}

fn path_of(subject: Subject) -> &'static str {
    match subject {
        Subject::User => USERS,
        Subject::Group => GROUPS,
    }
}

/// The lines of a text that `echo` or `printf` writes.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.split("\\n"))
        .filter(|line| !line.trim().is_empty())
}

/// The name and the fields of a line of a list.
fn line_of(line: &str) -> Option<(&str, Vec<&str>)> {
    let fields: Vec<&str> = line.trim().split(':').collect();
    let name = *fields.first()?;
    let is_name = !name.is_empty() && !name.contains([' ', '%', '#', '$', '+']);
    (fields.len() >= 3 && is_name).then_some((name, fields))
}

fn made_by_line(name: &str, fields: &[&str], is_certain: bool) -> Made {
    let field = |at: usize| fields.get(at).filter(|f| !f.is_empty()).copied();
    let uid = field(2).and_then(|text| text.parse().ok());
    Made {
        name: name.to_owned(),
        written: None,
        is_uid_fixed: uid.is_some() && is_certain,
        uid,
        group: field(3).map(str::to_owned),
        home: field(5).map(str::to_owned),
        has_home: home_is_open(name),
        shell: field(6).map(str::to_owned),
        is_system: uid.is_some_and(|uid| uid < 1000),
    }
}

/// What a script of `sed` does to a list.
enum Edit<'t> {
    /// It deletes the line of this name.
    Deletes(&'t str),
    /// It changes paths in it: homes, shells.
    LeavesNames,
    Other,
}

fn edit_of(script: &str) -> Edit<'_> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    // `/^name:/d`
    if let Some(pattern) = script.strip_prefix("/^").and_then(|s| s.strip_suffix("/d")) {
        let name = pattern
            .strip_suffix(":.*")
            .or_else(|| pattern.strip_suffix(':'))
            .unwrap_or(pattern);
        if is_name(name) {
            return Edit::Deletes(name);
        }
    }
    // `s#/bin/ash#/bin/bash#`
    if let Some(rest) = script.strip_prefix('s')
        && let Some(divider) = rest.chars().next()
        && let Some(pattern) = rest[divider.len_utf8()..].split(divider).next()
        && pattern.trim_start_matches('\\').starts_with('/')
    {
        return Edit::LeavesNames;
    }
    Edit::Other
}
