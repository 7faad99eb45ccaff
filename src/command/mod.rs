//! One file a command: each joins a front to the edge. A command has `Args` for the command line and `run(&Args, &Shared)`.

pub mod completions;
pub mod explain;
pub mod init;
mod init_answers;
mod init_proof;
pub mod matrix;
pub mod probe;
pub mod undo;

use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::edge::probe::ProbeOptions;
use nixml::edge::{facts_file, probe as machine_probe};
use nixml::front::print;

use crate::cli::Shared;

/// `nixml` alone: the wizard.
pub fn wizard(_shared: &Shared) -> anyhow::Result<Exit> {
    Err(Failure::precondition("start the wizard: there is no terminal")
        .next("answer on the command line: `nixml init --answers FILE --yes`")
        .into())
}

/// The facts of this machine, or of the recorded one that `--host` names; keys in that file that nixml does not know are said.
pub fn machine(shared: &Shared) -> Result<Facts, Failure> {
    let Some(file) = &shared.host else { return Ok(machine_probe::probe(&ProbeOptions::here())) };
    let (facts, ignored) = facts_file::read(file)?;
    for key in ignored {
        print::say(&format!("warning: `{}`: unknown key `{}`", file.display(), nixml::core::text::label(&key)));
    }
    Ok(facts)
}

/// nixml's data with the user's overlay and the one of `--data`.
pub fn shared_data(shared: &Shared) -> Result<Data, Failure> {
    nixml::edge::data(shared.data.as_deref())
}
