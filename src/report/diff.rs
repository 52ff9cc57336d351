//! Patches that `git apply` takes: hunks over lines that end with `\n`, printed byte for byte.
//!
//! A carriage return belongs to its line, and paths are quoted the way git does it.

use std::io::{self, Write as _};
use std::sync::Arc;

use anstyle::Style;
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::each::Each;
use super::patch_names::PatchNames;
use super::summary::Summary;
use crate::console::{BOLD, CYAN, GREEN, RED};
use crate::runner::FileReport;

/// Equal lines around a change.
const AROUND: usize = 3;

/// The patch of each file that changes.
pub(super) struct Patches {
    pub(super) names: Arc<PatchNames>,
    /// For eyes: `git apply` does not take colours.
    pub(super) color: bool,
}

impl Each for Patches {
    fn file(&self, file: &FileReport, out: &mut dyn io::Write) -> io::Result<()> {
        let mut text = Vec::new();
        of_file(file, &self.names, &mut text);
        if self.color {
            return print_in_color(&text, out);
        }
        out.write_all(&text)
    }

    fn end(&self, _: &Summary, _: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }
}

/// Prints the patch of one file as git does on a terminal.
fn print_in_color(patch: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    let mut is_head = true;
    for line in lines(patch) {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let is_hunk = text.starts_with(b"@@ ");
        is_head &= !is_hunk;
        let style = match text.first() {
            _ if is_head => BOLD,
            _ if is_hunk => CYAN,
            Some(b'+') => GREEN,
            Some(b'-') => RED,
            _ => Style::new(),
        };
        write!(out, "{style}")?;
        out.write_all(text)?;
        writeln!(out, "{style:#}")?;
    }
    Ok(())
}

/// The patch of a file, appended to `out`.
pub(crate) fn of_file(file: &FileReport, names: &PatchNames, out: &mut Vec<u8>) {
    if let Some(after) = file.after() {
        let path = names.of(&file.path);
        patch(&path, file.before.as_bytes(), after.as_bytes(), out);
    }
}

/// The patch that makes `after` of `before`, appended to `out`; nothing when they are equal. `path` is what [`PatchNames`] calls
/// the file.
pub(crate) fn patch(path: &[u8], before: &[u8], after: &[u8], out: &mut Vec<u8>) {
    if before == after {
        return;
    }
    let (old, new) = (lines(before), lines(after));
    let (old_name, new_name) = (quoted(b"a/", path), quoted(b"b/", path));
    // A name with a blank in it is closed by a tab: otherwise `patch` takes its first word only.
    let tab: &[u8] = if old_name.contains(&b' ') { b"\t" } else { b"" };
    for part in [
        b"diff --git ",
        &old_name[..],
        b" ",
        &new_name,
        b"\n--- ",
        &old_name,
        tab,
        b"\n+++ ",
        &new_name,
        tab,
        b"\n",
    ] {
        out.extend_from_slice(part);
    }
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    for hunk in group_diff_ops(ops, AROUND) {
        print_hunk(&hunk, &old, &new, out);
    }
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn print_hunk(ops: &[DiffOp], old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
        return;
    };
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    // A side without lines is named by the line before it.
    let start = |range: &std::ops::Range<usize>| range.start + usize::from(!range.is_empty());
    writeln!(
        out,
        "@@ -{},{} +{},{} @@",
        start(&old_range),
        old_range.len(),
        start(&new_range),
        new_range.len()
    )
    .expect("a vector takes everything");
    for op in ops {
        if let DiffOp::Equal { .. } = op {
            print_lines(b' ', &old[op.old_range()], out);
        } else {
            print_lines(b'-', &old[op.old_range()], out);
            print_lines(b'+', &new[op.new_range()], out);
        }
    }
}

fn print_lines(sign: u8, lines: &[&[u8]], out: &mut Vec<u8>) {
    for line in lines {
        out.push(sign);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// A name the way git writes it: in quotes with C escapes where a byte asks for it.
fn quoted(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    let mut name = Vec::with_capacity(prefix.len() + path.len() + 2);
    if path.iter().all(plain) {
        name.extend_from_slice(prefix);
        name.extend_from_slice(path);
        return name;
    }
    name.push(b'"');
    name.extend_from_slice(prefix);
    for byte in path {
        let letter = match byte {
            0x07 => b'a',
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0b => b'v',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' | b'\\' => *byte,
            byte if plain(byte) => {
                name.push(*byte);
                continue;
            }
            byte => {
                name.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                continue;
            }
        };
        name.extend_from_slice(&[b'\\', letter]);
    }
    name.push(b'"');
    name
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;

    use super::patch;

    /// Runs `git apply` in a fresh folder that holds `before` as `name`, and gives what is there then.
    fn applied(name: &[u8], before: &[u8], after: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, before).unwrap();
        let mut text = Vec::new();
        patch(name, before, after, &mut text);
        let mut git = Command::new("git")
            .args([
                "-c",
                "core.autocrlf=false",
                "apply",
                "--whitespace=nowarn",
                "-",
            ])
            .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(&text).unwrap();
        let output = git.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&text)
        );
        std::fs::read(path).unwrap()
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[ab]",
            1 => Just(String::new()),
            1 => Just("--- a".to_owned()),
            1 => Just("\\ No newline at end of file".to_owned()),
            1 => "[ \t\r@+\\-é]{0,4}",
        ]
    }

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let end = prop_oneof![4 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r")];
        (
            prop::collection::vec((line(), end), 0..24),
            line(),
            any::<bool>(),
        )
            .prop_map(|(lines, last, open)| {
                let mut text: String = lines.into_iter().map(|(line, end)| line + end).collect();
                if open {
                    text.push_str(&last);
                }
                text.into_bytes()
            })
    }

    /// A text, and one that differs from it in a few lines.
    fn edited() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        (
            text(),
            prop::collection::vec((any::<prop::sample::Index>(), 0..3, text()), 0..4),
        )
            .prop_map(|(before, edits)| {
                let mut after: Vec<Vec<u8>> = super::lines(&before)
                    .into_iter()
                    .map(<[u8]>::to_vec)
                    .collect();
                for (at, kind, text) in edits {
                    let place = at.index(after.len() + 1);
                    if kind == 0 && place < after.len() {
                        after.remove(place);
                    } else {
                        let few: Vec<u8> = text.into_iter().take(9).collect();
                        after.insert(place, few);
                    }
                }
                (before, after.concat())
            })
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("Dockerfile".to_owned()),
            Just("sub dir/Docker file".to_owned()),
            Just("naïve/Dockerfile".to_owned()),
            Just("日本/a\"b".to_owned()),
            "[a-z \t\"\\\\é\u{7}\r\n]{1,6}".prop_map(|odd| format!("x{odd}x/Dockerfile{odd}x")),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn git_applies_every_patch((before, after) in edited(), name in name()) {
            prop_assume!(before != after);
            prop_assert_eq!(applied(name.as_bytes(), &before, &after), after);
        }

        #[test]
        fn git_applies_patches_between_strangers(before in text(), after in text()) {
            prop_assume!(before != after);
            prop_assert_eq!(applied(b"Dockerfile", &before, &after), after);
        }
    }

    #[test]
    fn a_name_that_is_not_unicode_is_quoted_byte_by_byte() {
        assert_eq!(applied(b"caf\xe9/Dockerfile", b"a\n", b"b\n"), b"b\n");
    }

    #[test]
    fn equal_texts_make_no_patch() {
        let mut out = Vec::new();
        patch(b"x", b"a", b"a", &mut out);
        assert!(out.is_empty());
    }
}
