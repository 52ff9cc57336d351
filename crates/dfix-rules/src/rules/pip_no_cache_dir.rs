//! `--no-cache-dir` for pip.

use std::cell::OnceCell;

use dfix_catalogue::is_from_before_2015;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, reports,
};
use dfix_model::{Command, Model, Needs, PackageCommand, PackageManager, Stage};
use dfix_syntax::TextSize;

use crate::layers;

pub(crate) const RULE: Rule = Rule {
    id: "pip-no-cache-dir",
    aliases: &["DL3042"],
    groups: &[Group::Practices, Group::Size],
    severity: Severity::Warning,
    summary: "pass `--no-cache-dir` to `pip install`, `pip wheel` and `pip download`",
    why: "pip keeps a copy of everything that it downloads. In an image nobody reads that copy again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.12\nRUN pip install flask # web\n",
            "FROM python:3.12\nRUN pip install --no-cache-dir flask # web\n",
        ),
        fixes(
            "FROM python:3.12\nRUN python -m pip install a && pip wheel -w /w b\n",
            "FROM python:3.12\nRUN python -m pip install --no-cache-dir a && pip wheel --no-cache-dir -w /w b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN sh -c \"pip install a\" && bash -lc 'pip install b'\n",
            "FROM python:3.12\nRUN sh -c \"pip install --no-cache-dir a\" && bash -lc 'pip install --no-cache-dir b'\n",
        ),
        fixes(
            "FROM python:3.12\nRUN [\"pip\", \"install\", \"a\"]\n",
            "FROM python:3.12\nRUN [\"pip\", \"install\", \"--no-cache-dir\", \"a\"]\n",
        ),
        fixes(
            "FROM python:3.12\nRUN <<EOF\npip install a\npip install b\nEOF\n",
            "FROM python:3.12\nRUN <<EOF\npip install --no-cache-dir a\npip install --no-cache-dir b\nEOF\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip \\\n    install \\\n    a\n",
            "FROM python:3.12\nRUN pip \\\n    install \\\n    --no-cache-dir \\\n    a\n",
        ),
        // A stage that is only copied from is no image.
        fixes(
            "FROM python:3.12 AS build\nRUN pip install --target=/x flask\nFROM python:3.12\nCOPY --from=build /x /x\n",
            "FROM python:3.12 AS build\nRUN pip install --no-cache-dir --target=/x flask\nFROM python:3.12\nCOPY --from=build /x /x\n",
        )
        .that_says("leaves its downloads in the stage's layer"),
        fixes(
            "FROM python:3.12 AS build\nRUN pip install flask\nFROM python:3.12\nCOPY --from=build /roo* /root/\n",
            "FROM python:3.12 AS build\nRUN pip install --no-cache-dir flask\nFROM python:3.12\nCOPY --from=build /roo* /root/\n",
        )
        .that_says("leaves its downloads in the image"),
        // An empty variable counts for nothing.
        fixes(
            "FROM python:3.12\nENV PIP_NO_CACHE_DIR=\nRUN pip install flask\n",
            "FROM python:3.12\nENV PIP_NO_CACHE_DIR=\nRUN pip install --no-cache-dir flask\n",
        ),
        leaves(
            "FROM python:3.12\nRUN pip install --no-cache-dir a && pip --no-cache-dir install b\n",
        ),
        // pip takes even this as "no cache".
        leaves("FROM python:3.12\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask\n"),
        leaves(
            "FROM python:3.12\nENV XDG_CACHE_HOME=/cache\nRUN --mount=type=cache,target=/cache pip install flask\n",
        ),
        leaves(
            "FROM python:3.12\nRUN pip config set global.no-cache-dir true\nRUN pip install flask\n",
        ),
        leaves("FROM python:3.12\nRUN pip list && pip uninstall -y a && echo pip install b\n"),
        // What a container downloads when it starts is in no layer.
        leaves("FROM python:3.12\nCMD pip install a && python app.py\n"),
        // pip 1.5 knows no such option.
        leaves("FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install flask\n"),
        leaves("FROM acme/base:3\nRUN apt-get install -y python-pip\nRUN pip install awscli\n")
            .that_says("6.0"),
        // What the same RUN empties is in no layer.
        leaves(
            "FROM python:3.12\nRUN pip install a && pip cache purge\nRUN pip install b; rm -rf /root/.cache\nRUN pip install c && rm -rf ~/.cache/* /tmp/*\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip cache purge && pip install a && rm -rf ~/.cache/pip/http\nRUN pip install b\nRUN rm -rf /root/.cache\n",
            "FROM python:3.12\nRUN pip cache purge && pip install --no-cache-dir a && rm -rf ~/.cache/pip/http\nRUN pip install --no-cache-dir b\nRUN rm -rf /root/.cache\n",
        ),
        leaves(
            "FROM python:3.12\nCOPY wheels /wheels\nRUN pip install --no-index --find-links=/wheels flask\nRUN pip install --no-index --no-deps /wheels/six-1.17.0-py2.py3-none-any.whl\n",
        ),
        // Without its downloads there is no such folder.
        reports(
            "FROM python:3.12\nRUN pip install six\nRUN rm -r /root/.cache\n",
            "`rm -r /root/.cache` would fail",
        ),
        leaves("FROM python:3.12\nRUN pip install six && rm -r /root/.cache\n"),
        reports(
            "FROM python:3.12 AS build\nRUN pip install six\nFROM python:3.12\nCOPY --from=build /root/.cache /root/.cache\n",
            "`COPY --from=build /root/.cache /root/.cache` would fail",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let (needs, origins_of_pip) = (OnceCell::new(), OnceCell::new());
        for pip in stage.package_commands(PackageManager::Pip) {
            // Without an index all comes from folders, and pip keeps none of it.
            let downloads = pip.subcommand_is_one_of(&["install", "wheel", "download"])
                && !pip.has_flag("--no-index");
            let is_built = pip.command.step().is_run();
            let settings = stage.settings();
            if !downloads || !is_built || settings.is_cache_settled(&pip).is_yes() {
                continue;
            }
            if settings.is_cache_emptied(&pip) {
                continue;
            }
            let origins = origins_of_pip.get_or_init(|| origins(stage));
            let is_old = is_from_old_distribution(stage, origins, pip.command);
            if is_old == Some(true) {
                continue;
            }
            let folder = settings.cache_folder(&pip);
            let message = format!(
                "`pip {}` leaves its downloads {}",
                pip.subcommand_text(),
                layers::where_it_stays(stage, folder.as_ref())
            );
            out.judge(pip.subcommand(), Safety::Safe, message, |case| {
                if let Some(cache) = stage.settings().absent_cache(&pip) {
                    let needs = needs.get_or_init(|| Needs::of(stage, &cache, &()));
                    case.takes_away(needs, pip.command)?;
                }
                case.open(stage.settings().is_cache_settled(&pip).open())
                    .open(is_old.is_none().then(|| {
                        OpenCondition::new(
                            "whether the distribution's pip is 6.0 (of 2014) or newer and knows the option",
                            "see `pip --version` of the image, or upgrade pip first",
                        )
                    }))
                    .declare(Effect::arguments_of(pip.command))
                    .fix(|edit| edit.insert_word_after(pip.subcommand(), "--no-cache-dir"));
                Ok(())
            });
        }
    }
}

