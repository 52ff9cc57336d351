//! What `gem` and `bundle` install.

use super::gemfile_lock::locked_gems;
use super::list::{Language, LanguagePackage, Origin, PackageList, instruction_name};
use super::native;
use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::Ternary;
use dfix_catalogue::{Form, ruby_gem};

const LOOK: &str =
    "look whether its gem has extensions, or keep a Gemfile.lock in the build context";
const LOOK_AT_GEMFILE: &str = "look into Gemfile for gems with extensions or from repositories, or keep a Gemfile.lock in the build context";

/// What a command of gem or bundler installs.
pub(super) fn by_gem(command: &PackageCommand<'_>, site: &CallSite<'_>) -> Vec<PackageList> {
    if command.subcommand_is_one_of(&["specific_install"]) {
        return vec![from_repository("a gem from a repository")];
    }
    if !command.is_install() {
        return Vec::new();
    }
    if command.manager == PackageManager::Gem {
        return vec![by_words(command)];
    }
    let unknown = |what: String| {
        let condition = format!("whether {what} compiles native parts or needs git");
        vec![PackageList::unknown(
            Language::Ruby,
            condition,
            LOOK_AT_GEMFILE,
        )]
    };
    match site.read("Gemfile.lock") {
        Answer::Found(lock) => by_lock(&lock),
        Answer::Absent => unknown(format!("what {} installs", instruction_name(site))),
        Answer::Unknown(why) => unknown(format!("what Gemfile names ({why})")),
    }
}

fn by_words(command: &PackageCommand<'_>) -> PackageList {
    let mut list = PackageList::new(Language::Ruby, None);
    for spec in command.packages() {
        let Some(name) = spec.name else {
            list.open(
                format!(
                    "whether `{}` compiles native parts",
                    spec.word.source_text()
                ),
                LOOK,
            );
            continue;
        };
        list.push(gem(name, spec.version));
        if ruby_gem(name).is_some_and(|gem| gem.brings_more) {
            list.open(
                format!("whether what the gem `{name}` brings along compiles native parts"),
                LOOK,
            );
        }
    }
    list
}

fn by_lock(lock: &str) -> Vec<PackageList> {
    let mut list = PackageList::new(Language::Ruby, Some("Gemfile.lock"));
    let (gems, has_repository) = locked_gems(lock);
    for found in gems {
        list.push(gem(found.name, Some(found.version)));
        let has_platforms = ruby_gem(found.name).is_some_and(|gem| gem.form == Form::Prebuilt);
        if has_platforms && !found.is_ready_made {
            list.open(
                format!("whether the gem `{}` comes ready-made: Gemfile.lock does not name its form for x86_64-linux", found.name),
                "run `bundle lock --add-platform x86_64-linux`",
            );
        }
    }
    let mut lists = vec![list];
    if has_repository {
        let mut fetched = from_repository("gems from a repository");
        fetched.open.clear();
        lists.push(fetched);
    }
    lists
}

/// Gems whose sources git fetches.
fn from_repository(what: &str) -> PackageList {
    let mut list = PackageList::new(Language::Ruby, None);
    list.push(LanguagePackage {
        name: String::new(),
        version: None,
        is_for_build: false,
        origin: Origin::Repository {
            tool: "git",
            over_ssh: false,
        },
        compiles: Ternary::No,
        because: String::new(),
        libraries: Vec::new(),
        has_unknown_needs: false,
    });
    list.open(format!("whether {what} compiles native parts"), LOOK);
    list
}

fn gem(name: &str, version: Option<&str>) -> LanguagePackage {
    let known = native::ruby(name, version);
    LanguagePackage {
        name: name.to_owned(),
        version: None,
        is_for_build: false,
        origin: Origin::Index,
        compiles: match known.compiles {
            Some(compiles) => compiles.into(),
            None => Ternary::unknown(
                format!("whether the gem `{name}` compiles native parts"),
                LOOK,
            ),
        },
        because: format!("the gem `{name}` compiles when it is installed"),
        libraries: known.libraries,
        has_unknown_needs: known.has_unknown_needs,
    }
}
