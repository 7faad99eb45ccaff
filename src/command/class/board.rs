//! `nixml class board`: names and codes in, who is ready out; live on a terminal.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use clap::Args as ClapArgs;
use nixml::core::class::{board, code};
use nixml::core::failure::{Exit, Failure};
use nixml::core::text::label;
use nixml::edge;
use nixml::edge::terminal::{Heard, Screen, Surroundings, keys, signals};
use nixml::front::print;
use nixml::front::tui::Theme;
use nixml::front::tui::board::{Asked, BoardModel, page, view};

use crate::cli::{Color, Shared};
use crate::command::shared_data;

/// The file is looked at so often.
const LOOK: Duration = Duration::from_millis(500);
/// Codes of the largest lecture there is.
const MOST_BYTES: u64 = 1 << 20;

/// Show who is ready and who needs what, from lines of `name code`
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class board codes.txt                      live: the file is followed while it grows
  nixml class board codes.txt --class class.toml   codes of another class file are told apart
  nixml class board - --plain < codes.txt          once, as text
  nixml class board codes.txt --csv                for a spreadsheet")]
pub struct Args {
    /// Lines of `name code`; `-` is standard input
    file: PathBuf,
    /// The class file the codes are for
    #[arg(long, value_name = "FILE")]
    class: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Print comma-separated values on standard output
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Runs it.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let class = args.class.as_ref().map(|path| super::read_text(path)).transpose()?;
    let bits = class.as_ref().map(|text| code::class_bits(text));
    let stdin = args.file == Path::new("-");
    let surroundings = Surroundings::look();
    if !stdin && !args.json && !args.csv && !shared.plain && surroundings.full_screen() {
        let title = class.as_deref().and_then(title).unwrap_or_default();
        return live(&args.file, bits, title, surroundings, shared);
    }
    let text = if stdin { from_stdin()? } else { from_file(&args.file)? };
    let board = board::read(&text, bits);
    if args.json {
        print::json(&board)?;
    } else if args.csv {
        print::board::csv(&board)?;
    } else {
        print::board::table(&board)?;
    }
    Ok(Exit::Done)
}

fn title(class: &str) -> Option<String> {
    let table: toml::Table = class.parse().ok()?;
    Some(label(table.get("title")?.as_str()?))
}

fn from_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage("read standard input").why(error.to_string()))?;
    whole("standard input", &bytes)
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let name = format!("`{}`", path.display());
    let bytes = edge::read_capped(path, MOST_BYTES + 1).map_err(|error| {
        let failure = Failure::usage(format!("read {name}")).why(error.to_string());
        if error.kind() == std::io::ErrorKind::NotFound {
            failure.next("a line for each student: `Ada 7F3K-9QWA`")
        } else {
            failure
        }
    })?;
    whole(&name, &bytes)
}

fn whole(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::usage(format!("read {name}")).why("it is larger than 1 MiB: are these names and codes?"));
    }
    // One strange letter in a name is no reason to show nobody.
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// The full screen, until somebody ends it.
fn live(path: &Path, bits: Option<u16>, title: String, surroundings: Surroundings, shared: &Shared) -> anyhow::Result<Exit> {
    let mono = surroundings.no_color && shared.color != Color::Always || shared.color == Color::Never;
    let theme = Theme::load(&shared_data(shared)?, mono, shared.ascii || !surroundings.utf8)?;
    let read = || from_file(path).map(|text| board::read(&text, bits)).map_err(|failure| label(&failure.to_string()));
    let first = board::read(&from_file(path)?, bits);
    let mut model = BoardModel::new(first, title, label(&path.display().to_string()));
    let (send, heard) = channel();
    let of_signals = send.clone();
    signals(move |one| of_signals.send(one).is_ok())?;
    let mut screen = Screen::open(false)?;
    keys(move |one| send.send(one).is_ok())?;
    let exit = follow(&mut screen, &mut model, &theme, &heard, &read);
    screen.close();
    if let Ok(Exit::Done) = exit {
        print::board::table(&model.board)?;
    }
    exit
}

fn follow(
    screen: &mut Screen,
    model: &mut BoardModel,
    theme: &Theme,
    heard: &Receiver<Heard>,
    read: &dyn Fn() -> Result<board::Board, String>,
) -> anyhow::Result<Exit> {
    let mut suspended = false;
    loop {
        screen.draw(|frame| {
            let area = frame.area();
            view(model, theme, area, frame.buffer_mut());
        })?;
        loop {
            match heard.recv_timeout(LOOK) {
                Err(RecvTimeoutError::Timeout) if model.take(read()) => break,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Signal(1)),
                Ok(Heard::End(number)) => return Ok(Exit::Signal(number)),
                Ok(Heard::Stop) => suspended = screen.suspend()?,
                Ok(Heard::Resized) => screen.refresh()?,
                Ok(Heard::Continued) if std::mem::take(&mut suspended) => {}
                Ok(Heard::Continued) => screen.take_again()?,
                Ok(Heard::Paste(_) | Heard::Mouse(_)) => continue,
                Ok(Heard::Key(key)) => match model.key(key, page(model, screen.size().height)) {
                    Asked::Nothing => continue,
                    Asked::Redraw => {}
                    Asked::Suspend => suspended = screen.suspend()?,
                    Asked::Quit => return Ok(Exit::Done),
                    Asked::Interrupt => return Ok(Exit::Signal(2)),
                },
            }
            break;
        }
    }
}
