//! GitLab's code quality report.

use std::collections::HashMap;
use std::io::{self, Write};

use dfix_engine::Severity;
use serde_json::{Value, json};

use super::advice::advice;
use super::entry::{Report, entries};
use crate::pretty_json;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut issues: Vec<Value> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut issue = |path: &str,
                     rule: &str,
                     (word, message): (&str, &str),
                     more: &[String],
                     severity: &str,
                     line: usize| {
        // Neither the line nor the status is a part of it: an issue that moves is the same issue.
        let name = format!("{path}\0{rule}\0{message}");
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        issues.push(json!({
            "description": format!("{word}: {message}"),
            "content": { "body": more.join("\n\n") },
            "check_name": rule,
            "fingerprint": format!("{:016x}", fingerprint(&format!("{name}\0{count}"))),
            "severity": severity,
            "location": { "path": path, "lines": { "begin": line } },
        }));
    };
    for file in report.files {
        let path = file.path.to_string_lossy();
        for error in &file.errors {
            let line = error.place.map_or(1, |it| it.0);
            let help = error.remedy.as_slice();
            issue(
                &path,
                "dfix",
                ("error", &error.message),
                help,
                "blocker",
                line,
            );
        }
        for entry in entries(file, report.mode) {
            let severity = match entry.severity {
                Severity::Advice => "info",
                Severity::Warning => "minor",
                Severity::Error => "major",
            };
            let finding = entry.finding;
            issue(
                &path,
                finding.rule,
                (entry.status.word(), &finding.message),
                &advice(&entry),
                severity,
                entry.place.0,
            );
        }
    }
    pretty_json::print(&issues, out)
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fingerprint_is_the_published_one() {
        // Test vectors of the FNV reference.
        assert_eq!(super::fingerprint(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(super::fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(super::fingerprint("foobar"), 0x8594_4171_f739_67e8);
    }
}
