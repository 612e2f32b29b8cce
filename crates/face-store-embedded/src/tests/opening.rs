//! Files that are new, taken, foreign or from the future.

use std::error::Error as _;

use face_store::{Store, StoreError};
use redb::{Database, TableDefinition};
use tempfile::TempDir;

use crate::EmbeddedStore;
use crate::tables::META;

#[tokio::test]
async fn a_file_that_is_open_elsewhere_is_refused_with_a_clear_reason() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.redb");
    let first = EmbeddedStore::open(&path).await.unwrap();
    let refused = EmbeddedStore::open(&path).await.unwrap_err();
    assert!(
        refused
            .source()
            .unwrap()
            .to_string()
            .contains("another process"),
        "{refused:?}"
    );
    drop(first);
    EmbeddedStore::open(&path)
        .await
        .unwrap()
        .ping()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.redb");
    drop(EmbeddedStore::open(&path).await.unwrap());
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction
        .open_table(META)
        .unwrap()
        .insert("schema", 99)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    for _ in 0..2 {
        let refused = EmbeddedStore::open(&path).await.unwrap_err();
        assert!(
            matches!(&refused, StoreError::Corrupt(why) if why.contains("99") && why.contains("newer"))
        );
    }
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "Dear Ada, ".repeat(1000)).unwrap();
    let refused = EmbeddedStore::open(&letter).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
    assert!(
        std::fs::read_to_string(&letter)
            .unwrap()
            .starts_with("Dear Ada")
    );

    let other = folder.path().join("other.redb");
    let database = Database::create(&other).unwrap();
    let transaction = database.begin_write().unwrap();
    let table: TableDefinition<'_, u8, u8> = TableDefinition::new("meta");
    transaction.open_table(table).unwrap().insert(1, 1).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let refused = EmbeddedStore::open(&other).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Corrupt(why) if why.contains("another program")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error_with_its_cause() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let refused = EmbeddedStore::open(folder.path().join("file/people.redb"))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, StoreError::Unavailable(_)) && refused.source().is_some(),
        "{refused:?}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("made/on/the/way/people.redb");
    drop(EmbeddedStore::open(&path).await.unwrap());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
