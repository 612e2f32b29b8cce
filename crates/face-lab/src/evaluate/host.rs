//! The machine and the programs of a measurement.

use face_packs::{Digest, OnnxRuntime, PACK_FILE, Pack};

use super::report::{Host, PackFacts};

impl Host {
    /// This machine, this program and the library it uses.
    pub(super) fn of_this_machine(runtime: &OnnxRuntime) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            processor: processor(),
            vectors: vectors().to_owned(),
            cores,
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            lab: env!("CARGO_PKG_VERSION").to_owned(),
            onnx_runtime: runtime.build_info().to_owned(),
            is_optimised: !cfg!(debug_assertions),
        }
    }
}

impl PackFacts {
    /// What identifies `pack`.
    pub(super) fn of(pack: &Pack) -> anyhow::Result<Self> {
        let manifest = pack.manifest();
        Ok(Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: Digest::of_file(&pack.folder().join(PACK_FILE))?.to_string(),
            model: manifest.model_id().to_string(),
            dimension: manifest.embedder.dimension,
            networks: manifest
                .networks()
                .iter()
                .map(|(role, weights)| format!("{role}: {}", weights.file))
                .collect(),
        })
    }
}

fn processor() -> String {
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(
        || "unknown processor".to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}

/// The widest vector instructions, which decide how fast networks run.
fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if std::is_x86_feature_detected!("avx2") {
            return "AVX2";
        }
    }
    "baseline"
}
