//! Styles, scripts and the mark: compiled in, so that the binary runs anywhere, under an address that changes with them.
//!
//! A fingerprint of all files is a part of the address, which is why browsers may keep them for good, and why modules may
//! import each other by relative names. `--static-dir` serves a folder instead, uncached, while one works on the files.

use std::path::Path;
use std::sync::LazyLock;

use actix_files::Files;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::error::PageError;

/// One file: name, media type, bytes.
type Asset = (&'static str, &'static str, &'static [u8]);

macro_rules! assets {
    ($($name:literal: $media_type:literal,)*) => {
        &[$(($name, $media_type, include_bytes!(concat!("../static/", $name)).as_slice()),)*]
    };
}

/// All of them.
pub(crate) const ASSETS: &[Asset] = assets! {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "camera.js": "text/javascript; charset=utf-8",
    "face-login.js": "text/javascript; charset=utf-8",
    "pictures.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
};

/// First 12 hexadecimal digits of the SHA-256 over all files.
static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (name, _, bytes) in ASSETS {
        hash.update(name);
        hash.update(bytes);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, e, f, ..] = digest;
    format!("{:012x}", u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
});

/// Path under which the files are served.
pub(crate) fn prefix(static_dir: Option<&Path>) -> String {
    match static_dir {
        Some(_) => "/static/dev".to_owned(),
        None => format!("/static/{}", *FINGERPRINT),
    }
}

/// Adds the files.
pub(crate) fn routes(static_dir: Option<&Path>) -> impl FnOnce(&mut web::ServiceConfig) {
    let dir = static_dir.map(Path::to_owned);
    move |config| {
        match dir {
            Some(dir) => config.service(Files::new("/static/dev", dir).prefer_utf8(true)),
            None => config.route("/static/{fingerprint}/{name}", web::get().to(serve)),
        };
    }
}

async fn serve(path: web::Path<(String, String)>) -> Result<HttpResponse, PageError> {
    let (fingerprint, name) = path.into_inner();
    let asset = ASSETS.iter().find(|(n, ..)| *n == name);
    let (_, media_type, bytes) = asset.ok_or(PageError::NotFound)?;
    // A page of an older version may ask under an older fingerprint: it gets today's file, and must ask again.
    let cache = if fingerprint == *FINGERPRINT {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, *media_type))
        .insert_header((CACHE_CONTROL, cache))
        .body(*bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_compiled_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        let mut compiled: Vec<&str> = ASSETS.iter().map(|(name, ..)| *name).collect();
        compiled.sort_unstable();
        assert_eq!(names, compiled);
    }

    /// The colours of one `:root` block.
    fn colours(block: &str) -> HashMap<&str, [f64; 3]> {
        let lines = block.split('}').next().unwrap().lines();
        let pairs = lines.filter_map(|line| line.trim().strip_suffix(';')?.split_once(": #"));
        let channel = |hex: &str, at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        pairs
            .map(|(name, hex)| (name, [channel(hex, 0), channel(hex, 2), channel(hex, 4)]))
            .collect()
    }

    /// Contrast ratio of WCAG 2.2, 1 to 21.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let light = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
        let (one, other) = (light(one), light(other));
        one.max(other) / one.min(other)
    }

    #[test]
    fn words_stand_out_from_what_is_behind_them_in_light_and_dark() {
        let css = std::str::from_utf8(ASSETS[0].2).unwrap();
        let blocks: Vec<&str> = css.split(":root {").skip(1).collect();
        assert_eq!(blocks.len(), 2, "light and dark");
        for (theme, block) in ["light", "dark"].iter().zip(blocks) {
            let colours = colours(block);
            for (words, behind) in [
                ("--ink", "--page"),
                ("--ink", "--surface"),
                ("--ink", "--accent-wash"),
                ("--ink", "--bad-wash"),
                ("--ink", "--good-wash"),
                ("--ink-soft", "--page"),
                ("--ink-soft", "--surface"),
                ("--ink-soft", "--sunken"),
                ("--ink-soft", "--bad-wash"),
                ("--accent", "--page"),
                ("--accent", "--surface"),
                ("--accent", "--accent-wash"),
                ("--accent", "--good-wash"),
                ("--on-accent", "--accent"),
                ("--on-accent", "--accent-deep"),
                ("--bad", "--surface"),
                ("--bad", "--sunken"),
                ("--bad", "--bad-wash"),
                ("--surface", "--bad"),
            ] {
                let ratio = contrast(colours[words], colours[behind]);
                assert!(ratio >= 4.5, "{theme}: {words} on {behind} is {ratio:.2}");
            }
            let border = contrast(colours["--line-strong"], colours["--surface"]);
            assert!(
                border >= 3.0,
                "{theme}: the border of inputs is {border:.2}"
            );
        }
    }

    #[test]
    fn the_files_name_no_other_host() {
        for (name, _, bytes) in ASSETS {
            let text = std::str::from_utf8(bytes).unwrap();
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains("://"), "{name}");
            assert!(!text.contains("innerHTML"), "{name}");
        }
    }
}
