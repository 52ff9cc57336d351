//! Where ASP.NET Core listens, from `aspnet-settings.tsv`.

use super::table::{Table, table};

const SETTINGS: Table = table!("aspnet-settings.tsv");

/// Whether a text of instructions, settings or sources may say where ASP.NET Core listens.
pub fn says_where_it_listens(text: &str) -> bool {
    SETTINGS.all().any(|row| text.contains(row.key()))
}

#[cfg(test)]
mod tests {
    use super::says_where_it_listens;

    #[test]
    fn settings_are_found_in_texts() {
        assert!(says_where_it_listens(
            "builder.WebHost.UseUrls(\"http://*:80\");"
        ));
        assert!(says_where_it_listens("ENV ASPNETCORE_HTTP_PORTS=80"));
        assert!(!says_where_it_listens("app.MapGet(\"/\", () => 1);"));
    }
}
