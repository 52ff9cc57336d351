//! Where only Python packages need a compiler: they are built on the full image, and the virtual environment that
//! holds them is copied into a stage on the slim one.

use dfix_catalogue::programs;
use dfix_engine::{Case, Edit, Effect, OpenCondition, Remedy, env_source, remedy};
use dfix_model::{Command, PackageManager, Stage, Step, Word};

use super::form::SlimForm;
use super::needs::Needs;

const VENV: &str = "/opt/venv";

/// What the process wants in its environment, and the build does not: it moves to the stage that is shipped.
const OF_THE_PROCESS: &[&str] = &[
    "FLASK_APP",
    "FLASK_DEBUG",
    "FLASK_ENV",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
];

/// A file of one stage, cut in two.
struct TwoStages<'m> {
    from: Step<'m>,
    /// The last instruction that builds.
    last: Step<'m>,
    /// `ENV`s that move.
    moved: Vec<Step<'m>>,
    /// The instructions of the new stage, its `FROM` first.
    sources: Vec<String>,
    /// What is declared for it.
    effects: Vec<Effect>,
    /// The libraries that are installed in the slim stage.
    libraries: Vec<String>,
}

/// Builds on the full image, in a stage of its own, where the file is simple enough for it.
pub(super) fn build_apart<'m>(
    root: Stage<'m>,
    form: &SlimForm,
    needs: &Needs<'m>,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let proposal = format!(
        "{}: build in a stage on `{}` and copy the result into one on `{}`",
        needs.builds.join("; "),
        form.from(),
        form.to(),
    );
    let cut = cut(root, form, needs).map_err(|condition| {
        if needs.compiled.is_empty() {
            Remedy::from(proposal.as_str())
        } else {
            remedy!("{proposal}; dfix does that where {condition}")
        }
    })?;
    let libraries = match cut.libraries.as_slice() {
        [] => "no library".to_owned(),
        some => some.join(", "),
    };
    case.declare(cut.effects.clone());
    case.evidence(form.evidence())
        .evidence(match needs.compiled.as_slice() {
            [one] => format!(
                "{one} needs a compiler, so it is built on `{}`",
                form.from()
            ),
            all => format!(
                "{} need a compiler, so they are built on `{}`",
                all.join(", "),
                form.from()
            ),
        });
    case.open(OpenCondition::new(
        format!("whether the compiled packages load more at run time than what is installed for them ({libraries})"),
        "start the result once, and install what it misses",
    ));
    case.open(form.open()).open(needs.open.clone());
    case.fix(|edit| cut.write(edit));
    Ok(())
}

