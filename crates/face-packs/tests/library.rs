//! Libraries that are no usable ONNX Runtime; a process of its own, since a process loads ONNX Runtime once.

use std::path::{Path, PathBuf};
use std::process::Command;

use face_packs::{Cpu, OnnxRuntime, RuntimeError, Search};

/// A library that says it is ONNX Runtime 1.20.0 and can do nothing.
const OLD_LIBRARY: &str = r#"
use std::ffi::{c_char, c_void};
#[repr(C)]
pub struct Base { get_api: extern "C" fn(u32) -> *const c_void, version: extern "C" fn() -> *const c_char }
extern "C" fn get_api(_: u32) -> *const c_void { std::ptr::null() }
extern "C" fn version() -> *const c_char { c"1.20.0".as_ptr() }
static BASE: Base = Base { get_api, version };
#[unsafe(no_mangle)]
pub extern "C" fn OrtGetApiBase() -> *const Base { &BASE }
"#;

/// A search that sees nothing but `folder`.
fn search(folder: &Path) -> Search {
    Search {
        library: None,
        system_folders: vec![folder.to_path_buf()],
        cache: folder.join("cache"),
        cpu: Cpu { has_avx: true },
    }
}

fn library_name() -> String {
    format!("libonnxruntime{}", std::env::consts::DLL_SUFFIX)
}

fn old_library(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("old.rs"), folder.join(library_name()));
    std::fs::write(&source, OLD_LIBRARY).expect("the folder is writable");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let compiled = rustc
        .args(["--edition=2024", "--crate-type=cdylib", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    assert!(
        compiled
            .expect("rustc is there, as it compiled this test")
            .success()
    );
    library
}

#[test]
fn a_library_that_is_too_old_is_named_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let library = old_library(folder.path());
    let named = Search {
        library: Some(library),
        ..search(folder.path())
    };
    match OnnxRuntime::locate(&named) {
        Err(RuntimeError::TooOld { found, .. }) => assert_eq!(found, "1.20.0"),
        other => panic!("{other:?}"),
    }
    let error = OnnxRuntime::locate(&search(folder.path())).unwrap_err();
    assert!(matches!(error, RuntimeError::NotFound { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("is ONNX Runtime 1.20.0; version 1.24 or newer is needed"),
        "{error}"
    );
}

#[test]
fn a_machine_without_the_library_is_told_three_remedies() {
    let folder = tempfile::tempdir().unwrap();
    let text = OnnxRuntime::locate(&search(folder.path()))
        .unwrap_err()
        .to_string();
    for remedy in [
        "1. set ORT_DYLIB_PATH",
        "2. install it",
        "3. let it be fetched",
    ] {
        assert!(text.contains(remedy), "{text}");
    }
}

#[test]
fn a_processor_without_avx_gets_a_sentence_before_anything_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let search = Search {
        cpu: Cpu { has_avx: false },
        library: Some("/absent".into()),
        ..search(folder.path())
    };
    let error = OnnxRuntime::locate(&search).unwrap_err();
    assert!(matches!(error, RuntimeError::NoAvx), "{error:?}");
    assert!(error.to_string().contains("no AVX"), "{error}");
}

#[test]
fn a_named_file_that_is_no_library_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let text_file = folder.path().join(library_name());
    std::fs::write(&text_file, "no library").unwrap();
    for named in [text_file, folder.path().join("absent.so")] {
        let error = OnnxRuntime::locate(&Search {
            library: Some(named),
            ..search(folder.path())
        })
        .unwrap_err();
        assert!(matches!(error, RuntimeError::Unusable { .. }), "{error:?}");
    }
}
