//! Verbs that no shipped screen has yet: two on one key, one that takes a note, one whose answer is kept
//! as a file. A screen of this test stands in the place of the applications.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Utc};
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, DecideApplications, DecideReply,
    DecideRequest, ListApplications,
};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::page::Page;
use quarterdeck_api::role::Role;
use quarterdeck_api::sessions::{GetMe, Me};

use super::*;
use crate::app::download::Download;
use crate::app::input::InputEvent;
use crate::app::keymap::UserKeys;
use crate::app::layout::Size;
use crate::app::message::{Effect, Generation, Msg, Reply, Slot};
use crate::app::options::{
    Charset, Colors, CursorMark, Motion, Options, Profiles, RefreshReports, SessionStart,
    SingleKeys, ThemeName,
};
use crate::app::room::Room;
use crate::app::shown::Shown;
use crate::app::time::{TimeStyle, Times};
use crate::app::update::update;
use crate::screens::applications::Applications;
use crate::screens::screen::{Column, Fact, Noun, Order, PageRequest, RowOutcome, Screen, SortOf};
use crate::screens::verb::{Asks, Choice, Class, Prepared, Verb};

struct People;

type Row = ApplicationRow;

fn is_banned(row: &Row) -> bool {
    row.status.is(ApplicationStatus::Rejected)
}

fn send(rows: &[&Row], action: ApplicationAction) -> Prepared {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Prepared::new(move |given| {
        AnyCall::body::<DecideApplications>(DecideRequest {
            action,
            ids: ids.clone(),
            confirm: given.is_confirmed.then_some(true),
            reason: given.why.words.clone(),
            reason_code: None,
            expected_status: None,
        })
    })
}

const fn verb(action: Action, verb: &'static str) -> Verb<Row> {
    Verb {
        action,
        verb,
        past: "done",
        help: verb,
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: |rows| Some(send(rows, ApplicationAction::Approve)),
    }
}

impl Screen for People {
    type Row = Row;
    type Detail = ();

    const TAB: Tab = Tab::Applications;
    const NOUN: Noun = Noun {
        one: "person",
        many: "people",
    };
    const COLUMNS: &'static [Column<Row>] = Applications::COLUMNS;
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = Applications::ORDERS;
    const SORTS: &'static [SortOf<Self>] = Applications::SORTS;
    const VERBS: &'static [Verb<Row>] = &[
        Verb {
            asks: Asks::Note,
            ..verb(Action::Accept, "resolve")
        },
        Verb {
            class: Class::HardToReverse,
            refuses: |row| is_banned(row).then(|| "banned already".to_owned()),
            prepare: |rows| Some(send(rows, ApplicationAction::Reject)),
            ..verb(Action::Ban, "ban")
        },
        Verb {
            refuses: |row| (!is_banned(row)).then(|| "not banned".to_owned()),
            prepare: |rows| Some(send(rows, ApplicationAction::Reopen)),
            ..verb(Action::Ban, "unban")
        },
        Verb {
            class: Class::HardToReverse,
            ..verb(Action::Export, "export")
        },
        Verb {
            choices: &[Choice {
                label: "delete",
                verb: "delete",
                past: "deleted",
                class: Class::Irreversible,
                permission: None,
            }],
            refuses: |row| is_banned(row).then(|| "banned".to_owned()),
            ..verb(Action::Remove, "remove")
        },
        Verb {
            refuses: |row| (!is_banned(row)).then(|| "not banned".to_owned()),
            ..verb(Action::Remove, "forget")
        },
    ];

    fn id(row: &Row) -> RowId {
        RowId(row.id.0)
    }
    fn version(row: &Row) -> i64 {
        row.version
    }
    fn name(row: &Row) -> Shown<'_> {
        Shown::Line(&row.name)
    }
    fn status(row: &Row) -> String {
        row.status.to_string()
    }
    fn summary(row: &Row) -> String {
        row.name.to_string()
    }
    fn is_open(_row: &Row) -> bool {
        true
    }
    fn list(page: PageRequest<SortOf<Self>>) -> AnyCall {
        Applications::list(page)
    }
    fn page(reply: AnyReply) -> Option<Page<Row>> {
        Applications::page(reply)
    }
    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }
    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }
    fn row_of(_detail: &()) -> Option<&Row> {
        None
    }
    fn describe(_row: &Row, _detail: Option<&()>, _times: &Times) -> Vec<Fact> {
        Vec::new()
    }
    fn decision_to(_status: &str) -> Option<&'static str> {
        None
    }
    fn outcomes(_reply: AnyReply) -> Vec<RowOutcome<Row>> {
        Vec::new()
    }
    fn file(reply: &AnyReply) -> Option<Download> {
        let reply = reply.get::<DecideApplications>()?;
        (reply.changed == 0).then(|| Download::new("person-1.json", b"{}".to_vec()))
    }
    fn trail(_row: &Row) -> Option<String> {
        None
    }
}

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn row(id: i64, status: ApplicationStatus) -> Row {
    ApplicationRow {
        id: ApplicationId(id),
        user_id: None,
        name: Line::new(&format!("ana{id}")),
        email: Line::new("ana@example.org"),
        status: status.into(),
        submitted_at: NOW,
        decided_at: None,
        decided_by: None,
        reason: None,
        reason_code: None,
        version: 1,
        claim: None,
    }
}

