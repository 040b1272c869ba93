DROP INDEX "contacts_by_creation";--> statement-breakpoint
DROP INDEX "contacts_by_activity";--> statement-breakpoint
DROP INDEX "contacts_by_responsible";--> statement-breakpoint
DROP INDEX "contact_search_by_part";--> statement-breakpoint
ALTER TABLE "contact_search" ADD COLUMN "words" text GENERATED ALWAYS AS (names || usernames || emails || phones) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "contacts_created" ON "contacts" USING btree ("project_id","created_at","id") WHERE merged_into_id is null;--> statement-breakpoint
CREATE INDEX "contacts_active" ON "contacts" USING btree ("project_id","last_activity_at","id") WHERE merged_into_id is null;--> statement-breakpoint
CREATE INDEX "contacts_of_responsible" ON "contacts" USING btree ("project_id","responsible_id","id") WHERE responsible_id is not null and merged_into_id is null;--> statement-breakpoint
CREATE INDEX "contacts_by_attribute" ON "contacts" USING gin ("attributes" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "contact_search_by_words" ON "contact_search" USING gin ("words" gin_trgm_ops);--> statement-breakpoint
-- Folded and between spaces, each run of space as one; nothing stays nothing.
create or replace function search_words(words text) returns text language sql immutable parallel safe as $$
  select case when words ~ '\S' then ' ' || search_fold(btrim(regexp_replace(words, '\s+', ' ', 'g'))) || ' ' else '' end
$$;
--> statement-breakpoint
-- Values are folded like words, so that texts are found by the index of values too; ISO 8601 keeps its order.
create or replace function attribute_values(attributes jsonb)
  returns table (name text, value text, folded text, number double precision) language sql immutable parallel safe as $$
  select each.key,
         case when jsonb_typeof(item) <> 'number' then left(btrim(search_words(item #>> '{}')), 200) end,
         case when jsonb_typeof(item) <> 'number' then search_words(item #>> '{}') else '' end,
         case when jsonb_typeof(item) = 'number' then (item #>> '{}')::double precision end
    from jsonb_each(attributes) each
   cross join lateral jsonb_array_elements(
     case when jsonb_typeof(each.value) = 'array' then each.value else jsonb_build_array(each.value) end) item
   where jsonb_typeof(item) in ('string', 'number', 'boolean')
$$;
--> statement-breakpoint
delete from contact_values;
--> statement-breakpoint
insert into contact_values (contact_id, project_id, name, value, folded, number)
  select c.id, c.project_id, a.name, a.value, a.folded, a.number from contacts c cross join lateral attribute_values(c.attributes) a;
--> statement-breakpoint
-- How often a field has a value is no matter of chance.
create statistics contact_values_by_name (mcv) on name, value from contact_values;
