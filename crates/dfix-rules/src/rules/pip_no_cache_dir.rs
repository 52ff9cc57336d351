//! `--no-cache-dir` for pip.

use std::cell::OnceCell;

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::{Model, Needs, PackageManager};

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
        leaves("FROM ubuntu:14.04\nRUN apt-get install -y python-pip\nRUN easy_install -U setuptools\nRUN pip install flask\n"),
        leaves("FROM ubuntu:14.04\nARG P=\"python-pip git\"\nRUN apt-get install -y $P && pip install flask\n")
            .that_says("6.0"),
        leaves("FROM debian:jessie\nRUN apt-get install -y python-virtualenv && virtualenv /v\nENV PATH=/v/bin:$PATH\nRUN pip install foo\n")
            .that_says("6.0"),
        leaves("FROM python:2.7\nRUN pip install --no-cache-dir virtualenv==1.11 && virtualenv /v && /v/bin/pip install foo\n")
            .that_says("6.0"),
        leaves("FROM python:3.12\nARG V\nRUN pip install --no-cache-dir pip==$V\nRUN pip install foo\n")
            .that_says("6.0"),
        fixes(
            "FROM ubuntu:14.04\nRUN apt-get install -y python-pip && easy_install pip && pip install flask\n",
            "FROM ubuntu:14.04\nRUN apt-get install -y python-pip && easy_install pip && pip install --no-cache-dir flask\n",
        ),
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
        let needs = OnceCell::new();
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
            let knows_it = pip.is_pip_from_2015_on();
            if knows_it.is_no() {
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
                    .open(knows_it.open())
                    .declare(Effect::arguments_of(pip.command))
                    .fix(|edit| edit.insert_word_after(pip.subcommand(), "--no-cache-dir"));
                Ok(())
            });
        }
    }
}
