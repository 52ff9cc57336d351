//! Whether conda is new enough for `clean -a`.
//!
//! Source: conda's list of changes, 4.0.5 ("`conda clean --all`"); installers up to `Miniconda3-4.0` and `Anaconda3-4.0` bring older
//! ones, and `Miniconda-latest` is that of 2016.

use dfix_catalogue::{DatedOption, PackageWord, is_known_to, package_word_is, version_numbers};

use crate::handles::{Command, Stage, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::Ternary;

impl PackageCommand<'_> {
    /// Whether the conda that it calls is 4.0.5 or newer and knows `clean -a`: where the file names an older one, or nothing shows
    /// that it is newer, that is not known.
    pub fn conda_cleans_all(&self) -> Ternary {
        let signs: Vec<Sign> = self
            .command
            .stage()
            .into_iter()
            .flat_map(|stage| signs(stage, self))
            .collect();
        let old = signs.iter().find_map(|it| match it {
            Sign::Old(which) => Some(format!(": `{which}` is named")),
            Sign::New => None,
        });
        if old.is_none() && signs.iter().any(|it| matches!(it, Sign::New)) {
            return Ternary::Yes;
        }
        Ternary::unknown(
            format!(
                "whether conda is 4.0.5 (of 2016) or newer, and knows `clean -a`{}",
                old.unwrap_or_default()
            ),
            "see `conda --version` there, or take `conda clean -tipsy`",
        )
    }
}

/// What tells how old a conda is.
enum Sign {
    /// This brings one from before 4.0.5, or may.
    Old(String),
    /// It is newer.
    New,
}

fn signs<'m>(
    stage: Stage<'m>,
    command: &PackageCommand<'m>,
) -> impl Iterator<Item = Sign> + use<'m> {
    let image = stage.base_image();
    let name = image.name().unwrap_or_default();
    let tag = image
        .tag_text()
        .filter(|_| name.starts_with("continuumio/"));
    let tag = tag.filter(|it| is_before(it));
    let of_image = if is_known_to(DatedOption::CondaCleanAll, name, image.effective_tag()) {
        Some(Sign::New)
    } else {
        tag.map(|it| Sign::Old(it.to_owned()))
    };
    let shell = stage.shell_at(command.command);
    let of_shell = shell.argv.first().and_then(|it| it.as_deref()) == Some("conda");
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let of_commands = commands.flat_map(move |it| {
        let installers = it.words().filter_map(move |word| {
            let text = stage.expand_text(word, it);
            of_installer(text.as_deref().unwrap_or(word.source_text()))
        });
        installers.chain(of_command(it)).collect::<Vec<_>>()
    });
    of_image
        .into_iter()
        .chain(of_shell.then_some(Sign::New))
        .chain(of_commands)
}

/// What a command tells: the version of conda that it asks for, a word that came later, a program that came later.
fn of_command(command: Command<'_>) -> Option<Sign> {
    // Of conda 4.4.
    if command
        .args()
        .any(|it| it.mentions("etc/profile.d/conda.sh"))
    {
        return Some(Sign::New);
    }
    let package = PackageCommand::of(command).filter(|it| it.manager == PackageManager::Conda)?;
    let is_all = |it: Word<'_>| {
        let text = it.literal_prefix();
        text == "--all" || (text.starts_with('-') && !text.starts_with("--") && text.contains('a'))
    };
    let cleans_all = package.subcommand_is_one_of(&["clean"]) && command.args().any(is_all);
    if !command.is("conda")
        || cleans_all
        || package_word_is("conda", package.subcommand_text(), PackageWord::Recent)
    {
        return Some(Sign::New);
    }
    let specs = package.packages();
    let spec = specs.iter().find(|it| it.name == Some("conda"))?;
    match spec.version {
        Some(version) if is_before(version.trim_start_matches(['=', '<'])) => {
            Some(Sign::Old(spec.word.shortened()))
        }
        _ if spec.word.is_known() => Some(Sign::New),
        _ => None,
    }
}

/// What the name of an installer in a text tells: of the conda that it brings.
fn of_installer(text: &str) -> Option<Sign> {
    let of_later = ["Mambaforge", "Miniforge"];
    if of_later.iter().any(|it| text.contains(it)) {
        return Some(Sign::New);
    }
    let at = text.find("Miniconda").or_else(|| text.find("Anaconda"))?;
    let name = text[at..].split(['/', ' ', '"', '\'', ';', '?']).next()?;
    let (kind, version) = name.split_once('-')?;
    let is_old = kind == "Miniconda"
        || (kind == "Anaconda" && !version.starts_with("20"))
        || is_before(version);
    if is_old {
        return Some(Sign::Old(name.to_owned()));
    }
    let is_told = version.starts_with(|it: char| it.is_ascii_digit())
        || version.starts_with("latest")
        || version.starts_with("py");
    is_told.then_some(Sign::New)
}

/// Whether a version is from before 4.1.
fn is_before(version: &str) -> bool {
    match *version_numbers(version) {
        [] => false,
        [major] => major < 4,
        [major, minor, ..] => (major, minor) < (4, 1),
    }
}
