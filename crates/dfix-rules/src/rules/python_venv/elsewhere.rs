//! What other files of the project use out of the image that lies in the environment then: Dockerfiles, and what starts it.

use dfix_engine::OpenCondition;
use dfix_model::context::{ImageUseKind, UsedElsewhere};
use dfix_model::launch::{Health, Launch, Start};
use dfix_model::scripts::Script;
use dfix_model::{Command, ImagePath};

use crate::base::MOST_OPEN;

use super::site::{Site, VENV};
use super::tools::Installed;
use super::{doubts, obstacles, shipped};

/// What stays open of them: the first use of each file.
pub(super) fn possible(site: &Site<'_>) -> Vec<OpenCondition> {
    let installed = Installed::of(site);
    let uses = site.stage.file().context().used_elsewhere().iter();
    let mut uses: Vec<_> = uses.filter(|it| is_moved(site, &installed, it)).collect();
    uses.dedup_by(|a, b| a.file == b.file);
    uses.into_iter().map(condition).collect()
}

fn condition(it: &UsedElsewhere) -> OpenCondition {
    let UsedElsewhere {
        file,
        used,
        is_known,
        ..
    } = it;
    let (path, line) = (&used.path, used.line);
    let image = if *is_known {
        "the image".to_owned()
    } else {
        format!("{}, which may be this image", used.image)
    };
    let used = if used.how == ImageUseKind::Copied {
        format!("takes {path} out of {image}")
    } else {
        format!("is based on {image}, and uses {path}")
    };
    OpenCondition::new(
        format!("whether `{file}` (line {line}) misses what pip installs here: it {used}"),
        format!("let it use {VENV} as well"),
    )
}

/// Whether pip's packages or their programs are among what is used, and in the environment then. Of an image that may be
/// another one only the folders themselves count.
fn is_moved(site: &Site<'_>, installed: &Installed<'_, '_>, it: &UsedElsewhere) -> bool {
    let is_copied = it.used.how == ImageUseKind::Copied;
    let is_a_place = is_copied || it.used.how == ImageUseKind::Named;
    let is_likely = it.is_known || it.used.is_copied_as_it_is();
    if !is_a_place || !is_likely {
        return false;
    }
    let used = ImagePath::new(&it.used.path);
    let is_below = |folder: &str| used.is_below(&ImagePath::new(folder));
    let is_packages =
        used.as_str().contains("-packages") && (is_below("/usr/local/lib") || is_below("/usr/lib"));
    let is_folder = is_copied && {
        let programs = ["/usr/local/bin", "/usr/bin"];
        let mut programs = programs
            .into_iter()
            .filter(|it| site.is_folder_of_programs(it));
        let python = used.file_name().starts_with("python3") && used.parent().is_some();
        let is_around = |folder: &str| {
            let folder = ImagePath::new(folder);
            used == folder || (it.is_known && folder.is_below(&used))
        };
        programs.any(is_around)
            || is_around("/usr/local/lib")
            || (python && (is_below("/usr/local/lib") || is_below("/usr/lib")))
            || (!it.is_known && used.as_str() == "/usr/local")
    };
    let is_program = it.is_known && {
        let folder = used.parent();
        let is_place = folder.is_some_and(|it| site.is_folder_of_programs(it.as_str()));
        is_place && installed.has(used.file_name())
    };
    is_packages || is_folder || is_program
}

/// What stays open of the other Dockerfiles that are based on the image, and of what starts theirs: they are asked as a
/// stage of this file would be that is based on the image's.
pub(super) fn based_on_it(site: &Site<'_>) -> Vec<OpenCondition> {
    let mut open = Vec::new();
    site.stage.each_based_elsewhere(&mut |child, of| {
        let place = of.said();
        for told in of_child(&site.seen_by(child)).take(MOST_OPEN) {
            let OpenCondition { condition, remedy } = told;
            open.push(OpenCondition::new(
                format!("{condition}, in {place}"),
                remedy,
            ));
        }
    });
    open.truncate(MOST_OPEN);
    open
}

/// What stands against the environment there, or may.
fn of_child<'s>(site: &'s Site<'_>) -> impl Iterator<Item = OpenCondition> + 's {
    let against = obstacles::first(site).map(|why| {
        OpenCondition::new(
            format!("whether the environment is found ({why})"),
            format!("let it name programs without a folder, or those of {VENV}"),
        )
    });
    let scripts = match doubts::scripts(site) {
        Ok(open) => open,
        Err(why) => vec![OpenCondition::new(
            format!(
                "whether its scripts find the environment ({})",
                why.into_text()
            ),
            format!("let them name programs without a folder, or those of {VENV}"),
        )],
    };
    against
        .into_iter()
        .chain(by_launches(site))
        .chain(shipped::possible(site))
        .chain(scripts)
        .chain(doubts::possible(site))
}

/// What the project's files start at its old place, or show how to start there, or mount over one of the two.
pub(super) fn by_launches(site: &Site<'_>) -> Option<OpenCondition> {
    let installed = Installed::of(site);
    let is_old_place = |word: &str| {
        let path = ImagePath::new(word);
        let folder = path.parent();
        let is_place = folder.is_some_and(|it| site.is_folder_of_programs(it.as_str()));
        word.starts_with('/') && is_place && installed.has(path.file_name())
    };
    let launched = site.launches().find_map(|launch| {
        let mut words = words_of(launch).into_iter();
        let named = words.find(|word| is_old_place(word));
        let mut mounts = launch.mounts.iter().map(|mount| mount.target.as_str());
        let hides = |target: &&str| {
            let path = ImagePath::new(target);
            target.contains("-packages") || ImagePath::new(VENV).is_below(&path)
        };
        let (what, place) = match named {
            Some(word) => ("starts", word),
            None => ("mounts something at", mounts.find(hides)?.to_owned()),
        };
        Some(OpenCondition::new(
            format!(
                "whether {} finds the packages in {VENV}: it {what} {place}",
                launch.said()
            ),
            format!("let it name programs without a folder, or those of {VENV}"),
        ))
    });
    launched.or_else(|| {
        let named = |script: Script<'_>| {
            let mut words = script.commands().flat_map(Command::words);
            let word = words.find_map(|word| word.value().filter(|it| is_old_place(it)))?;
            Some((word.to_owned(), script.path().to_owned()))
        };
        let (word, by) = site.documented().find_map(named)?;
        Some(OpenCondition::new(
            format!(
                "whether {word} is still called so, which {by} shows to run in the container: it would be in {VENV}"
            ),
            format!("let it name programs without a folder, or those of {VENV}"),
        ))
    })
}

/// The words of what a launch starts, its health checks among them; of a shell's text its pieces.
fn words_of(launch: &Launch) -> Vec<String> {
    let check = launch.health.iter().filter_map(|health| match health {
        Health::Command(start) => Some(start),
        Health::Off => None,
    });
    let own = launch.entrypoint.iter().chain(&launch.command);
    let starts = own.chain(check).chain(&launch.further_checks);
    let pieces = |text: &str| {
        text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '&' | '|' | '('))
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    starts
        .flat_map(|start| match start {
            Start::Words(words) => words.iter().flat_map(|word| pieces(word)).collect(),
            Start::Shell(text) => pieces(text),
            Start::Nothing => Vec::new(),
        })
        .collect()
}
