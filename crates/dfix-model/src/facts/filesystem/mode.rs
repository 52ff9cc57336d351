//! The rights of files: what modes set, and whom they let do what.

/// What somebody may do to a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read it, or list it.
    Read,
    /// Change it, or put files into it.
    Write,
    /// Run it, or go into it.
    Execute,
}

/// Whose rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Owner,
    Group,
    Others,
}

/// Who may do what. Where it is not known whether a file may be run, none stands there: a file of the
/// build context is executable for all or for nobody, as version control keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    /// Read and write, of each class.
    read: [bool; 3],
    write: [bool; 3],
    execute: [Option<bool>; 3],
}

impl Mode {
    /// The mode of this octal number.
    pub(super) const fn octal(mode: u32) -> Self {
        Mode {
            read: [mode & 0o400 != 0, mode & 0o040 != 0, mode & 0o004 != 0],
            write: [mode & 0o200 != 0, mode & 0o020 != 0, mode & 0o002 != 0],
            execute: [
                Some(mode & 0o100 != 0),
                Some(mode & 0o010 != 0),
                Some(mode & 0o001 != 0),
            ],
        }
    }

    /// A file of the build context, or one of which nothing says that it is closed.
    pub(super) const AS_COPIED: Mode = Mode {
        read: [true; 3],
        write: [true, false, false],
        execute: [None; 3],
    };

    pub(super) fn allows(&self, class: Class, access: Access) -> Option<bool> {
        let class = class as usize;
        match access {
            Access::Read => Some(self.read[class]),
            Access::Write => Some(self.write[class]),
            Access::Execute => self.execute[class],
        }
    }

    /// Changes it as `chmod` does; `false` where the text is no mode.
    pub(super) fn change(&mut self, text: &str, is_folder: bool) -> bool {
        if !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
            let Ok(mode) = u32::from_str_radix(text, 8) else {
                return false;
            };
            *self = Mode::octal(mode);
            return true;
        }
        text.split(',').all(|clause| self.clause(clause, is_folder))
    }

    /// One clause of a symbolic mode (chmod(1)): `u+x`, `go=`, `a-w`.
    fn clause(&mut self, clause: &str, is_folder: bool) -> bool {
        let Some(at) = clause.find(['+', '-', '=']) else {
            return false;
        };
        let (who, rest) = clause.split_at(at);
        let (operator, rights) = rest.split_at(1);
        if !who.bytes().all(|b| b"ugoa".contains(&b)) {
            return false;
        }
        let is_all = who.is_empty() || who.contains('a');
        let concerned = [
            is_all || who.contains('u'),
            is_all || who.contains('g'),
            is_all || who.contains('o'),
        ];
        let from = ["u", "g", "o"].iter().position(|class| *class == rights);
        let before = *self;
        for class in (0..3).filter(|class| concerned[*class]) {
            let (read, write, execute) = match from {
                Some(from) => (before.read[from], before.write[from], before.execute[from]),
                None => (
                    rights.contains('r'),
                    // The usual mask takes the right to write from all but the owner.
                    rights.contains('w') && !(who.is_empty() && class > 0),
                    Some(rights.contains('x') || (rights.contains('X') && is_folder)),
                ),
            };
            match operator {
                "+" => {
                    self.read[class] |= read;
                    self.write[class] |= write;
                    if execute == Some(true) {
                        self.execute[class] = execute;
                    }
                }
                "-" => {
                    self.read[class] &= !read;
                    self.write[class] &= !write;
                    if execute == Some(true) {
                        self.execute[class] = Some(false);
                    }
                }
                _ => {
                    self.read[class] = read;
                    self.write[class] = write;
                    self.execute[class] = execute;
                }
            }
        }
        // Who lets only the owner run a file could not run it before.
        if operator == "+" && rights.contains('x') {
            for class in 0..3 {
                self.execute[class] = self.execute[class].or(Some(false));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(texts: &[&str], class: Class, access: Access) -> Option<bool> {
        let mut mode = Mode::AS_COPIED;
        for text in texts {
            assert!(mode.change(text, false), "{text}");
        }
        mode.allows(class, access)
    }

    #[test]
    fn modes_that_close() {
        for mode in ["600", "0600", "700", "750", "go-rwx", "o-r", "u=rwx,go="] {
            assert_eq!(
                after(&[mode], Class::Others, Access::Read),
                Some(false),
                "{mode}"
            );
        }
        for mode in ["644", "755", "+x", "u+x", "a+r", "777", "o-w", "go=u"] {
            assert_eq!(
                after(&[mode], Class::Others, Access::Read),
                Some(true),
                "{mode}"
            );
        }
    }

    #[test]
    fn modes_that_keep_others_from_running() {
        for mode in ["744", "u+x", "ug+x", "700"] {
            assert_eq!(
                after(&[mode], Class::Others, Access::Execute),
                Some(false),
                "{mode}"
            );
        }
        for mode in ["755", "+x", "a+x", "u+x,o+x", "555"] {
            assert_eq!(
                after(&[mode], Class::Others, Access::Execute),
                Some(true),
                "{mode}"
            );
        }
        assert_eq!(after(&["o-w"], Class::Others, Access::Execute), None);
        assert_eq!(
            after(&["755", "u+x"], Class::Others, Access::Execute),
            Some(true)
        );
        assert_eq!(after(&["g+w"], Class::Group, Access::Write), Some(true));
        assert_eq!(after(&["+w"], Class::Group, Access::Write), Some(false));
        assert!(!Mode::AS_COPIED.clone().change("$MODE", false));
    }
}
