//! Whether a package manager asks and what it adds unasked.

use dfix_catalogue::apt_setting;

use crate::packages::{OptionValue, PackageCommand, PackageManager};

/// Whether any text of the file says something of apt's recommendations.
struct SaysOfRecommended(bool);

impl PackageCommand<'_> {
    /// Whether it asks nothing: `-y` and its like. Those that never ask say yes.
    pub fn assumes_yes(&self) -> bool {
        let any = |flags: &[&str]| flags.iter().any(|f| self.has_flag(f));
        match self.manager {
            PackageManager::Apt => {
                any(&["-y", "--yes", "--assume-yes", "--force-yes"])
                    || self.quietness() >= 2
                    || self.settings().any(|it| it == "-y")
            }
            PackageManager::Dnf => any(&["-y", "--assumeyes", "--yes"]),
            PackageManager::Zypper => any(&["-n", "--non-interactive", "-y", "--no-confirm"]),
            PackageManager::Pacman => any(&["--noconfirm"]),
            PackageManager::Conda => any(&["-y", "--yes"]),
            _ => true,
        }
    }

    /// How quiet apt is told to be; 2 implies `-y` (apt-get(8)).
    fn quietness(&self) -> usize {
        self.options()
            .map(|o| match (o.name, o.value.and_then(OptionValue::text)) {
                ("-q" | "--quiet", Some("2")) => 2,
                ("--quiet", _) => 1,
                (name, _) if name.starts_with("--") => 0,
                (name, _) => name.matches('q').count(),
            })
            .sum()
    }

    /// Whether apt is told not to install what packages merely recommend.
    pub fn is_without_recommends(&self) -> bool {
        self.has_flag("--no-install-recommends")
            || self.has_flag("--without-recommends")
            || (self.command.name() == "aptitude" && self.has_flag("-R"))
            || self
                .flag_value("--install-recommends")
                .and_then(OptionValue::text)
                .is_some_and(|v| matches!(v, "false" | "no" | "0"))
            || self.settings().any(|it| it == "--no-install-recommends")
    }

    /// Whether apt may not install what packages merely recommend: it is told so, or the file says something of it
    /// elsewhere, in a file of settings say.
    pub fn may_leave_out_recommended(&self) -> bool {
        let file = self.command.step().file();
        let is_said = || SaysOfRecommended(file.text.contains("Install-Recommends"));
        self.is_without_recommends() || file.cached(is_said).0
    }

    /// The options that settings of apt stand for: `--no-install-recommends` for `-o APT::Install-Recommends=false`.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> {
        let values = self
            .values_of(&["-o", "--option"])
            .filter(|_| self.manager == PackageManager::Apt);
        values
            .filter_map(OptionValue::text)
            .filter_map(|text| text.split_once('='))
            .filter_map(|(name, value)| apt_setting(name.trim(), value.trim_matches('"')))
    }
}
