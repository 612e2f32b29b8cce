//! From a path to a checked database.

use std::fs::OpenOptions;
use std::path::Path;

use face_store::StoreError;
use redb::{Database, TableError};

use crate::failure::Failure;
use crate::tables::{META, SCHEMA, Tables, check_schema};

/// Opens the file, making it and its folder where they are not.
pub(crate) fn open(path: &Path) -> Result<Database, Failure> {
    make_private(path).map_err(StoreError::unavailable)?;
    let mut builder = Database::builder();
    builder.set_repair_callback(|repair| {
        tracing::info!(
            progress = repair.progress(),
            "the store was not closed; checking it"
        );
    });
    let database = builder.create(path)?;
    prepare(&database)?;
    Ok(database)
}

/// An empty file that only its owner can read, unless there is one.
fn make_private(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => sync_folder(folder.unwrap_or(Path::new("."))),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes the new name in the folder durable; the database syncs only the file itself.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

/// Checks the schema, and makes the tables of a new file.
fn prepare(database: &Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        // The version comes before any other table is opened: a newer release may have changed their types.
        let found = schema(&transaction)?;
        check_schema(found.unwrap_or(SCHEMA))?;
        let mut tables = Tables::open(&transaction)?;
        tables.meta.insert("schema", SCHEMA)?;
    }
    Ok(transaction.commit()?)
}

fn schema(transaction: &redb::WriteTransaction) -> Result<Option<u64>, Failure> {
    let meta = match transaction.open_table(META) {
        Err(TableError::TableTypeMismatch { .. }) => {
            return Err(
                StoreError::Corrupt("the file belongs to another program".to_owned()).into(),
            );
        }
        other => other?,
    };
    let found = redb::ReadableTable::get(&meta, "schema")?;
    Ok(found.map(|version| version.value()))
}
