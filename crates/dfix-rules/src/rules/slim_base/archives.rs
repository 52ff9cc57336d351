//! Which programs `tar` starts to unpack.

use dfix_model::Command;

/// The programs that this call of `tar` starts, with the packages that have them.
pub(super) fn tools_of_tar(command: Command<'_>) -> Vec<(&'static str, &'static str)> {
    let mut tools = Vec::new();
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
        let is_xz = letters.contains('J')
            || text == "--xz"
            || [".xz", ".txz", ".tar.xz"]
                .iter()
                .any(|end| name.ends_with(end));
        let is_bzip2 = letters.contains('j')
            || matches!(text, "--bzip2" | "--bzip")
            || [".bz2", ".tbz", ".tbz2"]
                .iter()
                .any(|end| name.ends_with(end));
        if is_xz && !tools.contains(&("xz", "xz-utils")) {
            tools.push(("xz", "xz-utils"));
        }
        if is_bzip2 && !tools.contains(&("bzip2", "bzip2")) {
            tools.push(("bzip2", "bzip2"));
        }
    }
    tools
}
