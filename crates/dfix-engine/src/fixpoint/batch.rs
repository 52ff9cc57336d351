//! Which fixes go together into one round: none touches another, and no two decide the same thing.

use rustc_hash::FxHashSet;

use crate::fix::{Effect, Fix};
use crate::outcome::Finding;
use crate::splice::RangeSet;

/// Of these fixes as many as may be applied at once. The first of two that clash is taken.
pub(super) fn compatible<'f>(wanted: Vec<(&'f Finding, &'f Fix)>) -> Vec<&'f Finding> {
    let mut batch = Vec::new();
    let mut edited = RangeSet::default();
    let mut claims = Claims::default();
    for (finding, fix) in wanted {
        if fix.edits.iter().any(|edit| edited.touch(edit.range)) || claims.clash_with(fix) {
            continue;
        }
        for edit in &fix.edits {
            edited.add(edit.range);
        }
        claims.add(fix);
        batch.push(finding);
    }
    batch
}

/// What only one fix of a round may decide.
#[derive(PartialEq, Eq, Hash)]
enum Claim<'f> {
    BaseImage(usize),
    User(usize),
    GlobalArg(&'f str),
    Variable(usize, &'f str),
}

fn claims_of(fix: &Fix) -> impl Iterator<Item = Claim<'_>> {
    fix.effects.iter().flat_map(|effect| match effect {
        Effect::BaseImage { stage } => vec![Claim::BaseImage(*stage)],
        Effect::User { stage } => vec![Claim::User(*stage)],
        Effect::GlobalArg { name } => vec![Claim::GlobalArg(name)],
        Effect::Environment { stage, keys } => keys
            .iter()
            .map(|key| Claim::Variable(*stage, key))
            .collect(),
        _ => Vec::new(),
    })
}

/// What the fixes of a batch decide although they touch different bytes.
#[derive(Default)]
struct Claims<'f> {
    exclusive: FxHashSet<Claim<'f>>,
    /// Places of [`Effect::Removed`].
    removed: RangeSet,
    /// Places of [`Effect::Changed`], [`Effect::Commands`] and [`Effect::Arguments`].
    changed: RangeSet,
    /// Where fixes edit that declare the same build. In an instruction that another one changes it could not be proved.
    same: RangeSet,
}

impl<'f> Claims<'f> {
    fn clash_with(&self, fix: &Fix) -> bool {
        let meets = |effect: &Effect| match effect {
            Effect::Removed { instruction: range } => {
                self.removed.touch(*range) || self.changed.touch(*range) || self.same.touch(*range)
            }
            Effect::Changed { instruction: range }
            | Effect::Commands { instruction: range }
            | Effect::Arguments { command: range } => {
                self.removed.touch(*range) || self.same.touch(*range)
            }
            Effect::Layout | Effect::Equivalent => {
                let mut places = fix.edits.iter().map(|edit| edit.range);
                places.any(|it| self.removed.touch(it) || self.changed.touch(it))
            }
            _ => false,
        };
        claims_of(fix).any(|claim| self.exclusive.contains(&claim)) || fix.effects.iter().any(meets)
    }

    fn add(&mut self, fix: &'f Fix) {
        self.exclusive.extend(claims_of(fix));
        for effect in &fix.effects {
            match effect {
                Effect::Removed { instruction } => self.removed.add(*instruction),
                Effect::Changed { instruction: range }
                | Effect::Commands { instruction: range }
                | Effect::Arguments { command: range } => {
                    self.changed.add(*range);
                }
                Effect::Layout | Effect::Equivalent => {
                    for edit in &fix.edits {
                        self.same.add(edit.range);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dfix_syntax::TextRange;

    use super::compatible;
    use crate::fix::{Effect, Fix, Safety, TextEdit};
    use crate::outcome::Finding;

    fn finding(at: u32, effect: Effect) -> Finding {
        let range = TextRange::at(at.into(), 1.into());
        Finding {
            rule: "test",
            range,
            origin: range,
            message: String::new(),
            remedy: None,
            fix: Some(Fix {
                safety: Safety::Safe,
                effects: vec![effect],
                evidence: Vec::new(),
                unproven: Vec::new(),
                edits: vec![TextEdit {
                    range,
                    text: String::new(),
                }],
            }),
        }
    }

    fn together(a: Effect, b: Effect) -> bool {
        let both = [finding(0, a), finding(50, b)];
        let wanted = both
            .iter()
            .map(|f| (f, f.fix.as_ref().expect("it has one")));
        compatible(wanted.collect()).len() == 2
    }

    #[test]
    fn two_fixes_do_not_decide_the_same_thing_in_one_round() {
        let range = |start: u32| TextRange::at(start.into(), 9.into());
        let removed = |start| Effect::removed(range(start));
        let changed = |start| Effect::changed(range(start));
        let user = |stage| Effect::User { stage };
        assert!(!together(user(0), user(0)));
        assert!(together(user(0), user(1)));
        assert!(!together(
            Effect::environment(0, ["A", "B"]),
            Effect::environment(0, ["B"])
        ));
        assert!(together(
            Effect::environment(0, ["A"]),
            Effect::environment(0, ["B"])
        ));
        assert!(!together(removed(3), changed(10)));
        assert!(!together(changed(10), removed(3)));
        assert!(!together(removed(3), removed(3)));
        assert!(!together(Effect::arguments_of(range(3)), removed(3)));
        assert!(together(changed(3), changed(3)));
        assert!(together(removed(3), removed(30)));
        assert!(together(Effect::Layout, Effect::Layout));
        assert!(together(Effect::Layout, changed(3)));
        for same in [Effect::Layout, Effect::Equivalent] {
            let around = [Effect::changed(range(45)), Effect::removed(range(45))];
            for other in around {
                assert!(!together(other.clone(), same.clone()), "{other:?}");
            }
            assert!(!together(
                same.clone(),
                Effect::changed(TextRange::up_to(9.into()))
            ));
        }
    }
}
