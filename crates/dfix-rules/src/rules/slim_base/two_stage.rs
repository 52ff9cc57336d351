//! Where only Python packages need a compiler: they are built on the full image, and the virtual environment that
//! holds them is copied into a stage on the slim one.

use dfix_catalogue::programs;
use dfix_catalogue::variables::is_of_process;
use dfix_engine::{Case, Edit, Effect, OpenCondition, Remedy, env_source, remedy};
use dfix_model::path::{file_name, has_ending};
use dfix_model::{Command, PackageManager, Stage, Step, StepKind, Word};
use dfix_syntax::TextRange;

use super::form::SlimForm;
use super::install::install_source;
use super::needs::Needs;

const VENV: &str = "/opt/venv";

/// A file of one stage, cut in two.
struct TwoStages<'m> {
    from: Step<'m>,
    /// The last instruction that builds.
    last: Step<'m>,
    /// `ENV`s that only the process reads: they move to the stage that is shipped.
    moved: Vec<Step<'m>>,
    /// What they set.
    process: Vec<(&'m str, &'m str)>,
    /// Instructions that both stages need.
    repeated: Vec<Step<'m>>,
    /// The variables that the instructions before the packages set.
    keys: Vec<String>,
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
    case.declare(cut.effects());
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
    case.fix(|edit| cut.write(form, edit));
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
    if !stage.build_commands().any(makes_venv) {
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
        process: Vec::new(),
        repeated: Vec::new(),
        keys: vec!["PATH".to_owned()],
        libraries: libraries(form, needs, last),
    };
    for step in stage.steps().take_while(|s| s.index() <= last.index()) {
        cut.take(step)?;
    }
    if cut.repeated.iter().any(|step| step.is_of_several_lines()) {
        return Err("what must be said again is written on one line each");
    }
    Ok(cut)
}

impl<'m> TwoStages<'m> {
    /// An instruction that comes before the packages are there: whether it builds, moves or is said again.
    fn take(&mut self, step: Step<'m>) -> Result<(), &'static str> {
        if step.is_onbuild() {
            return Err("nothing before the packages is for later builds");
        }
        match step.kind() {
            StepKind::Workdir => self.repeated.push(step),
            StepKind::Env => self.variables(step),
            StepKind::Copy | StepKind::Add if step.source().is_some() => {
                return Err("nothing is copied from elsewhere before the packages");
            }
            StepKind::Copy | StepKind::Add => {
                if !step.sources().all(is_for_pip) {
                    self.repeated.push(step);
                }
            }
            StepKind::Run if step.has_opaque_text() => {
                return Err("every command before the packages can be read");
            }
            StepKind::Run => {
                if !step.commands().all(only_packages) || step.mounts().next().is_some() {
                    return Err("only pip runs before the packages are there");
                }
            }
            _ => return Err("nothing but ENV, WORKDIR, COPY and pip comes before the packages"),
        }
        Ok(())
    }

    fn variables(&mut self, step: Step<'m>) {
        let set: Vec<(&str, Option<Word<'m>>)> = step
            .pairs()
            .filter_map(|pair| Some((pair.key_text()?, pair.value())))
            .collect();
        let known: Option<Vec<(&str, &str)>> = set
            .iter()
            .map(|(name, value)| Some((*name, (*value)?.value()?)))
            .collect();
        self.keys
            .extend(set.iter().map(|(name, _)| (*name).to_owned()));
        let is_of_process = set.iter().all(|(name, _)| is_of_process(name));
        let is_path = |(name, value): &(&str, Option<Word<'m>>)| {
            *name == "PATH" && value.is_some_and(|value| value.literal_prefix().contains(VENV))
        };
        match known {
            // A comment above it would be left behind.
            Some(known) if is_of_process && !step.has_comment_above() => {
                self.process.extend(known);
                self.moved.push(step);
            }
            _ if set.iter().all(is_path) => {}
            _ => self.repeated.push(step),
        }
    }

    /// The instructions of the new stage, its `FROM` first.
    fn sources(&self, form: &SlimForm) -> Vec<String> {
        let mut sources = vec![format!("FROM {}", form.to())];
        if !self.process.is_empty() {
            sources.push(env_source(self.process.iter().copied()));
        }
        if !self.libraries.is_empty() {
            sources.push(install_source(&self.libraries.join(" ")));
        }
        // The environment comes behind the last working directory.
        let workdir = self
            .repeated
            .iter()
            .rposition(|step| step.is(StepKind::Workdir));
        let (before, after) = self
            .repeated
            .split_at(workdir.map_or(self.repeated.len(), |at| at + 1));
        sources.extend(before.iter().map(|step| step.source_text().to_owned()));
        sources.push(format!("COPY --from=build {VENV} {VENV}"));
        sources.push(format!("ENV PATH=\"{VENV}/bin:$PATH\""));
        sources.extend(after.iter().map(|step| step.source_text().to_owned()));
        sources
    }

    fn effects(&self) -> Vec<Effect> {
        let keywords = ["FROM", "RUN", "COPY"].into_iter();
        let keywords = keywords.chain(self.repeated.iter().map(|step| step.name()));
        let mut effects = vec![Effect::changed(self.from)];
        effects.extend(keywords.map(|keyword| Effect::Inserted { stage: 0, keyword }));
        effects.push(Effect::Environment {
            stage: 0,
            keys: self.keys.clone(),
        });
        effects.extend(self.moved.iter().map(|step| Effect::removed(*step)));
        effects
    }

    /// Says the change.
    fn write(&self, form: &SlimForm, edit: &mut Edit<'_>) {
        for step in &self.moved {
            edit.remove_instruction(*step);
        }
        let Some(stage) = self.from.stage() else {
            edit.fail("the FROM begins no stage");
            return;
        };
        let end = TextRange::empty(stage.image().range.end());
        edit.replace_node(end, " AS build");
        let sources = self.sources(form);
        edit.insert_instructions_after(self.last, sources.iter().map(String::as_str));
    }
}

fn makes_venv(command: Command<'_>) -> bool {
    programs::is_python(command.name())
        && command.has_arg("venv")
        && command.args().any(|w| w.is(VENV))
}

/// Whether a command does nothing but put packages into the environment.
fn only_packages(command: Command<'_>) -> bool {
    let is_pip = |name: &str| programs::find(name).is_some_and(|it| it.name() == "pip");
    makes_venv(command) || is_pip(command.name()) || command.is_one_of(&["rm", "true", ":"])
}

/// Whether a file is there for pip to read, and for nothing else.
fn is_for_pip(word: Word<'_>) -> bool {
    let name = word.value().map_or("", file_name);
    [".txt", ".in"].iter().any(|end| has_ending(name, end))
        && ["requirement", "constraint"]
            .iter()
            .any(|word| name.contains(word))
}

/// What the compiled packages load when they run, and what else the rest of the stage needs.
fn libraries(form: &SlimForm, needs: &Needs<'_>, last: Step<'_>) -> Vec<String> {
    let of_packages = needs
        .compiled
        .iter()
        .filter_map(|name| dfix_catalogue::python_package(name))
        .flat_map(|package| {
            let always = package.run_time_packages();
            always.chain(package.libraries_when_compiled())
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
