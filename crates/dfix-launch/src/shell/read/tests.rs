use super::Shell;

/// Each command: its line, its folder and its words.
fn read(text: &str) -> Vec<(usize, String, String)> {
    let commands = Shell::new(Some("a".to_owned())).read(text, 1);
    let said = commands.into_iter().map(|command| {
        let words: Vec<String> = command.words.into_iter().map(|it| it.text).collect();
        let folder = command.folder.unwrap_or_else(|| "?".to_owned());
        (command.line, folder, words.join("|"))
    });
    said.collect()
}

fn words(text: &str) -> Vec<String> {
    read(text).into_iter().map(|it| it.2).collect()
}

#[test]
fn commands_are_told_apart() {
    let text = "set -e # all\n\n  docker build \\\n  -t 'a b' . && echo \"x;y\" | tee f > /dev/null 2>&1\nlast";
    let said = read(text);
    let lines: Vec<(usize, &str)> = said.iter().map(|it| (it.0, &*it.2)).collect();
    assert_eq!(
        lines,
        [
            (1, "set|-e"),
            (3, "docker|build|-t|a b|."),
            (4, "echo|x;y"),
            (4, "tee|f"),
            (5, "last")
        ]
    );
}

#[test]
fn variables_and_folders_are_followed() {
    let text = "TAG=x\nOPTS=\"-a -b\"\nrun $TAG ${V:-d} $OPTS \"$OPTS\" $(pwd)/s ${OTHER}/`git x`\n(cd s && run)\ncd ../t; run\ncd $V; run";
    let said = read(text);
    let runs: Vec<(&str, &str)> = said
        .iter()
        .filter(|it| it.2.starts_with("run"))
        .map(|it| (&*it.1, &*it.2))
        .collect();
    assert_eq!(
        runs,
        [
            ("a", "run|x|d|-a|-b|-a -b|./s|${OTHER}/${git_x}"),
            ("a/s", "run"),
            ("t", "run"),
            ("?", "run")
        ]
    );
}

#[test]
fn documents_are_no_commands() {
    let text = "cat <<EOF > f\ndocker run x\nEOF\nid=$(docker run -d y) ; for i in a; do run $i; done <<<'z'";
    let said = words(text);
    assert_eq!(said[0], "cat");
    assert!(said.contains(&"docker|run|-d|y".to_owned()), "{said:?}");
    assert!(!said.contains(&"docker|run|x".to_owned()), "{said:?}");
    assert!(said.contains(&"do|run|${i}".to_owned()), "{said:?}");
}

#[test]
fn what_is_not_closed_ends_with_the_text() {
    for text in [
        "'a", "\"a", "$(a", "${a", "`a", "a \\", "(", "<<X\nb", "a <", "$", "a &>",
    ] {
        read(text);
    }
}
