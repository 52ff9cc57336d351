//! JUnit's XML, as test reporters of CI services read it: a suite a file, a case a finding.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::advice::advice;
use super::entry::{Entry, Report, entries};
use super::statistics;
use super::summary::Summary;
use super::xml::{Attributes, Xml};
use crate::runner::FileReport;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::new(out)?;
    let all = report.files.iter();
    let suites: Vec<(&FileReport, Vec<Entry<'_>>)> =
        all.map(|it| (it, entries(it, report.mode))).collect();
    let failures: usize = suites.iter().map(|it| it.1.len()).sum();
    let errors: usize = suites.iter().map(|it| it.0.errors.len()).sum();
    let tests: usize = suites.iter().map(tests).sum();
    let counts = |tests: usize, failures: usize, errors: usize| -> Attributes {
        vec![
            ("tests", tests.to_string()),
            ("failures", failures.to_string()),
            ("errors", errors.to_string()),
        ]
    };
    let mut attributes = vec![("name", "dfix".to_owned())];
    attributes.extend(counts(tests, failures, errors));
    xml.open("testsuites", &attributes)?;
    if report.statistics {
        print_statistics(&Summary::of(report.files), counts(0, 0, 0), &mut xml)?;
    }
    for suite in &suites {
        let (file, found) = suite;
        let path = file.path.to_string_lossy().into_owned();
        let mut attributes = vec![("name", path.clone())];
        attributes.extend(counts(self::tests(suite), found.len(), file.errors.len()));
        xml.open("testsuite", &attributes)?;
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in found {
            // A rule may find several things in one file, and a case has a name of its own.
            let count = seen.entry(entry.finding.rule).or_default();
            *count += 1;
            let name = match *count {
                1 => entry.finding.rule.to_owned(),
                more => format!("{} ({more})", entry.finding.rule),
            };
            let (line, column) = entry.place;
            let text = std::iter::once(format!("{path}:{line}:{column}")).chain(advice(entry));
            let text: Vec<String> = text.collect();
            case(
                &mut xml,
                &path,
                &name,
                "failure",
                (&entry.finding.message, entry.status.word()),
                &text.join("\n"),
            )?;
        }
        for (number, error) in file.errors.iter().enumerate() {
            let name = format!("dfix ({})", number + 1);
            let text = error.remedy.clone().unwrap_or_default();
            case(
                &mut xml,
                &path,
                &name,
                "error",
                (&error.message, "error"),
                &text,
            )?;
        }
        if found.is_empty() && file.errors.is_empty() {
            xml.empty(
                "testcase",
                &[("name", "dfix".to_owned()), ("classname", path.clone())],
            )?;
        }
        xml.close("testsuite")?;
    }
    xml.close("testsuites")?;
    xml.end()
}

/// A suite without cases, which has a property for each rule.
fn print_statistics(summary: &Summary, no_counts: Attributes, xml: &mut Xml<'_>) -> io::Result<()> {
    let mut attributes = vec![("name", "dfix: statistics".to_owned())];
    attributes.extend(no_counts);
    xml.open("testsuite", &attributes)?;
    xml.open("properties", &[])?;
    for (rule, of_rule) in &summary.by_rule {
        let attributes = [
            ("name", (*rule).to_owned()),
            ("value", statistics::words(of_rule)),
        ];
        xml.empty("property", &attributes)?;
    }
    xml.close("properties")?;
    xml.close("testsuite")
}

/// How many cases the suite of a file has.
fn tests((file, found): &(&FileReport, Vec<Entry<'_>>)) -> usize {
    (found.len() + file.errors.len()).max(1)
}

fn case(
    xml: &mut Xml<'_>,
    path: &str,
    name: &str,
    kind: &str,
    (message, word): (&str, &str),
    text: &str,
) -> io::Result<()> {
    xml.open(
        "testcase",
        &[("name", name.to_owned()), ("classname", path.to_owned())],
    )?;
    xml.text_in(
        kind,
        &[("message", message.to_owned()), ("type", word.to_owned())],
        text,
    )?;
    xml.close("testcase")
}
