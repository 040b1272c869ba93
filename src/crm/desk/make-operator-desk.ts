import { conversationOfThread, findMirrored } from '../../conversations/mirrors/mirrors.store.ts'
import type { OperatorDesk } from '../../conversations/operator-desk.ts'
import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import { findByIdentity } from '../../team/identities/operator-identities.store.ts'
import { redeemLinkCode } from '../../team/identities/redeem-link-code.ts'
import { selectOperators } from '../../team/team.store.ts'
import { readPipelines, readSpots } from '../pipelines.store.ts'
import { claimAct, keepAnswer, listDeskConversations, readAnswer, readDeskConversation } from './desk.store.ts'
import { deskActs } from './desk-acts.ts'
import type { DeskParts, DeskTools } from './desk-tools.ts'
import { readDeskCard } from './read-desk-card.ts'

/** What operators may do from one channel, over the use cases that the API has too. */
export function makeOperatorDesk(parts: DeskParts, channel: { id: number; projectId: number }): OperatorDesk {
  const { db, clock, linked } = parts
  const { projectId } = channel

  /** Does something once for its key; called again it gives what it gave first. */
  async function once<Answer>(key: string, act: (tx: Tx, now: Date) => Promise<Answer>): Promise<Answer> {
    const now = clock.now()
    const done = await db.transaction(async (tx) => {
      if (!(await claimAct(tx, channel.id, key, now))) return undefined
      const answer = await act(tx, now)
      await keepAnswer(tx, channel.id, key, JSON.stringify(answer ?? null))
      return { answer }
    })
    if (done) return done.answer
    return JSON.parse((await readAnswer(db, channel.id, key)) ?? 'null') as Answer
  }

  async function conversation(id: number) {
    const found = await readDeskConversation(db, projectId, id)
    if (!found) throw new AppError('not_found', `There is no conversation ${id}.`)
    return found
  }

  const tools: DeskTools = { ...parts, channel, once, conversation }
  return {
    knows: (account) => linked.has(projectId, account),
    async operatorOf(account) {
      const found = await findByIdentity(db, projectId, account)
      return found && { id: found.operator.id, name: found.operator.name }
    },
    async link({ account, code, key }) {
      const operator = await once(key, async (tx, now) => {
        const { id, name } = await redeemLinkCode(tx, { projectId, now }, { code, account })
        return { id, name }
      })
      linked.forget(projectId)
      parts.accountsChanged(projectId)
      return operator
    },
    async operators() {
      const all = await selectOperators(db, projectId)
      return all.filter(({ role }) => role !== 'service').map(({ id, name }) => ({ id, name }))
    },
    conversations: (which, limit) => listDeskConversations(db, projectId, which, limit),
    conversation,
    card: async (id) => readDeskCard(db, { projectId, now: clock.now() }, await conversation(id)),
    async places() {
      const [spots, pipelines] = await Promise.all([readSpots(db, projectId), readPipelines(db, projectId)])
      return spots.map(({ id, name }) => ({
        name,
        pipelines: pipelines
          .filter(({ spotId }) => spotId === id)
          .map((pipeline) => ({ name: pipeline.name, stages: pipeline.stages.map((stage) => stage.name) })),
      }))
    },
    conversationIn: (thread) => conversationOfThread(db, channel.id, thread),
    isMirrored: async (externalId) => (await findMirrored(db, channel.id, externalId)) !== undefined,
    ...deskActs(tools),
  }
}
