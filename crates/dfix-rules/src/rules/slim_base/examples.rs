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
        "ARG V=3.11-slim\nFROM python:${V}\nCMD [\"python\", \"app.py\"]\n",
    ),
    fixes(
        "ARG BASE=python:3.11\nFROM $BASE\nCMD [\"python\", \"app.py\"]\n",
        "ARG BASE=python:3.11-slim\nFROM $BASE\nCMD [\"python\", \"app.py\"]\n",
    ),
    // A build-only stage keeps its compilers.
    fixes(
        "FROM node:22-bookworm AS build\nRUN make\n\nFROM node:22-bookworm\nCOPY --from=build /app/dist /app\nCMD [\"node\", \"/app/main.js\"]\n",
        "FROM node:22-bookworm AS build\nRUN make\n\nFROM node:22-bookworm-slim\nCOPY --from=build /app/dist /app\nCMD [\"node\", \"/app/main.js\"]\n",
    ),
    // What is missed and small is installed.
    fixes(
        "FROM python:3.11\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends curl \\\n    && rm -rf /var/lib/apt/lists/*\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD [\"python\", \"app.py\"]\n",
    ),
    fixes(
        "FROM python:3.11\nRUN apt-get update && apt-get install -y nginx\nRUN git clone https://example.com/x /x\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nRUN apt-get update && apt-get install -y nginx git\nRUN git clone https://example.com/x /x\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    ),
    // A condition is open: the requirements cannot be read.
    fixes(
        "FROM python:3.11\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_unsafe()
    .that_says("requirements.txt"),
    leaves("FROM python:3.11\nCOPY . .\nRUN make install\nCMD [\"python\", \"app.py\"]\n").that_says("`make` is called"),
    leaves("FROM python:3.11\nRUN pip install psycopg2==2.9.9\nCMD [\"python\", \"app.py\"]\n").that_says("`psycopg2`"),
    // Only packages of pip are compiled: a stage for them, with --unsafe.
    fixes(
        "FROM python:3.11\nENV PYTHONUNBUFFERED=1\nWORKDIR /app\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install psycopg2==2.9.9\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.11 AS build\nWORKDIR /app\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install psycopg2==2.9.9\n\nFROM python:3.11-slim\nENV PYTHONUNBUFFERED=1\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libpq5 \\\n    && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY --from=build /opt/venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_unsafe()
    .that_says("libpq5"),
    leaves("FROM python:3.11@sha256:0000000000000000000000000000000000000000000000000000000000000000\n")
        .that_says("pin the digest"),
    leaves("FROM python:3.11-slim\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM python:3.11-alpine\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM registry.example.com/python:3.11\nCMD [\"python\", \"app.py\"]\n"),
    leaves("FROM python:2.7-stretch\nRUN curl -O https://example.com/x\nCMD [\"python\", \"app.py\"]\n")
        .that_says("stretch"),
    // An image with several forms: a report.
    leaves("FROM tomcat:9\nCMD [\"catalina.sh\", \"run\"]\n"),
    // The entry script is found through PATH.
    fixes(
        "FROM python:3.12\nCOPY . /app\nENV PATH=\"/app:$PATH\"\nENTRYPOINT [\"start.sh\"]\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends curl \\\n    && rm -rf /var/lib/apt/lists/*\nCOPY . /app\nENV PATH=\"/app:$PATH\"\nENTRYPOINT [\"start.sh\"]\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(&[("start.sh", "#!/bin/sh\ncurl http://ready\nexec \"$@\"\n"), ("app.py", "")]),
    // Somebody tells the container what to do.
    leaves("FROM node:22\nENTRYPOINT [\"npm\"]\n").that_says("what the `npm` is told"),
    leaves("FROM python:3.12\nENTRYPOINT [\"python\", \"-u\"]\n").that_says("what the `python` is told"),
    leaves("FROM python:3.12\nCMD [\"/bin/bash\"]\nENTRYPOINT []\n").that_says("what the `bash` is told"),
    leaves("FROM node:22\nENTRYPOINT [\"sh\", \"-c\"]\n").that_says("what the `sh` is told"),
    leaves("FROM node:22\nENTRYPOINT [\"dumb-init\"]\n").that_says("what the `dumb-init` is told"),
    leaves("FROM ruby:3.3\nCOPY Gemfile .\nRUN bundle _2.4.1_ install\nCMD [\"ruby\", \"app.rb\"]\n").that_says("compiles native parts"),
    leaves("FROM ruby:3.3\nCOPY Gemfile .\nRUN bundle pack\nCMD [\"ruby\", \"app.rb\"]\n").that_says("compiles native parts"),
    leaves("FROM node:22\nCOPY . .\nRUN npm link\nCMD [\"app\"]\n").that_says("package.json"),
    leaves("FROM python:3.12\nARG get=\"pip install\"\nRUN python -m $get lxml\nCMD [\"python\", \"app.py\"]\n")
        .that_says("write it out"),
    // What openjdk's full form installs itself.
    fixes(
        "FROM openjdk:17-jdk-bullseye\nRUN unzip app.zip\nCMD [\"java\", \"-jar\", \"app.jar\"]\n",
        "FROM openjdk:17-jdk-slim-bullseye\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends unzip \\\n    && rm -rf /var/lib/apt/lists/*\nRUN unzip app.zip\nCMD [\"java\", \"-jar\", \"app.jar\"]\n",
    )
    .with_unsafe(),
    // A gem that compiles nothing itself.
    leaves("FROM ruby:3.3\nRUN gem install rubocop\nENTRYPOINT [\"rubocop\", \"-a\"]\n")
        .that_says("what the gem `rubocop` brings along"),
    fixes(
        "FROM ruby:3.3\nRUN gem install rack\nCMD [\"ruby\", \"app.rb\"]\n",
        "FROM ruby:3.3-slim\nRUN gem install rack\nCMD [\"ruby\", \"app.rb\"]\n",
    ),
    // The full image has it already: there nothing is fetched and nothing asked.
    leaves("FROM node:22\nRUN apt-get install -y curl\nCMD [\"node\", \"app.js\"]\n").that_says("package lists"),
    leaves("FROM node:22\nRUN apt-get update && apt-get install apache2-utils\nCMD [\"node\", \"app.js\"]\n")
        .that_says("pass `-y`"),
    leaves("FROM python:3.12\nRUN apt-get update && apt-get install -y rsync\nCMD [\"python\", \"app.py\"]\n")
        .that_says("goes over `ssh`"),
    // On trixie only the full image has the time zones.
    fixes(
        "FROM node:24-trixie\nENV TZ=Europe/Oslo\nCMD [\"node\", \"app.js\"]\n",
        "FROM node:24-trixie-slim\nENV TZ=Europe/Oslo\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends tzdata \\\n    && rm -rf /var/lib/apt/lists/*\nCMD [\"node\", \"app.js\"]\n",
    ),
    // Packages of another stage may load libraries.
    leaves("FROM node:22 AS build\nWORKDIR /app\nCOPY package.json .\nRUN npm install\n\nFROM node:22\nCOPY --from=build /app /app\nCMD [\"node\", \"/app/main.js\"]\n")
        .that_says("load a library"),
    // A library's package is called otherwise on each release.
    fixes(
        "FROM python:3.13-trixie\nRUN pip install wand\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.13-slim-trixie\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libmagickcore-7.q16-10-extra libmagickwand-7.q16-10 \\\n    && rm -rf /var/lib/apt/lists/*\nRUN pip install wand\nCMD [\"python\", \"app.py\"]\n",
    ),
    leaves("FROM python:3.12\nENV PIP_NO_BINARY=:all:\nRUN pip install lxml\nCMD [\"python\", \"app.py\"]\n")
        .that_says("`lxml` is compiled"),
    // Conditions that keep a version back.
    leaves("FROM python:3.12\nRUN pip install 'numpy<1.20'\nCMD [\"python\", \"app.py\"]\n").that_says("`numpy` has no wheel"),
    leaves("FROM node:22\nCOPY package.json .\nRUN npm install\nCMD [\"node\", \"app.js\"]\n")
        .with_context(&[("package.json", "{\"dependencies\": {\"bcrypt\": \"^3.0.0\"}}")])
        .that_says("`bcrypt`"),
    // What another gives, and what is built from a repository.
    leaves("FROM python:3.12\nRUN cat list | xargs pip install\nCMD [\"python\", \"app.py\"]\n").that_says("what is given to"),
    leaves("FROM node:22\nCOPY package.json .\nRUN npm install\nCMD [\"node\", \"app.js\"]\n")
        .with_context(&[("package.json", "{\"dependencies\": {\"x\": \"github:me/x\"}}")])
        .that_says("built from its source"),
    // A lock file that does not say which form comes.
    leaves("FROM ruby:3.3\nCOPY Gemfile.lock .\nRUN bundle install\nCMD [\"ruby\", \"app.rb\"]\n")
        .with_context(&[("Gemfile.lock", "GEM\n  specs:\n    nokogiri (1.16.0)\n")])
        .that_says("--add-platform"),
    // What is installed without recommendations gets no certificates along; the full image has them.
    fixes(
        "FROM node:22-bookworm\nRUN apt-get update && apt-get install -y --no-install-recommends curl && curl -o /x https://example.com/x\nCOPY app.js .\nCMD [\"node\", \"app.js\"]\n",
        "FROM node:22-bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && curl -o /x https://example.com/x\nCOPY app.js .\nCMD [\"node\", \"app.js\"]\n",
    ),
    // A program that is mounted, one that is fetched; a language; a manager of processes.
    leaves("FROM node:22\nWORKDIR /app\nVOLUME /app\nCMD [\"node\", \"server.js\"]\n").that_says("no instruction puts into"),
    leaves("FROM python:3.12\nADD https://example.com/app.py .\nCMD [\"python\", \"app.py\"]\n").that_says("is fetched"),
    leaves("FROM debian:12\nENV LANG=de_DE.UTF-8\nCMD [\"mc\"]\n").that_says("translations"),
    fixes(
        "FROM node:22-bookworm\nRUN npm install -g pm2\nCOPY app.js .\nCMD [\"pm2-runtime\", \"app.js\"]\n",
        "FROM node:22-bookworm-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends procps \\\n    && rm -rf /var/lib/apt/lists/*\nRUN npm install -g pm2\nCOPY app.js .\nCMD [\"pm2-runtime\", \"app.js\"]\n",
    ),
    // One package is told, all that package.json names come along.
    leaves("FROM node:22\nCOPY package.json .\nRUN npm install express\nCOPY app.js .\nCMD [\"node\", \"app.js\"]\n")
        .with_context(&[("package.json", "{\"dependencies\": {\"node-expat\": \"^2.0.0\"}}"), ("app.js", "")])
        .that_says("`node-expat` compiles"),
    // A command that is looked for.
    fixes(
        "FROM python:3.12\nRUN which git\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends git \\\n    && rm -rf /var/lib/apt/lists/*\nRUN which git\nCMD [\"python\", \"app.py\"]\n",
    ),
    // A call over several lines.
    fixes(
        "FROM python:3.12\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends git \\\n    && rm -rf /var/lib/apt/lists/*\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    )
    .with_context(&[("app.py", "import subprocess\nsubprocess.run(\n    [\"git\", \"log\"],\n)\n")]),
    // Wheels that another stage made load libraries.
    fixes(
        "FROM python:3.12-bookworm AS build\nRUN pip wheel -w /w mysqlclient\n\nFROM python:3.12-bookworm\nCOPY --from=build /w /w\nRUN pip install /w/*.whl\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-bookworm AS build\nRUN pip wheel -w /w mysqlclient\n\nFROM python:3.12-slim-bookworm\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends libmariadb3 \\\n    && rm -rf /var/lib/apt/lists/*\nCOPY --from=build /w /w\nRUN pip install /w/*.whl\nCMD [\"python\", \"app.py\"]\n",
    ),
    // Projects: their extras, what builds them, what poetry's conditions allow.
    leaves("FROM python:3.12\nCOPY . .\nRUN pip install -e .[db]\nCMD [\"python\", \"app.py\"]\n")
        .with_context(&[("pyproject.toml", "[project]\nname = \"x\"\n[project.optional-dependencies]\ndb = [\"mysqlclient\"]\n")])
        .that_says("`mysqlclient` has no wheel"),
    leaves("FROM python:3.12\nCOPY . .\nRUN pip install .\nCMD [\"python\", \"app.py\"]\n")
        .with_context(&[("pyproject.toml", "[build-system]\nrequires = [\"setuptools\", \"cython\"]\n")])
        .that_says("compiles native parts"),
    leaves("FROM python:3.12\nCOPY . .\nRUN pip install .\nCMD [\"python\", \"app.py\"]\n")
        .with_context(&[("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.12\"\nnumpy = \"~1.21\"\n")])
        .that_says("`numpy` has no wheel"),
    leaves("FROM node:22\nCOPY . .\nRUN npm install\nCMD [\"node\", \"app.js\"]\n")
        .with_context(&[("package.json", "{\"workspaces\": [\"a\"]}")])
        .that_says("workspaces"),
    // Text for an interpreter.
    leaves("FROM python:3.12\nRUN <<EOF\n#!/usr/bin/env python3\nimport shutil\nEOF\nCMD [\"python\", \"app.py\"]\n")
        .that_says("what the text for `python3`"),
    fixes(
        "FROM python:3.12\nRUN python -c \"import os; os.system('git init')\"\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-slim\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends git \\\n    && rm -rf /var/lib/apt/lists/*\nRUN python -c \"import os; os.system('git init')\"\nCMD [\"python\", \"app.py\"]\n",
    ),
    // A tag that moves, a version that does not.
    leaves("FROM python:3\nRUN pip install numpy==2.3.2\nCMD [\"python\", \"app.py\"]\n").that_says("is still Python"),
    // A pip that old packages came with fetches sources of what others bring along.
    leaves("FROM python:3.6.6\nRUN pip install kubernetes\nCMD [\"python\", \"app.py\"]\n").that_says("the pip of this image"),
    leaves("FROM python:3.12\nRUN pip install pytest\nCOPY . .\nCMD [\"python\", \"-m\", \"pytest\"]\n").that_says("run beside `pytest`"),
    leaves("FROM node:22\nRUN npm install -g forever\nENTRYPOINT [\"forever\"]\n").that_says("what the `forever` is told"),
    // Sorted packages stay sorted.
    fixes(
        "FROM python:3.12\nRUN apt-get update && apt-get install -y \\\n    bc \\\n    jq \\\n    zstd\nRUN git clone https://example.com/x && unzip y.zip\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
        "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y \\\n    bc \\\n    git \\\n    jq \\\n    unzip \\\n    zstd\nRUN git clone https://example.com/x && unzip y.zip\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
    ),
    leaves("FROM ruby:3.3\nRUN gem specific_install https://example.com/x.git\nCOPY app.rb .\nCMD [\"ruby\", \"app.rb\"]\n")
        .that_says("a gem from a repository"),
    leaves("FROM debian:12\nRUN apt-get update && apt-get install -y postgresql-doc\nCMD [\"nginx\"]\n").that_says("for documentation"),
    leaves("FROM debian:12\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n").that_says("reads documentation"),
    leaves("FROM debian:12\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n")
        .with_context(&[("run.sh", "#!/bin/sh\nzcat /usr/share/doc/x/create.sql.gz\n")])
        .that_says("which slim forms leave out"),
    // What has no wheel at all is compiled on an old Python, too.
    leaves("FROM python:3.5\nRUN pip install uwsgi==2.0.8\nCMD [\"python\", \"app.py\"]\n").that_says("`uwsgi` has no wheel"),
    // Constraints say which version comes; files are named as seen from their folder.
    leaves("FROM python:3.12\nCOPY . .\nRUN pip install -r reqs/prod.txt\nCMD [\"python\", \"app.py\"]\n")
        .with_context(&[
            ("reqs/prod.txt", "-r base.txt\n-c pins.txt\n"),
            ("reqs/base.txt", "numpy\n"),
            ("reqs/pins.txt", "numpy==1.21.0\n"),
        ])
        .that_says("`numpy` has no wheel"),
];
