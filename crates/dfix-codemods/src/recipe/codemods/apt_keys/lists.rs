//! Lists of packages that a Dockerfile writes: `echo "deb https://… stable main" > /etc/apt/sources.list.d/x.list`.

use std::sync::LazyLock;

use dfix_catalogue::is_shared_host;
use dfix_engine::Edit;
use dfix_model::path::has_ending;
use dfix_model::{Command, Redirect, Stage, Step, Word};
use dfix_syntax::{TextRange, TextSize};
use regex::Regex;

/// A line of a list, as text: its options, and the address.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|["'\s]|\\n)(?:deb|deb-src)[ \t]+(\[[^\]\n]*\][ \t]*)?([a-z][a-z0-9+]*://[^\s"'\\]+)"#)
        .expect("the expression is one")
});

/// What the names of lists begin with, as far as every way to write them has it.
const LISTS: &str = "sources.list";

/// A line that adds an archive.
#[derive(Debug, Clone)]
pub(super) struct ListLine<'m> {
    pub(super) step: Step<'m>,
    /// Its line in the Dockerfile, from 1.
    pub(super) number: usize,
    /// The address of the archive.
    pub(super) address: String,
    /// The file that the line goes to, where that is told.
    pub(super) file: Option<String>,
    /// The file of a key that it names already.
    pub(super) signed_by: Option<String>,
    at: Place<'m>,
}

/// Where the option goes.
#[derive(Debug, Clone, Copy)]
enum Place<'m> {
    /// As a new pair of brackets, in a text.
    New(TextSize),
    /// Into brackets that are there, before the last one.
    Into(TextSize),
    /// As a new word behind this one.
    After(Word<'m>),
    /// Nowhere: a key is named, or none is asked for.
    Nowhere,
}

impl ListLine<'_> {
    /// Whether it has no key, and needs one.
    pub(super) fn needs_key(&self) -> bool {
        !matches!(self.at, Place::Nowhere)
    }

    /// Whether apt reads the file that it goes to, as far as is known: one that ends with `.list`.
    pub(super) fn is_read_by_apt(&self) -> bool {
        self.file
            .as_deref()
            .is_none_or(|it| has_ending(it, ".list") || it.contains('$'))
    }

    /// Names the file of the key in the line.
    pub(super) fn sign(&self, edit: &mut Edit<'_>, file: &str) {
        match self.at {
            Place::New(at) => {
                edit.replace_node(TextRange::empty(at), &format!("[signed-by={file}] "));
            }
            Place::Into(at) => {
                edit.replace_node(TextRange::empty(at), &format!(" signed-by={file}"));
            }
            Place::After(word) => edit.insert_word_after(word, &format!("[signed-by={file}]")),
            Place::Nowhere => {}
        }
    }
}

/// Something that adds archives in another way.
#[derive(Debug, Clone)]
pub(super) struct OtherAdding {
    pub(super) number: usize,
    /// What is called, or done.
    pub(super) what: &'static str,
    /// The address of the archive, where it is told.
    pub(super) address: Option<String>,
}

/// What adds archives in some stages.
#[derive(Debug, Default)]
pub(super) struct Lists<'m> {
    pub(super) lines: Vec<ListLine<'m>>,
    pub(super) others: Vec<OtherAdding>,
}

impl<'m> Lists<'m> {
    /// All that concerns a stage: what it is based on, itself, and what is based on it.
    pub(super) fn of(stage: Stage<'m>) -> Self {
        let mut lists = Lists::default();
        let mut stages: Vec<Stage<'m>> =
            stage.base_chain().chain(stage.with_descendants()).collect();
        stages.sort_by_key(|it| it.index());
        stages.dedup_by_key(|it| it.index());
        for step in stages.into_iter().flat_map(Stage::steps) {
            lists.take(step);
        }
        lists
    }

