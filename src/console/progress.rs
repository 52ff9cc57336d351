//! How far a long run is, on standard error, for whoever waits before a terminal.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run that is shorter shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is drawn in a second.
const HERTZ: u8 = 5;

/// How far a run is.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When it began, as long as nothing is drawn.
    waiting: Option<Instant>,
}

impl Progress {
    /// Shows nothing.
    pub(crate) fn none() -> Self {
        Progress {
            bar: ProgressBar::hidden(),
            waiting: None,
        }
    }

    /// Of so many files, where somebody waits: standard error is a terminal, and nothing else runs down on it.
    pub(crate) fn of(files: usize, prints_each: bool) -> Self {
        let is_free = !(prints_each && io::stdout().is_terminal());
        if !(is_free && io::stderr().is_terminal()) {
            return Progress::none();
        }
        let style = ProgressStyle::with_template("{pos} of {len} Dockerfiles {wide_bar} {eta}");
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::hidden());
        Progress {
            bar: style.map_or(bar.clone(), |style| bar.with_style(style)),
            waiting: Some(Instant::now()),
        }
    }

    /// One more file is done.
    pub(crate) fn step(&mut self) {
        self.bar.inc(1);
        if self.waiting.is_some_and(|since| since.elapsed() > PATIENCE) {
            self.waiting = None;
            self.bar
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(HERTZ));
        }
    }

    /// Writes something to standard error without mixing the two.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes it away: all files are done.
    pub(crate) fn end(&mut self) {
        self.bar.finish_and_clear();
        *self = Progress::none();
    }
}
