//! The names of time zones, and which of them a distribution's own package has.

use super::table::{Table, table};

const ZONES: Table = table!("time-zones.tsv");

/// Whether `tzdata` itself still has a zone of this name from Debian 13 and Ubuntu 23.10 on, which moved older names to
/// `tzdata-legacy`: `Europe/Paris`, but not `US/Pacific`.
pub fn is_zone_of_today(name: &str) -> bool {
    ZONES.has(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_names_are_told_apart() {
        for name in [
            "Europe/Paris",
            "UTC",
            "Etc/GMT+3",
            "America/Argentina/Buenos_Aires",
        ] {
            assert!(is_zone_of_today(name), "{name}");
        }
        for name in ["US/Pacific", "Asia/Calcutta", "Singapore", "PRC"] {
            assert!(!is_zone_of_today(name), "{name}");
        }
    }
}
