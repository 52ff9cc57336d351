//! What becomes of an image reference.

use dfix_engine::{Effect, OpenCondition};
use dfix_model::{
    GlobalArg, ImagePlace, Model, Segment, SegmentKind, Stage, Step, StepKind, reads_variable,
};
use dfix_syntax::{TextRange, TextSize};

use crate::flat;
use crate::matching::reference::{Reference, Spelled};
use crate::matching::state::{State, Text, Value};
use crate::pattern::image::{ImagePattern, Parts};
use crate::pattern::words::{Item, WordPattern};
use crate::replacement::change::{narrow, only_adds};
use crate::replacement::plan::{Op, Others, Plan, Planned};

/// The change of a reference that the pattern fits. `others` is asked where the default of an `ARG` decides several.
pub(crate) fn plan<'m>(
    pattern: &ImagePattern,
    replacement: &ImagePattern,
    reference: &Reference<'m>,
    state: &State<'m>,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    let ops = ops(pattern, replacement, reference, state)?;
    let mut plan = Plan::default();
    for op in &ops {
        let Op::Bytes(range, _) = op else { continue };
        match decided_by(reference, *range) {
            Some(arg) => {
                shared(arg, reference, (op, &ops), others)?;
                plan.open.extend(read_again(arg));
                plan.open.extend(given(arg));
                plan.declare(Effect::GlobalArg {
                    name: arg.name().to_owned(),
                });
            }
            None => plan.declare(match reference.position.place {
                ImagePlace::From(stage) => Effect::BaseImage {
                    stage: stage.index(),
                },
                _ => Effect::changed(reference.holder()),
            }),
        }
    }
    plan.ops = ops;
    Ok(plan)
}

/// The global `ARG` whose default stands here.
fn decided_by<'m>(reference: &Reference<'m>, range: TextRange) -> Option<GlobalArg<'m>> {
    let ImagePlace::From(stage) = reference.position.place else {
        return None;
    };
    if stage.from_step().range().contains_range(range) {
        return None;
    }
    let file: &'m Model<'m> = stage.file();
    file.global_args()
        .find(|arg| arg.range().contains_range(range))
}

/// What is open where stages take the default themselves, and more than a label reads it.
fn read_again(arg: GlobalArg<'_>) -> Option<OpenCondition> {
    let name = arg.name();
    let reads = |step: &Step<'_>| {
        !step.is_metadata()
            && !step.is(StepKind::Arg)
            && !step.is(StepKind::From)
            && reads_variable(step.source_text(), name)
    };
    let mut steps = arg
        .stages_that_inherit()
        .flat_map(|stage| stage.with_descendants().flat_map(Stage::steps));
    let step = steps.find(reads)?;
    Some(OpenCondition::new(
        format!(
            "whether line {} goes on to do what it does: it reads `{name}`, whose default is another one",
            step.line()
        ),
        "see what it makes of the text",
    ))
}

/// What is open where a build is given something in place of the default.
fn given(arg: GlobalArg<'_>) -> Option<OpenCondition> {
    let all = arg.given();
    let first = all.first()?;
    let value = match &first.value {
        Some(value) => format!("`{value}`"),
        None => "something".to_owned(),
    };
    let more = match all.len() {
        1 => "",
        _ => ", and others do",
    };
    Some(OpenCondition::new(
        format!(
            "whether `{}` may stay what builds are given in place of the default: {} gives it {value}{more}",
            arg.name(),
            first.by
        ),
        "change it there, too",
    ))
}

/// Refuses to change a default that means more than this image.
fn shared<'m>(
    arg: GlobalArg<'m>,
    reference: &Reference<'m>,
    (op, all): (&Op<'m>, &[Op<'m>]),
    others: Others<'_, 'm>,
) -> Result<(), String> {
    let name = arg.name();
    if arg.is_named_again() {
        return Err(format!(
            "another `ARG` uses `{name}`, or sets it anew: change its default by hand"
        ));
    }
    let ImagePlace::From(here) = reference.position.place else {
        return Ok(());
    };
    for stage in arg.stages_on_it().filter(|it| *it != here) {
        if !others(stage.index(), op, all) {
            return Err(format!(
                "`ARG {name}` also decides the image of the FROM of line {}, which would become another, too",
                stage.from_step().line()
            ));
        }
    }
    Ok(())
}

