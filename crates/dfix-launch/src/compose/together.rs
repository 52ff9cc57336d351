//! What services are to each other: those of one file, and one over another of its name.

use crate::compose::service::{BuildSays, Service};
use crate::launch::{Build, Launch, Mount, MountKind, Source, Unread};
use crate::path::join;

/// Gives services what they have of others of their file: mounts (`volumes_from`), names of what they build
/// (`additional_contexts`), and who else mounts their volumes. Returns what gives names to other images.
pub(super) fn put_together(services: &mut [Service]) -> Vec<Launch> {
    take_mounts(services);
    tell_shared(services);
    name_contexts(services)
}

/// `volumes_from: [data, "web:ro", "container:other"]`
fn take_mounts(services: &mut [Service]) {
    let all: Vec<(String, Vec<Mount>)> = services
        .iter()
        .map(|it| (it.launch.name.clone(), it.launch.mounts.clone()))
        .collect();
    for service in services {
        for (written, place) in std::mem::take(&mut service.mounts_of) {
            let (name, is_read_only) = match written.rsplit_once(':') {
                Some((name, mode @ ("ro" | "rw"))) => (name, mode == "ro"),
                _ => (&*written, false),
            };
            let other = all.iter().find(|(known, _)| known == name);
            match other {
                Some((_, mounts)) => service.launch.mounts.extend(mounts.iter().map(|it| Mount {
                    is_read_only: it.is_read_only || is_read_only,
                    ..it.clone()
                })),
                None => service.launch.unread.push(Unread {
                    what: format!(
                        "the mounts of `{name}`, which {} has as well,",
                        service.launch.said()
                    ),
                    why: "it is no service of the file".to_owned(),
                    place,
                }),
            }
        }
    }
}

/// Whether two services are containers of one image that run as one user.
fn are_alike(one: &Launch, other: &Launch) -> bool {
    let is_one_image = match (&one.build, &other.build) {
        (Some(one), Some(other)) => {
            (&one.dockerfile, &one.target) == (&other.dockerfile, &other.target)
        }
        _ => one.image.is_some() && one.image == other.image,
    };
    is_one_image && one.user == other.user
}

/// Whether a service starts after another of this name.
fn is_after(services: &[Service], service: &Service, name: &str) -> bool {
    let mut all: Vec<&str> = service.after.iter().map(String::as_str).collect();
    let mut at = 0;
    while let Some(next) = all.get(at).copied() {
        at += 1;
        let of = services.iter().find(|it| it.launch.name == next);
        for more in of.map(|it| &*it.after).unwrap_or_default() {
            if !all.contains(&&**more) {
                all.push(more);
            }
        }
    }
    all.contains(&name)
}

/// A volume that is empty gets what the first container has there, and its owner. One that another service mounts as well is
/// its own where that starts later, or only reads at the same place, which hardly any image has.
fn tell_shared(services: &mut [Service]) {
    let mut shared = Vec::new();
    for (at, service) in services.iter().enumerate() {
        for (number, mount) in service.launch.mounts.iter().enumerate() {
            let MountKind::Named(name) = &mount.kind else {
                continue;
            };
            let fills = |other: &&Service| {
                let is_other = other.launch.name != service.launch.name
                    && !are_alike(&other.launch, &service.launch)
                    && !is_after(services, other, &service.launch.name);
                let mut mounts = other.launch.mounts.iter();
                let writes = |it: &Mount| !it.is_read_only || it.target != mount.target;
                is_other && mounts.any(|it| it.kind == mount.kind && writes(it))
            };
            if let Some(other) = services.iter().find(fills) {
                let by = other.launch.said();
                shared.push((
                    at,
                    number,
                    MountKind::Shared {
                        name: name.clone(),
                        by,
                    },
                ));
            }
        }
    }
    for (at, number, kind) in shared {
        services[at].launch.mounts[number].kind = kind;
    }
}

/// Gives services the names under which others of their file put what they build in for images
/// (`additional_contexts: {base: service:web}`). Returns what gives names to other images.
fn name_contexts(services: &mut [Service]) -> Vec<Launch> {
    let mut named = Vec::new();
    let mut of_services = Vec::new();
    for service in services.iter() {
        let build = service.launch.build.as_ref();
        for (name, value) in build.map(|it| &*it.contexts).unwrap_or_default() {
            if let Some(other) = value.strip_prefix("service:") {
                of_services.push((name.clone(), other.to_owned()));
            } else if let Some(image) = value.strip_prefix("docker-image://") {
                let place = service.launch.place.clone();
                let mut launch = Launch::new(Source::Compose, place, &*service.launch.name);
                launch.image = Some(name.clone());
                launch.named_images = vec![image.to_owned()];
                named.push(launch);
            }
        }
    }
    for (name, other) in of_services {
        let launches = services.iter_mut().map(|it| &mut it.launch);
        for launch in launches.filter(|it| it.name == other) {
            launch.other_images.push(name.clone());
        }
    }
    named
}

