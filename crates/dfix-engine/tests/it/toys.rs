//! Toy rules: good ones, and one for each way to do harm.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity};
use dfix_model::{Model, OpenCondition};
use dfix_syntax::ast::{AstNode, Command, HasPairs, HasWord, Instruction};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TokenExt as _};

const fn rule(id: &'static str, phase: Phase, check: fn(&Model<'_>, &mut Findings<'_>)) -> Rule {
    Rule {
        id,
        aliases: &["DL9999", "ToyCheck"],
        groups: &[Group::Size],
        severity: Severity::Warning,
        summary: "toy",
        why: "toy",
        phase,
        check,
        options: &[],
        examples: &[],
    }
}

pub(crate) fn instructions(file: &Model<'_>, name: &str) -> Vec<Instruction> {
    let all = file.tree().instructions();
    all.filter(|i| i.name() == name).collect()
}

pub(crate) fn commands(file: &Model<'_>, name: &str) -> Vec<Command> {
    let all = file.tree().syntax().descendants();
    all.filter_map(Command::cast)
        .filter(|c| {
            c.words()
                .next()
                .is_some_and(|w| w.value().known() == Some(name))
        })
        .collect()
}

fn tokens(node: &SyntaxNode, kind: SyntaxKind) -> Vec<SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|t| t.kind() == kind)
        .collect()
}

/// Finds at the last instruction what it has just put there itself.
pub(crate) static FOLLOWS_ITSELF: Rule = rule("follows-itself", Phase::Meaning, |file, out| {
    let Some(last) = file.stages().last().map(dfix_model::Stage::last_step) else {
        return;
    };
    out.judge(last, Safety::Safe, "the last one has no follower", |case| {
        case.declare(Effect::Inserted {
            stage: last.stage().map_or(0, dfix_model::Stage::index),
            keyword: "LABEL",
        })
        .fix(|edit| edit.insert_instruction_after(last, "LABEL a=b"));
        Ok(())
    });
});

/// Puts one more instruction behind the last.
pub(crate) static ONE_LABEL: Rule = rule("one-label", Phase::Meaning, |file, out| {
    let last = file.stages().last().map(dfix_model::Stage::last_step);
    let Some(last) = last.filter(|_| instructions(file, "LABEL").is_empty()) else {
        return;
    };
    out.judge(last, Safety::Safe, "there is no label", |case| {
        case.declare(Effect::Inserted {
            stage: last.stage().map_or(0, dfix_model::Stage::index),
            keyword: "LABEL",
        })
        .fix(|edit| edit.insert_instruction_after(last, "LABEL a=b"));
        Ok(())
    });
});

/// Has a remark on the last instruction, whatever that is.
pub(crate) static REMARKS: Rule = rule("remarks", Phase::Meaning, |file, out| {
    if let Some(last) = file.stages().last().map(dfix_model::Stage::last_step) {
        let words = format!("{} is the last one", last.name());
        out.judge(last, Safety::Safe, words, |_| Err("look at it".into()));
    }
});

/// Has a remark on each label, and says the same of it always.
pub(crate) static REMARKS_ON_LABELS: Rule = rule("labels-remark", Phase::Meaning, |file, out| {
    for label in instructions(file, "LABEL") {
        out.judge(&label, Safety::Safe, "a label", |_| {
            Err("leave it out".into())
        });
    }
});

pub(crate) static NO_CACHE: Rule = rule("no-cache", Phase::Meaning, |file, out| {
    for pip in commands(file, "pip") {
        let words: Vec<_> = pip.words().collect();
        if words.len() < 2
            || words
                .iter()
                .any(|w| w.value().known() == Some("--no-cache-dir"))
        {
            continue;
        }
        out.judge(&pip, Safety::Safe, "pip keeps a cache", |case| {
            case.declare(Effect::arguments_of(&pip))
                .fix(|edit| edit.insert_word_after(&words[1], "--no-cache-dir"));
            Ok(())
        });
    }
});

pub(crate) static UPPER: Rule = rule("upper", Phase::Layout, |file, out| {
    for instruction in file.tree().instructions() {
        let Some(keyword) = instruction.keyword() else {
            continue;
        };
        let upper = keyword.text().to_ascii_uppercase();
        if keyword.text() != upper {
            out.judge(
                &keyword,
                Safety::Safe,
                "the keyword is in lower case",
                |case| {
                    case.declare(Effect::Layout)
                        .fix(|edit| edit.replace_token(&keyword, &upper));
                    Ok(())
                },
            );
        }
    }
});

