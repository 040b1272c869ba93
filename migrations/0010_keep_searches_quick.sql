-- What was added to these indexes waits in a list that every search reads from end to end, of up to 4 MB: searches are to be
-- quick also while contacts come and change (https://www.postgresql.org/docs/current/gin-implementation.html#GIN-FAST-UPDATE).
alter index contact_search_by_words set (gin_pending_list_limit = 128);
--> statement-breakpoint
alter index contact_values_by_part set (gin_pending_list_limit = 128);
--> statement-breakpoint
alter index contacts_by_attribute set (gin_pending_list_limit = 128);
--> statement-breakpoint
alter index contacts_by_label set (gin_pending_list_limit = 128);
