//! `--no-cache` for `apk add`.

mod clean_up;
mod unread;

use std::cell::OnceCell;
use std::collections::HashMap;

use dfix_catalogue::{PackageWord, SystemPackageManager, package_word_is};
use dfix_engine::{
    Edit, Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
    reports,
};
use dfix_model::{
    Absence, Command, Model, Need, Needs, PackageCommand, PackageManager, Stage, Step, Users, Word,
    WrapperKind,
};
use dfix_syntax::TextSize;

use crate::base::lacks;
use crate::layers;
use clean_up::{CleanUp, removed_by};
use unread::{finds_an_index, may_install};

pub(crate) const RULE: Rule = Rule {
    id: "apk-no-cache",
    aliases: &["DL3019"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "pass `--no-cache` to `apk add`",
    why: "apk then takes a fresh index and keeps none of it in the layer, so that neither \
          `apk update` nor a clean-up is needed.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nRUN apk add curl\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk --update add --virtual .deps \\\n      gcc \\\n      make\n",
            "FROM alpine:3.20\nRUN apk add --no-cache --virtual .deps \\\n      gcc \\\n      make\n",
        ),
        leaves("FROM alpine:3.20\nRUN apk --no-cache add curl && apk add --no-cache git\n"),
        leaves("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"),
        leaves("FROM alpine:3.20\nRUN --mount=type=cache,target=/etc/apk/cache apk add curl\n"),
        leaves("FROM alpine:3.20\nRUN apk add --cache-dir /cache curl\n"),
        leaves("FROM alpine:3.20\nRUN apk add --no-network ./curl.apk\n"),
        leaves("FROM alpine:3.20\nARG OPTS=--no-cache\nRUN apk add $OPTS curl\n"),
        leaves("FROM alpine:3.20\nRUN apk update && apk del gcc && apk info\n"),
        // The index of `apk update` would stay; what removes it goes with it.
        fixes(
            "FROM alpine:3.20\nRUN apk update && apk add git\n",
            "FROM alpine:3.20\nRUN apk add --no-cache git\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk update \\\n    && apk add --update curl \\\n    && rm /var/cache/apk/*\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN set -ex && apk update && apk upgrade && apk add -U a && rm -rf /tmp/* /var/cache/apk/*\n",
            "FROM alpine:3.20\nRUN set -ex && apk upgrade --no-cache && apk add --no-cache a && rm -rf /tmp/*\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk update\nRUN apk add curl\nRUN apk add git\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\nRUN apk add --no-cache git\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk update\nRUN apk upgrade --available\nRUN apk add curl\n",
            "FROM alpine:3.20\nRUN apk upgrade --no-cache --available\nRUN apk add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk add a && apk add b && rm -rf /var/cache/apk/*\n",
            "FROM alpine:3.20\nRUN apk add --no-cache a && apk add --no-cache b\n",
        )
        .that_says("`rm -rf /var/cache/apk/*` goes, which has nothing left to remove"),
        // Who knows whether it calls apk by itself?
        fixes(
            "FROM php:8.3-alpine\nRUN apk update && apk add git && install-things zip && rm -rf /var/cache/apk/* /tmp/*\n",
            "FROM php:8.3-alpine\nRUN apk add --no-cache git && install-things zip && rm -rf /var/cache/apk/* /tmp/*\n",
        )
        .that_says("the clean-up stays: `install-things` may fill the folder"),
        // What removes packages is told to fetch an index, too.
        fixes(
            "FROM alpine:3.3\nRUN apk add --update curl && apk del --update curl && rm -rf /var/cache/apk/*\n",
            "FROM alpine:3.3\nRUN apk add --no-cache curl && apk del --update curl && rm -rf /var/cache/apk/*\n",
        ),
        fixes(
            "FROM php:8.3-alpine\nRUN apk add git && rm -rf /var/cache/apk/* && install-things zip\n",
            "FROM php:8.3-alpine\nRUN apk add --no-cache git && install-things zip\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk add --update --no-cache curl\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk update; apk add curl; apk del curl; rm -rf /var/cache/apk\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl; apk del curl; rm -rf /var/cache/apk\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN sh -c \"apk update && apk add curl\" && echo\n",
            "FROM alpine:3.20\nRUN sh -c \"apk add --no-cache curl\" && echo\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN <<EOF\napk update\napk add curl\nEOF\n",
            "FROM alpine:3.20\nRUN <<EOF\napk add --no-cache curl\nEOF\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk -Uuv add curl && rm /var/cache/apk/*\n",
            "FROM alpine:3.20\nRUN apk -uv add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nARG F=\"-q --no-cache\"\nRUN apk update && apk add ${F} curl\n",
            "FROM alpine:3.20\nARG F=\"-q --no-cache\"\nRUN apk add ${F} curl\n",
        ),
        // Nothing is there for the pattern then; where `apk update` fills the folder, something is.
        reports(
            "FROM alpine:3.20\nRUN apk add curl\nRUN rm /var/cache/apk/*\n",
            "`rm /var/cache/apk/*` would fail",
        ),
        leaves("FROM alpine:3.20\nRUN apk update && apk add --no-cache curl\nRUN rm /var/cache/apk/*\n")
            .that_says("`rm /var/cache/apk/*` would fail"),
        leaves("FROM alpine:3.20\nRUN apk update && apk add --no-cache curl && apk search git\n")
            .that_says("what `apk search` finds"),
        leaves("FROM alpine:3.20\nRUN apk update || true; apk add --no-cache curl\n"),
        leaves("FROM alpine:3.20\nRUN apk update && cp -r /var/cache/apk /srv && apk add --no-cache curl\n"),
        leaves("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk update && apk add curl\n"),
        leaves("FROM alpine:3.20\nRUN for i in 1 2 3; do apk update && break; done; apk add --no-cache x\n"),
        leaves("FROM alpine:3.20\nRUN timeout 30 apk update && apk add --no-cache y\n"),
        // Up to Alpine 3.8 what is not read finds no index.
        leaves("FROM alpine:3.6\nRUN apk update && apk add --no-cache curl\nRUN curl http://x | sh\n")
            .that_says("installs by the index that is there"),
        leaves("FROM alpine:3.6\nCOPY t.sh /\nRUN apk add --update curl\nRUN sh /t.sh\n")
            .that_says("installs by the index that is there"),
        leaves("FROM alpine:3.6\nRUN apk update && apk add --no-cache curl\nENTRYPOINT [\"/s.sh\"]\n")
            .that_says("installs by the index that is there"),
        // Debian's images have no apk.
        leaves("FROM nginx:1.27\nRUN apk update && apk add bash\n"),
        // apk knows the option since Alpine 3.3.
        leaves("FROM gliderlabs/alpine:3.2\nRUN apk add curl\n"),
        leaves("FROM mhart/alpine-node:4.1\nRUN apk add --update make\n").that_says("whether apk is of Alpine 3.3"),
        leaves("FROM alpine@sha256:0\nRUN apk add curl\n").that_says("whether apk is of Alpine 3.3"),
        // The file uses it already.
        fixes(
            "FROM acme/foo:1\nRUN apk add curl\nRUN apk add --no-cache git\n",
            "FROM acme/foo:1\nRUN apk add --no-cache curl\nRUN apk add --no-cache git\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let stages = file.stages();
    for stage in stages.filter(|it| !lacks(*it, SystemPackageManager::Apk)) {
        let mut apks = stage.package_commands(PackageManager::Apk).peekable();
        if apks.peek().is_none() {
            continue;
        }
        if stage.apk_knows_no_cache().is_no() {
            continue;
        }
        let (kept, removed) = (OnceCell::new(), OnceCell::new());
        let facts = Facts::of(stage);
        for apk in apks {
            if !apk.command.step().is_run() {
                continue;
            }
            let keeps: Vec<Word<'_>> = apk.command.args().filter(|word| fetches(*word)).collect();
            match apk.subcommand_text() {
                "add" if !stage.settings().is_cache_settled(&apk).is_yes() => {
                    add(&facts, &apk, keeps, &kept, out);
                }
                "update" => update(&facts, &apk, &removed, out),
                _ if !keeps.is_empty() && apk.has_flag("--no-cache") => {
                    both(&facts, &apk, &keeps, out);
                }
                _ => {}
            }
        }
    }
}

/// Whether the word has apk fetch its index and keep it: `-U`, also among other letters.
fn fetches(word: Word<'_>) -> bool {
    let is_option = |it: &str| package_word_is("apk", it, PackageWord::FetchesLists);
    let Some(text) = word.value().filter(|text| text.starts_with('-')) else {
        return false;
    };
    let letters = text.strip_prefix('-').filter(|it| is_cluster(it));
    is_option(text) || letters.is_some_and(|it| it.chars().any(|c| is_option(&format!("-{c}"))))
}

/// Whether these are options of a letter each, none of which is given a value.
fn is_cluster(letters: &str) -> bool {
    let takes_none = |c: char| c.is_ascii_alphabetic() && !"Xpt".contains(c);
    !letters.is_empty() && letters.chars().all(takes_none)
}

/// Takes what fetches an index out of the words.
fn remove_fetching<'m>(edit: &mut Edit<'_>, words: impl IntoIterator<Item = Word<'m>>) {
    let mut whole = Vec::new();
    for word in words {
        let letters = word.value().and_then(|text| text.strip_prefix('-'));
        match letters.filter(|it| it.len() > 1 && is_cluster(it)) {
            Some(letters) => {
                let is_option =
                    |c: &char| package_word_is("apk", &format!("-{c}"), PackageWord::FetchesLists);
                let kept: String = letters.chars().filter(|c| !is_option(c)).collect();
                edit.replace_word(word, &format!("-{kept}"));
            }
            None => whole.push(word),
        }
    }
    edit.remove_words(whole);
}

