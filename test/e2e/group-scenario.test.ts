import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channelCatalogue } from '../../adapters/index.ts'
import { createAccountAdapter } from '../../adapters/telegram/account/adapter.ts'
import type { AccountSettings } from '../../adapters/telegram/account/settings.ts'
import { telegramAccount } from '../../adapters/telegram/account/telegram-account.ts'
import type { ChannelContext } from '../../src/conversations/channel.ts'
import type { FlowInput } from '../../src/flows/flow.ts'
import { createApiKey } from '../../src/team/create-api-key.ts'
import { type FreshDatabase, freshDatabase } from '../database.ts'
import { type BotApi, startBotApi } from '../doubles/bot-api/bot-api.ts'
import { type CloudApi, startCloudApi } from '../doubles/cloud-api/cloud-api.ts'
import { hasDovecot, startDovecot } from '../doubles/mail/dovecot.ts'
import { startSmtp } from '../doubles/mail/smtp-double.ts'
import { createMtproto, type Mtproto } from '../doubles/mtproto/mtproto.ts'
import { RecordedClient } from '../doubles/mtproto/recorded-client.ts'
import { user } from '../doubles/mtproto/world.ts'
import { seed, startTestParley } from '../parley.ts'
import { deskSettings } from '../unit/adapters/email/desk.ts'
import * as number from '../unit/adapters/whatsapp/cloud/number.ts'

/** The agent is `bot` of the account's world, and the Bot API calls it by the same name. */
const agent = { id: 700000001, token: '700000001:abcdefghijklmnopqrstuvwxyzABCDEFGHI', username: 'agent_bot' }
const mary = user(44, { firstName: 'Mary', username: 'mary_manager' })
const pablo = user(45, { firstName: 'Pablo', phone: '16505551234' })

const flows: (FlowInput & { publish: true })[] = [
  {
    name: 'Group',
    publish: true,
    triggers: [{ type: 'postback', to: 'group' }],
    blocks: [
      {
        id: 'group',
        number: 1,
        type: 'create-group',
        options: {
          creator: 'account',
          name: '{{ run.car }} for {{ contact.first_name }}',
          description: 'Phone: {{ contact.phone }}',
          bots: ['bot'],
          managers: ['mary@example.com'],
          spot: 'Showroom',
          pipeline: 'Sales',
          stage: 'In talks',
          invitation: 'Your group: {{ run.group_link }}',
        },
      },
      { id: 'in', number: 2, type: 'add-labels', options: { labels: ['brought in'] } },
      { id: 'invited', number: 3, type: 'add-labels', options: { labels: ['invited'] } },
    ],
    arrows: [
      { from: 'group', output: 'made', to: 'in' },
      { from: 'group', output: 'without_client', to: 'invited' },
    ],
  },
  {
    name: 'Agent',
    publish: true,
    triggers: [{ type: 'any_message', conversations: ['group'], to: 'answer' }],
    blocks: [
      {
        id: 'answer',
        number: 1,
        type: 'message',
        options: { text: '{{ sender.name }}, you ask for: {{ deal.name }}.' },
      },
    ],
  },
]

