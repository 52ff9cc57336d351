use crate::{named, read};

#[test]
fn artifacts_are_built() {
    let text = "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n  - image: web\n    context: src/web\n    docker: {dockerfile: prod.Dockerfile, target: run, buildArgs: {A: x, B: '{{.B}}'}}\n  - image: api\n    context: api\n  - image: java\n    jib: {}\nprofiles:\n- name: debug\n  build:\n    artifacts:\n    - image: debug\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: pod, image: web}]}\n";
    let found = read("", [("skaffold.yaml", text), ("k8s/web.yaml", pod)]);
    assert!(found.unread.is_empty());
    let web = named(&found, "web").build.clone().expect("it is built");
    assert_eq!(web.dockerfile.as_deref(), Some("src/web/prod.Dockerfile"));
    assert_eq!(web.target.as_deref(), Some("run"));
    assert_eq!(web.arguments[1], ("B".to_owned(), None));
    let api = named(&found, "api").build.clone().expect("it is built");
    assert_eq!(api.dockerfile.as_deref(), Some("api/Dockerfile"));
    named(&found, "debug");
    assert_eq!(found.launches.len(), 4);
    let of_web = found.of_dockerfile("src/web/prod.Dockerfile");
    assert_eq!(named(&of_web, "pod").build.as_ref(), Some(&web));
    assert_eq!(read("", [("skaffold.yaml", "build: [\n")]).unread.len(), 1);
}
