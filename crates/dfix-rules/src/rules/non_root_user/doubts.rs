//! What may keep an application from running as anybody but root, where its start does not show it.

use dfix_catalogue::programs::{self, Mark, Privileges};
use dfix_catalogue::{
    Ecosystem, FileMark, FolderMark, PackageMark, file_is, folder_above, is_named_for_a_place,
    package_is, python_package_in_itself,
};
use dfix_engine::OpenCondition;
use dfix_model::{Command, ImagePath, Stage, Word};

use super::account::RunAs;
use super::folders::is_for_all;
use super::permissions::kept;

/// What could not be established for the user, to whom these folders belong then.
pub(crate) fn of(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Vec<OpenCondition> {
    let mut open = apart_from_its_place(stage, run_as, given);
    open.extend(stage.application_out_of_reach(given));
    open
}

/// The same, apart from whether the application lies where the user may read and write it.
pub(crate) fn apart_from_its_place(
    stage: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
) -> Vec<OpenCondition> {
    let mut open = stage.root_rights().possible();
    open.extend(homeless(stage, run_as));
    open.extend(home_from_outside(stage, run_as, given));
    open.extend(of_an_unknown_base(stage));
    open.extend(places(stage, run_as, given));
    open.extend(written(stage, run_as, given));
    open.extend(started_elsewhere(stage, run_as, given));
    open.extend(told_on_a_platform(stage));
    open.extend(told_by_nobody_here(stage));
    open.extend(told_by_callers(stage));
    open.extend(documented(stage));
    open.extend(stage.file().comment_on_the_host().map(|line| {
        OpenCondition::new(
            format!("whether another user than root may use what the comment of line {line} gives the container of the host's"),
            "start it once as another user, with what the comment says",
        )
    }));
    if stage.filesystem().removes(&ImagePath::new("/tmp")) {
        open.push(OpenCondition::new(
            "whether the application needs /tmp, which the file removes and only root may make again",
            "remove what is in it (`/tmp/*`), and not the folder",
        ));
    }
    open.extend(stage.host_folders().map(|(_, open)| open));
    open.extend(stage.in_roots_home());
    open.extend(stage.installs_at_run_time().next().map(|install| {
        OpenCondition::new(
            format!(
                "whether another user than root may install packages, as {} does when the container runs",
                install.who
            ),
            "install them in the build",
        )
    }));
    open.extend(stage.builds_at_run_time().map(|build| {
        OpenCondition::new(
            format!(
                "whether another user than root may write what `{}` builds, which {} runs when the container does",
                build.what, build.who
            ),
            "do it in the build of the image, or give what it writes to the user",
        )
    }));
    open.extend(writes_to_itself(stage));
    open.extend(makes_migrations_of_packages(stage));
    open.extend(unknown_writes(stage, run_as, given));
    open.extend(into_what_nobody_makes(stage, given));
    open.extend(stage.closed_packages());
    open.extend(unread_sources(stage));
    open.extend(stage.missing_source().map(|named| {
        OpenCondition::new(
            format!("what `{named}` does, which is in no file of the build context"),
            "run dfix where its source is, or look into it",
        )
    }));
    open.extend(only_says_its_version(stage));
    open.extend(stage.fetched_application().map(|named| {
        OpenCondition::new(
            format!(
                "what `{named}` does, which comes with what is fetched when the image is built"
            ),
            "look into it, or start it once as another user",
        )
    }));
    open.extend(answered_elsewhere(stage));
    open.extend(given_to_nobody(stage));
    open.extend(kept(stage, run_as, given));
    open
}

/// A place that the sources name and that stays root's: something is written, nobody can tell where, or what is done with
/// the place is not known. Where they name none, whatever they write lies in what the user is given, or where whoever
/// starts it says.
fn unknown_writes(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    let writes = stage.run_time_writes();
    let write = writes.unknown.first();
    // Of a file of settings it is not known that anybody reads it, unless it names a log or a database; and what becomes of
    // some places is known.
    let is_followed = |path: &ImagePath| {
        let is = |it: &ImagePath| it.is_below(path) || path.is_below(it);
        writes.followed.iter().any(is) || writes.known.iter().any(|it| is(&it.path))
    };
    let mut places = stage.places_that_sources_name();
    let named = places.find(|named| {
        let may_be_written =
            !named.is_of_settings || file_is(named.path.file_name(), FileMark::Written);
        (write.is_some() || (may_be_written && !named.is_computed && !is_followed(&named.path)))
            && !given.iter().any(|folder| named.path.is_below(folder))
            && folder_above(named.path.as_str(), FolderMark::ForAll).is_none()
            && !stage
                .filesystem()
                .is_opened_to(&run_as.account, &named.path)
    })?;
    let how = if named.path.is_named_like_a_file() {
        "writes"
    } else {
        "writes below"
    };
    let (path, by) = (&named.path, &named.by);
    let what = match write {
        Some(write) => format!(
            "whether {} {how} {path}, which {by} names and which stays root's (where it writes, `{}` says)",
            write.who, write.what
        ),
        None => {
            format!("whether the application {how} {path}, which {by} names and which stays root's")
        }
    };
    Some(OpenCondition::new(
        what,
        "give the folder to the user by hand if so",
    ))
}

/// A file in a folder of the application that neither the image has nor the sources make, where nobody says how it is started:
/// it can be written where something is mounted there, and that is root's mostly.
fn into_what_nobody_makes(stage: Stage<'_>, given: &[ImagePath]) -> Option<OpenCondition> {
    let writes = stage.run_time_writes();
    let may_make = |folder: &ImagePath| {
        let mut known = writes.known.iter().filter(|it| it.is_folder);
        known.any(|it| it.path.is_below(folder)) || writes.unknown.iter().any(|it| it.is_folder)
    };
    let is_launched = stage.launches().next().is_some();
    let mut files = writes
        .known
        .iter()
        .filter(|it| !it.is_folder && !is_launched);
    let write = files.find(|write| {
        let folder = write.folder();
        given.iter().any(|it| folder.is_below(it) && folder != *it)
            && stage.filesystem().exists(&folder).is_no()
            && !may_make(&folder)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether something is mounted at {}, where {} writes and which nothing here makes: that would be root's",
            write.folder(),
            write.who
        ),
        "make the folder in the Dockerfile (`RUN mkdir`), so that a new volume takes its owner over",
    ))
}

