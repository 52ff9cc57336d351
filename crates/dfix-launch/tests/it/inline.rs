//! Dockerfiles that stand in other files: each style is read, changed and read again.

use std::ops::Range;
use std::slice;

use dfix_launch::inline::{self, Edit, Holder, Inlines, applied, holder_of, proven};

/// A Dockerfile that has what is written otherwise somewhere.
const DOCKERFILE: &str = "FROM a\n\nRUN echo \"$X\" '${Y}' \\\\\n    && é\t%{z}\nCMD [\"x\"]\n";

/// A file with a Dockerfile in every style, and what each says.
struct Case {
    holder: Holder,
    file: String,
    text: String,
}

fn indented(text: &str, indent: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line {
        "\n" => line.to_owned(),
        line => format!("{indent}{line}"),
    });
    lines.collect()
}

fn quoted(text: &str) -> String {
    format!("{text:?}").replace("\\'", "'")
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |holder: Holder, file: String, text: &str| {
        let text = text.to_owned();
        cases.push(Case { holder, file, text });
    };
    let compose = |value: &str| {
        format!(
            "# é\nservices:\n  db: {{ image: \"a: b\" }}\n  web:\n    build:\n      dockerfile_inline: {value}\n    x: 1 # end\n"
        )
    };
    let dollars = DOCKERFILE.replace('$', "$$");
    let block = indented(&dollars, "        ");
    let bare = DOCKERFILE.trim_end();
    case(Holder::Compose, compose(&format!("|\n{block}")), DOCKERFILE);
    case(
        Holder::Compose,
        compose(&format!("| # a | b\n{block}\n\n")),
        DOCKERFILE,
    );
    case(Holder::Compose, compose(&format!("|-\n{block}\n")), bare);
    case(
        Holder::Compose,
        compose(&format!("|+\n{block}\n")),
        &format!("{DOCKERFILE}\n\n"),
    );
    case(Holder::Compose, compose(&format!("|2-\n{block}")), bare);
    let odd = format!("  # indented\n{DOCKERFILE}");
    let odd_block = indented(&odd.replace('$', "$$"), "        ");
    case(Holder::Compose, compose(&format!("|2\n{odd_block}")), &odd);
    case(
        Holder::Compose,
        compose(&format!("&a |\n{block}")),
        DOCKERFILE,
    );
    case(Holder::Compose, compose(&quoted(&dollars)), DOCKERFILE);
    case(Holder::Compose, compose("'FROM ''a'' $$X'"), "FROM 'a' $X");
    case(Holder::Compose, compose("FROM a $$X"), "FROM a $X");
    let crlf = compose(&format!("|\n{block}")).replace('\n', "\r\n");
    case(Holder::Compose, crlf, DOCKERFILE);
    let last = compose(&format!("|\n{block}"));
    let last = last.split("    x: 1").next().unwrap_or_default().trim_end();
    case(Holder::Compose, last.to_owned(), bare);

    let bake = |value: &str| {
        format!(
            "variable \"é\" {{ default = \"${{1 + 1}}\" }}\n// a\ntarget \"web\" {{\n  dockerfile-inline = {value}\n  tags = [\"x\"] # end\n}}\n"
        )
    };
    let template = DOCKERFILE.replace("${", "$${").replace("%{", "%%{");
    case(
        Holder::Bake,
        bake(&format!("<<EOT\n{template}EOT")),
        DOCKERFILE,
    );
    let flush = indented(&template, "    ");
    case(
        Holder::Bake,
        bake(&format!("<<-EOT\n{flush}  EOT")),
        DOCKERFILE,
    );
    case(Holder::Bake, bake(&quoted(&template)), DOCKERFILE);
    let crlf = DOCKERFILE.replace('\n', "\r\n");
    case(
        Holder::Bake,
        bake(&format!("<<-EOT\n{flush}  EOT")).replace('\n', "\r\n"),
        &crlf,
    );

    let json = format!(
        "{{\n  \"target\": {{\n    \"db\": {{\"tags\": [\"é\", 1, true, null]}},\n    \"web\": {{\"dockerfile-inline\": {}}}\n  }}\n}}\n",
        quoted(&template)
    );
    case(Holder::BakeJson, json, DOCKERFILE);
    cases
}

