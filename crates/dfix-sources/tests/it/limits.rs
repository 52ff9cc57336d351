use std::time::{Duration, Instant};

use dfix_sources::{Trouble, read};
use proptest::prelude::*;

const ENDINGS: &str = "py js ts rb php go java kt properties";

#[test]
fn what_is_not_understood_is_told() {
    for (path, text, wanted) in [
        ("a.py", "x = 'a\ny = 1\n", Some((1, Trouble::OpenString))),
        ("a.py", "x = 1\ny = '''a\n", Some((2, Trouble::OpenString))),
        ("a.js", "f(\n", Some((1, Trouble::OpenBracket))),
        ("a.js", "f)\n", Some((1, Trouble::OpenBracket))),
        ("a.go", "/* a\n", Some((1, Trouble::OpenComment))),
        ("a.js", "`a ${b `\n", Some((1, Trouble::OpenString))),
        ("a.rb", "x = <<~A\n  b\n", Some((2, Trouble::OpenString))),
        ("a.py", "x = 'a'\n", None),
        ("a.py", "x = 'a\\\r\n b'\r\n", None),
        (
            "a.tsx",
            "x = (\n<A\n// b's\nc={d}\n/* e's > */ f\n/>\n);\n",
            None,
        ),
        ("a.tsx", "x = <A /* b\n", Some((1, Trouble::OpenComment))),
    ] {
        assert_eq!(read(path, text).unwrap().trouble(), wanted, "{text}");
    }
    let line = "a();".repeat(6000);
    assert_eq!(
        read("a.min.js", &line).unwrap().trouble(),
        Some((1, Trouble::LongLine))
    );
    let long = "a()\n".repeat(600_000);
    assert_eq!(
        read("a.js", &long).unwrap().trouble(),
        Some((1, Trouble::TooLong))
    );
}

#[test]
fn what_comes_after_a_string_without_end_is_read() {
    let source = read("a.py", "x = 'it\nos.makedirs('/a')\n").unwrap();
    assert_eq!(source.writes.len(), 1);
    assert!(!source.is_understood());
}

/// A line often: no reading takes time that grows faster than the text.
#[test]
fn time_is_in_proportion() {
    const LINES: &str = "((((|f(f(f(|{|'|\"\"\"|x => |<a>|`${|x = x + '/a'|a.b.c(d).e|os.makedirs(os.path.join(a, b))|fs.mkdirSync(|def f(a):|a ? b :|/[|<<~A|a, b = 1, 2|x y z|lambda a: |/*";
    for line in LINES.split('|') {
        for end in ["\n", " "] {
            for ending in ENDINGS.split(' ') {
                let opening = if ending == "php" { "<?php\n" } else { "" };
                let time = |count: usize| {
                    let text = format!("{opening}{}", format!("{line}{end}").repeat(count));
                    let start = Instant::now();
                    assert!(read(&format!("a.{ending}"), &text).is_some());
                    start.elapsed()
                };
                // The least of three is what a machine that does other things, too, needs by itself.
                let least = |count| (0..3).map(|_| time(count)).min().unwrap_or_default();
                let (short, long) = (least(200), least(1600));
                let most = short * 24 + Duration::from_millis(200);
                assert!(
                    long < most,
                    "{line:?} {end:?} {ending}: {short:?}, {long:?}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics(pieces in prop::collection::vec(prop::sample::select(PIECES.split(' ').collect::<Vec<_>>()), 0..60), other in ".{0,20}") {
        for gap in ["", " ", "\n"] {
            let text = format!("{}{other}", pieces.join(gap));
            for ending in ENDINGS.split(' ') {
                let path = format!("a.{ending}");
                prop_assert!(read(&path, &text).is_some());
            }
        }
    }
}

const PIECES: &str = "a os.mkdir ( ) [ ] { } ' \" ''' \"\"\" ` ${ #{ f' f\" r' , . ; : = := => -> :: ?. + || ?? ? or if else % / // /* */ # <a > </a> /> <?php ?> <<~A A <<<B B def class function func import from require as with for in of const let var lambda global new await process.env os.environ ENV $a @a :a \\ é \u{1F600} 80 0x 1. .. ... open sqlite3.connect __file__ .parent .join( path.join( `a` %w[ %q( =begin =end __END__ | |a| return async";