/// Sources that are shipped and could not be read, or made out: what they write, nobody knows.
fn unread_sources(stage: Stage<'_>) -> Option<OpenCondition> {
    let sources = stage.application_sources();
    let what = sources.unread.first().cloned().or_else(|| {
        sources.files.iter().find_map(|file| {
            let (line, _) = file.source.trouble()?;
            Some(format!(
                "`{}` from line {line} on, which dfix cannot make out",
                file.context_path
            ))
        })
    });
    let what = what.or_else(|| stage.downloaded_jar())?;
    Some(OpenCondition::new(
        format!("where the application writes, as not all of it was read: {what}"),
        "start it once as another user",
    ))
}

/// Files are given to a user whom the image does not have.
fn given_to_nobody(stage: Stage<'_>) -> Option<OpenCondition> {
    let (copy, name) = stage.absent_owner()?;
    Some(OpenCondition::new(
        format!(
            "whether `{name}` is meant to run the application, to whom {} gives files: the image has no such user, so that \
             BuildKit leaves them root's and other builders stop",
            copy.label()
        ),
        format!("make `{name}` before it, or leave `--chown` out"),
    ))
}

/// A container that only starts a program to say its version, or what it can do, is for something else: to be built upon, or to be
/// given another command.
fn only_says_its_version(stage: Stage<'_>) -> Option<OpenCondition> {
    let argv = stage.entry().argv()?;
    let (program, words) = argv.split_first()?;
    let asks = |it: &&str| programs::asks_of_itself(it) || *it == "env";
    (!words.is_empty() && words.iter().all(asks)).then(|| {
        OpenCondition::new(
            format!(
                "whether what the image is for needs root: it only starts `{program} {}`",
                words.join(" ")
            ),
            "say by `CMD` what it is for, or add a `USER` by hand",
        )
    })
}

/// The project has an image of its own for users other than root.
fn answered_elsewhere(stage: Stage<'_>) -> Option<OpenCondition> {
    let sibling = stage.rootless_sibling()?;
    Some(OpenCondition::new(
        format!(
            "whether this image is meant to run as root: {sibling}, and is the project's own answer"
        ),
        "use that one, or move those who use this one over to it",
    ))
}

