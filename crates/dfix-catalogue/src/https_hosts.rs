//! Hosts that serve by https what they serve by http.

use super::table::{Table, table};

const HOSTS: Table = table!("https-hosts.tsv");

/// Whether the host, or a domain that it is of, is known to serve by https all that it serves by http.
pub fn serves_https(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    std::iter::successors(Some(host.as_str()), |it| it.split_once('.').map(|it| it.1))
        .any(|it| HOSTS.has(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_what_is_of_its_domain() {
        assert!(serves_https("github.com"));
        assert!(serves_https("raw.githubusercontent.com"));
        assert!(!serves_https("example.com"));
        assert!(!serves_https("com"));
        assert!(serves_https("dl.google.com"));
        for row in HOSTS.all() {
            let domain = row.key().split_once('.').map(|it| it.1);
            assert!(
                !domain.is_some_and(serves_https),
                "{} is told already",
                row.line()
            );
        }
    }
}
