//! The command line: one variant a command, the options they share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nixml::core::failure::Exit;

use crate::command;

/// From a bare machine to a first tensor on your own GPU.
#[derive(Debug, Parser)]
#[command(name = "nixml", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    command: Option<Command>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Shared {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, env = "NIXML_COLOR")]
    pub color: Color,
    /// Say only what went wrong
    #[arg(short, long, global = true, env = "NIXML_QUIET")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, env = "NIXML_VERBOSE")]
    pub verbose: bool,
    /// A folder whose steps, templates and assets are laid over nixml's own
    #[arg(long, global = true, value_name = "DIR", env = "NIXML_DATA")]
    pub data: Option<PathBuf>,
    /// A recorded machine (`nixml probe --json`) instead of this one
    #[arg(long, global = true, value_name = "FILE", env = "NIXML_HOST")]
    pub host: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {}

impl Cli {
    /// Runs the chosen command.
    pub fn run(self) -> anyhow::Result<Exit> {
        match self.command {
            None => command::wizard(&self.shared),
            Some(command) => match command {},
        }
    }
}
