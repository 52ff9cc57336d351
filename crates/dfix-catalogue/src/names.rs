//! One name per image: `docker.io/library/python` and `python` are the same repository.

use std::borrow::Cow;

/// Registries and folders that serve the official images under another name.
const MIRRORS_OF_OFFICIAL: &[&str] = &[
    "docker.io/library/",
    "index.docker.io/library/",
    "registry-1.docker.io/library/",
    "registry.hub.docker.com/library/",
    "registry.docker.com/library/",
    "public.ecr.aws/docker/library/",
    "mirror.gcr.io/library/",
    "library/",
];

/// Docker Hub said out loud.
const DOCKER_HUB: &[&str] = &[
    "docker.io/",
    "index.docker.io/",
    "registry-1.docker.io/",
    "registry.hub.docker.com/",
    // As the Dockerfile that Rails 7.1 writes has it.
    "registry.docker.com/",
];

/// Caches of Docker Hub as a whole.
const MIRRORS_OF_HUB: &[&str] = &["mirror.gcr.io/"];

/// Gives a repository its one name: official images and Docker Hub lose their registry, so that
/// `docker.io/library/python`, `public.ecr.aws/docker/library/python` and `python` are all
/// `python`, and `docker.io/bitnami/redis` is `bitnami/redis`. Everything else stays as written.
///
/// `repository` is what stands before the tag and the digest. Letter case is kept: a repository
/// with capitals is not valid and must not become valid here.
pub fn normalise(repository: &str) -> Cow<'_, str> {
    for prefix in MIRRORS_OF_OFFICIAL {
        if let Some(rest) = repository.strip_prefix(prefix)
            && !rest.contains('/')
            && !rest.is_empty()
        {
            return Cow::Borrowed(rest);
        }
    }
    for prefix in DOCKER_HUB.iter().chain(MIRRORS_OF_HUB) {
        if let Some(rest) = repository.strip_prefix(prefix)
            && !rest.is_empty()
        {
            return Cow::Borrowed(rest);
        }
    }
    Cow::Borrowed(repository)
}

/// Whether the first component of a reference that has more is the host of a registry: it has a dot, a port or a capital
/// letter, or is `localhost` (distribution/reference, `splitDockerDomain`).
pub fn is_registry_host(component: &str) -> bool {
    component == "localhost"
        || component.contains(['.', ':'])
        || component.bytes().any(|it| it.is_ascii_uppercase())
}

/// Whether a registry is Docker Hub under one of its names.
pub fn is_docker_hub(registry: &str) -> bool {
    let host = |prefix: &str| prefix.split('/').next() == Some(registry);
    DOCKER_HUB.iter().any(|prefix| host(prefix))
}

/// Whether a normalised repository is, or once was, an official image of Docker Hub.
pub fn is_official(repository: &str) -> bool {
    !repository.contains('/') && super::tags::is_known_repository(repository)
}

/// The official image that a repository of another registry is probably a copy of:
/// `registry.example/mirror/python` → `python`. No more than a hint for a message: nothing is
/// known of what such a registry holds.
pub fn assumed_like(repository: &str) -> Option<&str> {
    let (registry, rest) = repository.split_once('/')?;
    let name = rest.rsplit('/').next()?;
    (is_registry_host(registry) && is_official(name)).then_some(name)
}
