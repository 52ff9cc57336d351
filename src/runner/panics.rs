//! Panics are caught, and told with the file that they are about.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CATCHING: Cell<bool> = const { Cell::new(false) };
    static CAUGHT_AT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the report of a panic that will be caught for the message about its file.
pub(super) fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_CATCHING.get() {
                let place = info.location().map(ToString::to_string);
                CAUGHT_AT.set(place.unwrap_or_default());
            } else {
                before(info);
            }
        }));
    });
}

/// What `work` gives, or the message and place of its panic.
pub(super) fn catching<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    IS_CATCHING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CATCHING.set(false);
    result.map_err(|panic| format!("{} ({})", message_of(&*panic), CAUGHT_AT.take()))
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::catching;

    #[test]
    fn a_panic_is_caught_and_says_where() {
        super::quiet_panics();
        let message = catching(|| panic!("no {}", "way")).unwrap_err();
        assert!(
            message.starts_with("no way (src/runner/panics.rs:"),
            "{message}"
        );
        assert_eq!(catching(|| 1), Ok(1));
    }
}
