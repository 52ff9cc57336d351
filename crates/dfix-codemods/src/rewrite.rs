//! Searches and rewrites: what the outside sees.

mod asked;
mod by_builder;
mod by_run;
mod deciding;
mod judge;
mod packages;
mod programs;
mod said;
mod settings;
mod stages;
mod unpublished;
mod users;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use dfix_engine::{Codemod, Findings, Options, Outcome, Proof, Refused};
use dfix_model::Model;
use dfix_model::context::{Context, NoContext};
use dfix_syntax::TextRange;

use crate::error::PatternError;
use crate::matching::find::{Found, Subject, find, find_where};
use crate::matching::place::{Conditions, Places};
use crate::matching::state::{State, Value};
use crate::pattern::filter::Filter;
use crate::pattern::template::Names;
use crate::pattern::{Kind, Pattern, Replacement, ReplacementKind};
use crate::rewrite::said::Said;

/// The name that findings of a rewrite go by.
const REWRITE: &str = "rewrite";

/// A pattern with conditions on the place: looks for it, and changes nothing.
#[derive(Debug, Clone)]
pub struct Search {
    pub(crate) names: Names,
    pub(crate) pattern: Pattern,
    pub(crate) places: Places,
    filter: Filter,
}

/// What a search found at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What each named hole binds, in the order of the pattern.
    pub captures: Vec<Capture>,
}

/// What a hole binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The hole's name.
    pub name: String,
    /// Whether the hole is a list.
    pub is_list: bool,
    /// What it stands for, quotes taken away: one text, or those of a list.
    pub texts: Vec<String>,
    /// The bytes of each in the text, as near as they can be told; none for what is not written.
    pub ranges: Vec<Option<Range<usize>>>,
    /// Where it stands for a whole image whose variables all have defaults: the image as it is built.
    pub built: Option<String>,
}

impl Search {
    /// What may be meant otherwise where nothing is found: an image without a tag, which is how few are written.
    pub fn hint(&self) -> Option<String> {
        let of_pattern = match &self.pattern.kind {
            Kind::Image(image) if image.is_untagged() => {
                let source = self.pattern.template.source.trim_start_matches("image ");
                Some(source.to_owned())
            }
            _ => None,
        };
        let image = self.places.untagged_base().or(of_pattern)?;
        Some(format!(
            "`{image}` is that image without a tag: `{image}:{{_...}}` is it with any, or none"
        ))
    }

    /// Reads a pattern and its conditions.
    ///
    /// # Errors
    /// What cannot be understood, with its place.
    pub fn new(pattern: &str, conditions: &Conditions) -> Result<Self, PatternError> {
        let mut names = Names::default();
        let pattern = Pattern::read("pattern", pattern, &mut names, None)?;
        let places = Places::read(conditions, &pattern, &mut names)?;
        let filter = Filter::of(&pattern);
        Ok(Search {
            names,
            pattern,
            places,
            filter,
        })
    }

    /// Whether it may find something in a text; `false` is certain. Much quicker than looking.
    pub fn may_match(&self, text: &str) -> bool {
        self.filter.may_fit(text)
    }

    /// All that it finds in a file, in order of place.
    pub fn find(&self, file: &Model<'_>) -> Vec<Match> {
        let found = self.found(file);
        found.iter().map(|it| self.shown(it)).collect()
    }

    /// As [`Search::find`], in a text, with who answers for the files beside it.
    pub fn find_in(&self, text: &str, context: &dyn Context) -> Vec<Match> {
        let parsed = dfix_syntax::parse(text);
        let file = Model::new(&parsed.file(), text, context);
        self.find(&file)
    }

    pub(crate) fn found<'m>(&self, file: &'m Model<'_>) -> Vec<Found<'m>> {
        let state = State::new(self.names.len(), 0);
        find_where(&self.pattern, file, &state, &|it| {
            self.places.hold(it, file)
        })
    }

    fn shown(&self, found: &Found<'_>) -> Match {
        let mut captures = Vec::new();
        for (number, name) in self.names.all() {
            let Some(value) = found.state.value(number) else {
                continue;
            };
            let bytes = |range: dfix_syntax::TextRange| {
                usize::from(range.start())..usize::from(range.end())
            };
            let ranges = match value {
                Value::Text(text) => vec![text.range().map(bytes)],
                Value::List(texts) => texts.iter().map(|it| it.range().map(bytes)).collect(),
                Value::Whole(range, _) => vec![Some(bytes(*range))],
            };
            captures.push(Capture {
                name: name.to_owned(),
                is_list: matches!(value, Value::List(_)),
                texts: value.texts(),
                ranges,
                built: match (&found.subject, value) {
                    (Subject::Image(reference), Value::Whole(..)) => {
                        reference.position.image.text().map(str::to_owned)
                    }
                    _ => None,
                },
            });
        }
        Match {
            range: usize::from(found.range.start())..usize::from(found.range.end()),
            captures,
        }
    }

