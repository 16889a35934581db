//! Roles, and the permissions that come with them when an operator is created (requirements.md C-04,
//! C-43, §4.4).
//!
//! A role by itself allows nothing, [`Role::SuperAdmin`] aside: a preset is written as explicit
//! permission rows, which may be edited after. Roles in organizations are a different thing and not
//! here.

use crate::permission::Permission;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// A role on the platform.
    pub enum Role {
        /// Staff: may do everything, without permission rows.
        SuperAdmin = "SuperAdmin",
        /// Staff: the queues and the users in them.
        Admin = "Admin",
        /// Staff: the running of the service.
        Operations = "Operations",
        /// Staff: fraud and abuse.
        Risk = "Risk",
        /// Staff: answers users.
        Support = "Support",
        /// Staff: data protection and the law.
        Legal = "Legal",
        /// Staff: what the platform offers.
        Product = "Product",
        /// Staff: builds the platform.
        Engineering = "Engineering",
        /// Staff: leads the answer to an incident.
        IncidentCommander = "IncidentCommander",
        /// Staff: reads and verifies, changes nothing.
        Auditor = "Auditor",
        /// Product: anybody with an account.
        User = "User",
        /// Product: broadcasts.
        Streamer = "Streamer",
        /// Product: brings in users.
        Affiliate = "Affiliate",
        /// Product: reviews projects.
        Expert = "Expert",
    }
}

impl Role {
    /// Whether it opens the admin surface.
    pub const fn is_staff(self) -> bool {
        match self {
            Self::SuperAdmin
            | Self::Admin
            | Self::Operations
            | Self::Risk
            | Self::Support
            | Self::Legal
            | Self::Product
            | Self::Engineering
            | Self::IncidentCommander
            | Self::Auditor => true,
            Self::User | Self::Streamer | Self::Affiliate | Self::Expert => false,
        }
    }

    /// The preset of the same name, where there is one.
    pub const fn preset(self) -> Option<Preset> {
        match self {
            Self::Admin => Some(Preset::Admin),
            Self::Operations => Some(Preset::Operations),
            Self::Risk => Some(Preset::Risk),
            Self::Support => Some(Preset::Support),
            Self::Legal => Some(Preset::Legal),
            Self::Auditor => Some(Preset::Auditor),
            Self::SuperAdmin
            | Self::Product
            | Self::Engineering
            | Self::IncidentCommander
            | Self::User
            | Self::Streamer
            | Self::Affiliate
            | Self::Expert => None,
        }
    }
}

wire_enum! {
    /// A set of permissions to begin with.
    pub enum Preset {
        /// Of [`Role::Admin`].
        Admin = "Admin",
        /// Of [`Role::Operations`].
        Operations = "Operations",
        /// Of [`Role::Risk`].
        Risk = "Risk",
        /// Of [`Role::Support`].
        Support = "Support",
        /// Of [`Role::Legal`].
        Legal = "Legal",
        /// Of [`Role::Auditor`].
        Auditor = "Auditor",
    }
}

impl Preset {
    /// Its permissions, in the order of the catalogue.
    ///
    /// A permission that is added to the contract joins a preset only where the preset's patterns
    /// cover it; the tests pin the lists, so that this is noticed.
    pub fn permissions(self) -> Vec<Permission> {
        let patterns = self.patterns();
        let is_covered = |permission: &Permission| {
            patterns
                .iter()
                .any(|pattern| covers(pattern, permission.key()))
        };
        Permission::ALL.iter().copied().filter(is_covered).collect()
    }

    /// As requirements.md §4.4 writes them: a key, all that end alike, or all of one resource.
    const fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &[
                "*.view",
                "user.ban",
                "user.suspend",
                "user.verify",
                "user.edit",
                "user-note.*",
                "applications.*",
                "reports.*",
                "data-requests.update",
                "filters.share",
            ],
            Self::Operations => &[
                "*.view",
                "metrics.run",
                "thresholds.edit",
                "escalations.ack",
                "incidents.*",
                "notifications.retry",
                "ops.logs",
                "runbook.edit",
                "applications.*",
                "reports.*",
                "filters.share",
            ],
            Self::Risk => &[
                "user.view",
                "user.ban",
                "user.suspend",
                "user-note.*",
                "reports.*",
                "withdrawals.*",
            ],
            Self::Support => &[
                "user.view",
                "user-note.view",
                "user-note.edit",
                "applications.view",
                "reports.view",
                "data-requests.view",
            ],
            Self::Legal => &[
                "data-requests.*",
                "reports.view",
                "user.view",
                "user.export",
                "user.anonymize",
                "audit.*",
                "incidents.view",
                "metrics.view",
                "thresholds.approve",
            ],
            Self::Auditor => &[
                "*.view",
                "audit.verify",
                "audit.export",
                "admin-users.view-admin-audit",
            ],
        }
    }
}

