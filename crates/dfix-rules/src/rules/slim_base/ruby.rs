//! What `gem` and `bundle` install.

use dfix_model::context::Answer;
use dfix_model::{PackageCommand, PackageManager};

use super::commands::{Reader, said};
use super::needs::Site;
use super::packages::{Verdict, gem_brings_more, gem_has_platforms, of_ruby};
use super::scripts::file_at;

impl<'m> Reader<'m, '_> {
    /// A command of gem or bundler.
    pub(super) fn ruby(
        &mut self,
        package: &PackageCommand<'_>,
        site: Site<'m>,
        folder: Option<&str>,
    ) {
        if !self.form.loses_tools() {
            return;
        }
        if package.subcommand_is_one_of(&["specific_install"]) {
            self.vcs("git", "a gem from a repository", site);
            self.unknown_gems("a gem from a repository");
        }
        if !package.is_install() {
            return;
        }
        if package.manager == PackageManager::Gem {
            for spec in package.packages() {
                match spec.name {
                    Some(name) => {
                        self.gem(name, spec.version, site);
                        if gem_brings_more(name) {
                            self.unknown_gems(&format!("what the gem `{name}` brings along"));
                        }
                    }
                    None => self.unknown_gems(&format!("`{}`", spec.word.source_text())),
                }
            }
            return;
        }
        match file_at(site, "Gemfile.lock", folder) {
            Answer::Found(lock) => {
                for (name, version) in locked_gems(&lock) {
                    self.gem(name, Some(version), site);
                    let for_linux = format!("    {name} ({version}-x86_64-linux");
                    let is_source = !version.contains("linux")
                        && gem_has_platforms(name)
                        && !lock.contains(&for_linux);
                    if is_source {
                        self.needs.open(
                            format!("whether the gem `{name}` comes ready-made: Gemfile.lock does not name its form for x86_64-linux"),
                            "run `bundle lock --add-platform x86_64-linux`",
                        );
                    }
                }
                if lock.lines().any(|line| line == "GIT") {
                    self.vcs("git", "gems from a repository", site);
                }
                self.needs
                    .evidence("Gemfile.lock: no gem is known to compile native parts");
            }
            Answer::Absent => self.unknown_project(&format!("what {} installs", said(site.step))),
            Answer::Unknown(why) => self.unknown_project(&format!("what Gemfile names ({why})")),
        }
    }

    fn gem(&mut self, name: &str, version: Option<&str>, site: Site<'m>) {
        let known = of_ruby(name, version);
        self.libraries_of(name, &known, site);
        match known.verdict {
            Verdict::Fine => {}
            Verdict::Compiles => self
                .needs
                .build(format!("the gem `{name}` compiles when it is installed")),
            Verdict::Unknown => self.unknown_gems(&format!("the gem `{name}`")),
        }
    }

    fn unknown_project(&mut self, what: &str) {
        self.needs.open(
            format!("whether {what} compiles native parts or needs git"),
            "look into Gemfile for gems with extensions or from repositories, or keep a Gemfile.lock in the build context",
        );
    }

    fn unknown_gems(&mut self, what: &str) {
        self.needs.open(
            format!("whether {what} compiles native parts"),
            "look whether its gem has extensions, or keep a Gemfile.lock in the build context",
        );
    }
}

/// Names and versions of the gems of a Gemfile.lock: the entries below `specs:`, four blanks deep.
fn locked_gems(lock: &str) -> impl Iterator<Item = (&str, &str)> {
    lock.lines().filter_map(|line| {
        let entry = line.strip_prefix("    ").filter(|e| !e.starts_with(' '))?;
        let (name, rest) = entry.split_once(" (")?;
        Some((name, rest.trim_end_matches(')')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_names_gems() {
        let lock = "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.2.8)\n    sinatra (3.1.0)\n      rack (~> 2.2)\n\nPLATFORMS\n  ruby\n";
        let gems: Vec<_> = locked_gems(lock).collect();
        assert_eq!(gems, [("rack", "2.2.8"), ("sinatra", "3.1.0")]);
    }
}
