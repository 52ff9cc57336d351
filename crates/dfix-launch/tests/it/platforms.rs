use dfix_launch::{Health, MountKind, Start};

use crate::{mounts, named, read, shell, unread, words};

/// The Dockerfile and the context of what is built under this name.
fn built(found: &dfix_launch::FolderLaunches, name: &str) -> (String, String) {
    let build = named(found, name).build.clone().expect("it is built");
    (
        build.dockerfile.unwrap_or_default(),
        build.context.unwrap_or_default(),
    )
}

#[test]
fn ecs() {
    let text = r#"{
  "family": "web",
  "containerDefinitions": [{
    "name": "web",
    "image": "123.dkr.ecr.eu-west-1.amazonaws.com/team/web:1",
    "entryPoint": ["/usr/local/bin/python"],
    "command": ["-m", "web"],
    "user": "root",
    "workingDirectory": "/srv",
    "environment": [{"name": "A", "value": "b"}],
    "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": false}],
    "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}},
    "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost"]}
  }, {"name": "side", "image": "<IMAGE>"}],
  "volumes": [{"name": "data", "host": {}}]
}"#;
    for path in ["deploy/task-definition.json", ".aws/ecs.json"] {
        let found = read("", [(path, text)]);
        let web = named(&found, "web");
        assert_eq!(web.place.to_string(), format!("{path}:3"));
        assert_eq!(
            web.image.as_deref(),
            Some("123.dkr.ecr.eu-west-1.amazonaws.com/team/web:1")
        );
        assert_eq!(web.entrypoint, Some(words(&["/usr/local/bin/python"])));
        assert_eq!(web.command, Some(words(&["-m", "web"])));
        assert_eq!(web.user.as_deref(), Some("root"));
        assert_eq!(mounts(&web.mounts), [("/data", &MountKind::Claim, false)]);
        assert_eq!(web.capabilities, ["SYS_PTRACE"]);
        assert_eq!(web.environment[0].value.as_deref(), Some("b"));
        let check = Health::Command(shell("curl -f http://localhost"));
        assert_eq!(web.health, Some(check));
        assert_eq!(named(&found, "side").image.as_deref(), Some("${IMAGE}"));
    }
}

#[test]
fn fly() {
    let text = "app = 'x'\n[build]\n[env]\nA = 'b'\n[processes]\nweb = 'gunicorn app'\nworker = 'python -m w'\n[mounts]\nsource = 'data'\ndestination = '/data'\n[deploy]\nrelease_command = 'python manage.py migrate'\n";
    let found = read("", [("fly.toml", text), ("Dockerfile", "")]);
    assert_eq!(
        built(&found, "app"),
        ("Dockerfile".to_owned(), String::new())
    );
    let app = named(&found, "app");
    assert_eq!(app.command, None);
    let release = named(&found, "app (release_command)");
    assert_eq!(release.command, Some(shell("python manage.py migrate")));
    assert_eq!(release.build, app.build);
    // It has no volumes.
    assert!(release.mounts.is_empty());
    assert_eq!(release.place.line, 12);
    let worker = named(&found, "worker");
    assert_eq!(worker.command, Some(shell("python -m w")));
    assert_eq!(
        mounts(&worker.mounts),
        [("/data", &MountKind::Claim, false)]
    );
    assert_eq!(worker.place.line, 7);
    let text = "[build]\ndockerfile = 'docker/web.Dockerfile'\n[[mounts]]\nsource = 'data'\ndestination = '/data'\n";
    let found = read("", [("fly.prod.toml", text)]);
    assert_eq!(built(&found, "app").0, "docker/web.Dockerfile");
    assert_eq!(named(&found, "app").mounts.len(), 1);
    // Nothing is built.
    assert!(read("", [("fly.toml", "app = 'x'\n")]).launches.is_empty());
    let found = read("", [("fly.toml", "app = \n")]);
    assert_eq!(unread(&found.unread), ["fly.toml:1 fly.toml"]);
}

