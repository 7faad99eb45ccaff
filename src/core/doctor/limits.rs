//! Where enough begins: thresholds of the checks, data in `assets/limits.toml`.

use crate::core::document;
use std::sync::LazyLock;

use serde::Deserialize;

static LIMITS: LazyLock<Limits> =
    LazyLock::new(|| document::toml(include_str!("../../../assets/limits.toml")).unwrap_or_default());

/// The thresholds. A default one is never reached.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub schema: u32,
    /// The oldest Nix whose flakes nixml is tested with.
    pub oldest_nix: Text,
    /// Free bytes below which a shell cannot be built.
    pub nix_bytes: Number,
    /// Free bytes below which uv cannot unpack a framework.
    pub cache_bytes: Number,
    /// Free bytes below which an environment does not fit, when the plan does not say how big it is.
    pub project_bytes: Number,
    /// Free bytes below which a build runs out of temporary space.
    pub temp_bytes: Number,
    /// Size of /dev/shm below which workers of a data loader die.
    pub shared_memory_bytes: Number,
    /// Soft limit of open files below which many workers fail.
    pub open_files: Number,
    /// Substituters that answer no more, or no more with CUDA builds.
    pub dead_caches: Vec<DeadCache>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub value: String,
    pub source: String,
    pub verified: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    pub value: u64,
    pub source: String,
    pub verified: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadCache {
    /// The host's name.
    pub host: String,
    /// What is wrong with it, a whole sentence.
    pub why: String,
    /// It answers nothing at all; else it lives but has no CUDA builds.
    pub dead: bool,
    pub source: String,
    pub verified: String,
}

/// The thresholds that nixml carries.
#[must_use]
pub fn limits() -> &'static Limits {
    &LIMITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let limits: Limits = toml::from_str(include_str!("../../../assets/limits.toml")).unwrap();
        let Limits {
            oldest_nix,
            nix_bytes,
            cache_bytes,
            project_bytes,
            temp_bytes,
            shared_memory_bytes,
            open_files,
            dead_caches,
            ..
        } = &limits;
        assert!(!oldest_nix.value.is_empty() && !oldest_nix.source.is_empty() && oldest_nix.verified.len() == 10);
        for number in [nix_bytes, cache_bytes, project_bytes, temp_bytes, shared_memory_bytes, open_files] {
            assert!(number.value > 0 && !number.source.is_empty() && number.verified.len() == 10);
        }
        assert!(!dead_caches.is_empty());
        assert!(dead_caches.iter().all(|cache| !cache.source.is_empty() && cache.verified.len() == 10 && !cache.why.is_empty()));
    }
}
