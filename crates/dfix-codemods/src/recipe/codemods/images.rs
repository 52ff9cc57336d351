//! Images that become others, at every position that names one, with what changes beside the name.

use dfix_catalogue::{Foundation, has_triggers, image, onbuild_triggers};
use dfix_engine::{Case, Codemod, Effect, Findings, OpenCondition, Safety, remedy};
use dfix_model::{ImagePlace, Model, Stage};

use super::comments;
use super::mixed::{self, Move};
use super::paths::{Occurrence, PathChange, change_of_tag, occurrences, told};
use super::platforms::{self, Replaced};
use super::suites::{Named, Suites};
use super::system;
use crate::matching::reference::Reference;
use crate::matching::state::State;
use crate::pattern::template::Names;
use crate::pattern::{Kind, Pattern};
use crate::replacement::of_image;
use crate::replacement::plan::{Op, Others, Planned};

/// What becomes of one image.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    /// What is the matter with the image, as a sentence without a full stop.
    pub(crate) message: String,
    /// The repository and the tag that take its place.
    pub(crate) to: Option<(String, String)>,
    /// Why a person must do it.
    pub(crate) by_hand: Option<String>,
    /// What was established.
    pub(crate) evidence: Vec<String>,
    /// What was not.
    pub(crate) open: Vec<OpenCondition>,
    /// Paths that are others in the new image.
    pub(crate) paths: Vec<PathChange>,
    /// Paths that the new image has not, and another place for what lies there.
    pub(crate) lacks: Vec<PathChange>,
    /// Whether it is the same image by another name.
    pub(crate) is_renamed: bool,
    /// Releases that lists of packages name, where the tags alone do not tell.
    pub(crate) suites: Option<Suites>,
}

impl Verdict {
    /// Takes over what the catalogue says that changes with the image.
    pub(crate) fn add_changes(&mut self, changes: &str) {
        let tag = self.to.as_ref().map_or("", |it| it.1.as_str());
        let changes: Vec<String> = changes
            .split_whitespace()
            .map(|it| change_of_tag(it, tag))
            .collect();
        for change in &changes {
            let lacks = change
                .strip_prefix("lacks:")
                .and_then(|it| it.split_once('='));
            match (PathChange::read(change), lacks) {
                (Some(path), _) => self.paths.push(path),
                (None, Some((old, new))) => self.lacks.push(PathChange::of(old, new)),
                (None, None) => self.open.push(OpenCondition::new(
                    format!("whether it matters that {}", told(change)),
                    if change.starts_with("libc=") {
                        "libraries for the old one, in jars or as agents, load no more"
                    } else {
                        "see what of it the file, and whoever starts the image, use"
                    },
                )),
            }
        }
    }
}

/// Which images become others. It is asked with a repository, as the catalogue names it, and a tag.
pub(crate) trait Judge: std::fmt::Debug + Send + Sync {
    /// What becomes of an image; none where it stays.
    fn verdict(&self, repository: &str, tag: &str) -> Option<Verdict>;

    /// What becomes of an image of whose tag only the start is known; none where that tells nothing. `written` is the reference.
    fn verdict_of_start(&self, repository: &str, start: &str, written: &str) -> Option<Verdict> {
        let _ = (repository, start, written);
        None
    }

    /// What else must be seen to where an image becomes another one: it refuses, tells, or changes more.
    fn look(
        &self,
        reference: &Reference<'_>,
        verdict: &Verdict,
        case: &mut Case<'_>,
    ) -> Result<(), dfix_engine::Remedy> {
        let _ = (reference, verdict, case);
        Ok(())
    }

    /// What is found beside images.
    fn check_beside(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let _ = (file, out);
    }
}

/// The codemod of images that become others.
#[derive(Debug)]
pub(crate) struct Images<J> {
    pub(crate) recipe: &'static str,
    pub(crate) judge: J,
}

