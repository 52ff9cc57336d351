//! Which npm a command calls: the one that the build puts in itself, or that of the Node.js that is there.

use dfix_catalogue::last_version;

use crate::collect::instruction::StepKind;
use crate::facts::tools_put_in::tools_put_in;
use crate::handles::{Command, Stage, Step, Word};
use crate::packages::PackageCommand;
use crate::ternary::OpenCondition;

/// A version of npm that is new, where it is not known which.
const NEW: u32 = u32::MAX;

/// The major version of the npm that a command calls, or that it has at least; `None` where nobody can tell.
///
/// Source: docs.npmjs.com, "package-lock.json", `lockfileVersion`; nodejs.org, "Previous releases" (npm 5 came with Node.js 8, npm 7 with Node.js 15).
pub(crate) fn npm_version(stage: Stage<'_>, npm: &PackageCommand<'_>) -> Option<u32> {
    match put_in(stage, npm.command) {
        Some(PutIn::Version(major)) => return Some(major),
        Some(PutIn::Unknown) => return None,
        None => {}
    }
    if is_of_another_node(stage, npm.command) {
        return None;
    }
    let node = node_version(stage).or_else(|| fetched(stage))?;
    Some(match node {
        ..8 => 3,
        8..10 => 5,
        10..15 => 6,
        _ => 7,
    })
}

/// Programs that put another Node.js first on `PATH`, whatever the image has.
const MANAGERS: [&str; 9] = [
    "asdf", "fnm", "mise", "n", "nodeenv", "nodenv", "nvm", "nvs", "volta",
];

/// Whether a command may have its npm from another Node.js than the image's: a manager of versions, or a `COPY` from another
/// image, puts one in before.
fn is_of_another_node(stage: Stage<'_>, npm: Command<'_>) -> bool {
    let first = stage.cached(|| FirstOther(find_first_other(stage)));
    first.0.is_some_and(|index| index <= npm.step().index())
        || npm.wrappers().any(|it| MANAGERS.contains(&it.name))
}

/// The index of the first step that may put in another Node.js.
struct FirstOther(Option<usize>);

fn find_first_other(stage: Stage<'_>) -> Option<usize> {
    let calls = |it: Command<'_>| {
        it.is_one_of(&MANAGERS) || it.wrappers().any(|it| MANAGERS.contains(&it.name))
    };
    let is_node = |it: Word<'_>| {
        let path = it.literal_prefix().trim_end_matches('/');
        let name = path.rsplit('/').next().unwrap_or_default();
        ["", "bin", "local", "node", "node_modules", "npm", "usr"].contains(&name)
    };
    let puts = |step: &Step<'_>| match step.kind() {
        StepKind::Run => step.mentions("nvm") || step.mentions("fnm") || step.commands().any(calls),
        StepKind::Env => step.mentions("nvm"),
        StepKind::Copy => step.flag("from").is_some() && step.sources().any(is_node),
        _ => false,
    };
    let steps = stage.base_chain().flat_map(Stage::steps);
    steps.filter(puts).map(Step::index).min()
}

/// The major version of Node.js that the stage's image has, where that is an official one, or one that is called like it,
/// and its tag tells.
pub(crate) fn node_version(stage: Stage<'_>) -> Option<u32> {
    stage.cached(|| NodeVersion(find_node_version(stage))).0
}

fn find_node_version(stage: Stage<'_>) -> Option<u32> {
    let image = stage.base_image();
    if image.name() == Some("node") {
        // What moves along is told by a variant of it, which is tagged with its version, too; long support is for new ones.
        let tag = image.effective_tag()?;
        let of_newest = match tag {
            "current" | "latest" | "lts" => "slim",
            tag => tag.strip_prefix("lts-").unwrap_or(tag),
        };
        let written = of_newest.split(['.', '-']).next().unwrap_or_default();
        return match written.parse() {
            Ok(major) => Some(major),
            Err(_) => last_version("node", of_newest)?.first().copied(),
        };
    }
    let is_called_so = image.name().is_some_and(|name| name.ends_with("node"));
    let tag = image.tag_text().filter(|_| is_called_so)?;
    tag.split(['.', '-']).next()?.parse().ok()
}

struct NodeVersion(Option<u32>);

/// An npm that the build puts in itself.
enum PutIn {
    /// Of this major version.
    Version(u32),
    /// It is not known which.
    Unknown,
}

/// The npm that commands before one put in last: `npm install -g npm@6`, `corepack prepare npm@6`.
fn put_in(stage: Stage<'_>, npm: Command<'_>) -> Option<PutIn> {
    let start = npm.range().start();
    let before = tools_put_in(stage, "npm").filter(|(it, _)| it.range().start() < start);
    let (_, version) = before.max_by_key(|(it, _)| it.range().start())?;
    let Some(version) = version else {
        return Some(PutIn::Unknown);
    };
    let major = version.split('.').next().unwrap_or_default();
    // Without a version, or by the name of one, it is a new one.
    Some(match major.parse() {
        Ok(major) => PutIn::Version(major),
        Err(_) if matches!(major, "" | "latest") => PutIn::Version(NEW),
        Err(_) => PutIn::Unknown,
    })
}

/// The major version of Node.js that the build fetches by the script of `NodeSource`: `setup_20.x`.
fn fetched(stage: Stage<'_>) -> Option<u32> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut words = commands.flat_map(Command::args).filter_map(Word::value);
    words.find_map(|word| {
        let (_, rest) = word
            .split_once("setup_")
            .or_else(|| word.split_once("/node_"))?;
        rest.split('.').next()?.parse().ok()
    })
}

impl<'m> Stage<'m> {
    /// The major version of the npm that a command of the stage calls, or one that it has at least; `None` where nobody can
    /// tell.
    pub fn npm_version(self, npm: &PackageCommand<'m>) -> Option<u32> {
        npm_version(self, npm)
    }

    /// What is open where a command puts in another npm: whether that one runs by the Node.js that is there.
    ///
    /// Source: npm's `package.json`, `engines` of 6 (Node.js 6), 7 (10), 8 (12.13), 9 (14.17), 10 (18.17) and 11 (20.17).
    pub fn unfit_npm(self, install: &PackageCommand<'m>) -> Option<OpenCondition> {
        let place = install.range();
        let (_, version) = tools_put_in(self, "npm").find(|(it, _)| it.range() == place)?;
        let major = version.and_then(|it| it.split('.').next()?.parse().ok());
        // One more than the first, so that it does not matter which of its versions it is.
        let least = match major {
            Some(..=6) => Some(8),
            Some(7) => Some(12),
            Some(8) => Some(14),
            Some(9) => Some(18),
            Some(10) => Some(22),
            Some(11) => Some(24),
            _ => None,
        };
        let node = node_version(self).filter(|_| !is_of_another_node(self, install.command));
        let fits = node.zip(least).is_some_and(|(node, least)| node >= least);
        (!fits).then(|| {
            OpenCondition::new(
                "whether the npm that is put in there runs by the Node.js that the image has",
                "call `npm cache clean --force` before it",
            )
        })
    }
}
