//! What holds whatever is pressed, pasted, resized or answered.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use quarterdeck::app::confirm::Step;
use quarterdeck::app::input::{InputEvent, Key};
use quarterdeck::app::keymap::{DEFAULT, Keymap, UserKeys};
use quarterdeck::app::layout::{Mode, Size};
use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, Failure, Msg, Reply};
use quarterdeck::app::overlay::Overlay;
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationField, ApplicationStatus, DecideApplications, DecideReply,
    DecideRequest, ExpectedStatus, GetApplication, ListApplications, REASON_LENGTH,
};
use quarterdeck_api::audit::{ListAudit, VerifyAudit};
use quarterdeck_api::bulk::{BulkReply, BulkResult};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::dashboard::GetDashboard;
use quarterdeck_api::data_requests::{DataRequestStatus, ListDataRequests, UpdateDataRequests};
use quarterdeck_api::filter::{Context, Filter};
use quarterdeck_api::operation::Operation;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reports::{DecideReports, GetReport, ListReports, ReportStatus};
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, changed, conflict, failed};
use crate::fixtures;
use crate::queues;

/// Something that happens.
#[derive(Clone, Debug)]
enum Event {
    Key(Key),
    /// Keys that belong together, as a hand that knows the console presses them.
    Phrase(&'static str),
    /// The count that a dialog asks for, and Enter.
    TypeCount,
    Paste(String),
    Burst(String),
    Resize(Size),
    Wait(i64),
    Answer(Answer),
}

/// How a call is answered.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Well,
    Conflict,
    Refused,
    Throttled,
    Timeout,
    Away,
}

fn any_key() -> impl Strategy<Value = Key> {
    let (keymap, _) = Keymap::load(DEFAULT, &UserKeys::default());
    let bound: Vec<Key> = keymap
        .bindings()
        .iter()
        .flat_map(|binding| binding.keys.clone())
        .collect();
    let verbs: Vec<Key> = "axwu.=;y 123450".chars().map(Key::from).collect();
    prop_oneof![
        3 => proptest::sample::select(bound),
        3 => proptest::sample::select(verbs),
        1 => proptest::char::range(' ', '~').prop_map(Key::from),
        // What is left of an arrow key that was split on its way.
        1 => proptest::sample::select(vec!['[', 'A', 'B', 'C', 'D', 'O']).prop_map(Key::from),
    ]
}

const PHRASES: &[&str] = &[
    "* a",
    "* x 1",
    "* w",
    "Space Space a",
    "Space Space Space x 2",
    "v j j v x 3",
    "/ 1 Enter",
    "x 1",
    "a a",
    "Esc Esc",
    "2 * a",
    "2 A 1",
    "2 Space Space x y",
    "2 a u",
    "3 a y",
    "3 * a",
    "3 Space Space x 2 y",
    "3 x 1 u",
    "0 j Enter",
    "0 G d",
    "1",
];

fn any_event() -> impl Strategy<Value = Event> {
    let size = (0_u16..160, 0_u16..50).prop_map(|(columns, rows)| Size { columns, rows });
    let answers = vec![
        Answer::Well,
        Answer::Well,
        Answer::Well,
        Answer::Conflict,
        Answer::Refused,
        Answer::Throttled,
        Answer::Timeout,
        Answer::Away,
    ];
    prop_oneof![
        12 => any_key().prop_map(Event::Key),
        3 => proptest::sample::select(PHRASES).prop_map(Event::Phrase),
        2 => Just(Event::TypeCount),
        1 => "[a-z0-9\n\u{1b}]{0,8}".prop_map(Event::Paste),
        1 => "[a-z]{9,12}".prop_map(Event::Burst),
        1 => prop_oneof![Just(SMALL), size].prop_map(Event::Resize),
        1 => (0_i64..12).prop_map(Event::Wait),
        4 => proptest::sample::select(answers).prop_map(Event::Answer),
    ]
}

/// How much has to stand before a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Nothing, where it is about one row.
    Light,
    /// A reason.
    WithReason,
    /// A question, always.
    Final,
    /// Nothing, where it is the last act that is taken back.
    TakenBack,
}

/// What was sent, of whichever queue.
struct Decision {
    ids: Vec<i64>,
    weight: Weight,
    is_expected: bool,
    /// Whether it says that it was confirmed; that of reports has nowhere to say it.
    is_confirmed: Option<bool>,
    reason: Option<String>,
}

