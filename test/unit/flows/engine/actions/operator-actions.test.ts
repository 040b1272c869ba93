import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConversation } from '../../../../../src/conversations/conversations.store.ts'
import { BatchWrites } from '../../../../../src/conversations/receive/batch-writes.store.ts'
import type { Actions } from '../../../../../src/flows/actions.ts'
import { operatorActions } from '../../../../../src/flows/engine/actions/operator-actions.ts'
import { makeStep } from '../../../../../src/flows/engine/actions/step.ts'
import type { RunState, ThreadContext } from '../../../../../src/flows/engine/thread-context.ts'
import { runTogether } from '../../../../../src/platform/database/statement.ts'
import { type FreshDatabase, freshDatabase } from '../../../../database.ts'
import { type Desk, noon, openDesk } from '../../../crm/distribution/desk.ts'

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

type UnreadActions = Pick<Actions, 'markUnread' | 'addUnread' | 'clearUnread'>

/** Does steps in a conversation in which so much was unread and so many messages of the batch have come in; gives what is unread after it. */
async function unreadAfter(
  before: { unread: number; arrived: number; wrote: boolean },
  steps: (act: UnreadActions) => Promise<unknown>,
): Promise<number> {
  const { conversationId, contactId } = await desk.conversation()
  await fresh.db.query('update conversations set unread = $2, last_inbound_at = $3::timestamptz where id = $1', [
    conversationId,
    before.unread,
    before.wrote ? noon.toISOString() : null,
  ])
  await fresh.db.transaction(async (tx) => {
    const { conversation } = (await readConversation(tx, conversationId))!
    const writes = new BatchWrites(noon)
    writes.conversation(conversationId).unread += before.arrived
    const context = { tx, now: noon, writes, thread: { conversation, externalId: 'v' }, conversations: new Map() }
    const state = { run: { id: 1, projectId: desk.work.projectId, contactId, conversationId } }
    const control = { startFlow: async () => {}, stopFlow: async () => 0 }
    const step = makeStep(
      context as unknown as ThreadContext,
      state as unknown as RunState,
      'block',
      {},
      control,
      async () => {},
    )
    await steps(operatorActions(step))
    await runTogether(tx, writes.statements())
  })
  const [row] = await fresh.db.query<{ unread: number }>('select unread from conversations where id = $1', [
    conversationId,
  ])
  return row!.unread
}

describe('what is unread, while messages of the same batch come in', () => {
  it.each<
    [string, { unread: number; arrived: number; wrote: boolean }, (act: UnreadActions) => Promise<unknown>, number]
  >([
    ['stays when nothing is done', { unread: 2, arrived: 1, wrote: true }, async () => {}, 3],
    ['is cleared with what has just come', { unread: 2, arrived: 1, wrote: true }, (act) => act.clearUnread(), 0],
    ['grows by one', { unread: 2, arrived: 1, wrote: true }, (act) => act.addUnread(), 4],
    ['grows by one when 1 is told', { unread: 2, arrived: 1, wrote: true }, (act) => act.addUnread(1), 4],
    ['is exactly another number', { unread: 2, arrived: 1, wrote: true }, (act) => act.addUnread(5), 5],
    ['is nothing when 0 is told', { unread: 2, arrived: 1, wrote: true }, (act) => act.addUnread(0), 0],
    ['is never below nothing', { unread: 2, arrived: 1, wrote: true }, (act) => act.addUnread(-4), 0],
    ['is one after being marked', { unread: 0, arrived: 0, wrote: true }, (act) => act.markUnread(), 1],
    ['stays when marked again', { unread: 2, arrived: 1, wrote: true }, (act) => act.markUnread(), 3],
    ['is not marked where nobody wrote', { unread: 0, arrived: 0, wrote: false }, (act) => act.markUnread(), 0],
    [
      'is what several steps make of it',
      { unread: 2, arrived: 3, wrote: true },
      async (act) => {
        await act.clearUnread()
        await act.addUnread()
        await act.addUnread()
        await act.markUnread()
      },
      2,
    ],
  ])('%s', async (_, before, steps, after) => {
    expect(await unreadAfter(before, steps)).toBe(after)
  })

  it('is recorded when it changes', async () => {
    await unreadAfter({ unread: 2, arrived: 1, wrote: true }, async (act) => {
      await act.addUnread(3)
      await act.addUnread(7)
      await act.clearUnread()
      await act.clearUnread()
    })
    const changes = await fresh.db.query(
      `select kind, data - 'by' as data from changes where kind like 'conversation.%' order by id`,
    )
    expect(changes).toEqual([
      { kind: 'conversation.marked_unread', data: { from: 3, to: 7 } },
      { kind: 'conversation.read', data: { unread: 7 } },
    ])
  })
})