fn read(holder: Holder, file: &str) -> Inlines {
    inline::read(holder, file)
        .unwrap_or_else(|error| panic!("{}: {}\n{file}", error.line, error.message))
}

/// The file with an edit of its only Dockerfile; none where it is refused.
fn changed(case: &Case, edit: &Edit) -> Option<String> {
    let inlines = read(case.holder, &case.file);
    let [inline] = &*inlines.all else {
        panic!("one Dockerfile in\n{}", case.file);
    };
    let text = inline.said.as_ref().expect("it is known");
    let wanted = applied(text.text(), [edit]).expect("an edit of the text");
    let file =
        applied(&case.file, &text.edits(slice::from_ref(edit)).ok()?).expect("an edit of the file");
    proven(&inlines, &file, &[(0, &wanted)]).ok()?;
    Some(file)
}

fn edit(range: Range<usize>, text: &str) -> Edit {
    let text = text.to_owned();
    Edit { range, text }
}

#[test]
fn every_style_is_read() {
    for case in cases() {
        let inlines = read(case.holder, &case.file);
        assert_eq!(inlines.all.len(), 1, "{}", case.file);
        let inline = &inlines.all[0];
        assert_eq!(inline.name, "web", "{}", case.file);
        let text = inline.said.as_ref();
        let text = text.unwrap_or_else(|told| panic!("{told:?}\n{}", case.file));
        assert_eq!(text.text(), case.text, "{}", case.file);
        assert_eq!(text.left, None);
    }
}

#[test]
fn every_byte_has_its_place() {
    for case in cases() {
        let inlines = read(case.holder, &case.file);
        let text = inlines.all[0].said.as_ref().expect("it is known");
        for word in ["FROM", "echo", "é", "CMD"] {
            let Some(at) = case.text.find(word) else {
                continue;
            };
            let place = text.place(at..at + word.len());
            assert_eq!(&case.file[place], word, "{}", case.file);
        }
    }
}

#[test]
fn lines_come_and_go_in_every_style_that_has_lines() {
    for case in cases().iter().filter(|it| it.text.contains('\n')) {
        let at = case.text.find("RUN").expect("it is there");
        let line = if case.text.contains("\r\n") {
            "USER \"$x\"\r\n"
        } else {
            "USER \"$x\"\n"
        };
        let more = changed(case, &edit(at..at, line));
        let more = more.unwrap_or_else(|| panic!("not written into\n{}", case.file));
        let new_lines = more.matches('\n').count() - case.file.matches('\n').count();
        assert!(
            new_lines == 1 || !case.file.contains("\nRUN") || more.contains("\\nUSER"),
            "{more}"
        );
        let less = changed(
            case,
            &edit(at..case.text.find("CMD").expect("it is there"), ""),
        );
        assert!(less.is_some_and(|it| !it.contains("RUN")), "{}", case.file);
        let end = case.text.len();
        let text = if case.text.ends_with('\n') {
            "USER y\n"
        } else {
            "\nUSER y"
        };
        let text = if case.text.contains("\r\n") {
            "USER y\r\n"
        } else {
            text
        };
        assert!(
            changed(case, &edit(end..end, text)).is_some(),
            "at the end of\n{}",
            case.file
        );
    }
}

#[test]
fn line_ends_stay_as_they_are() {
    for case in cases().iter().filter(|it| it.file.contains("\r\n")) {
        let at = case.text.find("RUN").expect("it is there");
        let line = if case.text.contains("\r\n") {
            "USER x\r\n"
        } else {
            "USER x\n"
        };
        let file = changed(case, &edit(at..at, line)).expect("it is written");
        assert_eq!(
            file.matches('\n').count(),
            file.matches("\r\n").count(),
            "{file:?}"
        );
    }
}

