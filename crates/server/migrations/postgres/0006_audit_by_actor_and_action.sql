-- What one operator did of one kind: found and counted in the index alone, which the scope at its end
-- makes possible.
CREATE INDEX audit_by_actor_and_action ON admin_audit_log (admin_user_id, action_code, seq, scope);
