//! No archive in the layer beside what was in it.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Absence, Command, ImagePath, Model, Need, Needs, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-tar-left",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "remove a downloaded archive in the `RUN` that unpacks it",
    why: "The archive stays in the layer beside all that was in it, for every image and every pull.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN curl -fsSLo /tmp/a.tgz https://example.com/a.tgz && tar xzf /tmp/a.tgz -C /opt\n",
            "FROM debian:12\nRUN curl -fsSLo /tmp/a.tgz https://example.com/a.tgz && tar xzf /tmp/a.tgz -C /opt && rm /tmp/a.tgz\n",
        ),
        fixes(
            "FROM debian:12\nWORKDIR /src\nRUN wget -q https://example.com/a.zip \\\n && unzip -q a.zip \\\n && make\n",
            "FROM debian:12\nWORKDIR /src\nRUN wget -q https://example.com/a.zip \\\n && unzip -q a.zip \\\n && rm a.zip \\\n && make\n",
        ),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz && rm -f /a.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz && rm /*.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /tmp/a.tgz https://example.com/a.tgz && tar xzf /tmp/a.tgz && rm -rf /tmp/*\n")
            .with_unsafe(),
        // Of another layer, or mounted.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz\nRUN tar xzf /a.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/c curl -fo /c/a.tgz https://example.com/a.tgz && tar xzf /c/a.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz || true\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo a.tgz https://example.com/a.tgz && cd /x && tar xzf a.tgz\n")
            .with_unsafe(),
        // Somebody uses it later.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\nRUN sha256sum /a.tgz\n"),
        leaves("FROM debian:12 AS a\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\nFROM alpine:3.20\nCOPY --from=a /x /x\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run() && !it.is_onbuild()) {
        let Some(stage) = step.stage() else { continue };
        for unpack in step.commands().filter(|it| it.is_in_list()) {
            let Some((archive, path)) = unpacked(unpack) else {
                continue;
            };
            if !stage.may_ship(Some(&path)) || !is_left(step, unpack, &path) {
                continue;
            }
            let needs = Needs::of(stage, &Absence::unmade(&path), &());
            let is_needed = |it: &Need| matches!(it, Need::Somebody { .. });
            if needs.after(unpack).iter().any(is_needed) {
                continue;
            }
            let message = format!("`{}` stays beside what was in it", archive.shortened());
            out.judge(archive, Safety::Checked, message, |case| {
                case.takes_away(&needs, unpack)?
                    .evidence("nothing later names the archive")
                    .declare(Effect::commands_of(step))
                    .fix(|edit| {
                        let rm = format!("rm {}", archive.source_text());
                        edit.chain_command_after(unpack, &rm, unpack.is_under_errexit());
                    });
                Ok(())
            });
        }
    }
}

/// The archive that a command unpacks, which stays where it is.
fn unpacked(command: Command<'_>) -> Option<(Word<'_>, ImagePath)> {
    let mut words = command.args();
    let archive = match command.name() {
        "unzip" => words.find(|it| !it.starts_with("-"))?,
        "tar" => {
            let letters = words.next()?;
            let text = letters.value()?.trim_start_matches('-');
            let is_cluster =
                !letters.starts_with("--") && text.ends_with('f') && text.contains('x');
            words.next().filter(|_| is_cluster)?
        }
        _ => return None,
    };
    let path = place(command, archive)?;
    Some((archive, path))
}

/// Where a file lies that a command names.
fn place(command: Command<'_>, word: Word<'_>) -> Option<ImagePath> {
    let path = word
        .value()
        .filter(|it| !it.is_empty() && *it != "-" && !word.is_pattern())?;
    let is_plain = path
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || b"/._-+".contains(&it));
    if !is_plain || path.starts_with('-') {
        return None;
    }
    let path = ImagePath::new(&command.working_directory()?).join(path);
    (!path.is_root()).then_some(path)
}

/// Whether an archive is downloaded in the `RUN` before, and neither removed in it nor named again.
fn is_left(step: Step<'_>, unpack: Command<'_>, path: &ImagePath) -> bool {
    let before = |it: &Command<'_>| it.range().start() < unpack.range().start();
    let is_fetched = step
        .commands()
        .filter(before)
        .any(|it| downloaded(it).as_ref() == Some(path) && it.is_certain());
    let name = path.file_name();
    let is_named = |it: Command<'_>| {
        it.words().any(|word| word.mentions(name))
            || it.is_one_of(&["rm", "mv", "find", "shred"])
            || it.is_marked(dfix_model::catalogue::programs::Mark::TakesScript)
    };
    let is_named_later = step
        .commands()
        .filter(|it| !before(it) && *it != unpack)
        .any(is_named);
    let is_mounted = step.mounts().any(|it| {
        let target = it.target().and_then(Word::value);
        target.is_none_or(|it| path.is_below(&ImagePath::new(it)))
    });
    is_fetched && !is_named_later && !is_mounted && !step.has_opaque_text()
}

/// The file that a download is written to.
fn downloaded(command: Command<'_>) -> Option<ImagePath> {
    let url = command.args().find(|it| {
        it.starts_with("http://") || it.starts_with("https://") || it.starts_with("ftp://")
    })?;
    let remote = || {
        let name = dfix_model::path::file_name(url.value()?);
        let is_plain = name
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"._-+".contains(&it));
        (!name.is_empty() && is_plain).then_some(name)
    };
    let told = |letter: char, long: &str| {
        let mut words = command.args();
        words
            .find(|it| {
                let text = it.literal_prefix();
                text == long
                    || (text.starts_with('-') && !text.starts_with("--") && text.ends_with(letter))
            })
            .and_then(|_| words.next())
    };
    let name = match command.name() {
        "curl" if command.has_option("-O") || command.has_option("--remote-name") => remote()?,
        "curl" => return place(command, told('o', "--output")?),
        "wget" => {
            if let Some(word) = told('O', "--output-document") {
                return place(command, word);
            }
            if command.has_option("-P")
                || command
                    .args()
                    .any(|it| it.starts_with("--directory-prefix"))
            {
                return None;
            }
            remote()?
        }
        _ => return None,
    };
    Some(ImagePath::new(&command.working_directory()?).join(name))
}