/// An `apk add` that keeps its index.
fn add<'m>(
    facts: &Facts<'m>,
    apk: &PackageCommand<'m>,
    keeps: Vec<Word<'m>>,
    needs: &OnceCell<Needs>,
    out: &mut Findings<'_>,
) {
    let stage = facts.stage;
    let settled = stage.settings().is_cache_settled(apk);
    let folder = stage.settings().cache_folder(apk);
    let remover = folder.as_ref().and_then(|it| removed_by(apk, it));
    let message = match remover {
        Some(remover) => format!("`apk add` keeps an index, which {remover} removes again"),
        None => format!(
            "`apk add` leaves its index {}",
            layers::where_it_stays(stage, folder.as_ref())
        ),
    };
    out.judge(apk.subcommand(), Safety::Safe, message, |case| {
        let clean_up = clean_up_after_add(facts, apk);
        if let Some(index) = stage.settings().absent_cache(apk) {
            let needs =
                needs.get_or_init(|| Needs::of(stage, &index, &OfTheIndex { of_adds: false }));
            case.takes_away_with(needs, apk.command, &clean_up.commands())?;
        }
        let unread = facts.unread_behind(apk.command);
        case.open(settled.open())
            .open(facts.stage.apk_knows_no_cache().open())
            .open(unread.filter(|_| !keeps.is_empty()))
            .evidence(clean_up.said())
            .declare(Effect::arguments_of(apk.command))
            .declare(clean_up.effects(apk.command.step()))
            .fix(|edit| {
                edit.insert_word_after(apk.subcommand(), "--no-cache");
                remove_fetching(edit, keeps);
                clean_up.remove(None, edit);
            });
        Ok(())
    });
}

