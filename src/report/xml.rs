//! XML as it is written: one element a line, texts escaped. What no XML can hold (control characters) is left out.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Names and values.
pub(super) type Attributes = Vec<(&'static str, String)>;

/// A document on its way.
pub(super) struct Xml<'o> {
    writer: Writer<&'o mut dyn Write>,
}

impl<'o> Xml<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(out, b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Xml { writer })
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, String)]) -> io::Result<()> {
        self.writer
            .write_event(Event::Start(start(name, attributes)))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, String)]) -> io::Result<()> {
        self.writer
            .write_event(Event::Empty(start(name, attributes)))
    }

    pub(super) fn text_in(
        &mut self,
        name: &str,
        attributes: &[(&str, String)],
        text: &str,
    ) -> io::Result<()> {
        self.open(name, attributes)?;
        let text = allowed(text);
        self.writer
            .write_event(Event::Text(BytesText::new(&text)))?;
        self.close(name)
    }

    pub(super) fn end(self) -> io::Result<()> {
        writeln!(self.writer.into_inner())
    }
}

fn start<'n>(name: &'n str, attributes: &[(&str, String)]) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        // A line end in an attribute would be read as a blank.
        let value = allowed(value);
        start.push_attribute((*key, value.as_str()));
    }
    start
}

/// The characters that XML 1.0 (section 2.2) allows.
fn allowed(text: &str) -> String {
    let is_allowed = |it: &char| {
        matches!(it, '\t' | '\n' | '\r') || (*it >= ' ' && !matches!(it, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(is_allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn what_would_end_a_text_is_escaped() {
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out).unwrap();
        xml.text_in("a", &[("b", "x\"<&\u{1}".to_owned())], "1 < 2 ]]> &\u{7}")
            .unwrap();
        xml.end().unwrap();
        let text = String::from_utf8(out).unwrap();
        let document = roxmltree::Document::parse(&text).expect("it is XML");
        let root = document.root_element();
        assert_eq!(root.attribute("b"), Some("x\"<&"));
        assert_eq!(root.text(), Some("1 < 2 ]]> &"));
    }
}
