//! `nixml completions SHELL` and `nixml man`: made from the command line itself, so they cannot be out of date.

use std::io::Write as _;

use clap::Args as ClapArgs;
use clap_complete::Shell;
use nixml::core::failure::Exit;
use nixml::core::step;

use crate::cli::{Shared, full_command};
use crate::command::shared_data;

/// Print the completions of a shell
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml completions bash > ~/.local/share/bash-completion/completions/nixml
  nixml completions zsh > ~/.zfunc/_nixml
  nixml completions fish > ~/.config/fish/completions/nixml.fish")]
pub struct CompletionArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml man | man -l -
  nixml man > ~/.local/share/man/man1/nixml.1")]
pub struct ManArgs {}

/// Runs `nixml completions`.
pub fn completions(args: &CompletionArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let mut command = full_command(&step::load(&shared_data(shared)?)?);
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "nixml", &mut text);
    std::io::stdout().lock().write_all(&text)?;
    Ok(Exit::Done)
}

/// Runs `nixml man`: the page of the whole program, then one section a command.
pub fn man(_: &ManArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let mut command = full_command(&step::load(&shared_data(shared)?)?);
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        let name = format!("nixml {}", inner.get_name());
        writeln!(text, ".SH {}", name.to_uppercase())?;
        let man = clap_mangen::Man::new(inner.clone().display_name(name));
        man.render_description_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_options_section(&mut text)?;
    }
    std::io::stdout().lock().write_all(&text)?;
    Ok(Exit::Done)
}
