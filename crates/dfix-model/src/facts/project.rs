//! Which packages of languages a command installs, by name or through the files of a project, and what each asks of
//! the image: whether it compiles where it is installed, which program fetches it, which libraries it loads when it
//! runs. What a file that was not read names is an open condition of its list.

mod constraints;
mod gemfile_lock;
mod lines;
mod list;
mod locks;
mod native;
pub(crate) mod node;
pub mod package_json;
mod python;
mod python_version;
mod ruby;
mod sources;
mod wheel_tags;
mod wheels;

use rustc_hash::FxHashSet;

use dfix_catalogue::bring_its_libraries;

use crate::collect::command::WrapperKind;
use crate::facts::call_site::CallSite;
use crate::handles::Command;
use crate::packages::{PackageCommand, PackageManager};

pub use lines::normal_python_name;
pub use list::{Language, LanguagePackage, LocalProject, Origin, PackageList};
pub(crate) use node::project_file;
pub use node::{NodeProject, runs_install_scripts};
pub use package_json::{Dependency, DependencyKind, PackageJson};
pub use python_version::PythonVersion;
pub use sources::{SourcesName, sources_name};

/// What a command installs of a language's packages, list by list: pip, uv, pipx, poetry, pipenv, pdm, `setup.py`,
/// npm, yarn, pnpm, gem and bundle. None for other commands, and for a command of these that installs nothing.
/// `package` is the command as a package manager's, if it is one's.
pub fn installed_by<'m>(
    command: Command<'m>,
    package: Option<&PackageCommand<'m>>,
    site: &CallSite<'m>,
) -> Vec<PackageList> {
    let mut lists = without_brought_libraries(python::by_tool(command, site));
    let Some(package) = package else {
        return lists;
    };
    let (language, named) = match package.manager {
        PackageManager::Pip | PackageManager::Uv | PackageManager::Pipx => {
            let lists = python::by_pip(package, site);
            (Language::Python, without_brought_libraries(lists))
        }
        PackageManager::Conda => (Language::Python, python::by_conda(package)),
        PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm => {
            (Language::Node, node::by_npm(package, site))
        }
        PackageManager::Gem | PackageManager::Bundler => {
            (Language::Ruby, ruby::by_gem(package, site))
        }
        _ => return lists,
    };
    let is_given_more = command
        .wrappers()
        .any(|wrapper| wrapper.kind == WrapperKind::Arguments);
    if is_given_more && !named.is_empty() {
        let condition = format!(
            "whether what is given to `{}` in {} needs a compiler",
            command.name(),
            list::instruction_name(site)
        );
        lists.push(PackageList::unknown(
            language,
            condition,
            "look at the list that it is given",
        ));
    }
    lists.extend(named);
    lists
}

/// Takes from a Python package the libraries that another one of these lists brings in its stead, or asks for itself.
fn without_brought_libraries(mut lists: Vec<PackageList>) -> Vec<PackageList> {
    let all = || lists.iter().flat_map(|it| &it.packages);
    let brought: FxHashSet<String> = all()
        .filter(|it| !it.libraries.is_empty())
        .filter(|it| {
            bring_its_libraries(&it.name)
                .any(|other| all().any(|it| normal_python_name(&it.name) == other))
        })
        .map(|it| it.name.clone())
        .collect();
    for package in lists.iter_mut().flat_map(|it| &mut it.packages) {
        if brought.contains(&package.name) {
            package.libraries.clear();
        }
    }
    lists
}
