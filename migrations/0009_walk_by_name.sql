DROP INDEX "contact_search_by_name";--> statement-breakpoint
ALTER TABLE "contact_search" ADD COLUMN "begin" text GENERATED ALWAYS AS (left(names || usernames || emails || phones, 500)) STORED NOT NULL;
--> statement-breakpoint
-- A search in the order of names reads this index alone, in which rows have room for 2704 bytes.
create index contact_search_by_name on contact_search (project_id, sort_name, contact_id) include (begin);
