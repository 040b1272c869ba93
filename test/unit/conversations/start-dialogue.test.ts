import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const greets = flow('Greet', [{ type: 'any_message', conversations: ['direct'], to: 'hi' }], { hi: says('Hi!') })
let siteId: number
let quietId: number

async function open(): Promise<void> {
  stage = await openStage({
    flows: [greets],
    channels: [
      { kind: 'webchat', name: 'site', settings: {} },
      { kind: 'webchat', name: 'quiet', settings: { writeFirst: false } },
    ],
  })
  siteId = await channelId('site')
  quietId = await channelId('quiet')
}
const channelId = async (name: string): Promise<number> => {
  const [row] = await stage.db.query<{ id: number }>('select id from channels where name = $1', [name])
  return row!.id
}
const visitor = (channel: number, id = 'anna') => ({ kind: 'webchat', value: `${channel}:user:${id}` })
const begin = (contactId: number, body: object) =>
  stage.api('POST', `/contacts/${contactId}/dialogues`, body) as Promise<{
    conversation: { id: number; mode: string; contactId: number }
    message: { id: number; text: string; direction: string }
    opened: boolean
  }>
const kinds = async () =>
  (await stage.db.query<{ kind: string }>('select kind from changes order by id')).map(({ kind }) => kind)

describe('an operator who writes first', () => {
  it('opens a conversation, which people go on with, and the message is sent', async () => {
    await open()
    const { id } = await stage.run(createContact, { fields: { firstName: 'Anna' }, identities: [visitor(siteId)] })
    const begun = await begin(id, { channelId: siteId, text: 'Your car is ready.' })
    expect(begun).toMatchObject({
      conversation: { contactId: id, mode: 'manual' },
      message: { text: 'Your car is ready.', direction: 'outbound' },
      opened: true,
    })
    await stage.rest()
    const [message] = await stage.db.query('select status from messages where id = $1', [begun.message.id])
    expect(message).toEqual({ status: 'sent' })
    expect((await kinds()).slice(-3)).toEqual(['conversation.opened', 'conversation.mode_changed', 'message.created'])
  })

  it('may leave what follows to the flow', async () => {
    await open()
    const { id } = await stage.run(createContact, { identities: [visitor(siteId)] })
    expect((await begin(id, { channelId: siteId, text: 'Hello', mode: 'bot' })).conversation.mode).toBe('bot')
  })

  it('goes on in the conversation that there is, also where the channel cannot write first, and leaves its mode', async () => {
    await open()
    await stage.say(7, 'hello')
    const contactId = await stage.contactId(7)
    const begun = await begin(contactId, { channelId: stage.channelId, text: 'A manager here.' })
    expect(begun).toMatchObject({ opened: false, conversation: { id: await stage.conversationId(7), mode: 'bot' } })
    expect(await stage.heard(7)).toEqual(['Hi!', 'A manager here.'])
  })

  it('is told why not: the channel cannot, knows no way, was left by the contact, or is none', async () => {
    await open()
    const anna = await stage.run(createContact, {
      fields: { firstName: 'Anna' },
      identities: [{ kind: 'telegram', value: '42' }, visitor(quietId)],
    })
    await expect(begin(anna.id, { channelId: stage.channelId, text: 'x' })).rejects.toThrow(
      /answered with 422.*The channel \\"bot\\" cannot write first: Anna has to write there before anybody can answer/,
    )
    await expect(begin(anna.id, { channelId: quietId, text: 'x' })).rejects.toThrow(/\\"quiet\\" cannot write first/)
    await expect(begin(anna.id, { channelId: siteId, text: 'x' })).rejects.toThrow(
      /answered with 422.*\\"site\\" knows no way to Anna/,
    )
    await expect(begin(anna.id, { channelId: 999, text: 'x' })).rejects.toThrow(/answered with 400.*"path":"channelId"/)
    await expect(begin(999, { channelId: siteId, text: 'x' })).rejects.toThrow(/answered with 404/)
    expect(await stage.db.query('select 1 from conversations')).toEqual([])
  })

  it('is told that the contact cannot be reached any more', async () => {
    await open()
    await stage.say(7, 'hello')
    await stage.update({
      my_chat_member: {
        chat: { id: 7, type: 'private', first_name: 'Person 7' },
        from: { id: 7, is_bot: false, first_name: 'Person 7' },
        date: 1_793_600_001,
        old_chat_member: { user: { id: 100200300, is_bot: true, first_name: 'Bot' }, status: 'member' },
        new_chat_member: { user: { id: 100200300, is_bot: true, first_name: 'Bot' }, status: 'kicked', until_date: 0 },
      },
    })
    await expect(begin(await stage.contactId(7), { channelId: stage.channelId, text: 'x' })).rejects.toThrow(
      /Nothing arrives at Person 7 in the channel \\"bot\\" any more: The account was blocked/,
    )
  })

  it('opens nothing with an empty message', async () => {
    await open()
    const { id } = await stage.run(createContact, { identities: [visitor(siteId)] })
    await expect(begin(id, { channelId: siteId })).rejects.toThrow(/answered with 400.*The message is empty/)
    expect(await stage.db.query('select 1 from conversations')).toEqual([])
  })

  it('meets another one who does so at the same time in one conversation', async () => {
    await open()
    const { id } = await stage.run(createContact, { identities: [visitor(siteId)] })
    const begun = await Promise.all(['a', 'b', 'c'].map((text) => begin(id, { channelId: siteId, text })))
    expect(new Set(begun.map(({ conversation }) => conversation.id)).size).toBe(1)
    expect(begun.filter(({ opened }) => opened)).toHaveLength(1)
    expect((await stage.db.query('select 1 from messages')).length).toBe(3)
  })

  it('sees beforehand on which channels it is possible', async () => {
    await open()
    const { id } = await stage.run(createContact, { fields: { firstName: 'Anna' }, identities: [visitor(siteId)] })
    const { conversation } = await begin(id, { channelId: siteId, text: 'x' })
    expect(await stage.api('GET', `/contacts/${id}/dialogues`)).toEqual({
      items: [
        {
          channelId: stage.channelId,
          name: 'bot',
          kind: 'telegram',
          conversationId: null,
          possible: false,
          reason: 'The channel "bot" cannot write first: Anna has to write there before anybody can answer.',
        },
        {
          channelId: siteId,
          name: 'site',
          kind: 'webchat',
          conversationId: conversation.id,
          possible: true,
          reason: null,
        },
        {
          channelId: quietId,
          name: 'quiet',
          kind: 'webchat',
          conversationId: null,
          possible: false,
          reason: 'The channel "quiet" cannot write first: Anna has to write there before anybody can answer.',
        },
      ],
    })
  })
})
