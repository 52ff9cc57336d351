//! Which shell reads a command of a `RUN`, and where what it prints goes.

use dfix_catalogue::{Family, ImageMark, SystemShell, image_is};
use dfix_syntax::{NodeOrToken, SyntaxKind};

use crate::collect::expand::Origin;
use crate::collect::instruction::StepKind;
use crate::collect::shell::ShellKind;
use crate::collect::word::WordKind;
use crate::handles::{Base, Command, Stage, Step, Word};
use crate::path::program_name;

/// The shell that reads a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBy {
    /// `dash`
    Dash,
    /// The `ash` of busybox.
    Busybox,
    /// The `sh` that is bash.
    BashAsSh,
    /// `bash` by its own name, as a `SHELL` says.
    Bash,
    /// A shell of which it is not known which one it is.
    Unknown,
}

impl<'m> Command<'m> {
    /// The shell that reads it; `None` of what stands in a string or in a here-document, which another one may read.
    pub fn read_by(self) -> Option<ReadBy> {
        let (step, stage) = (self.step(), self.stage()?);
        let is_own_text = std::iter::successors(Some(self), |it| it.outer())
            .all(|it| it.outer().is_none() || it.around().substitution);
        if !step.is_run()
            || self.is_of_script()
            || self.kind() != WordKind::Shell
            || step.instruction().heredocs().next().is_some()
            || !is_own_text
        {
            return None;
        }
        let shell = stage.shell_at(step);
        let of_base = || of_base(stage, step);
        let name = || {
            let words = shell.argv.iter().flatten();
            words.map(|it| program_name(it)).next().unwrap_or_default()
        };
        Some(match shell.kind {
            ShellKind::Bash => ReadBy::Bash,
            ShellKind::Sh => of_base(),
            ShellKind::OtherPosix => match name() {
                "dash" => ReadBy::Dash,
                "ash" if of_base() == ReadBy::Busybox => ReadBy::Busybox,
                _ => ReadBy::Unknown,
            },
            _ => return None,
        })
    }

    /// Whether what it prints goes nowhere but to the build's log: nothing redirects, pipes or takes it.
    pub fn prints_to_the_log(self) -> bool {
        let step = self.step();
        let is_exec = |it: Command<'m>| it.is("exec") || it.is_wrapped_by("exec");
        if !step.is_run()
            || self.redirects().next().is_some()
            || !self.is_in_list()
            || step.commands().any(is_exec)
        {
            return false;
        }
        // Nothing is around it but the list of the instruction: no group that has a redirection.
        let root = step.syntax();
        if !root.text_range().contains_range(self.range()) {
            return false;
        }
        let node = match root.covering_element(self.range()) {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(token) => token.parent(),
        };
        node.is_some_and(|node| {
            node.ancestors()
                .take_while(|it| !it.kind().is_instruction())
                .all(|it| matches!(it.kind(), SyntaxKind::COMMAND | SyntaxKind::SHELL_SCRIPT))
        })
    }
}

/// What `/bin/sh` is at a step, as far as the base image and the steps before it tell.
fn of_base<'m>(stage: Stage<'m>, step: Step<'m>) -> ReadBy {
    let mut chain = stage.base_chain();
    if chain.any(|it| first_change(it).is_some_and(|at| at <= step.index())) {
        return ReadBy::Unknown;
    }
    match shell_of_image(stage.base_stage()) {
        Some(SystemShell::Dash) => ReadBy::Dash,
        Some(SystemShell::Busybox) => ReadBy::Busybox,
        Some(SystemShell::Bash) => ReadBy::BashAsSh,
        None => ReadBy::Unknown,
    }
}

fn shell_of_image(root: Stage<'_>) -> Option<SystemShell> {
    let image = root.image();
    let name = image.name()?;
    // An image that names a `SHELL` gives it to those that are built on it; official ones for Linux name none.
    if root.base() != Base::Image || name.contains('/') && !image_is(name, ImageMark::KeepsShell) {
        return None;
    }
    // Of a distribution all tags are alike; of others a build may choose one that is based on another.
    let is_written = image.pieces.iter().all(|it| it.origin == Origin::Literal);
    let facts = if image_is(name, ImageMark::Distribution) {
        root.any_base_facts()
    } else if is_written {
        root.base_facts()
    } else {
        return None;
    };
    if facts.family == Family::Distroless {
        return None;
    }
    facts.foundation?.distribution.system_shell()
}

/// The first step of the stage that may put another shell in the place of `/bin/sh`, by its number.
fn first_change(stage: Stage<'_>) -> Option<usize> {
    struct FirstChange(Option<usize>);
    let found = || FirstChange(stage.steps().find(|it| changes(*it)).map(Step::index));
    stage.cached(found).0
}

/// Programs that put a file in the place of another, or take it away.
const PUTS: [&str; 8] = [
    "ln",
    "mv",
    "cp",
    "rm",
    "install",
    "unlink",
    "dpkg-divert",
    "update-alternatives",
];

fn changes(step: Step<'_>) -> bool {
    if matches!(step.kind(), StepKind::Copy | StepKind::Add) {
        return step.target().is_none_or(|it| may_hold_shell(step, it));
    }
    if !step.is_run() {
        return false;
    }
    let text = step.source_text();
    if !["bin/sh", "dash", "-binsh"]
        .iter()
        .any(|it| text.contains(it))
    {
        return false;
    }
    step.commands().any(|it| {
        let names = |end: &str| it.args().any(|it| it.literal_prefix().ends_with(end));
        it.is_one_of(&PUTS) && names("bin/sh")
            || it.is("dpkg-reconfigure") && names("dash")
            || names("-binsh")
    }) || text.contains("dash/sh")
}

/// Whether what is copied to this place may bring a `/bin/sh`: a file of that name, or a folder or an archive that is laid over the
/// system's. A variable as the place is taken for a folder of the file's own.
fn may_hold_shell(step: Step<'_>, target: Word<'_>) -> bool {
    let Some(path) = target.value() else {
        return false;
    };
    let folder = path.trim_end_matches('/');
    let is_of_system = path.starts_with('/') && ["", "/bin", "/usr", "/usr/bin"].contains(&folder);
    let may_be = |it: Word<'_>| {
        let name = it.literal_prefix().rsplit('/').next().unwrap_or_default();
        let is_folder = !name.trim_matches('.').contains('.');
        let is_archive =
            step.is(StepKind::Add) && [".t", ".x", ".g"].iter().any(|end| name.contains(end));
        name == "sh" || ["", "/usr"].contains(&folder) && (is_folder || is_archive)
    };
    ["/bin/sh", "/usr/bin/sh"].contains(&folder) || is_of_system && step.sources().any(may_be)
}
