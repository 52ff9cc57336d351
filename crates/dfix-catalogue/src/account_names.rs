//! Names of users and groups, and what they are for.

use super::table::{Table, table};

const NAMES: Table = table!("account-names.tsv");

/// Whether distributions bring a user or a group of this name along, so that to make it again fails.
pub fn is_system_account(name: &str) -> bool {
    NAMES
        .row(name)
        .is_some_and(|row| row.lists(1, ' ', "system"))
}

/// Whether a user of this name is made for a service, and not for an application.
pub fn is_service_account(name: &str) -> bool {
    NAMES
        .row(name)
        .is_some_and(|row| row.lists(1, ' ', "service"))
}

/// Whether people give this name to a user of their application, so that no package of a distribution makes it.
pub fn is_application_account(name: &str) -> bool {
    NAMES
        .row(name)
        .is_some_and(|row| row.lists(1, ' ', "application"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_apart() {
        assert!(is_system_account("daemon") && !is_service_account("daemon"));
        assert!(is_service_account("nginx") && !is_system_account("nginx"));
        assert!(is_service_account("www-data") && is_system_account("www-data"));
        assert!(!is_system_account("app") && !is_service_account("app"));
        assert!(is_application_account("app") && !is_application_account("openldap"));
        for row in NAMES.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| matches!(it, "system" | "service" | "application")),
                "{}",
                row.line()
            );
        }
    }
}
