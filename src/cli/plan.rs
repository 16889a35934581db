//! What a write is going to be: its rows as they are now or as they were listed, those that it does not
//! apply to, and a draft for each call. Nothing is written here.

use std::io::Write;

use quarterdeck_api::applications::MAX_IDS;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::sessions::Me;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::commands::{ActArguments, Deed, Ways, short};
use super::exit::{Exit, Stopped};
use super::list::{apply_filter, load};
use super::remote::{Remote, misunderstood};
use super::report::{Fate, Report};
use super::targets::Targets;
use crate::app::any_room::{AnyRoom, Ask, NoDraft};
use crate::app::draft::{Answers, Draft};
use crate::app::list::RowId;
use crate::app::message::Failed;
use crate::app::verbs;
use crate::screens::verb::Why;

/// How many rows are asked for at once.
const AT_ONCE: usize = 8;

/// What a plan is made from.
pub struct Planner<'a> {
    /// The server.
    pub remote: &'a Remote,
    /// Who acts.
    pub me: &'a Me,
    /// What is to be done.
    pub deed: Deed,
    /// How it was asked for.
    pub arguments: &'a ActArguments,
    /// The reason.
    pub why: Why,
}

impl Planner<'_> {
    /// Drafts for these rows; those that it does not apply to are reported.
    pub async fn plan_rows<W: Write>(
        &self,
        room: &mut dyn AnyRoom,
        targets: &Targets,
        report: &mut Report<'_, W>,
    ) -> Result<Vec<Draft>, Stopped> {
        if let Some(why) = verbs::too_many(self.remote.config.max_bulk, targets.ids().len()) {
            return Err(Stopped::new(Exit::Refused, why.as_str()));
        }
        self.take_seen(room, targets)?;
        let missing = self.load_unseen(room, &targets.unseen()).await?;
        self.load_detail(room, targets).await?;
        let mut fitting = Vec::new();
        for id in targets.ids() {
            let fate = missing
                .iter()
                .find(|fate| fate.id == Some(id))
                .cloned()
                .or_else(|| self.refusal(room, id));
            match fate {
                Some(fate) => report.add(&fate),
                None => fitting.push(id),
            }
        }
        self.drafts(room, fitting)
    }

    /// The draft for all rows that a filter shows.
    pub async fn plan_all(&self, room: &mut dyn AnyRoom) -> Result<Vec<Draft>, Stopped> {
        let filter = self.arguments.filter.as_deref().unwrap_or_default();
        apply_filter(room, filter, self.remote).await?;
        let call = room.reload();
        load(self.remote, room, &call).await?;
        let draft = self.with_ask(&[], |ask| room.draft(ask));
        draft
            .map(|draft| vec![draft])
            .map_err(|no| Stopped::new(exit_of(&no), &why(&no)))
    }

    /// The draft for a row that is to be.
    pub fn plan_new(&self, room: &dyn AnyRoom) -> Result<Vec<Draft>, Stopped> {
        let draft = self.with_ask(&[], |ask| room.draft(ask));
        let draft = draft.map_err(|no| Stopped::new(exit_of(&no), &why(&no)))?;
        Ok(vec![self.answered(draft)?])
    }

    /// Takes rows in that were given in full: what they say is what was seen.
    fn take_seen(&self, room: &mut dyn AnyRoom, targets: &Targets) -> Result<(), Stopped> {
        let seen = targets.seen();
        if seen.is_empty() {
            return Ok(());
        }
        let page = json!({
            "data": seen, "total": seen.len(), "total_exact": true, "next_cursor": Value::Null,
        });
        let call = room.reload();
        let of_other = |_| {
            let rows = room.noun().many;
            Stopped::usage(&format!("standard input does not hold {rows}"))
        };
        let page: AnyReply = call.decode(page.to_string().as_bytes()).map_err(of_other)?;
        room.receive(page, self.remote.now);
        Ok(())
    }

    /// Loads rows by their ids, some at once; what became of those that are not there.
    async fn load_unseen(
        &self,
        room: &mut dyn AnyRoom,
        ids: &[RowId],
    ) -> Result<Vec<Fate>, Stopped> {
        let mut missing = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let mut loads = JoinSet::new();
            for id in some {
                let noun = room.noun();
                let call = room.ask_one(*id).ok_or_else(|| {
                    Stopped::usage(&format!("nothing is done to single {}", noun.many))
                })?;
                let (connection, id) = (self.remote.connection.clone(), *id);
                loads.spawn(async move {
                    let answer = connection.call(&call, crate::net::Beside::default()).await;
                    (id, answer)
                });
            }
            while let Some(loaded) = loads.join_next().await {
                let Ok((id, answer)) = loaded else { continue };
                match answer {
                    Ok(answered) => {
                        room.take_one(answered.reply, self.remote.now)
                            .ok_or_else(|| misunderstood(room.noun().one))?;
                    }
                    Err(failure) if Exit::of(&failure.why) == Exit::NotFound => {
                        missing.push(not_found(id, room));
                    }
                    Err(failure) => return Err(Failed::into(failure)),
                }
            }
        }
        Ok(missing)
    }

    /// Loads the detail of the row, where the verb is about something that only it tells.
    async fn load_detail(&self, room: &mut dyn AnyRoom, targets: &Targets) -> Result<(), Stopped> {
        if !self.deed.words.is_within {
            return Ok(());
        }
        let ids = targets.ids();
        let [id] = ids.as_slice() else {
            return Err(Stopped::usage("one at a time"));
        };
        let Some(call) = room.load_again(*id) else {
            return Ok(());
        };
        let beside = crate::net::Beside::default();
        let answered = self.remote.connection.call(&call, beside).await;
        let answered = answered.map_err(Stopped::from)?;
        room.receive_detail(Ok(answered.reply), self.remote.now);
        Ok(())
    }

    /// What becomes of a row that the verb does not apply to.
    fn refusal(&self, room: &dyn AnyRoom, id: RowId) -> Option<Fate> {
        let Some(row) = room.record(id) else {
            return Some(not_found(id, room));
        };
        if let Some(why) = self.unexpected(&row) {
            return Some(Fate::new(id, "conflict", Exit::Conflict, &why));
        }
        let no = self.with_ask(&[id], |ask| room.check(ask)).err()?;
        Some(Fate::new(id, "refused", exit_of(&no), &why(&no)))
    }

    /// Why a row is not as the command expects it, if so.
    fn unexpected(&self, row: &Value) -> Option<String> {
        let version = row.get("version").and_then(Value::as_i64);
        let status = row
            .get("status")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let ActArguments {
            if_version,
            if_status,
            ..
        } = self.arguments;
        if if_version.is_some() && *if_version != version {
            return Some(format!("is of version {}", version.unwrap_or_default()));
        }
        let wanted = if_status.as_ref()?;
        (!wanted.eq_ignore_ascii_case(status)).then(|| format!("is {status}"))
    }

    /// As few drafts as there can be: a call is about as many rows as its verb and the server take.
    fn drafts(&self, room: &dyn AnyRoom, ids: Vec<RowId>) -> Result<Vec<Draft>, Stopped> {
        let mut drafts = Vec::new();
        let mut left = ids;
        let mut most = MAX_IDS;
        while !left.is_empty() {
            let some = &left[..left.len().min(most)];
            match self.with_ask(some, |ask| room.draft(ask)) {
                Ok(draft) => {
                    // A verb may take rows of one kind at a time: the others get a draft of their own.
                    let drafted = |id: &RowId| draft.targets.iter().any(|target| target.id == *id);
                    left.retain(|id| !drafted(id));
                    drafts.push(self.answered(draft)?);
                }
                Err(NoDraft::OneAtATime) if most > 1 => most = 1,
                Err(no) => return Err(Stopped::new(exit_of(&no), &why(&no))),
            }
        }
        Ok(drafts)
    }

    /// The draft with what the command line says.
    fn answered(&self, mut draft: Draft) -> Result<Draft, Stopped> {
        let choice = self.choice()?;
        let denied = choice.and_then(|place| draft.offers.get(place)?.denied);
        if let Some(permission) = denied {
            let no = NoDraft::Denied(permission);
            return Err(Stopped::new(Exit::Refused, &why(&no)));
        }
        let menu = draft.prepared.menu();
        let picked = menu.map(|menu| self.arguments.picks.of(menu)).transpose()?;
        let sheet = draft.prepared.sheet();
        let filled = sheet.map(|sheet| sheet.fill(&self.arguments.field));
        let filled = filled.transpose().map_err(|why| Stopped::usage(&why))?;
        draft.answers = Answers {
            why: self.why.clone(),
            choice,
            picked,
            picked_next: None,
            filled,
        };
        let next = draft.prepared.next_menu(&draft.given());
        draft.answers.picked_next = self.arguments.picks.of_next(next.as_deref())?;
        Ok(draft)
    }

    /// Place of the way to do it.
    fn choice(&self) -> Result<Option<usize>, Stopped> {
        let ways = self.deed.open_ways();
        if ways.is_empty() {
            return Ok(self.deed.way);
        }
        let named = match self.deed.ways() {
            Ways::Spans => self.arguments.lasting.as_deref(),
            Ways::Risks => self.arguments.risk.as_deref(),
        };
        let place = named.and_then(|name| ways.iter().position(|way| short(way) == name));
        let all: Vec<_> = ways.iter().map(short).collect();
        place
            .map(Some)
            .ok_or_else(|| Stopped::usage(&say_which(self.deed.ways(), &all)))
    }

    fn with_ask<T>(&self, ids: &[RowId], put: impl FnOnce(&Ask<'_>) -> T) -> T {
        put(&Ask {
            wanted: self.deed.wanted(!self.why.is_empty()),
            ids,
            may: &|permission| self.me.may(permission),
            caller: Some(self.me.id),
            is_super_admin: self.me.is_super_admin(),
            is_busy: &|_| None,
            now: self.remote.now,
        })
    }
}

