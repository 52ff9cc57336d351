//! Secrets and settings that a service is given.

use crate::compose::service::Reader;
use crate::launch::{Mount, MountKind};
use crate::mode;
use crate::yaml::Node;

impl Reader<'_> {
    /// What the service is given of a part at the top of the file, `secrets` or `configs`, which lies in this folder unless
    /// it is said where: a file of the host, or what Swarm gives it with a mode that lets only root read it,
    /// `{source: key, mode: 0400}` without a `uid`.
    ///
    /// Source: the Compose specification, "services", `secrets` and `configs`, long syntax.
    pub(super) fn given(&mut self, part: &str, folder: &str, node: &Node) -> Option<Mount> {
        let name = node.text().or_else(|| node.text_of("source"))?;
        let name = self.variables.put_into_name(name);
        let target = match node.get("target") {
            Some(target) => self.text(target, &format!("the place of what `{part}` gives"))?,
            None => name.clone(),
        };
        let target = if target.starts_with('/') {
            target
        } else {
            [folder, &target].concat()
        };
        let is_roots = || {
            node.text_of("mode").is_some_and(mode::is_closed)
                && ["uid", "gid"].iter().all(|it| node.get(it).is_none())
        };
        let declared = self.declared(part, &name);
        let kind = match declared.and_then(|it| it.text_of("file")) {
            Some(file) => {
                let file = self.variables.put_into_name(file);
                if part == "secrets" {
                    MountKind::Secret(file)
                } else {
                    MountKind::Host(file)
                }
            }
            None if is_roots() => MountKind::Guarded(name),
            None => return None,
        };
        Some(Mount {
            kind,
            target,
            is_read_only: true,
            place: self.place(node),
        })
    }
}
