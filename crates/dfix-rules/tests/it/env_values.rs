//! Values of `ENV` in the old form, made at random: the new form says the same to a reader of its own, which follows BuildKit's
//! (`parser/line_parsers.go`, `shell/lex.go`), and no fix is refused.

use dfix_engine::{Options, Rule, run};
use dfix_model::context::NoContext;
use dfix_rules::by_id;
use proptest::prelude::*;

/// What a value is to the builder: each variable as its name between signs that stand nowhere else.
struct Lexer<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    escape: char,
    out: String,
}

impl<'t> Lexer<'t> {
    fn read(text: &'t str, escape: char) -> Option<String> {
        let mut lexer = Lexer {
            rest: text.chars().peekable(),
            escape,
            out: String::new(),
        };
        while let Some(c) = lexer.rest.next() {
            match c {
                '\'' => loop {
                    match lexer.rest.next()? {
                        '\'' => break,
                        c => lexer.out.push(c),
                    }
                },
                '"' => lexer.double_quoted()?,
                '$' => lexer.dollar()?,
                c if c == escape => lexer.out.extend(lexer.rest.next()),
                c => lexer.out.push(c),
            }
        }
        Some(lexer.out)
    }

    fn double_quoted(&mut self) -> Option<()> {
        loop {
            match self.rest.next()? {
                '"' => return Some(()),
                '$' => self.dollar()?,
                c if c == self.escape => match self.rest.peek() {
                    Some(next) if matches!(next, '"' | '$') || *next == c => {
                        self.out.extend(self.rest.next());
                    }
                    _ => self.out.push(c),
                },
                c => self.out.push(c),
            }
        }
    }

    fn dollar(&mut self) -> Option<()> {
        let is_braced = self.rest.next_if_eq(&'{').is_some();
        let mut name = self.name();
        // What is done to a variable is kept as it stands.
        let mut depth = u32::from(is_braced);
        while depth > 0 {
            match self.rest.next()? {
                '}' if depth == 1 => break,
                c => {
                    // A brace alone opens nothing.
                    let opens = c == '{' && name.ends_with('$');
                    depth = depth + u32::from(opens) - u32::from(c == '}');
                    name.push(c);
                }
            }
        }
        if name.is_empty() {
            self.out.push('$');
        } else {
            self.out.extend(["<", &name, ">"]);
        }
        Some(())
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.rest.peek().copied() {
            Some(c) if "@*#?-$!".contains(c) => name.extend(self.rest.next()),
            Some(c) if c.is_numeric() => {
                while let Some(c) = self.rest.next_if(|c| c.is_numeric()) {
                    name.push(c);
                }
            }
            _ => {
                while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    name.push(c);
                }
            }
        }
        name
    }
}

/// The words of a line of pairs, as they stand.
fn words(line: &str, escape: char) -> Vec<String> {
    let (mut all, mut word) = (Vec::new(), String::new());
    let mut quote = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if quote.is_none() && c.is_whitespace() {
            if !word.is_empty() {
                all.push(std::mem::take(&mut word));
            }
            continue;
        }
        word.push(c);
        if c == escape && quote != Some('\'') {
            word.extend(rest.next());
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

fn value_of(line: &str, escape: char) -> Option<String> {
    // A lone escape character at the end continues the line; nothing comes.
    let line = line.trim_end_matches([' ', '\t']);
    let line = match line.strip_suffix(escape) {
        Some(rest) if !rest.ends_with(escape) => rest,
        _ => line,
    };
    let arguments = line.strip_prefix("ENV ")?.trim();
    let words = words(arguments, escape);
    match words[0].split_once('=') {
        None => Lexer::read(
            arguments.split_once(char::is_whitespace)?.1.trim_start(),
            escape,
        ),
        Some((_, value)) if words.len() == 1 => Lexer::read(value, escape),
        Some(_) => None,
    }
}

fn rule() -> &'static Rule {
    by_id("env-legacy-format").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_new_form_says_the_same(
        value in "[a-c][ a-c12_$$$\\\\`\"'{}@?#é.=-]{0,10}",
        is_backtick in any::<bool>(),
    ) {
        let escape = if is_backtick { '`' } else { '\\' };
        let directive = if is_backtick { "# escape=`\n" } else { "" };
        let line = format!("ENV K {value}");
        let text = format!("{directive}FROM a\n{line}\n");
        let rules: &[&'static Rule] = &[rule()];
        let outcome = run(&text, &NoContext, &Options::new(rules));
        if !outcome.errors.is_empty() {
            return Ok(());
        }
        prop_assert!(outcome.refused.is_empty(), "{text}\n{:?}", outcome.refused);
        if *outcome.text != *text {
            let after = outcome.text.lines().last().unwrap_or_default();
            let (then, now) = (value_of(&line, escape), value_of(after, escape));
            prop_assert!(then.is_some(), "{line}");
            prop_assert_eq!(then, now, "{}\n{}", line, after);
        }
    }
}

#[test]
fn the_reader_knows_what_the_builder_reads() {
    for (line, value) in [
        ("ENV K a $b \"c $d\"e", "a <b> c <d>e"),
        ("ENV K=\"a $$x ${b}c\"", "a <$>x <b>c"),
        ("ENV K 'a  $b' \\$c", "a  $b $c"),
        ("ENV K=\"a \\$ \\x\"", "a $ \\x"),
        ("ENV K a${b?{}c", "a<b?{>c"),
    ] {
        assert_eq!(value_of(line, '\\').as_deref(), Some(value), "{line}");
    }
}
