//! The detail over the whole screen: opened and left at the same place, searched, wrapped or cut.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::Slot;
use quarterdeck::app::room_state::Pane;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationView, GetApplication};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::text::Body;
use ratatui::style::Modifier;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::snapshots::at_both_sizes;

const DETAIL: Slot = Slot::Detail(Tab::Applications);

/// Forty lines, every fourth of which has the word.
fn answers() -> Body {
    let lines = (0..40).map(|number| match number % 4 {
        1 => format!("line {number} tells of Spam, which is far longer than the screen is wide, so that it \
                      goes on in another line, and then in another one, and ends with the word gravel"),
        _ => format!("line {number}"),
    });
    Body::new(&lines.collect::<Vec<_>>().join("\n"))
}

fn answer_detail(desk: &mut Desk) {
    let row = fixtures::queue(25).remove(desk.model.here().state().list.cursor_index().unwrap());
    let view = ApplicationView {
        row,
        answers: answers(),
        context: quarterdeck_api::users::PersonContext::default(),
    };
    desk.answer(DETAIL, AnyReply::new::<GetApplication>(view));
}

/// The first row over the whole screen.
fn reading(size: quarterdeck::app::layout::Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.keys("f");
    answer_detail(&mut desk);
    desk
}

fn pane(desk: &Desk) -> Pane {
    desk.model.here().state().pane
}

fn scroll(desk: &Desk) -> usize {
    desk.model.here().state().detail_scroll
}

#[test]
fn the_screens_of_a_row_read_in_full() {
    at_both_sizes("reading", reading);
    at_both_sizes("reading_searched", |size| {
        let mut desk = reading(size);
        desk.keys("/").text("spam").keys("Enter n");
        desk
    });
    at_both_sizes("reading_cut", |size| {
        let mut desk = reading(size);
        desk.keys("w").wait(4).keys("C-d l");
        desk
    });
    at_both_sizes("reading_search_prompt", |size| {
        let mut desk = reading(size);
        desk.keys("/").text("gravl");
        desk
    });
}

#[test]
fn f_covers_the_list_and_f_esc_q_and_h_return_to_the_same_place() {
    for key in ["f", "Esc", "q", "h"] {
        let mut desk = Desk::at_work(WIDE);
        desk.keys("j j Enter");
        answer_detail(&mut desk);
        desk.keys("j j j");
        let (before, screen) = (scroll(&desk), desk.screen());
        assert_eq!(before, 3);
        desk.keys("f");
        assert_eq!(pane(&desk), Pane::Full);
        assert!(!desk.shows("E-mail "), "{}", desk.screen());
        desk.keys("G").keys(key);
        assert_eq!(
            (pane(&desk), scroll(&desk)),
            (Pane::Detail, before),
            "{key}"
        );
        assert_eq!(desk.screen(), screen, "{key}");
    }
    let mut desk = Desk::at_work(SMALL);
    desk.keys("j f Esc");
    assert_eq!(pane(&desk), Pane::List);
    assert_eq!(desk.model.here().state().list.cursor(), Some(RowId(4_712)));
}

#[test]
fn a_row_that_is_not_loaded_is_loaded_for_it() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("f");
    assert_eq!(desk.queries(DETAIL).len(), 1);
    assert!(desk.shows("loading..."));
}

#[test]
fn n_and_capital_n_walk_the_places_round_and_say_which() {
    let mut desk = reading(SMALL);
    desk.keys("/").text("spam").keys("Enter");
    assert!(desk.line(4).ends_with("/spam 1/10"), "{}", desk.line(4));
    desk.keys("n n");
    assert!(desk.line(4).ends_with("/spam 3/10"), "{}", desk.line(4));
    assert!(desk.shows("line 9 tells of Spam"), "{}", desk.screen());
    desk.keys("N N N");
    assert!(desk.line(4).ends_with("/spam 10/10"), "{}", desk.line(4));
    assert!(desk.shows("line 37 tells of Spam"), "{}", desk.screen());
    desk.keys("g n");
    assert!(
        desk.line(4).ends_with("/spam 1/10"),
        "the next from what is shown on"
    );
    desk.keys("/").text("SPAM").keys("Enter");
    assert!(
        desk.line(4).ends_with("/SPAM not found"),
        "{}",
        desk.line(4)
    );
    desk.keys("n");
    assert_eq!(desk.toast(), "`SPAM` is not found here");
}