#[test]
fn what_is_written_is_as_a_person_would_write_it() {
    let file = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM a\n\n        RUN x\n";
    let case = Case {
        holder: Holder::Compose,
        file: file.to_owned(),
        text: String::new(),
    };
    let is = |range: Range<usize>, text: &str, expected: &str| {
        let file = changed(&case, &edit(range, text)).expect("it is written");
        let lines = file.split_once("|\n").expect("a literal scalar").1;
        assert_eq!(lines.replace(' ', "."), expected.replace(' ', "."));
    };
    is(
        8..8,
        "USER $x\n\n",
        "        FROM a\n\n        USER $$x\n\n        RUN x\n",
    );
    is(
        7..8,
        "# c\n",
        "        FROM a\n        # c\n        RUN x\n",
    );
    is(
        7..7,
        "# c\n\n",
        "        FROM a\n        # c\n\n\n        RUN x\n",
    );
    is(7..8, "", "        FROM a\n        RUN x\n");
    is(6..8, " && ", "        FROM a && RUN x\n");
    is(0..7, "", "\n        RUN x\n");
    is(0..4, "ARG", "        ARG a\n\n        RUN x\n");
    // A literal scalar ends with one line end, whatever empty lines stand behind it.
    assert!(changed(&case, &edit(8..14, "")).is_none());
}

#[test]
fn what_cannot_be_written_is_refused() {
    let compose = |value: &str| Case {
        holder: Holder::Compose,
        file: format!("services:\n  web:\n    build: {{dockerfile_inline: {value}, context: a}}\n"),
        text: String::new(),
    };
    for value in ["FROM a", "'FROM a'"] {
        assert!(changed(&compose(value), &edit(6..6, "\nUSER x")).is_none());
        assert!(changed(&compose(value), &edit(5..6, "bc")).is_some());
    }
    // It would be another value.
    assert!(changed(&compose("FROM a"), &edit(6..6, ", x")).is_none());
    assert!(changed(&compose("FROM a"), &edit(6..6, " #x")).is_none());
    assert!(changed(&compose("'FROM a'"), &edit(6..6, ", x # '")).is_some());
    let bake = Case {
        holder: Holder::Bake,
        file: "target \"web\" {\n  dockerfile-inline = <<EOT\nFROM a\nEOT\n}\n".to_owned(),
        text: String::new(),
    };
    assert!(changed(&bake, &edit(7..7, "EOT\n")).is_none());
    assert!(changed(&bake, &edit(7..7, "RUN x ${y}\n")).is_some_and(|it| it.contains("$${y}")));
}

#[test]
fn several_are_changed_one_after_the_other() {
    let file = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n  b:\n    build:\n      dockerfile_inline: \"FROM b\\n\"\n";
    let inlines = read(Holder::Compose, file);
    let [a, b] = &*inlines.all else {
        panic!("two Dockerfiles");
    };
    let text = |it: &dfix_launch::inline::Inline, to: &str| {
        let text = it.said.as_ref().expect("it is known");
        let edits = text.edits(&[edit(7..7, to)]).expect("it is an edit");
        edits.into_iter().next().expect("one for one")
    };
    let edits = [text(a, "USER a\n"), text(b, "USER b\n")];
    let new = applied(file, &edits).expect("they are apart");
    let wanted = [(0, "FROM a\nUSER a\n"), (1, "FROM b\nUSER b\n")];
    assert!(proven(&inlines, &new, &wanted).is_ok());
    assert!(proven(&inlines, &new, &wanted[..1]).is_err());
    assert!(proven(&inlines, &new.replace("  b:", "  c:"), &wanted).is_err());
}

