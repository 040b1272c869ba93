import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { telegramCapabilities } from '../../../../adapters/telegram/capabilities.ts'
import type { OperatorDesk } from '../../../../src/conversations/operator-desk.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { makeOperatorDesk } from '../../../../src/crm/desk/make-operator-desk.ts'
import { createOperator } from '../../../../src/team/create-operator.ts'
import { createLinkCode } from '../../../../src/team/identities/create-link-code.ts'
import { LinkedAccounts } from '../../../../src/team/identities/linked-accounts.ts'
import { recordedChanges } from '../../../project.ts'
import { flow, leaveStage, openStage, type Stage, says } from '../../flows/engine/stage.ts'

let stage: Stage
let desk: OperatorDesk
let conversation: number
let olga: number
let woken: { threadIds: number[]; sends: boolean }[]
let keys = 0
const account = { kind: 'telegram', value: '70' }

beforeEach(async () => {
  stage = await openStage({
    flows: [flow('Echo', [{ type: 'any_message', to: 'e' }], { e: says('Echo {{ message.text }}') })],
  })
  await stage.say(1, 'hello')
  await stage.rest()
  conversation = await stage.conversationId(1)
  olga = stage.work.by.kind === 'operator' ? stage.work.by.id : 0
  woken = []
  desk = makeOperatorDesk(
    {
      db: stage.db,
      clock: stage.clock,
      linked: new LinkedAccounts(stage.db, stage.clock),
      capabilities: (_, kind) => telegramCapabilities(kind),
      done: (what) => void woken.push(what),
      accountsChanged: () => {},
    },
    { id: stage.channelId, projectId: stage.work.projectId },
  )
})
afterEach(() => stage.close())
afterAll(leaveStage)

const by = (key = `key ${++keys}`) => ({ operatorId: olga, key })
const told = async (kind: string) => (await recordedChanges(stage.db)).filter((change) => change.kind === kind)
const column = async (name: string) => {
  const [row] = await stage.db.query<Record<string, unknown>>(`select ${name} as value from conversations`)
  return row?.value
}

