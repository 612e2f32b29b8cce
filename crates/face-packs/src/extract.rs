//! Members out of a wheel (ZIP) or an archive (gzipped tar).

use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// No library or network is larger; a damaged or hostile archive cannot fill the disk.
const LARGEST_BYTES: u64 = 256 << 20;

/// Writes the member called `member` of `archive` to `out`.
pub(crate) fn extract(archive: &Path, member: &str, out: &Path) -> Result<()> {
    let file = std::fs::File::open(archive)?;
    let is_gzip = archive
        .extension()
        .is_some_and(|extension| extension == "tgz");
    if is_gzip {
        from_tgz(file, member, out)
    } else {
        from_zip(file, member, out)
    }
}

fn from_zip(file: std::fs::File, member: &str, out: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(Error::other)?;
    let member = archive
        .by_name(member)
        .map_err(|error| Error::other(format!("{member}: {error}")))?;
    write(member, out)
}

fn from_tgz(file: std::fs::File, member: &str, out: &Path) -> Result<()> {
    let mut archive =
        tar::Archive::new(flate2::read::GzDecoder::new(std::io::BufReader::new(file)));
    for entry in archive.entries()? {
        let entry = entry?;
        if entry.header().entry_type().is_file()
            && entry.path()?.strip_prefix("./").unwrap_or(&entry.path()?) == Path::new(member)
        {
            return write(entry, out);
        }
    }
    Err(Error::new(
        ErrorKind::NotFound,
        format!("the archive has no file {member}"),
    ))
}

/// The contents of `members`, in that order.
pub(crate) fn read(archive: &Path, members: &[String]) -> Result<Vec<Vec<u8>>> {
    let scratch = archive.with_added_extension("member");
    let each = members.iter().map(|member| {
        extract(archive, member, &scratch)?;
        std::fs::read(&scratch)
    });
    let contents = each.collect();
    let _ = std::fs::remove_file(&scratch);
    contents
}

fn write(member: impl Read, out: &Path) -> Result<()> {
    let mut out = std::fs::File::create(out)?;
    let written = std::io::copy(&mut member.take(LARGEST_BYTES), &mut out)?;
    if written == LARGEST_BYTES {
        return Err(Error::new(
            ErrorKind::InvalidData,
            "the file is larger than any that was published",
        ));
    }
    out.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn wheel(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("a.whl");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        writer
            .start_file("capi/lib.so", zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(b"library").unwrap();
        writer.finish().unwrap();
        path
    }

    fn tgz(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("a.tgz");
        let gzip = flate2::write::GzEncoder::new(
            std::fs::File::create(&path).unwrap(),
            flate2::Compression::fast(),
        );
        let mut writer = tar::Builder::new(gzip);
        for (name, bytes) in [
            ("capi/other.so", &b"other"[..]),
            ("capi/lib.so", b"library"),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            writer.append_data(&mut header, name, bytes).unwrap();
        }
        writer.into_inner().unwrap().finish().unwrap();
        path
    }

    #[test]
    fn one_member_comes_out_of_either_kind() {
        let folder = tempfile::tempdir().unwrap();
        for archive in [wheel(folder.path()), tgz(folder.path())] {
            let out = folder.path().join("lib.so");
            extract(&archive, "capi/lib.so", &out).unwrap();
            assert_eq!(std::fs::read(&out).unwrap(), b"library");
            let error = extract(&archive, "capi/absent.so", &out).unwrap_err();
            assert!(error.to_string().contains("absent.so"), "{error}");
        }
    }
}
