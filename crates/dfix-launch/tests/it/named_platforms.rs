//! For which platforms images are built.

use dfix_launch::FolderLaunches;

use crate::{named, read};

fn platforms(found: &FolderLaunches, name: &str) -> Vec<String> {
    let build = named(found, name).build.as_ref();
    build.map(|it| it.platforms.clone()).unwrap_or_default()
}

#[test]
fn services_name_them() {
    let text = "services:
  plain: {build: .}
  one: {build: ., platform: linux/arm/v7}
  more:
    platform: linux/amd64
    build: {context: ., platforms: [linux/amd64, \"linux/${ARCH}\", \"linux/${OWN:-s390x}\"]}
";
    let found = read("", [("compose.yaml", text)]);
    assert!(platforms(&found, "plain").is_empty());
    assert_eq!(platforms(&found, "one"), ["linux/arm/v7"]);
    assert_eq!(
        platforms(&found, "more"),
        ["linux/amd64", "linux/${ARCH}", "linux/s390x"]
    );
}

#[test]
fn targets_of_bake_name_them() {
    let text = r#"
variable "ARCH" {}
target "base" { platforms = ["linux/amd64", "linux/arm/v7"] }
target "web" { inherits = ["base"] }
target "own" {
  inherits = ["base"]
  platforms = ["linux/${ARCH}"]
}
"#;
    let found = read("", [("docker-bake.hcl", text)]);
    assert_eq!(platforms(&found, "web"), ["linux/amd64", "linux/arm/v7"]);
    assert_eq!(platforms(&found, "own"), ["linux/${it}"]);
    let json = r#"{"target": {"web": {"platforms": ["linux/386"]}}}"#;
    let found = read("", [("docker-bake.json", json)]);
    assert_eq!(platforms(&found, "web"), ["linux/386"]);
}

#[test]
fn workflows_name_them() {
    let text = "on: push
jobs:
  list:
    steps:
      - uses: docker/build-push-action@v6
        with:
          platforms: |
            linux/amd64
            linux/arm64
  rows:
    strategy: {matrix: {platform: [linux/amd64, linux/arm/v6]}}
    steps:
      - uses: docker/build-push-action@v6
        with: {platforms: \"${{ matrix.platform }}\"}
  choice:
    steps:
      - uses: docker/build-push-action@v6
        with: {platforms: \"${{ github.event_name == 'push' && 'linux/amd64,linux/arm/v7' || 'linux/amd64' }}\"}
  open:
    steps:
      - uses: docker/build-push-action@v6
        with: {platforms: \"${{ vars.PLATFORMS }}\"}
  words:
    steps:
      - run: |
          P=linux/ppc64le
          docker buildx build --push --platform linux/amd64,$P .
";
    let found = read("", [(".github/workflows/b.yml", text)]);
    assert_eq!(platforms(&found, "list"), ["linux/amd64", "linux/arm64"]);
    assert_eq!(platforms(&found, "rows"), ["linux/amd64", "linux/arm/v6"]);
    assert_eq!(platforms(&found, "choice"), ["linux/amd64", "linux/arm/v7"]);
    assert_eq!(platforms(&found, "open"), ["${vars_PLATFORMS}"]);
    assert_eq!(platforms(&found, "words"), ["linux/amd64", "linux/ppc64le"]);
    let rows = found.launches.iter().filter(|it| it.name == "rows");
    assert_eq!(rows.count(), 1);
}

#[test]
fn makefiles_name_them() {
    let text = "PLATFORMS = linux/amd64,linux/riscv64\nimage:\n\tdocker buildx build --platform $(PLATFORMS) -t x .\n";
    let found = read("", [("Makefile", text)]);
    assert_eq!(platforms(&found, "image"), ["linux/amd64", "linux/riscv64"]);
}
