//! Lines of the file, for people.

/// `line 3`, `lines 3 and 5`, `lines 3, 5 and 8`.
pub fn lines(mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let texts: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match texts.split_last() {
        None => String::new(),
        Some((one, [])) => format!("line {one}"),
        Some((last, rest)) => format!("lines {} and {last}", rest.join(", ")),
    }
}
