use dfix_launch::{Access, Build, Health, MountKind, Port, Start};

use crate::{mounts, named, read, unread};

const COMPOSE: &str = r#"
x-base: &base
  environment: &env
    MODE: prod
    TOKEN:
services:
  web:
    <<: *base
    build:
      context: ./app
      dockerfile: docker/Dockerfile
      target: ${TARGET:-runtime}
      args:
        - PYTHON=3.12
        - COMMIT
    command: gunicorn -b 0.0.0.0:80 "app:make()"
    entrypoint: []
    user: "1000:1000"
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:80/"]
    ports:
      - "127.0.0.1:8080:80/tcp"
      - target: 443
      - 3000-3005
    volumes:
      - data:/data
      - ./src:/code:ro
      - /var/lib/cache
      - type: bind
        source: ./conf
        target: /conf
      - hosted:/hosted
    tmpfs: /run
    cap_add: [NET_ADMIN]
    devices: ["/dev/ttyUSB0:/dev/serial"]
    privileged: true
  worker:
    build: .
    command: ["celery", "-A", "app", "worker"]
    healthcheck:
      test: curl -f http://localhost || exit 1
    env_file: worker.env
volumes:
  data:
  hosted:
    driver_opts: { type: none, o: "bind", device: /srv/hosted }
"#;

