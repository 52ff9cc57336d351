//! Which packages of languages a command installs, and what each asks of the image.

use crate::common::with_files;
use dfix_model::project::{Origin, PackageList, installed_by};
use dfix_model::{CallSite, PackageCommand};

/// What all commands of the last stage install.
fn installed(text: &str, files: &[(&str, &str)]) -> Vec<PackageList> {
    with_files(text, files, |file| {
        let stage = file.final_stage().expect("a stage");
        stage
            .build_commands()
            .flat_map(|command| {
                let package = PackageCommand::of(command);
                installed_by(command, package.as_ref(), &CallSite::of(command))
            })
            .collect()
    })
}

/// Name and whether it compiles (`?`: not known) of each package, list by list with its file.
fn told(lists: &[PackageList]) -> Vec<String> {
    lists
        .iter()
        .flat_map(|list| {
            let file = list.file.as_deref().unwrap_or("-");
            let packages = list.packages.iter().map(move |package| {
                let compiles = match (package.compiles.is_yes(), package.compiles.is_no()) {
                    (true, _) => "compiles",
                    (_, true) => "is ready",
                    _ => "?",
                };
                format!("{file}: {} {compiles}", package.name)
            });
            let open = list
                .open
                .iter()
                .map(move |open| format!("{file}: {}", open.condition));
            packages.chain(open)
        })
        .collect()
}

#[test]
fn files_of_requirements_and_constraints_are_followed() {
    let text = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r reqs/prod.txt uwsgi\n";
    let files = [
        ("reqs/prod.txt", "-r base.txt\n-c pins.txt\nflask\n"),
        (
            "reqs/base.txt",
            "numpy\ngit+https://example.com/me/nobody-knows.git\n",
        ),
        ("reqs/pins.txt", "numpy==1.21.0\n"),
    ];
    let lists = installed(text, &files);
    let expected = [
        "-: uwsgi compiles",
        "reqs/prod.txt: flask is ready",
        "reqs/base.txt: numpy compiles",
        "reqs/base.txt: nobody-knows ?",
    ];
    assert_eq!(told(&lists), expected);
    let repository = Origin::Repository {
        tool: "git",
        over_ssh: false,
    };
    assert_eq!(lists[2].packages[1].origin, repository);
}

#[test]
fn what_is_not_read_is_open() {
    let lists = installed(
        "FROM python:3.12\nCOPY . .\nRUN pip install -r other.txt\n",
        &[],
    );
    let expected = [
        "other.txt: whether `other.txt` names packages that need a compiler or git: it is not in the build context",
    ];
    assert_eq!(told(&lists), expected);
    let lists = installed("FROM python:3\nRUN python -m pipenv install\n", &[]);
    assert_eq!(lists[0].open.len(), 1);
    assert!(
        installed(
            "FROM python:3\nRUN pip --version && echo pip install x\n",
            &[]
        )
        .is_empty()
    );
}

#[test]
fn locks_and_projects_of_node_and_ruby() {
    let node = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\n";
    let json = (
        "package.json",
        r#"{"dependencies":{"node-expat":"^2.0.0"},"devDependencies":{"node-sass":"1"}}"#,
    );
    assert_eq!(
        told(&installed(node, &[json])),
        ["package.json: node-expat compiles"]
    );
    let lock = (
        "package-lock.json",
        r#"{"packages":{"node_modules/bcrypt":{"version":"6.0.0","hasInstallScript":true},"node_modules/x":{"version":"1"}}}"#,
    );
    assert_eq!(
        told(&installed(node, &[json, lock])),
        ["package-lock.json: bcrypt ?"]
    );
    let ruby = "FROM ruby:3.3\nCOPY Gemfile.lock .\nRUN bundle install\n";
    let lock = ("Gemfile.lock", "GEM\n  specs:\n    rack (2.2.8)\n");
    assert_eq!(
        told(&installed(ruby, &[lock])),
        ["Gemfile.lock: rack is ready"]
    );
}
