//! The packages that apt fetched, where it is told to keep them.

use dfix_engine::{Findings, Safety, remedy};
use dfix_model::{Command, ImagePath, PackageCommand, Stage, Step};

const ARCHIVES: &str = "/var/cache/apt";

/// Tells of packages that stay in the layer although its lists do not: `docker-clean` is gone, which has `apt-get` remove them in
/// images of Debian and Ubuntu, and nothing is mounted where they are.
pub(super) fn check<'m>(
    stage: Stage<'m>,
    step: Step<'m>,
    apts: &[PackageCommand<'m>],
    out: &mut Findings<'_>,
) {
    // `apt install` removes them by itself (apt 1.2).
    let keeps = |it: &&PackageCommand<'m>| {
        it.is_install() && it.command.is_one_of(&["apt-get", "aptitude"])
    };
    let Some(install) = apts.iter().rfind(keeps).map(|it| it.command) else {
        return;
    };
    let speaks_of_them = |it: Command<'_>| {
        it.args()
            .any(|word| word.mentions(ARCHIVES) || word.is("clean"))
    };
    let mut behind = step
        .commands()
        .filter(|it| it.range().start() > install.range().start());
    if is_mounted(step) || behind.any(speaks_of_them) || !is_told_to_keep(stage, install) {
        return;
    }
    out.judge(install, Safety::Checked, "what apt downloaded stays in the layer", |_| {
        Err(remedy!(
            "`docker-clean` is removed, which has apt remove it: mount a cache at `{ARCHIVES}`, too, or let the `RUN` end with \
             `apt-get clean`"
        ))
    });
}

/// Whether something is, or may be, mounted where they are.
fn is_mounted(step: Step<'_>) -> bool {
    let folder = ImagePath::new(ARCHIVES);
    step.mounts().any(|mount| {
        let target = mount.target();
        target.is_some_and(|it| {
            it.value().is_none_or(|path| {
                let path = ImagePath::new(path);
                path == folder || folder.is_below(&path) || path.is_below(&folder)
            })
        })
    })
}

/// Whether a command before it removes the settings by which apt keeps nothing.
fn is_told_to_keep(stage: Stage<'_>, install: Command<'_>) -> bool {
    let is_later = install.step().is_onbuild();
    let is_before = |it: &Command<'_>| {
        let is_left = it.step().is_onbuild() && !is_later;
        let is_early = it.range().start() < install.range().start();
        !is_left && (is_early || !it.step().is_onbuild() && is_later)
    };
    let steps = stage.base_chain().flat_map(Stage::steps);
    let commands = steps.filter(|it| it.is_run()).flat_map(Step::commands);
    let mut removing = commands.filter(|it| it.is("rm") && it.is_certain() && is_before(it));
    removing.any(|it| {
        it.args()
            .any(|word| word.is("/etc/apt/apt.conf.d/docker-clean"))
    })
}
