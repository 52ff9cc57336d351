//! The kinds of nodes and tokens in the tree.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a node or token of the tree is.
        ///
        /// Tokens hold text; nodes hold nodes and tokens. `dockerfile.grammar`, beside this crate's
        /// `src`, says which holds which.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(non_camel_case_types)]
        #[repr(u16)]
        pub enum SyntaxKind { $($(#[$doc])* $name,)* }

        impl SyntaxKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [SyntaxKind] = &[$(SyntaxKind::$name,)*];
        }
    };
}

kinds! {
    // ── Trivia: tokens that no reader of the build sees ──────────────────────────────────────
    /// Blanks: space, tab, form feed and the other blanks that the builder trims. Never a line feed.
    WHITESPACE,
    /// A line end: `\n` or `\r\n`.
    NEWLINE,
    /// A comment without its line end: a Dockerfile comment line (without its leading blanks), one
    /// swallowed inside a continued instruction, or a shell comment.
    COMMENT,
    /// The escape character, the blanks after it, and the line end; also an escape character that
    /// ends the file.
    CONTINUATION,
    /// A byte order mark at the start of the file.
    BOM,
    /// A backslash that an enclosing quotation takes away before the inner shell reads the text;
    /// in embedded scripts (`sh -c "…\"…"`, exec form) and between backticks.
    QUOTE_ESCAPE,

    // ── Tokens of the Dockerfile level ───────────────────────────────────────────────────────
    /// An instruction's name, or a fixed word inside one: `AS`, `CMD`, `NONE`.
    KEYWORD,
    /// `--name` of a flag; also a lone `--` that ends the flags.
    FLAG_NAME,
    /// The name or value text of a parser directive.
    DIRECTIVE_TEXT,
    /// `#` of a parser directive.
    HASH,
    /// `=`, also `+=` of a shell assignment.
    EQ,
    /// `,`
    COMMA,
    /// `:` between the parts of an image reference.
    COLON,
    /// `/` between registry and repository.
    SLASH,
    /// `@` before a digest.
    AT,
    /// `[` of an exec form.
    L_BRACKET,
    /// `]` of an exec form.
    R_BRACKET,
    /// A JSON string with its quotes, in an exec form.
    JSON_STRING,
    /// A line (or lines) of a here-document's body that is not read as shell.
    HEREDOC_TEXT,
    /// The line that ends a here-document, with the tabs before it, without its line end.
    HEREDOC_END,

    // ── Tokens inside words ──────────────────────────────────────────────────────────────────
    /// Plain text.
    TEXT,
    /// An escape character with the character that it takes along.
    ESCAPE,
    /// `'`, `"`, `$'` or `$"`, opening or closing.
    QUOTE,
    /// `$` of `$name`.
    DOLLAR,
    /// `${`
    DOLLAR_BRACE,
    /// The name in a variable; also `@`, `*`, `#`, `?`, `1`, … and the name of an assignment,
    /// a mount option, a function or a loop variable.
    NAME,
    /// The operator in `${name:-word}` and its like; also `!` and `#` before the name.
    PARAM_OP,
    /// `$(`
    DOLLAR_PAREN,
    /// `$((` and `))` of an arithmetic expansion; `((` and `))` of an arithmetic command.
    ARITH_PAREN,
    /// `` ` ``
    BACKTICK,
    /// `<(` or `>(`
    PROCESS_PAREN,

    // ── Tokens of the shell level ────────────────────────────────────────────────────────────
    /// `&&`
    AND_AND,
    /// `||`
    OR_OR,
    /// `|`
    PIPE,
    /// `|&`
    PIPE_AND,
    /// `;`
    SEMI,
    /// `;;`, `;&` or `;;&`
    SEMI_SEMI,
    /// `&`
    AMP,
    /// `!`
    BANG,
    /// `(`
    L_PAREN,
    /// `)`
    R_PAREN,
    /// `{`
    L_BRACE,
    /// `}`
    R_BRACE,
    /// A reserved word of the shell: `if then elif else fi for in do done while until case esac
    /// select function time [[ ]]`.
    SHELL_KEYWORD,
    /// `<`, `>`, `>>`, `<<`, `<<-`, `<<<`, `<&`, `>&`, `<>`, `>|`, `&>`, `&>>`
    REDIRECT_OP,
    /// The file descriptor before a redirection: `2`, or `{name}`.
    FD,
    /// Text that is not understood.
    ERROR_TEXT,

    // ── Nodes of the Dockerfile level ────────────────────────────────────────────────────────
    /// The whole file.
    FILE,
    /// A parser directive: `# escape=…`
    DIRECTIVE,
    /// `FROM`
    FROM_INSTR,
    /// `RUN`
    RUN_INSTR,
    /// `CMD`
    CMD_INSTR,
    /// `LABEL`
    LABEL_INSTR,
    /// `MAINTAINER`
    MAINTAINER_INSTR,
    /// `EXPOSE`
    EXPOSE_INSTR,
    /// `ENV`
    ENV_INSTR,
    /// `ADD`
    ADD_INSTR,
    /// `COPY`
    COPY_INSTR,
    /// `ENTRYPOINT`
    ENTRYPOINT_INSTR,
    /// `VOLUME`
    VOLUME_INSTR,
    /// `USER`
    USER_INSTR,
    /// `WORKDIR`
    WORKDIR_INSTR,
    /// `ARG`
    ARG_INSTR,
    /// `ONBUILD`, holding the instruction that it triggers
    ONBUILD_INSTR,
    /// `STOPSIGNAL`
    STOPSIGNAL_INSTR,
    /// `HEALTHCHECK`
    HEALTHCHECK_INSTR,
    /// `SHELL`
    SHELL_INSTR,
    /// An instruction that is none, or one whose arguments the builder refuses.
    ERROR,
    /// `--name`, `--name=WORD`, `--mount=MOUNT`
    FLAG,
    /// The value of `--mount`: options between commas.
    MOUNT,
    /// `key`, `key=value` of a mount.
    MOUNT_OPTION,
    /// An image reference.
    IMAGE,
    /// Host (and port) of an image reference.
    IMAGE_REGISTRY,
    /// Path of an image reference, or the stage's name, or a lone variable.
    IMAGE_REPOSITORY,
    /// Tag of an image reference, without its colon.
    IMAGE_TAG,
    /// Digest of an image reference, without its at sign.
    IMAGE_DIGEST,
    /// The name that `AS` gives.
    STAGE_NAME,
    /// `key=value`, or a lone `key` (`ARG`, `LABEL`).
    PAIR,
    /// `key rest of the line`
    LEGACY_PAIR,
    /// A JSON array of strings.
    EXEC_FORM,
    /// A here-document: body and end.
    HEREDOC,
    /// The lines between a here-document's operator line and its end: `SHELL_SCRIPT`, or `HEREDOC_TEXT`.
    HEREDOC_BODY,

    // ── Nodes of words ───────────────────────────────────────────────────────────────────────
    /// A word: parts, perhaps cut by continuations.
    WORD,
    /// `'…'`
    SINGLE_QUOTED,
    /// `"…"`
    DOUBLE_QUOTED,
    /// `$'…'`
    ANSI_QUOTED,
    /// `$"…"`
    LOCALE_QUOTED,
    /// `$x`, `${x…}`
    VARIABLE,
    /// `$(…)`
    COMMAND_SUBST,
    /// `` `…` ``
    BACKTICK_SUBST,
    /// `$((…))`
    ARITH_SUBST,
    /// `<(…)`, `>(…)`
    PROCESS_SUBST,

    // ── Nodes of the shell level ─────────────────────────────────────────────────────────────
    /// Commands and the operators between them.
    SHELL_SCRIPT,
    /// Two or more commands joined by `|`, or one after `!`, `time` or `coproc`.
    PIPELINE,
    /// A simple command: assignments, words, redirections.
    COMMAND,
    /// `name=value`, `name+=value`, `name[i]=value`, before a command or as an argument of `export` and its like
    ASSIGNMENT,
    /// `( … )` as the value of an assignment.
    ARRAY,
    /// `2>&1`, `<file`, …
    REDIRECT,
    /// `{ …; }`
    BRACE_GROUP,
    /// `( … )`
    SUBSHELL,
    /// `if … fi`
    IF_CLAUSE,
    /// `for … done`, also the C style.
    FOR_CLAUSE,
    /// `while … done`
    WHILE_CLAUSE,
    /// `until … done`
    UNTIL_CLAUSE,
    /// `case … esac`
    CASE_CLAUSE,
    /// `pattern) …;;`
    CASE_ITEM,
    /// `select … done`
    SELECT_CLAUSE,
    /// `f() …`, `function f …`
    FUNCTION,
    /// `[[ … ]]`
    TEST_COMMAND,
    /// `(( … ))`
    ARITH_COMMAND,
    /// Text that is another language's, or is not understood: rules see nothing in it.
    OPAQUE,
}

impl SyntaxKind {
    /// Whether the token carries nothing for the build: blanks, line ends, comments, continuations.
    pub fn is_trivia(self) -> bool {
        use SyntaxKind::{BOM, COMMENT, CONTINUATION, NEWLINE, QUOTE_ESCAPE, WHITESPACE};
        matches!(
            self,
            WHITESPACE | NEWLINE | COMMENT | CONTINUATION | BOM | QUOTE_ESCAPE
        )
    }

    /// Whether the node is an instruction (not `ERROR`).
    pub fn is_instruction(self) -> bool {
        SyntaxKind::FROM_INSTR <= self && self <= SyntaxKind::SHELL_INSTR
    }
}
