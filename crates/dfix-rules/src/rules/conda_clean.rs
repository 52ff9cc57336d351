//! `conda clean`.

use dfix_engine::{
    Case, Findings, Group, OpenCondition, Phase, Remedy, Rule, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::catalogue::{DatedOption, PackageWord, is_known_to, package_word_is};
use dfix_model::{Command, Model, PackageCommand, PackageManager, Stage, Step, Word};

use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "conda-clean",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "let each `RUN` that installs with conda end with `conda clean -ay`",
    why: "conda keeps each package that it downloads, as an archive and unpacked. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM continuumio/miniconda3:24.1.2-0\nRUN conda install -y numpy\n",
            "FROM continuumio/miniconda3:24.1.2-0\nRUN conda install -y numpy && conda clean -ay\n",
        ),
        fixes(
            "FROM condaforge/miniforge3:24.1.2-0\nRUN conda env create -f environment.yml\n",
            "FROM condaforge/miniforge3:24.1.2-0\nRUN conda env create -f environment.yml && conda clean -ay\n",
        ),
        // conda knows `clean -a` since 4.0.5.
        leaves("FROM acme/x:1\nRUN conda install -y x\n").that_says("whether conda is 4.0.5"),
        fixes(
            "FROM acme/x:1\nRUN mamba install -y x\nRUN conda init\n",
            "FROM acme/x:1\nRUN mamba install -y x && mamba clean -ay\nRUN conda init\n",
        ),
        leaves("FROM debian:12\nRUN bash Miniconda2-3.19.0-Linux-x86_64.sh -b -p /c\nENV PATH=/c/bin:$PATH\nRUN conda create -y -n e python\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM continuumio/miniconda3:4.0.5\nRUN conda install -y a\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM debian:12\nRUN curl -O https://repo.example/Miniconda-latest-Linux-x86_64.sh && bash Miniconda-latest-Linux-x86_64.sh -b -p /c\nRUN /c/bin/conda install -y a\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM condaforge/miniforge3:24.1.2-0\nRUN conda install -y a && conda clean --all -y\n"),
        leaves("FROM condaforge/miniforge3:24.1.2-0\nRUN conda install -y a && rm -rf /opt/conda/pkgs/*\n"),
        leaves(
            "FROM condaforge/miniforge3:24.1.2-0\nRUN --mount=type=cache,target=/opt/conda/pkgs conda install -y a\n",
        ),
        leaves(
            "FROM condaforge/miniforge3:24.1.2-0 AS build\nRUN conda create -p /env a\nFROM debian:12\nCOPY --from=build /env /env\n",
        ),
        reports(
            "FROM condaforge/miniforge3:24.1.2-0\nRUN conda config --set always_softlink true && conda install -y a\n",
            "point into its cache",
        ),
        reports(
            "FROM condaforge/miniforge3:24.1.2-0\nENV CONDA_ALWAYS_SOFTLINK=1\nRUN conda install -y a\n",
            "point into its cache",
        ),
        reports(
            "FROM condaforge/miniforge3:24.1.2-0\nRUN conda install -y a\nRUN conda install -y --offline b && conda clean -a\n",
            "would fail",
        ),
    ],
};

const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Conda, "conda"),
    programs: &["conda", "mamba", "micromamba"],
    of: &[],
    words: "clean -ay",
    cleans: |it| it.subcommand_is_one_of(&["clean"]),
    only_shipped: true,
    more: Some(keeps_no_links),
};

/// # Errors
/// Where the file speaks of packages that are links into the cache.
fn keeps_no_links(command: &PackageCommand<'_>, case: &mut Case<'_>) -> Result<(), Remedy> {
    case.open(may_be_old(command));
    let chain = command
        .command
        .stage()
        .into_iter()
        .flat_map(Stage::base_chain);
    let mut steps = chain.flat_map(Stage::steps);
    let is_of_links = |it: Step<'_>| it.mentions("softlink") || it.mentions("SOFTLINK");
    match steps.find(|it| is_of_links(*it)) {
        Some(step) => Err(remedy!(
            "line {} speaks of soft links: packages that are links point into its cache, and would be gone with it. Remove the \
             archives alone (`conda clean -ty`)",
            step.line()
        )),
        None => Ok(()),
    }
}

/// What is open where the file names a conda from before 4.0.5, which has no `clean -a`, or where nothing shows that it is newer.
///
/// Source: conda's list of changes, 4.0.5 ("`conda clean --all`"); installers up to `Miniconda3-4.0` and `Anaconda3-4.0` bring older
/// ones, and `Miniconda-latest` is that of 2016.
fn may_be_old(command: &PackageCommand<'_>) -> Option<OpenCondition> {
    let stage = command.command.stage()?;
    let signs: Vec<Sign> = signs(stage, command).collect();
    let old = signs.iter().find_map(|it| match it {
        Sign::Old(which) => Some(format!(": `{which}` is named")),
        Sign::New => None,
    });
    let is_new = || signs.iter().any(|it| matches!(it, Sign::New));
    if old.is_none() && is_new() {
        return None;
    }
    Some(OpenCondition::new(
        format!(
            "whether conda is 4.0.5 (of 2016) or newer, and knows `clean -a`{}",
            old.unwrap_or_default()
        ),
        "see `conda --version` there, or take `conda clean -tipsy`",
    ))
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
    let mut numbers = version.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (4, 1),
        (Some(Ok(major)), _) => major < 4,
        _ => false,
    }
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
