CREATE TABLE "webhook_deliveries" (
	"delivery_id" bigint PRIMARY KEY NOT NULL,
	"project_id" bigint NOT NULL,
	"webhook_id" bigint NOT NULL,
	"change_id" bigint,
	"change_kind" text NOT NULL,
	"contact_id" bigint,
	"deal_id" bigint,
	"ordering_key" text,
	"queued_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "method" text DEFAULT 'POST' NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "headers" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "secret_headers" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "filter" jsonb;--> statement-breakpoint
ALTER TABLE "webhooks" ADD COLUMN "template" jsonb;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_delivery_id_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."deliveries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_project" ON "webhook_deliveries" USING btree ("project_id","delivery_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_webhook" ON "webhook_deliveries" USING btree ("webhook_id","delivery_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_contact" ON "webhook_deliveries" USING btree ("contact_id","delivery_id") WHERE contact_id is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_deal" ON "webhook_deliveries" USING btree ("deal_id","delivery_id") WHERE deal_id is not null;--> statement-breakpoint
INSERT INTO "webhook_deliveries" ("delivery_id", "project_id", "webhook_id", "change_id", "change_kind", "contact_id", "deal_id", "ordering_key", "queued_at")
SELECT "id", "project_id", "subject_id", substring("payload"->>'id' from '^chg_(\d{1,18})$')::bigint, coalesce("payload"->>'type', ''),
	("payload"#>>'{data,contact,id}')::bigint, ("payload"#>>'{data,deal,id}')::bigint, substring("lane" from '^webhook:\d+:(\w+:\d+)$'), "created_at"
FROM "deliveries" WHERE "kind" = 'webhook';--> statement-breakpoint
UPDATE "deliveries" SET "queue" = 'webhooks:' || "subject_id" WHERE "kind" = 'webhook' AND "finished_at" IS NULL;
