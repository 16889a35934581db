//! A console at a desk: types keys, hands it answers, reads its effects and its screen.

#[path = "fixtures.rs"]
pub(crate) mod fixtures;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use quarterdeck::app::input::{InputEvent, Key};
use quarterdeck::app::keymap::UserKeys;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{
    ActionId, Effect, Failed, Failure, Generation, Msg, Reply, SessionCall, SessionReply, Slot,
};
use quarterdeck::app::model::Model;
use quarterdeck::app::options::{
    AccessMode, Charset, Colors, CursorMark, Motion, Options, Profiles, RefreshReports,
    SessionStart, SingleKeys, ThemeName,
};
use quarterdeck::app::tab::Tab;
use quarterdeck::app::time::TimeStyle;
use quarterdeck::app::update::update;
use quarterdeck::view;
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, DecideApplications, DecideReply,
    DecideRequest, DecideResult, ListApplications,
};
use quarterdeck_api::audit::{ListAudit, VerifyAudit, VerifyReport};
use quarterdeck_api::bulk::{BulkReply, BulkResult, Outcome};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Operation;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use fixtures::NOW;

pub(crate) const WIDE: Size = Size {
    columns: 120,
    rows: 40,
};
pub(crate) const SMALL: Size = Size {
    columns: 80,
    rows: 24,
};

/// A console under test.
pub(crate) struct Desk {
    pub(crate) model: Model,
    pub(crate) now: DateTime<Utc>,
    /// What it asked for since it was last looked at.
    pub(crate) effects: Vec<Effect>,
}

/// The trace of every call that fails.
pub(crate) const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

pub(crate) fn failed(why: Failure) -> Failed {
    Failed {
        why,
        trace_id: Line::new(TRACE),
    }
}

pub(crate) fn options(size: Size) -> Options {
    Options {
        environment: Some(Line::new("demo")),
        host: Line::new("127.0.0.1:4000"),
        access: AccessMode::ReadWrite,
        profiles: Profiles::default(),
        session: SessionStart::Resume,
        theme: ThemeName::Auto,
        // Most tests begin in a queue; `session` has those of the default.
        default_view: Tab::Applications,
        times: TimeStyle::Relative,
        utc_offset: FixedOffset::east_opt(3_600).unwrap(),
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
        size,
    }
}

impl Desk {
    /// A console that has asked its first question.
    pub(crate) fn started(options: Options) -> Self {
        let mut desk = Self {
            model: Model::new(options),
            now: NOW,
            effects: Vec::new(),
        };
        desk.send(Msg::Started);
        desk
    }

    /// A console of a super-admin whose first list has been asked for.
    pub(crate) fn entering(size: Size) -> Self {
        let mut desk = Self::started(options(size));
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
        desk
    }

    /// A console of a super-admin before a loaded queue.
    pub(crate) fn at_work(size: Size) -> Self {
        let mut desk = Self::entering(size);
        desk.answer_list(fixtures::queue(25));
        desk.forget();
        desk
    }

    /// The same before a queue of so many plain rows.
    pub(crate) fn before(count: i64) -> Self {
        let mut desk = Self::entering(SMALL);
        desk.answer_list((1..=count).map(fixtures::pending).collect());
        desk.forget();
        desk
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        self.effects.extend(update(&mut self.model, self.now, msg));
    }

