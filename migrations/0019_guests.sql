-- Guests: people who book without an account, by the links in their mails, until an account takes over what they booked.

alter table users add column is_guest boolean not null default false;
comment on column users.is_guest is 'Books without an account: the links in their mails are the only way back. Of one address there may be many, for nobody has shown whose it is.';
alter table users add column claimed_by uuid null references users (id);
comment on column users.claimed_by is 'The account that took over what this guest had booked. The row stays because the history names it as actor, and says nothing of a person any more.';

alter table users add constraint users_without_a_password_are_guests check (
    (password_hash = '') = (is_guest or deleted_at is not null)
);
comment on constraint users_without_a_password_are_guests on users is 'Nobody signs in to a guest by a password, and to an account by nothing else.';
alter table users add constraint users_guests_are_no_admins check (not (is_guest and is_admin));
comment on constraint users_guests_are_no_admins on users is 'Whoever finds a mail must not see the dashboard.';
alter table users add constraint users_claimed_are_gone check (claimed_by is null or (is_guest and deleted_at is not null));
comment on constraint users_claimed_are_gone on users is 'One account takes a guest over, and nothing is left of the guest to sign in to.';

drop index users_one_account_per_email;
create unique index users_one_account_per_email on users (email) where not is_guest;
comment on index users_one_account_per_email is 'Two registrations of one address at once: one wins, the other is told. Also finds the account at sign-in. Guests are left out: they would tell who has an account.';
create index users_guests_by_age on users (created_at) where is_guest and claimed_by is null;
comment on index users_guests_by_age is 'Finds the guests who never booked anything, to remove them.';

create table guest_links (
    id           uuid        primary key,
    user_id      uuid        not null references users (id),
    token_hashes bytea[]     not null,
    created_at   timestamptz not null,
    constraint guest_links_have_secrets check (cardinality(token_hashes) between 1 and 10)
);
comment on table guest_links is 'Links that open what a guest booked, one for each mail: good as long as there is the guest.';
comment on column guest_links.id is 'The id of the mail that carries it.';
comment on column guest_links.token_hashes is 'SHA-256 of what the link carries, which is nowhere else than in the mail: a mail that had to be written again has another. The last ten.';
comment on constraint guest_links_have_secrets on guest_links is 'A link nobody could follow is a bug.';
create index guest_links_of_a_guest on guest_links (user_id);
comment on index guest_links_of_a_guest is 'Ends the links of a guest who leaves or becomes an account.';

-- Used by the next migration: a new value of a type can be used once it is committed.
alter type booking_action add value 'claimed';
alter type ticket_action add value 'claimed';