/// The edits of a reference.
pub(crate) fn ops<'m>(
    pattern: &ImagePattern,
    replacement: &ImagePattern,
    reference: &Reference<'m>,
    state: &State<'m>,
) -> Result<Vec<Op<'m>>, String> {
    let (old, new) = match (pattern, replacement) {
        (ImagePattern::Whole(one), ImagePattern::Whole(other)) if one == other => {
            return Ok(Vec::new());
        }
        (ImagePattern::Parts(old), ImagePattern::Parts(new)) => (old, new),
        (_, new) => return Ok(vec![rewritten(new, reference, state)?]),
    };
    let may_be_another =
        old.registry.is_none() && reference.registry_that_may_be_a_folder().is_some();
    let mut ops = Vec::new();
    let name_changes = !is_same_name(old, new);
    if name_changes && may_be_another {
        return Err(begins_unknown(&reference.name));
    }
    if name_changes {
        let text = name_of(new, Some(old), reference, state)?;
        ops.extend(change_name(&reference.name, &text, reference)?);
    }
    let tag = optional(
        old.tag.as_ref(),
        new.tag.as_ref(),
        reference.tag.as_ref(),
        state,
    )?;
    let digest = optional(
        old.digest.as_ref(),
        new.digest.as_ref(),
        reference.digest.as_ref(),
        state,
    )?;
    let is_other_image =
        name_changes && last(old) != last(new) && last_differs(new, reference, state);
    if let (Some(pinned), Digest::Kept) = (&reference.digest, &digest)
        && (!matches!(tag, Digest::Kept) || is_other_image)
    {
        return Err(format!(
            "the digest `{}` would no longer be that of the image: take it away with `@{{digest...}}` in the pattern only, or \
             write the new one",
            flat::shown(pinned.written.flat())
        ));
    }
    for (mark, part, there) in [(':', tag, &reference.tag), ('@', digest, &reference.digest)] {
        ops.extend(change_part(mark, part, there.as_ref(), reference)?);
    }
    if may_be_another && !ops.is_empty() {
        return Err(begins_unknown(&reference.name));
    }
    // What comes behind the name and what comes behind the tag come at one place where there is no tag.
    Ok(ops)
}

/// What becomes of a tag or a digest.
enum Digest {
    Kept,
    Gone,
    Is(String),
}

fn optional(
    old: Option<&Item>,
    new: Option<&Item>,
    there: Option<&Spelled<'_>>,
    state: &State<'_>,
) -> Result<Digest, String> {
    let Some(new) = new else {
        return Ok(match (old, there) {
            (Some(_), Some(_)) => Digest::Gone,
            _ => Digest::Kept,
        });
    };
    if old.is_some_and(|old| old.word == new.word) {
        return Ok(Digest::Kept);
    }
    let list = new.word.as_list().and_then(|list| state.value(list.name?));
    if matches!(list, Some(Value::List(texts)) if texts.is_empty()) {
        return Ok(match there {
            Some(_) => Digest::Gone,
            None => Digest::Kept,
        });
    }
    let text = filled(&new.word, state)?;
    let is_there = |spelled: &Spelled<'_>| {
        spelled.written.flat() == text
            || spelled
                .resolved
                .as_ref()
                .is_some_and(|it| it.flat() == text)
    };
    Ok(if there.is_some_and(is_there) {
        Digest::Kept
    } else {
        Digest::Is(text)
    })
}

fn change_part<'m>(
    mark: char,
    part: Digest,
    there: Option<&Spelled<'m>>,
    reference: &Reference<'m>,
) -> Result<Vec<Op<'m>>, String> {
    let range_of = |spelled: &Spelled<'m>| {
        let range = spelled.written.range();
        range.ok_or_else(|| "the reference is spelt by several variables".to_owned())
    };
    match (part, there) {
        (Digest::Kept, _) | (Digest::Gone, None) => Ok(Vec::new()),
        (Digest::Is(text), Some(there)) => change(there, &text, reference),
        (Digest::Gone, Some(there)) => {
            let range = range_of(there)?;
            let one = TextSize::new(1);
            let range = TextRange::new(range.start() - one, range.end());
            Ok(vec![Op::Bytes(range, String::new())])
        }
        (Digest::Is(text), None) => {
            let before = match (mark, &reference.tag) {
                ('@', Some(tag)) => tag,
                _ => &reference.name,
            };
            let end = range_of(before)?.end();
            let text = format!("{mark}{}", flat::shown(&text));
            Ok(vec![Op::Bytes(TextRange::empty(end), text)])
        }
    }
}