impl<J: Judge> Codemod for Images<J> {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        self.judge.check_beside(file, out);
        for position in file.image_positions() {
            let Some(reference) = Reference::of(position) else {
                continue;
            };
            let Some(verdict) = self.verdict(&reference) else {
                continue;
            };
            let message = verdict.message.clone();
            out.judge(reference.range(), Safety::Checked, message, |case| {
                if let Some(why) = &verdict.by_hand {
                    return Err(remedy!("{why}"));
                }
                let Some((repository, tag)) = &verdict.to else {
                    return Err(remedy!(
                        "nothing is known to take its place: choose another image"
                    ));
                };
                if let ImagePlace::From(stage) = reference.position.place {
                    if verdict.is_renamed {
                        case.evidence("it is the same image by another name");
                    } else {
                        let moved = &verdict.paths;
                        system::look(stage, &reference, (repository, tag), moved, case)?;
                    }
                }
                if !verdict.is_renamed {
                    let image = &reference.position.image;
                    let replaced = Replaced {
                        old: image.name().zip(image.effective_tag()),
                        new: (repository, tag),
                    };
                    platforms::look(
                        &platforms::of_place(reference.position.place),
                        &replaced,
                        case,
                    )?;
                }
                let others = |stage: usize, op: &Op<'_>, _: &[Op<'_>]| {
                    let ops = self.ops_of_stage(stage, file);
                    ops.is_some_and(|ops| ops.contains(op))
                };
                let plan =
                    plan(&reference, repository, tag, &others).map_err(|it| remedy!("{it}"))?;
                case.evidence(verdict.evidence.iter().cloned());
                case.open(verdict.open.iter().cloned());
                plan.say(case);
                self.judge.look(&reference, &verdict, case)?;
                match reference.position.place {
                    ImagePlace::From(stage) => {
                        self.look_beside(stage, (repository, tag), case);
                    }
                    ImagePlace::Copy(step) | ImagePlace::Mount(step) if !verdict.is_renamed => {
                        let after = |it: Stage<'_>| self.foundation_after(it);
                        case.open(mixed::of_image(step, &reference, (repository, tag), &after));
                    }
                    _ => {}
                }
                let moves = |it: Stage<'_>| {
                    let verdict = self.verdict_of_stage(it);
                    verdict.is_some_and(|it| it.to.is_some() && it.by_hand.is_none())
                };
                change_paths(&reference, &verdict.paths, &moves, case);
                case.open(lacking(&reference, &verdict.lacks));
                let of_images = || Suites::of_images(&reference.position.image, (repository, tag));
                match verdict.suites.clone().or_else(of_images) {
                    Some(suites) => change_suites(&reference, &suites, case),
                    None => Ok(()),
                }
            });
        }
    }
}

impl<J: Judge> Images<J> {
    fn verdict(&self, reference: &Reference<'_>) -> Option<Verdict> {
        let image = &reference.position.image;
        let repository = image.name()?;
        let Some(tag) = image.effective_tag() else {
            let pieces = image.tag.as_ref()?.pieces.iter();
            let known: String = pieces.map_while(|it| it.text.as_deref()).collect();
            let written = &reference.whole;
            return self.judge.verdict_of_start(repository, &known, written);
        };
        let mut verdict = self.judge.verdict(repository, tag)?;
        keep_triggers(repository, tag, &mut verdict);
        Some(verdict)
    }

    /// What becomes of the image of a stage.
    fn verdict_of_stage(&self, stage: Stage<'_>) -> Option<Verdict> {
        let mut positions = stage.from_step().image_positions().into_iter();
        self.verdict(&Reference::of(positions.next()?)?)
    }

    /// What a stage is based on after all moves.
    fn foundation_after(&self, stage: Stage<'_>) -> Option<Foundation> {
        let verdict = self.verdict_of_stage(stage);
        let verdict = verdict.filter(|it| it.by_hand.is_none());
        match verdict.and_then(|it| it.to) {
            Some((repository, tag)) => image(&repository, &tag).foundation,
            None => stage.base_facts().foundation,
        }
    }

    /// Tells of files that a stage and others give one another, where it comes to another release.
    fn look_beside(&self, stage: Stage<'_>, (repository, tag): (&str, &str), case: &mut Case<'_>) {
        let old = stage.base_facts().foundation;
        let Some(new) = image(repository, tag).foundation else {
            return;
        };
        if old.is_some_and(|it| it.same_release(&new) == Some(true)) {
            return;
        }
        case.open(old.map_or_else(Vec::new, |old| comments::of_release(stage, &old, &new)));
        let new_of = |it: Stage<'_>| self.foundation_after(it);
        let moved = Move {
            old: old.as_ref(),
            new: &new,
            new_of: &new_of,
        };
        mixed::look(stage, &moved, case);
    }