/// What is said of the only Dockerfile of a file.
fn why(holder: Holder, file: &str) -> (String, String) {
    let inlines = read(holder, file);
    let inline = inlines.all.into_iter().next().expect("there is one");
    let told = match inline.said {
        Ok(text) => text.left.expect("it must not be changed"),
        Err(told) => told,
    };
    (told.why, told.remedy)
}

#[test]
fn what_is_not_known_is_told() {
    let compose = |value: &str| {
        let file = format!("services:\n  web:\n    build:\n      dockerfile_inline: {value}\n");
        why(Holder::Compose, &file)
    };
    let (said, remedy) = compose("|\n        FROM a:${TAG:-1}\n");
    assert!(
        said.contains("Compose puts a value in for `${TAG:-1}`"),
        "{said}"
    );
    assert!(remedy.contains("write `$${TAG:-1}`"), "{remedy}");
    assert!(compose("FROM $TAG").0.contains("for `$TAG`"));
    assert!(compose("RUN $(x)").0.contains("`$(` is no variable"));
    assert!(compose(">\n        FROM a\n").0.contains("folded scalar"));
    assert!(compose("FROM a\n        RUN b").0.contains("plain scalar"));
    assert!(
        compose("'FROM a\n\n        RUN b'")
            .0
            .contains("single-quoted scalar")
    );
    assert!(
        compose("\"FROM a\\n\\\n        RUN b\"")
            .0
            .contains("double-quoted scalar")
    );
    assert!(compose("!!str FROM a").0.contains("tag"));

    let bake = |value: &str| {
        let file = format!("target \"web\" {{\n  dockerfile-inline = {value}\n}}\n");
        why(Holder::Bake, &file)
    };
    assert!(
        bake("<<EOT\nFROM a:${TAG}\nEOT")
            .0
            .contains("bake puts a value in for `${TAG}`")
    );
    assert!(bake("\"FROM a:${TAG}\"").0.contains("`${TAG}`"));
    assert!(
        bake("\"FROM %{ if x }a%{ endif }\"")
            .0
            .contains("`%{ if x }`")
    );
    assert!(bake("X").0.contains("worked out"));
    let json = "{\"target\": {\"web\": {\"dockerfile-inline\": \"FROM ${x}\"}}}";
    assert!(why(Holder::BakeJson, json).0.contains("`${x}`"));
}

#[test]
fn lines_of_blanks_do_not_tell_how_far_others_are_indented() {
    let file = "target \"web\" {\n  dockerfile-inline = <<-EOT\n    FROM a\n \n      \n      RUN b\n  EOT\n}\n";
    let inlines = read(Holder::Bake, file);
    let text = inlines.all[0].said.as_ref().expect("it is known");
    assert_eq!(text.text(), "FROM a\n \n      \n  RUN b\n");
    let case = Case {
        holder: Holder::Bake,
        file: file.to_owned(),
        text: String::new(),
    };
    for (range, text) in [
        (0..0, " \n"),
        (0..0, "  # a\n \n# b\n"),
        (7..7, "x\n"),
        (7..8, ""),
    ] {
        assert!(changed(&case, &edit(range, text)).is_some());
    }
}

#[test]
fn no_sign_of_a_template_is_cut_or_made() {
    let case = |text: &str| Case {
        holder: Holder::Bake,
        file: format!("target \"web\" {{\n  dockerfile-inline = <<EOT\n{text}\nEOT\n}}\n"),
        text: String::new(),
    };
    let is = |before: &str, range: Range<usize>, text: &str, after: &str| {
        let file = changed(&case(before), &edit(range, text)).expect("it is written");
        assert_eq!(file, case(after).file);
    };
    is("a $x {y}", 3..3, "{", "a $${x {y}");
    is("a $x {y}", 3..5, "", "a $${y}");
    is("a $${x}", 3..4, "", "a $x}");
    is("a $${x}", 3..3, "b", "a $b{x}");
    is("a $x", 2..2, "\"", "a \"$x");
}

