import { createContact } from '../../../../src/contacts/create-contact.ts'
import { getConversation } from '../../../../src/conversations/get-conversation.ts'
import type { Client } from '../../../../src/crm/distribution/client.ts'
import { createRule } from '../../../../src/crm/distribution/create-rule.ts'
import { distribute } from '../../../../src/crm/distribution/distribute.ts'
import type { WantedRule } from '../../../../src/crm/distribution/find-rule.ts'
import type { Database, Tx } from '../../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { createProject } from '../../../../src/team/create-project.ts'
import type { Operator } from '../../../../src/team/operator.ts'
import { recordedChanges } from '../../../project.ts'

/** A Monday noon in Moscow. */
export const noon = new Date('2026-11-02T09:00:00Z')

/** A project with a team and conversations to give out. */
export interface Desk {
  work: WorkContext
  channelId: number
  run<Input, Result>(verb: (tx: Tx, work: WorkContext, input: Input) => Promise<Result>, input: Input): Promise<Result>
  operator(name: string, fields?: Partial<Parameters<typeof createOperator>[2]>): Promise<Operator>
  /** Makes a rule; the default one of the method unless more is told. */
  rule(fields?: Partial<Parameters<typeof createRule>[2]>): ReturnType<typeof createRule>
  /** Makes a contact and a conversation with it. */
  conversation(contactId?: number): Promise<{ contactId: number; conversationId: number }>
  /** Gives the client out; answers the operator's name. */
  give(client: Partial<Client>, wanted?: WantedRule): Promise<string | undefined>
  /** The operator who has a conversation. */
  assigneeOf(conversationId: number): Promise<number | null>
  /** What the log of changes has of these kinds. */
  changesOf(...kinds: string[]): ReturnType<typeof recordedChanges>
}

export async function openDesk(db: Database): Promise<Desk> {
  const project = await db.transaction((tx) =>
    createProject(tx, noon, { name: 'Dealer', timeZone: 'Europe/Moscow', country: 'RU', workingHours: {} }),
  )
  const work: WorkContext = { projectId: project.id, now: noon, by: { kind: 'system' } }
  const [channel] = await db.query<{ id: number }>(
    `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
     values ($1, 'webchat', 'site', '{}', 'hook-' || $2::text, true, now(), now()) returning id`,
    [project.id, String(project.id)],
  )
  const channelId = channel!.id
  const run: Desk['run'] = (verb, input) => db.transaction((tx) => verb(tx, work, input))
  return {
    work,
    channelId,
    run,
    operator: (name, fields) =>
      run(createOperator, {
        name,
        email: `${name.toLowerCase()}@shop.example`,
        role: 'manager',
        onShift: true,
        ...fields,
      }),
    rule: (fields) => run(createRule, { name: 'Turns', isDefault: true, method: 'round_robin', ...fields }),
    conversation: async (known) => {
      const contactId = known ?? (await run(createContact, { fields: { firstName: 'Client' } })).id
      const [row] = await db.query<{ id: number }>(
        `insert into conversations (project_id, channel_id, kind, contact_id, mode, created_at)
         values ($1, $2, 'direct', $3, 'bot', now()) returning id`,
        [project.id, channelId, contactId],
      )
      await db.query(
        `insert into threads (project_id, channel_id, external_id, conversation_id) values ($1, $2, $3, $4)`,
        [project.id, channelId, `v-${row!.id}`, row!.id],
      )
      return { contactId, conversationId: row!.id }
    },
    give: async (client, wanted) =>
      (await db.transaction((tx) => distribute(tx, work, { contactId: null, conversationId: null, ...client }, wanted)))
        ?.name,
    assigneeOf: async (conversationId) => (await getConversation(db, project.id, conversationId)).assigneeId,
    changesOf: async (...kinds) => (await recordedChanges(db)).filter(({ kind }) => kinds.includes(kind)),
  }
}