    /// The names of the pattern's holes.
    pub fn hole_names(&self) -> Vec<String> {
        let all = self.pattern.template.holes.iter();
        let numbers: BTreeSet<usize> = all.filter_map(|it| it.name).collect();
        let names = numbers.into_iter().map(|it| self.names.name(it).to_owned());
        names.collect()
    }
}

/// A search with what is put in the place of what it finds.
#[derive(Debug, Clone)]
pub struct Rewrite {
    search: Search,
    pub(crate) replacement: Replacement,
    name: &'static str,
    /// What findings say, where a recipe tells.
    said: Option<Vec<Said>>,
    /// Others of the same recipe: where one default decides several images, each may be one's.
    beside: Vec<Rewrite>,
}

impl Rewrite {
    /// Reads a pattern, its replacement (nothing: what is found goes) and conditions on the place.
    ///
    /// ```
    /// use dfix_codemods::{Conditions, Rewrite};
    /// use dfix_model::context::NoContext;
    ///
    /// let rewrite = Rewrite::new(
    ///     "image python:{tag}",
    ///     "image registry.example.com/python:{tag}",
    ///     &Conditions::default(),
    /// )
    /// .expect("it can be read");
    /// let outcome = rewrite.run("FROM docker.io/library/python:3.12 AS build\n", &NoContext);
    /// assert_eq!(&*outcome.text, "FROM registry.example.com/python:3.12 AS build\n");
    /// ```
    ///
    /// # Errors
    /// What cannot be understood, with its place; a hole that nothing binds; a replacement that the pattern itself finds.
    pub fn new(
        pattern: &str,
        replacement: &str,
        conditions: &Conditions,
    ) -> Result<Self, PatternError> {
        let mut search = Search::new(pattern, conditions)?;
        let replacement = Replacement::read(replacement, &search.pattern, &mut search.names)?;
        search.pattern.settle_for(&replacement);
        let rewrite = Rewrite {
            search,
            replacement,
            name: REWRITE,
            said: None,
            beside: Vec::new(),
        };
        rewrite.check_that_it_ends()?;
        Ok(rewrite)
    }

    /// The same under the name of a recipe, which its findings go by, and comments that ignore it.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The same, where findings say this; `{hole}` in it is what the hole binds.
    ///
    /// # Errors
    /// A hole that the pattern has not.
    pub fn saying(mut self, message: Option<&str>) -> Result<Self, PatternError> {
        let read = |text: &str| Said::read(text, &self.search.names);
        self.said = message.map(read).transpose()?;
        Ok(self)
    }

    /// The same beside others of its recipe: the default of an `ARG` that decides several images is changed where these want the
    /// same.
    #[must_use]
    pub fn beside(mut self, others: Vec<Rewrite>) -> Self {
        self.beside = others;
        self
    }

    /// Whether its findings say the pattern, and nothing that a recipe tells.
    pub(crate) fn tells_its_pattern(&self) -> bool {
        self.said.is_none()
    }

    /// Whether what it is to bring stands at a place, and what it looks for no more.
    pub(crate) fn is_done_at(&self, place: TextRange, file: &Model<'_>) -> bool {
        let is_here = |it: &Found<'_>| it.range.intersect(place).is_some();
        if self.search.found(file).iter().any(is_here) {
            return false;
        }
        if let ReplacementKind::Nothing = self.replacement.kind {
            return file.text()[place].trim().is_empty();
        }
        let state = State::new(self.search.names.len(), 0);
        let patterns = self.replacement.as_patterns();
        let stands = |it: &Pattern| find(it, file, &state).iter().any(is_here);
        !patterns.is_empty() && patterns.iter().all(stands)
    }

    /// What it looks for.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Rewrites all that is found in a text; each change is proved as those of rules are.
    pub fn run(&self, text: &str, context: &dyn Context) -> Outcome {
        let codemods: [&dyn Codemod; 1] = [self];
        told(dfix_engine::run(
            text,
            context,
            &Options::of_codemods(&codemods),
        ))
    }

