//! Checkstyle's XML, which many services read that know no format of their own.

use std::io::{self, Write};

use dfix_engine::Severity;

use super::advice::message_and_advice;
use super::entry::{Report, entries};
use super::xml::Xml;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    xml.open("checkstyle", &[("version", "10.0".to_owned())])?;
    for file in report.files {
        let found = entries(file, report.mode);
        if found.is_empty() && file.errors.is_empty() {
            continue;
        }
        xml.open(
            "file",
            &[("name", file.path.to_string_lossy().into_owned())],
        )?;
        let mut error = |place: (usize, usize), severity: &str, message: String, source: &str| {
            let attributes = [
                ("line", place.0.to_string()),
                ("column", place.1.to_string()),
                ("severity", severity.to_owned()),
                ("message", message),
                ("source", source.to_owned()),
            ];
            xml.empty("error", &attributes)
        };
        for it in &file.errors {
            let message = [Some(it.message.as_str()), it.remedy.as_deref()];
            let message: Vec<&str> = message.into_iter().flatten().collect();
            error(
                it.place.unwrap_or((1, 1)),
                "error",
                message.join("\n"),
                "dfix",
            )?;
        }
        for entry in &found {
            let severity = match entry.severity {
                Severity::Advice => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let source = format!("dfix.{}", entry.finding.rule);
            error(entry.place, severity, message_and_advice(entry), &source)?;
        }
        xml.close("file")?;
    }
    xml.close("checkstyle")?;
    xml.end()
}
