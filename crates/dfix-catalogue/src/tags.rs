//! Every tag that an official image ever published, read in place from `official-tags.bin`.
//!
//! The file's layout is told in `README.md`; `data/refresh.py` writes it.

use std::ops::ControlFlow;

use super::date::Date;
use super::foundation::Foundation;
use super::table::Table;

static TAGS: &[u8] = include_bytes!("../data/official-tags.bin");
const CURRENT: Table = Table::new(include_str!("../data/current-tags.tsv"));

const ENTRIES_PER_BLOCK: usize = 32;
const TAILS_PER_BLOCK: usize = 16;
const SAME_HEAD: u8 = 255;

/// What is known of one tag of an official image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagRecord {
    /// The day on which the tag appeared.
    pub first_published: Date,
    /// The day on which it was no longer maintained; `None` when it still was on
    /// [`super::AS_OF`].
    pub last_maintained: Option<Date>,
    /// What the image of this tag stood on when it was last maintained.
    pub foundation: Option<Foundation>,
}

/// Looks a tag of an official image up.
///
/// `repository` is a normalised name (`python`, see [`super::normalise`]), `tag` the text after
/// the colon (`latest` when the file says none). `None`: never published, or not an official
/// image. Costs a few microseconds.
pub fn tag(repository: &str, tag: &str) -> Option<TagRecord> {
    let mut record = Section::find(repository)?.tag(tag)?;
    // A tag that still moves stands on the release that the others of the same image name.
    if record.last_maintained.is_none()
        && let Some(foundation) = &mut record.foundation
        && let Some(told) = aliases(repository, tag).find_map(named_release)
        && told.distribution == foundation.distribution
    {
        foundation.release = told.release;
    }
    Some(record)
}

/// The release that a tag names with its number.
fn named_release(tag: &str) -> Option<Foundation> {
    super::releases::from_tag_words(tag).filter(|it| it.release.is_some())
}

/// The tags that name the same image as this one does on [`super::AS_OF`], itself included, the
/// most telling first (`3.14.7-trixie` before `3`). Empty when the tag is alone or not current.
pub fn aliases(repository: &str, tag: &str) -> impl Iterator<Item = &'static str> + use<> {
    let find = |tag: &str| CURRENT.row(&format!("{repository}:{tag}"));
    let row = find(tag).and_then(|row| match row.column(1) {
        "" => Some(row),
        first => find(first),
    });
    row.into_iter().flat_map(|row| row.words(2))
}

/// The version of what an image is for, with as many numbers as can be told: `3.11.15` of
/// `python:3.11`, `3.8` of `python:3.8`, and of `python:latest` what it was on [`super::AS_OF`].
///
/// `None` when the tag has no number and is not current. The repository says whose version it is:
/// Java's on `openjdk`, the release's on `debian`.
pub fn version_of(repository: &str, tag: &str) -> Option<String> {
    fn number(tag: &str) -> &str {
        let end = tag
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(tag.len());
        tag[..end].trim_end_matches('.')
    }
    let own = number(tag);
    let mut best = own.to_owned();
    for alias in aliases(repository, tag) {
        let version = number(alias);
        let longer = version.split('.').count() > best.split('.').count() || best.is_empty();
        if version.starts_with(own) && longer {
            version.clone_into(&mut best);
        }
    }
    (!best.is_empty()).then_some(best)
}

pub(super) fn is_known_repository(repository: &str) -> bool {
    Section::find(repository).is_some()
}

/// Bytes with checked access: a damaged file reads as "not found", never as a panic.
#[derive(Clone, Copy)]
struct Reader {
    at: usize,
}

impl Reader {
    fn byte(&mut self) -> Option<u8> {
        let byte = *TAGS.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn bytes(&mut self, length: usize) -> Option<&'static [u8]> {
        let bytes = TAGS.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = 0_usize;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
            if shift > 28 {
                return None;
            }
        }
    }
}

