use dfix_launch::{FolderLaunches, Start};

use crate::{read, unread, words};

const WORKFLOW: &str = r#"
on: push
env:
  REGISTRY: ghcr.io
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      IMAGE: ${{ env.REGISTRY }}/team/web
    strategy:
      matrix:
        app: [api, worker]
        include:
          - {app: docs, other: x}
    steps:
      - uses: actions/checkout@v4
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: |
            team/web
            ${{ env.IMAGE }}
      - uses: docker/build-push-action@v6
        with:
          context: ${{ matrix.app }}
          file: ${{ matrix.app }}/prod.Dockerfile
          target: ${{ inputs.target || 'run' }}
          tags: ${{ steps.meta.outputs.tags }}
          build-args: |
            A=1
            B=${{ github.sha }}
      - uses: docker/build-push-action@v6
        with: {push: false}
  test:
    container:
      image: team/web:test
      options: --user root
      volumes: [/cache:/cache]
    defaults: {run: {working-directory: sub}}
    steps:
      - run: |
          echo start
          docker build -t "$TAG" -f ${{ env.FILE }} .
          docker run --rm "$TAG" check
        env: {TAG: "local:${{ github.run_id }}"}
"#;

fn dockerfiles(found: &FolderLaunches, name: &str) -> Vec<String> {
    let builds = found.launches.iter().filter(|it| it.name == name);
    builds
        .filter_map(|it| it.build.clone())
        .map(|it| it.dockerfile.unwrap_or_else(|| "?".to_owned()))
        .collect()
}

