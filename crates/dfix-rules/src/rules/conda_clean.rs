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
    case.open(command.conda_cleans_all().open());
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
