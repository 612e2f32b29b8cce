//! The pinned builds of ONNX Runtime, by platform: one version, from whoever carries it.

use crate::Digest;

/// The version that is fetched where none is found: the newest that wheel, npm package and release archive all carry.
pub const FETCHED_VERSION: &str = "1.29.0";

/// A package or archive with the library in it, pinned by digest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Artefact {
    /// How to get it.
    pub(super) source: Source,
    /// The file's name.
    pub(super) file: &'static str,
    /// Its SHA-256, in hexadecimal.
    pub(super) sha256: &'static str,
    /// Its length.
    pub(super) bytes: u64,
    /// Where the library lies in it.
    pub(super) member: &'static str,
}

/// Who carries an artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// pip, from whichever index it is set up for; `platform` is the wheel's tag.
    Pip {
        /// The tag of the wheel.
        platform: &'static str,
    },
    /// The project's releases.
    Release,
    /// npm, from whichever registry it is set up for.
    Npm,
}

/// The address below which the project's releases lie.
pub(super) const RELEASES: &str = "https://github.com/microsoft/onnxruntime/releases/download";

/// The wheel's interpreter; the library in it does not depend on Python, so any pip may fetch it.
pub(super) const WHEEL_PYTHON: &str = "3.11";

const fn npm(member: &'static str) -> Artefact {
    Artefact {
        source: Source::Npm,
        file: "onnxruntime-node-1.29.0.tgz",
        sha256: "cfdfb45ec4044b1fdca43e5d2e180fb6817e649ff8ad1e0dfc90e18e51b67037",
        bytes: 111_735_068,
        member,
    }
}

/// Tried in this order: the archive before npm's package, which is ten times larger as it holds every platform.
const LINUX_X86_64: [Artefact; 3] = [
    Artefact {
        source: Source::Pip {
            platform: "manylinux_2_28_x86_64",
        },
        file: "onnxruntime-1.29.0-cp311-cp311-manylinux_2_28_x86_64.whl",
        sha256: "85f8e8406c52658735fe5c7fbfd3ebaa1ed340768324f6252e4274e374580a23",
        bytes: 23_113_193,
        member: "onnxruntime/capi/libonnxruntime.so.1.29.0",
    },
    Artefact {
        source: Source::Release,
        file: "onnxruntime-linux-x64-1.29.0.tgz",
        sha256: "c3fddc4f139a045b0c4902c57410f0694f1c2fdf9b6939fbe38b1aeae7cd14ba",
        bytes: 11_082_880,
        member: "onnxruntime-linux-x64-1.29.0/lib/libonnxruntime.so.1.29.0",
    },
    npm("package/bin/napi-v6/linux/x64/libonnxruntime.so.1"),
];

const LINUX_AARCH64: [Artefact; 3] = [
    Artefact {
        source: Source::Pip {
            platform: "manylinux_2_28_aarch64",
        },
        file: "onnxruntime-1.29.0-cp311-cp311-manylinux_2_28_aarch64.whl",
        sha256: "16925ef8497e2c07e4b5ae15b504079b3ab3f65e22c58efd10dde0f3caea969a",
        bytes: 20_803_602,
        member: "onnxruntime/capi/libonnxruntime.so.1.29.0",
    },
    Artefact {
        source: Source::Release,
        file: "onnxruntime-linux-aarch64-1.29.0.tgz",
        sha256: "e1799098ebc054b370f6176a450f158720f297818c613e5dc99b92e2ec82346f",
        bytes: 10_027_600,
        member: "onnxruntime-linux-aarch64-1.29.0/lib/libonnxruntime.so.1.29.0",
    },
    npm("package/bin/napi-v6/linux/arm64/libonnxruntime.so.1"),
];

const MACOS_AARCH64: [Artefact; 3] = [
    Artefact {
        source: Source::Pip {
            platform: "macosx_14_0_arm64",
        },
        file: "onnxruntime-1.29.0-cp311-cp311-macosx_14_0_arm64.whl",
        sha256: "07c5907474dec4a2792fd7626b753dc66707808385a6d9eecf993db0066a9d0f",
        bytes: 21_420_890,
        member: "onnxruntime/capi/libonnxruntime.1.29.0.dylib",
    },
    Artefact {
        source: Source::Release,
        file: "onnxruntime-osx-arm64-1.29.0.tgz",
        sha256: "d0706fc34f315d8c88639d0a8c81f2e09e815f282cabed3493c06a054352cf92",
        bytes: 41_578_864,
        member: "onnxruntime-osx-arm64-1.29.0/lib/libonnxruntime.1.29.0.dylib",
    },
    npm("package/bin/napi-v6/darwin/arm64/libonnxruntime.1.29.0.dylib"),
];

/// The artefacts for a platform, as [`std::env::consts`] names it. For Macs with Intel processors nobody has published
/// a build since 1.23, and for Linux with musl nobody ever did.
pub(super) fn artefacts(os: &str, architecture: &str) -> &'static [Artefact] {
    match (os, architecture) {
        ("linux", "x86_64") if !cfg!(target_env = "musl") => &LINUX_X86_64,
        ("linux", "aarch64") if !cfg!(target_env = "musl") => &LINUX_AARCH64,
        ("macos", "aarch64") => &MACOS_AARCH64,
        _ => &[],
    }
}

/// An archive of ONNX Runtime's own releases, pinned by digest: what a container image is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeRelease {
    /// Where it lies.
    pub url: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: &'static str,
    /// The library's file in it.
    pub member: &'static str,
}

impl RuntimeRelease {
    /// The archive for a platform, as [`std::env::consts`] names it; `None` when there is none.
    #[must_use]
    pub fn of(os: &str, architecture: &str) -> Option<Self> {
        let mut artefacts = artefacts(os, architecture).iter();
        let artefact = artefacts.find(|artefact| artefact.source == Source::Release)?;
        Some(Self {
            url: format!("{RELEASES}/v{FETCHED_VERSION}/{}", artefact.file),
            sha256: artefact.sha256,
            member: artefact.member,
        })
    }
}

impl Artefact {
    /// The digest as a value.
    pub(super) fn digest(&self) -> Digest {
        self.sha256
            .parse()
            .expect("the table's digests are well formed, as a test checks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artefact_is_of_the_one_version_and_pinned() {
        for (os, architecture) in [
            ("linux", "x86_64"),
            ("linux", "aarch64"),
            ("macos", "aarch64"),
        ] {
            let artefacts = artefacts(os, architecture);
            assert_eq!(artefacts.len(), 3, "{os} {architecture}");
            for artefact in artefacts {
                assert!(artefact.file.contains(FETCHED_VERSION), "{}", artefact.file);
                assert_eq!(artefact.digest().to_string(), artefact.sha256);
            }
        }
        assert!(artefacts("macos", "x86_64").is_empty());
    }
}