fn last(parts: &Parts) -> Option<&WordPattern> {
    parts.path.last().map(|it| &it.word)
}

fn last_differs(new: &Parts, reference: &Reference<'_>, state: &State<'_>) -> bool {
    let new = last(new).and_then(|it| it.filled(state));
    let old = reference.path.last();
    match (new, old) {
        (Some(new), Some(old)) => {
            new != old.flat() && old.resolved.as_deref() != Some(new.as_str())
        }
        _ => true,
    }
}

pub(crate) fn is_same_name(old: &Parts, new: &Parts) -> bool {
    let word = |item: &Option<Item>| item.as_ref().map(|it| it.word.clone());
    word(&old.registry) == word(&new.registry)
        && old.hub == new.hub
        && old.path.len() == new.path.len()
        && old
            .path
            .iter()
            .zip(&new.path)
            .all(|(a, b)| a.word == b.word)
}

pub(crate) fn filled(word: &WordPattern, state: &State<'_>) -> Result<String, String> {
    word.filled(state)
        .ok_or_else(|| "a list of several words cannot be written here".to_owned())
}

/// Registry and path as they are to be written: `docker.io` where it is said, or where it is written and the pattern says
/// nothing of it.
pub(crate) fn name_of(
    parts: &Parts,
    old: Option<&Parts>,
    reference: &Reference<'_>,
    state: &State<'_>,
) -> Result<String, String> {
    let mut components = parts.hub.clone();
    let is_silent = |it: &Parts| it.registry.is_none() && it.hub.is_empty();
    if is_silent(parts) && old.is_some_and(is_silent) && reference.has_registry {
        let is_official = parts.path.len() == 1;
        let stays = |text: &&Text<'_>| is_official || text.flat() != "library";
        let written = reference.hub.iter().filter(stays);
        components.extend(written.map(|it| it.flat().to_owned()));
    }
    if let Some(registry) = &parts.registry {
        let text = filled(&registry.word, state)?;
        let is_unwritten = registry.word.as_hole().is_some()
            && reference.registry.is_none()
            && !reference.has_registry;
        if !is_unwritten {
            components.push(text);
        }
    }
    let registries = components.len();
    for item in &parts.path {
        match item.word.as_list().and_then(|list| state.value(list.name?)) {
            Some(Value::List(texts)) => {
                components.extend(texts.iter().map(|it| it.flat().to_owned()));
            }
            _ => components.push(filled(&item.word, state)?),
        }
    }
    if components.len() == registries {
        return Err(format!(
            "`{}` would be left, which is a registry and no image: the list of folders is empty here",
            flat::shown(&components.join("/"))
        ));
    }
    Ok(components.join("/"))
}

/// What makes a name another one: all of it is written anew where it stands as one piece, for its slashes may part something
/// else then.
fn change_name<'m>(
    spelled: &Spelled<'m>,
    new: &str,
    reference: &Reference<'m>,
) -> Result<Vec<Op<'m>>, String> {
    let written = &spelled.written;
    let is_literal = |it: &Segment| it.kind == SegmentKind::Literal;
    if written.segments().first().is_some_and(|it| !is_literal(it)) && is_all_literal(spelled) {
        return Err(format!(
            "what stands before the name in `{}` is empty unless the build is told, so it is not known what belongs before it",
            flat::shown(written.flat())
        ));
    }
    if let Some(first) = written.segments().first().filter(|it| !is_literal(it))
        && is_put_behind(first, new)
    {
        return change_default(spelled, new, reference);
    }
    let mut pairs = written.segments().windows(2);
    let is_one_piece = written.segments().iter().all(is_literal)
        && pairs.all(|pair| pair[0].range.end() == pair[1].range.start());
    match written.range() {
        Some(range) if is_one_piece && written.flat() != new => {
            Ok(vec![Op::Bytes(range, flat::shown(new))])
        }
        _ => change(spelled, new, reference),
    }
}

