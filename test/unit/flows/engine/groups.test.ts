import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/platform/errors.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { linkIdentity } from '../../../../src/team/identities/link-identity.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { coo, openPigeonry, type Pigeonry } from '../../../pigeons.ts'
import { flow, says } from './stage.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterEach(async () => {
  await pigeons.stop()
  await fresh.clear()
})
afterAll(() => fresh.drop())

const group = (options: Record<string, unknown> = {}) =>
  flow(
    'Group',
    [{ type: 'any_message', to: 'group' }],
    {
      group: {
        type: 'create-group',
        options: {
          creator: 'loft',
          name: '{{ contact.first_name }} and {{ contact.responsible | default: "us" }}',
          description: 'Wants: {{ message.text }}',
          bots: ['bot'],
          ...options,
        },
      },
      made: says('The group is there.'),
      alone: says('The group is there, without you.'),
      failed: says('There is no group.'),
    },
    ['group:made > made', 'group:without_client > alone', 'group:failed > failed'],
  )

/** A channel without calls: one that an invitation can begin. */
const letters = { name: 'letters', settings: { can: { calls: null } } }

async function open(options: Record<string, unknown> = {}) {
  pigeons = await openPigeonry(fresh.db, { flows: [group(options)], others: [{ name: 'bot' }, letters] })
  await fresh.db.query(`update channels set address = '@dealer_bot' where name = 'bot'`)
}
/** Publishes the flow anew with other options of the block. */
async function change(options: Record<string, unknown>) {
  const { body } = await pigeons.call('GET', '/flows')
  const [{ id }] = body.items
  const flow = (await pigeons.call('GET', `/flows/${id}`)).body
  Object.assign(flow.draft.blocks[0].options, options)
  expect(await pigeons.call('PUT', `/flows/${id}`, { draft: flow.draft })).toMatchObject({ status: 200 })
  expect(await pigeons.call('POST', `/flows/${id}/publish`, {})).toMatchObject({ status: 200 })
}
const heard = (thread: string) =>
  pigeons.loft.sent.flatMap(({ target, outbound }) =>
    target.thread === thread && 'text' in outbound ? [outbound.text] : [],
  )

