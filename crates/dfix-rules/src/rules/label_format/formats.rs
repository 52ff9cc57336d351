//! What the values of labels may be.

use dfix_catalogue::is_spdx_expression;

/// A format of labels: the option that lists such labels, what a value is, and whether a text is one.
pub(super) struct Format {
    pub(super) option: &'static str,
    pub(super) is: &'static str,
    pub(super) takes: fn(&str) -> bool,
}

/// All of them; those of the OCI image specification stand behind the option's name in [`of_oci`].
pub(super) const FORMATS: [Format; 7] = [
    Format {
        option: "url",
        is: "no URL",
        takes: is_url,
    },
    Format {
        option: "time",
        is: "no time as RFC 3339 writes it",
        takes: is_time,
    },
    Format {
        option: "license",
        is: "no expression of SPDX licenses",
        takes: is_spdx_expression,
    },
    Format {
        option: "git-hash",
        is: "no hash of a commit",
        takes: is_hash,
    },
    Format {
        option: "semver",
        is: "no version as semver.org writes it",
        takes: is_version,
    },
    Format {
        option: "email",
        is: "no mail address",
        takes: is_mail,
    },
    Format {
        option: "text",
        is: "empty",
        takes: |text| !text.is_empty(),
    },
];

/// The option whose format the OCI image specification gives a key (`annotations.md`, "Pre-Defined Annotation Keys").
pub(super) fn of_oci(key: &str) -> Option<&'static str> {
    Some(match key.strip_prefix("org.opencontainers.image.")? {
        "created" => "time",
        "documentation" | "source" | "url" => "url",
        "licenses" => "license",
        _ => return None,
    })
}

/// A scheme, a colon, and what no URI lacks (RFC 3986).
fn is_url(text: &str) -> bool {
    let is_of_scheme = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
    let is_taken = |it: char| it.is_ascii_graphic() && !"<>\"{}|\\^`".contains(it);
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|it: char| it.is_ascii_alphabetic())
            && scheme.chars().all(is_of_scheme)
            && !rest.is_empty()
            && rest.chars().all(is_taken)
    })
}

/// `2026-01-31T12:00:00Z`, with a part of a second and an offset perhaps (RFC 3339, section 5.6).
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        let is_one = digits.bytes().all(|it| it.is_ascii_digit());
        is_one.then(|| digits.parse().ok())?
    };
    let is = |at: usize, signs: &[u8]| bytes.get(at).is_some_and(|it| signs.contains(it));
    let within = |from: usize, low: u32, high: u32| {
        number(from, from + 2).is_some_and(|it| (low..=high).contains(&it))
    };
    let is_moment = number(0, 4).is_some()
        && is(4, b"-")
        && within(5, 1, 12)
        && is(7, b"-")
        && within(8, 1, 31)
        && is(10, b"Tt ")
        && within(11, 0, 23)
        && is(13, b":")
        && within(14, 0, 59)
        && is(16, b":")
        && within(17, 0, 60);
    if !is_moment {
        return false;
    }
    let rest = match text[19..].strip_prefix('.') {
        None => &text[19..],
        Some(part) => match part.trim_start_matches(|it: char| it.is_ascii_digit()) {
            zone if zone.len() < part.len() => zone,
            _ => return false,
        },
    };
    let at = text.len() - rest.len();
    matches!(rest, "Z" | "z")
        || rest.len() == 6
            && is(at, b"+-")
            && within(at + 1, 0, 23)
            && is(at + 3, b":")
            && within(at + 4, 0, 59)
}

fn is_hash(text: &str) -> bool {
    let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    (matches!(text.len(), 7..=40) || text.len() == 64) && text.bytes().all(is_digit)
}

fn is_version(text: &str) -> bool {
    let (rest, build) = text.split_once('+').unwrap_or((text, "0"));
    let (core, pre) = rest.split_once('-').unwrap_or((rest, "0"));
    let is_word =
        |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_number = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|b| b.is_ascii_digit())
            && (it == "0" || !it.starts_with('0'))
    };
    let is_of_pre =
        |it: &str| is_word(it) && (is_number(it) || !it.bytes().all(|b| b.is_ascii_digit()));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.split('.').all(is_of_pre)
        && build.split('.').all(is_word)
}

fn is_mail(text: &str) -> bool {
    let is_taken = |it: char| it.is_ascii_graphic() && !"<>()[],;:\\\"@".contains(it);
    let is_part = |it: &str| {
        it.split('.')
            .all(|it| !it.is_empty() && it.chars().all(is_taken))
    };
    text.rsplit_once('@')
        .is_some_and(|(name, host)| is_part(name) && is_part(host))
}

#[cfg(test)]
mod tests {
    use super::FORMATS;

    #[track_caller]
    fn check(option: &str, good: &[&str], bad: &[&str]) {
        let format = FORMATS
            .iter()
            .find(|it| it.option == option)
            .expect("a format");
        for text in good {
            assert!((format.takes)(text), "{text} is one");
        }
        for text in bad {
            assert!(!(format.takes)(text), "{text} is none");
        }
    }

    #[test]
    fn values() {
        check(
            "url",
            &[
                "https://example.org/a?b=c#d",
                "ssh://git@example.org/a",
                "mailto:a@b",
            ],
            &[
                "example.org",
                "git@example.org:a/b",
                "https:",
                "https://a b",
                "",
            ],
        );
        check(
            "time",
            &[
                "2026-01-31T12:00:00Z",
                "2026-01-31t12:00:00.25+02:00",
                "2026-01-31 12:00:00z",
            ],
            &[
                "2026-01-31",
                "31.01.2026",
                "2026-13-31T12:00:00Z",
                "2026-01-31T12:00:00",
                "2026-01-31T12:00:00.Z",
            ],
        );
        check(
            "git-hash",
            &[
                "43c572f",
                "43c572f1272b8a1a9b2e8f5b0d5d7c2a2e0d4f5c",
                "43c572f12",
            ],
            &["43c572", "master", "43C572F"],
        );
        check(
            "semver",
            &["1.2.3", "0.0.1-rc.1+b.02"],
            &["1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-"],
        );
        check(
            "email",
            &["a.b+c@example.org", "a@localhost"],
            &["a", "a@", "Jane <a@b.c>", "a b@c.d", "a@b..c"],
        );
        check("text", &["a"], &[""]);
    }
}
