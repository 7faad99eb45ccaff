//! The one writer of files: all or none, nothing clobbered, no link followed, every file old or whole at any moment.

pub mod folder;
pub mod git;
pub mod receipt;
pub mod state;
mod write;

pub use folder::Folder;
pub use receipt::Receipt;
pub use write::{Written, write};