#[test]
fn workflows_build_what_their_matrix_says() {
    let found = read("", [(".github/workflows/ci.yml", WORKFLOW)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    assert_eq!(
        dockerfiles(&found, "build"),
        [
            "api/prod.Dockerfile",
            "worker/prod.Dockerfile",
            "docs/prod.Dockerfile",
            "Dockerfile"
        ]
    );
    let api = &found.launches[0];
    assert_eq!(api.place.to_string(), ".github/workflows/ci.yml:23");
    assert_eq!(
        (api.image.as_deref(), &*api.other_images),
        (Some("team/web"), &["ghcr.io/team/web".to_owned()][..])
    );
    let build = api.build.clone().expect("it is built");
    assert_eq!(build.context.as_deref(), Some("api"));
    assert_eq!(build.arguments[0].1.as_deref(), Some("1"));
    assert_eq!(build.arguments[1].1, None);
    assert_eq!(
        unread(&api.unread),
        [".github/workflows/ci.yml:23 the stage of job `build` of .github/workflows/ci.yml"]
    );
}

#[test]
fn steps_and_containers_of_workflows_start_images() {
    let found = read("", [(".github/workflows/ci.yml", WORKFLOW)]);
    let test: Vec<_> = found
        .launches
        .iter()
        .filter(|it| it.name == "test")
        .collect();
    let [container, build, run] = test.as_slice() else {
        panic!("{test:#?}");
    };
    assert_eq!(container.image.as_deref(), Some("team/web:test"));
    assert_eq!(
        (container.user.as_deref(), &container.entrypoint),
        (Some("root"), &Some(words(&["tail"])))
    );
    assert_eq!(container.mounts[0].target, "/cache");
    let said = build.build.clone().expect("it is built");
    assert_eq!(
        (said.context.as_deref(), said.dockerfile),
        (Some("sub"), None)
    );
    assert_eq!(build.place.line, 43);
    assert_eq!(
        (run.image.as_ref(), &run.command),
        (build.image.as_ref(), &Some(words(&["check"])))
    );
}

#[test]
fn pipelines_of_gitlab_build() {
    let text = "default:\n  image: team/base\nvariables:\n  NAME: $CI_REGISTRY_IMAGE\n  DIR: app\nbefore_script:\n  - cd $DIR\nbuild:\n  script:\n    - docker build -t $NAME:$CI_COMMIT_SHA --target run .\n    - |\n      docker run $NAME true\nkaniko:\n  image: {name: gcr.io/kaniko-project/executor:debug, entrypoint: [\"\"]}\n  before_script: []\n  script:\n    - /kaniko/executor --context $CI_PROJECT_DIR --dockerfile $CI_PROJECT_DIR/x/Dockerfile --destination a/b\n";
    let found = read("", [(".gitlab-ci.yml", text)]);
    assert_eq!(dockerfiles(&found, "build"), ["app/Dockerfile"]);
    assert_eq!(dockerfiles(&found, "kaniko"), ["x/Dockerfile"]);
    let started: Vec<Option<&str>> = found
        .launches
        .iter()
        .filter(|it| it.build.is_none())
        .map(|it| it.image.as_deref())
        .collect();
    assert_eq!(
        started,
        [
            Some("${NAME}"),
            Some("team/base"),
            Some("gcr.io/kaniko-project/executor:debug")
        ]
    );
    let kaniko = found.launches.last().expect("there are some");
    assert_eq!(kaniko.entrypoint, Some(Start::Nothing));
}

#[test]
fn jobs_of_gitlab_run_in_images_of_variables() {
    let text = "variables:\n  NAME: $CI_REGISTRY_IMAGE/web\nbuild:\n  script:\n    - docker build -t $NAME:$CI_COMMIT_SHA .\ntest:\n  image: $NAME:$CI_COMMIT_SHA\n  script:\n    - pip install --user pytest\nother:\n  image: {name: $CI_REGISTRY_IMAGE}\n  script: [pytest]\n";
    let found = read("", [(".gitlab-ci.yml", text)]);
    let steps = found.launches.iter().filter(|it| it.runs_steps);
    let images: Vec<Option<&str>> = steps.map(|it| it.image.as_deref()).collect();
    assert_eq!(
        images,
        [
            Some("${CI_REGISTRY_IMAGE}/web:${CI_COMMIT_SHA}"),
            Some("${CI_REGISTRY_IMAGE}")
        ]
    );
    assert_eq!(found.launches[0].image, found.launches[1].image);
    let of_it = found.of_dockerfile("Dockerfile").launches;
    let mut steps = of_it.iter().filter(|it| it.runs_steps);
    assert!(steps.any(|it| it.name == "test"));
}

#[test]
fn other_services_run_commands() {
    let circle = "jobs:\n  image:\n    steps:\n      - checkout\n      - run:\n          name: Build\n          command: |\n            docker build -f docker/Dockerfile .\n";
    let google = "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, 'gcr.io/$PROJECT_ID/web', web]\n";
    let jenkins = "pipeline {\n  stage('x') {\n    sh 'make'\n    sh(script: \"docker build one\")\n    sh '''\n      docker build two\n    '''\n  }\n}\n";
    let found = read(
        "",
        [
            (".circleci/config.yml", circle),
            ("cloudbuild.yaml", google),
            ("Jenkinsfile", jenkins),
        ],
    );
    assert_eq!(dockerfiles(&found, "image"), ["docker/Dockerfile"]);
    assert_eq!(dockerfiles(&found, "build"), ["web/Dockerfile"]);
    assert_eq!(
        dockerfiles(&found, "pipeline"),
        ["one/Dockerfile", "two/Dockerfile"]
    );
    let lines: Vec<String> = found
        .launches
        .iter()
        .map(|it| it.place.to_string())
        .collect();
    assert_eq!(
        lines,
        [
            "Jenkinsfile:4",
            "Jenkinsfile:6",
            "cloudbuild.yaml:2",
            ".circleci/config.yml:8"
        ]
    );
    let broken = read("", [(".travis.yml", "script: [docker\n")]);
    assert_eq!(broken.unread.len(), 1);
}

#[test]
fn the_name_of_a_step_is_an_image_in_cloud_build_alone() {
    let steps = "jobs:\n  include:\n  - name: \"Lint / tests\"\n    script: make # docker\n";
    for path in [".travis.yml", "azure-pipelines.yml"] {
        let found = read("", [(path, steps)]);
        assert!(found.launches.is_empty(), "{path}: {found:#?}");
    }
}

#[test]
fn workflows_call_others() {
    let build = "on:\n  workflow_call:\n    inputs:\n      file: {default: Dockerfile}\n      target: {type: string}\njobs:\n  image:\n    steps:\n      - uses: depot/build-push-action@v1\n        with:\n          file: ${{ inputs.file }}\n          target: ${{ inputs.target }}\n";
    let call = "jobs:\n  all:\n    strategy: {matrix: {target: [web, worker]}}\n    uses: ./.github/workflows/build.yml\n    with: {target: '${{ matrix.target }}'}\n  open:\n    uses: ./.github/workflows/build.yml\n    with: {target: '${{ github.ref }}', file: a/Dockerfile}\n  last:\n    uses: ./.github/workflows/build.yml\n    with: {file: b/Dockerfile}\n";
    let found = read(
        "",
        [
            (".github/workflows/build.yml", build),
            (".github/workflows/call.yml", call),
        ],
    );
    let builds: Vec<(Option<&str>, Option<&str>, usize)> = found
        .launches
        .iter()
        .filter_map(|it| Some((it.build.as_ref()?, it.unread.len())))
        .map(|(it, unread)| (it.dockerfile.as_deref(), it.target.as_deref(), unread))
        .collect();
    assert_eq!(
        builds,
        [
            (Some("Dockerfile"), Some("web"), 0),
            (Some("Dockerfile"), Some("worker"), 0),
            (Some("a/Dockerfile"), None, 1),
            (Some("b/Dockerfile"), None, 0)
        ]
    );
}

#[test]
fn a_workflow_knows_its_repository() {
    let text = "jobs:\n  build:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {tags: 'ghcr.io/${{ github.repository }}:${{ github.sha }}'}\n";
    let config =
        "[core]\n\turl = no\n[remote \"origin\"]\n\turl = https://github.com/Team/Web.git\n";
    let files = [(".github/workflows/ci.yml", text), (".git/config", config)];
    let image = read("", files).launches[0].image.clone();
    assert_eq!(image.as_deref(), Some("ghcr.io/team/web:${github_sha}"));
}

#[test]
fn a_checkout_into_a_folder_is_the_repository() {
    let text = "jobs:\n  build:\n    steps:\n      - uses: actions/checkout@v4\n        with: {path: src/}\n      - uses: docker/build-push-action@v6\n        with: {context: ./src/app, file: src/x/Dockerfile}\n      - run: docker build sub\n        working-directory: src\n";
    let found = read("", [(".github/workflows/ci.yml", text)]);
    assert_eq!(
        dockerfiles(&found, "build"),
        ["x/Dockerfile", "sub/Dockerfile"]
    );
    let context = found.launches[0].build.clone().and_then(|it| it.context);
    assert_eq!(context.as_deref(), Some("app"));
}

#[test]
fn actions_of_the_repository_are_steps() {
    let action = "inputs:\n  file: {default: Dockerfile}\n  tag: {required: true}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: docker build -f \"${{ inputs.file }}\" -t ${{ inputs.tag }} .\n";
    let text = "jobs:\n  build:\n    strategy: {matrix: {name: [a, b]}}\n    steps:\n      - uses: ./.github/actions/build\n        with: {tag: 'docker/${{ matrix.name }}'}\n";
    let files = [
        (".github/actions/build/action.yml", action),
        (".github/workflows/ci.yml", text),
    ];
    let found = read("", files);
    let images: Vec<Option<&str>> = found
        .launches
        .iter()
        .map(|it| it.image.as_deref())
        .collect();
    assert_eq!(images, [Some("docker/a"), Some("docker/b")]);
    assert_eq!(dockerfiles(&found, "build"), ["Dockerfile", "Dockerfile"]);
    let place = found.launches[0].place.to_string();
    assert_eq!(place, ".github/actions/build/action.yml:8");
    assert_eq!(
        found.files,
        [
            ".github/workflows/ci.yml",
            ".github/actions/build/action.yml"
        ]
    );
    let broken = [(files[0].0, "runs: ["), files[1]];
    let told = unread(&read("", broken).unread);
    assert_eq!(told, [".github/actions/build/action.yml:1 action.yml"]);
}

#[test]
fn steps_of_windows_are_read() {
    let jenkins = "pipeline {\n  bat 'docker build -t web %WORKSPACE%'\n  powershell \"\"\"\n    docker run `\n      -v ${PWD}:/src web check\n  \"\"\"\n}\n";
    let workflow = "jobs:\n  a:\n    steps:\n      - shell: pwsh\n        run: |\n          docker run `\n            -v ${PWD}:/src web check\n";
    for (path, text) in [
        ("Jenkinsfile", jenkins),
        (".github/workflows/a.yml", workflow),
    ] {
        let found = read("", [(path, text)]);
        let run = found.launches.iter().find(|it| it.build.is_none());
        let run = run.unwrap_or_else(|| panic!("{path}: {found:#?}"));
        let target: Vec<&str> = run.mounts.iter().map(|it| &*it.target).collect();
        assert_eq!(
            (run.image.as_deref(), target),
            (Some("web"), vec!["/src"]),
            "{path}"
        );
    }
    let found = read("", [("Jenkinsfile", jenkins)]);
    let mut builds = found.launches.iter().filter_map(|it| it.build.as_ref());
    assert_eq!(
        builds.next().expect("it is built").dockerfile.as_deref(),
        Some("Dockerfile")
    );
}

/// The names that what a job builds has, for each stage.
fn names(found: &FolderLaunches, job: &str) -> Vec<(Option<String>, Vec<String>)> {
    let builds = found.launches.iter().filter(|it| it.name == job);
    builds
        .filter_map(|it| {
            let names = it.image.iter().chain(&it.other_images).cloned();
            Some((it.build.as_ref()?.target.clone(), names.collect()))
        })
        .collect()
}

#[test]
fn variables_of_workflows_name_images() {
    let text = r"
env:
  IMAGES: |
    team/web
    ghcr.io/${{ github.repository_owner }}/web
  OWN: ghcr.io/${{ github.repository_owner }}/own
jobs:
  meta:
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with: {images: '${{ env.IMAGES }}'}
      - uses: docker/build-push-action@v6
        with: {tags: '${{ steps.meta.outputs.tags }}'}
  plain:
    env: {TAGS: 'a/b:1,a/b:2'}
    steps:
      - uses: docker/build-push-action@v6
        with: {tags: '${{ env.TAGS }}'}
      - run: docker build -t $OWN:$TAG -t ${{ env.OWN }} .
        env: {OWN: '${{ env.OWN }}-x'}
";
    let found = read("", [(".github/workflows/ci.yml", text)]);
    let owner = "ghcr.io/${github_repository_owner}";
    assert_eq!(
        names(&found, "meta"),
        [(None, vec!["team/web".to_owned(), format!("{owner}/web")])]
    );
    assert_eq!(
        names(&found, "plain"),
        [
            (None, vec!["a/b:1".to_owned(), "a/b:2".to_owned()]),
            (
                None,
                vec![format!("{owner}/own-x:${{TAG}}"), format!("{owner}/own-x")]
            )
        ]
    );
}

#[test]
fn the_matrix_counts_in_variables_and_in_names() {
    let text = r"
jobs:
  one:
    strategy: {matrix: {target: [cli, mcp]}}
    env: {IMAGE: 'team/${{ matrix.target }}'}
    steps:
      - uses: docker/build-push-action@v6
        with: {target: '${{ matrix.target }}', tags: '${{ env.IMAGE }}'}
  two:
    strategy: {matrix: {include: [{image: a, stage: x}, {image: b, stage: y}]}}
    steps:
      - id: meta
        uses: docker/metadata-action@v5
        with: {images: 'team/${{ matrix.image }}'}
      - uses: docker/build-push-action@v6
        with: {target: '${{ matrix.stage }}', tags: '${{ steps.meta.outputs.tags }}'}
";
    let found = read("", [(".github/workflows/ci.yml", text)]);
    let of = |target: &str, name: &str| (Some(target.to_owned()), vec![name.to_owned()]);
    let one = [of("cli", "team/cli"), of("mcp", "team/mcp")];
    assert_eq!(names(&found, "one"), one);
    assert_eq!(names(&found, "two"), [of("x", "team/a"), of("y", "team/b")]);
}

#[test]
fn variables_of_pipelines_may_be_known_in_part() {
    let text = "variables:\n  BASE: $CI_REGISTRY_IMAGE/app\n  NAME: $BASE/web\nbuild:\n  script:\n    - TAG=$NAME:$CI_COMMIT_SHA\n    - docker build -t $TAG .\n";
    let found = read("", [(".gitlab-ci.yml", text)]);
    let name = "${CI_REGISTRY_IMAGE}/app/web:${CI_COMMIT_SHA}".to_owned();
    assert_eq!(names(&found, "build"), [(None, vec![name])]);
}

#[test]
fn the_containers_of_jobs_are_told_from_others() {
    let jenkins = "pipeline {\n  agent {\n    dockerfile {\n      filename 'Dockerfile.build'\n      dir \"ci\"\n    }\n  }\n  stages { stage('x') { steps { sh 'make' } } }\n}\n";
    let scripted = "node {\n  def image = docker.build('web', '-f docker/x ./docker')\n  image.inside { sh 'make' }\n}\n";
    let gitlab = "test: {image: team/web, script: [make]}\n";
    let found = read(
        "",
        [
            ("Jenkinsfile", jenkins),
            ("Jenkinsfile.b", scripted),
            (".gitlab-ci.yml", gitlab),
            (".github/workflows/a.yml", WORKFLOW),
        ],
    );
    let steps = found.launches.iter().filter(|it| it.runs_steps);
    let steps: Vec<(String, Option<&str>, Option<&str>)> = steps
        .map(|it| {
            let build = it.build.as_ref();
            let dockerfile = build.and_then(|build| build.dockerfile.as_deref());
            (it.place.to_string(), it.image.as_deref(), dockerfile)
        })
        .collect();
    assert_eq!(
        steps,
        [
            (".gitlab-ci.yml:1".to_owned(), Some("team/web"), None),
            (
                "Jenkinsfile:3".to_owned(),
                None,
                Some("ci/Dockerfile.build")
            ),
            ("Jenkinsfile.b:2".to_owned(), Some("web"), Some("docker/x")),
            (
                ".github/workflows/a.yml:36".to_owned(),
                Some("team/web:test"),
                None
            ),
        ]
    );
}

#[test]
fn steps_are_run_in_images_by_their_names() {
    for (path, text, line) in [
        (
            ".circleci/config.yml",
            "jobs:\n  test:\n    docker:\n    - image: me/app\n    steps: [{run: make}]\n",
            4,
        ),
        (
            ".drone.yml",
            "steps:\n- name: test\n  image: me/app\n  commands: [make]\n",
            3,
        ),
        (
            ".woodpecker.yml",
            "steps:\n  test:\n    image: me/app\n    commands: [make]\n",
            3,
        ),
        (".gitpod.yml", "image: me/app\ntasks: [{init: make}]\n", 1),
        (
            "bitbucket-pipelines.yml",
            "image: {name: me/app}\npipelines: {}\n",
            1,
        ),
        (
            "azure-pipelines.yml",
            "jobs:\n- container: {image: me/app}\n",
            2,
        ),
        (
            "cloudbuild.yaml",
            "steps:\n- name: gcr.io/p/me/app\n  args: [make]\n",
            2,
        ),
        (
            "Jenkinsfile",
            "pipeline {\n  agent { docker { image 'me/app' } }\n}\n",
            2,
        ),
        (
            "Jenkinsfile",
            "pipeline {\n  agent {\n    docker 'me/app'\n  }\n}\n",
            3,
        ),
        (
            "Jenkinsfile",
            "node {\n  docker.image(\"me/app\").inside { sh 'make' }\n}\n",
            2,
        ),
    ] {
        let found = read("", [(path, text)]);
        let mut steps = found.launches.iter().filter(|it| it.runs_steps);
        let one = steps.next().unwrap_or_else(|| panic!("{path}: {found:#?}"));
        assert!(
            one.image
                .as_deref()
                .is_some_and(|it| it.ends_with("me/app")),
            "{one:?}"
        );
        assert_eq!(one.place.to_string(), format!("{path}:{line}"));
        assert!(steps.next().is_none(), "{path}");
    }
    let built = "image:\n  file: docker/x.Dockerfile\n";
    let found = read("", [(".gitpod.yml", built)]);
    let build = found.launches[0].build.clone().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("docker/x.Dockerfile"));
    assert!(found.launches[0].runs_steps);
}

#[test]
fn what_actions_are_told_is_no_container() {
    let workflow = "# names a container of `containerDefinitions`\njobs:\n  ship:\n    steps:\n      - run: docker build -t team/web .\n      - uses: aws-actions/amazon-ecs-render-task-definition@v1\n        with:\n          task-definition: .aws/web.json\n          container-name: web\n          image: ${{ steps.build.outputs.image }}\n";
    let files = [("Dockerfile", ""), (".github/workflows/aws.yml", workflow)];
    let found = read("", files);
    let started = found.launches.iter().filter(|it| it.build.is_none());
    assert_eq!(started.count(), 0, "{:#?}", found.launches);
    assert!(found.of_dockerfile("Dockerfile").unclear.is_empty());
}
