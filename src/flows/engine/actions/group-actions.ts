import { contactName } from '../../../contacts/contact.ts'
import { contactIdentities, readContact } from '../../../contacts/people.store.ts'
import type { Invited, MadeGroup } from '../../../conversations/abilities.ts'
import { findChannelByName } from '../../../conversations/channels/channels.store.ts'
import type { Channel } from '../../../conversations/conversation.ts'
import { adoptGroup } from '../../../conversations/groups/adopt-group.ts'
import { latestGroup, spokeBy } from '../../../conversations/groups/groups.store.ts'
import type { Identity } from '../../../conversations/message.ts'
import { AppError } from '../../../platform/errors.ts'
import { selectIdentities } from '../../../team/identities/operator-identities.store.ts'
import type { Operator } from '../../../team/operator.ts'
import { findOperatorByEmail, selectOperator } from '../../../team/team.store.ts'
import type { Actions } from '../../actions.ts'
import { dialogueIn, say } from '../dialogue.ts'
import { append, type Step } from './step.ts'
import { wayTo } from './way-to-contact.ts'

/** What a step does about groups. */
export function groupActions(
  step: Step,
): Pick<Actions, 'planGroup' | 'openGroup' | 'invite' | 'mention' | 'responsibleName'> {
  const { context, state, blockId, record, work } = step
  const { tx } = context
  const author = { runId: state.run.id, blockId }

  async function channelNamed(name: string): Promise<Channel> {
    const channel = await findChannelByName(tx, work.projectId, name)
    if (channel) return channel
    throw new AppError('not_found', `There is no channel "${name}" in this project.`)
  }

  async function responsible(): Promise<Operator | undefined> {
    const contact = await readContact(tx, step.contactId())
    const id = state.deal?.deal.responsibleId ?? contact?.responsibleId
    return id ? selectOperator(tx, work.projectId, id) : undefined
  }

  async function manager(name: string): Promise<Invited> {
    const operator = name === 'responsible' ? await responsible() : await findOperatorByEmail(tx, work.projectId, name)
    if (!operator) throw new AppError('not_found', `There is no operator "${name}" to be invited.`)
    const identities = await selectIdentities(tx, operator.id)
    return { role: 'manager', name: operator.name, identities: identities.map(({ kind, value }) => ({ kind, value })) }
  }

  return {
    responsibleName: async () => (await responsible())?.name,

    async planGroup({ creator, bots, managers, withClient, ...about }) {
      const channel = await channelNamed(creator)
      const people: Invited[] = []
      for (const name of bots) {
        const { address } = await channelNamed(name)
        const identities = address === null ? [] : [{ kind: 'address', value: address }]
        people.push({ role: 'bot', name, identities })
      }
      for (const name of managers) people.push(await manager(name))
      if (withClient) {
        const contactId = step.contactId()
        const contact = await readContact(tx, contactId)
        if (!contact) throw new AppError('not_found', `There is no contact ${contactId}.`)
        people.push({ role: 'client', name: contactName(contact), identities: await contactIdentities(tx, contactId) })
      }
      return { channelId: channel.id, request: { ...about, people } }
    },

    async openGroup({ creator, bots, made }) {
      await step.guard()
      const seen = seenBy(made, bots)
      const channel = await channelNamed(seen?.channel ?? creator)
      const conversation = await adoptGroup(tx, context.now, {
        projectId: work.projectId,
        channelId: channel.id,
        thread: seen?.thread ?? made.thread,
        title: made.title,
        contactId: step.contactId(),
        dealId: state.deal?.deal.id ?? null,
      })
      const refused = Object.entries(made.people).flatMap(([index, person]) =>
        person.added ? [] : [{ person: Number(index), why: person.why }],
      )
      record.group = { conversationId: conversation.id, title: made.title, refused }
      return conversation
    },

    async invite(content, except) {
      const closed = except === undefined ? undefined : await findChannelByName(tx, work.projectId, except)
      const way = await wayTo(context, step.contactId(), closed?.id)
      if (!way) {
        record.invited = 'no way to the client was found'
        return false
      }
      await step.guard()
      say(context, await dialogueIn(context, way), author, content, false)
      record.invited = { conversationId: way }
      return true
    },

    async mention({ who, comment }) {
      const groupId =
        context.thread.conversation?.kind === 'group'
          ? context.thread.conversation.id
          : await latestGroup(tx, step.contactId())
      if (!groupId) throw new AppError('not_found', 'There is no group in which somebody could be mentioned.')
      await step.guard()
      const person = who === 'client' ? await client(groupId) : await manager(who)
      const dialogue = await dialogueIn(context, groupId)
      const identity = person.identities[0]
      const text = comment === '' ? person.name : `${person.name} ${comment}`
      const entity = { type: 'mention' as const, offset: 0, length: person.name.length, identity }
      say(context, dialogue, author, { text, ...(identity && { entities: [entity] }) }, false)
      append(record, 'mentioned', person.name)
    },
  }

  async function client(groupId: number): Promise<{ name: string; identities: Identity[] }> {
    const contactId = step.contactId()
    const contact = await readContact(tx, contactId)
    if (!contact) throw new AppError('not_found', `There is no contact ${contactId}.`)
    const known = await contactIdentities(tx, contactId)
    const spoke = await spokeBy(tx, groupId, contactId)
    const [first] = known.filter(({ kind, value }) => `${kind}/${value}` === spoke)
    const others = known.filter(({ kind }) => kind !== 'phone' && kind !== 'email')
    return { name: contactName(contact), identities: first ? [first] : others }
  }
}

/** The bot that speaks in the group, and the group as its channel knows it: the first one that came in. */
function seenBy(made: MadeGroup, bots: string[]): { channel: string; thread: string } | undefined {
  for (const [index, channel] of bots.entries()) {
    const person = made.people[index]
    if (person?.added) return { channel, thread: person.thread ?? made.thread }
  }
  return undefined
}
