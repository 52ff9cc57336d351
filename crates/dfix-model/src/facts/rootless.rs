//! Whether the project has an image of its own for those who do not want root.

use dfix_catalogue::{is_named_rootless, may_be_dockerfile};

use crate::handles::Stage;

impl Stage<'_> {
    /// What the project has for users other than root beside this stage: "Dockerfile.rootless lies beside it", "the file
    /// has a stage `nonroot`". `None` where it is that itself.
    pub fn rootless_sibling(self) -> Option<String> {
        let file = self.file();
        let own = file
            .context()
            .dockerfile_name()
            .into_iter()
            .chain(self.name());
        if own.into_iter().any(is_named_rootless) {
            return None;
        }
        let names = file.context().list("").found().unwrap_or_default();
        let is_dockerfile = |name: &String| !name.ends_with('/') && may_be_dockerfile(name);
        let beside = names
            .into_iter()
            .filter(is_dockerfile)
            .find(|it| is_named_rootless(it));
        let beside = beside.map(|name| format!("{name} lies beside it"));
        beside.or_else(|| {
            let name = file
                .stages()
                .filter_map(Stage::name)
                .find(|it| is_named_rootless(it))?;
            Some(format!("the file has a stage `{name}`"))
        })
    }
}