#[test]
fn what_is_found_is_shown_as_found_and_the_place_itself_in_reverse() {
    let mut desk = reading(SMALL);
    desk.keys("/").text("spam").keys("Enter");
    let buffer = desk.buffer();
    let has = |modifier: Modifier| {
        let cells = buffer.content.iter();
        let text: String = cells
            .skip(80 * 5)
            .filter(|cell| cell.modifier.contains(modifier))
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        text
    };
    assert_eq!(has(Modifier::REVERSED), "Spam");
    assert_eq!(has(Modifier::UNDERLINED).matches("Spam").count(), 1);
}

#[test]
fn esc_in_the_prompt_returns_to_where_it_was_opened_and_enter_on_nothing_ends_the_search() {
    let mut desk = reading(SMALL);
    desk.keys("j j /").text("line37");
    assert!(desk.line(4).ends_with("/line37 not found"));
    desk.keys("Backspace Backspace Space").text("37");
    assert!(desk.shows("line 37 tells"), "{}", desk.screen());
    desk.keys("Esc");
    assert_eq!(scroll(&desk), 2);
    assert!(!desk.shows("/line"));
    desk.keys("n");
    assert_eq!(
        desk.toast(),
        "The next place that was searched for: nothing is searched for; / searches"
    );
    desk.wait(8).keys("/").text("gravel").keys("Enter");
    assert!(desk.shows("/gravel 1/10"));
    desk.keys("/ Enter");
    assert!(!desk.shows("/gravel"));
}

#[test]
fn w_cuts_lines_or_wraps_them_there_and_holds_elsewhere() {
    let mut desk = reading(SMALL);
    desk.keys("w");
    assert_eq!(desk.writes(), [], "w is the screen's own");
    assert!(!desk.shows("in another one"), "{}", desk.screen());
    desk.keys("l l l l");
    assert!(desk.shows("the word gravel"), "{}", desk.screen());
    desk.keys("h h h h");
    assert_eq!(pane(&desk), Pane::Full);
    desk.keys("w");
    assert!(desk.shows("in another one"), "{}", desk.screen());
    desk.keys("w /").text("gravel").keys("Enter");
    assert!(
        desk.shows("the word gravel"),
        "the place is brought into sight"
    );
    desk.keys("f w");
    assert_eq!(desk.decisions().len(), 1, "w holds");
}

#[test]
fn a_verb_works_there_and_the_next_row_is_read_from_its_top() {
    let mut desk = reading(SMALL);
    desk.keys("C-d a");
    assert_eq!(
        desk.decision().ids,
        [quarterdeck_api::ids::ApplicationId(4_711)]
    );
    assert_eq!((pane(&desk), scroll(&desk)), (Pane::Full, 0));
    desk.keys("Esc");
    assert_eq!((pane(&desk), scroll(&desk)), (Pane::List, 0));
}

#[test]
fn slash_filters_the_list_and_searches_in_the_text() {
    let mut desk = Desk::at_work(WIDE);
    desk.keys("n");
    assert_eq!(desk.toast(), "n has no meaning here; ? shows what has");
    desk.keys("Enter /");
    assert_eq!(desk.toast(), "Filter the rows: in the list only");
    desk.keys("?").text("Wrap long");
    assert!(
        desk.shows("(over the whole screen only: f)"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_a_key_hides_there_is_not_promised_under_it() {
    let mut desk = reading(WIDE);
    let footer = desk.line(39);
    assert!(footer.contains("w wrap"), "{footer}");
    assert!(!footer.contains("waitlist"), "{footer}");
    assert_eq!(footer.matches("h back").count(), 1, "{footer}");
    desk.keys("?").text("waiting list");
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.contains("waiting list  "));
    let line = line.unwrap_or_else(|| panic!("{screen}"));
    assert!(!line.contains(" w "), "{line}");
}
