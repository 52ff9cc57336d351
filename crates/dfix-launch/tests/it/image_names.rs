//! Which image is which Dockerfile's, by its name.

use crate::of_dockerfile::names;
use crate::read;

#[test]
fn each_stage_that_has_the_name_is_started() {
    let found = read(
        "",
        [(
            "Makefile",
            "a:\n\tdocker build -t $(N):a --target a .\nb:\n\tdocker build -t $(N):b --target b .\nrun:\n\tdocker run $(N):b\nany:\n\tdocker run $(N):1.2\n",
        )],
    );
    let found = found.of_dockerfile("Dockerfile");
    let targets = |name: &str| -> Vec<&str> {
        let of_name = found.launches.iter().filter(|it| it.name == name);
        of_name
            .filter_map(|it| it.build.as_ref()?.target.as_deref())
            .collect()
    };
    assert_eq!(
        (targets("run"), targets("any")),
        (vec!["b"], vec!["a", "b"])
    );
}

#[test]
fn a_variable_before_the_name_is_any_team() {
    let found = read(
        "",
        [
            (
                ".github/workflows/ci.yml",
                "jobs:\n  b:\n    steps:\n    - uses: docker/build-push-action@v6\n      with: {tags: '${{ vars.TEAM }}/web:1'}\n",
            ),
            (
                "k8s/web.yaml",
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: ghcr.io/team/web}, {name: b, image: team/other-web}]}\n",
            ),
        ],
    );
    let found = found.of_dockerfile("Dockerfile");
    assert_eq!(names(&found), ["b", "a"]);
    assert_eq!(found.launches[0].source, dfix_launch::Source::Ci);
}

#[test]
fn what_is_started_under_a_name_that_is_not_known_may_be_it() {
    let found = read(
        "",
        [
            (
                "compose.yaml",
                "services: {a: {image: '${IMAGE:?}'}, b: {image: '${REGISTRY}/web:${TAG}'}, c: {image: 'x:${TAG}'}}\n",
            ),
            (
                "k8s/web.yaml",
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: d, image: '{{ image }}'}]}\n",
            ),
            ("Makefile", "build:\n\tdocker build -t team/web .\n"),
        ],
    );
    let found = found.of_dockerfile("Dockerfile");
    assert_eq!(names(&found), ["b", "build"]);
    assert_eq!(
        crate::unread(found.unclear.iter().map(|it| &it.unread)),
        [
            "compose.yaml:1 the name of the image that service `a` of compose.yaml starts",
            "k8s/web.yaml:3 the name of the image that container `d` of k8s/web.yaml starts"
        ]
    );
}

#[test]
fn tags_that_are_words_are_of_different_images() {
    let starts = |makefile: &'static str, dockerfile: &str| -> usize {
        let compose = "services: {web: {image: 'app:dev'}}\n";
        let found = read("", [("compose.yaml", compose), ("Makefile", makefile)]);
        let found = found.of_dockerfile(dockerfile).launches;
        found.iter().filter(|it| it.name == "web").count()
    };
    let lib = "lib:\n\tdocker build -t app:lib lib\n";
    assert_eq!(starts(lib, "lib/Dockerfile"), 0);
    // One Dockerfile builds what is started, so no other does.
    let both = "lib:\n\tdocker build -t app:7 lib\ndev:\n\tdocker build -t app:dev .\n";
    assert_eq!(
        (starts(both, "lib/Dockerfile"), starts(both, "Dockerfile")),
        (0, 1)
    );
    // The state of an image, a version, and what is not known may be those of any.
    for tag in ["latest", "1.2-rc1", "$(TAG)", "dev"] {
        let build = Box::leak(
            format!("a:\n\tdocker build -t registry.example.org/app:{tag} .\n").into_boxed_str(),
        );
        assert_eq!(starts(build, "Dockerfile"), 1, "{tag}");
    }
    assert_eq!(starts("a:\n\tdocker build -t app .\n", "Dockerfile"), 1);
}

#[test]
fn an_image_may_be_called_after_the_service_that_builds_it() {
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: pod, image: {image}}}]}}\n"
        )
    };
    let started = |compose: &str, image: &str| {
        let pod = pod(image);
        let found = read("", [("compose.yaml", compose), ("k8s/pod.yaml", &pod)]);
        let found = found.of_dockerfile("api/Dockerfile");
        names(&found).contains(&"pod")
    };
    let unnamed = "services: {api: {build: api}, web: {build: web}}\n";
    for image in [
        "api",
        "api:1",
        "shop-api",
        "shop_api:latest",
        "ghcr.io/me/api",
    ] {
        assert!(started(unnamed, image), "{image}");
    }
    for image in [
        "web",
        "shop-web",
        "api-docs",
        "shopapi",
        "me/shop-api",
        "me/web",
    ] {
        assert!(!started(unnamed, image), "{image}");
    }
    let named = "services: {api: {build: api, image: shop/api}}\n";
    assert!(!started(named, "api") && started(named, "shop/api"));
}
