//! Edits that are said of the model's commands and stages, in every dress that a command can wear.

use dfix_model::context::NoContext;
use dfix_model::{Command, Model};
use dfix_syntax::parse;

use super::{edited, run};
use crate::edit::Edit;

/// Changes a text by what its model says.
fn changed(text: &str, change: impl Fn(&Model<'_>, &mut Edit<'_>)) -> Result<String, String> {
    let parsed = parse(text);
    let model = Model::new(&parsed.file(), text, &NoContext);
    edited(text, |_, edit| change(&model, edit))
}

/// Takes the outermost wrapper off the first command that has one.
fn unwrapped(script: &str) -> Option<String> {
    let text = run(script);
    let result = changed(&text, |model, edit| {
        let wrapped = |c: &Command<'_>| c.wrappers().next().is_some();
        let command = model
            .commands()
            .find(wrapped)
            .unwrap_or_else(|| panic!("no wrapper in {script}"));
        let wrapper = command.wrappers().next().expect("it has one");
        edit.remove_wrapper(command, wrapper);
    });
    let body = result.ok()?;
    let body = body
        .strip_prefix("FROM a\nRUN ")?
        .strip_suffix("\nCMD z\n")?;
    Some(body.to_owned())
}

#[test]
fn a_wrapper_goes_from_a_command_in_any_dress() {
    for (before, after) in [
        ("sudo x y", "x y"),
        ("sudo -E -u root x", "x"),
        ("a && sudo x", "a && x"),
        ("a&&sudo x", "a&&x"),
        (
            "a && \\\n    sudo x && \\\n    b",
            "a && \\\n    x && \\\n    b",
        ),
        ("\\\n    sudo \\\n    x", "\\\n    x"),
        ("sudo \\\n    -E \\\n    x", "\\\n    x"),
        ("a; \\\n  # why\n  sudo x", "a; \\\n  # why\n  x"),
        ("sudo \\\n  # why\n  -E x", "\\\n  # why\n  x"),
        ("(sudo x)", "(x)"),
        ("{ sudo x; }", "{ x; }"),
        ("echo $(sudo x)", "echo $(x)"),
        ("if sudo x; then y; fi", "if x; then y; fi"),
        ("\"sudo\" x", "x"),
        ("'sudo' -E 'x y'", "'x y'"),
        ("sudo x | tee y", "x | tee y"),
        ("y | sudo tee z >/dev/null", "y | tee z >/dev/null"),
        ("sudo x > y # c", "x > y # c"),
        ("A=b sudo x", "A=b x"),
        ("sudo sudo x", "sudo x"),
        ("env A=b C=\"d e\" x", "A=b C=\"d e\" x"),
        ("env -i A=b x", "A=b x"),
        ("nice -n 5 x", "x"),
        ("[\"sudo\", \"-E\", \"x\"]", "[\"x\"]"),
        ("[\"sudo\",\"x\",\"y\"]", "[\"x\",\"y\"]"),
        ("sh -c \"sudo x y\"", "sh -c \"x y\""),
        ("sh -c 'a && sudo -H x'", "sh -c 'a && x'"),
        ("[\"sh\", \"-c\", \"sudo x\"]", "[\"sh\", \"-c\", \"x\"]"),
        ("<<E\nsudo x\nsudo y\nE", "<<E\nx\nsudo y\nE"),
        ("<<E\n  sudo \\\n    x\nE", "<<E\n    x\nE"),
        ("<<E\n  sudo x\nE", "<<E\n  x\nE"),
        ("bash <<E\na && sudo x\nE", "bash <<E\na && x\nE"),
    ] {
        assert_eq!(unwrapped(before).as_deref(), Some(after), "{before}");
    }
}

#[test]
fn a_wrapper_stays_where_it_cannot_go_alone() {
    for script in [
        // The builder would take the command for a flag.
        "sudo -- --x",
        // No shell reads these as assignments.
        "[\"env\", \"A=b\", \"x\"]",
        "env \"A=b\" x",
        // What was several words would be one.
        "env A=$B x",
        // A comment stands among what would be written anew.
        "env \\\n  # why\n  A=b x",
    ] {
        assert_eq!(unwrapped(script), None, "{script}");
    }
}

