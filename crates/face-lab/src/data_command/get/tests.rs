//! Downloads from a server on loopback: whole, cut, wrong, absent, known already.

use face_packs::{Digest, Silent};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::server::{Request, Server};
use super::*;

/// Bytes that gzip cannot shrink to nothing.
fn bytes() -> Vec<u8> {
    // A linear congruential generator (Numerical Recipes); its upper bits do not repeat within the file.
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let noise = std::iter::successors(Some(1_u32), next);
    noise
        .take(120_000)
        .map(|state| (state >> 24) as u8)
        .collect()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn set(server: &Server, archive: &[u8], list: &[u8]) -> PublicSet {
    let text = format!(
        "[[set]]\nname = 'drawn'\ntitle = 't'\npage = 'p'\nterms = 'none'\n\
         [[set.file]]\nname = 'a.tgz'\nsha256 = '{}'\nbytes = {}\nunpacked = 'a.tar'\n\
         addresses = ['{address}/gone.tgz', '{address}/a.tgz']\n\
         [[set.file]]\nname = 'list.txt'\nsha256 = '{}'\naddresses = ['{address}/list.txt']",
        Digest::of(archive),
        archive.len(),
        Digest::of(list),
        address = server.address,
    );
    toml::from_str::<Catalogue>(&text).unwrap().sets.remove(0)
}

fn serve(archive: &[u8], list: &[u8], cut: Option<usize>) -> Server {
    let files = vec![
        ("/a.tgz".to_owned(), archive.to_vec()),
        ("/list.txt".to_owned(), list.to_vec()),
    ];
    Server::start(files, cut)
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_set_is_fetched_from_the_address_that_has_it_and_unpacked() {
    let (archive, folder) = (gzipped(&bytes()), tempfile::tempdir().unwrap());
    let server = serve(&archive, b"names", None);
    get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap();
    assert_eq!(names_in(folder.path()), ["a.tar", "list.txt"]);
    assert!(std::fs::read(folder.path().join("a.tar")).unwrap() == bytes());
    assert_eq!(
        std::fs::read(folder.path().join("list.txt")).unwrap(),
        b"names"
    );
    let before = server.requests().len();
    get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap();
    assert_eq!(
        server.requests().len(),
        before,
        "what is there is not fetched again"
    );
}

#[test]
fn a_cut_download_goes_on_where_it_was() {
    let (archive, folder) = (gzipped(&bytes()), tempfile::tempdir().unwrap());
    let server = serve(&archive, b"names", Some(50_000));
    get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap();
    assert!(std::fs::read(folder.path().join("a.tar")).unwrap() == bytes());
    let from = |request: &Request| request.path == "/a.tgz" && request.from == Some(50_000);
    assert!(
        server.requests().iter().any(from),
        "{:?}",
        server.requests()
    );
}

#[test]
fn a_download_that_was_killed_goes_on_where_it_was() {
    let (archive, folder) = (gzipped(&bytes()), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("a.tgz.part"), &archive[..70_000]).unwrap();
    let server = serve(&archive, b"names", None);
    get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap();
    let froms: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.from)
        .collect();
    assert!(froms.contains(&Some(70_000)), "{froms:?}");
    assert!(std::fs::read(folder.path().join("a.tar")).unwrap() == bytes());
}

#[test]
fn other_bytes_than_the_pinned_ones_are_refused_and_not_kept() {
    let (archive, folder) = (gzipped(&bytes()), tempfile::tempdir().unwrap());
    let mut other = archive.clone();
    other[60_000] ^= 1;
    let server = serve(&other, b"names", None);
    let error = get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.contains("other bytes") && message.contains("404"),
        "{message}"
    );
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_file_of_unknown_length_is_held_against_its_digest() {
    let (archive, folder) = (gzipped(&bytes()), tempfile::tempdir().unwrap());
    let server = serve(&archive, b"nam3s", None);
    let error = get(&set(&server, &archive, b"names"), folder.path(), &Silent).unwrap_err();
    assert!(format!("{error:#}").contains("other bytes"), "{error:#}");
    assert_eq!(names_in(folder.path()), ["a.tar"]);
}

#[test]
fn a_set_that_no_program_can_fetch_says_how_to_come_by_it() {
    let catalogue = Catalogue::open(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let error = get(catalogue.set("cew").unwrap(), folder.path(), &Silent).unwrap_err();
    assert!(
        error.to_string().contains("a program.\nThe site"),
        "{error}"
    );
}
