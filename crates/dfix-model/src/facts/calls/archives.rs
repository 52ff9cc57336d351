//! Which programs `tar` starts to pack and unpack. Source: GNU tar's manual, "Compression".

use crate::handles::Command;

/// The program, its letter among the options, its long options, and how its archives end.
const COMPRESSION: &[(&str, char, &[&str], &[&str])] = &[
    ("xz", 'J', &["--xz"], &[".xz", ".txz"]),
    (
        "bzip2",
        'j',
        &["--bzip2", "--bzip"],
        &[".bz2", ".tbz", ".tbz2"],
    ),
];

/// The programs that this call of `tar` starts.
pub(super) fn programs_of_tar(command: Command<'_>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (index, word) in command.args().enumerate() {
        let text = word.literal_prefix();
        let letters = match text.strip_prefix('-') {
            Some(long) if long.starts_with('-') => "",
            Some(letters) => letters,
            // The old style: `tar xjf file`.
            None if index == 0 && !text.contains(['/', '.']) => text,
            None => "",
        };
        // Letters after `f` are a file's name.
        let letters = letters.split('f').next().unwrap_or("");
        let name = word.source_text().trim_end_matches(['"', '\'']);
        for (program, letter, options, endings) in COMPRESSION {
            let is_meant = letters.contains(*letter)
                || options.contains(&text)
                || endings.iter().any(|end| name.ends_with(end));
            if is_meant && !found.contains(program) {
                found.push(*program);
            }
        }
    }
    found
}
