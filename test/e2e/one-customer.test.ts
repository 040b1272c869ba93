import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FlowInput } from '../../src/flows/flow.ts'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type BotApi, startBotApi } from '../doubles/bot-api/bot-api.ts'
import { type CloudApi, startCloudApi } from '../doubles/cloud-api/cloud-api.ts'
import { type Dovecot, hasDovecot, startDovecot } from '../doubles/mail/dovecot.ts'
import { type SmtpDouble, startSmtp } from '../doubles/mail/smtp-double.ts'
import { seed, startTestParley } from '../parley.ts'
import { textUpdate } from '../telegram-updates.ts'
import { deskSettings, letter } from '../unit/adapters/email/desk.ts'
import * as number from '../unit/adapters/whatsapp/cloud/number.ts'

const phone = '16505551234'
const person = 501
const greets: FlowInput = {
  name: 'Greeting',
  triggers: [{ type: 'any_message', conversations: ['direct', 'email'], to: 'hello' }],
  blocks: [{ id: 'hello', number: 1, type: 'message', options: { text: 'Dear {{ contact.first_name }}, thank you.' } }],
}

describe.skipIf(!hasDovecot)('a customer who writes by Telegram, WhatsApp and e-mail', () => {
  let fresh: FreshDatabase
  let bot: BotApi
  let whatsapp: CloudApi
  let imap: Dovecot
  let smtp: SmtpDouble
  let parley: Awaited<ReturnType<typeof startTestParley>>
  let key: string
  const hooks = new Map<string, string>()

  beforeEach(async () => {
    ;[fresh, bot, whatsapp, imap, smtp] = await Promise.all([
      freshDatabase(),
      startBotApi(),
      startCloudApi(number),
      startDovecot(),
      startSmtp(),
    ])
    const { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken } = number
    const numberOf = { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken }
    const token = '100200300:abcdefghijklmnopqrstuvwxyzABCDEFGHI'
    const { work, channels } = await seed(fresh.db, {
      channels: [
        {
          kind: 'telegram',
          name: 'bot',
          settings: { token, apiRoot: bot.url, mode: 'webhook', webhookSecret: 'hook-secret' },
        },
        { kind: 'whatsapp-cloud', name: 'whatsapp', settings: { ...numberOf, apiRoot: whatsapp.url } },
        { kind: 'email', name: 'desk', settings: deskSettings(imap.port, smtp.port, { readFromStart: true }) },
      ],
      flows: [greets],
    })
    for (const { name, hookId } of channels) hooks.set(name, `/hooks/${hookId}`)
    ;({ key } = await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' })))
    parley = await startTestParley(fresh.db)
  })
  afterEach(async () => {
    await parley.dispose()
    await Promise.all([bot.close(), whatsapp.close(), imap.stop(), smtp.stop()])
    await fresh.drop()
    expect([...bot.refused, ...whatsapp.refused, ...smtp.refused]).toEqual([])
  })

  // biome-ignore lint/suspicious/noExplicitAny: answers of many calls
  async function call(method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${parley.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
  const eventually = (what: () => unknown) => vi.waitFor(what, { timeout: 20_000, interval: 50 })
  const post = async (channel: string, headers: Record<string, string>, body: string | Buffer) =>
    expect((await fetch(parley.address + hooks.get(channel), { method: 'POST', headers, body })).status).toBe(200)

  let updates = 1
  async function telegrams(text: string, more: Record<string, unknown> = {}): Promise<void> {
    const update = textUpdate(updates++, person, text)
    const message = { ...(update.message as Record<string, unknown>), ...more }
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'hook-secret' }
    await post('bot', headers, JSON.stringify({ ...update, message }))
  }
  async function whatsapps(text: string): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const payload = number.payloadOf({
      contacts: [{ profile: { name: 'Ann' }, wa_id: phone }],
      messages: [{ from: phone, id: `wamid.${text}`, timestamp, type: 'text', text: { body: text } }],
    })
    const { headers, body } = number.hookRequest(payload)
    await post('whatsapp', Object.fromEntries(headers), Buffer.from(body))
  }
  const mails = (text: string) => imap.deliver(letter(text, { Subject: 'The red car', body: text }))

  /** Who wrote what on which channel, as operators see it. */
  async function inbox(): Promise<Record<string, { contactId: number; texts: string[] }>> {
    const { items } = await call('GET', '/conversations')
    const { items: channels } = await call('GET', '/channels')
    const names = new Map<number, string>(channels.map(({ id, name }: { id: number; name: string }) => [id, name]))
    const seen: Record<string, { contactId: number; texts: string[] }> = {}
    for (const { id, contactId, channelId } of items) {
      const said: { direction: string; text: string }[] = (await call('GET', `/conversations/${id}/messages`)).items
      const texts = said.filter(({ direction }) => direction === 'inbound').map(({ text }) => text)
      const name = names.get(channelId) ?? ''
      expect(seen[name]).toBeUndefined()
      seen[name] = { contactId, texts: texts.toReversed() }
    }
    return seen
  }

  it('is three contacts, found as twins, and one after a merge, on whose card everything stands and goes on', async () => {
    await whatsapps('by WhatsApp')
    await eventually(() => expect(whatsapp.messages).toHaveLength(1))
    await telegrams('by Telegram')
    const card = { phone_number: phone, first_name: 'Person 501', user_id: person }
    await telegrams('', { text: undefined, contact: card })
    mails('by e-mail')
    await eventually(() => expect(bot.sent(person)).toHaveLength(2))
    await eventually(() => expect(smtp.arrived).toHaveLength(1))
    const before = await inbox()
    const [telegram, wa, mail] = ['bot', 'whatsapp', 'desk'].map((name) => before[name]?.contactId ?? 0)
    expect(new Set([telegram, wa, mail]).size).toBe(3)

    await call('PATCH', `/contacts/${telegram}`, { email: 'ann@example.org' })
    expect((await call('GET', `/contacts/${telegram}/twins`)).items).toEqual([
      { contactId: wa, reason: 'phone', value: phone.slice(-10) },
      { contactId: mail, reason: 'email', value: 'ann@example.org' },
    ])
    for (const contactId of [wa, mail]) await call('POST', `/contacts/${telegram}/merge`, { contactId })
    expect((await call('GET', `/contacts/${telegram}/twins`)).items).toEqual([])

    await telegrams('Telegram again')
    await whatsapps('WhatsApp again')
    mails('e-mail again')
    await eventually(() => expect(bot.sent(person)).toHaveLength(3))
    await eventually(() => expect(whatsapp.messages).toHaveLength(2))
    await eventually(() => expect(smtp.arrived).toHaveLength(2))
    expect(await inbox()).toEqual({
      bot: { contactId: telegram, texts: ['by Telegram', '', 'Telegram again'] },
      whatsapp: { contactId: telegram, texts: ['by WhatsApp', 'WhatsApp again'] },
      desk: { contactId: telegram, texts: ['by e-mail', 'e-mail again'] },
    })

    const shown = await call('GET', `/contacts/${mail}/card`)
    expect(shown.contact).toMatchObject({ id: telegram, phone: `+${phone}`, email: 'ann@example.org' })
    const identities = shown.contact.identities.map(({ kind, value }: Record<string, string>) => `${kind} ${value}`)
    expect(identities.toSorted()).toEqual([
      'email ann@example.org',
      `phone +${phone}`,
      `telegram ${person}`,
      `whatsapp ${phone}`,
    ])
    const on = shown.conversations.items.map(({ channel }: { channel: { name: string } }) => channel.name)
    expect(on.toSorted()).toEqual(['bot', 'desk', 'whatsapp'])
    // Whoever is greeted on any channel is the one person now.
    const greeting = 'Dear Person 501, thank you.'
    expect(bot.sent(person).at(-1)?.text).toBe(greeting)
    expect(whatsapp.messages.at(-1)?.sent).toMatchObject({ to: phone, text: { body: greeting } })
    expect(smtp.arrived.at(-1)).toMatchObject({
      to: ['ann@example.org'],
      mail: { text: expect.stringContaining(greeting) },
    })
  }, 120_000)
})
