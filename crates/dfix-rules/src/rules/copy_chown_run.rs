//! `COPY --chown` where a `RUN` gives away what was copied.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::is_system_account;
use dfix_model::catalogue::programs::Mark;
use dfix_model::{
    Command, FileEntry, ImagePath, Model, OpenCondition, PackageCommand, PackageManager, Redirect,
    Stage, Step, StepKind, Touch, Word,
};

pub(crate) const RULE: Rule = Rule {
    id: "copy-chown-run",
    aliases: &[],
    groups: &[Group::Size, Group::Speed],
    severity: Severity::Warning,
    summary: "give copied files to their owner with `COPY --chown`, not with a `RUN chown -R` behind it",
    why: "A `chown -R` writes every file that it changes into a layer of its own: the image holds them twice.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN chown -R node:node /app\nUSER node\n",
            "FROM node:22\nWORKDIR /app\nCOPY --chown=node:node . .\nRUN chown node:node /app\nUSER node\n",
        )
        .with_context(&[("app.js", ""), ("lib/a.js", "")]),
        fixes(
            "FROM debian:12\nRUN useradd -r app\nCOPY a.txt /srv/\nCOPY b.txt /srv/\nENV A=b\nRUN chown --recursive app /srv/ && ls\n",
            "FROM debian:12\nRUN useradd -r app\nCOPY --chown=app:0 a.txt /srv/\nCOPY --chown=app:0 b.txt /srv/\nENV A=b\nRUN chown app /srv/ && ls\n",
        )
        .with_context(&[("a.txt", ""), ("b.txt", "")])
        .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY a.txt .\nRUN make\nCOPY b.txt .\nRUN chown -R node:node /app\n")
            .with_context(&[("a.txt", ""), ("b.txt", "")])
            .that_says("whether nothing else is in"),
        leaves("FROM node:22\nCOPY a /srv/app\nRUN true\nUSER root\nCOPY b.env /srv/app/.env\nRUN chown -R node /srv/app\n")
            .with_context(&[("a/x", ""), ("b.env", "")])
            .that_says("whether nothing else is in"),
        leaves("FROM node:22\nCOPY a /srv\nRUN true\nCOPY b.env /srv/app/.env\nRUN chown -R node /srv/app\n")
            .with_context(&[("a/x", ""), ("b.env", "")])
            .that_says("whether nothing else is in"),
        leaves("FROM debian:12\nRUN useradd k\nWORKDIR /opt\nRUN mkdir k && tar xf /k.tgz -C k\nCOPY a.txt k/\nRUN chown -R k:k /opt/k\n")
            .with_context(&[("a.txt", "")])
            .that_says("whether nothing else is in"),
        // What lies in there is not known.
        leaves("FROM node:22\nCOPY a.txt /app/\nCOPY --from=acme/b:1 /b /\nRUN chown -R node:node /app\n")
            .with_context(&[("a.txt", "")])
            .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nRUN cat /etc/os-release > a\nCOPY a.txt .\nRUN chown -R node:node /app\n")
            .with_context(&[("a.txt", "")])
            .that_says("whether nothing else is in"),
        reports(
            "FROM debian:12\nCOPY a.txt /app/\nRUN chown -R app:app /app\n",
            "make `app` before",
        ),
        leaves("FROM node:22\nCOPY --chown=1:1 a.txt /app/\nRUN chown -R node:node /app\n").with_unsafe(),
        leaves("FROM node:22\nCOPY a.txt /app/\nRUN make && chown -R node:node /app\n").with_unsafe(),
        leaves("FROM node:22\nCOPY a.txt /app/\nRUN chown -R node:node /srv\n").with_unsafe(),
        leaves("FROM node:22\nCOPY a.txt /app/\nRUN chown node:node /app\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild())
    {
        let Some(stage) = step.stage() else { continue };
        let Some(chown) = step.commands().next().and_then(Chown::of) else {
            continue;
        };
        let copies = copies_before(stage, step, &chown.path);
        let Some(first) = copies.first().copied() else {
            continue;
        };
        let message = format!(
            "`chown -R` writes what was copied to {} again",
            chown.path.as_str()
        );
        out.judge(chown.command, Safety::Checked, message, |case| {
            let accounts = stage.accounts().at(first);
            let user = &chown.user;
            let names = [
                Some((user.as_str(), accounts.exists(user))),
                chown
                    .group
                    .as_deref()
                    .map(|it| (it, accounts.has_group(it))),
            ];
            for (name, is_there) in names.into_iter().flatten() {
                if name.bytes().all(|it| it.is_ascii_digit()) {
                    continue;
                }
                // What a distribution brings along is not told of each image.
                if is_there.is_no() && !is_system_account(name) {
                    return Err(remedy!(
                        "make `{name}` before the files are copied, and write `COPY --chown`"
                    ));
                }
                case.open(is_there.is_no().then(|| {
                    OpenCondition::new(
                        format!("whether the image has `{name}`"),
                        "look at its /etc/passwd and /etc/group",
                    )
                }))
                .evidence(
                    is_there
                        .is_yes()
                        .then(|| format!("{name} is there when the files are copied")),
                )
                .open(is_there.open());
            }
            // Without a group, `chown` leaves that of root.
            let owner = format!("{user}:{}", chown.group.as_deref().unwrap_or("0"));
            case.open(others(stage, first, &chown.path))
                .declare(
                    copies
                        .iter()
                        .map(|it| Effect::changed(*it))
                        .collect::<Vec<_>>(),
                )
                .declare(Effect::arguments_of(chown.command))
                .fix(|edit| {
                    for copy in &copies {
                        edit.set_flag(*copy, "chown", &owner);
                    }
                    edit.remove_word(chown.recursive);
                });
            Ok(())
        });
    }
}

