//! Makes kits and takes from them: the folder, its hashes, Nix's binary cache in it, the wheels.

mod folder;
mod store;
mod wheels;

pub use folder::{Harm, KitFolder, free_bytes, harm};
pub use store::{Owner, Store};
pub use wheels::{Lock, complete, fetch};