#[test]
fn a_service_says_what_it_is_made_of() {
    let found = read("", [("compose.yaml", COMPOSE), ("worker.env", "A=1\nB\n")]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let web = named(&found, "web");
    assert_eq!(web.place.to_string(), "compose.yaml:7");
    assert_eq!(
        web.build,
        Some(Build {
            dockerfile_name: None,
            context: Some("app".to_owned()),
            dockerfile: Some("app/docker/Dockerfile".to_owned()),
            is_inline: false,
            inline: None,
            contexts: Vec::new(),
            is_in_between: false,
            is_case_sensitive: None,
            target: Some("runtime".to_owned()),
            arguments: vec![
                ("PYTHON".to_owned(), Some("3.12".to_owned())),
                ("COMMIT".to_owned(), None)
            ],
            platforms: Vec::new(),
            is_conditional: false,
        })
    );
    let words = |words: &[&str]| Start::Words(words.iter().map(|it| (*it).to_owned()).collect());
    assert_eq!(
        web.command,
        Some(words(&["gunicorn", "-b", "0.0.0.0:80", "app:make()"]))
    );
    assert_eq!(web.entrypoint, Some(Start::Nothing));
    assert_eq!(web.user.as_deref(), Some("1000:1000"));
    assert_eq!(
        web.health,
        Some(Health::Command(words(&[
            "curl",
            "-f",
            "http://localhost:80/"
        ])))
    );
    let port = |first, last| Port { first, last };
    assert_eq!(web.ports, [port(80, 80), port(443, 443), port(3000, 3005)]);
    let mounts: Vec<(&MountKind, &str, bool)> = web
        .mounts
        .iter()
        .map(|it| (&it.kind, &*it.target, it.is_read_only))
        .collect();
    let host = |path: &str| MountKind::Host(path.to_owned());
    assert_eq!(
        mounts,
        [
            (&MountKind::Named("data".to_owned()), "/data", false),
            (&host("./src"), "/code", true),
            (&MountKind::Anonymous, "/var/lib/cache", false),
            (&host("./conf"), "/conf", false),
            (&host("/srv/hosted"), "/hosted", false),
            (&MountKind::Tmpfs(Access::Unsaid), "/run", false),
        ]
    );
    let environment: Vec<(&str, Option<&str>)> = web
        .environment
        .iter()
        .map(|it| (&*it.name, it.value.as_deref()))
        .collect();
    assert_eq!(environment, [("MODE", Some("prod")), ("TOKEN", None)]);
    assert_eq!(
        (&*web.capabilities, &*web.devices),
        (
            &["NET_ADMIN".to_owned()][..],
            &["/dev/serial".to_owned()][..]
        )
    );
    assert!(web.is_privileged && !web.is_read_only && web.unread.is_empty());

    let worker = named(&found, "worker");
    assert_eq!(
        worker
            .build
            .as_ref()
            .and_then(|it| it.dockerfile.as_deref()),
        Some("Dockerfile")
    );
    assert_eq!(
        worker.health,
        Some(Health::Command(Start::Shell(
            "curl -f http://localhost || exit 1".to_owned()
        )))
    );
    let places: Vec<String> = worker
        .environment
        .iter()
        .map(|it| it.place.to_string())
        .collect();
    assert_eq!(places, ["worker.env:1", "worker.env:2"]);
}

#[test]
fn a_second_file_is_read_over_the_first() {
    let base = "services:\n  web:\n    build: .\n    command: a\n    volumes: [data:/data]\n";
    let dev = "services:\n  web:\n    command: b\n    volumes: [.:/app, ./data:/data]\n  other:\n    image: redis\n";
    let found = read(
        "",
        [
            ("docker-compose.yml", base),
            ("docker-compose.dev.yml", dev),
        ],
    );
    let web: Vec<_> = found
        .launches
        .iter()
        .filter(|it| it.name == "web")
        .collect();
    assert_eq!(web.len(), 2);
    let dev = web
        .iter()
        .find(|it| it.place.file.contains("dev"))
        .expect("it is there");
    assert!(dev.build.is_some());
    assert_eq!(dev.command, Some(Start::Words(vec!["b".to_owned()])));
    let mounts: Vec<&str> = dev.mounts.iter().map(|it| &*it.target).collect();
    assert_eq!(mounts, ["/app", "/data"]);
    assert!(matches!(dev.mounts[1].kind, MountKind::Host(_)));
    assert_eq!(named(&found, "other").image.as_deref(), Some("redis"));
}

#[test]
fn extends_and_include_are_followed() {
    let found = read(
        "deploy",
        [
            (
                "deploy/compose.yaml",
                "include:\n  - ../db/compose.yaml\n  - path: [more.yaml]\nservices:\n  web:\n    extends: {file: ../common.yaml, service: app}\n    user: me\n  lost:\n    extends: nobody\n",
            ),
            (
                "common.yaml",
                "services:\n  app:\n    build: ./app\n    user: root\n    command: run\n",
            ),
            ("db/compose.yaml", "services:\n  db:\n    build: .\n"),
            ("deploy/more.yaml", "services:\n  more:\n    image: x\n"),
        ],
    );
    let web = named(&found, "web");
    assert_eq!(
        web.build.as_ref().and_then(|it| it.context.as_deref()),
        Some("app")
    );
    assert_eq!(
        (web.user.as_deref(), &web.command),
        (Some("me"), &Some(Start::Words(vec!["run".to_owned()])))
    );
    let db = named(&found, "db").build.clone().expect("it is built");
    assert_eq!(db.context.as_deref(), Some("db"));
    named(&found, "more");
    assert_eq!(named(&found, "lost").unread.len(), 1);
    assert_eq!(
        found.files,
        [
            "deploy/compose.yaml",
            "db/compose.yaml",
            "deploy/more.yaml",
            "common.yaml"
        ]
    );
}

#[test]
fn what_is_open_is_told() {
    let text = "services:\n  web:\n    build: {context: ., target: '${STAGE}'}\n    command: run $PORT\n    user: ${WHO:?say who}\n    env_file: [missing.env, {path: may.env, required: false}]\n    healthcheck: {test: [NONE]}\n";
    let found = read("", [("compose.yml", text), (".env", "PORT=80\n")]);
    let web = named(&found, "web");
    assert_eq!(
        web.command,
        Some(Start::Words(vec!["run".to_owned(), "80".to_owned()]))
    );
    assert_eq!((&web.user, &web.health), (&None, &Some(Health::Off)));
    let what: Vec<&str> = web.unread.iter().map(|it| &*it.what).collect();
    assert_eq!(
        what,
        [
            "`target` of service `web` of compose.yml",
            "`user` of service `web` of compose.yml",
            "a file of variables of service `web` of compose.yml"
        ]
    );
    assert_eq!(found.files, ["compose.yml", ".env"]);
    let broken = read("", [("compose.yml", "services: [\n")]);
    assert_eq!((broken.launches.len(), broken.unread.len()), (0, 1));
}

#[test]
fn an_example_of_a_file_of_variables_tells_the_names() {
    let of = |name: &'static str, text: &'static str| {
        let found = read(
            "",
            [
                (
                    "compose.yaml",
                    "services: {web: {build: ., env_file: .env}}\n",
                ),
                (name, text),
            ],
        );
        let web = named(&found, "web").clone();
        let names: Vec<String> = web.environment.iter().map(|it| it.name.clone()).collect();
        let is_open = web.environment.iter().all(|it| it.value.is_none());
        (names, is_open, web.unread.len())
    };
    for name in [
        ".env.example",
        "example.env",
        "env.sample",
        ".env.dist",
        ".env-template",
        ".example.env",
    ] {
        let expected = (vec!["PORT".to_owned(), "DEBUG".to_owned()], true, 0);
        assert_eq!(of(name, "PORT=8080\nexport DEBUG=\n"), expected, "{name}");
    }
    assert_eq!(of("other.env", "PORT=8080\n"), (vec![], true, 1));
    // Of places and low ports nobody knows which they are.
    for text in [
        "PORT=80\n",
        "DATA_DIR=/data\n",
        "DATABASE_URL=sqlite:////data/a.db\n",
    ] {
        assert_eq!(of(".env.example", text), (vec![], true, 1), "{text}");
    }
}

#[test]
fn files_of_other_names_are_told_by_what_they_say() {
    let compose = "services:\n  web:\n    build: ..\n    volumes: [./data:/data]\n";
    for path in [
        "docker/stack.yml",
        "deploy/local.yml",
        "compose/web.compose.yml",
    ] {
        let found = read("", [(path, compose)]);
        assert_eq!(found.files, [path]);
        assert_eq!(found.launches.len(), 1, "{path}");
        assert_eq!(found.launches[0].mounts.len(), 1, "{path}");
    }
    // One that says less is over the base, as it would be with `-f`.
    let found = read(
        "",
        [
            (
                "compose.yml",
                "services:\n  web:\n    build: .\n  db:\n    image: db\n",
            ),
            (
                "production.yml",
                "services:\n  web:\n    user: app\n  db:\n    image: db:2\n",
            ),
        ],
    );
    let web = found.launches.iter().filter(|it| it.name == "web");
    let users: Vec<_> = web
        .map(|it| (it.build.is_some(), it.user.as_deref()))
        .collect();
    assert_eq!(users, [(true, None), (true, Some("app"))]);
}

#[test]
fn other_files_with_services_are_none_of_compose() {
    for text in [
        "services:\n  App\\Mailer:\n    arguments: ['build:']\n",
        "services: [docker]\nimage: x\n",
        "services:\n  web:\n    image: {repository: x}\n",
        "jobs:\n  test:\n    services:\n      db:\n        image: db\n",
    ] {
        let found = read("", [("a.yml", text)]);
        assert!(
            found.launches.is_empty() && found.unread.is_empty(),
            "{text}"
        );
    }
    let chart = [
        ("chart/Chart.yaml", "name: x\n"),
        ("chart/other.yaml", "services:\n  web:\n    image: x\n"),
    ];
    assert!(read("", chart).launches.is_empty());
    // What looks like one and is no YAML is told.
    let found = read("", [("a.yml", "services:\n  web: {{ x }}\n   image: x\n")]);
    assert_eq!(found.unread.len(), 1);
}

#[test]
fn a_file_in_any_folder_builds_what_it_names() {
    let compose = "services:\n  web:\n    build: ../../web\n  db:\n    image: team/db\n";
    for path in [
        "dev/stack/docker-compose.dev.yml",
        ".docker/x/compose.yaml",
        "production/a/compose.yml",
    ] {
        let found = read("", [(path, compose), ("web/Dockerfile", "")]);
        let names: Vec<&str> = found.launches.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["web"], "{path}");
        assert_eq!(found.of_dockerfile("web/Dockerfile").launches.len(), 1);
    }
    // What is somebody else's, or builds nothing of this repository, does not count.
    for path in ["vendor/a/compose.yml", "node_modules/a/b/compose.yml"] {
        assert!(
            read("", [(path, compose), ("web/Dockerfile", "")])
                .launches
                .is_empty()
        );
    }
    assert!(
        read("", [("dev/stack/compose.yml", compose)])
            .launches
            .is_empty()
    );
}

