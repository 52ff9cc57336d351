//! The one place where facts are kept: each is worked out on the first question.

use std::any::{Any, TypeId};
use std::cell::RefCell;

use elsa::FrozenVec;

/// For how many facts there is room at first.
const FEW: usize = 16;

/// Facts of a file, a stage or a step, one of each type. There are few: they stand in a list.
#[derive(Default)]
pub(crate) struct Cache {
    facts: FrozenVec<Box<dyn Any>>,
    /// The type of each of them, in the same order: what is looked through.
    types: RefCell<Vec<TypeId>>,
}

impl Cache {
    /// The fact of this type; the first question works it out. It may ask for other facts meanwhile, not
    /// for itself.
    pub(crate) fn get_or_init<T: 'static>(&self, work_out: impl FnOnce() -> T) -> &T {
        let of = TypeId::of::<T>();
        let known = self.types.borrow().iter().position(|it| *it == of);
        let fact = match known.and_then(|at| self.facts.get(at)) {
            Some(fact) => fact,
            None => self.push(of, Box::new(work_out())),
        };
        fact.downcast_ref().expect("facts are kept by their type")
    }

    fn push(&self, of: TypeId, fact: Box<dyn Any>) -> &dyn Any {
        let mut types = self.types.borrow_mut();
        if types.is_empty() {
            types.reserve(FEW);
        }
        types.push(of);
        drop(types);
        self.facts.push_get(fact)
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
