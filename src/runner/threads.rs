//! Work on many things at once, with what comes of each handed on in order.

use std::sync::mpsc::sync_channel;
use std::thread;

use rayon::prelude::*;

use super::STACK_BYTES;

/// How many things are worked on before what came of them is handed on: few at first, so that something is seen soon.
const FIRST: usize = 32;
const MOST: usize = 512;

/// The threads of a run; none but the caller's own where there is little to do, or the machine gives no others.
pub(crate) struct Threads(Option<rayon::ThreadPool>);

impl Threads {
    /// As many threads as that.
    pub(crate) fn new(jobs: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .stack_size(STACK_BYTES);
        Threads((jobs > 1).then(|| pool.build().ok()).flatten())
    }

    /// Does the work for each; what comes of them, in order.
    pub(crate) fn each<T: Send, R: Send>(
        &self,
        all: Vec<T>,
        work: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        match &self.0 {
            Some(pool) => pool.install(|| all.into_par_iter().map(work).collect()),
            None => all.into_iter().map(work).collect(),
        }
    }

    /// Does the work for each, and hands on what comes of them, in order and as it comes: no more of it is kept than a few
    /// hundred. Ends early, with its error, where `take` fails.
    pub(crate) fn stream<T: Send, R: Send, E>(
        &self,
        all: Vec<T>,
        work: impl Fn(T) -> R + Sync + Send,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.0.is_none() {
            return all.into_iter().map(work).try_for_each(take);
        }
        thread::scope(|scope| {
            // While one part is handed on, the next one is worked on.
            let (send, receive) = sync_channel(1);
            scope.spawn(move || {
                let mut all = all.into_iter();
                let mut size = FIRST;
                loop {
                    let part: Vec<T> = all.by_ref().take(size).collect();
                    if part.is_empty() || send.send(self.each(part, &work)).is_err() {
                        break;
                    }
                    size = (size * 2).min(MOST);
                }
            });
            for part in receive {
                part.into_iter().try_for_each(&mut take)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Threads;

    #[test]
    fn what_comes_of_things_is_handed_on_in_order() {
        for jobs in [1, 3] {
            let threads = Threads::new(jobs);
            let mut seen = Vec::new();
            let done = threads.stream(
                (0..5000).collect(),
                |it: u32| it * 2,
                |it| {
                    seen.push(it);
                    Ok::<(), ()>(())
                },
            );
            assert_eq!(done, Ok(()));
            assert_eq!(seen, (0..5000).map(|it| it * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        for jobs in [1, 3] {
            let mut count = 0;
            let done = Threads::new(jobs).stream(
                (0..100_000).collect(),
                |it: u32| it,
                |it| {
                    count += 1;
                    if it == 40 { Err("full") } else { Ok(()) }
                },
            );
            assert_eq!(done, Err("full"));
            assert_eq!(count, 41);
        }
    }
}
