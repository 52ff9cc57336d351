use crate::common::{check, check_imports};

#[test]
fn java() {
    check_imports(
        "A.java",
        &[(
            "package a;\nimport java.io.File;\nimport static a.B.c;\n// import d;",
            &["java.io.File", "a.B.c"],
        )],
    );
    check(
        "A.java",
        &[
            (
                "class A { static final String D = \"/a\"; void f() { new FileWriter(D + \"/x\"); new File(\"/b\", \"c\").mkdirs(); } }",
                &["1 writes /a/x", "1 makes /b/c"],
            ),
            (
                "class A { String d = \"/a\"; void f(String d) throws E { new FileOutputStream(d); } }",
                &["1 writes unknown d"],
            ),
            (
                "class A { void f() { Files.writeString(Path.of(\"/a\", \"b\"), \"x\"); java.nio.file.Files.createDirectories(p); new FileReader(\"/r\"); } }",
                &["1 writes /a/b", "1 makes unknown p"],
            ),
            (
                "// new FileWriter(\"/a\")\n/* new FileWriter(\"/b\") */\nclass A { String s = \"new FileWriter(\\\"/c\\\")\"; char c = '\"'; String t = \"\"\"\n new FileWriter(\"/d\") \"\"\"; }",
                &[],
            ),
            (
                "class A { void f(String a) { Path r = Path.of(System.getenv(\"ROOT\")); Files.delete(r.resolve(a)); } }",
                &["1 writes unknown r.resolve(a) in $ROOT or ?", "1 asks ROOT"],
            ),
            (
                "class A { void f() { String p = System.getenv(\"P\"); int n = p != null ? Integer.parseInt(p) : 80; new ServerSocket(n); } }",
                &["1 port $P or 80", "1 asks P"],
            ),
            (
                "class A { void f() { Runtime.getRuntime().exec(\"ls\"); new ProcessBuilder(\"git\", \"pull\").start(); } }",
                &["1 runs text ls", "1 runs git | pull"],
            ),
        ],
    );
}

#[test]
fn kotlin() {
    check(
        "A.kt",
        &[
            (
                "const val D = \"/a\"\nfun f() { File(\"$D/x\").writeText(\"\"); File(\"${D}/y\").mkdirs() }\nfun g(D: String) { File(D).mkdir() }",
                &["2 writes /a/x", "2 makes /a/y", "3 makes unknown D"],
            ),
            (
                "/* a /* File(\"/a\").mkdir() */ File(\"/b\").mkdir() */\nval s = \"\"\"File(\"/c\").mkdir()\"\"\"",
                &[],
            ),
            (
                "fun main() {\n    val p = System.getenv(\"PORT\")?.toInt() ?: 80\n    embeddedServer(Netty, port = p) { }\n}",
                &["3 port $PORT or 80", "2 asks PORT"],
            ),
        ],
    );
}

#[test]
fn libraries_write_files() {
    check(
        "A.java",
        &[
            (
                "class A { void f() { mapper.writeValue(new File(\"out.json\"), x); mapper.writeValue(response.getWriter(), x); } }",
                &["1 writes out.json"],
            ),
            (
                "class A { void f() { ImageIO.write(i, \"png\", new File(\"a.png\")); ImageIO.write(i, \"png\", stream); } }",
                &["1 writes a.png"],
            ),
            (
                "class A { void f() { FileUtils.writeStringToFile(new File(\"a.txt\"), s, c); FileUtils.readLines(new File(\"b.txt\")); } }",
                &["1 writes a.txt"],
            ),
            (
                "class A { @Value(\"${app.upload-dir:uploads}\") String d; @Value(\"${app.name:demo}\") String n; }",
                &["1 makes uploads"],
            ),
        ],
    );
}
