//! Variables that what starts the containers of a stage sets, or leaves to somebody else.

use dfix_launch::Launch;

use super::{all_shown, of};
use crate::facts::files_of_variables;
use crate::handles::Stage;

/// That nothing which is here sets a variable of the stage's containers: "nothing here sets", or not all that starts them
/// does; that only whoever starts them knows its value; or that a file of variables may which is not in the repository, and of which an example is: "may be set for service
/// `web` of compose.yaml, of whose variables only the example .env.sample is here".
pub(crate) fn nobody_sets(stage: Stage<'_>, name: &str) -> Option<String> {
    let without = || of(stage).filter(|launch| !sets(launch, name));
    let of_example = without().find_map(|launch| {
        let example = launch.examples.first()?;
        let said = launch.said();
        Some(format!(
            "may be set for {said}, of whose variables only the example {example} is here"
        ))
    });
    let unset = || {
        if files_of_variables::set(stage, name) || stage.final_env(name).is_set() {
            return None;
        }
        let is_set_by_some = of(stage).any(|launch| sets(launch, name));
        match without().next() {
            Some(launch) if is_set_by_some => Some(format!("{} does not set", launch.said())),
            None if is_set_by_some => None,
            _ => Some("nothing here sets".to_owned()),
        }
    };
    let passed_on = || {
        let is_open = |launch: &&Launch| {
            let mut set = launch.environment.iter();
            // What an example leaves to whoever copies it names no place there.
            let is_own = |file: &String| !launch.examples.contains(file);
            set.any(|it| it.name == name && it.value.is_none() && is_own(&it.place.file))
        };
        let launch = of(stage).find(is_open)?;
        Some(format!("whoever starts {} gives", launch.said()))
    };
    let shown = || {
        let launch = showing_a_place(stage, name)?;
        Some(format!("{} gives as an example", launch.said()))
    };
    of_example.or_else(passed_on).or_else(shown).or_else(unset)
}

/// Whether documentation or CI shows a container of the stage for which the variable is a place of its own: `docker run -e
/// DATA_DIR=/srv/data`.
pub(crate) fn is_shown_as_a_place(stage: Stage<'_>, name: &str) -> bool {
    showing_a_place(stage, name).is_some()
}

fn showing_a_place<'m>(stage: Stage<'m>, name: &str) -> Option<&'m Launch> {
    all_shown(stage).find(|launch| {
        let mut set = launch.environment.iter().filter(|it| it.name == name);
        set.any(|it| it.value.as_deref().is_some_and(|it| it.starts_with('/')))
    })
}

fn sets(launch: &Launch, name: &str) -> bool {
    launch.environment.iter().any(|it| it.name == name)
}

/// Whether one of the project's files chooses a value of the variable for containers of the stage: what starts them,
/// or a file of variables that lies beside the application.
pub(crate) fn is_chosen(stage: Stage<'_>, name: &str) -> bool {
    of(stage).any(|launch| sets(launch, name)) || files_of_variables::set(stage, name)
}
