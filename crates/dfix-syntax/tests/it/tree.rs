//! The ways through a tree, held against what the words say, on every fixture of `fixtures/syntax`.

use std::fs;
use std::path::Path;

use dfix_syntax::{
    NodeExt, NodeOrToken, Parse, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    TextSize, TokenExt, WalkEvent, parse,
};

fn trees() -> Vec<SyntaxNode> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/syntax");
    let files = fs::read_dir(folder).expect("the fixtures").flatten();
    let mut texts: Vec<String> = files
        .filter_map(|file| fs::read_to_string(file.path()).ok())
        .collect();
    assert!(texts.len() > 10, "too few fixtures");
    texts.extend(["", "\n", "RUN", "FROM a\nRUN x $(y"].map(str::to_owned));
    texts.iter().map(|text| parse(text).syntax()).collect()
}

/// The node and all below it, by going down only.
fn all(node: &SyntaxNode, found: &mut Vec<SyntaxElement>) {
    found.push(NodeOrToken::Node(node.clone()));
    for child in node.children_with_tokens() {
        match child {
            NodeOrToken::Node(child) => all(&child, found),
            token @ NodeOrToken::Token(_) => found.push(token),
        }
    }
}

fn elements(node: &SyntaxNode) -> Vec<SyntaxElement> {
    let mut found = Vec::new();
    all(node, &mut found);
    found
}

fn tokens(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let all = elements(node).into_iter();
    all.filter_map(NodeOrToken::into_token).collect()
}

fn nodes(node: &SyntaxNode) -> Vec<SyntaxNode> {
    let all = elements(node).into_iter();
    all.filter_map(NodeOrToken::into_node).collect()
}

#[test]
fn children_fill_their_node_and_know_it() {
    for root in trees() {
        assert_eq!(root.parent(), None);
        for node in nodes(&root) {
            let mut at = node.text_range().start();
            for child in node.children_with_tokens() {
                assert_eq!(child.parent().as_ref(), Some(&node));
                assert_eq!(child.text_range().start(), at);
                at = child.text_range().end();
            }
            assert_eq!(at, node.text_range().end());
            let some: Vec<SyntaxNode> = node
                .children_with_tokens()
                .filter_map(NodeOrToken::into_node)
                .collect();
            assert_eq!(node.children().collect::<Vec<_>>(), some);
            assert_eq!(node.first_child().as_ref(), some.first());
            assert_eq!(node.text(), root.text().slice(node.text_range()));
        }
    }
}

#[test]
fn siblings_are_the_children_in_both_directions() {
    for root in trees() {
        assert_eq!(root.next_sibling_or_token(), None);
        assert_eq!(root.prev_sibling_or_token(), None);
        for node in nodes(&root) {
            let children: Vec<SyntaxElement> = node.children_with_tokens().collect();
            for (i, child) in children.iter().enumerate() {
                assert_eq!(child.next_sibling_or_token().as_ref(), children.get(i + 1));
                let before = i.checked_sub(1).and_then(|i| children.get(i));
                assert_eq!(child.prev_sibling_or_token().as_ref(), before);
            }
            let nodes: Vec<SyntaxNode> = node.children().collect();
            for pair in nodes.windows(2) {
                assert_eq!(pair[0].next_sibling().as_ref(), Some(&pair[1]));
                assert_eq!(pair[1].prev_sibling().as_ref(), Some(&pair[0]));
            }
            if let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
                assert_eq!(first.prev_sibling(), None);
                assert_eq!(last.next_sibling(), None);
            }
        }
    }
}

#[test]
fn walks_meet_everything_once_in_order() {
    for root in trees() {
        for node in nodes(&root) {
            let expected = elements(&node);
            let walked: Vec<_> = node.descendants_with_tokens().collect();
            assert_eq!(walked, expected);
            assert_eq!(node.descendants().collect::<Vec<_>>(), nodes(&node));

            let mut open = Vec::new();
            let mut entered = Vec::new();
            for event in node.preorder_with_tokens() {
                match event {
                    WalkEvent::Enter(element) => {
                        let above = open.last().cloned().and_then(NodeOrToken::into_node);
                        if !open.is_empty() {
                            assert_eq!(element.parent(), above);
                        }
                        open.push(element.clone());
                        entered.push(element);
                    }
                    WalkEvent::Leave(element) => assert_eq!(open.pop(), Some(element)),
                }
            }
            assert!(open.is_empty());
            assert_eq!(entered, expected);
        }
        let up: Vec<_> = root
            .rightmost_token()
            .and_then(|token| token.parent())
            .map_or_else(Vec::new, |node| node.ancestors().collect());
        for pair in up.windows(2) {
            assert_eq!(pair[0].parent().as_ref(), Some(&pair[1]));
        }
        if let Some(last) = up.last() {
            assert_eq!(last, &root);
        }
    }
}

#[test]
fn a_subtree_can_be_passed_over() {
    let root = parse("FROM a\nRUN b c\n").syntax();
    let mut walk = root.preorder_with_tokens();
    let mut met = String::new();
    while let Some(event) = walk.next() {
        match event {
            WalkEvent::Enter(NodeOrToken::Node(node)) if node.kind() == SyntaxKind::RUN_INSTR => {
                walk.skip_subtree();
            }
            WalkEvent::Enter(NodeOrToken::Token(token)) => met.push_str(token.text()),
            _ => {}
        }
    }
    assert_eq!(met, "FROM a\n\n");
}

