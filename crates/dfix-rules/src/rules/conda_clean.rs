//! `conda clean`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageManager};

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
    more: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
