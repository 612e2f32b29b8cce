//! The writer's side of a gallery: where each reference lies, and how it gets there and away.
//!
//! Rows are numbered without gaps; a removed one is replaced by the last. A change copies only the blocks it touches,
//! once per batch: the published snapshot holds the old ones, so `Arc::make_mut` copies a block at its first change
//! and finds it unshared at the next.

use std::collections::HashMap;
use std::sync::Arc;

use face_types::{PersonId, SampleId, Template};

use crate::block::{BLOCK_ROWS, Block, Row};
use crate::kernel::Lane;

/// All references, and each person's rows.
pub(crate) struct Rows {
    stride: usize,
    len: usize,
    blocks: Vec<Arc<Block>>,
    places: HashMap<PersonId, Vec<(SampleId, usize)>>,
}

impl Rows {
    /// No references, of `dimension` values each.
    pub(crate) fn new(dimension: usize) -> Self {
        Self {
            stride: Lane::count(dimension),
            len: 0,
            blocks: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Number of references.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Number of people with at least one reference.
    pub(crate) fn people(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// Adds a reference, or puts it in the place of the one with the same person and sample.
    pub(crate) fn put(&mut self, person: PersonId, sample: SampleId, template: &Template) {
        let mut values = vec![Lane::ZERO; self.stride];
        Lane::pack(template.values(), &mut values);
        let row = Row {
            person,
            sample,
            values: &values,
        };
        let places = self.places.entry(person).or_default();
        if let Some(&(_, place)) = places.iter().find(|(id, _)| *id == sample) {
            self.block_mut(place).overwrite(place % BLOCK_ROWS, row);
        } else {
            places.push((sample, self.len));
            self.push(row);
        }
    }

    /// Removes one reference; `false` when it is not there.
    pub(crate) fn remove(&mut self, person: PersonId, sample: SampleId) -> bool {
        let Some(places) = self.places.get_mut(&person) else {
            return false;
        };
        let Some(at) = places.iter().position(|(id, _)| *id == sample) else {
            return false;
        };
        let (_, place) = places.swap_remove(at);
        if places.is_empty() {
            self.places.remove(&person);
        }
        self.fill_with_last(place);
        true
    }

    /// Removes all references of a person and returns how many there were.
    pub(crate) fn remove_person(&mut self, person: PersonId) -> usize {
        let mut places = self.places.remove(&person).unwrap_or_default();
        // From the last place on, so that the row that fills a gap is never one of those still to be removed.
        places.sort_unstable_by_key(|&(_, place)| std::cmp::Reverse(place));
        for &(_, place) in &places {
            self.fill_with_last(place);
        }
        places.len()
    }

    fn push(&mut self, row: Row<'_>) {
        if self.len.is_multiple_of(BLOCK_ROWS) {
            self.blocks.push(Arc::new(Block::new(self.stride)));
        }
        self.block_mut(self.len).push(row);
        self.len += 1;
    }

    /// Moves the last reference to `place`, whose own is gone, and shortens the gallery by one.
    fn fill_with_last(&mut self, place: usize) {
        let last = self.len - 1;
        if place != last {
            let from = Arc::clone(&self.blocks[last / BLOCK_ROWS]);
            let moved = from.row(last % BLOCK_ROWS);
            self.block_mut(place).overwrite(place % BLOCK_ROWS, moved);
            self.repoint(moved.person, last, place);
        }
        self.block_mut(last).pop();
        self.len = last;
        if last.is_multiple_of(BLOCK_ROWS) {
            self.blocks.pop();
        }
    }

    fn repoint(&mut self, person: PersonId, from: usize, to: usize) {
        let places = self.places.get_mut(&person);
        let entry = places.and_then(|places| places.iter_mut().find(|(_, place)| *place == from));
        entry.expect("every row has an entry under its person").1 = to;
    }

    fn block_mut(&mut self, place: usize) -> &mut Block {
        Arc::make_mut(&mut self.blocks[place / BLOCK_ROWS])
    }
}