#[test]
fn tokens_follow_one_another() {
    for root in trees() {
        let all = tokens(&root);
        let text: String = all.iter().map(|token| token.text().to_owned()).collect();
        assert_eq!(root.text(), text.as_str());
        for (i, token) in all.iter().enumerate() {
            assert!(!token.text_range().is_empty());
            assert_eq!(token.token_after().as_ref(), all.get(i + 1));
            let before = i.checked_sub(1).and_then(|i| all.get(i));
            assert_eq!(token.token_before().as_ref(), before);
        }
        for node in nodes(&root) {
            let own = tokens(&node);
            assert_eq!(node.leftmost_token().as_ref(), own.first());
            assert_eq!(node.rightmost_token().as_ref(), own.last());
        }
    }
}

/// The scripts of `$()` and of the first item, and the last here-document, hold no text.
#[test]
fn empty_nodes_are_passed_over() {
    let text = "RUN a $() `` && case b in c) ;; d) e ;; esac\nRUN <<EOF";
    let root = parse(text).syntax();
    let empty = root.descendants().filter(|n| n.text_range().is_empty());
    assert!(empty.count() > 3);
    let all = tokens(&root);
    let forth = std::iter::successors(root.leftmost_token(), TokenExt::token_after);
    assert!(forth.eq(all.iter().cloned()));
    let back = std::iter::successors(root.rightmost_token(), TokenExt::token_before);
    assert!(back.eq(all.iter().rev().cloned()));
    for node in nodes(&root) {
        let own = tokens(&node);
        assert_eq!(node.leftmost_token().as_ref(), own.first());
        assert_eq!(node.rightmost_token().as_ref(), own.last());
        let scripts = node
            .children()
            .filter(|c| c.kind() == SyntaxKind::SHELL_SCRIPT);
        let first = node.first_of(|kind| kind == SyntaxKind::SHELL_SCRIPT);
        assert_eq!(
            first.and_then(NodeOrToken::into_node),
            scripts.take(1).last()
        );
    }
}

#[test]
fn places_are_found() {
    for root in trees() {
        let all = tokens(&root);
        let everything = elements(&root);
        let end = root.text_range().end();
        for offset in 0..=u32::from(end) {
            let offset = TextSize::from(offset);
            let expected = all
                .iter()
                .find(|token| token.text_range().contains(offset))
                .or(all.last());
            assert_eq!(root.token_at(offset).as_ref(), expected);
        }
        assert_eq!(root.token_at(end + TextSize::from(1)), None);
        for node in nodes(&root) {
            let before = node.text_range().start().checked_sub(TextSize::from(1));
            assert!(before.is_none_or(|before| node.token_at(before).is_none()));
        }
        for (i, first) in all.iter().enumerate() {
            for last in all.iter().skip(i).take(12) {
                let range = first.text_range().cover(last.text_range());
                let found = root.covering_element(range);
                let smallest = everything
                    .iter()
                    .rfind(|element| element.text_range().contains_range(range));
                assert_eq!(Some(&found), smallest);
            }
            let between = TextRange::empty(first.text_range().end());
            assert_eq!(
                root.covering_element(between),
                NodeOrToken::Token(first.clone())
            );
        }
    }
}

#[test]
fn skimming_meets_everything_below_once_in_order() {
    for root in trees() {
        for node in nodes(&root) {
            let mut met = Vec::new();
            node.skim(|holder, element, range| met.push((holder, element, range)));
            let expected = elements(&node).into_iter().skip(1).map(|element| {
                let holder = element.parent().map(|node| node.kind());
                let kind = element.kind();
                let is_node = element.as_node().is_some();
                let element_kind = if is_node {
                    NodeOrToken::Node(kind)
                } else {
                    NodeOrToken::Token(kind)
                };
                (
                    holder.expect("a holder"),
                    element_kind,
                    element.text_range(),
                )
            });
            assert!(met.into_iter().eq(expected));
        }
    }
}

#[test]
fn the_outline_is_the_children() {
    for root in trees() {
        for node in nodes(&root) {
            let children: Vec<SyntaxElement> = node.children_with_tokens().collect();
            let expected = children.iter().map(|c| (c.kind(), c.text_range()));
            assert!(node.outline().eq(expected));
            for kind in children.iter().map(SyntaxElement::kind) {
                let first = children.iter().find(|c| c.kind() == kind);
                assert_eq!(node.first_of(|k| k == kind).as_ref(), first);
            }
            assert_eq!(node.first_of(|_| false), None);
        }
    }
}

#[test]
fn the_same_place_of_two_trees_is_not_the_same_node() {
    let (one, other) = (parse("FROM a\n"), parse("FROM a\n"));
    assert_eq!(one, other);
    assert_eq!(one.syntax(), one.syntax());
    assert_ne!(one.syntax(), other.syntax());
    assert_ne!(one, parse("FROM b\n"));
}

#[test]
fn trees_are_shared_between_threads() {
    let parsed = parse("FROM a\nUSER b\n");
    let last = |parsed: &Parse| parsed.syntax().rightmost_token().map(|t| t.text_range());
    let seen = std::thread::scope(|scope| scope.spawn(|| last(&parsed)).join());
    assert_eq!(seen.ok(), Some(last(&parsed)));
}
