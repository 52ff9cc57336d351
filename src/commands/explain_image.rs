//! `dfix explain-image`: what is known of a base image.

use std::io::Write;

use dfix_model::catalogue::{
    self, AS_OF, Account, Foundation, ImageFacts, ShippedUser, Slim, TagRecord, Variant,
};
use serde_json::{Map, Value, json};

use crate::exit::{Exit, Stop};
use crate::labels::{foundation, term};
use crate::pretty_json;

pub(super) fn run(reference: &str, as_json: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    let (name, tag, digest) = parts(reference);
    let repository = catalogue::normalise(name);
    let record = catalogue::tag(&repository, tag);
    let facts = catalogue::image(&repository, tag);
    let mut rows: Vec<(&str, Value)> = vec![("image", json!(format!("{repository}:{tag}")))];
    if digest {
        rows.push((
            "note",
            json!("the digest decides what is pulled; these facts are the tag's"),
        ));
    }
    rows.extend(of_tag(&repository, tag, record.as_ref()));
    if facts.is_known() {
        rows.extend(of_image(&facts, record.and_then(|it| it.foundation)));
    } else {
        let note = match catalogue::assumed_like(&repository) {
            Some(like) => format!("nothing is known of it; by its name it may be a copy of {like}"),
            None => "nothing is known of it".to_owned(),
        };
        rows.push(("known", json!(note)));
    }
    rows.push(("as of", json!(AS_OF.to_string())));
    if as_json {
        let object: Map<String, Value> = rows
            .into_iter()
            .map(|(key, value)| (key.to_lowercase().replace(' ', "_"), value))
            .collect();
        pretty_json::print(&object, out)?;
    } else {
        let wide = rows.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        for (key, value) in rows {
            writeln!(out, "{key:wide$}  {}", shown(&value))?;
        }
    }
    Ok(Exit::Clean)
}

/// Repository, tag (`latest` where there is none) and whether there is a digest.
fn parts(reference: &str) -> (&str, &str, bool) {
    let (reference, digest) = match reference.split_once('@') {
        Some((reference, _)) => (reference, true),
        None => (reference, false),
    };
    // A colon before a slash belongs to a port.
    match reference
        .rsplit_once(':')
        .filter(|(_, tag)| !tag.contains('/'))
    {
        Some((name, tag)) => (name, tag, digest),
        None => (reference, "latest", digest),
    }
}

fn of_tag(repository: &str, tag: &str, record: Option<&TagRecord>) -> Vec<(&'static str, Value)> {
    let mut rows = Vec::new();
    let Some(record) = record else {
        if catalogue::is_official(repository) {
            rows.push(("tag", json!("was never published")));
        }
        return rows;
    };
    let tail = match record.last_maintained {
        Some(day) => format!("maintained until {day}"),
        None => "still maintained".to_owned(),
    };
    rows.push((
        "tag",
        json!(format!("published {}, {tail}", record.first_published)),
    ));
    let others: Vec<&str> = catalogue::aliases(repository, tag)
        .filter(|it| *it != tag)
        .collect();
    if !others.is_empty() {
        rows.push(("same image", json!(others)));
    }
    rows.push(("slim form", json!(slim(repository, tag))));
    if let Some(end) = catalogue::end_of_life(repository, tag)
        && let Some(day) = end.date
    {
        let tense = if end.ended { "ended" } else { "ends" };
        rows.push(("support", json!(format!("{tense} on {day}"))));
    }
    rows
}

fn slim(repository: &str, tag: &str) -> String {
    match catalogue::slim_of(repository, tag) {
        Slim::AlreadyVariant(variant) => {
            format!("the tag is a special form already: {}", term(variant))
        }
        Slim::Sibling(sibling) => match sibling.same_release {
            Some(true) => format!("{} (same distribution release)", sibling.tag),
            Some(false) => format!("{} (another distribution release)", sibling.tag),
            None => sibling.tag,
        },
        Slim::NeverPublished { wanted } => format!("{wanted} was never published"),
        Slim::NoSlimForm { smaller } if smaller.is_empty() => "there is none".to_owned(),
        Slim::NoSlimForm { smaller } => format!("there is none; smaller: {}", smaller.join(", ")),
        Slim::Unknown => "not known".to_owned(),
    }
}

fn of_image(facts: &ImageFacts, of_tag: Option<Foundation>) -> Vec<(&'static str, Value)> {
    let mut rows = vec![("family", json!(term(facts.family)))];
    if facts.variant != Variant::Default {
        rows.push(("form", json!(term(facts.variant))));
    }
    if let Some(based_on) = of_tag.or(facts.foundation) {
        rows.push(("based on", json!(foundation(&based_on))));
        if let Some(end) = catalogue::end_of_release(&based_on)
            && let Some(day) = end.date
        {
            let tense = if end.ended { "ended" } else { "ends" };
            rows.push(("its support", json!(format!("{tense} on {day}"))));
        }
    }
    rows.push(("C library", json!(term(facts.libc))));
    rows.push(("packages by", json!(term(facts.package_manager))));
    rows.push(("shell", json!(term(facts.shell))));
    let user = match facts.default_user {
        Account::Root => "root".to_owned(),
        Account::Other { name, uid } => numbered(name, uid),
        Account::Unknown => "not known".to_owned(),
    };
    rows.push(("runs as", json!(user)));
    let users: Vec<String> = facts
        .users()
        .map(|user: ShippedUser| numbered(user.name, user.uid))
        .collect();
    if !users.is_empty() {
        rows.push(("other users", json!(users)));
    }
    if let Some(folder) = facts.workdir() {
        rows.push(("working folder", json!(folder)));
    }
    for (key, words) in [
        (
            "entrypoint",
            facts.entrypoint().map(Iterator::collect::<Vec<_>>),
        ),
        ("command", facts.command().map(Iterator::collect::<Vec<_>>)),
    ] {
        if let Some(words) = words.filter(|it| !it.is_empty()) {
            rows.push((key, json!(words.join(" "))));
        }
    }
    let environment: Vec<String> = facts
        .environment()
        .map(|(name, value)| {
            value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}"))
        })
        .collect();
    if !environment.is_empty() {
        rows.push(("environment", json!(environment)));
    }
    rows
}

fn numbered(name: &str, uid: Option<u32>) -> String {
    uid.map_or_else(|| name.to_owned(), |uid| format!("{name} ({uid})"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_reference_has_three_parts() {
        assert_eq!(parts("python"), ("python", "latest", false));
        assert_eq!(parts("python:3.11"), ("python", "3.11", false));
        assert_eq!(parts("host:5000/a/b"), ("host:5000/a/b", "latest", false));
        assert_eq!(
            parts("host:5000/a/b:1@sha256:00"),
            ("host:5000/a/b", "1", true)
        );
    }
}
