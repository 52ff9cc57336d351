//! HCL as the same tree as YAML: blocks of one name are a list, and a block is a map, in which its labels stand, too. What is
//! only known later stands in a text as `${…}`.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Element, Template};

use crate::json;
use crate::yaml::{Node, YamlError};

/// The key of a block's first label, where it has two: the type of a resource.
pub(crate) const KIND: &str = "#kind";
/// The key of a block's last label: its name.
pub(crate) const LABEL: &str = "#label";

/// The blocks and attributes of a text.
pub(crate) fn document(text: &str) -> Result<Node, YamlError> {
    let body: Body = text
        .parse()
        .map_err(|error: hcl_edit::parser::Error| YamlError {
            line: error.location().line(),
            message: error.message().to_owned(),
        })?;
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    Ok(Tree { starts }.body(&body, 1, Vec::new()))
}

struct Tree {
    /// Where each line begins.
    starts: Vec<usize>,
}

impl Tree {
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn body(&self, body: &Body, line: usize, mut pairs: Vec<(Node, Node)>) -> Node {
        let mut blocks: Vec<(&str, Vec<Node>)> = Vec::new();
        for structure in body {
            match structure {
                Structure::Attribute(it) => {
                    let line = it.span().map_or(line, |span| self.line(span.start));
                    let key = Node::of_text(line, it.key.as_str().to_owned(), false);
                    pairs.push((key, self.expression(&it.value, line)));
                }
                Structure::Block(it) => {
                    let node = self.block(it, line);
                    let name = it.ident.as_str();
                    match blocks.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, list)) => list.push(node),
                        None => blocks.push((name, vec![node])),
                    }
                }
            }
        }
        for (name, list) in blocks {
            let line = list.first().map_or(line, |it| it.line);
            let key = Node::of_text(line, name.to_owned(), false);
            pairs.push((key, Node::of_list(line, list)));
        }
        Node::of_map(line, pairs)
    }

    fn block(&self, block: &Block, line: usize) -> Node {
        let line = block.span().map_or(line, |span| self.line(span.start));
        let text = |text: &str| Node::of_text(line, text.to_owned(), false);
        let mut labels = Vec::new();
        if let Some(last) = block.labels.last() {
            labels.push((text(LABEL), text(last.as_str())));
        }
        if let Some(first) = block.labels.first().filter(|_| block.labels.len() > 1) {
            labels.push((text(KIND), text(first.as_str())));
        }
        self.body(&block.body, line, labels)
    }

    fn expression(&self, expression: &Expression, line: usize) -> Node {
        let line = expression.span().map_or(line, |span| self.line(span.start));
        let text = |text: String| Node::of_text(line, text, false);
        let plain = |text: String| Node::of_text(line, text, true);
        match expression {
            Expression::Null(_) => plain("null".to_owned()),
            Expression::Bool(is) => plain(is.value().to_string()),
            Expression::Number(number) => plain(number.value().to_string()),
            Expression::String(it) => text(it.value().clone()),
            Expression::Array(list) => {
                let list = list.iter().map(|it| self.expression(it, line));
                Node::of_list(line, list.collect())
            }
            Expression::Object(object) => {
                let pairs = object.iter().map(|(key, value)| {
                    let key = match key {
                        ObjectKey::Ident(name) => text(name.as_str().to_owned()),
                        ObjectKey::Expression(it) => self.expression(it, line),
                    };
                    (key, self.expression(value.expr(), line))
                });
                Node::of_map(line, pairs.collect())
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner(), line),
            Expression::FuncCall(call) => self.call(call, line),
            // A list of containers may stand in it as JSON.
            Expression::HeredocTemplate(it) => {
                let whole = self.template(&it.template);
                let list = whole.trim_start().starts_with('[');
                let parsed = json::document(&whole).ok().flatten().filter(|_| list);
                parsed.map_or_else(|| text(whole.clone()), |it| it.moved_by(line))
            }
            other => text(self.text(other)),
        }
    }

    /// `jsonencode([…])` is what it is given.
    fn call(&self, call: &FuncCall, line: usize) -> Node {
        let is_encoded = matches!(
            call.name.name.as_str(),
            "jsonencode" | "yamlencode" | "toset" | "tolist"
        );
        match call.args.iter().next().filter(|_| is_encoded) {
            Some(given) => self.expression(given, line),
            None => Node::of_text(line, "${it}".to_owned(), false),
        }
    }

    /// The text of an expression, as far as it is known.
    fn text(&self, expression: &Expression) -> String {
        match expression {
            Expression::String(it) => it.value().clone(),
            Expression::Number(number) => number.value().to_string(),
            Expression::Parenthesis(inner) => self.text(inner.inner()),
            Expression::Variable(name) => format!("${{{}}}", name.as_str()),
            Expression::Traversal(it) => match path(it).as_str() {
                "path.module" | "path.root" | "path.cwd" => ".".to_owned(),
                path => format!("${{{path}}}"),
            },
            Expression::StringTemplate(template) => {
                template.iter().map(|it| self.element(it)).collect()
            }
            _ => "${it}".to_owned(),
        }
    }

    fn template(&self, template: &Template) -> String {
        template.iter().map(|it| self.element(it)).collect()
    }

    fn element(&self, element: &Element) -> String {
        match element {
            Element::Literal(text) => text.to_string(),
            Element::Interpolation(it) => self.text(&it.expr),
            Element::Directive(_) => "${it}".to_owned(),
        }
    }
}

/// `docker_image.app.image_id`
fn path(traversal: &Traversal) -> String {
    let mut path = match &traversal.expr {
        Expression::Variable(name) => name.as_str().to_owned(),
        _ => "it".to_owned(),
    };
    for operator in &traversal.operators {
        if let TraversalOperator::GetAttr(name) = operator.value() {
            path.push('.');
            path.push_str(name.as_str());
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{KIND, LABEL, document};

    #[test]
    fn blocks_are_lists_of_maps() {
        let text = "resource \"a\" \"b\" {\n  x = \"${path.module}/${var.y}\"\n  v { p = 1 }\n  v { p = 2 }\n  j = jsonencode([{ k = true }])\n}\n";
        let whole = document(text).expect("it is HCL");
        let resource = &whole.list_of("resource")[0];
        assert_eq!(
            (resource.text_of(KIND), resource.text_of(LABEL)),
            (Some("a"), Some("b"))
        );
        assert_eq!(resource.text_of("x"), Some("./${var.y}"));
        assert_eq!(resource.list_of("v").len(), 2);
        assert_eq!(resource.list_of("v")[1].line, 4);
        assert!(resource.list_of("j")[0].says("k"));
        assert!(document("a {\n").is_err());
    }
}
