//! Whether people work in the containers of a stage, and install there what they need.

use dfix_launch::{Launch, Source};

use crate::facts::launches;
use crate::handles::Stage;

impl Stage<'_> {
    /// What says that people work in its containers and install there what they need: its name, that of its
    /// Dockerfile where it is the last one, or a `devcontainer.json` that builds it; as "the stage is called `dev`".
    pub fn workplace(self) -> Option<String> {
        workplace(self)
    }

    /// What says that people work in its containers as another user than root: a `devcontainer.json` that names one, or that names
    /// none where the image's is not known to be root.
    pub fn worked_in_by_another_user(self) -> Option<String> {
        let mut editors = launches::of_editors(self);
        let editor = editors.find(|it| launches::is_of_another_user(self, it));
        editor.map(Launch::said)
    }

    /// The `devcontainer.json` that builds it, where nothing else does: an editor starts it then, in place of its own
    /// start, as the user that this file names.
    pub fn editor(self) -> Option<Editor> {
        editor(self)
    }
}

/// What starts a container for an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// The `devcontainer.json`.
    pub file: String,
    /// The user that people work as there, where the file names one that is known (`remoteUser`, `containerUser`).
    pub user: Option<String>,
}

impl Editor {
    /// Whether people work as another user than root, as the file says.
    pub fn names_a_user(&self) -> bool {
        self.user
            .as_deref()
            .is_some_and(|it| !launches::is_root(it))
    }
}

fn editor(stage: Stage<'_>) -> Option<Editor> {
    // The service that an editor works in has a file of Compose of its own, beside the editor's.
    let is_editors = |launch: &Launch| {
        let is_beside = launch.place.file.split('/').any(|it| it == ".devcontainer");
        launch.source == Source::Devcontainer || (launch.source == Source::Compose && is_beside)
    };
    let mut launches = launches::built_from(stage).chain(launches::of(stage));
    if !launches.all(is_editors) {
        return None;
    }
    let launch = launches::built_from(stage).find(|it| it.source == Source::Devcontainer)?;
    Some(Editor {
        file: launch.place.file.clone(),
        user: launch.user.clone(),
    })
}

fn workplace(stage: Stage<'_>) -> Option<String> {
    if let Some(name) = stage
        .name()
        .filter(|it| dfix_catalogue::is_named_for_work(it))
    {
        return Some(format!("the stage is called `{name}`"));
    }
    let file = stage.file();
    let is_last = file.final_stage() == Some(stage);
    let name = file.context().dockerfile_name().filter(|_| is_last);
    if let Some(name) = name.filter(|it| dfix_catalogue::is_named_for_work(it)) {
        return Some(format!("the file is called {name}"));
    }
    let launch = launches::built_from(stage).find(|it| it.source == Source::Devcontainer)?;
    Some(format!("{} builds it", launch.said()))
}
