//! Where Logback and Log4j write, by their settings in XML.
//!
//! Sources: Logback's manual, "Appenders" (`<file>`, `<fileNamePattern>`), and
//! "Configuration" (`<property>`, `<timestamp>`); Log4j's, "File appenders"
//! (`fileName`, `filePattern`), and of its first version (`<param name="File">`).

use std::collections::HashMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::names::written_to;
use crate::source::Source;
use crate::token::Trouble;
use crate::value::Text;

/// How often a property's value may name others.
const MOST_ROUNDS: usize = 4;

/// Reads the settings into a source.
pub(super) fn read(text: &str, source: &mut Source) {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = match Document::parse_with_options(text, options) {
        Ok(it) => it,
        Err(error) => {
            let line = usize::try_from(error.pos().row).unwrap_or(1).max(1);
            source.trouble = Some((line, Trouble::Malformed));
            return;
        }
    };
    let properties: HashMap<String, &str> = document.descendants().filter_map(property).collect();
    for node in document.descendants().filter(Node::is_element) {
        for (path, is_pattern) in paths_of(node) {
            let line = document.text_pos_at(node.range().start).row;
            let line = usize::try_from(line).unwrap_or(1);
            let path = resolved(path.trim(), &properties);
            if is_pattern {
                written_to(folder_of_pattern(&path), true, line, source);
            } else {
                written_to(path, false, line, source);
            }
        }
    }
}

/// The paths that an element gives to what writes, and whether each is a pattern of names.
fn paths_of<'d>(node: Node<'d, '_>) -> Vec<(&'d str, bool)> {
    let name = node.tag_name().name().to_ascii_lowercase();
    let is = |key: &str, wanted: &str| key.eq_ignore_ascii_case(wanted);
    let mut found = Vec::new();
    match name.as_str() {
        "file" | "filenamepattern" => {
            let text = node.text().map(|text| (text, name != "file"));
            found.extend(text.filter(|(text, _)| !text.trim().is_empty()));
        }
        "param" if node.attribute("name").is_some_and(|it| is(it, "file")) => {
            found.extend(node.attribute("value").map(|it| (it, false)));
        }
        _ => {}
    }
    for attribute in node.attributes() {
        if is(attribute.name(), "fileName") {
            found.push((attribute.value(), false));
        } else if is(attribute.name(), "filePattern") {
            found.push((attribute.value(), true));
        }
    }
    found
}

/// A property that the settings define: `<property name="DIR" value="logs"/>`, `<Property name="DIR">logs</Property>`. A time
/// (`<timestamp key="NOW" datePattern="yyyy"/>`) is told by its pattern, as a part of a name.
fn property<'d>(node: Node<'d, '_>) -> Option<(String, &'d str)> {
    let tag = node.tag_name().name().to_ascii_lowercase();
    if tag == "timestamp" {
        let pattern = node
            .attribute("datePattern")
            .filter(|it| !it.contains('/'))?;
        return Some((node.attribute("key")?.to_owned(), pattern));
    }
    if !matches!(tag.as_str(), "property" | "springproperty" | "variable") {
        return None;
    }
    let values = ["value", "defaultValue"];
    let mut values = values.into_iter().filter_map(|it| node.attribute(it));
    let value = values.next().or(node.text())?;
    Some((node.attribute("name")?.to_owned(), value.trim()))
}

/// A value with its properties put in: `${DIR:-logs}/a.log`.
fn resolved(written: &str, properties: &HashMap<String, &str>) -> Text {
    let mut text = Text::plain(written);
    for _ in 0..MOST_ROUNDS {
        let Some((before, behind)) = text.written.split_once("${") else {
            break;
        };
        let Some((inner, after)) = behind.split_once('}') else {
            break;
        };
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let known = properties.get(name.trim()).copied().or(default);
        text.is_complete &= known.is_some();
        if known.is_none() {
            text.variables.push(name.to_owned());
        }
        text.written = [before, known.unwrap_or_default(), after].concat();
    }
    text.is_complete &= !text.written.contains("${");
    text
}

/// The folder of a pattern of names, up to its first part that is not the same for all: `logs/%d{yyyy}/a.log`.
fn folder_of_pattern(pattern: &Text) -> Text {
    let written = pattern.written.as_str();
    let fixed = &written[..written.find(['%', '$']).unwrap_or(written.len())];
    let folder = fixed.rfind('/').map_or(".", |at| &fixed[..at.max(1)]);
    pattern.map(folder.to_owned())
}
