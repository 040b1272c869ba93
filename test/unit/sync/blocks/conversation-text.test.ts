import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Asking, done, leaveAsking, openAsking } from './asking.ts'

let asking: Asking
let work: Asking['work']
let contact: Asking['contact']
let ask: Asking['ask']
let finish: Asking['finish']

beforeEach(async () => {
  asking = await openAsking()
  ;({ work, contact, ask, finish } = asking)
})
afterEach(() => asking.close())
afterAll(leaveAsking)

describe('the conversation so far', () => {
  it('tells who said what, the oldest first, in the time zone of the project', async () => {
    const conversation = await insertConversation()
    await say(conversation, 3, { contact_id: contact, text: 'A red one', at: '2026-11-02T21:30:00Z' })
    await say(conversation, 1, { contact_id: contact, text: 'Hello', at: '2026-11-02T09:00:00Z' })
    await say(conversation, 2, { direction: 'outbound', run_id: 5, text: 'Which car?', at: '2026-11-02T09:00:01Z' })
    await say(conversation, 4, { direction: 'outbound', operator_id: 1, text: 'I see to it' })
    await say(conversation, 5, { direction: 'internal', text: 'not for others' })
    await say(conversation, 6, { contact_id: contact, text: 'taken back', deleted_at: '2026-11-02T22:00:00Z' })
    const parts = [{ type: 'media', media: 'image', file: { ref: 'x' }, name: 'car.jpg' }]
    await say(conversation, 7, { contact_id: contact, text: '', parts })
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    expect(push!.wanted.note).toBe(
      [
        'site:',
        '02.11.2026 12:00 Anna Petrova: Hello',
        '02.11.2026 12:00 Bot: Which car?',
        '03.11.2026 00:30 Anna Petrova: A red one',
        '03.11.2026 12:00 Olga: I see to it',
        '03.11.2026 12:00 Anna Petrova: [car.jpg]',
      ].join('\n'),
    )
  })

  it('leaves out the oldest messages of a long one', async () => {
    const conversation = await insertConversation()
    for (let number = 1; number <= 30; number++) {
      await say(conversation, number, { contact_id: contact, text: `${number} ${'word '.repeat(100)}` })
    }
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    const note = String(push!.wanted.note)
    expect(note.length).toBeLessThan(8200)
    expect(note.split('\n').slice(0, 2)).toEqual(['site:', '…'])
    expect(note).toContain(': 30 word')
    expect(note).not.toContain(': 1 word')
  })

  it('cuts a long message between two characters, which the database and other CRMs refuse halves of', async () => {
    const conversation = await insertConversation()
    await say(conversation, 1, { contact_id: contact, text: `${'x'.repeat(1999)}🚗 and more` })
    const answer = ask({ note: { conversation } })
    const [push] = await finish(done)
    await answer
    expect(String(push!.wanted.note).endsWith(`${'x'.repeat(100)}`)).toBe(true)
  })

  it('is no note where nothing was said, or the conversation is of another project', async () => {
    const conversation = await insertConversation()
    const answer = ask({ note: { conversation } }, '1:1')
    expect((await finish(done))[0]!.wanted).not.toHaveProperty('note')
    await answer
    const other = ask({ note: { conversation: 999 } }, '1:2')
    expect((await finish(done))[0]!.wanted).not.toHaveProperty('note')
    await other
  })
})

async function insertConversation(): Promise<number> {
  const { projectId } = work
  const [channel] = await asking.db.query<{ id: number }>(
    `insert into channels (project_id, kind, name, settings, hook_id, enabled, created_at, updated_at)
     values ($1, 'webchat', 'site', '{}', 'hk-site', true, now(), now()) returning id`,
    [projectId],
  )
  const [row] = await asking.db.query<{ id: number }>(
    `insert into conversations (project_id, channel_id, kind, contact_id, mode, unread, created_at)
     values ($1, $2, 'direct', $3, 'bot', 0, now()) returning id`,
    [projectId, channel!.id, contact],
  )
  return row!.id
}

/** Something is said, on the 3rd of November at noon in Moscow unless told. */
async function say(conversationId: number, id: number, message: Record<string, unknown>): Promise<void> {
  const row = {
    id,
    project_id: work.projectId,
    conversation_id: conversationId,
    direction: 'inbound',
    addresses_bot: true,
    status: 'received',
    at: '2026-11-03T09:00:00Z',
    ...message,
  }
  await asking.db.query('insert into messages select * from json_populate_record(null::messages, $1::text::json)', [
    JSON.stringify(row),
  ])
}
