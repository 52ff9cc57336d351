//! Strings of the exec form.

/// The value of a JSON string with its quotes (RFC 8259, section 7); `None` if it is none. Half a
/// surrogate pair gives U+FFFD, as in the builder.
pub fn unquote(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return (!inner.contains('"')).then(|| inner.to_owned());
    }
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => return None,
            '\\' => text.push(match characters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let high = hex(&mut characters)?;
                    if (0xd800..0xdc00).contains(&high) {
                        low_surrogate(&mut characters)
                            .and_then(|low| char::from_u32(0x10000 + ((high - 0xd800) << 10) + low))
                            .unwrap_or(char::REPLACEMENT_CHARACTER)
                    } else {
                        char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                }
                c @ ('"' | '\\' | '/') => c,
                _ => return None,
            }),
            c => text.push(c),
        }
    }
    Some(text)
}

/// Takes the second half of a surrogate pair, if it comes next, less its base.
fn low_surrogate(characters: &mut std::str::Chars<'_>) -> Option<u32> {
    let mut ahead = characters.clone();
    (ahead.next()? == '\\' && ahead.next()? == 'u').then_some(())?;
    let low = hex(&mut ahead)?
        .checked_sub(0xdc00)
        .filter(|low| *low < 0x400)?;
    *characters = ahead;
    Some(low)
}

fn hex(characters: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |n, _| Some(n * 16 + characters.next()?.to_digit(16)?))
}