/// Whether something comes before a variable that the name began with.
fn is_put_behind(first: &Segment, new: &str) -> bool {
    let first = flat::of_segments(std::slice::from_ref(first));
    new.contains(&first) && !new.starts_with(&first)
}

fn begins_unknown(name: &Spelled<'_>) -> String {
    format!(
        "`{}` begins with what only the build is told, and may say a registry of its own: give it the new name there",
        flat::shown(name.written.flat())
    )
}

/// What comes before a name that begins with a variable: it belongs into the variable's default, for whoever sets the variable
/// may say a registry of their own.
fn change_default<'m>(
    spelled: &Spelled<'m>,
    new: &str,
    reference: &Reference<'m>,
) -> Result<Vec<Op<'m>>, String> {
    let written = spelled.written.flat();
    let front = new.strip_suffix(written);
    let (Some(front), Some(resolved)) = (front, &spelled.resolved) else {
        return Err(begins_unknown(spelled));
    };
    let new = format!("{front}{}", resolved.flat());
    let is_put = |it: &(TextRange, String)| !it.0.is_empty() || !it.1.is_empty();
    let prefer = Some(reference.holder());
    match narrow(resolved.segments(), None, resolved.flat(), &new, prefer).filter(is_put) {
        Some((range, middle)) => Ok(vec![Op::Bytes(range, middle)]),
        None => Err(in_several_places(spelled)),
    }
}

/// Whether the variables in a name are empty by their defaults.
fn is_all_literal(spelled: &Spelled<'_>) -> bool {
    let literals = spelled.written.segments().iter();
    let literals: String = literals
        .filter(|it| it.kind == SegmentKind::Literal)
        .map(|it| it.text.as_str())
        .collect();
    let resolved = spelled.resolved.as_ref();
    resolved.is_some_and(|it| it.flat() == literals)
}

/// What makes a part of a reference another text.
fn change<'m>(
    spelled: &Spelled<'m>,
    new: &str,
    reference: &Reference<'m>,
) -> Result<Vec<Op<'m>>, String> {
    let prefer = Some(reference.holder());
    let texts = [Some(&spelled.written), spelled.resolved.as_ref()];
    for text in texts.into_iter().flatten() {
        if text.flat() == new {
            return Ok(Vec::new());
        }
        let whole = narrow(text.segments(), None, text.flat(), new, prefer);
        // What continues a word belongs where the word is: `3.11.1` of `${VERSION}-slim` becomes `3.11.16` there.
        let in_pieces = if whole.is_none() || only_adds(text.flat(), new) {
            change_in_pieces(text, new, prefer)
        } else {
            None
        };
        match (in_pieces, whole) {
            (Some(ops), _) => return Ok(ops),
            (None, Some((range, middle))) => return Ok(vec![Op::Bytes(range, middle)]),
            (None, None) => {}
        }
    }
    Err(in_several_places(spelled))
}

/// Why a part is not changed that is not written as one.
fn in_several_places(spelled: &Spelled<'_>) -> String {
    let written = flat::shown(spelled.written.flat());
    let segments = spelled.written.segments();
    let variables = segments.iter().filter(|it| it.kind != SegmentKind::Literal);
    match variables.count() {
        0 | 1 => format!(
            "a part of `{written}` stands in a variable and a part does not, so it is not known which of the two should become what"
        ),
        _ => format!(
            "`{written}` is spelt by several variables, so it is not known which of them should change"
        ),
    }
}

/// What makes a part another text where several places spell it, each of which changes by itself: `${PYTHON}-slim-buster`,
/// where the default is `3.8`. The words between hyphens are changed one by one; else the first, and all others. Of a name with
/// folders the last is changed, and what stands before it.
fn change_in_pieces<'m>(
    text: &Text<'m>,
    new: &str,
    prefer: Option<TextRange>,
) -> Option<Vec<Op<'m>>> {
    let old = text.flat();
    let ends = |text: &str| match flat::places(text, '-').next() {
        Some(at) => vec![at, text.len() - at - 1],
        None => vec![text.len()],
    };
    let folders = |text: &str| {
        let last = flat::places(text, '/').next_back()?;
        Some(vec![last, text.len() - last - 1])
    };
    if let (Some(lengths), Some(new_lengths)) = (folders(old), folders(new)) {
        return each_changed(text, new, prefer, lengths, new_lengths);
    }
    let (mut lengths, mut new_lengths) = (flat::lengths(old, '-'), flat::lengths(new, '-'));
    if lengths.len() != new_lengths.len() {
        (lengths, new_lengths) = (ends(old), ends(new));
    }
    if lengths.len() != new_lengths.len() {
        return None;
    }
    each_changed(text, new, prefer, lengths, new_lengths)
}