/// What a person does about volumes that containers filled as root before: an engine gives an empty one alone the owners
/// that the image has.
pub(crate) fn filled_before(
    stage: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
) -> Option<String> {
    let is_given = |path: &ImagePath| given.iter().any(|folder| path.is_below(folder));
    let mut paths: Vec<&str> = Vec::new();
    for volume in stage.volumes().iter().filter(|it| is_given(&it.path)) {
        if !paths.contains(&volume.path.as_str()) {
            paths.push(volume.path.as_str());
        }
    }
    let user = &run_as.name;
    let all = paths.join(" ");
    match paths.as_slice() {
        [] => None,
        [path] => Some(format!(
            "a volume at {path} that an earlier container filled stays root's: give it once, by `chown -R {user} {path}` in a \
             container that root starts"
        )),
        _ => Some(format!(
            "volumes at {} that earlier containers filled stay root's: give them once, by `chown -R {user} {all}` in a container \
             that root starts",
            paths.join(" and ")
        )),
    }
}

/// A Python package that writes into its own folder, which stays root's.
fn writes_to_itself(stage: Stage<'_>) -> Option<OpenCondition> {
    let packages = stage.python_packages();
    let mut known = packages.known.iter();
    let package = known.find_map(|it| python_package_in_itself(&it.name))?;
    let mut variables = package.variables(|_, _| false);
    if variables.any(|name| stage.final_env(name).is_set()) {
        return None;
    }
    Some(OpenCondition::new(
        format!(
            "whether `{}` writes into its own folder when it runs, which stays root's",
            package.name()
        ),
        "let it download what it needs when the image is built, or give its folder to the user",
    ))
}

/// `makemigrations` without the name of an application makes migrations of all that are installed, and writes them into the
/// folders of the packages, where a package leaves the kind of its keys to the project (Django's documentation,
/// `DEFAULT_AUTO_FIELD`).
fn makes_migrations_of_packages(stage: Stage<'_>) -> Option<OpenCondition> {
    const OF_DJANGO: [&str; 5] = ["django-", "djangorestframework-", "drf-", "dj-", "wagtail"];
    let is_open = |name: &str| {
        OF_DJANGO.iter().any(|start| name.starts_with(start))
            && !package_is(Ecosystem::Language, name, PackageMark::Migrated)
    };
    let packages = stage.python_packages();
    let mut known = packages.known.iter();
    let package = known.find(|it| is_open(&it.name))?;
    let process = stage.runtime().processes().find(|process| {
        let mut words = process.command.args().filter_map(Word::value);
        words.any(|word| word == "makemigrations")
            && !words.any(|word| !word.starts_with('-') || matches!(word, "--check" | "--dry-run"))
    })?;
    Some(OpenCondition::new(
        format!(
            "whether `makemigrations`, which {} runs, makes any for `{}`, whose folder stays root's",
            process.said(),
            package.name
        ),
        "name the project's own applications behind it, or make the migrations before the image is built",
    ))
}

/// A file goes to root on top of an image that nothing is known of: the image may have a user of its own.
fn of_an_unknown_base(stage: Stage<'_>) -> Option<OpenCondition> {
    let first = stage
        .base_stage()
        .user_steps()
        .next()
        .and_then(|step| stage.expand_text(step.words().next()?, step))?;
    let is_root = matches!(first.split(':').next(), Some("root" | "0"));
    (is_root && crate::base::facts(stage).is_none()).then(|| OpenCondition {
        condition: format!(
            "whether {} has a user of its own to go back to, as the file first goes to root",
            stage.base_image().text().unwrap_or("the base image")
        ),
        remedy: "look at the User of its configuration (`docker inspect`), and switch to that"
            .to_owned(),
    })
}

/// What the application keeps things in the home of whoever runs it for: a package, a program, or a place in its sources.
fn needs_home(stage: Stage<'_>) -> Option<&str> {
    let packages = stage.python_packages();
    let served = stage.entry().workload();
    // Package managers keep their logs and their cache there.
    let starts = served.filter(|c| c.is_marked(Mark::Home));
    packages
        .known
        .iter()
        .map(|package| package.name.as_str())
        .find(|name| package_is(Ecosystem::Language, name, PackageMark::Home))
        .or(starts.map(Command::name))
        .or(stage.run_time_writes().at_home.as_deref())
}

