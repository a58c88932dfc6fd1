-- The history of a hold that is given a code, or gives it back.

alter table booking_history drop constraint booking_history_action_leads_to_its_status;
alter table booking_history add constraint booking_history_action_leads_to_its_status check (
    status_after = case action
        when 'held' then 'held'::booking_status
        when 'offered' then 'held'
        when 'extended' then 'held'
        when 'code_applied' then 'held'
        when 'code_removed' then 'held'
        when 'confirmed' then 'confirmed'
        when 'moved' then 'confirmed'
        when 'expired' then 'expired'
        when 'claimed' then status_before
        else 'cancelled'
    end
);
comment on constraint booking_history_action_leads_to_its_status on booking_history is 'What happened and what came of it tell the same story: a booking that gets another owner stays what it was.';
