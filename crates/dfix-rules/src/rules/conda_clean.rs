//! `conda clean`.

use dfix_engine::{
    Case, Findings, Group, Phase, Remedy, Rule, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Model, PackageCommand, PackageManager, Stage, Step};

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
fn keeps_no_links(command: &PackageCommand<'_>, _: &mut Case<'_>) -> Result<(), Remedy> {
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

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