fn say_which(ways: Ways, all: &[String]) -> String {
    let all = all.join("|");
    match ways {
        Ways::Spans => format!("say how long: --for {all}"),
        Ways::Risks => format!("say how much of a risk: --risk {all}"),
    }
}

fn not_found(id: RowId, room: &dyn AnyRoom) -> Fate {
    let why = format!("there is no such {}", room.noun().one);
    Fate::new(id, "not_found", Exit::NotFound, &why)
}

fn exit_of(no: &NoDraft) -> Exit {
    match no {
        NoDraft::Refused(_) => Exit::Conflict,
        NoDraft::Denied(_) | NoDraft::SuperAdminOnly => Exit::Refused,
        NoDraft::NoRow => Exit::NotFound,
        NoDraft::NoVerb | NoDraft::NoNote | NoDraft::OneAtATime => Exit::Usage,
    }
}

fn why(no: &NoDraft) -> String {
    match no {
        NoDraft::Refused(why) => why.to_string(),
        NoDraft::Denied(permission) => format!("you lack the permission {permission}"),
        NoDraft::SuperAdminOnly => "SuperAdmin only: this is one of the staff".to_owned(),
        NoDraft::NoRow => "there is no row".to_owned(),
        NoDraft::NoVerb => "there is no such verb".to_owned(),
        NoDraft::NoNote => "it takes no note".to_owned(),
        NoDraft::OneAtATime => "one at a time".to_owned(),
    }
}