/// The changes of the parts of a text, which are so long, and have one byte between.
fn each_changed<'m>(
    text: &Text<'m>,
    new: &str,
    prefer: Option<TextRange>,
    lengths: Vec<usize>,
    new_lengths: Vec<usize>,
) -> Option<Vec<Op<'m>>> {
    let old = text.flat();
    let mut ops = Vec::new();
    let (mut at, mut new_at) = (0, 0);
    for (length, new_length) in lengths.into_iter().zip(new_lengths) {
        let (before, after) = (
            old.get(at..at + length)?,
            new.get(new_at..new_at + new_length)?,
        );
        if before != after {
            let segments = within(text.segments(), at, at + length);
            let (range, middle) = narrow(&segments, None, before, after, prefer)?;
            ops.push(Op::Bytes(range, middle));
        }
        at += length + 1;
        new_at += new_length + 1;
    }
    Some(ops)
}

/// The pieces, and parts of pieces, between two places of their text.
fn within(segments: &[Segment], from: usize, to: usize) -> Vec<Segment> {
    let mut at = 0;
    let mut all = Vec::new();
    for segment in segments {
        let (start, end) = (at, at + flat::len_of(segment));
        at = end;
        if end <= from || start >= to {
            continue;
        }
        let is_whole = from <= start && end <= to;
        if is_whole || segment.kind != SegmentKind::Literal {
            all.push(segment.clone());
            continue;
        }
        let (cut_from, cut_to) = (from.max(start) - start, to.min(end) - start);
        let size = |at: usize| TextSize::try_from(at).expect("files are below 4 GiB");
        let range = segment.range;
        all.push(Segment {
            text: segment.text[cut_from..cut_to].to_owned(),
            range: TextRange::new(range.start() + size(cut_from), range.start() + size(cut_to)),
            kind: segment.kind,
        });
    }
    all
}

/// A reference that is written anew as a whole.
fn rewritten<'m>(
    new: &ImagePattern,
    reference: &Reference<'m>,
    state: &State<'m>,
) -> Result<Op<'m>, String> {
    let text = match new {
        ImagePattern::Whole(hole) => match hole.name.and_then(|name| state.value(name)) {
            Some(Value::Whole(_, text)) => text.clone(),
            Some(Value::Text(text)) => flat::shown(text.flat()),
            _ => return Err("a list cannot be an image".to_owned()),
        },
        ImagePattern::Parts(parts) => {
            let mut text = name_of(parts, None, reference, state)?;
            for (mark, item) in [(':', &parts.tag), ('@', &parts.digest)] {
                let filled = item
                    .as_ref()
                    .map(|it| filled(&it.word, state))
                    .transpose()?;
                if let Some(filled) = filled.filter(|it| !it.is_empty()) {
                    text.push(mark);
                    text.push_str(&filled);
                }
            }
            flat::shown(&text)
        }
    };
    let (start, end) = match (
        &reference.name.written.range(),
        &reference.digest,
        &reference.tag,
    ) {
        (Some(name), digest, tag) => {
            let last = digest.as_ref().or(tag.as_ref());
            let end = last.and_then(|it| it.written.range()).unwrap_or(*name);
            let is_spelt_here = |it: &TextRange| reference.range().contains_range(*it);
            // Parts that stand in several places are one text nowhere.
            if is_spelt_here(name) != is_spelt_here(&end)
                || (end != *name && end.start() < name.end())
            {
                return Err("the reference is spelt by several variables".to_owned());
            }
            (name.start(), end.end())
        }
        _ => return Err("the reference is spelt by several variables".to_owned()),
    };
    Ok(Op::Bytes(TextRange::new(start, end), text))
}
