//! Source text of a replacement, with what its holes bind as the file writes it.

use dfix_engine::OpenCondition;
use dfix_model::StepKind;

use crate::flat;
use crate::matching::state::{State, Text, Value};
use crate::pattern::instruction::InstructionPattern;
use crate::pattern::template::Template;
use crate::pattern::words::{Piece, WordPattern};
use crate::replacement::carry::{self, Site, Target};
use crate::replacement::of_scripts;

/// A piece of a replacement's text as source of a shell.
pub(crate) fn source(
    template: &Template,
    range: std::ops::Range<usize>,
    kind: StepKind,
    state: &State<'_>,
) -> Result<String, String> {
    let source = WordPattern::of_flat(&template.text[range], template);
    on_its_lines(pieces(&source, state, Target::Shell(kind))?, template)
}

/// An instruction of a replacement as source of a Dockerfile.
pub(crate) fn instruction(
    template: &Template,
    new: &InstructionPattern,
    state: &State<'_>,
) -> Result<String, String> {
    let text = &template.text[new.range.clone()];
    let (head, arguments) = text.split_at(head(text, new.kind));
    let target = match new.kind {
        kind if new.is_exec => Target::Json(kind),
        kind @ (StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck) => {
            Target::Shell(kind)
        }
        kind => Target::Dockerfile(kind),
    };
    let head = WordPattern::of_flat(head, template);
    let mut written = pieces(&head, state, Target::Dockerfile(new.kind))?;
    let (arguments, body) = match (target, arguments.split_once('\n')) {
        (Target::Dockerfile(_), Some((line, _))) if line.contains("<<") => {
            arguments.split_at(line.len() + 1)
        }
        _ => (arguments, ""),
    };
    let is_literal = arguments.contains("<<'")
        || arguments.contains("<<\"")
        || arguments.contains("<<-'")
        || arguments.contains("<<-\"");
    for (text, target) in [(arguments, target), (body, Target::Body(!is_literal))] {
        let source = WordPattern::of_flat(text, template);
        written.push_str(&pieces(&source, state, target)?);
    }
    on_its_lines(written, template)
}

fn on_its_lines(written: String, template: &Template) -> Result<String, String> {
    if written.contains(['\n', '\r']) && !template.text.contains('\n') {
        return Err("what a hole binds is written on several lines".to_owned());
    }
    Ok(written)
}

/// How long the part of an instruction before its arguments is: keywords, flags, the `CMD` of a `HEALTHCHECK`.
fn head(text: &str, kind: StepKind) -> usize {
    let mut at = 0;
    let mut is_keyword = true;
    loop {
        let rest = &text[at..];
        let start = at + rest.len() - rest.trim_start().len();
        let rest = &text[start..];
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let word = &rest[..len];
        let is_check = kind == StepKind::Healthcheck && word.eq_ignore_ascii_case("CMD");
        let is_escape = word == "\\" || word == "`";
        if word.is_empty() || !(is_keyword || is_check || is_escape || word.starts_with("--")) {
            return start;
        }
        is_keyword = is_keyword && word.eq_ignore_ascii_case("ONBUILD");
        at = start + len;
        if is_check {
            let rest = &text[at..];
            return at + rest.len() - rest.trim_start().len();
        }
    }
}

/// What is open where a hole that is a part of a word binds a variable which a shell may read as several words.
pub(crate) fn several_words(
    template: &Template,
    range: std::ops::Range<usize>,
    state: &State<'_>,
) -> Vec<OpenCondition> {
    let words = template.text[range].split_whitespace();
    let parted = words.filter(|it| !it.contains(['"', '\'']));
    let parts = parted.map(|it| WordPattern::of_flat(it, template).pieces);
    let bound = parts.filter(|it| it.len() > 1).flatten();
    let bound = bound.filter_map(|piece| match piece {
        Piece::Hole(hole) => match state.value(hole.name?)? {
            Value::Text(text) => text.word,
            _ => None,
        },
        Piece::Text(_) => None,
    });
    let open = bound.filter(|it| it.may_split()).map(|word| {
        OpenCondition::new(
            format!(
                "whether `{}` is one word: of several the first or the last alone is what it becomes",
                word.shortened()
            ),
            "see what it is set to",
        )
    });
    open.collect()
}

/// Source text with what its holes bind.
pub(crate) fn pieces(
    source: &WordPattern,
    state: &State<'_>,
    target: Target,
) -> Result<String, String> {
    let mut writer = Writer {
        target,
        state,
        written: String::new(),
        quote: None,
        opened: 0,
        skips: false,
        bound: None,
    };
    for (index, piece) in source.pieces.iter().enumerate() {
        let next = match source.pieces.get(index + 1) {
            Some(Piece::Text(text)) => text.as_str(),
            _ => "",
        };
        match piece {
            Piece::Text(text) => writer.text(text),
            Piece::Hole(hole) => {
                let value = hole.name.and_then(|name| state.value(name));
                writer.value(value.ok_or("a hole binds nothing")?, next)?;
            }
        }
    }
    Ok(writer.written)
}