impl Decision {
    fn of(call: &AnyCall) -> Option<Self> {
        if let Some(((), _, request)) = call.args::<DecideApplications>() {
            return Some(Self::of_applications(request));
        }
        if let Some(((), _, request)) = call.args::<DecideReports>() {
            return Some(Self {
                ids: request.ids.iter().map(|id| id.0).collect(),
                weight: match request.status {
                    ReportStatus::Pending => Weight::TakenBack,
                    ReportStatus::Resolved | ReportStatus::Dismissed => Weight::Light,
                },
                is_expected: request.expected_status.is_some(),
                is_confirmed: None,
                reason: None,
            });
        }
        let ((), _, request) = call.args::<UpdateDataRequests>()?;
        let weight = match request.status {
            DataRequestStatus::Pending => Weight::TakenBack,
            DataRequestStatus::Completed => Weight::Final,
            DataRequestStatus::Failed => Weight::WithReason,
        };
        assert_eq!(request.error.is_some(), weight == Weight::WithReason);
        Some(Self {
            ids: request.ids.iter().map(|id| id.0).collect(),
            weight,
            is_expected: request.expected_status.is_some(),
            is_confirmed: Some(request.confirm == Some(true)),
            reason: request.error.clone(),
        })
    }

    fn of_applications(request: &DecideRequest) -> Self {
        let count = request.ids.len();
        let expected = request.expected_status.as_ref();
        let weight = match request.action {
            ApplicationAction::Approve | ApplicationAction::Waitlist => Weight::Light,
            ApplicationAction::Reject => Weight::WithReason,
            ApplicationAction::Reopen => Weight::TakenBack,
        };
        Self {
            ids: request.ids.iter().map(|id| id.0).collect(),
            weight,
            is_expected: expected.is_some_and(|expected| {
                matches!(expected, ExpectedStatus::All(_)) || expected.at(count - 1).is_some()
            }),
            is_confirmed: Some(request.confirm == Some(true)),
            reason: request.reason.clone(),
        }
    }
}

/// What was on the screen when the key was pressed.
struct Before {
    overlay: Option<Overlay>,
    visible: BTreeSet<RowId>,
    mode: Mode,
}

/// A desk with a server that answers at random, and what must never happen there.
struct World {
    desk: Desk,
    /// Rows that were shown when the dialog opened: its targets are from among them.
    at_open: BTreeSet<RowId>,
    keys_seen: BTreeSet<String>,
    questions: Vec<Effect>,
}

impl World {
    fn new() -> Self {
        let mut desk = Desk::entering(SMALL);
        desk.answer_list((1..=30).map(fixtures::pending).collect())
            .forget();
        Self {
            desk,
            at_open: BTreeSet::new(),
            keys_seen: BTreeSet::new(),
            questions: Vec::new(),
        }
    }

    fn before(&self) -> Before {
        Before {
            overlay: self.desk.model.overlay.clone(),
            visible: self
                .desk
                .model
                .here()
                .state()
                .list
                .visible()
                .iter()
                .copied()
                .collect(),
            mode: Mode::of(self.desk.model.size),
        }
    }

    fn happen(&mut self, event: Event) {
        let keys = match &event {
            Event::Phrase(keys) => (*keys).to_owned(),
            Event::TypeCount => self.wanted_count(),
            _ => return self.happen_at_once(event),
        };
        for key in keys.split_whitespace() {
            self.happen_at_once(Event::Key(key.parse().unwrap()));
        }
    }

    /// The keys that type the count a dialog asks for, if one does.
    fn wanted_count(&self) -> String {
        match &self.desk.model.overlay {
            Some(Overlay::Confirm(confirm)) if matches!(confirm.step, Step::Count(_)) => {
                let count = confirm.draft.targets.len().to_string();
                let digits: Vec<_> = count.chars().map(String::from).collect();
                format!("{} Enter", digits.join(" "))
            }
            Some(Overlay::Confirm(_)) => "y".to_owned(),
            _ => String::new(),
        }
    }

    fn happen_at_once(&mut self, event: Event) {
        let before = self.before();
        let key = match &event {
            Event::Key(key) => Some(*key),
            _ => None,
        };
        match event {
            Event::Key(key) => self.desk.send(Msg::Input(InputEvent::Key(key))),
            Event::Paste(text) => self.desk.send(Msg::Input(InputEvent::Paste(text))),
            Event::Burst(text) => self.desk.send(Msg::Input(InputEvent::Burst(text))),
            Event::Resize(size) => drop(self.desk.resize(size)),
            Event::Wait(seconds) => drop(self.desk.wait(seconds)),
            Event::Answer(answer) => self.answer(answer),
            Event::Phrase(_) | Event::TypeCount => {}
        }
        self.check(&before, key);
    }

