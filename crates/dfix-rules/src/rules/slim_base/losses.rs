//! What stages call, install and copy, and what of it the slim form lacks.

use dfix_model::StepKind;
use dfix_model::path::has_ending;
use std::collections::BTreeMap;

use dfix_catalogue::needs_of_names;
use dfix_catalogue::programs::Mark;
use dfix_engine::OpenCondition;
use dfix_model::{Call, CallSite, Pair, ProgramUse, Stage, Step, Word};

use super::form::SlimForm;
use super::installed::Installed;
use super::needs::Needs;

/// Finds what stages lose on the slim form.
pub(super) struct Losses<'m, 'n> {
    pub(super) form: &'n SlimForm,
    /// Python packages that the configuration says to have wheels.
    pub(super) assumed: &'n [String],
    pub(super) needs: Needs<'m>,
    /// What each stage installs with apt-get.
    pub(super) installed: BTreeMap<usize, Installed>,
    /// What is installed in an image that the stages are based on and that another Dockerfile builds.
    pub(super) beneath: Vec<&'n Installed>,
}

impl<'m, 'n> Losses<'m, 'n> {
    pub(super) fn new(form: &'n SlimForm, assumed: &'n [String]) -> Self {
        Losses {
            form,
            assumed,
            needs: Needs::default(),
            installed: BTreeMap::new(),
            beneath: Vec::new(),
        }
    }

    /// What a stage on the image needs.
    pub(super) fn stage(&mut self, stage: Stage<'m>) {
        let calls = stage.calls();
        self.installs_of_scripts(stage, &calls.commands);
        for call in &calls.commands {
            self.documentation(call);
        }
        for step in stage.steps() {
            self.variables(step);
        }
        if !self.form.lacks_tools() {
            return self.unread_documentation(&calls);
        }
        for unread in &calls.unread {
            self.needs.unknown(unread.open.clone());
        }
        for call in &calls.commands {
            self.call(call);
        }
        for program in &calls.programs {
            self.program(program);
        }
        for (need, source, site) in &calls.library_needs {
            let who = format!("`{}`, which {source} names,", need.name);
            self.library(need.package, &who, site);
        }
        // What is installed counts for what is copied.
        for step in stage.steps() {
            self.instruction(step);
        }
        for script in &calls.scripts {
            self.needs
                .evidence(format!("the script `{script}` was read"));
        }
    }

    /// An instruction for other builds, or one that copies from elsewhere.
    fn instruction(&mut self, step: Step<'m>) {
        if step.is_onbuild() {
            self.needs.open(
                "what the builds need that are based on this image: it has `ONBUILD` instructions",
                "look at the Dockerfiles that name this image",
            );
        }
        self.copy(step);
    }

    /// The time zone and the language that a stage sets.
    fn variables(&mut self, step: Step<'m>) {
        if step.is(StepKind::Env) {
            for pair in step.pairs() {
                self.variable(pair, &CallSite::of_step(step));
            }
        }
    }

    fn variable(&mut self, pair: Pair<'m>, site: &CallSite<'m>) {
        let value = pair.value().and_then(Word::value);
        if let Some(package) = value.and_then(dfix_catalogue::owner_of_file) {
            self.library(package, &format!("a file of `{package}`"), site);
        }
        match (pair.key_text(), value) {
            (Some("TZ"), Some("" | "UTC" | "Etc/UTC")) => {}
            (Some("TZ"), _) => self.time_zone("`TZ`", site),
            // Node.js has certificates of its own, unless it is told otherwise.
            (Some("NODE_OPTIONS"), Some(value)) if value.contains("--use-openssl-ca") => {
                self.certificates("`--use-openssl-ca`", site);
            }
            (Some("MPLBACKEND"), Some(value)) => {
                for need in needs_of_names(value) {
                    self.library(need.package, "`MPLBACKEND`", site);
                }
            }
            // The translations of Debian's packages are left out, too.
            (Some("LANG" | "LANGUAGE" | "LC_ALL" | "LC_MESSAGES"), Some(value)) => {
                let language = value.split(['_', '.', '@', ':']).next().unwrap_or("");
                if !matches!(language, "" | "C" | "POSIX" | "en") {
                    self.needs.open(
                        format!("whether somebody reads what programs of Debian say in `{language}`: slim forms leave their translations out"),
                        "look whether the application shows messages of such programs",
                    );
                }
            }
            _ => {}
        }
    }

    /// The time zone is told, so its data is wanted.
    pub(super) fn time_zone(&mut self, who: &str, site: &CallSite<'m>) {
        self.library("tzdata", who, site);
    }