/// A home that whoever starts the container gives it, and that is not known to be the user's.
fn home_from_outside(
    stage: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
) -> Option<OpenCondition> {
    let who = needs_home(stage)?;
    let own = run_as.account.home.as_deref().map(ImagePath::new);
    let is_users = |path: &ImagePath| {
        let mut places = given.iter().chain(&own);
        places.any(|folder| path.is_below(folder))
            || is_for_all(path)
            || stage.filesystem().is_opened_to(&run_as.account, path)
    };
    let mut homes = stage.launched_homes();
    let home = homes.find(|home| !home.path.as_ref().is_some_and(is_users))?;
    let (user, by) = (&run_as.name, &home.by);
    Some(match home.path {
        None => OpenCondition::new(
            format!(
                "whether {who} may write in its home, which {by} sets `HOME` to when it is started"
            ),
            format!("set `HOME` there to a folder of {user}, or leave it out"),
        ),
        Some(path) if home.is_of_cloud_run => OpenCondition::new(
            format!(
                "whether {who} can do without a home that {user} may write: {by} deploys it to Google's Cloud Run, whose first \
                 generation sets `HOME` to {path}, which is root's"
            ),
            format!(
                "deploy it with `--execution-environment=gen2`, which keeps the home of {user}, or set `HOME` there to a folder \
                 that {user} may write"
            ),
        ),
        Some(path) => OpenCondition::new(
            format!(
                "whether {who} can do without a home that {user} may write: {by} sets `HOME` to {path}, which stays root's"
            ),
            format!("set `HOME` there to a folder of {user}, or leave it out"),
        ),
    })
}

fn homeless(stage: Stage<'_>, run_as: &RunAs) -> Option<OpenCondition> {
    let package = needs_home(stage)?;
    (!run_as.has_home(stage)).then(|| OpenCondition {
        condition: format!(
            "whether {package} can do without a home, which {} has not",
            run_as.name
        ),
        remedy: "make the user with a home (`useradd -m`)".to_owned(),
    })
}

/// A folder that stays root's, in which a launch starts the application.
fn started_elsewhere(
    stage: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
) -> Option<OpenCondition> {
    let mut folders = stage.launched_workdirs();
    let (path, who) = folders.find(|(path, _)| {
        let is_for_all = folder_above(path.as_str(), FolderMark::ForAll).is_some()
            && folder_above(path.as_str(), FolderMark::Root).is_none();
        !given.iter().any(|folder| path.is_below(folder))
            && !is_for_all
            && !stage.filesystem().is_opened_to(&run_as.account, path)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether the application can work in {path}, where {who} starts it and which stays root's"
        ),
        "give the folder to the user by hand if so",
    ))
}

/// A place that a variable names, on a platform where that may be a volume: those are root's (Railway's documentation,
/// "Volumes", `RAILWAY_RUN_UID`).
fn told_on_a_platform(stage: Stage<'_>) -> Option<OpenCondition> {
    let by = stage.on_a_platform()?;
    let unknown = &stage.run_time_writes().unknown;
    let write = unknown.iter().find(|it| it.what.starts_with('$'));
    let (who, what) = write
        .map(|write| (write.who.clone(), write.what.clone()))
        .or_else(|| {
            let (who, name, _) = asked_for_places(stage).next()?;
            Some((who, format!("${name}")))
        })?;
    Some(OpenCondition::new(
        format!(
            "whether {who} may write where `{what}` says, which is set where {by} is started: a volume there is root's"
        ),
        "look whether the platform mounts a volume there, and let it give that to the user",
    ))
}

/// A place that a variable names, which nothing here sets: a file of variables that is kept elsewhere may, or whoever starts
/// the container. Where it is not known what is written, that may lie in each place that the sources ask for.
fn told_by_nobody_here(stage: Stage<'_>) -> Option<OpenCondition> {
    let unknown = &stage.run_time_writes().unknown;
    let of_sources = unknown.iter().filter_map(|write| {
        let name = write.what.strip_prefix('$')?;
        Some((write.who.clone(), name.to_owned()))
    });
    let of_schemas = std::iter::once_with(|| stage.databases_of_variables());
    let of_schemas = of_schemas.flatten();
    let of_schemas = of_schemas.map(|it| (format!("the SQLite of {}", it.by), it.variable));
    let asked = unknown.first().into_iter().flat_map(|write| {
        let without_default = asked_for_places(stage).filter(|(_, _, has_default)| !has_default);
        without_default.map(|(_, name, _)| (write.who.clone(), name.to_owned()))
    });
    of_sources
        .chain(of_schemas)
        .chain(asked)
        .find_map(|(who, name)| {
            let unset = stage.nobody_sets(&name)?;
            Some(OpenCondition::new(
                format!("whether {who} may write where `${name}` says, which {unset}"),
                "look which place that is, and give it to the user by hand if it is outside of what the user is given",
            ))
        })
}

