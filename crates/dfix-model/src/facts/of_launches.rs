//! What is asked of what starts a stage's containers, as one line each.

use dfix_launch::Launch;

use crate::facts::launches::{self, LowPorts};
use crate::facts::scripts::Script;
use crate::facts::variables;
use crate::handles::{Command, Stage};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

impl<'m> Stage<'m> {
    /// Whether its layers are part of an image that is built: a target, or what one is based on.
    pub fn is_shipped(self) -> bool {
        launches::is_shipped(self)
    }

    /// What the project's files start containers of this stage with, also for a single command of a test.
    pub fn launches(self) -> impl Iterator<Item = &'m Launch> {
        launches::with_runs(self)
    }

    /// The same, with single commands that are run in its containers as another user, and what the documentation shows.
    pub fn all_launches(self) -> impl Iterator<Item = &'m Launch> {
        launches::with_all(self)
    }

    /// The texts that the project's files start containers of this stage with, or run in them: each has the name of its
    /// place as its path.
    pub fn launched_scripts(self) -> impl Iterator<Item = Script<'m>> {
        let starts = launches::starts(self).into_iter();
        let all = starts.chain(launches::works(self));
        all.filter_map(|start| start.script)
    }

    /// Of these texts those that are not known to be run as root.
    pub fn scripts_launched_by_others(self) -> impl Iterator<Item = Script<'m>> {
        launches::starts_of_others(self).filter_map(|start| start.script)
    }

    /// The folders that the project's files start containers of this stage in, each with who says so.
    pub fn launched_workdirs(self) -> impl Iterator<Item = (ImagePath, String)> {
        launches::workdirs(self)
    }

    /// The texts that the documentation shows to run in containers of this stage in place of their own start.
    pub fn documented_scripts(self) -> impl Iterator<Item = Script<'m>> {
        launches::shown_starts(self).filter_map(|start| start.script)
    }

    /// What asks whether its containers are well, as the project's files start them.
    pub fn launched_checks(self) -> Vec<Script<'m>> {
        let checks = launches::checks(self).into_iter();
        checks.filter_map(|check| check.script).collect()
    }

    /// What the steps of CI services' jobs need that are run in containers of the stage: nobody has looked.
    pub fn jobs(self) -> Vec<OpenCondition> {
        launches::open_jobs(self).collect()
    }

    /// The values of variables that what starts containers of this stage sets, each with its place: "`WORKER` of service
    /// `web` of compose.yaml".
    pub fn launched_values(self) -> impl Iterator<Item = (&'m str, String)> {
        launches::values(self)
    }

    /// What starts it on a platform, whose volumes and variables are set there, too, and not in a file alone: as a message
    /// names it.
    pub fn on_a_platform(self) -> Option<String> {
        launches::on_a_platform(self).map(Launch::said)
    }

    /// That it is not known what a variable of its containers is, or who sets it, as a message says it behind "which"; none
    /// where the stage or one of the project's files sets it.
    pub fn nobody_sets(self, name: &str) -> Option<String> {
        launches::nobody_sets(self, name)
    }

    /// What the project's files say of how it is started and could not be made out.
    pub fn unread_launches(self) -> Vec<OpenCondition> {
        launches::open(self)
    }

    /// The commands that the project's files start containers of this stage with. They have no place in the file.
    pub fn launched_commands(self) -> impl Iterator<Item = Command<'m>> {
        launches::starts(self)
            .into_iter()
            .filter_map(|start| start.script)
            .flat_map(Script::commands)
    }

    /// Whether what starts its containers lets users other than root listen on ports below 1024.
    pub fn low_ports(self) -> LowPorts {
        launches::low_ports(self)
    }

    /// Whether nothing sets the variable for the container, and nothing that the stage is made of speaks of it: an
    /// `ARG`, a command that reads it, a command that sets it for itself; and none of the project's files chooses a
    /// value: compose files and their like, `.env`, `.flaskenv`.
    pub fn is_undecided(self, name: &str) -> bool {
        variables::is_undecided(self, name) && !launches::is_chosen(self, name)
    }
}
