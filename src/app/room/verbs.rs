//! The verbs of a room: which of them a key means, on which rows, and what it prepares there.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::Room;
use crate::app::any_room::{Ask, NoDraft, Wanted};
use crate::app::draft::{Answers, Besides, BesidesChoice, Draft, MOST_A_CALL, Offer, Target};
use crate::app::keymap::Action;
use crate::app::room_state::Load;
use crate::screens::claims;
use crate::screens::screen::{LeadVerb, Rank, Screen};
use crate::screens::verb::{Asks, Class, NewVerb, Prepared, Verb, VerbWords, ViewVerb};

impl<S: Screen> Room<S> {
    fn targets<'a>(
        &'a self,
        ask: &Ask<'a>,
        verb: &Verb<S::Row>,
    ) -> Result<Vec<&'a S::Row>, NoDraft> {
        let mut refusal = None;
        let mut rows = Vec::new();
        for row in self.rows_of(ask) {
            match Self::refusal(ask, verb, row) {
                None => rows.push(row),
                Some(why) => refusal = refusal.or(Some(why)),
            }
        }
        match (rows.is_empty(), refusal) {
            (true, Some(why)) => Err(why),
            (true, None) => Err(NoDraft::NoRow),
            (false, _) => Ok(rows),
        }
    }

    fn rows_of<'a>(&'a self, ask: &Ask<'a>) -> impl Iterator<Item = &'a S::Row> {
        ask.ids.iter().filter_map(|id| self.known(*id))
    }

    /// Tries the verbs on this key in their order, for the first that applies: a key may ban or lift a
    /// ban, whichever the rows allow. Where none does, the one that lacks but a permission says why.
    fn first_that_applies<T>(
        wanted: Wanted,
        attempt: impl Fn(&'static Verb<S::Row>) -> Result<T, NoDraft>,
    ) -> Result<T, NoDraft> {
        let action = wanted.action;
        let is_wanted = |verb: &&Verb<S::Row>| {
            verb.action == action.verb() && wanted.verb.is_none_or(|name| name == verb.verb)
        };
        let mut why = None;
        for verb in S::VERBS.iter().filter(is_wanted) {
            let done = if action.is_with_note() && verb.asks != Asks::Note {
                Err(NoDraft::NoNote)
            } else {
                attempt(verb)
            };
            match done {
                Ok(done) => return Ok(done),
                // Of several on one key, the one that only the count stands against is the one meant.
                Err(NoDraft::OneAtATime) => why = Some(NoDraft::OneAtATime),
                Err(no @ NoDraft::Denied(_)) => {
                    why = why
                        .filter(|why| matches!(why, NoDraft::Denied(_)))
                        .or(Some(no));
                }
                Err(no) => why = why.or(Some(no)),
            }
        }
        Err(why.unwrap_or(NoDraft::NoVerb))
    }

    fn draft_of(&self, ask: &Ask<'_>, verb: &Verb<S::Row>) -> Result<Draft, NoDraft> {
        let rows = self.targets(ask, verb)?;
        let mut calls = rows.chunks(MOST_A_CALL);
        let prepared = self.prepare_first(ask, verb, calls.next().unwrap_or_default())?;
        let rest = calls.map(|rows| Self::prepare(verb, rows));
        let rest = rest.collect::<Result<Vec<_>, _>>()?;
        let is_guarded = rows.iter().any(|row| S::is_guarded(row, verb.action));
        if is_guarded && !rest.is_empty() {
            let why = format!(
                "at most {MOST_A_CALL} at once under one code; {} are marked",
                rows.len()
            );
            return Err(NoDraft::Refused(Line::new(&why)));
        }
        let prepared = if is_guarded {
            prepared.guarded()
        } else {
            prepared
        };
        let offers = verb.choices.iter().map(|choice| Offer {
            choice,
            denied: choice.permission.filter(|needed| !(ask.may)(*needed)),
        });
        Ok(Draft {
            tab: S::TAB,
            action: ask.wanted.action,
            verb: verb.verb,
            past: verb.past,
            noun: S::NOUN,
            // Its key may be a letter that a split escape sequence ends in: it always asks.
            class: if ask.wanted.action == Action::Remove {
                verb.class.max(Class::HardToReverse)
            } else {
                verb.class
            },
            asks: match verb.asks {
                Asks::Note if !ask.wanted.action.is_with_note() => Asks::Nothing,
                asks => asks,
            },
            offers: offers.collect(),
            targets: rows.iter().map(|row| Self::target(row)).collect(),
            beside_targets: None,
            claimed: Self::claimed_by_others(ask, verb, &rows),
            prepared,
            rest,
            besides: None,
            answers: Answers::default(),
            hidden_marks: 0,
            skipped: ask.ids.len() - rows.len(),
        })
    }

    /// Prepares what is wanted.
    pub(super) fn draft_for(&self, ask: &Ask<'_>) -> Result<Draft, NoDraft> {
        if let Some(verb) = Self::view_verb(ask.wanted) {
            return self.draft_of_all(ask, verb);
        }
        if let Some(verb) = Self::new_verb(ask.wanted) {
            return Self::draft_of_new(ask, verb);
        }
        let draft = Self::first_that_applies(ask.wanted, |verb| self.draft_of(ask, verb))?;
        let besides = self.besides(ask);
        Ok(Draft { besides, ..draft })
    }

    /// What is done to the same rows besides, where that is possible.
    fn besides(&self, ask: &Ask<'_>) -> Option<Besides> {
        let wanted = Wanted::from(S::goes_with(ask.wanted.action)?);
        let ask = Ask { wanted, ..*ask };
        let draft = Self::first_that_applies(wanted, |verb| self.draft_of(&ask, verb)).ok()?;
        Some(Besides {
            draft: Box::new(draft),
            choice: BesidesChoice::On,
        })
    }

    /// Whether what is wanted applies.
    pub(super) fn check_for(&self, ask: &Ask<'_>) -> Result<(), NoDraft> {
        match Self::view_verb(ask.wanted) {
            Some(verb) => self.check_all(ask, verb).map(drop),
            None if Self::new_verb(ask.wanted).is_some() => Self::check_new(ask),
            None => Self::first_that_applies(ask.wanted, |verb| self.check_one(ask, verb)),
        }
    }

    /// What all verbs are called.
    pub(super) fn words_of_verbs() -> Vec<VerbWords> {
        let of_rows = S::VERBS.iter().map(|verb| VerbWords {
            command: S::command(verb.verb),
            picks: S::picks(verb.action),
            is_within: S::is_within(verb.action),
            is_filled_in: S::is_filled_in(verb.action),
            ..verb.words()
        });
        let of_all = S::VIEW_VERBS.iter().map(ViewVerb::words);
        let of_new = S::NEW_VERBS.iter().map(NewVerb::words);
        let leading = S::LEAD_VERBS.iter().map(LeadVerb::words);
        of_rows.chain(of_all).chain(of_new).chain(leading).collect()
    }

    /// The verb about all that the filter shows, if such a one is wanted.
    fn view_verb(wanted: Wanted) -> Option<&'static ViewVerb> {
        let mut verbs = S::VIEW_VERBS.iter();
        verbs.find(|verb| wanted.is_met_by(verb.words()))
    }

    fn draft_of_all(&self, ask: &Ask<'_>, verb: &ViewVerb) -> Result<Draft, NoDraft> {
        let count = self.check_all(ask, verb)?;
        Ok(Draft {
            tab: S::TAB,
            action: verb.action,
            verb: verb.verb,
            past: verb.past,
            noun: S::NOUN,
            class: verb.class,
            asks: Asks::Nothing,
            offers: Vec::new(),
            targets: Vec::new(),
            beside_targets: Some(count),
            claimed: Vec::new(),
            prepared: (verb.prepare)(&self.in_force.asked()),
            rest: Vec::new(),
            besides: None,
            answers: Answers::default(),
            hidden_marks: 0,
            skipped: 0,
        })
    }

    /// The verb that makes a row, if such a one is wanted.
    fn new_verb(wanted: Wanted) -> Option<&'static NewVerb> {
        let mut verbs = S::NEW_VERBS.iter();
        verbs.find(|verb| wanted.is_met_by(verb.words()))
    }

    fn check_new(ask: &Ask<'_>) -> Result<(), NoDraft> {
        if ask.is_super_admin {
            return Ok(());
        }
        let why = format!("SuperAdmin only: it makes one more {}", S::NOUN.one);
        Err(NoDraft::Refused(Line::new(&why)))
    }

    fn draft_of_new(ask: &Ask<'_>, verb: &NewVerb) -> Result<Draft, NoDraft> {
        Self::check_new(ask)?;
        Ok(Draft {
            tab: S::TAB,
            action: verb.action,
            verb: verb.verb,
            past: verb.past,
            noun: S::NOUN,
            // No undo follows it.
            class: Class::HardToReverse,
            asks: verb.asks,
            offers: Vec::new(),
            targets: Vec::new(),
            beside_targets: Some(1),
            claimed: Vec::new(),
            prepared: (verb.prepare)().guarded(),
            rest: Vec::new(),
            besides: None,
            answers: Answers::default(),
            hidden_marks: 0,
            skipped: 0,
        })
    }

    /// How many rows the filter shows, all of which the server filters.
    fn check_all(&self, ask: &Ask<'_>, verb: &ViewVerb) -> Result<usize, NoDraft> {
        if !(ask.may)(verb.permission) {
            return Err(NoDraft::Denied(verb.permission));
        }
        let refused = |why: &str| Err(NoDraft::Refused(Line::new(why)));
        let is_loading = matches!(self.state.load, Load::Reload { .. });
        let total = self.state.total.filter(|_| !is_loading);
        let Some(total) = total.filter(|_| self.state.failure.is_none()) else {
            return refused("the list is not loaded");
        };
        if self.in_force.is_local() {
            let why = format!("`{}` filters loaded rows only", self.in_force.local());
            return refused(&why);
        }
        match usize::try_from(total.count) {
            Ok(0) => refused("the filter shows no rows"),
            Ok(count) if total.is_exact && count <= verb.most => Ok(count),
            Ok(_) | Err(_) => {
                let (most, rows) = (verb.most, S::NOUN.many);
                refused(&format!("at most {most} {rows} at once; narrow the filter"))
            }
        }
    }

    fn check_one(&self, ask: &Ask<'_>, verb: &Verb<S::Row>) -> Result<(), NoDraft> {
        let mut why = None;
        let mut fitting = Vec::new();
        for row in self.rows_of(ask) {
            match Self::refusal(ask, verb, row) {
                None => fitting.push(row),
                Some(no) => why = why.or(Some(no)),
            }
            // What can be done to two can be done to more.
            if fitting.len() == 2 {
                break;
            }
        }
        match fitting.as_slice() {
            [] => Err(why.unwrap_or(NoDraft::NoRow)),
            [row] if S::is_within(verb.action) => self.prepare_within(ask, verb, row).map(drop),
            [_] => Ok(()),
            rows => Self::prepare(verb, rows).map(drop),
        }
    }

    fn prepare_first(
        &self,
        ask: &Ask<'_>,
        verb: &Verb<S::Row>,
        rows: &[&S::Row],
    ) -> Result<Prepared, NoDraft> {
        match rows {
            [row] if S::is_within(verb.action) => self.prepare_within(ask, verb, row),
            rows => Self::prepare(verb, rows),
        }
    }

    /// Prepares what is about something that only the detail of the row tells, which has to be here.
    fn prepare_within(
        &self,
        ask: &Ask<'_>,
        verb: &Verb<S::Row>,
        row: &S::Row,
    ) -> Result<Prepared, NoDraft> {
        let refused = |why: &str| NoDraft::Refused(Line::new(why));
        let detail = self.detail.as_ref().filter(|(of, _)| *of == S::id(row));
        let (_, detail) =
            detail.ok_or_else(|| refused("open the row first: it is not here in full"))?;
        let rank = if ask.is_super_admin {
            Rank::SuperAdmin
        } else {
            Rank::Other
        };
        S::prepare_within(verb.action, detail, rank).map_err(refused)
    }

    fn prepare(verb: &Verb<S::Row>, rows: &[&S::Row]) -> Result<Prepared, NoDraft> {
        (verb.prepare)(rows).ok_or(if rows.len() > 1 {
            NoDraft::OneAtATime
        } else {
            NoDraft::NoVerb
        })
    }

    fn refusal(ask: &Ask<'_>, verb: &Verb<S::Row>, row: &S::Row) -> Option<NoDraft> {
        if let Some(why) = (verb.refuses)(row) {
            return Some(NoDraft::Refused(Line::new(&why)));
        }
        if let Some(permission) =
            (verb.permission)(row).filter(|permission| !(ask.may)(*permission))
        {
            return Some(NoDraft::Denied(permission));
        }
        if let Some(permission) = Self::denied_claim(ask, verb) {
            return Some(NoDraft::Denied(permission));
        }
        if let Some(permission) = Self::denied_choices(ask, verb) {
            return Some(NoDraft::Denied(permission));
        }
        let ended = S::ends_account(row, verb.action);
        if ended.is_some() && ended == ask.caller {
            return Some(NoDraft::Refused(Line::new("this is your own account")));
        }
        if S::is_guarded(row, verb.action) && !ask.is_super_admin {
            return Some(NoDraft::SuperAdminOnly);
        }
        (ask.is_busy)(S::id(row)).map(NoDraft::Refused)
    }

    /// A permission that the caller lacks, where none of those is held that let claim.
    fn denied_claim(ask: &Ask<'_>, verb: &Verb<S::Row>) -> Option<Permission> {
        let first = S::CLAIMED_BY.first().copied();
        let is_about_claims = verb.action == Action::Claim;
        let is_denied = || S::CLAIMED_BY.iter().all(|needed| !(ask.may)(*needed));
        first.filter(|_| is_about_claims && is_denied())
    }

    /// Which of the rows somebody else is at work on, where the verb would decide them.
    fn claimed_by_others(ask: &Ask<'_>, verb: &Verb<S::Row>, rows: &[&S::Row]) -> Vec<Line> {
        if matches!(verb.action, Action::Claim | Action::Export) {
            return Vec::new();
        }
        let claimed = |row: &&S::Row| {
            let claim = S::claim(row)?;
            claims::held_by_another(S::id(row), claim, ask.now)
        };
        rows.iter().filter_map(claimed).collect()
    }

    /// A permission that the caller lacks, where every way to do the verb takes one that is lacking.
    fn denied_choices(ask: &Ask<'_>, verb: &Verb<S::Row>) -> Option<Permission> {
        let mut choices = verb.choices.iter();
        let denied =
            |permission: Option<Permission>| permission.filter(|needed| !(ask.may)(*needed));
        let first = denied(choices.next()?.permission)?;
        choices
            .all(|choice| denied(choice.permission).is_some())
            .then_some(first)
    }

    fn target(row: &S::Row) -> Target {
        Target {
            id: S::id(row),
            name: Line::new(S::name(row).as_str()),
            status: Line::new(&S::status(row)),
        }
    }
}
