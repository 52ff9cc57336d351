use dfix_launch::{Access, Health, MountKind, Port, Source};

use crate::{mounts, named, read, shell, unread, words};

const DEPLOYMENT: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  MODE: prod
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  volumeClaimTemplates:
    - metadata: {name: claimed}
  template:
    spec:
      hostNetwork: true
      securityContext:
        runAsUser: 1000
        runAsGroup: 3000
        runAsNonRoot: true
        fsGroup: 2000
        supplementalGroups: [4000]
      initContainers:
        - name: migrate
          image: registry.example.org/team/web:1.2
          args: ["migrate"]
          securityContext: {runAsUser: 0, runAsNonRoot: false}
      containers:
        - name: web
          image: registry.example.org/team/web:1.2
          command: ["/bin/web"]
          workingDir: /srv
          ports:
            - containerPort: 80
          env:
            - {name: A, value: "1"}
            - name: B
              valueFrom: {secretKeyRef: {name: s, key: b}}
          envFrom:
            - configMapRef: {name: settings}
              prefix: P_
            - secretRef: {name: elsewhere}
          securityContext:
            readOnlyRootFilesystem: true
            privileged: true
            capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}
          livenessProbe:
            exec: {command: [cat, /tmp/alive]}
          readinessProbe:
            exec: {command: [cat, /tmp/ready]}
          startupProbe:
            httpGet: {path: /, port: 80}
          volumeMounts:
            - {name: empty, mountPath: /empty}
            - {name: memory, mountPath: /memory}
            - {name: settings, mountPath: /etc/web.conf, subPath: web.conf, readOnly: true}
            - {name: data, mountPath: /data}
            - {name: claimed, mountPath: /claimed}
            - {name: host, mountPath: /host}
            - {name: lost, mountPath: /lost}
      volumes:
        - {name: empty, emptyDir: {}}
        - {name: memory, emptyDir: {medium: Memory}}
        - {name: settings, configMap: {name: settings}}
        - {name: data, persistentVolumeClaim: {claimName: data}}
        - {name: host, hostPath: {path: /var/log}}
"#;

#[test]
fn a_container_says_what_it_starts() {
    let found = read("", [("web.yaml", DEPLOYMENT)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let web = named(&found, "web");
    assert_eq!(
        (web.source, &*web.place.to_string()),
        (Source::Kubernetes, "web.yaml:28")
    );
    assert_eq!(
        web.image.as_deref(),
        Some("registry.example.org/team/web:1.2")
    );
    assert_eq!(web.entrypoint, Some(words(&["/bin/web"])));
    assert_eq!(web.command, Some(dfix_launch::Start::Nothing));
    assert_eq!(web.working_dir.as_deref(), Some("/srv"));
    assert_eq!(
        web.ports,
        [Port {
            first: 80,
            last: 80
        }]
    );
    assert_eq!(web.user.as_deref(), Some("1000:3000"));
    assert_eq!(web.volumes_group.as_deref(), Some("2000"));
    assert_eq!(web.groups, ["4000"]);
    assert!(web.must_not_be_root && web.is_read_only && web.is_privileged && web.has_host_network);
    assert_eq!(
        (&*web.capabilities[0], &*web.dropped_capabilities[0]),
        ("NET_BIND_SERVICE", "ALL")
    );
    assert_eq!(
        web.health,
        Some(Health::Command(words(&["cat", "/tmp/alive"])))
    );
    assert_eq!(web.further_checks, [words(&["cat", "/tmp/ready"])]);
    let environment: Vec<(&str, Option<&str>)> = web
        .environment
        .iter()
        .map(|it| (&*it.name, it.value.as_deref()))
        .collect();
    assert_eq!(
        environment,
        [("P_MODE", Some("prod")), ("A", Some("1")), ("B", None)]
    );
    assert_eq!(web.environment[0].place.to_string(), "web.yaml:5");
    let host = MountKind::Host("/var/log".to_owned());
    assert_eq!(
        mounts(&web.mounts),
        [
            ("/empty", &MountKind::Empty, false),
            ("/memory", &MountKind::Tmpfs(Access::All), false),
            ("/etc/web.conf", &MountKind::Settings, true),
            ("/data", &MountKind::Claim, false),
            ("/claimed", &MountKind::Claim, false),
            ("/host", &host, false),
            ("/lost", &MountKind::Claim, false),
        ]
    );
    assert_eq!(
        unread(&web.unread),
        [
            "web.yaml:41 the variables of the Secret `elsewhere` of container `web` of web.yaml",
            "web.yaml:59 the volume `lost` of container `web` of web.yaml"
        ]
    );
}

#[test]
fn a_container_goes_before_its_pod() {
    let found = read("", [("web.yaml", DEPLOYMENT)]);
    let migrate = named(&found, "migrate");
    assert_eq!(
        (&migrate.entrypoint, &migrate.command),
        (&None, &Some(words(&["migrate"])))
    );
    assert_eq!(migrate.user.as_deref(), Some("0:3000"));
    assert!(!migrate.must_not_be_root);
}

#[test]
fn lists_and_jobs_have_containers() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{name: a, image: x}]}\n- apiVersion: batch/v1\n  kind: CronJob\n  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: b, image: y, command: [run]}]}}}}}\n- apiVersion: v1\n  kind: Service\n  spec: {ports: []}\n";
    let found = read("", [("all.yml", list)]);
    assert_eq!(found.launches.len(), 2);
    assert_eq!(named(&found, "a").image.as_deref(), Some("x"));
    assert_eq!(named(&found, "b").entrypoint, Some(words(&["run"])));
}

