//! The rule's examples: tests, documentation, and its row in the README.

use dfix_engine::{Example, fixes, leaves};

const FLASK: &[(&str, &str)] = &[("requirements.txt", "flask==2.2.5\n"), ("app.py", "")];

const APP: &[(&str, &str)] = &[("app.py", "print(1)\n")];
const SERVER: &[(&str, &str)] = &[("server.js", "console.log(1)\n")];

pub(super) const EXAMPLES: &[Example] = &[
    fixes(
        "FROM python:3.11\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(FLASK)
    .that_says("3.11-slim"),
    fixes(
        "FROM python\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:slim\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(APP),
    fixes(
        "FROM python:3.11-bookworm\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim-bookworm\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(APP),
    fixes(
        "FROM node:22-bookworm\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n",
        "FROM node:22-bookworm-slim\nCOPY server.js .\nCMD [\"node\", \"server.js\"]\n",
    )
    .with_context(SERVER),
    fixes(
        "FROM debian:12\nRUN apt-get update && apt-get install -y nginx\n",
        "FROM debian:12-slim\nRUN apt-get update && apt-get install -y nginx\n",
    ),
    // Up to Debian 10 the plain image had `ip` and `ping` besides.
    fixes(
        "FROM debian:buster\nCMD [\"nginx\"]\n",
        "FROM debian:buster-slim\nCMD [\"nginx\"]\n",
    ),
    leaves("FROM debian:buster\nRUN ip addr\nCMD [\"nginx\"]\n"),
    leaves("FROM debian:stretch\nHEALTHCHECK CMD ping -c1 gw || exit 1\nCMD [\"nginx\"]\n"),
    leaves("FROM python:3.7-buster\nCOPY app.py .\nCMD ip route && python app.py\n").with_context(APP),
    leaves("FROM debian:buster\nCOPY x /x\nCMD [\"/x\"]\n"),
    leaves("FROM debian:buster\n"),
    leaves("FROM debian:12\nRUN apt-get update && apt-get install -y texlive-full\nCMD [\"texdoc\", \"ctex\"]\n"),
    // The default decides the tag.
    fixes(
        "ARG V=3.11\nFROM python:${V}\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "ARG V=3.11\nFROM python:${V}-slim\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(APP),
    fixes(
        "ARG BASE=python:3.11\nFROM $BASE\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "ARG BASE=python:3.11-slim\nFROM $BASE\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(APP),
    // What is missed and small is installed.
    fixes(
        "FROM python:3.11\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends curl \\\n    && rm -rf /var/lib/apt/lists/*\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(APP),
    leaves("FROM python:3.11\nCOPY . .\nRUN make install\nCMD [\"python\", \"app.py\"]\n").that_says("`make` is called"),
    leaves("FROM python:3.11@sha256:0000000000000000000000000000000000000000000000000000000000000000\n")
        .that_says("pin the digest"),
    // What is started has to be read.
    leaves("FROM python:3.11\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n").that_says("not all of it was read"),
    leaves("FROM node:22\nCOPY dist /app\nCMD [\"node\", \"/app/x.js\"]\n").that_says("not all of it was read"),
    leaves("FROM ruby:3.2\nCOPY . .\nCMD [\"ruby\", \"x.rb\"]\n").that_says("not all of it was read"),
    leaves("FROM debian:12\nCOPY x.deb /\nRUN dpkg -i /x.deb\n").that_says("from a file"),
    leaves("FROM debian:stretch\nRUN apt-get update && apt-get install -y postgresql-client\n").that_says("/usr/share/man/man7"),
    leaves("FROM python:3.11-slim\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM python:3.11-alpine\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM registry.example.com/python:3.11\nCMD [\"python\", \"app.py\"]\n"),
];
