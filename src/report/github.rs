//! Workflow commands that GitHub shows beside the lines of a pull request.

use std::io::{self, Write};

use dfix_engine::Severity;

use super::advice::message_and_advice;
use super::entry::{Report, entries};
use super::statistics;
use super::summary::Summary;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in report.files {
        let path = property(&file.path.to_string_lossy());
        for error in &file.errors {
            let (line, column) = error.place.unwrap_or((1, 1));
            let message = data(&error.message);
            writeln!(
                out,
                "::error file={path},line={line},col={column},title=dfix::{message}"
            )?;
        }
        for entry in entries(file, report.mode) {
            let (line, column) = entry.place;
            let command = match entry.severity {
                Severity::Advice => "notice",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let title = property(&format!("{}[{}]", entry.status.word(), entry.finding.rule));
            let text = data(&message_and_advice(&entry));
            let end = entry.end.0;
            writeln!(
                out,
                "::{command} file={path},line={line},col={column},endLine={end},title={title}::{text}"
            )?;
        }
    }
    if report.statistics {
        let summary = Summary::of(report.files);
        let rules = summary.by_rule.iter();
        let rules = rules.map(|(rule, it)| format!("{rule}: {}", statistics::words(it)));
        let text = data(&rules.collect::<Vec<_>>().join("\n"));
        writeln!(
            out,
            "::notice title={}::{text}",
            property("dfix: statistics")
        )?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(super::property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(super::data("a: b\r\n"), "a: b%0D%0A");
    }
}
