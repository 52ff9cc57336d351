//! `docker buildx bake`: which targets of which Dockerfiles are built. It starts nothing.
//!
//! Source: Docker's documentation, "Bake file reference".

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, ObjectValue, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::{Element, Template};

use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::inline::Holder;
use crate::launch::{Build, Launch, Place, Source, Unread};
use crate::path::{ends_in, folder_of, join, name_of};
use crate::scripts::{MOST_AROUND, is_there};
use crate::shell::stand_in;
use crate::short::open_name;
use crate::yaml;

/// How many Dockerfiles one target may build, where its name has a variable.
const MOST_DOCKERFILES: usize = 16;

/// Whether bake takes a file of this name by itself, or a person gives it by one that says what it is.
pub(crate) fn is_bake(name: &str) -> bool {
    ends_in(name, &["hcl", "json"])
        && (name.starts_with("docker-bake.")
            || name.starts_with("bake.")
            || name.contains("-bake."))
}

/// Whether a text of another name is for bake: it has targets that name what they are built from. People give it with
/// `--file`.
fn is_bake_by_its_text(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.starts_with("target ")) && text.contains("dockerfile")
}

/// Reads the bake files of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let candidates = names
        .iter()
        .filter(|name| is_bake(name) || ends_in(name, &["hcl"]))
        .filter(|name| !name.ends_with(".lock.hcl"));
    for name in candidates.take(MOST_FILES) {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let unread = |line: usize, why: String| Unread {
            what: name.clone(),
            why,
            place: Place {
                file: path.clone(),
                line,
            },
        };
        let text = match files.read(&path) {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(why) if is_bake(name) => {
                found.unread.push(unread(1, why));
                continue;
            }
            Err(_) => continue,
        };
        if !is_bake(name) && !is_bake_by_its_text(&text) {
            continue;
        }
        let targets = if name.contains(".json") {
            of_json(&text)
        } else {
            of_hcl(&text)
        };
        match targets {
            Ok(targets) => {
                let folder = base_of(files, folder, &targets);
                for target in &targets {
                    let launch = target.launch(&targets, &path, folder);
                    found.launches.extend(of_pattern(files, launch));
                }
            }
            Err((line, why)) => found.unread.push(unread(line, why)),
        }
        found.files.push(path.clone());
    }
}

/// The folder that paths are meant from: bake is called there. It is the nearest around the file in which the most of
/// the Dockerfiles lie that are named, else the file's own.
fn base_of<'f>(files: &dyn Files, folder: &'f str, targets: &[Target]) -> &'f str {
    let around = std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    });
    // One that says neither is for others to inherit from.
    let says = |it: &&Target| {
        let whole = it.resolved(targets, 0);
        whole.dockerfile.is_some() || whole.context.is_some()
    };
    let count = |folder: &str| {
        let said = targets.iter().filter(says);
        let builds = said.filter_map(|it| it.launch(targets, "", folder).build);
        let paths = builds.filter_map(|it| it.dockerfile);
        paths.filter(|it| is_there(files, it)).count()
    };
    let (mut base, mut most) = (folder, 0);
    for folder in around.take(MOST_AROUND) {
        let count = count(folder);
        if count > most {
            (base, most) = (folder, count);
        }
    }
    base
}

/// A launch for each Dockerfile that is there, where variables stand in the name of it: those have no known value.
fn of_pattern(files: &dyn Files, launch: Launch) -> Vec<Launch> {
    let path = launch.build.as_ref().and_then(|it| it.dockerfile.clone());
    let Some(path) = path.filter(|it| it.contains('$')) else {
        return vec![launch];
    };
    let pattern = name_of(&path);
    let parts = pattern
        .split_once("${")
        .and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
    let (folder, mut all) = (folder_of(&path), Vec::new());
    if let Some((before, after)) =
        parts.filter(|(_, it)| !it.contains('$') && !folder.contains('$'))
    {
        let fits = |name: &&String| {
            let rest = name.strip_prefix(before).filter(|_| !name.ends_with('/'));
            rest.and_then(|it| it.strip_suffix(after))
                .is_some_and(|it| !it.is_empty() && !it.contains("dockerignore"))
        };
        let names = files.list(folder);
        for name in names.iter().filter(fits).take(MOST_DOCKERFILES) {
            let mut one = launch.clone();
            if let Some(build) = &mut one.build {
                build.dockerfile = join(folder, name);
            }
            all.push(one);
        }
    }
    if all.is_empty() {
        let mut open = launch;
        open.unread.push(Unread {
            what: format!("the Dockerfile of target `{}`", open.name),
            why: TOLD_LATER.to_owned(),
            place: open.place.clone(),
        });
        if let Some(build) = &mut open.build {
            build.dockerfile = None;
        }
        all.push(open);
    }
    all
}

