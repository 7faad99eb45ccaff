//! A kit: a folder with everything that a course needs, for rooms without a network.
//!
//! `class.toml`, `kit.toml` (what is in it), `bin/`, `data/` (an instructor's own steps and templates), `locks/`, `store/` (a binary
//! cache of Nix), `wheels/` (for uv's `--find-links`).

mod manifest;
mod narinfo;
mod platform;
mod wheels;

pub use manifest::{FILE, KitFile, Manifest, Project, Shell, Wheels};
pub use narinfo::{Narinfo, closure};
pub use platform::Platform;
pub use wheels::{Wheel, of_lock};

/// The parts of a kit's folder; anything else in it is not nixml's.
pub const PARTS: [&str; 8] = ["README.txt", "bin", "class.toml", "data", FILE, "locks", "store", "wheels"];
