//! The places outside of an application that its sources and its settings name, and where it could write.

use dfix_catalogue::variables::names_data;
use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above, folder_is, is_file_of_a_tool};
use dfix_sources::Named;

use crate::facts::application_sources::application_sources;
use crate::facts::data_folders::is_made;
use crate::facts::shipped_settings;
use crate::handles::Stage;
use crate::path::{ImagePath, file_name};

/// A place outside of the application that a source or a file of settings names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// The place.
    pub path: ImagePath,
    /// What names it: "`settings.py` (line 3)".
    pub by: String,
}

/// The places that the sources of the stage, then its settings name, and where an application could write: below or in
/// those folders of the system in which packages and applications keep their data, in a folder that the image has, or
/// one at the top that is called as folders of data or such files are.
pub(crate) fn of(stage: Stage<'_>) -> impl Iterator<Item = NamedPlace> {
    let files = application_sources(stage).files.iter();
    let own = |path: &str| !is_file_of_a_tool(file_name(path));
    let of_sources = files
        .filter(move |file| own(&file.context_path))
        .flat_map(move |file| {
            let all = file.source.named.iter();
            all.filter_map(move |named| place(stage, &file.context_path, named))
        });
    let settings = std::iter::once_with(move || shipped_settings::of(stage).iter()).flatten();
    let of_settings = settings.flat_map(move |file| {
        let all = file.settings.named.iter();
        all.filter_map(move |named| place(stage, &file.path, named))
    });
    of_sources.chain(of_settings)
}

fn place(stage: Stage<'_>, file: &str, named: &Named) -> Option<NamedPlace> {
    let path = ImagePath::new(&named.path);
    may_be_written(stage, &path, named.may_be_route).then(|| NamedPlace {
        path,
        by: format!("`{file}` (line {})", named.line),
    })
}

/// Whether a path that stands in a text may be a place that is written, and no route of a server.
fn may_be_written(stage: Stage<'_>, path: &ImagePath, may_be_route: bool) -> bool {
    let mut parts = path.parts();
    let (Some(first), is_deep) = (parts.next(), parts.next().is_some()) else {
        return false;
    };
    let top = format!("/{first}");
    if !folder_is(&top, FolderMark::System) || folder_is(&top, FolderMark::Route) {
        return is_made(stage, &ImagePath::new(&top))
            || (!may_be_route && is_called_like_data(path, &top, is_deep));
    }
    let own = folder_is(path.as_str(), FolderMark::Own);
    let is_closed = |mark| {
        folder_above(path.as_str(), mark).is_some_and(|folder| !folder_is(folder, FolderMark::Own))
    };
    if folder_is(path.as_str(), FolderMark::System) {
        let is_open = !is_closed(FolderMark::Closed) && !is_closed(FolderMark::Root);
        return (own || is_open) && (is_deep || !may_be_route);
    }
    is_deep && !is_closed(FolderMark::Closed)
}

/// Whether a path at the top of the image, none of the system's, is called as folders for data are, or as files that
/// applications write.
fn is_called_like_data(path: &ImagePath, top: &str, is_deep: bool) -> bool {
    let name = top.trim_start_matches('/').to_ascii_uppercase();
    let is_data = !name.contains('.') && names_data(&name.replace('-', "_"));
    !folder_is(top, FolderMark::Route)
        && (is_data || (!is_deep && file_is(path.file_name(), FileMark::Written)))
}
