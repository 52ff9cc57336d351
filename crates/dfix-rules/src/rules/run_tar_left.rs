//! No archive in the layer beside what was in it.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::programs::Mark;
use dfix_model::catalogue::{DownloadUse, FileMark, download_option_is, file_is};
use dfix_model::{
    Absence, Command, ImagePath, Model, Need, Needs, OpenCondition, Stage, Step, StepKind, Ternary,
    Word, Wrapper, WrapperKind,
};

use crate::downloads::{Told, remote_name};

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
        // Something takes it by a pattern, or with its folder.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz && for f in *.tgz; do cp $f /z; done\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /usr/share/k.zip https://example.com/k.zip && unzip /usr/share/k.zip && cp -r /usr/share /b\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fLo /opt/app.jar https://example.com/app.jar && unzip /opt/app.jar config.yml -d /etc\n")
            .with_unsafe(),
        leaves("FROM nginx:1.27\nRUN curl -fo /usr/share/nginx/html/a.zip https://example.com/a.zip && unzip /usr/share/nginx/html/a.zip\n")
            .that_says("for others to download"),
        leaves("FROM debian:12\nCOPY start.sh /\nRUN curl -fo /opt/a.tgz https://example.com/a.tgz && tar xzf /opt/a.tgz\nCMD [\"/start.sh\"]\n")
            .that_says("start.sh"),
        // Of another layer, or mounted.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz\nRUN tar xzf /a.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/c curl -fo /c/a.tgz https://example.com/a.tgz && tar xzf /c/a.tgz\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz || true\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo a.tgz https://example.com/a.tgz && cd /x && tar xzf a.tgz\n")
            .with_unsafe(),
        // What was root's is root's to take away.
        fixes(
            "FROM debian:12\nRUN sudo curl -fo /opt/a.tgz https://example.com/a.tgz && sudo tar xzf /opt/a.tgz -C /opt\n",
            "FROM debian:12\nRUN sudo curl -fo /opt/a.tgz https://example.com/a.tgz && sudo tar xzf /opt/a.tgz -C /opt && sudo rm /opt/a.tgz\n",
        ),
        // It is looked at, or changed.
        leaves("FROM debian:12\nRUN curl -fo /a.zip https://example.com/a.zip && unzip -l /a.zip && unzip -tq /a.zip\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xf /a.tgz --delete b\n")
            .with_unsafe(),
        // Somebody uses it later.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz && ./setup-all\n")
            .that_says("whether `./setup-all` needs"),
        leaves("FROM debian:12\nENV FILE=/a.tgz\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\n")
            .that_says("whether who reads the ENV of line 2 needs"),
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\nRUN sha256sum /a.tgz\n"),
        leaves("FROM debian:12 AS a\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\nFROM alpine:3.20\nCOPY --from=a /x /x\n")
            .with_unsafe(),
        // Another stage takes it by a pattern, or perhaps with its folder.
        leaves("FROM debian:12 AS b\nRUN curl -fo /out/a.tgz https://example.com/a.tgz && tar xzf /out/a.tgz\nFROM b\nRUN ls\nFROM alpine:3.20\nCOPY --from=b /out/*.tgz /\n")
            .with_unsafe(),
        leaves("FROM debian:12 AS b\nRUN curl -fo /srv/a.tgz https://example.com/a.tgz && tar xzf /srv/a.tgz\nFROM alpine:3.20\nCOPY --from=b /srv /srv\n")
            .that_says("is to take the file, too"),
        // `ENV` is a part of it as it stands.
        leaves("FROM debian:12\nRUN wget https://example.com/a.zip \\\n && unzip a.zip \\\n\nENV A=b\n")
            .with_unsafe(),
        // A list of sums may name it.
        leaves("FROM debian:12\nRUN curl -fo /a.tgz https://example.com/a.tgz && tar xzf /a.tgz\nRUN sha256sum -c /sums\n")
            .that_says("whether `sha256sum` needs the archive"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_one =
        |it: &Step<'_>| it.is_run() && !it.is_onbuild() && it.swallowed_instruction().is_none();
    for step in file.steps().filter(is_one) {
        let Some(stage) = step.stage() else { continue };
        for unpack in step.commands().filter(|it| it.is_in_list()) {
            let Some((archive, path)) = unpacked(unpack) else {
                continue;
            };
            let Some(fetch) = left_by(step, unpack, &path).filter(|_| stage.may_ship(Some(&path)))
            else {
                continue;
            };
            let Some(remover) = remover(fetch) else {
                continue;
            };
            let taken = taken(stage, &path);
            if taken.is_yes() {
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
                    .open(taken.open())
                    .open(told_by_a_variable(stage, &path))
                    .open(unknown_later(stage, unpack))
                    .open(stage.runtime().unfollowed().first().cloned())
                    .open(unread_start(stage))
                    .open(is_served(&path))
                    .declare(Effect::commands_of(step))
                    .fix(|edit| {
                        let rm = format!("{remover} {}", archive.source_text());
                        edit.chain_command_after(unpack, &rm, unpack.is_under_errexit());
                    });
                Ok(())
            });
        }
    }
}