#[test]
fn what_is_no_manifest_is_left_alone() {
    let found = read(
        "",
        [
            ("mkdocs.yml", "site_name: x\nplugins: !!python/name:a [\n"),
            (
                "jinja.yaml",
                "apiVersion: v1\nkind: Pod\n{% if x %}\nname: {{ x }}\n",
            ),
            ("broken.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n"),
        ],
    );
    assert!(found.launches.is_empty());
    assert_eq!(
        unread(&found.unread),
        ["broken.yaml:3 broken.yaml", "jinja.yaml:1 jinja.yaml"]
    );
}

#[test]
fn a_chart_says_what_its_values_say_plainly() {
    let values = "image:\n  registry: ghcr.io\n  repository: team/web\n  tag: \"1\"\npodSecurityContext: {fsGroup: 1000}\nsecurityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}\nworker:\n  image: team/worker\n  securityContext: {}\n";
    let found = read(
        "",
        [
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\n"),
            ("charts/web/values.yaml", values),
            (
                "charts/web/templates/web.yaml",
                "apiVersion: v1\nkind: {{ x }}\n",
            ),
        ],
    );
    assert_eq!(
        unread(&found.unread),
        ["charts/web/Chart.yaml:1 templates of the chart web"]
    );
    let web = named(&found, "web");
    assert_eq!(web.image.as_deref(), Some("ghcr.io/team/web:1"));
    assert_eq!(
        (web.user.as_deref(), web.volumes_group.as_deref()),
        (Some("1000"), Some("1000"))
    );
    assert!(web.is_read_only);
    let worker = named(&found, "worker");
    assert_eq!(
        (worker.image.as_deref(), worker.is_read_only),
        (Some("team/worker"), false)
    );
}

#[test]
fn kustomizations_rename_images() {
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: web}]}\n";
    let kustomization = "resources: [../base]\nimages:\n- name: web\n  newName: ghcr.io/team/web\n  newTag: v1\n- name: db\n  newTag: \"2\"\n";
    let found = read(
        "",
        [
            ("k8s/base/pod.yaml", pod),
            ("k8s/prod/kustomization.yaml", kustomization),
        ],
    );
    assert_eq!(named(&found, "a").other_images, ["ghcr.io/team/web"]);
    assert_eq!(
        found.files,
        ["k8s/base/pod.yaml", "k8s/prod/kustomization.yaml"]
    );
}

