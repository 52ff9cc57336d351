//! What whoever builds the file gives its global `ARG`s.

use dfix_launch::Launch;

use crate::collect::model::Model;
use crate::facts::launches;
use crate::handles::GlobalArg;

/// A value that a build is given for an `ARG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenArgument {
    /// The value, where it is known.
    pub value: Option<String>,
    /// Who gives it, as a message names it: "service `web` of compose.yaml (line 4)".
    pub by: String,
}

impl GlobalArg<'_> {
    /// What builds of the file give it in place of its default, in the order of who does.
    pub fn given(self) -> Vec<GivenArgument> {
        self.file.given_arguments(self.name())
    }
}

impl Model<'_> {
    /// What builds of the file give an argument of this name, whether or not the file declares it.
    pub fn given_arguments(&self, name: &str) -> Vec<GivenArgument> {
        let mut found = Vec::new();
        for launch in &launches::all(self).launches {
            let arguments = launch.build.iter().flat_map(|it| &it.arguments);
            found.extend(arguments.filter(|(key, _)| key == name).map(|(_, value)| {
                GivenArgument {
                    value: value.clone(),
                    by: said(launch),
                }
            }));
        }
        found
    }
}

/// Who a launch is, and where it stands.
pub(crate) fn said(launch: &Launch) -> String {
    format!("{} (line {})", launch.said(), launch.place.line)
}
