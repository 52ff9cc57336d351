//! What the sources of a Node application ask for, as far as the build context has them.

use dfix_catalogue::{FileMark, file_is, is_file_of_a_tool};

use crate::context::{Answer, Context};
use crate::facts::call_site::CallSite;
use crate::path::{ImagePath, folder_of};

/// How many files are read for one answer.
const MOST_FILES: usize = 120;

/// Whether the sources of an application name something, a variable say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourcesName {
    /// None of so many files does.
    Nowhere(usize),
    /// This file does, by its path in the build context.
    In(String),
    /// They cannot all be read; why.
    Unread(String),
}

/// Whether a source of the application in the folder of a package.json names this text. What its tools and its tests
/// read is left out.
pub fn sources_name(site: &CallSite<'_>, package: &ImagePath, text: &str) -> SourcesName {
    let stage = site.stage();
    let place = stage.and_then(|stage| stage.final_context_path_of(package.as_str()));
    match (stage, place) {
        (Some(stage), Some(place)) => look_below(stage.file().context(), folder_of(&place), text),
        _ => SourcesName::Unread("it is not known where the application comes from".to_owned()),
    }
}

fn look_below(context: &dyn Context, root: &str, text: &str) -> SourcesName {
    let mut folders = vec![root.to_owned()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        let names = match context.list(&folder) {
            Answer::Found(names) => names,
            Answer::Absent => continue,
            Answer::Unknown(why) => return SourcesName::Unread(why),
        };
        for name in names.iter().filter(|name| !name.starts_with('.')) {
            let path = match folder.as_str() {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            if let Some(inner) = path.strip_suffix('/') {
                if !file_is(name.trim_end_matches('/'), FileMark::Aside) {
                    folders.push(inner.to_owned());
                }
                continue;
            }
            if !file_is(name, FileMark::NodeSource) || is_file_of_a_tool(name) {
                continue;
            }
            read += 1;
            if read > MOST_FILES {
                return SourcesName::Unread(format!("there are more than {MOST_FILES} of them"));
            }
            match context.read(&path) {
                Answer::Found(source) if source.contains(text) => return SourcesName::In(path),
                Answer::Found(_) | Answer::Absent => {}
                Answer::Unknown(why) => return SourcesName::Unread(why),
            }
        }
    }
    match read {
        0 => SourcesName::Unread("none lie beside the Dockerfile".to_owned()),
        read => SourcesName::Nowhere(read),
    }
}