    fn take(&mut self, step: Step<'m>) {
        let before = self.lines.len() + self.others.len();
        for command in step.commands().filter(|it| !it.is_of_script()) {
            if command.is_one_of(&["echo", "printf"]) && writes_a_list(command) {
                self.take_printed(command);
            } else if command.is_one_of(&["add-apt-repository", "apt-add-repository"]) {
                self.take_program(command);
            } else if command.is_one_of(&["curl", "wget"]) {
                self.take_fetched(command);
            }
        }
        let is_copied =
            step.is_copy_or_add() && step.target().is_some_and(|it| it.starts_with("/etc/apt"));
        if is_copied && !step.mentions("keyrings") {
            self.others.push(OtherAdding {
                number: step.line(),
                what: "what is copied to /etc/apt",
                address: None,
            });
        }
        // A here-document, `sed`, a group: what is seen as text alone.
        if before == self.lines.len() + self.others.len() && step.mentions(LISTS) {
            for (number, address, is_signed) in texts(step) {
                if !is_signed {
                    self.others.push(OtherAdding {
                        number,
                        what: "the text of the list",
                        address: Some(address),
                    });
                }
            }
        }
    }

    /// A list that is fetched as it is: `curl https://… > /etc/apt/sources.list.d/x.list`.
    fn take_fetched(&mut self, command: Command<'m>) {
        let is_list = |it: &str| it.contains(LISTS);
        let mut words = command.args().filter_map(Word::value);
        if file_of(command).as_deref().is_some_and(is_list) || words.any(is_list) {
            let mut words = command.args().filter_map(Word::value);
            self.others.push(OtherAdding {
                number: command.step().line(),
                what: "the list that is fetched",
                address: words.find(|it| it.contains("://")).map(str::to_owned),
            });
        }
    }

    /// Lines that `echo` or `printf` writes.
    fn take_printed(&mut self, command: Command<'m>) {
        let step = command.step();
        let file = file_of(command);
        let words: Vec<Word<'m>> = command.args().collect();
        let number_of = |at: TextSize| step.line_at(at);
        for (index, word) in words.iter().enumerate() {
            let raw = word.source_text();
            if matches!(word.value(), Some("deb" | "deb-src")) {
                self.lines
                    .extend(
                        unquoted(&words, index).map(|(address, signed_by, at)| ListLine {
                            step,
                            number: number_of(word.range().start()),
                            address,
                            file: file.clone(),
                            signed_by,
                            at,
                        }),
                    );
                continue;
            }
            for found in LINE.captures_iter(raw) {
                let (Some(address), Some(whole)) = (found.get(2), found.get(0)) else {
                    continue;
                };
                let offset = |at: usize| {
                    TextSize::try_from(at)
                        .map_or(word.range().start(), |at| word.range().start() + at)
                };
                let options = found.get(1);
                let text = options.map_or("", |it| it.as_str());
                let at = match options {
                    _ if is_settled(text) => Place::Nowhere,
                    Some(options) => match options.as_str().rfind(']') {
                        Some(end) => {
                            let inside = options.as_str()[..end].trim_end().len();
                            Place::Into(offset(options.start() + inside))
                        }
                        None => Place::Nowhere,
                    },
                    None => Place::New(offset(address.start())),
                };
                self.lines.push(ListLine {
                    step,
                    number: number_of(offset(whole.start())),
                    address: address.as_str().to_owned(),
                    file: file.clone(),
                    signed_by: signed_by(text),
                    at,
                });
            }
        }
    }

    /// `add-apt-repository`, but for a PPA, of which it fetches the key itself.
    fn take_program(&mut self, command: Command<'m>) {
        let texts: Vec<&str> = command.args().map(Word::source_text).collect();
        if texts.iter().any(|it| it.contains("ppa:")) || command.has_option("--remove") {
            return;
        }
        let joined = texts.join(" ");
        let address = joined.find("://").map(|at| {
            let start = joined[..at]
                .rfind(|it: char| !it.is_ascii_alphanumeric())
                .map_or(0, |it| it + 1);
            let rest = &joined[start..];
            let end = rest.find(|it: char| it.is_whitespace() || matches!(it, '"' | '\''));
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        // `add-apt-repository universe` is the distribution's own.
        if address.is_some() {
            self.others.push(OtherAdding {
                number: command.step().line(),
                what: "`add-apt-repository`",
                address,
            });
        }
    }
}

/// The line of which `deb` is a word of its own.
fn unquoted<'m>(words: &[Word<'m>], deb: usize) -> Option<(String, Option<String>, Place<'m>)> {
    let rest = &words[deb + 1..];
    let is_open = rest
        .first()?
        .source_text()
        .trim_matches(['"', '\''])
        .starts_with('[');
    let close = is_open.then(|| {
        let mut all = rest.iter();
        all.position(|it| it.unquoted().ends_with(']'))
    });
    let (options, address) = match close {
        None => (&rest[..0], rest.first()?),
        Some(close) => (&rest[..=close?], rest.get(close? + 1)?),
    };
    let address = address.unquoted().to_owned();
    if !address.contains("://") {
        return None;
    }
    let text: Vec<&str> = options.iter().map(|it| it.source_text()).collect();
    let text = text.join(" ");
    let at = match options.last() {
        _ if is_settled(&text) => Place::Nowhere,
        None => Place::After(words[deb]),
        Some(last) => match last.source_text().rfind(']') {
            Some(at) => Place::Into(last.range().start() + TextSize::try_from(at).ok()?),
            None => Place::Nowhere,
        },
    };
    Some((address, signed_by(&text), at))
}

