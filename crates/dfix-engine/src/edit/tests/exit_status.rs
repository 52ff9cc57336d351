//! What asks how a command ended.

use super::*;

/// Between a command and what asks how it ended nothing comes, and nothing goes that is asked after.
#[test]
fn what_asks_how_a_command_ended_hears_it_of_that_one() {
    let after = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.add_command_after(command(root, "b"), "new");
    };
    let before = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.add_command_before(command(root, "b"), "new");
    };
    let gone = |root: &SyntaxNode, edit: &mut Edit<'_>| {
        edit.remove_command(command(root, "b"));
    };
    for script in [
        "a; b; [ $? -eq 0 ] || exit 1",
        "a && b; RC=$?; c; exit $RC",
        "a; b; exit ${?}",
        "a; b; if [ $? -ne 0 ]; then c; fi",
        "a; b; case $? in 1) c;; esac",
        "{ a; b; }; x $?",
        "a; b; (exit $?)",
        "a; b; x=\"$(c $?)\"",
        "<<E\na\nb\nx $?\nE",
        "a; b; x ${PIPESTATUS[0]}",
        "f() { x $?; }; a; b; f",
    ] {
        dropped(script, after);
        dropped(script, gone);
    }
    dropped("a; b $?; c", before);
    words_case("b; a; x $?", after, "b; new; a; x $?");
    words_case("x $?; b; a", after, "x $?; b; new; a");
    words_case("x $?; b; a", gone, "x $?; a");
}
