//! Lists of pairs in each of the published formats.

use rstest::rstest;

use super::super::{Found, Source};
use super::*;

const FOLDS: &str = "2\t1\nAda\t1\t4\nAda\t1\tBob\t2\nBob\t2\t3\nBob\t1\tEve_Moneypenny\t7\n";

fn set(names: &[&str]) -> PictureSet {
    PictureSet::from_found(names.iter().map(|name| Found {
        name: format!("lfw/{name}"),
        source: Source::Memory([].into()),
        label: None,
        group: String::new(),
        part: String::new(),
    }))
}

#[test]
fn folds_hold_their_mated_pairs_first() {
    let protocol = PairProtocol::parse(FOLDS).unwrap();
    let mated: Vec<Vec<bool>> = protocol
        .folds
        .iter()
        .map(|fold| fold.iter().map(|pair| pair.is_mated).collect())
        .collect();
    assert_eq!(mated, [[true, false], [true, false]]);
    let last = &protocol.folds[1][1];
    assert_eq!(last.first.file(), "Bob/Bob_0001.jpg");
    assert_eq!(last.second.file(), "Eve_Moneypenny/Eve_Moneypenny_0007.jpg");
}

#[test]
fn a_list_without_folds_is_one_fold() {
    let protocol = PairProtocol::parse("2\nA\t1\t2\nB\t1\t2\nA\t1\tB\t1\nA\t2\tB\t2\n\n").unwrap();
    assert_eq!(protocol.folds.len(), 1);
    assert_eq!(
        protocol.folds[0]
            .iter()
            .filter(|pair| pair.is_mated)
            .count(),
        2
    );
}

#[rstest]
#[case::header("ten\t300\n", 1)]
#[case::mated_line("1\nA\t1\tB\t2\nA\t1\tB\t2\n", 2)]
#[case::number("1\nA\t1\tx\nA\t1\tB\t2\n", 2)]
#[case::short("1\nA\t1\t2\n", 2)]
#[case::long("1\nA\t1\t2\nA\t1\tB\t2\nB\t1\t2\n", 4)]
fn a_broken_list_is_refused_with_its_line(#[case] text: &str, #[case] line: usize) {
    assert_eq!(PairProtocol::parse(text).unwrap_err().0, line);
}

#[test]
fn pairs_become_numbers_of_pictures() {
    let protocol = PairProtocol::parse("1\nAda\t1\t4\nAda\t4\tBob\t2\n").unwrap();
    let set = set(&["Ada/Ada_0001.jpg", "Ada/Ada_0004.jpg", "Bob/Bob_0002.jpg"]);
    let pairs = protocol.resolve(&set).unwrap();
    let mated = |first, second, is_mated| Comparison {
        first,
        second,
        is_mated,
    };
    assert_eq!(pairs, [[mated(0, 1, true), mated(1, 2, false)]]);
}

#[test]
fn a_pair_of_an_absent_picture_is_refused_by_name() {
    let protocol = PairProtocol::parse("1\nAda\t1\t4\nAda\t4\tBob\t2\n").unwrap();
    let error = protocol.resolve(&set(&["Ada/Ada_0001.jpg"])).unwrap_err();
    assert!(error.to_string().contains("Ada/Ada_0004.jpg"), "{error}");
}
