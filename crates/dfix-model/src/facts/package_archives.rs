//! Archives of packages that a file adds beside the distribution's own, and which packages they may have.

use std::ops::Range;

use dfix_catalogue::{
    ArchiveKind, Distribution, Foundation, code_names, end_of_release, is_code_name, list_files,
    names_archive, names_vendor_archive, vendor_archive_has,
};

use crate::handles::{Command, Stage, Step};

/// Programs that write into a list of archives.
const WRITERS: [&str; 2] = ["add-apt-repository", "apt-add-repository"];
/// What names the list of the distribution's archive by a pattern.
const PATTERNS: [&str; 2] = ["etc/apt/*", "etc/apt/sources"];
/// Options of one command that name an archive for it alone.
const OPTIONS: [&str; 2] = ["--repository", " -X "];
/// Programs that add none where they speak of a list.
const OTHERS: [&str; 12] = [
    "apk", "apt", "apt-get", "cat", "chmod", "chown", "grep", "ls", "mkdir", "rm", "stat", "test",
];
/// Parts of a distribution's own archive.
const PARTS: [&str; 7] = [
    "contrib",
    "main",
    "multiverse",
    "non-free",
    "non-free-firmware",
    "restricted",
    "universe",
];
/// Names of archives, beside those of releases, that have what a release has not.
const BESIDE: [&str; 8] = [
    "backports",
    "edge",
    "experimental",
    "partner",
    "sid",
    "stable",
    "testing",
    "unstable",
];

/// A place of the file that adds an archive.
#[derive(Debug, Clone, Copy)]
pub struct PackageArchive<'m> {
    /// The line of the file.
    pub line: usize,
    text: &'m str,
    step: Step<'m>,
    /// Where the text begins in the step.
    start: usize,
    /// Whether it is for the command alone that names it.
    is_of_command: bool,
    /// See [`edits_suite`].
    edits_suite: bool,
    /// Whether it names an archive of a maker that is known.
    is_of_maker: bool,
}

/// Those of a stage's own steps.
struct Own(Vec<Found>);

/// A place of a step: see [`PackageArchive`].
struct Found {
    line: usize,
    step: usize,
    text: Range<usize>,
    is_of_command: bool,
    edits_suite: bool,
    is_of_maker: bool,
}

/// The archives that a stage and what it is based on add.
pub(crate) fn archives(stage: Stage<'_>) -> Vec<PackageArchive<'_>> {
    let mut found: Vec<PackageArchive<'_>> = stage.base_chain().flat_map(own).collect();
    found.sort_by_key(|it| it.line);
    found
}

fn own(stage: Stage<'_>) -> impl Iterator<Item = PackageArchive<'_>> {
    let work_out = || {
        let steps = stage
            .steps()
            .filter(|it| it.is_run() || it.is_copy_or_add());
        let found = steps.flat_map(of_step).map(|it| Found {
            line: it.line,
            step: it.step.index(),
            text: it.start..it.start + it.text.len(),
            is_of_command: it.is_of_command,
            edits_suite: it.edits_suite,
            is_of_maker: it.is_of_maker,
        });
        Own(found.collect())
    };
    let found = stage.cached(work_out).0.iter();
    found.map(move |it| {
        let step = Step {
            file: stage.file,
            index: it.step,
        };
        PackageArchive {
            line: it.line,
            text: &step.source_text()[it.text.clone()],
            step,
            start: it.text.start,
            is_of_command: it.is_of_command,
            edits_suite: it.edits_suite,
            is_of_maker: it.is_of_maker,
        }
    })
}

/// Those that are there before a command, and may have a package that the distribution's own archive lacks.
pub(crate) fn archives_before<'m>(
    command: Command<'m>,
    package: &str,
    is_tagged: bool,
    foundation: &Foundation,
) -> Vec<PackageArchive<'m>> {
    let Some(stage) = command.stage() else {
        return Vec::new();
    };
    let mut found = archives(stage);
    found.retain(|it| {
        it.is_before(command) && (is_tagged || !it.is_tagged()) && it.may_have(package, foundation)
    });
    found
}

/// Whether a step says of an archive that it is added.
pub(crate) fn speaks_of_archive(step: Step<'_>) -> bool {
    !of_step(step).is_empty()
}