#[test]
fn services_of_platforms() {
    let render = "services:\n- type: web\n  name: web\n  runtime: docker\n  dockerfilePath: ./docker/Dockerfile\n  dockerContext: ./app\n  dockerCommand: python -m web\n  envVars:\n  - key: A\n    value: b\n  disk: {name: d, mountPath: /var/data, sizeGB: 1}\n- name: py\n  runtime: python\n  startCommand: gunicorn x\n- name: plain\n  env: docker\n";
    let found = read("", [("render.yaml", render)]);
    assert_eq!(
        built(&found, "web"),
        ("docker/Dockerfile".to_owned(), "app".to_owned())
    );
    assert_eq!(built(&found, "plain").0, "Dockerfile");
    let web = named(&found, "web");
    assert_eq!(web.command, Some(shell("python -m web")));
    assert_eq!(
        mounts(&web.mounts),
        [("/var/data", &MountKind::Claim, false)]
    );
    assert_eq!(web.environment.len(), 1);
    assert!(found.launches.iter().all(|it| it.name != "py"));

    let app = "services:\n- name: api\n  dockerfile_path: api/Dockerfile\n  source_dir: /api\n  run_command: ./run.sh\njobs:\n- name: job\n  image: {registry_type: GHCR, repository: team/web, tag: v1}\n";
    let found = read("", [(".do/app.yaml", app)]);
    assert_eq!(
        built(&found, "api"),
        ("api/Dockerfile".to_owned(), "api".to_owned())
    );
    assert_eq!(named(&found, "job").image.as_deref(), Some("team/web:v1"));

    let railway = "[build]\nbuilder = 'DOCKERFILE'\ndockerfilePath = 'app/Dockerfile'\n[deploy]\nstartCommand = './start.sh'\n";
    let found = read("", [("railway.toml", railway)]);
    assert_eq!(built(&found, "app").0, "app/Dockerfile");
    assert_eq!(named(&found, "app").command, Some(shell("./start.sh")));
    let railway = "[build]\nbuilder = 'DOCKERFILE'\n[deploy]\nstartCommand = './start.sh'\npreDeployCommand = ['./migrate', './seed']\n";
    let found = read("", [("railway.toml", railway), ("Dockerfile", "")]);
    assert_eq!(named(&found, "app").command, Some(shell("./start.sh")));
    let hook = named(&found, "app (preDeployCommand)");
    assert_eq!(hook.command, Some(shell("./migrate && ./seed")));
    let captain = "{\"schemaVersion\": 2, \"dockerfilePath\": \"./web/Dockerfile\"}";
    let found = read("", [("captain-definition", captain)]);
    assert_eq!(built(&found, "app").0, "web/Dockerfile");
    let run = "{\"AWSEBDockerrunVersion\": \"1\", \"Image\": {\"Name\": \"team/web\"}, \"Volumes\": [{\"HostDirectory\": \"/a\", \"ContainerDirectory\": \"/b\"}]}";
    let found = read("", [("Dockerrun.aws.json", run)]);
    let host = MountKind::Host("/a".to_owned());
    assert_eq!(mounts(&found.launches[0].mounts), [("/b", &host, false)]);

    let heroku = "build:\n  docker:\n    web: web/Dockerfile\n    worker: {dockerfile: worker/Dockerfile, target: prod}\nrelease:\n  image: worker\n  command: [./migrate]\nrun:\n  web: ./web\n";
    let found = read("", [("heroku.yml", heroku)]);
    assert_eq!(
        built(&found, "web"),
        ("web/Dockerfile".to_owned(), "web".to_owned())
    );
    assert_eq!(named(&found, "web").command, Some(shell("./web")));
    assert_eq!(named(&found, "release").command, Some(shell("./migrate")));
    let target = named(&found, "worker")
        .build
        .clone()
        .and_then(|it| it.target);
    assert_eq!(target.as_deref(), Some("prod"));
}

#[test]
fn nomad() {
    let text = r#"job "x" {
  group "g" {
    volume "data" { type = "host" }
    task "web" {
      driver = "docker"
      user = "root"
      env { A = "b" }
      config {
        image = "team/web:1"
        command = "/usr/local/bin/python"
        args = ["-m", "web"]
        volumes = ["local/conf:/etc/app", "/srv/data:/data"]
        cap_add = ["NET_ADMIN"]
        network_mode = "host"
      }
      volume_mount {
        volume = "data"
        destination = "/var/lib/web"
      }
    }
    task "other" {
      driver = "exec"
      config { image = "team/other" }
    }
  }
}
"#;
    for path in ["web.nomad", "deploy/web.nomad.hcl", "nomad/web.hcl"] {
        let found = read("", [(path, text)]);
        let web = named(&found, "web");
        assert_eq!(web.image.as_deref(), Some("team/web:1"));
        let whole = words(&["/usr/local/bin/python", "-m", "web"]);
        assert_eq!(web.command, Some(whole));
        assert_eq!(web.user.as_deref(), Some("root"));
        assert!(web.has_host_network);
        assert_eq!(web.capabilities, ["NET_ADMIN"]);
        assert_eq!(web.environment.len(), 1);
        let targets: Vec<&str> = web.mounts.iter().map(|it| &*it.target).collect();
        assert_eq!(targets, ["/var/lib/web", "/etc/app", "/data"]);
        assert_eq!(web.mounts[0].kind, MountKind::Claim);
        assert_eq!(web.mounts[2].kind, MountKind::Host("/srv/data".to_owned()));
        assert!(found.launches.iter().all(|it| it.name != "other"));
    }
}