    /// What it does to the image of another stage.
    fn ops_of_stage<'m>(&self, stage: usize, file: &'m Model<'_>) -> Option<Vec<Op<'m>>> {
        let mut positions = file.stage(stage)?.from_step().image_positions().into_iter();
        let reference = Reference::of(positions.next()?)?;
        let verdict = self.verdict(&reference)?;
        let (repository, tag) = verdict.to.filter(|_| verdict.by_hand.is_none())?;
        let (old, new) = patterns(&reference, &repository, &tag).ok()?;
        let state = State::new(0, 0);
        of_image::ops(image_of(&old)?, image_of(&new)?, &reference, &state).ok()
    }
}

/// An image that does something where another is built on it becomes none that does not.
fn keep_triggers(repository: &str, tag: &str, verdict: &mut Verdict) {
    let keeps = |it: &(String, String)| has_triggers(&it.1);
    if !has_triggers(tag) || verdict.is_renamed || verdict.to.as_ref().is_some_and(keeps) {
        return;
    }
    let steps: Vec<String> = onbuild_triggers(repository)
        .map(|it| format!("`{it}`"))
        .collect();
    let did = if steps.is_empty() {
        "write out what its triggers of ONBUILD do: `docker image inspect` shows them".to_owned()
    } else {
        format!(
            "write out what its triggers of ONBUILD do: {}",
            steps.join(", ")
        )
    };
    verdict.by_hand = Some(match (&verdict.by_hand, &verdict.to) {
        (Some(why), _) => format!("{why}, and {did}"),
        (None, Some((repository, tag))) => {
            format!("before `{repository}:{tag}` is taken, {did}")
        }
        (None, None) => did,
    });
}

fn image_of(pattern: &Pattern) -> Option<&crate::pattern::image::ImagePattern> {
    match &pattern.kind {
        Kind::Image(image) => Some(image),
        _ => None,
    }
}

/// The change of a reference to another image.
pub(crate) fn plan<'m>(
    reference: &Reference<'m>,
    repository: &str,
    tag: &str,
    others: Others<'_, 'm>,
) -> Planned<'m> {
    let (old, new) = patterns(reference, repository, tag)?;
    let unclear = || "the reference cannot be read in parts".to_owned();
    let (old, new) = (
        image_of(&old).ok_or_else(unclear)?,
        image_of(&new).ok_or_else(unclear)?,
    );
    of_image::plan(old, new, reference, &State::new(0, 0), others)
}

/// The old image and the new one, as patterns without holes.
fn patterns(
    reference: &Reference<'_>,
    repository: &str,
    tag: &str,
) -> Result<(Pattern, Pattern), String> {
    let image = &reference.position.image;
    if image.is_pinned() {
        return Err(format!(
            "a digest pins the image: take the digest of `{repository}:{tag}`, or none, and the new name by hand"
        ));
    }
    let unclear = "the reference is spelt by variables that nobody knows".to_owned();
    let (Some(written), Some(name)) = (image.text_without_tag(), image.name()) else {
        return Err(unclear);
    };
    let old_tag = image
        .tag_text()
        .map_or_else(String::new, |it| format!(":{it}"));
    // What stands before the name, be it Docker Hub's or a mirror's, stays where both images are to be had there.
    let front = written.strip_suffix(name).unwrap_or_default();
    let is_plain =
        front.is_empty() || front.ends_with("docker.io/") || front.ends_with("docker.io/library/");
    let both_official = !name.contains('/') && !repository.contains('/');
    if !is_plain && !both_official {
        return Err(format!(
            "the image comes from a mirror: see where `{repository}:{tag}` is to be had there"
        ));
    }
    let host = repository.split('/').next().unwrap_or_default();
    let stays_on_hub = !host.contains(['.', ':']) || !repository.contains('/');
    let front = match front {
        _ if both_official => front,
        "docker.io/" | "docker.io/library/" if stays_on_hub => "docker.io/",
        _ => "",
    };
    let read = |text: String| {
        Pattern::read(
            "image",
            &format!("image {text}"),
            &mut Names::default(),
            None,
        )
        .map_err(|error| error.message)
    };
    let old = read(format!("{written}{old_tag}"))?;
    let new_tag = match image.tag_text() {
        None if tag == "latest" => String::new(),
        _ => format!(":{tag}"),
    };
    let new = read(format!("{front}{repository}{new_tag}"))?;
    Ok((old, new))
}

