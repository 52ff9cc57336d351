//! Views of the Dockerfile level.

use rowan::{NodeOrToken, TextRange};

use crate::ast::{
    AstNode, ShellScript, Word, ast_nodes, child, children, joined, source_of, token,
};
use crate::broken_array::{BrokenArray, broken_array};
use crate::kind::SyntaxKind;
use crate::tree::{NodeExt as _, SyntaxNode, SyntaxToken};

ast_nodes! {
    /// The whole file.
    File = FILE;
    /// `# name=value` at the top.
    Directive = DIRECTIVE;
    /// `FROM [--platform=…] image [AS name]`
    From = FROM_INSTR;
    /// `RUN [flags] script | exec form | here-document`
    Run = RUN_INSTR;
    /// `CMD script | exec form`
    Cmd = CMD_INSTR;
    /// `LABEL pairs`
    Label = LABEL_INSTR;
    /// `MAINTAINER text`
    Maintainer = MAINTAINER_INSTR;
    /// `EXPOSE ports`
    Expose = EXPOSE_INSTR;
    /// `ENV pairs`
    Env = ENV_INSTR;
    /// `ADD [flags] sources target`
    Add = ADD_INSTR;
    /// `COPY [flags] sources target`
    Copy = COPY_INSTR;
    /// `ENTRYPOINT script | exec form`
    Entrypoint = ENTRYPOINT_INSTR;
    /// `VOLUME paths`
    Volume = VOLUME_INSTR;
    /// `USER user[:group]`
    User = USER_INSTR;
    /// `WORKDIR path`
    Workdir = WORKDIR_INSTR;
    /// `ARG pairs`
    Arg = ARG_INSTR;
    /// `ONBUILD instruction`
    Onbuild = ONBUILD_INSTR;
    /// `STOPSIGNAL signal`
    Stopsignal = STOPSIGNAL_INSTR;
    /// `HEALTHCHECK [flags] CMD … | NONE`
    Healthcheck = HEALTHCHECK_INSTR;
    /// `SHELL exec form`
    Shell = SHELL_INSTR;
    /// `--name[=value]`
    Flag = FLAG;
    /// The value of `--mount`.
    Mount = MOUNT;
    /// One option of a mount.
    MountOption = MOUNT_OPTION;
    /// An image reference.
    Image = IMAGE;
    /// `registry.example.com:5000`
    ImageRegistry = IMAGE_REGISTRY;
    /// `library/python`, a stage's name, or a lone variable.
    ImageRepository = IMAGE_REPOSITORY;
    /// `3.11`
    ImageTag = IMAGE_TAG;
    /// `sha256:…`
    ImageDigest = IMAGE_DIGEST;
    /// The name after `AS`.
    StageName = STAGE_NAME;
    /// `key=value`, or a lone `key`.
    Pair = PAIR;
    /// `key rest of the line`
    LegacyPair = LEGACY_PAIR;
    /// `["a", "b"]`
    ExecForm = EXEC_FORM;
    /// A here-document's body and end.
    Heredoc = HEREDOC;
    /// A here-document's lines.
    HeredocBody = HEREDOC_BODY;
}

macro_rules! instructions {
    ($($name:ident = $kind:ident $keyword:literal,)*) => {
        /// Any instruction.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Instruction { $($name($name),)* }

        impl AstNode for Instruction {
            fn can_cast(kind: SyntaxKind) -> bool {
                matches!(kind, $(SyntaxKind::$kind)|*)
            }
            fn cast(node: SyntaxNode) -> Option<Self> {
                match node.kind() {
                    $(SyntaxKind::$kind => Some(Instruction::$name($name(node))),)*
                    _ => None,
                }
            }
            fn syntax(&self) -> &SyntaxNode {
                match self { $(Instruction::$name(it) => it.syntax(),)* }
            }
        }

        impl Instruction {
            /// The instruction's name in upper case.
            pub fn name(&self) -> &'static str {
                match self { $(Instruction::$name(_) => $keyword,)* }
            }
        }

        /// Whether an instruction is called so, in any case of letters.
        pub fn is_instruction_keyword(word: &str) -> bool {
            instruction_kind(word).is_some()
        }

        /// The node kind of the instruction named `keyword` (any case), if there is one.
        pub(crate) fn instruction_kind(keyword: &str) -> Option<SyntaxKind> {
            $(if keyword.eq_ignore_ascii_case($keyword) { return Some(SyntaxKind::$kind); })*
            None
        }
    };
}

instructions! {
    Run = RUN_INSTR "RUN",
    From = FROM_INSTR "FROM",
    Copy = COPY_INSTR "COPY",
    Env = ENV_INSTR "ENV",
    Add = ADD_INSTR "ADD",
    Cmd = CMD_INSTR "CMD",
    Workdir = WORKDIR_INSTR "WORKDIR",
    Expose = EXPOSE_INSTR "EXPOSE",
    Arg = ARG_INSTR "ARG",
    Entrypoint = ENTRYPOINT_INSTR "ENTRYPOINT",
    Label = LABEL_INSTR "LABEL",
    User = USER_INSTR "USER",
    Maintainer = MAINTAINER_INSTR "MAINTAINER",
    Volume = VOLUME_INSTR "VOLUME",
    Onbuild = ONBUILD_INSTR "ONBUILD",
    Stopsignal = STOPSIGNAL_INSTR "STOPSIGNAL",
    Healthcheck = HEALTHCHECK_INSTR "HEALTHCHECK",
    Shell = SHELL_INSTR "SHELL",
}

