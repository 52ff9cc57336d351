//! Which shell reads a command of a `RUN`, and where what it prints goes.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{Family, ImageMark, SystemShell, image_is};
use dfix_syntax::{NodeOrToken, SyntaxKind, TextSize};

use crate::collect::command::Operator;
use crate::collect::shell::ShellKind;
use crate::collect::word::WordKind;
use crate::facts::unread_work::{Part, unread_before};
use crate::handles::{Base, Command, Stage, Step};
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

    /// Whether it may run in the background without saying so: it, or what its list goes on to by an operator, is redirected by
    /// `&>`, and a shell that is not known to have that takes it for `&` and `>` (POSIX, Shell Command Language, Lists).
    pub fn may_be_in_background(self) -> bool {
        let goes_on = |it: Operator| matches!(it, Operator::And | Operator::Or | Operator::Pipe);
        let next = |it: &Command<'m>| it.after().filter(|it| goes_on(it.operator)).and(it.next());
        let is_split = |it: Command<'m>| {
            it.redirects()
                .any(|it| matches!(it.operator(), "&>" | "&>>"))
        };
        let has_it = || {
            let shell = self.read_by();
            matches!(
                shell,
                Some(ReadBy::Bash | ReadBy::BashAsSh | ReadBy::Busybox)
            )
        };
        self.step().mentions("&>")
            && std::iter::successors(Some(self), next).any(is_split)
            && !has_it()
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
    // A step is read by what was there when it began.
    let begin = (step.index(), TextSize::default());
    if unread_before(stage, Part::Shell, begin).is_some() {
        return ReadBy::Unknown;
    }
    match shell_of_image(stage.base_stage()) {
        Some(SystemShell::Dash) => ReadBy::Dash,
        Some(SystemShell::Busybox) => ReadBy::Busybox,
        Some(SystemShell::Bash) => ReadBy::BashAsSh,
        None => ReadBy::Unknown,
    }
}

impl Stage<'_> {
    /// Whether nothing but the file says which shell runs its commands: the image that it is based on names no `SHELL`. Official
    /// images for Linux name none, nor do those that the catalogue marks so.
    pub fn is_based_on_no_shell(self) -> bool {
        let root = self.base_stage();
        let names_none = |name: &str| !name.contains('/') || image_is(name, ImageMark::KeepsShell);
        root.base() != Base::Image || root.image().name().is_some_and(names_none)
    }
}

fn shell_of_image(root: Stage<'_>) -> Option<SystemShell> {
    let image = root.image();
    let name = image.name()?;
    // An image that names a `SHELL` gives it to those that are built on it.
    if root.base() != Base::Image || !root.is_based_on_no_shell() {
        return None;
    }
    // Of a distribution all tags are alike; of others a build may choose one that is based on another.
    let facts = if image.has_written_name() && image_is(name, ImageMark::Distribution) {
        root.any_base_facts()
    } else if image.is_written() {
        root.base_facts()
    } else {
        return None;
    };
    if facts.family == Family::Distroless {
        return None;
    }
    facts.foundation?.distribution.system_shell()
}

impl Command<'_> {
    /// Whether it may put another file in the place of `/bin/sh`, or take that away: by its path, by the setting of Debian's `dash`, by a
    /// package of Alpine's (`bash-binsh`).
    pub fn may_change_sh(self) -> bool {
        let names = |end: &str| self.args().any(|it| it.literal_prefix().ends_with(end));
        let changes = self.is_marked(Mark::ChangesFiles) && !self.is_marked(Mark::LeavesNothing)
            || self.program_names().is_some()
            || self.is("dpkg-divert");
        // What it gives a name is what only the build can tell: `ln -sf bash "$(which sh)"`.
        let mut given = self
            .args()
            .rev()
            .filter(|_| self.is_one_of(&["cp", "ln", "mv"]));
        let is_anything = given
            .next()
            .is_some_and(|it| it.value().is_none() && it.literal_prefix().is_empty());
        is_anything
            || changes && names("bin/sh")
            || self.is("dpkg-reconfigure") && names("dash")
            || names("-binsh")
            || self.args().any(|it| it.mentions("dash/sh"))
    }
}
