//! Secrets and settings that a service is given.

use crate::compose::service::Reader;
use crate::launch::{Mount, MountKind};
use crate::mode;
use crate::yaml::Node;

impl Reader<'_> {
    /// A secret that the service is given, where it is a file of the host.
    pub(super) fn secret(&self, node: &Node) -> Option<Mount> {
        let name = node.text().or_else(|| node.text_of("source"))?;
        let declared = self.declared("secrets", name);
        let Some(file) = declared.and_then(|it| it.text_of("file")) else {
            return self.guarded(node, "/run/secrets/");
        };
        let target = node.text_of("target").unwrap_or(name);
        Some(Mount {
            kind: MountKind::Secret(self.variables.put_into_name(file)),
            target: if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/run/secrets/{target}")
            },
            is_read_only: true,
            place: self.place(node),
        })
    }

    /// What Swarm gives the service with a mode that lets only root read it: `{source: key, mode: 0400}` without a `uid`.
    ///
    /// Source: the Compose specification, "services", `secrets` and `configs`, long syntax.
    pub(super) fn guarded(&self, node: &Node, folder: &str) -> Option<Mount> {
        let name = node.text_of("source")?;
        let is_roots = node.text_of("mode").is_some_and(mode::is_closed)
            && ["uid", "gid"].iter().all(|it| node.get(it).is_none());
        let target = node.text_of("target").unwrap_or(name);
        is_roots.then(|| Mount {
            kind: MountKind::Guarded(name.to_owned()),
            target: if target.starts_with('/') {
                target.to_owned()
            } else {
                [folder, target].concat()
            },
            is_read_only: true,
            place: self.place(node),
        })
    }
}
