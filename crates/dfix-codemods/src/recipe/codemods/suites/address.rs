//! Whose archive a release is named for: by the address that it stands in or behind, and not by others beside it.

use dfix_catalogue::{ArchiveKind, names_archive};

/// What a release is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose<'t> {
    /// The distribution's own archive.
    Own,
    /// The archive at the address that stands directly before it.
    Behind(&'t str),
    /// What somebody else's address leads to, or a file of some archive.
    Elsewhere,
    /// No address is near.
    Nobody,
}

/// What the text between two places is named for.
pub(super) fn whose(text: &str, at: usize, end: usize) -> Whose<'_> {
    let before = &text[begin_of_command(&text[..at])..at];
    let word = before.rsplit(is_between_words).next().unwrap_or_default();
    if is_address(word) {
        let is_list = names_archive(word, ArchiveKind::Own)
            && plain(word).ends_with("/alpine/")
            && is_folder_of_archive(&text[end..]);
        return if is_list {
            Whose::Own
        } else {
            Whose::Elsewhere
        };
    }
    // `icinga-stretch` is the name of somebody's suite, and `xenial-updates/kilo` another one.
    let is_whole = !word.ends_with('-');
    let words = before[..before.len() - word.len()].split(is_between_words);
    let mut words = words.filter(|it| !it.is_empty() && *it != "\\").rev();
    let last = words.clone().next().filter(|_| word.is_empty());
    let address = last.filter(|it| is_address(it) || it.starts_with('$'));
    let nearest = address.or_else(|| words.find(|it| is_address(it)));
    match nearest {
        Some(it) if names_archive(it, ArchiveKind::Own) && is_whole => Whose::Own,
        Some(it) if address.is_some() && is_whole => Whose::Behind(it.trim_end_matches('/')),
        Some(_) => Whose::Elsewhere,
        None => of_line(text, at),
    }
}

/// What a line is about that names addresses behind the release, or in another command.
fn of_line(text: &str, at: usize) -> Whose<'_> {
    let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    let addresses = text[start..end].split(is_between_words);
    let mut addresses = addresses.filter(|it| is_address(it)).peekable();
    if addresses.peek().is_none() {
        return Whose::Nobody;
    }
    if addresses.all(|it| names_archive(it, ArchiveKind::Own)) {
        Whose::Own
    } else {
        Whose::Elsewhere
    }
}

fn is_between_words(it: char) -> bool {
    it.is_whitespace() || matches!(it, '"' | '\'')
}

fn is_address(word: &str) -> bool {
    plain(word).contains("://") || names_archive(word, ArchiveKind::Own)
}

/// A text of `sed` without the backslashes before its slashes.
fn plain(word: &str) -> String {
    word.replace(r"\/", "/")
}

/// Whether what follows a release of Alpine in an address is a folder of packages (`/main`), and no file of it.
fn is_folder_of_archive(rest: &str) -> bool {
    let rest = rest.split(is_between_words).next().unwrap_or_default();
    let rest = plain(rest);
    let parts = rest.trim_matches('/').split('/');
    !rest.contains('.') && !rest.starts_with("/releases") && parts.count() <= 2
}

/// Where the command begins that a text ends in, roughly.
fn begin_of_command(text: &str) -> usize {
    let ends = [" && ", "&&", "||", ";", " | "];
    let ends = ends
        .iter()
        .filter_map(|it| Some(text.rfind(it)? + it.len()));
    let mut lines = text.rmatch_indices('\n').map(|(at, _)| at);
    let line = lines.find(|at| !text[..*at].trim_end_matches('\r').ends_with('\\'));
    ends.chain(line.map(|it| it + 1)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, name: &str) -> String {
        let at = text.find(name).expect("the name");
        format!("{:?}", whose(text, at, at + name.len()))
    }

    #[test]
    fn the_address_before_a_release_tells_whose_it_is() {
        for (text, name, expected) in [
            (
                "deb http://deb.debian.org/debian stretch main",
                "stretch",
                "Own",
            ),
            (
                "\"deb http://deb.debian.org/debian\" \\\n  \"stretch main\"",
                "stretch",
                "Own",
            ),
            (
                "deb [a=b] http://deb.debian.org/debian/ stretch main",
                "stretch",
                "Own",
            ),
            ("s/deb.debian.org stretch/", "stretch", "Own"),
            (
                "deb http://m.example.com/d/ stretch main",
                "stretch",
                "Behind(\"http://m.example.com/d\")",
            ),
            (
                "\"deb http://m.example.com/d\" \\\n \"stretch main\"",
                "stretch",
                "Behind(\"http://m.example.com/d\")",
            ),
            ("deb $MIRROR stretch main", "stretch", "Behind(\"$MIRROR\")"),
            (
                "deb http://deb.debian.org/d x && deb http://i.example.com/d i-stretch main",
                "stretch",
                "Elsewhere",
            ),
            (
                "deb http://deb.debian.org/debian i-stretch main",
                "stretch",
                "Elsewhere",
            ),
            (
                "curl http://deb.debian.org/x; curl https://e.com/debian/stretch/x.deb",
                "stretch",
                "Elsewhere",
            ),
            ("wget http://e.com/xenial-updates/x", "xenial", "Elsewhere"),
            (
                "wget http://deb.debian.org/debian/pool/x_stretch.deb",
                "stretch",
                "Elsewhere",
            ),
            (
                "for s in xenial; do echo deb http://archive.ubuntu.com/ubuntu $s main",
                "xenial",
                "Own",
            ),
            (
                "curl https://e.com/k | apt-get install -t xenial-backports\n",
                "xenial",
                "Elsewhere",
            ),
            ("apt-get install -t xenial-backports", "xenial", "Nobody"),
            (
                "https://dl-cdn.alpinelinux.org/alpine/v3.8/main",
                "v3.8",
                "Own",
            ),
            (
                r"s/dl-cdn.alpinelinux.org\/alpine\/v3.8\/main/x/",
                "v3.8",
                "Own",
            ),
            (
                "https://dl-cdn.alpinelinux.org/alpine/v3.8/main/x86_64/a-1.apk",
                "v3.8",
                "Elsewhere",
            ),
            (
                "https://dl-cdn.alpinelinux.org/alpine/v3.8/releases/x86_64",
                "v3.8",
                "Elsewhere",
            ),
        ] {
            assert_eq!(of(text, name), expected, "{text}");
        }
    }
}
