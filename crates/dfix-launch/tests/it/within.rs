//! Single commands that are run in containers of what else is started.

use dfix_launch::{FolderLaunches, Start};

use crate::{read, shell, words};

const COMPOSE: &str = "\
services:
  web:
    build: .
    entrypoint: [/entry.sh]
    environment: {A: '1', B: '2'}
    user: app
    working_dir: /srv
    volumes: [./data:/data]
  db:
    image: postgres
    container_name: store
";

/// The commands that are run in containers of the Dockerfile: what the entry point is and what is run there.
fn commands(found: &FolderLaunches) -> Vec<(Option<Start>, Option<Start>)> {
    let found = found.of_dockerfile("Dockerfile").commands;
    let said = found.into_iter().map(|it| (it.entrypoint, it.command));
    said.collect()
}

#[test]
fn a_run_keeps_what_the_service_says() {
    let makefile = "\
DC := docker-compose
RUN = $(DC) run --rm
test:
\t$(RUN) -e B=3 -T -v ./more:/more web pytest -x
";
    let found = read("", [("Makefile", makefile), ("compose.yaml", COMPOSE)]);
    let found = found.of_dockerfile("Dockerfile");
    assert_eq!((found.launches.len(), found.commands.len()), (1, 1));
    let command = &found.commands[0];
    assert_eq!(command.place.to_string(), "Makefile:4");
    assert_eq!(command.said(), "target `test` of Makefile");
    assert_eq!(command.entrypoint, Some(words(&["/entry.sh"])));
    assert_eq!(command.command, Some(words(&["pytest", "-x"])));
    assert_eq!(command.user.as_deref(), Some("app"));
    assert_eq!(command.working_dir.as_deref(), Some("/srv"));
    let set = command.environment.iter();
    let set: Vec<_> = set.map(|it| (&*it.name, it.value.as_deref())).collect();
    assert_eq!(set, [("A", Some("1")), ("B", Some("3"))]);
    let mounts: Vec<_> = command.mounts.iter().map(|it| &*it.target).collect();
    assert_eq!(mounts, ["/data", "/more"]);
}

#[test]
fn a_command_in_a_container_has_no_entry_point() {
    let script = "\
docker compose exec -T --user root -w / web sh -c 'apt-get update'
docker compose run --entrypoint make web all
docker exec store psql
docker compose exec web \"$@\"
docker compose exec web bash
docker compose exec web manage.py $ARGS \"a b\" \"x-$Y\"
docker compose exec $SERVICE ls
docker compose up web
";
    let found = read("", [("run.sh", script), ("compose.yaml", COMPOSE)]);
    let found = found.of_dockerfile("Dockerfile").commands;
    let said: Vec<_> = found
        .iter()
        .map(|it| {
            let user = it.user.as_deref().unwrap_or_default();
            (user, it.entrypoint.clone(), it.command.clone())
        })
        .collect();
    let whole = Some(Start::Nothing);
    assert_eq!(
        said,
        [
            (
                "root",
                whole.clone(),
                Some(words(&["sh", "-c", "apt-get update"]))
            ),
            ("app", Some(words(&["make"])), Some(words(&["all"]))),
            (
                "app",
                whole,
                Some(shell("manage.py ${ARGS} 'a b' \"x-${Y}\""))
            ),
        ]
    );
}

