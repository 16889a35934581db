//! Marks in the output of a console: what came before one has been read. A mark is written to the
//! terminal beside whoever relays the console, so it can stand anywhere, inside a sequence as well.

use crate::stream;

/// Nothing else writes it, and no terminal draws it.
pub const MARK: &[u8] = b"\x1b_mark\x1b\\";

/// Takes the marks out of a stream that comes in parts.
#[derive(Default)]
pub struct Marks {
    /// How many there were.
    pub count: usize,
    /// What came last and may begin one.
    begun: Vec<u8>,
}

impl Marks {
    /// The bytes that are of no mark, as far as that is known.
    pub fn take_out(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.begun.extend(bytes);
        let mut kept = Vec::with_capacity(self.begun.len());
        while let Some(at) = stream::find(&self.begun, MARK) {
            kept.extend(&self.begun[..at]);
            self.begun.drain(..at + MARK.len());
            self.count += 1;
        }
        let is_begun = |length: &usize| self.begun.ends_with(&MARK[..*length]);
        let begun = (0..MARK.len()).rev().find(is_begun).unwrap_or(0);
        kept.extend(self.begun.drain(..self.begun.len() - begun));
        kept
    }
}

#[test]
fn a_mark_is_taken_out_wherever_it_stands_and_however_it_comes() {
    let written = "é\x1b[7m>\x1b[27m\x1b[2B\x1b]0;Žižek\x07".as_bytes();
    for at in 0..=written.len() {
        let marked = [&written[..at], MARK, &written[at..], MARK].concat();
        for end in 0..=marked.len() {
            let mut marks = Marks::default();
            let mut kept = marks.take_out(&marked[..end]);
            kept.extend(marks.take_out(&marked[end..]));
            assert_eq!((kept, marks.count), (written.to_vec(), 2), "{at} {end}");
        }
    }
}
