import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sendNotices } from '../../../../src/crm/notices/send-notices.ts'
import { tellOperators } from '../../../../src/crm/notices/tell-operators.ts'
import { linkOperator } from '../../../../src/crm/tasks/link-operator.ts'
import { createApiKey } from '../../../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type Desk, noon, openDesk } from '../distribution/desk.ts'

let fresh: FreshDatabase
let desk: Desk
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  desk = await openDesk(fresh.db)
})
afterAll(() => fresh.drop())

const news = { kind: 'integration' as const, text: 'The integration "crm" is stopped.' }
const notices = () =>
  fresh.db.query('select operator_id, kind, text, message_id from operator_notices order by operator_id')
/** Tells, and then does what the reader of changes does. */
const tellAndSend = async () => {
  await desk.run(tellOperators, news)
  const notified = await fresh.db.query<{ data: Record<string, unknown> }>(
    `select data from changes where kind = 'operator.notified' order by id`,
  )
  return { notified, channels: await fresh.db.transaction((tx) => sendNotices(tx, notified, noon)) }
}

describe('What the team has to know', () => {
  it('is told to the admins, and to no service or manager beside them', async () => {
    await desk.operator('Ivan')
    const admin = await desk.operator('Olga', { role: 'admin' })
    await desk.run(createApiKey, { name: 'Robot', access: 'read' })
    const { notified } = await tellAndSend()
    expect(await notices()).toEqual([{ operator_id: admin.id, ...news, message_id: null }])
    expect(notified).toMatchObject([{ data: { operatorId: admin.id, ...news } }])
  })

  it('is told to everybody where there is no admin', async () => {
    const people = [await desk.operator('Ivan'), await desk.operator('Olga')]
    await desk.run(createApiKey, { name: 'Robot', access: 'read' })
    await tellAndSend()
    expect(await notices()).toMatchObject(people.map(({ id }) => ({ operator_id: id })))
  })

  it('comes once to the messenger of an operator who is linked to a contact', async () => {
    const ivan = await desk.operator('Ivan')
    const { contactId, conversationId } = await desk.conversation()
    await desk.run(linkOperator, { operatorId: ivan.id, contactId })
    const { notified, channels } = await tellAndSend()
    expect(channels).toEqual([desk.channelId])
    expect(await fresh.db.transaction((tx) => sendNotices(tx, notified, noon))).toEqual([])
    const messages = await fresh.db.query('select id, conversation_id, text from messages')
    expect(messages).toMatchObject([{ conversation_id: conversationId, text: news.text }])
    expect(await notices()).toMatchObject([{ message_id: (messages[0] as { id: number }).id }])
  })
})
