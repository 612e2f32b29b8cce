//! A block of references: the unit that a writer copies and a search reads in one go.

use face_types::{PersonId, SampleId};

use crate::kernel::Lane;

/// Rows of a block.
///
/// 128 rows of 256 values are 128 KiB: an enrolment copies that in some 10 µs, and a search reads it from the
/// second-level cache while the list of blocks stays short (782 for 100,000 rows).
pub(crate) const BLOCK_ROWS: usize = 128;

/// Up to [`BLOCK_ROWS`] references and whose they are, without gaps.
#[derive(Clone)]
pub(crate) struct Block {
    /// `[BLOCK_ROWS, stride]`; rows from [`Self::len`] on are zero.
    rows: Box<[Lane]>,
    people: Vec<PersonId>,
    samples: Vec<SampleId>,
}

/// A reference in place.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) person: PersonId,
    pub(crate) sample: SampleId,
    pub(crate) values: &'a [Lane],
}

impl Block {
    /// An empty block of rows that are `stride` lanes long.
    pub(crate) fn new(stride: usize) -> Self {
        Self {
            rows: vec![Lane::ZERO; BLOCK_ROWS * stride].into(),
            people: Vec::with_capacity(BLOCK_ROWS),
            samples: Vec::with_capacity(BLOCK_ROWS),
        }
    }

    /// Number of references.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn people(&self) -> &[PersonId] {
        &self.people
    }

    pub(crate) fn samples(&self) -> &[SampleId] {
        &self.samples
    }

    /// The references' values, `[len, stride]`.
    pub(crate) fn values(&self) -> &[Lane] {
        &self.rows[..self.len() * self.stride()]
    }

    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        let stride = self.stride();
        Row {
            person: self.people[row],
            sample: self.samples[row],
            values: &self.rows[row * stride..][..stride],
        }
    }

    /// Adds a row at the end; the block must not be full.
    pub(crate) fn push(&mut self, row: Row<'_>) {
        self.people.push(row.person);
        self.samples.push(row.sample);
        self.row_mut(self.len() - 1).copy_from_slice(row.values);
    }

    /// Puts another reference in the place of row `row`.
    pub(crate) fn overwrite(&mut self, row: usize, with: Row<'_>) {
        self.people[row] = with.person;
        self.samples[row] = with.sample;
        self.row_mut(row).copy_from_slice(with.values);
    }

    /// Removes the last row, whose values are wiped.
    pub(crate) fn pop(&mut self) {
        self.row_mut(self.len() - 1).fill(Lane::ZERO);
        self.people.pop();
        self.samples.pop();
    }

    fn row_mut(&mut self, row: usize) -> &mut [Lane] {
        let stride = self.stride();
        &mut self.rows[row * stride..][..stride]
    }

    fn stride(&self) -> usize {
        self.rows.len() / BLOCK_ROWS
    }
}