#[test]
fn a_container_has_a_name_or_is_asked_for() {
    let compose = "services: {web: {build: ., container_name: shop}, api: {build: api}}\n";
    for (command, is_of_it) in [
        ("docker exec shop ls", true),
        ("docker container exec -it shop ls", true),
        ("podman exec web ls", true),
        ("docker exec proj-web-1 ls", false),
        ("docker exec proj-api-1 ls", false),
        ("docker exec other ls", false),
        ("docker exec $(docker-compose ps -q web) ls", true),
        ("docker exec $(docker compose ps -q api) ls", false),
        ("docker exec $ID ls", false),
    ] {
        let text: &'static str = format!("{command}\n").leak();
        let found = read("", [("run.sh", text), ("compose.yaml", compose)]);
        assert_eq!(!commands(&found).is_empty(), is_of_it, "{command}");
    }
    let makefile =
        "run:\n\tdocker build -t web .\n\tdocker run -d --name one web\n\tdocker exec one ls\n";
    let found = read("", [("Makefile", makefile)]);
    let run = (Some(Start::Nothing), Some(words(&["ls"])));
    assert_eq!(commands(&found), [run]);
    let api = "docker exec proj_api_1 ls\n";
    let found = read("", [("run.sh", api), ("compose.yaml", compose)]);
    assert_eq!(found.of_dockerfile("api/Dockerfile").commands.len(), 1);
}

#[test]
fn the_file_of_compose_tells_which_dockerfile() {
    const DEV: &str = "services: {web: {build: {context: ., dockerfile: dev.Dockerfile}}}\n";
    for (command, dockerfile) in [
        ("docker compose exec web ls", Some("Dockerfile")),
        ("cd sub && docker compose exec web ls", Some("Dockerfile")),
        (
            "docker compose -f compose.yaml -f dev.yml exec web ls",
            Some("dev.Dockerfile"),
        ),
        ("docker compose --file=gone.yml exec web ls", None),
    ] {
        let text: &'static str = format!("{command}\n").leak();
        let files = [
            ("run.sh", text),
            ("compose.yaml", COMPOSE),
            ("dev.yml", DEV),
        ];
        let found = read("", files);
        for path in ["Dockerfile", "dev.Dockerfile"] {
            let is_of_it = !found.of_dockerfile(path).commands.is_empty();
            assert_eq!(is_of_it, dockerfile == Some(path), "{command}: {path}");
        }
    }
}

#[test]
fn documentation_ci_and_tasks_say_it_too() {
    let web = "services: {web: {build: .}}\n";
    for (path, text) in [
        ("README.md", "```\ndocker compose exec web ls\n```\n"),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs: {t: {steps: [{run: docker compose run web ls}]}}\n",
        ),
        ("justfile", "up:\n    docker compose exec web ls\n"),
        (
            "package.json",
            "{\"scripts\": {\"a\": \"docker-compose exec web ls\"}}",
        ),
    ] {
        let found = read("", [(path, text), ("docker-compose.yml", web)]);
        let commands = found.of_dockerfile("Dockerfile").commands;
        assert_eq!(commands.len(), 1, "{path}");
        assert_eq!(commands[0].place.file, path);
        assert!(found.of_dockerfile("Dockerfile").unread.is_empty());
    }
}

#[test]
fn a_hook_of_kubernetes_is_of_its_own_container() {
    let pod = |image: &str, hook: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: {image}\n    workingDir: /srv\n    livenessProbe: {{exec: {{command: [ask]}}}}\n    lifecycle: {{preStop: {{exec: {{command: [{hook}]}}}}}}\n"
        )
    };
    let both: &'static str = [pod("team/web", "flush"), pod("team/api", "stop")]
        .join("---\n")
        .leak();
    let found = read(
        "",
        [
            ("k8s/pods.yaml", both),
            ("build.sh", "docker build -t team/web .\n"),
        ],
    );
    let found = found.of_dockerfile("Dockerfile");
    let [hook] = found.commands.as_slice() else {
        panic!("{:#?}", found.commands);
    };
    assert_eq!(hook.entrypoint, Some(words(&["flush"])));
    assert_eq!(hook.command, Some(Start::Nothing));
    assert_eq!(hook.working_dir.as_deref(), Some("/srv"));
    assert_eq!((hook.place.line, &hook.health), (9, &None));
    let started = found.launches.iter().filter(|it| it.name == "web");
    assert_eq!(started.count(), 1);
}
