//! Whether people work in the containers of a stage, and install there what they need.

use dfix_launch::Source;

use crate::facts::launches;
use crate::handles::Stage;

impl Stage<'_> {
    /// What says that people work in its containers and install there what they need: its name, that of its
    /// Dockerfile where it is the last one, or a `devcontainer.json` that builds it; as "the stage is called `dev`".
    pub fn workplace(self) -> Option<String> {
        workplace(self)
    }
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