/// A command that is told to keep its index, and to keep none: apk before 2.8 keeps it then.
fn both<'m>(
    facts: &Facts<'m>,
    apk: &PackageCommand<'m>,
    keeps: &[Word<'m>],
    out: &mut Findings<'_>,
) {
    let message = format!(
        "`{}` does nothing beside `--no-cache`, or keeps an index (before apk 2.8)",
        keeps[0].shortened()
    );
    out.judge(keeps[0], Safety::Safe, message, |case| {
        let clean_up = clean_up(facts, apk, keeps_none);
        case.evidence("`--no-cache` takes a fresh index")
            .evidence(clean_up.said())
            .declare(Effect::arguments_of(apk.command))
            .declare(clean_up.effects(apk.command.step()))
            .fix(|edit| {
                remove_fetching(edit, keeps.iter().copied());
                clean_up.remove(None, edit);
            });
        Ok(())
    });
}

/// An `apk update`, beside commands that need none.
fn update<'m>(
    facts: &Facts<'m>,
    apk: &PackageCommand<'m>,
    needs: &OnceCell<Needs>,
    out: &mut Findings<'_>,
) {
    let (stage, step) = (facts.stage, apk.command.step());
    let settled = stage.settings().is_cache_settled(apk);
    // Those come first that do not say yet that they keep none; and where none installs, somebody else may.
    if settled.is_yes() || !facts.is_followed_by_free_adds(apk) || is_tried_otherwise(apk.command) {
        return;
    }
    let folder = stage.settings().cache_folder(apk);
    let message = match folder.as_ref().and_then(|it| removed_by(apk, it)) {
        Some(remover) => format!(
            "`apk update` keeps an index, which {remover} removes again and `--no-cache` does without"
        ),
        None => "`apk update` keeps an index that `--no-cache` does without".to_owned(),
    };
    out.judge(apk.subcommand(), Safety::Safe, message, |case| {
        let clean_up = clean_up_after_update(facts, apk);
        // What upgrades in the same RUN takes a fresh index, too; in later ones where this is the only update.
        let beside = facts.of_step(step).filter(|it| it.updates == 1);
        let beside = beside.map_or(&[][..], |it| it.all.as_slice()).iter();
        let is_only = facts.updates == 1;
        let others = facts.upgrades.iter().filter(|_| is_only);
        let others = others.filter(|it| it.command.step() != step);
        let upgrades: Vec<PackageCommand<'m>> = beside
            .filter(|it| upgrades(it))
            .chain(others)
            .copied()
            .filter(|it| it.range().start() > apk.range().start())
            .collect();
        let mut gone = clean_up.commands();
        gone.extend(upgrades.iter().map(|it| it.command));
        if let Some(folder) = &folder {
            let lists = Absence::emptied(folder);
            let needs =
                needs.get_or_init(|| Needs::of(stage, &lists, &OfTheIndex { of_adds: true }));
            case.takes_away_with(needs, apk.command, &gone)?;
        }
        let is_all = step.commands().len() == 1 + clean_up.commands().len()
            && step
                .commands()
                .all(|it| it == apk.command || clean_up.is_whole(it));
        case.open(facts.unread_behind(apk.command))
            .evidence("each later `apk add` takes a fresh index")
            .evidence(clean_up.said())
            .open(settled.open())
            .declare(if is_all {
                let upgrades = upgrades.iter().map(|it| Effect::arguments_of(it.command));
                [Effect::removed(step)]
                    .into_iter()
                    .chain(upgrades)
                    .collect::<Vec<Effect>>()
            } else {
                // Within `sh -c "…"` it is an argument that changes.
                let within = apk.command.outer().map(Effect::arguments_of);
                let upgrades = upgrades.iter().map(|it| Effect::arguments_of(it.command));
                let list = [Effect::commands_of(step)].into_iter().chain(within);
                list.chain(clean_up.effects(step)).chain(upgrades).collect()
            })
            .fix(|edit| {
                for upgrade in &upgrades {
                    edit.insert_word_after(upgrade.subcommand(), "--no-cache");
                    let keeps = upgrade.command.args().filter(|word| fetches(*word));
                    remove_fetching(edit, keeps);
                }
                if is_all {
                    edit.remove_instruction(step);
                    return;
                }
                clean_up.remove(Some(apk.command), edit);
            });
        Ok(())
    });
}

