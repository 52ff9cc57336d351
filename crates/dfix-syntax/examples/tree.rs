//! Prints the tree of each file named.

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let text = String::from_utf8_lossy(&bytes);
        let parse = dfix_syntax::parse(&text);
        print!("{}", parse.debug_tree());
        for error in parse.errors() {
            println!("{:?}: {}", error.range, error.message);
        }
    }
}