    /// Types keys as they are written, with spaces between.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().unwrap_or_else(|error| panic!("{key}: {error}"));
            self.send(Msg::Input(InputEvent::Key(key)));
        }
        self
    }

    /// Types text letter by letter.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.send(Msg::Input(InputEvent::Key(Key::from(character))));
        }
        self
    }

    /// Lets time pass, waking up whenever the console asked to be.
    pub(crate) fn wait(&mut self, seconds: i64) -> &mut Self {
        let end = self.now + TimeDelta::seconds(seconds);
        while let Some(due) = self.model.next_deadline(self.now).filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.send(Msg::Tick);
        }
        self.now = end;
        self.send(Msg::Tick);
        self
    }

    pub(crate) fn forget(&mut self) -> &mut Self {
        self.effects.clear();
        self
    }

    /// Answers the newest read of a slot.
    pub(crate) fn answer(&mut self, slot: Slot, reply: AnyReply) -> &mut Self {
        let generation = self.asked(slot);
        self.send(Msg::Replied(Reply::Read {
            slot,
            generation,
            result: Ok(reply),
        }));
        self
    }

    /// Lets the newest read of a slot fail.
    pub(crate) fn fail(&mut self, slot: Slot, failure: Failure) -> &mut Self {
        let generation = self.asked(slot);
        self.send(Msg::Replied(Reply::Read {
            slot,
            generation,
            result: Err(failed(failure)),
        }));
        self
    }

    pub(crate) fn answer_list(&mut self, rows: Vec<ApplicationRow>) -> &mut Self {
        self.answer(
            Slot::List(Tab::Applications),
            AnyReply::new::<ListApplications>(fixtures::page(rows)),
        )
    }

    pub(crate) fn answer_audit(&mut self) -> &mut Self {
        let reply = AnyReply::new::<ListAudit>(Page {
            total: 1_204,
            ..fixtures::page(fixtures::log())
        });
        self.answer(Slot::List(Tab::Audit), reply)
    }

    /// A console of a super-admin that has gone from the queue of applications to this tab.
    pub(crate) fn on(size: Size, tab: Tab) -> Self {
        let mut desk = Self::at_work(size);
        desk.keys(&tab.digit().to_string());
        desk
    }

    /// The bodies of the writes of an operation, oldest first.
    pub(crate) fn bodies<Op: Operation>(&self) -> Vec<Op::Body>
    where
        Op::Body: Clone,
    {
        let bodies = self
            .writes()
            .into_iter()
            .filter_map(|(_, _, call)| Some(call.args::<Op>()?.2.clone()));
        bodies.collect()
    }

    /// The one write of an operation.
    pub(crate) fn body<Op: Operation>(&self) -> Op::Body
    where
        Op::Body: Clone,
    {
        let mut bodies = self.bodies::<Op>();
        assert_eq!((self.writes().len(), bodies.len()), (1, 1));
        bodies.remove(0)
    }

    /// Answers the newest write with these results.
    pub(crate) fn answer_bulk<Op, R>(&mut self, results: Vec<BulkResult<R>>) -> &mut Self
    where
        Op: Operation<Reply = BulkReply<R>>,
    {
        let changed = results
            .iter()
            .filter(|result| result.outcome.is(Outcome::Changed))
            .count();
        self.answer_write(Ok(AnyReply::new::<Op>(BulkReply {
            results,
            changed,
            noop: changed == 0,
        })))
    }

    /// The ids shown, in their order.
    pub(crate) fn visible(&self) -> Vec<i64> {
        let visible = self.model.here().state().list.visible();
        visible.iter().map(|id| id.0).collect()
    }

    /// Answers the newest verification.
    pub(crate) fn answer_chain(&mut self, report: VerifyReport) -> &mut Self {
        self.answer(Slot::Verify, AnyReply::new::<VerifyAudit>(report))
    }

    /// The generation of the newest read of a slot.
    pub(crate) fn asked(&self, slot: Slot) -> Generation {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Fetch {
                slot: of,
                generation,
                ..
            } if *of == slot => Some(*generation),
            _ => None,
        });
        asked.unwrap_or_else(|| panic!("{slot:?} was not asked for: {:?}", self.effects))
    }

    /// The queries of a slot, oldest first.
    pub(crate) fn queries(&self, slot: Slot) -> Vec<AnyCall> {
        let queries = self.effects.iter().filter_map(|effect| match effect {
            Effect::Fetch {
                slot: of, query, ..
            } if *of == slot => Some(query.clone()),
            _ => None,
        });
        queries.collect()
    }

    /// The newest query of a slot, which calls this operation.
    pub(crate) fn query<Op: Operation>(&self, slot: Slot) -> Op::Query
    where
        Op::Query: Clone,
    {
        let call = self.queries(slot).pop().expect("nothing was asked");
        let (_, query, _) = call.args::<Op>().unwrap_or_else(|| panic!("{call:?}"));
        query.clone()
    }

    /// The writes sent, oldest first.
    pub(crate) fn writes(&self) -> Vec<(ActionId, String, AnyCall)> {
        let writes = self.effects.iter().filter_map(|effect| match effect {
            Effect::Call {
                action_id,
                idempotency_key,
                call,
                ..
            } => Some((*action_id, idempotency_key.clone(), call.clone())),
            _ => None,
        });
        writes.collect()
    }

    /// The decisions sent, oldest first.
    pub(crate) fn decisions(&self) -> Vec<DecideRequest> {
        let decisions = self
            .writes()
            .into_iter()
            .filter_map(|(_, _, call)| Some(call.args::<DecideApplications>()?.2.clone()));
        decisions.collect()
    }

    /// The one decision that was sent.
    pub(crate) fn decision(&self) -> DecideRequest {
        let mut decisions = self.decisions();
        assert_eq!(decisions.len(), 1, "{decisions:?}");
        decisions.remove(0)
    }

    /// Answers the newest write.
    pub(crate) fn answer_write(&mut self, result: Result<AnyReply, Failure>) -> &mut Self {
        let (action_id, ..) = self.writes().pop().expect("nothing was written");
        let result = result.map_err(failed);
        self.send(Msg::Replied(Reply::Write { action_id, result }));
        self
    }

    /// Answers the newest decision as a server does where nobody was first.
    pub(crate) fn decide(&mut self) -> &mut Self {
        let request = self.decisions().pop().expect("nothing was decided");
        let results = request
            .ids
            .iter()
            .map(|id| changed(id.0, request.action, self.now));
        let results: Vec<_> = results.collect();
        self.answer_results(results)
    }

    pub(crate) fn answer_results(&mut self, results: Vec<DecideResult>) -> &mut Self {
        let changed = results
            .iter()
            .filter(|result| result.outcome.is(Outcome::Changed))
            .count();
        let reply = DecideReply {
            results,
            changed,
            noop: changed == 0,
        };
        self.answer_write(Ok(AnyReply::new::<DecideApplications>(reply)))
    }

    /// The newest step of sign-in that was asked for.
    pub(crate) fn session_call(&self) -> (Generation, SessionCall) {
        let call = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Session { generation, call } => Some((*generation, call.clone())),
            _ => None,
        });
        call.expect("no step of sign-in was asked for")
    }

    pub(crate) fn answer_session(&mut self, result: Result<SessionReply, Failure>) -> &mut Self {
        let (generation, _) = self.session_call();
        let result = result.map_err(failed);
        self.send(Msg::Replied(Reply::Session { generation, result }));
        self
    }

    /// The newest toast.
    pub(crate) fn toast(&self) -> String {
        self.model
            .toasts
            .current()
            .map_or_else(String::new, |(toast, _)| toast.text.to_string())
    }

    pub(crate) fn resize(&mut self, size: Size) -> &mut Self {
        let Size { columns, rows } = size;
        self.send(Msg::Input(InputEvent::Resize { columns, rows }));
        self
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let Size { columns, rows } = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal
            .draw(|frame| view::draw(&self.model, frame))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        let buffer = self.buffer();
        let lines = (0..buffer.area.height).map(|y| line(&buffer, y));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// One line of the screen.
    pub(crate) fn line(&self, y: u16) -> String {
        line(&self.buffer(), y)
    }

    /// Whether the screen shows a text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }
}