/// A `chown -R OWNER PATH`.
struct Chown<'m> {
    command: Command<'m>,
    recursive: Word<'m>,
    user: String,
    group: Option<String>,
    path: ImagePath,
}

impl<'m> Chown<'m> {
    fn of(command: Command<'m>) -> Option<Self> {
        let is_recursive = |it: &Word<'m>| it.is("-R") || it.is("--recursive");
        let recursive = command.args().find(is_recursive)?;
        let mut words = command.args().filter(|it| !is_recursive(it));
        let (owner, path, more) = (words.next()?.value()?, words.next()?, words.next());
        let is_plain = |it: &str| {
            !it.is_empty()
                && it
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
        };
        let (user, group) = match owner.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (owner, None),
        };
        let fits = command.is("chown")
            && command.is_in_list()
            && command.redirects().next().is_none()
            && more.is_none()
            && is_plain(user)
            && !user.starts_with('-')
            && group.is_none_or(is_plain)
            && !path.is_pattern();
        let folder = ImagePath::new(&command.working_directory()?);
        let path = path.value().filter(|it| fits && !it.starts_with('-'))?;
        Some(Chown {
            command,
            recursive,
            user: user.to_owned(),
            group: group.map(str::to_owned),
            path: folder.join(path),
        })
    }
}

/// The `COPY`s right before the step that put files below the path, and nothing else beside; none where one cannot be told.
fn copies_before<'m>(stage: Stage<'m>, run: Step<'m>, path: &ImagePath) -> Vec<Step<'m>> {
    let mut copies = stage.copies_right_before(run);
    copies.retain(|it| it.may_land_at(path));
    let is_plain = |step: &Step<'_>| {
        let mut told = ["chown", "link", "from"].iter();
        let mut landings = step.landings();
        told.all(|it| step.flag(it).is_none())
            && step.has_known_landings()
            && landings.all(|it| it.path.is_below(path))
    };
    if !copies.iter().all(is_plain) {
        copies.clear();
    }
    copies
}

/// What else may lie below the path, which `chown -R` would give away, too.
fn others(stage: Stage<'_>, copy: Step<'_>, path: &ImagePath) -> Option<OpenCondition> {
    let files = stage.filesystem().at(copy);
    let is_new = match files.entry(path) {
        FileEntry::Nothing => true,
        FileEntry::Folder => {
            let is_workdir = stage.workdir_at(copy).as_deref() == Some(path.as_str());
            let is_made = files
                .touched()
                .any(|it| it.path == path && it.touch == Touch::Made);
            let mut below = files
                .touched()
                .filter(|it| it.path != path && it.path.is_below(path));
            (is_made || is_workdir) && below.next().is_none()
        }
        _ => false,
    };
    let copies = stage.base_chain().flat_map(Stage::copies);
    let mut before = copies.filter(|it| it.index() < copy.index());
    let puts_nothing = |it: Step<'_>| it.has_known_landings() && !it.may_land_at(path);
    let is_known = is_new
        && path.is_applications()
        && before.all(puts_nothing)
        && !is_worked_in(stage, copy, path);
    (!is_known).then(|| {
        OpenCondition::new(
            format!(
                "whether nothing else is in {} that is to be given away",
                path.as_str()
            ),
            "look into the folder before the files are copied",
        )
    })
}

/// Whether a command before the step is run in the folder or around it, or names it, and may have left something there.
fn is_worked_in(stage: Stage<'_>, copy: Step<'_>, path: &ImagePath) -> bool {
    let is_before = |it: &Command<'_>| it.step().index() < copy.index();
    let chain = stage.base_chain().flat_map(Stage::build_commands);
    let mut commands = chain.filter(is_before);
    commands.any(|it| {
        let folder = it.working_directory().map(|it| ImagePath::new(&it));
        // What is run in a folder around it may make it, and unpack into it.
        let is_around = |folder: &ImagePath| {
            path.is_below(folder) && (*folder != ImagePath::root() || it.is_marked(Mark::Puts))
        };
        let is_there = folder
            .as_ref()
            .is_none_or(|it| it.is_below(path) || is_around(it));
        let is_below = |word: Word<'_>| {
            let place = folder.as_ref().zip(word.value());
            place.is_some_and(|(folder, word)| folder.join(word).is_below(path))
        };
        let names_it = it
            .words()
            .any(|word| word.mentions(path.as_str()) || is_below(word));
        (is_there || names_it) && may_leave_something(it, names_it)
    })
}

/// Whether a command that is run in a folder, or names it, may leave something there. What `mkdir` makes is known.
fn may_leave_something(command: Command<'_>, names_it: bool) -> bool {
    let is_of_system = |it: &PackageCommand<'_>| {
        matches!(it.manager, PackageManager::Apk | PackageManager::Apt)
            && (it.is_install() || it.subcommand_text() == "update")
    };
    let leaves_nothing = || {
        command.is_marked(Mark::LeavesNothing)
            || command.is("mkdir") && command.args().all(Word::is_known)
            || !names_it && command.is_marked(Mark::Quiet)
            || !names_it && PackageCommand::of(command).is_some_and(|it| is_of_system(&it))
    };
    command.redirects().any(Redirect::writes) || !leaves_nothing()
}
