//! Which commands and programs a stage calls, and what of it was not read.

use crate::common::with_files;

/// The programs that the last stage calls, and what was not read.
fn called(text: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    with_files(text, files, |file| {
        let calls = file.final_stage().expect("a stage").calls();
        (
            calls
                .programs
                .iter()
                .map(|program| program.name.clone())
                .collect(),
            calls
                .unread
                .iter()
                .map(|unread| unread.open.condition.clone())
                .collect(),
        )
    })
}

fn calls(text: &str, files: &[(&str, &str)], name: &str) -> bool {
    called(text, files).0.iter().any(|program| program == name)
}

#[test]
fn scripts_of_the_context_are_followed() {
    let files = [
        ("run.sh", "#!/bin/sh\n. ./lib.sh\nexec node server.js\n"),
        ("lib.sh", "fetch() { true; }\nfetch\ncurl -f http://ready\n"),
        (
            "server.js",
            "const { execFile } = require('child_process');\nexecFile('git', ['log']);\n",
        ),
    ];
    let text = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"./run.sh\"]\n";
    let (programs, unread) = called(text, &files);
    for name in ["curl", "node", "git"] {
        assert!(
            programs.iter().any(|program| program == name),
            "{name}: {programs:?}"
        );
    }
    assert!(!programs.iter().any(|program| program == "fetch"));
    assert!(unread.is_empty(), "{unread:?}");
}

#[test]
fn scripts_of_package_json_are_read() {
    let text = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm run build\n";
    let json = r#"{"scripts":{"build":"concurrently 'make x' 'tsc -p .'"}}"#;
    let files = [("package.json", json)];
    for name in ["make", "tsc", "ps"] {
        assert!(calls(text, &files, name), "{name}");
    }
}

#[test]
fn words_tell_of_programs() {
    for (command, name) in [
        ("tar xJf x.tar.xz", "xz"),
        ("which git", "git"),
        ("git clone git@example.com:x", "ssh"),
        ("python -c \"import os; os.system('hg init')\"", "hg"),
    ] {
        assert!(
            calls(&format!("FROM python:3\nRUN {command}\n"), &[], name),
            "{command}"
        );
    }
}

#[test]
fn what_is_not_read_is_told() {
    for command in [
        "curl https://example.com/x | sh",
        "bash -c \"$(curl https://example.com/x)\"",
        "$TOOL build",
        "npx nobody-knows-it",
        "/opt/tool/bin/run",
    ] {
        let (_, unread) = called(&format!("FROM node:22\nRUN {command}\n"), &[]);
        assert_eq!(unread.len(), 1, "{command}: {unread:?}");
    }
    let known = "FROM node:22\nRUN curl -LsSf https://astral.sh/uv/install.sh | sh\n";
    assert_eq!(called(known, &[]).1, [""; 0]);
}

#[test]
fn scripts_that_sources_give_a_shell_are_followed() {
    let text = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"app.py\"]\n";
    let script = ("run.sh", "#!/bin/sh\ncurl -f http://ready\n");
    let starts = [
        "import subprocess\nsubprocess.run([\"bash\", \"run.sh\"])\n",
        "import subprocess\nsubprocess.run([\"bash\", \"-eo\", \"pipefail\", \"./run.sh\", \"now\"])\n",
        "import os\nos.system('sh run.sh')\n",
    ];
    for start in starts {
        let (programs, unread) = called(text, &[("app.py", start), script]);
        assert!(
            programs.iter().any(|it| it == "curl"),
            "{start}: {programs:?}"
        );
        let is_file = |name: &String| name.contains("run.sh") || name == "pipefail";
        assert!(!programs.iter().any(is_file), "{start}: {programs:?}");
        assert!(unread.is_empty(), "{start}: {unread:?}");
    }
    // It is not there: what it needs is not known.
    let (_, unread) = called(text, &[("app.py", starts[0])]);
    assert!(
        unread.iter().any(|it| it.contains("what `run.sh` needs")),
        "{unread:?}"
    );
    // Which script it is cannot be told.
    let start = "import subprocess, sys\nsubprocess.run([\"bash\", sys.argv[1], \"run.sh\"])\n";
    let (programs, _) = called(text, &[("app.py", start), script]);
    assert!(!programs.iter().any(|it| it == "curl"), "{programs:?}");
}

#[test]
fn package_managers_that_others_run_are_told() {
    let installs = |start: &str, source: &str| {
        let text = format!("FROM debian:12\nWORKDIR /app\nCOPY . .\nCMD {start}\n");
        calls(&text, &[("app.py", source)], "apt-get")
    };
    for source in [
        "import apt.cache\n",
        "from abxpkg import AptProvider\n",
        "import subprocess\nsubprocess.run(['playwright', 'install', '--with-deps'])\n",
        "import os\nos.system('npx playwright install-deps')\n",
        "import sh\nsh.playwright('install-deps')\n",
    ] {
        assert!(installs("python app.py", source), "{source}");
    }
    for source in [
        "import adapt\n",
        "import subprocess\nsubprocess.run(['playwright', 'install'])\n",
        "from .apt import x\n",
    ] {
        assert!(!installs("python app.py", source), "{source}");
    }
    for start in [
        "npx playwright install --with-deps && ./x",
        "python3 -m playwright install-deps",
        "python3 -c 'import apt; apt.x()'",
        "ansible-playbook site.yml",
    ] {
        assert!(installs(start, ""), "{start}");
    }
    assert!(!installs("playwright install chromium", ""));
}
