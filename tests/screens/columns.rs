//! The columns of a tab: chosen in the picker or by name, kept by tab, and never without id and status.

use std::collections::BTreeMap;

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::options::Options;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;
use crate::snapshots::at_both_sizes;

/// The titles over the table.
fn heads(desk: &Desk) -> String {
    let line = desk.line(4);
    let heads = line.split('│').next().unwrap_or_default();
    heads.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is to be remembered, oldest first.
fn kept(desk: &Desk) -> Vec<(Tab, Option<String>)> {
    let kept = desk.effects.iter().filter_map(|effect| match effect {
        Effect::KeepColumns { tab, columns } => {
            Some((*tab, columns.as_ref().map(|names| names.join(","))))
        }
        _ => None,
    });
    kept.collect()
}

fn typed(desk: &mut Desk, command: &str) {
    desk.keys(":").text(command).keys("Enter");
}

#[test]
fn the_picker_of_columns() {
    at_both_sizes("columns", |size: Size| {
        let mut desk = Desk::at_work(size);
        desk.keys("C j j Space j j J");
        desk
    });
    at_both_sizes("columns_chosen", |size: Size| {
        let mut desk = Desk::at_work(size);
        typed(&mut desk, "cols id,e-mail,status");
        desk
    });
}

#[test]
fn the_table_follows_the_picker_and_esc_puts_it_back() {
    let mut desk = Desk::at_work(SMALL);
    let before = heads(&desk);
    assert_eq!(before, "Id Status Age Name E-mail");
    desk.keys("C j j Space");
    let chosen = desk.model.here().state().columns.clone();
    assert_eq!(chosen, Some(vec![0, 1, 3, 4, 5]));
    desk.keys("Esc");
    assert_eq!(heads(&desk), before);
    assert_eq!(kept(&desk), []);
    desk.keys("C j j Space j j j K K y");
    assert_eq!(heads(&desk), "Id Status E-mail Name");
    let names = "id,status,e-mail,claim,name".to_owned();
    assert_eq!(kept(&desk), [(Tab::Applications, Some(names))]);
    assert_eq!(desk.toast(), "Columns: id, status, e-mail, claim, name");
    desk.forget().keys("C Enter");
    assert_eq!(kept(&desk), [], "nothing was changed");
    desk.keys("C d Enter");
    assert_eq!(heads(&desk), before);
    assert_eq!(kept(&desk), [(Tab::Applications, None)]);
}

#[test]
fn id_and_status_cannot_be_hidden_neither_there_nor_by_name() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("C Space");
    assert_eq!(desk.toast(), "Id cannot be hidden");
    desk.keys("j Space");
    assert_eq!(desk.toast(), "Status cannot be hidden");
    desk.keys("Enter");
    assert_eq!(kept(&desk), []);
    typed(&mut desk, "cols name");
    assert_eq!(heads(&desk), "Id Status Name");
    for tab in Tab::ALL {
        let heads = desk.model.room(*tab).heads();
        let stay =
            |head: &&quarterdeck::screens::screen::Head| quarterdeck::app::columns::stays(**head);
        assert_eq!(heads.iter().filter(stay).count(), 2, "{tab:?}");
    }
}

#[test]
fn columns_are_named_in_the_palette_and_a_wrong_name_changes_nothing() {
    let mut desk = Desk::at_work(SMALL);
    typed(&mut desk, "cols e-mail, status,ID,e-mail");
    assert_eq!(heads(&desk), "E-mail Status Id");
    typed(&mut desk, "cols id,agee");
    assert_eq!(
        desk.toast(),
        "no column `agee`; did you mean `age`?: id, status, age, claim, name, e-mail or default"
    );
    assert_eq!(heads(&desk), "E-mail Status Id");
    typed(&mut desk, "cols default");
    assert_eq!(heads(&desk), "Id Status Age Name E-mail");
    typed(&mut desk, "cols");
    assert!(desk.shows("Columns"), "{}", desk.screen());
}

/// A console that was given what an earlier run has kept.
fn again(columns: &[(Tab, &[&str])]) -> Desk {
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let columns = columns.iter().map(|(tab, of)| (*tab, names(of)));
    let options = Options {
        columns: columns.collect::<BTreeMap<_, _>>(),
        ..options(SMALL)
    };
    let mut desk = Desk::started(options);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk.answer_list(fixtures::queue(25));
    desk
}

#[test]
fn what_was_kept_is_shown_by_tab_and_what_is_unknown_is_left_out() {
    let mut desk = again(&[(Tab::Applications, &["name", "gone", "id", "name"])]);
    assert_eq!(heads(&desk), "Status Name Id");
    desk.keys("5").answer_audit();
    assert_eq!(heads(&desk), "Seq Time Action Target Actor");
    desk.model.here_mut().clear();
    desk.keys("1");
    desk.model.here_mut().clear();
    desk.keys("r").answer_list(fixtures::queue(25));
    assert_eq!(
        heads(&desk),
        "Status Name Id",
        "another account sees them too"
    );
}

#[test]
fn columns_that_do_not_fit_still_go_by_priority() {
    let mut desk = Desk::at_work(WIDE);
    typed(&mut desk, "cols e-mail,name,age,status,id");
    assert_eq!(heads(&desk), "E-mail Name Age Status Id");
    desk.resize(Size {
        columns: 60,
        rows: 24,
    });
    assert_eq!(heads(&desk), "Name Age Status Id");
}