#[test]
fn a_dockerfile_may_stand_in_it_and_be_based_on_a_service() {
    let compose = "services:\n  base: {build: base}\n  job:\n    build:\n      dockerfile_inline: |\n        FROM x\n        ENV A=$$B\n      additional_contexts: {x: 'service:base'}\n";
    let found = read("", [("deploy/compose.yaml", compose)]);
    let build = named(&found, "job").build.clone().expect("it is built");
    assert_eq!(
        build.dockerfile.as_deref(),
        Some("deploy/compose.yaml, service job")
    );
    assert_eq!(build.inline.as_deref(), Some("FROM x\nENV A=$B\n"));
    assert_eq!(named(&found, "base").other_images, ["x"]);
}

#[test]
fn a_dockerfile_that_is_not_there_is_looked_for_from_the_folders_around() {
    let compose = "services:\n  web: {build: ., env_file: web.env}\n  api: {build: {context: ., dockerfile: infra/docker/api.Dockerfile}}\n  own: {build: worker}\n  none: {build: nowhere}\n";
    let found = read(
        "",
        [
            ("Dockerfile", "FROM scratch\n"),
            ("web.env", "PORT=80\n"),
            ("worker/Dockerfile", "FROM scratch\n"),
            ("infra/compose.yml", compose),
            ("infra/docker/api.Dockerfile", "FROM scratch\n"),
            ("infra/worker/Dockerfile", "FROM scratch\n"),
            ("infra/nowhere/x", ""),
        ],
    );
    let built = |name: &str| {
        let launch = found.launches.iter().find(|it| it.name == name)?;
        launch.build.as_ref()?.dockerfile.as_deref()
    };
    assert_eq!(built("web"), Some("Dockerfile"));
    assert_eq!(built("api"), Some("infra/docker/api.Dockerfile"));
    assert_eq!(built("own"), Some("infra/worker/Dockerfile"));
    assert_eq!(built("none"), Some("infra/nowhere/Dockerfile"));
    let web = found.launches.iter().find(|it| it.name == "web");
    let web = web.expect("it is there");
    assert_eq!(web.environment[0].place.file, "web.env");
}

