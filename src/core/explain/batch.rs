//! The pieces of a part of a log, laid close together, so that one thread can cut a log while another judges it.

use super::lines::Piece;

/// What a [`super::Cutter`] made of some bytes. One that was read serves again.
#[derive(Debug, Default)]
pub struct Batch {
    pieces: Vec<Kept>,
    text: String,
    lower: Vec<u8>,
    waiting: Vec<usize>,
}

#[derive(Debug)]
enum Kept {
    Quiet(u64),
    /// The number of the line, and where its text (also in lower case) and its patterns end.
    Line(u64, usize, usize),
}

impl Batch {
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        self.text.clear();
        self.lower.clear();
        self.waiting.clear();
    }

    pub(super) fn push(&mut self, piece: Piece<'_>) {
        self.pieces.push(match piece {
            Piece::Quiet(count) => Kept::Quiet(count),
            Piece::Line(line, text, lower, waiting) => {
                self.text.push_str(text);
                self.lower.extend_from_slice(lower);
                self.waiting.extend_from_slice(waiting);
                Kept::Line(line, self.text.len(), self.waiting.len())
            }
        });
    }

    pub(super) fn each(&self, mut take: impl FnMut(Piece<'_>)) {
        let (mut text, mut waiting) = (0, 0);
        for kept in &self.pieces {
            match *kept {
                Kept::Quiet(count) => take(Piece::Quiet(count)),
                Kept::Line(line, text_end, waiting_end) => {
                    let (here, patterns) = (text..text_end, &self.waiting[waiting..waiting_end]);
                    take(Piece::Line(line, &self.text[here.clone()], &self.lower[here], patterns));
                    (text, waiting) = (text_end, waiting_end);
                }
            }
        }
    }
}
