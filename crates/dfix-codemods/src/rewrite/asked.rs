//! What else in the file, or in the image, counts on what a plan changes: each question once.

use dfix_engine::OpenCondition;
use dfix_model::Model;

use super::{Rewrite, packages, settings, stages, users};
use crate::matching::find::Found;
use crate::replacement::plan::Plan;

impl Rewrite {
    /// What is open of a plan for what was found; `all`: what the same rewrite finds in the file.
    ///
    /// # Errors
    /// Where it would surely break the build, or the container: as a sentence without a full stop.
    pub(super) fn asked<'m>(
        &self,
        found: &Found<'m>,
        plan: &mut Plan<'m>,
        all: &[Found<'m>],
        file: &'m Model<'_>,
    ) -> Result<Vec<OpenCondition>, String> {
        stages::counted(plan, file)?;
        settings::no_shell(plan)?;
        self.for_no_shell(found)?;
        self.other_variables(found, plan);
        let mut open = Vec::new();
        let several = [
            users::named(plan, file),
            users::renumbered(plan, file),
            users::without_rights(plan),
            stages::unknown(plan, file),
            self.by_builder(found),
            self.by_run(found)?,
            self.programs_of(found)?,
        ];
        open.extend(several.into_iter().flatten());
        let single = [
            users::of_added_runs(plan),
            users::made_no_more(plan, file),
            packages::called(plan, file),
            packages::taken_away(plan, all, file),
            settings::shell(plan, found),
            settings::entry_point(plan),
            settings::secret(plan, file),
        ];
        open.extend(single.into_iter().flatten());
        Ok(open)
    }
}
