//! Cells to SVG: text stays text, lines are drawn as lines, so that a picture is sharp, small and the same everywhere.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// One cell, in pixels.
const WIDE: u32 = 9;
const HIGH: u32 = 19;
/// Around the window.
const EDGE: u32 = 14;
const BAR: u32 = 28;
const BACK: &str = "#1b1e24";
const FRONT: &str = "#d7dae0";

/// The picture of a screen under a window's title.
pub fn svg(buffer: &Buffer, cursor: Option<Position>, title: &str) -> String {
    let (width, height) = (u32::from(buffer.area.width) * WIDE + 2 * EDGE, u32::from(buffer.area.height) * HIGH + 2 * EDGE + BAR);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"9\" fill=\"{BACK}\"/>\n\
         <path d=\"M0 {BAR}V9a9 9 0 0 1 9-9H{}a9 9 0 0 1 9 9V{BAR}z\" fill=\"#2b3039\"/>\n\
         <g fill=\"#4a515e\"><circle cx=\"18\" cy=\"14\" r=\"5\"/><circle cx=\"36\" cy=\"14\" r=\"5\"/><circle cx=\"54\" cy=\"14\" r=\"5\"/></g>\n\
         <text x=\"{}\" y=\"19\" fill=\"#aab1bd\" font-size=\"13\" text-anchor=\"middle\">{}</text>\n\
         <g transform=\"translate({EDGE} {})\">\n",
        escaped(title),
        width - 9,
        width / 2,
        escaped(title),
        BAR + EDGE
    );
    for y in 0..buffer.area.height {
        row(&mut out, buffer, y);
    }
    if let Some(at) = cursor {
        let (x, y) = (u32::from(at.x) * WIDE, u32::from(at.y) * HIGH);
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{}\" width=\"{WIDE}\" height=\"2\" fill=\"#e6b450\"/>", y + HIGH - 3);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

#[derive(Clone, PartialEq)]
struct Look {
    front: String,
    back: Option<String>,
    bold: bool,
    dim: bool,
    under: bool,
}

fn look(cell: &Cell) -> Look {
    let (mut front, mut back) = (colour(cell.fg), colour(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        (front, back) = (Some(back.unwrap_or_else(|| BACK.to_owned())), Some(front.unwrap_or_else(|| FRONT.to_owned())));
    }
    Look {
        front: front.unwrap_or_else(|| FRONT.to_owned()),
        back,
        bold: cell.modifier.contains(Modifier::BOLD),
        dim: cell.modifier.contains(Modifier::DIM),
        under: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

fn row(out: &mut String, buffer: &Buffer, y: u16) {
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let look = look(cell);
        let (start, mut text) = (x, String::new());
        let drawn = stroke(cell.symbol()).is_some();
        while x < buffer.area.width {
            let next = &buffer[(x, y)];
            if self::look(next) != look || stroke(next.symbol()).is_some() != drawn {
                break;
            }
            text.push_str(next.symbol());
            x += u16::try_from(next.symbol().width().max(1)).unwrap();
        }
        run(out, &text, &look, (u32::from(start), u32::from(y)), u32::from(x - start), drawn);
    }
}

fn run(out: &mut String, text: &str, look: &Look, at: (u32, u32), cells: u32, drawn: bool) {
    let (x, y, width) = (at.0 * WIDE, at.1 * HIGH, cells * WIDE);
    if let Some(back) = &look.back {
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HIGH}\" fill=\"{back}\"/>");
    }
    let faint = if look.dim { " opacity=\"0.6\"" } else { "" };
    if drawn {
        let mut path = String::new();
        for (place, letter) in text.chars().enumerate() {
            let _ = write!(path, "{}", stroke(&letter.to_string()).unwrap()(x + u32::try_from(place).unwrap() * WIDE, y));
        }
        let _ = writeln!(out, "<path d=\"{path}\" stroke=\"{}\" fill=\"none\"{faint}/>", look.front);
        return;
    }
    let shown = text.trim_end();
    if shown.is_empty() {
        return;
    }
    let lead = shown.len() - shown.trim_start().len();
    let (shown, x) = (shown.trim_start(), x + u32::try_from(lead).unwrap() * WIDE);
    let length = u32::try_from(shown.width()).unwrap() * WIDE;
    let bold = if look.bold { " font-weight=\"bold\"" } else { "" };
    let under = if look.under { " text-decoration=\"underline\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" fill=\"{}\"{bold}{under}{faint} textLength=\"{length}\" xml:space=\"preserve\">{}</text>",
        y + 14,
        look.front,
        escaped(shown)
    );
}

type Stroke = fn(u32, u32) -> String;

/// How a letter that is a drawing is drawn in its cell.
fn stroke(symbol: &str) -> Option<Stroke> {
    const X: u32 = WIDE / 2;
    const Y: u32 = HIGH / 2;
    let stroke: Stroke = match symbol {
        "─" => |x, y| format!("M{x} {}.5h{WIDE}", y + Y),
        "│" => |x, y| format!("M{}.5 {y}v{HIGH}", x + X),
        "╭" => |x, y| format!("M{}.5 {}v-{}a4 4 0 0 1 4-4h1", x + X, y + HIGH, HIGH - Y - 5),
        "╮" => |x, y| format!("M{}.5 {}v-{}a4 4 0 0 0-4-4h-1", x + X, y + HIGH, HIGH - Y - 5),
        "╰" => |x, y| format!("M{}.5 {y}v{}.5a4 4 0 0 0 4 4h1", x + X, Y - 4),
        "╯" => |x, y| format!("M{}.5 {y}v{}.5a4 4 0 0 1-4 4h-1", x + X, Y - 4),
        "█" => |x, y| {
            format!(
                "M{x} {}.5h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}m-{WIDE} 1h{WIDE}",
                y + 5
            )
        },
        "░" => |x, y| format!("M{x} {}.5h1m2 0h1m2 0h1m-6 4h1m2 0h1m2 0h1m-8 3h1m2 0h1m2 0h1", y + 5),
        _ => return None,
    };
    Some(stroke)
}

fn colour(colour: Color) -> Option<String> {
    let name = match colour {
        Color::Reset => return None,
        Color::Black => "#2b3039",
        Color::Red => "#d9705f",
        Color::Green => "#86b87a",
        Color::Yellow => "#e6b450",
        Color::Blue => "#6cb2f2",
        Color::Magenta => "#c398d6",
        Color::Cyan => "#6cc7c7",
        Color::Gray => "#c5cad3",
        Color::DarkGray => "#7d8694",
        Color::LightRed => "#f08a76",
        Color::LightGreen => "#a3d196",
        Color::LightYellow => "#f3cb74",
        Color::LightBlue => "#93c8f8",
        Color::LightMagenta => "#d8b5e6",
        Color::LightCyan => "#92dede",
        Color::White => "#ffffff",
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(_) => "#aab1bd",
    };
    Some(name.to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
