//! The last look at a frame before it leaves: no cell may steer the terminal, and an ASCII terminal gets ASCII.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr as _;

use crate::core::text::harmless;

/// Cleans every cell. Texts are cleaned where they enter; this is what stands when one was forgotten.
pub fn clean(buffer: &mut Buffer, ascii: bool) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if matches!(symbol.as_bytes(), [b' '..=b'~']) {
            continue;
        }
        if !symbol.chars().all(harmless) {
            let kept: String = symbol.chars().filter(|letter| harmless(*letter)).collect();
            cell.set_symbol(if kept.width() == 0 { " " } else { &kept });
        }
        if ascii && !cell.symbol().is_ascii() {
            let plain = cell.symbol().chars().next().map_or("?", plain);
            cell.set_symbol(plain);
        }
    }
}

/// The nearest letter an ASCII terminal can show, one column wide.
fn plain(letter: char) -> &'static str {
    match letter {
        '‐'..='―' | '─' | '━' | '−' => "-",
        '│' | '┃' | '·' => "|",
        '‘' | '’' | '′' => "'",
        '“' | '”' | '″' => "\"",
        '•' | '●' | '★' => "*",
        '…' => ".",
        '×' | '✗' => "x",
        '→' | '›' | '≥' | '»' => ">",
        '←' | '‹' | '≤' | '«' => "<",
        '↑' => "^",
        '↓' => "v",
        '✓' => "+",
        '█' | '▓' => "#",
        '░' | '▒' => ".",
        '┌'..='╿' => "+",
        '\u{a0}' => " ",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn cleaned(symbols: &[&str], ascii: bool) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, u16::try_from(symbols.len()).unwrap(), 1));
        for (cell, symbol) in buffer.content.iter_mut().zip(symbols) {
            cell.set_symbol(symbol);
        }
        clean(&mut buffer, ascii);
        buffer.content.iter().map(|cell| cell.symbol().to_owned()).collect()
    }

    #[test]
    fn no_cell_steers_the_terminal() {
        assert_eq!(cleaned(&["a", "\x1b[31m", "\u{202e}", "e\u{301}", "\u{9b}"], false), ["a", "[31m", " ", "e\u{301}", " "]);
    }

    #[test]
    fn an_ascii_terminal_gets_ascii() {
        assert_eq!(cleaned(&["─", "好", "→", "z"], true), ["-", "?", ">", "z"]);
    }
}
