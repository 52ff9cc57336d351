//! What whoever builds the file gives its global `ARG`s.

use dfix_launch::Launch;

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
        let name = self.name();
        let mut found = Vec::new();
        for launch in &launches::all(self.file).launches {
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