pub(crate) static PRODUCTION: Rule = rule("production", Phase::Meaning, |file, out| {
    let is_set = instructions(file, "ENV")
        .iter()
        .any(|i| i.syntax().text().to_string().contains("MODE="));
    let froms = instructions(file, "FROM");
    let Some(from) = froms.last().filter(|_| !is_set) else {
        return;
    };
    out.judge(from, Safety::Checked, "MODE is not set", |case| {
        case.declare(Effect::environment(froms.len() - 1, ["MODE", "PATH"]))
            .evidence("nothing sets MODE")
            .fix(|edit| {
                let pairs = [("MODE", "production"), ("PATH", "/opt/bin:$PATH")];
                edit.insert_instruction_after(from, &dfix_engine::env_source(pairs));
            });
        Ok(())
    });
});

pub(crate) static DROPS_COMMENT: Rule = rule("drops-comment", Phase::Meaning, |file, out| {
    for comment in tokens(file.tree().syntax(), SyntaxKind::COMMENT) {
        let Some(blank) = comment.token_before() else {
            continue;
        };
        out.judge(&comment, Safety::Safe, "a comment", |case| {
            case.declare(Effect::changed(file.tree().syntax().clone()))
                .fix(|edit| edit.replace_token(&blank, &format!("{}#", blank.text())));
            Ok(())
        });
    }
});

pub(crate) static SWALLOWS: Rule = rule("swallows", Phase::Meaning, |file, out| {
    for curl in tokens(file.tree().syntax(), SyntaxKind::TEXT) {
        if curl.text() == "curl" {
            out.judge(&curl, Safety::Safe, "it does not swallow", |case| {
                case.declare(Effect::changed(&curl))
                    .fix(|edit| edit.replace_token(&curl, "curl \\"));
                Ok(())
            });
        }
    }
});

pub(crate) static CHANGES_BASE: Rule = rule("changes-base", Phase::Meaning, |file, out| {
    for from in instructions(file, "FROM") {
        let image = from
            .syntax()
            .children()
            .find(|n| n.kind() == SyntaxKind::IMAGE);
        let Some(image) = image.filter(|i| i.text() != "evil:1") else {
            continue;
        };
        out.judge(&from, Safety::Safe, "the base is not evil", |case| {
            case.declare(Effect::User { stage: 0 })
                .fix(|edit| edit.replace_node(&image, "evil:1"));
            Ok(())
        });
    }
});

pub(crate) static EDITS_HEREDOC: Rule = rule("edits-heredoc", Phase::Meaning, |file, out| {
    for body in tokens(file.tree().syntax(), SyntaxKind::HEREDOC_TEXT) {
        if !body.text().contains("edited") {
            out.judge(&body, Safety::Safe, "the text is not edited", |case| {
                case.declare(Effect::changed(&body))
                    .fix(|edit| edit.replace_token(&body, "edited\n"));
                Ok(())
            });
        }
    }
});

fn users(file: &Model<'_>, out: &mut Findings<'_>, from: &str, to: &str) {
    for user in instructions(file, "USER") {
        let Instruction::User(user) = user else {
            continue;
        };
        let word = user.word().filter(|w| w.value().known() == Some(from));
        if let Some(word) = word {
            out.judge(&word, Safety::Safe, format!("the user is {from}"), |case| {
                case.declare(Effect::changed(&user))
                    .fix(|edit| edit.replace_word(&word, to));
                Ok(())
            });
        }
    }
}

pub(crate) static A_TO_B: Rule = rule("a-to-b", Phase::Meaning, |file, out| {
    users(file, out, "a", "b");
});
pub(crate) static B_TO_A: Rule = rule("b-to-a", Phase::Meaning, |file, out| {
    users(file, out, "b", "a");
});

/// Finds at what stands above all instructions.
pub(crate) static AT_DIRECTIVES: Rule = rule("at-directives", Phase::Meaning, |file, out| {
    for directive in file.tree().directives() {
        out.judge(directive, Safety::Safe, "a directive", |_| {
            Err(dfix_engine::remedy!("leave it"))
        });
    }
});

pub(crate) static PANICS: Rule = rule("panics", Phase::Meaning, |_, _| {
    panic!("as it was told to");
});

pub(crate) static NEVER_DONE: Rule = rule("never-done", Phase::Meaning, |file, out| {
    for run in instructions(file, "RUN") {
        let script = run.script();
        let Some(command) = script.and_then(|s| s.commands().next()) else {
            continue;
        };
        out.judge(
            &command,
            Safety::Safe,
            "the command could be longer",
            |case| {
                case.declare(Effect::changed(&run))
                    .fix(|edit| edit.add_command_after(&command, "true"));
                Ok(())
            },
        );
    }
});

