//! What package managers' words mean.
// A method's path is tied to one lifetime, a closure is not.
use crate::common::with;
use dfix_model::Destination;
use dfix_model::packages::{PackageCommand, PackageManager, SpecKind};

/// Asks about the last package manager's command of a script.
fn last<R>(script: &str, ask: impl FnOnce(&PackageCommand<'_>) -> R) -> R {
    with(&format!("FROM python:3.12\nRUN {script}\n"), |file| {
        let command = file.commands().filter_map(PackageCommand::of).last();
        ask(&command.unwrap_or_else(|| panic!("{script}: no package manager")))
    })
}

#[test]
fn every_form_of_pip() {
    for form in [
        "pip install x",
        "pip3 install x",
        "pip3.11 install x",
        "pip-3.6 install x",
        "python -m pip install x",
        "python3 -m pip install x",
        "python3.11 -I -m pip install x",
        "python -W ignore -m pip install x",
        "python -mpip install x",
        "/usr/local/bin/pip install x",
        "/opt/venv/bin/python -m pip install x",
        "sudo pip install x",
        "sudo -H pip3 install x",
        "env X=Y pip install x",
        "X=Y pip install x",
        "exec pip install x",
        "time pip install x",
        "a && pip install x",
        "a || pip install x",
        "a; pip install x",
        "yes | pip install x",
        "if a; then pip install x; fi",
        "for i in 1; do pip install x; done",
        "(pip install x)",
        "echo $(pip install x)",
        "sh -c \"pip install x\"",
        "bash -lc 'pip install x'",
        "[\"pip\", \"install\", \"x\"]",
        "[\"sh\", \"-c\", \"pip install x\"]",
        "<<EOF\npip install x\nEOF",
        "pip --no-color install x",
        "pip --proxy http://p install x",
        "pip -q --log /l install x",
        "pip install \\\n  x",
        "p\\\nip in\\\nstall x",
        "'pip' \"install\" x",
        "python -m pip --isolated install x",
        "pip install -- x",
    ] {
        last(form, |pip| {
            assert_eq!(pip.manager, PackageManager::Pip, "{form}");
            assert!(pip.is_install(), "{form}: {pip:?}");
            assert!(pip.subcommand().is("install"), "{form}");
            let names: Vec<_> = pip.packages().iter().map(|p| p.name).collect();
            assert_eq!(names, [Some("x")], "{form}: {pip:?}");
        });
    }
    for form in [
        "pip",
        "pip --version",
        "pipdeptree install x",
        "python pip install x",
        "python -c 'pip install x'",
    ] {
        with(&format!("FROM python\nRUN {form}\n"), |file| {
            let installs = file
                .stages()
                .flat_map(|s| s.installs(PackageManager::Pip))
                .count();
            assert_eq!(installs, 0, "{form}");
        });
    }
}

#[test]
fn pip_options() {
    let has = |script: &str, flag: &str| last(script, |pip| pip.has_flag(flag));
    assert!(has("pip install --no-cache-dir x", "--no-cache-dir"));
    assert!(has("pip --no-cache-dir install x", "--no-cache-dir"));
    assert!(has("pip install --no-cache x", "--no-cache-dir"));
    assert!(!has("pip install --no-c x", "--no-cache-dir"));
    assert!(!has("pip install --cache-dir=/c x", "--no-cache-dir"));
    assert!(has("pip install --cache-dir=$C x", "--cache-dir"));
    assert!(!has("pip install -r --no-cache-dir", "--no-cache-dir"));
    assert!(has("pip install -qU x", "-U"));
    last(
        "pip install -r a.txt -rb.txt --requirement=c.txt --requirement d.txt -c e.txt -e . -i https://i x==1 'y[z]>=2; a<3' ./w.whl git+https://g/r",
        |pip| {
            let files: Vec<_> = pip.requirement_files().filter_map(|f| f.text()).collect();
            assert_eq!(files, ["a.txt", "b.txt", "c.txt", "d.txt"]);
            assert_eq!(
                pip.flag_value("-i").and_then(|v| v.text()),
                Some("https://i")
            );
            let specs: Vec<_> = pip
                .packages()
                .iter()
                .map(|p| (p.kind, p.name, p.version))
                .collect();
            assert_eq!(specs[0], (SpecKind::Index, Some("x"), Some("==1")));
            assert_eq!(specs[1], (SpecKind::Index, Some("y"), Some(">=2")));
            assert_eq!((specs[2].0, specs[3].0), (SpecKind::Path, SpecKind::Vcs));
            assert_eq!(pip.local_projects().len(), 2);
        },
    );
    last("pip install flask==$V django$W $ALL", |pip| {
        let names: Vec<_> = pip.packages().iter().map(|p| p.name).collect();
        assert_eq!(names, [Some("flask"), None, None]);
        assert!(pip.may_take_more());
    });
}

#[test]
fn where_pip_installs() {
    let into = |text: &str| {
        with(text, |file| {
            let stage = file.final_stage().expect("a stage");
            stage
                .installs(PackageManager::Pip)
                .last()
                .expect("pip")
                .destination()
        })
    };
    let run = |script: &str| into(&format!("FROM python:3.12\nRUN {script}\n"));
    assert_eq!(run("pip install x"), Destination::System);
    assert_eq!(run("/usr/local/bin/pip install x"), Destination::System);
    assert_eq!(
        run("/opt/venv/bin/pip install x"),
        Destination::Venv(Some("/opt/venv".to_owned()))
    );
    assert_eq!(run("pip install --user x"), Destination::User);
    assert_eq!(
        run("pip install -t /deps x"),
        Destination::Folder(Some("/deps".to_owned()))
    );
    assert_eq!(
        run(". /v/bin/activate && pip install x"),
        Destination::Venv(Some("/v".to_owned()))
    );
    assert_eq!(run("poetry run pip install x"), Destination::Tool);
    assert_eq!(
        into("FROM python:3.12\nRUN python -m venv /e\nENV PATH=/e/bin:$PATH\nRUN pip install x\n"),
        Destination::Venv(Some("/e".to_owned()))
    );
    assert_eq!(
        into(
            "FROM python:3.12\nENV VIRTUAL_ENV=/opt/venv\nENV PATH=\"$VIRTUAL_ENV/bin:$PATH\"\nRUN pip install x\n"
        ),
        Destination::Venv(Some("/opt/venv".to_owned()))
    );
    assert_eq!(
        into("FROM python:3.12\nENV PATH=/root/.local/bin:$PATH\nRUN pip install x\n"),
        Destination::System
    );
}

#[test]
fn apt() {
    let yes = |script: &str| last(script, |c| c.assumes_yes());
    for script in [
        "apt-get install -y x",
        "apt-get -y install x",
        "apt-get install x -y",
        "apt-get install --yes x",
        "apt-get install --assume-yes x",
        "apt-get install -qqy x",
        "apt-get install -yq x",
        "apt-get install -qq x",
        "apt-get -q -q install x",
        "apt-get install -q=2 x",
        "apt-get install -o APT::Get::Assume-Yes=true x",
        "apt-get install -oAPT::Get::Assume-Yes=1 x",
        "yum -y install x",
        "dnf install -y x",
    ] {
        assert!(yes(script), "{script}");
    }
    for script in [
        "apt-get install x",
        "apt-get install -q x",
        "apt-get -o Dpkg::Options::=--force-confold install x",
        "apt-get install -t -y x",
    ] {
        assert!(!yes(script), "{script}");
    }
    last(
        "apt-get -o A=b -t bookworm install --no-install-recommends curl=8.5* libc6:i386 ./a.deb g++",
        |apt| {
            assert!(apt.is_without_recommends());
            let names: Vec<_> = apt.packages().iter().map(|p| (p.name, p.version)).collect();
            assert_eq!(
                names[..2],
                [(Some("curl"), Some("8.5*")), (Some("libc6"), None)]
            );
            assert_eq!(apt.packages()[2].kind, SpecKind::Path);
            assert_eq!(names[3], (Some("g++"), None));
        },
    );
    assert!(last(
        "apt-get install -o APT::Install-Recommends=false x",
        |c| c.is_without_recommends()
    ));
}

#[test]
fn others() {
    let names = |script: &str| {
        last(script, |c| {
            assert!(c.is_install(), "{script}: {c:?}");
            let packages = c.packages();
            (
                c.manager,
                packages
                    .iter()
                    .map(|p| p.name.unwrap_or("?").to_owned())
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        })
    };
    let is =
        |script: &str, manager, text: &str| assert_eq!(names(script), (manager, text.to_owned()));
    is(
        "apk add --no-cache --virtual .deps -X http://m/x gcc curl=8.5-r0 py3-pip~=1",
        PackageManager::Apk,
        "gcc curl py3-pip",
    );
    is(
        "apk --update add -t .b .b2 ca-certificates",
        PackageManager::Apk,
        ".b2 ca-certificates",
    );
    is(
        "yum install -y --enablerepo epel a b",
        PackageManager::Dnf,
        "a b",
    );
    is("microdnf install a", PackageManager::Dnf, "a");
    is(
        "zypper -n in --no-recommends a",
        PackageManager::Zypper,
        "a",
    );
    is(
        "npm install -g --prefix /x @a/b@1 c@2 d",
        PackageManager::Npm,
        "@a/b c d",
    );
    is("npm ci --omit=dev", PackageManager::Npm, "");
    is("yarn global add x@1", PackageManager::Yarn, "x");
    is("yarn", PackageManager::Yarn, "");
    is("yarn --frozen-lockfile", PackageManager::Yarn, "");
    is("pnpm i -g x", PackageManager::Pnpm, "x");
    is(
        "gem install -v 1.0 rails bundler:2",
        PackageManager::Gem,
        "rails bundler",
    );
    is("bundle install --jobs 4", PackageManager::Bundler, "");
    is("bundle _2.4.1_ install", PackageManager::Bundler, "");
    is("bundle pack", PackageManager::Bundler, "");
    is(
        "conda install -y -c conda-forge numpy=1.2 scipy",
        PackageManager::Conda,
        "numpy scipy",
    );
    is(
        "go install -ldflags '-s -w' a.b/c@v1",
        PackageManager::Go,
        "a.b/c",
    );
    is(
        "cargo install --locked --version 1 ripgrep",
        PackageManager::Cargo,
        "ripgrep",
    );
    is("uv pip install --system x", PackageManager::Uv, "x");
    is("pacman -Syu --noconfirm a b", PackageManager::Pacman, "a b");
    is("xargs -a l apt-get install -y", PackageManager::Apt, "");
    assert!(last("apt-get update", |c| !c.is_install()));
}

#[test]
fn scripts_of_a_node_project() {
    let script = |text: &str| last(text, |c| c.script().map(str::to_owned));
    assert_eq!(
        script("node --env-file .env --run dev").as_deref(),
        Some("dev")
    );
    assert_eq!(
        script("yarn workspaces foreach -A run dev").as_deref(),
        Some("dev")
    );
    for (text, name) in [
        ("npm start", Some("start")),
        ("npm run build", Some("build")),
        ("npm --silent run-script build -- --prod", Some("build")),
        ("yarn dev", Some("dev")),
        ("yarn run dev", Some("dev")),
        ("pnpm test", Some("test")),
        ("bun --bun run dev", Some("dev")),
        ("bun run --cwd srv dev", Some("dev")),
        ("bun start", Some("start")),
        ("yarn workspace srv dev", Some("dev")),
        ("npm ci", None),
        ("npm build", None),
        ("yarn", None),
        ("yarn add x", None),
        ("npm run $WHAT", None),
        ("pip install start", None),
    ] {
        assert_eq!(script(text).as_deref(), name, "{text}");
    }
}

#[test]
fn installations_of_a_node_project() {
    for script in ["npm ci", "npm install", "yarn", "pnpm i --frozen-lockfile"] {
        assert!(last(script, |it| it.installs_node_project()), "{script}");
    }
    for script in ["npm i -g", "npm i a", "npm run build", "pip install -r a"] {
        assert!(!last(script, |it| it.installs_node_project()), "{script}");
    }
}
