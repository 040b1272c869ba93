import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blockContact } from '../../../src/contacts/block-contact.ts'
import { sendMessage } from '../../../src/conversations/send-message.ts'
import { textUpdate } from '../../telegram-updates.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../flows/engine/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    flows: [
      flow('Echo', [{ type: 'any_message', conversations: ['direct', 'group'], to: 'echo' }], {
        echo: says('{{ message.text }}'),
      }),
    ],
  })
  await stage.say(1, 'hi')
})
afterEach(() => stage.close())
afterAll(leaveStage)

const received = async () =>
  (await stage.db.query<{ n: number }>(`select count(*)::int as n from changes where kind = 'message.received'`))[0]!.n
const texts = async (query = '') => {
  const path = `/conversations/${await stage.conversationId(1)}/messages${query}`
  const { items } = (await stage.api('GET', path)) as { items: { text: string; hidden: boolean }[] }
  return items.map(({ text, hidden }) => (hidden ? `(${text})` : text)).toReversed()
}
const conversation = async () =>
  (await stage.api('GET', `/conversations/${await stage.conversationId(1)}`)) as Record<string, unknown>
const blockPerson = async (person: number, until?: 'hour') =>
  stage.run(blockContact, { contactId: await stage.contactId(person), until, reason: 'spam' })

describe('what a blocked contact writes', () => {
  it('is counted and shown to nobody: no unread message, no flow, no webhook', async () => {
    await stage.rest()
    const before = await conversation()
    await blockPerson(1)
    await stage.say(1, 'spam')
    await stage.say(1, 'more spam')
    expect(await stage.heard(1)).toEqual(['hi'])
    expect(await texts()).toEqual(['hi', 'hi'])
    expect(await texts('?hidden=true')).toEqual(['hi', 'hi', '(spam)', '(more spam)'])
    expect(await received()).toBe(1)
    expect(await conversation()).toEqual(before)
    const { blocked } = (await stage.api('GET', `/contacts/${await stage.contactId(1)}`)) as { blocked: object }
    expect(blocked).toEqual({
      since: stage.clock.now().toISOString(),
      until: null,
      reason: 'spam',
      operatorId: expect.any(Number),
      messages: 2,
    })
  })

  it('is not seen by edits and reactions of earlier messages either', async () => {
    const { message } = textUpdate(101, 1, 'shown') as unknown as { message: object }
    await stage.update({ message })
    await stage.rest()
    await blockPerson(1)
    await stage.update({ edited_message: { ...message, text: 'changed', edit_date: 1_793_600_005 } })
    await stage.update({
      message_reaction: {
        chat: { id: 1, type: 'private' },
        message_id: 101,
        user: { id: 1, is_bot: false, first_name: 'Person 1' },
        date: 1_793_600_005,
        old_reaction: [],
        new_reaction: [{ type: 'emoji', emoji: '👎' }],
      },
    })
    expect(await texts('?hidden=true')).toEqual(['hi', 'hi', 'shown', 'shown'])
    expect(await stage.db.query('select 1 from messages where reactions is not null')).toEqual([])
  })

  it('is kept back in groups too, where the others are heard', async () => {
    await stage.sayInGroup(-5, 1, '@agent_bot one')
    await blockPerson(1)
    await stage.sayInGroup(-5, 1, '@agent_bot two')
    await stage.sayInGroup(-5, 2, '@agent_bot three')
    expect(await stage.heard(-5)).toEqual(['@agent_bot one', '@agent_bot three'])
  })

  it('makes no conversation that is listed, when it is the first thing they write there', async () => {
    const { id } = (await stage.api('POST', '/contacts', { identities: [{ kind: 'telegram', value: '7' }] })) as {
      id: number
    }
    await stage.run(blockContact, { contactId: id })
    await stage.say(7, 'spam')
    const list = async (query: string) =>
      ((await stage.api('GET', `/conversations?contactId=${id}${query}`)) as { items: unknown[] }).items.length
    expect([await list(''), await list('&hidden=true')]).toEqual([0, 1])
  })

  it('counts again when the block has ended by itself, as a first message if it is one', async () => {
    await blockPerson(1, 'hour')
    await stage.say(1, 'spam')
    await stage.pass('1h')
    await stage.say(1, 'sorry')
    expect(await stage.heard(1)).toEqual(['hi', 'sorry'])
    expect(await texts()).toEqual(['hi', 'hi', 'sorry', 'sorry'])
    expect(await conversation()).toMatchObject({ unread: 2 })
    await blockPerson(1)
    const { blocked } = (await stage.api('GET', `/contacts/${await stage.contactId(1)}`)) as { blocked: object }
    expect(blocked).toMatchObject({ messages: 0 })
  })

  it('does not keep the operator from writing', async () => {
    await blockPerson(1)
    await stage.run(sendMessage, { conversationId: await stage.conversationId(1), content: { text: 'Enough.' } })
    await stage.parley.sweep()
    expect(await stage.heard(1)).toEqual(['hi', 'Enough.'])
  })
})
