\set user random(1, 10000)
\set event random(1, 100)
begin;
update bench_events set available_capacity = available_capacity - 1, version = version + 1 where id = :event and available_capacity >= 1;
insert into bench_bookings (event_id, user_id, quantity, status) values (:event, :user, 1, 'held');
commit;