#[test]
fn what_several_use_is_told() {
    let shared = "x-build: &build\n  dockerfile_inline: |\n    FROM a\nservices:\n  web: {build: *build}\n  api: {build: {<<: *build}}\n";
    assert!(why(Holder::Compose, shared).0.contains("several services"));
    let service = "services:\n  web: &web\n    build:\n      dockerfile_inline: |\n        FROM a\n  api: {<<: *web}\n";
    assert!(why(Holder::Compose, service).0.contains("several services"));
    let text = "x-text: &text |\n  FROM a\nservices:\n  web: {build: {dockerfile_inline: *text}}\n";
    assert!(why(Holder::Compose, text).0.contains("stands elsewhere"));
    let alone = "x-build:\n  dockerfile_inline: FROM a\n";
    assert!(
        why(Holder::Compose, alone)
            .0
            .contains("`build` of a service")
    );
}

#[test]
fn holders_are_told_by_their_names() {
    for (name, holder) in [
        ("compose.yaml", Some(Holder::Compose)),
        ("docker-compose.prod.yml", Some(Holder::Compose)),
        ("docker-bake.hcl", Some(Holder::Bake)),
        ("docker-bake.override.hcl", Some(Holder::Bake)),
        ("docker-bake.json", Some(Holder::BakeJson)),
        ("Dockerfile", None),
        ("values.yaml", None),
        ("compose.yaml, web", None),
    ] {
        assert_eq!(holder_of(name), holder, "{name}");
    }
}

#[test]
fn launches_know_it_by_its_name() {
    let compose = "services:\n  web:\n    build:\n      dockerfile_inline: FROM a\n";
    let bake = "target \"web\" {\n  dockerfile-inline = <<-EOT\n    FROM a\n  EOT\n}\ntarget \"child\" {\n  inherits = [\"web\"]\n}\n";
    let found = crate::read("", [("compose.yaml", compose), ("docker-bake.hcl", bake)]);
    let names = found
        .launches
        .iter()
        .filter_map(|it| it.build.as_ref()?.dockerfile.clone());
    let bake = Holder::Bake.dockerfile_name("docker-bake.hcl", "web");
    assert_eq!(Holder::file_of(&bake), Some("docker-bake.hcl"));
    assert_eq!(Holder::file_of("docker-bake.hcl"), None);
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            Holder::Compose.dockerfile_name("compose.yaml", "web"),
            bake.clone(),
            bake
        ]
    );
}

mod properties {
    use proptest::prelude::*;

    use super::{Edit, cases, changed};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is put wherever into whichever style: it is read again as it was wanted, or refused; and what a Dockerfile may
        /// well hold is not refused where there are lines.
        #[test]
        fn edits_are_exact_or_refused(
            case in 0..16_usize,
            (from, to) in (0.0..1.0_f64, 0.0..1.0_f64),
            text in "([A-Z ${}%'\"\\\\\\n:#é\\t-]|\n| )*",
        ) {
            let cases = cases();
            let case = &cases[case % cases.len()];
            let place = |at: f64| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
                let at = (at * case.text.len() as f64) as usize;
                (0..=at).rev().find(|it| case.text.is_char_boundary(*it)).unwrap_or(0)
            };
            let (from, to) = (place(from), place(to));
            let range = from.min(to)..from.max(to);
            let is_plain = text.chars().all(|it| !matches!(it, '\t' | '\n'))
                && !text.trim().is_empty() && text.trim() == text
                && !range.is_empty() && !case.text[range.clone()].contains('\n') && range.start > 4;
            let edit = Edit { range, text };
            let file = changed(case, &edit);
            if is_plain && case.text.contains('\n') {
                prop_assert!(file.is_some(), "{edit:?}\n{}", case.file);
            }
        }
    }
}
