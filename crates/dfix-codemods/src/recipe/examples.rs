//! The examples of a recipe are its tests.

use std::sync::Arc;

use dfix_engine::{Finding, Outcome, Safety};
use dfix_model::context::{Context, MemoryContext, NoContext};

use super::file::ExampleLevel;
use super::load::Recipe;
use super::migration::run_all;
use super::parameters::text_of;

/// An example that does not come out as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line of the recipe's file, from 1.
    pub line: usize,
    /// What the example is about.
    pub about: String,
    /// What is wrong, as a sentence without a full stop.
    pub reason: String,
    /// What the example says that comes out.
    pub expected: String,
    /// What came out.
    pub actual: String,
}

impl Recipe {
    /// How many examples it has.
    pub fn example_count(&self) -> usize {
        self.file.examples.len()
    }

    /// The first example that changes something: before and after.
    pub fn shown_example(&self) -> Option<(&str, &str)> {
        let mut examples = self.file.examples.iter();
        examples.find_map(|it| {
            let it = it.get_ref();
            Some((it.before.as_deref()?, it.after.as_deref()?))
        })
    }

    /// Runs all examples; gives those that fail.
    pub fn check_examples(&self) -> Vec<Failure> {
        let numbers = 0..self.file.examples.len();
        numbers
            .filter_map(|number| self.check_example(number))
            .collect()
    }

    fn check_example(&self, number: usize) -> Option<Failure> {
        let spanned = &self.file.examples[number];
        let example = spanned.get_ref();
        let before = example.before.as_ref().or(example.unchanged.as_ref())?;
        let expected = example.after.as_ref().unwrap_or(before);
        let mut failure = Failure {
            line: self.text[..spanned.span().start].matches('\n').count() + 1,
            about: example.about.clone(),
            reason: String::new(),
            expected: expected.clone(),
            actual: before.clone(),
        };
        let texts = example.parameters.iter();
        let values = texts.filter_map(|(name, value)| Some((name.clone(), text_of(value)?)));
        let migration = match self.with(&values.collect()) {
            Ok(migration) => migration,
            Err(error) => {
                failure.reason = error.message;
                return Some(failure);
            }
        };
        let files = example
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let memory = MemoryContext::new(files);
        let context: &dyn Context = if example.files.is_empty() {
            &NoContext
        } else {
            &memory
        };
        let text: Arc<str> = before.as_str().into();
        let parsed = dfix_syntax::parse(&text);
        let outcome = run_all(&[migration], &text, &parsed, context);
        failure.actual = outcome.text.to_string();
        let said = said(&outcome);
        failure.reason = if let Some(error) = outcome.errors.first() {
            format!("the builder would refuse it: {}", error.message)
        } else if *outcome.text != **expected {
            let told = if said.is_empty() { "" } else { "; it says: " };
            format!("the result is another one{told}{}", said.join("; "))
        } else if let Some(words) = example
            .says
            .0
            .iter()
            .find(|words| !said.iter().any(|it| it.contains(*words)))
        {
            format!("nothing says `{words}`: {}", said.join("; "))
        } else if let Some(wanted) = example.level
            && let lowest = lowest_level(&outcome)
            && lowest != Some(safety_of(wanted))
        {
            let lowest = lowest.map_or("none".to_owned(), |it| format!("{it:?}"));
            let lowest = lowest.to_ascii_lowercase();
            format!("the lowest level is {lowest}: {}", said.join("; "))
        } else {
            return None;
        };
        Some(failure)
    }
}

fn safety_of(level: ExampleLevel) -> Safety {
    match level {
        ExampleLevel::Safe => Safety::Safe,
        ExampleLevel::Checked => Safety::Checked,
        ExampleLevel::Unsafe => Safety::Unsafe,
    }
}

/// The lowest level of what was changed.
fn lowest_level(outcome: &Outcome) -> Option<Safety> {
    let fixes = outcome.applied().filter_map(|it| it.fix.as_ref());
    fixes.map(|it| it.safety).min()
}

/// Everything that an outcome tells.
fn said(outcome: &Outcome) -> Vec<String> {
    let of = |finding: &Finding| {
        let mut all = vec![finding.message.clone()];
        all.extend(finding.remedy.clone());
        if let Some(fix) = &finding.fix {
            all.extend(fix.evidence.iter().cloned());
            let open = fix.unproven.iter();
            all.extend(open.flat_map(|it| [it.condition.clone(), it.remedy.clone()]));
        }
        all
    };
    let mut all: Vec<String> = outcome
        .applied()
        .chain(&outcome.remaining)
        .flat_map(of)
        .collect();
    for refused in &outcome.refused {
        all.extend(of(&refused.finding));
        all.push(refused.reason.clone());
    }
    all
}
