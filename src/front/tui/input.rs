//! What comes to the screen, and what it asks for.

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::core::session;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    /// Columns and rows.
    Resize(u16, u16),
    /// Time has passed; nothing else.
    Tick,
    /// The world reported. What an event of a validation printed is on its pane already ([`super::trial::show`]).
    World(Box<session::Event>),
    /// The pane has new output.
    Output,
    /// The shell in the pane has ended, or could not be started: why.
    ShellEnded(String),
    /// The project's folder is in no git repository: one can be made.
    OutsideGit,
    /// There is no shell to go back to with Ctrl-Z.
    NoSuspend,
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// What the conversation asks of the world.
    World(session::Effect),
    /// Put this on the clipboard.
    Copy(String),
    /// Give the terminal back and stop until the shell goes on with us.
    Suspend,
    /// Start the project's shell on a terminal of so many rows and columns.
    OpenShell { rows: u16, columns: u16 },
    /// Type into it.
    Type(Vec<u8>),
    /// Its window has another size.
    ResizeShell { rows: u16, columns: u16 },
}