/// A program that the sources start, or a place where they write, that callers alone know.
fn told_by_callers(stage: Stage<'_>) -> Option<OpenCondition> {
    let of_program = |program| {
        format!("whether the {program} needs root's rights: the sources do not tell which it is")
    };
    let program = stage.application_sources().untold_program();
    let mut unknown = stage.run_time_writes().unknown.iter();
    let written = || {
        let write = unknown.find(|write| write.is_told_by_callers)?;
        let (who, what) = (&write.who, &write.what);
        Some(format!(
            "whether {who} may write where `{what}` says: whoever sends a request may name a place that stays root's"
        ))
    };
    let condition = program.map(of_program).or_else(written)?;
    Some(OpenCondition::new(
        condition,
        "look what may come there, and start it once as another user",
    ))
}

/// The variables that are named for a place and that the image does not set, each with the source that asks for it, and
/// whether that has a value of its own where nobody sets it.
fn asked_for_places(stage: Stage<'_>) -> impl Iterator<Item = (String, &str, bool)> {
    let files = stage.application_sources().files.iter();
    files.flat_map(move |file| {
        file.source.variables.iter().filter_map(move |asked| {
            let name = asked.name.value().map(String::as_str)?;
            let is_one = is_named_for_a_place(name) && !stage.final_env(name).is_set();
            let who = || format!("`{}` (line {})", file.context_path, asked.line);
            is_one.then(|| (who(), name, asked.default.is_some()))
        })
    })
}

/// A command that the documentation shows to run in its containers, and that needs root's rights.
fn documented(stage: Stage<'_>) -> Option<OpenCondition> {
    stage.documented_scripts().find_map(|script| {
        let mut commands = script.commands();
        let (name, why) = commands.find_map(|command| match command.known()?.privileges() {
            Privileges::Root(why) => Some((command.name().to_owned(), why)),
            _ => None,
        })?;
        Some(OpenCondition::new(
            format!("whether `{name}` in {} still works: {why}", script.path()),
            "say `-u root` there",
        ))
    })
}

/// Something that the application is known to write in a folder that nothing gives to the user, as where there is no shell to
/// do it with.
fn written(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    if stage.read_only().is_some() {
        return None;
    }
    let mut writes = stage.run_time_writes().known.iter();
    let write = writes.find(|write| {
        let folder = write.folder();
        !given.iter().any(|it| folder.is_below(it))
            && !is_for_all(&write.path)
            && !is_for_all(&folder)
            && !stage.filesystem().is_opened_to(&run_as.account, &folder)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether {} may write {}, which stays root's",
            write.who, write.path
        ),
        "make the folder in a stage that has a shell, and copy it with `--chown`",
    ))
}

/// Places that a variable names and that stay root's.
fn places(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    // What is mounted below /etc is read.
    let volumes = stage.volumes().iter();
    let volumes = volumes.filter(|volume| !volume.path.is_below(&ImagePath::new("/etc")));
    let is_for_all = |path: &ImagePath| {
        let is_temporary = path.is_below(&ImagePath::new("/tmp"));
        // What the build puts below /tmp stays root's, unlike /tmp itself.
        folder_above(path.as_str(), FolderMark::ForAll).is_some()
            && !(is_temporary && path.as_str() != "/tmp" && stage.makes(path))
    };
    // Where nothing but mounts can be written, nothing else is.
    let is_written = stage.read_only().is_none();
    let unmade = stage.unmade_folders();
    let left = stage
        .data_folders()
        .iter()
        .chain(&unmade)
        .filter(|_| is_written)
        .chain(volumes)
        .find(|data| {
            !given.iter().any(|folder| data.path.is_below(folder))
                && !is_for_all(&data.path)
                && !stage.filesystem().is_opened_to(&run_as.account, &data.path)
        })?;
    Some(OpenCondition::new(
        format!(
            "whether the application writes to {} ({}), which stays root's",
            left.path, left.shown_by
        ),
        "give it to the user by hand, or name a folder below the working directory",
    ))
}
