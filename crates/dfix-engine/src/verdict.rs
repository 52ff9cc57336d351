//! A rule's verdict on one place: told and left to a person, or fixed, with all that speaks for it.
//!
//! `out.judge(place, safety, message, |case| …)` reads as the argument for a fix does. What speaks against it ends the
//! closure with `Err(remedy!("…"))`: the finding is told and left to a person. What could not be established is
//! [`Case::open`], what was is [`Case::evidence`]; the change itself is [`Case::fix`].

use rustc_hash::FxHashSet;

use dfix_model::{Command, Need, Needs, OpenCondition};

use crate::edit::Edit;
use crate::fix::{Effect, Fix, Safety};
use crate::rule_option::{RuleSettings, Setting};
use crate::text_edit::EditContext;

/// Why dfix does not change something by itself, and what a person could do: a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy(String);

impl Remedy {
    /// The sentence.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl<S: Into<String>> From<S> for Remedy {
    fn from(text: S) -> Self {
        Remedy(text.into())
    }
}

impl std::fmt::Display for Remedy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A [`Remedy`] written like `format!`: `Err(remedy!("port {port}: a port below 1024 may need root"))`.
#[macro_export]
macro_rules! remedy {
    ($($sentence:tt)*) => {
        $crate::Remedy::from(::std::format!($($sentence)*))
    };
}

/// One thing or several of them: a sentence, an `Option` of one, a list. `Count` is found by the compiler and never said.
pub trait OneOrMany<T, Count> {
    /// All of them, in order.
    fn each(self, take: impl FnMut(T));
}

/// The `Count` of one thing.
pub enum One {}

/// The `Count` of a list.
pub enum Many {}

impl<T, I: Into<T>> OneOrMany<T, One> for I {
    fn each(self, mut take: impl FnMut(T)) {
        take(self.into());
    }
}

impl<T, I: IntoIterator> OneOrMany<T, Many> for I
where
    I::Item: Into<T>,
{
    fn each(self, take: impl FnMut(T)) {
        self.into_iter().map(Into::into).for_each(take);
    }
}

/// The case of one finding: what speaks for the fix, what is open, and the change.
pub struct Case<'c> {
    rule: &'static str,
    context: &'c EditContext<'c>,
    settings: Option<&'c RuleSettings>,
    fix: Fix,
    edit: Edit<'c>,
    /// The open conditions, to tell which were said.
    open: FxHashSet<OpenCondition>,
    is_said: bool,
}

impl<'c> Case<'c> {
    pub(crate) fn new(
        rule: &'static str,
        context: &'c EditContext<'c>,
        settings: Option<&'c RuleSettings>,
        safety: Safety,
    ) -> Self {
        Case {
            rule,
            context,
            settings,
            fix: Fix {
                safety,
                effects: Vec::new(),
                evidence: Vec::new(),
                unproven: Vec::new(),
                edits: Vec::new(),
            },
            edit: Edit::new(context),
            open: FxHashSet::default(),
            is_said: false,
        }
    }

    /// What the configuration says for this rule under `key`.
    pub fn option(&self, key: &str) -> Option<&'c Setting> {
        self.settings?.options.get(key)
    }

    /// Declares what the fix changes: one effect or several.
    pub fn declare<Count>(&mut self, effects: impl OneOrMany<Effect, Count>) -> &mut Self {
        effects.each(|effect| self.fix.effects.push(effect));
        self
    }

    /// Short sentences that say what was established: one or several.
    pub fn evidence<Count>(&mut self, sentences: impl OneOrMany<String, Count>) -> &mut Self {
        sentences.each(|sentence| {
            if !self.fix.evidence.contains(&sentence) {
                self.fix.evidence.push(sentence);
            }
        });
        self
    }

    /// What could not be established: one condition, an `Option` of one, or several. Any makes the fix unsafe.
    pub fn open<Count>(&mut self, conditions: impl OneOrMany<OpenCondition, Count>) -> &mut Self {
        conditions.each(|condition| {
            if self.open.insert(condition.clone()) {
                self.fix.unproven.push(condition);
            }
        });
        self
    }

    /// Whether something could not be established so far.
    pub fn is_open(&self) -> bool {
        !self.fix.unproven.is_empty()
    }

    /// Declares what the fix takes away, or no longer leaves behind, after a command: whoever needs it later ends the case, and
    /// who may need it is an open condition.
    ///
    /// # Errors
    /// What fails without it.
    pub fn takes_away(&mut self, needs: &Needs, after: Command<'_>) -> Result<&mut Self, Remedy> {
        self.takes_away_with(needs, after, &[])
    }

    /// As [`Case::takes_away`], where the fix takes these commands away, too, or has them need nothing.
    ///
    /// # Errors
    /// What fails without it.
    pub fn takes_away_with(
        &mut self,
        needs: &Needs,
        after: Command<'_>,
        gone: &[Command<'_>],
    ) -> Result<&mut Self, Remedy> {
        for need in needs.after_without(after, gone) {
            match need {
                Need::Somebody {
                    what,
                    way_out,
                    elsewhere,
                    ..
                } => {
                    let of = elsewhere.map_or_else(String::new, |file| {
                        format!(" in `{file}`, which is based on this image,")
                    });
                    return Err(remedy!(
                        "`{what}`{of} would fail, for it needs what would not be there any more: {way_out}"
                    ));
                }
                Need::Perhaps(condition) => {
                    self.open(condition);
                }
            }
        }
        self.evidence(
            needs.content_elsewhere().map(|file| {
                format!("`{file}`, which is based on this image, does without what goes")
            }),
        );
        Ok(self)
    }

    /// Says the change. A second call says more of the same change.
    pub fn fix(&mut self, change: impl FnOnce(&mut Edit<'c>)) -> &mut Self {
        self.context.editing(self.rule, || change(&mut self.edit));
        self.is_said = true;
        self
    }

    /// The fix, or why there is none; `None` where nobody said one.
    pub(crate) fn close(self) -> Option<Result<Fix, Remedy>> {
        let finish = |edit: Edit<'_>| self.context.editing(self.rule, || edit.finish());
        self.is_said.then(|| match finish(self.edit) {
            Ok(edits) => {
                let mut fix = Fix { edits, ..self.fix };
                fix.settle_safety();
                Ok(fix)
            }
            Err(reason) => Err(Remedy(format!("change it by hand: {reason}"))),
        })
    }
}
