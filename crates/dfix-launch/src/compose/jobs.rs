//! What is run or written in the containers of a service beside what they start.

use crate::compose::service::Reader;
use crate::launch::{Launch, Mount, MountKind, Source, Within};
use crate::words;
use crate::yaml::Node;

impl Reader<'_> {
    /// A folder that is written into the container when it changes: `develop.watch`. The Compose specification: the user of the
    /// container must be able to write there.
    pub(super) fn watch(&self, node: &Node) -> Option<Mount> {
        if !node.text_of("action")?.starts_with("sync") {
            return None;
        }
        Some(Mount {
            kind: MountKind::Synced(node.text_of("path")?.to_owned()),
            target: node.text_of("target")?.to_owned(),
            is_read_only: false,
            place: self.place(node),
        })
    }

    /// The commands of its hooks, of what is watched, and of the jobs that a scheduler runs in it (Ofelia's labels).
    pub(super) fn jobs(&mut self, node: &Node, service: &str) -> Vec<Launch> {
        let hooks = ["post_start", "pre_stop"].into_iter();
        let hooks = hooks.flat_map(|key| node.list_of(key));
        let watches = node.at(&["develop", "watch"]).and_then(Node::list);
        let watches = watches.unwrap_or_default().iter();
        let all: Vec<&Node> = hooks
            .chain(watches.filter_map(|it| it.get("exec")))
            .collect();
        let mut jobs: Vec<Launch> = all
            .into_iter()
            .filter_map(|it| {
                let mut job = self.job(service, it);
                job.command = Some(self.start(it, "command")?);
                job.user = it.text_of("user").map(str::to_owned);
                job.working_dir = it.text_of("working_dir").map(str::to_owned);
                job.is_privileged = it.says("privileged");
                Some(job)
            })
            .collect();
        let labels = node.get("labels");
        let pairs = labels.map(|it| self.pairs(it)).unwrap_or_default();
        for (name, value) in &pairs {
            let job = name.strip_prefix("ofelia.job-exec.");
            let Some(job) = job.and_then(|it| it.strip_suffix(".command")) else {
                continue;
            };
            let user = format!("ofelia.job-exec.{job}.user");
            let user = pairs.iter().find(|(name, _)| *name == user);
            let mut launch = self.job(service, labels.unwrap_or(node));
            launch.command = value
                .as_deref()
                .and_then(words::split)
                .map(crate::launch::Start::Words);
            // Ofelia's own default.
            launch.user = Some(
                user.and_then(|it| it.1.clone())
                    .unwrap_or_else(|| "root".to_owned()),
            );
            jobs.push(launch);
        }
        jobs
    }

    fn job(&self, service: &str, node: &Node) -> Launch {
        let place = self.place(node);
        let files = vec![place.file.clone()];
        let mut launch = Launch::new(Source::Compose, place, service);
        launch.within = Some(Within {
            name: service.to_owned(),
            is_service: true,
            files,
            folder: None,
            place: None,
        });
        launch
    }
}
