//! Bake files in HCL: `dockerfile-inline` of targets.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use hcl_edit::template::{Element, Template};

use super::dollars::Dollars;
use super::edit::Told;
use super::holder::Holder;
use super::literal;
use super::quoted::Escapes;
use super::style::{Form, Style};
use super::text::{Inline, Inlines, Text};
use crate::yaml::YamlError;

/// The Dockerfiles of a bake file in HCL.
pub(super) fn read(text: &str) -> Result<Inlines, YamlError> {
    let mut body: Body = text
        .parse()
        .map_err(|error: hcl_edit::parser::Error| YamlError {
            line: error.location().line(),
            message: error.message().to_owned(),
        })?;
    let mut all = Vec::new();
    for block in body.get_blocks("target") {
        let name = block.labels.first().map_or("", |it| it.as_str());
        let Some(attribute) = block.body.get_attribute(Holder::Bake.key()) else {
            continue;
        };
        let Some(place) = attribute.value.span() else {
            continue;
        };
        all.push(Inline {
            name: name.to_owned(),
            said: said(text, &attribute.value),
            place,
        });
    }
    for inline in &mut all {
        if let Ok(text) = &inline.said {
            inline.place = text.place(0..text.text().len());
        }
    }
    // What is known is compared by itself.
    let mut known = all.iter().map(|it| it.said.is_ok());
    for block in body.get_blocks_mut("target") {
        if let Some(mut attribute) = block.body.get_attribute_mut(Holder::Bake.key())
            && attribute.value.span().is_some()
            && known.next() == Some(true)
        {
            *attribute.value_mut() = Expression::null();
        }
    }
    Ok(Inlines {
        holder: Holder::Bake,
        all,
        rest: vec![body.to_string()],
    })
}

fn said(file: &str, value: &Expression) -> Result<Text, Told> {
    let span = value.span().unwrap_or_default();
    let (read, whole) = match value {
        Expression::String(text) => {
            let inside = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
            let read = Escapes::Hcl.read(file, inside);
            let read = read.map(|it| (it, Form::Escaped));
            (read, text.value().clone())
        }
        Expression::StringTemplate(template) => {
            let inside = span.start + 1..span.end.saturating_sub(1).max(span.start + 1);
            let read = Escapes::Hcl.read(file, inside);
            let read = read.map(|it| (it, Form::Escaped));
            (read, literals(template))
        }
        Expression::HeredocTemplate(it) => {
            (literal::here_document(file, &span), literals(&it.template))
        }
        _ => {
            return Err(Told::new(
                "it is worked out when the target is built",
                "write it as a here-document (`<<EOT`)",
            ));
        }
    };
    let unknown = || {
        Told::new(
            "dfix does not understand how it is written",
            "write it as a here-document (`<<EOT`)",
        )
    };
    let (read, form) = read.ok_or_else(unknown)?;
    let dollars = Dollars::Template;
    let decoded = dollars.read(&read)?;
    if !is_alike(&decoded.text, &whole) {
        return Err(unknown());
    }
    Ok(Text {
        decoded,
        style: Style { form, dollars },
        left: None,
    })
}

/// Whether two texts are the same but for line ends and blanks at the beginnings of lines: in lines of nothing but blanks the parser
/// counts these otherwise than bake does (`hclsyntax`, `flushHeredocTemplateParts`).
fn is_alike(one: &str, other: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.split('\n');
        lines
            .map(|it| it.trim_end_matches('\r').trim_start().to_owned())
            .collect()
    };
    lines(one) == lines(other)
}

/// What a template says itself.
fn literals(template: &Template) -> String {
    let literals = template.iter().filter_map(|it| match it {
        Element::Literal(text) => Some(text.as_str()),
        Element::Interpolation(_) | Element::Directive(_) => None,
    });
    literals.collect()
}
