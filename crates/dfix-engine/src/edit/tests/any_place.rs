//! Edits at any place of the scripts.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// A word that goes beside a word is there afterwards, and all else is as it was.
    #[test]
    fn words_land_where_they_were_sent(
        script in 0..SCRIPTS.len(),
        at in any::<prop::sample::Index>(),
        action in 0..4,
        value in "(--)?[a-z=~$ '\"*>#\\\\-]{0,6}",
    ) {
        let text = SCRIPTS[script];
        let parsed = parse(text);
        let root = parsed.syntax();
        let words: Vec<(usize, usize, Word)> = root
            .descendants()
            .filter_map(Command::cast)
            .enumerate()
            .flat_map(|(c, command)| {
                command.words().enumerate().map(|(w, word)| (c, w, word)).collect::<Vec<_>>()
            })
            .collect();
        let (command, index, word) = at.get(&words);
        let nested = word.syntax().descendants().any(|n| n.kind() == SyntaxKind::COMMAND);
        prop_assume!(!nested || action < 2);
        let result = edited(text, |_, edit| match action {
            0 => edit.insert_word_after(word, &value),
            1 => edit.insert_word_before(word, &value),
            2 => edit.replace_word(word, &value),
            _ => edit.remove_word(word),
        });
        if let Ok(after) = result {
            let mut expected = command_words(&root);
            match action {
                0 => expected[*command].insert(index + 1, value),
                1 => expected[*command].insert(*index, value),
                2 => expected[*command][*index] = value,
                _ => {
                    expected[*command].remove(*index);
                }
            }
            expected.retain(|words| !words.is_empty());
            let mut given = command_words(&parse(&after).syntax());
            given.retain(|words| !words.is_empty());
            // Commands inside a word count after it; the order of the others stays.
            let mut sorted = (expected, given);
            sorted.0.sort();
            sorted.1.sort();
            prop_assert_eq!(sorted.0, sorted.1, "{}", after);
        }
    }

    /// A command added beside another is there afterwards, once, and the others are as they were.
    #[test]
    fn commands_land_where_they_were_sent(
        script in 0..SCRIPTS.len(),
        at in any::<prop::sample::Index>(),
        after in any::<bool>(),
    ) {
        let text = SCRIPTS[script];
        let root = parse(text).syntax();
        let commands: Vec<Command> = root.descendants().filter_map(Command::cast).collect();
        let command = at.get(&commands);
        let result = edited(text, |_, edit| if after {
            edit.add_command_after(command, "new 'one'");
        } else {
            edit.add_command_before(command, "new 'one'");
        });
        if let Ok(after) = result {
            let mut expected = command_words(&root);
            expected.push(vec!["new".to_owned(), "one".to_owned()]);
            expected.sort();
            let mut given = command_words(&parse(&after).syntax());
            given.sort();
            prop_assert_eq!(expected, given, "{}", after);
        }
    }

    /// An instruction put beside any other one is there, and every comment and line too.
    #[test]
    fn instructions_land_where_they_were_sent(
        script in 0..SCRIPTS.len(),
        at in any::<prop::sample::Index>(),
        action in 0..3,
    ) {
        let text = SCRIPTS[script];
        let parsed = parse(text);
        let root = parsed.syntax();
        let all: Vec<_> = parsed.file().instructions().collect();
        let place = at.get(&all[1..]);
        let result = edited(text, |_, edit| match action {
            0 => edit.insert_instruction_before(place, "USER u"),
            1 => edit.insert_instruction_after(place, "USER u"),
            _ => edit.remove_instruction(place),
        });
        if let Ok(after) = result {
            let count = parse(&after).file().instructions().count();
            prop_assert_eq!(count, if action == 2 { all.len() - 1 } else { all.len() + 1 });
        }
        drop(root);
    }
}
