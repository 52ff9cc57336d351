//! A source as lines of text.

use dfix_sources::{Command, Place, Source, Value};

fn place(place: &Place) -> String {
    match place.base {
        _ if place.is_absolute() => place.path.clone(),
        dfix_sources::Base::Working => place.path.clone(),
        base => format!("<{base:?}>/{}", place.path),
    }
}

fn value<T>(value: &Value<T>, show: impl Fn(&T) -> String) -> String {
    match value {
        Value::Known(known) => show(known),
        Value::Variable { names, default } => {
            let default = default.as_ref().map_or("?".to_owned(), show);
            format!("${} or {default}", names.join("+"))
        }
        Value::Unknown(text) => format!("unknown {text}"),
    }
}

/// All that is told, each as a line: `2 writes /data`.
pub(crate) fn told(source: &Source) -> Vec<String> {
    let text = |it: &Value<String>| value(it, Clone::clone);
    let mut all = Vec::new();
    for it in &source.imports {
        let words = [text(&it.module)]
            .into_iter()
            .chain(it.names.iter().cloned());
        let words = words.collect::<Vec<_>>().join(" ");
        all.push(format!("{} imports {words}", it.line));
    }
    for it in &source.writes {
        let what = if it.is_folder { "makes" } else { "writes" };
        let folder = it
            .folder
            .as_ref()
            .map(|it| format!(" in {}", value(it, place)));
        let folder = folder.unwrap_or_default();
        let by = if it.is_told_by_callers {
            " (callers)"
        } else {
            ""
        };
        all.push(format!(
            "{} {what} {}{folder}{by}",
            it.line,
            value(&it.path, place)
        ));
    }
    for it in &source.ports {
        all.push(format!(
            "{} port {}",
            it.line,
            value(&it.port, ToString::to_string)
        ));
    }
    for it in &source.variables {
        let default = it
            .default
            .as_ref()
            .map_or(String::new(), |it| format!(" or {it}"));
        all.push(format!("{} asks {}{default}", it.line, text(&it.name)));
    }
    for it in &source.programs {
        let words = match &it.command {
            Command::Text(text) => format!("text {}", value(text, Clone::clone)),
            Command::Words(words) => words.iter().map(text).collect::<Vec<_>>().join(" | "),
        };
        all.push(format!("{} runs {words}", it.line));
    }
    for it in &source.rights {
        all.push(format!("{} right {} {}", it.line, it.kind, it.what));
    }
    for it in &source.users {
        all.push(format!("{} user {}", it.line, text(&it.name)));
    }
    all
}

/// Each text with all that is told of it, without what is imported.
pub(crate) fn check(path: &str, cases: &[(&str, &[&str])]) {
    let mut wrong: Vec<String> = Vec::new();
    for (text, wanted) in cases {
        let source = dfix_sources::read(path, text).unwrap();
        let told: Vec<String> = told(&source)
            .into_iter()
            .filter(|it| !it.contains(" imports "))
            .collect();
        if told != *wanted || !source.is_understood() {
            let trouble = source.trouble();
            wrong.push(format!(
                "{text}\n  told:   {told:?} {trouble:?}\n  wanted: {wanted:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Each text with the modules that it loads.
pub(crate) fn check_imports(path: &str, cases: &[(&str, &[&str])]) {
    for (text, wanted) in cases {
        let source = dfix_sources::read(path, text).unwrap();
        let told: Vec<String> = told(&source)
            .into_iter()
            .filter(|it| it.contains(" imports "))
            .collect();
        let told: Vec<&str> = told
            .iter()
            .filter_map(|it| it.split_once(" imports "))
            .map(|it| it.1)
            .collect();
        assert_eq!(told, *wanted, "{text}");
    }
}
