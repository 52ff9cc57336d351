//! No archives of gems beside the gems.

use dfix_catalogue::bundler_flag;
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{
    Absence, Command, ImagePath, Model, Need, Needs, OpenCondition, PackageCommand, PackageManager,
    Stage, Step, Users, Word, WordKind,
};

use crate::base::chosen_image;
use crate::layers;

pub(crate) const RULE: Rule = Rule {
    id: "bundler-cache-left",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "remove what Bundler downloaded in the `RUN` that installs",
    why: "Bundler keeps the archive of each gem beside the gem, and an index of all gems there are in the home. In an image \
          nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM ruby:3.4\nCOPY Gemfile* ./\nRUN bundle install --jobs 4\n",
            "FROM ruby:3.4\nCOPY Gemfile* ./\nRUN bundle install --jobs 4 && rm -rf ~/.bundle/cache /usr/local/bundle/cache/*.gem\n",
        ),
        fixes(
            "FROM ruby:3.4\nENV BUNDLE_PATH=/gems\nRUN bundle install \\\n && bundle exec rake a\n",
            "FROM ruby:3.4\nENV BUNDLE_PATH=/gems\nRUN bundle install \\\n && rm -rf ~/.bundle/cache /gems/ruby/*/cache/*.gem \\\n && bundle exec rake a\n",
        ),
        leaves(
            "FROM ruby:3.4\nRUN bundle install && rm -rf /usr/local/bundle/cache/*\nRUN bundle install && rm -rf ~/.bundle\n",
        ),
        leaves("FROM ruby:3.4\nRUN bundle config set path /x && bundle install\n"),
        leaves("FROM ruby:3.4\nENV BUNDLE_DEPLOYMENT=1\nRUN bundle install\n"),
        leaves(
            "FROM ruby:3.4\nRUN --mount=type=cache,target=/usr/local/bundle/cache bundle install\n",
        ),
        leaves(
            "FROM ruby:3.4 AS build\nRUN bundle install\nFROM alpine:3.22\nCOPY --from=build /app /app\n",
        ),
        fixes(
            "FROM ruby:3.4 AS build\nRUN bundle install\nFROM ruby:3.4-slim\nCOPY --from=build /usr/local/bundle /usr/local/bundle\n",
            "FROM ruby:3.4 AS build\nRUN bundle install && rm -rf ~/.bundle/cache /usr/local/bundle/cache/*.gem\nFROM ruby:3.4-slim\nCOPY --from=build /usr/local/bundle /usr/local/bundle\n",
        ),
        leaves("FROM ruby:3.4\nUSER 1000\nRUN bundle install\n").that_says("may remove"),
        leaves("ARG V=3.4\nFROM ruby:$V\nRUN bundle install\n")
            .that_says("whether every build takes the image"),
        leaves("FROM debian:12\nRUN bundle install && bundle lock\n"),
        reports(
            "FROM ruby:3.4\nRUN bundle install\nRUN gem pristine --all\n",
            "would fail",
        ),
        reports(
            "FROM ruby:3.4\nRUN bundle install || bundle install\n",
            "after it",
        ),
        reports(
            "FROM ruby:3.4\nRUN su app -c 'bundle install'\n",
            "after it",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let is_rubys = stage.base_image().name() == Some("ruby");
        if !is_rubys || names_another_place(stage) {
            continue;
        }
        for step in stage.runs() {
            let bundles = step.package_commands().filter(|it| {
                it.manager == PackageManager::Bundler
                    && it.is_install()
                    && it.command.is_one_of(&["bundle", "bundler"])
            });
            let Some(bundle) = bundles.last() else {
                continue;
            };
            let Some((folder, pattern)) = archives(stage, &bundle) else {
                continue;
            };
            if is_gone(step, &bundle, &folder) || !stage.may_ship(Some(&folder)) {
                continue;
            }
            let message = format!(
                "`bundle {}` leaves the archives of the gems {}",
                bundle.subcommand_text(),
                layers::where_it_stays(stage, Some(&folder))
            );
            out.judge(bundle.subcommand(), Safety::Checked, message, |case| {
                let command = bundle.command;
                let rm = format!("rm -rf ~/.bundle/cache {pattern}");
                let is_plain = command.is_in_list()
                    && command.kind() == WordKind::Shell
                    && command.wrappers().next().is_none();
                if !is_plain {
                    return Err(remedy!(
                        "call `{rm}` after it in the same `RUN`, as the same user"
                    ));
                }
                let needs = Needs::of(stage, &Absence::emptied(&folder), &OfTheArchives);
                case.takes_away(&needs, command)?
                    .evidence("no later command that was read needs the archives")
                    .open(chosen_image(stage))
                    .open((!command.caller_is_root().is_yes()).then(|| {
                        OpenCondition::new(
                            "whether the user of the `RUN` may remove what others downloaded before",
                            "see who calls `gem` and `bundle` before it",
                        )
                    }))
                    .declare(Effect::commands_of(step))
                    .fix(|edit| edit.add_command_after(command, &rm));
                Ok(())
            });
        }
    }
}

/// Whether a command of Bundler sends the gems somewhere else, by an option or by the setting that says the same.
fn names_another_place(stage: Stage<'_>) -> bool {
    let sends = |word: Word<'_>| {
        let name = word.literal_prefix().trim_start_matches('-');
        let name = name.split(['=', '.']).next().unwrap_or_default();
        let flag = bundler_flag(&format!("--{name}"));
        !word.is_known()
            || flag
                .is_some_and(|it| it.setting() == "deployment" || it.setting().starts_with("path"))
    };
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.any(|it| it.is_one_of(&["bundle", "bundler"]) && it.args().any(sends))
}

/// The folder of the archives, and what stands for them.
fn archives<'m>(stage: Stage<'m>, bundle: &PackageCommand<'m>) -> Option<(ImagePath, String)> {
    let value = |name: &str| stage.env_at(bundle, name).value();
    let is_plain = |it: &&str| {
        it.starts_with('/')
            && it
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
    };
    let folder = |name: &str| value(name).filter(is_plain).map(ImagePath::new);
    if stage.env_at(bundle, "BUNDLE_PATH").is_set() {
        let folder = folder("BUNDLE_PATH")?.join("ruby");
        let pattern = format!("{}/*/cache/*.gem", folder.as_str());
        return Some((folder, pattern));
    }
    if !stage.env_at(bundle, "BUNDLE_DEPLOYMENT").is_unset() {
        return None;
    }
    let folder = folder("GEM_HOME")?.join("cache");
    let pattern = format!("{}/*.gem", folder.as_str());
    Some((folder, pattern))
}

/// Whether a later command of the step removes them, or a mount keeps them.
fn is_gone(step: Step<'_>, bundle: &PackageCommand<'_>, folder: &ImagePath) -> bool {
    let removes = |it: Command<'_>| {
        it.range().start() > bundle.range().start()
            && (it.clears(folder).is_some()
                || it.is_one_of(&["rm", "find"])
                    && it
                        .words()
                        .any(|it| it.mentions("cache") || it.mentions(".bundle")))
    };
    step.has_cache_mount(folder.as_str()) || step.commands().any(removes)
}

/// Who needs the archives: what makes gems of them anew.
struct OfTheArchives;

impl Users for OfTheArchives {
    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let is_one = command.is_one_of(&["gem", "bundle", "bundler"])
            && command
                .args()
                .any(|it| it.is("pristine") || it.is("--local"));
        is_one.then(|| Need::of(command, "let it fetch what it needs"))
    }
}
