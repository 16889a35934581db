//! Text that is written in the operator's editor: out of a field and back into it.

use quarterdeck_api::applications::REASON_LENGTH;
use quarterdeck_api::text::Line;

use super::confirm::Confirm;
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::Overlay;

/// Hands a text to the editor; the dialog stays open on it.
pub fn begin(model: &mut Model, confirm: Box<Confirm>, text: String) {
    model.overlay = Some(Overlay::Confirm(confirm));
    model.effects.push(Effect::Edit(text));
}

/// Takes what the editor left, or why it left nothing.
pub fn edited(model: &mut Model, result: Result<String, Line>) {
    match result {
        Ok(text) if !take(model, &text) => {
            model.toast(
                Severity::Warn,
                "What was written is dropped: its dialog is gone",
            );
        }
        Ok(_) => {}
        Err(why) => model.toast(Severity::Error, &format!("{why}. The text is as it was")),
    }
}

fn take(model: &mut Model, text: &str) -> bool {
    let Some(Overlay::Confirm(confirm)) = &mut model.overlay else {
        return false;
    };
    let text = one_line(text);
    let is_taken = confirm.take_written(&text);
    let (count, most) = (text.chars().count(), *REASON_LENGTH.end());
    if is_taken && count > most {
        model.toast(
            Severity::Warn,
            &format!("Cut to {most} of {count} characters"),
        );
    }
    is_taken
}

/// A field has one line: the words of the text, each as it may be drawn.
fn one_line(text: &str) -> String {
    let words = text
        .split_whitespace()
        .map(|word| Line::new(word).to_string());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn lines_become_one_and_nothing_in_it_obeys() {
        let cases = [
            ("", ""),
            ("\n\n", ""),
            ("spam\n", "spam"),
            ("one\r\n\n  two \nthree", "one two three"),
            ("a\tb  c", "a b c"),
            ("ad\u{1b}[31mmin\u{7}", "ad\u{fffd}[31mmin\u{fffd}"),
            ("a\u{202e}b", "a<202E>b"),
        ];
        for (text, line) in cases {
            assert_eq!(one_line(text), line, "{text:?}");
        }
    }
}
