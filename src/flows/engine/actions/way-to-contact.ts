import { contactIdentities } from '../../../contacts/people.store.ts'
import { readEnabledChannels } from '../../../conversations/dialogues.store.ts'
import { reachableDialogues } from '../../../conversations/groups/groups.store.ts'
import { openDialogue } from '../../../conversations/open-dialogue.ts'
import type { ThreadContext } from '../thread-context.ts'

const hourMs = 60 * 60 * 1000

/**
 * The conversation by which a contact is reached best: the one they wrote in last and in which free text may be sent now, else a
 * new one in a channel that may write first and knows a way to them. Undefined when there is none, or only the channel `except`.
 */
export async function wayTo(context: ThreadContext, contactId: number, except?: number): Promise<number | undefined> {
  const { tx, now, channels, project } = context
  for (const { id, channelId, kind, lastInboundAt } of await reachableDialogues(tx, contactId)) {
    if (channelId === except) continue
    const can = channels.capabilities(channelId, kind)
    const silence = lastInboundAt === null ? Number.POSITIVE_INFINITY : now.getTime() - lastInboundAt.getTime()
    const open =
      can?.windowHours === undefined ? lastInboundAt !== null || can?.canWriteFirst : silence < can.windowHours * hourMs
    if (can && open) return id
  }
  const identities = await contactIdentities(tx, contactId)
  for (const channel of await readEnabledChannels(tx, project.id)) {
    if (channel.id === except) continue
    const ref = channels.threadFor(channel.id, identities)
    const can = ref && channels.capabilities(channel.id, ref.kind)
    if (!can?.canWriteFirst || can.windowHours !== undefined || can.calls) continue
    const opened = await openDialogue(tx, now, {
      projectId: project.id,
      contactId,
      channelId: channel.id,
      threadFor: (known) => channels.threadFor(channel.id, known),
    })
    if (opened) return opened.conversation.id
  }
  return undefined
}