/// Whether it is tried again and again, or for so long and no longer: what installs is not.
fn is_tried_otherwise(command: Command<'_>) -> bool {
    let mut wrappers = command.wrappers();
    command.around().looped || wrappers.any(|it| it.kind != WrapperKind::User)
}

/// Whether it upgrades what is installed, by an index that it keeps.
fn upgrades(apk: &PackageCommand<'_>) -> bool {
    apk.manager == PackageManager::Apk
        && apk.subcommand_is_one_of(&["upgrade"])
        && !apk.has_flag("--no-cache")
}

/// What removes the index, once this `apk add` keeps none, and those beside it that this rule changes as well.
fn clean_up_after_add<'m>(facts: &Facts<'m>, apk: &PackageCommand<'m>) -> CleanUp<'m> {
    let last = facts
        .of_step(apk.command.step())
        .and_then(|it| it.last_of_rule);
    if last != Some(apk.command) {
        return CleanUp::default();
    }
    clean_up(facts, apk, |it| facts.is_of_rule(it) || keeps_none(it))
}

/// What removes it, once this `apk update` is gone.
fn clean_up_after_update<'m>(facts: &Facts<'m>, apk: &PackageCommand<'m>) -> CleanUp<'m> {
    clean_up(facts, apk, |it| {
        it.command == apk.command || upgrades(it) || keeps_none(it)
    })
}