#[test]
fn what_is_open_of_sysctls_and_pid_is_told() {
    let text = "services:\n  web:\n    image: x\n    pid: ${PROCESSES:-host}\n    sysctls: {net.ipv4.ip_unprivileged_port_start: 0}\n  open:\n    image: x\n    pid: $PROCESSES\n    sysctls:\n    - net.ipv4.ip_unprivileged_port_start=$PORT\n";
    let found = read("", [("compose.yaml", text)]);
    let web = named(&found, "web");
    assert!(web.has_host_processes && !web.keeps_low_ports);
    assert!(web.unread.is_empty());
    let open = named(&found, "open");
    assert!(!open.has_host_processes && open.keeps_low_ports);
    assert_eq!(
        unread(&open.unread),
        [
            "compose.yaml:8 `pid` of service `open` of compose.yaml",
            "compose.yaml:10 `sysctls` of service `open` of compose.yaml"
        ]
    );
}

#[test]
fn secrets_and_configs_are_given_alike() {
    let text = "services:
  web:
    image: x
    secrets: [key, {source: token, target: /etc/token}, {source: swarm, mode: 0400}, {source: swarm}]
    configs:
    - settings
    - {source: settings, target: '${PLACE:-/etc/web}'}
    - {source: swarm, target: own, mode: 0400}
    - {source: swarm, uid: '1000', mode: 0400}
    - {source: settings, target: $OPEN}
secrets:
  key: {file: ./key}
  token: {file: '${FOLDER:-keys}/token'}
  swarm: {external: true}
configs:
  settings: {file: '${FOLDER:-conf}/settings'}
  swarm: {external: true}
";
    let found = read("", [("compose.yaml", text)]);
    let web = named(&found, "web");
    let secret = |file: &str| MountKind::Secret(file.to_owned());
    let guarded = MountKind::Guarded("swarm".to_owned());
    let settings = MountKind::Host("conf/settings".to_owned());
    assert_eq!(
        mounts(&web.mounts),
        [
            ("/run/secrets/key", &secret("./key"), true),
            ("/etc/token", &secret("keys/token"), true),
            ("/run/secrets/swarm", &guarded, true),
            ("/settings", &settings, true),
            ("/etc/web", &settings, true),
            ("/own", &guarded, true),
        ]
    );
    assert_eq!(
        unread(&web.unread),
        ["compose.yaml:10 the place of what `configs` gives of service `web` of compose.yaml"]
    );
}

