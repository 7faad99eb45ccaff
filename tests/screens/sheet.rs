//! One screen on paper, in three looks at once: its letters, and which of them look alike with colours and without.

use std::fmt::Write as _;
use std::sync::OnceLock;

use nixml::front::tui::Theme;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::stage::{Player, data, rows};
use crate::svg::svg;

/// The styles of a file, each pair (with colours, without) named by one letter.
#[derive(Clone, Default)]
pub struct Legend(Vec<(String, String)>);

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Legend {
    fn letter(&mut self, colour: &Cell, mono: &Cell) -> char {
        let pair = (words(colour), words(mono));
        if pair == ("plain".to_owned(), "plain".to_owned()) {
            return '.';
        }
        let place = self.0.iter().position(|known| *known == pair).unwrap_or_else(|| {
            self.0.push(pair);
            self.0.len() - 1
        });
        char::from(LETTERS[place])
    }

    /// What the letters stand for.
    pub fn text(&self) -> String {
        let lines =
            self.0.iter().zip(LETTERS).map(|((colour, mono), letter)| format!("{}: {colour} | {mono}\n", char::from(*letter)));
        lines.collect()
    }
}

fn words(cell: &Cell) -> String {
    let mut words: Vec<String> = Vec::new();
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ] {
        words.extend(cell.modifier.contains(modifier).then(|| name.to_owned()));
    }
    words.extend((cell.fg != Color::Reset).then(|| cell.fg.to_string()));
    words.extend((cell.bg != Color::Reset).then(|| format!("on-{}", cell.bg)));
    if words.is_empty() { "plain".to_owned() } else { words.join(" ") }
}

/// The screen as it is at this size: its rows, its cursor, its styles; and what differs on an ASCII terminal.
pub fn sheet(player: &mut Player, size: (u16, u16), legend: &mut Legend, title: &str) -> String {
    let was = player.model.size;
    player.input(nixml::front::tui::Input::Resize(size.0, size.1));
    let (colour, cursor) = player.drawn();
    // Whoever wants to look at every screen asks for them as pictures: `NIXML_ALBUM=DIR`.
    if let Some(folder) = std::env::var_os("NIXML_ALBUM") {
        let file = format!("{title}-{}x{}.svg", size.0, size.1);
        std::fs::write(std::path::Path::new(&folder).join(file), svg(&colour, cursor, title)).unwrap();
    }
    let mono = looked(player, 1);
    let ascii = looked(player, 2);
    looked(player, 0);
    player.input(nixml::front::tui::Input::Resize(was.0, was.1));
    let (letters, plain, simple) = (rows(&colour), rows(&mono), rows(&ascii));
    assert_eq!(letters, plain, "without colours the same letters are shown");
    assert!(mono.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset), "a colour without colours");
    assert!(simple.iter().all(|row| row.is_ascii()), "a letter beyond ASCII: {simple:?}");
    let mut out = String::new();
    for row in &letters {
        let _ = writeln!(out, "{}", row.trim_end());
    }
    if let Some(cursor) = cursor {
        let _ = writeln!(out, "cursor {},{}", cursor.x, cursor.y);
    }
    let styles: Vec<String> = (0..size.1).map(|y| runs(&colour, &mono, y, legend)).collect();
    grouped(&mut out, "style", &styles);
    for (y, (row, simple)) in letters.iter().zip(&simple).enumerate() {
        if row.chars().map(|letter| if letter.is_ascii() { letter } else { alike(letter) }).collect::<String>() != *simple {
            let _ = writeln!(out, "ascii {y}: {}", simple.trim_end());
            let y = u16::try_from(y).unwrap();
            let _ = writeln!(out, "      {}", runs(&ascii, &ascii, y, legend));
        }
    }
    out
}

/// The screen with colours (0), without (1), and in ASCII (2).
fn looked(player: &mut Player, look: usize) -> Buffer {
    static THEMES: OnceLock<[Theme; 3]> = OnceLock::new();
    player.model.theme = THEMES.get_or_init(|| {
        [(false, false), (true, false), (true, true)].map(|(mono, ascii)| Theme::load(data(), mono, ascii).unwrap())
    })[look]
        .clone();
    player.buffer()
}

/// Lines and dots are drawn otherwise, and that is not worth a second copy.
fn alike(letter: char) -> char {
    match letter {
        '│' => '|',
        '─' => '-',
        '╭' | '╮' | '╰' | '╯' => '+',
        other => other,
    }
}

/// How many cells of which style stand beside each other.
fn runs(colour: &Buffer, mono: &Buffer, y: u16, legend: &mut Legend) -> String {
    let mut runs: Vec<(char, usize)> = Vec::new();
    let mut last: Option<((Style, Style), char)> = None;
    for x in 0..colour.area.width {
        let (one, other) = (&colour[(x, y)], &mono[(x, y)]);
        let look = (one.style(), other.style());
        // The style of a space says something only when it can be seen.
        let seen =
            one.symbol() != " " || one.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED) || one.bg != Color::Reset;
        let letter = match last {
            Some((known, letter)) if known == look && (seen || letter != '.') => letter,
            _ if !seen => '.',
            _ => legend.letter(one, other),
        };
        last = Some((look, letter));
        match runs.last_mut() {
            Some((last, count)) if *last == letter => *count += 1,
            _ => runs.push((letter, 1)),
        }
    }
    while runs.last().is_some_and(|(letter, _)| *letter == '.') {
        runs.pop();
    }
    runs.iter().map(|(letter, count)| format!("{letter}{count}")).collect::<Vec<_>>().join(" ")
}

/// Rows of the same style share a line.
fn grouped(out: &mut String, name: &str, rows: &[String]) {
    let mut at = 0;
    for group in rows.chunk_by(|one, other| one == other) {
        let last = at + group.len() - 1;
        if !group[0].is_empty() {
            let place = if last == at { at.to_string() } else { format!("{at}-{last}") };
            let _ = writeln!(out, "{name} {place}: {}", group[0]);
        }
        at = last + 1;
    }
}