fn covers(pattern: &str, key: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(ending), _) => key.ends_with(ending),
        (None, Some(beginning)) => key.starts_with(beginning),
        (None, None) => key == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(preset: Preset) -> Vec<&'static str> {
        preset
            .permissions()
            .into_iter()
            .map(Permission::key)
            .collect()
    }

    /// The keys of every reader of everything, and more, in the order of the catalogue.
    fn views_and(more: &[&'static str]) -> Vec<&'static str> {
        const VIEWS: [&str; 25] = [
            "user.view",
            "user-note.view",
            "sessions.view",
            "blocked.view",
            "audit.view",
            "applications.view",
            "reports.view",
            "data-requests.view",
            "invitations.view",
            "billing.view",
            "quotas.view",
            "expert-reviews.view",
            "withdrawals.view",
            "domains.view",
            "orgs.view",
            "memberships.view",
            "api-keys.view",
            "sso.view",
            "cloud-accounts.view",
            "federation.view",
            "metrics.view",
            "escalations.view",
            "incidents.view",
            "notifications.view",
            "ops.view",
        ];
        let all = Permission::ALL.iter().map(|permission| permission.key());
        all.filter(|key| VIEWS.contains(key) || more.contains(key))
            .collect()
    }

    #[test]
    fn admin_reads_all_and_works_the_queues() {
        let more = [
            "user.ban",
            "user.suspend",
            "user.verify",
            "user.edit",
            "user-note.edit",
            "user-note.delete",
            "applications.approve",
            "applications.reject",
            "applications.waitlist",
            "reports.resolve",
            "reports.dismiss",
            "data-requests.update",
            "filters.share",
        ];
        assert_eq!(keys(Preset::Admin), views_and(&more));
        assert_eq!(keys(Preset::Admin).len(), 38);
    }

    #[test]
    fn operations_reads_all_and_runs_the_service() {
        let more = [
            "metrics.run",
            "thresholds.edit",
            "escalations.ack",
            "incidents.edit",
            "incidents.close",
            "notifications.retry",
            "ops.logs",
            "runbook.edit",
            "applications.approve",
            "applications.reject",
            "applications.waitlist",
            "reports.resolve",
            "reports.dismiss",
            "filters.share",
        ];
        assert_eq!(keys(Preset::Operations), views_and(&more));
        assert_eq!(keys(Preset::Operations).len(), 39);
    }

    #[test]
    fn auditor_reads_all_and_verifies() {
        let more = [
            "audit.verify",
            "audit.export",
            "admin-users.view-admin-audit",
        ];
        assert_eq!(keys(Preset::Auditor), views_and(&more));
        assert_eq!(keys(Preset::Auditor).len(), 28);
    }

    #[test]
    fn risk_support_and_legal_hold_what_their_work_needs() {
        assert_eq!(
            keys(Preset::Risk),
            [
                "user.view",
                "user.ban",
                "user.suspend",
                "user-note.view",
                "user-note.edit",
                "user-note.delete",
                "reports.view",
                "reports.resolve",
                "reports.dismiss",
                "withdrawals.view",
                "withdrawals.approve",
                "withdrawals.reject",
            ]
        );
        assert_eq!(
            keys(Preset::Support),
            [
                "user.view",
                "user-note.view",
                "user-note.edit",
                "applications.view",
                "reports.view",
                "data-requests.view",
            ]
        );
        assert_eq!(
            keys(Preset::Legal),
            [
                "user.view",
                "user.export",
                "user.anonymize",
                "audit.view",
                "audit.verify",
                "audit.export",
                "reports.view",
                "data-requests.view",
                "data-requests.update",
                "metrics.view",
                "thresholds.approve",
                "incidents.view",
            ]
        );
    }

    #[test]
    fn every_pattern_of_a_preset_covers_a_permission() {
        for preset in Preset::ALL {
            for pattern in preset.patterns() {
                assert!(
                    Permission::ALL.iter().any(|p| covers(pattern, p.key())),
                    "{pattern}"
                );
            }
        }
    }

    #[test]
    fn ten_roles_are_staff_and_four_are_product() {
        let (staff, product): (Vec<Role>, Vec<Role>) =
            Role::ALL.iter().partition(|role| role.is_staff());
        assert_eq!(staff.len(), 10);
        assert_eq!(
            product,
            [Role::User, Role::Streamer, Role::Affiliate, Role::Expert]
        );
    }

    #[test]
    fn a_preset_belongs_to_the_role_of_its_name() {
        let named: Vec<_> = Role::ALL
            .iter()
            .filter_map(|role| Some((role.as_str(), role.preset()?)))
            .collect();
        assert_eq!(named.len(), Preset::ALL.len());
        assert!(named.iter().all(|(name, preset)| *name == preset.as_str()));
    }
}
