//! Which folders are read.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dfix_launch::{Files, read_folder};

use crate::{Memory, read};

#[test]
fn the_usual_folders_are_read_and_no_others() {
    let compose = "services: {web: {image: x}}\n";
    let found = read(
        "app",
        [
            ("app/docker/dev/compose.yaml", compose),
            ("app/deploy/compose.yaml", compose),
            ("app/deploy/a/b/compose.yaml", compose),
            ("app/src/compose.yaml", compose),
            ("deploy/compose.yaml", compose),
        ],
    );
    assert_eq!(
        found.files,
        ["app/deploy/compose.yaml", "app/docker/dev/compose.yaml"]
    );
}

/// Files that count how often they are read.
struct Counted(Memory<'static>, RefCell<BTreeMap<String, usize>>);

impl Files for Counted {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        *self.1.borrow_mut().entry(path.to_owned()).or_default() += 1;
        self.0.read(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.0.list(folder)
    }
}

#[test]
fn no_file_is_read_twice_and_nothing_is_said_twice() {
    let files = BTreeMap::from([
        ("compose.yaml", "include: [deploy/compose.yaml]\n"),
        ("deploy/compose.yaml", "services: {web: {image: x}}\n"),
        ("azure-pipelines.yml", "steps: [{script: docker build .}]\n"),
    ]);
    let files = Counted(Memory(files), RefCell::default());
    let found = read_folder(&files, "");
    assert_eq!(found.launches.len(), 2);
    assert!(
        files.1.borrow().values().all(|count| *count == 1),
        "{:?}",
        files.1
    );
}

#[test]
fn of_files_of_compose_elsewhere_what_cannot_be_read_counts_where_they_lead_out_of_their_folder() {
    let found = read(
        "",
        [
            (
                "sandbox/a/compose.yaml",
                "include: [../../../b/compose.yaml]\n",
            ),
            ("sandbox/c/compose.yaml", "services: {web: {build: ../..}\n"),
            ("sandbox/d/compose.yaml", "services: {web: {build: .}\n"),
        ],
    );
    let unread: Vec<&str> = found
        .unread
        .iter()
        .map(|it| it.place.file.as_str())
        .collect();
    assert_eq!(unread, ["sandbox/a/compose.yaml", "sandbox/c/compose.yaml"]);
}

#[test]
fn many_files_are_further_manifests_only_beside_manifests() {
    let names: Vec<&'static str> = (0..70)
        .map(|number| &*format!("test/fixtures/{number:02}.yml").leak())
        .collect();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: me/web}]}\n";
    for (text, count) in [("one: {name: a}\n", 0), (pod, 1)] {
        let files: BTreeMap<&str, &str> = names.iter().map(|name| (*name, text)).collect();
        let found = read_folder(&Memory(files), "");
        let further = found
            .unread
            .iter()
            .filter(|it| it.what.starts_with("further manifests"));
        assert_eq!(further.count(), count, "{text}");
    }
}

#[test]
fn manifests_count_in_any_folder() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: me/web}]}\n";
    let found = read(
        "",
        [
            ("k3s/base/pod.yaml", pod),
            (
                "k3s/prod/kustomization.yaml",
                "images: [{name: me/web, newName: me/shop}]\n",
            ),
            (
                "k3s/skaffold.yaml",
                "apiVersion: skaffold/v4\nbuild: {artifacts: [{image: me/web, context: ..}]}\n",
            ),
            ("some/web.container", "[Container]\nImage=me/web\n"),
            ("apps/web/Chart.yaml", "name: web\nversion: 1.0.0\n"),
            ("apps/web/templates/pod.yaml", pod),
            ("some/values.yaml", "image: me/web\n"),
            ("node_modules/web/pod.yaml", pod),
            ("a/b/c/d/e/pod.yaml", pod),
        ],
    );
    let counts = found.of_dockerfile("Dockerfile");
    let mut files: Vec<&str> = counts
        .launches
        .iter()
        .map(|it| it.place.file.as_str())
        .collect();
    files.sort_unstable();
    assert_eq!(
        files,
        [
            "k3s/base/pod.yaml",
            "k3s/skaffold.yaml",
            "some/web.container"
        ]
    );
    let pod = counts
        .launches
        .iter()
        .find(|it| it.place.file == "k3s/base/pod.yaml");
    assert_eq!(
        pod.map(|it| it.other_images.as_slice()),
        Some(&["me/shop".to_owned()][..])
    );
}

#[test]
fn an_example_of_a_dockerfile_is_what_is_built() {
    let count = |files: [(&'static str, &'static str); 4], path: &str| {
        read("", files).of_dockerfile(path).launches.len()
    };
    let of = |name: &'static str, dockerfile: &'static str| {
        [
            (
                "example.docker-compose.yml",
                "services: {worker: {build: {context: ., dockerfile: worker.Dockerfile}}}\n",
            ),
            ("docker-compose.sample.yml", "services: {app: {build: .}}\n"),
            (name, dockerfile),
            ("api/example.Dockerfile", "FROM a\n"),
        ]
    };
    for (name, times) in [
        ("example.worker.Dockerfile", 1),
        ("worker.Dockerfile.dist", 1),
        ("Dockerfile.example", 1),
        ("Dockerfile-template", 1),
        ("Dockerfile.dev", 0),
        ("other.Dockerfile.example", 0),
    ] {
        assert_eq!(count(of(name, "FROM a\n"), name), times, "{name}");
    }
    // What is there itself is no example's.
    let files = [
        ("compose.yaml", "services: {app: {build: .}}\n"),
        ("Dockerfile", "FROM a\n"),
        ("Dockerfile.example", "FROM a\n"),
        ("README.md", ""),
    ];
    assert_eq!(count(files, "Dockerfile.example"), 0);
    assert_eq!(count(files, "Dockerfile"), 1);
    // Each of several counts.
    let files = [
        ("compose.yaml", "services: {app: {build: .}}\n"),
        ("Dockerfile.sample", "FROM a\n"),
        ("Dockerfile.example", "FROM a\n"),
        ("README.md", ""),
    ];
    assert_eq!(count(files, "Dockerfile.example"), 1);
    assert_eq!(count(files, "Dockerfile.sample"), 1);
}
