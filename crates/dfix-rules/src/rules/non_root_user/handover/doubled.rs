//! What a recursive `chown` would copy into another layer: what is built where it is given is given there, and what comes
//! from elsewhere is told.

use dfix_catalogue::{FileMark, file_is};
use dfix_model::path::file_name;
use dfix_model::{FileOrigin, ImagePath, Landing, Stage, Step, Word};

use super::{Folder, Handover, RunAs, Shares, may_run_at, run};

/// From how many bytes on nobody wants what is copied in two layers.
const MUCH: u64 = 20 * 1024 * 1024;
/// From how many bytes on it is told.
const TOLD: u64 = 4 * 1024 * 1024;

impl<'m> Handover<'m> {
    /// Has the commands run where something is built in the folders, if that may be: no layer holds it twice then. Returns
    /// what is to run after all work of the build.
    pub(super) fn given_in_a_build(
        &mut self,
        stage: Stage<'m>,
        run_as: &RunAs,
        shares: &Shares,
        commands: Vec<String>,
    ) -> Vec<String> {
        let mut whole = shares.whole.iter();
        let found = whole.find_map(|it| Some((stage.built_below(&it.path)?, it.path.clone())));
        let Some((built, folder)) = found else {
            return commands;
        };
        let step = built.command.step();
        let step_of_build = step.index();
        let last = step.commands().last();
        // What comes later would stay root's: what commands do, and what lands in the folders, or where only the build knows.
        let is_later = |step: Step<'_>| step.index() > step_of_build;
        let is_given = |path: &ImagePath| {
            let mut given = shares.alone.iter().chain(&shares.whole);
            given.any(|folder| path.is_below(&folder.path))
        };
        let files = stage.filesystem();
        let comes_later = stage.runs().any(is_later)
            || files.lands_anywhere()
            || files
                .touched()
                .any(|it| is_later(it.step) && is_given(it.path));
        let is_there = match &run_as.made_by {
            Some(_) => self.early.is_none_or(|early| early.index() <= step.index()),
            None => run_as.is_there_at(stage, step),
        };
        let last = last.filter(|last| {
            last.is_in_list()
                && !last.is_one_of(&["exit", "exec"])
                && step.stage() == Some(stage)
                && !step.is_exec_form()
                && step.flag("mount").is_none()
                && may_run_at(stage, step)
                && is_there
                && !comes_later
        });
        let Some(last) = last else {
            self.evidence.push(format!(
                "the recursive chown copies what `{}` builds in {folder} into another layer",
                built.said
            ));
            return commands;
        };
        self.evidence.push(format!(
            "what `{}` builds in {folder} is given in the same RUN, so that no layer holds it twice",
            built.said
        ));
        let mut commands = commands;
        if self.early.is_none() && run_as.made_by.is_some() {
            // Who is given something is there before.
            let made: Vec<String> = commands.drain(..1).collect();
            self.early = Some(step);
            self.before = run(&made);
        }
        self.in_build = Some((last, commands.join(" && ")));
        Vec::new()
    }

    /// Notes what copies something into the folders, by whether nobody wants that in two layers or it is told alone.
    pub(super) fn note_brought(&mut self, stage: Stage<'m>, folders: &[Folder]) {
        let brought = |bytes| {
            folders.iter().find_map(|folder| {
                let by = self.brought_into(stage, &folder.path, bytes)?;
                Some((folder.path.clone(), by))
            })
        };
        (self.brought, self.told) = (brought(MUCH), brought(TOLD));
    }

    /// What copies something into a folder, or as what is given itself, that names no owner and was built before, in another
    /// stage or image or, as an archive of Java's, outside, or has so many bytes.
    fn brought_into(
        &self,
        stage: Stage<'m>,
        folder: &ImagePath,
        bytes: u64,
    ) -> Option<&'static str> {
        let is_archive = |path: &str| file_is(file_name(path), FileMark::JavaArchive);
        let copies = stage.base_chain().flat_map(Stage::copies);
        let of_archives: Vec<usize> = copies
            .filter(|copy| copy.words().filter_map(Word::value).any(is_archive))
            .map(Step::index)
            .collect();
        let by = |landing: &Landing| {
            let mut copies = stage.base_chain().flat_map(Stage::copies);
            let copy = copies.find(|copy| copy.index() == landing.step)?;
            let is_heavy = || match &landing.from {
                Some(FileOrigin::Context(path)) => stage.context_is_heavy(path, bytes),
                _ => false,
            };
            if self.copies.contains(&copy) {
                None
            } else if copy.flag("from").is_some() {
                Some("`COPY --from`")
            } else {
                (of_archives.contains(&landing.step) || is_heavy()).then_some("`COPY`")
            }
        };
        let mut landings = stage.filesystem().all_landings();
        landings.find_map(|landing| {
            let is_there = !landing.has_owner && landing.path.is_below(folder);
            is_there.then(|| by(landing)).flatten()
        })
    }
}
