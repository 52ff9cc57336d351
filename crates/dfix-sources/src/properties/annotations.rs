//! Keys of Spring's settings that a source asks for.

use super::names::set;
use crate::calls::Range;
use crate::items::Scanner;

impl Scanner<'_, '_, '_> {
    /// `@Value("${app.upload-dir:uploads}")`: a key of the settings, and what it is where they do not say it.
    pub(crate) fn setting(&mut self, range: Range, line: usize) {
        let text = self.reader.code.plain_string(range.0).unwrap_or_default();
        let inner = text.trim_start_matches('\\').strip_prefix("${");
        let told = inner.and_then(|it| it.strip_suffix('}')?.split_once(':'));
        if let Some((key, default)) = told {
            set("properties", key, default, line, self.source);
        }
    }
}