impl Instruction {
    /// The instruction's keyword as written.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        token(self.syntax(), SyntaxKind::KEYWORD)
    }

    /// Where the keyword stands, in bytes.
    pub fn keyword_range(&self) -> Option<TextRange> {
        let mut inside = self.syntax().outline();
        let keyword = inside.find(|(kind, _)| *kind == SyntaxKind::KEYWORD);
        keyword.map(|(_, range)| range)
    }

    /// The flags before the arguments.
    pub fn flags(&self) -> impl Iterator<Item = Flag> + use<> {
        children(self.syntax())
    }

    /// The exec form, if the arguments are one.
    pub fn exec_form(&self) -> Option<ExecForm> {
        child(self.syntax())
    }

    /// The shell form, if the arguments are one (`RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`).
    pub fn script(&self) -> Option<ShellScript> {
        child(self.syntax())
    }

    /// What is wrong with the shell form, where it is meant as an exec form. The builder gives it to a
    /// shell, which looks for a program named `[node,`.
    pub fn broken_exec_form(&self) -> Option<BrokenArray> {
        let script = self.script()?;
        let mut tokens = script
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        // Most begin otherwise, and need not be read as a whole.
        tokens
            .find(|it| !it.kind().is_trivia())
            .filter(|it| it.text().starts_with('['))?;
        let text = source_of(script.syntax());
        match broken_array(&text)? {
            Ok(strings) => Some(BrokenArray {
                // Only what `source_of` leaves out can be in the way.
                why: "a comment follows its `]`, and an instruction's line has none".to_owned(),
                strings,
            }),
            Err(broken) => Some(broken),
        }
    }

    /// The here-documents after the instruction's line.
    pub fn heredocs(&self) -> impl Iterator<Item = Heredoc> + use<> {
        children(self.syntax())
    }
}

impl File {
    /// The parser directives at the top: all stand before the first instruction.
    pub fn directives(&self) -> impl Iterator<Item = Directive> + use<> {
        self.0.children().map_while(Directive::cast)
    }

    /// The instructions in order; those inside `ONBUILD` belong to it and are not repeated here.
    pub fn instructions(&self) -> impl Iterator<Item = Instruction> + use<> {
        children(&self.0)
    }

    /// The escape character in force: a backslash, or what `# escape=` says.
    pub fn escape(&self) -> char {
        self.directives()
            .filter(|d| d.name().is_some_and(|n| n.eq_ignore_ascii_case("escape")))
            .find_map(|d| match d.value()?.as_str() {
                "`" => Some('`'),
                "\\" => Some('\\'),
                _ => None,
            })
            .unwrap_or('\\')
    }
}

impl Directive {
    /// `syntax`, `escape` or `check`, as written.
    pub fn name(&self) -> Option<String> {
        self.texts().next()
    }

    /// The text after `=`.
    pub fn value(&self) -> Option<String> {
        self.texts().nth(1)
    }

    fn texts(&self) -> impl Iterator<Item = String> + use<> {
        self.0
            .children_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .filter(|t| t.kind() == SyntaxKind::DIRECTIVE_TEXT)
            .map(|t| t.text().to_owned())
    }
}

impl From {
    /// The image that the stage is based on.
    pub fn image(&self) -> Option<Image> {
        child(&self.0)
    }

    /// The `AS` keyword.
    pub fn as_keyword(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .skip_while(|e| e.kind() != SyntaxKind::IMAGE)
            .filter_map(NodeOrToken::into_token)
            .find(|t| t.kind() == SyntaxKind::KEYWORD)
    }

    /// The stage's name.
    pub fn stage_name(&self) -> Option<StageName> {
        child(&self.0)
    }
}

impl StageName {
    /// The name as written.
    pub fn text(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::TEXT)
    }
}

impl Image {
    /// The host part.
    pub fn registry(&self) -> Option<ImageRegistry> {
        child(&self.0)
    }

    /// The path part.
    pub fn repository(&self) -> Option<ImageRepository> {
        child(&self.0)
    }

    /// The tag.
    pub fn tag(&self) -> Option<ImageTag> {
        child(&self.0)
    }

    /// The digest.
    pub fn digest(&self) -> Option<ImageDigest> {
        child(&self.0)
    }
}

impl Flag {
    /// The name without its dashes.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::FLAG_NAME).map(|n| n.trim_start_matches('-').to_owned())
    }

    /// The value after `=`; none for `--mount`, see [`Flag::mount`].
    pub fn value(&self) -> Option<Word> {
        child(&self.0)
    }

    /// The value of `--mount`.
    pub fn mount(&self) -> Option<Mount> {
        child(&self.0)
    }
}