#[test]
fn an_override_is_put_over_the_base_whatever_it_says() {
    let base = "services:\n  web:\n    build: {context: ., dockerfile: docker/Dockerfile, target: development}\n    volumes: ['.:/app', 'cache:/app/tmp/cache']\nvolumes: {cache: {}}\n";
    let above = "services:\n  web:\n    build: {target: production}\n    environment: {RAILS_ENV: production}\n";
    for (name, mounts) in [
        ("compose.override.yml", 2),
        ("compose.override.yml.sample", 2),
        ("compose.override.example.yml", 2),
        ("compose.prod.yml", 0),
    ] {
        let found = read("", [("compose.yml", base), (name, above)]);
        let of_file = found.launches.iter().find(|it| it.place.file == name);
        let launch = of_file.unwrap_or_else(|| panic!("{name}: {found:#?}"));
        let build = launch.build.as_ref().expect("it builds");
        assert_eq!(build.target.as_deref(), Some("production"), "{name}");
        assert_eq!(launch.mounts.len(), mounts, "{name}");
        if mounts > 0 {
            assert_eq!(
                build.dockerfile.as_deref(),
                Some("docker/Dockerfile"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_build_over_another_keeps_what_it_does_not_say() {
    let base = "services:\n  web:\n    build: {context: api, dockerfile: docker/Dockerfile}\n";
    for (build, context, dockerfile) in [
        ("{target: b}", "api", "api/docker/Dockerfile"),
        ("{context: web}", "web", "web/docker/Dockerfile"),
        (
            "{dockerfile: Dockerfile.prod}",
            "api",
            "api/Dockerfile.prod",
        ),
        ("./web", "web", "web/docker/Dockerfile"),
        ("{context: web, dockerfile: Other}", "web", "web/Other"),
    ] {
        let above = &*format!("services:\n  web:\n    build: {build}\n").leak();
        let found = read("", [("compose.yml", base), ("compose.override.yml", above)]);
        let launch = found
            .launches
            .iter()
            .find(|it| it.place.file == "compose.override.yml");
        let build = launch.and_then(|it| it.build.as_ref()).expect("it builds");
        assert_eq!(
            (build.context.as_deref(), build.dockerfile.as_deref()),
            (Some(context), Some(dockerfile)),
            "{above}"
        );
    }
}