/// What removes it, if none of the step's own commands of apk keeps one then.
fn clean_up<'m>(
    facts: &Facts<'m>,
    apk: &PackageCommand<'m>,
    keeps_none_then: impl Fn(&PackageCommand<'m>) -> bool,
) -> CleanUp<'m> {
    let of_step = facts.of_step(apk.command.step());
    let keeps_one = |it: &OfStep<'m>| !it.all.iter().all(&keeps_none_then);
    match facts.stage.settings().cache_folder(apk) {
        Some(folder) if !of_step.is_none_or(keeps_one) => {
            CleanUp::of(apk, &folder, &|it| keeps_none(it))
        }
        _ => CleanUp::default(),
    }
}

/// The stage's own apk commands of the build, looked through once.
struct Facts<'m> {
    stage: Stage<'m>,
    steps: HashMap<usize, OfStep<'m>>,
    /// How many `apk update` there are.
    updates: usize,
    /// What upgrades by an index that it keeps.
    upgrades: Vec<PackageCommand<'m>>,
    /// Where each `apk add` begins, and whether somebody has said what becomes of its index.
    adds: Vec<(TextSize, bool)>,
    /// How many of them are not settled, from each on.
    unsettled_from: Vec<usize>,
    /// The last command that is not read, and may install by an index that is there.
    last_unread: OnceCell<Option<Command<'m>>>,
}

/// The apk commands of a step.
#[derive(Default)]
struct OfStep<'m> {
    all: Vec<PackageCommand<'m>>,
    updates: usize,
    /// The last `apk add` that this rule changes.
    last_of_rule: Option<Command<'m>>,
}

impl<'m> Facts<'m> {
    fn of(stage: Stage<'m>) -> Self {
        let mut facts = Facts {
            stage,
            steps: HashMap::new(),
            updates: 0,
            upgrades: Vec::new(),
            adds: Vec::new(),
            unsettled_from: Vec::new(),
            last_unread: OnceCell::new(),
        };
        for apk in stage
            .package_commands(PackageManager::Apk)
            .filter(|it| it.command.step().is_run())
        {
            let is_add = apk.subcommand_is_one_of(&["add"]);
            let settled = stage.settings().is_cache_settled(&apk);
            if is_add {
                facts.adds.push((apk.range().start(), settled.is_yes()));
            }
            let is_update = usize::from(apk.subcommand_is_one_of(&["update"]));
            facts.updates += is_update;
            if upgrades(&apk) {
                facts.upgrades.push(apk);
            }
            let of_step = facts.steps.entry(apk.step().index()).or_default();
            of_step.updates += is_update;
            if is_add && settled.is_no() {
                of_step.last_of_rule = Some(apk.command);
            }
            of_step.all.push(apk);
        }
        facts.adds.sort_unstable();
        let unsettled = facts.adds.iter().rev().scan(0, |count, (_, is_settled)| {
            *count += usize::from(!is_settled);
            Some(*count)
        });
        facts.unsettled_from = unsettled.collect();
        facts.unsettled_from.reverse();
        facts
    }