/// Why a value is not known.
const TOLD_LATER: &str = "it is told when the target is built";

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
    /// The text of the Dockerfile, where it stands in the file.
    inline: Said,
    /// The target that says it: this one, or one that it inherits from.
    inline_of: Option<String>,
    arguments: Vec<(String, Option<String>)>,
    /// What is not known of one stands in it as a variable.
    platforms: Vec<String>,
    image: Option<String>,
    /// What is put in for images of these names: `deps = "target:deps"`.
    contexts: Vec<(String, String)>,
    /// Whether a group names it, which is built by one word.
    is_in_group: bool,
}

impl Target {
    /// The target with what it inherits; of several parents the last counts.
    fn resolved(&self, all: &[Target], depth: usize) -> Target {
        let mut whole = self.clone();
        whole.inline_of = self.inline.is_some().then(|| self.name.clone());
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
            if whole.inline.is_none() {
                (whole.inline, whole.inline_of) = (parent.inline, parent.inline_of);
            }
            whole.image = whole.image.or(parent.image);
            if whole.platforms.is_empty() {
                whole.platforms = parent.platforms;
            }
            let mut arguments = parent.arguments;
            arguments.retain(|(name, _)| whole.arguments.iter().all(|(own, _)| own != name));
            whole.arguments.append(&mut arguments);
            let mut contexts = parent.contexts;
            contexts.retain(|(name, _)| whole.contexts.iter().all(|(own, _)| own != name));
            whole.contexts.append(&mut contexts);
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
                    why: TOLD_LATER.to_owned(),
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
            (Some(context), Some(name)) if whole.inline.is_none() => join(context, &name),
            _ if matches!(whole.inline, Some(Ok(_))) => {
                let of = whole.inline_of.as_ref().unwrap_or(&self.name);
                Some(Holder::Bake.dockerfile_name(path, of))
            }
            _ => None,
        };
        launch.image = whole.image;
        // Others of the file are based on it by that name.
        let contexts = all.iter().flat_map(|it| &it.contexts);
        let own = contexts.filter(|(_, value)| value.strip_prefix("target:") == Some(&self.name));
        for (name, _) in own {
            if !launch.other_images.contains(name) {
                launch.other_images.push(name.clone());
            }
        }
        let is_base = !launch.other_images.is_empty();
        let is_in_between = is_base && launch.image.is_none() && !self.is_in_group;
        launch.build = Some(Build {
            dockerfile_name: None,
            context,
            dockerfile,
            is_inline: whole.inline.is_some(),
            inline: whole.inline.and_then(Result::ok),
            contexts: whole.contexts,
            is_in_between,
            target: target.filter(|it| !it.is_empty()),
            arguments: whole.arguments,
            platforms: whole.platforms,
            is_conditional: false,
            is_case_sensitive: Some(false),
        });
        launch
    }
}

