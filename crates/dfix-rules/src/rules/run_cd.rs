//! `WORKDIR` for the folder that a `RUN` begins by going to.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{
    Command, Connector, EnvFrom, EnvValue, ImagePath, Model, Mount, OpenCondition, Operator, Stage,
    Step, StepKind, Touch, Word,
};

use crate::base::{chosen_folder, chosen_name, chosen_variable};

pub(crate) const RULE: Rule = Rule {
    id: "run-cd",
    aliases: &["DL3003"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "set the folder that a `RUN` begins by going to with `WORKDIR`",
    why: "`WORKDIR` says where a command runs, in one place and for the reader, too. It is set back behind the \
          `RUN`. A `cd` between commands of one `RUN` is left: a `WORKDIR` there would make two layers of one.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN mkdir /src\nRUN cd /src && make\nCMD [\"x\"]\n",
            "FROM debian:12\nRUN mkdir /src\nWORKDIR /src\nRUN make\nWORKDIR /\nCMD [\"x\"]\n",
        ),
        fixes(
            "FROM debian:12\nWORKDIR /app\nCOPY web web/\n# The pages.\nRUN cd web \\\n  && npm ci \\\n  && npm run build\nRUN cd web && npm test\nWORKDIR /srv\n",
            "FROM debian:12\nWORKDIR /app\nCOPY web web/\n# The pages.\nWORKDIR /app/web\nRUN npm ci \\\n  && npm run build\nRUN npm test\nWORKDIR /srv\n",
        ),
        fixes(
            "FROM debian:12\nRUN cd /opt/a && make\n",
            "FROM debian:12\nWORKDIR /opt/a\nRUN make\nWORKDIR /\n",
        ),
        fixes(
            "FROM debian:12\nWORKDIR /app\nRUN cd /app && make && make install\n",
            "FROM debian:12\nWORKDIR /app\nRUN make && make install\n",
        ),
        fixes(
            "FROM debian:12\nENV APP=/opt/app\nCOPY . $APP/\nRUN cd \"${APP}/web\" && make\nRUN cd $APP; make\n",
            "FROM debian:12\nENV APP=/opt/app\nCOPY . $APP/\nWORKDIR ${APP}/web\nRUN make\nWORKDIR /\nWORKDIR $APP\nRUN make\nWORKDIR /\n",
        ),
        leaves("FROM debian:12\nARG V=1\nENV APP=/opt/$V\nRUN mkdir $APP\nRUN cd $APP && make\n")
            .that_says("whether every build takes the default of `APP`"),
        leaves("FROM debian:12\nRUN mkdir /a || true\nRUN cd /a; make\nCOPY b /b\nRUN cd /b; make\n").with_unsafe(),
        // Nobody is there any more who would be elsewhere.
        fixes(
            "FROM acme/base:1\nRUN mkdir /src\nRUN cd /src && make\nWORKDIR /app\n",
            "FROM acme/base:1\nRUN mkdir /src\nWORKDIR /src\nRUN make\nWORKDIR /app\n",
        ),
        reports(
            "FROM acme/base:1\nRUN mkdir /src\nRUN cd /src && make\n",
            "the working directory of acme/base:1",
        ),
        leaves("ARG B=debian:12\nFROM $B\nRUN mkdir /src\nRUN cd /src && make\n")
            .that_says("whether every build takes the image"),
        reports(
            "FROM debian:12\nRUN --mount=target=/src cd /src && make\n",
            "mounted",
        ),
        leaves("FROM debian:12\nARG T\nRUN --mount=type=cache,target=$T cd /src && make\n")
            .that_says("whether the folder is mounted"),
        // Something may lead elsewhere.
        leaves("FROM debian:12\nENV CDPATH=/srv\nRUN cd src && make\n").that_says("`CDPATH`"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN cd src && make\n")
            .that_says("its profile"),
        leaves("FROM debian:12\nRUN cd /src && make && cp a \"$OLDPWD\"\n").with_unsafe(),
        fixes(
            "FROM debian:12\nRUN mkdir /src\nRUN cd /src && make D=$PWD\nCMD [\"x\"]\n",
            "FROM debian:12\nRUN mkdir /src\nWORKDIR /src\nRUN make D=$PWD\nWORKDIR /\nCMD [\"x\"]\n",
        ),
        leaves("FROM debian:12\nRUN ln -s /usr/src /src\nRUN cd /src && make D=$PWD\n")
            .that_says("is a link"),
        leaves("FROM debian:12\nRUN cd /src && make D=$(pwd)\n").that_says("is a link"),
        // One layer stays one, and what is not certain stays.
        leaves("FROM alpine:3.22\nARG V=1\nWORKDIR /app-${V}\nRUN cd sub && make\nRUN ls\n")
            .that_says("whether every build takes the default of `V`"),
        leaves("FROM debian:12\nRUN git clone x /a && cd /a && make\n").with_unsafe(),
        leaves("FROM debian:12\nRUN cd /a && make && cd / && rm -r /a\n").with_unsafe(),
        leaves("FROM debian:12\nRUN (cd /a && make)\nRUN cd /a || true && make\nRUN cd /a && make && cd /b\n")
            .with_unsafe(),
        // Nothing is there any more when the next instruction begins.
        reports("FROM debian:12\nRUN cd /a\nRUN make\n", "nothing runs there"),
        reports("FROM debian:12\nRUN mkdir /a && cd /a\n", "nothing runs there"),
        leaves("FROM debian:12\nRUN (cd /a)\nRUN [\"cd\", \"/a\"]\nCMD cd /a\n"),
        leaves("FROM debian:12\nRUN cd $A && make\nRUN cd ~ && make\nRUN cd && make\nRUN cd /a; make\nRUN cd /a && make; ls\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild());
    for cd in runs.clone().filter_map(idle) {
        out.judge(cd, Safety::Checked, "a `RUN` ends with `cd`", |_| {
            Err(remedy!(
                "nothing runs there: the next instruction begins in the working directory again. Set the folder with `WORKDIR` \
                 where it is meant, or leave the `cd` away"
            ))
        });
    }
    let found = runs.filter_map(|step| Some((step, folder(step)?)));
    let mut groups: Vec<(Vec<Step<'_>>, Folder)> = Vec::new();
    for (step, folder) in found {
        match groups.last_mut() {
            Some((steps, other))
                if *other == folder
                    && steps
                        .last()
                        .is_some_and(|it| it.index() + 1 == step.index()) =>
            {
                steps.push(step);
            }
            _ => groups.push((vec![step], folder)),
        }
    }
    for (steps, folder) in groups {
        judge(&steps, &folder, out);
    }
}

/// Where a `RUN` goes.
#[derive(PartialEq, Eq)]
struct Folder {
    path: String,
    /// As a `WORKDIR` would say it: with the variables that the `cd` names.
    written: String,
}

fn judge(steps: &[Step<'_>], folder: &Folder, out: &mut Findings<'_>) {
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    let Folder { path, written } = folder;
    let Some(stage) = first.stage() else { return };
    let message = format!("`cd {path}` at the beginning of a `RUN`");
    out.judge(first, Safety::Checked, message, |case| {
        let is_mounted = |step: &Step<'_>| {
            let mut targets = step.mounts().filter_map(|it| it.target()?.value());
            targets.any(|it| {
                let (target, folder) = (ImagePath::new(it), ImagePath::new(path));
                folder.is_below(&target) || target.is_below(&folder) || folder == target
            })
        };
        if steps.iter().any(is_mounted) {
            return Err(remedy!("the folder is mounted for the `RUN`: a `WORKDIR` would make one in the image"));
        }
        case.open(steps.iter().find_map(|it| unknown_mount(*it)))
            .open(another_folder(stage, steps))
            .open(another_name(stage, steps, path))
            .open(chosen_value(stage, steps));
        let is_there = stage.workdir_at(first).as_ref() == Some(path);
        if is_there {
            case.open(chosen_folder(stage, first)).evidence("it is there already")
                .declare(steps.iter().map(|it| Effect::commands_of(*it)).collect::<Vec<_>>())
                .fix(|edit| edit.remove_commands(steps.iter().filter_map(|it| it.commands().next())));
            return Ok(());
        }
        let back = back(stage, last).map_err(|image| {
            remedy!("write `WORKDIR {written}` before it, and behind it one with the working directory of {image}")
        })?;
        let counts_on_base = back.is_some() && stage.workdirs().all(|it| it.index() > last.index());
        case.open(chosen_name(stage).filter(|_| counts_on_base));
        case.evidence(format!("the build would stop at `cd` if `{path}` were not there"))
            .evidence(back.as_ref().map_or_else(
                || "the next instruction sets the working directory".to_owned(),
                |back| format!("the working directory is set back to {back}"),
            ))
            .open(chosen_folder(stage, first))
            .declare(Effect::Inserted {
                stage: stage.index(),
                keyword: "WORKDIR",
            })
            .declare(steps.iter().map(|it| Effect::commands_of(*it)).collect::<Vec<_>>())
            .fix(|edit| {
                edit.insert_instruction_below_comments(first, &format!("WORKDIR {written}"));
                for cd in steps.iter().filter_map(|it| it.commands().next()) {
                    edit.remove_command(cd);
                }
                if let Some(back) = &back {
                    edit.insert_instruction_after(last, &format!("WORKDIR {back}"));
                }
            });
        Ok(())
    });
}

/// What is open where nobody knows where something is mounted.
fn unknown_mount(step: Step<'_>) -> Option<OpenCondition> {
    let is_folder = |it: &Mount<'_>| !["secret", "ssh"].contains(&it.kind());
    let mut mounts = step.mounts().filter(is_folder);
    let is_unknown = |it: Mount<'_>| it.target().and_then(Word::value).is_none();
    mounts.any(is_unknown).then(|| {
        OpenCondition::new(
            format!("whether the folder is mounted in {}", step.label()),
            "look at the target of the mount",
        )
    })
}

/// What may have `cd` go elsewhere than its word says, or have the commands begin elsewhere than the working directory is.
fn another_folder(stage: Stage<'_>, steps: &[Step<'_>]) -> Option<OpenCondition> {
    let first = steps[0];
    let is_relative = |it: &Step<'_>| {
        let word = it.commands().next().and_then(|cd| cd.arg(0));
        word.is_some_and(|it| !it.starts_with("/") && !it.starts_with("."))
    };
    let by_path = stage.env_at(first, "CDPATH").is_set() && steps.iter().any(is_relative);
    let variable = by_path.then_some("CDPATH");
    let by_login = || stage.shell_at(first).is_login();
    let what = match variable.or_else(|| stage.first_file_at(first)) {
        Some(name) => format!("`{name}`"),
        None if by_login() => "its profile".to_owned(),
        None => return None,
    };
    Some(OpenCondition::new(
        format!("whether the shell goes where `cd` says: {what} may lead elsewhere"),
        "look at what it says",
    ))
}

/// What is open where a command asks for the name of the folder that it is in: a link goes by its own name behind `cd`, and by that of
/// what it leads to elsewhere.
fn another_name(stage: Stage<'_>, steps: &[Step<'_>], path: &str) -> Option<OpenCondition> {
    let asks = |it: &Step<'_>| it.mentions("PWD") || it.mentions("pwd");
    if !steps.iter().any(asks) {
        return None;
    }
    let path = ImagePath::new(path);
    let files = stage.filesystem().at(steps[0]);
    let is_made = |it: &ImagePath| {
        let mut touched = files.touched().filter(|touched| touched.path == it);
        let last = touched.next_back().map(|it| it.touch);
        matches!(last, Some(Touch::Made | Touch::Copied))
    };
    let mut folders = path
        .ancestors()
        .filter(|it| !it.is_root())
        .chain([path.clone()]);
    let is_known = stage.any_base_facts().is_known() && folders.all(|it| is_made(&it));
    (!is_known).then(|| {
        OpenCondition::new(
            format!(
                "whether {} is a link, which has two names for `pwd`",
                path.as_str()
            ),
            "look at the folder, and at those that it is in",
        )
    })
}