impl Service {
    /// This service over another, as a second file or `extends` puts it: what is one value is replaced, lists grow.
    pub(super) fn over(self, base: &Service) -> Service {
        let after = [base.after.clone(), self.after].concat();
        let mounts_of = [base.mounts_of.clone(), self.mounts_of].concat();
        let jobs = [base.jobs.clone(), self.jobs].concat();
        let says_dockerfile = if self.build_says.dockerfile {
            &self.build_says
        } else {
            &base.build_says
        };
        let build_says = BuildSays {
            context: self.build_says.context || base.build_says.context,
            ..says_dockerfile.clone()
        };
        let (mut own, base) = (self.launch, base.launch.clone());
        let build = match (own.build.take(), base.build) {
            (Some(own), Some(base)) => Some(build_over((own, &self.build_says), base, &build_says)),
            (own, base) => own.or(base),
        };
        let mut mounts = base.mounts;
        mounts.retain(|old| own.mounts.iter().all(|new| new.target != old.target));
        let mut environment = base.environment;
        environment.retain(|old| own.environment.iter().all(|new| new.name != old.name));
        let launch = Launch {
            build,
            image: own.image.or(base.image),
            other_images: own.other_images,
            named_images: own.named_images,
            entrypoint: own.entrypoint.or(base.entrypoint),
            command: own.command.or(base.command),
            user: own.user.or(base.user),
            working_dir: own.working_dir.or(base.working_dir),
            health: own.health.or(base.health),
            further_checks: own.further_checks,
            ports: [base.ports, own.ports].concat(),
            mounts: [mounts, own.mounts].concat(),
            environment: [environment, own.environment].concat(),
            examples: [base.examples, own.examples].concat(),
            capabilities: [base.capabilities, own.capabilities].concat(),
            dropped_capabilities: [base.dropped_capabilities, own.dropped_capabilities].concat(),
            devices: [base.devices, own.devices].concat(),
            groups: [base.groups, own.groups].concat(),
            volumes_group: own.volumes_group,
            is_privileged: own.is_privileged || base.is_privileged,
            is_read_only: own.is_read_only || base.is_read_only,
            has_host_network: own.has_host_network || base.has_host_network,
            has_host_processes: own.has_host_processes || base.has_host_processes,
            must_not_be_root: own.must_not_be_root || base.must_not_be_root,
            keeps_low_ports: own.keeps_low_ports || base.keeps_low_ports,
            runs_steps: false,
            container: own.container.or(base.container),
            within: None,
            deployed: None,
            starts_files: false,
            unread: [base.unread, own.unread].concat(),
            source: own.source,
            place: own.place,
            name: own.name,
        };
        Service {
            launch,
            after,
            mounts_of,
            jobs,
            build_says,
        }
    }
}

/// A build, with what it says, over another; with what both say then: what one of them leaves out is as in the other one, and
/// no default.
fn build_over((own, says): (Build, &BuildSays), base: Build, both_say: &BuildSays) -> Build {
    let context = if says.context {
        own.context
    } else {
        base.context
    };
    let dockerfile = if own.is_inline {
        own.dockerfile
    } else if says.context || says.dockerfile {
        let name = if both_say.dockerfile {
            both_say.name.as_deref()
        } else {
            Some("Dockerfile")
        };
        name.and_then(|name| join(context.as_ref()?, name))
    } else {
        base.dockerfile
    };
    Build {
        context,
        dockerfile_name: match dockerfile {
            Some(_) => None,
            None => own.dockerfile_name.or(base.dockerfile_name),
        },
        dockerfile,
        is_inline: own.is_inline || base.is_inline,
        inline: own.inline.or(base.inline),
        contexts: [base.contexts, own.contexts].concat(),
        is_in_between: own.is_in_between && base.is_in_between,
        is_conditional: own.is_conditional || base.is_conditional,
        target: own.target.or(base.target),
        is_case_sensitive: own.is_case_sensitive.or(base.is_case_sensitive),
        arguments: [base.arguments, own.arguments].concat(),
        platforms: [base.platforms, own.platforms].concat(),
    }
}
