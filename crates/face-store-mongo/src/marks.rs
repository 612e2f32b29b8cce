//! What may happen once: a document a mark, whose key the server gives to one caller.

use face_store::{Mark, StoreError, Timestamp};
use mongodb::bson::{Binary, DateTime, Document, doc, spec::BinarySubtype};
use mongodb::error::{Error, ErrorKind};
use mongodb::{Collection, IndexModel};

use crate::failure::{DUPLICATE_KEY, failed};

/// The collection of marks.
pub(crate) struct Marks(pub(crate) Collection<Document>);

impl Marks {
    /// Makes the index by which those are found whose time is over.
    pub(crate) async fn prepare(&self) -> Result<(), StoreError> {
        let ends = IndexModel::builder().keys(doc! { "until": 1 }).build();
        self.0.create_index(ends).await.map_err(failed)?;
        Ok(())
    }

    /// The marks that were taken; the others are from now on.
    pub(crate) async fn claim(
        &self,
        marks: &[Mark],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Mark>, StoreError> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        // By hand rather than by a TTL index: that one takes a minute, and the server's clock.
        let over = doc! { "until": { "$lte": DateTime::from_millis(now.0) } };
        self.0.delete_many(over).await.map_err(failed)?;
        let documents = marks.iter().map(|Mark(mark)| {
            let id = Binary {
                subtype: BinarySubtype::Generic,
                bytes: mark.to_vec(),
            };
            doc! { "_id": id, "until": DateTime::from_millis(until.0) }
        });
        match self.0.insert_many(documents).ordered(false).await {
            Ok(_) => Ok(Vec::new()),
            Err(error) => taken(marks, error),
        }
    }
}

/// The marks whose keys were there; any other failure goes on.
fn taken(marks: &[Mark], error: Error) -> Result<Vec<Mark>, StoreError> {
    let ErrorKind::InsertMany(refused) = &*error.kind else {
        return Err(failed(error));
    };
    let refusals = refused.write_errors.as_deref().unwrap_or_default();
    let is_duplicate = |code: i32| code == DUPLICATE_KEY;
    if refused.write_concern_error.is_some()
        || refusals.is_empty()
        || !refusals.iter().all(|refusal| is_duplicate(refusal.code))
    {
        return Err(failed(error));
    }
    let mark = |index: usize| marks.get(index).copied();
    Ok(refusals
        .iter()
        .filter_map(|refusal| mark(refusal.index))
        .collect())
}