#[test]
fn terraform() {
    let text = r#"variable "api" { default = "team/api:2" }
resource "docker_image" "web" {
  name = "team/web:1"
  build {
    context    = "${path.module}/../app"
    dockerfile = "web.Dockerfile"
  }
}
resource "docker_container" "web" {
  name  = "web"
  image = docker_image.web.image_id
  command = ["python", "-m", "web"]
  volumes {
    host_path      = "/srv/data"
    container_path = "/data"
  }
  volumes {
    volume_name    = "cache"
    container_path = "/cache"
  }
  capabilities { add = ["CAP_NET_ADMIN"] }
}
resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode([{
    name  = "api"
    image = var.api
    command = ["sh", "-c", var.command]
    mountPoints = [{ sourceVolume = "d", containerPath = "/d" }]
  }])
}
resource "aws_ecs_task_definition" "u" {
  container_definitions = <<EOT
[{"name": "old", "image": "${aws_ecr_repository.old.repository_url}:latest"}]
EOT
}
resource "google_cloud_run_v2_service" "run" {
  template {
    containers {
      image = "gcr.io/p/run"
      volume_mounts {
        name = "b"
        mount_path = "/b"
      }
    }
  }
}
resource "digitalocean_droplet" "vm" { image = var.vm }
"#;
    let found = read("", [("terraform/main.tf", text)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let of = |image: &str| {
        let mut all = found
            .launches
            .iter()
            .filter(|it| it.image.as_deref() == Some(image));
        all.next_back()
            .unwrap_or_else(|| panic!("{image}: {found:#?}"))
    };
    let mut builds = found.launches.iter().filter_map(|it| it.build.as_ref());
    let build = builds.next().expect("one is built");
    assert_eq!(build.context.as_deref(), Some("app"));
    assert_eq!(build.dockerfile.as_deref(), Some("app/web.Dockerfile"));
    let web = of("team/web:1");
    assert_eq!(web.command, Some(words(&["python", "-m", "web"])));
    assert_eq!(web.mounts[0].kind, MountKind::Host("/srv/data".to_owned()));
    assert_eq!(web.mounts[1].kind, MountKind::Named("?".to_owned()));
    assert_eq!(web.capabilities, ["NET_ADMIN"]);
    let api = of("team/api:2");
    assert_eq!(api.command, None::<Start>);
    assert_eq!(
        unread(&api.unread),
        ["terraform/main.tf:27 the command of `api` of terraform/main.tf"]
    );
    assert_eq!(api.mounts.len(), 1);
    of("${aws_ecr_repository_old_repository_url}:latest");
    assert_eq!(of("gcr.io/p/run").mounts.len(), 1);
    assert!(
        found
            .launches
            .iter()
            .all(|it| it.image.as_deref() != Some("${var_vm}"))
    );
}

#[test]
fn ansible_and_unraid() {
    let text = "- hosts: all\n  tasks:\n  - name: start\n    community.docker.docker_container:\n      name: web\n      image: team/web:1\n      user: root\n      command: python -m web\n      env: {A: b}\n      volumes:\n      - \"{{ data }}:/data\"\n      - cache:/cache\n      capabilities: [NET_ADMIN]\n  - docker_container:\n      name: open\n      image: \"{{ registry }}/api:{{ tag }}\"\n      command: \"{{ command }}\"\n";
    let found = read("", [("ansible/roles/web/tasks/main.yml", text)]);
    let web = named(&found, "web");
    assert_eq!(web.command, Some(shell("python -m web")));
    assert_eq!(web.mounts[0].kind, MountKind::Host("{{ data }}".to_owned()));
    assert_eq!(web.mounts[1].kind, MountKind::Named("cache".to_owned()));
    assert_eq!(web.capabilities, ["NET_ADMIN"]);
    let open = named(&found, "open");
    assert_eq!(open.image.as_deref(), Some("${registry}/api:${tag}"));
    assert_eq!(open.unread.len(), 1);

    let text = "<?xml version=\"1.0\"?>\n<Container version=\"2\">\n  <Name>web</Name>\n  <Repository>team/web:latest</Repository>\n  <Network>bridge</Network>\n  <Privileged>false</Privileged>\n  <ExtraParams>--user 99:100</ExtraParams>\n  <Config Name=\"Data\" Target=\"/data\" Default=\"/mnt/user/appdata\" Mode=\"rw\" Type=\"Path\">x</Config>\n  <Config Name=\"Port\" Target=\"80\" Default=\"80\" Mode=\"tcp\" Type=\"Port\"/>\n</Container>\n";
    let found = read("", [("unraid/web.xml", text)]);
    let web = named(&found, "web");
    let host = MountKind::Host("/mnt/user/appdata".to_owned());
    assert_eq!(mounts(&web.mounts), [("/data", &host, false)]);
    assert_eq!(web.mounts[0].place.line, 8);
    assert_eq!(web.unread.len(), 1);
}

#[test]
fn what_speaks_of_no_container_is_left_alone() {
    let found = read(
        "",
        [
            ("main.tf", "resource \"x\" {"),
            ("pom.xml", "<project><Repository>"),
            ("tasks.json", "{,"),
            ("values.yml", "image: team/web\n"),
            ("variables.hcl", "a ="),
        ],
    );
    assert!(found.launches.is_empty(), "{found:#?}");
    assert!(found.unread.is_empty(), "{found:#?}");
}

#[test]
fn dockerfiles_of_open_paths_and_of_two_roots() {
    let build = |dockerfile: &str| {
        format!(
            "resource \"docker_image\" \"web\" {{\n  name = \"web\"\n  build {{\n    context = \"app\"\n    dockerfile = \"{dockerfile}\"\n  }}\n}}\n"
        )
    };
    let of = |dockerfile: &str, file: &'static str| {
        let text: &'static str = build(dockerfile).leak();
        let found = read("", [("main.tf", text), (file, "FROM scratch\n")]);
        let launch = found.launches[0].clone();
        (launch.build.expect("it is built"), launch.unread.len())
    };
    let (open, unread) = of("${var.file}", "app/Dockerfile");
    assert_eq!((open.dockerfile, unread), (None, 1));
    assert_eq!(open.dockerfile_name, None);
    let (open, _) = of("${var.folder}/x.Dockerfile", "app/Dockerfile");
    assert_eq!(open.dockerfile_name.as_deref(), Some("x.Dockerfile"));
    for (written, file) in [
        ("docker/x", "app/docker/x"),
        ("docker/x", "docker/x"),
        ("x", "x"),
        ("x", "app/x"),
    ] {
        let (known, unread) = of(written, file);
        assert_eq!((known.dockerfile.as_deref(), unread), (Some(file), 0));
    }
}

