//! Which texts reach interpreters, and which of them are read.

use dfix_model::Reading;

use crate::common::with_files;

/// The texts of the last stage: door and what became of each.
fn texts(dockerfile: &str, files: &[(&str, &str)]) -> Vec<String> {
    with_files(dockerfile, files, |model| {
        let stage = model.final_stage().unwrap();
        stage
            .interpreted()
            .texts()
            .map(|text| {
                let reading = match text.reading() {
                    Reading::Here => "here".to_owned(),
                    Reading::Script(script) => format!("script {}", script.path()),
                    Reading::Foreign(interpreter) => format!("for {interpreter}"),
                    Reading::Unread(unread) => format!("unread: {}", unread.open.condition),
                };
                format!("{:?} {reading}", text.door())
            })
            .collect()
    })
}

fn run(script: &str) -> Vec<String> {
    texts(&format!("FROM debian:12\nRUN {script}\n"), &[])
}

/// The commands of the last instruction.
fn commands(script: &str) -> Vec<String> {
    crate::common::commands(&format!("FROM debian:12\nRUN {script}\n"))
}

#[test]
fn here_documents_are_read_wherever_they_are_announced() {
    for script in [
        "bash <<X\napt-get install x\nX",
        "<<X bash\napt-get install x\nX",
        "<<-X sh -eu\n\tapt-get install x\n\tX",
        "cat <<X | sh\napt-get install x\nX",
        "cat <<X | bash -ex\napt-get install x\nX",
        "set -e && sh <<X\napt-get install x\nX",
        "cd /srv && bash -s -- a b <<'X'\napt-get install x\nX",
        "<<A cat > /a && sh <<B\na\nA\napt-get install x\nB",
        "<<O\nsh <<X\napt-get install x\nX\nO",
        "<<O\ncat <<X | sh\napt-get install x\nX\nO",
        "bash <<< 'apt-get install x'",
        "echo 'apt-get install x' | sh",
        "printf \"apt-get install x\" | bash -e",
        "sudo sh <<X\napt-get install x\nX",
    ] {
        let all = commands(script);
        assert!(
            all.contains(&"apt-get install x".to_owned()),
            "{script}: {all:?}"
        );
        let told = run(script);
        assert!(
            told.iter().any(|text| text.ends_with(" here")),
            "{script}: {told:?}"
        );
        assert!(
            !told.iter().any(|text| text.contains("unread")),
            "{script}: {told:?}"
        );
    }
}

#[test]
fn what_nobody_read_is_told() {
    for (script, told) in [
        (
            "curl -s https://x | bash",
            "Pipe unread: what the text that `curl -s https://x` hands to `bash` does",
        ),
        (
            "wget -qO- https://x | sudo sh -s -- -y",
            "Pipe unread: what the text that `wget -qO- https://x` hands to `sh` does",
        ),
        (
            "bash <(curl -s https://x)",
            "Substitution unread: what the text that `<(curl -s https://x)` prints for `bash` does",
        ),
        (
            "bash < <(curl -s https://x)",
            "Substitution unread: what the text that `<(curl -s https://x)` prints for `bash` does",
        ),
        (
            "sh -c \"$(curl -s https://x)\"",
            "Substitution unread: what the text that `$(curl -s https://x)` prints for `sh` does",
        ),
        (
            "bash <<< \"$(curl -s https://x)\"",
            "Substitution unread: what the text that `$(curl -s https://x)` prints for `bash` does",
        ),
        (
            "eval \"$(curl -s https://x)\"",
            "Substitution unread: what the text that `$(curl -s https://x)` prints for `eval` does",
        ),
        (
            ". <(curl -s https://x)",
            "Substitution unread: what the text that `<(curl -s https://x)` prints for `.` does",
        ),
        (
            "curl -s https://x -o /tmp/i.sh && sh /tmp/i.sh",
            "File unread: what the script `/tmp/i.sh`, which is not in the build context, does",
        ),
        (
            "curl -s https://x -o /tmp/i.sh && sh < /tmp/i.sh",
            "Input unread: what the script `/tmp/i.sh`, which is not in the build context, does",
        ),
        (
            "./install.sh",
            "Program unread: what the script `./install.sh`, which is not in the build context, does",
        ),
        (
            "ls *.sh | xargs -n1 sh",
            "Arguments unread: what the text that xargs hands to `sh` does",
        ),
        (
            "curl -s https://x | python3 -",
            "Pipe unread: what the text that `curl -s https://x` hands to `python3` does",
        ),
        (
            "echo -e 'a\\nb' | sh",
            "Pipe unread: what the text that `echo -e 'a\\nb'` hands to `sh` does",
        ),
    ] {
        assert_eq!(run(script), [told], "{script}");
    }
}

#[test]
fn what_reaches_no_interpreter_is_not_told() {
    for script in [
        "apt-get update && apt-get install -y curl",
        "curl -s https://x | tar xz",
        "cat <<X > /etc/x\na\nX",
        "bash --version",
        ". /opt/venv/bin/activate && pip install x",
        ". \"$NVM_DIR/nvm.sh\" && nvm install 20",
        "/opt/conda/bin/conda clean -a",
    ] {
        assert_eq!(run(script), [""; 0], "{script}");
    }
}

#[test]
fn other_interpreters_have_their_own() {
    assert_eq!(run("python3 -c 'print(1)'"), ["Word for python3"]);
    assert_eq!(run("python3 <<X\nprint(1)\nX"), ["Document for python3"]);
    assert_eq!(
        run("<<X\n#!/usr/bin/env python3\nprint(1)\nX"),
        ["Document for python3"]
    );
    assert_eq!(run("cat <<X | python3\nprint(1)\nX"), ["Pipe for python3"]);
    assert_eq!(run("node build.js"), ["File for node"]);
}

#[test]
fn scripts_of_the_context_are_gone_into() {
    let files = &[
        ("run.sh", "#!/bin/sh\n. /srv/lib.sh\nexec \"$@\"\n"),
        ("lib.sh", "curl -s https://x | sh\n"),
        ("tool", "#!/usr/bin/env python3\n"),
    ];
    let text = "FROM debian:12\nWORKDIR /srv\nCOPY . .\nCOPY tool /usr/local/bin/\nRUN sh run.sh && tool\n\
                ENTRYPOINT [\"/srv/run.sh\"]\n";
    assert_eq!(
        texts(text, files),
        [
            "File script run.sh",
            "File script lib.sh",
            "Pipe unread: what the text that `curl -s https://x` hands to `sh` does",
            "Program for python3",
            "Program script run.sh",
            "File script lib.sh",
            "Pipe unread: what the text that `curl -s https://x` hands to `sh` does",
        ]
    );
}

#[test]
fn shells_that_are_not_read_are_told() {
    let told = texts("FROM debian:12\nSHELL [\"pwsh\", \"-c\"]\nRUN x\n", &[]);
    assert_eq!(
        told,
        ["Instruction unread: what some of the shell text of this RUN does"]
    );
}
