import type { tl } from '@mtcute/core'
import type { ReactionEvent } from '../../../../src/conversations/event.ts'
import { messageExternalId, moment, numberOf } from '../thread.ts'
import { chatThread, type Peers, personOfPeer } from './peers.ts'

/** Who has reacted to a message so far, by the message: the protocol tells what there is, not what changed. */
export type KnownReactions = Map<string, Map<string, { peer: tl.TypePeer; reactions: string }>>

/** Messages whose reactions are remembered, so that one taken back is noticed. */
const remembered = 1000

/**
 * What changed in the reactions to a message, one event for each person. Telegram names the last few who reacted; in
 * large groups it names nobody, and then nothing is told. A reaction taken back is noticed when it was told before.
 */
export function reactionEvents(
  update: tl.RawUpdateMessageReactions,
  peers: Peers,
  known: KnownReactions,
  now: Date,
): ReactionEvent[] {
  const { peer, msgId, topMsgId, reactions } = update
  const externalId = messageExternalId(numberOf(peer), msgId)
  const recent = reactions.recentReactions ?? []
  if (recent.length === 0 && reactions.results.length > 0) return []
  const before = known.get(externalId) ?? new Map()
  const after: typeof before = new Map()
  const byPerson = Map.groupBy(recent, ({ peerId }) => String(numberOf(peerId)))
  const chat = chatThread(peer, peers)
  const thread = topMsgId === undefined ? chat : { ...chat, id: `${chat.id}/${topMsgId}` }
  const base = { kind: 'reaction' as const, thread, messageExternalId: externalId }
  const events: ReactionEvent[] = []
  for (const [id, own] of byPerson) {
    const [first] = own
    if (first === undefined || id === String(peers.self.id)) continue
    const names = own.map(({ reaction }) => nameOf(reaction))
    after.set(id, { peer: first.peerId, reactions: names.join() })
    if (before.get(id)?.reactions === names.join()) continue
    const latest = Math.max(...own.map(({ date }) => date))
    events.push({
      ...base,
      externalId: `reaction:${externalId}:${id}:${latest}:${names.join()}`,
      at: moment(latest),
      sender: personOfPeer(first.peerId, peers),
      reactions: names,
    })
  }
  // Only so many are named: who is missing took back theirs only where all are there.
  const all = reactions.results.reduce((sum, { count }) => sum + count, 0) === recent.length
  for (const [id, { peer: who, reactions: held }] of all ? before : []) {
    if (after.has(id)) continue
    events.push({
      ...base,
      externalId: `reaction:${externalId}:${id}:none:${held}:${now.getTime()}`,
      at: now.toISOString(),
      sender: personOfPeer(who, peers),
      reactions: [],
    })
  }
  known.delete(externalId)
  known.set(externalId, after)
  for (const oldest of known.keys()) {
    if (known.size <= remembered) break
    known.delete(oldest)
  }
  return events
}

function nameOf(reaction: tl.TypeReaction): string {
  if (reaction._ === 'reactionEmoji') return reaction.emoticon
  return reaction._ === 'reactionCustomEmoji' ? `custom:${reaction.documentId.toString()}` : '⭐'
}
