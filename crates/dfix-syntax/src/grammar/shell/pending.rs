//! What a `<<` asks for, until its body is read.

/// A here-document whose body is still to come.
pub(super) struct Pending {
    pub(super) delimiter: Vec<u8>,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
}

impl Pending {
    /// What `<<` (`<<-` with `strip_tabs`) and the word `source` ask for.
    pub(super) fn new(source: &[u8], strip_tabs: bool) -> Self {
        let mut delimiter = Vec::with_capacity(source.len());
        let mut quote = 0;
        let mut quoted = false;
        let mut bytes = source.iter().copied();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' if quote != b'\'' => {
                    quoted = true;
                    delimiter.extend(bytes.next());
                }
                b'\'' | b'"' if quote == 0 => {
                    quoted = true;
                    quote = byte;
                }
                _ if byte == quote => quote = 0,
                _ => delimiter.push(byte),
            }
        }
        Pending {
            delimiter,
            quoted,
            strip_tabs,
        }
    }
}
