//! Recipes are read and checked: the file, its parameters, each step.

use std::collections::BTreeMap;
use std::ops::Range;

use dfix_engine::{OptionKind, Rule, RuleSettings, Safety, Setting};
use toml::Value;

use super::codemods;
use super::conditions::FileSearches;
use super::error::{RecipeError, did_you_mean, nearest};
use super::file::{RecipeFile, RewriteFile, StepFile, Texts};
use super::migration::{Action, Migration, Step};
use super::parameters::{Parameter, Values, fill, text_of};
use crate::error::PatternError;
use crate::matching::place::Conditions;
use crate::rewrite::{Rewrite, Search};

/// A recipe, read and checked.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) file: RecipeFile,
    parameters: Vec<Parameter>,
    rules: &'static [&'static Rule],
    name: &'static str,
}

impl Recipe {
    /// Reads the text of a recipe. `path` is what errors call it; `rules` are those that its steps may name.
    ///
    /// Every step is tried with the parameters of each example, and with the defaults where all parameters have one. The name is
    /// kept for as long as the program runs.
    ///
    /// # Errors
    /// What cannot be understood, with its place.
    pub fn read(
        path: &str,
        text: &str,
        rules: &'static [&'static Rule],
    ) -> Result<Self, RecipeError> {
        let file: RecipeFile =
            toml::from_str(text).map_err(|error| toml_error(path, text, &error))?;
        let wrong =
            |span: Range<usize>, message: String| RecipeError::new(path, message).at(text, &span);
        let name = file.name.get_ref();
        let is_fine = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        if name.is_empty() || !name.chars().all(is_fine) {
            return Err(wrong(
                file.name.span(),
                format!("`{name}` is no name of a recipe: small letters, digits and `-`"),
            ));
        }
        let mut parameters = Vec::new();
        for (name, parameter) in &file.parameters {
            let read = Parameter::read(name, parameter.get_ref());
            parameters.push(read.map_err(|message| wrong(parameter.span(), message))?);
        }
        if file.steps.is_empty() {
            return Err(wrong(
                file.name.span(),
                "the recipe has no steps".to_owned(),
            ));
        }
        let name: &'static str = name.clone().leak();
        let recipe = Recipe {
            path: path.to_owned(),
            text: text.to_owned(),
            file,
            parameters,
            rules,
            name,
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is for, in Markdown.
    pub fn description(&self) -> &str {
        self.file.description.trim()
    }

    /// What it is told, in order of name.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Whether nothing of it is done in a stage where one of its steps is left to a person.
    pub fn goes_together(&self) -> bool {
        self.file.together && self.file.steps.len() > 1
    }

    /// Its steps, one line each, for people.
    pub fn steps(&self) -> Vec<String> {
        let steps = self.file.steps.iter().map(|step| {
            let step = step.get_ref();
            let what = match (&step.rewrite, &step.rule, &step.codemod) {
                (Some(it), _, _) if it.replacement.is_empty() => format!("`{}` goes", it.pattern),
                (Some(it), _, _) => format!("`{}` becomes `{}`", it.pattern, it.replacement),
                (_, Some(rule), _) => format!("the rule `{rule}`"),
                (_, _, Some(name)) => match codemods::about(name) {
                    Some(about) => format!("`{name}{}`: {about}", options_of(step)),
                    None => format!("`{name}`"),
                },
                _ => String::new(),
            };
            let when = step
                .when
                .iter()
                .map(|(name, value)| format!("{name} = {value}"));
            let when: Vec<String> = when.collect();
            if when.is_empty() {
                what
            } else {
                format!("where {}: {what}", when.join(" and "))
            }
        });
        steps.collect()
    }

    /// The recipe with the values of its parameters, as texts.
    ///
    /// # Errors
    /// A value that the recipe does not take, one that it needs and that is not given, or what becomes of its patterns with them.
    pub fn with(&self, given: &BTreeMap<String, String>) -> Result<Migration, RecipeError> {
        let mut values = Values::new();
        for (name, value) in given {
            let Some(parameter) = self.parameters.iter().find(|it| it.name == *name) else {
                let known = self.parameters.iter().map(|it| it.name.as_str());
                let hint = did_you_mean(name, known.clone());
                let known: Vec<&str> = known.collect();
                return Err(self
                    .error(format!("it has no parameter `{name}`{hint}"))
                    .with_remedy(
                        (hint.is_empty() && !known.is_empty())
                            .then(|| format!("its parameters are {}", known.join(", "))),
                    ));
            };
            parameter
                .check(value)
                .map_err(|message| self.error(message))?;
            values.insert(name.clone(), value.clone());
        }
        let mut missing = Vec::new();
        for parameter in &self.parameters {
            match (&parameter.default, values.get(&parameter.name)) {
                (Some(default), None) => {
                    values.insert(parameter.name.clone(), default.clone());
                }
                (None, None) => missing.push(format!("--set {}=…", parameter.name)),
                (None, Some(text)) if text.is_empty() => {
                    return Err(self.error(format!("`{}` is empty", parameter.name)));
                }
                _ => {}
            }
        }
        if !missing.is_empty() {
            let missing = missing.join(" ");
            return Err(self.error(format!("it needs to be told more: {missing}")));
        }
        let mut steps = Vec::new();
        for step in &self.file.steps {
            let span = step.span();
            let step = step.get_ref();
            if self.is_asked(step, &span, &values)? {
                steps.push(self.step(step, &span, &values)?);
            }
        }
        know_each_other(&mut steps);
        let file = &self.file.file;
        Ok(Migration {
            name: self.name,
            goes_together: self.goes_together(),
            file: self.searches(&file.has, &file.has_not, &(0..0), &values)?,
            steps,
        })
    }

    /// Tries the steps with everything that is told of them.
    fn check(&self) -> Result<(), RecipeError> {
        if self.parameters.iter().all(|it| it.default.is_some()) {
            self.with(&Values::new())?;
        }
        for example in &self.file.examples {
            let (span, example) = (example.span(), example.get_ref());
            let is_whole = matches!(
                (&example.before, &example.after, &example.unchanged),
                (Some(_), Some(_), None) | (None, None, Some(_))
            );
            if !is_whole {
                let message = "an example has `before` and `after`, or `unchanged`";
                return Err(self.error(message).at(&self.text, &self.head(&span)));
            }
            let mut values = Values::new();
            for (name, value) in &example.parameters {
                let text = text_of(value).ok_or_else(|| {
                    let message = format!("`{name}` is no string, number or truth");
                    self.error(message).at(&self.text, &self.head(&span))
                })?;
                values.insert(name.clone(), text);
            }
            self.with(&values).map_err(|error| match error.place {
                Some(_) => error,
                None => error.at(&self.text, &self.head(&span)),
            })?;
        }
        Ok(())
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> RecipeError {
        RecipeError::new(&self.path, message)
    }

    /// The first line of a part of the file.
    fn head(&self, span: &Range<usize>) -> Range<usize> {
        let end = self.text[span.start..].find('\n');
        span.start..end.map_or(self.text.len(), |it| span.start + it)
    }

    /// Whether the values say that a step is to be done.
    fn is_asked(
        &self,
        step: &StepFile,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<bool, RecipeError> {
        let mut is_asked = true;
        for (name, wanted) in &step.when {
            let at = |message: String| {
                let place = self.place_of(name, span);
                self.error(message).at(&self.text, &place)
            };
            let Some(value) = values.get(name) else {
                let hint = did_you_mean(name, values.keys().map(String::as_str));
                return Err(at(format!("there is no parameter `{name}`{hint}")));
            };
            let wanted: Option<Vec<String>> = match wanted {
                Value::Array(all) => all.iter().map(text_of).collect(),
                one => text_of(one).map(|it| vec![it]),
            };
            let wanted =
                wanted.ok_or_else(|| at("expected a value, or a list of them".to_owned()))?;
            is_asked &= wanted.contains(value);
        }
        Ok(is_asked)
    }

    fn step(
        &self,
        step: &StepFile,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<Step, RecipeError> {
        let head = |message: &str| self.error(message).at(&self.text, &self.head(span));
        if step.rewrite.is_some() && !step.options.is_empty() {
            return Err(head("`options` are those of a rule or a codemod"));
        }
        if step.rule.is_none() && step.level.is_some() {
            return Err(head("`level` is that of a rule"));
        }
        let action = match (&step.rewrite, &step.rule, &step.codemod) {
            (Some(rewrite), None, None) => self.rewrite(rewrite, span, values)?,
            (None, Some(rule), None) => self.rule(rule, step, span, values)?,
            (None, None, Some(name)) => self.codemod(name, step, span, values)?,
            _ => return Err(head("a step has one of `rewrite`, `rule` and `codemod`")),
        };
        Ok(Step {
            file: self.searches(&step.has, &step.has_not, span, values)?,
            action,
        })
    }

    fn rewrite(
        &self,
        told: &RewriteFile,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<Action, RecipeError> {
        let filled = |text: &str| self.filled(text, span, values);
        let all = |texts: &Texts| -> Result<Vec<String>, RecipeError> {
            texts.0.iter().map(|it| filled(it)).collect()
        };
        let conditions = Conditions {
            in_stage_based_on: all(&told.in_stage_based_on)?,
            distribution: all(&told.distribution)?,
            is_final: told.is_final,
            is_last: told.is_last,
            is_base: told.is_base,
            as_root: told.as_root,
            before: all(&told.before)?,
            after: all(&told.after)?,
            not_before: all(&told.not_before)?,
            not_after: all(&told.not_after)?,
            not: all(&told.not)?,
        };
        let (pattern, replacement) = (filled(&told.pattern)?, filled(&told.replacement)?);
        let rewrite = Rewrite::new(&pattern, &replacement, &conditions)
            .map_err(|error| self.pattern_error(&error, span))?;
        let message = told.message.as_deref().map(filled).transpose()?;
        let rewrite = rewrite
            .named(self.name)
            .saying(message.as_deref())
            .map_err(|error| self.pattern_error(&error, span))?;
        Ok(Action::Rewrite(Box::new(rewrite)))
    }

    fn rule(
        &self,
        name: &str,
        step: &StepFile,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<Action, RecipeError> {
        let at = |word: &str, message: String| {
            self.error(message)
                .at(&self.text, &self.place_of(word, span))
        };
        let Some(rule) = self.rules.iter().find(|it| it.id == name) else {
            let hint = did_you_mean(name, self.rules.iter().map(|it| it.id));
            return Err(at(name, format!("there is no rule `{name}`{hint}")));
        };
        let mut settings = RuleSettings::default();
        for (key, value) in &step.options {
            let Some(option) = rule.options.iter().find(|it| it.name == key) else {
                let hint = did_you_mean(key, rule.options.iter().map(|it| it.name));
                return Err(at(key, format!("`{name}` has no option `{key}`{hint}")));
            };
            let setting = self
                .setting(value, option.kind, span, values)?
                .filter(|it| option.kind.takes(it))
                .ok_or_else(|| at(key, format!("expected {}", option.kind)))?;
            settings.options.insert(key.clone(), setting);
        }
        let level = match step.level.as_deref() {
            None | Some("checked") => Safety::Checked,
            Some("safe") => Safety::Safe,
            Some("unsafe") => Safety::Unsafe,
            Some(other) => {
                let message = format!("`{other}` is no level: safe, checked or unsafe");
                return Err(at(other, message));
            }
        };
        let settings = [(name.to_owned(), settings)].into();
        Ok(Action::Rule(rule, settings, level))
    }

    fn setting(
        &self,
        value: &Value,
        kind: OptionKind,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<Option<Setting>, RecipeError> {
        Ok(match value {
            Value::String(text) => {
                let text = self.filled(text, span, values)?;
                Some(match kind {
                    OptionKind::Flag if text == "true" => Setting::Flag(true),
                    OptionKind::Flag if text == "false" => Setting::Flag(false),
                    OptionKind::Number => match text.parse() {
                        Ok(number) => Setting::Number(number),
                        Err(_) => return Ok(None),
                    },
                    _ => Setting::Text(text),
                })
            }
            Value::Boolean(flag) => Some(Setting::Flag(*flag)),
            Value::Integer(number) => Some(Setting::Number(*number)),
            Value::Array(items) => {
                let mut texts = Vec::new();
                for item in items {
                    let Some(text) = item.as_str() else {
                        return Ok(None);
                    };
                    texts.push(self.filled(text, span, values)?);
                }
                Some(Setting::List(texts))
            }
            _ => None,
        })
    }

    fn codemod(
        &self,
        name: &str,
        step: &StepFile,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<Action, RecipeError> {
        let mut options = BTreeMap::new();
        for (key, value) in &step.options {
            let at = || self.place_of(key, span);
            let text = text_of(value).ok_or_else(|| {
                let message = format!("`{key}`: expected a string, a number or a truth");
                self.error(message).at(&self.text, &at())
            })?;
            options.insert(key.clone(), self.filled(&text, span, values)?);
        }
        let of = codemods::For {
            recipe: self.name,
            rules: self.rules,
        };
        let made = codemods::make(name, of, &options).map_err(|(word, message)| {
            let given = given_to(step, values);
            // What somebody has said stands in no line of the recipe.
            if word == name && !given.is_empty() {
                return self.error(format!("{}: {message}", given.join(" ")));
            }
            self.error(message)
                .at(&self.text, &self.place_of(&word, span))
        })?;
        Ok(Action::Codemod(made))
    }

    fn searches(
        &self,
        has: &Texts,
        has_not: &Texts,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<FileSearches, RecipeError> {
        let read = |texts: &Texts| -> Result<Vec<Search>, RecipeError> {
            let all = texts.0.iter().map(|text| {
                let text = self.filled(text, span, values)?;
                Search::new(&text, &Conditions::default())
                    .map_err(|error| self.pattern_error(&error, span))
            });
            all.collect()
        };
        Ok(FileSearches {
            has: read(has)?,
            has_not: read(has_not)?,
        })
    }

    fn filled(
        &self,
        text: &str,
        span: &Range<usize>,
        values: &Values,
    ) -> Result<String, RecipeError> {
        fill(text, values).map_err(|(range, message)| {
            let place = self.place_of(&text[range], span);
            self.error(message).at(&self.text, &place)
        })
    }

    /// Where a text is written in a part of the file; the first line of the part where it is not found as it is.
    fn place_of(&self, text: &str, span: &Range<usize>) -> Range<usize> {
        let found = self.text.get(span.start..).and_then(|it| it.find(text));
        match found {
            Some(at) if !text.is_empty() => span.start + at..span.start + at + text.len(),
            _ => self.head(span),
        }
    }

    /// What is wrong with a pattern, at its place in the file; where values were put in, it is shown as it is then.
    fn pattern_error(&self, error: &PatternError, span: &Range<usize>) -> RecipeError {
        let found = self
            .text
            .get(span.start..)
            .and_then(|it| it.find(&error.text));
        if let Some(at) = found {
            let start = span.start + at;
            let range = start + error.range.start..start + error.range.end;
            return self
                .error(format!("the {}: {}", error.part, error.message))
                .at(&self.text, &range)
                .with_remedy(error.remedy.clone());
        }
        let message = format!("the {}: {}: `{}`", error.part, error.message, error.text);
        self.error(message)
            .at(&self.text, &self.head(span))
            .with_remedy(error.remedy.clone())
    }
}

/// The options of a step: `(distribution = "debian", to = {$to})`; nothing where it has none.
fn options_of(step: &StepFile) -> String {
    let told = step.options.iter().map(|(name, value)| match value {
        Value::String(text) if text.starts_with("{$") => format!("{name} = {text}"),
        value => format!("{name} = {value}"),
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        String::new()
    } else {
        format!("({})", told.join(", "))
    }
}

/// The parameters that the options of a step are made of, with their values: `--set to=13`.
fn given_to(step: &StepFile, values: &Values) -> Vec<String> {
    let texts: Vec<String> = step.options.values().filter_map(text_of).collect();
    let is_used = |name: &str| texts.iter().any(|it| it.contains(&format!("{{${name}}}")));
    let used = values
        .iter()
        .filter(|(name, value)| is_used(name) && !value.is_empty());
    used.map(|(name, value)| format!("--set {name}={value}"))
        .collect()
}

/// Tells the rewrites of a recipe of one another: of those that are done in every file.
fn know_each_other(steps: &mut [Step]) {
    let sure = steps.iter().map(|it| match it.action.as_rewrite() {
        Some(rewrite) if it.file.is_empty() => Some(rewrite.clone()),
        _ => None,
    });
    let sure: Vec<Option<Rewrite>> = sure.collect();
    for (number, step) in steps.iter_mut().enumerate() {
        let Action::Rewrite(rewrite) = &mut step.action else {
            continue;
        };
        let others = sure.iter().enumerate().filter(|it| it.0 != number);
        let others: Vec<Rewrite> = others.filter_map(|it| it.1.clone()).collect();
        if !others.is_empty() {
            **rewrite = (**rewrite).clone().beside(others);
        }
    }
}

/// What the reader of TOML complains of, with what was meant by a name that is not known.
fn toml_error(path: &str, text: &str, error: &toml::de::Error) -> RecipeError {
    let message = error.message();
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = ["unknown field", "unknown variant"]
        .iter()
        .any(|it| message.starts_with(it));
    let told = if unknown && let Some(name) = names.next() {
        let known: Vec<&str> = names.collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => format!("; known are {}", known.join(", ")),
        };
        let what = if message.starts_with("unknown field") {
            "key"
        } else {
            "word"
        };
        format!("unknown {what} `{name}`{hint}")
    } else {
        message.replace("missing field", "it lacks the key")
    };
    let error_at = RecipeError::new(path, told);
    match error.span() {
        Some(span) => error_at.at(text, &span),
        None => error_at,
    }
}
