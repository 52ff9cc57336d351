//! Comments of our own, and those that are meant as such: `# dfix: ignore=RULE[,RULE] reason`.

use crate::comments::listed;
use crate::rule::{Group, Rule, is_group_name};

/// The rule id of a finding that points at an ignore without effect.
pub const IGNORE_UNUSED: &str = "ignore-unused";

/// What a comment that is meant for us says.
pub(super) enum Own<'t> {
    /// Names, for the instruction.
    Here(&'t str),
    /// Names, for the whole file.
    File(&'t str),
    /// Nothing that is understood.
    Broken { message: String, remedy: String },
}

/// The words that somebody may take for ours.
const ALIKE: [&str; 9] = [
    "allow", "disable", "exclude", "ignore", "ignores", "noqa", "off", "skip", "suppress",
];

impl<'t> Own<'t> {
    /// `text`: a comment without its `#`. None where it is not meant for us.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let start = text.get(..4)?;
        if !start.eq_ignore_ascii_case("dfix") {
            return None;
        }
        let after = &text[4..];
        let said = after.trim_start_matches([':', '-', '_', '=', ' ', '\t']);
        let end = said
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'))
            .unwrap_or(said.len());
        let (word, rest) = said.split_at(end);
        let rest = rest.trim_start();
        let is_called = start == "dfix" && after.starts_with(':');
        if is_called && let Some(names) = rest.strip_prefix('=') {
            match word {
                _ if names.trim().is_empty() => {}
                "ignore" => return Some(Own::Here(names)),
                "ignore-file" => return Some(Own::File(names)),
                _ => {}
            }
        }
        // A sentence that begins with our name is none.
        let lower = word.to_ascii_lowercase().replace('_', "-");
        let first = lower.split('-').next().unwrap_or_default();
        let near = misspelt(&lower).filter(|_| rest.starts_with(['=', ':']));
        let is_alike =
            near.is_some() || ALIKE.contains(&first) && (is_called || first != "ignores");
        let is_about_rules = rest.is_empty() || rest.starts_with(['=', ':']) || is_called;
        let is_prose = after.starts_with(|c: char| c.is_ascii_alphanumeric());
        if is_prose || !is_alike || !is_about_rules {
            return None;
        }
        let key = near.unwrap_or(&lower);
        let fault = match near {
            Some(_) => Fault::Misspelt(word),
            None if is_called && first == "ignore" => Fault::PerhapsNoNames,
            None => Fault::Other,
        };
        Some(broken(text, key.ends_with("-file"), rest, fault))
    }
}

/// The key that the word is a slip of: a letter left out, added, mistaken or changed with its neighbour, twice at most.
fn misspelt(word: &str) -> Option<&'static str> {
    const FEW: usize = 2;
    let slips = |key: &&str| strsim::damerau_levenshtein(word, key);
    let keys = ["ignore", "ignore-file"].into_iter();
    keys.min_by_key(slips)
        .filter(|key| *key != word && slips(key) <= FEW)
}

/// Why a comment of ours is not understood.
#[derive(Clone, Copy)]
enum Fault<'t> {
    /// The key is this word.
    Misspelt(&'t str),
    /// The key is right, and no list follows, or one behind another sign.
    PerhapsNoNames,
    Other,
}

/// What is wrong with it, and what is right.
fn broken(text: &str, is_file: bool, rest: &str, fault: Fault<'_>) -> Own<'static> {
    let key = if is_file { "ignore-file" } else { "ignore" };
    let names = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let (names, _) = listed(names);
    let is_list = !names.is_empty() && rest.starts_with(['=', ':']);
    let list = if is_list {
        names.join(",")
    } else {
        "RULE".to_owned()
    };
    let shown: String = text.chars().take(60).collect();
    let why = match fault {
        Fault::PerhapsNoNames if !is_list => "no rule is named".to_owned(),
        _ if !text.starts_with("dfix:") => {
            "a comment of dfix begins with `dfix:`, in small letters".to_owned()
        }
        Fault::Misspelt(word) => format!("`{word}` is no word of dfix; did you mean `{key}`?"),
        _ => "it is written otherwise".to_owned(),
    };
    Own::Broken {
        message: format!("`# {shown}` ignores nothing: {why}"),
        remedy: format!("write `# dfix: {key}={list}`"),
    }
}

/// What is wrong with a name that no rule has.
pub(super) fn unknown(name: &str, known: &[&'static Rule]) -> Option<(String, String)> {
    let is_known = known.iter().any(|rule| rule.is_called(name));
    let is_ours = name == IGNORE_UNUSED || is_group_name(name);
    if known.is_empty() || is_known || is_ours {
        return None;
    }
    let remedy = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dfix rules` lists the names".to_owned(),
    };
    Some((
        format!("`{name}` is the name of no rule, so nothing is ignored"),
        remedy,
    ))
}

/// Names that stand behind the list and are taken for a reason.
pub(super) fn left_over<'n>(
    names: impl Iterator<Item = &'n str>,
    rest: &str,
    known: &[&'static Rule],
) -> Option<(String, String)> {
    let is_name = |word: &str| {
        known.iter().any(|rule| {
            let mut aliases = rule.aliases.iter();
            rule.id == word || aliases.any(|alias| alias.eq_ignore_ascii_case(word))
        })
    };
    let word = |text: &str| -> String {
        text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect()
    };
    let more: Vec<String> = rest
        .split([' ', ',', ';', '\t'])
        .map(word)
        .filter(|word| !word.is_empty())
        .take_while(|word| is_name(word))
        .collect();
    let first = more.first()?;
    let all: Vec<String> = names
        .map(str::to_owned)
        .chain(more.iter().cloned())
        .collect();
    Some((
        format!("`{first}` is taken for the reason, and not for a name"),
        format!("write the names with commas between: `{}`", all.join(",")),
    ))
}

/// The name that is most alike, if one is.
fn nearest<'r>(name: &str, known: &'r [&'static Rule]) -> Option<&'r str> {
    let name = name.to_ascii_lowercase();
    let groups = Group::ALL.iter().map(|group| group.name());
    let names = known
        .iter()
        .flat_map(|rule| [rule.id].into_iter().chain(rule.aliases.iter().copied()));
    names
        .chain(groups)
        .map(|it| (strsim::jaro_winkler(&name, &it.to_ascii_lowercase()), it))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it)
}