fn u16_at(at: usize) -> Option<u16> {
    let bytes = TAGS.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(at: usize) -> Option<usize> {
    let bytes = TAGS.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

/// One repository's part of the file, as places in it.
#[derive(Clone, Copy)]
pub(super) struct Section {
    entries: usize,
    tail_count: usize,
    record_count: usize,
    block_count: usize,
    tail_starts: usize,
    tails: usize,
    records: usize,
    block_starts: usize,
    blocks: usize,
}

impl Section {
    pub(super) fn find(repository: &str) -> Option<Self> {
        let stands = usize::from(u16_at(4)?);
        let count = usize::from(u16_at(6)?);
        let index = 8 + 2 * stands;
        let mut low = 0;
        let mut high = count;
        while low < high {
            let middle = usize::midpoint(low, high);
            let mut reader = Reader {
                at: u32_at(index + 4 * middle)?,
            };
            let length = usize::from(reader.byte()?);
            match reader.bytes(length)?.cmp(repository.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Self::read(reader.at),
            }
        }
        None
    }

    fn read(at: usize) -> Option<Self> {
        let entries = u32_at(at)?;
        let tail_count = u32_at(at + 4)?;
        let tail_bytes = u32_at(at + 8)?;
        let record_count = u32_at(at + 12)?;
        let block_count = u32_at(at + 16)?;
        let tail_starts = at + 20;
        let tails = tail_starts + 4 * tail_count.div_ceil(TAILS_PER_BLOCK);
        let records = tails + tail_bytes;
        let block_starts = records + 6 * record_count;
        Some(Self {
            entries,
            tail_count,
            record_count,
            block_count,
            tail_starts,
            tails,
            records,
            block_starts,
            blocks: block_starts + 4 * block_count,
        })
    }

    pub(super) fn tag(&self, tag: &str) -> Option<TagRecord> {
        if tag.ends_with('-') {
            return None;
        }
        let (head, tail) = tag.split_once('-').unwrap_or((tag, ""));
        let tail = self.tail_number(tail.as_bytes())?;
        let wanted = (head.as_bytes(), tail);
        // The last block that starts at or before the wanted entry.
        let mut low = 0;
        let mut high = self.block_count;
        while low < high {
            let middle = usize::midpoint(low, high);
            let mut reader = self.block(middle)?;
            let _shared = reader.byte()?;
            let length = usize::from(reader.byte()?);
            let first = (reader.bytes(length)?, reader.number()?);
            if first <= wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let block = low.checked_sub(1)?;
        let mut found = None;
        self.walk_block(block, |name, number, record| {
            if (name, number) == wanted {
                found = Some(record);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        self.record(found?)
    }

    fn block(&self, number: usize) -> Option<Reader> {
        let start = u32_at(self.block_starts + 4 * number)?;
        Some(Reader {
            at: self.blocks + start,
        })
    }

    /// Shows the entries of a block until one ends it.
    fn walk_block(
        &self,
        number: usize,
        mut each: impl FnMut(&[u8], usize, usize) -> ControlFlow<()>,
    ) -> Option<()> {
        let mut reader = self.block(number)?;
        let left = self.entries.checked_sub(number * ENTRIES_PER_BLOCK)?;
        let mut head = Vec::with_capacity(32);
        for _ in 0..left.min(ENTRIES_PER_BLOCK) {
            let shared = reader.byte()?;
            if shared != SAME_HEAD {
                let length = usize::from(reader.byte()?);
                head.truncate(usize::from(shared));
                head.extend_from_slice(reader.bytes(length)?);
            }
            let tail = reader.number()?;
            let record = reader.number()?;
            if each(&head, tail, record).is_break() {
                break;
            }
        }
        Some(())
    }

    fn tail_number(&self, wanted: &[u8]) -> Option<usize> {
        let block_count = self.tail_count.div_ceil(TAILS_PER_BLOCK);
        let reader_of = |number: usize| {
            Some(Reader {
                at: self.tails + u32_at(self.tail_starts + 4 * number)?,
            })
        };
        let mut low = 0;
        let mut high = block_count;
        while low < high {
            let middle = usize::midpoint(low, high);
            let mut reader = reader_of(middle)?;
            let _shared = reader.byte()?;
            let length = usize::from(reader.byte()?);
            if reader.bytes(length)? <= wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let block = low.checked_sub(1)?;
        let mut reader = reader_of(block)?;
        let mut tail = Vec::with_capacity(64);
        let first = block * TAILS_PER_BLOCK;
        for number in first..(first + TAILS_PER_BLOCK).min(self.tail_count) {
            let shared = usize::from(reader.byte()?);
            let length = usize::from(reader.byte()?);
            tail.truncate(shared);
            tail.extend_from_slice(reader.bytes(length)?);
            if tail == wanted {
                return Some(number);
            }
        }
        None
    }

    fn record(&self, number: usize) -> Option<TagRecord> {
        if number >= self.record_count {
            return None;
        }
        let at = self.records + 6 * number;
        let last = u16_at(at + 2)?;
        Some(TagRecord {
            first_published: Date::from_days(u16_at(at)?),
            last_maintained: (last != 0).then(|| Date::from_days(last)),
            foundation: foundation(u16_at(at + 4)?),
        })
    }

    /// The tags of the repository whose record is wanted, in no order a reader would expect.
    pub(super) fn tags(
        &self,
        is_wanted: impl Fn(&TagRecord) -> bool,
    ) -> Option<Vec<(String, TagRecord)>> {
        let mut tails = Vec::new();
        for block in 0..self.tail_count.div_ceil(TAILS_PER_BLOCK) {
            let mut reader = Reader {
                at: self.tails + u32_at(self.tail_starts + 4 * block)?,
            };
            let mut tail = Vec::new();
            let left = self.tail_count - block * TAILS_PER_BLOCK;
            for _ in 0..left.min(TAILS_PER_BLOCK) {
                let shared = usize::from(reader.byte()?);
                let length = usize::from(reader.byte()?);
                tail.truncate(shared);
                tail.extend_from_slice(reader.bytes(length)?);
                tails.push(String::from_utf8(tail.clone()).ok()?);
            }
        }
        let mut result = Vec::new();
        for block in 0..self.block_count {
            self.walk_block(block, |head, tail, record| {
                let record = self.record(record).filter(&is_wanted);
                if let (Some(record), Some(tail)) = (record, tails.get(tail)) {
                    let head = String::from_utf8_lossy(head);
                    let name = if tail.is_empty() {
                        head.into_owned()
                    } else {
                        format!("{head}-{tail}")
                    };
                    result.push((name, record));
                }
                ControlFlow::Continue(())
            })?;
        }
        Some(result)
    }
}

/// The names of all repositories of the file. For tests.
#[cfg(test)]
pub(super) fn repositories() -> Vec<&'static str> {
    let stands = usize::from(u16_at(4).expect("a header"));
    let count = usize::from(u16_at(6).expect("a header"));
    (0..count)
        .map(|number| {
            let mut reader = Reader {
                at: u32_at(8 + 2 * stands + 4 * number).expect("an index"),
            };
            let length = usize::from(reader.byte().expect("a length"));
            std::str::from_utf8(reader.bytes(length).expect("a name")).expect("UTF-8")
        })
        .collect()
}

fn foundation(number: u16) -> Option<Foundation> {
    let place = usize::from(number.checked_sub(1)?);
    let stands = usize::from(u16_at(4)?);
    let repositories = usize::from(u16_at(6)?);
    if place >= stands {
        return None;
    }
    let text = 8 + 2 * stands + 4 * repositories;
    let mut reader = Reader {
        at: text + usize::from(u16_at(8 + 2 * place)?),
    };
    let length = usize::from(reader.byte()?);
    Foundation::parse(std::str::from_utf8(reader.bytes(length)?).ok()?)
}