fn of_json(text: &str) -> Result<Vec<Target>, (usize, String)> {
    // JSON is YAML, and so it has lines.
    let documents = yaml::documents(text).map_err(|error| (error.line, error.message))?;
    let targets = documents.first().and_then(|it| it.get("target"));
    let entries = targets.map(yaml::Node::entries).unwrap_or_default();
    let groups = documents.first().and_then(|it| it.get("group"));
    let groups = groups.map(yaml::Node::texts).unwrap_or_default();
    let grouped: Vec<&str> = groups.iter().filter_map(|it| it.text()).collect();
    Ok(entries
        .into_iter()
        .map(|(name, node)| {
            let said = |key: &str| node.get(key)?.text().map(plain);
            let contexts = node.get("contexts").map(yaml::Node::entries);
            let contexts = contexts.unwrap_or_default();
            let named = contexts
                .iter()
                .filter_map(|(name, value)| Some(((*name).to_owned(), value.text()?.to_owned())));
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
                dockerfile: node
                    .get("dockerfile")
                    .and_then(|it| Some(Ok(open_name(it.text()?)))),
                stage: said("target"),
                inline: said(Holder::BakeJson.key()),
                inline_of: None,
                arguments: arguments
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.text().map(str::to_owned)))
                    .collect(),
                platforms: list("platforms")
                    .iter()
                    .filter_map(|it| Some(it.text()?.to_owned()))
                    .collect(),
                image: list("tags")
                    .first()
                    .and_then(|it| Some(it.text()?.to_owned())),
                contexts: named.collect(),
                is_in_group: grouped.contains(&name),
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
    for group in body.get_blocks("group") {
        let Some(Expression::Array(list)) = group.body.get_attribute("targets").map(|it| &it.value)
        else {
            continue;
        };
        let names: Vec<String> = list.iter().filter_map(|it| scope.text(it).ok()).collect();
        for target in &mut targets {
            target.is_in_group |= names.contains(&target.name);
        }
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
            Expression::StringTemplate(it) => self.whole(it),
            Expression::HeredocTemplate(it) => self.whole(&it.template),
            _ => Err(()),
        }
    }

    fn whole(&self, template: &Template) -> Result<String, ()> {
        let parts = template.iter().map(|element| match element {
            Element::Literal(text) => Ok(text.to_string()),
            Element::Interpolation(it) => self.text(&it.expr),
            Element::Directive(_) => Err(()),
        });
        parts.collect()
    }

    /// The same, in which `${NAME}` stands for a part that is not known.
    fn pattern(&self, expression: &Expression) -> Result<String, ()> {
        let Expression::StringTemplate(template) = expression else {
            return self.text(expression);
        };
        let mut whole = String::new();
        for element in template {
            match element {
                Element::Literal(text) => whole.push_str(text),
                Element::Interpolation(it) => {
                    let known = self.text(&it.expr);
                    whole.push_str(&known.unwrap_or_else(|()| stand_in("")));
                }
                Element::Directive(_) => return Err(()),
            }
        }
        Ok(whole)
    }

    fn target(&self, block: &Block, name: String, line: usize) -> Target {
        let attribute = |key: &str| {
            block
                .body
                .get_attribute(key)
                .map(|it: &Attribute| &it.value)
        };
        let said = |key: &str| attribute(key).map(|value| self.text(value));
        let open = |it: &Expression| self.pattern(it).unwrap_or_else(|()| stand_in(""));
        let texts = |key: &str| -> Vec<String> {
            match attribute(key) {
                Some(Expression::Array(list)) => list
                    .iter()
                    .filter_map(|it| self.text(it).ok().or_else(|| target_name(it)))
                    .collect(),
                _ => Vec::new(),
            }
        };
        let pairs = |key: &str| -> Vec<(String, Option<String>)> {
            let Some(Expression::Object(object)) = attribute(key) else {
                return Vec::new();
            };
            let pair = |(key, value): (&ObjectKey, &ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                    ObjectKey::Expression(it) => self.text(it).ok(),
                };
                Some((key?, self.text(value.expr()).ok()))
            };
            object.iter().filter_map(pair).collect()
        };
        let contexts = pairs("contexts").into_iter();
        Target {
            name,
            line,
            inherits: texts("inherits"),
            context: said("context"),
            dockerfile: attribute("dockerfile").map(|it| self.pattern(it)),
            stage: said("target"),
            inline: said(Holder::Bake.key()),
            inline_of: None,
            arguments: pairs("args"),
            platforms: match attribute("platforms") {
                Some(Expression::Array(list)) => list.iter().map(open).collect(),
                Some(other) => vec![open(other)],
                None => Vec::new(),
            },
            image: texts("tags").into_iter().next(),
            // That there is one of the name is known, whatever it is.
            contexts: contexts
                .map(|(name, value)| (name, value.unwrap_or_default()))
                .collect(),
            is_in_group: false,
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