/// Whether the options say which key, or that none is asked for.
fn is_settled(options: &str) -> bool {
    let lower = options.to_ascii_lowercase();
    lower.contains("signed-by") || lower.contains("trusted=yes")
}

fn signed_by(options: &str) -> Option<String> {
    let (_, value) = options.split_once("signed-by=")?;
    let end = value.find(|it: char| it.is_whitespace() || it == ']');
    Some(value[..end.unwrap_or(value.len())].to_owned())
}

/// The lines of lists in the text of an instruction: line, address, whether the key is settled.
fn texts(step: Step<'_>) -> Vec<(usize, String, bool)> {
    let mut found = Vec::new();
    for (index, line) in step.source_text().lines().enumerate() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        for it in LINE.captures_iter(line) {
            let options = it.get(1).map_or("", |it| it.as_str());
            if let Some(address) = it.get(2) {
                let address = address.as_str().to_owned();
                found.push((step.line() + index, address, is_settled(options)));
            }
        }
    }
    found
}

/// Whether what it prints goes into a list of packages, as far as can be seen.
fn writes_a_list(command: Command<'_>) -> bool {
    match file_of(command) {
        // From the root a path may begin without its slash.
        Some(file) => file
            .trim_start_matches("./")
            .trim_start_matches('/')
            .starts_with("etc/apt/"),
        None => command.step().mentions(LISTS),
    }
}

/// The file that the command's output goes to: of its own redirection, of a `tee` behind it, or of a shell around it.
fn file_of(command: Command<'_>) -> Option<String> {
    let own = |it: Command<'_>| {
        let mut redirects = it.redirects().filter(|it| it.writes() && it.fd().is_none());
        let target = redirects.find_map(Redirect::target)?;
        Some(target.value()?.to_owned())
    };
    if let Some(file) = own(command) {
        return Some(file);
    }
    let tee = command.piped_into().filter(|it| it.is("tee"))?;
    let mut files = tee.args().filter_map(Word::value);
    Some(files.find(|it| it.starts_with('/'))?.to_owned())
}

/// The host of an address.
pub(super) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let rest = rest.split(['/', '?']).next().unwrap_or_default();
    rest.split('@').next_back().unwrap_or_default()
}

/// The domain that somebody registered, of a host that is theirs alone: `google.com` of `dl.google.com`.
pub(super) fn domain(host: &str) -> Option<&str> {
    if is_shared_host(host) || host.contains(['$', '`', ':']) {
        return None;
    }
    let mut dots = host.rmatch_indices('.').map(|it| it.0);
    let (last, mut second) = (dots.next()?, dots.next());
    // `co.uk` and the like.
    if host[second.map_or(0, |it| it + 1)..last].len() <= 2 && second.is_some() {
        second = dots.next();
    }
    Some(&host[second.map_or(0, |it| it + 1)..])
}

/// Whether an archive is the distribution's own, whose keys are there.
pub(super) fn is_of_the_distribution(address: &str) -> bool {
    let host = host(address);
    let is_below = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    // Below `debian.net` anybody has archives of their own.
    matches!(host, "cdn.debian.net" | "http.debian.net")
        || ["debian.org", "ubuntu.com", "raspbian.org", "kali.org"]
            .iter()
            .any(|it| is_below(it))
}

/// Whether an address is one of Launchpad, which gives each of its archives a key of its own.
pub(super) fn is_of_launchpad(address: &str) -> bool {
    matches!(
        host(address),
        "keyserver.ubuntu.com" | "ppa.launchpad.net" | "ppa.launchpadcontent.net"
    )
}