fn of_step(step: Step<'_>) -> Vec<PackageArchive<'_>> {
    let mut found = Vec::new();
    let source = step.source_text();
    // What speaks of a list of archives.
    let lists = || list_files().chain(PATTERNS).chain(WRITERS);
    if !lists().chain(OPTIONS).any(|it| source.contains(it)) {
        return found;
    }
    for (start, text) in pieces(source, step.is_run()) {
        let of = |words: &mut dyn Iterator<Item = &'static str>, is_of_command| {
            let at = words.filter_map(|it| place_of(text, it)).min()?;
            Some(PackageArchive {
                line: step.line_within(start + at),
                text,
                step,
                start,
                is_of_command,
                edits_suite: step.is_run() && edits_suite(text),
                is_of_maker: names_vendor_archive(text),
            })
        };
        let of_command =
            || of(&mut OPTIONS.into_iter(), true).filter(|_| program_of(text) == "apk");
        let archive = of(&mut lists(), false).filter(PackageArchive::adds);
        found.extend(archive.or_else(of_command));
    }
    found
}

/// Whether a line of comment stands there.
pub fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    text[line..].trim_start().starts_with('#')
}

/// Where a word stands, but in a comment.
fn place_of(text: &str, word: &str) -> Option<usize> {
    let mut places = text.match_indices(word).map(|it| it.0);
    places.find(|at| !is_comment(text, *at))
}

/// The commands of a text, roughly, with where they begin.
fn pieces(text: &str, is_run: bool) -> Vec<(usize, &str)> {
    if !is_run {
        return vec![(0, text)];
    }
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(it) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if rest.starts_with("&&") || rest.starts_with("||") {
            2
        } else if it == ';' || (it == '\n' && !is_continued(&text[..at])) {
            1
        } else {
            at += it.len_utf8();
            continue;
        };
        found.push((start, &text[start..at]));
        at += length;
        start = at;
    }
    found.push((start, &text[start..]));
    found
}

/// Whether a line goes on in the next one; comments and empty lines between do not end it.
fn is_continued(before: &str) -> bool {
    let mut lines = before.rsplit('\n');
    let line = lines.find(|it| !it.trim().is_empty()).unwrap_or_default();
    line.trim_end().ends_with('\\') || line.trim_start().starts_with('#')
}

/// The program that a piece calls, as its first word tells.
fn program_of(piece: &str) -> &str {
    let before = |it: &&str| {
        matches!(
            *it,
            "RUN" | "run" | "sudo" | "-E" | "\\" | "{" | "(" | "if" | "then" | "do" | "else" | "!"
        ) || it.starts_with("--")
            || it
                .split_once('=')
                .is_some_and(|(name, _)| !name.contains('/'))
    };
    let first = piece.split_whitespace().find(|it| !before(it));
    let first = first.unwrap_or_default();
    first.rsplit('/').next().unwrap_or(first)
}

/// Whether a command edits a file in place, and may put another release in the place of the image's: it names more than a host.
fn edits_suite(command: &str) -> bool {
    let is_number = |it: &str| {
        let rest = it.strip_prefix('v').unwrap_or(it);
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        digits > 0 && rest.bytes().all(|it| it.is_ascii_digit() || it == b'.')
    };
    let is_suite = |it: &str| BESIDE.contains(&it) || is_code_name(it);
    let is_computed = || command.contains("$(") || command.contains('`');
    let of_file = |it: &str| it == "f" || it == "file";
    matches!(program_of(command), "perl" | "sed")
        && (is_computed()
            || words_of(command).any(|it| is_number(it) || of_file(it) || is_suite(it)))
}