/// How the file can be cut in two; or why it cannot be, as what must be so first.
fn cut<'m>(
    stage: Stage<'m>,
    form: &SlimForm,
    needs: &Needs<'m>,
) -> Result<TwoStages<'m>, &'static str> {
    if stage.file().stages().len() > 1 || stage.name().is_some() {
        return Err("the file has one stage without a name");
    }
    if needs.compiled.len() != needs.builds.len() {
        return Err("nothing but Python packages is compiled");
    }
    let makes_venv = |c: &Command<'_>| {
        programs::is_python(c.name()) && c.has_arg("venv") && c.args().any(|w| w.is(VENV))
    };
    if !stage.build_commands().any(|c| makes_venv(&c)) {
        return Err("the packages are in a virtual environment at /opt/venv");
    }
    let last = stage
        .installs(PackageManager::Pip)
        .map(|install| install.step())
        .last()
        .ok_or("pip installs the packages")?;
    if form.no_packages().is_some() {
        return Err("the mirrors still have this release's packages");
    }
    let mut cut = TwoStages {
        from: stage.from_step(),
        last,
        moved: Vec::new(),
        sources: vec![format!("FROM {}", form.to())],
        effects: vec![Effect::changed(stage.from_step())],
        libraries: libraries(form, needs, last),
    };
    let mut keys = vec!["PATH".to_owned()];
    let mut process = Vec::new();
    let mut repeated = Vec::new();
    for step in stage.steps().take_while(|s| s.index() <= last.index()) {
        let source = || step.file().text()[step.range()].to_owned();
        match step.name() {
            _ if step.is_onbuild() => {
                return Err("nothing before the packages is for later builds");
            }
            "WORKDIR" => repeated.push((source(), "WORKDIR")),
            "ENV" => {
                let pairs: Vec<_> = step.pairs().collect();
                let names: Vec<&str> = pairs.iter().filter_map(|p| p.key_text()).collect();
                let is_path = names == ["PATH"] && source().contains(VENV);
                let is_process = names.iter().all(|n| OF_THE_PROCESS.contains(n));
                keys.extend(names.iter().map(|n| (*n).to_owned()));
                let is_free = !has_comment(step);
                if is_process
                    && is_free
                    && pairs.iter().all(|p| p.value().is_some_and(Word::is_known))
                {
                    let known = pairs
                        .iter()
                        .filter_map(|p| Some((p.key_text()?, p.value()?.value()?)));
                    process.extend(known);
                    cut.moved.push(step);
                } else if !is_path {
                    repeated.push((source(), "ENV"));
                }
            }
            "COPY" | "ADD" if step.source().is_some() => {
                return Err("nothing is copied from elsewhere before the packages");
            }
            "COPY" | "ADD" => {
                if !step.sources().all(|w| w.value().is_some_and(is_for_pip)) {
                    repeated.push((source(), step.name()));
                }
            }
            "RUN" if step.has_opaque_text() => {
                return Err("every command before the packages can be read");
            }
            "RUN" => {
                let only_packages = step.commands().all(|c| {
                    makes_venv(&c)
                        || c.name().starts_with("pip")
                        || c.is_one_of(&["rm", "true", ":"])
                });
                if !only_packages || step.mounts().next().is_some() {
                    return Err("only pip runs before the packages are there");
                }
            }
            _ => return Err("nothing but ENV, WORKDIR, COPY and pip comes before the packages"),
        }
    }
    if !process.is_empty() {
        cut.sources.push(env_source(process));
    }
    if !cut.libraries.is_empty() {
        cut.sources.push(format!(
            "RUN apt-get update \\\n    && apt-get install -y --no-install-recommends {} \\\n    && rm -rf /var/lib/apt/lists/*",
            cut.libraries.join(" ")
        ));
    }
    let mut keywords = vec!["FROM", "RUN", "COPY"];
    for (source, keyword) in repeated {
        if source.contains('\n') {
            return Err("what must be said again stands on one line each");
        }
        keywords.push(keyword);
        cut.sources.push(source);
    }
    let path = cut
        .sources
        .iter()
        .rposition(|s| s.starts_with("WORKDIR"))
        .map_or(cut.sources.len(), |at| at + 1);
    cut.sources
        .insert(path, format!("COPY --from=build {VENV} {VENV}"));
    cut.sources
        .insert(path + 1, format!("ENV PATH=\"{VENV}/bin:$PATH\""));
    cut.effects.extend(
        keywords
            .into_iter()
            .map(|keyword| Effect::Inserted { stage: 0, keyword }),
    );
    cut.effects.push(Effect::Environment { stage: 0, keys });
    cut.effects
        .extend(cut.moved.iter().map(|step| Effect::removed(*step)));
    Ok(cut)
}

/// Whether a comment stands right above an instruction: it would be left behind.
fn has_comment(step: Step<'_>) -> bool {
    let start: usize = step.range().start().into();
    let before = step.file().text()[..start].trim_end_matches([' ', '\t']);
    let line = before
        .strip_suffix('\n')
        .unwrap_or(before)
        .lines()
        .next_back();
    line.is_some_and(|line| line.trim_start().starts_with('#'))
}

/// Whether a file is there for pip to read, and for nothing else.
fn is_for_pip(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_text = std::path::Path::new(name)
        .extension()
        .is_some_and(|e| e == "txt" || e == "in");
    is_text
        && ["requirement", "constraint"]
            .iter()
            .any(|word| name.contains(word))
}

/// What the compiled packages load when they run, and what else the rest of the stage needs.
fn libraries(form: &SlimForm, needs: &Needs<'_>, last: Step<'_>) -> Vec<String> {
    let of_packages = needs
        .compiled
        .iter()
        .flat_map(|name| {
            let package = dfix_catalogue::python_package(name);
            package
                .into_iter()
                .flat_map(|p| p.run_time_packages().chain(p.libraries_when_compiled()))
        })
        .filter(|package| form.lacks_package(package))
        .map(str::to_owned);
    let of_commands = needs
        .installs()
        .filter(|install| install.site.step.index() > last.index())
        .map(|install| install.package.clone());
    let mut all: Vec<String> = of_packages.chain(of_commands).collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl TwoStages<'_> {
    /// Says the change.
    fn write(&self, edit: &mut Edit<'_>) {
        for step in &self.moved {
            edit.remove_instruction(*step);
        }
        let Some(stage) = self.from.stage() else {
            edit.fail("the FROM begins no stage");
            return;
        };
        let image = stage.image().range;
        let written = &self.from.file().text()[image];
        edit.replace_node(image, &format!("{written} AS build"));
        edit.insert_instructions_after(self.last, self.sources.iter().map(String::as_str));
    }
}
