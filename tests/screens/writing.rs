//! Reasons and notes that are written in the operator's editor.

use quarterdeck::app::message::{Effect, Msg};
use quarterdeck_api::text::Line;

use crate::desk::Desk;

/// The texts that went to an editor, oldest first.
fn lent(desk: &Desk) -> Vec<String> {
    let lent = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Edit(text) => Some(text.clone()),
        _ => None,
    });
    lent.collect()
}

/// A desk whose question for a reason went to the editor.
fn asked() -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("x E");
    desk
}

fn edited(desk: &mut Desk, text: &str) {
    desk.send(Msg::Edited(Ok(text.to_owned())));
}

#[test]
fn a_reason_written_in_an_editor_is_sent_by_enter_alone() {
    let mut desk = asked();
    assert_eq!(lent(&desk), [""]);
    edited(&mut desk, "Asked twice,\nanswered never.\n");
    assert!(
        desk.screen()
            .contains("Reason: Asked twice, answered never.")
    );
    assert!(desk.writes().is_empty());
    desk.keys("Enter");
    assert_eq!(
        desk.decision().reason.unwrap().as_str(),
        "Asked twice, answered never."
    );
}

#[test]
fn what_is_typed_already_goes_along_and_stays_where_nothing_came_back() {
    let mut desk = Desk::before(3);
    desk.keys("x e").text("Ends here").keys("C-x");
    assert_eq!(lent(&desk), ["Ends here"]);
    desk.send(Msg::Edited(Err(Line::new("vim ended with exit status: 1"))));
    assert_eq!(
        desk.toast(),
        "vim ended with exit status: 1. The text is as it was"
    );
    assert!(desk.screen().contains("Reason: Ends here"));
    desk.text("E").keys("C-x");
    assert_eq!(
        lent(&desk),
        ["Ends here", "Ends hereE"],
        "E is a letter there"
    );
}

#[test]
fn a_text_that_is_too_long_is_cut_which_is_said() {
    let mut desk = asked();
    edited(&mut desk, &"long ".repeat(400));
    let screen = desk.screen();
    assert!(screen.contains("Cut to 500 of 1999 characters"), "{screen}");
    desk.keys("C-x");
    assert_eq!(lent(&desk)[1].len(), 500);
}

#[test]
fn what_is_hidden_or_has_to_be_typed_goes_to_no_editor() {
    let mut desk = Desk::before(12);
    desk.keys("* a C-x");
    assert!(desk.screen().contains("Type it;"), "{}", desk.screen());
    assert_eq!(lent(&desk), [""; 0]);
}

#[test]
fn a_text_without_its_dialog_is_dropped_and_said() {
    let mut desk = asked();
    desk.keys("Esc Esc");
    edited(&mut desk, "too late");
    assert!(desk.toast().contains("its dialog is gone"));
}