/// A script that runs when the container does and that was not read may name the archive.
fn unread_start(stage: Stage<'_>) -> Option<OpenCondition> {
    let mut all = stage.with_descendants();
    let unread = all.find_map(|it| it.calls().unread.first().map(|it| it.open.clone()))?;
    Some(OpenCondition::new(
        format!(
            "whether something that was not read needs the archive: {}",
            unread.condition
        ),
        unread.remedy,
    ))
}

/// A folder whose files a server hands out.
fn is_served(path: &ImagePath) -> Option<OpenCondition> {
    const SERVED: [&str; 6] = ["html", "htdocs", "public", "static", "webapps", "www"];
    path.parts().any(|it| SERVED.contains(&it)).then(|| {
        OpenCondition::new(
            "whether the archive is there for others to download",
            "look at what the folder is for",
        )
    })
}

/// Whether another stage takes the archive, by a pattern or with a folder around it.
fn taken(stage: Stage<'_>, path: &ImagePath) -> Ternary {
    let copies = stage.with_descendants().flat_map(Stage::copied_by);
    let mut copies = copies.filter(|it| it.is_copy_or_add());
    copies
        .try_fold(Ternary::No, |all, copy| {
            let all = all.or(|| copy.takes_of_stage(path));
            if all.is_yes() { Err(all) } else { Ok(all) }
        })
        .unwrap_or_else(|taken| taken)
}

/// A variable of the image that holds the archive's name: who reads it may want the file.
fn told_by_a_variable(stage: Stage<'_>, path: &ImagePath) -> Option<OpenCondition> {
    let stages = stage.base_chain().skip(1).chain(stage.with_descendants());
    let mut steps = stages.flat_map(Stage::steps);
    let step = steps.find(|it| {
        matches!(it.kind(), StepKind::Env | StepKind::Arg) && it.mentions(path.file_name())
    })?;
    Some(OpenCondition::new(
        format!("whether who reads {} needs the archive", step.label()),
        "look at who reads the variable",
    ))
}

/// A command behind it of which nothing is known, so that it may read the archive.
fn unknown_later(stage: Stage<'_>, unpack: Command<'_>) -> Option<OpenCondition> {
    let mut commands = stage.with_descendants().flat_map(Stage::build_commands);
    let start = unpack.range().start();
    let is_unknown = |it: &Command<'_>| {
        it.range().start() > start
            && (checks_sums(*it) || (it.program().is_some() && !it.has_known_program()))
    };
    let program = commands.find(is_unknown).and_then(Command::program)?;
    Some(OpenCondition::new(
        format!("whether `{}` needs the archive", program.shortened()),
        "look at what it reads",
    ))
}

/// Whether it compares the sums of files that a list names.
fn checks_sums(command: Command<'_>) -> bool {
    command.name().ends_with("sum") && (command.has_option("-c") || command.has_option("--check"))
}

