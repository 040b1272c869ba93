ALTER TABLE "postbacks" ALTER COLUMN "mapping" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "postback_calls" ADD COLUMN "deal_id" bigint;--> statement-breakpoint
ALTER TABLE "postbacks" ADD COLUMN "auth" jsonb;