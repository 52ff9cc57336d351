//! What describes services of Google's Cloud Run: manifests as Knative has them, and resources of Terraform.
//!
//! Source: Google's documentation of Cloud Run ("Select an execution environment (services)", "Cloud Run YAML Reference"), and
//! the reference of Terraform's provider google. Jobs and pools of workers always have the second generation.

use crate::launch::{Deployed, Launch};
use crate::yaml::Node;

/// What begins the annotations that are Cloud Run's.
const ANNOTATIONS: &str = "run.googleapis.com/";

/// The resources of Terraform that are services.
const SERVICES: [&str; 2] = ["google_cloud_run_service", "google_cloud_run_v2_service"];

/// Where a manifest is of a service that Cloud Run may start by its first generation.
pub(crate) fn of_manifest(manifest: &Node) -> Option<Deployed> {
    let version = manifest.text_of("apiVersion")?;
    let is_service =
        version.starts_with("serving.knative.dev/") && manifest.text_of("kind") == Some("Service");
    let metadata = [&["metadata"][..], &["spec", "template", "metadata"]];
    let annotations = metadata.iter().flat_map(|keys| {
        let annotations = manifest.at(keys).and_then(|it| it.get("annotations"));
        annotations.map(Node::entries).unwrap_or_default()
    });
    let mut own = annotations.filter(|(key, _)| key.starts_with(ANNOTATIONS));
    (is_service && own.next().is_some() && !is_second(manifest)).then(Deployed::default)
}

/// Tells the containers of a resource of Terraform, where that is such a service by its kind.
pub(crate) fn tell_of_resource(kind: Option<&str>, resource: &Node, containers: &mut [Launch]) {
    let is_service = |kind: &str| SERVICES.contains(&kind);
    if kind.is_some_and(is_service) && !is_second(resource) {
        for container in containers {
            container.deployed = Some(Deployed::default());
        }
    }
}

/// Whether a description says the second generation.
fn is_second(node: &Node) -> bool {
    let texts = node.texts().into_iter().filter_map(Node::text);
    let mut texts = texts.map(|it| it.trim_matches('"'));
    texts.any(|it| matches!(it, "gen2" | "EXECUTION_ENVIRONMENT_GEN2"))
}