    fn check(&mut self, before: &Before, key: Option<Key>) {
        let effects = std::mem::take(&mut self.desk.effects);
        for effect in effects {
            if let Effect::Call {
                idempotency_key,
                call,
                ..
            } = &effect
                && let Some(decision) = Decision::of(call)
            {
                let is_retry = !self.keys_seen.insert(idempotency_key.clone());
                let key = key.expect("only a key decides");
                self.check_decision(before, key, &decision, is_retry);
            }
            if matches!(effect, Effect::Fetch { .. } | Effect::Call { .. }) {
                self.questions.push(effect);
            }
        }
        let is_open = matches!(self.desk.model.overlay, Some(Overlay::Confirm(_)));
        if is_open && !matches!(before.overlay, Some(Overlay::Confirm(_))) {
            self.at_open.clone_from(&before.visible);
        }
        let list = &self.desk.model.here().state().list;
        assert_eq!(list.cursor().is_none(), list.visible().is_empty());
        assert!(list.cursor().is_none_or(|id| list.is_visible(id)));
        self.desk.buffer();
    }

    fn check_decision(&self, before: &Before, key: Key, decision: &Decision, is_retry: bool) {
        assert_ne!(before.mode, Mode::TooSmall, "nothing is decided unseen");
        let count = decision.ids.len();
        assert!(decision.is_expected, "an expectation is always sent");
        if is_retry {
            assert_eq!(key, Key::from('='));
            return;
        }
        let confirmed = match &before.overlay {
            Some(Overlay::Confirm(confirm)) => Some(confirm),
            _ => None,
        };
        let takes_back = decision.weight == Weight::TakenBack && confirmed.is_none();
        let shown = if confirmed.is_some() {
            &self.at_open
        } else {
            &before.visible
        };
        assert!(takes_back || decision.ids.iter().all(|id| shown.contains(&RowId(*id))));
        let is_final = decision.weight == Weight::Final;
        if (count > 1 || is_final) && !takes_back {
            let confirm = confirmed.expect("several rows, and what is final, are confirmed");
            assert_eq!(confirm.draft.targets.len(), count);
            assert_ne!(decision.is_confirmed, Some(false));
            let most = if is_final { 1 } else { 9 };
            match &confirm.step {
                Step::Confirm => assert!(count <= most && key == Key::from('y')),
                Step::Count(field) => assert_eq!(field.value(), count.to_string()),
                Step::Choice
                | Step::Pick(_)
                | Step::Fill(_)
                | Step::Reason
                | Step::FreeText(_)
                | Step::Phrase(_)
                | Step::Code(_) => {
                    panic!("{count} decided by {key}")
                }
            }
        }
        if decision.weight == Weight::WithReason {
            let reason = decision.reason.as_ref().expect("it has a reason");
            assert!(REASON_LENGTH.contains(&reason.chars().count()));
        }
    }

    /// Answers the oldest question.
    fn answer(&mut self, answer: Answer) {
        if self.questions.is_empty() {
            return;
        }
        let reply = match self.questions.remove(0) {
            Effect::Fetch {
                slot,
                generation,
                query,
            } => {
                let result =
                    failure(answer).map_or_else(|| Ok(Self::read(&query)), |why| Err(failed(why)));
                Reply::Read {
                    slot,
                    generation,
                    result,
                }
            }
            Effect::Call {
                action_id, call, ..
            } => {
                let Some(reply) = self.written(answer, &call) else {
                    return;
                };
                let result = failure(answer).map_or(Ok(reply), |why| Err(failed(why)));
                Reply::Write { action_id, result }
            }
            _ => return,
        };
        self.desk.send(Msg::Replied(reply));
    }