fn root() -> Me {
    Me {
        id: UserId(1),
        email: Line::new("root@quarterdeck.example"),
        roles: vec![Role::SuperAdmin.into()],
        permissions: Vec::new(),
        is_platform_admin: true,
        mfa_enabled: true,
        recovery_codes_left: Some(10),
        environment: Line::new("demo"),
        issued_at: NOW,
        exp: NOW,
        contract_version: Line::new(quarterdeck_api::CONTRACT_VERSION),
    }
}

fn options() -> Options {
    Options {
        environment: None,
        host: Line::new("127.0.0.1:4000"),
        access: AccessMode::ReadWrite,
        profiles: Profiles::default(),
        session: SessionStart::Resume,
        theme: ThemeName::Auto,
        default_view: Tab::Applications,
        times: TimeStyle::Relative,
        utc_offset: FixedOffset::east_opt(0).unwrap(),
        colors: Colors::Shown,
        charset: Charset::Unicode,
        cursor: CursorMark::Row,
        motion: Motion::Full,
        user_keys: UserKeys::default(),
        single_keys: SingleKeys::On,
        watermark: None,
        pending: Vec::new(),
        run_id: "run".to_owned(),
        refresh_reports: RefreshReports::Off,
        undo_seconds: 8,
        toast_seconds: 3,
        max_bulk: None,
        columns: BTreeMap::new(),
        size: Size {
            columns: 80,
            rows: 24,
        },
    }
}

/// A console before one free and one banned person.
fn console() -> Model {
    let mut model = Model::new(options());
    model.put_room(Tab::Applications, Box::new(Room::<People>::default()));
    update(&mut model, NOW, Msg::Started);
    let rows = vec![
        row(1, ApplicationStatus::Pending),
        row(2, ApplicationStatus::Rejected),
    ];
    let page = Page {
        data: rows,
        total: 2,
        total_exact: true,
        next_cursor: None,
    };
    let answers = [
        (Slot::Me, AnyReply::new::<GetMe>(root())),
        (
            Slot::List(Tab::Applications),
            AnyReply::new::<ListApplications>(page),
        ),
    ];
    for (generation, (slot, reply)) in (1..).zip(answers) {
        let reply = Reply::Read {
            slot,
            generation: Generation(generation),
            result: Ok(reply),
        };
        update(&mut model, NOW, Msg::Replied(reply));
    }
    assert_eq!(model.here().loaded(), 2);
    model
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.split_whitespace() {
        let key = InputEvent::Key(key.parse().unwrap());
        effects.extend(update(model, NOW, Msg::Input(key)));
    }
    effects
}

