//! A text with everything that the rules say of it.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use dfix_model::Model;
use dfix_model::context::Context;
use dfix_syntax::{Parse, SyntaxNode};

use crate::codemod::Checker;
use crate::findings::Findings;
use crate::ignore::Ignores;
use crate::level;
use crate::options::Options;
use crate::outcome::Finding;
use crate::proof::Snapshot;
use crate::text_edit::EditContext;
use crate::watch::Part;

/// A text, its tree and its findings.
pub(crate) struct Analysis {
    pub(crate) text: Arc<str>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) ignores: Ignores,
    pub(crate) panics: Vec<Panic>,
    root: SyntaxNode,
    snapshot: OnceCell<Snapshot>,
}

/// A rule that panicked.
pub(crate) struct Panic {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl Analysis {
    pub(crate) fn new(
        text: Arc<str>,
        parsed: &Parse,
        context: &dyn Context,
        checkers: &[Checker<'_>],
        options: &Options<'_>,
    ) -> Self {
        let watched = options.watched;
        watched.enter(Part::Model);
        let root = parsed.syntax();
        let ignores = Ignores::of(&text, &root);
        let mut found = Vec::new();
        let mut panics = Vec::new();
        let model = Model::new(&parsed.file(), &text, context);
        let edit_context = EditContext::new(&text, &root).watched_by(watched);
        let generated = OnceCell::new();
        let withhold = options.withhold;
        for checker in checkers {
            let id = checker.id();
            let settings = options.settings.get(id);
            watched.enter(Part::Rule(id));
            let looked = catch_unwind(AssertUnwindSafe(|| {
                let mut findings = Findings::new(id, &edit_context, settings);
                checker.check(&model, &mut findings);
                findings.into_vec()
            }));
            match looked {
                Ok(findings) => {
                    for mut finding in findings {
                        if ignores.covers(&finding, *checker) {
                            continue;
                        }
                        // Places that belong together are changed together or not at all.
                        if finding
                            .fix
                            .as_ref()
                            .is_some_and(|fix| ignores.forbid(fix, *checker))
                        {
                            finding.fix = None;
                            finding.remedy = Some(
                                "it goes together with an instruction whose comment ignores this rule: change both by \
                                 hand, or take the comment away"
                                    .to_owned(),
                            );
                        }
                        if let Some(fix) = &mut finding.fix {
                            let generated = generated.get_or_init(|| model.generated());
                            fix.unproven.extend(generated.clone());
                            fix.settle_safety();
                            level::lower(fix, settings);
                        }
                        level::leave_to_people(&mut finding, settings);
                        if finding.fix.is_some()
                            && let Some(why) = withhold.and_then(|it| it.why_not(&model, &finding))
                        {
                            finding.fix = None;
                            finding.remedy = Some(why);
                        }
                        found.push(finding);
                    }
                }
                Err(cause) => panics.push(Panic {
                    rule: id,
                    message: said(cause.as_ref()),
                }),
            }
        }
        watched.enter(Part::Loop);
        drop((model, edit_context));
        Analysis {
            text,
            findings: found,
            ignores,
            panics,
            root,
            snapshot: OnceCell::new(),
        }
    }

    /// Takes what was worked out already.
    pub(crate) fn know(&mut self, snapshot: Snapshot) {
        self.snapshot = OnceCell::from(snapshot);
    }

    /// What the proofs ask of the tree; worked out when a fix is first tried.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.snapshot
            .get_or_init(|| Snapshot::new(&self.text, &self.root))
    }
}

fn said(cause: &(dyn std::any::Any + Send)) -> String {
    cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it did not say why".to_owned())
}
