//! What lies in the file.

use face_store::StoreError;
use redb::{ReadOnlyTable, ReadTransaction, Table, TableDefinition, WriteTransaction};

use crate::failure::Failure;

type Bytes = &'static [u8];

/// The version of everything below that this program writes and the newest that it reads.
pub(crate) const SCHEMA: u64 = 1;

/// `"schema"`: version of the tables; `"revision"`: the last change.
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// People who are there, by id: everything but their samples.
const PEOPLE: TableDefinition<'_, i64, Bytes> = TableDefinition::new("people");
/// Samples by person and place in the order of their addition.
const SAMPLES: TableDefinition<'_, (i64, u64), Bytes> = TableDefinition::new("samples");
/// The revision at which a person went, by id.
const TOMBSTONES: TableDefinition<'_, i64, u64> = TableDefinition::new("tombstones");
/// The id behind each person's and tombstone's revision, so that the history is a range.
const CHANGES: TableDefinition<'_, u64, i64> = TableDefinition::new("changes");

/// What was claimed, with the time at which it is free again.
const MARKS: TableDefinition<'_, &[u8; 32], i64> = TableDefinition::new("marks");
/// The same in the order of that time.
const MARK_ENDS: TableDefinition<'_, (i64, &[u8; 32]), ()> = TableDefinition::new("mark-ends");

/// The tables of one write transaction.
pub(crate) struct Tables<'txn> {
    pub(crate) meta: Table<'txn, &'static str, u64>,
    pub(crate) people: Table<'txn, i64, Bytes>,
    pub(crate) samples: Table<'txn, (i64, u64), Bytes>,
    pub(crate) tombstones: Table<'txn, i64, u64>,
    pub(crate) changes: Table<'txn, u64, i64>,
    pub(crate) marks: Table<'txn, &'static [u8; 32], i64>,
    pub(crate) mark_ends: Table<'txn, (i64, &'static [u8; 32]), ()>,
}

impl<'txn> Tables<'txn> {
    /// Opens the tables, making those that are not there yet.
    pub(crate) fn open(transaction: &'txn WriteTransaction) -> Result<Self, Failure> {
        Ok(Self {
            meta: transaction.open_table(META)?,
            people: transaction.open_table(PEOPLE)?,
            samples: transaction.open_table(SAMPLES)?,
            tombstones: transaction.open_table(TOMBSTONES)?,
            changes: transaction.open_table(CHANGES)?,
            marks: transaction.open_table(MARKS)?,
            mark_ends: transaction.open_table(MARK_ENDS)?,
        })
    }
}

/// The tables as they were when a read transaction began.
pub(crate) struct Snapshot {
    pub(crate) people: ReadOnlyTable<i64, Bytes>,
    pub(crate) samples: ReadOnlyTable<(i64, u64), Bytes>,
    pub(crate) tombstones: ReadOnlyTable<i64, u64>,
    pub(crate) changes: ReadOnlyTable<u64, i64>,
}

impl Snapshot {
    pub(crate) fn open(transaction: &ReadTransaction) -> Result<Self, Failure> {
        Ok(Self {
            people: transaction.open_table(PEOPLE)?,
            samples: transaction.open_table(SAMPLES)?,
            tombstones: transaction.open_table(TOMBSTONES)?,
            changes: transaction.open_table(CHANGES)?,
        })
    }
}

/// Says so when a newer program wrote the file.
pub(crate) fn check_schema(found: u64) -> Result<(), StoreError> {
    if found > SCHEMA {
        return Err(StoreError::Corrupt(format!(
            "its schema is version {found}, written by a newer release; this one reads up to version {SCHEMA}"
        )));
    }
    Ok(())
}
