//! What bash understands, and other shells do not or otherwise.

use dfix_engine::Safety;
use dfix_model::{Command, OpenCondition, ReadBy};

/// The shell that reads a command, where it is not bash by its own name.
pub(crate) fn other_shell(command: Command<'_>) -> Option<ReadBy> {
    command.read_by().filter(|it| *it != ReadBy::Bash)
}

/// Whether the shell is known to have a command or an operator of bash that dash alone lacks: the ash of busybox took over many.
pub(crate) fn has_it(shell: ReadBy) -> bool {
    matches!(shell, ReadBy::BashAsSh | ReadBy::Busybox)
}

/// How far another spelling of what dash lacks may be trusted.
pub(crate) fn safety(shell: ReadBy) -> Safety {
    if has_it(shell) {
        Safety::Safe
    } else {
        Safety::Checked
    }
}

/// What is open where nobody knows which shell reads the command: whether it is one that does this.
pub(crate) fn unknown_shell(command: Command<'_>, does: &str) -> OpenCondition {
    let image = command.stage().and_then(|it| it.base_image().text());
    OpenCondition::new(
        format!(
            "whether `/bin/sh` of {} {does}",
            image.unwrap_or("the image")
        ),
        "see what it is (`ls -l /bin/sh`)",
    )
}