/// Source text on its way to be written.
struct Writer<'s, 'm> {
    target: Target,
    state: &'s State<'m>,
    written: String,
    /// The quotes that are open, and where they began.
    quote: Option<char>,
    opened: usize,
    /// Whether the string that begins here is left out: it would be an empty list.
    skips: bool,
    /// Where what a hole binds ends, if nothing stands behind it yet.
    bound: Option<usize>,
}

impl Writer<'_, '_> {
    fn text(&mut self, text: &str) {
        let text = if std::mem::take(&mut self.skips) {
            self.quote = None;
            let rest = text.strip_prefix('"').unwrap_or(text);
            let is_first = self.written.trim_end().ends_with('[');
            if is_first {
                rest.trim_start().trim_start_matches(',').trim_start()
            } else {
                rest
            }
        } else {
            text
        };
        self.end_variable(text);
        let is_json = matches!(self.target, Target::Json(_));
        let mut is_escaped = false;
        for c in text.chars() {
            match (self.quote, c) {
                // Quotes mean nothing in a file.
                _ if matches!(self.target, Target::Body(_)) => {}
                _ if is_escaped => is_escaped = false,
                (None | Some('"'), '\\') => is_escaped = true,
                (None, '\'') if is_json => {}
                (None, '"' | '\'') => {
                    self.quote = Some(c);
                    self.opened = self.written.len();
                }
                (Some(open), c) if c == open => self.quote = None,
                _ => {}
            }
            self.written.push(c);
        }
    }

    fn value(&mut self, value: &Value<'_>, next: &str) -> Result<(), String> {
        let site = self.site(next);
        match value {
            Value::Text(text) => {
                let written = carry::written(text, site, self.state)?;
                self.end_variable(&written);
                self.written.push_str(&written);
                self.bound = Some(self.written.len());
            }
            Value::Whole(_, text) => {
                self.is_free_for(text, site)?;
                self.written.push_str(text);
            }
            Value::List(texts) if matches!(self.target, Target::Json(_)) => {
                self.strings(texts, site, next)?;
            }
            Value::List(texts) if texts.is_empty() => {
                // An empty list leaves no blank.
                while self.written.ends_with(' ') {
                    self.written.pop();
                }
            }
            Value::List(texts) => {
                for (index, text) in texts.iter().enumerate() {
                    if index > 0 {
                        self.written.push(' ');
                    }
                    let site = Site {
                        is_command: site.is_command && index == 0,
                        ..site
                    };
                    let written = carry::written(text, site, self.state)?;
                    self.written.push_str(&written);
                }
            }
        }
        Ok(())
    }

    /// Puts braces around a variable that ends what a hole binds, where the name would go on: `$A` before `x`.
    fn end_variable(&mut self, next: &str) {
        if self.bound.take() == Some(self.written.len()) && flat::is_of_name(next.chars().next()) {
            flat::in_braces(&mut self.written);
        }
    }

    /// A list in the place of a string of JSON: each of its words is a string.
    fn strings(&mut self, texts: &[Text<'_>], site: Site, next: &str) -> Result<(), String> {
        if !self.is_whole_string(next) {
            return Err("a list of words cannot be a part of a string".to_owned());
        }
        if texts.is_empty() {
            self.written.pop();
            while self.written.ends_with([' ', ',']) {
                self.written.pop();
            }
            self.skips = true;
            return Ok(());
        }
        let strings = texts
            .iter()
            .map(|text| carry::written(text, site, self.state));
        let strings = strings.collect::<Result<Vec<_>, _>>()?;
        self.written.push_str(&strings.join("\", \""));
        Ok(())
    }

    /// Whether what comes here fills the quotes that are open.
    fn is_whole_string(&self, next: &str) -> bool {
        self.quote.is_some_and(|quote| next.starts_with(quote))
            && self.opened + 1 == self.written.len()
    }

    fn site(&self, next: &str) -> Site {
        let before = self.written.trim_end();
        let begins = before.is_empty() || before.ends_with(['&', ';', '|', '(']);
        let before_quote = self.written.get(..self.opened).unwrap_or_default();
        let before_quote = before_quote.trim_end_matches([' ', ',', '"', '\t']);
        let last = before_quote.rsplit([' ', '"', ',', '[']).next();
        let last = last.unwrap_or_default();
        let is_option = of_scripts::is_of_shell(last);
        Site {
            target: self.target,
            quote: self.quote,
            is_command: self.quote.is_none() && begins,
            is_in_script: self.quote.is_some()
                && (is_option || last == "eval")
                && !matches!(self.target, Target::Dockerfile(_))
                && !self.is_whole_string(next),
        }
    }

    /// Refuses a whole script or image where it would be a part of something else.
    fn is_free_for(&self, text: &str, site: Site) -> Result<(), String> {
        let is_all = match site.target {
            Target::Shell(_) => site.is_command,
            Target::Dockerfile(kind) => kind == StepKind::From && site.quote.is_none(),
            Target::Json(_) => self.written.trim().is_empty(),
            Target::Body(_) => false,
        };
        if is_all || carry::is_plain(text) {
            return Ok(());
        }
        Err(format!("`{}` cannot be written there", flat::shown(text)))
    }
}