impl PackageArchive<'_> {
    /// Whether it does not only speak of a list.
    fn adds(&self) -> bool {
        if !self.step.is_run() {
            return true;
        }
        let program = program_of(self.text);
        let mut variables = self.text.split('$').skip(1);
        let is_variable =
            |it: &str| it.starts_with(|it: char| it == '{' || it.is_ascii_alphabetic());
        let is_address = self.text.contains("://") || variables.any(is_variable);
        let is_part = |it: &str| {
            let word = it.trim_matches(['"', '\'']);
            PARTS.contains(&word)
        };
        match program {
            "sed" => is_address || self.edits_suite || self.writes(),
            "add-apt-repository" | "apt-add-repository" => {
                let mut words = self.text.split_whitespace().rev();
                let is_taken_away = self.text.contains("--remove") || self.text.contains(" -r ");
                let last = words.find(|it| !it.starts_with('-') && *it != "\\");
                !last.is_some_and(is_part) && !is_taken_away
            }
            other => !OTHERS.contains(&other) || self.writes(),
        }
    }

    /// Whether it writes a file of the system's settings, or hands them to what does.
    fn writes(&self) -> bool {
        let mut targets = self.text.split('>').skip(1);
        targets.any(|it| it.trim_start_matches([' ', '"', '\'']).starts_with("/etc"))
            || words_of(self.text).any(|it| it == "tee")
    }

    fn is_before(&self, command: Command<'_>) -> bool {
        let step = command.step();
        if self.step.index() != step.index() {
            return !self.is_of_command && self.step.index() < step.index();
        }
        if command.is_of_script() {
            return !self.is_of_command;
        }
        let at = usize::from(command.range().start() - step.range().start());
        let end = self.start + self.text.len();
        if self.is_of_command {
            return (self.start..end).contains(&at);
        }
        end <= at
    }

    /// Whether only packages come from it that name its tag: `@testing https://…`.
    fn is_tagged(&self) -> bool {
        let mut words = self
            .text
            .split(|it: char| it.is_whitespace() || "'\"".contains(it));
        self.text.contains("etc/apk/repositories")
            && words.any(|it| it.len() > 1 && it.starts_with('@'))
    }

    /// Whether a package that the release's own archive lacks may be there.
    pub fn may_have(&self, package: &str, foundation: &Foundation) -> bool {
        if self.edits_suite {
            return true;
        }
        let addresses = self.text.matches("://").count();
        if let Some(has) = self.maker_has(package) {
            return has || addresses > 1;
        }
        let is_own = names_archive(self.text, ArchiveKind::Own) || is_mirror(self.text);
        !is_own || addresses > 1 && !self.is_all_own() || self.names_another_release(foundation)
    }

    /// Whether it surely is a maker's archive that has the package, for the release that the image is of.
    pub(crate) fn surely_has(&self, package: &str, foundation: &Foundation) -> bool {
        let code_name = end_of_release(foundation).map(|it| it.code_name());
        let code_name = code_name.filter(|it| !it.is_empty());
        let names_it = code_name.is_some_and(|name| words_of(self.text).any(|it| it == name));
        names_it && self.maker_has(package) == Some(true)
    }

    /// See [`vendor_archive_has`].
    fn maker_has(&self, package: &str) -> Option<bool> {
        let has = || vendor_archive_has(self.text, package);
        self.is_of_maker.then(has).flatten()
    }

    fn is_all_own(&self) -> bool {
        let mut parts = self.text.split("://").skip(1);
        parts.all(|it| {
            let host = it.split(['/', ' ', '\n']).next().unwrap_or_default();
            names_archive(host, ArchiveKind::Own) || is_mirror(&format!("://{it}"))
        })
    }

    fn names_another_release(&self, foundation: &Foundation) -> bool {
        if names_archive(self.text, ArchiveKind::Old) {
            return true;
        }
        let own = end_of_release(foundation).map(|it| it.code_name());
        let product = match foundation.distribution {
            Distribution::Ubuntu => "ubuntu",
            _ => "debian",
        };
        let others: Vec<String> = code_names(product)
            .filter(|it| Some(it) != own.as_ref())
            .collect();
        let number = foundation.release.unwrap_or_default();
        let is_other_number = |it: &str| {
            let rest = it.strip_prefix('v');
            let is_number = rest.is_some_and(|it| {
                it.contains('.') && it.bytes().all(|it| it.is_ascii_digit() || it == b'.')
            });
            is_number && rest != Some(number)
        };
        let mut words = words_of(self.text);
        let is_alpine = foundation.distribution == Distribution::Alpine;
        words.any(|it| {
            BESIDE.contains(&it)
                || if is_alpine {
                    is_other_number(it)
                } else {
                    others.iter().any(|other| other == it)
                }
        })
    }
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '.')
}

/// Whether a text names a mirror of a distribution: `http://mirrors.example.com/ubuntu/`.
fn is_mirror(text: &str) -> bool {
    let mut addresses = text.split("://").skip(1);
    addresses.any(|it| {
        let mut parts = it.split(['/', ' ']);
        let host = parts.next().unwrap_or_default();
        let folder = parts.next().unwrap_or_default();
        host.starts_with("mirror") && matches!(folder, "alpine" | "debian" | "ubuntu")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_commands_with_their_lines() {
        let text = "RUN a \\\n # no\n && b; c\nd";
        let texts: Vec<&str> = pieces(text, true).iter().map(|it| it.1.trim()).collect();
        assert_eq!(texts, ["RUN a \\\n # no", "b", "c", "d"]);
        assert_eq!(
            program_of("RUN sudo -E /usr/bin/add-apt-repository x"),
            "add-apt-repository"
        );
        assert_eq!(
            program_of(" LC_ALL=C.UTF-8 apt-add-repository x"),
            "apt-add-repository"
        );
        assert!(is_mirror(
            "deb http://mirrors.example.com/ubuntu noble main"
        ));
        assert!(!is_mirror(
            "deb https://mirrors.example.com/docker-ce/linux/ubuntu noble stable"
        ));
    }
}