#[test]
fn several_words_go_at_once() {
    let without = |script: &str, gone: &[&str]| {
        let text = run(script);
        let result = changed(&text, |model, edit| {
            let words = model.commands().flat_map(Command::words);
            let words = words.filter(|w| w.value().is_some_and(|v| gone.contains(&v)));
            edit.remove_words(words);
        });
        result.map(|text| text.replace("FROM a\nRUN ", "").replace("\nCMD z\n", ""))
    };
    for (before, after) in [
        ("i x y z", "i z"),
        ("i x q y", "i q"),
        ("i \\\n  x \\\n  y \\\n  z", "i \\\n  z"),
        ("i \\\n  z \\\n  x \\\n  y", "i \\\n  z"),
        ("i \\\n  x \\\n  # c\n  z", "i \\\n  # c\n  z"),
        ("i 'x' \"y\" && z", "i && z"),
        ("[\"i\", \"x\", \"y\", \"z\"]", "[\"i\", \"z\"]"),
        ("[\"i\", \"x\", \"z\", \"y\"]", "[\"i\", \"z\"]"),
        ("sh -c 'i x y z'", "sh -c 'i z'"),
        ("<<E\ni x y\nE", "<<E\ni\nE"),
    ] {
        assert_eq!(
            without(before, &["x", "y"]).as_deref(),
            Ok(after),
            "{before}"
        );
    }
    assert!(without("i \\\n  x \\\n  # c\n  y", &["x", "y"]).is_err());
}

#[test]
fn a_command_is_written_as_an_array() {
    let array = |text: &str| {
        changed(text, |model, edit| {
            let step = model.steps().next_back().expect("there is one");
            edit.set_exec_form(step, &["a", "b \"c\"", "\\d"]);
        })
    };
    let written = "[\"a\", \"b \\\"c\\\"\", \"\\\\d\"]";
    for (before, after) in [
        ("CMD a b", format!("CMD {written}")),
        ("cmd  a b \n", format!("cmd  {written} \n")),
        ("CMD a \\\n  b \\\n  c\n", format!("CMD {written}\n")),
        ("CMD [ \"x\", \"y\" ]\n", format!("CMD {written}\n")),
        (
            "ONBUILD ENTRYPOINT a\n",
            format!("ONBUILD ENTRYPOINT {written}\n"),
        ),
        (
            "RUN --network=none a\n",
            format!("RUN --network=none {written}\n"),
        ),
        (
            "HEALTHCHECK --interval=3s CMD a b\n",
            format!("HEALTHCHECK --interval=3s CMD {written}\n"),
        ),
    ] {
        assert_eq!(
            array(&format!("FROM a\n{before}")),
            Ok(format!("FROM a\n{after}"))
        );
    }
    for text in [
        "FROM a\nCMD a \\\n# c\n  b\n",
        "FROM a\nRUN <<E\na\nE\n",
        "FROM a\nHEALTHCHECK NONE\n",
    ] {
        assert!(array(text).is_err(), "{text}");
    }
}

#[test]
fn a_user_is_set_where_the_container_begins() {
    let with_user = |text: &str| {
        changed(text, |model, edit| {
            edit.set_user(model.final_stage().expect("there is one"), "app");
        })
    };
    for (before, after) in [
        ("FROM a\nRUN b\n", "FROM a\nRUN b\nUSER app\n"),
        ("FROM a", "FROM a\nUSER app"),
        (
            "FROM a\nRUN b\n# start\nCMD c\n",
            "FROM a\nRUN b\nUSER app\n# start\nCMD c\n",
        ),
        (
            "FROM a\nRUN b\nENTRYPOINT c\nEXPOSE 1\nCMD d\n",
            "FROM a\nRUN b\nUSER app\nENTRYPOINT c\nEXPOSE 1\nCMD d\n",
        ),
        ("FROM a\nUSER root\nCMD c\n", "FROM a\nUSER app\nCMD c\n"),
        ("FROM a\nUSER \\\n  root\n", "FROM a\nUSER \\\n  app\n"),
        // The work after it is done as whom it says.
        (
            "FROM a\nUSER root\nRUN b\nCMD c\n",
            "FROM a\nUSER root\nRUN b\nUSER app\nCMD c\n",
        ),
        ("FROM a\nCMD c\nRUN b\n", "FROM a\nCMD c\nRUN b\nUSER app\n"),
        (
            "FROM a\nONBUILD USER x\nCMD c\n",
            "FROM a\nONBUILD USER x\nUSER app\nCMD c\n",
        ),
    ] {
        assert_eq!(with_user(before).as_deref(), Ok(after), "{before}");
    }
}
