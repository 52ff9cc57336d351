//! Options of programs that download or unpack, by what they are for.

use super::table::{Table, table};

const OPTIONS: Table = table!("download-options.tsv");

/// What options of a program that downloads or unpacks are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadUse {
    /// curl has another word for it, or does not need it.
    AsCurl,
    /// The answer itself is looked at, something is sent, or others say what is done.
    Asks,
    /// The archive is changed, or what is in it goes elsewhere than into files.
    Changes,
    /// Another is asked than the one that the address names.
    Elsewhere,
    /// It fails where the server tells of an error.
    Fails,
    /// It follows the server, or sends something that is not for others.
    Follows,
    /// The program chooses the file's name or folder itself, or gets several.
    NamesFile,
    /// Files are unpacked, and how.
    Unpacks,
}

impl DownloadUse {
    const fn word(self) -> &'static str {
        match self {
            DownloadUse::AsCurl => "as-curl",
            DownloadUse::Asks => "asks",
            DownloadUse::Changes => "changes",
            DownloadUse::Elsewhere => "elsewhere",
            DownloadUse::Fails => "fails",
            DownloadUse::Follows => "follows",
            DownloadUse::NamesFile => "names-file",
            DownloadUse::Unpacks => "unpacks",
        }
    }
}

/// Whether an option of a program, which is called by the first of its names, is one of these.
pub fn download_option_is(program: &str, what: DownloadUse, option: &str) -> bool {
    let row = OPTIONS.row(&format!("{program} {}", what.word()));
    let mut names = row.into_iter().flat_map(|it| it.words(1));
    names.any(|name| match name.strip_suffix('*') {
        Some(start) => option.starts_with(start),
        None => option == name,
    })
}

#[cfg(test)]
mod tests {
    use super::{DownloadUse, download_option_is};

    #[test]
    fn by_program_and_use() {
        assert!(download_option_is("curl", DownloadUse::Asks, "--data-raw"));
        assert!(download_option_is("curl", DownloadUse::Fails, "-f"));
        assert!(!download_option_is("curl", DownloadUse::Fails, "-L"));
        assert!(!download_option_is("wget", DownloadUse::Fails, "-f"));
        assert!(download_option_is("unzip", DownloadUse::Unpacks, "q"));
    }
}
