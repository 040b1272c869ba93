import { pgTable, text, unique } from 'drizzle-orm/pg-core'
import { id, moment, ref } from '../../platform/columns.ts'
import { projects } from '../../team/team.table.ts'

/** An e-mail of the owner's that blocks send by its name; its texts hold placeholders. */
export const emailTemplates = pgTable(
  'email_templates',
  {
    id: id(),
    projectId: ref()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    subject: text().notNull(),
    /** With Markdown, as in a message. */
    text: text().notNull(),
    /** Empty: the e-mail has a text alone. */
    html: text().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [unique('email_templates_name').on(table.projectId, table.name)],
)
