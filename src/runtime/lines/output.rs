//! Standard output by whole lines, and nothing in them but text.

use std::io::{self, Write};

use quarterdeck_api::text::Body;

use crate::app::options::Charset;

/// A line as it is written: sanitized once more, and in the characters that the locale has.
pub(super) fn written(line: &str, charset: Charset) -> String {
    let body = Body::new(line);
    let line = body.as_str().replace('\n', " ");
    match charset {
        Charset::Unicode | Charset::WideAmbiguous => line,
        Charset::Ascii => line
            .chars()
            .map(|letter| if letter.is_ascii() { letter } else { '?' })
            .collect(),
    }
}

/// What ends a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PromptEnd {
    /// The line is typed behind it.
    Space,
    /// Nobody sees what is typed: it is a line of its own.
    Line,
}

/// Writes lines, and a prompt where there is one.
pub(super) fn say(
    lines: &[String],
    prompt: Option<(&str, PromptEnd)>,
    charset: Charset,
) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in lines {
        writeln!(output, "{}", written(line, charset))?;
    }
    match prompt {
        Some((text, PromptEnd::Space)) => write!(output, "{} ", written(text, charset))?,
        Some((text, PromptEnd::Line)) => writeln!(output, "{}", written(text, charset))?,
        None => {}
    }
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_text_and_one_line_whatever_is_in_it() {
        let hostile = "\u{1b}[2Ja\tb\nc\u{9b}31m\u{7f}é";
        let unicode = written(hostile, Charset::Unicode);
        assert!(
            !unicode.chars().any(char::is_control),
            "{}",
            unicode.escape_debug()
        );
        let ascii = written(hostile, Charset::Ascii);
        assert!(
            ascii.bytes().all(|byte| (b' '..0x7f).contains(&byte)),
            "{ascii}"
        );
    }
}
