//! What the words of `EXPOSE` say, part by part.
//!
//! Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert_expose.go`: `[[IP:]PORT-OF-HOST:]PORT[/PROTOCOL]`, of which the
//! image keeps the port and the protocol in small letters.

use crate::handles::{Step, Word};

/// A word of `EXPOSE` in parts, each as it is written: a variable stays one.
#[derive(Debug, Clone)]
pub struct Exposed<'m> {
    /// The word.
    pub word: Word<'m>,
    /// What it says of the host: an address, a port, or both.
    pub host: Option<String>,
    /// The port of the container, or a range of them.
    pub port: String,
    /// The protocol.
    pub protocol: Option<String>,
}

impl<'m> Step<'m> {
    /// The words of an `EXPOSE` in parts; not those that are cut or quoted around a variable.
    pub fn exposed(self) -> impl Iterator<Item = Exposed<'m>> {
        self.words().filter_map(Exposed::of)
    }
}

impl<'m> Exposed<'m> {
    fn of(word: Word<'m>) -> Option<Self> {
        let text = match word.value() {
            Some(value) => value,
            None => word.source_text(),
        };
        let is_simple = |c: char| c.is_ascii_alphanumeric() || "${}_-:/.[]".contains(c);
        if text.is_empty() || !text.chars().all(is_simple) {
            return None;
        }
        let (host, port, protocol) = parts_of(text);
        Some(Exposed {
            word,
            host: (!host.trim_matches(':').is_empty()).then_some(host),
            port: port.to_owned(),
            protocol: protocol.map(str::to_owned),
        })
    }

    /// The word without what it says of the host.
    pub fn of_container(&self) -> String {
        match &self.protocol {
            Some(protocol) => format!("{}/{protocol}", self.port),
            None => self.port.clone(),
        }
    }

    /// The word with its protocol in small letters, where that has others and is one.
    pub fn in_small_letters(&self) -> Option<String> {
        let protocol = self.protocol.as_ref()?;
        let small = protocol.to_ascii_lowercase();
        let is_one = matches!(small.as_str(), "tcp" | "udp" | "sctp");
        let host = self
            .host
            .as_ref()
            .map_or(String::new(), |it| format!("{it}:"));
        (is_one && small != *protocol).then(|| format!("{host}{}/{small}", self.port))
    }

    /// Whether the port of the container is one, or a range: `None` where a variable decides.
    pub fn has_port(&self) -> Option<bool> {
        (!self.port.contains('$')).then(|| is_port(&self.port))
    }

    /// Whether the builder takes what it says of the host: `None` where a variable decides.
    pub fn has_host(&self) -> Option<bool> {
        let host = self.host.as_deref()?;
        if host.contains('$') {
            return None;
        }
        let (address, port) = match host.rsplit_once(':') {
            Some((address, port)) => (address, port),
            None => ("", host),
        };
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let is_address = address.is_empty() || address.parse::<std::net::IpAddr>().is_ok();
        Some(is_address && (port.is_empty() || is_port(port)))
    }
}

/// Whether the text is a port or a range of ports.
fn is_port(text: &str) -> bool {
    range_of(text).is_some()
}

/// The first and the last port of a range, or a port twice.
pub(crate) fn range_of(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let ends = (first.parse().ok()?, last.parse().ok()?);
    (ends.0 <= ends.1).then_some(ends)
}

/// What a word says of the host, of the port, of the protocol.
pub(crate) fn parts_of(text: &str) -> (String, &str, Option<&str>) {
    let mut parts = split_outside(text, ':');
    let last = parts.pop().unwrap_or_default();
    let mut halves = split_outside(last, '/').into_iter();
    let port = halves.next().unwrap_or_default();
    (parts.join(":"), port, halves.next())
}

/// The text cut at a character, but not inside `${…}`.
fn split_outside(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (place, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if c == at && depth == 0 => {
                parts.push(&text[start..place]);
                start = place + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