#[test]
fn containers_of_other_kinds_and_hooks() {
    let ray = "apiVersion: ray.io/v1\nkind: RayCluster\nspec:\n  headGroupSpec:\n    template:\n      spec:\n        containers:\n        - {name: head, image: team/ray, command: [ray]}\n";
    let argo = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n  - name: x\n    container: {name: x, image: team/job, command: [python], args: [-m, job]}\n  - name: y\n    script: {name: y, image: team/job, command: [bash], source: make all}\n  - name: z\n    script: {name: z, image: team/job, command: [python], source: print()}\n";
    let tekton = "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - name: step\n    image: team/job\n    script: |\n      #!/usr/bin/env bash\n      make test\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: team/web\n    args: [serve]\n    lifecycle:\n      preStop:\n        exec: {command: [sh, -c, flush]}\n";
    let found = read(
        "",
        [
            ("k8s/argo.yaml", argo),
            ("k8s/pod.yaml", pod),
            ("k8s/ray.yaml", ray),
            ("k8s/tekton.yaml", tekton),
        ],
    );
    assert_eq!(named(&found, "head").entrypoint, Some(words(&["ray"])));
    assert_eq!(named(&found, "x").command, Some(words(&["-m", "job"])));
    assert_eq!(named(&found, "y").entrypoint, Some(shell("make all")));
    assert_eq!(named(&found, "z").unread.len(), 1);
    let step = named(&found, "step").entrypoint.clone();
    assert_eq!(step, Some(shell("#!/usr/bin/env bash\nmake test\n")));
    let mut web = found.launches.iter().filter(|it| it.name == "web");
    let (own, hook) = (web.next().expect("it"), web.next().expect("its hook"));
    assert_eq!(own.command, Some(words(&["serve"])));
    assert_eq!(hook.entrypoint, Some(words(&["sh", "-c", "flush"])));
    assert_eq!(hook.place.line, 10);
}

const FILLED_BY_ANOTHER: &str = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - {name: fill, image: busybox, volumeMounts: [{name: d, mountPath: /in}]}\n  containers:\n  - {name: web, image: web, volumeMounts: [{name: d, mountPath: /data}]}\n  volumes: [{name: d, emptyDir: {}}]\n";
const FILLED_BY_ITSELF: &str = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - {name: fill, image: web, volumeMounts: [{name: d, mountPath: /in}]}\n  containers:\n  - {name: web, image: web, volumeMounts: [{name: d, mountPath: /data}]}\n  volumes: [{name: d, emptyDir: {}}]\n";
const READ_BY_ANOTHER: &str = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - {name: fill, image: busybox, volumeMounts: [{name: d, mountPath: /in, readOnly: true}]}\n  containers:\n  - {name: web, image: web, volumeMounts: [{name: d, mountPath: /data}]}\n  volumes: [{name: d, emptyDir: {}}]\n";

#[test]
fn a_volume_that_a_container_of_another_image_fills_is_shared() {
    let kind = |text: &'static str| {
        let found = read("", [("k.yaml", text)]);
        named(&found, "web").mounts[0].kind.clone()
    };
    let MountKind::Shared { name, by } = kind(FILLED_BY_ANOTHER) else {
        panic!("it is shared");
    };
    assert_eq!((&*name, &*by), ("d", "container `fill` of k.yaml"));
    assert_eq!(kind(FILLED_BY_ITSELF), MountKind::Empty);
    assert_eq!(kind(READ_BY_ANOTHER), MountKind::Empty);
}

#[test]
fn values_of_auto_devops_mount_volumes() {
    let values = "persistence:\n  enabled: true\n  volumes:\n    - name: keys\n      mount: {path: /app/keys}\nextraVolumes:\n  - name: x\n";
    let found = read("web", [("web/.gitlab/auto-deploy-values.yaml", values)]);
    let app = named(&found, "auto-deploy-app");
    let build = app.build.as_ref().unwrap();
    assert_eq!(build.dockerfile.as_deref(), Some("web/Dockerfile"));
    assert_eq!(app.mounts.len(), 1);
    assert_eq!(
        (&app.mounts[0].kind, &*app.mounts[0].target),
        (&MountKind::Claim, "/app/keys")
    );
    assert_eq!(app.unread.len(), 1);
}

#[test]
fn charts_with_a_placeholder_concern_what_they_are_called_like() {
    let unread = |path: &str| {
        let found = read(
            "",
            [
                (
                    "compose.yaml",
                    "services: {web: {build: web, image: team/web}, api: {build: api, image: team/api}}\n",
                ),
                ("charts/web/Chart.yaml", "name: web\n"),
                ("charts/web/values.yaml", "image: {repository: nginx}\n"),
            ],
        );
        found.of_dockerfile(path).unread.len()
    };
    assert_eq!((unread("web/Dockerfile"), unread("api/Dockerfile")), (1, 0));
}