/// Whether pip is that of a distribution from before December 2014, when pip 6.0 brought the option; `None` where it is that
/// of a distribution and nobody knows how old it is.
fn is_from_old_distribution(
    stage: Stage<'_>,
    origins: &[Origin],
    pip: Command<'_>,
) -> Option<bool> {
    let image = stage.base_image();
    let age = is_from_before_2015(image.name().unwrap_or(""), image.tag_text().unwrap_or(""));
    let last = origins
        .partition_point(|it| it.at < pip.range().start())
        .checked_sub(1);
    match last.map(|last| origins[last].is_distribution) {
        Some(true) => age,
        _ => Some(false),
    }
}

/// From here on, pip is that of the distribution, or one that came over it.
struct Origin {
    at: TextSize,
    is_distribution: bool,
}

/// Who puts pip there, in order of place.
fn origins(stage: Stage<'_>) -> Vec<Origin> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut origins: Vec<Origin> = commands
        .filter_map(|command| {
            let gets_pip = command.is("easy_install")
                || command
                    .args()
                    .any(|w| w.literal_prefix().contains("get-pip"));
            let install = PackageCommand::of(command).filter(PackageCommand::is_install);
            let is_pip = install
                .as_ref()
                .is_some_and(|it| it.manager == PackageManager::Pip);
            let names = |name| {
                install
                    .as_ref()
                    .is_some_and(|it| it.packages().iter().any(|p| p.name == Some(name)))
            };
            let of_system = ["python-pip", "python3-pip", "py-pip", "py2-pip"];
            let is_distribution = !is_pip && of_system.into_iter().any(names);
            (gets_pip || is_distribution || (is_pip && names("pip"))).then(|| Origin {
                at: command.range().start(),
                is_distribution,
            })
        })
        .collect();
    origins.sort_by_key(|it| it.at);
    origins
}
