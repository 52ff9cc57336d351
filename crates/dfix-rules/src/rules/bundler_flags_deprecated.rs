//! Settings of Bundler in the place of options that it remembers.

use dfix_catalogue::{BundlerFlag, FlagValue, bundler_flag};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, PackageCommand, PackageManager, Word, WordKind};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "bundler-flags-deprecated",
    aliases: &[],
    groups: &[Group::Deprecated],
    severity: Severity::Warning,
    summary: "set what Bundler remembers by `bundle config set`, not by options of `bundle install`",
    why: "`--without`, `--path`, `--deployment` and their like are remembered for later commands. Since Bundler 2.1 each is \
          deprecated, and Bundler 4 has them no more: the build fails there.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM ruby:3.3\nRUN bundle install --without development test --jobs 4\n",
            "FROM ruby:3.3\nRUN bundle config set --local without 'development test' && bundle install --jobs 4\n",
        ),
        fixes(
            "FROM ruby:4.0\nRUN gem install foreman \\\n && bundle install -j4 --deployment --path=/gems\n",
            "FROM ruby:4.0\nRUN gem install foreman \\\n && bundle config set --local deployment true \\\n && bundle config set --local path /gems \\\n && bundle install -j4\n",
        ),
        fixes(
            "FROM ruby:3.3\nRUN bundle install --without=development test\n",
            "FROM ruby:3.3\nRUN bundle config set --local without 'development test' && bundle install\n",
        ),
        reports(
            "FROM ruby:3.3\nRUN bundle install --gemfile=/a/Gemfile --without test\n",
            "BUNDLE_GEMFILE",
        ),
        leaves("FROM ruby:2.6\nRUN bundle install --without test\n"),
        leaves("FROM debian:12\nRUN bundle install --without test\n")
            .that_says("whether Bundler is 2.1 or later"),
        leaves("ARG V=3.3\nFROM ruby:$V\nRUN bundle install --deployment\n")
            .that_says("whether every build takes the image"),
        reports(
            "FROM ruby:3.3\nRUN bundle install --without $GROUPS\n",
            "by hand",
        ),
        reports(
            "FROM ruby:3.3\nRUN su app -c 'bundle install --frozen'\n",
            "by hand",
        ),
        reports(
            "FROM ruby:3.3\nRUN A=b bundle install --frozen\n",
            "by hand",
        ),
        reports(
            "FROM ruby:3.3\nRUN bundle install --frozen || bundle install\n",
            "by hand",
        ),
        leaves(
            "FROM ruby:3.3\nRUN bundle install --jobs 4 --retry 3\nRUN bundle exec a --path b\n",
        ),
        leaves(
            "FROM ruby:3.3\nRUN bundle config set --local without test && bundle _1.17.3_ install --path a\n",
        ),
    ],
};

/// An option with the words that it is given.
struct Flag<'m> {
    known: BundlerFlag,
    words: Vec<Word<'m>>,
    values: Vec<Option<&'m str>>,
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for bundle in stage.package_commands(PackageManager::Bundler) {
            let is_chosen = bundle.command.args().any(|it| it.starts_with("_"));
            let is_one = bundle.is_install() && bundle.step().is_run() && !is_chosen;
            let flags = if is_one { flags(&bundle) } else { Vec::new() };
            let version = stage.bundler_version(&bundle);
            let Some(first) = flags
                .first()
                .filter(|_| version.is_none_or(|it| it >= (2, 1)))
            else {
                continue;
            };
            let name = first.words[0].literal_prefix().split('=').next();
            let what = match version {
                Some((4.., _)) => "is gone since Bundler 4",
                _ => "is deprecated since Bundler 2.1",
            };
            let message = format!("`{}` {what}", name.unwrap_or_default());
            out.judge(first.words[0], Safety::Checked, message, |case| {
                let command = bundle.command;
                let settings: Option<Vec<String>> = flags.iter().map(setting).collect();
                let is_plain = command.is_in_list()
                    && command.kind() == WordKind::Shell
                    && command.wrappers().next().is_none()
                    && command.assignments().next().is_none();
                if bundle.has_flag("--gemfile") {
                    return Err(remedy!(
                        "by hand: name the Gemfile by `BUNDLE_GEMFILE`, for the settings lie beside it, and set `{}` by `bundle config`",
                        first.known.setting()
                    ));
                }
                let Some(settings) = settings.filter(|_| is_plain) else {
                    return Err(remedy!(
                        "by hand: call `bundle config set --local {} …` before it",
                        first.known.setting()
                    ));
                };
                case.evidence(version.map(|(major, minor)| {
                    format!(
                        "the image has Bundler {major}.{minor}, which is told the same by a setting"
                    )
                }))
                .open(chosen_image(stage))
                .open(version.is_none().then(|| {
                    OpenCondition::new(
                        "whether Bundler is 2.1 or later, and knows `bundle config set --local`",
                        "look with `bundle --version` there",
                    )
                }))
                .declare([
                    Effect::commands_of(bundle.step()),
                    Effect::arguments_of(command),
                ])
                .fix(|edit| {
                    edit.remove_words(flags.iter().flat_map(|it| it.words.iter().copied()));
                    let errexit = command.is_under_errexit();
                    for setting in &settings {
                        edit.chain_command_before(command, setting, errexit);
                    }
                });
                Ok(())
            });
        }
    }
}

/// The options of a command that are remembered.
fn flags<'m>(bundle: &PackageCommand<'m>) -> Vec<Flag<'m>> {
    let mut found: Vec<Flag<'m>> = Vec::new();
    let mut words = bundle.command.args().peekable();
    while let Some(word) = words.next() {
        let text = word.literal_prefix();
        let (name, given) = match text.split_once('=') {
            Some((name, given)) => (name, Some(given)),
            None => (text, None),
        };
        let Some(known) = bundler_flag(name) else {
            continue;
        };
        let mut flag = Flag {
            known,
            words: vec![word],
            values: given
                .iter()
                .map(|it| word.is_known().then_some(*it))
                .collect(),
        };
        let most = match known.value() {
            FlagValue::None => 0,
            FlagValue::One => 1,
            // Thor takes all words up to the next option, behind `=` as well.
            FlagValue::Words => usize::MAX,
        };
        while flag.values.len() < most && words.peek().is_some_and(|it| !it.starts_with("-")) {
            let value = words.next().expect("it was there");
            flag.words.push(value);
            flag.values.push(value.value());
        }
        found.push(flag);
    }
    found
}

/// The command that says the same, where all of it is known.
fn setting(flag: &Flag<'_>) -> Option<String> {
    let values: Option<Vec<&str>> = flag.values.iter().copied().collect();
    let values = values?;
    let is_plain = |it: &&str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/._-: ".contains(&b))
    };
    let value = match flag.known.value() {
        FlagValue::None if values.is_empty() => "true".to_owned(),
        FlagValue::None => return None,
        _ if values.is_empty() || !values.iter().all(is_plain) => return None,
        _ => values.join(" "),
    };
    let quote = if value.contains(' ') { "'" } else { "" };
    let name = flag.known.setting();
    Some(format!(
        "bundle config set --local {name} {quote}{value}{quote}"
    ))
}
