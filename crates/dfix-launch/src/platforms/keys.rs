//! The keys under which platforms say the same.

/// Keys of what a container is told by, beside its own: Nomad's `config`, Railway's `build` and `deploy`, Fly's `experimental`.
pub(super) const PARTS: [&str; 7] = [
    "build",
    "config",
    "deploy",
    "docker",
    "experimental",
    "git",
    "source",
];

pub(super) const IMAGES: [&str; 5] = ["Image", "image", "imageName", "image_name", "location"];
pub(super) const DOCKERFILES: [&str; 5] = [
    "dockerfile",
    "dockerfilePath",
    "dockerfile_path",
    "dockerFile",
    "docker_file",
];
pub(super) const CONTEXTS: [&str; 6] = [
    "context",
    "dockerContext",
    "path",
    "rootDir",
    "source_dir",
    "workdir",
];
pub(super) const COMMANDS: [&str; 8] = [
    "Command",
    "cmd",
    "command",
    "dockerCommand",
    "run_command",
    "startCommand",
    "start_command",
    "args",
];
/// What is run once for each version, in a container of its own without what the others mount, before they are started.
///
/// Source: Render's Blueprints (`initialDeployHook`, `preDeployCommand`), Railway's "Pre-Deploy Command", Fly's
/// `release_command`.
pub(super) const HOOKS: [&str; 3] = ["initialDeployHook", "preDeployCommand", "release_command"];
pub(super) const ENTRYPOINTS: [&str; 4] = ["EntryPoint", "entryPoint", "entry_point", "entrypoint"];
pub(super) const USERS: [&str; 3] = ["User", "run_as_user", "user"];
pub(super) const FOLDERS: [&str; 5] = [
    "WorkingDirectory",
    "workingDirectory",
    "working_directory",
    "working_dir",
    "work_dir",
];
pub(super) const MOUNTS: [&str; 14] = [
    "MountPoints",
    "disk",
    "mount",
    "mountPoints",
    "mounts",
    "persistentVolumes",
    "storage",
    "volume",
    "volume_mount",
    "volume_mounts",
    "volumes",
    "Volumes",
    "Mounts",
    "requiredMountPath",
];
pub(super) const TARGETS: [&str; 9] = [
    "ContainerDirectory",
    "ContainerPath",
    "containerPath",
    "container_path",
    "dir",
    "destination",
    "mountPath",
    "mount_path",
    "target",
];
pub(super) const SOURCES: [&str; 7] = [
    "HostDirectory",
    "SourceVolume",
    "host_path",
    "hostPath",
    "source",
    "sourceVolume",
    "src",
];
pub(super) const VARIABLES: [&str; 7] = [
    "Environment",
    "env",
    "envVars",
    "environment",
    "environment_variables",
    "envs",
    "variables",
];
pub(super) const PORTS: [&str; 8] = [
    "Ports",
    "http_port",
    "http_service",
    "internal_ports",
    "portMappings",
    "port_mappings",
    "ports",
    "services",
];
pub(super) const INNER_PORTS: [&str; 5] = [
    "ContainerPort",
    "containerPort",
    "container_port",
    "internal",
    "internal_port",
];
pub(super) const CHECKS: [&str; 4] = ["HealthCheck", "healthCheck", "health_check", "healthcheck"];

/// Resources of Terraform that are, or hold, containers.
pub(super) const RESOURCES: [&str; 8] = [
    "app_runner",
    "apprunner",
    "cloud_run",
    "container",
    "docker_",
    "ecs_",
    "kubernetes_",
    "podman",
];

/// Those of them whose containers have Kubernetes' `command` and `args`: the entry point, and its words.
///
/// Source: the references of Terraform's providers kubernetes (`container`) and google (`google_cloud_run_v2_service`).
pub(super) const PODS: [&str; 2] = ["cloud_run", "kubernetes_"];
