//! Strings of the exec form.

/// The value of a JSON string with its quotes (RFC 8259, section 7); `None` if it is none.
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
                        characters.next().filter(|c| *c == '\\')?;
                        characters.next().filter(|c| *c == 'u')?;
                        let low = hex(&mut characters)?.checked_sub(0xdc00)?;
                        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?
                    } else {
                        char::from_u32(high)?
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

fn hex(characters: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |n, _| Some(n * 16 + characters.next()?.to_digit(16)?))
}