/// What was sent, in a word each.
fn sent(effects: &[Effect]) -> Vec<(ApplicationAction, Option<String>)> {
    let calls = effects.iter().filter_map(|effect| match effect {
        Effect::Call { call, .. } => Some(call.clone()),
        _ => None,
    });
    let requests = calls.map(|call| call.args::<DecideApplications>().unwrap().2.clone());
    requests
        .map(|request| (request.action, request.reason))
        .collect()
}

fn toast(model: &Model) -> String {
    let current = model.toasts.current();
    current.map_or_else(String::new, |(toast, _)| toast.text.to_string())
}

#[test]
fn of_two_verbs_on_a_key_the_one_that_applies_is_meant() {
    let mut model = console();
    assert_eq!(sent(&press(&mut model, "b")), []);
    let effects = press(&mut model, "y");
    assert_eq!(sent(&effects), [(ApplicationAction::Reject, None)]);
    let mut model = console();
    let effects = press(&mut model, "j b");
    assert_eq!(sent(&effects), [(ApplicationAction::Reopen, None)]);
}

#[test]
fn a_verb_by_its_name_never_becomes_the_other_one_of_its_key() {
    let mut model = console();
    let effects = press(&mut model, ": u n b a n Enter");
    assert_eq!(
        (sent(&effects), toast(&model)),
        (vec![], "Unban: not banned".to_owned())
    );
    assert!(model.overlay.is_none());
    let effects = press(&mut model, "j : u n b a n Enter");
    assert_eq!(sent(&effects), [(ApplicationAction::Reopen, None)]);
    press(&mut model, "g .");
    assert_eq!(toast(&model), "The last verb again: not banned");
    assert!(
        model.overlay.is_none(),
        "what is repeated is the verb, not its key"
    );
}

#[test]
fn a_note_goes_with_the_same_write_and_none_is_asked_for_without_its_key() {
    let mut model = console();
    assert_eq!(
        sent(&press(&mut model, "a")),
        [(ApplicationAction::Approve, None)]
    );
    let mut model = console();
    assert_eq!(sent(&press(&mut model, "A Enter")), []);
    let effects = press(&mut model, "f i n e Enter");
    let noted = (ApplicationAction::Approve, Some("fine".to_owned()));
    assert_eq!(sent(&effects), [noted]);
    let mut model = console();
    assert_eq!(sent(&press(&mut model, "A Esc")), []);
    assert!(model.overlay.is_none());
}

#[test]
fn what_is_removed_is_chosen_and_then_named() {
    let mut model = console();
    assert_eq!(sent(&press(&mut model, "D Enter y 2")), []);
    assert_eq!(sent(&press(&mut model, "1 y Enter")), []);
    let effects = press(&mut model, "Backspace a n a 1 Enter");
    assert_eq!(sent(&effects).len(), 1);
}

#[test]
fn an_answer_that_is_a_file_is_saved_and_said_by_whoever_saves_it() {
    let mut model = console();
    let effects = press(&mut model, "e y");
    let Some(Effect::Call { action_id, .. }) = effects
        .iter()
        .find(|effect| matches!(effect, Effect::Call { .. }))
    else {
        panic!("not sent")
    };
    let reply = DecideReply {
        results: Vec::new(),
        changed: 0,
        noop: true,
    };
    let reply = Reply::Write {
        action_id: *action_id,
        result: Ok(AnyReply::new::<DecideApplications>(reply)),
    };
    let effects = update(&mut model, NOW, Msg::Replied(reply));
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some((file.name(), file.contents())),
        _ => None,
    });
    assert_eq!(saved, Some(("person-1.json", b"{}".as_slice())));
    assert_eq!(toast(&model), "");
}

#[test]
fn every_verb_of_a_screen_that_is_on_a_letter_of_escape_sequences_asks_first() {
    for keys in ["A", "D", "j D", "Space Space A", "Space Space D"] {
        let mut model = console();
        let effects = press(&mut model, keys);
        assert_eq!(sent(&effects), [], "{keys}");
        assert!(model.overlay.is_some(), "{keys}");
    }
}
