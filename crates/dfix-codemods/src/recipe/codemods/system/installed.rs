//! The packages of the system that a stage installs, by whatever way it names them.

use dfix_catalogue::{
    Ecosystem, Foundation, ImageFacts, PackageMark, PackagePresence, Succession, package_is,
    package_presence, package_successor,
};
use dfix_engine::OpenCondition;
use dfix_model::packages::SpecKind;
use dfix_model::{
    Command, PackageArchive, PackageCommand, PackageManager, Word, WrapperKind, lines,
};

use super::super::distribution::packages_there;
use super::super::lines::{line_of, verb};
use super::runs::Runs;

/// What is installed.
#[derive(Debug, Default)]
pub(super) struct Installed<'m> {
    /// Names of packages.
    names: Vec<String>,
    /// Those that the new release may lack, and that the codemod `package-names` does not put right then.
    asked: Vec<String>,
    /// Names with the version that they are pinned to, and their line.
    pinned: Vec<(String, usize)>,
    /// Names with the tag of the archive that they are taken from, and their line.
    tagged: Vec<(String, usize)>,
    /// Files that are packages, and their line.
    files: Vec<(String, usize)>,
    /// Names that are marked by `apt-mark`, which the release may lack, and their line.
    marked: Vec<(String, usize)>,
    /// What names packages that nobody knows, and its line.
    unknown: Vec<(String, usize)>,
    /// Lines of installations that the shell passes over where they fail, and that name what the release may lack.
    passed_over: Vec<usize>,
    /// Lines of `apt-get install` that asks, unless all is there.
    asking: Vec<usize>,
    /// The archives of packages that are added.
    archives: Vec<PackageArchive<'m>>,
    /// Packages that the new image brings itself.
    brought: Vec<&'static str>,
    /// Programs that it adds to those of its distribution.
    programs: Vec<&'static str>,
}

