-- Health looks for accounts that are marked as platform admins and hold no staff role.
CREATE INDEX users_platform_admins ON users (id) WHERE is_platform_admin;
