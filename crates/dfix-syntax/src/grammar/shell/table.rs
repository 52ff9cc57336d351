//! Which bytes end a plain stretch of text, by what the text stands in.

/// Ends a plain stretch of an unquoted word: a limit, a quote, an expansion.
pub(super) const WORD: u8 = 1;
/// Ends a plain stretch between double quotes.
pub(super) const DOUBLE: u8 = 2;
/// Ends a plain stretch of the word in `${x:-word}`.
pub(super) const BRACE: u8 = 4;
/// Between the operands of `${x/a/b}` and `${x:1:2}`.
pub(super) const SEPARATOR: u8 = 8;
/// Ends a plain stretch of balanced text: brackets, quotes, expansions.
pub(super) const BALANCED: u8 = 16;
/// May stand in a variable's name.
pub(super) const NAME: u8 = 32;
/// Ends a word: a blank, a line feed, a character of an operator; also the zero past the end.
pub(super) const LIMIT: u8 = 64;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    table = with(table, b" \t\n;&|()<>\0", WORD | LIMIT);
    table = with(table, b"\r", WORD);
    table = with(table, b"\\\"$`", WORD | DOUBLE | BRACE | BALANCED);
    table = with(table, b"'", WORD | BRACE | BALANCED);
    table = with(table, b"}", BRACE);
    table = with(table, b":/", SEPARATOR);
    table = with(table, b"()[]", BALANCED);
    table = with(
        table,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
        NAME,
    );
    table
}

const fn with(mut table: [u8; 256], bytes: &[u8], class: u8) -> [u8; 256] {
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] |= class;
        i += 1;
    }
    table
}

/// Whether `byte` is of one of the classes `mask`.
#[inline]
pub(super) fn is(byte: u8, mask: u8) -> bool {
    CLASSES[usize::from(byte)] & mask != 0
}

/// Whether a variable's name may begin with `byte`.
#[inline]
pub(super) fn starts_name(byte: u8) -> bool {
    is(byte, NAME) && !byte.is_ascii_digit()
}
