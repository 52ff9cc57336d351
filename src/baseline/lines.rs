//! The file of a baseline: one finding a line, sorted, so that two branches that add to it merge.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::parts::{Known, OfFile, Times};
use crate::config::ConfigError;

/// The first line. A later form of the file has another number.
const HEAD: &str = "{\"dfix-baseline\":1}";

/// How a message ends where the file may be written anew.
pub(super) const IS_WRITTEN_ANEW: &str = "; --update-baseline writes the file anew";

/// How much of an instruction is shown.
const MOST_LETTERS: usize = 100;

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: String,
    rule: String,
    count: usize,
    hash: String,
    text: String,
}

/// What the text of a baseline says.
pub(super) fn read(file: &Path, text: &str) -> Result<BTreeMap<String, OfFile>, ConfigError> {
    let mut files: BTreeMap<String, OfFile> = BTreeMap::new();
    let wrong = |line: usize, why: String| ConfigError {
        file: file.to_owned(),
        place: Some((line + 1, 1)),
        message: format!("{why}{IS_WRITTEN_ANEW}"),
    };
    if text.trim().is_empty() {
        return Err(wrong(0, "this baseline is empty".to_owned()));
    }
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if number == 0 && !line.starts_with("{\"dfix-baseline\"") {
            return Err(wrong(0, "this is no baseline of dfix".to_owned()));
        }
        if number == 0 && line != HEAD {
            let why = "this baseline was written by another version of dfix".to_owned();
            return Err(wrong(0, why));
        }
        // Of two branches that both begin one, each brings its head.
        if line.is_empty() || line == HEAD {
            continue;
        }
        if ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|it| line.starts_with(it))
        {
            let why = "a merge left its marks here: keep the lines of both sides".to_owned();
            return Err(ConfigError {
                message: why.clone(),
                ..wrong(number, why)
            });
        }
        let read: Line = serde_json::from_str(line)
            .map_err(|error| wrong(number, format!("this line is no finding: {error}")))?;
        let hash = u64::from_str_radix(&read.hash, 16)
            .map_err(|_| wrong(number, format!("`{}` is no hash", read.hash)))?;
        let known = Known {
            rule: read.rule,
            hash,
        };
        let times = Times {
            count: read.count,
            text: read.text,
        };
        // Where both branches wrote it down, it is known as often as the one says that says more.
        let of_file = files.entry(read.path).or_default();
        match of_file.get_mut(&known) {
            Some(there) => there.count = there.count.max(times.count),
            None => {
                of_file.insert(known, times);
            }
        }
    }
    Ok(files)
}

/// The text of a baseline.
pub(super) fn written(files: &BTreeMap<String, OfFile>) -> String {
    let mut text = format!("{HEAD}\n");
    for (path, of_file) in files {
        for (known, times) in of_file {
            let line = Line {
                path: path.clone(),
                rule: known.rule.clone(),
                count: times.count,
                hash: format!("{:016x}", known.hash),
                text: times.text.clone(),
            };
            if let Ok(line) = serde_json::to_string(&line) {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

/// FNV-1a over the words of a text: the same on every machine, however it is broken into lines and set in.
pub(super) fn hash(text: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for word in text.split_whitespace() {
        for byte in word.bytes().chain(*b" ") {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The beginning of an instruction, in one line.
pub(super) fn beginning(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{beginning, hash, read, written};

    #[test]
    fn blanks_do_not_count() {
        assert_eq!(hash("RUN a  \\\n  b\n"), hash("RUN a \\\r\n\tb"));
        assert_ne!(hash("RUN ab"), hash("RUN a b"));
        assert_eq!(beginning(&"x y ".repeat(60)).chars().count(), 101);
    }

    #[test]
    fn what_is_written_is_read() {
        let text = "{\"dfix-baseline\":1}\n\
                    {\"path\":\"a/Dockerfile\",\"rule\":\"slim-base\",\"count\":2,\"hash\":\"00000000000000ff\",\"text\":\"FROM \\\"é\"}\n";
        let file = std::path::Path::new("/x/b");
        assert_eq!(written(&read(file, text).unwrap()), text);
        // The lines of two branches, in any order.
        let merged = format!("{text}{}", text.replace("\"count\":2", "\"count\":1"));
        assert_eq!(written(&read(file, &merged).unwrap()), text);
        assert!(read(file, &written(&BTreeMap::new())).unwrap().is_empty());
        for (text, told) in [
            ("", ":1:1: this baseline is empty"),
            ("[]\n", ":1:1: this is no baseline of dfix"),
            (
                "{\"dfix-baseline\":2}\n",
                ":1:1: this baseline was written by another version",
            ),
            (
                "{\"dfix-baseline\":1}\n{}\n",
                ":2:1: this line is no finding: missing field",
            ),
            (
                "{\"dfix-baseline\":1}\n<<<<<<< ours\n",
                ":2:1: a merge left its marks",
            ),
        ] {
            let error = read(file, text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("/x/b{told}")), "{error}");
        }
    }
}