/// The archive that a command unpacks, which stays where it is.
fn unpacked(command: Command<'_>) -> Option<(Word<'_>, ImagePath)> {
    let archive = match command.name() {
        "unzip" => {
            let told = Told::of(command).filter(|it| it.is_whole)?;
            *told
                .operands
                .first()
                .filter(|_| told.has_only(DownloadUse::Unpacks))?
        }
        "tar" => {
            let mut words = command.args();
            let letters = words.next()?;
            let text = letters.value()?.trim_start_matches('-');
            let unpacks = |it: char| {
                let mut letter = [0; 4];
                download_option_is("tar", DownloadUse::Unpacks, it.encode_utf8(&mut letter))
            };
            let is_cluster = !letters.starts_with("--")
                && text.ends_with('f')
                && text.contains('x')
                && text.chars().all(unpacks);
            let archive = words.next().filter(|_| is_cluster)?;
            let is_else = words.any(|word| {
                let name = word.literal_prefix().split('=').next();
                name.is_some_and(|it| download_option_is("tar", DownloadUse::Changes, it))
            });
            Some(archive).filter(|_| !is_else)?
        }
        _ => return None,
    };
    // A program in Java is an archive, too, and so are packages of others.
    let path = place(command, archive)?;
    let name = path.file_name();
    let is_program = file_is(name, FileMark::JavaArchive) || file_is(name, FileMark::Package);
    (!is_program).then_some((archive, path))
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

/// What takes away what a command wrote: by whoever wrote it.
fn remover(fetch: Command<'_>) -> Option<&'static str> {
    let changes_user = |it: &Wrapper<'_>| it.kind == WrapperKind::User;
    let mut wrappers = fetch.wrappers().filter(changes_user);
    let Some(wrapper) = wrappers.next() else {
        return Some("rm");
    };
    let mut words = fetch.words_of(wrapper);
    let is_plain = words.all(|it| it.is("sudo")) && wrappers.next().is_none();
    is_plain.then_some("sudo rm")
}

/// The download of an archive in the `RUN` before, where it is neither removed in it nor named again.
fn left_by<'m>(step: Step<'m>, unpack: Command<'m>, path: &ImagePath) -> Option<Command<'m>> {
    let before = |it: &Command<'_>| it.range().start() < unpack.range().start();
    let fetch = step
        .commands()
        .filter(before)
        .find(|it| downloaded(*it).as_ref() == Some(path) && it.is_certain())?;
    let name = path.file_name();
    let is_named = |it: Command<'_>| {
        it.words().any(|word| word.mentions(name))
            || it.is_one_of(&["rm", "mv", "find", "shred"])
            || it.is_marked(Mark::TakesScript)
    };
    let takes_it = |it: Command<'_>| {
        it.args().any(|word| {
            let text = word.literal_prefix();
            let is_around = word.is_known()
                && !word.is_pattern()
                && it.working_directory().is_none_or(|from| {
                    path.is_below(&ImagePath::new(&from).join(text)) && !it.is(unpack.name())
                });
            !text.starts_with('-') && (is_around || word.is_pattern() || !word.is_known())
        })
    };
    let may_take_it = |it: Command<'_>| {
        let reads = it.is_marked(Mark::Puts) || it.is_marked(Mark::Fetches);
        (reads || it.around().looped) && takes_it(it)
    };
    let is_named_later = || {
        let mut later = step.commands().filter(|it| !before(it) && *it != unpack);
        later.any(|it| is_named(it) || may_take_it(it))
    };
    let is_mounted = || {
        step.mounts().any(|it| {
            let target = it.target().and_then(Word::value);
            target.is_none_or(|it| path.is_below(&ImagePath::new(it)))
        })
    };
    (!step.has_opaque_text() && !is_named_later() && !is_mounted()).then_some(fetch)
}

/// The file that a download is written to.
fn downloaded(command: Command<'_>) -> Option<ImagePath> {
    if !command.is_one_of(&["curl", "wget"]) {
        return None;
    }
    let told = Told::of(command).filter(|it| it.is_whole)?;
    let mut urls = told.urls();
    let (Some(url), None) = (urls.next(), urls.next()) else {
        return None;
    };
    let own_name = if command.is("wget") { "-O" } else { "-o" };
    if told.has(own_name) {
        return place(command, told.word(own_name)?);
    }
    let is_remote = match command.name() {
        "wget" => !told.has_any(DownloadUse::NamesFile),
        _ => told.has("-O") && !told.has_any(DownloadUse::NamesFile),
    };
    let name = remote_name(url).filter(|_| is_remote)?;
    Some(ImagePath::new(&command.working_directory()?).join(name))
}
