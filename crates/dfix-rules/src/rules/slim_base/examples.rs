//! The rule's examples: tests, documentation, and its row in the README.

use dfix_engine::{Example, fixes, leaves};

const FLASK: &[(&str, &str)] = &[("requirements.txt", "flask==2.2.5\n"), ("app.py", "")];

pub(super) const EXAMPLES: &[Example] = &[
    fixes(
        "FROM python:3.11\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(FLASK)
    .that_says("3.11-slim"),
    fixes(
        "FROM python\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:slim\nCMD [\"python\", \"app.py\"]\n",
    ),
    fixes(
        "FROM python:3.11-bookworm\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim-bookworm\nCMD [\"python\", \"app.py\"]\n",
    ),
    fixes(
        "FROM node:22-bookworm\nCMD [\"node\", \"server.js\"]\n",
        "FROM node:22-bookworm-slim\nCMD [\"node\", \"server.js\"]\n",
    ),
    fixes(
        "FROM debian:12\nRUN apt-get update && apt-get install -y nginx\n",
        "FROM debian:12-slim\nRUN apt-get update && apt-get install -y nginx\n",
    ),
    // The default decides the tag.
    fixes(
        "ARG V=3.11\nFROM python:${V}\nCMD [\"python\", \"app.py\"]\n",
        "ARG V=3.11\nFROM python:${V}-slim\nCMD [\"python\", \"app.py\"]\n",
    ),
    fixes(
        "ARG BASE=python:3.11\nFROM $BASE\nCMD [\"python\", \"app.py\"]\n",
        "ARG BASE=python:3.11-slim\nFROM $BASE\nCMD [\"python\", \"app.py\"]\n",
    ),
    // What is missed and small is installed.
    fixes(
        "FROM python:3.11\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends curl \\\n    && rm -rf /var/lib/apt/lists/*\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD [\"python\", \"app.py\"]\n",
    ),
    leaves("FROM python:3.11\nCOPY . .\nRUN make install\nCMD [\"python\", \"app.py\"]\n").that_says("`make` is called"),
    leaves("FROM python:3.11@sha256:0000000000000000000000000000000000000000000000000000000000000000\n")
        .that_says("pin the digest"),
    leaves("FROM python:3.11-slim\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM python:3.11-alpine\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM registry.example.com/python:3.11\nCMD [\"python\", \"app.py\"]\n"),
];
