//! What is deployed to Google's Cloud Run.

use crate::read;

/// The places at which the files say that the image of this Dockerfile is deployed, its home being the first generation's.
fn deployed<const N: usize>(path: &str, files: [(&'static str, &'static str); N]) -> Vec<String> {
    let found = read("", files).of_dockerfile(path);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    assert!(found.unclear.is_empty(), "{:?}", found.unclear);
    found
        .deployments
        .iter()
        .map(|it| it.place.to_string())
        .collect()
}

#[test]
fn commands_deploy() {
    let at = |text: &'static str| deployed("Dockerfile", [("Dockerfile", ""), ("deploy.sh", text)]);
    for text in [
        "gcloud run deploy web --image gcr.io/p/web\n",
        "gcloud beta run deploy web --image=$IMAGE --region x\n",
        "gcloud --project p run deploy web --source .\n",
        "gcloud run services update web --image gcr.io/p/web\n",
        "gcloud run services replace service.yaml\n",
        "gcloud run deploy --execution-environment=gen1 --image x\n",
    ] {
        assert_eq!(at(text), ["deploy.sh:1"], "{text}");
    }
    for text in [
        "gcloud run deploy web --image gcr.io/p/web --execution-environment gen2\n",
        "gcloud run jobs deploy web --image gcr.io/p/web\n",
        "gcloud run services update web --memory 1Gi\n",
        "gcloud run services list\n",
        "gcloud run deploy web --source api\n",
        "# gcloud run deploy web --image x\n",
    ] {
        assert!(at(text).is_empty(), "{text}");
    }
}

#[test]
fn what_another_dockerfile_builds_is_no_concern() {
    let files = [
        ("Dockerfile", ""),
        ("api/Dockerfile", ""),
        (
            "Makefile",
            "a:\n\tdocker build -t p/web .\n\tdocker build -t p/api api\n\tgcloud run deploy --image p/api\n",
        ),
    ];
    assert!(deployed("Dockerfile", files).is_empty());
    assert_eq!(deployed("api/Dockerfile", files), ["Makefile:4"]);
}

#[test]
fn steps_of_workflows_deploy() {
    let step = |with: &str| -> &'static str {
        let text = format!(
            "jobs:\n  a:\n    steps:\n      - uses: google-github-actions/deploy-cloudrun@v2\n        with: {with}\n"
        );
        Box::leak(text.into_boxed_str())
    };
    let at = |with: &str| {
        let files = [("Dockerfile", ""), (".github/workflows/a.yml", step(with))];
        deployed("Dockerfile", files)
    };
    for with in [
        "{service: web, image: gcr.io/p/web}",
        "{service: web, source: ./}",
        "{metadata: service.yaml}",
        "{service: web, image: '${{ steps.x.outputs.y }}', flags: --memory=1Gi}",
    ] {
        assert_eq!(at(with), [".github/workflows/a.yml:4"], "{with}");
    }
    for with in [
        "{service: web, image: x, flags: --cpu=2 --execution-environment=gen2}",
        "{job: web, image: x}",
    ] {
        assert!(at(with).is_empty(), "{with}");
    }
}

#[test]
fn steps_of_cloud_build_deploy() {
    let text = "steps:\n- name: gcr.io/cloud-builders/gcloud\n  args: [run, deploy, web, '--image=gcr.io/$PROJECT_ID/web']\n- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: gcloud\n  args: [run, deploy, web, --image, gcr.io/p/web]\n- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: bash\n  args: [-c, 'gcloud run deploy web --image gcr.io/p/web']\n";
    let files = [("Dockerfile", ""), ("cloudbuild.yaml", text)];
    assert_eq!(
        deployed("Dockerfile", files),
        [
            "cloudbuild.yaml:2",
            "cloudbuild.yaml:4",
            "cloudbuild.yaml:9"
        ]
    );
}

#[test]
fn descriptions_of_services_deploy() {
    let manifest = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  template:\n    metadata:\n      annotations:\n        run.googleapis.com/execution-environment: gen1\n    spec:\n      containers:\n      - image: gcr.io/p/web\n";
    let files = [("Dockerfile", ""), ("service.yaml", manifest)];
    assert_eq!(deployed("Dockerfile", files), ["service.yaml:12"]);
    let second: &'static str = Box::leak(manifest.replace("gen1", "gen2").into_boxed_str());
    let files = [("Dockerfile", ""), ("service.yaml", second)];
    assert!(deployed("Dockerfile", files).is_empty());
    let other: &'static str = Box::leak(
        manifest
            .replace("run.googleapis.com/", "x/")
            .into_boxed_str(),
    );
    let files = [("Dockerfile", ""), ("service.yaml", other)];
    assert!(deployed("Dockerfile", files).is_empty());

    let resource = "resource \"google_cloud_run_v2_service\" \"web\" {\n  template {\n    execution_environment = \"EXECUTION_ENVIRONMENT_GEN1\"\n    containers {\n      image = \"gcr.io/p/web\"\n    }\n  }\n}\n";
    let of = |text: String| {
        let text: &'static str = Box::leak(text.into_boxed_str());
        deployed("Dockerfile", [("Dockerfile", ""), ("main.tf", text)])
    };
    assert_eq!(of(resource.to_owned()), ["main.tf:4"]);
    assert!(of(resource.replace("GEN1", "GEN2")).is_empty());
    assert!(of(resource.replace("v2_service", "v2_job")).is_empty());
}
