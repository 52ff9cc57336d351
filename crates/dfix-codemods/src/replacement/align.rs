//! Which word of the pattern a word of the replacement takes the place of.

/// What becomes of words, by their numbers in the pattern and in the replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Kept(usize, usize),
    Replaced(usize, usize),
    Removed(usize),
    Added(usize),
}

/// Aligns two lists: equal things are kept, what stands between them is replaced one by one where it `may` be.
pub(crate) fn align<T>(
    old: &[T],
    new: &[T],
    is_equal: impl Fn(&T, &T) -> bool,
    may_replace: impl Fn(&T, &T) -> bool,
) -> Vec<Fate> {
    // The longest common subsequence, by its length from each pair of places on.
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if is_equal(&old[i], &new[j]) {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let mut fates = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    while i < old.len() && j < new.len() {
        if is_equal(&old[i], &new[j]) {
            between(&mut gone, &mut come, old, new, &may_replace, &mut fates);
            fates.push(Fate::Kept(i, j));
            i += 1;
            j += 1;
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            gone.push(i);
            i += 1;
        } else {
            come.push(j);
            j += 1;
        }
    }
    gone.extend(i..old.len());
    come.extend(j..new.len());
    between(&mut gone, &mut come, old, new, &may_replace, &mut fates);
    fates
}

fn between<T>(
    gone: &mut Vec<usize>,
    come: &mut Vec<usize>,
    old: &[T],
    new: &[T],
    may_replace: &impl Fn(&T, &T) -> bool,
    fates: &mut Vec<Fate>,
) {
    let mut come = std::mem::take(come).into_iter().peekable();
    for i in gone.drain(..) {
        match come.next_if(|j| may_replace(&old[i], &new[*j])) {
            Some(j) => fates.push(Fate::Replaced(i, j)),
            None => fates.push(Fate::Removed(i)),
        }
    }
    fates.extend(come.map(Fate::Added));
}

#[cfg(test)]
mod tests {
    use super::{Fate, align};

    #[test]
    fn lists_are_aligned() {
        let of = |old: &str, new: &str| {
            let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
            align(&old, &new, |a, b| a == b, |_, _| true)
        };
        assert_eq!(
            of("abc", "axc"),
            [Fate::Kept(0, 0), Fate::Replaced(1, 1), Fate::Kept(2, 2)]
        );
        assert_eq!(of("ab", "b"), [Fate::Removed(0), Fate::Kept(1, 1 - 1)]);
        assert_eq!(of("b", "ab"), [Fate::Added(0), Fate::Kept(0, 1)]);
        assert_eq!(of("", "a"), [Fate::Added(0)]);
    }
}
