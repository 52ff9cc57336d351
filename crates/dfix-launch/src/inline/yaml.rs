//! Compose: `services.*.build.dockerfile_inline`.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::decoded::Decoded;
use super::dollars::Dollars;
use super::edit::Told;
use super::holder::Holder;
use super::literal;
use super::quoted::{self, Escapes};
use super::style::{Form, Style};
use super::text::{Inline, Inlines, Text};
use crate::yaml::YamlError;

/// A collection that is open.
struct Open {
    anchor: usize,
    /// Of a map: the key whose value comes next. Of a list: none.
    key: Option<Key>,
    is_map: bool,
}

struct Key {
    text: String,
    span: Span,
}

/// A scalar as the parser gives it.
struct Scalar<'t> {
    text: &'t str,
    style: ScalarStyle,
    span: Span,
    has_tag: bool,
}

/// A Dockerfile, and the anchors of it and of what it stands in.
struct Found {
    inline: Inline,
    anchors: Vec<usize>,
    is_of_service: bool,
}

/// The Dockerfiles of a file of Compose.
pub(super) fn read(text: &str) -> Result<Inlines, YamlError> {
    let mut reading = Reading {
        text,
        starts: if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).collect()
        },
        open: Vec::new(),
        found: Vec::new(),
        aliases: Vec::new(),
        rest: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| YamlError {
            line: error.marker().line().max(1),
            message: error.info().to_owned(),
        })?;
        reading.event(&event, span);
    }
    Ok(reading.done())
}

struct Reading<'t> {
    text: &'t str,
    /// Where each letter begins; empty where each is one byte.
    starts: Vec<usize>,
    open: Vec<Open>,
    found: Vec<Found>,
    /// Anchors that something else stands for.
    aliases: Vec<usize>,
    rest: Vec<String>,
}

