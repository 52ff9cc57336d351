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

const TRT: &str = r#"
variable "ARCH" { default = "amd64" }
variable "BOARD" { default = null }
target "_args" {
  args = { ARCH = ARCH }
}
target deps {
  inherits = ["_args"]
  dockerfile = "docker/main/Dockerfile"
  target = "deps"
}
target "trt" {
  dockerfile = "docker/trt/Dockerfile.${ARCH}"
  contexts = { deps = "target:deps" }
}
target "board" {
  dockerfile = "docker/trt/board.${BOARD}.Dockerfile"
}
target "gone" {
  dockerfile = "docker/trt/gone.${BOARD}"
}
"#;

#[test]
fn a_file_of_another_name_is_read_from_where_its_dockerfiles_lie() {
    let files = [
        ("docker/trt/trt.hcl", TRT),
        ("docker/trt/other.hcl", "resource \"a\" \"b\" {}\n"),
        (
            "docker/trt/.terraform.lock.hcl",
            "target x\ndockerfile {{{\n",
        ),
        ("docker/main/Dockerfile", ""),
        ("docker/trt/Dockerfile.amd64", ""),
        ("docker/trt/board.a.Dockerfile", ""),
        ("docker/trt/board.b.Dockerfile", ""),
    ];
    let found = read("", files);
    assert_eq!(found.files, ["docker/trt/trt.hcl"]);
    let built: Vec<_> = found
        .launches
        .iter()
        .filter_map(|it| {
            let build = it.build.as_ref()?;
            Some((&*it.name, build.dockerfile.as_deref(), build.is_in_between))
        })
        .collect();
    assert_eq!(
        built,
        [
            ("_args", Some("Dockerfile"), false),
            ("deps", Some("docker/main/Dockerfile"), true),
            ("trt", Some("docker/trt/Dockerfile.amd64"), false),
            ("board", Some("docker/trt/board.a.Dockerfile"), false),
            ("board", Some("docker/trt/board.b.Dockerfile"), false),
            ("gone", None, false),
        ]
    );
    assert_eq!(found.builds_of("deps").count(), 1);
    assert_eq!(found.launches[5].unread.len(), 1);
}

#[test]
fn a_group_builds_what_others_are_based_on() {
    let json = r#"{"group": {"default": {"targets": ["base"]}}, "target": {"base": {}, "low": {}, "web": {"contexts": {"base": "target:base", "low": "target:low"}}}}"#;
    let found = read("", [("docker-bake.ci.json", json), ("Dockerfile", "")]);
    let between = found.launches.iter().filter_map(|it| it.build.as_ref());
    let between: Vec<bool> = between.map(|it| it.is_in_between).collect();
    assert_eq!(between, [false, true, false]);
}

#[test]
fn contexts_are_inherited_and_known_by_their_names() {
    let hcl = "variable \"X\" {}\ntarget \"base\" {\n  contexts = { a = \"docker-image://b\", c = X }\n}\ntarget \"web\" {\n  inherits = [\"base\"]\n  contexts = { a = \"docker-image://d\" }\n}\n";
    let found = read("", [("docker-bake.hcl", hcl)]);
    let build = named(&found, "web").build.as_ref().expect("it is built");
    let names: Vec<(&str, &str)> = build
        .contexts
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(names[0], ("a", "docker-image://d"));
    assert_eq!(names.len(), 2);
    assert_eq!(names[1].0, "c");
}