impl Mount {
    /// The options between the commas.
    pub fn options(&self) -> impl Iterator<Item = MountOption> + use<> {
        children(&self.0)
    }

    /// The option `name`.
    pub fn option(&self, name: &str) -> Option<MountOption> {
        self.options().find(|o| o.name().as_deref() == Some(name))
    }
}

impl MountOption {
    /// The option's name.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The value after `=`.
    pub fn value(&self) -> Option<Word> {
        child(&self.0)
    }
}

/// `key=value` pairs of an `ENV`, `LABEL` or `ARG`.
pub trait HasPairs: AstNode {
    /// The pairs.
    fn pairs(&self) -> impl Iterator<Item = Pair> + use<Self> {
        children(self.syntax())
    }

    /// The legacy form `key rest of the line`, which holds one pair.
    fn legacy_pair(&self) -> Option<LegacyPair> {
        child(self.syntax())
    }
}

impl HasPairs for Env {}
impl HasPairs for Label {}
impl HasPairs for Arg {}

impl Pair {
    /// The key.
    pub fn key(&self) -> Option<Word> {
        child(&self.0)
    }

    /// The value after `=`; an empty one has no word.
    pub fn value(&self) -> Option<Word> {
        children(&self.0).nth(1)
    }

    /// Whether there is a `=`.
    pub fn has_value(&self) -> bool {
        token(&self.0, SyntaxKind::EQ).is_some()
    }
}

impl LegacyPair {
    /// The first word of a later line of the value that looks like another variable's name with a value behind it, as in
    /// `LANG C \⏎ TZ UTC`, where `LANG` alone is set.
    pub fn name_on_a_later_line(&self) -> Option<String> {
        let text = self.value()?.syntax().text().to_string();
        let mut lines = text.lines().map(str::trim).skip(1);
        lines.find_map(|line| {
            let (name, rest) = line.split_once([' ', '\t', '='])?;
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_.-/".contains(&b));
            let has_value = !rest.trim_matches(['\\', '`', ' ', '\t']).is_empty();
            (is_name && has_value).then(|| name.to_owned())
        })
    }

    /// The key.
    pub fn key(&self) -> Option<Word> {
        child(&self.0)
    }

    /// The rest of the line, as one word.
    pub fn value(&self) -> Option<Word> {
        children(&self.0).nth(1)
    }
}

impl ExecForm {
    /// The strings with their quotes; of one that is cut by a continuation, the first piece.
    pub fn strings(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        let mut inside = false;
        self.0
            .children_with_tokens()
            .filter_map(NodeOrToken::into_token)
            .filter(move |token| {
                let is_string = token.kind() == SyntaxKind::JSON_STRING;
                let is_first = is_string && !inside;
                inside = (inside || is_string) && token.kind() != SyntaxKind::COMMA;
                is_first
            })
    }

    /// The strings' values, in the same order; `None` for one that is cut by a continuation.
    pub fn values(&self) -> impl Iterator<Item = Option<String>> + use<> {
        self.strings().map(|s| crate::json::unquote(s.text()))
    }
}

/// Instructions that take paths: sources first, the target last.
pub trait HasPaths: AstNode {
    /// All words, the target last. Empty in exec form.
    fn words(&self) -> impl Iterator<Item = Word> + use<Self> {
        children(self.syntax())
    }
}

impl HasPaths for Copy {}
impl HasPaths for Add {}
impl HasPaths for Volume {}
impl HasPaths for Expose {}

/// Instructions with one word: the rest of the line.
pub trait HasWord: AstNode {
    /// The rest of the line as one word; it may hold blanks.
    fn word(&self) -> Option<Word> {
        child(self.syntax())
    }
}

impl HasWord for User {}
impl HasWord for Workdir {}
impl HasWord for Stopsignal {}
impl HasWord for Maintainer {}

impl Onbuild {
    /// The instruction that the trigger runs.
    pub fn instruction(&self) -> Option<Instruction> {
        self.0.children().find_map(Instruction::cast)
    }
}

impl Healthcheck {
    /// `CMD` or `NONE`, as written.
    pub fn form(&self) -> Option<SyntaxToken> {
        self.0
            .children_with_tokens()
            .skip_while(|e| e.kind() != SyntaxKind::WHITESPACE)
            .filter_map(NodeOrToken::into_token)
            .find(|t| t.kind() == SyntaxKind::KEYWORD)
    }
}

impl Heredoc {
    /// The lines.
    pub fn body(&self) -> Option<HeredocBody> {
        child(&self.0)
    }

    /// The line that ends it; none when it is missing.
    pub fn end(&self) -> Option<SyntaxToken> {
        token(&self.0, SyntaxKind::HEREDOC_END)
    }
}

impl HeredocBody {
    /// The body as shell, where the syntax says that it is.
    pub fn script(&self) -> Option<ShellScript> {
        child(&self.0)
    }
}
