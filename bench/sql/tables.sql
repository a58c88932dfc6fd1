-- What pgbench works on: the plainest tables that could sell places, beside Evently's own.
create table bench_events (id int primary key, available_capacity int not null check (available_capacity >= 0), version int not null default 1) with (fillfactor = 70);
create table bench_bookings (id bigint generated always as identity primary key, event_id int not null references bench_events (id), user_id int not null, quantity int not null, status text not null, created_at timestamptz not null default now());
create table bench_seats (id int primary key, status text not null default 'available', booking_id bigint) with (fillfactor = 70);
insert into bench_events select n, 2000000000 from generate_series(1, 100) n;
insert into bench_seats select n from generate_series(1, 100000) n;
