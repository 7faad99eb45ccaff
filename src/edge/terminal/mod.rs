//! The person's terminal: taken whole, drawn on, listened to, and given back exactly as it was found.

mod decode;
mod guard;
mod listen;
mod mouse;
mod paint;
mod sequence;
mod stop;
mod surroundings;
mod thread;

use std::io;
use std::os::fd::AsFd as _;

use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::termios::tcgetwinsize;

pub use guard::leave;
pub use listen::{Heard, keys, signals};
use paint::Painter;
pub use surroundings::Surroundings;
pub use thread::{on_broken, thread};

/// The full screen while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<Painter>,
}

impl Screen {
    /// Takes the terminal, with its mouse when that is wanted: the terminal's own selection then needs Shift. Ask
    /// [`Surroundings::full_screen`] first whether there is one.
    pub fn open(mouse: bool) -> io::Result<Self> {
        if mouse {
            guard::with_mouse();
        }
        guard::enter()?;
        Ok(Self { terminal: blank()? })
    }

    /// The size as last read.
    #[must_use]
    pub fn size(&self) -> Size {
        self.terminal.backend().size
    }

    /// Draws one frame, in one write.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.terminal.draw(view)?;
        Ok(())
    }

    /// Reads the size again and forgets what is on the screen: the next frame is drawn whole.
    pub fn refresh(&mut self) -> io::Result<()> {
        self.terminal = blank()?;
        guard::write(b"\x1b[0m\x1b[2J\x1b[?25h")
    }

    /// Gives the terminal back, stops this job as the shell expects of Ctrl-Z, and takes the terminal again once it goes on.
    /// False when there is no shell that could let it go on; then nothing happened.
    pub fn suspend(&mut self) -> io::Result<bool> {
        if !stop::can_go_on() {
            return Ok(false);
        }
        leave();
        stop::stop()?;
        self.take_again()?;
        Ok(true)
    }

    /// Takes the terminal again after somebody else stopped us or had the screen.
    pub fn take_again(&mut self) -> io::Result<()> {
        guard::enter()?;
        self.refresh()
    }

    /// Asks the terminal to put `text` on the clipboard (OSC 52); many do, some ignore it, none answers.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        guard::write(format!("\x1b]52;c;{}\x07", base64(text.as_bytes())).as_bytes())
    }

    /// Gives the terminal back, for whatever comes next on it.
    pub fn close(self) {}
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn blank() -> io::Result<Terminal<Painter>> {
    let size = window_size();
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.width, size.height));
    Terminal::with_options(Painter::new(size), TerminalOptions { viewport })
}

/// The window's size; a terminal that does not know its own (0x0) is taken for 80x24, an absurd one is cut.
fn window_size() -> Size {
    let told = tcgetwinsize(io::stdout().as_fd()).map(|size| (size.ws_col, size.ws_row)).unwrap_or_default();
    let or = |told: u16, usual: u16| if told == 0 { usual } else { told.min(1000) };
    Size::new(or(told.0, 80), or(told.1, 24))
}

/// RFC 4648 with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let [first, second, third] = [0, 1, 2].map(|at| u32::from(chunk.get(at).copied().unwrap_or(0)));
        let bits = first << 16 | second << 8 | third;
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_follows_the_rfc() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
