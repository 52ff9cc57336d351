//! Whether what a stage builds needs a C library.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{CopiedPrograms, copied_programs};

use crate::facts::variables::{env_at, final_env};
use crate::handles::{Command, Stage, Word};
use crate::packages::{PackageCommand, PackageManager as Manager};
use crate::ternary::Ternary;

/// Whether what a stage and those that it is based on build needs no C library: programs that are linked statically, or
/// scripts. `CGO_ENABLED=0`, `-static` and targets with musl say so; a compiler without them says the contrary, and of
/// the rest nothing is known.
///
/// Sources: `go help environment` and `go doc cmd/cgo` (cgo is on where a C compiler is found, off where one builds for
/// another machine), gcc(1) (`-static`), doc.rust-lang.org/reference/linkage.html (`crt-static`, musl).
pub(crate) fn is_static(stage: Stage<'_>) -> Ternary {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let told = commands.filter_map(says).reduce(|all, one| all.and(|| one));
    if let Some(told) = told {
        return told;
    }
    let name = stage.base_image().name();
    let is_of_scripts = name.and_then(copied_programs) == Some(CopiedPrograms::Text);
    if is_of_scripts || final_env(stage, "CGO_ENABLED").value() == Some("0") {
        return Ternary::Yes;
    }
    unknown("what the stage builds")
}

/// What a command says of it; none where it builds nothing, as far as the catalogue knows.
fn says(command: Command<'_>) -> Option<Ternary> {
    if is_told(command) {
        return Some(Ternary::Yes);
    }
    if let Some(package) = PackageCommand::of(command)
        && package.is_install()
        && !package.is_of_system()
        && !matches!(
            package.manager,
            Manager::Go | Manager::Cargo | Manager::Composer
        )
    {
        let what = format!("what the packages of `{}` bring along", command.name());
        return Some(unknown(&what));
    }
    let set = |name: &str| {
        let stage = command.stage()?;
        env_at(stage, command, name).value()
    };
    match command.name() {
        "go" => {
            let builds = command
                .arg(0)
                .is_some_and(|it| it.is("build") || it.is("install"));
            let is_off = set("CGO_ENABLED") == Some("0");
            builds.then(|| {
                if is_off {
                    Ternary::Yes
                } else {
                    unknown("what go builds")
                }
            })
        }
        "cargo" => {
            let builds = command.args().any(|it| it.is("build") || it.is("install"));
            let is_set = set("RUSTFLAGS").is_some_and(|it| it.contains("+crt-static"))
                || set("CARGO_BUILD_TARGET").is_some_and(is_musl);
            builds.then(|| {
                if is_set {
                    Ternary::Yes
                } else {
                    unknown("what cargo builds")
                }
            })
        }
        _ if command.is_marked(Mark::Compiles) => {
            let links = !command.has_arg("-c") && command.args().len() > 1;
            links.then_some(Ternary::No)
        }
        _ if command.is_marked(Mark::BuildsNative) => {
            let is_off = set("CGO_ENABLED") == Some("0");
            let what = format!("what `{}` builds", command.name());
            Some(if is_off { Ternary::Yes } else { unknown(&what) })
        }
        _ => None,
    }
}

/// Whether a word of the command is `-static`, perhaps within what the linker is told, or a target with musl.
fn is_told(command: Command<'_>) -> bool {
    let is_end = |it: char| it.is_whitespace() || matches!(it, '\'' | '"' | '=' | ',');
    let words = command.args().filter_map(Word::value);
    let assigned = command.assignments().filter_map(|it| it.value()?.value());
    let mut parts = words.chain(assigned).flat_map(|it| it.split(is_end));
    let is_builder = command.is_marked(Mark::Compiles)
        || command.is_marked(Mark::BuildsNative)
        || command.is_marked(Mark::InstallsSource)
        || command.is_marked(Mark::BuildScript);
    is_builder && parts.any(|it| it == "-static" || is_musl(it))
}

fn is_musl(target: &str) -> bool {
    target.ends_with("-linux-musl")
}

fn unknown(what: &str) -> Ternary {
    Ternary::unknown(
        format!("whether {what} is linked statically"),
        "look what `ldd` says of it",
    )
}
