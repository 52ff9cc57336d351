//! What a container runs, followed through the scripts of the build context.

use crate::common::with_files;
use dfix_model::{Model, Privileges, Runtime};

fn start<R>(text: &str, files: &[(&str, &str)], ask: impl FnOnce(Runtime<'_>) -> R) -> R {
    with_files(text, files, |file: &Model<'_>| {
        ask(file.final_stage().expect("a stage").runtime())
    })
}

fn programs(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    start(text, files, |runtime| {
        runtime
            .processes()
            .map(|p| p.command.name().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    })
}

fn open(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    start(text, files, |runtime| {
        runtime.open().map(|o| o.condition.clone()).collect()
    })
}

fn asks(text: &str, files: &[(&str, &str)]) -> Privileges {
    start(text, files, |runtime| runtime.privileges().clone())
}

fn low_port(text: &str, files: &[(&str, &str)]) -> String {
    start(text, files, |runtime| {
        runtime.low_port().unwrap_or_default().to_owned()
    })
}

const NODE: &str = "FROM node:22\nWORKDIR /app\nCOPY . .\n";

#[test]
fn package_scripts_are_followed() {
    let package = r#"{"scripts": {"prestart": "echo hi", "start": "npm run serve", "serve": "next start -p 80"}}"#;
    let text = format!("{NODE}CMD [\"npm\", \"start\"]\n");
    let files = [("package.json", package)];
    assert_eq!(programs(&text, &files), ["npm", "echo", "npm", "next"]);
    assert!(low_port(&text, &files).contains("port 80"));
    assert_eq!(
        open(&text, &[]),
        ["what `npm start` runs: package.json is not in the build context that dfix sees"]
    );
    let shipped = "FROM node:22 AS build\nCOPY . /src\nFROM node:22\nWORKDIR /app\nCOPY --from=build /src/dist .\n";
    assert_eq!(
        open(&format!("{shipped}CMD [\"npm\", \"start\"]\n"), &files),
        ["what `npm start` runs: no instruction is known to put a package.json there"]
    );
    // Scripts that call themselves end.
    let package = r#"{"scripts": {"start": "npm start"}}"#;
    assert_eq!(
        programs(&text, &[("package.json", package)]),
        ["npm", "npm"]
    );
}

#[test]
fn scripts_are_followed_through_names_paths_and_shells() {
    let files = [
        ("bin/run", "#!/bin/sh\n. ./env.sh\nexec bash deep.sh\n"),
        ("env.sh", "export A=1\n"),
        ("deep.sh", "gosu app python app.py\n"),
    ];
    for start in [
        "[\"/app/bin/run\"]",
        "sh bin/run",
        "[\"sh\", \"-c\", \"./bin/run\"]",
    ] {
        let text = format!("{NODE}CMD {start}\n");
        let asked = asks(&text, &files);
        assert_eq!(asked, Privileges::Drops("gosu".to_owned()), "{start}");
    }
    // A script of the context that lies where programs are found.
    let text = "FROM python:3\nCOPY bin/ /usr/local/bin/\nCOPY deep.sh env.sh /\nWORKDIR /\nCMD [\"run\"]\n";
    assert_eq!(asks(text, &files), Privileges::Drops("gosu".to_owned()));
}

#[test]
fn words_of_a_cmd_are_arguments_where_the_entry_point_is_a_program() {
    let text = "FROM python:3\nENTRYPOINT [\"python\"]\nCMD [\"nginx\"]\n";
    assert_eq!(programs(text, &[]), ["python"]);
    let text = "FROM python:3\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"nginx\"]\n";
    assert_eq!(programs(text, &[]), ["tini", "nginx"]);
    let files = [("entry.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n")];
    let text = "FROM python:3\nCOPY entry.sh /\nENTRYPOINT [\"/entry.sh\"]\nCMD [\"nginx\"]\n";
    assert_eq!(programs(text, &files), ["entry.sh", "set", "nginx"]);
}

#[test]
fn what_is_not_known_is_said() {
    assert_eq!(
        open(&format!("{NODE}CMD [\"./start.sh\"]\n"), &[]),
        ["what `./start.sh` does when it starts, which comes from no file of the build context"]
    );
    assert_eq!(
        open(&format!("{NODE}CMD [\"my-server\"]\n"), &[]),
        ["whether `my-server` runs without root's rights"]
    );
    assert_eq!(
        open(&format!("{NODE}CMD exec $APP\n"), &[]),
        ["which program starts"]
    );
    assert_eq!(
        open(
            &format!("{NODE}CMD sh start.sh\n"),
            &[("start.sh", "#!/bin/hash\nx\n")]
        ),
        ["what `start.sh` does when it starts, which dfix cannot read"]
    );
    // A substitution among its words does not make a program harmless.
    assert_eq!(
        open(&format!("{NODE}CMD my-server --forks=$(nproc)\n"), &[]),
        ["whether `my-server` runs without root's rights"]
    );
    let files = [("start.sh", "my-server\n")];
    assert_eq!(
        open(&format!("{NODE}CMD [\"./start.sh\"]\n"), &files),
        ["whether `my-server` in `start.sh` runs without root's rights"]
    );
}

#[test]
fn ports_below_1024_are_seen_wherever_they_are_said() {
    let low = |text: &str, files: &[(&str, &str)]| {
        let port = low_port(text, files);
        assert!(port.contains("port 80"), "{text}: {port}");
    };
    for image in ["dotnet/core/aspnet:2.2", "dotnet/aspnet:6.0"] {
        let text = format!("FROM mcr.microsoft.com/{image}\nCMD [\"dotnet\", \"app.dll\"]\n");
        low(&text, &[]);
    }
    low(
        "FROM python:3\nEXPOSE 80\nCMD [\"gunicorn\", \"a:b\"]\n",
        &[],
    );
    low("FROM python:3\nCMD gunicorn -b :80 a:b\n", &[]);
    low(
        "FROM python:3\nARG PORT=80\nENV P=$PORT\nCMD uvicorn --port=$P a:b\n",
        &[],
    );
    low(
        "FROM python:3\nENV PORT=80\nCMD [\"python\", \"app.py\"]\n",
        &[],
    );
    low(
        "FROM python:3\nHEALTHCHECK CMD curl http://localhost/\nCMD [\"python\", \"app.py\"]\n",
        &[],
    );
    low(
        "FROM python:3\nCMD [\"python\", \"manage.py\", \"runserver\", \"0.0.0.0:80\"]\n",
        &[],
    );
    low(
        "FROM python:3\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
        &[("app.py", "app.run(host='0.0.0.0', port=80)\n")],
    );
    low(
        "FROM python:3\nCOPY . .\nCMD [\"gunicorn\", \"a:b\"]\n",
        &[("gunicorn.conf.py", "bind = '0.0.0.0:80'\n")],
    );
    let fine =
        "FROM python:3\nEXPOSE 8000\nCMD [\"gunicorn\", \"-b\", \"unix:/tmp/x.sock\", \"a:b\"]\n";
    assert_eq!(asks(fine, &[]), Privileges::Nobody);
}

#[test]
fn ports_of_options_that_nobody_knows_are_open() {
    let says = |words: &str, files: &[(&str, &str)]| {
        let text = format!("FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\", {words}]\n");
        let open = open(&text, files);
        open.iter().any(|it| it.contains("listens on port"))
    };
    for words in [
        r#""-listen", ":443""#,
        r#""--addr=0.0.0.0:80""#,
        r#""-http.port", "80""#,
        r#""-http.port=80""#,
        r#""--urls", "http://*:80/""#,
        r#"":80""#,
    ] {
        assert!(says(words, &[]), "{words}");
    }
    for words in [
        r#""-listen", ":8443""#,
        r#""--level", "80""#,
        r#""--upstream", "db:80""#,
        r#""-export", "80s""#,
    ] {
        assert!(!says(words, &[]), "{words}");
    }
}

#[test]
fn packages_are_started_by_nobody() {
    let text = "FROM scratch\nCOPY app.apk /\nENTRYPOINT [\"/app.apk\"]\n";
    assert_eq!(asks(text, &[]), Privileges::NothingStarts);
    let text = "FROM scratch\nCOPY app /\nENTRYPOINT [\"/app\"]\n";
    assert_eq!(asks(text, &[]), Privileges::Nobody);
}

#[test]
fn texts_among_words_and_projects_elsewhere_are_followed() {
    let package = r#"{"scripts": {"start": "concurrently -n a,b 'node a.js' 'node b.js'"}}"#;
    let text = format!("{NODE}CMD [\"npm\", \"start\"]\n");
    let files = [("package.json", package)];
    assert_eq!(
        programs(&text, &files),
        ["npm", "concurrently", "node", "node"]
    );

    let text = format!("{NODE}CMD [\"npm\", \"--prefix\", \"api\", \"start\"]\n");
    let files = [
        ("package.json", r#"{"scripts": {"start": "vite"}}"#),
        ("api/package.json", "{}"),
    ];
    // npm's own default.
    assert_eq!(programs(&text, &files), ["npm", "node"]);
    let text = format!("{NODE}CMD [\"npm\", \"-w\", \"api\", \"start\"]\n");
    assert_eq!(programs(&text, &files), ["npm"]);
    assert_eq!(
        open(&text, &files),
        ["what `npm start` runs: its folder is not known"]
    );
}

#[test]
fn an_entry_point_of_the_base_image_is_not_looked_for() {
    let text = format!("{NODE}ENTRYPOINT [\"docker-entrypoint.sh\"]\nCMD [\"node\", \"a.js\"]\n");
    assert!(
        open(&text, &[("a.js", "")])
            .iter()
            .all(|it| !it.contains("not in the build context"))
    );
}