fn line(buffer: &Buffer, y: u16) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut text = String::new();
    let mut covered = 0;
    for x in 0..buffer.area.width {
        if covered > 0 {
            covered -= 1;
            continue;
        }
        let symbol = buffer[(x, y)].symbol();
        covered = symbol.width().saturating_sub(1);
        text.push_str(symbol);
    }
    text.trim_end().to_owned()
}

/// What a server answers for a row that it changed.
pub(crate) fn changed(id: i64, action: ApplicationAction, now: DateTime<Utc>) -> DecideResult {
    let row = ApplicationRow {
        status: action.target().into(),
        decided_at: Some(now),
        decided_by: Some(Line::new("root@quarterdeck.example")),
        version: 2,
        ..fixtures::known(id)
    };
    DecideResult {
        id: row.id,
        outcome: Outcome::Changed.into(),
        application: Some(row),
        conflict: None,
    }
}

/// What a server answers where somebody else was first.
pub(crate) fn conflict(id: i64, status: ApplicationStatus, now: DateTime<Utc>) -> DecideResult {
    let by = Some(Line::new("bob@quarterdeck.example"));
    let at = Some(now - TimeDelta::seconds(4));
    DecideResult {
        outcome: Outcome::Conflict.into(),
        application: Some(ApplicationRow {
            status: status.into(),
            decided_by: by.clone(),
            decided_at: at,
            version: 2,
            ..fixtures::pending(id)
        }),
        conflict: Some(Conflict {
            status: Line::new(status.as_str()),
            decided_by: by,
            decided_at: at,
            version: 2,
        }),
        ..changed(id, ApplicationAction::Approve, now)
    }
}
