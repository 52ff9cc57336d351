//! The one place where facts are kept: each is worked out on the first question.

use std::any::{Any, TypeId};
use std::cell::OnceCell;

/// Facts of a file, a stage or a step, one of each type. There are few: they stand in a list.
#[derive(Default)]
pub(crate) struct Cache(OnceCell<Box<Kept>>);

struct Kept {
    /// The fact's type, which is compared without a look at the fact.
    of: TypeId,
    fact: Box<dyn Any>,
    next: Cache,
}

impl Cache {
    /// The fact of this type; the first question works it out. It may ask for other facts meanwhile, not
    /// for itself.
    pub(crate) fn get_or_init<T: 'static>(&self, work_out: impl FnOnce() -> T) -> &T {
        let of = TypeId::of::<T>();
        let mut last = self;
        let kept = loop {
            match last.0.get() {
                Some(kept) if kept.of == of => break &**kept,
                Some(kept) => last = &kept.next,
                None => break last.push(of, Box::new(work_out())),
            }
        };
        kept.fact
            .downcast_ref()
            .expect("facts are kept by their type")
    }

    /// Puts a fact at the end of the list, where by now also stands what was asked for while it was worked out.
    fn push(&self, of: TypeId, fact: Box<dyn Any>) -> &Kept {
        let mut last = self;
        while let Some(kept) = last.0.get() {
            last = &kept.next;
        }
        last.0.get_or_init(|| {
            let next = Cache::default();
            Box::new(Kept { of, fact, next })
        })
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
