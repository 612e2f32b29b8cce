//! The pack that comes with the program: beside it, or in the source tree that it was built from.

use std::path::{Path, PathBuf};

use face_packs::PACK_FILE;

/// The source tree's pack, for a program started by cargo.
const IN_SOURCE_TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/default");

/// The first folder that holds the pack.
pub(super) fn folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent).map(places_beside);
    let places = beside
        .into_iter()
        .flatten()
        .chain([PathBuf::from(IN_SOURCE_TREE)]);
    first_pack(places)
}

/// `models/default` beside the program, and where a system-wide installation keeps what programs share.
fn places_beside(program_folder: &Path) -> [PathBuf; 2] {
    ["models/default", "../share/whos-that/models/default"].map(|place| program_folder.join(place))
}

fn first_pack(places: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    places
        .into_iter()
        .find(|folder| folder.join(PACK_FILE).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_beside_the_program_comes_first() {
        let root = tempfile::tempdir().unwrap();
        let program_folder = root.path().join("bin");
        let [beside, shared] = places_beside(&program_folder);
        assert_eq!(first_pack(places_beside(&program_folder)), None);
        for folder in [&shared, &beside] {
            std::fs::create_dir_all(root.path().join("bin")).unwrap();
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(PACK_FILE), "").unwrap();
            assert_eq!(
                first_pack(places_beside(&program_folder)).as_ref(),
                Some(folder)
            );
        }
    }
}
