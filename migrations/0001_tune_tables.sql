-- Rows that change with every message keep room beside them, so that their new versions need no new index entries
-- (https://www.postgresql.org/docs/current/storage-hot.html).
alter table runs set (fillfactor = 70);
--> statement-breakpoint
alter table conversations set (fillfactor = 75);
--> statement-breakpoint
alter table deliveries set (fillfactor = 75);
--> statement-breakpoint
alter table contacts set (fillfactor = 85);