describe('the desk', () => {
  it('knows an operator by an account that was linked with a code', async () => {
    expect(await desk.knows(account)).toBe(false)
    const { code } = await stage.run((tx, context) => createLinkCode(tx, context, olga), undefined)
    expect(await desk.link({ account, code, key: 'a' })).toEqual({ id: olga, name: 'Olga' })
    // The same update again: the code is used up, and all is well.
    expect(await desk.link({ account, code, key: 'a' })).toEqual({ id: olga, name: 'Olga' })
    expect(await desk.knows(account)).toBe(true)
    expect(await desk.operatorOf(account)).toEqual({ id: olga, name: 'Olga' })
    await expect(desk.link({ account, code, key: 'b' })).rejects.toMatchObject({ code: 'not_found' })
    expect(await desk.operators()).toEqual([{ id: olga, name: 'Olga' }])
  })

  it('shows conversations that wait, and those of an operator', async () => {
    const shown = {
      id: conversation,
      title: 'Person 1',
      channel: 'bot',
      kind: 'direct',
      mode: 'bot',
      assignee: null,
      unread: 1,
      lastText: 'Echo hello',
    }
    expect(await desk.conversations('waiting', 10)).toMatchObject([shown])
    expect(await desk.conversations({ of: olga }, 10)).toEqual([])
    await desk.takeOver(by(), conversation)
    expect(await desk.conversations('waiting', 10)).toEqual([])
    expect(await desk.conversations({ of: olga }, 10)).toMatchObject([
      { ...shown, mode: 'manual', assignee: { id: olga, name: 'Olga' }, unread: 0 },
    ])
    await expect(desk.conversation(conversation + 99)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('takes over, gives back and assigns in the name of the operator', async () => {
    const boris = await stage.run(createOperator, { name: 'Boris', email: null, role: 'manager', onShift: true })
    expect(await desk.takeOver(by(), conversation)).toMatchObject({ mode: 'manual', assignee: { name: 'Olga' } })
    expect(await desk.assign(by(), conversation, boris.id)).toMatchObject({ assignee: { name: 'Boris' } })
    expect(await desk.giveBack(by(), conversation)).toMatchObject({ mode: 'bot', assignee: { name: 'Boris' } })
    expect(woken.at(-1)?.threadIds).toHaveLength(1)
    expect(await desk.assign(by(), conversation, null)).toMatchObject({ assignee: null })
    const who = await stage.db.query(
      `select distinct data->'by' as by from changes where kind like 'conversation.%' and kind <> 'conversation.opened'`,
    )
    expect(who).toEqual([{ by: { kind: 'operator', id: olga } }])
    await expect(desk.assign(by(), conversation, 9999)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('does nothing twice for one key, and gives the same answer', async () => {
    await stage.run(createSpot, { name: 'Shop' })
    const [spot] = await stage.db.query<{ id: number }>('select id from spots')
    await stage.run(createPipeline, {
      spotId: spot!.id,
      name: 'Sales',
      stages: [{ name: 'New', type: 'open' as const }],
    })
    const act = by('update:7:deal')
    const deal = { conversationId: conversation, name: 'A car', budget: 5000 }
    const [first, second] = await Promise.all([desk.createDeal(act, deal), desk.createDeal(act, deal)])
    expect(first).toEqual({ number: 1, place: 'Shop / Sales / New' })
    expect(second).toEqual(first)
    await desk.addNote(by('n'), conversation, 'Likes red')
    await desk.addNote(by('n'), conversation, 'Likes red')
    await desk.addLabels(by(), conversation, ['vip', 'red'])
    expect(
      await desk.createTask(by(), { conversationId: conversation, name: 'Call', dueAt: '30.11.2026 18:00' }),
    ).toEqual({
      dueAt: '2026-11-30T15:00:00.000Z',
    })
    expect(await desk.card(conversation)).toMatchObject({
      name: 'Person 1',
      identities: ['telegram 1'],
      labels: ['vip', 'red'],
      deals: [{ number: 1, name: 'A car', place: 'Sales / New', budget: '5000' }],
      tasks: [{ name: 'Call', dueAt: '2026-11-30T15:00:00.000Z' }],
      notes: ['Likes red'],
    })
    expect(await desk.places()).toEqual([
      { name: 'Shop', pipelines: [{ name: 'Sales', stages: ['Unprocessed', 'New', 'Won', 'Lost', 'Archive'] }] },
    ])
    expect(await stage.db.query('select responsible_id from deals')).toEqual([{ responsible_id: olga }])
  })

  it('answers the customer after taking the conversation over, once', async () => {
    const act = by('update:8:reply')
    await desk.reply(act, conversation, { text: 'Good morning' }, { externalId: '-1:5' })
    await desk.reply(act, conversation, { text: 'Good morning' }, { externalId: '-1:5' })
    expect(woken.at(-2)).toEqual({ threadIds: [], sends: true })
    await stage.pass('1s')
    expect(await stage.heard(1)).toEqual(['Echo hello', 'Good morning'])
    expect([await column('mode'), await column('assignee_id'), await column('unread')]).toEqual(['manual', olga, 0])
    await stage.say(1, 'are you a bot?')
    expect(await stage.heard(1)).toHaveLength(2)
    expect(await told('message.created')).toHaveLength(2)
  })

  it('changes an answer where it was sent, if it is the one of that operator', async () => {
    await desk.reply(by(), conversation, { text: 'Prise 5' }, { externalId: '-1:5' })
    const edit = desk.editReply(by(), { externalId: '-1:5' }, { text: 'Price 5' })
    // It has not left yet.
    await expect(edit).rejects.toMatchObject({ code: 'conflict', retryable: true, retryAfterMs: 2000 })
    await stage.pass('1s')
    await desk.editReply(by(), { externalId: '-1:5' }, { text: 'Price 5' })
    await stage.pass('1s')
    const edits = stage.bot.calls.filter(({ method }) => method === 'editMessageText')
    expect(edits.map(({ params }) => params.text)).toEqual(['Price 5'])
    expect(await stage.db.query('select text, status from messages order by id desc limit 1')).toEqual([
      { text: 'Price 5', status: 'sent' },
    ])
    const boris = await stage.run(createOperator, { name: 'Boris', email: null, role: 'manager', onShift: true })
    const foreign = desk.editReply({ operatorId: boris.id, key: 'x' }, { externalId: '-1:5' }, { text: 'Mine' })
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' })
    await expect(desk.editReply(by(), { externalId: '-1:6' }, { text: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('refuses whoever is no operator of the project', async () => {
    await expect(desk.takeOver({ operatorId: 9999, key: 'k' }, conversation)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await column('mode')).toBe('bot')
  })

  it('has no card of a group that was made for nobody', async () => {
    await stage.sayInGroup(-5, 1, 'hello')
    await stage.rest()
    const group = await stage.conversationId(-5)
    await expect(desk.card(group)).rejects.toMatchObject({ code: 'unsupported' })
    await expect(desk.addNote(by(), group, 'x')).rejects.toMatchObject({ code: 'unsupported' })
    await desk.reply(by(), group, { text: 'Hello all' })
    expect(await desk.conversation(group)).toMatchObject({ title: 'Buyers', mode: 'bot' })
  })
})
