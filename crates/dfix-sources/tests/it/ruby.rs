use crate::common::{check, check_imports};

#[test]
fn ruby() {
    check_imports(
        "a.rb",
        &[(
            "require 'a'\nrequire_relative \"b\"\n# require 'c'\nx = \"require 'd'\"",
            &["a", "b"],
        )],
    );
    check(
        "a.rb",
        &[
            (
                "FileUtils.mkdir_p '/a'\nFileUtils.mkdir_p(\"/b/#{1}\")\nDir.mkdir(x)",
                &["1 makes /a", "2 makes /b/1", "3 makes unknown x"],
            ),
            (
                "File.open('/a', 'w') { |f| f << 1 }\nFile.open('/b')\nFile.read('/c')\nFile.write '/d', x",
                &["1 writes /a", "4 writes /d"],
            ),
            (
                "D = '/a'.freeze\nFile.write(File.join(D, 'x'), 1)\nFile.write(File.join(__dir__, '..', 'y'), 1)\nFile.write(Rails.root.join('tmp', 'z'), 1)",
                &[
                    "2 writes /a/x",
                    "3 writes <Source>/../y",
                    "4 writes <Project>/tmp/z",
                ],
            ),
            (
                "=begin\nFile.write('/a', 1)\n=end\n# File.write('/b', 1)\ns = <<~T\n  File.write('/c', 1)\nT\nr = /File.write('d')/\nw = %q(File.write('/e', 1))",
                &[],
            ),
            (
                "p = '/a'\ndef f(p)\n  File.write(p, 1)\nend\nFile.write(p, 1)",
                &["3 writes unknown p", "5 writes /a"],
            ),
            ("@d = '/a'\ndef f\n  Dir.mkdir(@d)\nend", &["3 makes /a"]),
            (
                "port ENV.fetch('PORT') { 3000 }\nset :port, 80\nTCPServer.new('0.0.0.0', 81)",
                &[
                    "1 port $PORT or 3000",
                    "2 port 80",
                    "3 port 81",
                    "1 asks PORT or 3000",
                ],
            ),
            (
                "ENV['A'] || 'a'\nENV['B'] = 'b'\nENV.fetch('C', 'c')\nRails.env.production?",
                &["1 asks A or a", "3 asks C or c", "4 asks RAILS_ENV"],
            ),
            (
                "system 'git', 'pull'\n`ls -l`\nx = %x(mount a)\nsystem(\"rm #{y}\")",
                &[
                    "1 runs git | pull",
                    "2 runs text ls -l",
                    "3 runs text mount a",
                    "4 runs text unknown \"rm #{y}\"",
                    "3 right mount mount",
                ],
            ),
            (
                "Etc.getpwnam('www')\nProcess::UID.change_privilege(1)",
                &[
                    "2 right set-user Process.UID.change_privilege",
                    "1 user www",
                ],
            ),
        ],
    );
}
