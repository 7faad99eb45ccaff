//! One file a command: each joins a front to the edge. A command has `Args` for the command line and `run(&Args, &Shared)`.

pub mod undo;

use nixml::core::failure::{Exit, Failure};

use crate::cli::Shared;

/// `nixml` alone: the wizard.
pub fn wizard(_shared: &Shared) -> anyhow::Result<Exit> {
    Err(Failure::precondition("start the wizard: there is no terminal")
        .next("answer on the command line: `nixml init --answers FILE --yes`")
        .into())
}
