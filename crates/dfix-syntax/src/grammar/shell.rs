//! The shell level: POSIX sh and bash.

use crate::kind::SyntaxKind;
use crate::sink::Sink;

/// Takes all of `logical` (what the shell reads: continuations of the Dockerfile level are gone) as
/// one `SHELL_SCRIPT` node.
pub(crate) fn script(sink: &mut Sink<'_>, logical: &str) {
    sink.start_node(SyntaxKind::SHELL_SCRIPT);
    sink.token(SyntaxKind::ERROR_TEXT, logical.len());
    sink.finish_node();
}
