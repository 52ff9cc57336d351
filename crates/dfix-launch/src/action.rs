//! `action.yml`: an action of GitHub's.
//!
//! Source: docs.github.com, "Metadata syntax for GitHub Actions" (`runs` for Docker container actions).

use crate::yaml;

/// The image of an action that runs in a container, as its description says: `Dockerfile`, or `docker://…`. None where it
/// is no such action, or no YAML.
pub fn image_of_action(text: &str) -> Option<String> {
    let documents = yaml::documents(text).ok()?;
    let runs = documents.first()?.get("runs")?;
    if runs.text_of("using") != Some("docker") {
        return None;
    }
    runs.text_of("image").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::image_of_action;

    #[test]
    fn the_image_is_told() {
        let image = |text| image_of_action(text);
        let docker = "name: a\nruns: {using: 'docker', image: 'Dockerfile'}\n";
        assert_eq!(image(docker).as_deref(), Some("Dockerfile"));
        assert_eq!(image("runs: {using: node20, main: a.js}\n"), None);
        assert_eq!(image("a: [\n"), None);
    }
}
