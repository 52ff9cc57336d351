//! What services of one file are to each other.

use crate::compose::service::Service;
use crate::launch::{Launch, Mount, MountKind, Source, Unread};

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