    /// What is open where a later command is not read, which may install by the index of this one: apk finds one by itself since
    /// Alpine 3.9 alone.
    fn unread_behind(&self, apk: Command<'m>) -> Option<OpenCondition> {
        let last = self.last_unread.get_or_init(|| {
            if finds_an_index(self.stage) {
                return None;
            }
            let steps = self.stage.with_descendants().flat_map(Stage::steps);
            let commands = steps.flat_map(Step::commands);
            let unread = commands.filter(|it| may_install(*it, &keeps_none));
            unread.max_by_key(|it| it.range().start())
        });
        let unread = (*last).filter(|it| it.range().start() > apk.range().start())?;
        let name = match unread.name() {
            "" => "a command whose name is a variable".to_owned(),
            name => format!("`{name}`"),
        };
        Some(OpenCondition::new(
            format!("whether {name} installs by the index that is there"),
            "see that it calls `apk add --no-cache`",
        ))
    }

    fn of_step(&self, step: Step<'m>) -> Option<&OfStep<'m>> {
        self.steps.get(&step.index())
    }

    fn is_of_rule(&self, apk: &PackageCommand<'m>) -> bool {
        let settings = self.stage.settings();
        apk.subcommand_is_one_of(&["add"]) && settings.is_cache_settled(apk).is_no()
    }

    /// Whether something is installed after this command, and nothing that keeps an index.
    fn is_followed_by_free_adds(&self, apk: &PackageCommand<'m>) -> bool {
        let next = self
            .adds
            .partition_point(|(start, _)| *start <= apk.range().start());
        self.unsettled_from.get(next) == Some(&0)
    }
}

/// Whether a variable among its words stands for `--no-cache`.
fn says_no_cache_by_a_variable(apk: &PackageCommand<'_>) -> bool {
    let Some(stage) = apk.command.stage() else {
        return false;
    };
    apk.command
        .args()
        .filter(|word| !word.is_known())
        .filter_map(|word| stage.expand_text(word, apk))
        .any(|text| text.split_whitespace().any(|it| it == "--no-cache"))
}

fn keeps_none(apk: &PackageCommand<'_>) -> bool {
    let is_without = package_word_is("apk", apk.subcommand_text(), PackageWord::WithoutLists);
    apk.has_flag("--no-cache") || (is_without && !apk.command.args().any(fetches))
}

/// What apk's own commands do with its index.
struct OfTheIndex {
    /// Whether what installs by an index that is there counts, too.
    of_adds: bool,
}

impl Users for OfTheIndex {
    fn fills(&self, command: Command<'_>) -> bool {
        PackageCommand::of(command).is_some_and(|apk| {
            apk.manager == PackageManager::Apk
                && apk.subcommand_is_one_of(&["update"])
                && !apk.has_flag("--no-cache")
        })
    }

    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let apk = PackageCommand::of(command).filter(|it| it.manager == PackageManager::Apk)?;
        let asks = apk.subcommand_is_one_of(&["fetch", "list", "policy", "search", "version"]);
        let installs = self.of_adds
            && !keeps_none(&apk)
            && !apk.subcommand_is_one_of(&["update"])
            && !apk.subcommand_text().is_empty();
        let is_own = apk.has_flag("--no-cache")
            || apk.has_flag("--installed")
            || apk.has_flag("-I")
            || (installs && says_no_cache_by_a_variable(&apk));
        ((asks || installs) && !is_own).then(|| {
            Need::Perhaps(OpenCondition::new(
                format!(
                    "what `apk {}` finds without the index",
                    apk.subcommand_text()
                ),
                if asks {
                    "call `apk update` before it in its `RUN`"
                } else {
                    "give it `--no-cache`"
                },
            ))
        })
    }
}
