//! The home that whoever starts a container gives it, in place of the image's and its user's.

use dfix_launch::{Deployed, Launch};

use super::{all, is_public, with_all};
use crate::handles::Stage;
use crate::path::ImagePath;

/// A home that containers of a stage are given where they are started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchedHome {
    /// Which; none where only whoever starts the container knows.
    pub path: Option<ImagePath>,
    /// Who gives it, with the line: "service `web` of compose.yaml (line 7)".
    pub by: String,
    /// Whether Google's Cloud Run sets it by itself, where it takes its first generation.
    pub is_of_cloud_run: bool,
}

impl Stage<'_> {
    /// The homes that containers of the stage are given by what starts them as the image's user, or deploys them, in place of
    /// the image's and its user's.
    pub fn launched_homes(self) -> impl Iterator<Item = LaunchedHome> {
        of(self)
    }
}

fn of(stage: Stage<'_>) -> impl Iterator<Item = LaunchedHome> {
    let started = with_all(stage).filter(|launch| launch.user.is_none());
    let deployed = all(stage.file()).deployments.iter();
    let deployed = deployed.filter(|launch| !is_public(launch));
    let set = started.chain(deployed.clone()).filter_map(set_by);
    let own = deployed.filter(|launch| set_by(launch).is_none());
    set.chain(own.map(|launch| LaunchedHome {
        path: Some(ImagePath::new(Deployed::HOME)),
        by: format!("{} (line {})", launch.said(), launch.place.line),
        is_of_cloud_run: true,
    }))
}

/// What a launch sets `HOME` to.
fn set_by(launch: &Launch) -> Option<LaunchedHome> {
    let variable = launch.environment.iter().rfind(|it| it.name == "HOME")?;
    let place = &variable.place;
    let at = if place.file == launch.place.file {
        format!("line {}", place.line)
    } else {
        place.to_string()
    };
    Some(LaunchedHome {
        path: variable.value.as_deref().map(ImagePath::new),
        by: format!("{} ({at})", launch.said()),
        is_of_cloud_run: false,
    })
}
