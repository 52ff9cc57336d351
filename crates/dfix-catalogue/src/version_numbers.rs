//! A version as numbers.

/// The numbers that a version begins with, the most important first: 3, 20 and 1 of `3.20.1`, 0 and 9 of `0.9.x-2`; none of `edge`.
pub fn version_numbers(text: &str) -> Vec<u32> {
    let first = text.split(['-', '_']).next().unwrap_or(text);
    let numbers = first.split('.');
    numbers.map_while(|it| it.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::version_numbers;

    #[test]
    fn numbers_end_where_something_else_stands() {
        assert_eq!(version_numbers("3.20.1"), [3, 20, 1]);
        assert_eq!(version_numbers("3.9-alpine3.12"), [3, 9]);
        assert_eq!(version_numbers("0.9.x-2"), [0, 9]);
        assert_eq!(version_numbers("15_rc1"), [15]);
        assert!(version_numbers("edge").is_empty());
        assert!(version_numbers("").is_empty());
    }
}