pub(crate) static SHAPE_LIAR: Rule = rule("shape-liar", Phase::Equivalent, |file, out| {
    for env in instructions(file, "ENV") {
        let Instruction::Env(env) = env else { continue };
        for pair in env.pairs() {
            if let Some(value) = pair.value().filter(|v| v.value().known() != Some("2")) {
                out.judge(&value, Safety::Safe, "the value is not 2", |case| {
                    case.declare(Effect::Equivalent)
                        .fix(|edit| edit.replace_node(&value, "2"));
                    Ok(())
                });
            }
        }
    }
});

pub(crate) static UNSAFE_USER: Rule = rule("unsafe-user", Phase::Meaning, |file, out| {
    if !instructions(file, "USER").is_empty() {
        return;
    }
    if let Some(last) = instructions(file, "CMD").last() {
        out.judge(last, Safety::Checked, "it runs as root", |case| {
            case.declare(Effect::User { stage: 0 })
                .open(OpenCondition::new(
                    "whether it writes anywhere",
                    "tell where",
                ))
                .fix(|edit| edit.insert_instruction_before(last, "USER app"));
            Ok(())
        });
    }
});

pub(crate) static PANICS_LATER: Rule = rule("panics-later", Phase::Meaning, |file, out| {
    for pip in commands(file, "pip") {
        let Some(last) = pip.words().last() else {
            continue;
        };
        assert_ne!(last.value().known(), Some("bad"), "it is bad");
        out.judge(&pip, Safety::Safe, "it is not bad", |case| {
            case.declare(Effect::arguments_of(&pip))
                .fix(|edit| edit.insert_word_after(&last, "bad"));
            Ok(())
        });
    }
});

pub(crate) static NAMED: Rule = rule("named", Phase::Meaning, |file, out| {
    let wanted = out.option("name").and_then(|name| name.as_text());
    let Some(wanted) = wanted.map(str::to_owned) else {
        return;
    };
    for user in instructions(file, "USER") {
        let Instruction::User(user) = user else {
            continue;
        };
        if let Some(word) = user
            .word()
            .filter(|w| w.value().known() != Some(wanted.as_str()))
        {
            out.judge(&word, Safety::Safe, "another user is wanted", |case| {
                case.declare(Effect::User { stage: 0 })
                    .fix(|edit| edit.replace_word(&word, &wanted));
                Ok(())
            });
        }
    }
});

/// Gives every command a word; a shell's words decide what its here-document is.
pub(crate) static WORDS: Rule = rule("words", Phase::Meaning, |file, out| {
    for command in file.commands().filter(|c| !c.has_inner()) {
        let Some(first) = command.words().next() else {
            continue;
        };
        let is_shell = command.redirects().any(|r| r.operator().starts_with("<<"));
        if !is_shell && !command.words().any(|w| w.is("--new")) {
            out.judge(command, Safety::Safe, "a word is missing", |case| {
                case.declare(Effect::arguments_of(command))
                    .fix(|edit| edit.insert_word_after(first, "--new"));
                Ok(())
            });
        }
    }
});

/// Gives every command of a plain list a companion.
pub(crate) static COMMANDS: Rule = rule("commands", Phase::Meaning, |file, out| {
    let all = file.tree().syntax().descendants();
    for command in all.filter_map(Command::cast) {
        let name = |c: &Command| c.words().next().and_then(|w| w.value().into_known());
        let is_new = |c: &Command| name(c).as_deref() == Some("new");
        let plain = command
            .syntax()
            .parent()
            .is_some_and(|p| p.kind() == SyntaxKind::SHELL_SCRIPT);
        let next = command.syntax().next_sibling().and_then(Command::cast);
        if !plain || is_new(&command) || next.as_ref().is_some_and(is_new) {
            continue;
        }
        let message = format!("nothing comes after {}", command.syntax().text());
        out.judge(&command, Safety::Safe, message, |case| {
            case.declare(Effect::changed(&command))
                .fix(|edit| edit.add_command_after(&command, "new 'one'"));
            Ok(())
        });
    }
});

/// Puts a label after every instruction.
pub(crate) static LABELS: Rule = rule("labels", Phase::Meaning, |file, out| {
    for stage in file.stages() {
        let steps: Vec<_> = stage.steps().collect();
        for (index, step) in steps.iter().enumerate() {
            let next = steps.get(index + 1).map(|s| s.name());
            if step.is(dfix_model::StepKind::Label) || next == Some("LABEL") {
                continue;
            }
            out.judge(*step, Safety::Safe, "no label comes after it", |case| {
                case.declare(Effect::Inserted {
                    stage: stage.index(),
                    keyword: "LABEL",
                })
                .fix(|edit| edit.insert_instruction_after(*step, "LABEL a=b"));
                Ok(())
            });
        }
    }
});
