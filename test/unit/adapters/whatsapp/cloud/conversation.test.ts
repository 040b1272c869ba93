import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../../src/contacts/create-contact.ts'
import type { DoubleTemplate } from '../../../../doubles/cloud-api/templates.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../../flows/engine/stage.ts'
import {
  accessToken,
  appSecret,
  businessAccountId,
  hookRequest,
  payloadOf,
  phoneNumberId,
  startTestNumber,
  type TestNumber,
  textPayload,
  verifyToken,
} from './number.ts'

const reminder: DoubleTemplate = {
  id: '1',
  name: 'reminder',
  language: 'en_US',
  category: 'UTILITY',
  status: 'APPROVED',
  components: [{ type: 'BODY', text: 'Hello {{1}}, your car is ready.' }],
}
const greets = flow('Greet', [{ type: 'any_message', conversations: ['direct'], to: 'hi' }], { hi: says('Hi!') })
const later = flow(
  'Later',
  [{ type: 'any_message', conversations: ['direct'], to: 'hi' }],
  {
    hi: says('Hi!'),
    late: says('Still there?'),
  },
  [['hi > late', { delay: '25h' } as object]],
)

const phone = '16505551234'
const userId = `US.${phone}000`
let number: TestNumber
let stage: Stage
let channel: { id: number; hook_id: string }
afterEach(async () => {
  expect(number.api.refused).toEqual([])
  await stage.close()
  await number.stop()
})
afterAll(leaveStage)

async function open(flows = [greets]): Promise<void> {
  number = await startTestNumber({ api: { templates: [reminder] } })
  const settings = { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken, apiRoot: number.api.url }
  stage = await openStage({ flows, channels: [{ kind: 'whatsapp-cloud', name: 'shop', settings }] })
  const [row] = await stage.db.query<{ id: number; hook_id: string }>(
    `select id, hook_id from channels where name = 'shop'`,
  )
  channel = row!
}

async function post(payload: unknown): Promise<void> {
  const { headers, body } = hookRequest(payload)
  const response = await fetch(`${stage.parley.address}/hooks/${channel.hook_id}`, {
    method: 'POST',
    headers,
    body: body as Uint8Array<ArrayBuffer>,
  })
  expect(response.status).toBe(200)
  await stage.rest()
}
const sent = () => number.api.messages.map((message) => message.sent as Record<string, unknown>)
const messages = () =>
  stage.db.query<{ direction: string; text: string; status: string; error: string | null; conversation_id: number }>(
    'select direction, text, status, error, conversation_id from messages order by id',
  )
const template = { type: 'template', name: 'reminder', language: 'en_US', variables: { 1: 'Ann' } }

