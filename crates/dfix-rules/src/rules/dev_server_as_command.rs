//! A container starts a server that is made for production.

use dfix_catalogue::programs;
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "dev-server-as-command",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Advice,
    summary: "start what is made for production, not a development server",
    why: "A development server watches files, compiles for each request, answers errors with sources, and its makers say that it \
          is made to serve one person.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM node:22\nCMD [\"npx\", \"vite\"]\n", "`vite`"),
        reports("FROM node:22\nCMD npx nodemon server.js\n", "`nodemon`"),
        reports(
            "FROM node:22\nCMD [\"node\", \"--watch\", \"server.js\"]\n",
            "`node`",
        ),
        leaves("FROM node:22\nCMD [\"node\", \"server.js\"]\n"),
        leaves("FROM node:22\nCMD [\"npx\", \"vite\", \"build\"]\n"),
        leaves("FROM node:22 AS dev\nCMD [\"npx\", \"vite\"]\nFROM nginx:1.29\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    if file.is_for_development() {
        return;
    }
    for stage in file.targets() {
        let mut processes = stage.runtime().processes();
        let serves =
            processes.find(|it| programs::serves_development(it.command.name(), &it.known_args()));
        let Some((process, step)) = serves.zip(stage.entry().steps().next()) else {
            continue;
        };
        let message = format!("{} serves what is being worked on", process.said());
        out.judge(step, Safety::Safe, message, |_| {
            Err(remedy!(
                "build the application, and start what serves the result; or name the file for what it is \
                 (`Dockerfile.dev`), or the stage (`AS dev`)"
            ))
        });
    }
}
