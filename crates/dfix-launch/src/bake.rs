//! `docker buildx bake`: which targets of which Dockerfiles are built. It starts nothing.
//!
//! Source: Docker's documentation, "Bake file reference".

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::Element;

use crate::files::{Files, FolderLaunches};
use crate::launch::{Build, Launch, Place, Source, Unread};
use crate::path::join;
use crate::yaml;

/// The files that bake takes by itself, of HCL or JSON.
const NAMES: [&str; 4] = [
    "docker-bake.hcl",
    "docker-bake.json",
    "docker-bake.override.hcl",
    "docker-bake.override.json",
];

/// Reads the bake files of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    for name in NAMES
        .into_iter()
        .filter(|name| names.iter().any(|it| it == name))
    {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let unread = |line: usize, why: String| Unread {
            what: name.to_owned(),
            why,
            place: Place {
                file: path.clone(),
                line,
            },
        };
        let text = match files.read(&path) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(why) => {
                found.unread.push(unread(1, why));
                continue;
            }
        };
        let targets = if name.contains(".json") {
            of_json(&text)
        } else {
            of_hcl(&text)
        };
        match targets {
            Ok(targets) => {
                let resolved = targets
                    .iter()
                    .map(|target| target.launch(&targets, &path, folder));
                found.launches.extend(resolved);
            }
            Err((line, why)) => found.unread.push(unread(line, why)),
        }
        found.files.push(path.clone());
    }
}

/// A value that is written: known, or only told when it is built.
type Said = Option<Result<String, ()>>;

/// A target as it is written.
#[derive(Debug, Clone, Default)]
struct Target {
    name: String,
    line: usize,
    inherits: Vec<String>,
    context: Said,
    dockerfile: Said,
    stage: Said,
    is_inline: bool,
    arguments: Vec<(String, Option<String>)>,
    image: Option<String>,
}

impl Target {
    /// The target with what it inherits; of several parents the last counts.
    fn resolved(&self, all: &[Target], depth: usize) -> Target {
        let mut whole = self.clone();
        if depth > 16 {
            return whole;
        }
        for name in self.inherits.iter().rev() {
            let Some(parent) = all.iter().find(|it| it.name == *name) else {
                continue;
            };
            let parent = parent.resolved(all, depth + 1);
            whole.context = whole.context.or(parent.context);
            whole.dockerfile = whole.dockerfile.or(parent.dockerfile);
            whole.stage = whole.stage.or(parent.stage);
            whole.is_inline |= parent.is_inline;
            whole.image = whole.image.or(parent.image);
            let mut arguments = parent.arguments;
            arguments.retain(|(name, _)| whole.arguments.iter().all(|(own, _)| own != name));
            whole.arguments.append(&mut arguments);
        }
        whole
    }

    fn launch(&self, all: &[Target], path: &str, folder: &str) -> Launch {
        let whole = self.resolved(all, 0);
        let place = Place {
            file: path.to_owned(),
            line: self.line,
        };
        let mut launch = Launch::new(Source::Bake, place.clone(), &*self.name);
        let mut known = |said: Said, what: &str, usual: &str| match said {
            None => Some(usual.to_owned()),
            Some(Ok(text)) => Some(text),
            Some(Err(())) => {
                launch.unread.push(Unread {
                    what: format!("{what} of target `{}`", self.name),
                    why: "it is told when the target is built".to_owned(),
                    place: place.clone(),
                });
                None
            }
        };
        let context = known(whole.context, "the context", ".");
        let dockerfile = known(whole.dockerfile, "the Dockerfile", "Dockerfile");
        let target = known(whole.stage, "the stage", "");
        let context = context.and_then(|context| join(folder, &context));
        let dockerfile = match (&context, dockerfile) {
            (Some(context), Some(name)) if !whole.is_inline => join(context, &name),
            _ => None,
        };
        launch.image = whole.image;
        launch.build = Some(Build {
            dockerfile_name: None,
            context,
            dockerfile,
            is_inline: whole.is_inline,
            target: target.filter(|it| !it.is_empty()),
            arguments: whole.arguments,
        });
        launch
    }
}