describe('a client for whom a group is made', () => {
  let fresh: FreshDatabase
  let telegram: Mtproto
  let bot: BotApi
  let whatsapp: CloudApi
  let parley: Awaited<ReturnType<typeof startTestParley>>
  let key: string
  const hooks = new Map<string, string>()

  beforeEach(async () => {
    fresh = await freshDatabase()
    ;[bot, whatsapp] = await Promise.all([startBotApi({ username: agent.username }), startCloudApi(number)])
    telegram = createMtproto()
    for (const each of [mary, pablo]) telegram.world.users.set(each.id, each)
    const { work } = await seed(fresh.db, { channels: [], flows: [] })
    ;({ key } = await fresh.db.transaction((tx) => createApiKey(tx, work, { name: 'test', access: 'admin' })))
    await start()
  })
  afterEach(async () => {
    await parley.dispose()
    await Promise.all([bot.close(), whatsapp.close()])
    await fresh.drop()
    expect([...telegram.refused, ...bot.refused, ...whatsapp.refused]).toEqual([])
  })

  /** The program with its own catalogue; the Telegram account alone calls the stand-in instead of a socket. */
  async function start(): Promise<void> {
    const create = (context: ChannelContext<AccountSettings>) =>
      createAccountAdapter(context, { makeClient: (parts) => new RecordedClient(telegram, parts) })
    const account = { ...telegramAccount, create }
    parley = await startTestParley(fresh.db, { catalogue: new Map([...channelCatalogue, [account.kind, account]]) })
  }

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

  const swift = { pacing: { messagesPerSecond: 1000, perChatPerSecond: 1000, perGroupPerMinute: 10_000 } }
  const accountChannel = {
    kind: 'telegram-account',
    name: 'account',
    settings: { apiId: 12345, apiHash: '0123456789abcdef0123456789abcdef', phone: '+15550100777', ...swift },
  }
  const botChannel = () => ({
    kind: 'telegram',
    name: 'bot',
    settings: { token: agent.token, apiRoot: bot.url, mode: 'polling', ...swift },
  })
  const whatsappChannel = () => {
    const { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken } = number
    const settings = { phoneNumberId, businessAccountId, accessToken, appSecret, verifyToken, apiRoot: whatsapp.url }
    return { kind: 'whatsapp-cloud', name: 'whatsapp', settings }
  }

  /** The shop as its owner sets it up: channels, the account signed in, a manager who is known in Telegram, flows. */
  async function openShop(...others: unknown[]): Promise<void> {
    const operator = await call('POST', '/operators', { name: 'Mary', email: 'mary@example.com', role: 'manager' })
    const accounts = { telegram: String(mary.id), telegram_username: mary.username }
    for (const [kind, value] of Object.entries(accounts))
      await call('POST', `/operators/${operator.id}/identities`, { kind, value })
    const stages = [{ name: 'New' }, { name: 'In talks' }]
    const fields = ['phone', 'email', 'first_name', 'identity.telegram', 'variables.car'].map((to) => ({
      from: `$.${to.split('.').at(-1)}`,
      to,
    }))
    await call('POST', '/apply', {
      spots: [{ name: 'Showroom', pipelines: [{ name: 'Sales', stages }] }],
      channels: [accountChannel, botChannel(), ...others],
    })
    const { items } = await call('GET', '/channels')
    for (const { name, hookUrl } of items) hooks.set(name, new URL(hookUrl).pathname)
    const { id } = items.find(({ name }: { name: string }) => name === 'account')
    await call('POST', `/channels/${id}/sign-in`, { do: 'start', by: 'phone', phone: '+15550100777' })
    const { code } = telegram.world.signIn
    expect(await call('POST', `/channels/${id}/sign-in`, { do: 'code', code })).toMatchObject({ waitsFor: 'nothing' })
    await call('POST', '/apply', {
      flows,
      postbacks: [{ name: 'landing page', flow: 'Group', mapping: { findBy: ['phone'], fields } }],
    })
  }

  async function leaveNumber(): Promise<number> {
    const [{ url }] = (await call('GET', '/postbacks')).items
    const person = { phone: '+16505551234', email: 'pablo@example.org', first_name: 'Pablo', telegram: pablo.id }
    const taken = await fetch(new URL(new URL(url).pathname, parley.address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...person, car: 'Lada' }),
    })
    expect(taken.ok).toBe(true)
    return ((await taken.json()) as { contactId: number }).contactId
  }

  async function writeByWhatsapp(text: string): Promise<void> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const { method, headers, body } = number.hookRequest(
      number.payloadOf({
        contacts: [{ profile: { name: 'Pablo' }, wa_id: pablo.phone }],
        messages: [{ from: pablo.phone, id: `wamid.${text}`, timestamp, type: 'text', text: { body: text } }],
      }),
    )
    const answer = await fetch(parley.address + hooks.get('whatsapp'), { method, headers, body: Buffer.from(body) })
    expect(answer.status).toBe(200)
  }

  const theGroup = () => {
    const groups = [...telegram.world.groups]
    expect(groups).toHaveLength(1)
    const [[id, group]] = groups as [(typeof groups)[number]]
    return { id, chat: { id: Number(`-100${id}`), type: 'supergroup', title: 'Lada for Pablo' }, ...group }
  }
  const link = 'Your group: https://t.me/+invite1'
  const labels = async (contactId: number) => (await call('GET', `/contacts/${contactId}`)).labels

  /** Somebody speaks in the group: Telegram tells the bot and the account, which are both in it. */
  async function speak(who: typeof mary, text: string, more: Record<string, unknown> = {}): Promise<void> {
    const { world } = telegram
    const { id, chat } = theGroup()
    const peerId = { _: 'peerChannel' as const, channelId: id }
    const said = world.message({ peerId, fromId: world.peerOf(who.id), message: text })
    await telegram.play(world.newMessage(said))
    const from = { id: who.id, is_bot: false, first_name: who.firstName }
    const mention = text.indexOf('@')
    const entities = mention < 0 ? [] : [{ type: 'mention', offset: mention, length: agent.username.length + 1 }]
    await bot.push(agent.token, {
      message: { message_id: said.id, date: said.date, chat, from, text, entities, ...more },
    })
  }

  it('gets the link by WhatsApp, is greeted by the manager, and answered by the bot when it is addressed', async () => {
    await openShop(whatsappChannel())
    telegram.world.missing.set(pablo.id, {})
    await writeByWhatsapp('I saw your site')
    const contactId = await leaveNumber()
    await eventually(() =>
      expect(whatsapp.messages.map(({ sent }) => sent)).toMatchObject([{ to: pablo.phone, text: { body: link } }]),
    )
    await eventually(async () => expect(await labels(contactId)).toEqual(['invited']))
    const { chat, ...made } = theGroup()
    expect(made.about).toBe('Phone: +16505551234')
    expect([...made.members]).toEqual([telegram.world.self.id, agent.id, mary.id])
    expect([...made.admins]).toEqual([agent.id, mary.id])

    await speak(pablo, 'hello @agent_bot?')
    await speak(mary, 'Good morning, I am Mary.')
    await speak(pablo, 'Good morning!')
    expect(bot.sent(chat.id)).toEqual([])
    await speak(pablo, '@agent_bot what do I ask for?')
    await eventually(() => expect(bot.sent(chat.id)).toHaveLength(1))
    const [answer] = bot.sent(chat.id)
    await speak(pablo, 'and now?', { reply_to_message: answer })
    await speak(mary, 'We know.')
    await eventually(() =>
      expect(bot.sent(chat.id).map(({ text }) => text)).toEqual(Array(2).fill('Pablo, you ask for: Lada for Pablo.')),
    )

    const { items: deals } = await call('GET', `/deals?contactId=${contactId}`)
    expect(deals).toMatchObject([{ name: 'Lada for Pablo', stage: { name: 'In talks' }, status: 'active' }])
    const { items: groups } = await call('GET', '/conversations?kind=group')
    expect(groups).toMatchObject([{ title: 'Lada for Pablo', contactId, dealId: deals[0].id }])
    const { items: said } = await call('GET', `/conversations/${groups[0].id}/messages`)
    const lines = said.map((each: Record<string, unknown>) => [each.direction, each.operatorId !== null, each.text])
    expect(lines.toReversed()).toEqual([
      ['inbound', false, 'hello @agent_bot?'],
      ['outbound', true, 'Good morning, I am Mary.'],
      ['inbound', false, 'Good morning!'],
      ['inbound', false, '@agent_bot what do I ask for?'],
      ['outbound', false, 'Pablo, you ask for: Lada for Pablo.'],
      ['inbound', false, 'and now?'],
      ['outbound', false, 'Pablo, you ask for: Lada for Pablo.'],
      ['outbound', true, 'We know.'],
    ])
  }, 120_000)

  it('gets it by e-mail where the account may not write to them', async ({ skip }) => {
    if (!hasDovecot) return skip()
    const [imap, smtp] = await Promise.all([startDovecot(), startSmtp()])
    try {
      await openShop({ kind: 'email', name: 'desk', settings: deskSettings(imap.port, smtp.port) })
      telegram.world.missing.set(pablo.id, { premiumRequiredForPm: true })
      const contactId = await leaveNumber()
      await eventually(() => expect(smtp.arrived).toHaveLength(1))
      expect(smtp.arrived[0]).toMatchObject({
        to: ['pablo@example.org'],
        mail: { text: expect.stringContaining(link) },
      })
      await eventually(async () => expect(await labels(contactId)).toEqual(['invited']))
      expect(telegram.count('messages.sendMessage')).toBe(0)
      expect(smtp.refused).toEqual([])
    } finally {
      await Promise.all([imap.stop(), smtp.stop()])
    }
  }, 120_000)

  it('gets it from the account that made the group when nothing else leads to them', async () => {
    await openShop()
    telegram.world.missing.set(pablo.id, {})
    await leaveNumber()
    await eventually(() => expect(telegram.requests('messages.sendMessage')).toMatchObject([{ message: link }]))
    expect(telegram.requests('messages.sendMessage')[0]?.peer).toMatchObject({ userId: pablo.id })
  }, 120_000)

  it('gets one group, also when the program ends between its steps', async () => {
    await openShop()
    telegram.inject({ drop: 'after' }, 'channels.createChannel')
    telegram.inject({ drop: 'before' }, 'channels.inviteToChannel')
    const contactId = await leaveNumber()
    for (const step of ['channels.createChannel', 'channels.inviteToChannel']) {
      await eventually(() => expect(telegram.count(step)).toBe(1))
      await parley.dispose()
      await start()
    }
    await eventually(async () => expect(await labels(contactId)).toEqual(['brought in']))
    expect(telegram.count('channels.createChannel')).toBe(1)
    expect([...theGroup().members].slice(1)).toEqual([agent.id, mary.id, pablo.id])
    expect((await call('GET', '/conversations?kind=group')).items).toHaveLength(1)
    expect((await call('GET', `/deals?contactId=${contactId}`)).items).toHaveLength(1)
  }, 120_000)
})