impl<'m> Installed<'m> {
    /// What the commands of a stage install, where its image comes to a release; `brought` is what the new image brings itself,
    /// `is_moved`: it becomes another image.
    pub(super) fn of(
        runs: &Runs<'m>,
        new: &Foundation,
        brought: Vec<&'static str>,
        is_moved: bool,
    ) -> Self {
        let mut installed = Installed {
            archives: runs.stage.package_archives(),
            brought,
            ..Installed::default()
        };
        for command in runs.managers().filter(PackageCommand::is_install) {
            installed.add(runs, &command, new, is_moved);
        }
        // Their operands are names of sources, of which no table tells what a release has.
        let of_sources = |it: &PackageCommand<'_>| {
            it.manager == PackageManager::Apt && it.subcommand_is_one_of(&["build-dep", "source"])
        };
        for command in runs.managers().filter(of_sources) {
            let what = format!(
                "`{} {}` asks for",
                command.program_name(),
                command.subcommand_text()
            );
            installed.unknown.push((what, line_of(command.command)));
        }
        for command in &runs.commands {
            installed.add_file_of(*command);
            installed.add_marked(*command, new);
        }
        for names in [&mut installed.names, &mut installed.asked] {
            names.sort_unstable();
            names.dedup();
        }
        installed
    }

    fn add(
        &mut self,
        runs: &Runs<'_>,
        install: &PackageCommand<'_>,
        new: &Foundation,
        is_moved: bool,
    ) {
        let command = install.command;
        let line = line_of(command);
        if command
            .wrappers()
            .any(|it| it.kind == WrapperKind::Arguments)
        {
            let what = format!("`xargs` gives `{}`", install.program_name());
            self.unknown.push((what, line));
        }
        if install.manager == PackageManager::Apt && !install.assumes_yes() {
            self.asking.push(line);
        }
        let packages = install.packages();
        for package in &packages {
            let written = package.word.shortened();
            let written = written.trim_matches(['"', '\'']).to_owned();
            match (package.kind, package.name) {
                (SpecKind::Path | SpecKind::Url | SpecKind::Vcs, _) => {
                    self.files.push((written, line));
                    continue;
                }
                (SpecKind::Index, Some(name)) if package.word.is_known() => {
                    let is_mended = install.is_mended(package, new, is_moved);
                    self.name(name, is_mended);
                    let is_doubtful = !is_mended && packages_there(new, &[name]).is_some();
                    if is_doubtful && command.is_failure_passed_over() {
                        self.passed_over.push(line);
                    }
                    if install.manager == PackageManager::Apk && written.contains('@') {
                        self.tagged.push((written, line));
                    } else if package.version.is_some()
                        && !is_lower_bound(install.manager, &written)
                    {
                        self.pinned.push((written, line));
                    }
                    continue;
                }
                _ => {}
            }
            // `curl=$VERSION`: the name is known, the version is not.
            if let Some(name) = package.name {
                self.name(name, false);
                self.pinned.push((written, line));
                continue;
            }
            let stage = command.stage().unwrap_or(runs.stage);
            match stage.expand_text(package.word, command) {
                Some(text) => {
                    for word in text.split_whitespace().filter(|it| !it.starts_with('-')) {
                        self.name_of_variable(word, line);
                    }
                }
                None => self.unknown.push((format!("`{written}` names"), line)),
            }
        }
    }

    /// A package that a variable names, pin and architecture with it.
    fn name_of_variable(&mut self, word: &str, line: usize) {
        if word.contains('/') && !word.starts_with(|it: char| it.is_ascii_alphanumeric())
            || word.contains("://")
        {
            self.files.push((format!("`{word}`"), line));
            return;
        }
        let end = word.find(['=', '<', '>', '~', '@', ':', '/']);
        let (name, pin) = word.split_at(end.unwrap_or(word.len()));
        self.name(name, false);
        if !pin.is_empty() && !pin.starts_with(':') {
            self.pinned.push((word.to_owned(), line));
        }
    }

    fn name(&mut self, name: &str, is_mended: bool) {
        self.names.push(name.to_owned());
        if !is_mended {
            self.asked.push(name.to_owned());
        }
    }

    /// `dpkg -i x.deb`.
    fn add_file_of(&mut self, command: Command<'_>) {
        let installs = command.is("dpkg")
            && (command.has_option("-i") || command.has_option("--install"))
            || command.is("gdebi")
            || command.is("rpm")
                && ["-i", "-U", "-F", "--install", "--upgrade"]
                    .iter()
                    .any(|it| command.has_option(it));
        if !installs {
            return;
        }
        let files = command.args().filter(|it| !it.starts_with("-"));
        let line = line_of(command);
        self.files.extend(files.map(|it| (it.shortened(), line)));
    }

    /// `apt-mark manual NAME`: it fails on a name that no package has.
    fn add_marked(&mut self, command: Command<'_>, new: &Foundation) {
        let mut operands = command.args().filter(|it| !it.starts_with("-"));
        let marks = ["auto", "hold", "manual", "minimize-manual", "unhold"];
        let is_marking = |it: Word<'_>| marks.iter().any(|mark| it.is(mark));
        if !command.is("apt-mark") || !operands.next().is_some_and(is_marking) {
            return;
        }
        let is_there = |name: &str| {
            matches!(
                package_presence(new, name),
                PackagePresence::Present | PackagePresence::Provided | PackagePresence::Choice
            )
        };
        let line = line_of(command);
        let names = operands.filter_map(Word::value);
        let lacking = names.filter(|it| !is_there(it));
        self.marked.extend(lacking.map(|it| (it.to_owned(), line)));
    }

    /// The same, where the new image is this one.
    pub(super) fn in_image(mut self, image: &ImageFacts) -> Self {
        self.programs = image.own_commands().collect();
        self
    }

    /// Whether the new image adds a program to those of its distribution.
    pub(super) fn has_program(&self, name: &str) -> bool {
        self.programs.contains(&name)
    }

    /// Whether nothing is installed that anybody could see.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.files.is_empty() && self.unknown.is_empty()
    }

    /// Whether a package of this name is installed, or the image is known to bring it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|it| it == name) || self.brought.contains(&name)
    }

    /// The packages' names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What goes into the distribution's Java, where the image brings one of its own; `shown` is its name.
    pub(super) fn beside_java(&self, image: &ImageFacts, shown: &str) -> Option<OpenCondition> {
        let is_it = |it: &&str| package_is(Ecosystem::System, it, PackageMark::EmbedsJava);
        let has_java = image.own_commands().any(|it| it == "java");
        let named: Vec<&str> = self.names().filter(is_it).filter(|_| has_java).collect();
        let verb = if named.len() == 1 { "is" } else { "are" };
        (!named.is_empty()).then(|| {
            OpenCondition::new(
                format!("whether {} {verb} found by the Java of `{shown}`", named.join(", ")),
                "the package is made for the distribution's Java and goes into that: take a Java that brings it, or the libraries from where the application gets its own",
            )
        })
    }

    /// What is not known of them on the new release.
    pub(super) fn conditions(&self, new: &Foundation) -> Vec<OpenCondition> {
        let release = new.told();
        let is_elsewhere = |name: &&str| {
            let successor = package_successor(new, name);
            let is_there = package_presence(new, name) == PackagePresence::Present;
            !is_there && successor.is_some_and(|it| matches!(it.how, Succession::Elsewhere(_)))
        };
        let asked = self.asked.iter().map(String::as_str);
        let (elsewhere, asked): (Vec<&str>, Vec<&str>) = asked.partition(is_elsewhere);
        let mut open: Vec<OpenCondition> = packages_there(new, &asked).into_iter().collect();
        if !elsewhere.is_empty() {
            let may_have =
                |it: &&PackageArchive<'_>| elsewhere.iter().any(|name| it.may_have(name, new));
            let mut numbers: Vec<usize> = self
                .archives
                .iter()
                .filter(may_have)
                .map(|it| it.line)
                .collect();
            numbers.dedup();
            let adds = match numbers.as_slice() {
                [] => String::new(),
                [one] => format!(" (line {one} adds one)"),
                all => format!(" ({} add some)", lines(all.to_vec())),
            };
            open.push(OpenCondition::new(
                format!(
                    "whether the archive{adds} that has {} serves {release}",
                    elsewhere.join(", ")
                ),
                "the distribution never had them: see what that archive has",
            ));
        }
        if !self.passed_over.is_empty() {
            let places = lines(self.passed_over.clone());
            open.push(OpenCondition::new(
                format!(
                    "whether all that {} is installed: where it fails, nothing stops the build, which goes on without it",
                    verb(&places, "names", "name")
                ),
                "write `&&` behind it, or `set -e` before, and see that the build ends well",
            ));
        }
        if let Some((words, places)) = joined(&self.marked) {
            open.push(OpenCondition::new(
                format!("whether {release} has {words} ({places}), for `apt-mark`"),
                "it fails on a name that no package has: take those of the new release",
            ));
        }
        if let Some((words, places)) = joined(&self.pinned) {
            open.push(OpenCondition::new(
                format!("whether {release} has the versions that {words} ({places}) ask for"),
                "a release has its own: take the pins away, or those of the new one",
            ));
        }
        if let Some((words, places)) = joined(&self.tagged) {
            open.push(OpenCondition::new(
                format!(
                    "whether the archive that {words} ({places}) come from goes with {release}"
                ),
                "packages of another release want its libraries: see what the tag stands for",
            ));
        }
        if let Some((words, places)) = joined(&self.files) {
            open.push(OpenCondition::new(
                format!("whether {words} ({places}), which comes as a file, can be installed on {release}"),
                "see for which release it is built",
            ));
        }
        if !self.asking.is_empty() {
            open.push(OpenCondition::new(
                format!(
                    "whether all that the installation of {} takes is in the image of {release}: else it asks, and nobody answers",
                    lines(self.asking.clone())
                ),
                "say `-y`",
            ));
        }
        for (what, line) in &self.unknown {
            open.push(OpenCondition::new(
                format!("which packages {what} in line {line}, and whether {release} has them"),
                "see the names there, and build it once",
            ));
        }
        open
    }
}

/// Whether a pin of Alpine is one that every later release fits: `curl>7.61`, `su-exec>=0.2`.
fn is_lower_bound(manager: PackageManager, written: &str) -> bool {
    manager == PackageManager::Apk && written.contains('>') && !written.contains(['<', '~', '@'])
}

/// The words with commas between, and their lines.
fn joined(found: &[(String, usize)]) -> Option<(String, String)> {
    let mut words: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
    words.dedup();
    let places = lines(found.iter().map(|it| it.1).collect());
    (!words.is_empty()).then(|| (words.join(", "), places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_bounds_are_no_pins() {
        for (written, is_bound) in [
            ("su-exec>=0.2", true),
            ("su-exec>0.2", true),
            ("su-exec=0.2", false),
            ("su-exec~0.2", false),
            ("su-exec<0.3", false),
            ("su-exec><0.3", false),
        ] {
            assert_eq!(
                is_lower_bound(PackageManager::Apk, written),
                is_bound,
                "{written}"
            );
        }
    }
}