fn of_json(text: &str) -> Result<Vec<Target>, (usize, String)> {
    // JSON is YAML, and so it has lines.
    let documents = yaml::documents(text).map_err(|error| (error.line, error.message))?;
    let targets = documents.first().and_then(|it| it.get("target"));
    let entries = targets.map(yaml::Node::entries).unwrap_or_default();
    Ok(entries
        .into_iter()
        .map(|(name, node)| {
            let said = |key: &str| node.get(key)?.text().map(plain);
            let list = |key: &str| node.get(key).and_then(yaml::Node::list).unwrap_or_default();
            let arguments = node
                .get("args")
                .map(yaml::Node::entries)
                .unwrap_or_default();
            Target {
                name: name.to_owned(),
                line: node.line,
                inherits: list("inherits")
                    .iter()
                    .filter_map(|it| Some(it.text()?.to_owned()))
                    .collect(),
                context: said("context"),
                dockerfile: said("dockerfile"),
                stage: said("target"),
                is_inline: node.get("dockerfile-inline").is_some(),
                arguments: arguments
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.text().map(str::to_owned)))
                    .collect(),
                image: list("tags")
                    .first()
                    .and_then(|it| Some(it.text()?.to_owned())),
            }
        })
        .collect())
}

fn plain(text: &str) -> Result<String, ()> {
    if text.contains("${") {
        Err(())
    } else {
        Ok(text.to_owned())
    }
}

fn of_hcl(text: &str) -> Result<Vec<Target>, (usize, String)> {
    let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| {
        (error.location().line(), error.message().to_owned())
    })?;
    let line_of = |at: usize| 1 + text[..at.min(text.len())].matches('\n').count();
    let scope = Scope::of(&body);
    let mut targets = Vec::new();
    for block in body.get_blocks("target") {
        let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else {
            continue;
        };
        let line = block.span().map_or(1, |span| line_of(span.start));
        targets.push(scope.target(block, name, line));
    }
    Ok(targets)
}

/// The variables of a bake file, with their defaults where they are known.
struct Scope(Vec<(String, Result<String, ()>)>);

impl Scope {
    fn of(body: &Body) -> Scope {
        let mut scope = Scope(Vec::new());
        for block in body.get_blocks("variable") {
            let Some(name) = block.labels.first() else {
                continue;
            };
            let default = block.body.get_attribute("default");
            let value = default.map_or(Err(()), |it| scope.text(&it.value));
            scope.0.push((name.as_str().to_owned(), value));
        }
        scope
    }

    fn variable(&self, name: &str) -> Result<String, ()> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or(Err(()), |(_, value)| value.clone())
    }

    /// What an expression stands for, where that is a text.
    fn text(&self, expression: &Expression) -> Result<String, ()> {
        match expression {
            Expression::String(text) => Ok(text.value().clone()),
            Expression::Variable(name) => self.variable(name.as_str()),
            Expression::Parenthesis(inner) => self.text(inner.inner()),
            Expression::StringTemplate(template) => {
                let mut whole = String::new();
                for element in template {
                    match element {
                        Element::Literal(text) => whole.push_str(text),
                        Element::Interpolation(it) => whole.push_str(&self.text(&it.expr)?),
                        Element::Directive(_) => return Err(()),
                    }
                }
                Ok(whole)
            }
            _ => Err(()),
        }
    }

    fn target(&self, block: &Block, name: String, line: usize) -> Target {
        let attribute = |key: &str| {
            block
                .body
                .get_attribute(key)
                .map(|it: &Attribute| &it.value)
        };
        let said = |key: &str| attribute(key).map(|value| self.text(value));
        let texts = |key: &str| -> Vec<String> {
            match attribute(key) {
                Some(Expression::Array(list)) => list
                    .iter()
                    .filter_map(|it| self.text(it).ok().or_else(|| target_name(it)))
                    .collect(),
                _ => Vec::new(),
            }
        };
        let mut arguments = Vec::new();
        if let Some(Expression::Object(object)) = attribute("args") {
            for (key, value) in object {
                let key = match key {
                    hcl_edit::expr::ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                    hcl_edit::expr::ObjectKey::Expression(it) => self.text(it).ok(),
                };
                let value = self.text(value.expr()).ok();
                arguments.extend(key.map(|key| (key, value)));
            }
        }
        Target {
            name,
            line,
            inherits: texts("inherits"),
            context: said("context"),
            dockerfile: said("dockerfile"),
            stage: said("target"),
            is_inline: attribute("dockerfile-inline").is_some(),
            arguments,
            image: texts("tags").into_iter().next(),
        }
    }
}

/// `target.base.name`: the name of another target.
fn target_name(expression: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = expression else {
        return None;
    };
    match traversal.operators.first()?.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
        _ => None,
    }
}