describe('the block that makes a group', () => {
  it('names it, invites bot, manager and client, and makes it a conversation of the contact that the bot speaks in', async () => {
    await open()
    await pigeons.bring(coo(1, 'a red car'))
    await expect.poll(() => heard('anna')).toEqual(['The group is there.'])
    expect(pigeons.loft.groups[0]?.request).toMatchObject({
      title: 'anna and us',
      description: 'Wants: a red car',
      people: [
        { role: 'bot', name: 'bot', identities: [{ kind: 'address', value: '@dealer_bot' }] },
        { role: 'client', name: 'anna', identities: [{ kind: 'ring', value: 'anna' }] },
      ],
    })
    const [made] = await fresh.db.query(
      `select c.kind, c.title, c.contact_id::int as contact, h.name as channel, t.external_id as thread
         from conversations c join channels h on h.id = c.channel_id join threads t on t.conversation_id = c.id
        where c.kind = 'group'`,
    )
    expect(made).toEqual({ kind: 'group', title: 'anna and us', contact: 1, channel: 'bot', thread: 'flock:1' })
  })

  it('leads on by "failed" when the account that makes it is switched off, as nobody knows for how long', async () => {
    await open({ creator: 'letters' })
    const { body } = await pigeons.call('GET', '/channels')
    const { id } = body.items.find(({ name }: { name: string }) => name === 'letters')
    expect(await pigeons.call('PATCH', `/channels/${id}`, { enabled: false })).toMatchObject({ status: 200 })
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => heard('anna')).toEqual(['There is no group.'])
  })

  it('sends the link to a client who cannot be brought in, by the channel in which they are reached best', async () => {
    await open({ invitation: '**Join** us: {{ run.group_link }}' })
    pigeons.loft.refuse = ['anna']
    await pigeons.bring(coo(1, 'hi'))
    await expect
      .poll(() => heard('anna'))
      .toEqual(['Join us: https://loft.example/join', 'The group is there, without you.'])
  })

  it('sends it past the channel that cannot write to the client either', async () => {
    await open({ invitation: 'Join us' })
    pigeons.loft.refuse = ['anna']
    pigeons.loft.shut = true
    await pigeons.bring(coo(1, 'hi'))
    const invited = () =>
      fresh.db.query(
        `select h.name from messages m join conversations c on c.id = m.conversation_id join channels h on h.id = c.channel_id
          where m.text = 'Join us'`,
      )
    await expect.poll(invited, { timeout: 5000 }).toEqual([{ name: 'letters' }])
  })

  it('goes on where it was when an attempt failed, and never makes a second group', async () => {
    await open()
    pigeons.loft.faults.push(new AppError('rate_limited', 'Too many birds.', { retryAfterMs: 60_000 }))
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => pigeons.loft.groups.length).toBe(1)
    await pigeons.restart()
    await pigeons.pass('61s')
    await expect.poll(() => heard('anna')).toEqual(['The group is there.'])
    expect(pigeons.loft.made).toBe(1)
    expect(pigeons.loft.groups.at(-1)?.progress).toMatchObject({ thread: 'flock:1' })
  })

  it('leads to "failed" when the channel cannot make it, and says why in the trace', async () => {
    await open()
    pigeons.loft.faults.push(new AppError('unsupported', 'This account is on its ground.'))
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => heard('anna')).toEqual(['There is no group.'])
    const [run] = await fresh.db.query<{ id: number }>('select id from runs')
    const { body } = await pigeons.call('GET', `/runs/${run!.id}/steps`)
    expect(JSON.stringify(body)).toContain('This account is on its ground.')
  })

  it('makes the deal at the spot and moves it to the stage', async () => {
    await open()
    const spot = await pigeons.call('POST', '/spots', { name: 'Showroom' })
    expect(
      await pigeons.call('POST', '/pipelines', { spotId: spot.body.id, name: 'Sales', stages: [{ name: 'In talks' }] }),
    ).toMatchObject({ status: 201 })
    await change({ spot: 'Showroom', stage: 'In talks' })
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => heard('anna')).toEqual(['The group is there.'])
    expect(await fresh.db.query('select name, contact_id::int as contact from deals')).toEqual([
      { name: 'anna and us', contact: 1 },
    ])
    expect(await fresh.db.query(`select deal_id::int as deal from conversations where kind = 'group'`)).toEqual([
      { deal: 1 },
    ])
  })
})

describe('managers of a group', () => {
  it('are invited by their linked accounts', async () => {
    await open()
    const olga = await fresh.db.transaction(async (tx) => {
      const operator = await createOperator(tx, pigeons.work, {
        name: 'Olga P',
        email: 'olga@example.com',
        role: 'manager',
        onShift: true,
      })
      await linkIdentity(tx, pigeons.work, { operatorId: operator.id, kind: 'ring', value: 'olga' })
      return operator
    })
    await change({ managers: ['olga@example.com'] })
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => heard('anna')).toEqual(['The group is there.'])
    expect(pigeons.loft.groups[0]?.request.people[1]).toEqual({
      role: 'manager',
      name: olga.name,
      identities: [{ kind: 'ring', value: 'olga' }],
    })
  })
})

describe('the block that mentions somebody', () => {
  it('calls the operator in the group of the contact, with a comment', async () => {
    const mention = flow(
      'Group',
      [{ type: 'any_message', to: 'group' }],
      {
        group: { type: 'create-group', options: { creator: 'loft', name: 'G', bots: ['bot'] } },
        call: { type: 'mention-user', options: { who: 'client', comment: 'look: {{ message.text }}' } },
      },
      ['group:made > call'],
    )
    pigeons = await openPigeonry(fresh.db, { flows: [mention], others: [{ name: 'bot' }] })
    await fresh.db.query(`update channels set address = '@dealer_bot' where name = 'bot'`)
    await pigeons.bring(coo(1, 'hi'))
    await expect.poll(() => heard('flock:1')).toEqual(['anna look: hi'])
    const said = pigeons.loft.sent.find(({ target }) => target.thread === 'flock:1')?.outbound
    expect(said).toMatchObject({
      entities: [{ type: 'mention', offset: 0, length: 4, identity: { kind: 'ring', value: 'anna' } }],
    })
  })
})
