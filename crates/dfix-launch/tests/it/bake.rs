use crate::{named, read};

#[test]
fn targets_inherit() {
    let text = r#"
variable "TAG" { default = "1.0" }
variable "REGISTRY" {}
group "default" { targets = ["web", "dev"] }
target "base" {
  context = "app"
  args = { PYTHON = "3.12", TAG = TAG }
}
target "web" {
  inherits = ["base"]
  dockerfile = "Dockerfile.prod"
  target = "runtime-${TAG}"
  tags = ["example.org/web:${TAG}"]
}
target "dev" {
  inherits = ["web"]
  target = "${REGISTRY}"
}
"#;
    let found = read("", [("docker-bake.hcl", text)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let web = named(&found, "web");
    let build = web.build.as_ref().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("app/Dockerfile.prod"));
    assert_eq!(build.target.as_deref(), Some("runtime-1.0"));
    assert_eq!(build.arguments.len(), 2);
    assert_eq!(
        (web.place.line, web.image.as_deref()),
        (9, Some("example.org/web:1.0"))
    );
    let dev = named(&found, "dev");
    assert_eq!(dev.build.as_ref().and_then(|it| it.target.clone()), None);
    assert_eq!(dev.unread.len(), 1);
}

#[test]
fn json_is_read_and_faults_are_told() {
    let json = r#"{"target": {"web": {"context": "x", "target": "run", "tags": ["a:b"]}}}"#;
    let found = read("d", [("d/docker-bake.json", json)]);
    let build = named(&found, "web").build.clone().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("d/x/Dockerfile"));
    assert_eq!(build.target.as_deref(), Some("run"));
    let broken = read("", [("docker-bake.hcl", "target \"a\" {\n  x = \n}\n")]);
    assert_eq!((broken.launches.len(), broken.unread.len()), (0, 1));
}