/// What goes to a folder, once in its `RUN` and when all else is done.
fn idle(step: Step<'_>) -> Option<Command<'_>> {
    let is_read = !step.is_exec_form() && step.stage()?.shell_at(step).is_posix();
    let mut own = step.commands().filter(|it| !it.is_of_script());
    let last = own.clone().next_back().filter(|_| is_read)?;
    let is_only = own.find(|it| is_cd(*it)) == Some(last);
    (is_only && last.is("cd") && last.is_in_list() && last.outer().is_none()).then_some(last)
}

fn is_cd(command: Command<'_>) -> bool {
    command.is_one_of(&["cd", "pushd", "popd"])
}

/// The folder that the `RUN` goes to before anything else, where that is the only time that it goes anywhere.
fn folder(step: Step<'_>) -> Option<Folder> {
    let stage = step.stage()?;
    let first = step.commands().next()?;
    let is_alone = step.commands().filter(|it| is_cd(*it)).count() == 1;
    let is_plain = first.is("cd")
        && is_alone
        && first.is_in_list()
        && first.before().is_none()
        && first.after().is_some()
        && first.redirects().next().is_none()
        && first.assignments().next().is_none();
    let names_the_last = |it: Word<'_>| it.mentions("OLDPWD") || it.starts_with("~-");
    let goes_back = || step.commands().flat_map(Command::args).any(names_the_last);
    let has_text = !step.is_exec_form()
        && !step.has_opaque_text()
        && step.instruction().heredocs().next().is_none()
        && stage.shell_at(step).is_posix();
    let word = first
        .args()
        .next()
        .filter(|_| first.args().len() == 1 && is_plain && has_text && !goes_back())?;
    let folder = place(stage, step, word)?;
    // Where the folder is not there, nothing of it may run.
    let joins = |it: Connector| matches!(it.operator, Operator::And | Operator::Pipe);
    let mut own = step.commands().filter(|it| it.outer().is_none());
    let needs_it = own.all(|it| it.after().is_none_or(joins));
    let path = ImagePath::new(&folder.path);
    (needs_it || is_surely_there(stage, step, &path)).then_some(folder)
}

/// The folder that a word names; none where a `WORKDIR` could not say the same.
fn place(stage: Stage<'_>, step: Step<'_>, word: Word<'_>) -> Option<Folder> {
    let names = word.variables();
    let is_of_file = |name: &String| match stage.env_at(step, name) {
        EnvValue::Set(it) => matches!(it.from, EnvFrom::Stage(_) | EnvFrom::Ancestor(_)),
        _ => false,
    };
    let value = match word.value() {
        Some(value) => value.to_owned(),
        None if !names.is_empty() && names.iter().all(is_of_file) => {
            stage.expand_text(word, step)?
        }
        None => return None,
    };
    let is_plain = |text: &str, more: &[u8]| {
        let mut bytes = text.bytes();
        bytes.all(|it| it.is_ascii_alphanumeric() || b"/._-+@".contains(&it) || more.contains(&it))
    };
    if !is_plain(&value, b"") || value.starts_with('-') || word.is_pattern() || value.is_empty() {
        return None;
    }
    let path = ImagePath::new(&value);
    if !value.starts_with('/') {
        let from = stage.workdir_at(step).filter(|_| names.is_empty())?;
        let path = ImagePath::new(&from).join(&value).as_str().to_owned();
        let written = path.clone();
        return Some(Folder { path, written });
    }
    let path = path.as_str().to_owned();
    if names.is_empty() {
        let written = path.clone();
        return Some(Folder { path, written });
    }
    let written = word.unquoted().to_owned();
    is_plain(&written, b"${}").then_some(Folder { path, written })
}

/// Whether a folder is there for sure when a step begins: a `WORKDIR` made it, a `COPY` put a folder there, or a command that the
/// build would stop at made it.
fn is_surely_there(stage: Stage<'_>, step: Step<'_>, path: &ImagePath) -> bool {
    let files = stage.filesystem().at(step);
    let mut touched = files.touched().filter(|it| it.path == path);
    let Some(last) = touched.next_back() else {
        return false;
    };
    let is_folder = |it: Word<'_>| it.is(".") || it.unquoted().ends_with('/');
    match last.touch {
        Touch::Made => last
            .command
            .is_none_or(|it| it.is_certain() && !it.is_failure_ignored()),
        Touch::Copied => {
            let into_folder = last
                .step
                .target()
                .is_some_and(|it| it.unquoted().ends_with('/'));
            into_folder || last.step.sources().any(is_folder)
        }
        _ => false,
    }
}

/// What is open where a build may choose the value of a variable that names the folder.
fn chosen_value(stage: Stage<'_>, steps: &[Step<'_>]) -> Option<OpenCondition> {
    let word = steps[0].commands().next()?.arg(0)?;
    let name = chosen_variable(stage, steps[0], word.variables().into_iter())?;
    Some(OpenCondition::new(
        format!("whether every build takes the default of `{name}`, which `cd` names"),
        format!("write the folder with `{name}` in it"),
    ))
}

/// The working directory to set again; none where the next instruction that it matters to sets one. Where it is not known, the
/// image.
fn back<'m>(stage: Stage<'m>, last: Step<'m>) -> Result<Option<String>, String> {
    let mut after = stage
        .steps()
        .filter(|it| it.index() > last.index() && !it.is_metadata() && !it.is_onbuild());
    let next = after.next();
    let sets =
        |it: &Step<'_>| it.is(StepKind::Workdir) && it.word().is_some_and(|it| it.starts_with("/"));
    if next.is_some_and(|it| sets(&it)) {
        return Ok(None);
    }
    match stage.workdir_at(last) {
        Some(path) => Ok(Some(path)),
        None => Err(stage
            .base_image()
            .text()
            .unwrap_or("the base image")
            .to_owned()),
    }
}
