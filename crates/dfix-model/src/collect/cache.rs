//! The one place where facts are kept: each is worked out on the first question.

use std::any::Any;
use std::cell::OnceCell;

/// Facts of a file, a stage or a step, one of each type. There are few: they stand in a list.
#[derive(Default)]
pub(crate) struct Cache(OnceCell<Box<Kept>>);

struct Kept {
    fact: Box<dyn Any>,
    next: Cache,
}

impl Cache {
    /// The fact of this type; the first question works it out. It may ask for other facts meanwhile, not
    /// for itself.
    pub(crate) fn get_or_init<T: 'static>(&self, work_out: impl FnOnce() -> T) -> &T {
        if let Some(fact) = self.facts().find_map(|fact| fact.downcast_ref()) {
            return fact;
        }
        let fact: Box<dyn Any> = Box::new(work_out());
        // What was asked for meanwhile stands at the end of the list by now.
        let mut last = self;
        while let Some(kept) = last.0.get() {
            last = &kept.next;
        }
        let kept = last.0.get_or_init(|| {
            Box::new(Kept {
                fact,
                next: Cache::default(),
            })
        });
        kept.fact
            .downcast_ref()
            .expect("it was put there a line above")
    }

    fn facts(&self) -> impl Iterator<Item = &dyn Any> {
        std::iter::successors(self.0.get(), |kept| kept.next.0.get()).map(|kept| &*kept.fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fact_is_worked_out_once_and_may_ask_for_others() {
        let cache = Cache::default();
        let length = || *cache.get_or_init(|| 3_usize);
        let name = || cache.get_or_init(|| "x".repeat(length()));
        assert_eq!(name(), "xxx");
        assert_eq!(*cache.get_or_init(|| 4_usize), 3);
        assert!(std::ptr::eq(name(), name()));
    }
}