/// Changes the paths that are others in the new image.
fn change_paths(
    reference: &Reference<'_>,
    paths: &[PathChange],
    moves: &dyn Fn(Stage<'_>) -> bool,
    case: &mut Case<'_>,
) {
    let mut changed = 0;
    for it in occurrences(reference, paths) {
        case.open(is_elsewhere(&it));
        case.open(goes_elsewhere(reference, &it, moves));
        case.declare(Effect::changed(it.step));
        case.fix(|edit| edit.replace_node(it.range, &it.new));
        changed += 1;
    }
    if changed > 0 {
        let places = if changed == 1 { "place" } else { "places" };
        case.evidence(format!(
            "its paths are others in {changed} {places}, and change with it"
        ));
    }
}

/// What is copied out of the image for another one, under the name that it had: for what is of the old version there.
fn goes_elsewhere(
    reference: &Reference<'_>,
    it: &Occurrence<'_>,
    moves: &dyn Fn(Stage<'_>) -> bool,
) -> Option<OpenCondition> {
    let ImagePlace::From(stage) = reference.position.place else {
        return None;
    };
    let own = it.step.stage()?;
    let is_of_another = !stage.with_descendants().any(|it| it == own);
    let keeps = it.step.target()?.source_text().contains(&it.old);
    (is_of_another && keeps && !moves(own.base_stage())).then(|| {
        OpenCondition::new(
            format!(
                "whether what line {} copies to `{}` may be of the new version there",
                it.step.line(),
                it.old
            ),
            "move the image that it is copied into as well",
        )
    })
}

/// Where the file names what the new image has not.
fn lacking<'m>(
    reference: &Reference<'m>,
    paths: &[PathChange],
) -> impl Iterator<Item = OpenCondition> + use<'m> {
    occurrences(reference, paths).into_iter().map(|it| {
        OpenCondition::new(
            format!("whether line {} finds what it names", it.step.line()),
            format!("in the new image it is at `{}`", it.new),
        )
    })
}

/// What lies below the folder may be elsewhere in the new image.
fn is_elsewhere(it: &Occurrence<'_>) -> Option<OpenCondition> {
    it.is_doubtful.then(|| {
        OpenCondition::new(
            format!(
                "whether what line {} names is at {} in the new image",
                it.step.line(),
                it.new
            ),
            "look into the image",
        )
    })
}

/// Changes the releases that lists of packages name.
pub(crate) fn change_suites(
    reference: &Reference<'_>,
    suites: &Suites,
    case: &mut Case<'_>,
) -> Result<(), dfix_engine::Remedy> {
    for named in suites.named(reference) {
        match named {
            Named::Archive(line) => {
                return Err(remedy!(
                    "line {line} takes packages from an archive of old releases: take that away, and the new release"
                ));
            }
            Named::Foreign(name, line) => {
                case.open(OpenCondition::new(
                    format!(
                        "whether `{name}` of line {line} may stay with `{}`",
                        suites.new
                    ),
                    "see what that archive has",
                ));
            }
            Named::Said(name, line) => {
                case.open(OpenCondition::new(
                    format!(
                        "whether `{name}` of line {line} may stay with `{}`",
                        suites.new
                    ),
                    "write the new release there, if it is that of the image",
                ));
            }
            Named::Copied(line) => {
                case.open(OpenCondition::new(
                    format!(
                        "whether the list of archives that line {line} brings names `{}`",
                        suites.new
                    ),
                    "look into it, and change it with this",
                ));
            }
            Named::Mirror(place, new) => {
                case.declare(Effect::changed(place.step));
                case.fix(|edit| edit.replace_node(place.range, &new));
                case.open(OpenCondition::new(
                    format!(
                        "whether the mirror of line {} has `{}`",
                        place.line, suites.new
                    ),
                    "look there",
                ));
            }
            Named::Own(place, new) => {
                case.declare(Effect::changed(place.step));
                case.fix(|edit| edit.replace_node(place.range, &new));
                case.evidence(format!(
                    "line {} takes packages from the new release, too",
                    place.line
                ));
            }
        }
    }
    Ok(())
}
