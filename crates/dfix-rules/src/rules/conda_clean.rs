//! `conda clean`.

use dfix_engine::{
    Case, Findings, Group, OpenCondition, Phase, Remedy, Rule, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Command, Model, PackageCommand, PackageManager, Stage, Step};

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
            "FROM acme/conda:3\nRUN conda env create -f environment.yml\n",
            "FROM acme/conda:3\nRUN conda env create -f environment.yml && conda clean -ay\n",
        ),
        // conda knows `clean -a` since 4.0.5.
        leaves("FROM debian:12\nRUN bash Miniconda2-3.19.0-Linux-x86_64.sh -b -p /c\nENV PATH=/c/bin:$PATH\nRUN conda create -y -n e python\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM continuumio/miniconda3:4.0.5\nRUN conda install -y a\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM debian:12\nRUN curl -O https://repo.example/Miniconda-latest-Linux-x86_64.sh && bash Miniconda-latest-Linux-x86_64.sh -b -p /c\nRUN /c/bin/conda install -y a\n")
            .that_says("whether conda is 4.0.5"),
        leaves("FROM acme/conda:3\nRUN conda install -y a && conda clean --all -y\n"),
        leaves("FROM acme/conda:3\nRUN conda install -y a && rm -rf /opt/conda/pkgs/*\n"),
        leaves(
            "FROM acme/conda:3\nRUN --mount=type=cache,target=/opt/conda/pkgs conda install -y a\n",
        ),
        leaves(
            "FROM acme/conda:3 AS build\nRUN conda create -p /env a\nFROM debian:12\nCOPY --from=build /env /env\n",
        ),
        reports(
            "FROM acme/conda:3\nRUN conda config --set always_softlink true && conda install -y a\n",
            "point into its cache",
        ),
        reports(
            "FROM acme/conda:3\nENV CONDA_ALWAYS_SOFTLINK=1\nRUN conda install -y a\n",
            "point into its cache",
        ),
        reports(
            "FROM acme/conda:3\nRUN conda install -y a\nRUN conda install -y --offline b && conda clean -a\n",
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

/// What is open where the file names a conda from before 4.0.5, which has no `clean -a`, or one of an unknown version that may be.
///
/// Source: conda's list of changes, 4.0.5 ("`conda clean --all`"); installers up to `Miniconda3-4.0` and `Anaconda3-4.0` bring older
/// ones, and `Miniconda-latest` is that of 2016.
fn may_be_old(command: &PackageCommand<'_>) -> Option<OpenCondition> {
    let stage = command.command.stage()?;
    let image = stage.base_image();
    let of_image = image.tag_text().filter(|_| {
        let name = image.name().unwrap_or_default();
        name.starts_with("continuumio/")
    });
    let commands = || stage.base_chain().flat_map(Stage::build_commands);
    let of_installers = commands()
        .flat_map(Command::words)
        .filter_map(|it| old_installer(it.source_text()));
    let pinned = commands().filter_map(PackageCommand::of).filter_map(|it| {
        let specs = it.packages();
        let is_conda = it.manager == PackageManager::Conda;
        let spec = specs
            .iter()
            .find(|it| is_conda && it.name == Some("conda"))?;
        is_before(spec.version?.trim_start_matches(['=', '<'])).then(|| spec.word.shortened())
    });
    let tag = of_image.filter(|it| is_before(it)).map(str::to_owned);
    let which = tag.into_iter().chain(of_installers).chain(pinned).next()?;
    Some(OpenCondition::new(
        format!(
            "whether conda is 4.0.5 (of 2016) or newer, and knows `clean -a`: `{which}` is named"
        ),
        "see `conda --version` there, or take `conda clean -tipsy`",
    ))
}

/// The name of an installer in a text, where that brings a conda from before 4.0.5, or one of which nobody knows.
fn old_installer(text: &str) -> Option<String> {
    let at = text.find("Miniconda").or_else(|| text.find("Anaconda"))?;
    let name = text[at..].split(['/', ' ', '"', '\'', ';', '?']).next()?;
    let (kind, version) = name.split_once('-')?;
    let is_old = match kind {
        "Miniconda" => true,
        "Anaconda" => !version.starts_with("20"),
        _ if kind.starts_with("Miniconda") => is_before(version),
        "Anaconda2" | "Anaconda3" => is_before(version),
        _ => false,
    };
    is_old.then(|| name.to_owned())
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