    fn read(call: &AnyCall) -> AnyReply {
        if let Some(((), query, _)) = call.args::<ListApplications>() {
            let from = if query.cursor.is_some() { 31 } else { 1 };
            let filter = Filter::<ApplicationField>::parse(query.filter.as_deref().unwrap_or(""));
            let filter = filter.expect("the server is asked what it can read");
            assert!(
                filter.asked().is_ok(),
                "the server is asked what it answers: {filter}"
            );
            let context = Context {
                now: fixtures::NOW,
                me: None,
            };
            let rows = (from..from + 30).map(fixtures::pending);
            let rows = rows.filter(|row| filter.passes(row, &context)).collect();
            let next_cursor = query.cursor.is_none().then(|| "next".to_owned());
            AnyReply::new::<ListApplications>(Page {
                next_cursor,
                ..fixtures::page(rows)
            })
        } else if let Some((id, ..)) = call.args::<GetApplication>() {
            AnyReply::new::<GetApplication>(fixtures::view(fixtures::pending(id.0)))
        } else if call.args::<ListReports>().is_some() {
            let rows = (1..=30).map(queues::report).collect();
            AnyReply::new::<ListReports>(fixtures::page(rows))
        } else if let Some((id, ..)) = call.args::<GetReport>() {
            AnyReply::new::<GetReport>(queues::report_view(queues::report(id.0)))
        } else if call.args::<ListDataRequests>().is_some() {
            let rows = (1..=30).map(|id| queues::data_request(id, id - 5));
            AnyReply::new::<ListDataRequests>(fixtures::page(rows.collect()))
        } else if call.args::<GetDashboard>().is_some() {
            AnyReply::new::<GetDashboard>(queues::dashboard())
        } else if call.args::<ListAudit>().is_some() {
            AnyReply::new::<ListAudit>(fixtures::page(fixtures::log()))
        } else if call.args::<VerifyAudit>().is_some() {
            AnyReply::new::<VerifyAudit>(fixtures::truncated(1_100))
        } else {
            AnyReply::new::<GetMe>(fixtures::root())
        }
    }

    fn written(&self, answer: Answer, call: &AnyCall) -> Option<AnyReply> {
        if let Some(((), _, request)) = call.args::<DecideApplications>() {
            return Some(self.decided(answer, request));
        }
        if let Some(((), _, request)) = call.args::<DecideReports>() {
            let results = request.ids.iter().map(|id| match answer {
                Answer::Conflict => {
                    let row = queues::settled(id.0, ReportStatus::Dismissed);
                    queues::conflict(id.0, row, "dismissed", self.desk.now)
                }
                _ => queues::changed(id.0, queues::settled(id.0, request.status)),
            });
            return Some(bulk::<DecideReports, _>(results.collect()));
        }
        let ((), _, request) = call.args::<UpdateDataRequests>()?;
        let results = request.ids.iter().map(|id| match answer {
            Answer::Conflict => {
                let row = queues::handled(id.0, DataRequestStatus::Completed);
                queues::conflict(id.0, row, "completed", self.desk.now)
            }
            _ => queues::changed(id.0, queues::handled(id.0, request.status)),
        });
        Some(bulk::<UpdateDataRequests, _>(results.collect()))
    }

    fn decided(&self, answer: Answer, request: &DecideRequest) -> AnyReply {
        let now = self.desk.now;
        let results = request.ids.iter().map(|id| match answer {
            Answer::Conflict => conflict(id.0, ApplicationStatus::Rejected, now),
            _ => changed(id.0, request.action, now),
        });
        AnyReply::new::<DecideApplications>(DecideReply {
            results: results.collect(),
            changed: 0,
            noop: false,
        })
    }

    fn is_at_root(&self) -> bool {
        let model = &self.desk.model;
        let state = model.here().state();
        model.overlay.is_none()
            && !model.is_in_detail()
            && !state.list.is_in_range()
            && state.list.marked_count() == 0
            && state.filter.is_empty()
            && model.views.led_to(model.tab).is_none()
    }
}

fn bulk<Op, R>(results: Vec<BulkResult<R>>) -> AnyReply
where
    Op: Operation<Reply = BulkReply<R>>,
{
    AnyReply::new::<Op>(BulkReply {
        results,
        changed: 0,
        noop: false,
    })
}

fn failure(answer: Answer) -> Option<Failure> {
    match answer {
        Answer::Well | Answer::Conflict => None,
        Answer::Refused => Some(fixtures::refusal(Code::Internal, "something broke")),
        Answer::Throttled => Some(fixtures::refusal(Code::RateLimited, "too many calls")),
        Answer::Timeout => Some(Failure::Timeout),
        Answer::Away => Some(fixtures::away()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(3),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_decided_without_its_confirmation(
        events in proptest::collection::vec(any_event(), 1..90),
    ) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
        }
        world.happen(Event::Resize(SMALL));
        let escape: Key = "Esc".parse().unwrap();
        for _ in 0..8 {
            world.happen(Event::Key(escape));
        }
        prop_assert!(world.is_at_root(), "{}", world.desk.screen());
    }
}
