//! Cuts a stream of bytes into lines, with a bound on how long one may be.

/// Longer lines are cut here; Nix's own stay far below, and a program that never ends its line must not fill the memory.
const MOST_BYTES: usize = 256 * 1024;

/// The unfinished line of a stream.
#[derive(Debug, Default)]
pub struct Lines {
    open: Vec<u8>,
    /// The rest of a line that was too long goes by unseen.
    skipping: bool,
}

impl Lines {
    /// Hands out each finished line, without its end (`\n` or `\r\n`).
    pub fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = rest.split_at(end);
            rest = &tail[1..];
            if self.skipping {
                self.skipping = false;
            } else if self.open.is_empty() {
                line(trim(&head[..head.len().min(MOST_BYTES)]));
            } else {
                self.keep(head, &mut line);
                if !std::mem::take(&mut self.skipping) {
                    line(trim(&self.open));
                }
                self.open.clear();
            }
        }
        if !self.skipping {
            self.keep(rest, &mut line);
        }
    }

    /// The last line, if it had no end.
    pub fn finish(&mut self, mut line: impl FnMut(&[u8])) {
        if !self.open.is_empty() {
            line(trim(&self.open));
        }
        self.open = Vec::new();
        self.skipping = false;
    }

    fn keep(&mut self, bytes: &[u8], line: &mut impl FnMut(&[u8])) {
        let room = MOST_BYTES - self.open.len();
        self.open.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room {
            line(&self.open);
            self.open.clear();
            self.skipping = true;
        }
    }
}

fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut out) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.feed(piece, |line| out.push(String::from_utf8_lossy(line).into_owned()));
        }
        lines.finish(|line| out.push(String::from_utf8_lossy(line).into_owned()));
        out
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        assert_eq!(split(&[b"one\ntw", b"o\r\n\nth", b"", b"ree"]), ["one", "two", "", "three"]);
        assert_eq!(split(&[b"one\r", b"\n"]), ["one"]);
        assert_eq!(split(&[]), Vec::<String>::new());
    }

    #[test]
    fn an_endless_line_is_cut_once_and_the_next_is_whole() {
        let long = vec![b'x'; 3 * MOST_BYTES];
        let mut pieces: Vec<&[u8]> = long.chunks(1000).collect();
        pieces.push(b"tail\nnext\n");
        let lines = split(&pieces);
        assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [MOST_BYTES, 4]);
    }
}