    /// As [`Rewrite::run`], for a text that is parsed already.
    pub fn run_parsed(
        &self,
        text: &Arc<str>,
        parsed: &dfix_syntax::Parse,
        context: &dyn Context,
    ) -> Outcome {
        let codemods: [&dyn Codemod; 1] = [self];
        let options = Options::of_codemods(&codemods);
        told(dfix_engine::run_parsed(text, parsed, context, &options))
    }

    /// As [`Rewrite::run_parsed`], with what is found in the text: it is looked for once.
    pub fn run_and_find(
        &self,
        text: &Arc<str>,
        parsed: &dfix_syntax::Parse,
        context: &dyn Context,
    ) -> (Outcome, Vec<Match>) {
        let noting = Noting {
            rewrite: self,
            first: OnceLock::new(),
        };
        let codemods: [&dyn Codemod; 1] = [&noting];
        let options = Options::of_codemods(&codemods);
        let outcome = dfix_engine::run_parsed(text, parsed, context, &options);
        (told(outcome), noting.first.into_inner().unwrap_or_default())
    }

    /// Refuses a replacement that the pattern finds again.
    fn check_that_it_ends(&self) -> Result<(), PatternError> {
        let template = &self.replacement.template;
        let text = &template.text;
        let dockerfile = match &self.replacement.kind {
            ReplacementKind::Nothing => return Ok(()),
            // What changes nothing ends at once.
            _ if template.source == self.search.pattern.template.source => return Ok(()),
            ReplacementKind::Image(_) => {
                let reference = text.strip_prefix("image ").unwrap_or(text);
                format!("FROM {}\n", reference.trim())
            }
            ReplacementKind::Instructions(_)
                if text
                    .get(..4)
                    .is_some_and(|it| it.eq_ignore_ascii_case("FROM")) =>
            {
                format!("{text}\n")
            }
            ReplacementKind::Instructions(_) => format!("FROM scratch\n{text}\n"),
            ReplacementKind::Commands(_)
            | ReplacementKind::Pipeline(_)
            | ReplacementKind::Script { .. } => {
                format!("FROM scratch\nRUN {text}\n")
            }
        };
        let parsed = dfix_syntax::parse(&dockerfile);
        let file = Model::new(&parsed.file(), &dockerfile, &NoContext);
        let names = self.search.names.len();
        let state = State::new(names, 0).with_symbols(Some(template.stem()));
        let found = find(&self.search.pattern, &file, &state);
        for found in found {
            let is_again = self.search.places.relate(&found, &file);
            if is_again && !self.is_of_form_alone(&found) {
                let source = &template.source;
                let is_one = !source.contains(['\n', '\'']);
                let one = format!(
                    "say what is not to be found again: most often the replacement itself, `--not '{source}'` (`not` in a recipe)"
                );
                return Err(template
                    .whole_error("the pattern finds the replacement, too, so it would never end")
                    .with_remedy(if is_one {
                        one
                    } else {
                        "say with `not` (or `not-after`) how that differs which is not to be found again".to_owned()
                    }));
            }
        }
        Ok(())
    }
}

/// An outcome that says what a pattern lacks which finds what it brings.
pub(crate) fn told(mut outcome: Outcome) -> Outcome {
    let again = |it: &&mut Refused| {
        it.proof == Proof::Converges && it.reason.starts_with("the rule finds the same again")
    };
    for refused in outcome.refused.iter_mut().filter(again) {
        refused
            .reason
            .push_str(": where that is what it has become, exclude it with `not`");
    }
    outcome
}

impl Codemod for Rewrite {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_called(&self, name: &str) -> bool {
        name == self.name || name == REWRITE
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        self.judge(&self.search.found(file), file, out);
    }
}

/// A rewrite that notes what it finds when it looks for the first time: in the text as it was.
#[derive(Debug)]
struct Noting<'r> {
    rewrite: &'r Rewrite,
    first: OnceLock<Vec<Match>>,
}

impl Codemod for Noting<'_> {
    fn name(&self) -> &'static str {
        self.rewrite.name
    }

    fn is_called(&self, name: &str) -> bool {
        self.rewrite.is_called(name)
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let search = &self.rewrite.search;
        let found = search.found(file);
        self.first
            .get_or_init(|| found.iter().map(|it| search.shown(it)).collect());
        self.rewrite.judge(&found, file, out);
    }
}