    fn call(&mut self, call: &Call<'m>) {
        let (command, site) = (call.command, &call.site);
        self.languages(call);
        self.files(call);
        self.sources_over_https(call);
        if let Some(apt) = call.apt() {
            self.apt(apt, site);
        }
        // perl-base has few of Perl's modules.
        let loads =
            |word: Word<'_>| word.starts_with("-M") || has_ending(word.literal_prefix(), ".pl");
        if command.is("perl") && self.form.repository() != "perl" && command.args().any(loads) {
            self.library("perl", "a program in Perl", site);
        }
        let compiles = command.is_marked(Mark::BuildsNative)
            && command.step().is_run()
            && self.form.lacks_program(command.name()).is_none()
            && !self.has_compiler(site);
        if command.is_marked(Mark::InstallsSource) || compiles {
            self.needs.open(
                format!(
                    "whether what `{}` builds in {} needs a compiler, headers or git",
                    command.name(),
                    site.step.label()
                ),
                "look whether it does, or build it in a stage of its own",
            );
        }
    }

    /// Whether the stage has installed a compiler itself before this place.
    fn has_compiler(&self, site: &CallSite<'m>) -> bool {
        ["build-essential", "clang", "g++", "gcc"]
            .iter()
            .any(|package| self.is_installed(package, site))
    }

    fn program(&mut self, program: &ProgramUse<'m>) {
        let (name, site) = (program.name.as_str(), &program.site);
        if program.is_build_script {
            return self
                .needs
                .build(format!("`{name}` is called in {}", site.step.label()));
        }
        let Some(lost) = self.form.lacks_program(name) else {
            return;
        };
        match &program.named_by {
            Some(source) if lost.is_build => self.needs.open(
                format!("whether {source} starts `{name}`, which it names"),
                "look at the program, and install what it starts",
            ),
            _ if self.is_installed(lost.package, site) => {
                if lost.is_build {
                    self.needs.open(
                        format!("whether what `{name}` builds in {} needs headers that only the full image has", site.step.label()),
                        "install the `-dev` packages that it needs by name, or try the slim form",
                    );
                }
            }
            _ if lost.is_build => self
                .needs
                .build(format!("`{name}` is called in {}", site.step.label())),
            _ => self.install(lost.package, &format!("`{name}`"), site),
        }
    }

    /// A library, or a package that has no program, is needed.
    pub(super) fn library(&mut self, package: &str, who: &str, site: &CallSite<'m>) {
        if self.form.lacks_package(package) && !self.is_installed(package, site) {
            self.needs.install(package, who, site);
        }
    }

    /// Files of packages that the slim form lacks.
    fn files(&mut self, call: &Call<'m>) {
        let (command, site) = (call.command, &call.site);
        let texts = || command.args().map(Word::literal_prefix);
        if texts().any(|text| text == "--use-openssl-ca") {
            self.certificates("`--use-openssl-ca`", site);
        }
        if let Some(package) = texts().find_map(dfix_catalogue::owner_of_file) {
            self.library(package, &format!("a file of `{package}`"), site);
        }
        if texts().any(|text| text.contains("/usr/share/zoneinfo"))
            || command.is("dpkg-reconfigure") && command.has_arg("tzdata")
        {
            self.time_zone("`/usr/share/zoneinfo`", site);
        }
        let of_the_system =
            |text: &str| text.contains("/usr/include") || text.contains("-linux-gnu/");
        if texts().any(of_the_system) && !command.is_marked(Mark::NamesFiles) {
            self.needs.open(
                format!(
                    "whether the libraries and headers that {} names are in the slim form",
                    site.step.label()
                ),
                "install the packages that have them by name",
            );
        }
    }

    fn into_needs(mut self) -> Needs<'m> {
        let needs = &mut self.needs;
        let is_free = needs.installs().next().is_none() && needs.builds.is_empty();
        if self.form.lacks_tools() && is_free && needs.open.is_empty() {
            needs.evidence(
                "no command of these stages needs curl, wget, git, gcc, make or another tool that the slim form lacks and they do not install",
            );
        }
        self.needs
    }
}

/// What stages on an image need of what its slim form lacks.
pub(super) fn needs_of<'m>(stages: &[Stage<'m>], form: &SlimForm, assumed: &[String]) -> Needs<'m> {
    let mut losses = Losses::new(form, assumed);
    for stage in stages {
        losses.stage(*stage);
    }
    if let Some(last) = stages.iter().find(|stage| stage.is_final()) {
        losses.start(*last);
    }
    // Where the full image is needed anyway, nobody else has to be asked.
    if losses.needs.against.is_empty() && !losses.needs.is_built() {
        for stage in stages {
            losses.elsewhere(*stage);
        }
    }
    losses.into_needs()
}

/// What a stage starts beside what its files show, as an open condition.
pub(super) fn look_at_start(condition: impl Into<String>) -> OpenCondition {
    OpenCondition::new(
        condition,
        "look whether it uses curl, git, a compiler or other tools that the slim form lacks",
    )
}
