//! pip and a Python that the distribution keeps to itself.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "pip-externally-managed",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "install Python packages beside the Python of a distribution that keeps it to itself",
    why: "From Debian 12, Ubuntu 23.04 and Alpine 3.19 on, pip refuses to install into the distribution's own Python \
          (`externally-managed-environment`, PEP 668).",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
            "the rule `python-venv`",
        ),
        reports(
            "FROM alpine:3.20\nRUN apk add --no-cache py3-pip\nRUN pip install --user flask\n",
            "python3 -m venv",
        ),
        reports(
            "FROM node:22-bookworm-slim\nRUN apt-get update && apt-get install -y python3-pip && pip3 install flask\n",
            "PEP 668",
        ),
        leaves(
            "FROM debian:11\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
        ),
        leaves(
            "FROM python:3.12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages flask\n",
        ),
        leaves(
            "FROM debian:12\nENV PIP_BREAK_SYSTEM_PACKAGES=1\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 config set global.break-system-packages true && pip3 install flask\n",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip python3-venv\nRUN pip3 install flask\n",
            "PEP 668",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip python3-venv\nRUN python3 -m venv /v && /v/bin/pip install flask\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip && rm /usr/lib/python3*/EXTERNALLY-MANAGED\nRUN pip3 install flask\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --target=/x flask\n",
        ),
        leaves("FROM debian:12\nRUN pip3 install flask\n"),
        // What is not read may say that it may.
        leaves(
            "FROM debian:12\nCOPY rootfs /\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
        ),
        leaves(
            "FROM debian:12\nCOPY prepare.sh /\nRUN /prepare.sh\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask\n",
        ),
        leaves("FROM alpine:3.20\nRUN apk add py3-pip && (pip install flask || true)\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for pip in file.stages().filter_map(Stage::refused_pip) {
        let message = format!("`{}` is refused here", pip.program_name());
        out.judge(pip.range(), Safety::Checked, message, |_| {
            Err(remedy!(
                "the distribution keeps its Python to itself (PEP 668): install into an environment, as the rule `python-venv` \
                 does (`python3 -m venv /opt/venv`)"
            ))
        });
    }
}
