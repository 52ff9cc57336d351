use crate::common::{check, check_imports};

#[test]
fn go() {
    check_imports(
        "a.go",
        &[(
            "package a\nimport (\n\t\"os\"\n\tx \"os/exec\"\n)\nimport \"fmt\"\nvar s = \"net\"",
            &["os", "os/exec", "fmt"],
        )],
    );
    check(
        "a.go",
        &[
            (
                "os.MkdirAll(filepath.Join(\"/a\", \"b\"), 0o755)\nos.Create(name)\nos.Open(\"/c\")",
                &["1 makes /a/b", "2 writes unknown name"],
            ),
            (
                "const d = \"/a\"\nfunc f() { os.Create(d + \"/x\") }\nfunc g(d string) error { return os.Remove(d) }",
                &["2 writes /a/x", "3 writes unknown d"],
            ),
            (
                "os.OpenFile(\"/a\", os.O_CREATE|os.O_WRONLY, 0644)\nos.OpenFile(\"/b\", os.O_RDONLY, 0)",
                &["1 writes /a"],
            ),
            (
                "// os.Create(\"/a\")\n/* os.Create(\"/b\") */\ns := `os.Create(\"/c\")`\nmine.Creates(\"/d\")",
                &[],
            ),
            (
                "http.ListenAndServe(\":80\", nil)\ns := &http.Server{Addr: \":81\", Handler: h}\nnet.Listen(\"unix\", \"/s\")\nnet.Listen(\"tcp\", addr)",
                &[
                    "3 writes /s",
                    "1 port 80",
                    "2 port 81",
                    "4 port unknown addr",
                ],
            ),
            (
                "p := os.Getenv(\"P\")\nif p == \"\" {\n\tp = \"80\"\n}\nhttp.ListenAndServe(\":\"+p, nil)\nhttp.ListenAndServe(fmt.Sprintf(\"%s:%d\", \"\", 81), nil)",
                &["5 port $P or 80", "6 port 81", "1 asks P"],
            ),
            (
                "v, ok := os.LookupEnv(\"A\")\nr := gin.Default()\nr.Run()\nr.Run(\":82\")",
                &["3 port 8080", "4 port 82", "1 asks A"],
            ),
            (
                "import ex \"os/exec\"\nfunc f() { ex.Command(\"git\", \"pull\", x).Run() }",
                &["2 runs git | pull | unknown x"],
            ),
            (
                "syscall.Setuid(1)\nif os.Geteuid() != 0 {\n}\nsyscall.Mount(\"a\", \"/b\", \"c\", 0, \"\")",
                &[
                    "1 right set-user syscall.Setuid",
                    "2 right root-check os.Geteuid",
                    "4 right mount syscall.Mount",
                    "1 user 1",
                ],
            ),
        ],
    );
}

#[test]
fn sockets_are_files() {
    check(
        "a.go",
        &[(
            "import \"net\"\nl, err := net.Listen(\"unix\", \"/run/a.sock\")\nm, err := net.Listen(\"tcp\", \":80\")",
            &["2 writes /run/a.sock", "3 port 80"],
        )],
    );
}

#[test]
fn logs_name_their_files() {
    check(
        "a.go",
        &[
            (
                "l := &lumberjack.Logger{Filename: \"logs/app.log\", MaxSize: 1}",
                &["1 writes logs/app.log"],
            ),
            (
                "c := zap.Config{OutputPaths: []string{\"stdout\", \"logs/x.log\"}, ErrorOutputPaths: []string{\"stderr\"}}",
                &["1 writes logs/x.log"],
            ),
        ],
    );
}

#[test]
fn raw_sockets_take_roots_rights() {
    check(
        "a.go",
        &[
            (
                "net.Dial(\"ip4:1\", a)\nnet.Dial(\"tcp\", a)\nnet.Dial(network, a)",
                &["1 right raw-socket net.Dial"],
            ),
            (
                "p.SetPrivileged(true)\nq.SetPrivileged(false)",
                &["1 right raw-socket p.SetPrivileged"],
            ),
        ],
    );
}
