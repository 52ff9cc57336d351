use crate::common::{check, check_imports};

#[test]
fn php() {
    check_imports(
        "a.php",
        &[(
            "<?php\nuse A\\B;\nrequire_once __DIR__ . '/c.php';\ninclude('d.php');\n// require 'e';",
            &["A\\B", "d.php"],
        )],
    );
    check(
        "a.php",
        &[
            (
                "<p>Don't mkdir('/x')</p>\n<?php mkdir('/a'); ?>\nit's touch('/y')\n<?= touch('/b') ?>",
                &["2 makes /a", "4 writes /b"],
            ),
            (
                "<?php\n$d = __DIR__ . '/../data';\nmkdir($d, 0777, true);\nfile_put_contents(\"$d/x\", 1);\nfile_put_contents(\"{$d}/y\", 1);",
                &[
                    "3 makes <Source>/../data",
                    "4 writes <Source>/../data/x",
                    "5 writes <Source>/../data/y",
                ],
            ),
            (
                "<?php\n$a = '/a';\nfunction f($a) { unlink($a); }\nunlink($a);",
                &["3 writes unknown $a", "4 writes /a"],
            ),
            (
                "<?php\nfopen('/a', 'r'); fopen('/b', 'ab'); fopen('/c', $m);",
                &["2 writes /b", "2 writes /c"],
            ),
            (
                "<?php\n# mkdir('/a');\n/* mkdir('/b'); */\n$s = 'mkdir(\"/c\")';\n$h = <<<T\nmkdir('/d');\nT;\n$x->mkdirs('/e');",
                &[],
            ),
            (
                "<?php\ngetenv('A') ?: 'a';\n$_ENV['B'];\nenv('C', 'c');\n$_ENV['D'] = 1;",
                &["2 asks A or a", "3 asks B", "4 asks C or c"],
            ),
            (
                "<?php\nexec('ls ' . 'x');\n`whoami`;\nposix_setuid(1);\nchown('/a', 'www');",
                &[
                    "2 runs text ls x",
                    "3 runs text whoami",
                    "4 right set-user posix_setuid",
                    "5 right own chown",
                    "4 user 1",
                    "5 user www",
                ],
            ),
            (
                "<?php\nfile_put_contents(storage_path('a/b'), 1);\nstream_socket_server('tcp://0.0.0.0:80');",
                &["2 writes <Project>/storage/a/b", "3 port 80"],
            ),
        ],
    );
}