#[test]
fn what_is_not_known_is_told() {
    let task = r#"{"containerDefinitions": [{"name": "web", "image": "team/web",
        "command": ["python", null], "user": {"Ref": "User"}}]}"#;
    let found = read("", [("task-definition.json", task)]);
    let web = named(&found, "web");
    assert_eq!((&web.user, &web.command), (&None, &None));
    assert_eq!(
        unread(&web.unread),
        [
            "task-definition.json:2 the command of `web` of task-definition.json",
            "task-definition.json:2 the user of `web` of task-definition.json"
        ]
    );
    let hosts =
        "- docker_container:\n    name: web\n    image: team/web\n    user: \"{{ user }}\"\n";
    let found = read("", [("ansible/roles/web/tasks/main.yml", hosts)]);
    let web = named(&found, "web");
    assert_eq!((&web.user, web.unread.len()), (&None, 1));
}

#[test]
fn kubernetes_command_is_the_entry_point() {
    let text = "resource \"kubernetes_deployment\" \"a\" {\n  spec {\n    container {\n      name = \"both\"\n      image = \"team/web\"\n      command = [\"python\"]\n      args = [\"-m\", \"web\"]\n    }\n    container {\n      name = \"alone\"\n      image = \"team/web\"\n      command = [\"./run\"]\n    }\n  }\n}\n";
    let found = read("", [("main.tf", text)]);
    let both = named(&found, "both");
    assert_eq!(both.entrypoint, Some(words(&["python"])));
    assert_eq!(both.command, Some(words(&["-m", "web"])));
    let alone = named(&found, "alone");
    assert_eq!(alone.entrypoint, Some(words(&["./run"])));
    assert_eq!(alone.command, Some(Start::Nothing));
}
