-- breaking: a program that does not know it would begin reading for "label-triggers" anew, and start flows for labels of long ago.
ALTER TABLE "runs" ADD COLUMN "cause" jsonb;--> statement-breakpoint
-- The reader that started flows for labels does so for every kind of change now, from where it has come to.
UPDATE "cursors" SET "name" = 'change-triggers' WHERE "name" = 'label-triggers';