describe('a conversation by the Cloud API', () => {
  it('is answered under the user id, and its messages are sent, delivered and read, never backwards', async () => {
    await open()
    await post(textPayload('wamid.1', 'hello'))
    await post(textPayload('wamid.1', 'hello'))
    expect(sent()).toMatchObject([{ recipient: userId, text: { body: 'Hi!' } }])
    const [answer] = number.api.messages
    const status = (stage: string) => post(number.api.statusOf(answer!.id, stage, { phone, userId }))
    await status('read')
    expect((await messages())[1]).toMatchObject({ direction: 'outbound', status: 'read' })
    await status('delivered')
    await status('sent')
    expect((await messages()).map(({ status: is }) => is)).toEqual(['received', 'read'])
  })

  it('is asked for by the vendor at its hook', async () => {
    await open()
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': verifyToken,
      'hub.challenge': '77',
    })
    const response = await fetch(`${stage.parley.address}/hooks/${channel.hook_id}?${query}`)
    expect([response.status, await response.text()]).toEqual([200, '77'])
    query.set('hub.verify_token', 'guess')
    expect((await fetch(`${stage.parley.address}/hooks/${channel.hook_id}?${query}`)).status).toBe(401)
  })

  it('that we begin with a number goes on where the person answers with their user id', async () => {
    await open()
    const { id } = await stage.run(createContact, {
      fields: { firstName: 'Ann' },
      identities: [{ kind: 'phone', value: `+${phone}` }],
    })
    const begin = (body: object) => stage.api('POST', `/contacts/${id}/dialogues`, { channelId: channel.id, ...body })
    await expect(begin({ text: 'Hello' })).rejects.toThrow(
      /answered with 409.*has not written here yet.*only a template/,
    )
    expect(await stage.db.query('select 1 from conversations')).toEqual([])
    await begin({ text: 'Hello Ann, your car is ready.', parts: [template] })
    await stage.rest()
    expect(sent()).toMatchObject([{ to: phone, type: 'template' }])
    await post(number.api.statusOf(number.api.messages[0]!.id, 'delivered', { phone, userId }))
    await post(textPayload('wamid.2', 'Thank you'))
    const all = await messages()
    expect(all.map(({ text, status }) => [text, status])).toEqual([
      ['Hello Ann, your car is ready.', 'delivered'],
      ['Thank you', 'received'],
    ])
    expect(new Set(all.map((message) => message.conversation_id)).size).toBe(1)
    // Without a number the person is still the same.
    await post(
      payloadOf({
        contacts: [{ profile: { name: 'Ann', username: 'ann' }, user_id: userId }],
        messages: [
          { from_user_id: userId, id: 'wamid.3', timestamp: '1790000000', type: 'text', text: { body: 'Again' } },
        ],
      }),
    )
    expect(new Set((await messages()).map((message) => message.conversation_id)).size).toBe(1)
    expect(await stage.db.query('select 1 from contacts')).toHaveLength(1)
  })

  it('is one, also when the answer and the word of who gives it arrive together, or the other way round', async () => {
    await open()
    const entriesOf = (payload: unknown) => (payload as { entry: object[] }).entry
    for (const [index, order] of [
      [0, 1],
      [1, 0],
    ].entries()) {
      const to = `1650555200${index}`
      const ids = { phone: to, userId: `US.${to}000` }
      const { id } = await stage.run(createContact, { identities: [{ kind: 'phone', value: `+${to}` }] })
      const begun = { channelId: channel.id, text: 'Your car is ready.', parts: [template] }
      await stage.api('POST', `/contacts/${id}/dialogues`, begun)
      await stage.rest()
      const status = number.api.statusOf(number.api.messages.at(-1)!.id, 'delivered', ids)
      const payloads = [status, textPayload(`wamid.answer${index}`, 'Thank you', to)]
      const entry = order.flatMap((place) => entriesOf(payloads[place]))
      await post({ object: 'whatsapp_business_account', entry })
      const rows = await stage.db.query<{ status: string; conversations: number }>(
        `select array_agg(distinct conversation_id) as conversations, array_agg(status order by id) as statuses
           from messages where conversation_id in (select id from conversations where contact_id = $1)`,
        [id],
      )
      expect(rows).toMatchObject([{ conversations: [expect.any(Number)], statuses: ['delivered', 'received'] }])
    }
    expect(await stage.db.query(`select 1 from events where status = 'parked'`)).toEqual([])
  })

  it('takes free text for 24 hours, then a template only', async () => {
    await open()
    await post(textPayload('wamid.1', 'hello'))
    const id = (await messages())[0]!.conversation_id
    const say = (body: object) => stage.api('POST', `/conversations/${id}/messages`, body)
    await stage.pass('23h')
    await say({ text: 'In time' })
    await stage.pass('2h')
    await expect(say({ text: 'Too late' })).rejects.toThrow(/answered with 409.*More than 24 hours.*only a template/)
    await say({ text: 'Hello Ann, your car is ready.', parts: [template] })
    await stage.rest()
    expect(sent().map(({ type }) => type)).toEqual(['text', 'text', 'template'])
  })

  it('shows a step of a flow that comes too late as failed, with the reason', async () => {
    await open([later])
    await post(textPayload('wamid.1', 'hello'))
    await stage.pass('26h')
    const [step] = await stage.db.query<{ error: string }>(`select error from steps where block_id = 'late'`)
    expect(step?.error).toMatch(/More than 24 hours have passed.*only a template/)
    expect(sent()).toHaveLength(1)
  })

  it('lists its templates by the API, which the bot has none of', async () => {
    await open()
    expect(await stage.api('GET', `/channels/${channel.id}/templates`)).toEqual({
      items: [
        {
          name: 'reminder',
          language: 'en_US',
          category: 'UTILITY',
          status: 'APPROVED',
          text: 'Hello {{1}}, your car is ready.',
          variables: ['1'],
        },
      ],
    })
    await expect(stage.api('GET', `/channels/${stage.channelId}/templates`)).rejects.toThrow(
      /answered with 422.*has no templates/,
    )
    await expect(stage.api('GET', '/channels/999/templates')).rejects.toThrow(/answered with 404/)
  })

  it('is taken over by who answers in the WhatsApp Business app', async () => {
    await open()
    await post(textPayload('wamid.1', 'hello'))
    const echo = {
      from: '15550783881',
      to: phone,
      to_user_id: userId,
      id: 'wamid.2',
      timestamp: '1790000000',
      type: 'text',
      text: { body: 'A manager here' },
    }
    await post(payloadOf({ message_echoes: [echo] }, 'smb_message_echoes'))
    await post(textPayload('wamid.3', 'good'))
    expect((await messages()).map(({ direction, text }) => [direction, text])).toEqual([
      ['inbound', 'hello'],
      ['outbound', 'Hi!'],
      ['outbound', 'A manager here'],
      ['inbound', 'good'],
    ])
    const [row] = await stage.db.query('select mode from conversations')
    expect(row).toEqual({ mode: 'manual' })
  })

  it('goes on after a change of number', async () => {
    await open()
    await post(textPayload('wamid.1', 'hello'))
    const system = {
      type: 'user_changed_number',
      body: 'changed',
      previous_user_id: userId,
      user_id: 'US.999',
      wa_id: '12195555358',
    }
    await post(
      payloadOf({ messages: [{ from: phone, id: 'wamid.2', timestamp: '1790000000', type: 'system', system }] }),
    )
    await post(
      payloadOf({
        contacts: [{ profile: { name: 'Sheena Nelson' }, wa_id: '12195555358', user_id: 'US.999' }],
        messages: [
          {
            from: '12195555358',
            from_user_id: 'US.999',
            id: 'wamid.3',
            timestamp: '1790000000',
            type: 'text',
            text: { body: 'new number' },
          },
        ],
      }),
    )
    expect(new Set((await messages()).map(({ conversation_id }) => conversation_id)).size).toBe(1)
    expect(sent().at(-1)).toMatchObject({ recipient: 'US.999' })
  })
})