impl Reading<'_> {
    fn event(&mut self, event: &Event<'_>, span: Span) {
        let mut is_found = false;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.is_key() {
                    self.set_key(text, span);
                } else {
                    let scalar = Scalar {
                        text,
                        style: *style,
                        span,
                        has_tag: tag.is_some(),
                    };
                    is_found = self.value(&scalar, *anchor);
                    self.end_value();
                }
                // What stands there is compared by itself.
                if is_found {
                    self.rest.push(format!("{style:?} {anchor} {tag:?}"));
                }
            }
            Event::Alias(id) => {
                self.aliases.push(*id);
                if self.is_key() {
                    self.set_key("", span);
                } else {
                    self.alias(span);
                    self.end_value();
                }
            }
            Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _) => {
                if self.is_key() {
                    self.set_key("", span);
                }
                self.open.push(Open {
                    anchor: *anchor,
                    key: None,
                    is_map: matches!(event, Event::MappingStart(..)),
                });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
                self.end_value();
            }
            _ => {}
        }
        if !is_found {
            self.rest.push(format!("{event:?}"));
        }
    }

    /// Whether what comes is a key.
    fn is_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|it| it.is_map && it.key.is_none())
    }

    fn set_key(&mut self, text: &str, span: Span) {
        if let Some(open) = self.open.last_mut() {
            let text = text.to_owned();
            open.key = Some(Key { text, span });
        }
    }

    fn end_value(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.key = None;
        }
    }

    /// The keys above what comes.
    fn path(&self) -> Vec<&str> {
        let keys = self.open.iter().filter_map(|it| it.key.as_ref());
        keys.map(|it| &*it.text).collect()
    }

    /// The name of the service whose Dockerfile comes, and whether it is one; none where something else comes.
    fn name(&self) -> Option<(String, bool)> {
        let path = self.path();
        let (last, above) = path.split_last()?;
        if *last != Holder::Compose.key() {
            return None;
        }
        Some(match above {
            ["services", name, "build"] => ((*name).to_owned(), true),
            above => (above.join("."), false),
        })
    }

    fn byte(&self, letter: usize) -> usize {
        if self.starts.is_empty() {
            return letter.min(self.text.len());
        }
        self.starts.get(letter).copied().unwrap_or(self.text.len())
    }

    /// A value; whether it is the known text of a Dockerfile.
    fn value(&mut self, scalar: &Scalar<'_>, anchor: usize) -> bool {
        let Some((name, is_of_service)) = self.name() else {
            return false;
        };
        if scalar.text.is_empty() {
            return false;
        }
        let said = self.said(scalar);
        let is_known = said.is_ok();
        let place = match &said {
            Ok(text) => text.place(0..text.text().len()),
            Err(_) => {
                let start = self.byte(scalar.span.start.index());
                let whole = self.text.get(start..self.byte(scalar.span.end.index()));
                start..start + whole.unwrap_or_default().trim_end().len()
            }
        };
        let anchors = self.open.iter().map(|it| it.anchor).chain([anchor]);
        self.found.push(Found {
            anchors: anchors.filter(|it| *it != 0).collect(),
            inline: Inline { name, place, said },
            is_of_service,
        });
        is_known
    }

    /// What stands for something else.
    fn alias(&mut self, span: Span) {
        let Some((name, is_of_service)) = self.name() else {
            return;
        };
        let told = Told::new(
            "it stands elsewhere in the file, under an anchor",
            "write it where it is used, or into a Dockerfile",
        );
        self.found.push(Found {
            anchors: Vec::new(),
            inline: Inline {
                name,
                place: self.byte(span.start.index())..self.byte(span.end.index()),
                said: Err(told),
            },
            is_of_service,
        });
    }

    fn said(&self, scalar: &Scalar<'_>) -> Result<Text, Told> {
        const LITERAL: &str = "write it as a literal scalar (`|`)";
        if scalar.has_tag {
            return Err(Told::new("it has a tag", "leave the tag out"));
        }
        let joined = |what: &str| {
            Told::new(
                format!("it is a {what} scalar, whose lines YAML joins"),
                LITERAL,
            )
        };
        let (start, end) = (
            self.byte(scalar.span.start.index()),
            self.byte(scalar.span.end.index()),
        );
        let inside = |quote: char| {
            let written = self.text.get(start..end)?;
            let bare = written.strip_prefix(quote)?.strip_suffix(quote)?;
            Some(start + 1..start + 1 + bare.len())
        };
        let read = match scalar.style {
            ScalarStyle::Folded => return Err(joined("folded")),
            ScalarStyle::Literal => {
                let key = self.open.last().and_then(|it| it.key.as_ref());
                key.and_then(|key| {
                    let behind = self.byte(key.span.end.index());
                    literal::scalar(self.text, behind, key.span.start.col())
                })
            }
            ScalarStyle::DoubleQuoted => {
                let read = inside('"').and_then(|it| Escapes::Yaml.read(self.text, it));
                let read = read.ok_or_else(|| joined("double-quoted"))?;
                Some((read, Form::Escaped))
            }
            ScalarStyle::SingleQuoted => {
                let read = inside('\'').and_then(|it| quoted::single(self.text, it));
                let read = read.ok_or_else(|| joined("single-quoted"))?;
                Some((read, Form::Single))
            }
            ScalarStyle::Plain => {
                let is_it = self
                    .text
                    .get(start..)
                    .is_some_and(|it| it.starts_with(scalar.text));
                if !is_it {
                    return Err(joined("plain"));
                }
                let mut read = Decoded::at(start);
                read.copy(self.text, start..start + scalar.text.len());
                Some((read, Form::Plain))
            }
        };
        let read = read.filter(|(read, form)| {
            // The parser ends the last line of a file, which nothing ends there.
            let is_last = matches!(form, Form::Lines(_)) && !self.text.ends_with('\n');
            let more = scalar.text.strip_suffix('\n').filter(|_| is_last);
            read.text == scalar.text || Some(&*read.text) == more
        });
        let (read, form) =
            read.ok_or_else(|| Told::new("dfix does not understand how it is written", LITERAL))?;
        let dollars = Dollars::Compose;
        let decoded = dollars.read(&read)?;
        Ok(Text {
            decoded,
            style: Style { form, dollars },
            left: None,
        })
    }

    fn done(self) -> Inlines {
        let mut all = Vec::new();
        for mut it in self.found {
            let is_shared = it.anchors.iter().any(|id| self.aliases.contains(id));
            let told = if is_shared {
                Some(Told::new(
                    "it is the Dockerfile of several services, by an anchor that an alias names",
                    "write it into a Dockerfile of its own, which the services name by `dockerfile`",
                ))
            } else if !it.is_of_service {
                Some(Told::new(
                    "it does not stand in the `build` of a service",
                    "write it there",
                ))
            } else {
                None
            };
            if let (Ok(text), Some(told)) = (&mut it.inline.said, told) {
                text.left = Some(told);
            }
            all.push(it.inline);
        }
        Inlines {
            holder: Holder::Compose,
            all,
            rest: self.rest,
        }
    }
}
